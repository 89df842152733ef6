//! The platform's limits on applications.

use strata_diag::{Diagnostic, codes};

use super::Context;
use crate::model::{Platform, ResourceKind};
use crate::tree::Node;
use crate::values::{InstanceClass, SEARCH};

pub(super) fn check(context: &mut Context<'_>) {
    let application = context.application;
    let hosts = application.hosts.iter().map(|(name, host)| (format!("hosts.{name}.class"), host.class.as_ref(), ""));
    let resources = application.resources.iter().map(|(name, resource)| {
        let sort = match resource.kind() {
            ResourceKind::Redis => "cache.",
            ResourceKind::Search => SEARCH,
            _ => "db.",
        };
        (format!("resources.{name}.class"), resource.class(), sort)
    });
    for (path, class, wanted) in hosts.chain(resources).collect::<Vec<_>>() {
        let Some(class) = class else { continue };
        if let Some(diagnostic) = family(context.platform, context.platform_tree, class) {
            context.diagnostics.push(diagnostic.at(context.tree_span(&path)));
        }
        if let Some(diagnostic) = sort(class, wanted) {
            context.diagnostics.push(diagnostic.at(context.tree_span(&path)));
        }
    }
}

impl Context<'_> {
    fn tree_span(&self, path: &str) -> strata_diag::Span {
        super::value_span(self.tree, path)
    }
}

/// An error if the class's family is not among those that the platform allows.
pub(super) fn family(platform: &Platform, platform_tree: &Node, class: &InstanceClass) -> Option<Diagnostic> {
    let allowed = &platform.guardrails.instance_families;
    if allowed.is_empty() || allowed.iter().any(|family| family.as_str() == class.family()) {
        return None;
    }
    let families: Vec<&str> = allowed.iter().map(|family| family.as_str()).collect();
    let diagnostic = Diagnostic::error(codes::E0403, format!("the family `{}` of `{class}` is outside the guardrails", class.family()));
    let place = platform_tree.nearest_span("guardrails.instance_families");
    Some(
        diagnostic
            .related(Some(place), "allowed families are listed here")
            .hint(format!("take a class of {}", crate::suggest::list(&families))),
    )
}

/// An error if the class is one of another service: `db.` before those of databases, `cache.` before those of caches, `.search` behind those of search
/// engines, nothing at those of machines.
pub(super) fn sort(class: &InstanceClass, wanted: &str) -> Option<Diagnostic> {
    let text = class.as_str();
    let own = ["db.", "cache."].into_iter().find(|prefix| text.starts_with(prefix));
    let own = own.or_else(|| text.ends_with(SEARCH).then_some(SEARCH)).unwrap_or("");
    if own == wanted {
        return None;
    }
    let bare = text.trim_start_matches("db.").trim_start_matches("cache.").trim_end_matches(SEARCH);
    let diagnostic = Diagnostic::error(codes::E0318, format!("`{class}` is a class of another service"));
    let fitting = if wanted == SEARCH { format!("{bare}{SEARCH}") } else { format!("{wanted}{bare}") };
    Some(diagnostic.hint(format!("classes here look like `{fitting}`")))
}
