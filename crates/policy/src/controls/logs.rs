//! Controls of log groups: Amazon CloudWatch Logs.

use strata_aws::logs::LogGroup;
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control};
use crate::view::{View, is_set};

/// Days. PCI DSS 4.0 10.5.1: a year.
const LEAST_RETENTION: i64 = 365;

pub(crate) const CONTROLS: &[Control] = &[
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

fn encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let group = view.read::<LogGroup>(resource)?;
    check(is_set(group.kms_key_id.as_ref()), "encrypted with a key of ours", "encrypted with AWS's own key, not one of ours")
}

fn kept(view: &View<'_>, resource: &Resource) -> Answer {
    let days = view.read::<LogGroup>(resource)?.retention_in_days;
    check(days >= LEAST_RETENTION, format!("kept {days} days"), format!("kept {days} days"))
}
