//! Texts and JSON of the graph as HCL expressions.
//!
//! Invariant: every reference becomes a traversal to a block that is in the export; the contracts say which, so no type's Terraform name
//! is spelled here.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::expr::{Array, Expression, FuncArgs, FuncCall, Object, ObjectValue};
use hcl_edit::{Ident, Number};
use serde_json::Value;
use strata_aws::terraform::Expression as Tree;
use strata_graph::document::as_reference;
use strata_graph::{Address, Contracts, OutputReference, Pseudo, Scope, Text};

use super::hcl::{self, Piece};
use crate::context::ExportError;

/// What references are looked up in.
pub(super) struct References<'a> {
    /// The promises of all types.
    pub contracts: &'a Contracts,
    /// The local name of every exported resource.
    pub names: &'a BTreeMap<Address, String>,
    /// The local name of the data sources of a scope's account and region.
    pub sources: &'a BTreeMap<Scope, String>,
    /// Literals that stand for a variable, and its name.
    pub variables: &'a BTreeMap<String, String>,
    /// The data sources that were referred to: type and local name.
    pub used: RefCell<BTreeSet<(&'static str, String)>>,
}

/// Who refers, for error messages, and where it lives.
#[derive(Clone, Copy)]
pub(super) struct Referrer<'a> {
    /// How messages call it.
    pub name: &'a str,
    /// Whose account and region pseudo references mean.
    pub scope: &'a Scope,
}

impl References<'_> {
    /// The HCL of a typed expression.
    pub(super) fn expression(&self, tree: &Tree, from: Referrer<'_>) -> Result<Expression, ExportError> {
        Ok(match tree {
            Tree::Text(text) => self.text(text, from)?,
            Tree::Integer(number) => Expression::from(*number),
            Tree::Float(number) => Expression::from(*number),
            Tree::Boolean(value) => Expression::from(*value),
            Tree::List(items) => {
                let mut array = Array::new();
                for item in items {
                    array.push(self.expression(item, from)?);
                }
                array.into()
            }
            Tree::Map(entries) => {
                let mut object = Object::new();
                for (key, value) in entries {
                    object.insert(hcl::key(key), ObjectValue::new(self.expression(value, from)?));
                }
                object.into()
            }
            Tree::JsonEncode(value) => call("jsonencode", [self.json(value, from)?]),
            Tree::Traversal(text) => self.traversal(text, from)?,
            Tree::Call(function, arguments) => {
                call(function, arguments.iter().map(|argument| self.expression(argument, from)).collect::<Result<Vec<_>, _>>()?)
            }
        })
    }

    /// The HCL of a text: a literal, a traversal, or a template of both.
    pub(super) fn text(&self, text: &Text, from: Referrer<'_>) -> Result<Expression, ExportError> {
        Ok(match text {
            Text::Literal(literal) => self.literal(literal, from)?,
            Text::Output(reference) => self.output(reference, from)?,
            Text::Pseudo(pseudo) => self.pseudo(*pseudo, from)?,
            Text::Join(parts) => {
                let mut pieces: Vec<Piece> = Vec::new();
                self.pieces(parts, from, &mut pieces)?;
                hcl::template(pieces)
            }
        })
    }

    fn pieces(&self, parts: &[Text], from: Referrer<'_>, pieces: &mut Vec<Piece>) -> Result<(), ExportError> {
        for part in parts {
            match part {
                Text::Literal(literal) => {
                    // Neighbouring literals are one, so that no escape is needed across a seam.
                    if let Some(Piece::Literal(last)) = pieces.last_mut() {
                        last.push_str(literal);
                    } else {
                        pieces.push(Piece::Literal(literal.clone()));
                    }
                }
                Text::Join(inner) => self.pieces(inner, from, pieces)?,
                other => pieces.push(Piece::Interpolated(self.text(other, from)?)),
            }
        }
        Ok(())
    }

    fn output(&self, reference: &OutputReference, from: Referrer<'_>) -> Result<Expression, ExportError> {
        let name =
            self.names.get(&reference.of).ok_or_else(|| ExportError::Dangling { from: from.name.to_owned(), to: reference.of.clone() })?;
        let unknown =
            || ExportError::UnknownOutput { from: from.name.to_owned(), to: reference.of.clone(), output: reference.output.clone() };
        let contract = self.contracts.of_kind(reference.of.kind()).ok_or_else(unknown)?;
        let output = contract.output(&reference.output).ok_or_else(unknown)?;
        let own = format!("{}.{name}", contract.terraform);
        // `{}` stands for the resource where its attribute is inside an expression.
        let traversal =
            if output.terraform.contains("{}") { output.terraform.replace("{}", &own) } else { format!("{own}.{}", output.terraform) };
        self.traversal(&traversal, from)
    }

    fn pseudo(&self, pseudo: Pseudo, from: Referrer<'_>) -> Result<Expression, ExportError> {
        let source = self.sources.get(from.scope).ok_or_else(|| ExportError::NoPlacement(from.scope.clone()))?;
        let (kind, attribute) = match pseudo {
            Pseudo::AccountId => ("aws_caller_identity", "account_id"),
            Pseudo::Region => ("aws_region", "region"),
            Pseudo::Partition => ("aws_partition", "partition"),
        };
        self.used.borrow_mut().insert((kind, source.clone()));
        self.traversal(&format!("data.{kind}.{source}.{attribute}"), from)
    }

    fn literal(&self, text: &str, from: Referrer<'_>) -> Result<Expression, ExportError> {
        match self.variables.get(text) {
            Some(variable) => self.traversal(&format!("var.{variable}"), from),
            None => Ok(hcl::literal(text)),
        }
    }

    fn traversal(&self, text: &str, from: Referrer<'_>) -> Result<Expression, ExportError> {
        hcl::traversal(text).map_err(|error| ExportError::NoForm {
            address: from.name.to_owned(),
            what: format!("`{text}` is no Terraform expression: {error}"),
        })
    }

    /// The HCL value of JSON that may hold references; for `jsonencode`.
    pub(super) fn json(&self, value: &Value, from: Referrer<'_>) -> Result<Expression, ExportError> {
        if let Some(text) = as_reference(value) {
            return self.text(&text, from);
        }
        Ok(match value {
            Value::Null => Expression::null(),
            Value::Bool(value) => Expression::from(*value),
            Value::Number(number) => json_number(number, from)?,
            Value::String(text) => self.literal(text, from)?,
            Value::Array(items) => {
                let mut array = Array::new();
                for item in items {
                    array.push(self.json(item, from)?);
                }
                array.into()
            }
            Value::Object(map) => {
                let mut object = Object::new();
                for (key, value) in crate::yaml::ordered(map) {
                    object.insert(hcl::key(key), ObjectValue::new(self.json(value, from)?));
                }
                object.into()
            }
        })
    }
}

fn json_number(number: &serde_json::Number, from: Referrer<'_>) -> Result<Expression, ExportError> {
    let whole = number.as_i64().map(Number::from).or_else(|| number.as_u64().map(Number::from));
    whole
        .or_else(|| number.as_f64().and_then(Number::from_f64))
        .map(Expression::from)
        .ok_or_else(|| ExportError::NoForm { address: from.name.to_owned(), what: format!("{number} is no number of HCL") })
}

/// A call of a function.
pub(super) fn call(function: &str, arguments: impl IntoIterator<Item = Expression>) -> Expression {
    let mut list = FuncArgs::new();
    for argument in arguments {
        list.push(argument);
    }
    Expression::from(FuncCall::new(hcl_edit::expr::FuncName::new(Ident::new(function)), list))
}
