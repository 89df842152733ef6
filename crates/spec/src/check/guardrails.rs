//! The platform's limits on applications.

use strata_diag::{Diagnostic, codes};

use super::Context;
use crate::model::Platform;
use crate::tree::Node;
use crate::values::InstanceClass;

pub(super) fn check(context: &mut Context<'_>) {
    let application = context.application;
    let hosts = application.hosts.iter().map(|(name, host)| (format!("hosts.{name}.class"), host.class.as_ref(), ""));
    let resources = application.resources.iter().map(|(name, resource)| {
        let prefix = if resource.kind() == crate::model::ResourceKind::Redis { "cache." } else { "db." };
        (format!("resources.{name}.class"), resource.class(), prefix)
    });
    for (path, class, prefix) in hosts.chain(resources).collect::<Vec<_>>() {
        let Some(class) = class else { continue };
        if let Some(diagnostic) = family(context.platform, context.platform_tree, class) {
            context.diagnostics.push(diagnostic.at(context.tree_span(&path)));
        }
        if let Some(diagnostic) = sort(class, prefix) {
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

/// An error if the class is one of another service: `db.` for databases, `cache.` for caches, neither for machines.
pub(super) fn sort(class: &InstanceClass, prefix: &str) -> Option<Diagnostic> {
    let own = ["db.", "cache."].into_iter().find(|prefix| class.as_str().starts_with(prefix)).unwrap_or("");
    if own == prefix {
        return None;
    }
    let bare = class.as_str().trim_start_matches(own);
    let diagnostic = Diagnostic::error(codes::E0318, format!("`{class}` is a class of another service"));
    Some(diagnostic.hint(format!("classes here look like `{prefix}{bare}`")))
}
