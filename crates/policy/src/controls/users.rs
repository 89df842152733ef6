//! Controls of users of IAM's own: people who get in without single sign-on.

use strata_aws::cloudwatch::Alarm;
use strata_aws::iam::User;
use strata_aws::logs::MetricFilter;
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, none_of, violated};
use crate::view::View;

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "emergency-access-watched", Security, Medium, Both, ["AWS::IAM::User"];
        title: "An alarm rings whenever emergency access is used",
        why: "A way in that is for emergencies is used once a year by its owner, and at any time by a thief.",
        repair: "Give the trail's log group a metric filter for the user's name, and its metric an alarm that tells somebody.",
        prowler: [], checkov: [], config: [], security_hub: [],
        each: watched,
    },
    control! {
        "iam-user-no-access-keys", Security, High, Both, ["AWS::IAM::User"];
        title: "No user of IAM's own has access keys",
        why: "A key does not ask for a second factor, and lies in files where it is found.",
        repair: "Delete the user's access keys; programs take on roles.",
        prowler: [
            "iam_rotate_access_key_90_days",
            "iam_user_accesskey_unused",
            "iam_user_no_setup_initial_access_key",
            "iam_user_two_active_access_key",
        ],
        checkov: [],
        config: ["ACCESS_KEYS_ROTATED"],
        security_hub: ["IAM.3"],
        each: no_access_keys,
    },
    control! {
        "iam-user-rights-by-group", Security, Medium, Both, ["AWS::IAM::User"];
        title: "Users get their rights from groups alone",
        why: "Rights that are given one by one are forgotten one by one.",
        repair: "Take the policies from the user, and put it into a group that has them.",
        prowler: ["iam_policy_attached_only_to_group_or_roles", "iam_user_administrator_access_policy"],
        checkov: ["CKV_AWS_40"],
        config: ["IAM_USER_GROUP_MEMBERSHIP_CHECK", "IAM_USER_NO_POLICIES_CHECK"],
        security_hub: ["IAM.2"],
        each: rights_by_group,
    },
    control! {
        "iam-user-second-factor", Security, High, Live, ["AWS::IAM::User"];
        title: "Who signs in by a password has a second factor, too",
        why: "Passwords are guessed, found and given away.",
        repair: "The person signs in and adds a device under 'My security credentials'.",
        prowler: ["iam_user_mfa_enabled_console_access"],
        checkov: [],
        config: ["MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS"],
        security_hub: ["IAM.5"],
        each: second_factor,
    },
];

/// Whether a pattern of a filter speaks of a user's name: written out, or by its beginning and a star.
fn speaks_of(pattern: &str, user: &str) -> bool {
    pattern.split("$.userIdentity.userName").skip(1).any(|rest| {
        let named = rest.split('"').nth(1).unwrap_or_default();
        named.strip_suffix('*').map_or(named == user, |start| !start.is_empty() && user.starts_with(start))
    })
}

fn watched(view: &View<'_>, resource: &Resource) -> Answer {
    let user = view.read::<User>(resource)?;
    let filters = view.all::<MetricFilter>()?;
    let metrics: Vec<_> = filters
        .iter()
        .filter(|(filter, what)| filter.address.scope() == resource.address.scope() && speaks_of(&what.filter_pattern, &user.user_name))
        .flat_map(|(_, what)| &what.metric_transformations)
        .collect();
    if metrics.is_empty() {
        return violated("no filter on the trail speaks of the user");
    }
    let rings = |alarm: &Alarm| {
        let of_metric = |metric: &&strata_aws::logs::MetricTransformation| {
            alarm.metric_name.as_ref() == Some(&metric.metric_name) && alarm.namespace.as_ref() == Some(&metric.metric_namespace)
        };
        alarm.actions_enabled && !alarm.alarm_actions.is_empty() && metrics.iter().any(of_metric)
    };
    check(
        view.all::<Alarm>()?.iter().any(|(_, alarm)| rings(alarm)),
        "an alarm rings at each use",
        "the filter has no alarm that tells somebody",
    )
}

fn no_access_keys(view: &View<'_>, resource: &Resource) -> Answer {
    let keys = view.read::<User>(resource)?.access_keys.len();
    check(keys == 0, "it has none", format!("it has {keys}"))
}

fn rights_by_group(view: &View<'_>, resource: &Resource) -> Answer {
    let user = view.read::<User>(resource)?;
    let attached = user.managed_policy_arns.iter().map(|arn| format!("it has {arn}"));
    let mut found: Vec<String> =
        attached.chain(user.policy_names.iter().map(|name| format!("it has a policy of its own, {name}"))).collect();
    if user.groups.is_empty() {
        found.push("it is in no group".to_owned());
    }
    none_of(found, format!("its rights are those of {} groups", user.groups.len()))
}

fn second_factor(view: &View<'_>, resource: &Resource) -> Answer {
    let user = view.read::<User>(resource)?;
    match (user.password == Some(true), user.second_factor == Some(true)) {
        (false, _) => check(true, "it has no password", ""),
        (true, factor) => check(factor, "it has a second factor", "it signs in by its password alone"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_speaks_of_whom_it_names() {
        let pattern = "{ ($.userIdentity.type = \"IAMUser\") && ($.userIdentity.userName = \"acme-emergency-*\") }";
        assert!(speaks_of(pattern, "acme-emergency-alice"));
        assert!(!speaks_of(pattern, "acme-other"));
        assert!(speaks_of("{ $.userIdentity.userName = \"alice\" }", "alice"));
        assert!(!speaks_of("{ $.userIdentity.userName = \"alice\" }", "alice-2"));
        assert!(!speaks_of("{ $.userIdentity.userName = \"*\" }", "alice"), "a star alone is everybody, and rings all day");
        assert!(!speaks_of("{ $.userIdentity.type = \"Root\" }", "alice"));
    }
}
