//! What a resource type promises: which changes replace it, what it outputs, what its API does not show.
//!
//! Plan and engine decide by these contracts alone, so neither knows a cloud.

use std::collections::{BTreeMap, BTreeSet};

/// Whether a replacement is made before or after the old one is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplaceOrder {
    /// The new one first; needs a name that differs or that the cloud chooses.
    CreateBeforeDelete,
    /// The old one first: both cannot stand at once.
    DeleteBeforeCreate,
}

/// How the type looks in a CloudFormation template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloudFormationForm {
    /// Under its own name, tags as a list of `Key` and `Value`.
    TagList,
    /// Under its own name, tags as a map.
    TagMap,
    /// Under its own name, without tags.
    Untagged,
    /// CloudFormation has no such type; the sentence says what to do instead.
    Absent(&'static str),
}

/// One output of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputContract {
    /// The name that references use, which is CloudFormation's attribute name.
    pub name: &'static str,
    /// Whether CloudFormation gives it by `Ref` (else by `Fn::GetAtt` of the same name).
    pub cloudformation_ref: bool,
    /// The attribute of the Terraform resource.
    pub terraform: &'static str,
}

/// A property that holds nothing where nothing is asked for.
///
/// Of other properties only what is desired is compared, since clouds fill in defaults. Here a default is nothing, and whatever is there opens a
/// door: a rule added to a security group, a policy attached to a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// The property, one of the document's own keys.
    pub property: &'static str,
    /// Where its items are resources with a type of their own: that type's full name. Each item holds its physical `Id` and its `Properties`;
    /// those that the state knows are left out before anything is compared.
    pub parts: Option<&'static str>,
}

impl Closed {
    /// The property of what is on its way out, of types whose deletion can be taken back.
    pub const DELETION: &str = "DeletionDate";

    /// A property that nothing else stands for.
    #[must_use]
    pub const fn property(property: &'static str) -> Self {
        Self { property, parts: None }
    }

    /// A list of resources that have a type of their own.
    #[must_use]
    pub const fn parts(property: &'static str, type_name: &'static str) -> Self {
        Self { property, parts: Some(type_name) }
    }
}

/// The promises of one resource type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeContract {
    /// The full name, CloudFormation's where it has one.
    pub type_name: &'static str,
    /// The word in addresses, unique among types, for example `db_instance`.
    pub kind: &'static str,
    /// The service whose limits its calls count against, for example `ec2`.
    pub service: &'static str,
    /// Dotted property paths whose change needs a replacement.
    pub replace_on: &'static [&'static str],
    /// The order of a replacement.
    pub replace_order: ReplaceOrder,
    /// Dotted property paths that no call returns: compared with the last applied value, never with the cloud.
    pub unobservable: &'static [&'static str],
    /// Dotted property paths of lists whose order means nothing.
    pub unordered: &'static [&'static str],
    /// What must hold nothing that was not asked for: what the cloud shows there was put there by somebody else.
    pub closed: &'static [Closed],
    /// What it outputs.
    pub outputs: &'static [OutputContract],
    /// Its CloudFormation form.
    pub cloudformation: CloudFormationForm,
    /// The Terraform resource type that stands for it.
    pub terraform: &'static str,
    /// Whether it is a setting that every account or region has exactly once (created by being set, deleted by reset).
    pub singleton: bool,
}

impl TypeContract {
    /// Whether a deletion waits for days and can be taken back until then: what somebody else began to delete is called back, not made anew.
    #[must_use]
    pub fn is_recallable(&self) -> bool {
        self.closed.iter().any(|closed| closed.property == Closed::DELETION)
    }

    /// Whether an update in place gives the output another value: version numbers do, identifiers never.
    #[must_use]
    pub fn moves_on_update(&self, output: &str) -> bool {
        output.ends_with("VersionNumber")
    }

    /// The contract of an output.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<&'static OutputContract> {
        self.outputs.iter().find(|output| output.name == name)
    }
}

/// The contracts of all known types.
#[derive(Debug, Clone, Default)]
pub struct Contracts {
    by_type: BTreeMap<&'static str, &'static TypeContract>,
    by_kind: BTreeMap<&'static str, &'static TypeContract>,
    sometimes: BTreeSet<(&'static str, &'static str)>,
}

impl Contracts {
    /// An index of contracts; a later contract of the same name takes the place of an earlier one.
    pub fn new(contracts: impl IntoIterator<Item = &'static TypeContract>) -> Self {
        let mut all = Self::default();
        for contract in contracts {
            all.by_type.insert(contract.type_name, contract);
            all.by_kind.insert(contract.kind, contract);
        }
        all
    }

    /// The same, where these outputs (type and name) are those of some resources of their type only.
    #[must_use]
    pub fn with_sometimes(mut self, outputs: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        self.sometimes.extend(outputs);
        self
    }

    /// Whether a resource of the type may be ready without this output.
    #[must_use]
    pub fn may_lack(&self, type_name: &str, output: &str) -> bool {
        self.sometimes.iter().any(|(of, name)| *of == type_name && *name == output)
    }

    /// The contract of a type.
    #[must_use]
    pub fn of_type(&self, type_name: &str) -> Option<&'static TypeContract> {
        self.by_type.get(type_name).copied()
    }

    /// The contract of an address's kind.
    #[must_use]
    pub fn of_kind(&self, kind: &str) -> Option<&'static TypeContract> {
        self.by_kind.get(kind).copied()
    }

    /// All contracts, by type name.
    pub fn iter(&self) -> impl Iterator<Item = &'static TypeContract> + '_ {
        self.by_type.values().copied()
    }
}
