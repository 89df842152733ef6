//! AWS Identity and Access Management resource types and policy documents.

pub mod account_password_policy;
pub mod group;
pub mod instance_profile;
pub mod managed_policy;
pub mod oidc_provider;
pub mod policy_document;
pub mod role;
pub mod role_policy;
pub mod root_user;
pub mod service_linked_role;
pub mod user;

pub use account_password_policy::AccountPasswordPolicy;
pub use group::Group;
pub use instance_profile::InstanceProfile;
pub use managed_policy::ManagedPolicy;
pub use oidc_provider::OidcProvider;
pub use policy_document::{Effect, PolicyDocument, Principal, Statement};
pub use role::Role;
pub use role_policy::RolePolicy;
pub use root_user::RootUser;
pub use service_linked_role::ServiceLinkedRole;
pub use user::User;

use strata_graph::Text;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[
    entry_of::<Role>(),
    entry_of::<RolePolicy>(),
    entry_of::<InstanceProfile>(),
    entry_of::<ServiceLinkedRole>(),
    entry_of::<OidcProvider>(),
    entry_of::<AccountPasswordPolicy>(),
    entry_of::<RootUser>(),
    entry_of::<ManagedPolicy>(),
    entry_of::<Group>(),
    entry_of::<User>(),
];

/// The end of the name of a block that gives somebody a policy: the last part of the policy's ARN, which stays the same when another is added before it.
fn policy_suffix(policy: &Text) -> String {
    let text = policy.to_string();
    let last = text.rsplit('/').next().unwrap_or_default();
    last.chars().map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '_' }).collect()
}
