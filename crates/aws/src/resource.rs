//! What every AWS resource type is: data with a contract and a Terraform form.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strata_graph::{PhysicalId, Tags, TypeContract};

use crate::terraform::Terraform;

/// What an observation finds inside of a resource and that is a resource of its own type: a rule of a security group, a policy of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Part {
    /// Its physical id, as its own type has it.
    pub id: String,
    /// Its properties, as its own type has them.
    pub properties: Value,
}

impl Part {
    /// A part, from its own type.
    ///
    /// # Errors
    /// When the properties are no JSON object, which those of a resource always are.
    pub fn of<R: AwsResource>(id: impl Into<String>, properties: &R) -> Result<Self, serde_json::Error> {
        Ok(Self { id: id.into(), properties: serde_json::to_value(properties)? })
    }
}

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
