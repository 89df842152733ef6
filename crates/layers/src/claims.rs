//! Claims: what a scope needs from a scope below it that the lower one may have only once.
//!
//! AWS allows one interface endpoint for a service and network, and one subscription of an account to a standard. So the
//! claimant does not make them: it claims, and the lower scope is its own declaration plus the union of all claims.
//! Invariants: the union depends on the set of claims alone, never on their order; what nobody claims any more is gone.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use strata_aws::iam::policy_document::{Effect, Statement};
use strata_graph::{Origin, Scope, Text};
use strata_spec::Standard;

/// What is claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Need {
    /// An interface endpoint of the network for a service, for example `sqs` or `ecr.api`.
    InterfaceEndpoint {
        /// The service as in `com.amazonaws.REGION.SERVICE`.
        service: String,
        /// What may be done through it. Principal and account are set by the network.
        statements: Vec<Statement>,
    },
    /// A gateway endpoint of the network for a service: `s3` or `dynamodb`.
    GatewayEndpoint {
        /// The service.
        service: String,
        /// What may be done through it.
        statements: Vec<Statement>,
    },
    /// A compliance standard that binds the scope, and that the account's Security Hub must check.
    Standard {
        /// The standard's word in the files, for example `pci-dss-4.0`.
        standard: String,
    },
}

/// One claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Who needs it.
    pub claimant: Scope,
    /// From whom.
    pub on: Scope,
    /// What.
    pub need: Need,
    /// The lines that asked for it.
    pub origins: Vec<Origin>,
}

/// Everything claimed of one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndpointClaim {
    /// The union of what may be done through it, in normal form.
    pub statements: Vec<Statement>,
    /// Every line that asked for it, sorted.
    pub origins: Vec<Origin>,
    /// Every claimant.
    pub claimants: BTreeSet<Scope>,
}

/// The union of claims on one scope.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Union {
    /// Interface endpoints by service.
    pub interface_endpoints: BTreeMap<String, EndpointClaim>,
    /// Gateway endpoints by service.
    pub gateway_endpoints: BTreeMap<String, EndpointClaim>,
    /// Standards with the lines that asked for them.
    pub standards: BTreeMap<String, Vec<Origin>>,
}

impl Union {
    /// The union of those claims that are on `scope`.
    #[must_use]
    pub fn of<'a>(scope: &Scope, claims: impl IntoIterator<Item = &'a Claim>) -> Self {
        let mut union = Self::default();
        for claim in claims.into_iter().filter(|claim| claim.on == *scope) {
            match &claim.need {
                Need::InterfaceEndpoint { service, statements } => {
                    union.interface_endpoints.entry(service.clone()).or_default().take(claim, statements);
                }
                Need::GatewayEndpoint { service, statements } => {
                    union.gateway_endpoints.entry(service.clone()).or_default().take(claim, statements);
                }
                Need::Standard { standard } => union.standards.entry(standard.clone()).or_default().extend(claim.origins.iter().cloned()),
            }
        }
        for endpoint in union.interface_endpoints.values_mut().chain(union.gateway_endpoints.values_mut()) {
            endpoint.normalize();
        }
        for origins in union.standards.values_mut() {
            origins.sort();
            origins.dedup();
        }
        union
    }
}

/// The standards that claims bind a scope to. What an account has once, in its home region, is bound by what stands in any of its regions.
pub(crate) fn standards(scope: &Scope, claims: &[&Claim]) -> Vec<Standard> {
    let binds = |on: &Scope| match (scope, on) {
        (Scope::Account(home), Scope::Account(region)) => {
            region == home || region.strip_prefix(home.as_str()).is_some_and(|rest| rest.starts_with('.'))
        }
        _ => scope == on,
    };
    let named = claims.iter().filter(|claim| binds(&claim.on)).filter_map(|claim| match &claim.need {
        Need::Standard { standard } => Standard::ALL.iter().copied().find(|known| known.as_str() == standard),
        Need::InterfaceEndpoint { .. } | Need::GatewayEndpoint { .. } => None,
    });
    named.collect()
}

impl EndpointClaim {
    fn take(&mut self, claim: &Claim, statements: &[Statement]) {
        self.statements.extend(statements.iter().cloned());
        self.origins.extend(claim.origins.iter().cloned());
        self.claimants.insert(claim.claimant.clone());
    }

    /// Statements that differ only in their resources become one; identifiers are given by position in the sorted list.
    fn normalize(&mut self) {
        type Key = (Vec<String>, String, String);
        let mut merged: BTreeMap<Key, Statement> = BTreeMap::new();
        for mut statement in std::mem::take(&mut self.statements) {
            statement.sid = None;
            statement.action.sort();
            statement.action.dedup();
            let key = (
                statement.action.clone(),
                format!("{:?}", statement.effect),
                format!("{:?}/{:?}", statement.principal, statement.condition),
            );
            match merged.get_mut(&key) {
                Some(known) => known.resource.append(&mut statement.resource),
                None => {
                    merged.insert(key, statement);
                }
            }
        }
        self.statements = merged.into_values().collect();
        for (index, statement) in self.statements.iter_mut().enumerate() {
            statement.resource.sort();
            statement.resource.dedup();
            let verb = match statement.effect {
                Effect::Allow => "Allow",
                Effect::Deny => "Deny",
            };
            statement.sid = Some(format!("{verb}{}", index + 1));
        }
        self.origins.sort();
        self.origins.dedup();
    }
}

/// Collects the claims of one claimant.
#[derive(Debug, Clone)]
pub struct Claims {
    claimant: Scope,
    list: Vec<Claim>,
}

impl Claims {
    /// No claim yet.
    #[must_use]
    pub fn new(claimant: Scope) -> Self {
        Self { claimant, list: Vec::new() }
    }

    /// Claims something of a lower scope.
    pub fn claim(&mut self, on: &Scope, need: Need, origins: impl IntoIterator<Item = Origin>) {
        let claim = Claim { claimant: self.claimant.clone(), on: on.clone(), need, origins: origins.into_iter().collect() };
        if !self.list.contains(&claim) {
            self.list.push(claim);
        }
    }

    /// Claims that actions on resources may pass through the network's interface endpoint for a service.
    pub fn interface_endpoint<R: Into<Text>>(
        &mut self,
        network: &Scope,
        service: &str,
        actions: &[&str],
        resources: impl IntoIterator<Item = R>,
        origins: impl IntoIterator<Item = Origin>,
    ) {
        let need = Need::InterfaceEndpoint {
            service: service.to_owned(),
            statements: vec![Statement::allow("Claim", actions.iter().copied(), resources)],
        };
        self.claim(network, need, origins);
    }

    /// The same for a gateway endpoint (`s3`, `dynamodb`).
    pub fn gateway_endpoint<R: Into<Text>>(
        &mut self,
        network: &Scope,
        service: &str,
        actions: &[&str],
        resources: impl IntoIterator<Item = R>,
        origins: impl IntoIterator<Item = Origin>,
    ) {
        let need = Need::GatewayEndpoint {
            service: service.to_owned(),
            statements: vec![Statement::allow("Claim", actions.iter().copied(), resources)],
        };
        self.claim(network, need, origins);
    }

    /// The same for what is fetched without an identity of this account: buckets of AWS that are read by signed addresses or by anyone.
    pub fn gateway_endpoint_for_anyone<R: Into<Text>>(
        &mut self,
        network: &Scope,
        service: &str,
        actions: &[&str],
        resources: impl IntoIterator<Item = R>,
        origins: impl IntoIterator<Item = Origin>,
    ) {
        let need = Need::GatewayEndpoint {
            service: service.to_owned(),
            statements: vec![Statement::allow("Claim", actions.iter().copied(), resources).for_aws(["*"])],
        };
        self.claim(network, need, origins);
    }

    /// The claims so far.
    #[must_use]
    pub fn as_slice(&self) -> &[Claim] {
        &self.list
    }

    /// The claims.
    #[must_use]
    pub fn into_vec(self) -> Vec<Claim> {
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(environment: &str, queue: &str, line: u32) -> Vec<Claim> {
        let mut claims = Claims::new(Scope::environment("ticketing", environment));
        claims.interface_endpoint(
            &Scope::Network("nonprod".into()),
            "sqs",
            &["sqs:SendMessage", "sqs:GetQueueUrl"],
            [queue],
            [Origin::new("app.yaml", line, "services.api.uses.bookings")],
        );
        claims.into_vec()
    }

    #[test]
    fn two_claimants_share_one_endpoint_in_any_order() {
        let network = Scope::Network("nonprod".into());
        let (dev, staging) = (claims("dev", "arn:dev", 24), claims("staging", "arn:staging", 24));
        let one = Union::of(&network, dev.iter().chain(&staging));
        let other = Union::of(&network, staging.iter().chain(&dev).chain(&dev));
        assert_eq!(one, other);
        let endpoint = &one.interface_endpoints["sqs"];
        assert_eq!(one.interface_endpoints.len(), 1);
        assert_eq!(endpoint.statements.len(), 1);
        assert_eq!(endpoint.statements[0].resource, [Text::from("arn:dev"), Text::from("arn:staging")]);
        assert_eq!((endpoint.origins.len(), endpoint.claimants.len()), (1, 2));
    }

    #[test]
    fn a_claim_on_another_scope_is_not_ours() {
        let union = Union::of(&Scope::Network("prod".into()), &claims("dev", "arn:dev", 1));
        assert_eq!(union, Union::default());
    }
}
