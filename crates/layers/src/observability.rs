//! Layer 4 of an environment: where its logs are kept, what rings, and who hears it.
//!
//! Invariants: every log group is of ours, encrypted and with an end; every alarm says what it means and goes to the environment's topic.

mod alarms;
pub mod retention;
mod topic;

use strata_aws::logs::LogGroup;
use strata_graph::Layer;

use crate::builder::{About, Handle};
use crate::environment::Context;

pub(crate) use alarms::{
    cache_alarms, database_alarms, files_alarms, function_alarms, host_alarms, job_alarms, load_balancer_alarms, queue_alarms,
    route_alarms, search_alarms, service_alarms, stream_alarms, table_alarms, topic_alarms,
};
pub(crate) use topic::lower as lower_topic;

/// The name of the log group of a workload or resource, known before it stands.
pub(crate) fn log_group_name(context: &Context<'_>, name: &str) -> String {
    context.builder.naming().path(&[name])
}

/// The log group of a workload in a section of the application file.
pub(crate) fn log_group(context: &mut Context<'_>, section: &str, name: &str, key: &Handle) -> Handle {
    let about = About::new(format!("{section}.{name}"), format!("What {name} writes."));
    let group = log_group_name(context, name);
    named_log_group(context, name, group, about, key)
}

/// A log group whose name is fixed by who writes to it.
pub(crate) fn named_log_group(context: &mut Context<'_>, name: &str, group: String, about: About, key: &Handle) -> Handle {
    let group = LogGroup {
        log_group_name: group,
        retention_in_days: retention::of(&context.builder, context.platform),
        kms_key_id: Some(key.arn()),
        ..LogGroup::default()
    };
    let about = retention::about(context.platform, about);
    context.builder.add(name, group, about.in_layer(Layer::Observability))
}
