//! Elastic Load Balancing resource types (application load balancers).

pub mod action;
pub mod listener;
pub mod listener_rule;
pub mod load_balancer;
pub mod target_group;

pub use action::{Action, FixedResponseConfig, ForwardConfig, RedirectConfig, TargetGroupTuple};
pub use listener::{Certificate, Listener};
pub use listener_rule::{Condition, ListenerRule, ValuesConfig};
pub use load_balancer::{Attribute, LoadBalancer};
pub use target_group::{Matcher, TargetGroup};

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] =
    &[entry_of::<LoadBalancer>(), entry_of::<TargetGroup>(), entry_of::<Listener>(), entry_of::<ListenerRule>()];
