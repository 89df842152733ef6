//! The environment's own key: everything of the environment that rests, rests encrypted with it.

use strata_aws::iam::Statement;
use strata_graph::{Layer, Pseudo};
use strata_spec::Resource;

use crate::arn::iam_arn;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::security::key_policy::KeyPolicy;

/// Adds the key and its alias. Services use it in three ways: in the name of whoever calls them (RDS, S3, SQS, Secrets Manager; allowed by that
/// one's own policy), for log groups of the environment, and for alarms that go to the encrypted topic.
pub(crate) fn lower(context: &mut Context<'_>) -> Handle {
    context.builder.layer(Layer::Infrastructure);
    let own = context.builder.naming().path(&[]);
    let own = format!("{}/", own.trim_end_matches('/'));
    // Names that AWS fixes: RDS writes to `/aws/rds/instance/ID/`, the firewall's groups must begin with `aws-waf-logs-`.
    let mut prefixes = vec![own];
    for (name, resource) in &context.resolved.application.resources {
        if let Resource::Postgres(postgres) = resource {
            let replicas = postgres.effective_size(context.platform).replicas;
            let all = std::iter::once(name.to_string()).chain((1..=replicas).map(|number| format!("{name}-replica-{number}")));
            prefixes.extend(all.map(|name| format!("/aws/rds/instance/{}/", super::database::identifier(context, &name))));
        }
    }
    if !crate::application::routes(context.resolved).is_empty() && crate::application::firewall_wanted(context) {
        prefixes.push(crate::application::firewall_log_group_name(context));
        if let Some(host) = &context.resolved.environment.host {
            prefixes.push(crate::security::dns_logs::group_name(&host.to_string()));
        }
    }
    let prefixes: Vec<&str> = prefixes.iter().map(String::as_str).collect();
    let mut policy = KeyPolicy::new().for_logs(&prefixes).for_service("Alarms", "cloudwatch.amazonaws.com");
    let has_hosts = !context.resolved.application.hosts.is_empty();
    if has_hosts {
        policy = machines(policy);
    }
    let description = format!("Encrypts the data of {} in {}", context.application(), context.environment());
    let about = About::new(
        format!("environments.{}", context.environment()),
        format!("Encrypts everything of the environment {} that rests.", context.environment()),
    )
    .data("key");
    // A key policy may name only what stands.
    let about = if has_hosts { about.after(&crate::security::settings::service_role(&context.account, "autoscaling")) } else { about };
    crate::security::key(&mut context.builder, "data", &description, policy, about)
}

/// Auto scaling starts machines with encrypted disks by a role of its own (EC2 Auto Scaling user guide, "Required AWS KMS key policy for use
/// with encrypted volumes").
fn machines(policy: KeyPolicy) -> KeyPolicy {
    let scaling = || iam_arn("role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling");
    policy
        .with(
            Statement::allow(
                "Machines",
                ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
                ["*"],
            )
            .for_aws([scaling()])
            .when("StringEquals", "kms:CallerAccount", [Pseudo::AccountId]),
        )
        .with(Statement::allow("MachinesDisks", ["kms:CreateGrant"], ["*"]).for_aws([scaling()]).when(
            "Bool",
            "kms:GrantIsForAWSResource",
            ["true"],
        ))
}
