//! Address ranges: networks fit into the address space and overlap nothing.

use strata_diag::{Diagnostic, Diagnostics, codes};

use super::value_span;
use crate::addresses::{self, Problem};
use crate::model::Platform;
use crate::tree::Node;
use crate::values::overlap;

pub(super) fn check(platform: &Platform, tree: &Node, diagnostics: &mut Diagnostics) {
    let (_, problems) = addresses::plan(platform);
    for problem in problems {
        diagnostics.push(describe(problem, platform, tree));
    }
    routes(platform, tree, diagnostics);
    for (name, network) in &platform.networks {
        let path = format!("networks.{name}");
        if let (Some(size), Some(cidr)) = (network.size, network.cidr)
            && size.bits() != cidr.net().prefix_len()
        {
            let message = format!("the network `{name}` asks for {size} and for {cidr}");
            let diagnostic = Diagnostic::error(codes::E0317, message).at(value_span(tree, &format!("{path}.cidr")));
            diagnostics.push(diagnostic.hint("keep `size` to have a range carved out, or `cidr` to name it"));
        }
        let bits = network.size.map(|size| size.bits()).or(network.cidr.map(|cidr| cidr.net().prefix_len()));
        // Four kinds of subnets (public, private, data, spare) in each zone, rounded up to a power of two; AWS's smallest subnet is a /28.
        let needed = 2 + network.zones.next_power_of_two().ilog2();
        if let Some(bits) = bits {
            if u32::from(bits) + needed > 28 {
                let message = format!("the network `{name}` is too small for subnets in {} zones", network.zones);
                let key = if network.size.is_some() { "size" } else { "cidr" };
                let diagnostic = Diagnostic::error(codes::E0318, message).at(value_span(tree, &format!("{path}.{key}")));
                diagnostics.push(
                    diagnostic.hint(format!("it needs /{} or larger: four subnets of at least 16 addresses in each zone", 28 - needed)),
                );
            } else if bits < 16 {
                let diagnostic = Diagnostic::error(codes::E0318, format!("the network `{name}` is larger than AWS allows"))
                    .at(value_span(tree, &format!("{path}.cidr")));
                diagnostics.push(diagnostic.hint("a VPC has a /16 (65536 addresses) at most"));
            }
        }
    }
}

/// Two connections of one network must not lead to the same addresses: the route table could hold only one.
fn routes(platform: &Platform, tree: &Node, diagnostics: &mut Diagnostics) {
    for (name, network) in &platform.networks {
        let mut seen: Vec<(String, crate::values::Cidr)> = Vec::new();
        for (connection_name, connection) in &network.connect {
            for (index, route) in connection.routes().iter().enumerate() {
                let path = route_path(tree, name.as_str(), connection_name.as_str(), index);
                if let Some((first, other)) = seen.iter().find(|(_, other)| overlap(other.net(), route.net())) {
                    let diagnostic =
                        Diagnostic::error(codes::E0302, format!("the routes {other} and {route} of the network `{name}` overlap"))
                            .at(value_span(tree, &path));
                    diagnostics.push(
                        diagnostic
                            .related(Some(value_span(tree, first)), "the other one is here")
                            .hint("an address leads to one place; narrow one of the two"),
                    );
                }
                seen.push((path, *route));
            }
        }
    }
}

fn route_path(tree: &Node, network: &str, connection: &str, index: usize) -> String {
    let base = format!("networks.{network}.connect.{connection}");
    let vpn = format!("{base}.vpn.routes.{index}");
    if tree.find(&vpn).is_some() { vpn } else { format!("{base}.routes.{index}") }
}

fn describe(problem: Problem, platform: &Platform, tree: &Node) -> Diagnostic {
    let space = platform.address_space.map(|space| space.to_string()).unwrap_or_default();
    let space_span = tree.find("address_space").map(|found| found.node.span.clone());
    match problem {
        Problem::NoSpace(name) => Diagnostic::error(codes::E0301, format!("the network `{name}` asks for a size, but there is no `address_space` to carve it out of"))
            .at(value_span(tree, &format!("networks.{name}.size")))
            .hint("add `address_space: 10.0.0.0/8`, or give the network its own `cidr`"),
        Problem::Full(name) => Diagnostic::error(codes::E0301, format!("the network `{name}` does not fit into what is left of {space}"))
            .at(value_span(tree, &format!("networks.{name}.size")))
            .related(space_span, "the address space is here")
            .hint("make the address space larger or the networks smaller; what private connections lead to is kept free"),
        Problem::Outside(name) => Diagnostic::error(codes::E0301, format!("the range of the network `{name}` lies outside {space}"))
            .at(value_span(tree, &format!("networks.{name}.cidr")))
            .related(space_span, "the address space is here")
            .hint("take a range inside the address space"),
        Problem::Overlaps(name, other) => Diagnostic::error(codes::E0302, format!("the networks `{other}` and `{name}` overlap"))
            .at(value_span(tree, &format!("networks.{name}.cidr")))
            .related(Some(value_span(tree, &format!("networks.{other}.cidr"))), "the other range is here")
            .hint("networks are never allowed to overlap, least of all those of production and others; take another range, or `size` to have one carved out"),
        Problem::OverlapsRoute(name, owner, connection, index) => {
            let path = route_path(tree, owner.as_str(), connection.as_str(), index);
            Diagnostic::error(codes::E0302, format!("the range of the network `{name}` overlaps what the connection `{connection}` leads to"))
                .at(value_span(tree, &format!("networks.{name}.cidr")))
                .related(Some(value_span(tree, &path)), "the route is here")
                .hint("an address leads to one place; take another range")
        }
        Problem::Unsized(name) => Diagnostic::error(codes::E0105, format!("`networks.{name}` needs the key `size` or `cidr`"))
            .at(tree.nearest_span(&format!("networks.{name}")))
            .hint("`size: /16` has a range carved out of the address space; `cidr: 10.1.0.0/16` names it"),
    }
}
