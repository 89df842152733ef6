//! Texts of the graph as intrinsic functions.
//!
//! A reference within a stack is `Ref` or `Fn::GetAtt`; to an earlier stack of the same account and region `Fn::ImportValue` of an export
//! that is made for it; to anything else a parameter.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use strata_graph::document::as_reference;
use strata_graph::{Address, Contracts, Graph, OutputReference, Pseudo, Text};

use super::{Stack, adjust, parameter_name};
use crate::context::{ExportContext, ExportError};
use crate::names::camel;

/// What references are looked up in, and the exports that they ask for.
pub(super) struct References<'a> {
    pub contracts: &'a Contracts,
    pub ids: &'a BTreeMap<Address, String>,
    /// The stack of each resource that CloudFormation can make.
    pub stacks: &'a BTreeMap<Address, Stack>,
    pub graph: &'a Graph,
    pub context: &'a ExportContext,
    /// The outputs of each stack that later stacks import.
    pub exports: BTreeMap<Stack, BTreeMap<String, Value>>,
}

impl References<'_> {
    /// The logical id of a resource.
    pub(super) fn id(&self, address: &Address) -> String {
        self.ids.get(address).cloned().unwrap_or_default()
    }

    /// A JSON value with every reference as an intrinsic function.
    pub(super) fn value(
        &mut self,
        value: &Value,
        from: &Address,
        stack: &Stack,
        parameters: &mut BTreeMap<String, Value>,
    ) -> Result<Value, ExportError> {
        if let Some(text) = as_reference(value) {
            return self.text(&self.through(&text), from, stack, parameters);
        }
        Ok(match value {
            Value::String(text) => self.literal(text, parameters),
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.value(item, from, stack, parameters)).collect::<Result<_, _>>()?)
            }
            Value::Object(map) => {
                let mut entries = Map::new();
                for (key, value) in map {
                    entries.insert(key.clone(), self.value(value, from, stack, parameters)?);
                }
                Value::Object(entries)
            }
            other => other.clone(),
        })
    }

    /// The text with the outputs of left-out resources replaced by their own properties, where one has the same name: what the resource
    /// would have passed on (the certificate of a validation, say).
    fn through(&self, text: &Text) -> Text {
        match text {
            Text::Output(reference) if !self.stacks.contains_key(&reference.of) => {
                let property = self.graph.get(&reference.of).and_then(|resource| resource.properties.0.get(&reference.output));
                match property.map(|property| serde_json::from_value::<Text>(property.clone())) {
                    Some(Ok(own)) => self.through(&own),
                    _ => text.clone(),
                }
            }
            Text::Join(parts) => Text::join(parts.iter().map(|part| self.through(part))),
            _ => text.clone(),
        }
    }

    /// A literal; the image of a service is a parameter, so that a new version is a change of one value.
    fn literal(&self, text: &str, parameters: &mut BTreeMap<String, Value>) -> Value {
        let Some((service, _)) = self.context.images.iter().find(|(_, image)| *image == text) else {
            return json!(text);
        };
        let name = format!("Image{}", camel(service));
        parameters.insert(
            name.clone(),
            json!({"Type": "String", "Default": text, "Description": format!("The image of {service}, best named by its digest")}),
        );
        json!({ "Ref": name })
    }

    fn text(&mut self, text: &Text, from: &Address, stack: &Stack, parameters: &mut BTreeMap<String, Value>) -> Result<Value, ExportError> {
        match text {
            Text::Literal(literal) => Ok(self.literal(literal, parameters)),
            Text::Pseudo(pseudo) => Ok(json!({ "Ref": pseudo_name(*pseudo) })),
            Text::Output(reference) => Ok(self.output(reference, from, stack, parameters)?.value()),
            Text::Join(parts) => {
                let mut template = String::new();
                let mut variables = Map::new();
                self.substitution(parts, from, stack, parameters, &mut template, &mut variables)?;
                Ok(if variables.is_empty() { json!({ "Fn::Sub": template }) } else { json!({ "Fn::Sub": [template, variables] }) })
            }
        }
    }

    fn substitution(
        &mut self,
        parts: &[Text],
        from: &Address,
        stack: &Stack,
        parameters: &mut BTreeMap<String, Value>,
        template: &mut String,
        variables: &mut Map<String, Value>,
    ) -> Result<(), ExportError> {
        for part in parts {
            match part {
                Text::Literal(literal) => template.push_str(&literal.replace("${", "${!")),
                Text::Pseudo(pseudo) => template.push_str(&format!("${{{}}}", pseudo_name(*pseudo))),
                Text::Join(inner) => self.substitution(inner, from, stack, parameters, template, variables)?,
                Text::Output(reference) => match self.output(reference, from, stack, parameters)? {
                    Target::Ref(name) => template.push_str(&format!("${{{name}}}")),
                    Target::Attribute(id, attribute) => template.push_str(&format!("${{{id}.{attribute}}}")),
                    imported @ Target::Import(_) => {
                        let name = format!("{}{}", self.id(&reference.of), camel(&reference.output));
                        template.push_str(&format!("${{{name}}}"));
                        variables.insert(name, imported.value());
                    }
                },
            }
        }
        Ok(())
    }

    fn output(
        &mut self,
        reference: &OutputReference,
        from: &Address,
        stack: &Stack,
        parameters: &mut BTreeMap<String, Value>,
    ) -> Result<Target, ExportError> {
        let Some(id) = self.ids.get(&reference.of) else {
            return Err(ExportError::Dangling { from: from.to_string(), to: reference.of.clone() });
        };
        let contract = self.contracts.of_kind(reference.of.kind());
        let Some(output) = contract.and_then(|contract| contract.output(&reference.output)) else {
            return Err(ExportError::UnknownOutput { from: from.to_string(), to: reference.of.clone(), output: reference.output.clone() });
        };
        let type_name = contract.map_or("", |contract| contract.type_name);
        if let Some(how) = adjust::looked_up(type_name, output.name) {
            let name = parameter_name(id, output.name);
            let description = format!("The {} of {}: {how}", output.name, reference.of);
            parameters.insert(name.clone(), json!({"Type": "String", "Description": description}));
            return Ok(Target::Ref(name));
        }
        let own = if output.cloudformation_ref { Target::Ref(id.clone()) } else { Target::Attribute(id.clone(), output.name.to_owned()) };
        let target_stack = self.stacks.get(&reference.of);
        if target_stack == Some(stack) {
            return Ok(own);
        }
        if target_stack.is_some_and(|target| target > stack) {
            return Err(ExportError::NoForm {
                address: from.to_string(),
                what: format!("it refers to {}, whose stack is made later", reference.of),
            });
        }
        let same_place = self.context.placement(reference.of.scope())? == self.context.placement(&stack.scope)?;
        if let Some(target_stack) = target_stack.filter(|_| same_place) {
            let name = self.export_name(target_stack, id, output.name);
            let key = format!("{id}{}", camel(output.name));
            self.exports
                .entry(target_stack.clone())
                .or_default()
                .insert(key, json!({"Value": own.value(), "Export": {"Name": name.clone()}}));
            return Ok(Target::Import(name));
        }
        let name = parameter_name(id, output.name);
        parameters.insert(
            name.clone(),
            json!({"Type": "String", "Description": format!("The {} of {}, which another tool or stack makes", output.name, reference.of)}),
        );
        Ok(Target::Ref(name))
    }

    /// Unique in an account and region: exports have letters, digits, colons and hyphens, at most 255.
    fn export_name(&self, stack: &Stack, id: &str, output: &str) -> String {
        let whole = format!("{}-{}-{id}-{}", self.context.platform, stack.name(), camel(output));
        let clean: String = whole.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '-' }).collect();
        strata_graph::name::bounded(&[&clean], 255)
    }
}

/// What a reference leads to.
enum Target {
    Ref(String),
    Attribute(String, String),
    Import(String),
}

impl Target {
    fn value(&self) -> Value {
        match self {
            Self::Ref(name) => json!({ "Ref": name }),
            Self::Attribute(id, attribute) => json!({ "Fn::GetAtt": [id, attribute] }),
            Self::Import(name) => json!({ "Fn::ImportValue": name }),
        }
    }
}

fn pseudo_name(pseudo: Pseudo) -> &'static str {
    match pseudo {
        Pseudo::AccountId => "AWS::AccountId",
        Pseudo::Region => "AWS::Region",
        Pseudo::Partition => "AWS::Partition",
    }
}
