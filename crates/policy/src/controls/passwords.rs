//! Controls of the account's policy for passwords of IAM users.

use strata_aws::iam::AccountPasswordPolicy;
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, none_of};
use crate::view::View;

/// Characters (CIS AWS 5.0 1.7; PCI DSS 4.0 8.3.6 asks for 12).
const LEAST_LENGTH: i64 = 14;
/// Passwords remembered (CIS AWS 5.0 1.8; PCI DSS 4.0 8.3.7 asks for 4).
const REMEMBERED: i64 = 24;
/// Days (PCI DSS 4.0 8.3.9).
const LONGEST_AGE: i64 = 90;

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "iam-password-age", Security, Medium, Both, ["Strata::IAM::AccountPasswordPolicy"];
        title: "Passwords are changed at least every 90 days",
        why: "A stolen password ends with the next change.",
        repair: "Set MaxPasswordAge to 90 or less.",
        prowler: ["iam_password_policy_expires_passwords_within_90_days_or_less"],
        checkov: ["CKV_AWS_9"],
        config: ["IAM_PASSWORD_POLICY"],
        security_hub: ["IAM.17"],
        in_every_home: age,
    },
    control! {
        "iam-password-complexity", Security, Medium, Both, ["Strata::IAM::AccountPasswordPolicy"];
        title: "Passwords mix letters of both cases, digits and symbols",
        why: "Mixed passwords are not in the lists that guessers use.",
        repair: "Set all four Require switches to true.",
        prowler: [
            "iam_password_policy_lowercase",
            "iam_password_policy_number",
            "iam_password_policy_symbol",
            "iam_password_policy_uppercase",
        ],
        checkov: ["CKV_AWS_11", "CKV_AWS_12", "CKV_AWS_14", "CKV_AWS_15"],
        config: ["IAM_PASSWORD_POLICY"],
        security_hub: ["IAM.11", "IAM.12", "IAM.13", "IAM.14"],
        in_every_home: complexity,
    },
    control! {
        "iam-password-length", Security, Medium, Both, ["Strata::IAM::AccountPasswordPolicy"];
        title: "Passwords have at least 14 characters",
        why: "Each character multiplies the guesser's work.",
        repair: "Set MinimumPasswordLength to 14 or more.",
        prowler: ["iam_password_policy_minimum_length_14"],
        checkov: ["CKV_AWS_10"],
        config: ["IAM_PASSWORD_POLICY"],
        security_hub: ["IAM.15"],
        in_every_home: length,
    },
    control! {
        "iam-password-reuse", Security, Medium, Both, ["Strata::IAM::AccountPasswordPolicy"];
        title: "The last 24 passwords cannot be used again",
        why: "An old password may be known already.",
        repair: "Set PasswordReusePrevention to 24.",
        prowler: ["iam_password_policy_reuse_24"], checkov: ["CKV_AWS_13"], config: ["IAM_PASSWORD_POLICY"], security_hub: ["IAM.16"],
        in_every_home: reuse,
    },
];

fn age(view: &View<'_>, resource: &Resource) -> Answer {
    let policy = view.read::<AccountPasswordPolicy>(resource)?;
    let seen = policy.max_password_age.map_or_else(|| "passwords never expire".to_owned(), |days| format!("passwords last {days} days"));
    check(policy.max_password_age.is_some_and(|days| (1..=LONGEST_AGE).contains(&days)), seen.clone(), seen)
}

fn complexity(view: &View<'_>, resource: &Resource) -> Answer {
    let policy = view.read::<AccountPasswordPolicy>(resource)?;
    let switches = [
        ("RequireLowercaseCharacters", policy.require_lowercase_characters),
        ("RequireNumbers", policy.require_numbers),
        ("RequireSymbols", policy.require_symbols),
        ("RequireUppercaseCharacters", policy.require_uppercase_characters),
    ];
    none_of(switches.iter().filter(|(_, on)| !on).map(|(name, _)| format!("{name} is false")).collect(), "all four kinds are asked for")
}

fn length(view: &View<'_>, resource: &Resource) -> Answer {
    let length = view.read::<AccountPasswordPolicy>(resource)?.minimum_password_length;
    check(length >= LEAST_LENGTH, format!("at least {length} characters"), format!("{length} characters are enough"))
}

fn reuse(view: &View<'_>, resource: &Resource) -> Answer {
    let remembered = view.read::<AccountPasswordPolicy>(resource)?.password_reuse_prevention.unwrap_or(0);
    check(remembered >= REMEMBERED, format!("{remembered} are remembered"), format!("{remembered} are remembered"))
}
