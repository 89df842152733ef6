//! Controls of key-value tables and data streams: Amazon DynamoDB, Amazon Kinesis.

use strata_aws::dynamodb::Table;
use strata_aws::iam::policy_document::Effect;
use strata_aws::kinesis::Stream;
use strata_graph::{Resource, Text};

use crate::control::{Answer, Control, check, control, met, none_of, violated};
use crate::view::{View, is_set};

/// Days to any moment of which a table can be brought back, at least: as long as a database.
const LEAST_RECOVERY_DAYS: i64 = 7;
/// Hours that a record is kept, at least: a week (AWS Security Hub, `Kinesis.3`).
const LEAST_RETENTION_HOURS: i64 = 168;

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "dynamodb-deletion-protected", Infrastructure, Medium, Both, ["AWS::DynamoDB::Table"];
        title: "A table cannot be deleted by one call",
        why: "Deletion needs two deliberate steps, so neither a slip nor a stolen session ends the data.",
        repair: "Set DeletionProtectionEnabled to true.",
        prowler: ["dynamodb_table_deletion_protection_enabled"], checkov: [], config: [], security_hub: ["DynamoDB.6"],
        each: deletion_protected,
    },
    control! {
        "dynamodb-encrypted", Infrastructure, High, Both, ["AWS::DynamoDB::Table"];
        title: "A table is encrypted with a key of our own",
        why: "With a key of our own, reading the table needs the right to the key too, and each use of it is on record.",
        repair: "Set SSESpecification to KMS with KMSMasterKeyId a key of the environment.",
        prowler: ["dynamodb_tables_kms_cmk_encryption_enabled"],
        checkov: ["CKV_AWS_119"],
        config: ["DYNAMODB_TABLE_ENCRYPTED_KMS", "DYNAMODB_TABLE_ENCRYPTION_ENABLED"],
        security_hub: [],
        each: encrypted,
    },
    control! {
        "dynamodb-point-in-time-recovery", Infrastructure, High, Both, ["AWS::DynamoDB::Table"];
        title: "A table can be restored to any moment of the last seven days",
        why: "What is deleted or overwritten by mistake or by an intruder is lost where there is no backup.",
        repair: "Set PointInTimeRecoverySpecification to enabled, with a RecoveryPeriodInDays of 7 or more.",
        prowler: ["dynamodb_tables_pitr_enabled"],
        checkov: ["CKV_AWS_28"],
        config: ["DYNAMODB_PITR_ENABLED"],
        security_hub: ["DynamoDB.2"],
        each: point_in_time_recovery,
    },
    control! {
        "dynamodb-policy-closed", Infrastructure, High, Both, ["AWS::DynamoDB::Table"];
        title: "No policy of a table lets anybody in besides its own roles",
        why: "A policy on the table lets identities of other accounts in, which no role of ours shows.",
        repair: "Delete the table's resource policy, and let a role of this account say who may what.",
        prowler: ["dynamodb_table_cross_account_access"], checkov: [], config: [], security_hub: [],
        each: policy_closed,
    },
    control! {
        "dynamodb-scales", Infrastructure, Medium, Both, ["AWS::DynamoDB::Table"];
        title: "A table's capacity follows the load",
        why: "A table with a fixed capacity refuses requests when they are most.",
        repair: "Set BillingMode to PAY_PER_REQUEST.",
        prowler: ["dynamodb_table_autoscaling_enabled"],
        checkov: ["CKV2_AWS_16"],
        config: ["DYNAMODB_AUTOSCALING_ENABLED"],
        security_hub: ["DynamoDB.1"],
        each: scales,
    },
    control! {
        "kinesis-encrypted", Infrastructure, Medium, Both, ["AWS::Kinesis::Stream"];
        title: "Records in a stream are encrypted with a key of our own",
        why: "Records lie in the stream for days after they were read.",
        repair: "Set StreamEncryption to KMS with KeyId a key of the environment.",
        prowler: ["kinesis_stream_encrypted_at_rest"],
        checkov: ["CKV_AWS_43", "CKV_AWS_185"],
        config: ["KINESIS_STREAM_ENCRYPTED"],
        security_hub: ["Kinesis.1"],
        each: stream_encrypted,
    },
    control! {
        "kinesis-kept-a-week", Infrastructure, Medium, Both, ["AWS::Kinesis::Stream"];
        title: "Records of a stream are kept for a week",
        why: "When a reader stands still over a long weekend, what it has not read yet is still there.",
        repair: "Set `keep` of the stream to 7d or more, or leave it out.",
        prowler: ["kinesis_stream_data_retention_period"], checkov: [], config: [], security_hub: ["Kinesis.3"],
        each: stream_kept,
    },
];

/// A key of ours; those that AWS makes for a service have no policy that we could write.
fn own_key(key: Option<&Text>, of_aws: &str) -> bool {
    is_set(key) && key.and_then(Text::as_literal) != Some(of_aws)
}

fn deletion_protected(view: &View<'_>, resource: &Resource) -> Answer {
    let table = view.read::<Table>(resource)?;
    check(table.deletion_protection_enabled, "deletion protection is on", "deletion protection is off")
}

fn encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let table = view.read::<Table>(resource)?;
    let Some(encryption) = table.sse_specification.as_ref().filter(|encryption| encryption.sse_enabled) else {
        return violated("encrypted with a key that belongs to AWS, not one of ours");
    };
    let own = own_key(encryption.kms_master_key_id.as_ref(), "alias/aws/dynamodb");
    check(own, "encrypted with a key of ours", "encrypted with AWS's own key, not one of ours")
}

fn point_in_time_recovery(view: &View<'_>, resource: &Resource) -> Answer {
    let table = view.read::<Table>(resource)?;
    let recovery = &table.point_in_time_recovery_specification;
    if !recovery.point_in_time_recovery_enabled {
        return violated("point-in-time recovery is off");
    }
    // DynamoDB keeps 35 days where nothing is said.
    let days = recovery.recovery_period_in_days.unwrap_or(35);
    check(days >= LEAST_RECOVERY_DAYS, format!("it reaches {days} days back"), format!("it reaches {days} days back"))
}

fn policy_closed(view: &View<'_>, resource: &Resource) -> Answer {
    let table = view.read::<Table>(resource)?;
    let Some(policy) = &table.resource_policy else { return met("it has no policy") };
    let allowing = policy.policy_document.statement.iter().filter(|statement| statement.effect == Effect::Allow);
    let named = allowing.map(|statement| format!("the statement '{}' lets somebody in", statement.sid.as_deref().unwrap_or_default()));
    none_of(named.collect(), "its policy lets nobody in")
}

fn scales(view: &View<'_>, resource: &Resource) -> Answer {
    let table = view.read::<Table>(resource)?;
    let mode = &table.billing_mode;
    check(mode == "PAY_PER_REQUEST", "each request is paid, and there is no capacity to run out of", format!("BillingMode is {mode}"))
}

fn stream_encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let stream = view.read::<Stream>(resource)?;
    let Some(encryption) = &stream.stream_encryption else { return violated("records are not encrypted") };
    let own = own_key(Some(&encryption.key_id), "alias/aws/kinesis");
    check(own, "encrypted with a key of ours", "encrypted with AWS's own key, not one of ours")
}

fn stream_kept(view: &View<'_>, resource: &Resource) -> Answer {
    let stream = view.read::<Stream>(resource)?;
    let hours = stream.retention_period_hours;
    check(hours >= LEAST_RETENTION_HOURS, format!("records are kept {hours} hours"), format!("records are kept {hours} hours"))
}
