//! Hosts: how they are started and how many run.

use strata_aws::autoscaling::{AutoScalingGroup, LaunchTemplateSpecification, MetricsCollection};
use strata_aws::ec2::{
    BlockDeviceMapping, Ebs, IamInstanceProfile, LaunchTemplate, LaunchTemplateData, MetadataOptions, Monitoring, TagSpecification,
};

use super::{filters, subnet, vpc};
use crate::support::Bench;

#[tokio::test]
async fn a_group_of_hosts() {
    let bench = Bench::new(130);
    let vpc = vpc(&bench).await;
    let (first, second) = (subnet(&bench, &vpc, 0).await, subnet(&bench, &vpc, 1).await);
    let group = filters::group(&bench, &vpc, "hosts").await;
    let tags =
        |kind: &str| TagSpecification { resource_type: kind.into(), tags: [("team".to_owned(), "hosts".into())].into_iter().collect() };
    let profile = format!("arn:aws:iam::{}:instance-profile/hosts", bench.account_id());
    let template = LaunchTemplate {
        launch_template_name: "hosts".into(),
        launch_template_data: LaunchTemplateData {
            image_id: "ami-0123456789abcdef0".into(),
            instance_type: Some("t4g.medium".into()),
            iam_instance_profile: Some(IamInstanceProfile { arn: profile.into() }),
            security_group_ids: vec![group.output("GroupId")],
            user_data: Some("#!/bin/sh\necho é\n".into()),
            ebs_optimized: Some(true),
            metadata_options: MetadataOptions {
                http_endpoint: "enabled".into(),
                http_put_response_hop_limit: 1,
                http_tokens: "required".into(),
            },
            block_device_mappings: vec![BlockDeviceMapping {
                device_name: "/dev/xvda".into(),
                ebs: Ebs {
                    delete_on_termination: true,
                    encrypted: true,
                    kms_key_id: Some("arn:aws:kms:us-east-1:1:key/a".into()),
                    volume_size: 20,
                    volume_type: "gp3".into(),
                },
            }],
            monitoring: Monitoring { enabled: true },
            tag_specifications: vec![tags("instance"), tags("volume")],
        },
        ..LaunchTemplate::default()
    };
    let mut template = bench.create("hosts", template).await;
    assert_eq!(template.output("LatestVersionNumber"), "1".into());
    let mut subnets = vec![first.output("SubnetId"), second.output("SubnetId")];
    subnets.sort();
    let hosts = AutoScalingGroup {
        auto_scaling_group_name: "hosts".into(),
        min_size: 1,
        max_size: 3,
        desired_capacity: Some(2),
        vpc_zone_identifier: subnets,
        launch_template: LaunchTemplateSpecification {
            launch_template_id: template.output("LaunchTemplateId"),
            version: template.output("LatestVersionNumber"),
        },
        health_check_type: "EC2".into(),
        health_check_grace_period: 300,
        metrics_collection: vec![MetricsCollection {
            granularity: "1Minute".into(),
            metrics: vec!["GroupDesiredCapacity".into(), "GroupInServiceInstances".into()],
        }],
        ..AutoScalingGroup::default()
    };
    let mut hosts = bench.create("hosts", hosts).await;
    bench
        .update(&mut hosts, |hosts| {
            hosts.min_size = 0;
            hosts.desired_capacity = Some(1);
            hosts.health_check_grace_period = 60;
            hosts.tags.insert("team".into(), "hosts".into());
        })
        .await;
    // What else scales it changes nothing that is compared.
    bench.update(&mut hosts, |hosts| (hosts.desired_capacity, hosts.max_size) = (None, 4)).await;
    bench.update(&mut template, |template| template.launch_template_data.user_data = Some("#!/bin/sh\ntrue\n".into())).await;
    assert_eq!(template.output("LatestVersionNumber"), "2".into());
    bench.update(&mut template, |template| _ = template.tags.insert("team".into(), "hosts".into())).await;
    assert_eq!(template.output("LatestVersionNumber"), "2".into(), "tags alone make no version");
    // The emulator cannot start instances from a second version with user data: only what runs is told of it.
    bench.update(&mut hosts, |hosts| hosts.launch_template.version = template.output("LatestVersionNumber")).await;
    bench.delete(hosts).await;
    bench.delete(template).await;
}
