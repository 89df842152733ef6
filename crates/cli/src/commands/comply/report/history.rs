//! Which run made or last changed each resource.

use std::collections::BTreeMap;

use strata_graph::{Address, PhysicalId};
use strata_policy::evidence::{Made, Run};
use strata_store::{IntentOperation, Store};

use crate::failure::Failure;
use crate::session::Session;

/// The runs that made what stands: by resource the last that changed it, and those runs, oldest first. A resource that no run of this state
/// made (one that was adopted) has none.
pub async fn of(session: &Session, standing: &BTreeMap<Address, PhysicalId>) -> Result<(BTreeMap<Address, Made>, Vec<Run>), Failure> {
    let store = session.store().await?;
    let (mut made, mut runs) = (BTreeMap::new(), Vec::new());
    for record in store.runs(u32::from(u16::MAX)).await? {
        if made.len() == standing.len() {
            break;
        }
        for step in store.steps_of(&record.id).await? {
            let operation = match step.operation {
                IntentOperation::Create => "create",
                IntentOperation::Update => "update",
                IntentOperation::Delete => continue,
            };
            if step.ended == "done" && standing.contains_key(&step.address) {
                // The newest run comes first.
                made.entry(step.address).or_insert_with(|| Made { run: record.id.0.clone(), operation: operation.to_owned() });
            }
        }
        runs.push(Run {
            id: record.id.0,
            plan: record.plan,
            started: record.started,
            ended: record.ended,
            status: record.status.word().to_owned(),
            user: record.starter.user,
            approval: record.starter.approval,
        });
    }
    runs.reverse();
    Ok((made, runs))
}
