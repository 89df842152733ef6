//! Alarms on calls that nobody should make unnoticed: one filter on the trail's lines and one alarm for each
//! (CIS AWS 5.0 section 4, whose patterns these are; PCI DSS 4.0 10.4).

use strata_aws::cloudwatch::Alarm;
use strata_aws::logs::{MetricFilter, MetricTransformation};
use strata_graph::Layer;

use super::trail;
use crate::builder::{About, Builder};
use crate::foundations::AccountView;
use crate::naming::limit;

const NAMESPACE: &str = "Strata/Audit";

/// What is watched: a name, what happened when it rings, and the lines of the trail that say so.
pub(super) struct Watch {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) pattern: Pattern,
}

/// Which lines of the trail count.
pub(super) enum Pattern {
    Whole(&'static str),
    /// The same, of names that are known here only.
    Made(String),
    /// Any of these calls, of one service where it is named.
    Calls(Option<&'static str>, &'static [&'static str]),
}

impl Pattern {
    fn text(&self) -> String {
        match self {
            Self::Whole(text) => (*text).to_owned(),
            Self::Made(text) => text.clone(),
            Self::Calls(service, calls) => {
                let any: Vec<String> = calls.iter().map(|call| format!("($.eventName = {call})")).collect();
                let any = any.join(" || ");
                match service {
                    Some(service) => format!("{{ ($.eventSource = {service}) && ({any}) }}"),
                    None => format!("{{ {any} }}"),
                }
            }
        }
    }
}

/// CIS AWS 5.0, 4.1 to 4.15, in order.
static WATCHED: &[Watch] = &[
    Watch {
        name: "unauthorized-calls",
        what: "A call was refused for lack of permission",
        pattern: Pattern::Whole(
            "{ ($.errorCode = \"*UnauthorizedOperation\") || ($.errorCode = \"AccessDenied*\") && ($.sourceIPAddress != \"delivery.logs.amazonaws.com\") && ($.eventName != \"HeadBucket\") }",
        ),
    },
    Watch {
        name: "console-without-mfa",
        what: "Somebody signed in to the console without a second factor",
        pattern: Pattern::Whole(
            "{ ($.eventName = \"ConsoleLogin\") && ($.additionalEventData.MFAUsed != \"Yes\") && ($.userIdentity.type = \"IAMUser\") && ($.responseElements.ConsoleLogin = \"Success\") }",
        ),
    },
    Watch {
        name: "root-usage",
        what: "The root user did something",
        pattern: Pattern::Whole(
            "{ $.userIdentity.type = \"Root\" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != \"AwsServiceEvent\" }",
        ),
    },
    Watch {
        name: "identity-policy-changes",
        what: "A policy of an identity was changed",
        pattern: Pattern::Calls(
            Some("iam.amazonaws.com"),
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
        ),
    },
    Watch {
        name: "trail-changes",
        what: "The trail was changed or stopped",
        pattern: Pattern::Calls(None, &["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"]),
    },
    Watch {
        name: "console-failures",
        what: "Somebody failed to sign in to the console",
        pattern: Pattern::Whole("{ ($.eventName = ConsoleLogin) && ($.errorMessage = \"Failed authentication\") }"),
    },
    Watch {
        name: "key-deletions",
        what: "A key was disabled or is to be deleted",
        pattern: Pattern::Calls(Some("kms.amazonaws.com"), &["DisableKey", "ScheduleKeyDeletion"]),
    },
    Watch {
        name: "bucket-policy-changes",
        what: "The policy of a bucket was changed",
        pattern: Pattern::Calls(
            Some("s3.amazonaws.com"),
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
        ),
    },
    Watch {
        name: "config-changes",
        what: "The recorder of changes was changed or stopped",
        pattern: Pattern::Calls(
            Some("config.amazonaws.com"),
            &["StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder"],
        ),
    },
    Watch {
        name: "security-group-changes",
        what: "A security group was changed",
        pattern: Pattern::Calls(
            None,
            &[
                "AuthorizeSecurityGroupIngress",
                "AuthorizeSecurityGroupEgress",
                "RevokeSecurityGroupIngress",
                "RevokeSecurityGroupEgress",
                "CreateSecurityGroup",
                "DeleteSecurityGroup",
            ],
        ),
    },
    Watch {
        name: "access-list-changes",
        what: "A network access list was changed",
        pattern: Pattern::Calls(
            None,
            &[
                "CreateNetworkAcl",
                "CreateNetworkAclEntry",
                "DeleteNetworkAcl",
                "DeleteNetworkAclEntry",
                "ReplaceNetworkAclEntry",
                "ReplaceNetworkAclAssociation",
            ],
        ),
    },
    Watch {
        name: "gateway-changes",
        what: "A gateway of a network was changed",
        pattern: Pattern::Calls(
            None,
            &[
                "CreateCustomerGateway",
                "DeleteCustomerGateway",
                "AttachInternetGateway",
                "CreateInternetGateway",
                "DeleteInternetGateway",
                "DetachInternetGateway",
            ],
        ),
    },
    Watch {
        name: "route-changes",
        what: "A route table was changed",
        pattern: Pattern::Calls(
            Some("ec2.amazonaws.com"),
            &[
                "CreateRoute",
                "CreateRouteTable",
                "ReplaceRoute",
                "ReplaceRouteTableAssociation",
                "DeleteRouteTable",
                "DeleteRoute",
                "DisassociateRouteTable",
            ],
        ),
    },
    Watch {
        name: "network-changes",
        what: "A network was changed",
        pattern: Pattern::Calls(
            None,
            &[
                "CreateVpc",
                "DeleteVpc",
                "ModifyVpcAttribute",
                "AcceptVpcPeeringConnection",
                "CreateVpcPeeringConnection",
                "DeleteVpcPeeringConnection",
                "RejectVpcPeeringConnection",
                "AttachClassicLinkVpc",
                "DetachClassicLinkVpc",
                "DisableVpcClassicLink",
                "EnableVpcClassicLink",
            ],
        ),
    },
    Watch {
        name: "organization-changes",
        what: "The organization was changed",
        pattern: Pattern::Calls(
            Some("organizations.amazonaws.com"),
            &[
                "AcceptHandshake",
                "AttachPolicy",
                "CancelHandshake",
                "CreateAccount",
                "CreateOrganization",
                "CreateOrganizationalUnit",
                "CreatePolicy",
                "DeclineHandshake",
                "DeleteOrganization",
                "DeleteOrganizationalUnit",
                "DeletePolicy",
                "DetachPolicy",
                "DisablePolicyType",
                "EnableAllFeatures",
                "EnablePolicyType",
                "InviteAccountToOrganization",
                "LeaveOrganization",
                "MoveAccount",
                "RemoveAccountFromOrganization",
                "UpdatePolicy",
                "UpdateOrganizationalUnit",
            ],
        ),
    },
];

/// Lowers a filter and an alarm for each.
pub(super) fn lower(builder: &mut Builder<'_>, account: &AccountView) {
    for watch in WATCHED {
        let about = About::new(account.key_path(), format!("{}: tells people.", watch.what)).also("platform:compliance");
        lower_one(builder, account, watch, &about);
    }
}

/// Lowers one filter on the trail's lines and its alarm.
pub(super) fn lower_one(builder: &mut Builder<'_>, account: &AccountView, watch: &Watch, about: &About) {
    let about = about.clone().in_layer(Layer::Security);
    let filter = MetricFilter {
        log_group_name: trail::log_group(account).output("LogGroupName"),
        filter_name: watch.name.to_owned(),
        filter_pattern: watch.pattern.text(),
        metric_transformations: vec![MetricTransformation {
            metric_name: watch.name.to_owned(),
            metric_namespace: NAMESPACE.to_owned(),
            metric_value: "1".to_owned(),
            ..MetricTransformation::default()
        }],
    };
    let filter = builder.add(watch.name, filter, about.clone());
    let alarm = Alarm {
        alarm_name: builder.name(&[watch.name], limit::ALARM),
        alarm_description: format!("{}. Look in CloudTrail who it was.", watch.what),
        actions_enabled: true,
        alarm_actions: vec![account.alerts_topic().output("TopicArn")],
        comparison_operator: "GreaterThanOrEqualToThreshold".to_owned(),
        threshold: 1.0,
        evaluation_periods: 1,
        treat_missing_data: Some("notBreaching".to_owned()),
        namespace: Some(NAMESPACE.to_owned()),
        metric_name: Some(watch.name.to_owned()),
        statistic: Some("Sum".to_owned()),
        period: Some(300),
        ..Alarm::default()
    };
    builder.add(watch.name, alarm, about.after(&filter));
}
