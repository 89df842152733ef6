//! The provider configurations: one for each account and region of the export.
//!
//! The place of the uppermost scope is the default; every other has an alias, and so have its data sources.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::expr::{Array, Expression, Object, ObjectValue};
use strata_graph::{Graph, Scope};

use super::hcl::{self, Line};
use super::identifier;
use crate::context::{ExportContext, ExportError, Placement};

/// The name of the data sources of the default provider.
const DEFAULT: &str = "current";

/// The provider configurations of an export.
pub(super) struct Providers {
    default: Option<Placement>,
    aliased: BTreeMap<String, Placement>,
    aliases: BTreeMap<Scope, String>,
    sources: BTreeMap<Scope, String>,
}

impl Providers {
    /// One configuration for each distinct account, role and region of the graph's scopes.
    pub(super) fn new(graph: &Graph, context: &ExportContext) -> Result<Self, ExportError> {
        let scopes = graph.scopes();
        let default = match scopes.last() {
            Some(scope) => Some(context.placement(scope)?.clone()),
            None => None,
        };
        let mut all = Self { default, aliased: BTreeMap::new(), aliases: BTreeMap::new(), sources: BTreeMap::new() };
        for scope in scopes {
            let placement = context.placement(&scope)?;
            if all.default.as_ref() == Some(placement) {
                all.sources.insert(scope, DEFAULT.to_owned());
                continue;
            }
            let alias = format!("{}_{}", identifier(&placement.account), identifier(&placement.region));
            all.aliased.insert(alias.clone(), placement.clone());
            all.sources.insert(scope.clone(), alias.clone());
            all.aliases.insert(scope, alias);
        }
        Ok(all)
    }

    /// The alias under which a scope's resources are made; none for the default.
    pub(super) fn alias(&self, scope: &Scope) -> Option<&str> {
        self.aliases.get(scope).map(String::as_str)
    }

    /// The local name of each scope's data sources.
    pub(super) fn sources(&self) -> &BTreeMap<Scope, String> {
        &self.sources
    }

    /// The `provider` blocks.
    pub(super) fn lines(&self) -> Vec<Line> {
        let default = self.default.iter().map(|placement| (None, placement));
        default
            .chain(self.aliased.iter().map(|(alias, placement)| (Some(alias), placement)))
            .map(|(alias, placement)| {
                let mut lines = Vec::new();
                if let Some(alias) = alias {
                    lines.push(Line::attribute("alias", hcl::literal(alias)));
                }
                lines.push(Line::attribute("region", hcl::literal(&placement.region)));
                let mut accounts = Array::new();
                accounts.push(hcl::literal(&placement.account_id));
                // A plan with the credentials of another account fails before it changes anything.
                lines.push(Line::attribute("allowed_account_ids", Expression::from(accounts)));
                if let Some(role) = &placement.role {
                    lines.push(Line::block("assume_role", &[], vec![Line::attribute("role_arn", hcl::literal(role))]));
                }
                Line::Block {
                    comment: vec![format!("The account {} in {}.", placement.account, placement.region)],
                    keyword: "provider".to_owned(),
                    labels: vec!["aws".to_owned()],
                    lines,
                }
            })
            .collect()
    }

    /// The data sources that pseudo references need: type and local name.
    pub(super) fn data(&self, used: &BTreeSet<(&'static str, String)>) -> Vec<Line> {
        used.iter()
            .map(|(kind, name)| {
                let mut lines = Vec::new();
                if name != DEFAULT
                    && let Ok(alias) = hcl::traversal(&format!("aws.{name}"))
                {
                    lines.push(Line::attribute("provider", alias));
                }
                Line::block("data", &[kind, name], lines)
            })
            .collect()
    }
}

/// The `terraform` block: import blocks need 1.5, and the names of arguments are those of version 6 of the provider.
pub(super) fn versions() -> Vec<Line> {
    let mut provider = Object::new();
    provider.insert(hcl::key("source"), ObjectValue::new(hcl::literal("hashicorp/aws")));
    provider.insert(hcl::key("version"), ObjectValue::new(hcl::literal("~> 6.0")));
    vec![Line::block(
        "terraform",
        &[],
        vec![
            Line::attribute("required_version", hcl::literal(">= 1.5.0")),
            Line::block("required_providers", &[], vec![Line::attribute("aws", Expression::from(provider))]),
        ],
    )]
}
