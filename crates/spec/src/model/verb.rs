//! The verbs of `uses` and what each may be said to.

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize};

use super::words;
use crate::values::Name;

/// What a workload may do with the things that it uses. The only way to reach anything.
pub type Uses = IndexMap<Name, Vec<Verb>>;

words! {
    /// What a workload does with a thing that it uses.
    Verb {
        /// Read data.
        Read = "read",
        /// Read and change data.
        Write = "write",
        /// Change the structure too (databases).
        Admin = "admin",
        /// Put messages into a queue.
        Send = "send",
        /// Take messages from a queue.
        Receive = "receive",
        /// Publish to a topic, a bus or a stream.
        Publish = "publish",
        /// Read from a topic, a bus or a stream.
        Subscribe = "subscribe",
        /// Call a service.
        Call = "call",
        /// Encrypt with a key.
        Encrypt = "encrypt",
        /// Decrypt with a key.
        Decrypt = "decrypt",
    }
}

words! {
    /// The kinds of things that `uses` can name.
    TargetKind {
        /// A PostgreSQL database.
        Postgres = "postgres",
        /// A MySQL database.
        Mysql = "mysql",
        /// A Redis-compatible cache.
        Redis = "redis",
        /// A full-text search engine.
        Search = "search",
        /// An object store.
        Bucket = "bucket",
        /// A key-value table.
        Table = "table",
        /// A message queue.
        Queue = "queue",
        /// A publish-subscribe topic.
        Topic = "topic",
        /// An event bus.
        Bus = "bus",
        /// A data stream.
        Stream = "stream",
        /// An encryption key.
        Key = "key",
        /// A generated secret.
        Secret = "secret",
        /// Files that several tasks share.
        Files = "files",
        /// A service of this application.
        Service = "service",
    }
}

impl TargetKind {
    /// The verbs that may be said to it; a stronger one includes the weaker ones before it where they are of the same sort
    /// (`write` includes `read`, `admin` includes both).
    pub fn verbs(self) -> &'static [Verb] {
        match self {
            TargetKind::Postgres | TargetKind::Mysql => &[Verb::Read, Verb::Write, Verb::Admin],
            TargetKind::Redis | TargetKind::Search | TargetKind::Bucket | TargetKind::Table | TargetKind::Files => {
                &[Verb::Read, Verb::Write]
            }
            TargetKind::Queue => &[Verb::Send, Verb::Receive],
            TargetKind::Topic | TargetKind::Bus | TargetKind::Stream => &[Verb::Publish, Verb::Subscribe],
            TargetKind::Key => &[Verb::Encrypt, Verb::Decrypt],
            TargetKind::Secret => &[Verb::Read],
            TargetKind::Service => &[Verb::Call],
        }
    }
}

/// One verb or a list of verbs.
#[derive(Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Verbs")]
pub(crate) enum VerbsForm {
    /// One verb.
    One(Verb),
    /// Several verbs.
    Several(#[schemars(length(min = 1))] Vec<Verb>),
}

/// Reads `uses`: each value is one verb or a list; the result is sorted and has no verb twice.
pub(crate) fn read_uses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uses, D::Error> {
    let forms: IndexMap<Name, VerbsForm> = IndexMap::deserialize(deserializer)?;
    Ok(forms
        .into_iter()
        .map(|(name, form)| {
            let mut verbs = match form {
                VerbsForm::One(verb) => vec![verb],
                VerbsForm::Several(verbs) => verbs,
            };
            verbs.sort_unstable();
            verbs.dedup();
            (name, verbs)
        })
        .collect())
}
