//! `platform.yaml`: what operations decides once, for every application.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Drift, Move, words};
use crate::values::{
    AccountId, Cidr, DataSize, DomainName, Duration, HttpsUrl, InstanceClass, InstanceFamily, IpAddress, MailAddress, Money, Name,
    PrefixLength, Region, RoleArn, Size, SizeKey, Telephone, TransitGatewayId, Version,
};

/// What operations decides once, for every application. Developers cannot weaken it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// The name of the platform; part of every generated name and tag.
    pub platform: Name,
    /// The version of the language; 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Who answers for it: a team or an address of mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Whom AWS calls when it sees that an account is misused; registered in every account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_contact: Option<SecurityContact>,
    /// The standards that every environment of every application meets. Applications may add, never drop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compliance: Vec<Standard>,
    /// The cloud accounts.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub accounts: IndexMap<Name, Account>,
    /// The range that every network is carved out of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_space: Option<Cidr>,
    /// The domains that hosts of environments lie in.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub domains: IndexMap<DomainName, Domain>,
    /// Layer 1: networks, one VPC each.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub networks: IndexMap<Name, Network>,
    /// Layer 2: where containers run.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub clusters: IndexMap<Name, Cluster>,
    /// What size words mean here; what is not defined has the product's default.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub sizes: IndexMap<SizeKey, SizeDefinition>,
    /// Limits on every environment of every application.
    #[serde(default)]
    pub guardrails: Guardrails,
    /// Layer 6: security tools. Each can be swapped for an alternative.
    #[serde(default)]
    pub security: Security,
    /// Layer 4: where logs, metrics and incidents go.
    #[serde(default)]
    pub observability: Observability,
    /// Who may do what.
    #[serde(default)]
    pub identity: Identity,
    /// Resources of accounts, networks and clusters that exist already and shall be taken over: whole address to cloud id.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub adopt: IndexMap<String, String>,
    /// Resources of accounts, networks and clusters that had another address before: whole addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Move>,
    /// Fields that others own, by whole address: neither compared nor changed once the resource stands.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub ignore: IndexMap<String, Vec<String>>,
}

words! {
    /// A compliance standard.
    Standard {
        /// Payment Card Industry Data Security Standard, version 3.2.1.
        PciDss321 = "pci-dss-3.2.1",
        /// Payment Card Industry Data Security Standard, version 4.0.
        PciDss40 = "pci-dss-4.0",
        /// Health Insurance Portability and Accountability Act, Security Rule.
        Hipaa = "hipaa",
        /// SOC 2, Trust Services Criteria.
        Soc2 = "soc2",
        /// NIST Special Publication 800-53, revision 5.
        Nist80053R5 = "nist-800-53-r5",
        /// NIST Special Publication 800-171.
        Nist800171 = "nist-800-171",
        /// ISO/IEC 27001:2022.
        Iso270012022 = "iso-27001-2022",
        /// Center for Internet Security, AWS Foundations Benchmark 5.0.
        CisAws50 = "cis-aws-5.0",
        /// HITRUST Common Security Framework.
        HitrustCsf = "hitrust-csf",
        /// General Data Protection Regulation.
        Gdpr = "gdpr",
    }
}

impl Standard {
    /// The name under which its requirements are cited: `PCI DSS 4.0`.
    pub fn short_name(self) -> &'static str {
        match self {
            Self::PciDss321 => "PCI DSS 3.2.1",
            Self::PciDss40 => "PCI DSS 4.0",
            Self::Hipaa => "HIPAA",
            Self::Soc2 => "SOC 2",
            Self::Nist80053R5 => "NIST SP 800-53 r5",
            Self::Nist800171 => "NIST SP 800-171",
            Self::Iso270012022 => "ISO/IEC 27001:2022",
            Self::CisAws50 => "CIS AWS 5.0",
            Self::HitrustCsf => "HITRUST CSF",
            Self::Gdpr => "GDPR",
        }
    }
}

/// Whom AWS calls when it sees that an account is misused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityContact {
    /// A person or a team; at most 64 characters.
    pub name: String,
    /// What they are; at most 50 characters.
    pub title: String,
    /// Their address of mail, best one that several people read.
    pub email: MailAddress,
    /// Their telephone, best one that somebody answers at night.
    pub phone: Telephone,
}

/// A cloud account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The AWS account number, in quotes.
    pub aws: AccountId,
    /// The role that Strata assumes in it; without one the caller's own credentials are used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleArn>,
    /// What becomes of the network that AWS puts into every new account and region.
    #[serde(default, skip_serializing_if = "DefaultNetwork::is_default")]
    pub default_network: DefaultNetwork,
    /// What to do when the cloud no longer is as planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
}

words! {
    /// What becomes of the network that AWS puts into every new account and region.
    #[derive(Default)]
    DefaultNetwork {
        /// It is removed from every region in which the platform has a network; one in use is left whole and said.
        #[default]
        Remove = "remove",
        /// It stays as it is: for an account that still runs something there. The control `vpc-default-removed` then wants a waiver.
        Keep = "keep",
    }
}

impl DefaultNetwork {
    fn is_default(&self) -> bool {
        *self == Self::Remove
    }
}

/// A domain of the platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Whether the whole internet can resolve it.
    #[serde(default)]
    pub zone: DomainZone,
    /// Whether each environment gets a zone of its own below it.
    #[serde(default)]
    pub delegate: Delegation,
}

words! {
    /// Who can resolve a domain.
    #[derive(Default)]
    DomainZone {
        /// The whole internet.
        #[default]
        Public = "public",
        /// Only the platform's networks.
        Private = "private",
    }
}

words! {
    /// How a domain is divided.
    #[derive(Default)]
    Delegation {
        /// One zone for all.
        #[default]
        None = "none",
        /// Each environment has a delegated zone.
        PerEnvironment = "per-environment",
    }
}

/// A network: one VPC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The account it lies in.
    pub account: Name,
    /// The AWS region.
    pub region: Region,
    /// In how many availability zones it has subnets.
    #[serde(default = "two")]
    #[schemars(range(min = 1, max = 6))]
    pub zones: u32,
    /// How many addresses: a prefix length. The range is carved out of `address_space` in the order of this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<PrefixLength>,
    /// The range itself, if it must be a certain one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cidr: Option<Cidr>,
    /// How private subnets reach the internet.
    #[serde(default)]
    pub nat: Nat,
    /// Private connections to other networks.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub connect: IndexMap<Name, Connection>,
    /// What to do when the cloud no longer is as planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
}

fn two() -> u32 {
    2
}

words! {
    /// How private subnets reach the internet.
    #[derive(Default)]
    Nat {
        /// One NAT gateway for all zones: cheaper, and one zone's failure cuts all off.
        #[default]
        Single = "single",
        /// One NAT gateway in each zone.
        PerZone = "per-zone",
        /// Not at all; `egress` is not possible.
        None = "none",
    }
}

/// A private connection: a VPN or a transit gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Connection {
    /// A site-to-site VPN.
    Vpn {
        /// The site-to-site VPN.
        vpn: Vpn,
    },
    /// An attachment to a transit gateway.
    TransitGateway(TransitGateway),
}

impl Connection {
    /// The ranges on the other side.
    pub fn routes(&self) -> &[Cidr] {
        match self {
            Connection::Vpn { vpn } => &vpn.routes,
            Connection::TransitGateway(gateway) => &gateway.routes,
        }
    }
}

/// A site-to-site VPN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vpn {
    /// The public address of the other side's gateway.
    pub gateway: IpAddress,
    /// The ranges on the other side.
    pub routes: Vec<Cidr>,
}

/// An attachment to a transit gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransitGateway {
    /// The id of the transit gateway: `tgw-0123456789abcdef0`.
    pub transit_gateway: TransitGatewayId,
    /// The ranges on the other side.
    pub routes: Vec<Cidr>,
}

/// Where containers run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// The network it lies in.
    pub network: Name,
    /// What runs the containers.
    pub runtime: Runtime,
    /// The version of Kubernetes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// The machines of a Kubernetes cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<Nodes>,
    /// What to do when the cloud no longer is as planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
}

words! {
    /// What runs containers.
    Runtime {
        /// Amazon ECS on Fargate: no machines to look after.
        Ecs = "ecs",
        /// Kubernetes (Amazon EKS).
        Kubernetes = "kubernetes",
    }
}

/// The machines of a Kubernetes cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nodes {
    /// The fewest machines.
    #[schemars(range(min = 1, max = 1000))]
    pub min: u32,
    /// The most machines.
    #[schemars(range(min = 1, max = 1000))]
    pub max: u32,
    /// How large each is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
}

/// What a size word means. What is not written keeps the product's default for that word.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeDefinition {
    /// The instance class (databases, caches, search engines, hosts, nodes).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<InstanceClass>,
    /// Whether a second copy stands ready in another zone (databases, caches), or nodes stand in every zone (search engines).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_zone: Option<bool>,
    /// How many read replicas (databases, caches).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 15))]
    pub replicas: Option<u32>,
    /// Thousandths of a virtual processor (services): 256, 512, 1024, 2048, 4096, 8192 or 16384 units, where 1024 is one processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 256, max = 16384))]
    pub cpu: Option<u32>,
    /// Memory (services, functions).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<DataSize>,
    /// Storage, where the resource does not say it (databases, search engines, hosts).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<DataSize>,
}

/// Limits on every environment of every application.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guardrails {
    /// The most that an environment may cost in a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_monthly_cost: Option<Money>,
    /// The instance families that may be used; all if absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instance_families: Vec<InstanceFamily>,
    /// What a route to the internet needs.
    #[serde(default)]
    pub public_routes: PublicRoutes,
}

words! {
    /// What a route to the internet needs.
    #[derive(Default)]
    PublicRoutes {
        /// A web application firewall in front of it; Strata makes one.
        #[default]
        WafRequired = "waf-required",
        /// Nothing more than TLS, unless a standard asks for the firewall.
        Allowed = "allowed",
        /// There may be none.
        Forbidden = "forbidden",
    }
}

/// Security tools.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Security {
    /// Where security events are gathered and correlated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub siem: Option<Siem>,
    /// What watches network traffic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_intrusion: Option<NetworkIntrusion>,
    /// What looks for malware on hosts and in files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub antivirus: Option<Antivirus>,
    /// What notices changed system files on hosts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_integrity: Option<FileIntegrity>,
    /// What looks for known vulnerabilities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vulnerabilities: Vec<VulnerabilityScanner>,
}

words! {
    /// Where security events are gathered.
    Siem {
        /// Wazuh.
        Wazuh = "wazuh",
        /// OpenSearch Security Analytics.
        Opensearch = "opensearch",
        /// AWS Security Hub.
        SecurityHub = "security-hub",
        /// None.
        None = "none",
    }
}

words! {
    /// What watches network traffic.
    NetworkIntrusion {
        /// Suricata on mirrored traffic.
        Suricata = "suricata",
        /// Amazon GuardDuty.
        Guardduty = "guardduty",
        /// None.
        None = "none",
    }
}

words! {
    /// What looks for malware.
    Antivirus {
        /// ClamAV.
        Clamav = "clamav",
        /// GuardDuty Malware Protection.
        Guardduty = "guardduty",
        /// None.
        None = "none",
    }
}

words! {
    /// What notices changed system files.
    FileIntegrity {
        /// Wazuh.
        Wazuh = "wazuh",
        /// AIDE.
        Aide = "aide",
        /// None.
        None = "none",
    }
}

words! {
    /// What looks for known vulnerabilities.
    VulnerabilityScanner {
        /// Amazon Inspector.
        Inspector = "inspector",
        /// Trivy.
        Trivy = "trivy",
        /// Grype.
        Grype = "grype",
    }
}

/// Where logs, metrics and incidents go.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Observability {
    /// Logs.
    #[serde(default)]
    pub logs: Logs,
    /// Metrics.
    #[serde(default)]
    pub metrics: Metrics,
    /// Who is told.
    #[serde(default)]
    pub incidents: Incidents,
}

/// Logs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Logs {
    /// Where they are kept.
    #[serde(default)]
    pub store: LogStore,
    /// For how long. If absent, as long as a standard asks for, and 400 days at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Duration>,
}

words! {
    /// Where logs are kept.
    #[derive(Default)]
    LogStore {
        /// Amazon CloudWatch Logs.
        #[default]
        Cloudwatch = "cloudwatch",
        /// OpenSearch.
        Opensearch = "opensearch",
        /// Grafana Loki.
        Loki = "loki",
    }
}

/// Metrics.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Where they are kept.
    #[serde(default)]
    pub store: MetricStore,
    /// For how long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Duration>,
}

words! {
    /// Where metrics are kept.
    #[derive(Default)]
    MetricStore {
        /// Amazon CloudWatch.
        #[default]
        Cloudwatch = "cloudwatch",
        /// Prometheus.
        Prometheus = "prometheus",
    }
}

/// Who is told about incidents and errors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Incidents {
    /// The PagerDuty service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pagerduty: Option<String>,
    /// The Sentry organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentry: Option<String>,
    /// Addresses of mail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub email: Vec<String>,
}

/// Who may do what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Single sign-on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sso: Option<SingleSignOn>,
    /// Who gets into every account when single sign-on does not work: users of IAM's own, with a second factor, each use of which rings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_access: Option<EmergencyAccess>,
}

/// Who gets in when single sign-on does not work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmergencyAccess {
    /// The people, by a name each; two at least, so that one can be away, and as few as can be.
    #[schemars(length(min = 2, max = 10))]
    pub people: Vec<Name>,
}

/// Single sign-on by OpenID Connect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SingleSignOn {
    /// The issuer, an `https://` address.
    pub oidc: HttpsUrl,
    /// Which group of the identity provider has which role in Strata.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub groups: IndexMap<Name, Role>,
}

words! {
    /// A role in Strata.
    Role {
        /// May do everything, and change the platform.
        Admin = "admin",
        /// May change foundations.
        Operator = "operator",
        /// May approve plans.
        Approver = "approver",
        /// May bring applications up and down.
        Developer = "developer",
        /// May read evidence.
        Auditor = "auditor",
        /// May look.
        Viewer = "viewer",
    }
}
