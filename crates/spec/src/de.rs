//! From a [`Node`] to the typed structs by serde, keeping the order of keys and the place of an error.

use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use strata_diag::Span;

use crate::tree::{Node, Value};
use crate::values::AS_WRITTEN;

/// An error of serde with the innermost place that is known.
#[derive(Debug)]
pub(crate) struct Error {
    pub message: String,
    pub span: Option<Span>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), span: None }
    }
}

/// Reads a typed value.
pub(crate) fn read<T: DeserializeOwned>(node: &Node) -> Result<T, Error> {
    T::deserialize(Reader(node))
}

#[derive(Clone, Copy)]
struct Reader<'a>(&'a Node);

impl<'de> IntoDeserializer<'de, Error> for Reader<'_> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'a> Reader<'a> {
    fn place(self, mut error: Error) -> Error {
        error.span.get_or_insert_with(|| self.0.span.clone());
        error
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.0.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value, _) => match u64::try_from(*value) {
                Ok(value) => visitor.visit_u64(value),
                Err(_) => visitor.visit_i64(*value),
            },
            Value::Float(value, _) => visitor.visit_f64(*value),
            Value::Text(text) => visitor.visit_str(text),
            Value::List(list) => visitor.visit_seq(SeqDeserializer::new(list.iter().map(Reader))),
            Value::Map(map) => visitor.visit_map(MapDeserializer::new(map.iter().map(|(key, entry)| (key.as_str(), Reader(&entry.node))))),
        }
        .map_err(|error| self.place(error))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
        .map_err(|error| self.place(error))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        match &self.0.value {
            Value::Integer(_, text) | Value::Float(_, text) if name == AS_WRITTEN => visitor.visit_str(text),
            _ => visitor.visit_newtype_struct(self),
        }
        .map_err(|error| self.place(error))
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        match &self.0.value {
            Value::Text(text) => visitor.visit_enum((&**text).into_deserializer()),
            _ => Err(de::Error::custom(format!("expected a word, found {}", self.0.kind()))),
        }
        .map_err(|error| self.place(error))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct identifier ignored_any
    }
}
