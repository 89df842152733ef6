//! From the files to a graph with verdicts: the pure part of every command.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use strata_diag::{Diagnostic, codes};
use strata_graph::{Graph, Origin, Scope};
use strata_layers::{Claim, Inputs, Lowered};
use strata_plan::{Desired, Directions, Endpoint, Notice, Observations, Placement, Plan, PlanError, PlanInput, ScopeState};
use strata_policy::{Verdict, Waiver};
use strata_spec::Spec;

use crate::arguments::Target;
use crate::artifacts;
use crate::directions::{Written, line_of};
use crate::failure::Failure;
use crate::files::Files;
use crate::{rules, waivers};

/// What is kept with an environment's state.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Metadata {
    /// What it claims of the scopes below.
    #[serde(default)]
    pub claims: Vec<Claim>,
    /// The deployed image of each service.
    #[serde(default)]
    pub images: BTreeMap<String, String>,
    /// Where it is reached.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
}

impl Metadata {
    /// What a state keeps; empty where there is none.
    pub fn of(state: Option<&ScopeState>) -> Self {
        state.and_then(|state| serde_json::from_value(state.metadata.clone()).ok()).unwrap_or_default()
    }
}

/// Everything that the files say about one target.
pub struct Compiled {
    /// The scope that was asked for.
    pub target: Scope,
    /// The lowered files.
    pub lowered: Lowered,
    /// The standards that the rules were asked for.
    pub standards: Vec<String>,
    /// What the rules say.
    pub verdicts: Vec<Verdict>,
    /// The waivers, whether they hold or not.
    pub waivers: Vec<Waiver>,
    /// What else to say.
    pub notices: Vec<Notice>,
    /// The scopes to plan, lowest first.
    pub desired: Vec<Desired>,
    /// The bytes of artifacts.
    pub artifacts: BTreeMap<String, Arc<[u8]>>,
    /// The platform's name.
    pub platform: String,
    /// Who must approve.
    pub approve: Vec<String>,
    /// What the files say of resources beside what they shall be.
    pub written: Vec<Written>,
}

/// The scope that the options name.
pub fn scope(spec: &Spec, target: &Target) -> Result<Scope, Failure> {
    if let Some(name) = &target.account {
        return Ok(Scope::Account(name.clone()));
    }
    if let Some(name) = &target.network {
        return Ok(Scope::Network(name.clone()));
    }
    if let Some(name) = &target.cluster {
        return Ok(Scope::Cluster(name.clone()));
    }
    let environments = spec.environments().iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>().join(", ");
    let Some(name) = &target.env else {
        return Err(Failure::usage(codes::E0905, "which environment is not said", format!("add --env with one of: {environments}")));
    };
    let Some(application) = spec.application() else {
        return Err(Failure::usage(codes::E0905, "an environment needs an application file", "add it: -f app.yaml"));
    };
    if !spec.environments().iter().any(|known| known.as_str() == name) {
        return Err(Failure::usage(codes::E0905, format!("there is no environment '{name}'"), format!("the file has: {environments}")));
    }
    Ok(Scope::environment(application.app.as_str(), name.clone()))
}

/// Compiles the files for a target. `images` are put over those that the state knows.
pub fn compile(
    files: &Files,
    spec: &Spec,
    target: &Target,
    states: &BTreeMap<Scope, ScopeState>,
    images: &BTreeMap<String, String>,
) -> Result<Compiled, Failure> {
    let mut compiled = lowered(files, spec, target, states, images)?;
    compiled.verdicts.extend(rules::judge(files, &compiled.lowered.graph, false, |_| BTreeSet::new())?);
    compiled.waivers = waivers::read(files)?;
    compiled.notices.extend(waivers::apply(&compiled.waivers, &mut compiled.verdicts, &compiled.lowered.graph));
    Ok(compiled)
}

/// Compiles and judges; nothing is waived yet.
fn lowered(
    files: &Files,
    spec: &Spec,
    target: &Target,
    states: &BTreeMap<Scope, ScopeState>,
    images: &BTreeMap<String, String>,
) -> Result<Compiled, Failure> {
    let scope = scope(spec, target)?;
    let stored: Vec<Claim> = states.values().flat_map(|state| Metadata::of(Some(state)).claims).collect();
    match &scope {
        Scope::Environment { environment, .. } => {
            let resolved = spec.resolve(environment).map_err(|diagnostics| Failure::of_files(diagnostics, &files.sources))?;
            for service in images.keys() {
                if !resolved.application.services.keys().any(|name| name.as_str() == service) {
                    let known = resolved.application.services.keys().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
                    return Err(Failure::usage(codes::E0906, format!("there is no service '{service}'"), format!("the file has: {known}")));
                }
            }
            let read = artifacts::read(files, &resolved)?;
            let mut all = Metadata::of(states.get(&scope)).images;
            all.extend(images.clone());
            let inputs = Inputs { resolved: &resolved, claims_of_others: &stored, images: &all, artifacts: &read.described };
            let lowered = strata_layers::lower(&inputs).map_err(|diagnostics| Failure::of_files(diagnostics, &files.sources))?;
            let standards: Vec<String> = resolved.compliance.iter().map(|asked| asked.standard.as_str().to_owned()).collect();
            let mut notices: Vec<Notice> = strata_spec::not_built_yet(&resolved)
                .into_iter()
                .map(|missing| Notice {
                    code: codes::E0502.as_str().to_owned(),
                    message: format!("not built yet: {}: {}", missing.key_path.trim_start_matches("platform:"), missing.what),
                    origin: missing.span.map(|span| Origin::new(span.file.clone(), span.line, missing.key_path.clone())),
                })
                .collect();
            notices.extend(lowered.warnings.iter().map(notice));
            let approve = resolved
                .environment
                .approve
                .as_ref()
                .map(|approval| vec![format!("{} from {}", approval.count(), approval.group().as_str())])
                .unwrap_or_default();
            let metadata = Metadata { claims: lowered.claims.clone(), images: all, endpoints: endpoints(&lowered) };
            let platform = resolved.platform.platform.as_str().to_owned();
            let own = Written { own: Some(scope.clone()), what: resolved.directions() };
            let compiled = finish(scope.clone(), lowered, &standards, notices, read.bytes, platform, approve, states, metadata)?;
            Ok(Compiled { written: vec![of_platform(spec), own], ..compiled })
        }
        _ => {
            let lowered = strata_layers::lower_foundations(spec, &scope, &stored)
                .map_err(|diagnostics| Failure::of_files(diagnostics, &files.sources))?;
            let standards: Vec<String> = spec.platform().compliance.iter().map(|standard| standard.as_str().to_owned()).collect();
            let notices = lowered.warnings.iter().map(notice).collect();
            let platform = spec.platform().platform.as_str().to_owned();
            let metadata = Metadata::default();
            let compiled = finish(scope.clone(), lowered, &standards, notices, BTreeMap::new(), platform, Vec::new(), states, metadata)?;
            Ok(Compiled { written: vec![of_platform(spec)], ..compiled })
        }
    }
}

#[allow(clippy::too_many_arguments)] // One call site shape, and every part is named there.
fn finish(
    target: Scope,
    lowered: Lowered,
    standards: &[String],
    mut notices: Vec<Notice>,
    artifacts: BTreeMap<String, Arc<[u8]>>,
    platform: String,
    approve: Vec<String>,
    states: &BTreeMap<Scope, ScopeState>,
    metadata: Metadata,
) -> Result<Compiled, Failure> {
    let verdicts = strata_policy::judge(&lowered.graph, standards);
    for standard in standards {
        if let Some(missing) = strata_policy::standards::known(standard).notice(standard) {
            notices.push(Notice { code: codes::E0602.as_str().to_owned(), message: missing, origin: None });
        }
    }
    let mut scopes: Vec<(&Scope, &strata_layers::Placement)> = lowered.placements.iter().collect();
    scopes.sort_by_key(|(scope, _)| (scope.kind(), (*scope).clone()));
    let mut desired = Vec::new();
    for (scope, placement) in &scopes {
        // The kinds stand on one another in their order.
        let stands_on = scopes.iter().filter(|(other, _)| other.kind() < scope.kind()).map(|(other, _)| (*other).clone()).collect();
        let kept = if **scope == target {
            serde_json::to_value(&metadata).unwrap_or_default()
        } else {
            states.get(*scope).map(|state| state.metadata.clone()).unwrap_or_default()
        };
        desired.push(Desired {
            scope: (*scope).clone(),
            placement: Placement {
                account: placement.account.clone(),
                account_id: placement.account_id.clone(),
                role: placement.role.clone(),
                region: placement.region.clone(),
            },
            metadata: kept,
            stands_on,
        });
    }
    Ok(Compiled {
        target,
        lowered,
        standards: standards.to_vec(),
        verdicts,
        waivers: Vec::new(),
        notices,
        desired,
        artifacts,
        platform,
        approve,
        written: Vec::new(),
    })
}

/// What the platform file says of its own resources.
pub fn of_platform(spec: &Spec) -> Written {
    Written { own: None, what: spec.platform_directions() }
}

fn endpoints(lowered: &Lowered) -> Vec<Endpoint> {
    lowered.endpoints.iter().map(|endpoint| Endpoint { name: endpoint.name.clone(), url: endpoint.url.clone() }).collect()
}

fn notice(diagnostic: &Diagnostic) -> Notice {
    Notice {
        code: diagnostic.code.as_str().to_owned(),
        message: diagnostic.message.clone(),
        origin: diagnostic.span.as_ref().map(|span| Origin::new(span.file.clone(), span.line, String::new())),
    }
}

impl Compiled {
    /// The graph.
    pub fn graph(&self) -> &Graph {
        &self.lowered.graph
    }

    /// The plan against a state and what was seen.
    pub fn plan(
        &self,
        files: &Files,
        states: &BTreeMap<Scope, ScopeState>,
        observations: &Observations,
        delete_data: &BTreeSet<String>,
        more: Vec<Notice>,
        directions: &Directions,
    ) -> Result<Plan, Failure> {
        let mut notices = self.notices.clone();
        notices.extend(more);
        let plan = strata_plan::build(PlanInput {
            platform: &self.platform,
            target: &self.target,
            scopes: &self.desired,
            graph: &self.lowered.graph,
            contracts: &strata_aws::contracts(),
            states,
            observations,
            delete_data,
            verdicts: self.verdicts.clone(),
            notices,
            endpoints: endpoints(&self.lowered),
            approve: self.approve.clone(),
            directions,
        });
        plan.map_err(|error| match &error {
            PlanError::WouldReplace { address, patch, .. } => {
                let hint = format!("keep what stands as it is, or take the line out: {patch}");
                let diagnostic = Diagnostic::error(codes::E0712, error.to_string()).at(line_of(self, address)).hint(hint);
                Failure::of_files(diagnostic.into(), &files.sources)
            }
            _ => error.into(),
        })
    }
}
