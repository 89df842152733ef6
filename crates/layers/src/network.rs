//! Layer 1: one network with its subnets, routes, access lists, flow logs, endpoints and private zone.

use strata_aws::ec2::Vpc;
use strata_graph::Layer;

use crate::builder::{About, Builder};
use crate::claims::Union;
use crate::foundations::{AccountView, NetworkView};

/// Lowers a network with what is claimed of it.
pub(crate) fn lower(builder: &mut Builder<'_>, network: &NetworkView<'_>, _account: &AccountView, _claims: &Union) {
    builder.layer(Layer::Network);
    let vpc = Vpc { cidr_block: network.range.to_string(), enable_dns_support: true, enable_dns_hostnames: true, ..Vpc::default() };
    builder.add("main", vpc, About::new(network.key_path(), "The virtual network."));
}
