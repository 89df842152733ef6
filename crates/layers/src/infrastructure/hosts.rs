//! Hosts: a launch template and an auto scaling group for each, in private subnets, with encrypted disks and no open port.
//!
//! Invariants: metadata needs a token (IMDSv2); the machine's role has what its lines of `uses` say, and what its two agents need;
//! there is no key pair and no port 22: people come in by Session Manager.

use strata_aws::autoscaling::{AutoScalingGroup, LaunchTemplateSpecification, MetricsCollection};
use strata_aws::ec2::LaunchTemplate;
use strata_aws::ec2::launch_template::{
    BlockDeviceMapping, Ebs, IamInstanceProfile, LaunchTemplateData, MetadataOptions, Monitoring, TagSpecification,
};
use strata_aws::iam::{InstanceProfile, Statement};
use strata_diag::{Diagnostic, Diagnostics, codes};
use strata_graph::Layer;
use strata_spec::{Host, HostImage, Name};

use super::access::{Trust, role};
use super::user_data::{self, Script};
use super::{SESSION_MANAGER, classification};
use crate::address_planner::Tier;
use crate::arn::regional_arn;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;
use crate::uses::{Wiring, Wirings};

/// What an operating system means to EC2.
struct System {
    /// The public parameter that holds the newest image's id; `{}` is the architecture.
    parameter: &'static str,
    /// The architecture's word in it for Graviton and for others.
    words: (&'static str, &'static str),
    root_device: &'static str,
    debian: bool,
}

fn system(image: HostImage) -> System {
    let debian = |parameter| System { parameter, words: ("arm64", "amd64"), root_device: "/dev/xvda", debian: true };
    match image {
        HostImage::Debian12 => debian("/aws/service/debian/release/12/latest/{}"),
        HostImage::Debian13 => debian("/aws/service/debian/release/13/latest/{}"),
        HostImage::Ubuntu2404 => {
            System { root_device: "/dev/sda1", ..debian("/aws/service/canonical/ubuntu/server/24.04/stable/current/{}/hvm/ebs-gp3/ami-id") }
        }
        HostImage::AmazonLinux2023 => System {
            parameter: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{}",
            words: ("arm64", "x86_64"),
            root_device: "/dev/xvda",
            debian: false,
        },
    }
}

/// Whether an instance type has an Arm processor: its family has a `g` behind its generation (`m6g`, `c7gn`, `t4g`).
fn is_arm(instance_type: &str) -> bool {
    let family = instance_type.split('.').next().unwrap_or_default();
    family
        .trim_start_matches(|character: char| character.is_ascii_alphabetic())
        .trim_start_matches(|character: char| character.is_ascii_digit())
        .starts_with('g')
}

/// Lowers every host of the environment.
///
/// # Errors
/// A setup script that EC2 does not take.
pub(crate) fn lower(context: &mut Context<'_>, key: &Handle, wirings: &Wirings) -> Result<(), Diagnostics> {
    context.builder.layer(Layer::Infrastructure);
    let mut problems = Diagnostics::new();
    for (name, host) in &context.resolved.application.hosts {
        if let Some(wiring) = wirings.get(name.as_str())
            && let Err(problem) = lower_one(context, name, host, key, wiring)
        {
            problems.push(problem);
        }
    }
    if problems.has_errors() { Err(problems) } else { Ok(()) }
}

fn lower_one(context: &mut Context<'_>, name: &Name, host: &Host, key: &Handle, wiring: &Wiring) -> Result<(), Diagnostic> {
    let key_path = format!("hosts.{name}");
    let about = |purpose: String| About::new(key_path.clone(), purpose);
    let log_group = crate::observability::log_group(context, "hosts", name.as_str(), key);
    let (machine_role, mut standing) = role(
        context,
        name.as_str(),
        &Trust::PlainService("ec2.amazonaws.com"),
        &format!("The machines {name}"),
        statements(context, name, wiring),
        about(format!("What the machines {name} may do: what their lines of `uses` say, and their agents' own work.")),
    );
    let profile = InstanceProfile {
        instance_profile_name: context.builder.name(&[name.as_str()], limit::ROLE),
        roles: vec![machine_role.output("RoleName")],
        ..InstanceProfile::default()
    };
    let profile = context.builder.add(name.as_str(), profile, about(format!("Hands the role to the machines {name}.")));
    standing.push(log_group);
    standing.extend(wiring.after.iter().cloned());

    let data = template_data(context, name, host, key, wiring, &profile)?;
    let template = LaunchTemplate {
        launch_template_name: context.builder.name(&[name.as_str()], 128),
        launch_template_data: data,
        ..LaunchTemplate::default()
    };
    let template = context.builder.add(name.as_str(), template, about(format!("How a machine of {name} is started.")));
    let count = i64::from(host.count);
    let group = AutoScalingGroup {
        auto_scaling_group_name: context.builder.name(&[name.as_str()], limit::GROUP),
        min_size: count,
        max_size: count,
        desired_capacity: Some(count),
        vpc_zone_identifier: context.network.subnet_ids(Tier::Private),
        launch_template: LaunchTemplateSpecification {
            launch_template_id: template.output("LaunchTemplateId"),
            version: template.output("LatestVersionNumber"),
        },
        health_check_type: "EC2".to_owned(),
        health_check_grace_period: 300,
        metrics_collection: vec![MetricsCollection {
            granularity: "1Minute".to_owned(),
            metrics: ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupTotalInstances"].map(str::to_owned).to_vec(),
        }],
        ..AutoScalingGroup::default()
    };
    let purpose = format!("Keeps {count} machines of {name} running, spread over the zones.");
    let about = standing.iter().fold(about(purpose), About::after).tag("data-classification", classification(context));
    let group = context.builder.add(name.as_str(), group, about);
    crate::observability::host_alarms(context, name, host, &group);
    Ok(())
}

fn template_data(
    context: &Context<'_>,
    name: &Name,
    host: &Host,
    key: &Handle,
    wiring: &Wiring,
    profile: &Handle,
) -> Result<LaunchTemplateData, Diagnostic> {
    let instance_type = host.instance_type(context.platform);
    let system = system(host.image);
    let arm = is_arm(&instance_type);
    let word = if arm { system.words.0 } else { system.words.1 };
    let tags = context.builder.tags_of(&context.builder.handle::<LaunchTemplate>(name.as_str()).address, Layer::Infrastructure);
    Ok(LaunchTemplateData {
        image_id: format!("resolve:ssm:{}", system.parameter.replace("{}", word)).into(),
        instance_type: Some(instance_type),
        iam_instance_profile: Some(IamInstanceProfile { arn: profile.arn() }),
        security_group_ids: vec![wiring.group.output("GroupId")],
        user_data: Some(script(context, name, host, &system, arm, wiring)?),
        ebs_optimized: Some(true),
        metadata_options: MetadataOptions {
            http_endpoint: "enabled".to_owned(),
            http_put_response_hop_limit: 1,
            http_tokens: "required".to_owned(),
        },
        block_device_mappings: vec![BlockDeviceMapping {
            device_name: system.root_device.to_owned(),
            ebs: Ebs {
                delete_on_termination: true,
                encrypted: true,
                kms_key_id: Some(key.arn()),
                volume_size: i64::try_from(host.storage_gib(context.platform)).unwrap_or(i64::MAX),
                volume_type: "gp3".to_owned(),
            },
        }],
        monitoring: Monitoring { enabled: true },
        tag_specifications: ["instance", "network-interface", "volume"]
            .map(|resource_type| TagSpecification { resource_type: resource_type.to_owned(), tags: tags.clone() })
            .to_vec(),
    })
}

fn script(
    context: &Context<'_>,
    name: &Name,
    host: &Host,
    system: &System,
    arm: bool,
    wiring: &Wiring,
) -> Result<strata_graph::Text, Diagnostic> {
    let key_path = format!("hosts.{name}.setup");
    let place = || context.builder.lines().span(&key_path);
    let setup = match &host.setup {
        None => None,
        Some(path) => match context.artifacts.get(path.as_str()).and_then(|artifact| artifact.text.as_deref()) {
            Some(text) => Some(text),
            None => {
                let message = format!("the setup script `{path}` of the host `{name}` could not be read");
                return Err(Diagnostic::error(codes::E0318, message)
                    .at(place())
                    .hint("put the script beside the application file, or correct the path"));
            }
        },
    };
    if setup.is_some_and(user_data::ends_early) {
        let message = format!("the setup script of the host `{name}` holds the line `STRATA_END_OF_TEXT`, which ends it");
        return Err(Diagnostic::error(codes::E0318, message).at(place()).hint("write that line differently"));
    }
    let text = Script {
        region: context.network.region(),
        architecture: if arm { "arm64" } else { "amd64" },
        debian: system.debian,
        log_group: &crate::observability::log_group_name(context, name.as_str()),
        variables: &wiring.variables,
        setup,
    }
    .text();
    if user_data::length(&text) > user_data::LIMIT {
        let message = format!(
            "the setup script of the host `{name}` is too long: EC2 takes {} bytes with the variables and agents",
            user_data::LIMIT
        );
        return Err(Diagnostic::error(codes::E0318, message)
            .at(place())
            .hint("keep the script short: let it fetch the rest from a bucket that the host uses"));
    }
    Ok(text)
}

/// What the machine may do: the edges of its file, its own log group, and Session Manager.
fn statements(context: &Context<'_>, name: &Name, wiring: &Wiring) -> Vec<Statement> {
    let log_group = crate::observability::log_group_name(context, name.as_str());
    let mut all = wiring.statements.clone();
    all.push(Statement::allow(
        "OwnLogs",
        ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        [regional_arn("logs", &format!("log-group:{log_group}:*"))],
    ));
    for (service, actions) in SESSION_MANAGER {
        let name = crate::uses::sid(&["session", service]);
        // `ssm:UpdateInstanceInformation` is about a machine; the channels have no ARN (see `uses::actions::UNSCOPED`).
        let statement = if *service == "ssm" {
            Statement::allow(name, actions.iter().copied(), [regional_arn("ec2", "instance/*")])
        } else {
            Statement::allow(name, actions.iter().copied(), ["*"])
        };
        all.push(statement);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graviton_families_are_known_by_their_names() {
        for arm in ["m6g.large", "t4g.micro", "c7gn.xlarge", "r6gd.large", "im4gn.large", "x2gd.medium"] {
            assert!(is_arm(arm), "{arm}");
        }
        for other in ["m6i.large", "t3.micro", "g5.xlarge", "g4dn.xlarge", "c7a.large", "p4d.24xlarge"] {
            assert!(!is_arm(other), "{other}");
        }
    }
}
