//! Controls of the audit trail: AWS CloudTrail, and the alarms on calls that nobody should make unnoticed.

use std::collections::BTreeSet;

use strata_aws::cloudtrail::Trail;
use strata_aws::cloudwatch::Alarm;
use strata_aws::logs::{LogGroup, MetricFilter};
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, none_of, undecidable, violated};
use crate::view::{View, is_set};

/// The control that an alarm rings on some calls; `$words` is the index in [`WORDS`] of the words that its filter must hold.
macro_rules! watch {
    ($id:literal, $what:literal, $prowler:expr, $security_hub:expr, $words:ident) => {
        control! {
            $id, Security, Low, Both, ["AWS::CloudTrail::Trail"];
            title: concat!("An alarm rings on ", $what),
            why: "These calls are rare and change who is safe: people must know of each.",
            repair: "Filter the trail's log group for these calls, and put an alarm with an action on the filter's metric.",
            prowler: $prowler, checkov: [], config: [], security_hub: $security_hub,
            in_every_home: watched::<{ $words }>,
        }
    };
}

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "cloudtrail-data-reads", Security, Medium, Both, ["AWS::CloudTrail::Trail"];
        title: "Every read of an object is in the audit trail",
        why: "After a theft the question is which objects were read.",
        repair: "Give the trail a data event selector for AWS::S3::Object with ReadWriteType All, or ReadOnly beside WriteOnly.",
        prowler: ["cloudtrail_s3_dataevents_read_enabled"],
        checkov: [],
        config: ["CLOUDTRAIL_S3_DATAEVENTS_ENABLED"],
        security_hub: ["S3.23"],
        in_every_home: data_reads,
    },
    control! {
        "cloudtrail-data-writes", Security, Medium, Both, ["AWS::CloudTrail::Trail"];
        title: "Every write of an object is in the audit trail",
        why: "After a manipulation the question is which objects were changed.",
        repair: "Give the trail a data event selector for AWS::S3::Object with ReadWriteType All, or WriteOnly beside ReadOnly.",
        prowler: ["cloudtrail_s3_dataevents_write_enabled"],
        checkov: [],
        config: ["CLOUDTRAIL_S3_DATAEVENTS_ENABLED"],
        security_hub: ["S3.22"],
        in_every_home: data_writes,
    },
    control! {
        "cloudtrail-encrypted", Security, Medium, Both, ["AWS::CloudTrail::Trail"];
        title: "The audit trail is encrypted with a key of our own",
        why: "The trail tells an intruder how everything is built.",
        repair: "Set KMSKeyId to a key of the account's baseline.",
        prowler: ["cloudtrail_kms_encryption_enabled"],
        checkov: ["CKV_AWS_35"],
        config: ["CLOUD_TRAIL_ENCRYPTION_ENABLED"],
        security_hub: ["CloudTrail.2"],
        in_every_home: encrypted,
    },
    control! {
        "cloudtrail-every-region", Security, High, Both, ["AWS::CloudTrail::Trail"];
        title: "Every call in every region of the account is recorded",
        why: "Who wants to stay unseen works in the region that nobody watches.",
        repair: "Make the trail multi-region, with global service events and management events, and switch it on.",
        prowler: ["cloudtrail_multi_region_enabled", "cloudtrail_multi_region_enabled_logging_management_events"],
        checkov: ["CKV_AWS_67", "CKV_AWS_251"],
        config: ["MULTI_REGION_CLOUD_TRAIL_ENABLED"], security_hub: ["CloudTrail.1", "CloudTrail.3"],
        in_every_home: every_region,
    },
    control! {
        "cloudtrail-to-log-group", Security, Medium, Both, ["AWS::CloudTrail::Trail"];
        title: "The audit trail is also sent to a log group, where alarms can watch it",
        why: "Files in a bucket tell what happened; a log group tells it while it happens.",
        repair: "Set CloudWatchLogsLogGroupArn and CloudWatchLogsRoleArn.",
        prowler: ["cloudtrail_cloudwatch_logging_enabled"],
        checkov: ["CKV2_AWS_10"],
        config: ["CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED"],
        security_hub: ["CloudTrail.5"],
        in_every_home: to_log_group,
    },
    control! {
        "cloudtrail-insights", Security, Medium, Both, ["AWS::CloudTrail::Trail"];
        title: "The audit trail is searched for unusual numbers of calls and of refusals",
        why: "Somebody who tries what a stolen key can do is seen by how much is asked and refused, before anything is taken.",
        repair: "Set InsightSelectors to ApiCallRateInsight and ApiErrorRateInsight.",
        prowler: ["cloudtrail_insights_exist"],
        checkov: [],
        config: [],
        security_hub: [],
        in_every_home: insights,
    },
    control! {
        "cloudtrail-validated", Security, Medium, Both, ["AWS::CloudTrail::Trail"];
        title: "A changed or deleted file of the audit trail is noticed",
        why: "A record that can be changed unnoticed proves nothing.",
        repair: "Set EnableLogFileValidation to true.",
        prowler: ["cloudtrail_log_file_validation_enabled"],
        checkov: ["CKV_AWS_36"],
        config: ["CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"],
        security_hub: ["CloudTrail.4"],
        in_every_home: validated,
    },
    watch!(
        "watch-access-list-changes",
        "changes of network access lists",
        ["cloudwatch_changes_to_network_acls_alarm_configured"],
        ["CloudWatch.11"],
        ACCESS_LISTS
    ),
    watch!(
        "watch-bucket-policy-changes",
        "changes of bucket policies",
        ["cloudwatch_log_metric_filter_for_s3_bucket_policy_changes"],
        ["CloudWatch.8"],
        BUCKET_POLICIES
    ),
    watch!(
        "watch-config-changes",
        "changes of the recorder of changes",
        ["cloudwatch_log_metric_filter_and_alarm_for_aws_config_configuration_changes_enabled"],
        ["CloudWatch.9"],
        CONFIG
    ),
    watch!(
        "watch-console-failures",
        "failed sign-ins to the console",
        ["cloudwatch_log_metric_filter_authentication_failures"],
        ["CloudWatch.6"],
        CONSOLE_FAILURES
    ),
    watch!(
        "watch-console-without-mfa",
        "sign-ins to the console without a second factor",
        ["cloudwatch_log_metric_filter_sign_in_without_mfa"],
        ["CloudWatch.3"],
        CONSOLE_WITHOUT_MFA
    ),
    watch!(
        "watch-gateway-changes",
        "changes of network gateways",
        ["cloudwatch_changes_to_network_gateways_alarm_configured"],
        ["CloudWatch.12"],
        GATEWAYS
    ),
    watch!(
        "watch-identity-policy-changes",
        "changes of identities' policies",
        ["cloudwatch_log_metric_filter_policy_changes"],
        ["CloudWatch.4"],
        IDENTITY_POLICIES
    ),
    watch!(
        "watch-key-deletions",
        "keys that are disabled or to be deleted",
        ["cloudwatch_log_metric_filter_disable_or_scheduled_deletion_of_kms_cmk"],
        ["CloudWatch.7"],
        KEYS
    ),
    watch!("watch-network-changes", "changes of networks", ["cloudwatch_changes_to_vpcs_alarm_configured"], ["CloudWatch.14"], NETWORKS),
    watch!(
        "watch-organization-changes",
        "changes of the organization",
        ["cloudwatch_log_metric_filter_aws_organizations_changes"],
        [],
        ORGANIZATION
    ),
    watch!("watch-root-usage", "use of the root user", ["cloudwatch_log_metric_filter_root_usage"], ["CloudWatch.1"], ROOT),
    watch!(
        "watch-route-changes",
        "changes of route tables",
        ["cloudwatch_changes_to_network_route_tables_alarm_configured"],
        ["CloudWatch.13"],
        ROUTES
    ),
    watch!(
        "watch-security-group-changes",
        "changes of security groups",
        ["cloudwatch_log_metric_filter_security_group_changes"],
        ["CloudWatch.10"],
        SECURITY_GROUPS
    ),
    watch!(
        "watch-trail-changes",
        "changes of the audit trail",
        ["cloudwatch_log_metric_filter_and_alarm_for_cloudtrail_configuration_changes_enabled"],
        ["CloudWatch.5"],
        TRAIL
    ),
    watch!(
        "watch-unauthorized-calls",
        "calls that were refused for lack of permission",
        ["cloudwatch_log_metric_filter_unauthorized_api_calls"],
        ["CloudWatch.2"],
        UNAUTHORIZED
    ),
];

const ACCESS_LISTS: usize = 0;
const BUCKET_POLICIES: usize = 1;
const CONFIG: usize = 2;
const CONSOLE_FAILURES: usize = 3;
const CONSOLE_WITHOUT_MFA: usize = 4;
const GATEWAYS: usize = 5;
const IDENTITY_POLICIES: usize = 6;
const KEYS: usize = 7;
const NETWORKS: usize = 8;
const ORGANIZATION: usize = 9;
const ROOT: usize = 10;
const ROUTES: usize = 11;
const SECURITY_GROUPS: usize = 12;
const TRAIL: usize = 13;
const UNAUTHORIZED: usize = 14;

/// What a filter's pattern must speak of (CIS AWS 5.0, 4.1 to 4.15), in the order of the constants above. Words, not whole patterns: the
/// same filter can be written in many ways.
const WORDS: [&[&str]; 15] = [
    &[
        "CreateNetworkAcl",
        "CreateNetworkAclEntry",
        "DeleteNetworkAcl",
        "DeleteNetworkAclEntry",
        "ReplaceNetworkAclEntry",
        "ReplaceNetworkAclAssociation",
    ],
    &[
        "PutBucketAcl",
        "PutBucketPolicy",
        "PutBucketCors",
        "PutBucketLifecycle",
        "PutBucketReplication",
        "DeleteBucketPolicy",
        "DeleteBucketCors",
        "DeleteBucketLifecycle",
        "DeleteBucketReplication",
    ],
    &["StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder"],
    &["ConsoleLogin", "Failed", "authentication"],
    &["ConsoleLogin", "MFAUsed"],
    &[
        "CreateCustomerGateway",
        "DeleteCustomerGateway",
        "AttachInternetGateway",
        "CreateInternetGateway",
        "DeleteInternetGateway",
        "DetachInternetGateway",
    ],
    &[
        "DeleteGroupPolicy",
        "DeleteRolePolicy",
        "DeleteUserPolicy",
        "PutGroupPolicy",
        "PutRolePolicy",
        "PutUserPolicy",
        "CreatePolicy",
        "DeletePolicy",
        "CreatePolicyVersion",
        "DeletePolicyVersion",
        "AttachRolePolicy",
        "DetachRolePolicy",
        "AttachUserPolicy",
        "DetachUserPolicy",
        "AttachGroupPolicy",
        "DetachGroupPolicy",
    ],
    &["DisableKey", "ScheduleKeyDeletion"],
    &[
        "CreateVpc",
        "DeleteVpc",
        "ModifyVpcAttribute",
        "AcceptVpcPeeringConnection",
        "CreateVpcPeeringConnection",
        "DeleteVpcPeeringConnection",
        "RejectVpcPeeringConnection",
    ],
    &["organizations", "AttachPolicy", "CreateAccount", "CreatePolicy", "DetachPolicy", "LeaveOrganization", "UpdatePolicy"],
    &["Root", "invokedBy", "AwsServiceEvent"],
    &[
        "CreateRoute",
        "CreateRouteTable",
        "ReplaceRoute",
        "ReplaceRouteTableAssociation",
        "DeleteRouteTable",
        "DeleteRoute",
        "DisassociateRouteTable",
    ],
    &[
        "AuthorizeSecurityGroupIngress",
        "AuthorizeSecurityGroupEgress",
        "RevokeSecurityGroupIngress",
        "RevokeSecurityGroupEgress",
        "CreateSecurityGroup",
        "DeleteSecurityGroup",
    ],
    &["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"],
    &["UnauthorizedOperation", "AccessDenied"],
];

fn every_region(view: &View<'_>, resource: &Resource) -> Answer {
    let trail = view.read::<Trail>(resource)?;
    let wanted = [
        (trail.is_multi_region_trail, "it records one region only"),
        (trail.include_global_service_events, "it leaves out services without a region"),
        (trail.is_logging, "it is switched off"),
        // Without selectors CloudTrail records management events alone.
        (
            trail.event_selectors.is_empty()
                || trail.event_selectors.iter().any(|selector| selector.include_management_events && selector.read_write_type == "All"),
            "it leaves out management events",
        ),
    ];
    let found: Vec<String> = wanted.iter().filter(|(holds, _)| !holds).map(|(_, what)| (*what).to_owned()).collect();
    none_of(found, "every call in every region is recorded")
}

fn validated(view: &View<'_>, resource: &Resource) -> Answer {
    let trail = view.read::<Trail>(resource)?;
    check(trail.enable_log_file_validation, "files are signed", "files are not signed")
}

fn encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let trail = view.read::<Trail>(resource)?;
    check(is_set(trail.kms_key_id.as_ref()), "encrypted with a key of ours", "not encrypted with a key of ours")
}

fn to_log_group(view: &View<'_>, resource: &Resource) -> Answer {
    let trail = view.read::<Trail>(resource)?;
    let sent = is_set(trail.cloud_watch_logs_log_group_arn.as_ref()) && is_set(trail.cloud_watch_logs_role_arn.as_ref());
    check(sent, "it is sent to a log group", "it is sent to no log group")
}

fn insights(view: &View<'_>, resource: &Resource) -> Answer {
    let trail = view.read::<Trail>(resource)?;
    let asked = |kind: &str| trail.insight_selectors.iter().any(|selector| selector.insight_type == kind);
    check(
        asked("ApiCallRateInsight") && asked("ApiErrorRateInsight"),
        "bursts of calls and refusals are looked for",
        "nothing looks for bursts of calls and refusals",
    )
}

fn data_events(view: &View<'_>, resource: &Resource, kind: &str) -> Answer {
    let trail = view.read::<Trail>(resource)?;
    let recorded = trail.event_selectors.iter().any(|selector| {
        let fits = selector.read_write_type == "All" || selector.read_write_type == kind;
        fits && selector
            .data_resources
            .iter()
            .any(|data| data.resource_type == "AWS::S3::Object" && data.values.iter().any(|value| is_every_bucket(&value.to_string())))
    });
    check(recorded, "requests to every bucket's objects are recorded", "requests to objects are not recorded for every bucket")
}

/// `arn:PARTITION:s3`, with or without `:::` behind it, is every bucket.
fn is_every_bucket(value: &str) -> bool {
    let value = value.trim_end_matches('/').trim_end_matches(':');
    value.ends_with(":s3")
}

fn data_reads(view: &View<'_>, resource: &Resource) -> Answer {
    data_events(view, resource, "ReadOnly")
}

fn data_writes(view: &View<'_>, resource: &Resource) -> Answer {
    data_events(view, resource, "WriteOnly")
}

/// The trail's log group has a filter whose pattern speaks of all the words, and an alarm with an action is on its metric.
fn watched<const WORDS_OF: usize>(view: &View<'_>, resource: &Resource) -> Answer {
    let trail = view.read::<Trail>(resource)?;
    let Some(arn) = &trail.cloud_watch_logs_log_group_arn else {
        return violated("the trail is sent to no log group");
    };
    let Some(group) = view.resolve::<LogGroup>(arn) else {
        return undecidable(format!("the log group {arn} is not in this graph"));
    };
    let mut filtered = false;
    for (_, filter) in view.naming::<MetricFilter>(&group.address)? {
        let words: BTreeSet<&str> = filter.filter_pattern.split(|character: char| !character.is_ascii_alphanumeric()).collect();
        if !WORDS[WORDS_OF].iter().all(|word| words.contains(word)) {
            continue;
        }
        filtered = true;
        for metric in &filter.metric_transformations {
            let rings = view.all::<Alarm>()?.iter().any(|(_, alarm)| {
                alarm.namespace.as_deref() == Some(metric.metric_namespace.as_str())
                    && alarm.metric_name.as_deref() == Some(metric.metric_name.as_str())
                    && alarm.actions_enabled
                    && !alarm.alarm_actions.is_empty()
            });
            if rings {
                return check(true, format!("an alarm is on '{}'", metric.metric_name), "");
            }
        }
    }
    violated(if filtered {
        "no alarm with an action is on the filter's metric"
    } else {
        "no filter of the trail's log group speaks of these calls"
    })
}
