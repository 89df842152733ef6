//! The circuit breaker: what keeps failing in the same way is not tried again until a person says so.
//!
//! Pure policy over data that is stored with the state. Invariants: only runs count, not the tries within one; a failure of another kind,
//! or of another request, begins to count anew; a success forgets all. Failures that pass by themselves (throttled, the network) never
//! open it, and neither do those of the caller's credentials, which say nothing of the resource.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use strata_graph::Address;

use crate::model::{Action, Held, Operation, Step};
use crate::state::ScopeState;

/// After so many runs that ended in the same failure a resource is held.
pub const SAME_FAILURES: u32 = 3;

/// What was tried of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tried {
    /// To make it.
    Create,
    /// To change it.
    Update,
    /// To remove it.
    Delete,
}

impl Tried {
    /// What a step tries.
    #[must_use]
    pub fn of(operation: &Operation) -> Self {
        match operation {
            Operation::Create => Self::Create,
            Operation::Update => Self::Update,
            Operation::Delete | Operation::DeleteDeposed { .. } | Operation::DeleteReplaced => Self::Delete,
        }
    }
}

impl fmt::Display for Tried {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        })
    }
}

/// One run's failure on a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedTry {
    /// Which resource.
    pub address: Address,
    /// What was tried.
    pub tried: Tried,
    /// What was asked for, as [`attempt`] writes it: another request is another matter.
    pub attempt: String,
    /// The way it failed: `denied (AccessDenied)`.
    pub cause: String,
    /// The whole message.
    pub detail: String,
    /// Which run.
    pub run: String,
}

/// What keeps failing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What was tried.
    pub tried: Tried,
    /// What was asked for.
    pub attempt: String,
    /// The way it failed.
    pub cause: String,
    /// The last message.
    pub detail: String,
    /// How many runs failed so, one after another.
    pub times: u32,
    /// When the first of them did, RFC 3339.
    pub since: String,
    /// When the last did.
    pub last: String,
    /// Which was the last.
    pub run: String,
}

impl Failure {
    /// What is on record after one more failure.
    #[must_use]
    pub fn after(previous: Option<Self>, failed: FailedTry, at: String) -> Self {
        let same = previous
            .filter(|known| known.tried == failed.tried && known.attempt == failed.attempt && known.cause == failed.cause)
            .map(|known| (known.since, known.times));
        let (since, times) = same.unwrap_or_else(|| (at.clone(), 0));
        Self {
            tried: failed.tried,
            attempt: failed.attempt,
            cause: failed.cause,
            detail: failed.detail,
            times: times.saturating_add(1),
            since,
            last: at,
            run: failed.run,
        }
    }

    /// Whether it is not tried again by itself.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.times >= SAME_FAILURES
    }
}

/// What an action asks for, short: the same request has the same text.
#[must_use]
pub fn attempt(action: &Action) -> String {
    // A map of JSON values is written in one order only, and cannot fail to be written.
    let wanted = serde_json::to_vec(&action.after).unwrap_or_default();
    Sha256::digest(wanted).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// What of these actions is held.
pub(crate) fn held(actions: &[Action], steps: &[Step], states: &[&ScopeState], retry: &BTreeSet<Address>) -> Vec<Held> {
    let failures =
        states.iter().flat_map(|state| &state.failures).filter(|(address, failure)| failure.is_open() && !retry.contains(address));
    failures
        .filter_map(|(address, failure)| {
            let (index, action) = actions.iter().enumerate().find(|(_, action)| action.address == *address)?;
            let again = steps.iter().any(|step| step.action == index && Tried::of(&step.operation) == failure.tried);
            (again && attempt(action) == failure.attempt).then(|| Held {
                address: address.clone(),
                tried: failure.tried,
                times: failure.times,
                since: failure.since.clone(),
                last: failure.last.clone(),
                cause: failure.cause.clone(),
                detail: failure.detail.clone(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use strata_graph::Scope;

    fn failed(attempt: &str, cause: &str) -> FailedTry {
        FailedTry {
            address: Address::new(Scope::Network("a".into()), "thing", "b"),
            tried: Tried::Create,
            attempt: attempt.into(),
            cause: cause.into(),
            detail: format!("the whole of {cause}"),
            run: "run-1".into(),
        }
    }

    #[test]
    fn the_same_failure_three_times_opens_and_another_begins_anew() {
        let mut known = None;
        for (number, at) in ["1", "2", "3"].into_iter().enumerate() {
            let now = Failure::after(known, failed("x", "denied"), at.into());
            assert_eq!(now.is_open(), number == 2, "{now:?}");
            known = Some(now);
        }
        let open = known.clone();
        assert_eq!(known.as_ref().map(|known| (known.since.as_str(), known.last.as_str(), known.times)), Some(("1", "3", 3)));
        for other in [failed("y", "denied"), failed("x", "quota used up")] {
            let now = Failure::after(open.clone(), other, "4".into());
            assert_eq!((now.times, now.since.as_str()), (1, "4"));
        }
        let removal = FailedTry { tried: Tried::Delete, ..failed("x", "denied") };
        assert!(!Failure::after(open, removal, "4".into()).is_open());
    }
}
