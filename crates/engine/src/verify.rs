//! Checks what a provider says before anybody believes it: against what was asked, what is on record, and what the type promises.
//!
//! Invariant: an answer that cannot be true becomes an error that names both values, and never a part of the state. Every look of the
//! engine goes through here; so does every identifier of a thing that was made.

use std::collections::BTreeSet;

use serde_json::Value;
use strata_graph::{Contracts, PhysicalId};
use strata_plan::ResourceState;
use strata_provider::provider::ADDRESS_TAG;
use strata_provider::{ErrorKind, Observation, ProviderError, Readiness, Request, Sought};

use crate::Engine;

impl Engine {
    /// Looks at a resource by its id, and believes only what can be true. `known` is its record: the tag that was applied last, or that of an
    /// address which it had before, may still be seen.
    pub(crate) async fn observe(&self, request: &Request<'_>, known: Option<&ResourceState>) -> Result<Option<Observation>, ProviderError> {
        let seen = self.provider.observe(request).await?;
        if let Some(seen) = &seen {
            if let Some(id) = request.id {
                same_id(request, id, &seen.id)?;
            }
            owned(request, known, seen)?;
            promised(&self.contracts, request, seen)?;
        }
        Ok(seen)
    }

    /// Looks at what a person names, whose identifier may be written in another way and whose owner is nobody or to be asked about.
    pub(crate) async fn observe_named(&self, request: &Request<'_>) -> Result<Option<Observation>, ProviderError> {
        let seen = self.provider.observe(request).await?;
        if let Some(seen) = &seen {
            promised(&self.contracts, request, seen)?;
        }
        Ok(seen)
    }

    /// Looks for what was made besides what is known. Whose it is, is for the caller to ask.
    pub(crate) async fn sought(&self, request: &Request<'_>, known: &[PhysicalId]) -> Result<Sought, ProviderError> {
        let sought = self.provider.find_besides(request, known).await?;
        match &sought {
            Sought::Found(seen) if known.contains(&seen.id) => {
                Err(wrong(request, format!("something besides {} was asked for, and the answer is that", seen.id)))
            }
            Sought::OnlyKnown(id) if !known.contains(id) => {
                let list = known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                Err(wrong(request, format!("the answer is that only {id} stands, which is none of those known: {list}")))
            }
            // What is another's is said to be so, and not to be wrong.
            Sought::Found(seen) if seen.belongs_to(request.address) => {
                promised(&self.contracts, request, seen)?;
                Ok(sought)
            }
            _ => Ok(sought),
        }
    }
}

/// An identifier that a creation gave: it names something, and nothing that is on record as another resource. The same resource may get
/// its old identifier back, where that is its name.
pub(crate) fn made_as<'s>(
    request: &Request<'_>,
    id: &PhysicalId,
    mut known: impl Iterator<Item = &'s ResourceState>,
) -> Result<(), ProviderError> {
    if id.0.trim().is_empty() {
        return Err(wrong(request, "it says that it made it, and names no identifier"));
    }
    let other = known.find(|state| {
        let ids = || state.id.iter().chain(state.deposed.iter().map(|left| &left.id));
        state.address != *request.address
            && state.type_name == *request.type_name
            && state.address.scope() == request.address.scope()
            && ids().any(|known| known == id)
    });
    match other {
        Some(other) => Err(wrong(request, format!("it says that it made it as {id}, as which {} is on record", other.address))),
        None => Ok(()),
    }
}

fn wrong(request: &Request<'_>, what: impl std::fmt::Display) -> ProviderError {
    let asked = request.id.map(|id| format!(" ({id})")).unwrap_or_default();
    let mut error = ProviderError::new(
        ErrorKind::Internal,
        format!("the provider's answer on {}{asked}", request.address),
        format!("it cannot be true: {what}"),
    );
    error.to_do = Some("nothing of this answer was believed; please report it with both values, they are no secret".to_owned());
    error
}

fn same_id(request: &Request<'_>, asked: &PhysicalId, seen: &PhysicalId) -> Result<(), ProviderError> {
    match asked == seen {
        true => Ok(()),
        false => Err(wrong(request, format!("it was asked about {asked} and answers about {seen}"))),
    }
}

/// Whose tag it carries: the address's, or one that it has by right for as long as a change of it is not seen everywhere.
fn owned(request: &Request<'_>, known: Option<&ResourceState>, seen: &Observation) -> Result<(), ProviderError> {
    let Some(owner) = seen.owner() else { return Ok(()) };
    let address = request.address.to_string();
    let applied = [Some(request.properties), known.map(|state| &state.properties)];
    let mut tags = applied.into_iter().flatten().filter_map(|document| document.0.get("Tags")?.get(ADDRESS_TAG)?.as_str());
    let mut formerly = known.into_iter().flat_map(|state| &state.formerly).map(ToString::to_string);
    if owner == address || tags.any(|tag| tag == owner) || formerly.any(|old| old == owner) {
        return Ok(());
    }
    let mut error = ProviderError::new(
        ErrorKind::Conflict,
        format!("look at {address}"),
        format!("{} is on record as {address} and carries the tag {ADDRESS_TAG}={owner}", seen.id),
    );
    error.to_do =
        Some(format!("two claim it: set its tag {ADDRESS_TAG} back to {address}, or let go of it with `strata forget {address}`"));
    Err(error)
}

/// What the type promises: its outputs, once it is ready all of them; and that a field is a list where a list is asked for.
fn promised(contracts: &Contracts, request: &Request<'_>, seen: &Observation) -> Result<(), ProviderError> {
    if let Some(contract) = contracts.of_type(&request.type_name.0) {
        let names: BTreeSet<&str> = contract.outputs.iter().map(|output| output.name).collect();
        if let Some((name, value)) = seen.outputs.iter().find(|(name, _)| !names.contains(name.as_str())) {
            return Err(wrong(request, format!("it outputs {name} = '{value}', and {} has no such output", contract.type_name)));
        }
        let missing = names.into_iter().find(|name| !seen.outputs.contains_key(*name) && !contracts.may_lack(contract.type_name, name));
        if let (Some(missing), Readiness::Ready) = (missing, &seen.readiness) {
            let has = seen.outputs.keys().cloned().collect::<Vec<_>>().join(", ");
            return Err(wrong(request, format!("it is ready and lacks the output {missing}, which its type promises; it has: {has}")));
        }
    }
    for (field, wanted) in &*request.properties.0 {
        let Some(shown) = seen.properties.0.get(field) else { continue };
        // What refers to something is a text once it is known.
        let wanted_kind = if strata_graph::document::as_reference(wanted).is_some() { "text" } else { kind(wanted) };
        if kind(shown) != wanted_kind {
            return Err(wrong(request, format!("its {field} is {wanted_kind}, {wanted}, and the answer has {}, {shown}", kind(shown))));
        }
    }
    Ok(())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}
