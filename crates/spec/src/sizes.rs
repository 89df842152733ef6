//! What size words and numbers mean: the platform's `sizes`, on top of the product's table below.
//!
//! Invariant: [`check_word`] accepts a word exactly if the functions here can answer for it.

use crate::model::{Host, Mysql, Platform, Postgres, Redis, Search, SizeDefinition};
use crate::values::{InstanceClass, SEARCH, Size};

/// The words that the product defines for everything that has a size.
pub const WORDS: &[&str] = &["tiny", "small", "medium", "large", "xlarge"];

/// The word where nothing else is said.
pub const DEFAULT_WORD: &str = "small";

/// How large a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseSize {
    /// The RDS instance class: `db.r6g.large`.
    pub class: String,
    /// Whether a second copy stands ready in another zone.
    pub multi_zone: bool,
    /// Storage in GiB.
    pub storage_gib: u64,
    /// How many read replicas.
    pub replicas: u32,
}

/// How large a cache is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheSize {
    /// The ElastiCache node type: `cache.t4g.micro`.
    pub class: String,
    /// How many replicas beside the primary.
    pub replicas: u32,
    /// Whether a replica in another zone takes over.
    pub multi_zone: bool,
}

/// How large a search engine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchSize {
    /// The OpenSearch instance type: `m6g.large.search`.
    pub class: String,
    /// Whether its nodes stand in every zone of the network, with nodes that lead and hold no data.
    pub multi_zone: bool,
    /// Storage of each node in GiB.
    pub storage_gib: u64,
    /// How many nodes hold data, where the file says it.
    pub nodes: Option<u32>,
}

/// How large a container is; always a combination that Fargate has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContainerSize {
    /// In 1024ths of a virtual processor.
    pub cpu_units: u32,
    /// In MiB.
    pub memory_mib: u64,
}

struct Row {
    word: &'static str,
    cpus: u32,
    database: (&'static str, bool, u64),
    cache: (&'static str, u32, bool),
    search: (&'static str, bool, u64),
    machine: &'static str,
    node: &'static str,
    container: (u32, u64),
    function_mib: u64,
}

/// The product's table, smallest first. Families are Graviton ones, which the guardrails of the templates allow; but the small classes of OpenSearch
/// are t3 ones, as it has no t4g.
static TABLE: &[Row] = &[
    Row {
        word: "tiny",
        cpus: 1,
        database: ("db.t4g.micro", false, 20),
        cache: ("cache.t4g.micro", 0, false),
        search: ("t3.small.search", false, 10),
        machine: "t4g.micro",
        node: "t4g.medium",
        container: (256, 512),
        function_mib: 128,
    },
    Row {
        word: "small",
        cpus: 2,
        database: ("db.t4g.medium", false, 20),
        cache: ("cache.t4g.small", 1, true),
        search: ("t3.medium.search", false, 20),
        machine: "t4g.medium",
        node: "t4g.large",
        container: (512, 1024),
        function_mib: 256,
    },
    Row {
        word: "medium",
        cpus: 2,
        database: ("db.m6g.large", true, 50),
        cache: ("cache.m6g.large", 1, true),
        search: ("m6g.large.search", true, 50),
        machine: "m6g.large",
        node: "m6g.large",
        container: (1024, 2048),
        function_mib: 512,
    },
    Row {
        word: "large",
        cpus: 4,
        database: ("db.r6g.xlarge", true, 100),
        cache: ("cache.r6g.large", 2, true),
        search: ("r6g.large.search", true, 100),
        machine: "m6g.xlarge",
        node: "m6g.xlarge",
        container: (2048, 4096),
        function_mib: 1024,
    },
    Row {
        word: "xlarge",
        cpus: 8,
        database: ("db.r6g.2xlarge", true, 200),
        cache: ("cache.r6g.xlarge", 2, true),
        search: ("r6g.xlarge.search", true, 200),
        machine: "m6g.2xlarge",
        node: "m6g.2xlarge",
        container: (4096, 8192),
        function_mib: 2048,
    },
];

/// The processors of Graviton instance sizes, for sizes that are numbers.
const NUMBERED: &[(u32, &str)] =
    &[(2, "large"), (4, "xlarge"), (8, "2xlarge"), (16, "4xlarge"), (32, "8xlarge"), (48, "12xlarge"), (64, "16xlarge")];

/// The largest number of virtual processors for each kind of sized thing.
pub fn largest_number(kind: &str) -> u32 {
    match kind {
        "service" => 16,
        "function" => 5,
        _ => 64,
    }
}

fn row(word: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.word == word)
}

fn word_of(size: Option<&Size>) -> &str {
    match size {
        Some(Size::Word(word)) => word.as_str(),
        _ => DEFAULT_WORD,
    }
}

/// The product's row for a word; a word that only the platform knows builds on `medium`.
fn base(word: &str) -> &'static Row {
    row(word).or_else(|| row("medium")).unwrap_or(&TABLE[0])
}

fn defined<'a>(platform: &'a Platform, kind: &str, word: &str) -> Option<&'a SizeDefinition> {
    platform.sizes.iter().find(|(key, _)| key.kind() == kind && key.word() == word).map(|(_, definition)| definition)
}

/// Every word that is defined for a kind (`postgres`, `mysql`, `redis`, `search`, `service`, `host`, `function`, `nodes`): the product's and the platform's.
pub fn words<'a>(platform: &'a Platform, kind: &str) -> Vec<&'a str> {
    let mut words: Vec<&str> = WORDS.to_vec();
    for key in platform.sizes.keys().filter(|key| key.kind() == kind) {
        if !words.contains(&key.word().as_str()) {
            words.push(key.word().as_str());
        }
    }
    words
}

/// Whether a word is defined for a kind, or a number is within what the kind allows.
pub fn check_word(platform: &Platform, kind: &str, size: &Size) -> bool {
    match size {
        Size::Word(word) => row(word.as_str()).is_some() || defined(platform, kind, word.as_str()).is_some(),
        Size::Number(number) => (1..=largest_number(kind)).contains(number),
    }
}

fn numbered(prefix: &str, number: u32, families: (&str, &str)) -> String {
    if number <= 1 {
        return format!("{prefix}{}.small", families.0);
    }
    let size = NUMBERED.iter().find(|(cpus, _)| *cpus >= number).map_or("16xlarge", |(_, size)| size);
    format!("{prefix}{}.{size}", families.1)
}

fn class(definition: Option<&SizeDefinition>, default: &str) -> String {
    definition.and_then(|definition| definition.class.as_ref()).map_or_else(|| default.to_owned(), ToString::to_string)
}

fn database(platform: &Platform, kind: &str, size: Option<&Size>) -> DatabaseSize {
    if let Some(Size::Number(number)) = size {
        let class = numbered("db.", *number, ("t4g", "r6g"));
        return DatabaseSize { class, multi_zone: *number >= 2, storage_gib: 50, replicas: 0 };
    }
    let word = word_of(size);
    let (default_class, multi_zone, storage) = base(word).database;
    let definition = defined(platform, kind, word);
    DatabaseSize {
        class: class(definition, default_class),
        multi_zone: definition.and_then(|definition| definition.multi_zone).unwrap_or(multi_zone),
        storage_gib: definition.and_then(|definition| definition.storage.as_ref()).map_or(storage, |storage| storage.gib()),
        replicas: definition.and_then(|definition| definition.replicas).unwrap_or(0),
    }
}

/// What a word means for PostgreSQL on this platform.
pub fn postgres_size(platform: &Platform, size: Option<&Size>) -> DatabaseSize {
    database(platform, "postgres", size)
}

/// What a word means for MySQL on this platform.
pub fn mysql_size(platform: &Platform, size: Option<&Size>) -> DatabaseSize {
    database(platform, "mysql", size)
}

/// What a word means for Redis on this platform.
pub fn redis_size(platform: &Platform, size: Option<&Size>) -> CacheSize {
    if let Some(Size::Number(number)) = size {
        let replicas = u32::from(*number >= 2);
        return CacheSize { class: numbered("cache.", *number, ("t4g", "r6g")), replicas, multi_zone: replicas > 0 };
    }
    let word = word_of(size);
    let (default_class, replicas, multi_zone) = base(word).cache;
    let definition = defined(platform, "redis", word);
    CacheSize {
        class: class(definition, default_class),
        replicas: definition.and_then(|definition| definition.replicas).unwrap_or(replicas),
        multi_zone: definition.and_then(|definition| definition.multi_zone).unwrap_or(multi_zone),
    }
}

/// What a word means for a search engine on this platform.
pub fn search_size(platform: &Platform, size: Option<&Size>) -> SearchSize {
    if let Some(Size::Number(number)) = size {
        let class = format!("{}{SEARCH}", numbered("", *number, ("t3", "r6g")));
        return SearchSize { class, multi_zone: *number >= 2, storage_gib: 50, nodes: None };
    }
    let word = word_of(size);
    let (default_class, multi_zone, storage) = base(word).search;
    let definition = defined(platform, "search", word);
    SearchSize {
        class: class(definition, default_class),
        multi_zone: definition.and_then(|definition| definition.multi_zone).unwrap_or(multi_zone),
        storage_gib: definition.and_then(|definition| definition.storage.as_ref()).map_or(storage, |storage| storage.gib()),
        nodes: None,
    }
}

/// The instance type that a word means for a host.
pub fn host_instance_type(platform: &Platform, size: Option<&Size>) -> String {
    match size {
        Some(Size::Number(number)) => numbered("", *number, ("t4g", "m6g")),
        _ => class(defined(platform, "host", word_of(size)), base(word_of(size)).machine),
    }
}

/// The instance type that a word means for the machines of a Kubernetes cluster.
pub fn node_instance_type(platform: &Platform, size: Option<&Size>) -> String {
    match size {
        Some(Size::Number(number)) => numbered("", *number, ("t4g", "m6g")),
        _ => class(defined(platform, "nodes", word_of(size)), base(word_of(size)).node),
    }
}

/// What a word means for the containers of services and jobs; rounded up to a combination that Fargate has.
pub fn container_size(platform: &Platform, size: Option<&Size>) -> ContainerSize {
    let (cpu, memory) = match size {
        Some(Size::Number(number)) => (number.saturating_mul(1024), u64::from(*number) * 2048),
        _ => {
            let (cpu, memory) = base(word_of(size)).container;
            let definition = defined(platform, "service", word_of(size));
            let cpu = definition.and_then(|definition| definition.cpu).unwrap_or(cpu);
            (cpu, definition.and_then(|definition| definition.memory.as_ref()).map_or(memory, |memory| memory.mib()))
        }
    };
    fargate(cpu, memory)
}

/// The smallest combination of processor and memory that Fargate has and that is not smaller than asked for
/// (Amazon ECS developer guide, "Fargate task definition differences").
fn fargate(cpu: u32, memory: u64) -> ContainerSize {
    const STEPS: &[(u32, u64, u64, u64)] = &[
        (256, 512, 2048, 512),
        (512, 1024, 4096, 1024),
        (1024, 2048, 8192, 1024),
        (2048, 4096, 16384, 1024),
        (4096, 8192, 30720, 1024),
        (8192, 16384, 61440, 4096),
        (16384, 32768, 122_880, 8192),
    ];
    for (units, least, most, step) in STEPS {
        if *units < cpu || *most < memory {
            continue;
        }
        let mut fitting = memory.max(*least).next_multiple_of(*step);
        if *units == 256 && fitting == 1536 {
            fitting = 2048;
        }
        return ContainerSize { cpu_units: *units, memory_mib: fitting };
    }
    ContainerSize { cpu_units: 16384, memory_mib: 122_880 }
}

/// The memory that a word means for a function, in MiB; a number of processors counts 1769 MiB each, as AWS Lambda does.
pub fn function_memory_mib(platform: &Platform, size: Option<&Size>) -> u64 {
    match size {
        Some(Size::Number(number)) => (u64::from(*number) * 1769).min(10_240),
        _ => {
            let definition = defined(platform, "function", word_of(size));
            definition.and_then(|definition| definition.memory.as_ref()).map_or(base(word_of(size)).function_mib, |memory| memory.mib())
        }
    }
}

/// How many virtual processors the product's word stands for; none for another word.
pub fn processors(word: &str) -> Option<u32> {
    row(word).map(|row| row.cpus)
}

fn with_own(
    mut size: DatabaseSize,
    own_class: Option<&InstanceClass>,
    multi_zone: Option<bool>,
    storage: Option<u64>,
    replicas: Option<u32>,
) -> DatabaseSize {
    if let Some(own) = own_class {
        size.class = own.to_string();
    }
    size.multi_zone = multi_zone.unwrap_or(size.multi_zone);
    size.storage_gib = storage.unwrap_or(size.storage_gib);
    size.replicas = replicas.unwrap_or(size.replicas);
    size
}

impl Postgres {
    /// How large it is: its own options, else what its size means, else the default.
    pub fn effective_size(&self, platform: &Platform) -> DatabaseSize {
        let storage = self.storage.as_ref().map(|storage| storage.gib());
        with_own(postgres_size(platform, self.size.as_ref()), self.class.as_ref(), self.multi_zone, storage, self.replicas)
    }
}

impl Mysql {
    /// How large it is: its own options, else what its size means, else the default.
    pub fn effective_size(&self, platform: &Platform) -> DatabaseSize {
        let storage = self.storage.as_ref().map(|storage| storage.gib());
        with_own(mysql_size(platform, self.size.as_ref()), self.class.as_ref(), self.multi_zone, storage, self.replicas)
    }
}

impl Redis {
    /// How large it is: its own options, else what its size means, else the default. Failover needs at least one replica.
    pub fn effective_size(&self, platform: &Platform) -> CacheSize {
        let mut size = redis_size(platform, self.size.as_ref());
        if let Some(own) = &self.class {
            size.class = own.to_string();
        }
        size.multi_zone = self.multi_zone.unwrap_or(size.multi_zone);
        let least = u32::from(size.multi_zone);
        size.replicas = self.replicas.unwrap_or(size.replicas).max(least);
        size
    }
}

impl Search {
    /// How large it is: its own options, else what its size means, else the default.
    pub fn effective_size(&self, platform: &Platform) -> SearchSize {
        let mut size = search_size(platform, self.size.as_ref());
        if let Some(own) = &self.class {
            size.class = own.to_string();
        }
        size.multi_zone = self.multi_zone.unwrap_or(size.multi_zone);
        size.storage_gib = self.storage.as_ref().map_or(size.storage_gib, |storage| storage.gib());
        size.nodes = self.nodes;
        size
    }
}

impl Host {
    /// The instance type: its own class, else what its size means, else the default.
    pub fn instance_type(&self, platform: &Platform) -> String {
        self.class.as_ref().map_or_else(|| host_instance_type(platform, self.size.as_ref()), ToString::to_string)
    }

    /// The system disk in GiB.
    pub fn storage_gib(&self, platform: &Platform) -> u64 {
        let word = word_of(self.size.as_ref());
        let defined = defined(platform, "host", word).and_then(|definition| definition.storage.as_ref());
        self.storage.as_ref().or(defined).map_or(20, |storage| storage.gib())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn platform() -> Platform {
        let json = serde_json::json!({
            "platform": "acme",
            "sizes": {
                "postgres.medium": {"class": "db.r6g.large"},
                "postgres.huge": {"class": "db.r6g.16xlarge", "storage": "2TB", "replicas": 3},
                "service.medium": {"cpu": 1024, "memory": "9GB"},
            },
        });
        serde_json::from_value(json).unwrap()
    }

    fn word(text: &str) -> Size {
        Size::Word(text.parse().unwrap())
    }

    #[test]
    fn the_platform_decides_before_the_product() {
        let platform = platform();
        let medium = postgres_size(&platform, Some(&word("medium")));
        assert_eq!((medium.class.as_str(), medium.multi_zone), ("db.r6g.large", true));
        let huge = postgres_size(&platform, Some(&word("huge")));
        assert_eq!((huge.class.as_str(), huge.storage_gib, huge.replicas), ("db.r6g.16xlarge", 2048, 3));
        assert!(check_word(&platform, "postgres", &word("huge")));
        assert!(!check_word(&platform, "mysql", &word("huge")));
        assert!(!check_word(&platform, "service", &Size::Number(17)));
        assert_eq!(postgres_size(&platform, None), postgres_size(&platform, Some(&word("small"))));
    }

    #[test]
    fn numbers_are_processors() {
        let platform = platform();
        assert_eq!(postgres_size(&platform, Some(&Size::Number(3))).class, "db.r6g.xlarge");
        assert_eq!(host_instance_type(&platform, Some(&Size::Number(1))), "t4g.small");
        assert_eq!(container_size(&platform, Some(&Size::Number(4))), ContainerSize { cpu_units: 4096, memory_mib: 8192 });
        assert_eq!(function_memory_mib(&platform, Some(&Size::Number(2))), 3538);
    }

    #[test]
    fn containers_have_combinations_that_fargate_has() {
        let platform = platform();
        for word_text in WORDS {
            let size = container_size(&platform, Some(&word(word_text)));
            assert_eq!(fargate(size.cpu_units, size.memory_mib), size, "{word_text}");
        }
        assert_eq!(container_size(&platform, Some(&word("medium"))), ContainerSize { cpu_units: 2048, memory_mib: 9216 });
        assert_eq!(fargate(256, 1100), ContainerSize { cpu_units: 256, memory_mib: 2048 });
        assert_eq!(fargate(300, 100), ContainerSize { cpu_units: 512, memory_mib: 1024 });
        assert_eq!(fargate(4096, 40_000), ContainerSize { cpu_units: 8192, memory_mib: 40_960 });
    }

    #[test]
    fn a_search_engine_has_classes_of_its_own() {
        let platform = platform();
        let medium = search_size(&platform, Some(&word("medium")));
        assert_eq!((medium.class.as_str(), medium.multi_zone, medium.storage_gib), ("m6g.large.search", true, 50));
        assert_eq!(search_size(&platform, Some(&Size::Number(1))).class, "t3.small.search");
        assert_eq!(search_size(&platform, Some(&Size::Number(5))).class, "r6g.2xlarge.search");
        let own = Search { class: Some("c6g.large.search".parse().unwrap()), nodes: Some(5), multi_zone: Some(false), ..Search::default() };
        let own = own.effective_size(&platform);
        assert_eq!((own.class.as_str(), own.multi_zone, own.nodes, own.storage_gib), ("c6g.large.search", false, Some(5), 20));
        for word_text in WORDS {
            assert!(search_size(&platform, Some(&word(word_text))).class.parse::<InstanceClass>().is_ok(), "{word_text}");
        }
    }

    #[test]
    fn failover_needs_a_replica() {
        let redis = Redis { multi_zone: Some(true), size: Some(word("tiny")), ..Redis::default() };
        assert_eq!(redis.effective_size(&platform()).replicas, 1);
    }
}
