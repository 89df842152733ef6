//! Controls of the root user: the one identity that no policy binds. They are judged live only: nothing that is made decides them.

use strata_aws::iam::RootUser;
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, undecidable};
use crate::view::View;

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "root-no-access-keys", Security, Critical, Live, ["Strata::IAM::RootUser"];
        title: "The root user has no access keys",
        why: "Who finds such a key owns the account, and nothing can take from it what it may do.",
        repair: "Sign in as the root user and delete its access keys under 'My security credentials'.",
        prowler: ["iam_no_root_access_key"],
        checkov: [],
        config: ["IAM_ROOT_ACCESS_KEY_CHECK"],
        security_hub: ["IAM.4"],
        in_every_home: no_access_keys,
    },
    control! {
        "root-second-factor", Security, Critical, Live, ["Strata::IAM::RootUser"];
        title: "The root user signs in with a second factor",
        why: "A password alone is guessed, found or given away; behind this one lies the whole account.",
        repair: "Sign in as the root user and assign it a security key under 'My security credentials'.",
        prowler: ["iam_root_mfa_enabled"],
        checkov: [],
        config: ["ROOT_ACCOUNT_MFA_ENABLED"],
        security_hub: ["IAM.9"],
        in_every_home: second_factor,
    },
];

fn no_access_keys(view: &View<'_>, resource: &Resource) -> Answer {
    match view.read::<RootUser>(resource)?.access_keys {
        Some(keys) => check(keys == 0, "it has none", "it has access keys"),
        None => undecidable("nobody says whether it has access keys"),
    }
}

fn second_factor(view: &View<'_>, resource: &Resource) -> Answer {
    match view.read::<RootUser>(resource)?.second_factor {
        Some(enabled) => check(enabled, "it has one", "it signs in by its password alone"),
        None => undecidable("nobody says whether it has a second factor"),
    }
}
