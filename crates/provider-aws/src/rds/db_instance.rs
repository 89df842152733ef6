//! `AWS::RDS::DBInstance` by the RDS API. An instance's id is its identifier.
//!
//! **Deleting an instance deletes its data for good: no last snapshot is taken, automated backups go too, and deletion protection
//! is taken off first.** A plan deletes a database only where the user named it (`--delete-data`), so nothing of it may stay
//! behind. Recovery points in a backup vault stay. What Terraform exports does the opposite, since it asks nobody.

mod create;
mod modify;
mod read;

use async_trait::async_trait;
use aws_sdk_rds::types::DbInstance as Seen;
use strata_aws::rds::DbInstance;
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use super::retag;
use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::values::at;

async fn describe(cloud: &Cloud, name: &str) -> Result<Option<Seen>, ProviderError> {
    let answer = cloud.rds().describe_db_instances().db_instance_identifier(name).send().await;
    let answer = found(answer.map_err(at("rds:DescribeDBInstances")))?;
    Ok(answer.and_then(|answer| answer.db_instances).and_then(|all| all.into_iter().next()))
}

/// The *DB instance status* page of the RDS guide: which words mean that it serves, that it will, that it never will.
fn readiness(seen: &Seen) -> Readiness {
    let status = seen.db_instance_status().unwrap_or_default();
    match status {
        "deleting" => Readiness::Deleting,
        "failed" | "inaccessible-encryption-credentials" | "insufficient-capacity" | "restore-error" | "storage-full" => {
            Readiness::Failed(status.to_owned())
        }
        status if status.starts_with("incompatible-") => Readiness::Failed(status.to_owned()),
        "available" | "storage-optimization" | "backing-up" => {
            // A change that was asked for at once is pending for some seconds before the status says so.
            let pending = seen.pending_modified_values().is_some_and(|values| {
                values.db_instance_class().is_some()
                    || values.allocated_storage().is_some()
                    || values.multi_az().is_some()
                    || values.engine_version().is_some()
                    || values.backup_retention_period().is_some()
                    || values.port().is_some()
                    || values.storage_type().is_some()
                    || values.ca_certificate_identifier().is_some()
                    || values.pending_cloudwatch_logs_exports().is_some()
            });
            if pending { Readiness::Pending("change pending".to_owned()) } else { Readiness::Ready }
        }
        other => Readiness::Pending(other.to_owned()),
    }
}

#[async_trait]
impl Handler for DbInstance {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.db_instance_identifier.as_str(), |id| id.0.as_str());
        let Some(seen) = describe(cloud, name).await? else { return Ok(None) };
        let mut observed = Observed::ready(name, read::read(cloud, &seen, target.properties))
            .output("DBInstanceIdentifier", name)
            .output("DBInstanceArn", seen.db_instance_arn().ok_or_else(|| missing("rds:DescribeDBInstances", "DBInstanceArn"))?)
            .readiness(readiness(&seen));
        let endpoint = seen.endpoint();
        let outputs = [
            ("DbiResourceId", seen.dbi_resource_id().map(ToOwned::to_owned)),
            ("Endpoint.Address", endpoint.and_then(|endpoint| endpoint.address()).map(ToOwned::to_owned)),
            ("Endpoint.Port", endpoint.and_then(|endpoint| endpoint.port()).map(|port| port.to_string())),
            ("MasterUserSecret.SecretArn", seen.master_user_secret().and_then(|secret| secret.secret_arn()).map(ToOwned::to_owned)),
        ];
        // Address and secret come only some minutes after the creation; it is pending until then.
        for (output, value) in outputs {
            if let Some(value) = value {
                observed = observed.output(output, value);
            }
        }
        Ok(Some(observed))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        if desired.source_db_instance_identifier.is_some() {
            create::replica(cloud, desired).await?;
        } else {
            create::instance(cloud, desired).await?;
        }
        Ok(PhysicalId(desired.db_instance_identifier.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        modify::modify(cloud, name, desired, observed).await?;
        retag(cloud, &cloud.arn("rds", &format!("db:{name}")), &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let name = target.id()?;
        let Some(seen) = describe(cloud, name).await? else { return Ok(()) };
        if seen.db_instance_status() == Some("deleting") {
            return Ok(());
        }
        if seen.deletion_protection().unwrap_or_default() {
            let call = cloud.rds().modify_db_instance().db_instance_identifier(name).deletion_protection(false).apply_immediately(true);
            call.send().await.map_err(at("rds:ModifyDBInstance"))?;
        }
        let call = cloud.rds().delete_db_instance().db_instance_identifier(name).skip_final_snapshot(true);
        gone(call.delete_automated_backups(true).send().await.map_err(at("rds:DeleteDBInstance")))
    }
}
