//! Endpoints: AWS services reached inside the network, one for each service that somebody claims.
//!
//! Invariant: an endpoint lets through exactly what was claimed, and unless the claim itself names who, only for this account's
//! identities; a service that nobody claims any more has no endpoint.

use strata_aws::ec2::{SecurityGroup, VpcEndpoint};
use strata_aws::iam::policy_document::{PolicyDocument, Statement};
use strata_graph::{Pseudo, Text};

use super::routes;
use crate::address_planner::Tier;
use crate::builder::{About, Builder};
use crate::claims::{EndpointClaim, Union};
use crate::foundations::{NetworkView, endpoint_name};
use crate::naming::limit;

/// Lowers the endpoints that are claimed.
pub(super) fn lower(builder: &mut Builder<'_>, network: &NetworkView<'_>, claims: &Union) {
    for (service, claim) in &claims.gateway_endpoints {
        let endpoint = VpcEndpoint {
            vpc_id: network.vpc_id(),
            service_name: service_name(service),
            vpc_endpoint_type: "Gateway".to_owned(),
            policy_document: Some(policy(claim)),
            route_table_ids: routes::private_table_ids(network),
            ..VpcEndpoint::default()
        };
        builder.add(service, endpoint, about(network, service, claim));
    }
    for (service, claim) in &claims.interface_endpoints {
        let group = SecurityGroup {
            group_name: builder.name(&[&endpoint_name(service)], limit::GROUP),
            group_description: format!("Who may reach {service} inside the network {}", network.name),
            vpc_id: network.vpc_id(),
            ..SecurityGroup::default()
        };
        let group = builder.add(&endpoint_name(service), group, about(network, service, claim));
        let endpoint = VpcEndpoint {
            vpc_id: network.vpc_id(),
            service_name: service_name(service),
            vpc_endpoint_type: "Interface".to_owned(),
            policy_document: Some(policy(claim)),
            private_dns_enabled: Some(true),
            subnet_ids: network.subnet_ids(Tier::Private),
            security_group_ids: vec![group.output("GroupId")],
            ..VpcEndpoint::default()
        };
        builder.add(&service.replace('.', "-"), endpoint, about(network, service, claim));
    }
}

fn about(network: &NetworkView<'_>, service: &str, claim: &EndpointClaim) -> About {
    let claimants: Vec<String> = claim.claimants.iter().map(ToString::to_string).collect();
    let purpose = format!("Reaches {service} without leaving the network, for {}.", claimants.join(", "));
    About::new(network.key_path(), purpose).also_origins(claim.origins.iter().cloned())
}

fn service_name(service: &str) -> Text {
    Text::join(["com.amazonaws.".into(), Pseudo::Region.into(), format!(".{service}").into()])
}

fn policy(claim: &EndpointClaim) -> PolicyDocument {
    PolicyDocument::new(claim.statements.iter().cloned().map(for_this_account))
}

/// A claim that does not say who means the identities of this account.
fn for_this_account(statement: Statement) -> Statement {
    if statement.principal.is_some() {
        return statement;
    }
    statement.for_aws(["*"]).when("StringEquals", "aws:PrincipalAccount", [Pseudo::AccountId])
}
