//! The machines of a Kubernetes cluster: encrypted disks, instance metadata version 2 only, private subnets only.

use strata_aws::ec2::LaunchTemplate;
use strata_aws::ec2::launch_template::{BlockDeviceMapping, Ebs, LaunchTemplateData, MetadataOptions, Monitoring, TagSpecification};
use strata_aws::eks::{Nodegroup, NodegroupLaunchTemplate, ScalingConfig, UpdateConfig};
use strata_aws::iam::Role;
use strata_graph::Layer;
use strata_spec::{Platform, sizes};

use super::kubernetes_control_plane::managed_policy;
use crate::address_planner::Tier;
use crate::builder::{About, Builder, Handle};
use crate::foundations::{ClusterView, NetworkView};
use crate::naming::limit;
use crate::security::trust;

/// GiB of a machine's disk: images and logs of its pods.
const DISK_GIB: i64 = 80;
/// How many machines where the platform file does not say.
const DEFAULT_RANGE: (u32, u32) = (2, 6);

/// Amazon Linux 2023 for the processor of an instance type; Graviton families have a `g` behind their generation (`m6g`, `c7gn`).
fn image_type(instance_type: &str) -> &'static str {
    let family = instance_type.split('.').next().unwrap_or_default();
    let behind_generation = family.trim_start_matches(|character: char| character.is_ascii_lowercase());
    if behind_generation.trim_start_matches(|character: char| character.is_ascii_digit()).starts_with('g') {
        "AL2023_ARM_64_STANDARD"
    } else {
        "AL2023_x86_64_STANDARD"
    }
}

/// Lowers the machines' role, launch template and group.
pub(super) fn lower(builder: &mut Builder<'_>, platform: &Platform, cluster: &ClusterView<'_>, network: &NetworkView<'_>) -> Handle {
    let path = format!("{}.nodes", cluster.key_path());
    let declared = cluster.declared.nodes.as_ref();
    let role = Role {
        role_name: builder.name(&["nodes"], limit::ROLE),
        description: format!("Machines of the cluster {}", cluster.name),
        assume_role_policy_document: trust::plain_service("ec2.amazonaws.com"),
        managed_policy_arns: vec![managed_policy("AmazonEC2ContainerRegistryPullOnly"), managed_policy("AmazonEKSWorkerNodePolicy")],
        ..Role::default()
    };
    let role = builder.add("nodes", role, About::new(&path, "The identity of the machines; pods have their own."));
    let handle = builder.handle::<LaunchTemplate>("nodes");
    let tags = builder.tags_of(&handle.address, Layer::Infrastructure);
    let template = LaunchTemplate {
        launch_template_name: builder.name(&["nodes"], 128),
        launch_template_data: LaunchTemplateData {
            security_group_ids: vec![cluster.nodes_group().output("GroupId")],
            ebs_optimized: Some(true),
            metadata_options: MetadataOptions {
                http_endpoint: "enabled".to_owned(),
                // One hop: the machine itself. A pod that asked would get the machine's identity.
                http_put_response_hop_limit: 1,
                http_tokens: "required".to_owned(),
            },
            block_device_mappings: vec![BlockDeviceMapping {
                device_name: "/dev/xvda".to_owned(),
                ebs: Ebs {
                    delete_on_termination: true,
                    encrypted: true,
                    kms_key_id: Some(cluster.key().arn()),
                    volume_size: DISK_GIB,
                    volume_type: "gp3".to_owned(),
                },
            }],
            monitoring: Monitoring { enabled: true },
            tag_specifications: ["instance", "network-interface", "volume"]
                .map(|resource_type| TagSpecification { resource_type: resource_type.to_owned(), tags: tags.clone() })
                .into(),
            ..LaunchTemplateData::default()
        },
        ..LaunchTemplate::default()
    };
    let template = builder.add("nodes", template, About::new(&path, "How the machines are started."));
    let instance_type = sizes::node_instance_type(platform, declared.and_then(|nodes| nodes.size.as_ref()));
    let (min, max) = declared.map_or(DEFAULT_RANGE, |nodes| (nodes.min, nodes.max));
    let group = Nodegroup {
        nodegroup_name: builder.name(&["nodes"], limit::NODE_GROUP),
        cluster_name: cluster.eks_cluster().output("Name"),
        node_role: role.arn(),
        subnets: network.subnet_ids(Tier::Private),
        scaling_config: ScalingConfig { min_size: min.into(), max_size: max.into(), desired_size: None },
        ami_type: Some(image_type(&instance_type).to_owned()),
        capacity_type: Some("ON_DEMAND".to_owned()),
        instance_types: vec![instance_type],
        launch_template: Some(NodegroupLaunchTemplate {
            id: template.output("LaunchTemplateId"),
            version: template.output("LatestVersionNumber"),
        }),
        update_config: Some(UpdateConfig { max_unavailable: 1 }),
        ..Nodegroup::default()
    };
    let about = About::new(&path, "The machines that pods run on.").also(format!("{}.version", cluster.key_path()));
    builder.add("nodes", group, about)
}

#[cfg(test)]
mod tests {
    use super::image_type;

    #[test]
    fn the_image_fits_the_processor() {
        for arm in ["m6g.large", "t4g.medium", "c7gn.xlarge", "im4gn.large"] {
            assert_eq!(image_type(arm), "AL2023_ARM_64_STANDARD", "{arm}");
        }
        for intel in ["m6i.large", "g5.xlarge", "t3.medium", "m7a.large"] {
            assert_eq!(image_type(intel), "AL2023_x86_64_STANDARD", "{intel}");
        }
    }
}
