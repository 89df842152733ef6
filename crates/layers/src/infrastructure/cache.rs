//! Redis on Amazon ElastiCache.
//!
//! Invariants: only TLS; every workload signs in as a user of its own with a token of its role, with the commands of its verb;
//! the user `default`, which the engine demands, can do nothing.

use strata_aws::ec2::SecurityGroup;
use strata_aws::elasticache::{
    AuthenticationMode, CloudWatchLogsDetails, DestinationDetails, LogDeliveryConfiguration, ParameterGroup, ReplicationGroup, SubnetGroup,
    User, UserGroup,
};
use strata_diag::{Diagnostic, codes};
use strata_graph::{Layer, Text};
use strata_spec::sizes::CacheSize;
use strata_spec::{Name, Redis, TargetKind};

use super::{Stores, classification, group_name};
use crate::address_planner::Tier;
use crate::arn::regional_arn;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;
use crate::posture::{Level, Setting};
use crate::uses::flow::REDIS;
use crate::uses::target::{Door, Target};
use crate::uses::{edges, workloads};

const ENGINE: &str = "redis";
/// The version where none is asked for; users that sign in by IAM need 7.0 or later.
const VERSION: &str = "7.1";
/// What a reader may do: every reading command on every key, and those of the connection itself.
const READ: &str = "on ~* -@all +@read +@connection";
/// What a writer may do: every command that is not dangerous to others.
const WRITE: &str = "on ~* &* +@all -@dangerous";
/// Nothing.
const NOTHING: &str = "off -@all";

/// Users that sign in by IAM need Redis 7 (ElastiCache user guide, "Authenticating with IAM", limitations).
pub(super) fn check(context: &Context<'_>, name: &Name, redis: &Redis) -> Result<(), Diagnostic> {
    match &redis.version {
        Some(version) if version.major() < 7 => {
            let message = format!("the cache `{name}` asks for Redis {version}, in which nobody can sign in by a role");
            let place = context.builder.lines().span(&format!("resources.{name}.version"));
            Err(Diagnostic::error(codes::E0318, message).at(place).hint("take version 7.0 or 7.1"))
        }
        _ => Ok(()),
    }
}

pub(super) fn lower(context: &mut Context<'_>, name: &Name, redis: &Redis, key: &Handle, stores: &mut Stores) {
    let key_path = format!("resources.{name}");
    let about = |purpose: String| About::new(key_path.clone(), purpose);
    let id = context.builder.name(&[name.as_str()], limit::CACHE);
    let size = size(context, redis);
    let own = about(format!("The Redis-compatible cache {name}.")).data(name.as_str()).classified(classification(context));
    let own = said(context, &key_path, redis, own);
    let snapshots = redis.backups.map_or_else(
        || context.builder.posture().number(Setting::CacheBackups),
        |backups| u32::try_from(backups.as_days()).unwrap_or(u32::MAX),
    );
    let version = redis.version.as_ref().map_or(VERSION, |version| version.as_str());

    let group = SecurityGroup {
        group_name: group_name(context, name.as_str()),
        group_description: format!("cache {name}"),
        vpc_id: context.network.vpc_id(),
        ..SecurityGroup::default()
    };
    let group = context.builder.add(name.as_str(), group, about(format!("The firewall of the cache {name}.")).in_layer(Layer::Network));
    let subnets = SubnetGroup {
        cache_subnet_group_name: id.clone(),
        description: format!("data subnets for {name}"),
        subnet_ids: context.network.subnet_ids(Tier::Data),
        ..SubnetGroup::default()
    };
    let subnets = context.builder.add(name.as_str(), subnets, about(format!("The subnets, without a way out, in which {name} stands.")));
    let parameters = ParameterGroup {
        cache_parameter_group_name: id.clone(),
        cache_parameter_group_family: format!("redis{}", version.split('.').next().unwrap_or("7")),
        description: format!("settings of {name}"),
        ..ParameterGroup::default()
    };
    let parameters = context.builder.add(name.as_str(), parameters, about(format!("The settings of the cache {name}.")));
    let (users, user_group) = users(context, name);
    let log = crate::observability::named_log_group(
        context,
        &format!("{name}_cache"),
        crate::observability::log_group_name(context, name.as_str()),
        about(format!("The slow and engine logs of the cache {name}.")),
        key,
    );
    let cache = ReplicationGroup {
        replication_group_id: id.clone(),
        replication_group_description: format!("{name} of {} in {}", context.application(), context.environment()),
        engine: ENGINE.to_owned(),
        engine_version: version.to_owned(),
        cache_node_type: size.class.clone(),
        num_cache_clusters: i64::from(size.replicas) + 1,
        automatic_failover_enabled: size.replicas > 0,
        multi_az_enabled: size.multi_zone && size.replicas > 0,
        at_rest_encryption_enabled: true,
        transit_encryption_enabled: true,
        transit_encryption_mode: Some("required".to_owned()),
        kms_key_id: Some(key.arn()),
        cache_subnet_group_name: subnets.output("CacheSubnetGroupName"),
        security_group_ids: vec![group.output("GroupId")],
        // Both by the names that we choose ourselves, so that a cloud without these groups (the emulator) still has a cache.
        cache_parameter_group_name: Some(id.clone().into()),
        user_group_ids: vec![context.builder.name(&[name.as_str()], limit::CACHE).into()],
        snapshot_retention_limit: snapshots.min(35).into(),
        snapshot_window: Some("03:00-04:00".to_owned()),
        preferred_maintenance_window: Some("sun:05:00-sun:06:00".to_owned()),
        auto_minor_version_upgrade: true,
        port: REDIS.into(),
        log_delivery_configurations: ["engine-log", "slow-log"].map(|kind| delivery(kind, &log)).to_vec(),
        ..ReplicationGroup::default()
    };
    let own = own.after(&parameters).after(&user_group);
    let cache = context.builder.add(name.as_str(), cache, own);
    crate::observability::cache_alarms(context, name, &id, size.replicas, &cache);
    let target = target(&id, &cache, &group, &users);
    stores.targets.insert(name.to_string(), target);
}

/// How large it is. A standard that asks for a copy in another zone is heard where the file does not say otherwise.
fn size(context: &Context<'_>, redis: &Redis) -> CacheSize {
    let mut size = redis.effective_size(context.platform);
    if standby(redis).is_none() && context.builder.posture().is_on(Setting::CacheStandby) {
        size.multi_zone = true;
        size.replicas = size.replicas.max(1);
    }
    size
}

/// Whether the file itself says that a copy stands in another zone, and by which key; no replica is no copy.
fn standby(redis: &Redis) -> Option<(bool, &'static str)> {
    redis.multi_zone.map(|said| (said, "multi_zone")).or_else(|| (redis.replicas == Some(0)).then_some((false, "replicas")))
}

/// What the file itself says of the cache's settings, and a word to people where a standard asks for more.
fn said(context: &mut Context<'_>, key_path: &str, redis: &Redis, mut about: About) -> About {
    if let Some(backups) = redis.backups {
        let key = format!("{key_path}.backups");
        let days = u32::try_from(backups.as_days()).unwrap_or(u32::MAX).min(35);
        context.below(Setting::CacheBackups, Level::Number(days), &key);
        about = about.said(Setting::CacheBackups, key);
    }
    match standby(redis) {
        Some((said, key)) => {
            let key = format!("{key_path}.{key}");
            context.below(Setting::CacheStandby, Level::On(said), &key);
            about.said(Setting::CacheStandby, key)
        }
        None if redis.size.is_some() && !context.builder.posture().is_on(Setting::CacheStandby) => {
            about.said(Setting::CacheStandby, format!("{key_path}.size"))
        }
        None => about,
    }
}

fn delivery(kind: &str, log: &Handle) -> LogDeliveryConfiguration {
    LogDeliveryConfiguration {
        destination_type: "cloudwatch-logs".to_owned(),
        destination_details: DestinationDetails {
            cloud_watch_logs_details: CloudWatchLogsDetails { log_group: log.output("LogGroupName") },
        },
        log_format: "json".to_owned(),
        log_type: kind.to_owned(),
    }
}

/// A user of the cache for a workload.
struct CacheUser {
    workload: String,
    id: String,
    handle: Handle,
}

/// One user for each workload that uses the cache, the powerless `default`, and the group of all.
fn users(context: &mut Context<'_>, name: &Name) -> (Vec<CacheUser>, Handle) {
    let resolved = context.resolved;
    let mut users = Vec::new();
    for workload in workloads(resolved) {
        let Some(edge) = edges(resolved, &workload).into_iter().find(|edge| edge.to == name) else {
            continue;
        };
        let id = context.builder.name(&[name.as_str(), workload.name.as_str()], limit::CACHE);
        let user = User {
            user_id: id.clone(),
            user_name: id.clone(),
            engine: ENGINE.to_owned(),
            access_string: if edge.changes() { WRITE } else { READ }.to_owned(),
            authentication_mode: AuthenticationMode { kind: "iam".to_owned() },
            ..User::default()
        };
        let about = About::new(edge.key.clone(), format!("{} signs in to {name} as this user, with a token of its role.", workload.name));
        let handle = context.builder.add(&format!("{name}-{}", workload.name), user, about);
        users.push(CacheUser { workload: workload.name.to_string(), id, handle });
    }
    let key_path = format!("resources.{name}");
    let nobody = User {
        user_id: context.builder.name(&[name.as_str(), "default"], limit::CACHE),
        user_name: "default".to_owned(),
        engine: ENGINE.to_owned(),
        access_string: NOTHING.to_owned(),
        authentication_mode: AuthenticationMode { kind: "no-password-required".to_owned() },
        ..User::default()
    };
    let nobody = context.builder.add(
        &format!("{name}_default"),
        nobody,
        About::new(
            key_path.clone(),
            format!("Takes the place of the user `default` of {name}, which the engine demands, and can do nothing."),
        ),
    );
    let group = UserGroup {
        user_group_id: context.builder.name(&[name.as_str()], limit::CACHE),
        engine: ENGINE.to_owned(),
        user_ids: std::iter::once(&nobody).chain(users.iter().map(|user| &user.handle)).map(|user| user.output("UserId")).collect(),
        ..UserGroup::default()
    };
    let group = context.builder.add(name.as_str(), group, About::new(key_path, format!("Everyone who may sign in to {name}.")));
    (users, group)
}

fn target(id: &str, cache: &Handle, group: &Handle, users: &[CacheUser]) -> Target {
    let host = cache.output("PrimaryEndPoint.Address");
    let port = Text::from(REDIS.to_string());
    let url = Text::join(["rediss://".into(), host.clone(), ":".into(), port.clone()]);
    let door = Door::Group { group: group.clone(), ports: vec![REDIS] };
    let mut target = Target::new(TargetKind::Redis, door)
        .output("url", url)
        .output("host", host)
        .output("port", port)
        .output("group", cache.output("ReplicationGroupId"))
        .made_of(cache);
    // AWS wants both: the cache that is connected to and the user that connects (ElastiCache user guide, "Authenticating with IAM").
    let cache_arn = regional_arn("elasticache", &format!("replicationgroup:{id}"));
    for user in users {
        target.users.insert(user.workload.clone(), vec![cache_arn.clone(), user.handle.arn()]);
        target.user_names.insert(user.workload.clone(), user.id.clone());
    }
    target
}
