//! What the files say of resources beside what they shall be: what is taken over, what has another address now, which fields are others'.
//!
//! Invariants: a direction changes the record and never the cloud by itself; what follows from it in the cloud stands in the plan as an
//! action like any other; nothing that is taken over or moved is ever replaced by the plan that does so.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use strata_graph::{Address, Document, Graph, Scope};

use crate::state::{Observations, ResourceState, ScopeState};

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directions {
    /// What keeps failing and shall be tried again all the same.
    pub retry: BTreeSet<Address>,
    /// What stands and is taken over, as it was seen.
    pub adopted: Vec<ResourceState>,
    /// What has another address now.
    pub moves: Vec<Move>,
    /// Fields that others own.
    pub ignored: Ignored,
}

/// One resource's new address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Move {
    /// The address on record.
    pub from: Address,
    /// The address from now on.
    pub to: Address,
}

/// Why a move is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoveProblem {
    /// It is not written as an address or a name.
    Malformed(String),
    /// They are of different types.
    OtherKind(Address, Address),
    /// The files still ask for the old one.
    StillThere(Address),
    /// The files do not ask for the new one.
    NotThere(Address),
    /// Both stand.
    Taken(Address, Address),
}

impl fmt::Display for MoveProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(text) => write!(formatter, "`{text}` is neither an address, such as `queue.bookings`, nor a name"),
            Self::OtherKind(from, to) => write!(formatter, "`{from}` and `{to}` are of different types: only an address moves"),
            Self::StillThere(from) => write!(formatter, "`{from}` is still asked for"),
            Self::NotThere(to) => write!(formatter, "there is no `{to}` for it to become"),
            Self::Taken(from, to) => write!(formatter, "`{from}` and `{to}` both stand already"),
        }
    }
}

/// The moves that `from` and `to` of a file mean, in this scope: of one address, or of every address that has a name in it. Nothing where
/// nothing of the old name is on record: it has moved already.
///
/// # Errors
/// [`MoveProblem`], where it cannot be followed.
pub fn follow(scope: &Scope, from: &str, to: &str, graph: &Graph, states: &BTreeMap<Scope, ScopeState>) -> Result<Vec<Move>, MoveProblem> {
    let on_record = |address: &Address| states.get(address.scope()).is_some_and(|state| state.resources.contains_key(address));
    if from.contains('.') || to.contains('.') {
        let (from, to) = (address(scope, from)?, address(scope, to)?);
        if from.kind() != to.kind() || from.scope() != to.scope() {
            return Err(MoveProblem::OtherKind(from, to));
        }
        if !on_record(&from) {
            return Ok(Vec::new());
        }
        if graph.get(&from).is_some() {
            return Err(MoveProblem::StillThere(from));
        }
        if graph.get(&to).is_none() {
            return Err(MoveProblem::NotThere(to));
        }
        if on_record(&to) {
            return Err(MoveProblem::Taken(from, to));
        }
        return Ok(vec![Move { from, to }]);
    }
    let known = states.get(scope).into_iter().flat_map(|state| state.resources.keys());
    let mut moves = Vec::new();
    for old in known.filter(|old| graph.get(old).is_none()) {
        let Some(name) = renamed(old.name(), from, to) else { continue };
        let new = Address::new(scope.clone(), old.kind(), name);
        // What has no counterpart goes with the old name, as anything that nobody asks for any more.
        if graph.get(&new).is_some() && !on_record(&new) {
            moves.push(Move { from: old.clone(), to: new });
        }
    }
    Ok(moves)
}

fn address(scope: &Scope, written: &str) -> Result<Address, MoveProblem> {
    let whole = if written.contains('/') { written.to_owned() } else { format!("{scope}/{written}") };
    whole.parse().map_err(|_| MoveProblem::Malformed(written.to_owned()))
}

/// A name with one whole part of it put in the place of another; none where the part is not in it.
fn renamed(name: &str, from: &str, to: &str) -> Option<String> {
    let whole = |at: usize| {
        let before = name[..at].chars().next_back();
        let after = name[at + from.len()..].chars().next();
        let ends = |neighbour: Option<char>| neighbour.is_none_or(|neighbour| !neighbour.is_ascii_alphanumeric());
        ends(before) && ends(after)
    };
    let at = name.match_indices(from).map(|(at, _)| at).find(|at| whole(*at))?;
    Some(format!("{}{to}{}", &name[..at], &name[at + from.len()..]))
}

impl Directions {
    /// Whether the record stays as it is.
    #[must_use]
    pub fn keeps_the_record(&self) -> bool {
        self.adopted.is_empty() && self.moves.is_empty()
    }

    /// The record as the run will have it before its first call.
    #[must_use]
    pub fn carried(&self, states: &BTreeMap<Scope, ScopeState>, seen: &Observations) -> (BTreeMap<Scope, ScopeState>, Observations) {
        let (mut states, mut seen) = (states.clone(), seen.clone());
        for state in &self.adopted {
            let scope = state.address.scope();
            states
                .entry(scope.clone())
                .or_insert_with(|| ScopeState::empty(scope.clone()))
                .resources
                .insert(state.address.clone(), state.clone());
            seen.insert(state.address.clone(), Some(state.properties.clone()));
        }
        for Move { from, to } in &self.moves {
            if let Some(looked) = seen.remove(from) {
                seen.insert(to.clone(), looked);
            }
        }
        relocate(&mut states, &self.moves);
        (states, seen)
    }

    /// How this address came to be on record by this plan, in a word.
    pub(crate) fn taken(&self, address: &Address) -> Option<&'static str> {
        if self.adopted.iter().any(|state| state.address == *address) {
            return Some("adopted");
        }
        self.moves.iter().any(|moved| moved.to == *address).then_some("moved")
    }
}

/// Gives resources their new addresses, in their own records and in those of what stands on them. Returns the addresses whose records are
/// other ones now.
pub fn relocate(states: &mut BTreeMap<Scope, ScopeState>, moves: &[Move]) -> BTreeSet<Address> {
    let new: BTreeMap<&Address, &Address> = moves.iter().map(|moved| (&moved.from, &moved.to)).collect();
    let mut touched = BTreeSet::new();
    if new.is_empty() {
        return touched;
    }
    for state in states.values_mut() {
        let mine = moves.iter().filter(|moved| *moved.from.scope() == state.scope);
        let taken: Vec<ResourceState> = mine
            .filter_map(|moved| {
                let mut resource = state.resources.remove(&moved.from)?;
                resource.formerly.push(std::mem::replace(&mut resource.address, moved.to.clone()));
                Some(resource)
            })
            .collect();
        touched.extend(taken.iter().map(|resource| resource.address.clone()));
        state.resources.extend(taken.into_iter().map(|resource| (resource.address.clone(), resource)));
        for resource in state.resources.values_mut() {
            let lists = std::iter::once(&mut resource.dependencies).chain(resource.deposed.iter_mut().map(|left| &mut left.dependencies));
            for below in lists.flatten() {
                if let Some(to) = new.get(below) {
                    *below = (*to).clone();
                    touched.insert(resource.address.clone());
                }
            }
        }
    }
    touched
}

/// Dotted paths of fields that others own, by resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignored(pub BTreeMap<Address, Vec<String>>);

impl Ignored {
    /// Whether a path of this resource, or one that it lies under, is others'.
    #[must_use]
    pub fn covers(&self, address: &Address, path: &str) -> bool {
        let under = |owned: &String| path == owned || path.strip_prefix(owned.as_str()).is_some_and(|rest| rest.starts_with('.'));
        self.0.get(address).is_some_and(|paths| paths.iter().any(under))
    }

    /// A document with what others own as it stands in `stands`: a change sends it as it is, and sees no difference.
    #[must_use]
    pub fn as_it_stands(&self, address: &Address, wanted: &Document, stands: &Document) -> Document {
        let mut document = wanted.clone();
        for path in self.0.get(address).into_iter().flatten() {
            put(&mut document.0, path, stands.at(path));
        }
        document
    }
}

/// Sets what lies at a path, or takes it away. Where there is no map on the way nothing lies there.
fn put(map: &mut Map<String, Value>, path: &str, value: Option<&Value>) {
    // A key may hold dots itself: the longest one that is there is meant.
    let ends: Vec<usize> = path.match_indices('.').map(|(at, _)| at).rev().collect();
    let inner = ends.into_iter().find(|at| map.contains_key(&path[..*at])).filter(|_| !map.contains_key(path));
    match (inner, value) {
        (Some(at), value) => {
            if let Some(Value::Object(inner)) = map.get_mut(&path[..at]) {
                put(inner, &path[at + 1..], value);
            }
        }
        (None, Some(value)) => {
            map.insert(path.to_owned(), value.clone());
        }
        (None, None) => {
            map.remove(path);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn only_whole_parts_of_a_name_are_renamed() {
        assert_eq!(renamed("orders", "orders", "bookings").as_deref(), Some("bookings"));
        assert_eq!(renamed("orders-dead-letter", "orders", "bookings").as_deref(), Some("bookings-dead-letter"));
        assert_eq!(renamed("api-to-orders", "orders", "bookings").as_deref(), Some("api-to-bookings"));
        assert_eq!(renamed("preorders", "orders", "bookings"), None);
        assert_eq!(renamed("orders2", "orders", "bookings"), None);
    }

    #[test]
    fn what_others_own_is_sent_as_it_stands() {
        let address = Address::new(Scope::Network("a".into()), "thing", "b");
        let ignored = Ignored(BTreeMap::from([(address.clone(), vec!["A.B".into(), "C".into(), "Tags.team:x".into()])]));
        let wanted = Document::of(&json!({"A": {"B": 1, "D": 2}, "C": 3, "Tags": {"team:x": "a"}})).unwrap();
        let stands = Document::of(&json!({"A": {"B": 9, "D": 8}, "Tags": {"team:x": "b"}})).unwrap();
        let masked = ignored.as_it_stands(&address, &wanted, &stands);
        assert_eq!(masked, Document::of(&json!({"A": {"B": 9, "D": 2}, "Tags": {"team:x": "b"}})).unwrap());
        assert!(ignored.covers(&address, "A.B") && ignored.covers(&address, "A.B.E") && !ignored.covers(&address, "A.BC"));
    }
}
