//! Addresses: ranges, prefix lengths, domain names, and host-and-port pairs.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;
use std::sync::Arc;

use ipnet::Ipv4Net;

use super::{Kind, text_value};

/// An IPv4 range whose address is the first of the range: `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr(pub Ipv4Net);

impl Cidr {
    /// The range as a value of the `ipnet` crate.
    pub fn net(self) -> Ipv4Net {
        self.0
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Cidr {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let net: Ipv4Net = text.parse().map_err(|_| String::new())?;
        if net.addr() != net.network() {
            return Err(format!("the range that holds this address is written `{}`", net.trunc()));
        }
        Ok(Self(net))
    }
}

/// Whether two ranges share an address.
pub fn overlap(a: Ipv4Net, b: Ipv4Net) -> bool {
    a.contains(&b.network()) || b.contains(&a.network())
}

pub(crate) static CIDR: Kind = Kind {
    name: "cidr",
    noun: "an IPv4 range",
    hint: "A range is written as its first address and a prefix length: `10.0.0.0/8`.",
    pattern: "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$",
    check: |text| text.parse::<Cidr>().map(|_| ()),
    number: false,
};
text_value!(Cidr, "cidr");

/// The size of a network as a prefix length: `/16`. AWS allows `/16` to `/28` for a VPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrefixLength(u8);

impl PrefixLength {
    /// The number behind the slash.
    pub fn bits(self) -> u8 {
        self.0
    }
}

impl fmt::Display for PrefixLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.0)
    }
}

impl FromStr for PrefixLength {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix('/').ok_or_else(String::new)?;
        if digits.is_empty() || digits.len() > 2 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(String::new());
        }
        match digits.parse() {
            Ok(bits @ 16..=28) => Ok(Self(bits)),
            _ => Err("AWS allows `/16` (65536 addresses) to `/28` (16 addresses)".into()),
        }
    }
}

pub(crate) static PREFIX_LENGTH: Kind = Kind {
    name: "prefix-length",
    noun: "the size of a network",
    hint: "A size of a network is a slash and a prefix length from 16 to 28: `/16`.",
    pattern: "^/(1[6-9]|2[0-8])$",
    check: |text| text.parse::<PrefixLength>().map(|_| ()),
    number: false,
};
text_value!(PrefixLength, "prefix-length");

/// A fully qualified domain name in lower case, without a trailing dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainName(Arc<str>);

impl DomainName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this name is `parent` itself or lies below it.
    pub fn is_within(&self, parent: &DomainName) -> bool {
        self.0 == parent.0 || self.0.strip_suffix(&*parent.0).is_some_and(|rest| rest.ends_with('.'))
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for DomainName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for DomainName {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let labels: Vec<&str> = text.split('.').collect();
        if labels.len() < 2 || text.len() > 253 {
            return Err(String::new());
        }
        for label in &labels {
            let fits =
                !label.is_empty() && label.len() <= 63 && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !fits || label.starts_with('-') || label.ends_with('-') {
                return Err(format!("`{label}` may not stand between dots"));
            }
        }
        if labels.iter().all(|label| label.bytes().all(|b| b.is_ascii_digit())) {
            return Err("it is an address".into());
        }
        Ok(Self(text.into()))
    }
}

pub(crate) static DOMAIN_NAME: Kind = Kind {
    name: "domain-name",
    noun: "a domain name",
    hint: "A domain name is in lower case, without a protocol, a path or a trailing dot: `tickets.acme.example`.",
    pattern: "^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
    check: |text| text.parse::<DomainName>().map(|_| ()),
    number: false,
};
text_value!(DomainName, "domain-name");

/// One IPv4 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpAddress(pub Ipv4Addr);

impl fmt::Display for IpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for IpAddress {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| String::new())
    }
}

pub(crate) static IP_ADDRESS: Kind = Kind {
    name: "ip-address",
    noun: "an IPv4 address",
    hint: "An address has four numbers from 0 to 255: `203.0.113.9`.",
    pattern: "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$",
    check: |text| text.parse::<IpAddress>().map(|_| ()),
    number: false,
};
text_value!(IpAddress, "ip-address");

/// Where traffic may leave to: a domain name or an IPv4 range, and a TCP port: `api.payments.example.net:443`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPort {
    host: Arc<str>,
    port: u16,
}

impl HostPort {
    /// The domain name, address or range as written.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port, 1 to 65535.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The range, if the host is an address or a range; none for a domain name, whose addresses change.
    pub fn range(&self) -> Option<Ipv4Net> {
        self.host.parse().ok().or_else(|| self.host.parse::<Ipv4Addr>().ok().map(Ipv4Net::from))
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl FromStr for HostPort {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains("://") {
            return Err("it has a protocol in front".into());
        }
        let Some((host, port)) = text.rsplit_once(':') else {
            return Err("the port is missing".into());
        };
        let port: u16 = match port.parse() {
            Ok(port) if port > 0 => port,
            _ => return Err(format!("`{port}` is not a port from 1 to 65535")),
        };
        let fits = host.parse::<DomainName>().is_ok() || host.parse::<Ipv4Addr>().is_ok() || host.parse::<Cidr>().is_ok();
        if !fits {
            return Err(format!("`{host}` is neither a domain name nor an IPv4 address or range"));
        }
        Ok(Self { host: host.into(), port })
    }
}

pub(crate) static HOST_PORT: Kind = Kind {
    name: "host-port",
    noun: "a host and a port",
    hint: "A way out is a domain name (or an IPv4 range) and a port: `api.payments.example.net:443`.",
    pattern: "^[a-z0-9./-]+:[0-9]{1,5}$",
    check: |text| text.parse::<HostPort>().map(|_| ()),
    number: false,
};
text_value!(HostPort, "host-port");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ranges() {
        assert_eq!("10.0.0.1/8".parse::<Cidr>().unwrap_err(), "the range that holds this address is written `10.0.0.0/8`");
        assert!("10.0.0.0".parse::<Cidr>().is_err());
        let net = |text: &str| text.parse::<Cidr>().unwrap().net();
        assert!(overlap(net("10.0.0.0/8"), net("10.200.0.0/16")));
        assert!(overlap(net("10.200.0.0/16"), net("10.0.0.0/8")));
        assert!(!overlap(net("10.0.0.0/16"), net("10.1.0.0/16")));
        assert_eq!("/16".parse::<PrefixLength>().unwrap().bits(), 16);
        for bad in ["16", "/8", "/29", "/", "/1x", "/+16"] {
            assert!(bad.parse::<PrefixLength>().is_err(), "{bad}");
        }
    }

    #[test]
    fn domains_and_ports() {
        let name = |text: &str| text.parse::<DomainName>().unwrap();
        assert!(name("dev.tickets.acme.example").is_within(&name("acme.example")));
        assert!(!name("notacme.example").is_within(&name("acme.example")));
        for bad in ["acme", "https://acme.example", "acme.example.", "-a.example", "10.0.0.1", "Acme.example"] {
            assert!(bad.parse::<DomainName>().is_err(), "{bad}");
        }
        let out = "api.payments.example.net:443".parse::<HostPort>().unwrap();
        assert_eq!((out.host(), out.port(), out.range()), ("api.payments.example.net", 443, None));
        assert!("10.1.0.0/16:5432".parse::<HostPort>().unwrap().range().is_some());
        for bad in ["api.example.net", "api.example.net:0", "api.example.net:70000", "https://api.example.net:443", ":443"] {
            assert!(bad.parse::<HostPort>().is_err(), "{bad}");
        }
    }
}
