//! Layer 6, security: the baseline of an account in each region, and what every key policy has in common.
//!
//! Invariant: what AWS has once for an account lives in the account's home region, in the scope `account/NAME`; what it has
//! once for a region lives in that region's scope.

pub mod key_policy;
pub mod trust;

use strata_aws::kms;
use strata_graph::Layer;
use strata_spec::Platform;

use crate::builder::{About, Builder, Handle};
use crate::claims::Union;
use crate::foundations::AccountView;
use crate::naming::limit;
use key_policy::KeyPolicy;

/// Days between asking for a key's deletion and its deletion: AWS's longest, so that a mistake can be taken back.
pub(crate) const KEY_PENDING_DAYS: i64 = 30;

/// Adds a key of a scope with its alias `alias/PLATFORM-...-NAME`.
pub fn key(builder: &mut Builder<'_>, name: &str, description: &str, policy: KeyPolicy, about: About) -> Handle {
    let key = kms::Key {
        description: description.to_owned(),
        enable_key_rotation: true,
        key_policy: policy.build(),
        pending_window_in_days: KEY_PENDING_DAYS,
        ..kms::Key::default()
    };
    let handle = builder.add(name, key, about.clone());
    let alias = kms::Alias { alias_name: format!("alias/{}", builder.name(&[name], limit::ALIAS)), target_key_id: handle.output("KeyId") };
    builder.add(name, alias, about.plain());
    handle
}

/// What stands in every region of an account in which it has a network.
pub(crate) fn lower_region(builder: &mut Builder<'_>, _platform: &Platform, account: &AccountView, _claims: &Union) {
    builder.layer(Layer::Security);
    let about = About::new(account.key_path(), "Encrypts the logs, topics and audit data of the account in this region.");
    let policy = KeyPolicy::new().for_logs(&[""]);
    key(builder, "logs", "Logs, topics and audit data of the account", policy, about);
}

/// What an account has once.
pub(crate) fn lower_home(_builder: &mut Builder<'_>, _platform: &Platform, _account: &AccountView) {}
