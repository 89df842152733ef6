//! Physical names: what the cloud calls the things that we name ourselves.
//!
//! Invariant: a name depends only on the platform, the scope and the parts, and stays within the limit of its service.
//! Two scopes whose joined names meet (application `a-b` with environment `c`, and `a` with `b-c`) are told apart by the
//! ownership tags: the engine takes over nothing that carries another address.

use strata_graph::{Scope, name};

/// The most characters that a service takes in a name (the services' API references, November 2026).
pub mod limit {
    /// Application load balancers and target groups.
    pub const LOAD_BALANCER: usize = 32;
    /// RDS instances, subnet groups and parameter groups.
    pub const DATABASE: usize = 63;
    /// IAM roles and instance profiles.
    pub const ROLE: usize = 64;
    /// IAM managed and inline policies.
    pub const POLICY: usize = 128;
    /// S3 buckets.
    pub const BUCKET: usize = 63;
    /// ElastiCache replication groups.
    pub const CACHE: usize = 40;
    /// OpenSearch domains.
    pub const SEARCH: usize = 28;
    /// Lambda functions.
    pub const FUNCTION: usize = 64;
    /// SQS queues.
    pub const QUEUE: usize = 80;
    /// DynamoDB tables.
    pub const TABLE: usize = 255;
    /// Kinesis streams.
    pub const STREAM: usize = 128;
    /// SNS topics.
    pub const TOPIC: usize = 256;
    /// Secrets Manager secrets (six characters are added by AWS).
    pub const SECRET: usize = 505;
    /// EventBridge schedules and schedule groups.
    pub const SCHEDULE: usize = 64;
    /// CloudWatch alarms.
    pub const ALARM: usize = 255;
    /// CloudWatch log groups.
    pub const LOG_GROUP: usize = 512;
    /// EC2 security groups, launch templates and auto scaling groups.
    pub const GROUP: usize = 255;
    /// ECS clusters, services and task families.
    pub const ECS: usize = 255;
    /// EKS clusters.
    pub const EKS: usize = 100;
    /// EKS node groups.
    pub const NODE_GROUP: usize = 63;
    /// KMS aliases without the prefix `alias/`.
    pub const ALIAS: usize = 250;
    /// WAFv2 web access lists.
    pub const WEB_ACL: usize = 128;
    /// Backup vaults and plans.
    pub const BACKUP: usize = 50;
    /// CloudTrail trails.
    pub const TRAIL: usize = 128;
    /// Values of tags.
    pub const TAG: usize = 256;
}

/// Makes the names of one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    prefix: Vec<String>,
    platform: String,
    account_id: String,
    region: String,
}

impl Naming {
    /// The names of a scope of a platform in an account and region.
    #[must_use]
    pub fn new(platform: &str, scope: &Scope, account_id: &str, region: &str) -> Self {
        let own: Vec<String> = match scope {
            Scope::Account(name) => vec!["account".to_owned(), name.replace('.', "-")],
            Scope::Network(name) => vec!["network".to_owned(), name.clone()],
            Scope::Cluster(name) => vec!["cluster".to_owned(), name.clone()],
            Scope::Environment { application, environment } => vec![application.clone(), environment.clone()],
        };
        Self {
            prefix: std::iter::once(platform.to_owned()).chain(own).collect(),
            platform: platform.to_owned(),
            account_id: account_id.to_owned(),
            region: region.to_owned(),
        }
    }

    /// `PLATFORM-APPLICATION-ENVIRONMENT-PARTS`, or `PLATFORM-network-NAME-PARTS` and the like, within a limit of [`limit`].
    #[must_use]
    pub fn name(&self, parts: &[&str], limit: usize) -> String {
        let all: Vec<&str> = self.prefix.iter().map(String::as_str).chain(parts.iter().copied()).collect();
        name::bounded(&all, limit)
    }

    /// A bucket's name. Buckets share one name space worldwide, so a fingerprint of platform, account and region ends it.
    #[must_use]
    pub fn bucket(&self, parts: &[&str]) -> String {
        const DIGITS: usize = 8;
        let place = name::fingerprint(&format!("{}/{}/{}", self.platform, self.account_id, self.region), DIGITS);
        format!("{}-{place}", self.name(parts, limit::BUCKET - DIGITS - 1))
    }

    /// A path of the scope for services whose names are paths: `/PLATFORM/APPLICATION/ENVIRONMENT/PARTS`.
    #[must_use]
    pub fn path(&self, parts: &[&str]) -> String {
        let all: Vec<&str> = self.prefix.iter().map(String::as_str).chain(parts.iter().copied()).collect();
        format!("/{}", all.join("/"))
    }
}

/// A text as EC2 takes it in descriptions of security groups and their rules: at most 255 characters of a small set.
#[must_use]
pub fn group_text(text: &str) -> String {
    text.chars()
        .map(|character| if character.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(character) { character } else { ' ' })
        .take(limit::GROUP)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(application: &str, environment: &str) -> Naming {
        Naming::new("acme", &Scope::environment(application, environment), "111111111111", "us-east-1")
    }

    #[test]
    fn names_say_whose_they_are() {
        assert_eq!(naming("ticketing", "dev").name(&["web"], limit::LOAD_BALANCER), "acme-ticketing-dev-web");
        assert_eq!(naming("ticketing", "dev").path(&["web"]), "/acme/ticketing/dev/web");
        let network = Naming::new("acme", &Scope::Network("nonprod".into()), "111111111111", "us-east-1");
        assert_eq!(network.name(&["logs"], limit::ALIAS), "acme-network-nonprod-logs");
    }

    #[test]
    fn descriptions_hold_only_what_ec2_takes() {
        assert_eq!(group_text("the network's own; 100% <new>"), "the network s own; 100   new ");
        assert_eq!(group_text(&"x".repeat(300)).len(), 255);
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let long = naming("ticketing-for-airlines", "integration-testing");
        let first = long.name(&["payments"], limit::LOAD_BALANCER);
        let second = long.name(&["payouts"], limit::LOAD_BALANCER);
        assert!(first.len() <= 32 && second.len() <= 32);
        assert_ne!(first, second);
    }

    #[test]
    fn buckets_are_worldwide_unique_and_short_enough() {
        let long = Naming::new(
            "a-platform-with-a-rather-long-name",
            &Scope::environment("an-application-with-a-long-name", "integration"),
            "111111111111",
            "us-east-1",
        );
        let here = long.bucket(&["documents"]);
        assert!(here.len() <= 63, "{here}");
        let elsewhere = Naming { account_id: "222222222222".to_owned(), ..long.clone() };
        assert_ne!(here, elsewhere.bucket(&["documents"]));
        assert_eq!(here, long.bucket(&["documents"]));
    }
}
