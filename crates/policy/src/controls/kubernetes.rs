//! Controls of Kubernetes clusters on AWS: Amazon EKS.

use std::collections::BTreeSet;

use strata_aws::eks::{Addon, Cluster};
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, none_of, not_applicable, undecidable, violated};
use crate::topology::is_everywhere;
use crate::view::{View, is_set};

/// The control plane's kinds of log (Amazon EKS user guide, "Send control plane logs to CloudWatch Logs").
const LOG_TYPES: [&str; 5] = ["api", "audit", "authenticator", "controllerManager", "scheduler"];
/// The oldest minor version of Kubernetes 1 that AWS still patches, extended support included (November 2026).
const OLDEST_MINOR: u32 = 32;

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "eks-endpoint-private", Application, High, Both, ["AWS::EKS::Cluster"];
        title: "The internet does not reach a cluster's API",
        why: "Who reaches the API with stolen credentials has the cluster.",
        repair: "Set EndpointPrivateAccess to true and EndpointPublicAccess to false, or name the blocks that may reach it.",
        prowler: ["eks_cluster_not_publicly_accessible", "eks_cluster_private_nodes_enabled"],
        checkov: ["CKV_AWS_38", "CKV_AWS_39"],
        config: ["EKS_ENDPOINT_NO_PUBLIC_ACCESS"],
        security_hub: ["EKS.1"],
        each: endpoint_private,
    },
    control! {
        "eks-logged", Observability, Medium, Both, ["AWS::EKS::Cluster"];
        title: "A cluster's control plane writes every kind of its logs",
        why: "The audit log is the only record of who did what in the cluster.",
        repair: "List api, audit, authenticator, controllerManager and scheduler in Logging.",
        prowler: ["eks_control_plane_logging_all_types_enabled"],
        checkov: ["CKV_AWS_37"],
        config: ["EKS_CLUSTER_LOG_ENABLED"],
        security_hub: ["EKS.8"],
        each: logged,
    },
    control! {
        "eks-network-policies", Application, High, Both, ["AWS::EKS::Addon"];
        title: "A cluster keeps its pods apart as their network policies say",
        why: "Policies that nothing enforces let every pod speak to every other.",
        repair: "Set enableNetworkPolicy to \"true\" in the ConfigurationValues of the add-on vpc-cni.",
        prowler: ["eks_cluster_vpc_cni_network_policy_enforced"], checkov: [], config: [], security_hub: [],
        each: network_policies,
    },
    control! {
        "eks-secrets-encrypted", Application, High, Both, ["AWS::EKS::Cluster"];
        title: "Secrets in a cluster are encrypted with a key of our own",
        why: "Kubernetes keeps secrets in its store, of which there are copies and backups.",
        repair: "Give EncryptionConfig the resource secrets and a key.",
        prowler: ["eks_cluster_kms_cmk_encryption_in_secrets_enabled"],
        checkov: ["CKV_AWS_58"],
        config: ["EKS_SECRETS_ENCRYPTED"],
        security_hub: ["EKS.3"],
        each: secrets_encrypted,
    },
    control! {
        "eks-version-supported", Application, Medium, Both, ["AWS::EKS::Cluster"];
        title: "A cluster runs a version of Kubernetes that is still patched",
        why: "A version past its end gets no security fixes.",
        repair: "Raise `version` of the cluster.",
        prowler: ["eks_cluster_uses_a_supported_version"],
        checkov: ["CKV_AWS_339"],
        config: ["EKS_CLUSTER_SUPPORTED_VERSION"],
        security_hub: ["EKS.2"],
        each: version_supported,
    },
];

fn endpoint_private(view: &View<'_>, resource: &Resource) -> Answer {
    let cluster = view.read::<Cluster>(resource)?;
    let config = &cluster.resources_vpc_config;
    if !config.endpoint_private_access {
        return violated("EndpointPrivateAccess is false, so even hosts come in from the internet");
    }
    if !config.endpoint_public_access {
        return check(true, "the API is reached from inside the network only", "");
    }
    let open = config.public_access_cidrs.is_empty() || config.public_access_cidrs.iter().any(|block| is_everywhere(Some(block)));
    check(!open, format!("the API is reached from {}", config.public_access_cidrs.join(", ")), "the whole internet reaches the API")
}

fn logged(view: &View<'_>, resource: &Resource) -> Answer {
    let cluster = view.read::<Cluster>(resource)?;
    let on: BTreeSet<&str> =
        cluster.logging.iter().flat_map(|logging| &logging.cluster_logging.enabled_types).map(|kind| kind.log_type.as_str()).collect();
    let off = LOG_TYPES.iter().filter(|kind| !on.contains(**kind)).map(|kind| format!("the log '{kind}' is off"));
    none_of(off.collect(), "every kind of log is on")
}

fn secrets_encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let cluster = view.read::<Cluster>(resource)?;
    let encrypted = cluster
        .encryption_config
        .iter()
        .any(|config| config.resources.iter().any(|kind| kind == "secrets") && is_set(Some(&config.provider.key_arn)));
    check(encrypted, "encrypted with a key of ours", "EncryptionConfig names no key for secrets")
}

fn version_supported(view: &View<'_>, resource: &Resource) -> Answer {
    let version = view.read::<Cluster>(resource)?.version.clone();
    let minor = version.strip_prefix("1.").and_then(|minor| minor.parse::<u32>().ok());
    match minor {
        Some(minor) => check(minor >= OLDEST_MINOR, format!("Kubernetes {version}"), format!("Kubernetes {version} is past its end")),
        None => undecidable(format!("'{version}' is no version of Kubernetes 1")),
    }
}

fn network_policies(view: &View<'_>, resource: &Resource) -> Answer {
    let addon = view.read::<Addon>(resource)?;
    if addon.addon_name != "vpc-cni" {
        return not_applicable();
    }
    let Some(text) = &addon.configuration_values else {
        return violated("it has no ConfigurationValues, and does not enforce policies by itself");
    };
    let Ok(values) = serde_json::from_str::<serde_json::Value>(text) else {
        return undecidable("its ConfigurationValues are no JSON");
    };
    let value = values.get("enableNetworkPolicy");
    let on = value.is_some_and(|value| value.as_bool() == Some(true) || value.as_str() == Some("true"));
    check(on, "policies are enforced", "policies are not enforced")
}
