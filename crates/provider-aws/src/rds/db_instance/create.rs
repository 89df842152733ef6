//! Making an instance, or a replica of one. The master's password is AWS's own: no call of ours ever carries one.

use strata_aws::rds::DbInstance;
use strata_provider::ProviderError;

use super::super::sdk_tags;
use crate::client::Cloud;
use crate::tags::known;
use crate::values::{all_known, at, int, some_int, some_known};

/// Digits as a number.
pub(super) fn digits(text: Option<&String>) -> Result<Option<i32>, ProviderError> {
    let number = |text: &String| text.parse::<i32>().map_err(|_| ProviderError::internal("strata", format!("'{text}' is no number")));
    text.map(number).transpose()
}

fn exports(desired: &DbInstance) -> Option<Vec<String>> {
    (!desired.enable_cloudwatch_logs_exports.is_empty()).then(|| desired.enable_cloudwatch_logs_exports.clone())
}

pub(super) async fn instance(cloud: &Cloud, desired: &DbInstance) -> Result<(), ProviderError> {
    let call = cloud
        .rds()
        .create_db_instance()
        .db_instance_identifier(&desired.db_instance_identifier)
        .set_engine(desired.engine.clone())
        .set_engine_version(desired.engine_version.clone())
        .db_instance_class(&desired.db_instance_class)
        .set_allocated_storage(digits(desired.allocated_storage.as_ref())?)
        .set_max_allocated_storage(some_int(desired.max_allocated_storage)?)
        .set_storage_type(desired.storage_type.clone())
        .storage_encrypted(desired.storage_encrypted)
        .set_kms_key_id(some_known(desired.kms_key_id.as_ref())?)
        .set_db_name(desired.db_name.clone())
        .set_master_username(desired.master_username.clone())
        .set_manage_master_user_password(desired.manage_master_user_password)
        .set_master_user_secret_kms_key_id(some_known(desired.master_user_secret.as_ref().map(|secret| &secret.kms_key_id))?)
        .set_db_subnet_group_name(some_known(desired.db_subnet_group_name.as_ref())?)
        .set_vpc_security_group_ids(Some(all_known(&desired.vpc_security_groups)?))
        .set_db_parameter_group_name(some_known(desired.db_parameter_group_name.as_ref())?)
        .set_port(digits(desired.port.as_ref())?)
        .set_multi_az(desired.multi_az)
        .publicly_accessible(desired.publicly_accessible)
        .set_backup_retention_period(some_int(desired.backup_retention_period)?)
        .set_preferred_backup_window(desired.preferred_backup_window.clone())
        .set_preferred_maintenance_window(desired.preferred_maintenance_window.clone())
        .deletion_protection(desired.deletion_protection)
        .auto_minor_version_upgrade(desired.auto_minor_version_upgrade)
        .copy_tags_to_snapshot(desired.copy_tags_to_snapshot)
        .enable_iam_database_authentication(desired.enable_iam_database_authentication)
        .enable_performance_insights(desired.enable_performance_insights)
        .set_performance_insights_kms_key_id(some_known(desired.performance_insights_kms_key_id.as_ref())?)
        .set_performance_insights_retention_period(some_int(desired.performance_insights_retention_period)?)
        .set_enable_cloudwatch_logs_exports(exports(desired))
        .set_monitoring_interval(some_int(desired.monitoring_interval)?)
        .set_monitoring_role_arn(some_known(desired.monitoring_role_arn.as_ref())?)
        .set_ca_certificate_identifier(desired.ca_certificate_identifier.clone())
        .set_tags(Some(sdk_tags(&desired.tags)?));
    call.send().await.map(|_| ()).map_err(at("rds:CreateDBInstance"))
}

/// A replica takes engine, user and database from its source, and in the source's region its key too (RDS refuses another).
pub(super) async fn replica(cloud: &Cloud, desired: &DbInstance) -> Result<(), ProviderError> {
    let source = desired.source_db_instance_identifier.as_ref().map(known).transpose()?.unwrap_or_default();
    let abroad = source.starts_with("arn:");
    let key = if abroad { some_known(desired.kms_key_id.as_ref())? } else { None };
    let subnets = some_known(desired.db_subnet_group_name.as_ref())?;
    let call = cloud
        .rds()
        .create_db_instance_read_replica()
        .db_instance_identifier(&desired.db_instance_identifier)
        .source_db_instance_identifier(source)
        .db_instance_class(&desired.db_instance_class)
        .set_kms_key_id(key)
        .set_db_subnet_group_name(subnets)
        .set_max_allocated_storage(some_int(desired.max_allocated_storage)?)
        .set_storage_type(desired.storage_type.clone())
        .set_vpc_security_group_ids(Some(all_known(&desired.vpc_security_groups)?))
        .set_db_parameter_group_name(some_known(desired.db_parameter_group_name.as_ref())?)
        .set_port(digits(desired.port.as_ref())?)
        .set_multi_az(desired.multi_az)
        .publicly_accessible(desired.publicly_accessible)
        .deletion_protection(desired.deletion_protection)
        .auto_minor_version_upgrade(desired.auto_minor_version_upgrade)
        .copy_tags_to_snapshot(desired.copy_tags_to_snapshot)
        .enable_iam_database_authentication(desired.enable_iam_database_authentication)
        .enable_performance_insights(desired.enable_performance_insights)
        .set_performance_insights_kms_key_id(some_known(desired.performance_insights_kms_key_id.as_ref())?)
        .set_performance_insights_retention_period(some_int(desired.performance_insights_retention_period)?)
        .set_enable_cloudwatch_logs_exports(exports(desired))
        .monitoring_interval(int(desired.monitoring_interval.unwrap_or(0))?)
        .set_monitoring_role_arn(some_known(desired.monitoring_role_arn.as_ref())?)
        .set_ca_certificate_identifier(desired.ca_certificate_identifier.clone())
        .set_tags(Some(sdk_tags(&desired.tags)?));
    call.send().await.map(|_| ()).map_err(at("rds:CreateDBInstanceReadReplica"))
}
