//! Removing an incarnation: the call, tried again while something still uses it, and the wait until it is gone.
//!
//! Invariant: the record lets go of what was seen gone, and of nothing else.

use strata_graph::{Document, PhysicalId, TypeContract};
use strata_plan::{ResourceState, ResourceStatus};
use strata_provider::{ErrorKind, Readiness};
use strata_store::{IntentOperation, Outcome, Write};
use tokio::time::Instant;

use crate::Engine;
use crate::cancel::CancelLevel;
use crate::event::Event;
use crate::job::Job;
use crate::run::{Ended, EngineError};

impl Engine {
    pub(crate) async fn delete_current(&self, job: &Job<'_>, state: ResourceState) -> Result<Ended, EngineError> {
        let Some(id) = state.id.clone() else {
            if let Some(left) = state.deposed.first() {
                return Ok(Ended::Failed(format!(
                    "what an earlier replacement left behind still stands: {}; the next run deletes it",
                    left.id
                )));
            }
            self.forget(job.shared, Vec::new(), &state.address).await?;
            return Ok(Ended::Done);
        };
        // A cloud that does not show it yet would call it gone already.
        if matches!(state.status, ResourceStatus::Pending(_))
            && let Err(unclear) = self.appear(job, &state).await
        {
            return Ok(Ended::Failed(unclear));
        }
        let ended = self.delete(job, &id, &state.properties).await?;
        // What an emulator can make and not delete goes with the emulator: it is not ours to wait for.
        if matches!(ended, Ended::Done | Ended::Unsupported(_)) {
            match job.known() {
                // Forgotten together with this one, an older incarnation would stand for ever.
                Some(mut state) if !state.deposed.is_empty() => {
                    state.id = None;
                    state.status = ResourceStatus::Pending("deleted, and what a replacement left behind still stands".to_owned());
                    self.put(job.shared, Vec::new(), state).await?;
                }
                _ => self.forget(job.shared, Vec::new(), &state.address).await?,
            }
        }
        Ok(ended)
    }

    pub(crate) async fn delete_deposed(&self, job: &Job<'_>, id: &PhysicalId, properties: &Document) -> Result<Ended, EngineError> {
        let ended = self.delete(job, id, properties).await?;
        if ended == Ended::Done
            && let Some(mut state) = job.known()
        {
            state.deposed.retain(|left| left.id != *id);
            self.put(job.shared, Vec::new(), state).await?;
        }
        Ok(ended)
    }

    async fn delete(&self, job: &Job<'_>, id: &PhysicalId, properties: &Document) -> Result<Ended, EngineError> {
        let deadline = Instant::now() + self.patience.in_use;
        let mut pause = self.patience.first_pause;
        let mut try_number = 0;
        loop {
            let permit = self.limits.admit(job.placement, &job.action.service).await;
            let token = format!("{}-delete", job.token(try_number));
            self.intend(job.shared, job.intent(&token, IntentOperation::Delete, Some(id.clone()), properties)).await?;
            let result = self.provider.delete(&job.request(Some(id), properties)).await;
            drop(permit);
            let outcome = match &result {
                Ok(()) => Outcome::Done { id: Some(id.clone()) },
                Err(error) => Outcome::Failed { error: error.to_string() },
            };
            self.write(job.shared, vec![Write::Outcome { token, outcome }]).await?;
            let error = match result {
                Ok(()) => break,
                Err(error) => error,
            };
            if error.kind == ErrorKind::Unsupported {
                return Ok(Ended::Unsupported(error.operation));
            }
            try_number += 1;
            let again = match error.kind {
                // What used it may still be on its way out.
                ErrorKind::Dependency | ErrorKind::Conflict => Instant::now() < deadline,
                kind => kind.is_retryable() && try_number <= self.patience.tries,
            };
            if !again || job.shared.cancel.level() > CancelLevel::None {
                return Ok(job.undeleted(&error, id));
            }
            job.shared.tell(Event::Waiting { step: job.step.id, address: job.action.address.clone(), detail: error.to_string() });
            pause = self.rest(job, pause).await;
            if job.shared.cancel.level() > CancelLevel::None {
                return Ok(job.undeleted(&error, id));
            }
        }
        self.wait_gone(job, id, properties).await
    }

    async fn wait_gone(&self, job: &Job<'_>, id: &PhysicalId, properties: &Document) -> Result<Ended, EngineError> {
        let deadline = Instant::now() + self.patience.ready;
        let mut pause = self.patience.first_pause;
        let known = job.known();
        let contract = self.contracts.of_type(&job.action.type_name.0);
        // A setting of the account is never gone: it is back at its default.
        if contract.is_some_and(|contract| contract.singleton) {
            return Ok(Ended::Done);
        }
        loop {
            let detail = match self.observe(&job.request(Some(id), properties), known.as_ref()).await {
                Ok(None) => return Ok(Ended::Done),
                Ok(Some(observation)) => match observation.readiness {
                    // For as long as it could be called back there is no more to see: a key waits for days.
                    Readiness::Deleting if contract.is_some_and(TypeContract::is_recallable) => return Ok(Ended::Done),
                    Readiness::Deleting => "being deleted".to_owned(),
                    Readiness::Pending(detail) | Readiness::Failed(detail) => detail,
                    Readiness::Ready => "still there".to_owned(),
                },
                Err(error) if error.kind.is_retryable() => error.to_string(),
                Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Unsupported) => return Ok(Ended::Done),
                Err(error) => return Ok(Ended::Failed(format!("its deletion was accepted, and looking for it failed: {error}"))),
            };
            job.shared.tell(Event::Waiting { step: job.step.id, address: job.action.address.clone(), detail: detail.clone() });
            if job.shared.cancel.level() > CancelLevel::None {
                return Ok(Ended::Stopped);
            }
            if Instant::now() >= deadline {
                job.in_the_way("its deletion was accepted and does not end");
                return Ok(Ended::Failed(format!("its deletion was accepted and it is still there: {detail}")));
            }
            pause = self.rest(job, pause).await;
        }
    }
}
