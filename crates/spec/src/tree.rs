//! A YAML document as a tree in which every value and every key knows its place.
//!
//! Invariant: a [`Node`] is never deeper than [`DEEPEST`], so walking it recursively is safe.

use std::sync::Arc;

use indexmap::IndexMap;
use strata_diag::Span;

/// How deep a document may be nested.
pub(crate) const DEEPEST: usize = 64;

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub span: Span,
    pub value: Value,
}

/// A YAML 1.2 core value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// The number and the text that was written.
    Integer(i64, Arc<str>),
    /// The number and the text that was written.
    Float(f64, Arc<str>),
    Text(Arc<str>),
    List(Vec<Node>),
    Map(Map),
}

/// Keys in the order of the file.
pub(crate) type Map = IndexMap<String, Entry>;

/// A value of a map with the place of its key.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub key_span: Span,
    pub node: Node,
}

impl Node {
    /// "a list", "text": what it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Integer(..) => "a whole number",
            Value::Float(..) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a scalar as it was written; none for lists and maps.
    pub fn scalar_text(&self) -> Option<String> {
        match &self.value {
            Value::Null => Some("null".into()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Integer(_, text) | Value::Float(_, text) | Value::Text(text) => Some(text.to_string()),
            Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The entry at a dotted path. Keys may themselves hold dots: the longest key that leads on is taken. Elements of lists are numbers.
    pub fn find(&self, path: &str) -> Option<Found<'_>> {
        if path.is_empty() {
            return Some(Found { key_span: None, node: self });
        }
        match &self.value {
            Value::Map(map) => {
                for (end, _) in path.match_indices('.').chain([(path.len(), "")]).collect::<Vec<_>>().into_iter().rev() {
                    let Some(entry) = map.get(&path[..end]) else { continue };
                    let rest = path.get(end + 1..).unwrap_or_default();
                    if rest.is_empty() {
                        return Some(Found { key_span: Some(&entry.key_span), node: &entry.node });
                    }
                    if let Some(found) = entry.node.find(rest) {
                        return Some(found);
                    }
                }
                None
            }
            Value::List(list) => {
                let (index, rest) = path.split_once('.').unwrap_or((path, ""));
                let node = list.get(index.parse::<usize>().ok()?)?;
                node.find(rest)
            }
            _ => None,
        }
    }

    /// The place of a path: the key's if it has one, else the value's; if there is no such path, the nearest ancestor's.
    pub fn nearest_span(&self, path: &str) -> Span {
        let mut path = path;
        loop {
            if let Some(found) = self.find(path) {
                return found.key_span.unwrap_or(&found.node.span).clone();
            }
            path = path.rfind('.').map_or("", |at| &path[..at]);
        }
    }
}

/// What [`Node::find`] found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'a> {
    /// The place of the key; none for the root and for elements of lists.
    pub key_span: Option<&'a Span>,
    pub node: &'a Node,
}
