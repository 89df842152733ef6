//! The address planner of the platform: which range each network has.
//!
//! Invariants: ranges never overlap each other or what a private connection leads to; the result depends on the platform file only, and
//! a network added at the end of the file moves no other. A network that must stay where it is when others are removed or reordered
//! writes its own `cidr`.

use std::net::Ipv4Addr;

use indexmap::IndexMap;
use ipnet::Ipv4Net;

use crate::model::Platform;
use crate::values::{Name, overlap};

/// Why a network has no range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// It asks for a size, but there is no `address_space`.
    NoSpace(Name),
    /// What is left of the address space is too small.
    Full(Name),
    /// Its own `cidr` lies outside the address space.
    Outside(Name),
    /// Its own `cidr` overlaps that of another network.
    Overlaps(Name, Name),
    /// Its own `cidr` overlaps the range at the other side of a connection (network, connection, index of the route).
    OverlapsRoute(Name, Name, Name, usize),
    /// It has neither `size` nor `cidr`.
    Unsized(Name),
}

/// The range of every network. Ranges written as `cidr` come first; then each `size` gets the first free block of the address space, in
/// the order of the file. What private connections lead to is left free.
pub fn network_ranges(platform: &Platform) -> IndexMap<Name, Ipv4Net> {
    plan(platform).0
}

pub(crate) fn plan(platform: &Platform) -> (IndexMap<Name, Ipv4Net>, Vec<Problem>) {
    let mut problems = Vec::new();
    let space = platform.address_space.map(|space| space.net());
    let mut taken: Vec<Ipv4Net> = Vec::new();
    let mut fixed: Vec<(&Name, Ipv4Net)> = Vec::new();
    for (name, network) in &platform.networks {
        let Some(cidr) = network.cidr.map(|cidr| cidr.net()) else {
            continue;
        };
        if space.is_some_and(|space| !space.contains(&cidr)) {
            problems.push(Problem::Outside(name.clone()));
        }
        if let Some((other, _)) = fixed.iter().find(|(_, other)| overlap(*other, cidr)) {
            problems.push(Problem::Overlaps(name.clone(), (*other).clone()));
        }
        for (owner, other) in &platform.networks {
            for (connection_name, connection) in &other.connect {
                for (index, route) in connection.routes().iter().enumerate() {
                    if overlap(route.net(), cidr) {
                        problems.push(Problem::OverlapsRoute(name.clone(), owner.clone(), connection_name.clone(), index));
                    }
                }
            }
        }
        fixed.push((name, cidr));
        taken.push(cidr);
    }
    for network in platform.networks.values() {
        for connection in network.connect.values() {
            taken.extend(connection.routes().iter().map(|route| route.net()));
        }
    }
    let mut ranges = IndexMap::new();
    for (name, network) in &platform.networks {
        if let Some(cidr) = network.cidr {
            ranges.insert(name.clone(), cidr.net());
            continue;
        }
        let Some(size) = network.size else {
            problems.push(Problem::Unsized(name.clone()));
            continue;
        };
        let Some(space) = space else {
            problems.push(Problem::NoSpace(name.clone()));
            continue;
        };
        match first_free(space, size.bits(), &taken) {
            Some(range) => {
                taken.push(range);
                ranges.insert(name.clone(), range);
            }
            None => problems.push(Problem::Full(name.clone())),
        }
    }
    (ranges, problems)
}

/// The first aligned block of this prefix length that overlaps nothing that is taken.
fn first_free(space: Ipv4Net, bits: u8, taken: &[Ipv4Net]) -> Option<Ipv4Net> {
    if bits < space.prefix_len() {
        return None;
    }
    let size = 1u64 << (32 - u32::from(bits));
    let end = u64::from(u32::from(space.broadcast()));
    let mut start = u64::from(u32::from(space.network()));
    while start + size - 1 <= end {
        let candidate = Ipv4Net::new(Ipv4Addr::from(u32::try_from(start).ok()?), bits).ok()?;
        match taken.iter().find(|other| overlap(**other, candidate)) {
            None => return Some(candidate),
            // Nothing before the end of what is in the way can be free of it.
            Some(other) => start = (u64::from(u32::from(other.broadcast())) + 1).next_multiple_of(size).max(start + size),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn platform(networks: serde_json::Value) -> Platform {
        serde_json::from_value(serde_json::json!({"platform": "acme", "address_space": "10.0.0.0/8", "networks": networks})).unwrap()
    }

    #[test]
    fn blocks_are_carved_in_order_around_what_is_taken() {
        // serde_json sorts keys here, so the order is alphabetical.
        let platform = platform(serde_json::json!({
            "a": {"account": "x", "region": "us-east-1", "size": "/16"},
            "b": {"account": "x", "region": "us-east-1", "cidr": "10.1.0.0/16"},
            "c": {"account": "x", "region": "us-east-1", "size": "/20", "connect": {"hq": {"vpn": {"gateway": "203.0.113.9", "routes": ["10.2.0.0/16"]}}}},
            "d": {"account": "x", "region": "us-east-1", "size": "/16"},
        }));
        let (ranges, problems) = plan(&platform);
        assert!(problems.is_empty());
        let texts: Vec<String> = ranges.values().map(ToString::to_string).collect();
        assert_eq!(texts, ["10.0.0.0/16", "10.1.0.0/16", "10.3.0.0/20", "10.4.0.0/16"]);
    }

    #[test]
    fn the_end_of_the_address_space_is_no_overflow() {
        let all = "255.255.0.0/16".parse().unwrap();
        assert_eq!(first_free(all, 16, &[]).unwrap().to_string(), "255.255.0.0/16");
        assert_eq!(first_free(all, 17, &["255.255.128.0/17".parse().unwrap(), "255.255.0.0/18".parse().unwrap()]), None);
        assert_eq!(first_free(all, 15, &[]), None);
        assert_eq!(first_free("0.0.0.0/0".parse().unwrap(), 16, &["0.0.0.0/1".parse().unwrap()]).unwrap().to_string(), "128.0.0.0/16");
    }
}
