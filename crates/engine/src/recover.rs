//! Looks up what was begun and never heard of.
//!
//! Invariant: an open intent is closed only when something decided it: a look-up that had long enough to see, a later try that made the
//! resource, or a person who was told, on record, what no look-up can decide.

use std::sync::PoisonError;
use std::time::Duration;

use serde_json::{Map, Value};
use strata_graph::{Address, Document, PhysicalId, TypeContract};
use strata_plan::{Deposed, Operation, ResourceState, ResourceStatus};
use strata_provider::{ErrorKind, Observation, ProviderError, Readiness, Request, Sought};
use strata_store::{Intent, IntentOperation, OpenIntent, Outcome, StepRecord, Write};
use tokio::time::Instant;

use crate::cancel::CancelLevel;
use crate::event::Event;
use crate::run::{EngineError, Shared};
use crate::{Engine, provider_placement};

/// What a look-up without an id found.
pub(crate) enum Found {
    /// Nothing, or something on its way out.
    Nothing,
    /// What was to be made.
    Ours(Box<Observation>),
    /// Only what is on record: it carries the same tags, so this says nothing of another one.
    OnlyTheOld(PhysicalId),
}

/// What a person does where a look-up finds only the resource that is on record.
pub(crate) fn undecidable(request: &Request<'_>, old: &PhysicalId) -> String {
    format!(
        "whether it was made is unknown: a look-up finds {old}, which is on record. Look for another {} tagged strata:address={} in account {}, \
         remove it if it is there, and run again",
        request.type_name, request.address, request.placement.account_id
    )
}

/// The same outcome for several intents.
pub(crate) fn outcomes(tokens: &[String], outcome: &Outcome) -> Vec<Write> {
    tokens.iter().map(|token| Write::Outcome { token: token.clone(), outcome: outcome.clone() }).collect()
}

/// What a look shows of what was sent, with what no look shows as it was sent. What the cloud added on its own stays out of the record: else
/// the next plan would take it away, as something that was asked for once.
pub(crate) fn as_it_is(contract: Option<&TypeContract>, sent: &Document, seen: &Document) -> Document {
    let mut properties = Document::default();
    *properties.0 = part(&sent.0, &seen.0);
    for path in contract.iter().flat_map(|contract| contract.unobservable) {
        let Some(value) = sent.at(path) else { continue };
        let mut place = &mut *properties.0;
        let mut segments = path.split('.').peekable();
        while let Some(segment) = segments.next() {
            if segments.peek().is_none() {
                place.insert(segment.to_owned(), value.clone());
                break;
            }
            let Some(Value::Object(inner)) = place.get_mut(segment) else { break };
            place = inner;
        }
    }
    properties
}

/// The part of `seen` that has the shape of `sent`.
fn part(sent: &Map<String, Value>, seen: &Map<String, Value>) -> Map<String, Value> {
    let both = sent.iter().filter_map(|(key, sent)| Some((key, sent, seen.get(key)?)));
    let parts = both.map(|(key, sent, seen)| {
        let value = match (sent, seen) {
            (Value::Object(sent), Value::Object(seen)) => Value::Object(part(sent, seen)),
            _ => seen.clone(),
        };
        (key.clone(), value)
    });
    parts.collect()
}

impl Engine {
    /// Settles what dead runs left open at the wanted addresses of the planned scopes and no create step of this plan will look up.
    ///
    /// A change or a removal was planned anew from what the cloud shows, so its intent is only closed. A creation is looked up:
    /// what is there goes into the state, so that the next plan keeps or removes it.
    pub(crate) async fn recover_unplanned(&self, shared: &Shared<'_>, wanted: impl Fn(&Address) -> bool) -> Result<(), EngineError> {
        let planned = |address: &Address| {
            let steps = shared.plan.steps.iter().filter(|step| step.operation == Operation::Create);
            steps.filter_map(|step| shared.plan.actions.get(step.action)).any(|action| action.address == *address)
        };
        let open: Vec<OpenIntent> = {
            let mut open = shared.open.lock().unwrap_or_else(PoisonError::into_inner);
            let mut settled = Vec::new();
            for (address, intents) in open.iter_mut() {
                // Scopes outside the plan may be at work under a run that lives.
                if !wanted(address) || !shared.plan.scopes.iter().any(|part| part.scope == *address.scope()) {
                    continue;
                }
                let look_up_later = planned(address);
                settled.extend(intents.extract_if(.., |open| open.intent.operation != IntentOperation::Create || !look_up_later));
            }
            settled
        };
        let since = Instant::now();
        for OpenIntent { intent, age } in open {
            match intent.operation {
                IntentOperation::Create => self.recover_creation(shared, intent, age, since).await?,
                IntentOperation::Update => self.recover_change(shared, intent).await?,
                IntentOperation::Delete => {
                    let outcome = Outcome::Failed { error: format!("its run ended before the answer; {} looked again", shared.run) };
                    self.write(shared, vec![Write::Outcome { token: intent.token, outcome }]).await?;
                }
            }
        }
        Ok(())
    }

    /// Closes the intent of a change; where this plan does nothing with the resource, its record becomes what a look shows.
    async fn recover_change(&self, shared: &Shared<'_>, intent: Intent) -> Result<(), EngineError> {
        let outcome = Outcome::Failed { error: format!("its run ended before the answer; {} looked again", shared.run) };
        let mut writes = vec![Write::Outcome { token: intent.token.clone(), outcome }];
        let touched = shared.plan.actions.iter().any(|action| action.address == intent.address);
        let known = shared.states().get(intent.address.scope()).and_then(|scope| scope.resources.get(&intent.address)).cloned();
        if let Some(mut state) = known.filter(|state| !touched && state.id == intent.id) {
            let placement = provider_placement(&intent.placement);
            let request = Request {
                placement: &placement,
                platform: &shared.plan.platform,
                address: &intent.address,
                type_name: &intent.type_name,
                id: state.id.as_ref(),
                properties: &state.properties,
            };
            match self.observe(&request, Some(&state)).await {
                Ok(Some(seen)) => {
                    let mut sent = state.properties.clone();
                    sent.0.extend(intent.properties.0.iter().map(|(key, value)| (key.clone(), value.clone())));
                    state.properties = as_it_is(self.contracts.of_type(&intent.type_name.0), &sent, &seen.properties);
                    state.outputs = seen.outputs;
                    if let Some(scope) = shared.states().get_mut(intent.address.scope()) {
                        scope.resources.insert(intent.address.clone(), state.clone());
                    }
                    writes.push(Write::Put(Box::new(state)));
                }
                // That it is gone, or cannot be shown, is for the next look and its plan.
                Ok(None) => {}
                Err(error) if error.kind == ErrorKind::Unsupported => {}
                // Unknown stays open: the next run looks again.
                Err(_) => return Ok(()),
            }
        }
        self.write(shared, writes).await
    }

    async fn recover_creation(&self, shared: &Shared<'_>, intent: Intent, age: Duration, since: Instant) -> Result<(), EngineError> {
        let placement = provider_placement(&intent.placement);
        let request = Request {
            placement: &placement,
            platform: &shared.plan.platform,
            address: &intent.address,
            type_name: &intent.type_name,
            id: None,
            properties: &intent.properties,
        };
        let state = shared.states().get(intent.address.scope()).and_then(|scope| scope.resources.get(&intent.address)).cloned();
        let mut known: Vec<PhysicalId> =
            state.iter().flat_map(|state| state.deposed.iter().map(|left| &left.id).chain(&state.id)).cloned().collect();
        known.extend(shared.moved_away(&intent.address));
        let mut look = self.look_up(&request, &known).await;
        while matches!(look, Ok(Found::Nothing | Found::OnlyTheOld(_))) && self.may_show_up(shared, age + since.elapsed()) {
            tokio::time::sleep(self.patience.longest_pause).await;
            look = self.look_up(&request, &known).await;
        }
        if matches!(look, Ok(Found::Nothing | Found::OnlyTheOld(_))) && age + since.elapsed() < self.patience.late {
            // Stopped before it was clear: the intent stays open.
            return Ok(());
        }
        let (outcome, state) = match look {
            Ok(Found::Nothing) => {
                (Outcome::Failed { error: format!("its run ended before the answer; {} looked and it is not there", shared.run) }, None)
            }
            Ok(Found::Ours(seen)) => {
                let Some(state) = self.found_unplanned(shared, &intent, state, &seen).await? else { return Ok(()) };
                (Outcome::Done { id: Some(seen.id) }, Some(state))
            }
            Ok(Found::OnlyTheOld(old)) => {
                let detail = format!("an earlier run began to make {}, and {}", intent.address, undecidable(&request, &old));
                shared.tell(Event::Recovered { address: intent.address.clone(), detail: detail.clone() });
                let record =
                    StepRecord { address: intent.address, operation: intent.operation, ended: "unknown".to_owned(), detail: Some(detail) };
                shared.say_undecided(vec![intent.token], Some(record));
                return Ok(());
            }
            // Unknown stays open: the next run looks again.
            Err(error) => {
                let detail = format!("an earlier run began to make it; whether it did is unknown, since looking failed: {error}");
                shared.tell(Event::Recovered { address: intent.address.clone(), detail });
                return Ok(());
            }
        };
        let mut writes = vec![Write::Outcome { token: intent.token, outcome }];
        if let Some(state) = state {
            if let Some(scope) = shared.states().get_mut(intent.address.scope()) {
                scope.resources.insert(intent.address.clone(), state.clone());
            }
            writes.push(Write::Put(Box::new(state)));
        }
        self.write(shared, writes).await
    }

    /// The state with what an earlier run made and this plan does not make. Beside a resource that is on record it is what a replacement
    /// leaves behind.
    async fn found_unplanned(
        &self,
        shared: &Shared<'_>,
        intent: &Intent,
        state: Option<ResourceState>,
        seen: &Observation,
    ) -> Result<Option<ResourceState>, EngineError> {
        shared.tell(Event::Recovered {
            address: intent.address.clone(),
            detail: format!("an earlier run had made it as {}; the next plan decides what becomes of it", seen.id),
        });
        let plan = self.store.plan_of(&intent.run).await?;
        let action = plan.iter().flat_map(|plan| &plan.actions).find(|action| action.address == intent.address);
        let deposed = state.as_ref().map(|state| state.deposed.clone()).unwrap_or_default();
        if let Some(mut state) = state.filter(|state| state.id.is_some()) {
            let dependencies = action.map(|action| action.dependencies.clone()).unwrap_or_default();
            state.deposed.push(Deposed {
                id: seen.id.clone(),
                properties: seen.properties.clone(),
                dependencies,
                outputs: seen.outputs.clone(),
            });
            return Ok(Some(state));
        }
        Ok(action.map(|action| ResourceState {
            address: intent.address.clone(),
            type_name: intent.type_name.clone(),
            layer: action.layer,
            id: Some(seen.id.clone()),
            properties: as_it_is(self.contracts.of_type(&intent.type_name.0), &intent.properties, &seen.properties),
            outputs: seen.outputs.clone(),
            dependencies: action.dependencies.clone(),
            status: ResourceStatus::Pending("made by a run that ended before the answer".to_owned()),
            origins: action.origins.clone(),
            data: action.data.clone(),
            waiting_for: action.waiting_for.clone(),
            purpose: action.purpose.clone(),
            deposed,
            formerly: Vec::new(),
        }))
    }

    /// Whether what was not found may still show up, so long after its call: unless somebody stops the run, which leaves it open.
    pub(crate) fn may_show_up(&self, shared: &Shared<'_>, age: Duration) -> bool {
        age < self.patience.late && shared.cancel.level() == CancelLevel::None
    }

    /// Looks for a resource by name or tags, besides those under these ids. Nothing where it is on its way out.
    ///
    /// # Errors
    /// The cloud's, or a conflict where something of that name carries another owner.
    pub(crate) async fn look_up(&self, request: &Request<'_>, known: &[PhysicalId]) -> Result<Found, ProviderError> {
        let seen = match self.sought(request, known).await {
            // An emulator that cannot show it never made it.
            Err(error) if error.kind == ErrorKind::Unsupported => return Ok(Found::Nothing),
            Err(error) => return Err(error),
            Ok(Sought::Nothing) => return Ok(Found::Nothing),
            Ok(Sought::OnlyKnown(id)) => return Ok(Found::OnlyTheOld(id)),
            Ok(Sought::Found(seen)) => seen,
        };
        let tagged = request.properties.0.contains_key("Tags");
        if tagged && !seen.belongs_to(request.address) {
            let owner = seen.owner().map_or_else(|| "it carries no ownership tag".to_owned(), |owner| format!("it belongs to {owner}"));
            return Err(ProviderError::new(
                ErrorKind::Conflict,
                format!("look-up of {}", request.address),
                format!("{} exists and is not ours: {owner}. Rename or remove one of the two", seen.id),
            ));
        }
        Ok(if matches!(seen.readiness, Readiness::Deleting) { Found::Nothing } else { Found::Ours(seen) })
    }
}
