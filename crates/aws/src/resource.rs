//! What every AWS resource type is: data with a contract and a Terraform form.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use strata_graph::{PhysicalId, Tags, TypeContract};

use crate::terraform::Terraform;

/// One AWS resource type. The struct's JSON form is the property document.
pub trait AwsResource: Serialize + DeserializeOwned + Clone + PartialEq + Debug + Send + Sync + 'static {
    /// What the type promises.
    const CONTRACT: &'static TypeContract;

    /// The tags, for types that AWS lets us tag.
    fn tags_mut(&mut self) -> Option<&mut Tags> {
        None
    }

    /// Writes the resource as one or more Terraform blocks.
    fn terraform(&self, to: &mut Terraform);

    /// The identifier that `terraform import` takes, where it is not the physical id.
    fn terraform_import_id(&self, id: &PhysicalId) -> String {
        id.0.clone()
    }
}
