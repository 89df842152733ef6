//! The lowering of one environment: what every layer of it is given, and the order of the layers.
//!
//! Invariant: a layer reaches scopes below only by the views in [`Context`] and by claims.

use std::collections::BTreeMap;

use strata_diag::{Diagnostic, Diagnostics, codes};
use strata_graph::Text;
use strata_spec::{Platform, Resolved, Standard};

use crate::application::Pod;
use crate::builder::{Builder, Lines};
use crate::claims::Claims;
use crate::foundations::{AccountView, ClusterView, NetworkView};
use crate::lowering::{Artifact, Endpoint};
use crate::posture::{Level, Posture, Setting};
use crate::{application, infrastructure, observability, uses};

/// What a layer is given, and where it writes.
#[derive(Debug)]
pub struct Context<'a> {
    /// The environment.
    pub resolved: &'a Resolved,
    /// The platform.
    pub platform: &'a Platform,
    /// Deployed images by service.
    pub images: &'a BTreeMap<String, String>,
    /// Local files by their path in the specification.
    pub artifacts: &'a BTreeMap<String, Artifact>,
    /// Adds resources of the environment.
    pub builder: Builder<'a>,
    /// The account's baseline in this region.
    pub account: AccountView,
    /// The network that the environment stands on.
    pub network: NetworkView<'a>,
    /// The cluster that the environment stands on.
    pub cluster: ClusterView<'a>,
    /// What the environment claims of them.
    pub claims: Claims,
    /// Where people reach it.
    pub endpoints: Vec<Endpoint>,
    /// What the Kubernetes objects of services and jobs take from AWS; empty on Amazon ECS.
    pub pods: Vec<Pod>,
    /// What is worth saying.
    pub warnings: Diagnostics,
}

impl Context<'_> {
    /// The application's name.
    #[must_use]
    pub fn application(&self) -> &str {
        self.resolved.application.app.as_str()
    }

    /// The environment's name.
    #[must_use]
    pub fn environment(&self) -> &str {
        self.resolved.environment_name.as_str()
    }

    /// Says something that does not stop the lowering.
    pub fn warn(&mut self, warning: Diagnostic) {
        self.warnings.push(warning);
    }

    /// Says so where the files ask for less of a setting than a standard does. What the files say stands; the controls judge it.
    pub fn below(&mut self, setting: Setting, said: Level, key_path: &str) {
        if let Some(warning) = below(self.builder.posture(), setting, said, self.builder.lines(), key_path) {
            self.warn(warning);
        }
    }

    /// Publishes an address that people open.
    pub fn endpoint(&mut self, name: impl Into<String>, url: Text) {
        self.endpoints.push(Endpoint { name: name.into(), url });
    }
}

/// A warning where a line of the files asks for less of a setting than a standard does.
pub(crate) fn below(posture: &Posture, setting: Setting, said: Level, lines: Lines<'_>, key_path: &str) -> Option<Diagnostic> {
    let chosen = posture.chosen(setting)?;
    let asks: Vec<String> = chosen.above(said).map(|ask| format!("{} ({})", ask.cited(), ask.value.text(chosen.row.unit))).collect();
    if asks.is_empty() {
        return None;
    }
    let key = key_path.trim_start_matches("platform:");
    let message = format!("`{key}` says {}, and more is asked for by {}", said.text(chosen.row.unit), asks.join(", "));
    let hint = format!("take the line out, and what the standards ask for holds: {}", chosen.level.text(chosen.row.unit));
    Some(Diagnostic::warning(codes::E0603, message).at(lines.span(key_path)).hint(hint))
}

/// Claims of the environment itself: the standards that it must meet bind all that it stands on.
pub(crate) fn claim_standards(context: &mut Context<'_>) {
    for asked in &context.resolved.compliance {
        let origins = asked.spans.iter().map(|span| strata_graph::Origin::new(span.file.clone(), span.line, "compliance"));
        let need = crate::claims::Need::Standard { standard: asked.standard.as_str().to_owned() };
        let origins: Vec<_> = origins.collect();
        for scope in [&context.account.scope, &context.network.scope, &context.cluster.scope] {
            context.claims.claim(scope, need.clone(), origins.clone());
        }
    }
}

/// PCI DSS 4.0 1.3.1 and 1.3.2: calls of EC2 from the network stay in it. AWS's conformance packs for PCI DSS ask for that endpoint by the rule
/// service-vpc-endpoint-enabled, whether or not a workload calls EC2. It lets looking through; a Kubernetes cluster claims what its machines do beside.
fn claim_ec2_endpoint(context: &mut Context<'_>) {
    let origins: Vec<_> = context
        .resolved
        .compliance
        .iter()
        .filter(|asked| matches!(asked.standard, Standard::PciDss321 | Standard::PciDss40))
        .flat_map(|asked| asked.spans.iter().map(|span| strata_graph::Origin::new(span.file.clone(), span.line, "compliance")))
        .collect();
    if !origins.is_empty() {
        context.claims.interface_endpoint(&context.network.scope, "ec2", &["ec2:Describe*"], ["*"], origins);
    }
}

/// Lowers every layer of the environment.
///
/// # Errors
/// What the files ask for cannot be built.
pub(crate) fn lower(context: &mut Context<'_>) -> Result<(), Diagnostics> {
    claim_standards(context);
    claim_ec2_endpoint(context);
    let key = infrastructure::lower_key(context);
    observability::lower_topic(context, &key);
    let groups = uses::groups(context);
    let mut stores = infrastructure::lower_stores(context, &key)?;
    application::lower_names(context, &groups, &mut stores.targets);
    let wirings = uses::lower(context, &groups, &stores.targets, &stores.secrets, &key)?;
    let mut problems = Diagnostics::new();
    for result in [infrastructure::lower_hosts(context, &key, &wirings), application::lower(context, &key, &wirings)] {
        if let Err(more) = result {
            problems.extend(more);
        }
    }
    if problems.has_errors() { Err(problems) } else { Ok(()) }
}
