//! A cloud in memory: real enough to run the engine on, with faults where a test asks for them.
//!
//! Invariant: it keeps what it was told and nothing else; outputs are derived from the id, so they are deterministic.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use strata_graph::{Contracts, Document, PhysicalId};

use crate::error::{ErrorKind, ProviderError};
use crate::provider::{ADDRESS_TAG, Account, Observation, PLATFORM_TAG, Placement, Provider, Readiness, Request, Sought, Tagged};

/// What the fake cloud does to a call instead of carrying it out plainly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Refuse with this kind, without doing anything.
    Refuse(ErrorKind),
    /// Carry it out and lose the answer.
    LoseAnswer,
    /// A creation of several calls of which the first is carried out and the second, which sets the tags, is refused with this kind.
    Half(ErrorKind),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Thing {
    owner: String,
    properties: Document,
    outputs: BTreeMap<String, String>,
    pending_polls: u32,
    broken: Option<String>,
    /// Made by `create`, and so with the caller's reference.
    ours: bool,
    /// Grows with each update; outputs whose contract says that an update moves them show it.
    version: u64,
}

impl Thing {
    /// What a look shows; a thing that is pending comes nearer to being ready by it.
    fn seen(&mut self, id: String) -> Observation {
        let readiness = if let Some(detail) = &self.broken {
            Readiness::Failed(detail.clone())
        } else if self.pending_polls > 0 {
            self.pending_polls -= 1;
            Readiness::Pending("creating".to_owned())
        } else {
            Readiness::Ready
        };
        Observation { id: PhysicalId(id), properties: self.properties.clone(), outputs: self.outputs.clone(), readiness, proven: self.ours }
    }
}

/// One thing that stands in the fake cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What the cloud calls it.
    pub id: PhysicalId,
    /// The address that it was made for.
    pub owner: String,
    /// Its properties.
    pub properties: Document,
    /// Its outputs.
    pub outputs: BTreeMap<String, String>,
    /// Whether it was made by `create`, and not by somebody else.
    pub ours: bool,
}

#[derive(Debug, Default)]
struct Contents {
    next: u64,
    things: BTreeMap<String, Thing>,
    faults: BTreeMap<String, VecDeque<Fault>>,
    calls: Vec<String>,
    pending_polls: u32,
    break_next: BTreeMap<String, String>,
    guarded: BTreeSet<String>,
    single: BTreeSet<String>,
    near_sighted: bool,
}

impl Contents {
    /// A thing whose properties hold an output of this one.
    fn user_of(&self, id: &str) -> Option<&str> {
        let outputs = &self.things.get(id)?.outputs;
        let users = self.things.iter().filter(|(other, _)| *other != id);
        let holds = |thing: &Thing| thing.properties.0.values().any(|value| outputs.values().any(|output| holds(value, output)));
        users.into_iter().find(|(_, thing)| holds(thing)).map(|(_, thing)| thing.owner.as_str())
    }
}

/// Whether a text is somewhere in a value.
fn holds(value: &serde_json::Value, text: &str) -> bool {
    match value {
        serde_json::Value::String(found) => found == text,
        serde_json::Value::Array(items) => items.iter().any(|item| holds(item, text)),
        serde_json::Value::Object(map) => map.values().any(|item| holds(item, text)),
        _ => false,
    }
}

/// The cloud in memory.
#[derive(Debug)]
pub struct FakeCloud {
    contracts: Contracts,
    contents: Mutex<Contents>,
}

impl FakeCloud {
    /// An empty cloud that knows these types.
    #[must_use]
    pub fn new(contracts: Contracts) -> Self {
        Self { contracts, contents: Mutex::default() }
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next call named `operation` (`create`, `update`, `delete`, `observe`) on this address meets the fault.
    pub fn inject(&self, operation: &str, address: &str, fault: Fault) {
        self.contents().faults.entry(format!("{operation} {address}")).or_default().push_back(fault);
    }

    /// Everything made from now on answers this many observations as pending before it is ready.
    pub fn pend(&self, polls: u32) {
        self.contents().pending_polls = polls;
    }

    /// From now on a thing of this type is not deleted while another thing's properties hold one of its outputs.
    pub fn guard_use(&self, type_name: &str) {
        self.contents().guarded.insert(type_name.to_owned());
    }

    /// From now on of this type only one thing of a name stands at a time: a second creation is a conflict.
    pub fn allow_one(&self, type_name: &str) {
        self.contents().single.insert(type_name.to_owned());
    }

    /// From now on a look-up by name or tags shows the first match alone, as many APIs do.
    pub fn see_one(&self) {
        self.contents().near_sighted = true;
    }

    /// Everything that stands, in the order of ids.
    pub fn standing(&self) -> Vec<Standing> {
        let contents = self.contents();
        let things = contents.things.iter().map(|(id, thing)| Standing {
            id: PhysicalId(id.clone()),
            owner: thing.owner.clone(),
            properties: thing.properties.clone(),
            outputs: thing.outputs.clone(),
            ours: thing.ours,
        });
        things.collect()
    }

    /// Removes one thing behind everybody's back.
    pub fn take(&self, id: &PhysicalId) {
        self.contents().things.remove(&id.0);
    }

    /// The mutating calls carried out or refused, in order, as `create ADDRESS`.
    pub fn calls(&self) -> Vec<String> {
        self.contents().calls.clone()
    }

    /// Owner addresses of everything that stands, sorted; one entry a thing, so a duplicate shows.
    pub fn inventory(&self) -> Vec<String> {
        let mut owners: Vec<String> = self.contents().things.values().map(|thing| thing.owner.clone()).collect();
        owners.sort();
        owners
    }

    /// Changes a property behind everybody's back.
    pub fn tamper(&self, owner: &str, property: &str, value: serde_json::Value) {
        for thing in self.contents().things.values_mut().filter(|thing| thing.owner == owner) {
            thing.properties.0.insert(property.to_owned(), value.clone());
        }
    }

    /// Changes an output behind everybody's back.
    pub fn tamper_outputs(&self, owner: &str, output: &str, value: &str) {
        for thing in self.contents().things.values_mut().filter(|thing| thing.owner == owner) {
            thing.outputs.insert(output.to_owned(), value.to_owned());
        }
    }

    /// Removes a thing behind everybody's back.
    pub fn vanish(&self, owner: &str) {
        self.contents().things.retain(|_, thing| thing.owner != owner);
    }

    /// Everything that is pending is ready from now on, and nothing more is seen as failed that [`FakeCloud::break_next`] asked for.
    pub fn settle(&self) {
        let mut contents = self.contents();
        contents.break_next.clear();
        for thing in contents.things.values_mut() {
            thing.pending_polls = 0;
        }
    }

    /// The next thing made for this address is seen as failed, in these words of the cloud.
    pub fn break_next(&self, address: &str, detail: &str) {
        self.contents().break_next.insert(address.to_owned(), detail.to_owned());
    }

    /// Somebody else makes a thing that a look-up for `address` finds, whatever its tags say.
    pub fn put(&self, address: &strata_graph::Address, properties: Document) {
        let mut contents = self.contents();
        contents.next += 1;
        let id = format!("{}-{:06}", address.kind(), contents.next);
        let (owner, outputs) = (address.to_string(), BTreeMap::new());
        let thing = Thing { owner, properties, outputs, pending_polls: 0, broken: None, ours: false, version: 1 };
        contents.things.insert(id, thing);
    }

    /// A thing stands under this id as an earlier process made it for `address`.
    pub fn stand(&self, address: &strata_graph::Address, id: &PhysicalId, properties: Document, outputs: BTreeMap<String, String>) {
        let thing = Thing { owner: address.to_string(), properties, outputs, pending_polls: 0, broken: None, ours: true, version: 1 };
        self.contents().things.insert(id.0.clone(), thing);
    }

    fn meet(contents: &mut Contents, operation: &str, request: &Request<'_>) -> Result<Option<ProviderError>, ProviderError> {
        let key = format!("{operation} {}", request.address);
        match contents.faults.get_mut(&key).and_then(VecDeque::pop_front) {
            Some(Fault::Refuse(kind)) => Err(ProviderError::new(kind, format!("fake:{operation}"), "a fault that the test asked for")),
            Some(Fault::LoseAnswer) => Ok(Some(Self::lost(operation))),
            Some(Fault::Half(kind)) => Ok(Some(ProviderError::new(
                kind,
                format!("fake:{operation}"),
                "the second of two calls was refused, as the test asked for",
            ))),
            None => Ok(None),
        }
    }

    fn outputs(&self, type_name: &str, id: &str, version: u64) -> BTreeMap<String, String> {
        let contract = self.contracts.of_type(type_name);
        let outputs = contract.iter().flat_map(|contract| contract.outputs.iter().map(move |output| (contract, output.name)));
        outputs
            .map(|(contract, name)| {
                let value = if contract.moves_on_update(name) { format!("{name}:{id}:{version}") } else { format!("{name}:{id}") };
                (name.to_owned(), value)
            })
            .collect()
    }

    fn lost(operation: &str) -> ProviderError {
        ProviderError::new(ErrorKind::Transient, format!("fake:{operation}"), "the answer was lost after the call was carried out")
    }
}

#[async_trait]
impl Provider for FakeCloud {
    async fn account(&self, placement: &Placement) -> Result<Account, ProviderError> {
        Ok(Account { account_id: placement.account_id.clone(), region: placement.region.clone(), partition: "aws".to_owned() })
    }

    async fn tagged(&self, _placement: &Placement, platform: &str) -> Result<Vec<Tagged>, ProviderError> {
        let contents = self.contents();
        let tag =
            |thing: &Thing, name: &str| thing.properties.at(&format!("Tags.{name}")).and_then(|tag| tag.as_str().map(ToOwned::to_owned));
        let ours = contents.things.iter().filter(|(_, thing)| tag(thing, PLATFORM_TAG).as_deref() == Some(platform));
        Ok(ours.filter_map(|(id, thing)| Some(Tagged { arn: id.clone(), address: tag(thing, ADDRESS_TAG)? })).collect())
    }

    async fn observe(&self, request: &Request<'_>) -> Result<Option<Observation>, ProviderError> {
        let mut contents = self.contents();
        Self::meet(&mut contents, "observe", request)?;
        let owner = request.address.to_string();
        let id = match request.id {
            Some(id) => Some(id.0.clone()),
            None => contents.things.iter().find(|(_, thing)| thing.owner == owner).map(|(id, _)| id.clone()),
        };
        let Some((id, thing)) = id.and_then(|id| contents.things.get_mut(&id).map(|thing| (id, thing))) else {
            return Ok(None);
        };
        Ok(Some(thing.seen(id)))
    }

    async fn find_besides(&self, request: &Request<'_>, known: &[PhysicalId]) -> Result<Sought, ProviderError> {
        let mut contents = self.contents();
        Self::meet(&mut contents, "observe", request)?;
        let owner = request.address.to_string();
        let near_sighted = contents.near_sighted;
        let mut matches = contents.things.iter_mut().filter(|(_, thing)| thing.owner == owner);
        let is_known = |id: &str| known.iter().any(|known| known.0 == id);
        let found = if near_sighted { matches.next() } else { matches.find(|(id, _)| !is_known(id)) };
        Ok(match found {
            None => Sought::Nothing,
            Some((id, _)) if is_known(id) => Sought::OnlyKnown(PhysicalId(id.clone())),
            Some((id, thing)) => Sought::Found(Box::new(thing.seen(id.clone()))),
        })
    }

    async fn create(&self, request: &Request<'_>, _token: &str) -> Result<PhysicalId, ProviderError> {
        let mut contents = self.contents();
        contents.calls.push(format!("create {}", request.address));
        let faults = contents.faults.get(&format!("create {}", request.address));
        let half = faults.and_then(VecDeque::front).is_some_and(|fault| matches!(fault, Fault::Half(_)));
        let lose = Self::meet(&mut contents, "create", request)?;
        if !request.properties.is_resolved() {
            return Err(ProviderError::internal("fake:create", format!("{} still holds references", request.address)));
        }
        let owner = request.address.to_string();
        if contents.single.contains(&request.type_name.0) && contents.things.values().any(|thing| thing.owner == owner) {
            return Err(ProviderError::new(ErrorKind::Conflict, "fake:create", "one of that name stands already"));
        }
        contents.next += 1;
        let id = format!("{}-{:06}", request.address.kind(), contents.next);
        let outputs = self.outputs(&request.type_name.0, &id, 1);
        let owner = request
            .properties
            .at(&format!("Tags.{ADDRESS_TAG}"))
            .and_then(|value| value.as_str().map(ToOwned::to_owned))
            .unwrap_or_else(|| request.address.to_string());
        let mut properties = request.properties.clone();
        if half {
            properties.0.remove("Tags");
        }
        let pending_polls = contents.pending_polls;
        let broken = contents.break_next.remove(&request.address.to_string());
        contents.things.insert(id.clone(), Thing { owner, properties, outputs, pending_polls, broken, ours: true, version: 1 });
        lose.map_or(Ok(PhysicalId(id)), Err)
    }

    async fn update(&self, request: &Request<'_>, _observed: &Document) -> Result<(), ProviderError> {
        let mut contents = self.contents();
        contents.calls.push(format!("update {}", request.address));
        let lose = Self::meet(&mut contents, "update", request)?;
        let thing = request.id.and_then(|id| contents.things.get_mut(&id.0));
        let Some(thing) = thing else {
            return Err(ProviderError::new(ErrorKind::NotFound, "fake:update", "no such thing"));
        };
        thing.properties = request.properties.clone();
        // Whose it is, is what its tag says.
        if let Some(owner) = request.properties.at(&format!("Tags.{ADDRESS_TAG}")).and_then(|tag| tag.as_str()) {
            owner.clone_into(&mut thing.owner);
        }
        thing.version += 1;
        if let Some(id) = request.id {
            thing.outputs = self.outputs(&request.type_name.0, &id.0, thing.version);
        }
        lose.map_or(Ok(()), Err)
    }

    async fn delete(&self, request: &Request<'_>) -> Result<(), ProviderError> {
        let mut contents = self.contents();
        contents.calls.push(format!("delete {}", request.address));
        let lose = Self::meet(&mut contents, "delete", request)?;
        if let Some(id) = request.id {
            if contents.guarded.contains(&request.type_name.0)
                && let Some(user) = contents.user_of(&id.0)
            {
                return Err(ProviderError::new(ErrorKind::Dependency, "fake:delete", format!("{user} still uses it")));
            }
            contents.things.remove(&id.0);
        }
        lose.map_or(Ok(()), Err)
    }
}
