//! What the scopes below an environment offer to those that stand on them: names and references, known before they are lowered.
//!
//! Invariant: what is named here is what the `security`, `network` and `cluster` modules lower; a dangling name fails
//! [`strata_graph::Graph::check`] in every test and in every run.

use ipnet::Ipv4Net;
use strata_aws::ec2::{SecurityGroup, Subnet, Vpc, VpcEndpoint};
use strata_aws::route53::HostedZone;
use strata_aws::servicediscovery::PrivateDnsNamespace;
use strata_aws::sns::Topic;
use strata_aws::{ecs, eks, kms, s3};
use strata_diag::{Diagnostic, Diagnostics, codes};
use strata_graph::{Scope, Text};
use strata_spec::{Cluster, Network, Platform, Runtime};

use crate::address_planner::{Tier, ZoneBlocks, availability_zones, subnets};
use crate::builder::{Handle, Lines};
use crate::naming::Naming;
use crate::placement::Placement;

/// The baseline of an account in one region.
///
/// The region of the account's first network in the platform file is its home: what AWS has once for an account (trail, password policy,
/// public access block) lives there, in the scope `account/NAME`. Each further region has a scope of its own, `account/NAME.REGION`.
#[derive(Debug, Clone)]
pub struct AccountView {
    /// The account's name in the platform file.
    pub name: String,
    /// The scope of this region's baseline.
    pub scope: Scope,
    /// The scope of the home region's baseline; the same as `scope` at home.
    pub home: Scope,
    /// Account and region.
    pub placement: Placement,
    /// Account and home region.
    pub home_placement: Placement,
    /// The names of `scope`.
    pub naming: Naming,
    /// The names of `home`.
    pub home_naming: Naming,
}

impl AccountView {
    /// The baseline that a region of an account stands on; none if the account is not declared.
    #[must_use]
    pub fn new(platform: &Platform, account: &str, region: &str) -> Option<Self> {
        let home_region =
            platform.networks.values().find(|network| network.account == *account).map_or(region, |network| network.region.as_str());
        let home = Scope::Account(account.to_owned());
        let scope = if region == home_region { home.clone() } else { Scope::Account(format!("{account}.{region}")) };
        let placement = Placement::of_account(platform, account, region)?;
        let home_placement = Placement::of_account(platform, account, home_region)?;
        let name = platform.platform.as_str();
        Some(Self {
            name: account.to_owned(),
            naming: Naming::new(name, &scope, &placement.account_id, region),
            home_naming: Naming::new(name, &home, &home_placement.account_id, home_region),
            scope,
            home,
            placement,
            home_placement,
        })
    }

    /// The key path of the account in the platform file.
    #[must_use]
    pub fn key_path(&self) -> String {
        format!("platform:accounts.{}", self.name)
    }

    /// Whether this is the account's home region.
    #[must_use]
    pub fn is_home(&self) -> bool {
        self.scope == self.home
    }

    /// The name of the bucket that S3 and load balancers of this region write access logs to.
    #[must_use]
    pub fn access_logs_bucket_name(&self) -> String {
        self.naming.bucket(&["access-logs"])
    }

    /// That bucket.
    #[must_use]
    pub fn access_logs_bucket(&self) -> Handle {
        Handle::to::<s3::Bucket>(&self.scope, "access-logs")
    }

    /// The policy of that bucket: what makes others write there (load balancers) must come after it.
    #[must_use]
    pub fn access_logs_bucket_policy(&self) -> Handle {
        Handle::to::<s3::BucketPolicy>(&self.scope, "access-logs")
    }

    /// The name of the bucket for CloudTrail and Config of the whole account.
    #[must_use]
    pub fn audit_bucket_name(&self) -> String {
        self.home_naming.bucket(&["audit"])
    }

    /// The key of this region's logs, topics and audit data.
    #[must_use]
    pub fn key(&self) -> Handle {
        Handle::to::<kms::Key>(&self.scope, "logs")
    }

    /// The topic for the alarms of the account in this region. Its output is `TopicArn`.
    #[must_use]
    pub fn alerts_topic(&self) -> Handle {
        Handle::to::<Topic>(&self.scope, "alerts")
    }
}

/// One availability zone of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// For example `us-east-1a`.
    pub name: String,
    /// Its letter, the end of the names of its subnets.
    pub letter: char,
    /// Its blocks.
    pub blocks: ZoneBlocks,
}

/// A network.
#[derive(Debug, Clone)]
pub struct NetworkView<'a> {
    /// Its name in the platform file.
    pub name: String,
    /// Its own part of the platform file.
    pub declared: &'a Network,
    /// Its scope.
    pub scope: Scope,
    /// Account and region.
    pub placement: Placement,
    /// Its names.
    pub naming: Naming,
    /// Its range.
    pub range: Ipv4Net,
    /// Its zones, in order.
    pub zones: Vec<Zone>,
    /// The name of its private zone: `NETWORK.PLATFORM.internal`.
    pub private_zone_name: String,
}

impl<'a> NetworkView<'a> {
    /// The network of that name.
    ///
    /// # Errors
    /// It is not declared, its account is not, it has no room for its zones, or its region has fewer.
    pub fn new(platform: &'a Platform, name: &str, lines: Lines<'_>) -> Result<Self, Diagnostics> {
        let key = format!("platform:networks.{name}");
        let Some(declared) = platform.networks.get(name) else {
            let diagnostic = Diagnostic::error(codes::E0212, format!("there is no network `{name}`")).at(lines.span("platform:networks"));
            return Err(diagnostic.hint("declare it in the platform file under `networks`").into());
        };
        let Some(placement) = Placement::of_network(platform, declared) else {
            let message = format!("the account `{}` of the network `{name}` is not declared", declared.account);
            let diagnostic = Diagnostic::error(codes::E0213, message).at(lines.span(&format!("{key}.account")));
            return Err(diagnostic.hint("declare it in the platform file under `accounts`").into());
        };
        let Some(range) = strata_spec::network_ranges(platform).get(name).copied() else {
            let message = format!("there is no room for the network `{name}` in the address space");
            let diagnostic = Diagnostic::error(codes::E0301, message).at(lines.span(&format!("{key}.size")));
            return Err(diagnostic.hint("make `address_space` larger or the network smaller").into());
        };
        let region = declared.region.as_str();
        let Some(zone_names) = availability_zones(region, declared.zones) else {
            let message = format!("the region {region} has fewer than {} availability zones for new accounts", declared.zones);
            let diagnostic = Diagnostic::error(codes::E0318, message).at(lines.span(&format!("{key}.zones")));
            return Err(diagnostic.hint("ask for fewer zones or another region").into());
        };
        let Some(blocks) = subnets(range, declared.zones) else {
            let message = format!("{range} has no room for three tiers of subnets in {} zones", declared.zones);
            let diagnostic = Diagnostic::error(codes::E0301, message).at(lines.span(&format!("{key}.size")));
            return Err(diagnostic.hint("a subnet of AWS is /28 or larger; /22 has room for six zones").into());
        };
        let zones = zone_names
            .into_iter()
            .zip(blocks)
            .map(|(name, blocks)| Zone { letter: name.chars().last().unwrap_or('a'), name, blocks })
            .collect();
        let scope = Scope::Network(name.to_owned());
        let platform_name = platform.platform.as_str();
        Ok(Self {
            name: name.to_owned(),
            declared,
            naming: Naming::new(platform_name, &scope, &placement.account_id, region),
            scope,
            placement,
            range,
            zones,
            private_zone_name: format!("{name}.{platform_name}.internal"),
        })
    }

    /// The key path of the network in the platform file.
    #[must_use]
    pub fn key_path(&self) -> String {
        format!("platform:networks.{}", self.name)
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.placement.region
    }

    /// The id of the VPC.
    #[must_use]
    pub fn vpc_id(&self) -> Text {
        Handle::to::<Vpc>(&self.scope, "main").output("VpcId")
    }

    /// The subnet of a tier in a zone.
    #[must_use]
    pub fn subnet(&self, tier: Tier, zone: &Zone) -> Handle {
        Handle::to::<Subnet>(&self.scope, &Self::subnet_name(tier, zone))
    }

    /// The name of the subnet of a tier in a zone: `private-a`.
    #[must_use]
    pub fn subnet_name(tier: Tier, zone: &Zone) -> String {
        format!("{}-{}", tier.word(), zone.letter)
    }

    /// The ids of a tier's subnets, in the order of the zones.
    #[must_use]
    pub fn subnet_ids(&self, tier: Tier) -> Vec<Text> {
        self.zones.iter().map(|zone| self.subnet(tier, zone).output("SubnetId")).collect()
    }

    /// The security group of the interface endpoint for a service (`sqs`, `ecr.api`). Rules into it belong to those who use it.
    #[must_use]
    pub fn endpoint_group(&self, service: &str) -> Handle {
        Handle::to::<SecurityGroup>(&self.scope, &endpoint_name(service))
    }

    /// A gateway endpoint (`s3`, `dynamodb`); its output `PrefixListId` is the service's addresses, for rules of security groups.
    #[must_use]
    pub fn gateway_endpoint(&self, service: &str) -> Handle {
        Handle::to::<VpcEndpoint>(&self.scope, service)
    }

    /// The private hosted zone.
    #[must_use]
    pub fn private_zone(&self) -> Handle {
        Handle::to::<HostedZone>(&self.scope, "internal")
    }

    /// The private zone below it in which the services of ECS clusters find each other: `services.nonprod.acme.internal`.
    #[must_use]
    pub fn services_zone_name(&self) -> String {
        format!("services.{}", self.private_zone_name)
    }

    /// Cloud Map's namespace of that zone; made where an ECS cluster stands in the network.
    #[must_use]
    pub fn services_namespace(&self) -> Handle {
        Handle::to::<PrivateDnsNamespace>(&self.scope, "services")
    }
}

/// The name of an interface endpoint and its group: `endpoint-ecr-api`.
#[must_use]
pub fn endpoint_name(service: &str) -> String {
    format!("endpoint-{}", service.replace('.', "-"))
}

/// A cluster.
#[derive(Debug, Clone)]
pub struct ClusterView<'a> {
    /// Its name in the platform file.
    pub name: String,
    /// Its own part of the platform file.
    pub declared: &'a Cluster,
    /// Its scope.
    pub scope: Scope,
    /// Account and region, which are its network's.
    pub placement: Placement,
    /// Its names.
    pub naming: Naming,
}

impl<'a> ClusterView<'a> {
    /// The cluster of that name; its network must be declared.
    ///
    /// # Errors
    /// The cluster, its network or its account is not declared.
    pub fn new(platform: &'a Platform, name: &str, lines: Lines<'_>) -> Result<Self, Diagnostics> {
        let Some(declared) = platform.clusters.get(name) else {
            let diagnostic = Diagnostic::error(codes::E0211, format!("there is no cluster `{name}`")).at(lines.span("platform:clusters"));
            return Err(diagnostic.hint("declare it in the platform file under `clusters`").into());
        };
        let placement = platform.networks.get(&declared.network).and_then(|network| Placement::of_network(platform, network));
        let Some(placement) = placement else {
            let message = format!("the network `{}` of the cluster `{name}` is not declared", declared.network);
            let diagnostic = Diagnostic::error(codes::E0212, message).at(lines.span(&format!("platform:clusters.{name}.network")));
            return Err(diagnostic.hint("declare it in the platform file under `networks`").into());
        };
        let scope = Scope::Cluster(name.to_owned());
        Ok(Self {
            name: name.to_owned(),
            declared,
            naming: Naming::new(platform.platform.as_str(), &scope, &placement.account_id, &placement.region),
            scope,
            placement,
        })
    }

    /// The key path of the cluster in the platform file.
    #[must_use]
    pub fn key_path(&self) -> String {
        format!("platform:clusters.{}", self.name)
    }

    /// Whether containers run on Amazon ECS.
    #[must_use]
    pub fn is_ecs(&self) -> bool {
        self.declared.runtime == Runtime::Ecs
    }

    /// What AWS calls the cluster, known before it stands.
    #[must_use]
    pub fn physical_name(&self) -> String {
        self.naming.name(&[], crate::naming::limit::EKS)
    }

    /// The ECS cluster.
    #[must_use]
    pub fn ecs_cluster(&self) -> Handle {
        Handle::to::<ecs::Cluster>(&self.scope, "main")
    }

    /// The EKS cluster.
    #[must_use]
    pub fn eks_cluster(&self) -> Handle {
        Handle::to::<eks::Cluster>(&self.scope, "main")
    }

    /// The cluster's key.
    #[must_use]
    pub fn key(&self) -> Handle {
        Handle::to::<kms::Key>(&self.scope, "main")
    }

    /// The security group of a Kubernetes cluster's machines, whose pods share it.
    #[must_use]
    pub fn nodes_group(&self) -> Handle {
        Handle::to::<SecurityGroup>(&self.scope, "nodes")
    }
}
