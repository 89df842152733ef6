//! What an instance is, in the document's words.

use aws_sdk_rds::types::DbInstance as Seen;
use strata_aws::rds::{DbInstance, MasterUserSecret};
use strata_graph::Text;

use crate::client::Cloud;
use crate::handler::asked;
use crate::tags;
use crate::values::{some_text, sorted, untold, version};

fn some(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}

/// What was seen. Optional properties are told where they were asked for; AWS fills in the others by itself.
pub(super) fn read(cloud: &Cloud, seen: &Seen, desired: &DbInstance) -> DbInstance {
    // moto tells nothing about Performance Insights.
    let insights = untold(cloud, seen.performance_insights_enabled(), Some(desired.enable_performance_insights)).unwrap_or_default();
    let group = seen.db_parameter_groups().first().and_then(|group| group.db_parameter_group_name());
    let port = seen.endpoint().and_then(|endpoint| endpoint.port()).filter(|port| *port > 0).or(seen.db_instance_port());
    let mut exports: Vec<String> = seen.enabled_cloudwatch_logs_exports().to_vec();
    exports.sort();
    DbInstance {
        db_instance_identifier: seen.db_instance_identifier().unwrap_or_default().to_owned(),
        engine: asked(desired.engine.as_ref(), some(seen.engine())),
        engine_version: asked(desired.engine_version.as_ref(), version(desired.engine_version.as_ref(), seen.engine_version())),
        db_instance_class: seen.db_instance_class().unwrap_or_default().to_owned(),
        allocated_storage: asked(desired.allocated_storage.as_ref(), seen.allocated_storage().map(|size| size.to_string())),
        max_allocated_storage: asked(desired.max_allocated_storage.as_ref(), seen.max_allocated_storage().map(i64::from)),
        storage_type: asked(desired.storage_type.as_ref(), some(seen.storage_type())),
        storage_encrypted: seen.storage_encrypted().unwrap_or_default(),
        kms_key_id: asked(desired.kms_key_id.as_ref(), some_text(seen.kms_key_id())),
        db_name: asked(desired.db_name.as_ref(), some(seen.db_name())),
        master_username: asked(desired.master_username.as_ref(), some(seen.master_username())),
        manage_master_user_password: asked(desired.manage_master_user_password.as_ref(), Some(seen.master_user_secret().is_some())),
        master_user_secret: asked(
            desired.master_user_secret.as_ref(),
            seen.master_user_secret().and_then(|secret| secret.kms_key_id()).map(|key| MasterUserSecret { kms_key_id: key.into() }),
        ),
        db_subnet_group_name: asked(
            desired.db_subnet_group_name.as_ref(),
            some_text(seen.db_subnet_group().and_then(|group| group.db_subnet_group_name())),
        ),
        vpc_security_groups: sorted(seen.vpc_security_groups().iter().filter_map(|group| group.vpc_security_group_id())),
        db_parameter_group_name: asked(desired.db_parameter_group_name.as_ref(), some_text(group)),
        multi_az: asked(desired.multi_az.as_ref(), Some(seen.multi_az().unwrap_or_default())),
        publicly_accessible: seen.publicly_accessible().unwrap_or_default(),
        backup_retention_period: asked(desired.backup_retention_period.as_ref(), seen.backup_retention_period().map(i64::from)),
        preferred_backup_window: asked(desired.preferred_backup_window.as_ref(), some(seen.preferred_backup_window())),
        preferred_maintenance_window: asked(desired.preferred_maintenance_window.as_ref(), some(seen.preferred_maintenance_window())),
        deletion_protection: seen.deletion_protection().unwrap_or_default(),
        auto_minor_version_upgrade: seen.auto_minor_version_upgrade().unwrap_or_default(),
        copy_tags_to_snapshot: seen.copy_tags_to_snapshot().unwrap_or_default(),
        enable_iam_database_authentication: seen.iam_database_authentication_enabled().unwrap_or_default(),
        enable_performance_insights: insights,
        performance_insights_kms_key_id: asked(
            desired.performance_insights_kms_key_id.as_ref(),
            untold(cloud, some_text(seen.performance_insights_kms_key_id()), desired.performance_insights_kms_key_id.clone()),
        ),
        performance_insights_retention_period: asked(
            desired.performance_insights_retention_period.as_ref(),
            untold(cloud, seen.performance_insights_retention_period().map(i64::from), desired.performance_insights_retention_period),
        ),
        enable_cloudwatch_logs_exports: exports,
        monitoring_interval: asked(desired.monitoring_interval.as_ref(), Some(seen.monitoring_interval().unwrap_or_default().into())),
        monitoring_role_arn: asked(desired.monitoring_role_arn.as_ref(), some_text(seen.monitoring_role_arn())),
        ca_certificate_identifier: asked(desired.ca_certificate_identifier.as_ref(), some(seen.ca_certificate_identifier())),
        port: asked(desired.port.as_ref(), port.map(|port| port.to_string())),
        source_db_instance_identifier: source(seen, desired),
        tags: tags::read(seen.tag_list().iter().map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default()))),
    }
}

/// RDS names a source in the same region by its identifier, one abroad by its ARN; either may have been asked for.
fn source(seen: &Seen, desired: &DbInstance) -> Option<Text> {
    let source = seen.read_replica_source_db_instance_identifier().filter(|source| !source.is_empty())?;
    let wanted = desired.source_db_instance_identifier.as_ref();
    let same = wanted.and_then(Text::as_literal).is_some_and(|wanted| wanted.rsplit(':').next() == source.rsplit(':').next());
    if same { wanted.cloned() } else { Some(source.into()) }
}
