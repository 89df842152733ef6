//! Declared secrets: a place for each, without a value.
//!
//! Invariant: no value is here, in the graph or in any file; `strata secret set` puts it straight into Secrets Manager.

use std::collections::BTreeMap;

use strata_aws::secretsmanager::Secret;

use super::{Stores, secret_prefix};
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::uses::workloads;

pub(super) fn lower(context: &mut Context<'_>, key: &Handle, stores: &mut Stores) {
    let resolved = context.resolved;
    let mut asked: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for workload in workloads(resolved) {
        for (index, name) in workload.secrets.iter().enumerate() {
            let key_path = format!("{}.secrets.{index}", workload.key());
            asked.entry(name.to_string()).or_default().push(key_path);
        }
    }
    for (name, key_paths) in asked {
        let secret = Secret {
            name: format!("{}/{name}", secret_prefix(context)),
            description: format!("{name} of {} in {}", context.application(), context.environment()),
            kms_key_id: Some(key.arn()),
            ..Secret::default()
        };
        let mut about = About::default();
        for (index, key_path) in key_paths.into_iter().enumerate() {
            about = if index == 0 {
                About::new(key_path, format!("The place for the value of {name}, which is in no file."))
            } else {
                about.also(key_path)
            };
        }
        let waiting = format!("a value: strata secret set {name} --env {}", context.environment());
        let about = about.data(name.clone()).waiting_for(waiting);
        let handle = context.builder.add(&name, secret, about);
        stores.secrets.insert(name, handle.output("Id"));
    }
}
