//! Controls of relational databases: Amazon RDS.

use strata_aws::rds::{DbInstance, DbParameterGroup, DbSubnetGroup};
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, met, none_of, not_applicable, undecidable, violated};
use crate::view::{View, is_set};

/// Names that every attacker tries first.
const WELL_KNOWN_USERS: [&str; 8] = ["admin", "administrator", "master", "mysql", "postgres", "root", "sa", "user"];
/// Days. The least that CIS, PCI DSS and AWS's own checks take for a backup policy.
const LEAST_BACKUP_DAYS: i64 = 7;

/// The authorities that Amazon RDS signs with since 2024 ("Using SSL/TLS to encrypt a connection to a DB instance"); they end in 2061 and 2121.
const AUTHORITIES: [&str; 3] = ["rds-ca-ecc384-g1", "rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1"];
/// The major versions of PostgreSQL in RDS's standard support ("Release calendars for Amazon RDS for PostgreSQL", November 2026).
const POSTGRES_VERSIONS: std::ops::RangeInclusive<u32> = 14..=18;

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "rds-backed-up", Infrastructure, High, Both, ["AWS::RDS::DBInstance"];
        title: "A database can be restored to any moment of the last seven days",
        why: "What is deleted or encrypted by an intruder is lost where there is no backup.",
        repair: "Set `backups` of the database to 7d or more.",
        prowler: ["rds_instance_backup_enabled"],
        checkov: ["CKV_AWS_133"],
        config: ["DB_INSTANCE_BACKUP_ENABLED"],
        security_hub: ["RDS.11"],
        each: backed_up,
    },
    control! {
        "rds-certificate-current", Infrastructure, Medium, Both, ["AWS::RDS::DBInstance"];
        title: "A database shows a certificate of an authority that is still valid",
        why: "When the authority expires, clients that check certificates are locked out, and those that do not are found out.",
        repair: "Set CACertificateIdentifier to rds-ca-rsa2048-g1, rds-ca-rsa4096-g1 or rds-ca-ecc384-g1.",
        prowler: ["rds_instance_certificate_expiration"], checkov: ["CKV_AWS_211"], config: [], security_hub: [],
        each: certificate_current,
    },
    control! {
        "rds-copies-tags", Infrastructure, Low, Both, ["AWS::RDS::DBInstance"];
        title: "Snapshots carry the tags of their database",
        why: "A snapshot without owner and classification is found by nobody and kept for ever.",
        repair: "Set CopyTagsToSnapshot to true.",
        prowler: ["rds_instance_copy_tags_to_snapshots"],
        checkov: ["CKV2_AWS_60"],
        config: [],
        security_hub: ["RDS.17"],
        each: copies_tags,
    },
    control! {
        "rds-default-user-renamed", Infrastructure, Medium, Both, ["AWS::RDS::DBInstance"];
        title: "The database's first user has a name of its own",
        why: "A vendor's default name is half of what a guesser needs.",
        repair: "Give MasterUsername a name that no product ships with.",
        prowler: ["rds_instance_default_admin"], checkov: [], config: ["RDS_INSTANCE_DEFAULT_ADMIN_CHECK"], security_hub: ["RDS.25"],
        each: default_user_renamed,
    },
    control! {
        "rds-deletion-protected", Infrastructure, Medium, Both, ["AWS::RDS::DBInstance"];
        title: "A database cannot be deleted by one call",
        why: "Deletion needs two deliberate steps, so neither a slip nor a stolen session ends the data.",
        repair: "Set DeletionProtection to true.",
        prowler: ["rds_instance_deletion_protection"],
        checkov: ["CKV_AWS_293"],
        config: ["RDS_INSTANCE_DELETION_PROTECTION_ENABLED"],
        security_hub: ["RDS.8"],
        each: deletion_protected,
    },
    control! {
        "rds-encrypted", Infrastructure, High, Both, ["AWS::RDS::DBInstance"];
        title: "A database's storage, snapshots and replicas are encrypted with a key of our own",
        why: "Encryption at creation covers every copy that is ever made of it.",
        repair: "Set StorageEncrypted to true and KmsKeyId to a key of the environment.",
        prowler: ["rds_instance_storage_encrypted"], checkov: ["CKV_AWS_16"], config: ["RDS_STORAGE_ENCRYPTED"], security_hub: ["RDS.3"],
        each: encrypted,
    },
    control! {
        "rds-enhanced-monitoring", Observability, Low, Both, ["AWS::RDS::DBInstance"];
        title: "The database's operating system is measured at least each minute",
        why: "A process that does not belong there shows in the processes' numbers first.",
        repair: "Set MonitoringInterval to 60 or less, with its role.",
        prowler: ["rds_instance_enhanced_monitoring_enabled"],
        checkov: ["CKV_AWS_118"],
        config: ["RDS_ENHANCED_MONITORING_ENABLED"],
        security_hub: ["RDS.6"],
        each: enhanced_monitoring,
    },
    control! {
        "rds-iam-authentication", Infrastructure, Medium, Both, ["AWS::RDS::DBInstance"];
        title: "Database users can sign in by IAM instead of by password",
        why: "A token lives fifteen minutes and is given by role; a password is shared and stays.",
        repair: "Set EnableIAMDatabaseAuthentication to true.",
        prowler: ["rds_instance_iam_authentication_enabled"],
        checkov: ["CKV_AWS_161"],
        config: ["RDS_INSTANCE_IAM_AUTHENTICATION_ENABLED"],
        security_hub: ["RDS.10"],
        each: iam_authentication,
    },
    control! {
        "rds-in-data-subnets", Network, High, Both, ["AWS::RDS::DBSubnetGroup"];
        title: "Databases live in subnets without a way to the internet",
        why: "A subnet with an internet gateway's route is one changed rule away from the internet.",
        repair: "List only the network's data subnets in the subnet group.",
        prowler: ["rds_instance_inside_vpc"], checkov: [], config: ["RDS_INSTANCE_SUBNET_IGW_CHECK"], security_hub: ["RDS.46"],
        each: in_data_subnets,
    },
    control! {
        "rds-logs-exported", Observability, Medium, Both, ["AWS::RDS::DBInstance"];
        title: "The database's own logs leave the machine",
        why: "Logs on the instance rotate away and go with it.",
        repair: "List the engine's logs in EnableCloudwatchLogsExports.",
        prowler: ["rds_instance_integration_cloudwatch_logs"],
        checkov: ["CKV_AWS_129"],
        config: ["RDS_LOGGING_ENABLED"],
        security_hub: ["RDS.9"],
        each: logs_exported,
    },
    control! {
        "rds-minor-upgrades", Infrastructure, Medium, Both, ["AWS::RDS::DBInstance"];
        title: "A database takes its engine's minor versions by itself",
        why: "Minor versions carry the security fixes.",
        repair: "Set AutoMinorVersionUpgrade to true.",
        prowler: ["rds_instance_minor_version_upgrade_enabled"],
        checkov: ["CKV_AWS_226"],
        config: ["RDS_AUTOMATIC_MINOR_VERSION_UPGRADE_ENABLED"],
        security_hub: ["RDS.13"],
        each: minor_upgrades,
    },
    control! {
        "rds-multi-zone", Infrastructure, Medium, Both, ["AWS::RDS::DBInstance"];
        title: "A database has a standby in another availability zone",
        why: "One zone's outage, or one failed machine, stops the database otherwise.",
        repair: "Choose a size with `multi_zone: true`, or set MultiAZ to true.",
        prowler: ["rds_instance_multi_az"], checkov: ["CKV_AWS_157"], config: ["RDS_MULTI_AZ_SUPPORT"], security_hub: ["RDS.5"],
        each: multi_zone,
    },
    control! {
        "rds-not-public", Infrastructure, Critical, Both, ["AWS::RDS::DBInstance"];
        title: "A database has no public address",
        why: "What has a public address is found and tried within minutes.",
        repair: "Set PubliclyAccessible to false.",
        prowler: ["rds_instance_no_public_access"],
        checkov: ["CKV_AWS_17"],
        config: ["RDS_INSTANCE_PUBLIC_ACCESS_CHECK"],
        security_hub: ["RDS.2"],
        each: not_public,
    },
    control! {
        "rds-password-managed", Infrastructure, High, Both, ["AWS::RDS::DBInstance"];
        title: "The first user's password is made, kept and renewed by Secrets Manager with a key of our own",
        why: "A password that no person and no file ever holds cannot leak from either.",
        repair: "Set ManageMasterUserPassword to true and MasterUserSecret.KmsKeyId to a key of the environment.",
        prowler: [], checkov: [], config: [], security_hub: [],
        each: password_managed,
    },
    control! {
        "rds-performance-data-encrypted", Observability, Low, Both, ["AWS::RDS::DBInstance"];
        title: "Performance Insights keeps its statements encrypted with a key of our own",
        why: "Sampled statements can hold data.",
        repair: "Set PerformanceInsightsKMSKeyId to a key of the environment.",
        prowler: [], checkov: ["CKV_AWS_354"], config: [], security_hub: [],
        each: performance_data_encrypted,
    },
    control! {
        "rds-tls-forced", Infrastructure, High, Both, ["AWS::RDS::DBInstance"];
        title: "A database refuses connections without TLS",
        why: "Inside a network, too, what is sent in clear can be read.",
        repair: "Give the database a parameter group with rds.force_ssl = 1 (PostgreSQL) or require_secure_transport = ON (MySQL).",
        prowler: ["rds_instance_transport_encrypted"],
        checkov: ["CKV2_AWS_69"],
        config: ["RDS_POSTGRES_INSTANCE_ENCRYPTED_IN_TRANSIT"],
        security_hub: ["RDS.38"],
        each: tls_forced,
    },
    control! {
        "rds-version-supported", Infrastructure, Medium, Both, ["AWS::RDS::DBInstance"];
        title: "A database runs a major version that is still patched",
        why: "A version without patches keeps every weakness that is found in it.",
        repair: "Set `version` of the database to one in standard support.",
        prowler: ["rds_instance_deprecated_engine_version"], checkov: [], config: [], security_hub: [],
        each: version_supported,
    },
];

fn is_replica(instance: &DbInstance) -> bool {
    instance.source_db_instance_identifier.is_some()
}

/// The engine; a replica has its source's.
fn engine(view: &View<'_>, instance: &DbInstance) -> Option<String> {
    if let Some(engine) = &instance.engine {
        return Some(engine.clone());
    }
    let source = view.resolve::<DbInstance>(instance.source_db_instance_identifier.as_ref()?)?;
    view.read::<DbInstance>(source).ok()?.engine.clone()
}

fn backed_up(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    match instance.backup_retention_period {
        // A replica is made again from its source, whose backups count.
        None | Some(0) if is_replica(&instance) => not_applicable(),
        Some(days) => check(days >= LEAST_BACKUP_DAYS, format!("backups stay {days} days"), format!("backups stay {days} days")),
        None => violated("backups stay one day, AWS's default"),
    }
}

fn copies_tags(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    check(instance.copy_tags_to_snapshot, "tags are copied", "tags are not copied to snapshots")
}

fn default_user_renamed(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    match &instance.master_username {
        Some(user) if WELL_KNOWN_USERS.contains(&user.to_ascii_lowercase().as_str()) => violated(format!("the first user is '{user}'")),
        Some(user) => met(format!("the first user is '{user}'")),
        None if is_replica(&instance) => not_applicable(),
        None => undecidable("the first user's name is not set"),
    }
}

fn deletion_protected(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    check(instance.deletion_protection, "deletion protection is on", "deletion protection is off")
}

fn encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    if !instance.storage_encrypted {
        return violated("StorageEncrypted is false");
    }
    // A replica in its source's region is encrypted with the source's key.
    check(
        is_set(instance.kms_key_id.as_ref()) || is_replica(&instance),
        "encrypted with a key of ours",
        "encrypted with AWS's own key, not one of ours",
    )
}

fn enhanced_monitoring(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    match instance.monitoring_interval {
        Some(seconds @ 1..=60) if is_set(instance.monitoring_role_arn.as_ref()) => met(format!("measured each {seconds} seconds")),
        Some(1..=60) => violated("MonitoringRoleArn is not set"),
        _ => violated("enhanced monitoring is off"),
    }
}

fn iam_authentication(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    check(instance.enable_iam_database_authentication, "IAM authentication is on", "IAM authentication is off")
}

fn in_data_subnets(view: &View<'_>, resource: &Resource) -> Answer {
    let group = view.read::<DbSubnetGroup>(resource)?;
    if group.subnet_ids.is_empty() {
        return undecidable("the subnet group lists no subnet");
    }
    let public = view.topology()?.public_among(view, &group.subnet_ids)?;
    none_of(public.into_iter().map(|subnet| format!("{subnet} is public")).collect(), "no subnet has a route to an internet gateway")
}

fn logs_exported(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    check(
        !instance.enable_cloudwatch_logs_exports.is_empty(),
        format!("exported: {}", instance.enable_cloudwatch_logs_exports.join(", ")),
        "no log is exported",
    )
}

fn minor_upgrades(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    check(instance.auto_minor_version_upgrade, "minor versions are taken", "minor versions are not taken by themselves")
}

fn multi_zone(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    if is_replica(&instance) {
        // It is itself the copy elsewhere; what counts is its source.
        return not_applicable();
    }
    check(instance.multi_az == Some(true), "a standby stands in another zone", "it stands in one zone alone")
}

fn not_public(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    check(!instance.publicly_accessible, "it has no public address", "PubliclyAccessible is true")
}

fn password_managed(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    if is_replica(&instance) {
        return not_applicable();
    }
    if instance.manage_master_user_password != Some(true) {
        return violated("ManageMasterUserPassword is not true");
    }
    check(
        instance.master_user_secret.as_ref().is_some_and(|secret| is_set(Some(&secret.kms_key_id))),
        "Secrets Manager keeps the password",
        "the password's secret is not encrypted with a key of ours",
    )
}

fn performance_data_encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    if !instance.enable_performance_insights {
        return not_applicable();
    }
    check(
        is_set(instance.performance_insights_kms_key_id.as_ref()),
        "encrypted with a key of ours",
        "encrypted with AWS's own key, not one of ours",
    )
}

fn tls_forced(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    let Some(engine) = engine(view, &instance) else {
        return undecidable("the engine is not known");
    };
    let (parameter, wanted): (&str, &[&str]) = if engine.contains("postgres") {
        ("rds.force_ssl", &["1"])
    } else if engine.contains("mysql") || engine.contains("mariadb") {
        ("require_secure_transport", &["1", "ON"])
    } else {
        return undecidable(format!("which parameter forces TLS is not known for the engine '{engine}'"));
    };
    let Some(group) = &instance.db_parameter_group_name else {
        return if is_replica(&instance) { not_applicable() } else { violated("it has no parameter group of its own") };
    };
    let Some(group) = view.resolve::<DbParameterGroup>(group) else {
        return undecidable(format!("the parameter group {group} is not in this graph"));
    };
    let parameters = &view.read::<DbParameterGroup>(group)?.parameters;
    match parameters.get(parameter) {
        Some(value) => check(wanted.contains(&value.as_str()), format!("{parameter} is {value}"), format!("{parameter} is {value}")),
        None => violated(format!("{parameter} is not set in {}", group.address.short())),
    }
}

fn certificate_current(view: &View<'_>, resource: &Resource) -> Answer {
    let database = view.read::<DbInstance>(resource)?;
    match database.ca_certificate_identifier.as_deref() {
        Some(authority) if AUTHORITIES.contains(&authority) => met(authority),
        Some(authority) => violated(format!("the authority is {authority}")),
        None => undecidable("CACertificateIdentifier is not set, so the account's default decides"),
    }
}

fn version_supported(view: &View<'_>, resource: &Resource) -> Answer {
    let database = view.read::<DbInstance>(resource)?;
    let (engine, version) = match (&database.engine, &database.engine_version) {
        (Some(engine), Some(version)) => (engine.as_str(), version.as_str()),
        _ if database.source_db_instance_identifier.is_some() => return not_applicable(),
        _ => return undecidable("engine and version are not set"),
    };
    if engine != "postgres" {
        return undecidable(format!("the end of support of {engine} is not known to this version"));
    }
    let Some(major) = version.split('.').next().and_then(|major| major.parse::<u32>().ok()) else {
        return undecidable(format!("'{version}' is no version"));
    };
    if major > *POSTGRES_VERSIONS.end() {
        return undecidable(format!("{engine} {version} is newer than this version of Strata"));
    }
    check(POSTGRES_VERSIONS.contains(&major), format!("{engine} {version}"), format!("{engine} {version} is patched no more"))
}
