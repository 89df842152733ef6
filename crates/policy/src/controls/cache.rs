//! Controls of in-memory stores: Amazon ElastiCache.

use strata_aws::elasticache::{ReplicationGroup, SubnetGroup, User, UserGroup};
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, none_of, undecidable, violated};
use crate::view::{View, is_set};

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "elasticache-authenticated", Infrastructure, High, Both, ["AWS::ElastiCache::ReplicationGroup"];
        title: "A cache knows who speaks to it",
        why: "A cache without users answers everybody who reaches its port.",
        repair: "Give the cache a user group in which the user 'default' may do nothing and others sign in by IAM.",
        prowler: ["elasticache_redis_replication_group_auth_enabled"],
        checkov: ["CKV_AWS_31"],
        config: ["ELASTICACHE_REPL_GRP_REDIS_AUTH_ENABLED"],
        security_hub: ["ElastiCache.6"],
        each: authenticated,
    },
    control! {
        "elasticache-backed-up", Infrastructure, Low, Both, ["AWS::ElastiCache::ReplicationGroup"];
        title: "A cache has a snapshot of each day",
        why: "Sessions and queues in a cache are lost with it where there is no snapshot.",
        repair: "Set SnapshotRetentionLimit to 1 or more.",
        prowler: ["elasticache_redis_cluster_backup_enabled"],
        checkov: [],
        config: ["ELASTICACHE_REDIS_CLUSTER_AUTOMATIC_BACKUP_CHECK"],
        security_hub: ["ElastiCache.1"],
        each: backed_up,
    },
    control! {
        "elasticache-encrypted-at-rest", Infrastructure, High, Both, ["AWS::ElastiCache::ReplicationGroup"];
        title: "What a cache stores is encrypted with a key of our own",
        why: "Caches hold sessions and personal data like any database, and write them to disk in snapshots.",
        repair: "Set AtRestEncryptionEnabled to true and KmsKeyId to a key of the environment.",
        prowler: ["elasticache_redis_cluster_rest_encryption_enabled"],
        checkov: ["CKV_AWS_29", "CKV_AWS_191"],
        config: ["ELASTICACHE_REPL_GRP_ENCRYPTED_AT_REST"],
        security_hub: ["ElastiCache.4"],
        each: at_rest,
    },
    control! {
        "elasticache-encrypted-in-transit", Infrastructure, High, Both, ["AWS::ElastiCache::ReplicationGroup"];
        title: "A cache refuses connections without TLS",
        why: "Sessions and tokens sent in clear can be read and used by others.",
        repair: "Set TransitEncryptionEnabled to true and TransitEncryptionMode, where it is set, to required.",
        prowler: ["elasticache_redis_cluster_in_transit_encryption_enabled"],
        checkov: ["CKV_AWS_30"],
        config: ["ELASTICACHE_REPL_GRP_ENCRYPTED_IN_TRANSIT"],
        security_hub: ["ElastiCache.5"],
        each: in_transit,
    },
    control! {
        "elasticache-in-data-subnets", Network, High, Both, ["AWS::ElastiCache::SubnetGroup"];
        title: "Caches live in subnets without a way to the internet",
        why: "A subnet with an internet gateway's route is one changed rule away from the internet.",
        repair: "List only the network's data subnets in the subnet group.",
        prowler: ["elasticache_cluster_uses_public_subnet"],
        checkov: [],
        config: [],
        security_hub: [],
        each: in_data_subnets,
    },
    control! {
        "elasticache-logged", Infrastructure, Low, Both, ["AWS::ElastiCache::ReplicationGroup"];
        title: "A cache's own logs leave the machine",
        why: "Who connected and what was slow is known to the cache alone otherwise, and forgotten with it.",
        repair: "Deliver engine-log and slow-log to a log group.",
        prowler: [], checkov: [], config: [], security_hub: [],
        each: logged,
    },
    control! {
        "elasticache-minor-upgrades", Infrastructure, Medium, Both, ["AWS::ElastiCache::ReplicationGroup"];
        title: "A cache takes its engine's minor versions by itself",
        why: "Minor versions carry the security fixes.",
        repair: "Set AutoMinorVersionUpgrade to true.",
        prowler: ["elasticache_redis_cluster_auto_minor_version_upgrades"],
        checkov: [],
        config: ["ELASTICACHE_AUTO_MINOR_VERSION_UPGRADE_CHECK"],
        security_hub: ["ElastiCache.2"],
        each: minor_upgrades,
    },
];

fn authenticated(view: &View<'_>, resource: &Resource) -> Answer {
    let cache = view.read::<ReplicationGroup>(resource)?;
    if cache.user_group_ids.is_empty() {
        return violated("it has no user group");
    }
    let mut open = Vec::new();
    for text in &cache.user_group_ids {
        let Some(group) = view.resolve::<UserGroup>(text) else {
            return undecidable(format!("the user group {text} is not in this graph"));
        };
        for text in &view.read::<UserGroup>(group)?.user_ids {
            let Some(user) = view.resolve::<User>(text) else {
                return undecidable(format!("the user {text} is not in this graph"));
            };
            let user = view.read::<User>(user)?;
            // The engine's own switch: `off` refuses every sign-in, whatever else the user may do.
            let is_off = user.access_string.split_whitespace().next() == Some("off");
            if user.authentication_mode.kind == "no-password-required" && !is_off {
                open.push(format!("the user '{}' needs no password", user.user_name));
            }
        }
    }
    none_of(open, "every user that may sign in proves who it is")
}

fn at_rest(view: &View<'_>, resource: &Resource) -> Answer {
    let cache = view.read::<ReplicationGroup>(resource)?;
    if !cache.at_rest_encryption_enabled {
        return violated("AtRestEncryptionEnabled is false");
    }
    check(is_set(cache.kms_key_id.as_ref()), "encrypted with a key of ours", "encrypted with AWS's own key, not one of ours")
}

fn in_transit(view: &View<'_>, resource: &Resource) -> Answer {
    let cache = view.read::<ReplicationGroup>(resource)?;
    if !cache.transit_encryption_enabled {
        return violated("TransitEncryptionEnabled is false");
    }
    check(
        cache.transit_encryption_mode.as_deref().is_none_or(|mode| mode == "required"),
        "TLS is required",
        "TransitEncryptionMode lets connections without TLS in",
    )
}

fn in_data_subnets(view: &View<'_>, resource: &Resource) -> Answer {
    let group = view.read::<SubnetGroup>(resource)?;
    if group.subnet_ids.is_empty() {
        return undecidable("the subnet group lists no subnet");
    }
    let public = view.topology()?.public_among(view, &group.subnet_ids)?;
    none_of(public.into_iter().map(|subnet| format!("{subnet} is public")).collect(), "no subnet has a route to an internet gateway")
}

fn minor_upgrades(view: &View<'_>, resource: &Resource) -> Answer {
    let cache = view.read::<ReplicationGroup>(resource)?;
    check(cache.auto_minor_version_upgrade, "minor versions are taken", "minor versions are not taken by themselves")
}

fn backed_up(view: &View<'_>, resource: &Resource) -> Answer {
    let days = view.read::<ReplicationGroup>(resource)?.snapshot_retention_limit;
    check(days >= 1, format!("snapshots are kept for {days} days"), "no snapshot is made")
}

fn logged(view: &View<'_>, resource: &Resource) -> Answer {
    let cache = view.read::<ReplicationGroup>(resource)?;
    let delivered =
        |kind: &str| cache.log_delivery_configurations.iter().any(|log| log.log_type == kind && log.destination_type == "cloudwatch-logs");
    let missing = ["engine-log", "slow-log"].into_iter().filter(|kind| !delivered(kind));
    none_of(missing.map(|kind| format!("{kind} is not delivered")).collect(), "both logs are delivered")
}
