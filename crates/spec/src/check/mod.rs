//! Checks of meaning, after the shape is right: references, circles, ranges, limits. Each collects all that it finds.
//!
//! Invariant: a check reads the typed values to decide and the tree to say where; it changes neither.

mod cycles;
mod guardrails;
mod limits;
mod networks;
mod overrides;
mod platform;
mod references;
mod routes;
mod sizes;
mod workloads;

use strata_diag::{Code, Diagnostic, Diagnostics, Span};

pub(crate) use overrides::check as check_override;

use crate::model::{Application, Environment, Platform};
use crate::tree::Node;
use crate::values::Name;

/// What the checks of an application see: the application as it is in one environment, or as written if `environment` is none.
pub(crate) struct Context<'a> {
    pub platform: &'a Platform,
    pub platform_tree: &'a Node,
    pub application: &'a Application,
    pub tree: &'a Node,
    pub environment: Option<(&'a Name, &'a Environment)>,
    pub diagnostics: &'a mut Diagnostics,
}

impl Context<'_> {
    /// The place of the value at a path of the application file (of the key, if the value is a map or a list).
    fn span(&self, path: &str) -> Span {
        value_span(self.tree, path)
    }

    /// The place of the key at a path.
    fn key_span(&self, path: &str) -> Span {
        self.tree.nearest_span(path)
    }

    fn error(&mut self, code: Code, path: &str, message: String, hint: impl Into<String>) {
        let diagnostic = Diagnostic::error(code, message).at(self.span(path)).hint(hint);
        self.diagnostics.push(diagnostic);
    }
}

impl Context<'_> {
    /// As `error`, but the key is what is wrong, not its value.
    fn error_at_key(&mut self, code: Code, path: &str, message: String, hint: impl Into<String>) {
        let diagnostic = Diagnostic::error(code, message).at(self.key_span(path)).hint(hint);
        self.diagnostics.push(diagnostic);
    }
}

/// The place of the value at a path; of the key, if the value is a map or a list, or comes from elsewhere.
fn value_span(tree: &Node, path: &str) -> Span {
    match tree.find(path) {
        Some(found) if found.node.scalar_text().is_some() => found.node.span.clone(),
        _ => tree.nearest_span(path),
    }
}

/// Checks the platform file alone.
pub(crate) fn check_platform(platform: &Platform, tree: &Node, diagnostics: &mut Diagnostics) {
    platform::check(platform, tree, diagnostics);
    networks::check(platform, tree, diagnostics);
}

/// Checks an application on its platform.
pub(crate) fn check_application(context: &mut Context<'_>) {
    references::check(context);
    cycles::check(context);
    routes::check(context);
    workloads::check(context);
    sizes::check(context);
    limits::check(context);
    guardrails::check(context);
}
