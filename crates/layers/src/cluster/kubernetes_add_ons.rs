//! The add-ons of a Kubernetes cluster, each with an identity of its own where it calls AWS.

use strata_aws::eks::{Addon, PodIdentityAssociation};
use strata_aws::iam::policy_document::{PolicyDocument, Statement};
use strata_aws::iam::{Role, RolePolicy};

use super::kubernetes_control_plane::managed_policy;
use crate::builder::{About, Builder, Handle};
use crate::foundations::ClusterView;
use crate::naming::limit;
use crate::security::trust;

/// Lets pods have security groups of their own, and keeps answering the kubelet's health checks on them.
const NETWORK_SETTINGS: &str =
    r#"{"enableNetworkPolicy":"true","env":{"ENABLE_POD_ENI":"true","POD_SECURITY_GROUP_ENFORCING_MODE":"standard"}}"#;

/// Lowers the add-ons. Those that run on machines and must report ready come after the machines.
pub(super) fn lower(builder: &mut Builder<'_>, cluster: &ClusterView<'_>, nodes: &Handle) {
    let path = cluster.key_path();
    let add_on = |builder: &mut Builder<'_>, name: &str, settings: Option<&str>, about: About| {
        let resource = Addon {
            addon_name: name.to_owned(),
            cluster_name: cluster.eks_cluster().output("Name"),
            configuration_values: settings.map(str::to_owned),
            resolve_conflicts: Some("OVERWRITE".to_owned()),
            ..Addon::default()
        };
        builder.add(name, resource, about)
    };
    let agent = add_on(builder, "eks-pod-identity-agent", None, About::new(&path, "Gives pods their identities."));
    let network_identity =
        identity(builder, cluster, "vpc-cni", "aws-node", "AmazonEKS_CNI_Policy", "Gives pods addresses of the network.");
    let about =
        About::new(&path, "Gives pods addresses of the network, and enforces network policies.").after(&network_identity).after(&agent);
    let network = add_on(builder, "vpc-cni", Some(NETWORK_SETTINGS), about);
    // A machine without the network add-on is never ready.
    builder.add_dependency(nodes, &network);
    add_on(builder, "kube-proxy", None, About::new(&path, "Leads calls of a service to its pods."));
    add_on(builder, "coredns", None, About::new(&path, "Resolves names in the cluster.").after(nodes));
    let disk_identity = identity(
        builder,
        cluster,
        "aws-ebs-csi-driver",
        "ebs-csi-controller-sa",
        "service-role/AmazonEBSCSIDriverPolicy",
        "Makes disks for pods.",
    );
    let role = builder.handle::<Role>("aws-ebs-csi-driver");
    let use_key = PolicyDocument::new([
        Statement::allow(
            "Use",
            ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            [cluster.key().arn()],
        ),
        Statement::allow("Grant", ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"], [cluster.key().arn()]).when(
            "Bool",
            "kms:GrantIsForAWSResource",
            ["true"],
        ),
    ]);
    let policy = RolePolicy { role_name: role.output("RoleName"), policy_name: "encrypt-disks".to_owned(), policy_document: use_key };
    let policy = builder.add("aws-ebs-csi-driver", policy, About::new(&path, "Disks of pods are under the cluster's key."));
    let about = About::new(&path, "Makes disks for pods.").after(nodes).after(&disk_identity).after(&policy);
    add_on(builder, "aws-ebs-csi-driver", None, about);
}

/// A role that one service account of the system takes on.
fn identity(
    builder: &mut Builder<'_>,
    cluster: &ClusterView<'_>,
    name: &str,
    service_account: &str,
    policy: &str,
    purpose: &str,
) -> Handle {
    let path = cluster.key_path();
    let role = Role {
        role_name: builder.name(&[name], limit::ROLE),
        description: format!("Add-on {name} of the cluster {}", cluster.name),
        assume_role_policy_document: pod_trust(cluster),
        managed_policy_arns: vec![managed_policy(policy)],
        ..Role::default()
    };
    let role = builder.add(name, role, About::new(&path, format!("The identity of the add-on {name}. {purpose}")));
    let association = PodIdentityAssociation {
        cluster_name: cluster.eks_cluster().output("Name"),
        namespace: "kube-system".to_owned(),
        service_account: service_account.to_owned(),
        role_arn: role.arn(),
        ..PodIdentityAssociation::default()
    };
    builder.add(name, association, About::new(path, format!("Gives the add-on {name} its identity.")))
}

/// Pods of this cluster alone take the role on.
fn pod_trust(cluster: &ClusterView<'_>) -> PolicyDocument {
    trust::pods(&cluster.eks_cluster().arn())
}
