//! One step: intent, call, outcome, and the wait until it was seen.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use strata_graph::{Address, Document, PhysicalId, ReplaceOrder};
use strata_plan::{Change, Deposed, FailedTry, Operation, ResourceState, ResourceStatus, Tried, attempt, compare};
use strata_provider::{ErrorKind, Observation, ProviderError, Readiness};
use strata_store::{IntentOperation, OpenIntent, Outcome, Write};
use tokio::time::Instant;

use crate::Engine;
use crate::cancel::CancelLevel;
use crate::event::Event;
use crate::job::Job;
use crate::recover::{Found, as_it_is, outcomes, undecidable};
use crate::run::{Ended, EngineError, Shared};
use crate::verify::made_as;

/// How often a process that hears late of what it wrote asks anew before it gives up.
const ASKS: usize = 5;

/// How a wait for a resource ended.
enum Seen {
    As(Box<Observation>),
    Broken(Box<Observation>, String),
    NotYet(Option<Box<Observation>>, String),
    Error(ProviderError),
}

impl Engine {
    /// Does one step.
    ///
    /// # Errors
    /// Only when the journal or the state cannot be written; every other failure is an [`Ended`].
    pub(crate) async fn perform(&self, shared: &Shared<'_>, position: usize) -> Result<Ended, EngineError> {
        let Some(step) = shared.plan.steps.get(position) else { return Ok(Ended::Failed("the plan has no such step".to_owned())) };
        let Some(action) = shared.plan.actions.get(step.action) else {
            return Ok(Ended::Failed("the plan's step names no action".to_owned()));
        };
        let Some(placement) = shared.placements.get(action.address.scope()) else {
            return Ok(Ended::Failed(format!("nothing says where {} lives", action.address.scope())));
        };
        let job = Job { shared, step, action, placement, contract: self.contracts.of_type(&action.type_name.0), cause: Mutex::default() };
        if let Some(held) = shared.plan.held(&action.address) {
            let detail =
                format!("{held}. What was said last: {}. Once its cause is repaired: --retry {}", held.detail, action.address.short());
            shared.tell(Event::Held { step: step.id, address: action.address.clone(), detail: detail.clone() });
            return Ok(Ended::Held(detail));
        }
        let operation = match step.operation {
            Operation::Create => IntentOperation::Create,
            Operation::Update => IntentOperation::Update,
            _ => IntentOperation::Delete,
        };
        shared.tell(Event::Started { step: step.id, address: action.address.clone(), operation });
        let ended = match &step.operation {
            Operation::Create => self.create(&job).await?,
            Operation::Update => self.update(&job).await?,
            Operation::Delete => match job.known() {
                Some(state) => self.delete_current(&job, state).await?,
                None => Ended::Done,
            },
            Operation::DeleteReplaced => match job.known().and_then(|state| state.deposed.last().cloned()) {
                Some(left) => self.delete_deposed(&job, &left.id, &left.properties).await?,
                None => Ended::Done,
            },
            Operation::DeleteDeposed { id, properties } => self.delete_deposed(&job, id, properties).await?,
        };
        self.count(&job, &ended).await?;
        let (step, address) = (step.id, action.address.clone());
        shared.tell(match &ended {
            Ended::Done => Event::Done { step, address, operation },
            Ended::Unsupported(detail) => Event::Unsupported { step, address, detail: detail.clone() },
            Ended::Failed(error) => Event::Failed { step, address, error: error.clone() },
            Ended::Held(detail) => Event::Held { step, address, detail: detail.clone() },
            Ended::Blocked(by) => Event::Blocked { step, address, by: by.clone() },
            Ended::Stopped => Event::Failed { step, address, error: "the run was stopped while this was waited for".to_owned() },
        });
        Ok(ended)
    }

    /// Counts a failure that says something of its resource, or forgets those that a success has ended.
    async fn count(&self, job: &Job<'_>, ended: &Ended) -> Result<(), EngineError> {
        let tried = Tried::of(&job.step.operation);
        let address = &job.action.address;
        let write = match ended {
            Ended::Failed(detail) if job.shared.cancel.level() == CancelLevel::None => {
                let cause = job.cause.lock().unwrap_or_else(PoisonError::into_inner).take();
                let Some(cause) = cause else { return Ok(()) };
                Write::Failed(Box::new(FailedTry {
                    address: address.clone(),
                    tried,
                    attempt: attempt(job.action),
                    cause,
                    detail: detail.clone(),
                    run: job.shared.run.0.clone(),
                }))
            }
            Ended::Done => {
                let known =
                    job.shared.states().get(address.scope()).and_then(|scope| scope.failures.get(address).map(|failure| failure.tried));
                if known != Some(tried) {
                    return Ok(());
                }
                Write::Succeeded(address.clone())
            }
            _ => return Ok(()),
        };
        self.write(job.shared, vec![write]).await
    }

    /// Writes on behalf of the run: refused once the run has lost its scopes.
    pub(crate) async fn write(&self, shared: &Shared<'_>, mut writes: Vec<Write>) -> Result<(), EngineError> {
        writes.insert(0, Write::Fence(shared.run.clone()));
        Ok(self.store.write(writes).await?)
    }

    /// Writes an intent on behalf of the run; its call may be sent once this returns. A process that stood still meanwhile asks once more
    /// whether its scopes are still its own: whoever took them looks only for so long for what a call made that was under way. Where
    /// nobody waits for late calls, there is nothing to ask; where each answer takes that long, no call is sent at all.
    pub(crate) async fn intend(&self, shared: &Shared<'_>, intent: Write) -> Result<(), EngineError> {
        let stale = self.patience.late / 3;
        let mut writes = vec![intent];
        for _ in 0..ASKS {
            let since = Instant::now();
            self.write(shared, std::mem::take(&mut writes)).await?;
            if stale.is_zero() || since.elapsed() < stale {
                return Ok(());
            }
        }
        Err(EngineError::SlowRecord { each: stale })
    }

    pub(crate) async fn put(&self, shared: &Shared<'_>, mut writes: Vec<Write>, state: ResourceState) -> Result<(), EngineError> {
        writes.push(Write::Put(Box::new(state.clone())));
        self.write(shared, writes).await?;
        let mut states = shared.states();
        let scope = state.address.scope().clone();
        states.entry(scope.clone()).or_insert_with(|| strata_plan::ScopeState::empty(scope)).resources.insert(state.address.clone(), state);
        Ok(())
    }

    pub(crate) async fn forget(&self, shared: &Shared<'_>, mut writes: Vec<Write>, address: &Address) -> Result<(), EngineError> {
        writes.push(Write::Remove(address.clone()));
        self.write(shared, writes).await?;
        if let Some(scope) = shared.states().get_mut(address.scope()) {
            scope.resources.remove(address);
        }
        Ok(())
    }

    async fn create(&self, job: &Job<'_>) -> Result<Ended, EngineError> {
        let properties = job.resolved();
        if !properties.is_resolved() {
            let Some(lacking) = job.lacking(&properties) else {
                let first = properties.references().into_iter().next();
                let what = first.map(|reference| format!("{} of {}", reference.output, reference.of)).unwrap_or_default();
                return Ok(Ended::Failed(format!("{what} is not known after its resource was made: its type does not output it")));
            };
            let detail = format!("needs {}", lacking.short());
            let known = job.known();
            // What stands, or may still show up, stays on record as it is; so does what was left behind.
            let stands = known.as_ref().is_some_and(|state| {
                state.id.is_some()
                    && (job.action.change == Change::ReplaceCreateFirst || matches!(state.status, ResourceStatus::Pending(_)))
            });
            if !stands {
                let deposed = known.map(|state| state.deposed).unwrap_or_default();
                let state = job.state(None, properties, ResourceStatus::Unsupported(detail.clone()), deposed);
                self.put(job.shared, Vec::new(), state).await?;
            }
            return Ok(Ended::Unsupported(detail));
        }
        // What stands now stays on record until it was deleted.
        let mut deposed = Vec::new();
        if let Some(state) = job.known() {
            deposed.clone_from(&state.deposed);
            if let (Some(id), Change::ReplaceCreateFirst) = (state.id, job.action.change) {
                deposed.push(Deposed { id, properties: state.properties, dependencies: state.dependencies, outputs: state.outputs });
            }
        }
        match self.recover(job, &properties, &deposed).await? {
            Ok(Some(id)) => return self.settle(job, id, properties, deposed, true).await,
            Ok(None) => {}
            Err(undecided) => return Ok(Ended::Failed(undecided)),
        }
        // A look before this plan may have come too early for what an earlier run made.
        if let (Some(state), Change::Create) = (job.known(), job.action.change) {
            match self.appear(job, &state).await {
                Ok(Some(id)) => return self.settle(job, id, properties, deposed, true).await,
                Ok(None) => {}
                Err(unclear) => return Ok(Ended::Failed(unclear)),
            }
        }
        let mut pause = self.patience.first_pause;
        // Tries whose answer was lost and that may still show up. Their intents stay open until something decides.
        let mut unsure: Vec<String> = Vec::new();
        for try_number in 0..=self.patience.tries {
            let permit = self.limits.admit(job.placement, &job.action.service).await;
            let token = job.token(try_number);
            self.intend(job.shared, job.intent(&token, IntentOperation::Create, None, &properties)).await?;
            // An API that takes the token of a try whose answer was lost makes nothing twice.
            let client_token = unsure.first().unwrap_or(&token);
            let request = job.request(None, &properties);
            let result = self.provider.create(&request, client_token).await;
            drop(permit);
            if let Ok(id) = &result {
                let states = job.shared.states();
                let others = states.values().flat_map(|scope| scope.resources.values());
                // The intent stays open: whatever was made is looked up by the next run.
                if let Err(lie) = made_as(&request, id, others) {
                    drop(states);
                    return Ok(job.refused(&lie));
                }
            }
            let error = match result {
                Ok(id) => {
                    let mut writes = vec![Write::Outcome { token, outcome: Outcome::Done { id: Some(id.clone()) } }];
                    let error = format!("its answer was lost, and a later try made it as {id}");
                    writes.extend(outcomes(&unsure, &Outcome::Failed { error }));
                    let state =
                        job.state(Some(id.clone()), properties.clone(), ResourceStatus::Pending("made".to_owned()), deposed.clone());
                    self.put(job.shared, writes, state).await?;
                    return self.settle(job, id, properties, deposed, false).await;
                }
                Err(error) => error,
            };
            let failed = Write::Outcome { token: token.clone(), outcome: Outcome::Failed { error: error.to_string() } };
            if error.kind == ErrorKind::Unsupported {
                let detail = error.operation.clone();
                let state = job.state(None, properties, ResourceStatus::Unsupported(detail.clone()), deposed);
                self.put(job.shared, vec![failed], state).await?;
                return Ok(Ended::Unsupported(detail));
            }
            // The answer may be lost while the call was carried out, and of a creation's several calls a later one may have failed or been
            // throttled: look before trying again or giving up.
            let found = self.find_after(job, &properties, &error).await;
            match found {
                Ok(Found::Ours(seen)) => {
                    let decided = matches!(error.kind, ErrorKind::Conflict | ErrorKind::Transient | ErrorKind::Throttled);
                    let done = Outcome::Done { id: Some(seen.id.clone()) };
                    let mut writes = outcomes(&unsure, &done);
                    if decided {
                        writes.push(Write::Outcome { token, outcome: done });
                        self.put(job.shared, writes, job.found(&seen, &properties, &deposed)).await?;
                        return self.settle(job, seen.id, properties, deposed, true).await;
                    }
                    writes.push(failed);
                    // On record with what it is, the next plan sees what is still missing.
                    let mut state = job.found(&seen, &properties, &deposed);
                    state.status = ResourceStatus::Pending(format!("made in part: {error}"));
                    self.put(job.shared, writes, state).await?;
                    job.because(&error);
                    return Ok(Ended::Failed(format!("{}; it was made in part, and the next run finishes it", error.told())));
                }
                // Of a throttled call nothing was carried out, whatever a look shows or does not show.
                Ok(Found::OnlyTheOld(_)) | Err(_) if error.kind == ErrorKind::Throttled => self.write(job.shared, vec![failed]).await?,
                Ok(Found::OnlyTheOld(old)) => {
                    unsure.push(token);
                    job.shared.say_undecided(unsure, None);
                    return Ok(Ended::Failed(format!("{error}; {}", undecidable(&job.request(None, &properties), &old))));
                }
                Ok(Found::Nothing) if error.kind == ErrorKind::Transient && !self.is_certain(job) => unsure.push(token),
                Ok(Found::Nothing) => self.write(job.shared, vec![failed]).await?,
                // The intent stays open, and the next run looks again.
                Err(look) => {
                    return Ok(Ended::Failed(format!("{error}; whether it was made is unknown, since looking failed too: {look}")));
                }
            }
            let open = if unsure.is_empty() { "" } else { "; whether it was made is not clear yet, and the next run looks again" };
            if error.kind.is_retryable() && try_number < self.patience.tries && job.shared.cancel.level() == CancelLevel::None {
                pause = self.rest(job, pause).await;
            }
            if !error.kind.is_retryable() || try_number == self.patience.tries || job.shared.cancel.level() > CancelLevel::None {
                job.because(&error);
                return Ok(Ended::Failed(format!("{}{open}", error.told())));
            }
        }
        Ok(Ended::Failed("no try was made".to_owned()))
    }

    /// Looks by its id for a resource that the plan did not find: one that was made and never seen, for as long as it may stay unseen.
    /// None where nothing shows up. The error says why that is not clear.
    pub(crate) async fn appear(&self, job: &Job<'_>, state: &ResourceState) -> Result<Option<PhysicalId>, String> {
        let Some(id) = &state.id else { return Ok(None) };
        let patience = if matches!(state.status, ResourceStatus::Pending(_)) { self.patience.shows } else { Duration::ZERO };
        let since = Instant::now();
        loop {
            match self.observe(&job.request(Some(id), &state.properties), Some(state)).await {
                Ok(Some(seen)) if seen.readiness == Readiness::Deleting => return Ok(None),
                Ok(Some(_)) => return Ok(Some(id.clone())),
                Err(error) if error.kind == ErrorKind::Unsupported => return Ok(None),
                Ok(None) if since.elapsed() >= patience => return Ok(None),
                Err(error) if !error.kind.is_retryable() || since.elapsed() >= self.patience.ready => {
                    return Err(format!("an earlier run made it as {id}, and looking at it failed: {error}; the next run looks again"));
                }
                Ok(None) | Err(_) => {}
            }
            if job.shared.cancel.level() > CancelLevel::None {
                return Err(format!(
                    "an earlier run made it as {id}, and this run was stopped before that was seen; the next run looks again"
                ));
            }
            self.rest(job, self.patience.longest_pause).await;
        }
    }

    /// Looks for what a failed creation may have made. Where two may stand, a lost answer is followed for as long as something may stay
    /// unseen: a second try before that might make a second thing.
    async fn find_after(&self, job: &Job<'_>, properties: &Document, error: &ProviderError) -> Result<Found, ProviderError> {
        let since = Instant::now();
        let mut found = self.find_ours(job, properties).await;
        while matches!(found, Ok(Found::Nothing))
            && error.kind == ErrorKind::Transient
            && self.may_stand_twice(job)
            && since.elapsed() < self.patience.shows
            && job.shared.cancel.level() == CancelLevel::None
        {
            self.rest(job, self.patience.longest_pause).await;
            found = self.find_ours(job, properties).await;
        }
        found
    }

    /// Whether nothing seen after a lost answer is 'not made'.
    fn is_certain(&self, job: &Job<'_>) -> bool {
        self.patience.shows.is_zero() || (self.may_stand_twice(job) && job.shared.cancel.level() == CancelLevel::None)
    }

    /// Whether a second creation makes a second thing, and is not refused since one of that name stands.
    fn may_stand_twice(&self, job: &Job<'_>) -> bool {
        let contract = self.contracts.of_type(&job.action.type_name.0);
        contract.is_none_or(|contract| contract.replace_order == ReplaceOrder::CreateBeforeDelete)
    }

    /// Looks up what earlier runs intended to make and never heard of; the inner error says why that cannot be decided.
    ///
    /// What is found goes on record together with the outcome: a run that dies in between would leave something that nothing knows of.
    async fn recover(
        &self,
        job: &Job<'_>,
        properties: &Document,
        deposed: &[Deposed],
    ) -> Result<Result<Option<PhysicalId>, String>, EngineError> {
        let open = {
            let mut open = job.shared.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.remove(&job.action.address).unwrap_or_default()
        };
        let creates: Vec<OpenIntent> = open.into_iter().filter(|open| open.intent.operation == IntentOperation::Create).collect();
        // The youngest decides how long to look.
        let Some(age) = creates.iter().map(|open| open.age).min() else { return Ok(Ok(None)) };
        let since = Instant::now();
        let mut look = self.find_ours(job, properties).await;
        while matches!(look, Ok(Found::Nothing | Found::OnlyTheOld(_))) && self.may_show_up(job.shared, age + since.elapsed()) {
            self.rest(job, self.patience.longest_pause).await;
            look = self.find_ours(job, properties).await;
        }
        if matches!(look, Ok(Found::Nothing | Found::OnlyTheOld(_))) && age + since.elapsed() < self.patience.late {
            return Ok(Err("an earlier run began to make it, and this run was stopped before it was clear whether it did".to_owned()));
        }
        let tokens: Vec<String> = creates.iter().map(|open| open.intent.token.clone()).collect();
        let (seen, detail) = match look {
            Ok(Found::Ours(seen)) => {
                let detail = format!("an earlier run had made it as {}", seen.id);
                (Some(seen), detail)
            }
            Ok(Found::Nothing) => (None, "an earlier run had not made it".to_owned()),
            // The intents stay open until this run has told a person.
            Ok(Found::OnlyTheOld(old)) => {
                job.shared.say_undecided(tokens, None);
                return Ok(Err(format!("an earlier run began to make it, and {}", undecidable(&job.request(None, properties), &old))));
            }
            // The intents stay open, and the next run looks again.
            Err(look) => {
                return Ok(Err(format!("an earlier run began to make it; whether it did is unknown, since looking failed: {look}")));
            }
        };
        match (&seen, creates.last()) {
            (Some(seen), Some(OpenIntent { intent, .. })) => {
                let mut state = job.found(seen, &intent.properties, deposed);
                // It stands on what it was made on, until it was changed.
                let plan = self.store.plan_of(&intent.run).await?;
                let made = plan.iter().flat_map(|plan| &plan.actions).find(|action| action.address == intent.address);
                let older = made.iter().flat_map(|action| &action.dependencies);
                state.dependencies = state.dependencies.iter().chain(older).cloned().collect::<BTreeSet<_>>().into_iter().collect();
                self.put(job.shared, outcomes(&tokens, &Outcome::Done { id: Some(seen.id.clone()) }), state).await?;
            }
            _ => {
                let error = format!("looked up by {}: {detail}", job.shared.run);
                self.write(job.shared, outcomes(&tokens, &Outcome::Failed { error })).await?;
            }
        }
        job.shared.tell(Event::Recovered { address: job.action.address.clone(), detail });
        Ok(Ok(seen.map(|seen| seen.id)))
    }

    /// Looks for the resource without an id, besides what is on record.
    async fn find_ours(&self, job: &Job<'_>, properties: &Document) -> Result<Found, ProviderError> {
        let known = job.known();
        let replaced = known.as_ref().filter(|_| job.action.change == Change::ReplaceCreateFirst).and_then(|state| state.id.as_ref());
        let mut old: Vec<PhysicalId> =
            known.iter().flat_map(|state| &state.deposed).map(|left| &left.id).chain(replaced).cloned().collect();
        old.extend(job.shared.moved_away(&job.action.address));
        self.look_up(&job.request(None, properties), &old).await
    }

    /// Waits until a made resource is seen ready, repairs what a half-done creation left out, and records it.
    async fn settle(
        &self,
        job: &Job<'_>,
        id: PhysicalId,
        properties: Document,
        deposed: Vec<Deposed>,
        adopted: bool,
    ) -> Result<Ended, EngineError> {
        let fresh = job.state(Some(id.clone()), properties.clone(), ResourceStatus::Ready, deposed);
        let seen = self.wait_ready(job, &id, &properties).await;
        if !adopted {
            return self.conclude(job, fresh, seen).await;
        }
        // Until it was seen, or changed, to be as it shall be, it is on record as it was found.
        let mut found = job.known().filter(|state| state.id.as_ref() == Some(&id)).unwrap_or_else(|| fresh.clone());
        let Seen::As(mut observation) = seen else { return self.conclude(job, found, seen).await };
        // Which parts of it are ours, only a refresh can tell: a stranger's are left to the next plan.
        for closed in job.contract.into_iter().flat_map(|contract| contract.closed).filter(|closed| closed.parts.is_some()) {
            observation.properties.0.remove(closed.property);
        }
        let same = |contract| compare(contract, &properties, &observation.properties, Some(&observation.properties)).is_empty();
        if job.contract.is_none_or(same) {
            return self.conclude(job, fresh, Seen::As(observation)).await;
        }
        if let Err(error) = self.call_update(job, &id, &properties, &observation.properties).await? {
            found.outputs.clone_from(&observation.outputs);
            found.properties = as_it_is(job.contract, &found.properties, &observation.properties);
            // It stands as an emulator left it that can neither remove nor change it.
            let unsupported = error.kind == ErrorKind::Unsupported;
            found.status = match unsupported {
                true => ResourceStatus::Unsupported(error.operation.clone()),
                false => ResourceStatus::Pending("made by an earlier run and not finished".to_owned()),
            };
            self.put(job.shared, Vec::new(), found).await?;
            return Ok(if unsupported { Ended::Unsupported(error.operation) } else { job.refused(&error) });
        }
        let seen = self.wait_ready(job, &id, &properties).await;
        self.conclude(job, fresh, seen).await
    }

    async fn conclude(&self, job: &Job<'_>, mut state: ResourceState, seen: Seen) -> Result<Ended, EngineError> {
        let ended = match seen {
            Seen::As(observation) => {
                state.outputs = observation.outputs;
                Ended::Done
            }
            Seen::Broken(observation, detail) => {
                state.outputs = observation.outputs;
                state.status = ResourceStatus::Tainted(detail.clone());
                job.in_the_way("it was made and is broken");
                Ended::Failed(format!("it was made and is broken: {detail}; the next plan replaces it"))
            }
            Seen::NotYet(observation, detail) => {
                if let Some(observation) = observation {
                    state.outputs = observation.outputs;
                }
                state.status = ResourceStatus::Pending(detail.clone());
                if job.shared.cancel.level() > CancelLevel::None {
                    Ended::Stopped
                } else {
                    job.in_the_way("it was made and was not seen ready in time");
                    Ended::Failed(format!("it was made and was not seen ready in time: {detail}; the next run looks again"))
                }
            }
            Seen::Error(error) => {
                state.status = ResourceStatus::Pending(error.to_string());
                job.because(&error);
                Ended::Failed(format!("it was made, and looking at it failed: {}; the next run looks again", error.told()))
            }
        };
        self.put(job.shared, Vec::new(), state).await?;
        Ok(ended)
    }

    async fn wait_ready(&self, job: &Job<'_>, id: &PhysicalId, properties: &Document) -> Seen {
        let deadline = Instant::now() + self.patience.ready;
        let mut pause = self.patience.first_pause;
        let mut last: Option<Box<Observation>> = None;
        let known = job.known();
        loop {
            let detail = match self.observe(&job.request(Some(id), properties), known.as_ref()).await {
                Ok(Some(observation)) => match observation.readiness.clone() {
                    Readiness::Ready => return Seen::As(Box::new(observation)),
                    Readiness::Failed(detail) => return Seen::Broken(Box::new(observation), detail),
                    Readiness::Deleting => return Seen::Broken(Box::new(observation), "it is being deleted".to_owned()),
                    Readiness::Pending(detail) => {
                        last = Some(Box::new(observation));
                        detail
                    }
                },
                // A new resource may take a moment to show up everywhere.
                Ok(None) => "not visible yet".to_owned(),
                Err(error) if error.kind.is_retryable() => error.to_string(),
                Err(error) => return Seen::Error(error),
            };
            job.shared.tell(Event::Waiting { step: job.step.id, address: job.action.address.clone(), detail: detail.clone() });
            if Instant::now() >= deadline || job.shared.cancel.level() > CancelLevel::None {
                return Seen::NotYet(last, detail);
            }
            pause = self.rest(job, pause).await;
        }
    }

    /// Pauses, or less when the run shall stop; returns the next pause.
    pub(crate) async fn rest(&self, job: &Job<'_>, pause: Duration) -> Duration {
        let _rest = job.shared.rests.begin();
        tokio::select! {
            biased;
            () = tokio::time::sleep(pause) => {}
            () = job.shared.cancel.reached(CancelLevel::AfterCallsInFlight) => {}
        }
        (pause * 2).min(self.patience.longest_pause)
    }

    /// Sends an update, journaled; the inner result is the cloud's.
    async fn call_update(
        &self,
        job: &Job<'_>,
        id: &PhysicalId,
        properties: &Document,
        observed: &Document,
    ) -> Result<Result<(), ProviderError>, EngineError> {
        let mut pause = self.patience.first_pause;
        let mut try_number = 0;
        loop {
            let permit = self.limits.admit(job.placement, &job.action.service).await;
            let token = format!("{}-update", job.token(try_number));
            self.intend(job.shared, job.intent(&token, IntentOperation::Update, Some(id.clone()), properties)).await?;
            let result = self.provider.update(&job.request(Some(id), properties), observed).await;
            drop(permit);
            let outcome = match &result {
                Ok(()) => Outcome::Done { id: Some(id.clone()) },
                Err(error) => Outcome::Failed { error: error.to_string() },
            };
            self.write(job.shared, vec![Write::Outcome { token, outcome }]).await?;
            match result {
                Err(error)
                    if error.kind.is_retryable() && try_number < self.patience.tries && job.shared.cancel.level() == CancelLevel::None =>
                {
                    try_number += 1;
                    pause = self.rest(job, pause).await;
                    if job.shared.cancel.level() > CancelLevel::None {
                        return Ok(Err(error));
                    }
                }
                other => return Ok(other),
            }
        }
    }

    async fn update(&self, job: &Job<'_>) -> Result<Ended, EngineError> {
        let Some(state) = job.known() else { return Ok(Ended::Failed("nothing is known of it any more".to_owned())) };
        let Some(id) = state.id.clone() else { return Ok(Ended::Failed("it has no physical id".to_owned())) };
        let properties = job.resolved();
        if !properties.is_resolved() {
            return Ok(match job.lacking(&properties) {
                Some(lacking) => Ended::Unsupported(format!("needs {}", lacking.short())),
                None => Ended::Failed("a value that it refers to is not known".to_owned()),
            });
        }
        let observed = job.action.before.clone().unwrap_or_else(|| state.properties.clone());
        match self.call_update(job, &id, &properties, &observed).await? {
            Ok(()) => {
                let seen = self.wait_ready(job, &id, &properties).await;
                let fresh = job.state(Some(id), properties, ResourceStatus::Ready, state.deposed);
                self.conclude(job, fresh, seen).await
            }
            Err(error) if error.kind == ErrorKind::Unsupported => Ok(Ended::Unsupported(error.operation)),
            Err(error) => Ok(job.refused(&error)),
        }
    }
}
