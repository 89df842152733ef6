//! Changing an instance: one call with only what differs, at once and not in the next maintenance window, since a plan was approved
//! for now.

use aws_sdk_rds::types::CloudwatchLogsExportConfiguration;
use strata_aws::rds::DbInstance;
use strata_provider::ProviderError;

use super::create::digits;
use crate::client::Cloud;
use crate::values::{all_known, at, int, some_int, some_known};

/// The desired value, where it differs.
fn changed<T: PartialEq + Clone>(desired: &T, observed: &T) -> Option<T> {
    (desired != observed).then(|| desired.clone())
}

/// The desired value of an optional property, where it differs and says something.
fn some_changed<T: PartialEq + Clone>(desired: &Option<T>, observed: &Option<T>) -> Option<T> {
    if desired == observed { None } else { desired.clone() }
}

fn exports(desired: &DbInstance, observed: &DbInstance) -> Option<CloudwatchLogsExportConfiguration> {
    let (after, before) = (&desired.enable_cloudwatch_logs_exports, &observed.enable_cloudwatch_logs_exports);
    let missing = |from: &[String], of: &[String]| of.iter().filter(|one| !from.contains(one)).cloned().collect::<Vec<_>>();
    let (enable, disable) = (missing(before, after), missing(after, before));
    (!enable.is_empty() || !disable.is_empty()).then(|| {
        CloudwatchLogsExportConfiguration::builder().set_enable_log_types(Some(enable)).set_disable_log_types(Some(disable)).build()
    })
}

/// Whether the first number of the version differs: RDS wants to be told that this is meant.
fn major(desired: &DbInstance, observed: &DbInstance) -> bool {
    let first = |version: &Option<String>| version.as_deref().and_then(|version| version.split('.').next()).map(ToOwned::to_owned);
    desired.engine_version.is_some() && first(&desired.engine_version) != first(&observed.engine_version)
}

pub(super) async fn modify(cloud: &Cloud, name: &str, desired: &DbInstance, observed: &DbInstance) -> Result<(), ProviderError> {
    if (DbInstance { tags: desired.tags.clone(), ..observed.clone() }) == *desired {
        return Ok(());
    }
    let secret = |instance: &DbInstance| some_known(instance.master_user_secret.as_ref().map(|secret| &secret.kms_key_id));
    let groups = changed(&desired.vpc_security_groups, &observed.vpc_security_groups).map(|groups| all_known(&groups)).transpose()?;
    // Turning enhanced monitoring off takes the role away too.
    let interval =
        (desired.monitoring_interval != observed.monitoring_interval).then(|| int(desired.monitoring_interval.unwrap_or(0))).transpose()?;
    let call = cloud
        .rds()
        .modify_db_instance()
        .db_instance_identifier(name)
        .apply_immediately(true)
        .set_engine_version(some_changed(&desired.engine_version, &observed.engine_version))
        .set_allow_major_version_upgrade(major(desired, observed).then_some(true))
        .set_db_instance_class(changed(&desired.db_instance_class, &observed.db_instance_class))
        .set_allocated_storage(digits(some_changed(&desired.allocated_storage, &observed.allocated_storage).as_ref())?)
        .set_max_allocated_storage(some_int(some_changed(&desired.max_allocated_storage, &observed.max_allocated_storage))?)
        .set_storage_type(some_changed(&desired.storage_type, &observed.storage_type))
        .set_manage_master_user_password(some_changed(&desired.manage_master_user_password, &observed.manage_master_user_password))
        .set_master_user_secret_kms_key_id(some_changed(&secret(desired)?, &secret(observed)?))
        .set_vpc_security_group_ids(groups)
        .set_db_parameter_group_name(some_known(
            some_changed(&desired.db_parameter_group_name, &observed.db_parameter_group_name).as_ref(),
        )?)
        .set_db_port_number(digits(some_changed(&desired.port, &observed.port).as_ref())?)
        .set_multi_az(some_changed(&desired.multi_az, &observed.multi_az))
        .set_publicly_accessible(changed(&desired.publicly_accessible, &observed.publicly_accessible))
        .set_backup_retention_period(some_int(some_changed(&desired.backup_retention_period, &observed.backup_retention_period))?)
        .set_preferred_backup_window(some_changed(&desired.preferred_backup_window, &observed.preferred_backup_window))
        .set_preferred_maintenance_window(some_changed(&desired.preferred_maintenance_window, &observed.preferred_maintenance_window))
        .set_deletion_protection(changed(&desired.deletion_protection, &observed.deletion_protection))
        .set_auto_minor_version_upgrade(changed(&desired.auto_minor_version_upgrade, &observed.auto_minor_version_upgrade))
        .set_copy_tags_to_snapshot(changed(&desired.copy_tags_to_snapshot, &observed.copy_tags_to_snapshot))
        .set_enable_iam_database_authentication(changed(
            &desired.enable_iam_database_authentication,
            &observed.enable_iam_database_authentication,
        ))
        .set_enable_performance_insights(changed(&desired.enable_performance_insights, &observed.enable_performance_insights))
        .set_performance_insights_kms_key_id(some_known(
            some_changed(&desired.performance_insights_kms_key_id, &observed.performance_insights_kms_key_id).as_ref(),
        )?)
        .set_performance_insights_retention_period(some_int(some_changed(
            &desired.performance_insights_retention_period,
            &observed.performance_insights_retention_period,
        ))?)
        .set_cloudwatch_logs_export_configuration(exports(desired, observed))
        .set_monitoring_interval(interval)
        .set_monitoring_role_arn(some_known(some_changed(&desired.monitoring_role_arn, &observed.monitoring_role_arn).as_ref())?)
        .set_ca_certificate_identifier(some_changed(&desired.ca_certificate_identifier, &observed.ca_certificate_identifier));
    call.send().await.map(|_| ()).map_err(at("rds:ModifyDBInstance"))
}
