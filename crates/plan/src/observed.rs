//! The graph that the cloud shows, for the rules that judge it: from states and what was seen of them.
//!
//! Invariant: a resource's properties are those seen; what stands in for them (a field that no call returns, a resource that could not be
//! looked at) is on the list of what does, so that no judge takes it for seen.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use strata_graph::{Address, Contracts, Document, Resource, TypeContract, TypeName};
use strata_policy::ObservedGraph;

use crate::state::{Observations, ResourceState, ResourceStatus, ScopeState};

/// The observed graph of some scopes. `unseen` says why a resource could not be looked at, where that is known.
#[must_use]
pub fn observed_graph<'a>(
    states: impl IntoIterator<Item = &'a ScopeState>,
    observations: &Observations,
    unseen: &BTreeMap<Address, String>,
    contracts: &Contracts,
) -> ObservedGraph {
    let mut observed = ObservedGraph::default();
    let mut present: Vec<(&ResourceState, Option<&'static TypeContract>)> = Vec::new();
    for state in states.into_iter().flat_map(|scope| scope.resources.values()) {
        let contract = contracts.of_type(&state.type_name.0);
        let (properties, why) = match observations.get(&state.address) {
            Some(None) => {
                observed.gone.push(resource(state, state.properties.clone()));
                continue;
            }
            Some(Some(seen)) => {
                for part in added(state, seen, contract, contracts) {
                    let _ = observed.graph.insert(part);
                }
                let (whole, by_record) = filled(seen, &state.properties, contract.map_or(&[], |contract| contract.unobservable));
                if !by_record.is_empty() {
                    observed.by_record.insert(state.address.clone(), by_record);
                }
                (whole, None)
            }
            None => (state.properties.clone(), Some(why_unseen(state, unseen))),
        };
        if let Some(why) = why {
            observed.unseen.insert(state.address.clone(), why);
        }
        // A scope's resources have one address each, and scopes share none.
        let _ = observed.graph.insert(resource(state, properties));
        present.push((state, contract));
    }
    observed.identities = identities(&present);
    observed
}

fn why_unseen(state: &ResourceState, unseen: &BTreeMap<Address, String>) -> String {
    match (unseen.get(&state.address), &state.status) {
        (Some(why), _) => why.clone(),
        (None, ResourceStatus::Unsupported(what)) => format!("not supported by this emulator ({what})"),
        (None, _) if state.id.is_none() => "it was never seen to be made".to_owned(),
        (None, _) => "this emulator has no call that shows it".to_owned(),
    }
}

/// What somebody put into a resource that is a resource of its own type, such as a rule of a security group: judged like those of the files, under
/// an address of its own beside them, `security_group_ingress.GROUP-added-ID`.
fn added<'a>(
    state: &'a ResourceState,
    seen: &'a Document,
    contract: Option<&'static TypeContract>,
    contracts: &'a Contracts,
) -> impl Iterator<Item = Resource> + 'a {
    let closed = contract.into_iter().flat_map(|contract| contract.closed);
    let lists = closed.filter_map(move |closed| Some((contracts.of_type(closed.parts?)?, seen.0.get(closed.property)?.as_array()?)));
    lists.flat_map(|(contract, parts)| parts.iter().map(move |part| (contract, part))).filter_map(|(contract, part)| {
        let plain = |character: char| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '-' };
        let id: String = part.get("Id")?.as_str()?.chars().map(plain).collect();
        let properties = Document::of(part.get("Properties")?).ok()?;
        Some(Resource {
            address: Address::new(state.address.scope().clone(), contract.kind, format!("{}-added-{id}", state.address.name())),
            type_name: TypeName(contract.type_name.to_owned()),
            properties,
            depends_on: [state.address.clone()].into(),
            ..resource(state, Document::default())
        })
    })
}

fn resource(state: &ResourceState, properties: Document) -> Resource {
    Resource {
        address: state.address.clone(),
        type_name: state.type_name.clone(),
        layer: state.layer,
        properties,
        depends_on: state.dependencies.iter().cloned().collect(),
        origins: state.origins.clone(),
        data: state.data.clone(),
        waiting_for: state.waiting_for.clone(),
        purpose: state.purpose.clone(),
    }
}

/// What was seen, with the fields that no call returns as they were last applied, and which those are.
fn filled(seen: &Document, applied: &Document, unobservable: &[&str]) -> (Document, Vec<String>) {
    let mut whole = seen.clone();
    let mut by_record = Vec::new();
    for path in unobservable {
        let Some(value) = applied.at(path) else { continue };
        if seen.at(path) == Some(value) || !put(&mut whole, path, value.clone()) {
            continue;
        }
        by_record.push((*path).to_owned());
    }
    (whole, by_record)
}

/// Puts a value at a dotted path; not where the cloud shows something else than an object on the way.
fn put(document: &mut Document, path: &str, value: Value) -> bool {
    let mut parts: Vec<&str> = path.split('.').collect();
    let Some(leaf) = parts.pop() else { return false };
    let mut map = &mut *document.0;
    for part in parts {
        let inner = map.entry(part).or_insert_with(|| Value::Object(serde_json::Map::new()));
        let Value::Object(inner) = inner else { return false };
        map = inner;
    }
    map.insert(leaf.to_owned(), value);
    true
}

/// Which resource a text in an observed document stands for: identifiers first, then ARNs, then the other outputs; what two resources share
/// names neither, and numbers, words of every resource and settings of the whole account name nothing.
fn identities(present: &[(&ResourceState, Option<&'static TypeContract>)]) -> BTreeMap<String, Address> {
    let mut known: BTreeMap<String, Address> = BTreeMap::new();
    let mut rounds: [Vec<(&str, &Address)>; 3] = [Vec::new(), Vec::new(), Vec::new()];
    for (state, contract) in present {
        if contract.is_some_and(|contract| contract.singleton) {
            continue;
        }
        rounds[0].extend(state.id.iter().map(|id| (id.0.as_str(), &state.address)));
        for (name, value) in &state.outputs {
            let round = if name == "Arn" || value.starts_with("arn:") { 1 } else { 2 };
            rounds[round].push((value, &state.address));
        }
    }
    for round in rounds {
        let mut of: BTreeMap<&str, BTreeSet<&Address>> = BTreeMap::new();
        for (text, address) in round {
            let says_nothing = text.is_empty() || text.chars().all(|character| character.is_ascii_digit() || character == '.');
            if !says_nothing && !known.contains_key(text) {
                of.entry(text).or_default().insert(address);
            }
        }
        for (text, addresses) in of {
            if let (1, Some(address)) = (addresses.len(), addresses.first()) {
                known.insert(text.to_owned(), (*address).clone());
            }
        }
    }
    known
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;
    use strata_graph::{Closed, CloudFormationForm, Layer, PhysicalId, ReplaceOrder, Scope};

    const CONTRACT: TypeContract = TypeContract {
        type_name: "Test::Thing",
        kind: "thing",
        service: "test",
        replace_on: &[],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &["Lock.Days", "Secret"],
        unordered: &[],
        closed: &[Closed::parts("Things", "Test::Thing")],
        outputs: &[],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "test_thing",
        singleton: false,
    };

    fn state(name: &str, id: Option<&str>, outputs: &[(&str, &str)]) -> ResourceState {
        ResourceState {
            address: Address::new(Scope::Network("a".into()), "thing", name),
            type_name: TypeName("Test::Thing".into()),
            layer: Layer::Network,
            id: id.map(|id| PhysicalId(id.to_owned())),
            properties: Document::of(&json!({"Name": "was", "Lock": {"Days": 3, "On": true}, "Secret": "s"})).unwrap(),
            outputs: outputs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            dependencies: vec![],
            status: ResourceStatus::Ready,
            origins: vec![],
            data: None,
            waiting_for: None,
            purpose: String::new(),
            deposed: vec![],
            formerly: vec![],
        }
    }

    fn scope(resources: Vec<ResourceState>) -> ScopeState {
        let mut scope = ScopeState::empty(Scope::Network("a".into()));
        scope.resources = resources.into_iter().map(|state| (state.address.clone(), state)).collect();
        scope
    }

    #[test]
    fn what_stands_in_for_the_seen_is_listed() {
        let mut lacking = state("lacking", None, &[]);
        lacking.status = ResourceStatus::Unsupported("test:CreateThing".into());
        let known = scope(vec![state("seen", Some("i-1"), &[]), state("gone", Some("i-2"), &[]), state("shut", Some("i-3"), &[]), lacking]);
        let address = |name: &str| Address::new(Scope::Network("a".into()), "thing", name);
        let seen = Document::of(&json!({"Name": "is", "Lock": {"On": false}})).unwrap();
        let observations = Observations::from([(address("seen"), Some(seen)), (address("gone"), None)]);
        let unseen = BTreeMap::from([(address("shut"), "AccessDenied".to_owned())]);
        let observed = observed_graph([&known], &observations, &unseen, &Contracts::new([&CONTRACT]));
        let properties = &observed.graph.get(&address("seen")).unwrap().properties;
        assert_eq!(serde_json::to_value(properties).unwrap(), json!({"Name": "is", "Lock": {"On": false, "Days": 3}, "Secret": "s"}));
        assert_eq!(observed.by_record, BTreeMap::from([(address("seen"), vec!["Lock.Days".to_owned(), "Secret".to_owned()])]));
        assert_eq!(observed.gone.iter().map(|resource| resource.address.name()).collect::<Vec<_>>(), ["gone"]);
        assert!(observed.graph.get(&address("gone")).is_none());
        let why: Vec<(&str, &str)> = observed.unseen.iter().map(|(address, why)| (address.name(), why.as_str())).collect();
        assert_eq!(why, [("lacking", "not supported by this emulator (test:CreateThing)"), ("shut", "AccessDenied")]);
    }

    #[test]
    fn what_somebody_put_inside_is_judged_like_the_rest() {
        let known = scope(vec![state("seen", Some("i-1"), &[])]);
        let address = Address::new(Scope::Network("a".into()), "thing", "seen");
        let seen = Document::of(&json!({"Name": "is", "Things": [{"Id": "arn:X/7", "Properties": {"Name": "strange"}}]})).unwrap();
        let observed =
            observed_graph([&known], &Observations::from([(address, Some(seen))]), &BTreeMap::new(), &Contracts::new([&CONTRACT]));
        let part = observed.graph.get(&Address::new(Scope::Network("a".into()), "thing", "seen-added-arn-x-7")).unwrap();
        assert_eq!(serde_json::to_value(&part.properties).unwrap(), json!({"Name": "strange"}));
    }

    #[test]
    fn a_text_names_one_resource_or_none() {
        let known = scope(vec![
            state("a", Some("i-1"), &[("Arn", "arn:aws:x:::i-1"), ("Version", "1"), ("Zone", "z-shared")]),
            state("b", Some("i-2"), &[("Parent", "i-1"), ("Zone", "z-shared")]),
        ]);
        let observed = observed_graph([&known], &Observations::new(), &BTreeMap::new(), &Contracts::new([&CONTRACT]));
        let names: Vec<(&str, &str)> = observed.identities.iter().map(|(text, address)| (text.as_str(), address.name())).collect();
        assert_eq!(names, [("arn:aws:x:::i-1", "a"), ("i-1", "a"), ("i-2", "b")]);
    }
}
