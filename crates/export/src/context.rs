//! What an export needs to know beside the graph, what it gives, and why it can be refused.

use std::collections::BTreeMap;

use strata_graph::{Address, Graph, PhysicalId, Pseudo, Scope, Text};

/// The files of an export: path below the folder, with `/` between its parts, to content.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Where a scope's resources live.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Placement {
    /// The account's name in the platform file.
    pub account: String,
    /// Its twelve digits.
    pub account_id: String,
    /// The role that is assumed there, if one is named.
    pub role: Option<String>,
    /// The region.
    pub region: String,
}

impl Placement {
    /// The value of a pseudo reference there.
    pub(crate) fn pseudo(&self, pseudo: Pseudo) -> &str {
        match pseudo {
            Pseudo::AccountId => &self.account_id,
            Pseudo::Region => &self.region,
            // AWS General Reference, "Amazon Resource Names".
            Pseudo::Partition if self.region.starts_with("cn-") => "aws-cn",
            Pseudo::Partition if self.region.starts_with("us-gov-") => "aws-us-gov",
            Pseudo::Partition => "aws",
        }
    }
}

/// What an export needs to know beside the graph. Everything but the platform, the environment and the placements may be empty.
#[derive(Debug, Clone, Default)]
pub struct ExportContext {
    /// The platform's name.
    pub platform: String,
    /// What is exported, as people call it: the environment's name.
    pub environment: String,
    /// Where each scope of the graph lives. A scope without a placement is refused.
    pub placements: BTreeMap<Scope, Placement>,
    /// The image of each service that has one, by the service's name.
    pub images: BTreeMap<String, String>,
    /// What the cloud calls the resources that exist, from state.
    pub ids: BTreeMap<Address, PhysicalId>,
    /// Whether Terraform gets an `import` block for every resource of [`Self::ids`].
    pub with_imports: bool,
    /// Outputs that are known from state, for manifests, which cannot refer to resources of AWS.
    pub outputs: BTreeMap<(Address, String), String>,
    /// The bytes of files that resources name (a function's packed code), by any name: they are found by their digest.
    pub artifacts: BTreeMap<String, Vec<u8>>,
    /// What the exported code gives out at its end, by name: addresses of entry, for people.
    pub endpoints: BTreeMap<String, Text>,
}

/// Why nothing can be exported. Each says which resource and what is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A type that is not registered.
    #[error("{address} is of the type {type_name}, which is not known here")]
    UnknownType {
        /// Whose type.
        address: Address,
        /// The type.
        type_name: String,
    },
    /// A document that its type cannot read.
    #[error("the properties of {address} cannot be read as {type_name}: {source}")]
    Properties {
        /// Whose properties.
        address: Address,
        /// The type.
        type_name: String,
        /// What the type said.
        source: serde_json::Error,
    },
    /// A reference to something that is not exported.
    #[error("{from} refers to {to}, which is not in the graph; export the scopes that it stands on too")]
    Dangling {
        /// Who refers.
        from: String,
        /// To what.
        to: Address,
    },
    /// A reference to an output that the type does not have.
    #[error("{from} refers to the output {output} of {to}, which its type does not have")]
    UnknownOutput {
        /// Who refers.
        from: String,
        /// To whose output.
        to: Address,
        /// Which output.
        output: String,
    },
    /// A scope without a place.
    #[error("nobody said in which account and region {0} lies")]
    NoPlacement(Scope),
    /// Something that the language of the export has no form for.
    #[error("{address}: {what}")]
    NoForm {
        /// Of which resource.
        address: String,
        /// What has no form.
        what: String,
    },
    /// Two resources with one name in the export.
    #[error("{first} and {second} would both be called {name} in the export")]
    SameName {
        /// The name.
        name: String,
        /// Who has it.
        first: String,
        /// Who would have it too.
        second: String,
    },
}

impl ExportContext {
    /// The placement of a scope.
    pub(crate) fn placement(&self, scope: &Scope) -> Result<&Placement, ExportError> {
        self.placements.get(scope).ok_or_else(|| ExportError::NoPlacement(scope.clone()))
    }

    /// The comment that opens every file, without comment signs.
    pub(crate) fn header(&self, content: &str) -> Vec<String> {
        vec![
            format!("{content}: {} on the platform {}.", self.environment, self.platform),
            "Written by `strata export`; it runs without Strata. Edit it freely: Strata never reads it back.".to_owned(),
        ]
    }
}

/// What a README says of resources that wait for people before they can do their work.
pub(crate) fn waiting(graph: &Graph) -> String {
    let list: String =
        graph.iter().filter_map(|resource| Some(format!("- `{}`: {}\n", resource.address, resource.waiting_for.as_ref()?))).collect();
    if list.is_empty() { list } else { format!("\n## What waits for people\n\n{list}") }
}
