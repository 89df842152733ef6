//! Controls of log groups: Amazon CloudWatch Logs.

use strata_aws::ec2::Subnet;
use strata_aws::logs::LogGroup;
use strata_aws::route53::HostedZone;
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, not_applicable};
use crate::view::{View, is_set};

/// Days. PCI DSS 4.0 10.5.1: a year.
const LEAST_RETENTION: i64 = 365;

/// The one region whose log groups take the queries to public zones (Route 53 developer guide, "Public DNS query logging").
const QUERIES_GO_TO: &str = "us-east-1";

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "dns-queries-logged", Observability, Low, Both, ["AWS::Route53::HostedZone"];
        title: "Queries to the public zone of an environment in us-east-1 are logged",
        why: "Who looks for the names of a system before an attack asks its zone, and no load balancer sees that.",
        repair: "Set QueryLoggingConfig to a log group in us-east-1.",
        prowler: ["route53_public_hosted_zones_cloudwatch_logging_enabled"],
        checkov: ["CKV2_AWS_39"],
        config: [],
        security_hub: ["Route53.2"],
        each: queries,
    },
    control! {
        "log-group-encrypted", Observability, Medium, Both, ["AWS::Logs::LogGroup"];
        title: "Logs are encrypted with a key of our own",
        why: "Logs hold names, addresses and what people did.",
        repair: "Set KmsKeyId to a key of ours.",
        prowler: ["cloudwatch_log_group_kms_encryption_enabled"],
        checkov: ["CKV_AWS_158"],
        config: ["CLOUDWATCH_LOG_GROUP_ENCRYPTED"],
        security_hub: [],
        each: encrypted,
    },
    control! {
        "log-group-kept-a-year", Observability, Medium, Both, ["AWS::Logs::LogGroup"];
        title: "Logs are kept for at least a year",
        why: "Most break-ins are found months later.",
        repair: "Set RetentionInDays to 365 or more (`observability.logs.keep`).",
        prowler: ["cloudwatch_log_group_retention_policy_specific_days_enabled"],
        checkov: ["CKV_AWS_338", "CKV_AWS_66"],
        config: ["CW_LOGGROUP_RETENTION_PERIOD_CHECK"],
        security_hub: ["CloudWatch.16"],
        each: kept,
    },
];

fn queries(view: &View<'_>, resource: &Resource) -> Answer {
    let zone = view.read::<HostedZone>(resource)?;
    let elsewhere = view.all::<Subnet>()?.iter().any(|(_, subnet)| !subnet.availability_zone.starts_with(QUERIES_GO_TO));
    if !zone.vpcs.is_empty() || elsewhere {
        return not_applicable();
    }
    check(zone.query_logging_config.is_some(), "queries are logged", "nobody writes down who asks")
}

fn encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let group = view.read::<LogGroup>(resource)?;
    check(is_set(group.kms_key_id.as_ref()), "encrypted with a key of ours", "encrypted with AWS's own key, not one of ours")
}

fn kept(view: &View<'_>, resource: &Resource) -> Answer {
    let days = view.read::<LogGroup>(resource)?.retention_in_days;
    check(days >= LEAST_RETENTION, format!("kept {days} days"), format!("kept {days} days"))
}
