//! Terraform as a typed tree: what resource types write and the exporter prints. No text templates.
//!
//! Invariant: a tree holds texts with references as they stand in the graph; only the exporter turns them into
//! traversals, so a type's file never spells another type's Terraform name.

use std::collections::BTreeMap;

use serde_json::Value;
use strata_graph::{Tags, Text};

/// The right side of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A string, possibly with references.
    Text(Text),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A list.
    List(Vec<Expression>),
    /// A map with string keys.
    Map(BTreeMap<String, Expression>),
    /// `jsonencode(...)` of a JSON value that may hold references.
    JsonEncode(Value),
    /// A traversal written as it is, for example `aws_s3_bucket.lake.id` or `var.image`.
    Traversal(String),
    /// A function call, for example `base64encode("...")`.
    Call(&'static str, Vec<Expression>),
}

macro_rules! expression_from {
    ($($type:ty => $convert:expr),* $(,)?) => {
        $(impl From<$type> for Expression {
            fn from(value: $type) -> Self {
                #[allow(clippy::redundant_closure_call)]
                ($convert)(value)
            }
        })*
    };
}
expression_from! {
    Text => Expression::Text,
    &Text => |text: &Text| Self::Text(text.clone()),
    &str => |text: &str| Self::Text(text.into()),
    String => |text: String| Self::Text(text.into()),
    &String => |text: &String| Self::Text(text.as_str().into()),
    bool => Expression::Boolean,
    &bool => |value: &bool| Self::Boolean(*value),
    i64 => Expression::Integer,
    &i64 => |value: &i64| Self::Integer(*value),
    i32 => |value: i32| Self::Integer(value.into()),
    &i32 => |value: &i32| Self::Integer((*value).into()),
    u32 => |value: u32| Self::Integer(value.into()),
    f64 => Expression::Float,
    &f64 => |value: &f64| Self::Float(*value),
}

impl<T> From<&Vec<T>> for Expression
where
    for<'a> &'a T: Into<Self>,
{
    fn from(items: &Vec<T>) -> Self {
        Self::List(items.iter().map(Into::into).collect())
    }
}

impl<T: Into<Self>> From<Vec<T>> for Expression {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl From<&Tags> for Expression {
    fn from(tags: &Tags) -> Self {
        Self::Map(tags.iter().map(|(key, value)| (key.clone(), value.into())).collect())
    }
}

/// Attributes and nested blocks, in the order in which they were written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Body {
    /// Attributes by name.
    pub attributes: Vec<(String, Expression)>,
    /// Nested blocks by name.
    pub blocks: Vec<(String, Body)>,
}

impl Body {
    /// Sets an attribute.
    pub fn set(&mut self, name: &str, value: impl Into<Expression>) -> &mut Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// Sets an attribute when there is a value.
    pub fn set_some(&mut self, name: &str, value: Option<impl Into<Expression>>) -> &mut Self {
        if let Some(value) = value {
            self.set(name, value);
        }
        self
    }

    /// Sets an attribute to the JSON text of a value that may hold references.
    pub fn set_json(&mut self, name: &str, value: &impl serde::Serialize) -> &mut Self {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.set(name, Expression::JsonEncode(value))
    }

    /// Sets `tags` unless there are none.
    pub fn tags(&mut self, tags: &Tags) -> &mut Self {
        if !tags.is_empty() {
            self.set("tags", tags);
        }
        self
    }

    /// Adds a nested block and gives it to write into.
    pub fn block(&mut self, name: &str) -> &mut Body {
        self.blocks.push((name.to_owned(), Self::default()));
        // The block was pushed on the line above.
        let last = self.blocks.len() - 1;
        &mut self.blocks[last].1
    }
}

/// A top-level `resource` block.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// For example `aws_vpc`.
    pub resource_type: &'static str,
    /// The local name.
    pub local_name: String,
    /// What is in it.
    pub body: Body,
}

/// Collects the blocks of one resource. The first block stands for the resource in references.
#[derive(Debug)]
pub struct Terraform {
    local_name: String,
    blocks: Vec<Block>,
}

impl Terraform {
    /// A collector for the resource with this local name.
    #[must_use]
    pub fn new(local_name: &str) -> Self {
        Self { local_name: local_name.to_owned(), blocks: Vec::new() }
    }

    /// Adds a block of the resource's local name.
    pub fn resource(&mut self, resource_type: &'static str) -> &mut Body {
        let name = self.local_name.clone();
        self.resource_named(resource_type, name)
    }

    /// Adds a block whose local name has a suffix, for a second block of the same type.
    pub fn resource_suffixed(&mut self, resource_type: &'static str, suffix: &str) -> &mut Body {
        let name = format!("{}_{suffix}", self.local_name);
        self.resource_named(resource_type, name)
    }

    fn resource_named(&mut self, resource_type: &'static str, local_name: String) -> &mut Body {
        self.blocks.push(Block { resource_type, local_name, body: Body::default() });
        let last = self.blocks.len() - 1;
        &mut self.blocks[last].body
    }

    /// The traversal to an attribute of this resource's block of that type, for example `aws_s3_bucket.lake.id`.
    #[must_use]
    pub fn own(&self, resource_type: &str, attribute: &str) -> Expression {
        Expression::Traversal(format!("{resource_type}.{}.{attribute}", self.local_name))
    }

    /// The blocks in the order in which they were added.
    #[must_use]
    pub fn into_blocks(self) -> Vec<Block> {
        self.blocks
    }
}
