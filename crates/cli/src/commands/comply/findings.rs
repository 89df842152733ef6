//! `strata comply findings`: the violations that `comply watch` saw on the live cloud, open ones and repaired ones. Looks at no cloud.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use strata_graph::Scope;
use strata_policy::Finding;
use strata_store::Store;

use crate::arguments::{Arguments, Format, Target};
use crate::compile::scope;
use crate::failure::Failure;
use crate::output::{self, count, wrap};
use crate::session::Session;
use crate::{files, waivers};

/// Runs it.
pub async fn run(arguments: &Arguments, target: &Target, all: bool) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let files = files::of(arguments)?;
    let scope = scope(&files.spec()?, target)?;
    let states = session.states().await?;
    let scopes: BTreeSet<&Scope> = states.get(&scope).into_iter().flat_map(|state| &state.stands_on).chain([&scope]).collect();
    // Where there is no state, nobody has looked.
    let known = if states.is_empty() { Vec::new() } else { session.store().await?.findings(None).await? };
    let findings: Vec<&Finding> =
        known.iter().filter(|finding| scopes.contains(finding.address.scope()) && (all || finding.repaired.is_none())).collect();
    let today = waivers::today();
    let open = findings.iter().filter(|finding| finding.repaired.is_none()).count();
    let overdue = findings.iter().filter(|finding| finding.is_overdue(today)).count();
    let counting = findings.iter().filter(|finding| finding.counts()).count();
    if arguments.format == Some(Format::Json) {
        let value = json!({"version": 1, "scope": scope, "open": open, "overdue": overdue, "findings": findings});
        output::answer(&format!("{value:#}\n"));
    } else {
        let width = output::width();
        let mut text = String::new();
        for finding in &findings {
            text.push_str(&format!("{}\n", wrap(&line(finding, today), width, 4)));
            text.push_str(&format!("    {}\n", wrap(&finding.detail, width.saturating_sub(4), 4)));
            if let Some(why) = &finding.due_by {
                text.push_str(&format!("    due by {}\n", wrap(why, width.saturating_sub(11), 4)));
            }
        }
        text.push_str(&format!("{}, {overdue} overdue\n", count(open, "open finding")));
        output::answer(&text);
    }
    Ok(u8::from(counting > 0))
}

/// `#4 s3-bucket-tls-only by …/bucket.documents (high, owner travel-web), first seen …, due 2026-12-28`.
pub fn line(finding: &Finding, today: Date) -> String {
    let moment = |moment: Timestamp| moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let owner = finding.owner.as_ref().map(|owner| format!(", owner {owner}")).unwrap_or_default();
    let place = finding.origin.as_ref().map(|origin| format!(" at {origin}")).unwrap_or_default();
    let mut line = format!(
        "#{} {} by {}{place} ({}{owner}), first seen {}, last seen {}",
        finding.number,
        finding.control,
        finding.address,
        finding.severity,
        moment(finding.first_seen),
        moment(finding.last_seen)
    );
    if let Some(repair) = &finding.repaired {
        line.push_str(&format!(", {} (seen {})", repair.how, moment(repair.seen)));
    } else if let Some(due) = finding.due {
        line.push_str(&format!(", {} {due}", if finding.is_overdue(today) { "overdue since" } else { "due" }));
    }
    if let Some(waived) = finding.waiver.as_ref().filter(|_| finding.repaired.is_none()) {
        let excuse = if waived.expired { waivers::expired(&waived.waiver) } else { format!("waived {}", waivers::holds(&waived.waiver)) };
        line.push_str(&format!("; {excuse}"));
    }
    line
}
