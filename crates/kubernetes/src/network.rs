//! Network policies: nothing talks, but for what one edge asks for.
//!
//! A policy names pods by label and everything outside the cluster by address range: Kubernetes knows no security groups. The security groups
//! of AWS hold beside them.

use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::metadata::{Labels, name};

/// The ranges that are not the internet (RFC 1918, RFC 6598, RFC 3927): an egress to the internet leaves them out.
pub const NOT_INTERNET: &[&str] = &["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"];

/// The agent that gives pods their AWS identity, on every machine (Amazon EKS user guide, "EKS Pod Identity Agent").
const POD_IDENTITY_AGENT: &str = "169.254.170.23/32";

/// The other side of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// The pods of a workload of the same namespace.
    Workload(String),
    /// Addresses in these ranges.
    Ranges(Vec<String>),
    /// The internet, without private ranges.
    Internet,
}

impl Peer {
    fn peers(&self) -> Vec<NetworkPolicyPeer> {
        match self {
            Self::Workload(workload) => {
                vec![NetworkPolicyPeer { pod_selector: Some(Labels::selector(workload)), ..NetworkPolicyPeer::default() }]
            }
            Self::Ranges(ranges) => ranges.iter().map(|range| block(range, &[])).collect(),
            Self::Internet => vec![block("0.0.0.0/0", NOT_INTERNET)],
        }
    }
}

fn block(range: &str, except: &[&str]) -> NetworkPolicyPeer {
    NetworkPolicyPeer {
        ip_block: Some(IPBlock {
            cidr: range.to_owned(),
            except: (!except.is_empty()).then(|| except.iter().map(|range| (*range).to_owned()).collect()),
        }),
        ..NetworkPolicyPeer::default()
    }
}

fn port(protocol: &str, port: u16) -> NetworkPolicyPort {
    NetworkPolicyPort { port: Some(IntOrString::Int(port.into())), protocol: Some(protocol.to_owned()), ..NetworkPolicyPort::default() }
}

fn tcp(ports: &[u16]) -> Vec<NetworkPolicyPort> {
    ports.iter().map(|number| port("TCP", *number)).collect()
}

/// No pod of the namespace talks or is talked to.
#[must_use]
pub fn default_deny(labels: &Labels) -> NetworkPolicy {
    NetworkPolicy {
        metadata: labels.shared("default-deny"),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(LabelSelector::default()),
            policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
            ..NetworkPolicySpec::default()
        }),
    }
}

/// Every pod may ask the cluster's name service.
#[must_use]
pub fn allow_dns(labels: &Labels) -> NetworkPolicy {
    let selector = |key: &str, value: &str| LabelSelector {
        match_labels: Some([(key.to_owned(), value.to_owned())].into()),
        ..LabelSelector::default()
    };
    NetworkPolicy {
        metadata: labels.shared("allow-dns"),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(LabelSelector::default()),
            policy_types: Some(vec!["Egress".to_owned()]),
            egress: Some(vec![NetworkPolicyEgressRule {
                ports: Some(vec![port("UDP", 53), port("TCP", 53)]),
                to: Some(vec![NetworkPolicyPeer {
                    namespace_selector: Some(selector("kubernetes.io/metadata.name", "kube-system")),
                    pod_selector: Some(selector("k8s-app", "kube-dns")),
                    ..NetworkPolicyPeer::default()
                }]),
            }]),
            ..NetworkPolicySpec::default()
        }),
    }
}

/// A workload may ask the machine's agent for its AWS identity.
#[must_use]
pub fn allow_identity(labels: &Labels, workload: &str, component: &str) -> NetworkPolicy {
    egress(labels, workload, component, &name(&[workload, "to", "pod-identity"]), &Peer::Ranges(vec![POD_IDENTITY_AGENT.to_owned()]), &[80])
}

/// A workload may open connections to the other side on these TCP ports.
#[must_use]
pub fn egress(labels: &Labels, workload: &str, component: &str, policy: &str, to: &Peer, ports: &[u16]) -> NetworkPolicy {
    NetworkPolicy {
        metadata: labels.metadata(policy, workload, component),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(Labels::selector(workload)),
            policy_types: Some(vec!["Egress".to_owned()]),
            egress: Some(vec![NetworkPolicyEgressRule { ports: Some(tcp(ports)), to: Some(to.peers()) }]),
            ..NetworkPolicySpec::default()
        }),
    }
}

/// A workload takes connections from the other side on these TCP ports.
#[must_use]
pub fn ingress(labels: &Labels, workload: &str, component: &str, policy: &str, from: &Peer, ports: &[u16]) -> NetworkPolicy {
    NetworkPolicy {
        metadata: labels.metadata(policy, workload, component),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(Labels::selector(workload)),
            policy_types: Some(vec!["Ingress".to_owned()]),
            ingress: Some(vec![NetworkPolicyIngressRule { ports: Some(tcp(ports)), from: Some(from.peers()) }]),
            ..NetworkPolicySpec::default()
        }),
    }
}
