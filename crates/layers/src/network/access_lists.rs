//! Network access lists: what may cross a tier's border at all, before any security group is asked.
//!
//! They are stateless, so answers need rules of their own. Whatever no entry allows is denied by AWS's last entry.
//! No entry opens the ports of remote administration (22, 3389) to the internet (CIS AWS 5.0 5.2, PCI DSS 4.0 1.3.1), which is why
//! the range for answers is written in two parts.

use ipnet::Ipv4Net;
use strata_aws::ec2::{Icmp, NetworkAcl, NetworkAclEntry, PortRange, SubnetNetworkAclAssociation};

use crate::address_planner::Tier;
use crate::builder::{About, Builder, Handle};
use crate::foundations::NetworkView;

const EVERYWHERE: &str = "0.0.0.0/0";
const TCP: i64 = 6;
const UDP: i64 = 17;
const ICMP: i64 = 1;
/// Ports from which NAT gateways, load balancers and hosts call (Amazon VPC user guide, "Ephemeral ports").
const ANSWERS: (i64, i64) = (1024, 65535);
/// Every port but 0, which is reserved.
const ALL: (i64, i64) = (1, 65535);
/// The ports of what stands in the data tier: PostgreSQL, MySQL, Redis, and OpenSearch by HTTPS.
const DATA_PORTS: [(&str, i64); 4] = [("postgres", 5432), ("mysql", 3306), ("redis", 6379), ("search", 443)];

struct List<'b, 'a, 'n> {
    builder: &'b mut Builder<'a>,
    network: &'n NetworkView<'n>,
    handle: Handle,
    tier: Tier,
    next: [i64; 2],
}

impl List<'_, '_, '_> {
    fn entry(&mut self, name: &str, purpose: &str, egress: bool, cidr: &str, protocol: i64, ports: Option<(i64, i64)>) {
        let next = &mut self.next[usize::from(egress)];
        let number = *next;
        *next += 10;
        let entry = NetworkAclEntry {
            network_acl_id: self.handle.output("Id"),
            rule_number: number,
            protocol,
            rule_action: "allow".to_owned(),
            egress,
            cidr_block: cidr.to_owned(),
            port_range: ports.map(|(from, to)| PortRange { from, to }),
            // Type 3, code 4: a packet was too large for the path; without it connections hang.
            icmp: (protocol == ICMP).then_some(Icmp { code: 4, message_type: 3 }),
        };
        let direction = if egress { "out" } else { "in" };
        let about = About::new(self.network.key_path(), purpose);
        self.builder.add(&format!("{}-{direction}-{name}", self.tier.word()), entry, about);
    }

    fn inward(&mut self, name: &str, purpose: &str, cidr: &str, protocol: i64, ports: (i64, i64)) {
        self.entry(name, purpose, false, cidr, protocol, Some(ports));
    }

    fn outward(&mut self, name: &str, purpose: &str, cidr: &str, protocol: i64, ports: (i64, i64)) {
        self.entry(name, purpose, true, cidr, protocol, Some(ports));
    }

    fn answers_from_anywhere(&mut self) {
        let purpose = "Answers to what was called from here.";
        self.inward("answers-low", purpose, EVERYWHERE, TCP, (ANSWERS.0, 3388));
        self.inward("answers-high", purpose, EVERYWHERE, TCP, (3390, ANSWERS.1));
        self.entry("path-size", "Routers say that a packet was too large.", false, EVERYWHERE, ICMP, None);
    }
}

/// Lowers one access list for each tier, and gives it to the tier's subnets.
pub(super) fn lower(builder: &mut Builder<'_>, network: &NetworkView<'_>) {
    let private = blocks(network, Tier::Private);
    let data = blocks(network, Tier::Data);
    let whole = network.range.to_string();
    for tier in Tier::ALL {
        let acl = NetworkAcl { vpc_id: network.vpc_id(), ..NetworkAcl::default() };
        let purpose = format!("What may cross the border of the {} subnets; everything else is denied.", tier.word());
        let handle = builder.add(tier.word(), acl, About::new(network.key_path(), purpose).tag("tier", tier.word()));
        let mut list = List { builder: &mut *builder, network, handle: handle.clone(), tier, next: [100, 100] };
        match tier {
            Tier::Public => {
                list.inward("https", "People call the load balancers.", EVERYWHERE, TCP, (443, 443));
                list.inward("http", "The load balancers answer with a redirect to TLS.", EVERYWHERE, TCP, (80, 80));
                list.answers_from_anywhere();
                for (index, block) in private.iter().enumerate() {
                    let purpose = "Workloads call out through NAT; security groups say to whom.";
                    list.inward(&format!("workloads-{}", index + 1), purpose, block, TCP, ALL);
                }
                list.outward(
                    "tcp",
                    "Load balancers call workloads, NAT calls the internet; security groups say whom.",
                    EVERYWHERE,
                    TCP,
                    ALL,
                );
                list.entry("path-size", "Routers say that a packet was too large.", true, EVERYWHERE, ICMP, None);
            }
            Tier::Private => {
                list.inward("network-tcp", "Calls inside the network; security groups say whose.", &whole, TCP, ALL);
                list.inward("network-udp", "Calls inside the network; security groups say whose.", &whole, UDP, ALL);
                list.answers_from_anywhere();
                list.outward("tcp", "Workloads call what their security groups allow.", EVERYWHERE, TCP, ALL);
                list.outward("network-udp", "Calls inside the network; security groups say whose.", &whole, UDP, ALL);
            }
            Tier::Data => {
                for (index, block) in private.iter().enumerate() {
                    for (engine, port) in DATA_PORTS {
                        let purpose = "Workloads call databases, caches and search engines, on their ports alone.";
                        list.inward(&format!("{engine}-{}", index + 1), purpose, block, TCP, (port, port));
                    }
                    let purpose = "Databases, caches and search engines answer workloads.";
                    list.outward(&format!("answers-{}", index + 1), purpose, block, TCP, ANSWERS);
                }
                for (index, block) in data.iter().enumerate() {
                    let purpose = "The nodes of a cache copy to one another.";
                    list.inward(&format!("copies-{}", index + 1), purpose, block, TCP, ANSWERS);
                    list.outward(&format!("copies-{}", index + 1), purpose, block, TCP, ANSWERS);
                }
            }
        }
        for zone in &network.zones {
            let association = SubnetNetworkAclAssociation {
                subnet_id: network.subnet(tier, zone).output("SubnetId"),
                network_acl_id: handle.output("Id"),
            };
            let about = About::new(network.key_path(), "Gives the subnet its access list.");
            builder.add(&NetworkView::subnet_name(tier, zone), association, about);
        }
    }
}

/// The fewest blocks that are exactly a tier, so that the lists stay within AWS's 20 entries for a direction.
fn blocks(network: &NetworkView<'_>, tier: Tier) -> Vec<String> {
    let all: Vec<Ipv4Net> = network.zones.iter().map(|zone| zone.blocks.tier(tier)).collect();
    Ipv4Net::aggregate(&all).iter().map(ToString::to_string).collect()
}
