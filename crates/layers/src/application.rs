//! Layer 3 of an environment: containers, jobs, functions, the public door, names.
//!
//! Invariants: nothing here opens a way that `uses` or `route` did not ask for; a service without an image has no task and says what it waits
//! for; the only thing that the internet reaches is the load balancer.

mod container;
mod discovery;
mod firewall;
mod front_door;
mod function;
mod image;
mod job;
mod pods;
mod route;
mod scaling;
pub mod schedule;
mod service;

use std::collections::BTreeMap;

use strata_diag::Diagnostics;
use strata_graph::Layer;

use crate::builder::Handle;
use crate::environment::Context;
use crate::uses::Wirings;
use crate::uses::target::Targets;

pub(crate) use container::words;
pub(crate) use firewall::{is_wanted as firewall_wanted, log_group_name as firewall_log_group_name};
pub(crate) use function::timeout_seconds as function_timeout;
pub(crate) use image::image_or_place;
pub(crate) use image::{registry_of, repository_arn};
pub use pods::{Pod, namespace};
pub use route::{Route, routes};

/// The names under which services call each other, as targets of `uses`.
pub(crate) fn lower_names(context: &mut Context<'_>, groups: &BTreeMap<String, Handle>, targets: &mut Targets) {
    context.builder.layer(Layer::Application);
    discovery::lower(context, groups, targets);
}

/// Lowers everything that runs.
///
/// # Errors
/// What the files ask for and AWS does not have; code that could not be read.
pub(crate) fn lower(context: &mut Context<'_>, key: &Handle, wirings: &Wirings) -> Result<(), Diagnostics> {
    context.builder.layer(Layer::Application);
    let mut problems = Diagnostics::new();
    image::lower(context, key);
    if let Err(more) = function::lower(context, key, wirings) {
        problems.extend(more);
    }
    let door = match front_door::lower(context, key) {
        Ok(door) => door,
        Err(more) => {
            problems.extend(more);
            None
        }
    };
    if context.cluster.is_ecs() {
        service::lower(context, key, wirings, door.as_ref());
        if let Err(more) = job::lower(context, key, wirings) {
            problems.extend(more);
        }
    } else {
        pods::lower(context, key, wirings, door.as_ref());
    }
    if problems.has_errors() { Err(problems) } else { Ok(()) }
}
