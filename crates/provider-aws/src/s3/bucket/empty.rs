//! Removing everything that is in a bucket.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use strata_provider::{ErrorKind, ProviderError};

use crate::client::Cloud;
use crate::values::{at, unbuilt};

/// Removes every version of every object and every delete marker, a page (at most 1000) at a time. What a retention still
/// protects stays and is told as an error: we never lift a retention.
pub(super) async fn empty(cloud: &Cloud, bucket: &str) -> Result<(), ProviderError> {
    loop {
        // Always the first page: what it listed is gone when it is asked for again.
        let page = cloud.s3().list_object_versions().bucket(bucket).send().await.map_err(at("s3:ListObjectVersions"))?;
        let versions = page.versions().iter().map(|version| (version.key(), version.version_id()));
        let markers = page.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
        let objects = versions
            .chain(markers)
            .filter_map(|(key, version)| Some((key?, version)))
            .map(|(key, version)| {
                let object = ObjectIdentifier::builder().key(key).set_version_id(version.map(ToOwned::to_owned));
                object.build().map_err(unbuilt("s3:DeleteObjects"))
            })
            .collect::<Result<Vec<_>, _>>()?;
        if objects.is_empty() {
            return Ok(());
        }
        let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build().map_err(unbuilt("s3:DeleteObjects"))?;
        let answer = cloud.s3().delete_objects().bucket(bucket).delete(delete).send().await.map_err(at("s3:DeleteObjects"))?;
        if let Some(error) = answer.errors().first() {
            let message = format!(
                "{} objects of the bucket {bucket} cannot be deleted; the first is {}: {}",
                answer.errors().len(),
                error.key().unwrap_or_default(),
                error.message().unwrap_or_default()
            );
            return Err(ProviderError::new(ErrorKind::Dependency, "s3:DeleteObjects", message));
        }
    }
}
