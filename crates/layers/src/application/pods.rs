//! Services and jobs on Kubernetes: their AWS side. The Kubernetes objects themselves are made from [`Pod`].
//!
//! Invariant: a pod has a role of its own by EKS Pod Identity, with exactly what its lines of `uses` say; none shares its machine's role.

use std::collections::BTreeMap;

use strata_aws::eks::PodIdentityAssociation;
use strata_aws::iam::Statement;
use strata_graph::{Address, Text};

use super::front_door::Door;
use super::image::image;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::infrastructure::{Trust, role};
use crate::uses::{Wiring, Wirings, workloads};

/// The namespace of an environment: `ticketing-prod`.
#[must_use]
pub fn namespace(application: &str, environment: &str) -> String {
    strata_graph::name::bounded(&[application, environment], 63)
}

/// What the Kubernetes objects of a service or job take from AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    /// The service or job, whose service account has the same name.
    pub name: String,
    /// Its key in the application file.
    pub key: String,
    /// The role that its service account has.
    pub role: Address,
    /// Its security group's id, for a `SecurityGroupPolicy`.
    pub security_group: Text,
    /// The image; none until there is one.
    pub image: Option<String>,
    /// Plain environment variables.
    pub variables: BTreeMap<String, Text>,
    /// Environment variables whose value lies in Secrets Manager: ARN, with `:KEY::` behind it for a key of a JSON secret.
    pub secrets: BTreeMap<String, Text>,
    /// For a routed service: certificate, firewall and security group of its ingress.
    pub door: Option<PodDoor>,
}

/// What the ingress of a routed service takes from AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodDoor {
    /// The certificate's ARN.
    pub certificate: Text,
    /// The ARN of the web application firewall, where one stands before the door.
    pub firewall: Option<Text>,
    /// The id of the load balancer's security group.
    pub security_group: Text,
}

/// The pod's own identity reads its secrets, and looks at them before, as the driver that hands them to it asks (AWS Secrets Store CSI provider,
/// "Required permissions"). Its image and its log are its machine's business.
fn secret_statements(wiring: &Wiring) -> Vec<Statement> {
    let mut all = wiring.start_statements.clone();
    for statement in &mut all {
        if statement.action == ["secretsmanager:GetSecretValue"] {
            statement.action.insert(0, "secretsmanager:DescribeSecret".to_owned());
        }
    }
    all
}

pub(super) fn lower(context: &mut Context<'_>, key: &Handle, wirings: &Wirings, door: Option<&Door>) {
    let resolved = context.resolved;
    let space = namespace(context.application(), context.environment());
    for workload in workloads(resolved).into_iter().filter(|workload| workload.kind.is_container()) {
        let Some(wiring) = wirings.get(workload.name.as_str()) else { continue };
        let name = workload.name.as_str();
        crate::observability::log_group(context, workload.kind.section(), name, key);
        let mut statements = wiring.statements.clone();
        statements.extend(secret_statements(wiring));
        let (pod_role, standing) = role(
            context,
            name,
            &Trust::Pods,
            &format!("What {name} may do"),
            statements,
            About::new(workload.key(), format!("What {name} may do: exactly what its lines of `uses` say.")),
        );
        let association = PodIdentityAssociation {
            cluster_name: context.cluster.physical_name().into(),
            namespace: space.clone(),
            service_account: name.to_owned(),
            role_arn: pod_role.arn(),
            ..PodIdentityAssociation::default()
        };
        let about = About::new(workload.key(), format!("Gives the pods of {name} their role."));
        let about = standing.iter().fold(about, About::after).after(&context.cluster.eks_cluster());
        context.builder.add(name, association, about);
        let routed = resolved.application.services.get(name).is_some_and(|service| service.route.is_some());
        let pod = Pod {
            name: name.to_owned(),
            key: workload.key(),
            role: pod_role.address,
            security_group: wiring.group.output("GroupId"),
            image: image(context, &workload),
            variables: wiring.variables.clone(),
            secrets: wiring.secrets.clone(),
            door: door.filter(|_| routed).map(|door| PodDoor {
                certificate: door.certificate.clone(),
                firewall: door.firewall.clone(),
                security_group: door.group.output("GroupId"),
            }),
        };
        context.pods.push(pod);
    }
}
