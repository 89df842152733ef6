//! PostgreSQL on Amazon RDS.
//!
//! Invariants: connections without TLS are refused by the server; the owner's password is made, kept and rotated by AWS and never passes through us;
//! instances stand in the data subnets, encrypted, protected against deletion, with their logs in groups of ours.

use std::collections::BTreeMap;

use strata_aws::ec2::SecurityGroup;
use strata_aws::iam::Statement;
use strata_aws::rds::{DbInstance, DbParameterGroup, DbSubnetGroup, MasterUserSecret};
use strata_graph::{Layer, Pseudo, Text};
use strata_spec::sizes::DatabaseSize;
use strata_spec::{Name, Postgres, TargetKind};

use super::access::{Trust, role};
use super::{Stores, classification, group_name};
use crate::address_planner::Tier;
use crate::arn::regional_arn;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;
use crate::observability::database_alarms;
use crate::posture::{Level, Setting};
use crate::uses::flow::POSTGRES;
use crate::uses::target::{Door, Target};
use crate::uses::{edges, workloads};

/// The owner of the database: who migrates it. Readers have users of their own.
const OWNER: &str = "app_owner";
/// The version where none is asked for.
const VERSION: &str = "17";
/// The logs that go to CloudWatch.
const LOGS: &[&str] = &["postgresql", "upgrade"];
/// Gibibytes that RDS grows to at most.
const MOST_STORAGE: u64 = 65_536;
/// Backups, then upgrades: at night in UTC, one after the other.
const BACKUP_WINDOW: &str = "03:00-04:00";
const MAINTENANCE_WINDOW: &str = "sun:05:00-sun:06:00";
/// The certificate authority that clients check (RDS user guide, "Using SSL/TLS to encrypt a connection").
const AUTHORITY: &str = "rds-ca-rsa2048-g1";

/// The identifier of a database, known before it stands.
pub(super) fn identifier(context: &Context<'_>, name: &str) -> String {
    context.builder.name(&[name], limit::DATABASE)
}

/// The names of a database's users, as SQL takes them without quotes.
fn sql_name(name: &str) -> String {
    name.replace('-', "_")
}

pub(super) fn lower(context: &mut Context<'_>, name: &Name, postgres: &Postgres, key: &Handle, stores: &mut Stores) {
    let key_path = format!("resources.{name}");
    let about = |purpose: String| About::new(key_path.clone(), purpose);
    let id = identifier(context, name.as_str());
    let version = postgres.version.as_ref().map_or(VERSION, |version| version.as_str());
    let major = version.split('.').next().unwrap_or(version);
    let size = postgres.effective_size(context.platform);

    let group = SecurityGroup {
        group_name: group_name(context, name.as_str()),
        group_description: format!("database {name}"),
        vpc_id: context.network.vpc_id(),
        ..SecurityGroup::default()
    };
    let group = context.builder.add(name.as_str(), group, about(format!("The firewall of the database {name}.")).in_layer(Layer::Network));
    let subnets = DbSubnetGroup {
        db_subnet_group_name: id.clone(),
        db_subnet_group_description: format!("data subnets for {name}"),
        subnet_ids: context.network.subnet_ids(Tier::Data),
        ..DbSubnetGroup::default()
    };
    let subnets = context.builder.add(name.as_str(), subnets, about(format!("The subnets, without a way out, in which {name} stands.")));
    let parameters = DbParameterGroup {
        db_parameter_group_name: context.builder.name(&[name.as_str(), &format!("pg{major}")], limit::DATABASE),
        family: format!("postgres{major}"),
        description: format!("TLS only and audit logging for {name}"),
        parameters: parameters(),
        ..DbParameterGroup::default()
    };
    let parameters = context.builder.add(
        name.as_str(),
        parameters,
        about(format!("Refuses connections to {name} without TLS, and logs who connects and what is changed.")),
    );
    let own = about(format!("The PostgreSQL database {name}."))
        .data(name.as_str())
        .classified(classification(context))
        .tag(super::backup::TAG, super::backup::tag_value(context));
    let monitoring = monitoring(context, &key_path);
    let (standby, own) = standby(context, &key_path, postgres, &size, own);
    let (backups, own) = backups(context, &key_path, postgres, own);
    let logs = log_groups(context, name, &id, key);

    let instance = DbInstance {
        db_instance_identifier: id.clone(),
        engine: Some("postgres".to_owned()),
        engine_version: Some(version.to_owned()),
        db_instance_class: size.class.clone(),
        allocated_storage: Some(size.storage_gib.to_string()),
        max_allocated_storage: i64::try_from((size.storage_gib * 4).min(MOST_STORAGE)).ok(),
        storage_type: Some("gp3".to_owned()),
        db_name: Some(database_name(context, name)),
        master_username: Some(OWNER.to_owned()),
        manage_master_user_password: Some(true),
        master_user_secret: Some(MasterUserSecret { kms_key_id: key.arn() }),
        db_subnet_group_name: Some(subnets.output("DBSubnetGroupName")),
        multi_az: Some(standby),
        backup_retention_period: Some(backups),
        preferred_backup_window: Some(BACKUP_WINDOW.to_owned()),
        port: Some(POSTGRES.to_string()),
        ..common(&group, &parameters, &monitoring, key)
    };
    let mut own = own;
    for log in &logs {
        own = own.after(log);
    }
    let instance = context.builder.add(name.as_str(), instance, own);
    let replicas = replicas(context, name, &size.class, size.replicas, &instance, &group, &parameters, &monitoring, key);
    database_alarms(context, &key_path, name.as_str(), &instance, size.storage_gib, &size.class);
    for (number, replica) in (1..).zip(&replicas) {
        let (key_path, name) = (format!("{key_path}.replicas"), format!("{name}-replica-{number}"));
        database_alarms(context, &key_path, &name, replica, size.storage_gib, &size.class);
    }
    stores.backed_up.push(instance.clone());
    let target = target(context, name, &instance, &replicas, &group, key);
    stores.targets.insert(name.to_string(), target);
}

/// What an instance and its replicas have in common.
fn common(group: &Handle, parameters: &Handle, monitoring: &Monitoring, key: &Handle) -> DbInstance {
    DbInstance {
        storage_encrypted: true,
        kms_key_id: Some(key.arn()),
        vpc_security_groups: vec![group.output("GroupId")],
        db_parameter_group_name: Some(parameters.output("DBParameterGroupName")),
        publicly_accessible: false,
        preferred_maintenance_window: Some(MAINTENANCE_WINDOW.to_owned()),
        deletion_protection: true,
        auto_minor_version_upgrade: true,
        copy_tags_to_snapshot: true,
        enable_iam_database_authentication: true,
        enable_performance_insights: true,
        performance_insights_kms_key_id: Some(key.arn()),
        performance_insights_retention_period: Some(7),
        enable_cloudwatch_logs_exports: LOGS.iter().map(|log| (*log).to_owned()).collect(),
        monitoring_interval: Some(monitoring.interval),
        monitoring_role_arn: monitoring.role.as_ref().map(Handle::arn),
        ca_certificate_identifier: Some(AUTHORITY.to_owned()),
        ..DbInstance::default()
    }
}

#[allow(clippy::too_many_arguments)]
fn replicas(
    context: &mut Context<'_>,
    name: &Name,
    class: &str,
    count: u32,
    instance: &Handle,
    group: &Handle,
    parameters: &Handle,
    monitoring: &Monitoring,
    key: &Handle,
) -> Vec<Handle> {
    (1..=count)
        .map(|number| {
            let replica_name = format!("{name}-replica-{number}");
            let id = identifier(context, &replica_name);
            let logs = log_groups_of(context, &replica_name, &id, &format!("resources.{name}.replicas"), key);
            let replica = DbInstance {
                db_instance_identifier: id,
                db_instance_class: class.to_owned(),
                source_db_instance_identifier: Some(instance.output("DBInstanceIdentifier")),
                // A copy in the same region has its source's key, and RDS refuses to be told.
                kms_key_id: None,
                ..common(group, parameters, monitoring, key)
            };
            let mut about = About::new(format!("resources.{name}.replicas"), format!("A copy of the database {name} for reading."))
                .data(name.as_str())
                .classified(classification(context));
            for log in &logs {
                about = about.after(log);
            }
            context.builder.add(&replica_name, replica, about)
        })
        .collect()
}

/// TLS only (PCI DSS 4.0 4.2.1), and a log of connections and of every change of structure (PCI DSS 4.0 10.2).
fn parameters() -> BTreeMap<String, String> {
    [
        ("log_connections", "1"),
        ("log_disconnections", "1"),
        ("log_min_duration_statement", "1000"),
        ("log_statement", "ddl"),
        ("rds.force_ssl", "1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// Days that backups are kept: what the file says, else what the standards ask for; RDS keeps 35 at most.
fn backups(context: &mut Context<'_>, key_path: &str, postgres: &Postgres, about: About) -> (i64, About) {
    let key = format!("{key_path}.backups");
    match postgres.backups.map(|backups| u32::try_from(backups.as_days()).unwrap_or(u32::MAX).clamp(1, 35)) {
        Some(days) => {
            context.below(Setting::DatabaseBackups, Level::Number(days), &key);
            (days.into(), about.said(Setting::DatabaseBackups, key))
        }
        None => (context.builder.posture().number(Setting::DatabaseBackups).clamp(1, 35).into(), about),
    }
}

/// Whether a standby stands in another zone: what the file says of this database, else what a standard asks for or the size means.
fn standby(context: &mut Context<'_>, key_path: &str, postgres: &Postgres, size: &DatabaseSize, about: About) -> (bool, About) {
    let key = format!("{key_path}.multi_zone");
    match postgres.multi_zone {
        Some(said) => {
            context.below(Setting::DatabaseStandby, Level::On(said), &key);
            (said, about.said(Setting::DatabaseStandby, key))
        }
        None if context.builder.posture().is_on(Setting::DatabaseStandby) => (true, about),
        None if postgres.size.is_some() => (size.multi_zone, about.said(Setting::DatabaseStandby, format!("{key_path}.size"))),
        None => (size.multi_zone, about),
    }
}

/// How the system below a database is measured.
struct Monitoring {
    /// Seconds between two looks; 0 is never.
    interval: i64,
    /// The role by which RDS writes what it saw.
    role: Option<Handle>,
}

fn monitoring(context: &mut Context<'_>, key_path: &str) -> Monitoring {
    let interval = i64::from(context.builder.posture().number(Setting::DatabaseMonitoring));
    Monitoring { interval, role: (interval > 0).then(|| monitoring_role(context, key_path)) }
}

fn database_name(context: &Context<'_>, name: &Name) -> String {
    let mut text = sql_name(&format!("{}_{name}", context.application()));
    text.truncate(63);
    text
}

fn log_groups(context: &mut Context<'_>, name: &Name, id: &str, key: &Handle) -> Vec<Handle> {
    log_groups_of(context, name.as_str(), id, &format!("resources.{name}"), key)
}

/// RDS would make these groups itself, without a key and without an end: ours stand first.
fn log_groups_of(context: &mut Context<'_>, name: &str, id: &str, key_path: &str, key: &Handle) -> Vec<Handle> {
    LOGS.iter()
        .map(|log| {
            let purpose = format!("The {log} log of the database {name}.");
            crate::observability::named_log_group(
                context,
                &format!("{name}_{log}"),
                format!("/aws/rds/instance/{id}/{log}"),
                About::new(key_path, purpose),
                key,
            )
        })
        .collect()
}

/// The role by which RDS writes what it measures in the system below the database; one for the environment.
fn monitoring_role(context: &mut Context<'_>, key_path: &str) -> Handle {
    const NAME: &str = "database_monitoring";
    if context.builder.has::<strata_aws::iam::Role>(NAME) {
        let role = context.builder.handle::<strata_aws::iam::Role>(NAME);
        context.builder.add_origin(&role, key_path);
        return role;
    }
    // The log group is RDS's own and one for the account; its name is fixed (RDS user guide, "Setting up Enhanced Monitoring").
    let statements = vec![
        Statement::allow(
            "OwnGroup",
            ["logs:CreateLogGroup", "logs:PutRetentionPolicy"],
            [regional_arn("logs", "log-group:RDSOSMetrics:*")],
        ),
        Statement::allow(
            "OwnStreams",
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents"],
            [regional_arn("logs", "log-group:RDSOSMetrics:log-stream:*")],
        ),
    ];
    let (role, _) = role(
        context,
        NAME,
        &Trust::Service("monitoring.rds.amazonaws.com"),
        "Writes the system metrics of databases",
        statements,
        About::new(key_path, "Lets RDS write what it measures in the system below the databases."),
    );
    role
}

fn target(context: &Context<'_>, name: &Name, instance: &Handle, replicas: &[Handle], group: &Handle, key: &Handle) -> Target {
    let host = instance.output("Endpoint.Address");
    let port = Text::from(POSTGRES.to_string());
    let database = Text::from(database_name(context, name));
    let url = Text::join([
        "postgresql://".into(),
        host.clone(),
        ":".into(),
        port.clone(),
        "/".into(),
        database.clone(),
        "?sslmode=require".into(),
    ]);
    let door = Door::Group { group: group.clone(), ports: vec![POSTGRES] };
    let mut target = Target::new(TargetKind::Postgres, door)
        .output("url", url)
        .output("host", host)
        .output("port", port)
        .output("name", database)
        .output("user", OWNER)
        .made_of(instance);
    if !replicas.is_empty() {
        let mut parts = Vec::new();
        for (index, replica) in replicas.iter().enumerate() {
            if index > 0 {
                parts.push(",".into());
            }
            parts.push(replica.output("Endpoint.Address"));
            target.resources.push(replica.clone());
        }
        target = target.output("replica_hosts", Text::join(parts));
    }
    target.key = Some(key.arn());
    target.password = Some((instance.output("MasterUserSecret.SecretArn"), "password"));
    for workload in workloads(context.resolved) {
        if edges(context.resolved, &workload).iter().any(|edge| edge.to == name) {
            let user = sql_name(workload.name.as_str());
            let arns = std::iter::once(instance).chain(replicas).map(|of| user_arn(of, &user)).collect();
            target.users.insert(workload.name.to_string(), arns);
            target.user_names.insert(workload.name.to_string(), user);
        }
    }
    target
}

/// A database user as IAM names it (RDS user guide, "Creating and using an IAM policy for IAM database access").
fn user_arn(instance: &Handle, user: &str) -> Text {
    Text::join([
        "arn:".into(),
        Pseudo::Partition.into(),
        ":rds-db:".into(),
        Pseudo::Region.into(),
        ":".into(),
        Pseudo::AccountId.into(),
        ":dbuser:".into(),
        instance.output("DbiResourceId"),
        format!("/{user}").into(),
    ])
}
