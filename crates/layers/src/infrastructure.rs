//! Layer 2 of an environment: its key, databases, caches, search engines, buckets, tables, queues, streams, topics, secrets, machines and backups.
//!
//! Invariants: everything is encrypted with the environment's own key; nothing is public; what holds the user's data says so
//! ([`strata_graph::Resource::data`]) and is destroyed only when it is named.

mod access;
mod backup;
mod bucket;
mod cache;
mod database;
mod files;
mod hosts;
mod key;
mod queue;
mod search;
mod secret;
mod stream;
mod table;
mod topic;
mod user_data;

use std::collections::BTreeMap;

use strata_diag::Diagnostics;
use strata_graph::{Layer, Text};
use strata_spec::Resource;

use crate::builder::Handle;
use crate::environment::Context;
use crate::naming::limit;
use crate::uses::target::Targets;

pub(crate) use access::{Trust, role};
pub(crate) use bucket::bucket_name;
pub(crate) use hosts::lower as lower_hosts;
pub(crate) use key::lower as lower_key;
pub(crate) use queue::dead_letters;
pub(crate) use stream::stream_name;
pub(crate) use table::table_name;

/// The services behind Session Manager and what an agent does there (Systems Manager user guide, "Create a custom IAM role for Session Manager").
pub(crate) const SESSION_MANAGER: &[(&str, &[&str])] = &[
    ("ssm", &["ssm:UpdateInstanceInformation"]),
    (
        "ssmmessages",
        &[
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ],
    ),
];

/// What this layer gives to those above it.
#[derive(Debug, Default)]
pub(crate) struct Stores {
    /// What can be used, by name.
    pub targets: Targets,
    /// The ARNs of the declared secrets by name.
    pub secrets: BTreeMap<String, Text>,
    /// What the backup plan covers.
    pub backed_up: Vec<Handle>,
}

/// Lowers everything that holds data.
///
/// # Errors
/// What the files ask for and AWS does not have.
pub(crate) fn lower_stores(context: &mut Context<'_>, key: &Handle) -> Result<Stores, Diagnostics> {
    context.builder.layer(Layer::Infrastructure);
    let mut stores = Stores::default();
    let mut problems = Diagnostics::new();
    let application = &context.resolved.application;
    for (name, resource) in &application.resources {
        match resource {
            Resource::Postgres(postgres) => database::lower(context, name, postgres, key, &mut stores),
            Resource::Redis(redis) => match cache::check(context, name, redis) {
                Ok(()) => cache::lower(context, name, redis, key, &mut stores),
                Err(problem) => problems.push(problem),
            },
            Resource::Search(search) => match search::check(context, name, search) {
                Ok(()) => search::lower(context, name, search, key, &mut stores),
                Err(problem) => problems.push(problem),
            },
            Resource::Bucket(bucket) => bucket::lower(context, name, bucket, key, &mut stores),
            Resource::Table(table) => table::lower(context, name, table, key, &mut stores),
            Resource::Stream(stream) => stream::lower(context, name, stream, key, &mut stores),
            Resource::Topic(topic) => topic::lower(context, name, topic, key, &mut stores),
            Resource::Queue(queue) => queue::lower(context, name, queue, key, &mut stores),
            Resource::Files(files) => files::lower(context, name, files, key, &mut stores),
            // Said by the plan as not built yet; the table is `strata_spec::not_built_yet`.
            Resource::Mysql(_) | Resource::Bus(_) | Resource::Key(_) | Resource::Secret(_) => {}
        }
    }
    secret::lower(context, key, &mut stores);
    backup::lower(context, key, &stores);
    if problems.has_errors() { Err(problems) } else { Ok(stores) }
}

/// The physical name of a security group.
pub(crate) fn group_name(context: &Context<'_>, name: &str) -> String {
    context.builder.name(&[name], limit::GROUP)
}

/// The beginning of the names of the environment's secrets.
pub(crate) fn secret_prefix(context: &Context<'_>) -> String {
    format!("{}/{}", context.application(), context.environment())
}

/// The class of the environment's data, for tags: the strictest that the application file names.
pub(crate) fn classification(context: &Context<'_>) -> &'static str {
    use strata_spec::HandlingOfCardholderData as Cards;
    let data = &context.resolved.application.data;
    match data.cardholder {
        Cards::Stored | Cards::Transmitted => "cardholder",
        _ if data.health => "health",
        _ if data.personal => "personal",
        Cards::Tokenised => "tokenised",
        Cards::None => "internal",
    }
}
