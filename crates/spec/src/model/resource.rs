//! `resources`: things that hold data. Each type has options of its own; another option is an error.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{TargetKind, words};
use crate::values::{DataSize, Duration, InstanceClass, Size, Version};

/// A thing that holds data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Resource {
    /// A PostgreSQL database.
    Postgres(Postgres),
    /// A MySQL database.
    Mysql(Mysql),
    /// A Redis-compatible cache.
    Redis(Redis),
    /// A full-text search engine.
    Search(Search),
    /// An object store.
    Bucket(Bucket),
    /// A key-value table.
    Table(Table),
    /// A message queue with a dead-letter queue.
    Queue(Queue),
    /// A publish-subscribe topic.
    Topic(Topic),
    /// An event bus.
    Bus(Bus),
    /// A data stream.
    Stream(Stream),
    /// An encryption key.
    Key(Key),
    /// A generated secret.
    Secret(Secret),
    /// Files that several tasks share.
    Files(Files),
}

words! {
    /// The types of resources.
    ResourceKind {
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
    }
}

impl ResourceKind {
    /// The same as a target of `uses`.
    pub fn target_kind(self) -> TargetKind {
        match self {
            ResourceKind::Postgres => TargetKind::Postgres,
            ResourceKind::Mysql => TargetKind::Mysql,
            ResourceKind::Redis => TargetKind::Redis,
            ResourceKind::Search => TargetKind::Search,
            ResourceKind::Bucket => TargetKind::Bucket,
            ResourceKind::Table => TargetKind::Table,
            ResourceKind::Queue => TargetKind::Queue,
            ResourceKind::Topic => TargetKind::Topic,
            ResourceKind::Bus => TargetKind::Bus,
            ResourceKind::Stream => TargetKind::Stream,
            ResourceKind::Key => TargetKind::Key,
            ResourceKind::Secret => TargetKind::Secret,
            ResourceKind::Files => TargetKind::Files,
        }
    }
}

impl Resource {
    /// Its type.
    pub fn kind(&self) -> ResourceKind {
        match self {
            Resource::Postgres(_) => ResourceKind::Postgres,
            Resource::Mysql(_) => ResourceKind::Mysql,
            Resource::Redis(_) => ResourceKind::Redis,
            Resource::Search(_) => ResourceKind::Search,
            Resource::Bucket(_) => ResourceKind::Bucket,
            Resource::Table(_) => ResourceKind::Table,
            Resource::Queue(_) => ResourceKind::Queue,
            Resource::Topic(_) => ResourceKind::Topic,
            Resource::Bus(_) => ResourceKind::Bus,
            Resource::Stream(_) => ResourceKind::Stream,
            Resource::Key(_) => ResourceKind::Key,
            Resource::Secret(_) => ResourceKind::Secret,
            Resource::Files(_) => ResourceKind::Files,
        }
    }

    /// Its size word or number, if it is of a type that has sizes and says one.
    pub fn size(&self) -> Option<&Size> {
        match self {
            Resource::Postgres(postgres) => postgres.size.as_ref(),
            Resource::Mysql(mysql) => mysql.size.as_ref(),
            Resource::Redis(redis) => redis.size.as_ref(),
            Resource::Search(search) => search.size.as_ref(),
            _ => None,
        }
    }

    /// The instance class that it names itself, if any.
    pub fn class(&self) -> Option<&InstanceClass> {
        match self {
            Resource::Postgres(postgres) => postgres.class.as_ref(),
            Resource::Mysql(mysql) => mysql.class.as_ref(),
            Resource::Redis(redis) => redis.class.as_ref(),
            Resource::Search(search) => search.class.as_ref(),
            _ => None,
        }
    }
}

/// A PostgreSQL database.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Postgres {
    /// The version, such as `16`; 17 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// How large: a word or a number of virtual processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// The instance class itself, instead of a size: `db.r6g.large`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<InstanceClass>,
    /// How much it can hold; grows by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<DataSize>,
    /// How long backups are kept; 35 days at most. If absent, as long as a standard asks for, and 7 at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backups: Option<Duration>,
    /// How many copies for reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 15))]
    pub replicas: Option<u32>,
    /// Whether a second copy stands ready in another zone; if absent, a standard that asks for it or the size decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_zone: Option<bool>,
}

/// A MySQL database.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mysql {
    /// The version: `8.0` or `8.4`; 8.4 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// How large: a word or a number of virtual processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// The instance class itself, instead of a size: `db.r6g.large`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<InstanceClass>,
    /// How much it can hold; grows by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<DataSize>,
    /// How long backups are kept; 35 days at most. If absent, as long as a standard asks for, and 7 at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backups: Option<Duration>,
    /// How many copies for reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 15))]
    pub replicas: Option<u32>,
    /// Whether a second copy stands ready in another zone; if absent, a standard that asks for it or the size decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_zone: Option<bool>,
}

/// A Redis-compatible cache.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    /// The version; 7.1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// How large: a word or a number of virtual processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// The node class itself, instead of a size: `cache.m6g.large`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<InstanceClass>,
    /// How long backups are kept; 35 days at most, 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backups: Option<Duration>,
    /// How many copies; the size decides if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 5))]
    pub replicas: Option<u32>,
    /// Whether a copy in another zone takes over; if absent, a standard that asks for it or the size decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_zone: Option<bool>,
}

/// A full-text search engine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// The version of OpenSearch; 2.19 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// How large each node is: a word or a number of virtual processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// The class of the nodes itself, instead of a size: `m6g.large.search`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<InstanceClass>,
    /// How much each node can hold; does not grow by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<DataSize>,
    /// How many nodes hold data; one if absent, and three or four where they stand in several zones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 80))]
    pub nodes: Option<u32>,
    /// Whether the nodes stand in every zone of the network, led by three nodes that hold no data; if absent, a standard that asks for it or the
    /// size decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_zone: Option<bool>,
}

/// An object store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// Whether old versions of objects are kept; yes if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versioned: Option<bool>,
    /// When objects are removed; never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire: Option<Duration>,
}

/// A key-value table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The attribute that rows are found by; its values are text. Another key is another table: a change replaces it.
    #[schemars(length(min = 1, max = 255))]
    pub key: String,
    /// The attribute that rows with the same key are sorted by; its values are text, so numbers have leading zeros and times are in ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255))]
    pub sort: Option<String>,
    /// The attribute that says when a row is removed: a number of seconds since 1970. If absent, no row is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255))]
    pub expire: Option<String>,
}

/// A message queue with a dead-letter queue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// How often a message is tried before it goes to the dead-letter queue; 5 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub retries: Option<u32>,
    /// How long a message that is being worked on is hidden from others; 30 seconds if absent, 12 hours at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Duration>,
    /// How long a message is kept; 4 days if absent, 14 days at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Duration>,
    /// Whether messages keep their order and come once only.
    #[serde(default)]
    pub fifo: bool,
}

/// A publish-subscribe topic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Whether messages keep their order and come once only.
    #[serde(default)]
    pub fifo: bool,
}

/// An event bus.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bus {
    /// How long events are kept for replay; not at all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<Duration>,
}

/// A data stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// How many shards; grows by itself if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub shards: Option<u32>,
    /// How long records are kept; 365 days at most. If absent, as long as a standard asks for, and 24 hours at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Duration>,
}

/// An encryption key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// How often it is renewed; every year if absent, 90 days to 2560 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotate: Option<Duration>,
}

/// A generated secret.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// How many characters; 32 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 16, max = 256))]
    pub length: Option<u32>,
}

/// Files that several tasks share, mounted at `/mnt/NAME` in each container that uses them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// Whether files that nobody opened for 30 days move to cheaper storage, and back when they are opened; yes if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiered: Option<bool>,
}
