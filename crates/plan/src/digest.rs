//! The digest that seals a plan: SHA-256 over its JSON, keys sorted, without the digest itself.
//!
//! Invariant: every field of the plan counts (a new one does not compile until it stands here), and the bytes are those of the whole
//! plan written at once; they are hashed entry by entry, so that sealing a large plan takes no second copy of it.

use std::io::{self, BufWriter, Write};

use serde::ser::{Error, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::model::Plan;

/// The digest, hexadecimal.
pub(crate) fn digest(plan: &Plan) -> Result<String, serde_json::Error> {
    let mut writer = BufWriter::new(Hashing(Sha256::new()));
    serde_json::to_writer(&mut writer, &Sealed(plan))?;
    let Hashing(hasher) = writer.into_inner().map_err(|error| serde_json::Error::io(error.into_error()))?;
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The plan as it is sealed: its fields in the order of their names.
struct Sealed<'a>(&'a Plan);

impl Serialize for Sealed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Plan {
            version,
            digest: _,
            platform,
            purpose,
            target,
            scopes,
            actions,
            steps,
            records,
            moves,
            adopted,
            held,
            kept,
            verdicts,
            notices,
            endpoints,
            approve,
        } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("actions", &Each(actions))?;
        entry_of_some(&mut map, "adopted", adopted)?;
        entry_of_some(&mut map, "approve", approve)?;
        entry_of_some(&mut map, "endpoints", endpoints)?;
        entry_of_some(&mut map, "held", held)?;
        entry_of_some(&mut map, "kept", kept)?;
        entry_of_some(&mut map, "moves", moves)?;
        entry_of_some(&mut map, "notices", notices)?;
        map.serialize_entry("platform", platform)?;
        map.serialize_entry("purpose", purpose)?;
        entry_of_some(&mut map, "records", records)?;
        map.serialize_entry("scopes", &Each(scopes))?;
        map.serialize_entry("steps", &Each(steps))?;
        map.serialize_entry("target", target)?;
        entry_of_some(&mut map, "verdicts", verdicts)?;
        map.serialize_entry("version", version)?;
        map.end()
    }
}

/// A list that the plan leaves out where it is empty.
fn entry_of_some<M: SerializeMap, T: Serialize>(map: &mut M, key: &'static str, list: &[T]) -> Result<(), M::Error> {
    if list.is_empty() { Ok(()) } else { map.serialize_entry(key, &Each(list)) }
}

/// A list whose entries are written with sorted keys, one after another.
struct Each<'a, T>(&'a [T]);

impl<T: Serialize> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for item in self.0 {
            // The keys of a value are sorted.
            list.serialize_element(&serde_json::to_value(item).map_err(S::Error::custom)?)?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::directions::Move;
    use crate::model::{Action, Change, Endpoint, Held, Kept, Notice, Operation, Purpose, Reason, Record, ScopePlan, Step, StepId};
    use crate::state::Placement;
    use serde_json::json;
    use strata_graph::{Address, Document, Layer, Origin, PhysicalId, Scope, Text, TypeName};

    fn plan() -> Plan {
        let scope = Scope::Network("a".into());
        let address = Address::new(scope.clone(), "thing", "b");
        let document = Document::of(&json!({"Z": {"b": [1, 2.5], "a": null}, "A": "\u{e9}\n"})).unwrap();
        let origins = vec![Origin::new("platform.yaml", 7, "networks.a")];
        Plan {
            version: Plan::VERSION,
            digest: "left out".into(),
            platform: "acme".into(),
            purpose: Purpose::Up,
            target: scope.clone(),
            scopes: vec![ScopePlan {
                scope,
                serial: 3,
                placement: Placement { account: "a".into(), account_id: "111111111111".into(), role: None, region: "us-east-1".into() },
                metadata: json!({"z": 1, "a": {}}),
                stands_on: vec![Scope::Account("a".into())],
                unchanged: 1,
                removes_scope: false,
            }],
            actions: vec![Action {
                address: address.clone(),
                type_name: TypeName("Test::Thing".into()),
                layer: Layer::Network,
                service: "test".into(),
                change: Change::Create,
                reasons: vec![Reason::New, Reason::DependencyChanged(address.clone())],
                fields: vec![],
                before: None,
                after: Some(document.clone()),
                dependencies: vec![address.clone()],
                origins: origins.clone(),
                data: Some("db".into()),
                waiting_for: None,
                purpose: "why".into(),
            }],
            steps: vec![Step {
                id: StepId(0),
                action: 0,
                operation: Operation::DeleteDeposed { id: PhysicalId("i-1".into()), properties: document.clone() },
                after: vec![StepId(1)],
            }],
            records: vec![Record {
                address: address.clone(),
                origins: origins.clone(),
                data: None,
                waiting_for: Some("an image".into()),
                purpose: String::new(),
                dependencies: vec![],
                properties: Some(document),
            }],
            moves: vec![Move { from: address.clone(), to: address.clone() }],
            adopted: vec![],
            held: vec![Held {
                address: address.clone(),
                tried: crate::breaker::Tried::Create,
                times: 3,
                since: "a".into(),
                last: "b".into(),
                cause: "denied".into(),
                detail: "c".into(),
            }],
            kept: vec![Kept { address, data: "db".into(), holds_data: true }],
            verdicts: vec![],
            notices: vec![Notice { code: "E0503".into(), message: "m".into(), origin: origins.first().cloned() }],
            endpoints: vec![Endpoint { name: "web".into(), url: Text::from("https://a.example") }],
            approve: vec!["ops".into()],
        }
    }

    /// The whole plan written at once, as plans were sealed before this was done by parts.
    fn at_once(plan: &Plan) -> String {
        let mut value = serde_json::to_value(plan).unwrap();
        value.as_object_mut().unwrap().remove("digest");
        Sha256::digest(serde_json::to_vec(&value).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_digest_by_parts_is_that_of_the_whole() {
        let full = plan();
        assert_eq!(digest(&full).unwrap(), at_once(&full));
        let empty = Plan {
            actions: vec![],
            steps: vec![],
            records: vec![],
            moves: vec![],
            held: vec![],
            kept: vec![],
            notices: vec![],
            endpoints: vec![],
            approve: vec![],
            ..plan()
        };
        assert_eq!(digest(&empty).unwrap(), at_once(&empty));
        assert_ne!(digest(&full).unwrap(), digest(&empty).unwrap());
    }

    #[test]
    fn only_the_digest_itself_does_not_count() {
        let sealed = digest(&plan()).unwrap();
        assert_eq!(digest(&Plan { digest: String::new(), ..plan() }).unwrap(), sealed);
        assert_ne!(digest(&Plan { platform: "other".into(), ..plan() }).unwrap(), sealed);
        assert_ne!(digest(&Plan { approve: vec![], ..plan() }).unwrap(), sealed);
    }
}
