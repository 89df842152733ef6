//! The networks of a graph: which subnet is reached from the internet, and who may speak to which security group.
//!
//! Invariant: built from all route tables, routes and security group rules, or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use strata_aws::ec2::{
    InternetGateway, Route, RouteTable, SecurityGroup, SecurityGroupEgress, SecurityGroupIngress, Subnet, SubnetRouteTableAssociation,
};
use strata_aws::elasticloadbalancingv2::LoadBalancer;
use strata_graph::{Address, Text};

use crate::control::Undecidable;
use crate::view::View;

/// Everybody, in IPv4.
pub(crate) const EVERYWHERE: &str = "0.0.0.0/0";

/// The networks of a graph.
#[derive(Debug, Default)]
pub struct Topology {
    table_of_subnet: BTreeMap<Address, Address>,
    zone_of_subnet: BTreeMap<Address, String>,
    public_tables: BTreeSet<Address>,
    ingress: BTreeMap<Address, Vec<(Address, Rc<SecurityGroupIngress>)>>,
    egress: BTreeMap<Address, Vec<Rc<SecurityGroupEgress>>>,
    load_balancer_groups: BTreeSet<Address>,
}

impl Topology {
    /// The networks of a view's graph.
    ///
    /// # Errors
    /// When one of their resources cannot be read.
    pub(crate) fn of(view: &View<'_>) -> Result<Self, Undecidable> {
        let mut topology = Self::default();
        for (resource, subnet) in view.all::<Subnet>()? {
            topology.zone_of_subnet.insert(resource.address.clone(), subnet.availability_zone.clone());
        }
        for (_, association) in view.all::<SubnetRouteTableAssociation>()? {
            if let (Some(subnet), Some(table)) =
                (view.resolve::<Subnet>(&association.subnet_id), view.resolve::<RouteTable>(&association.route_table_id))
            {
                topology.table_of_subnet.insert(subnet.address.clone(), table.address.clone());
            }
        }
        for (_, route) in view.all::<Route>()? {
            // A virtual private gateway is reached by the same property; its id says so. Anything else may be the internet.
            let to_internet = route.gateway_id.as_ref().is_some_and(|gateway| {
                view.resolve::<InternetGateway>(gateway).is_some() || !gateway.as_literal().is_some_and(|id| id.starts_with("vgw-"))
            });
            if to_internet && let Some(table) = view.resolve::<RouteTable>(&route.route_table_id) {
                topology.public_tables.insert(table.address.clone());
            }
        }
        for (resource, rule) in view.all::<SecurityGroupIngress>()? {
            if let Some(group) = view.resolve::<SecurityGroup>(&rule.group_id) {
                topology.ingress.entry(group.address.clone()).or_default().push((resource.address.clone(), rule));
            }
        }
        for (_, rule) in view.all::<SecurityGroupEgress>()? {
            if let Some(group) = view.resolve::<SecurityGroup>(&rule.group_id) {
                topology.egress.entry(group.address.clone()).or_default().push(rule);
            }
        }
        for (_, balancer) in view.all::<LoadBalancer>()? {
            for group in &balancer.security_groups {
                if let Some(group) = view.resolve::<SecurityGroup>(group) {
                    topology.load_balancer_groups.insert(group.address.clone());
                }
            }
        }
        Ok(topology)
    }

    /// Whether a subnet's traffic goes to and comes from the internet by a gateway of its network; none where its route table is not known.
    #[must_use]
    pub fn is_public(&self, subnet: &Address) -> Option<bool> {
        self.table_of_subnet.get(subnet).map(|table| self.public_tables.contains(table))
    }

    /// The availability zone of a subnet.
    #[must_use]
    pub fn zone(&self, subnet: &Address) -> Option<&str> {
        self.zone_of_subnet.get(subnet).map(String::as_str)
    }

    /// The rules that let traffic into a security group, with their addresses.
    #[must_use]
    pub fn ingress(&self, group: &Address) -> &[(Address, Rc<SecurityGroupIngress>)] {
        self.ingress.get(group).map_or(&[], Vec::as_slice)
    }

    /// The rules that let traffic out of a security group.
    #[must_use]
    pub fn egress(&self, group: &Address) -> &[Rc<SecurityGroupEgress>] {
        self.egress.get(group).map_or(&[], Vec::as_slice)
    }

    /// Whether a load balancer has this security group.
    #[must_use]
    pub fn is_of_load_balancer(&self, group: &Address) -> bool {
        self.load_balancer_groups.contains(group)
    }

    /// Whether anybody on the internet may speak to a security group.
    #[must_use]
    pub fn is_open(&self, group: &Address) -> bool {
        self.ingress(group).iter().any(|(_, rule)| is_everywhere(rule.cidr_ip.as_deref()))
    }

    /// The public ones among subnets, by short address.
    ///
    /// # Errors
    /// When a subnet, or its route table, is not in the graph.
    pub(crate) fn public_among(&self, view: &View<'_>, subnets: &[Text]) -> Result<Vec<String>, Undecidable> {
        let mut public = Vec::new();
        for text in subnets {
            let Some(subnet) = view.resolve::<Subnet>(text) else {
                return Err(Undecidable(format!("the subnet {text} is not in this graph")));
            };
            match self.is_public(&subnet.address) {
                Some(true) => public.push(subnet.address.short()),
                Some(false) => {}
                None => return Err(Undecidable(format!("the route table of {} is not in this graph", subnet.address.short()))),
            }
        }
        Ok(public)
    }
}

/// Whether an address block is everybody.
pub(crate) fn is_everywhere(block: Option<&str>) -> bool {
    matches!(block, Some(EVERYWHERE | "::/0"))
}
