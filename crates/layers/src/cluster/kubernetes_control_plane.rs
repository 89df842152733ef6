//! The control plane of a Kubernetes cluster: private, its secrets under the cluster's key, everything it does written down.

use strata_aws::ec2::SecurityGroup;
use strata_aws::eks::{
    AccessConfig, AccessEntry, AccessPolicy, AccessScope, Cluster, ClusterLogging, EncryptionConfig, EncryptionProvider, LogType, Logging,
    ResourcesVpcConfig,
};
use strata_aws::iam::Role;
use strata_aws::logs::LogGroup;
use strata_graph::{Layer, Pseudo, Text};
use strata_spec::Platform;

use crate::address_planner::Tier;
use crate::builder::{About, Builder, Handle};
use crate::foundations::{AccountView, ClusterView, NetworkView};
use crate::naming::limit;
use crate::observability::retention;
use crate::security::key_policy::KeyPolicy;
use crate::security::{key, service_role, trust};

/// The version where the platform file names none.
const DEFAULT_VERSION: &str = "1.33";
/// Every kind of log, sorted (PCI DSS 4.0 10.2, CIS EKS 2.1.1).
const LOGS: [&str; 5] = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/// A policy of AWS's own for identities.
pub(super) fn managed_policy(name: &str) -> Text {
    Text::join(["arn:".into(), Pseudo::Partition.into(), format!(":iam::aws:policy/{name}").into()])
}

/// The group of the control plane's network interfaces.
pub(super) fn group(cluster: &ClusterView<'_>) -> Handle {
    Handle::to::<SecurityGroup>(&cluster.scope, "control-plane")
}

/// Lowers the control plane, and who may administer the cluster.
pub(super) fn lower(
    builder: &mut Builder<'_>,
    platform: &Platform,
    cluster: &ClusterView<'_>,
    network: &NetworkView<'_>,
    account: &AccountView,
) {
    let path = cluster.key_path();
    let name = cluster.physical_name();
    let log_group = format!("/aws/eks/{name}/cluster");
    let policy = KeyPolicy::new().for_logs(&[&log_group]).for_auto_scaling();
    let about = About::new(&path, "Encrypts the cluster's secrets, logs and the disks of its machines.")
        .after(&service_role(account, "autoscaling"));
    let key = key(builder, "main", &format!("Secrets, logs and disks of the cluster {}", cluster.name), policy, about);
    let group_about =
        About::new(&path, "Keeps what the control plane did and who asked it to.").also(retention::KEY).in_layer(Layer::Observability);
    let logs = LogGroup {
        log_group_name: log_group,
        retention_in_days: retention::of(builder, platform),
        kms_key_id: Some(key.arn()),
        ..LogGroup::default()
    };
    let logs = builder.add("control-plane", logs, retention::about(platform, group_about));
    let role = Role {
        role_name: builder.name(&["control-plane"], limit::ROLE),
        description: format!("The control plane of the cluster {}", cluster.name),
        assume_role_policy_document: trust::plain_service("eks.amazonaws.com"),
        // The second one lets pods have security groups of their own.
        managed_policy_arns: vec![managed_policy("AmazonEKSClusterPolicy"), managed_policy("AmazonEKSVPCResourceController")],
        ..Role::default()
    };
    let role = builder.add("control-plane", role, About::new(&path, "The identity of the control plane."));
    let group = SecurityGroup {
        group_name: builder.name(&["control-plane"], limit::GROUP),
        group_description: format!("Control plane of the cluster {}", cluster.name),
        vpc_id: network.vpc_id(),
        ..SecurityGroup::default()
    };
    let group = builder.add("control-plane", group, About::new(&path, "The firewall around the control plane."));
    let administrator = account.placement.role.clone();
    let resource = Cluster {
        name,
        version: cluster.declared.version.as_ref().map_or_else(|| DEFAULT_VERSION.to_owned(), ToString::to_string),
        role_arn: role.arn(),
        resources_vpc_config: ResourcesVpcConfig {
            subnet_ids: network.subnet_ids(Tier::Private),
            security_group_ids: vec![group.output("GroupId")],
            endpoint_private_access: true,
            endpoint_public_access: false,
            public_access_cidrs: Vec::new(),
        },
        encryption_config: vec![EncryptionConfig {
            resources: vec!["secrets".to_owned()],
            provider: EncryptionProvider { key_arn: key.arn() },
        }],
        logging: Some(Logging {
            cluster_logging: ClusterLogging { enabled_types: LOGS.map(|log_type| LogType { log_type: log_type.to_owned() }).into() },
        }),
        access_config: Some(AccessConfig {
            authentication_mode: "API".to_owned(),
            // Who administers is written down below; without a role in the platform file it is who creates the cluster.
            bootstrap_cluster_creator_admin_permissions: Some(administrator.is_none()),
        }),
        ..Cluster::default()
    };
    let about = About::new(&path, "Where the containers of its environments run.")
        .also(format!("{path}.runtime"))
        .also(format!("{path}.version"))
        .after(&logs);
    let resource = builder.add("main", resource, about);
    if let Some(role) = administrator {
        let entry = AccessEntry {
            cluster_name: resource.output("Name"),
            principal_arn: role.into(),
            access_policies: vec![AccessPolicy {
                access_scope: AccessScope { scope_type: "cluster".to_owned(), namespaces: Vec::new() },
                policy_arn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy".to_owned(),
            }],
            ..AccessEntry::default()
        };
        let about =
            About::new(format!("{}.role", account.key_path()), "The platform's own role administers the cluster, nobody else by default.");
        builder.add("administrator", entry, about);
    }
}
