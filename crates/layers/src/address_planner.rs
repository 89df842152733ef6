//! The address planner inside a network: which block each tier has in each availability zone.
//!
//! The networks' own ranges are planned by `strata_spec`, which checks them too. Invariants: the blocks lie inside the
//! network and never overlap; in a network of /22 or larger, adding a zone moves no block that was there.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

/// What a subnet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Load balancers and NAT gateways: has a route from the internet.
    Public,
    /// Workloads: reaches out through NAT, is not reached.
    Private,
    /// Databases and caches: no route to the internet at all.
    Data,
}

impl Tier {
    /// All tiers, outermost first.
    pub const ALL: [Self; 3] = [Self::Public, Self::Private, Self::Data];

    /// The lower-case word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Data => "data",
        }
    }
}

/// The blocks of one availability zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZoneBlocks {
    /// Load balancers and NAT gateways.
    pub public: Ipv4Net,
    /// Workloads.
    pub private: Ipv4Net,
    /// Databases and caches.
    pub data: Ipv4Net,
}

impl ZoneBlocks {
    /// The block of a tier.
    #[must_use]
    pub fn tier(&self, tier: Tier) -> Ipv4Net {
        match tier {
            Tier::Public => self.public,
            Tier::Private => self.private,
            Tier::Data => self.data,
        }
    }
}

/// The most zones that a network has room for; the language allows no more either.
pub const MOST_ZONES: u32 = 6;
/// The smallest subnet of AWS (Amazon VPC user guide, "Subnet CIDR blocks").
const SMALLEST: u8 = 28;
/// The smallest network in which every tier of six zones has a slot of its own.
const ROOMY: u8 = SMALLEST - 6;

/// The blocks of `zones` availability zones; none if the network is too small for them.
///
/// A network of /22 or larger is cut into eighths: one for the private tier of each of six possible zones (a /16 gives /19),
/// one for the public tier of all zones and one for the data tier, each cut into eight again (a /16 gives /22). A smaller network is
/// cut into equal blocks.
#[must_use]
pub fn subnets(network: Ipv4Net, zones: u32) -> Option<Vec<ZoneBlocks>> {
    if zones == 0 || zones > MOST_ZONES {
        return None;
    }
    let prefix = network.prefix_len();
    (0..zones)
        .map(|zone| {
            if prefix <= ROOMY {
                Some(ZoneBlocks {
                    private: block(network, prefix + 3, zone)?,
                    public: block(network, prefix + 6, 6 * 8 + zone)?,
                    data: block(network, prefix + 6, 7 * 8 + zone)?,
                })
            } else {
                let blocks = (zones * 3).next_power_of_two();
                let length = prefix + u8::try_from(blocks.trailing_zeros()).ok()?;
                Some(ZoneBlocks {
                    private: block(network, length, zone)?,
                    public: block(network, length, zones + zone)?,
                    data: block(network, length, zones * 2 + zone)?,
                })
            }
        })
        .collect()
}

/// The block number `index` of that prefix length in a network; none if AWS has no subnets so small.
fn block(network: Ipv4Net, length: u8, index: u32) -> Option<Ipv4Net> {
    if length > SMALLEST {
        return None;
    }
    let size = 1u32 << (32 - u32::from(length));
    let start = u32::from(network.network()).checked_add(index.checked_mul(size)?)?;
    Ipv4Net::new(Ipv4Addr::from(start), length).ok().filter(|block| network.contains(block))
}

/// The letters of a region's availability zones that new accounts get. Most regions have a, b and c (AWS global infrastructure,
/// "Regions and Zones", November 2026); the exceptions are listed.
#[must_use]
pub fn zone_letters(region: &str) -> &'static [char] {
    match region {
        "us-east-1" => &['a', 'b', 'c', 'd', 'e', 'f'],
        "us-west-2" | "ap-northeast-2" => &['a', 'b', 'c', 'd'],
        "us-west-1" => &['a', 'c'],
        "ca-central-1" => &['a', 'b', 'd'],
        "ap-northeast-1" => &['a', 'c', 'd'],
        _ => &['a', 'b', 'c'],
    }
}

/// The names of the first `zones` availability zones of a region; none if the region has fewer.
#[must_use]
pub fn availability_zones(region: &str, zones: u32) -> Option<Vec<String>> {
    let letters = zone_letters(region);
    let wanted = usize::try_from(zones).ok()?;
    (wanted <= letters.len()).then(|| letters[..wanted].iter().map(|letter| format!("{region}{letter}")).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn all(blocks: &[ZoneBlocks]) -> Vec<Ipv4Net> {
        blocks.iter().flat_map(|zone| Tier::ALL.map(|tier| zone.tier(tier))).collect()
    }

    proptest! {
        #[test]
        fn blocks_lie_inside_and_never_overlap(address: u32, prefix in 16u8..=28, zones in 1u32..=6) {
            let network = Ipv4Net::new(Ipv4Addr::from(address), prefix).unwrap().trunc();
            if let Some(blocks) = subnets(network, zones) {
                let blocks = all(&blocks);
                prop_assert_eq!(blocks.len(), zones as usize * 3);
                for (index, one) in blocks.iter().enumerate() {
                    prop_assert!(network.contains(one));
                    prop_assert!(one.prefix_len() <= SMALLEST);
                    for other in &blocks[index + 1..] {
                        prop_assert!(!one.contains(other) && !other.contains(one), "{} {}", one, other);
                    }
                }
            } else {
                prop_assert!(prefix > 23, "a /{} must have room for {} zones", prefix, zones);
            }
        }

        #[test]
        fn a_zone_more_moves_nothing(address: u32, prefix in 16u8..=22, zones in 1u32..6) {
            let network = Ipv4Net::new(Ipv4Addr::from(address), prefix).unwrap().trunc();
            let (before, after) = (subnets(network, zones).unwrap(), subnets(network, zones + 1).unwrap());
            prop_assert_eq!(&before[..], &after[..before.len()]);
        }
    }

    #[test]
    fn the_usual_network() {
        let blocks = subnets("10.0.0.0/16".parse().unwrap(), 2).unwrap();
        let texts: Vec<String> = all(&blocks).iter().map(ToString::to_string).collect();
        let expected = ["10.0.192.0/22", "10.0.0.0/19", "10.0.224.0/22", "10.0.196.0/22", "10.0.32.0/19", "10.0.228.0/22"];
        assert_eq!(texts, expected);
    }

    #[test]
    fn small_networks_have_room_or_say_so() {
        assert!(subnets("10.0.0.0/24".parse().unwrap(), 3).is_some());
        assert!(subnets("10.0.0.0/26".parse().unwrap(), 1).is_some());
        assert!(subnets("10.0.0.0/26".parse().unwrap(), 2).is_none());
        assert!(subnets("10.0.0.0/28".parse().unwrap(), 1).is_none());
        assert!(subnets("10.0.0.0/16".parse().unwrap(), 7).is_none());
    }

    #[test]
    fn regions_have_their_own_letters() {
        assert_eq!(availability_zones("ap-northeast-1", 3).unwrap(), ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]);
        assert_eq!(availability_zones("us-west-1", 3), None);
        for region in strata_spec::REGIONS {
            assert!(zone_letters(region).len() >= 2, "{region}");
        }
    }
}
