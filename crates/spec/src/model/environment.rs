//! `environments`: where an application runs and what is different there.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Drift, Standard, words};
use crate::values::{DomainName, Duration, Name, Region, Size};

/// One environment of an application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// The cluster that its containers run on; with it come the network, the account and the region.
    pub cluster: Name,
    /// The public name; `${env.host}` in routes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<DomainName>,
    /// The size of everything in this environment, instead of what the application asks for, unless `override` sets a size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Standards on top of the application's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compliance: Vec<Standard>,
    /// Short-lived copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previews: Option<Previews>,
    /// A copy in another region that can take over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standby: Option<Standby>,
    /// Who must agree before a plan is carried out: a group and how many of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve: Option<Approval>,
    /// What is different here: dotted paths into the application file. Maps merge, lists and single values replace.
    #[serde(default, rename = "override", skip_serializing_if = "IndexMap::is_empty")]
    pub overrides: IndexMap<String, serde_json::Value>,
    /// What to do when the cloud no longer is as planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
    /// Merge patches for generated resources, by address, on top of the application's.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub patch: IndexMap<String, serde_json::Value>,
    /// Resources that exist already and shall be taken over: address to cloud id.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub adopt: IndexMap<String, String>,
    /// Fields that others own here, by address, besides the application's.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub ignore: IndexMap<String, Vec<String>>,
}

/// Short-lived copies of an environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Previews {
    /// What each copy is made for.
    pub per: PreviewTrigger,
    /// How long a copy lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire: Option<Duration>,
}

words! {
    /// What a preview is made for.
    PreviewTrigger {
        /// Each pull request.
        PullRequest = "pull-request",
        /// Each branch.
        Branch = "branch",
    }
}

/// A copy in another region that can take over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Standby {
    /// The other region.
    pub region: Region,
    /// How much of the last data may be lost at most (recovery point objective).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpo: Option<Duration>,
    /// How long it may take until it runs again (recovery time objective).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rto: Option<Duration>,
}

/// Who must agree: `[group, how many]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Approval(
    /// A group of the platform's `identity`.
    pub Name,
    /// How many persons of the group.
    #[schemars(range(min = 1, max = 10))]
    pub u32,
);

impl Approval {
    /// The group.
    pub fn group(&self) -> &Name {
        &self.0
    }

    /// How many persons of the group must agree.
    pub fn count(&self) -> u32 {
        self.1
    }
}
