//! The one list of resource types. Adding a type is adding a line here (and its handler in `provider-aws`).

use strata_graph::{Address, Contracts, Document, PhysicalId, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::{Block, Terraform};

/// A type behind function pointers, for code that holds documents.
#[derive(Clone, Copy)]
pub struct TypeEntry {
    /// What the type promises.
    pub contract: &'static TypeContract,
    /// The Terraform blocks of a document; the local name is the second argument.
    pub terraform: fn(&Document, &str) -> Result<Vec<Block>, serde_json::Error>,
    /// The identifier that `terraform import` takes.
    pub terraform_import_id: fn(&Document, &PhysicalId) -> Result<String, serde_json::Error>,
    /// Whether a document is one of this type: reads it and writes it back.
    pub normalize: fn(&Document) -> Result<Document, serde_json::Error>,
}

impl std::fmt::Debug for TypeEntry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "TypeEntry({})", self.contract.type_name)
    }
}

/// Outputs that only some resources of a type have.
const SOMETIMES: &[(&str, &str)] = &[
    // Tables whose changes are followed.
    ("AWS::DynamoDB::Table", "StreamArn"),
    // Gateway endpoints alone have one.
    ("AWS::EC2::VPCEndpoint", "PrefixListId"),
    // Public zones whose queries are logged.
    ("AWS::Route53::HostedZone", "QueryLoggingConfigId"),
];

/// The entry of one type, for the services' lists.
#[must_use]
pub const fn entry_of<R: AwsResource>() -> TypeEntry {
    TypeEntry {
        contract: R::CONTRACT,
        terraform: |document, local_name| {
            let resource: R = document.read()?;
            let mut to = Terraform::new(local_name);
            resource.terraform(&mut to);
            Ok(to.into_blocks())
        },
        terraform_import_id: |document, id| Ok(document.read::<R>()?.terraform_import_id(id)),
        normalize: |document| Document::of(&document.read::<R>()?),
    }
}

const LISTS: &[&[TypeEntry]] = &[
    crate::accessanalyzer::ENTRIES,
    crate::account::ENTRIES,
    crate::applicationautoscaling::ENTRIES,
    crate::autoscaling::ENTRIES,
    crate::backup::ENTRIES,
    crate::certificatemanager::ENTRIES,
    crate::cloudtrail::ENTRIES,
    crate::cloudwatch::ENTRIES,
    crate::config::ENTRIES,
    crate::dynamodb::ENTRIES,
    crate::ec2::ENTRIES,
    crate::ecr::ENTRIES,
    crate::ecs::ENTRIES,
    crate::efs::ENTRIES,
    crate::eks::ENTRIES,
    crate::elasticache::ENTRIES,
    crate::elasticloadbalancingv2::ENTRIES,
    crate::guardduty::ENTRIES,
    crate::iam::ENTRIES,
    crate::inspector::ENTRIES,
    crate::kinesis::ENTRIES,
    crate::kms::ENTRIES,
    crate::lambda::ENTRIES,
    crate::logs::ENTRIES,
    crate::macie::ENTRIES,
    crate::opensearch::ENTRIES,
    crate::rds::ENTRIES,
    crate::route53::ENTRIES,
    crate::s3::ENTRIES,
    crate::scheduler::ENTRIES,
    crate::secretsmanager::ENTRIES,
    crate::securityhub::ENTRIES,
    crate::servicediscovery::ENTRIES,
    crate::sns::ENTRIES,
    crate::sqs::ENTRIES,
    crate::wafv2::ENTRIES,
];

/// Every type, each service's in its own module's list.
pub fn entries() -> impl Iterator<Item = TypeEntry> {
    LISTS.iter().flat_map(|list| list.iter()).copied()
}

/// The entry of a type name.
#[must_use]
pub fn entry(type_name: &str) -> Option<TypeEntry> {
    entries().find(|entry| entry.contract.type_name == type_name)
}

/// The contracts of all types.
#[must_use]
pub fn contracts() -> Contracts {
    Contracts::new(entries().map(|entry| entry.contract)).with_sometimes(SOMETIMES.iter().copied())
}

/// The local name of an address in exported code: unique over all scopes of one export.
#[must_use]
pub fn local_name(address: &Address) -> String {
    use strata_graph::ScopeKind;
    let clean =
        |text: &str| text.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect::<String>();
    let name = clean(address.name());
    let prefix = match address.scope().kind() {
        ScopeKind::Account => "account_",
        ScopeKind::Network => "network_",
        ScopeKind::Cluster => "cluster_",
        ScopeKind::Environment if name.starts_with(|character: char| character.is_ascii_digit()) => "_",
        ScopeKind::Environment => "",
    };
    format!("{prefix}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn type_names_and_kinds_are_unique() {
        let mut types = BTreeSet::new();
        let mut kinds = BTreeSet::new();
        for entry in entries() {
            assert!(types.insert(entry.contract.type_name), "{} twice", entry.contract.type_name);
            assert!(kinds.insert(entry.contract.kind), "{} twice", entry.contract.kind);
        }
    }
}
