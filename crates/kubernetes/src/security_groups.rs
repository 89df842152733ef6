//! Security groups of pods: the firewall of AWS around each pod, beside the network policies inside the cluster.
//!
//! The object is a `SecurityGroupPolicy` of the Amazon VPC resource controller (Amazon EKS user guide, "Assign security groups to individual
//! pods").

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::{Metadata, NamespaceResourceScope, Resource};
use serde::Serialize;
use strata_graph::Text;

use crate::metadata::{Labels, name};
use crate::placeholder::encode;

/// `SecurityGroupPolicy` of the Amazon VPC resource controller.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecurityGroupPolicy {
    api_version: &'static str,
    kind: &'static str,
    metadata: ObjectMeta,
    spec: SecurityGroupPolicySpec,
}

/// Which pods get which groups.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct SecurityGroupPolicySpec {
    pod_selector: LabelSelector,
    security_groups: Groups,
}

/// The groups by their ids.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Groups {
    group_ids: Vec<String>,
}

impl Resource for SecurityGroupPolicy {
    const API_VERSION: &'static str = "vpcresources.k8s.aws/v1beta1";
    const GROUP: &'static str = "vpcresources.k8s.aws";
    const KIND: &'static str = "SecurityGroupPolicy";
    const VERSION: &'static str = "v1beta1";
    const URL_PATH_SEGMENT: &'static str = "securitygrouppolicies";
    type Scope = NamespaceResourceScope;
}

impl Metadata for SecurityGroupPolicy {
    type Ty = ObjectMeta;

    fn metadata(&self) -> &Self::Ty {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut Self::Ty {
        &mut self.metadata
    }
}

/// The pods of a workload have these groups, and no others.
#[must_use]
pub fn policy(labels: &Labels, workload: &str, component: &str, groups: &[Text]) -> SecurityGroupPolicy {
    SecurityGroupPolicy {
        api_version: SecurityGroupPolicy::API_VERSION,
        kind: SecurityGroupPolicy::KIND,
        metadata: labels.metadata(&name(&[workload]), workload, component),
        spec: SecurityGroupPolicySpec {
            pod_selector: Labels::selector(workload),
            security_groups: Groups { group_ids: groups.iter().map(encode).collect() },
        },
    }
}
