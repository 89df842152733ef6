//! AWS Identity and Access Management resource types and policy documents.

pub mod account_password_policy;
pub mod instance_profile;
pub mod oidc_provider;
pub mod policy_document;
pub mod role;
pub mod role_policy;
pub mod root_user;
pub mod service_linked_role;

pub use account_password_policy::AccountPasswordPolicy;
pub use instance_profile::InstanceProfile;
pub use oidc_provider::OidcProvider;
pub use policy_document::{Effect, PolicyDocument, Principal, Statement};
pub use role::Role;
pub use role_policy::RolePolicy;
pub use root_user::RootUser;
pub use service_linked_role::ServiceLinkedRole;

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
];
