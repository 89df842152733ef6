//! Controls of identity: roles, their statements and who may take them on (AWS IAM).

use strata_aws::AwsResource;
use strata_aws::iam::{ManagedPolicy, PolicyDocument, Role, RolePolicy, Statement};
use strata_graph::{Resource, Text};

use crate::control::{Answer, Control, Undecidable, control, none_of, not_applicable};
use crate::policies::{allows, is_every_action, is_for_every_resource, is_for_everyone, is_limited, name};
use crate::view::View;

/// AWS's own policies that give the whole account away.
const ADMINISTRATOR_POLICIES: [&str; 3] = ["/AdministratorAccess", "/IAMFullAccess", "/PowerUserAccess"];
/// AWS's own policy for the full shell in the console, which can carry data out (CIS AWS 5.0 1.21).
const SHELL_POLICY: &str = "/AWSCloudShellFullAccess";

/// Actions by which an identity gets more rights than it has ("AWS IAM Privilege Escalation", Rhino Security Labs, which others' checks follow too).
const ESCALATING: [&str; 14] = [
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:PutGroupPolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
];
/// Services that take a role on without saying for whom, because the role is bound to one of their resources, which an account makes itself.
const BOUND_TO_A_RESOURCE: [&str; 4] = ["ec2.amazonaws.com", "eks.amazonaws.com", "lambda.amazonaws.com", "edgelambda.amazonaws.com"];

/// Actions for which AWS takes no resource but `*` (AWS: service authorization reference; `*` at an entry's end stands for any rest).
const WITHOUT_RESOURCE: [&str; 41] = [
    "acm:ListCertificates",
    "autoscaling:Describe*",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
    "cloudwatch:ListMetrics",
    "cloudwatch:PutMetricData",
    "config:Describe*",
    "config:Get*",
    "config:List*",
    "config:PutConfigurationRecorder",
    "config:PutEvaluations",
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:Describe*",
    "ec2:UnassignPrivateIpAddresses",
    "ec2messages:*",
    "ecr:GetAuthorizationToken",
    "ecs:DiscoverPollEndpoint",
    "ecs:ListClusters",
    "eks:ListClusters",
    "elasticloadbalancing:Describe*",
    "iam:GetAccountPasswordPolicy",
    "iam:List*",
    "inspector2:*",
    "kms:ListAliases",
    "kms:ListKeys",
    "logs:DescribeLogGroups",
    "organizations:Describe*",
    "organizations:List*",
    "rds:Describe*",
    "s3:ListAllMyBuckets",
    "servicediscovery:DiscoverInstances",
    "ssm:DescribeParameters",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:*",
    "sts:GetCallerIdentity",
    "tag:GetResources",
    "xray:Get*",
    "xray:Put*",
];

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "iam-no-administrator-policy", Security, Critical, Both, ["AWS::IAM::Role"];
        title: "No role has one of AWS's policies for the whole account",
        why: "Who gets hold of such a role has the account.",
        repair: "Give the role statements for what it needs, by `uses`.",
        prowler: ["iam_role_administratoraccess_policy", "iam_aws_attached_policy_no_administrative_privileges"],
        checkov: ["CKV_AWS_274", "CKV2_AWS_56"],
        config: ["IAM_POLICY_BLACKLISTED_CHECK"], security_hub: ["IAM.1"],
        each: no_administrator_policy,
    },
    control! {
        "iam-no-administrator-statement", Security, Critical, Both, ["AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy"];
        title: "No statement allows every action on every resource",
        why: "Such a statement is the whole account.",
        repair: "Name the actions and the resources.",
        prowler: ["iam_inline_policy_no_administrative_privileges", "iam_customer_attached_policy_no_administrative_privileges"],
        checkov: ["CKV_AWS_62", "CKV_AWS_1"],
        config: ["IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS"], security_hub: ["IAM.1"],
        each: no_administrator_statement,
    },
    control! {
        "iam-no-escalation", Security, Critical, Both, ["AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy"];
        title: "No role can give itself or others more rights",
        why: "Who may change policies, or hand any role to a program, has every right there is, one call later.",
        repair: "Take the named actions out; where a role must be handed on, name it in the statement's Resource.",
        prowler: ["iam_inline_policy_allows_privilege_escalation", "iam_policy_allows_privilege_escalation"],
        checkov: ["CKV_AWS_286", "CKV_AWS_110"],
        config: [],
        security_hub: [],
        each: no_escalation,
    },
    control! {
        "iam-no-shell-policy", Security, Medium, Both, ["AWS::IAM::Role"];
        title: "No role has the policy for the full shell in AWS's console",
        why: "The shell can move files in and out past every network.",
        repair: "Remove AWSCloudShellFullAccess; a policy without file transfer serves who needs a shell.",
        prowler: ["iam_policy_cloudshell_admin_not_attached"],
        checkov: [],
        config: ["IAM_POLICY_BLACKLISTED_CHECK"],
        security_hub: ["IAM.27"],
        each: no_shell_policy,
    },
    control! {
        "iam-no-whole-service", Security, High, Both, ["AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy"];
        title: "No statement allows every action of a service",
        why: "Every action means also to delete, to make public, and whatever the service adds next year.",
        repair: "Name the actions.",
        prowler: [
            "iam_inline_policy_no_full_access_to_kms",
            "iam_inline_policy_no_full_access_to_cloudtrail",
            "iam_policy_no_full_access_to_kms",
            "iam_policy_no_full_access_to_cloudtrail",
        ],
        checkov: ["CKV_AWS_63", "CKV_AWS_49"],
        config: ["IAM_POLICY_NO_STATEMENTS_WITH_FULL_ACCESS"], security_hub: ["IAM.21"],
        each: no_whole_service,
    },
    control! {
        "iam-service-trust-scoped", Security, Medium, Both, ["AWS::IAM::Role"];
        title: "A service takes a role on for its own account only",
        why: "A service acts for many customers: without a condition another customer can make it use our role.",
        repair: "Add a condition on aws:SourceAccount or aws:SourceArn to the trust policy.",
        prowler: ["iam_role_cross_service_confused_deputy_prevention", "iam_role_service_trust_restricts_source_to_account"],
        checkov: [],
        config: [],
        security_hub: [],
        each: service_trust_scoped,
    },
    control! {
        "iam-statement-scoped", Security, High, Both, ["AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy"];
        title: "Every statement names what it is about, where AWS lets it",
        why: "A right to one queue, written for every queue, reaches the neighbours' too.",
        repair: "Write the ARN in the statement's Resource, or a condition that says which resources are meant.",
        prowler: [], checkov: ["CKV_AWS_355", "CKV_AWS_290", "CKV_AWS_356", "CKV_AWS_111"], config: [], security_hub: [],
        each: scoped,
    },
    control! {
        "iam-trust-scoped", Security, Critical, Both, ["AWS::IAM::Role"];
        title: "Only named services and identities may take a role on",
        why: "A role that everybody may take on is everybody's.",
        repair: "Name the principal; for federated identities add a condition on audience and subject.",
        prowler: ["iam_no_custom_policy_permissive_role_assumption"], checkov: ["CKV_AWS_60", "CKV_AWS_61"], config: [], security_hub: [],
        each: trust_scoped,
    },
];

fn attached(role: &Role, policies: &[&str]) -> Vec<String> {
    let names = role.managed_policy_arns.iter().map(ToString::to_string);
    names.filter(|arn| policies.iter().any(|policy| arn.ends_with(policy))).map(|arn| format!("it has {arn}")).collect()
}

fn no_administrator_policy(view: &View<'_>, resource: &Resource) -> Answer {
    let role = view.read::<Role>(resource)?;
    none_of(attached(&role, &ADMINISTRATOR_POLICIES), "it has none of AWS's policies for the whole account")
}

fn no_shell_policy(view: &View<'_>, resource: &Resource) -> Answer {
    let role = view.read::<Role>(resource)?;
    none_of(attached(&role, &[SHELL_POLICY]), "it has no policy for the shell")
}

fn wide(policy: &PolicyDocument, is_wide: impl Fn(&Statement) -> Option<String>) -> Vec<String> {
    policy
        .statement
        .iter()
        .filter(|statement| allows(statement))
        .filter_map(|statement| is_wide(statement).map(|what| format!("statement '{}' {what}", name(statement))))
        .collect()
}

/// The statements of a role's own policy, or of one that stands for itself.
fn document(view: &View<'_>, resource: &Resource) -> Result<PolicyDocument, Undecidable> {
    if resource.type_name.0 == ManagedPolicy::CONTRACT.type_name {
        return Ok(view.read::<ManagedPolicy>(resource)?.policy_document.clone());
    }
    Ok(view.read::<RolePolicy>(resource)?.policy_document.clone())
}

fn no_administrator_statement(view: &View<'_>, resource: &Resource) -> Answer {
    let policy = document(view, resource)?;
    let found = wide(&policy, |statement| {
        (is_every_action(statement) && is_for_every_resource(statement)).then(|| "allows everything on everything".to_owned())
    });
    none_of(found, "no statement allows everything on everything")
}

fn no_whole_service(view: &View<'_>, resource: &Resource) -> Answer {
    let policy = document(view, resource)?;
    let found = wide(&policy, |statement| {
        let whole: Vec<&str> = statement
            .action
            .iter()
            .map(String::as_str)
            .filter(|action| *action == "*" || action.ends_with(":*") && !may_be_for_all(action))
            .collect();
        (!whole.is_empty()).then(|| format!("allows {}", whole.join(", ")))
    });
    none_of(found, "every action is named")
}

/// Whether AWS takes no resource for the action but `*`.
fn may_be_for_all(action: &str) -> bool {
    WITHOUT_RESOURCE.iter().any(|known| {
        known.strip_suffix('*').map_or_else(
            || known.eq_ignore_ascii_case(action),
            |prefix| action.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)),
        )
    })
}

fn scoped(view: &View<'_>, resource: &Resource) -> Answer {
    let policy = document(view, resource)?;
    let found = wide(&policy, |statement| {
        if !is_for_every_resource(statement) || !statement.condition.is_empty() {
            return None;
        }
        let wide: Vec<&str> = statement.action.iter().map(String::as_str).filter(|action| !may_be_for_all(action)).collect();
        (!wide.is_empty()).then(|| format!("allows {} on every resource", wide.join(", ")))
    });
    none_of(found, "every statement names what it is about")
}

fn trust_scoped(view: &View<'_>, resource: &Resource) -> Answer {
    let role = view.read::<Role>(resource)?;
    let found = wide(&role.assume_role_policy_document, |statement| {
        if is_for_everyone(statement) && !is_limited(statement) {
            return Some("lets everybody take the role on".to_owned());
        }
        let federated = statement.principal.as_ref().is_some_and(|principal| !principal.federated.is_empty());
        (federated && statement.condition.is_empty()).then(|| "lets every identity of a provider take the role on".to_owned())
    });
    none_of(found, "only named principals may take the role on")
}

/// Whether an action of a statement, with its `*`, covers a named one.
fn covers(action: &str, named: &str) -> bool {
    let (action, named) = (action.to_ascii_lowercase(), named.to_ascii_lowercase());
    let mut parts = action.split('*');
    let Some(mut rest) = parts.next().and_then(|first| named.strip_prefix(first)) else {
        return false;
    };
    let mut ends_with_star = !action.contains('*') && rest.is_empty();
    for part in parts {
        match rest.find(part) {
            Some(index) => rest = &rest[index + part.len()..],
            None => return false,
        }
        ends_with_star = part.is_empty() || rest.is_empty();
    }
    ends_with_star
}

fn no_escalation(view: &View<'_>, resource: &Resource) -> Answer {
    let policy = document(view, resource)?;
    let found = wide(&policy, |statement| {
        let escalating = ESCALATING.iter().filter(|named| statement.action.iter().any(|action| covers(action, named)));
        let mut ways: Vec<&str> = escalating.copied().collect();
        let passes = statement.action.iter().any(|action| covers(action, "iam:PassRole"));
        if passes && is_for_every_resource(statement) {
            ways.push("iam:PassRole of every role");
        }
        (!ways.is_empty()).then(|| format!("allows {}", ways.join(", ")))
    });
    none_of(found, "it allows no way to more rights")
}

fn service_trust_scoped(view: &View<'_>, resource: &Resource) -> Answer {
    let role = view.read::<Role>(resource)?;
    let of_services = |statement: &&Statement| {
        let services = statement.principal.iter().flat_map(|principal| &principal.service);
        allows(statement) && services.filter_map(Text::as_literal).any(|service| !BOUND_TO_A_RESOURCE.contains(&service))
    };
    let statements: Vec<&Statement> = role.assume_role_policy_document.statement.iter().filter(of_services).collect();
    if statements.is_empty() {
        return not_applicable();
    }
    let open = statements.iter().filter(|statement| !is_limited(statement));
    let found = open.map(|statement| format!("statement '{}' does not say for which account the service acts", name(statement)));
    none_of(found.collect(), "services act for named accounts")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_cover_what_they_stand_for() {
        for (action, named) in [
            ("iam:PutRolePolicy", "iam:PutRolePolicy"),
            ("iam:*", "iam:PutRolePolicy"),
            ("*", "iam:PassRole"),
            ("IAM:put*Policy", "iam:PutRolePolicy"),
        ] {
            assert!(covers(action, named), "{action} {named}");
        }
        for (action, named) in [
            ("iam:Put", "iam:PutRolePolicy"),
            ("iam:Get*", "iam:PassRole"),
            ("iam:PassRole", "iam:PassRoles"),
            ("iam:*User", "iam:PutRolePolicy"),
        ] {
            assert!(!covers(action, named), "{action} {named}");
        }
    }
}
