//! Emergency access: who gets in when single sign-on does not, or when Strata itself is what is broken.
//!
//! Invariants: a person is a user of IAM's own, without keys and without rights of its own; its group may take on one role, with a second factor, for an
//! hour, and nothing else but look after that factor; the role sees what stands and works on what is the platform's, and can change neither who may do what
//! nor what is written down about it; every use rings. Source: HIPAA 164.312(a)(2)(ii); AWS Well-Architected SEC03-BP03.

use strata_aws::iam::policy_document::{PolicyDocument, Statement};
use strata_aws::iam::{Group, ManagedPolicy, Role, RolePolicy, User};
use strata_graph::{Pseudo, Text};
use strata_spec::{EmergencyAccess, Platform};

use super::watch::{self, Watch};
use crate::arn::iam_arn;
use crate::builder::{About, Builder, Handle};
use crate::foundations::AccountView;
use crate::naming::limit;

const NAME: &str = "emergency";
/// Seconds: the shortest session that IAM lets a role have.
const SESSION: i64 = 3600;
/// Characters of a user's name.
const USER_NAME: usize = 64;

/// What is done on what the platform made, by the tag that all of it carries. Each of these actions knows that condition (AWS: service authorization
/// reference); none makes, opens or deletes anything for good.
const OPERATIONS: &[&str] = &[
    "autoscaling:SetDesiredCapacity",
    "autoscaling:StartInstanceRefresh",
    "autoscaling:TerminateInstanceInAutoScalingGroup",
    "ec2:RebootInstances",
    "ec2:StartInstances",
    "ec2:StopInstances",
    "ecs:StopTask",
    "ecs:UpdateService",
    "elasticache:RebootCacheCluster",
    "elasticache:TestFailover",
    "lambda:DeleteFunctionConcurrency",
    "lambda:PutFunctionConcurrency",
    "rds:RebootDBInstance",
    "rds:StartDBInstance",
    "rds:StopDBInstance",
    "ssm:StartSession",
    "wafv2:UpdateIPSet",
];

/// The kinds of things that these are done to: service and the rest of the ARN.
const OPERATED: &[(&str, &str)] = &[
    ("autoscaling", "autoScalingGroup:*"),
    ("ec2", "instance/*"),
    ("ecs", "service/*"),
    ("ecs", "task/*"),
    ("elasticache", "cluster:*"),
    ("elasticache", "replicationgroup:*"),
    ("lambda", "function:*"),
    ("rds", "db:*"),
    ("wafv2", "regional/ipset/*"),
];

/// What is read beside what AWS's own policy for looking lets through: what the system said.
const LOGS: &[&str] = &["logs:FilterLogEvents", "logs:GetLogEvents"];

/// What no emergency is a reason for.
const NEVER: &[&str] = &[
    "backup:DeleteBackupVault",
    "backup:DeleteRecoveryPoint",
    "cloudtrail:DeleteTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail",
    "config:DeleteConfigurationRecorder",
    "config:StopConfigurationRecorder",
    "guardduty:DeleteDetector",
    "guardduty:UpdateDetector",
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
    "logs:DeleteLogGroup",
    "logs:PutRetentionPolicy",
    "securityhub:DisableSecurityHub",
];

/// Lowers it, where the platform file names people.
pub(super) fn lower(builder: &mut Builder<'_>, platform: &Platform, account: &AccountView) {
    let Some(EmergencyAccess { people }) = &platform.identity.emergency_access else { return };
    let path = "platform:identity.emergency_access";
    let about = |purpose: &str| About::new(path, purpose).also(account.key_path());
    let role_name = builder.name(&[NAME], limit::ROLE);
    let (group_name, group) = group(builder, &role_name, &about);
    let (mut arns, mut names) = (Vec::new(), Vec::new());
    for (index, person) in people.iter().enumerate() {
        let user_name = builder.name(&[NAME, person.as_str()], USER_NAME);
        names.push(user_name.clone());
        let user = User { user_name, groups: vec![group_name.as_str().into()], ..User::default() };
        let purpose = format!(
            "{person}'s way in when single sign-on fails. An administrator gives it a first password once, by 'aws iam create-login-profile \
             --password-reset-required'; the second factor is {person}'s to add."
        );
        let about = About::new(format!("{path}.people.{index}"), purpose).also(account.key_path()).after(&group);
        arns.push(builder.add(&format!("{NAME}-{person}"), user, about).arn());
    }
    let mut trust = Statement::allow("Trust", ["sts:AssumeRole"], Vec::<Text>::new()).for_aws(arns);
    trust.sid = None;
    let role = Role {
        role_name: role_name.clone(),
        description: "Sees what stands and works on it when the usual ways in fail".to_owned(),
        assume_role_policy_document: PolicyDocument::new([trust.when("Bool", "aws:MultiFactorAuthPresent", ["true"])]),
        managed_policy_arns: vec![aws_policy("job-function/ViewOnlyAccess")],
        max_session_duration: Some(SESSION),
        ..Role::default()
    };
    let role = builder.add(NAME, role, about("What people may do in an emergency, for an hour and with a second factor."));
    let policy = RolePolicy {
        role_name: role.output("RoleName"),
        policy_name: NAME.to_owned(),
        policy_document: PolicyDocument::new([
            Statement::allow("Operate", OPERATIONS.iter().copied(), OPERATED.iter().map(|(service, rest)| in_every_region(service, rest)))
                .when("StringEquals", "aws:ResourceTag/strata:platform", [platform.platform.as_str()]),
            Statement::allow("Read", LOGS.iter().copied(), [in_every_region("logs", &format!("log-group:/{}/*", platform.platform))]),
            Statement::deny("Never", NEVER.iter().copied(), ["*"]),
        ]),
    };
    builder.add(NAME, policy, about("Lets the role work on what the platform made, and never on what is written down about it."));
    let pattern = watch::Pattern::Made(pattern(&names, &role_name));
    let watch = Watch { name: "emergency-access", what: "Emergency access was used", pattern };
    watch::lower_one(builder, account, &watch, &about("Tells people when emergency access is used, whoever uses it."));
}

/// The group with its one policy: its name, and itself.
fn group(builder: &mut Builder<'_>, role_name: &str, about: &impl Fn(&str) -> About) -> (String, Handle) {
    // Written out, and not `*`: who has a user of the group looks after that user's own factor and password alone.
    let own = iam_arn("user/${aws:username}");
    let policy_name = builder.name(&[NAME], limit::POLICY);
    let policy = ManagedPolicy {
        managed_policy_name: policy_name.clone(),
        description: "Takes on the role for emergencies, and looks after one's own second factor".to_owned(),
        policy_document: PolicyDocument::new([
            Statement::allow("TakeOn", ["sts:AssumeRole"], [iam_arn(&format!("role/{role_name}"))]).when(
                "Bool",
                "aws:MultiFactorAuthPresent",
                ["true"],
            ),
            Statement::allow(
                "OwnFactor",
                ["iam:ChangePassword", "iam:EnableMFADevice", "iam:GetUser", "iam:ListMFADevices", "iam:ResyncMFADevice"],
                [own],
            ),
            Statement::allow("NewFactor", ["iam:CreateVirtualMFADevice"], [iam_arn("mfa/*")]),
            Statement::allow("PasswordRules", ["iam:GetAccountPasswordPolicy"], ["*"]),
        ]),
        ..ManagedPolicy::default()
    };
    let policy = builder.add(NAME, policy, about("What people may do before they take on the role for emergencies."));
    let group_name = builder.name(&[NAME], limit::POLICY);
    let group = Group {
        group_name: group_name.clone(),
        // By its name, which is ours: a handover can then say what is attached to what.
        managed_policy_arns: vec![iam_arn(&format!("policy/{policy_name}"))],
        ..Group::default()
    };
    let group = builder.add(NAME, group, about("The people with emergency access.").after(&policy));
    (group_name, group)
}

/// The lines of the trail that say that one of the users did something, or that anybody took on the role. Names that are too long for IAM end in a
/// fingerprint, so each is written out.
fn pattern(users: &[String], role_name: &str) -> String {
    let any: Vec<String> = users.iter().map(|user| format!("($.userIdentity.userName = \"{user}\")")).collect();
    format!("{{ {} || (($.eventName = \"AssumeRole\") && ($.requestParameters.roleArn = \"*:role/{role_name}\")) }}", any.join(" || "))
}

fn aws_policy(name: &str) -> Text {
    Text::join(["arn:".into(), Pseudo::Partition.into(), format!(":iam::aws:policy/{name}").into()])
}

/// The ARN of things of this account in whichever region they are: `arn:PARTITION:SERVICE:*:ACCOUNT:REST`.
fn in_every_region(service: &str, rest: &str) -> Text {
    Text::join([
        "arn:".into(),
        Pseudo::Partition.into(),
        format!(":{service}:*:").into(),
        Pseudo::AccountId.into(),
        format!(":{rest}").into(),
    ])
}
