//! Amazon EC2 and VPC resource types.

pub mod security_group;
pub mod security_group_ingress;
pub mod subnet;
pub mod vpc;

pub use security_group::SecurityGroup;
pub use security_group_ingress::SecurityGroupIngress;
pub use subnet::Subnet;
pub use vpc::Vpc;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[
    entry_of::<Vpc>(),
    entry_of::<Subnet>(),
    entry_of::<SecurityGroup>(),
    entry_of::<SecurityGroupIngress>(),
];
