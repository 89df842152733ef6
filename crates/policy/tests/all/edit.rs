//! Changes of a graph, written short: what a test does to a compliant example before it asks a rule again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use strata_graph::{Address, Document, Graph, Layer, Origin, Resource, TypeName};

/// One change.
#[derive(Debug, Clone)]
pub enum Edit {
    /// A property gets a value.
    Set(&'static str, &'static str, Value),
    /// A property goes.
    Unset(&'static str, &'static str),
    /// A list gets one more item; it is made where there is none.
    Push(&'static str, &'static str, Value),
    /// The item of a list whose field has a value gets a value in another field.
    Item(&'static str, &'static str, (&'static str, &'static str), (&'static str, Value)),
    /// A resource goes.
    Gone(&'static str),
    /// A resource comes.
    New(&'static str, &'static str, Value),
}

pub fn set(address: &'static str, path: &'static str, value: impl Into<Value>) -> Edit {
    Edit::Set(address, path, value.into())
}

pub fn unset(address: &'static str, path: &'static str) -> Edit {
    Edit::Unset(address, path)
}

pub fn push(address: &'static str, path: &'static str, value: Value) -> Edit {
    Edit::Push(address, path, value)
}

pub fn gone(address: &'static str) -> Edit {
    Edit::Gone(address)
}

/// A reference to an output.
pub fn output(of: &str, output: &str) -> Value {
    json!({"$output": {"of": of, "output": output}})
}

/// A statement that lets everybody do something.
pub fn for_everybody(action: &str) -> Value {
    json!({"Sid": "Open", "Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": [action], "Resource": ["*"]})
}

/// A statement of an identity.
pub fn allow(action: &str, resource: &str) -> Value {
    json!({"Sid": "Wide", "Effect": "Allow", "Action": [action], "Resource": [resource]})
}

fn at<'v>(document: &'v mut Document, path: &str) -> Option<&'v mut Value> {
    let mut parts = path.split('.');
    let mut value = document.0.get_mut(parts.next()?)?;
    for part in parts {
        value = match value {
            Value::Object(map) => map.get_mut(part)?,
            Value::Array(items) => items.get_mut(part.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(value)
}

fn put(document: &mut Document, path: &str, value: Option<Value>) {
    let (parent, leaf) = path.rsplit_once('.').map_or((None, path), |(parent, leaf)| (Some(parent), leaf));
    let map = match parent {
        None => &mut document.0,
        Some(parent) => at(document, parent).and_then(Value::as_object_mut).unwrap_or_else(|| panic!("there is no {parent}")),
    };
    match value {
        Some(value) => {
            map.insert(leaf.to_owned(), value);
        }
        None => assert!(map.remove(leaf).is_some(), "there is no {path} to take away"),
    }
}

/// The graph with the changes made; each must find what it changes.
pub fn apply(graph: &Graph, edits: &[Edit]) -> Graph {
    let mut resources: BTreeMap<Address, Resource> = graph.iter().map(|resource| (resource.address.clone(), resource.clone())).collect();
    for edit in edits {
        match edit {
            Edit::Set(of, path, value) => put(document(&mut resources, of), path, Some(value.clone())),
            Edit::Unset(of, path) => put(document(&mut resources, of), path, None),
            Edit::Push(of, path, value) => {
                let properties = document(&mut resources, of);
                match at(properties, path) {
                    Some(list) => list.as_array_mut().unwrap().push(value.clone()),
                    None => put(properties, path, Some(json!([value]))),
                }
            }
            Edit::Item(of, path, (field, is), (other, becomes)) => {
                let list =
                    at(document(&mut resources, of), path).and_then(Value::as_array_mut).unwrap_or_else(|| panic!("there is no {path}"));
                let item = list.iter_mut().find(|item| item[*field] == *is).unwrap_or_else(|| panic!("no item's {field} is {is}"));
                item[*other] = becomes.clone();
            }
            Edit::Gone(text) => assert!(resources.remove(&address(text)).is_some(), "there is no {text}"),
            Edit::New(text, type_name, properties) => {
                let resource = Resource {
                    address: address(text),
                    type_name: TypeName((*type_name).to_owned()),
                    layer: Layer::Network,
                    properties: Document::of(properties).unwrap(),
                    depends_on: BTreeSet::new(),
                    origins: vec![Origin::new("app.yaml", 1, "new")],
                    data: None,
                    waiting_for: None,
                    purpose: String::new(),
                };
                assert!(resources.insert(resource.address.clone(), resource).is_none(), "{text} is there already");
            }
        }
    }
    let mut changed = Graph::default();
    for resource in resources.into_values() {
        changed.insert(resource).unwrap();
    }
    changed
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn document<'r>(resources: &'r mut BTreeMap<Address, Resource>, of: &str) -> &'r mut Document {
    &mut resources.get_mut(&address(of)).unwrap_or_else(|| panic!("there is no {of}")).properties
}
