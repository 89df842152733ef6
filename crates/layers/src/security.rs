//! Layer 6, security: the baseline of an account in each region, and what keys, buckets and roles everywhere have in common.
//!
//! Invariant: what AWS has once for an account lives in the account's home region, in the scope `account/NAME`; what it has
//! once for a region lives in that region's scope. Both are the platform's: an application cannot weaken them.

mod alerts;
pub mod buckets;
pub mod config_rules;
mod contact;
mod database_events;
mod detection;
pub(crate) mod dns_logs;
mod emergency;
pub mod key_policy;
mod recorder;
pub(crate) mod settings;
mod trail;
pub mod trust;
mod watch;

use strata_aws::kms;
use strata_graph::{Layer, Pseudo};
use strata_spec::Platform;

use crate::builder::{About, Builder, Handle};
use crate::claims::Union;
use crate::foundations::AccountView;
use crate::naming::limit;
use key_policy::KeyPolicy;
pub(crate) use settings::service_role;
use strata_aws::iam::policy_document::Statement;

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
pub(crate) fn lower_region(builder: &mut Builder<'_>, platform: &Platform, account: &AccountView, claims: &Union) {
    builder.layer(Layer::Security);
    let mut policy = KeyPolicy::new()
        .for_logs(&[&builder.naming().path(&[])])
        .for_service("Config", "config.amazonaws.com")
        .for_service("Alarms", "cloudwatch.amazonaws.com")
        .for_service("Events", "events.amazonaws.com")
        .for_service("DatabaseEvents", "events.rds.amazonaws.com");
    if account.is_home() {
        let trail = trail::arn(account);
        policy = policy
            .with(
                Statement::allow("Trail", ["kms:GenerateDataKey*"], ["*"])
                    .for_service("cloudtrail.amazonaws.com")
                    .when("StringEquals", "aws:SourceArn", [trail])
                    // The trail writes for every region; the context may name any of them.
                    .when("StringLike", "kms:EncryptionContext:aws:cloudtrail:arn", [trail::arn_in_any_region(account)]),
            )
            .with(Statement::allow("TrailLooks", ["kms:DescribeKey"], ["*"]).for_service("cloudtrail.amazonaws.com").when(
                "StringEquals",
                "aws:SourceAccount",
                [Pseudo::AccountId],
            ));
    }
    let about = About::new(account.key_path(), "Encrypts the logs, topics and audit data of the account in this region.");
    key(builder, "logs", &format!("Logs, topics and audit data of the account {}", account.name), policy, about);
    buckets::access_logs(builder, account);
    alerts::lower(builder, platform, account);
    database_events::lower(builder, account);
    if account.is_home() {
        // The recorder of this region writes into the bucket; it comes first so that names in the graph read in order.
        buckets::audit(builder, account);
        settings::lower_home(builder, account);
        contact::lower(builder, platform);
        trail::lower(builder, platform, account);
        watch::lower(builder, account);
        emergency::lower(builder, platform, account);
    }
    settings::lower_region(builder, platform, account);
    dns_logs::lower(builder, account);
    recorder::lower(builder, account);
    config_rules::lower(builder, platform, account, claims);
    detection::lower(builder, platform, account, claims);
}
