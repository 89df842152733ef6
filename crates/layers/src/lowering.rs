//! Lowering: from a resolved environment, or from a foundation alone, to one graph of every scope it stands on.
//!
//! Invariants: pure and deterministic; the resources of a lower scope depend on the platform file and on the set of claims
//! only, never on which environment was lowered; the graph that is returned was checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strata_diag::{Diagnostic, Diagnostics, codes};
use strata_graph::{Graph, Scope, Text};
use strata_kubernetes::Manifest;
use strata_spec::{Platform, Resolved, Spec};

use crate::application::Pod;
use crate::builder::{Builder, Lines, Problem};
use crate::claims::{self, Claim, Claims, Union};
use crate::environment::{self, Context};
use crate::foundations::{AccountView, ClusterView, NetworkView};
use crate::observability::retention;
use crate::placement::Placement;
use crate::posture::{Level, Posture, Reasons, Setting};
use crate::uses::{DataFlow, data_flows};
use crate::{cluster, kubernetes, network, patch, security};

/// A local file or folder that the specification names, read by the command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// The SHA-256 of its archive (or of the text), in hexadecimal digits.
    pub sha256: String,
    /// The text, for scripts.
    pub text: Option<String>,
}

/// What an environment is lowered from.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The environment.
    pub resolved: &'a Resolved,
    /// The stored claims of the other environments that stand on the same network, cluster or account.
    pub claims_of_others: &'a [Claim],
    /// The deployed image of each service that has one.
    pub images: &'a BTreeMap<String, String>,
    /// Local files by their path in the specification, for example `./fn/receipt`.
    pub artifacts: &'a BTreeMap<String, Artifact>,
}

/// An address that people open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// What it is, for example `web`.
    pub name: String,
    /// Its address.
    pub url: Text,
}

/// The result of a lowering.
#[derive(Debug, Clone, Default)]
pub struct Lowered {
    /// Every resource of every scope.
    pub graph: Graph,
    /// Where each scope lives.
    pub placements: BTreeMap<Scope, Placement>,
    /// What the environment claims of the scopes below it, to be stored with its state.
    pub claims: Vec<Claim>,
    /// Where people reach it.
    pub endpoints: Vec<Endpoint>,
    /// What the Kubernetes objects of services and jobs take from AWS; empty on Amazon ECS.
    pub pods: Vec<Pod>,
    /// Who reaches what: one row for each edge and verb of the environment.
    pub flows: Vec<DataFlow>,
    /// The Kubernetes objects of an environment on a Kubernetes cluster: compiled to be exported, not applied.
    pub manifests: Vec<Manifest>,
    /// What is worth saying.
    pub warnings: Vec<Diagnostic>,
    /// Why properties that a standard can decide have their values.
    pub reasons: Reasons,
}

/// Lowers an environment and every scope that it stands on.
///
/// # Errors
/// What the files ask for cannot be built, each with its place.
pub fn lower(inputs: &Inputs<'_>) -> Result<Lowered, Diagnostics> {
    let resolved = inputs.resolved;
    let platform = &resolved.platform;
    let lines = Lines::Environment(resolved);
    let cluster = ClusterView::new(platform, resolved.environment.cluster.as_str(), lines)?;
    let network = NetworkView::new(platform, cluster.declared.network.as_str(), lines)?;
    let account = account_of(platform, &network, lines)?;
    let application = &resolved.application;
    let scope = Scope::environment(application.app.as_str(), resolved.environment_name.as_str());
    let owner = application.owner.as_deref().or(platform.owner.as_deref());
    let posture = Posture::of(resolved.compliance.iter().map(|asked| asked.standard));
    let builder = Builder::new(lines, platform.platform.as_str(), owner, &scope, &network.placement, posture);
    let mut context = Context {
        resolved,
        platform,
        images: inputs.images,
        artifacts: inputs.artifacts,
        builder,
        account,
        network,
        cluster,
        claims: Claims::new(scope.clone()),
        endpoints: Vec::new(),
        pods: Vec::new(),
        warnings: Diagnostics::new(),
    };
    environment::lower(&mut context)?;
    let manifests = kubernetes::compile(&context).map_err(|error| Diagnostics::from(internal(&error)))?;

    let pods = std::mem::take(&mut context.pods);
    let mut assembly = Assembly::new(platform, lines);
    let claims = context.claims.into_vec();
    let all: Vec<&Claim> = inputs.claims_of_others.iter().filter(|claim| claim.claimant != scope).chain(&claims).collect();
    let own_scope = scope.clone();
    assembly.placements.insert(scope, context.network.placement.clone());
    assembly.take(context.builder);
    assembly.cluster(&context.cluster, &context.network, &context.account, &all);
    assembly.network(&context.network, &all);
    assembly.account(&context.account, &all);
    patch::apply(&mut assembly.graph, &own_scope, resolved, &mut assembly.reasons)?;
    let lowered = assembly.finish(claims, context.endpoints, context.warnings)?;
    let flows = data_flows(resolved);
    Ok(Lowered { manifests, pods, flows, ..lowered })
}

/// Lowers an account, network or cluster alone, with the scopes that it stands on. `claims` are the stored claims of all environments.
///
/// # Errors
/// The scope is not declared, or what the platform file asks for cannot be built.
pub fn lower_foundations(spec: &Spec, scope: &Scope, claims: &[Claim]) -> Result<Lowered, Diagnostics> {
    let platform = spec.platform();
    let lines = Lines::Platform(spec);
    let all: Vec<&Claim> = claims.iter().collect();
    let mut assembly = Assembly::new(platform, lines);
    match scope {
        Scope::Account(name) => {
            let (account, region) = match name.split_once('.') {
                Some((account, region)) => (account, region),
                None => (name.as_str(), ""),
            };
            let home = platform.networks.values().find(|network| network.account == *account);
            let region = if region.is_empty() { home.map(|network| network.region.as_str()) } else { Some(region) };
            let Some(region) = region else {
                let message = format!("no network lies in the account `{account}`, so its region is not known");
                let diagnostic = Diagnostic::error(codes::E0213, message).at(lines.span("platform:accounts"));
                return Err(diagnostic.hint("declare a network in it under `networks`").into());
            };
            let Some(view) = AccountView::new(platform, account, region) else {
                let diagnostic =
                    Diagnostic::error(codes::E0213, format!("there is no account `{account}`")).at(lines.span("platform:accounts"));
                return Err(diagnostic.hint("declare it in the platform file under `accounts`").into());
            };
            assembly.account(&view, &all);
        }
        Scope::Network(name) => {
            let network = NetworkView::new(platform, name, lines)?;
            let account = account_of(platform, &network, lines)?;
            assembly.network(&network, &all);
            assembly.account(&account, &all);
        }
        Scope::Cluster(name) => {
            let cluster = ClusterView::new(platform, name, lines)?;
            let network = NetworkView::new(platform, cluster.declared.network.as_str(), lines)?;
            let account = account_of(platform, &network, lines)?;
            assembly.cluster(&cluster, &network, &account, &all);
            assembly.network(&network, &all);
            assembly.account(&account, &all);
        }
        Scope::Environment { .. } => {
            let message = format!("`{scope}` is an environment, not a foundation");
            return Err(Diagnostic::error(codes::E0214, message).into());
        }
    }
    assembly.finish(Vec::new(), Vec::new(), Diagnostics::new())
}

fn account_of(platform: &Platform, network: &NetworkView<'_>, lines: Lines<'_>) -> Result<AccountView, Diagnostics> {
    let name = network.declared.account.as_str();
    AccountView::new(platform, name, network.region()).ok_or_else(|| {
        let message = format!("the account `{name}` is not declared");
        let diagnostic = Diagnostic::error(codes::E0213, message).at(lines.span(&format!("platform:networks.{}.account", network.name)));
        diagnostic.hint("declare it in the platform file under `accounts`").into()
    })
}

/// Puts the graphs of the scopes together.
struct Assembly<'a> {
    platform: &'a Platform,
    lines: Lines<'a>,
    graph: Graph,
    problems: Vec<Problem>,
    placements: BTreeMap<Scope, Placement>,
    reasons: Reasons,
}

impl<'a> Assembly<'a> {
    fn new(platform: &'a Platform, lines: Lines<'a>) -> Self {
        Self { platform, lines, graph: Graph::default(), problems: Vec::new(), placements: BTreeMap::new(), reasons: Reasons::default() }
    }

    fn builder(&mut self, scope: &Scope, placement: &Placement, claims: &[&Claim]) -> Builder<'a> {
        self.placements.insert(scope.clone(), placement.clone());
        let owner = self.platform.owner.as_deref();
        let posture = Posture::of(self.platform.compliance.iter().copied().chain(claims::standards(scope, claims)));
        Builder::new(self.lines, self.platform.platform.as_str(), owner, scope, placement, posture)
    }

    fn take(&mut self, builder: Builder<'_>) {
        let made = builder.finish();
        self.problems.extend(made.problems);
        self.reasons.postures.insert(made.scope, made.posture);
        self.reasons.said.extend(made.said);
        for resource in made.graph.iter() {
            if let Err(problem) = self.graph.insert(resource.clone()) {
                self.problems.push(problem.into());
            }
        }
    }

    fn cluster(&mut self, cluster: &ClusterView<'_>, network: &NetworkView<'_>, account: &AccountView, claims: &[&Claim]) {
        let mut builder = self.builder(&cluster.scope, &cluster.placement, claims);
        cluster::lower(&mut builder, self.platform, cluster, network, account);
        self.take(builder);
    }

    /// A network serves every cluster that the platform file declares on it, standing or not, so that it does not change with them.
    fn network(&mut self, network: &NetworkView<'_>, claims: &[&Claim]) {
        let mut own: Vec<Claim> = Vec::new();
        for name in self.platform.clusters.keys() {
            let Ok(cluster) = ClusterView::new(self.platform, name.as_str(), self.lines) else {
                continue;
            };
            if cluster.declared.network.as_str() == network.name {
                own.extend(cluster::claims(&cluster, network, self.lines));
            }
        }
        let union = Union::of(&network.scope, claims.iter().copied().chain(&own));
        let mut builder = self.builder(&network.scope, &network.placement, claims);
        network::lower(&mut builder, self.platform, network, &union);
        self.take(builder);
    }

    fn account(&mut self, account: &AccountView, claims: &[&Claim]) {
        let union = Union::of(&account.scope, claims.iter().copied());
        let mut builder = self.builder(&account.scope, &account.placement, claims);
        security::lower_region(&mut builder, self.platform, account, &union);
        self.take(builder);
        if !account.is_home()
            && let Some(home) = AccountView::new(self.platform, &account.name, &account.home_placement.region)
        {
            self.account(&home, claims);
        }
    }

    /// The platform says itself how long logs are kept; said once, by the strictest of the scopes.
    fn retention_below(&self) -> Option<Diagnostic> {
        let said = u32::try_from(retention::said(self.platform)?).unwrap_or(u32::MAX);
        let union = Posture::of(self.reasons.postures.values().flat_map(|posture| posture.standards().iter().copied()));
        environment::below(&union, Setting::LogRetention, Level::Number(said), self.lines, retention::KEY)
    }

    fn finish(self, claims: Vec<Claim>, endpoints: Vec<Endpoint>, mut warnings: Diagnostics) -> Result<Lowered, Diagnostics> {
        if let Some(warning) = self.retention_below() {
            warnings.push(warning);
        }
        let mut problems = self.problems;
        if problems.is_empty()
            && let Err(problem) = self.graph.check()
        {
            problems.push(problem.into());
        }
        if !problems.is_empty() {
            return Err(problems.iter().map(internal).collect());
        }
        Ok(Lowered {
            graph: self.graph,
            placements: self.placements,
            claims,
            endpoints,
            pods: Vec::new(),
            flows: Vec::new(),
            manifests: Vec::new(),
            warnings: warnings.into_iter().collect(),
            reasons: self.reasons,
        })
    }
}

/// A graph that does not hold together is our mistake: said so, with what to do.
fn internal(problem: &impl std::fmt::Display) -> Diagnostic {
    Diagnostic::error(codes::E0501, format!("the files are right, but the graph made of them is not: {problem}"))
        .hint("this is a mistake in Strata: report it with both files")
}
