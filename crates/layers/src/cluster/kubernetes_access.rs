//! Who reaches whom around a Kubernetes cluster: machines and control plane, machines and the endpoints of AWS's services.

use strata_aws::ec2::{SecurityGroup, SecurityGroupEgress, SecurityGroupIngress};
use strata_graph::{Pseudo, Text};

use super::kubernetes_control_plane as control_plane;
use crate::arn::bucket_arn;
use crate::builder::{About, Builder, Handle, Lines};
use crate::claims::Claims;
use crate::foundations::{ClusterView, NetworkView, endpoint_name};
use crate::naming::{group_text, limit};

const HTTPS: i64 = 443;
/// Ports of machines and pods that the control plane calls: the kubelet, and the usual ones of webhooks and metrics.
const CALLED_BY_CONTROL_PLANE: [(&str, i64); 5] =
    [("webhooks", 443), ("metrics", 4443), ("webhooks-alternate", 8443), ("webhooks-operator", 9443), ("kubelet", 10250)];

/// What machines call of AWS: pictures of containers, network interfaces, disks, and who they are.
fn services() -> Vec<(&'static str, Vec<&'static str>, Vec<Text>)> {
    let anything = || vec![Text::from("*")];
    // AWS keeps the images of its add-ons in accounts of its own, another one in each region.
    let images = || {
        ["amazon", "amazon-k8s-cni", "amazon-k8s-cni-init", "eks"]
            .map(|folder| {
                Text::join([
                    "arn:".into(),
                    Pseudo::Partition.into(),
                    ":ecr:".into(),
                    Pseudo::Region.into(),
                    format!(":*:repository/{folder}{}", if folder.contains('-') { "" } else { "/*" }).into(),
                ])
            })
            .to_vec()
    };
    let pull = vec!["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
    vec![
        ("ec2", EC2_ACTIONS.to_vec(), anything()),
        ("ecr.api", pull.clone(), images()),
        ("ecr.api", vec!["ecr:GetAuthorizationToken"], anything()),
        ("ecr.dkr", pull, images()),
        ("ecr.dkr", vec!["ecr:GetAuthorizationToken"], anything()),
        ("eks", vec!["eks:DescribeCluster"], anything()),
        ("eks-auth", vec!["eks-auth:AssumeRoleForPodIdentity"], anything()),
        ("sts", vec!["sts:AssumeRole", "sts:GetCallerIdentity", "sts:TagSession"], anything()),
    ]
}

/// What the network and disk add-ons call (the AWS managed policies AmazonEKS_CNI_Policy and AmazonEBSCSIDriverPolicy).
const EC2_ACTIONS: [&str; 16] = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:AttachNetworkInterface",
    "ec2:AttachVolume",
    "ec2:CreateNetworkInterface",
    "ec2:CreateSnapshot",
    "ec2:CreateTags",
    "ec2:CreateVolume",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteSnapshot",
    "ec2:DeleteVolume",
    "ec2:Describe*",
    "ec2:DetachNetworkInterface",
    "ec2:DetachVolume",
    "ec2:ModifyNetworkInterfaceAttribute",
    "ec2:ModifyVolume",
    "ec2:UnassignPrivateIpAddresses",
];

/// What a Kubernetes cluster needs of its network.
pub(super) fn claim(claims: &mut Claims, cluster: &ClusterView<'_>, network: &NetworkView<'_>, lines: Lines<'_>) {
    let origin = lines.origin(&cluster.key_path());
    for (service, actions, resources) in services() {
        claims.interface_endpoint(&network.scope, service, &actions, resources, [origin.clone()]);
    }
    // Image layers come by addresses that ECR signed, packages of the machines without any signature.
    let public = [
        bucket_arn(&format!("prod-{}-starport-layer-bucket/*", network.region())),
        bucket_arn(&format!("al2023-repos-{}-de612dc2/*", network.region())),
    ];
    claims.gateway_endpoint_for_anyone(&network.scope, "s3", &["s3:GetObject"], public, [origin]);
}

/// Lowers the machines' group and the rules.
pub(super) fn lower(builder: &mut Builder<'_>, cluster: &ClusterView<'_>, network: &NetworkView<'_>) {
    let path = cluster.key_path();
    let group = SecurityGroup {
        group_name: builder.name(&["nodes"], limit::GROUP),
        group_description: format!("Machines of the cluster {}", cluster.name),
        vpc_id: network.vpc_id(),
        ..SecurityGroup::default()
    };
    let nodes = builder.add("nodes", group, About::new(&path, "The firewall around the cluster's machines."));
    let control_plane = control_plane::group(cluster);
    rule(
        builder,
        &path,
        "nodes-to-nodes",
        (&nodes, &nodes),
        "-1",
        (-1, -1),
        "Machines and the pods on them call one another; network policies say which pods.",
    );
    rule(builder, &path, "nodes-to-control-plane", (&nodes, &control_plane), "tcp", (HTTPS, HTTPS), "Machines call the Kubernetes API.");
    for (name, port) in CALLED_BY_CONTROL_PLANE {
        let purpose = "The control plane calls the kubelet, webhooks and metrics on the machines.";
        rule(builder, &path, &format!("control-plane-to-{name}"), (&control_plane, &nodes), "tcp", (port, port), purpose);
    }
    let mut services: Vec<&str> = services().into_iter().map(|(service, ..)| service).collect();
    services.dedup();
    for service in services {
        let name = format!("nodes-to-{}", endpoint_name(service));
        let purpose = format!("Machines reach {service} by the endpoint of the network.");
        rule(builder, &path, &name, (&nodes, &network.endpoint_group(service)), "tcp", (HTTPS, HTTPS), &purpose);
    }
    let to_s3 = SecurityGroupEgress {
        group_id: nodes.output("GroupId"),
        ip_protocol: "tcp".to_owned(),
        from_port: HTTPS,
        to_port: HTTPS,
        destination_prefix_list_id: Some(network.gateway_endpoint("s3").output("PrefixListId")),
        description: "Machines fetch image layers and packages".to_owned(),
        ..SecurityGroupEgress::default()
    };
    builder.add(
        "nodes-to-gateway-s3",
        to_s3,
        About::new(&path, "Machines fetch image layers and packages by the network's gateway endpoint."),
    );
}

/// Out of one group and into the other.
fn rule(
    builder: &mut Builder<'_>,
    path: &str,
    name: &str,
    (from, to): (&Handle, &Handle),
    protocol: &str,
    ports: (i64, i64),
    purpose: &str,
) {
    let description = group_text(purpose.trim_end_matches('.'));
    let egress = SecurityGroupEgress {
        group_id: from.output("GroupId"),
        ip_protocol: protocol.to_owned(),
        from_port: ports.0,
        to_port: ports.1,
        destination_security_group_id: Some(to.output("GroupId")),
        description: description.clone(),
        ..SecurityGroupEgress::default()
    };
    builder.add(name, egress, About::new(path, purpose));
    let ingress = SecurityGroupIngress {
        group_id: to.output("GroupId"),
        ip_protocol: protocol.to_owned(),
        from_port: ports.0,
        to_port: ports.1,
        source_security_group_id: Some(from.output("GroupId")),
        description,
        ..SecurityGroupIngress::default()
    };
    builder.add(name, ingress, About::new(path, purpose));
}
