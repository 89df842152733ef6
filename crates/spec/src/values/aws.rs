//! Words of AWS that appear in the files: account numbers, regions, roles, instance classes.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{Kind, text_value};

/// An AWS account number: twelve digits, kept as text because leading zeros count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(Arc<str>);

impl AccountId {
    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AccountId {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) { Ok(Self(text.into())) } else { Err(String::new()) }
    }
}

pub(crate) static ACCOUNT_ID: Kind = Kind {
    name: "account-id",
    noun: "an AWS account number",
    hint: "An AWS account number has twelve digits and stands in quotes: \"111111111111\".",
    pattern: "^[0-9]{12}$",
    check: |text| text.parse::<AccountId>().map(|_| ()),
    number: false,
};
text_value!(AccountId, "account-id");

/// The AWS regions that Strata knows (commercial partition, general availability, November 2026).
pub const REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// An AWS region of the list [`REGIONS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(&'static str);

impl Region {
    /// `us-east-1`.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl FromStr for Region {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match REGIONS.iter().find(|region| **region == text) {
            Some(region) => Ok(Self(region)),
            None => Err(match crate::suggest::nearest(text, REGIONS.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => String::new(),
            }),
        }
    }
}

pub(crate) static REGION: Kind = Kind {
    name: "region",
    noun: "an AWS region that Strata knows",
    hint: "A region is written as AWS writes it: `us-east-1`.",
    pattern: "^[a-z]{2}-[a-z]+-[0-9]$",
    check: |text| text.parse::<Region>().map(|_| ()),
    number: false,
};
text_value!(Region, "region");

/// The ARN of an IAM role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleArn(Arc<str>);

impl RoleArn {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The account that the role belongs to.
    pub fn account(&self) -> &str {
        self.0.split(':').nth(4).unwrap_or_default()
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RoleArn {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        let [arn, partition, service, region, account, role] = parts[..] else {
            return Err(String::new());
        };
        let name = role.strip_prefix("role/").unwrap_or_default();
        let name_fits = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-/".contains(&b));
        let partition_fits = ["aws", "aws-us-gov", "aws-cn"].contains(&partition);
        if arn == "arn" && partition_fits && service == "iam" && region.is_empty() && account.parse::<AccountId>().is_ok() && name_fits {
            Ok(Self(text.into()))
        } else {
            Err(String::new())
        }
    }
}

pub(crate) static ROLE_ARN: Kind = Kind {
    name: "role-arn",
    noun: "the ARN of an IAM role",
    hint: "A role is written `arn:aws:iam::111111111111:role/strata`.",
    pattern: "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$",
    check: |text| text.parse::<RoleArn>().map(|_| ()),
    number: false,
};
text_value!(RoleArn, "role-arn");

/// An instance class: `m6g.large`, `db.r6g.large`, `cache.t4g.micro` or `m6g.large.search`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceClass(Arc<str>);

/// What classes of Amazon OpenSearch Service end with.
pub(crate) const SEARCH: &str = ".search";

/// A class without the ending of OpenSearch, where a family and a size are left.
fn without_search(class: &str) -> &str {
    class.strip_suffix(SEARCH).filter(|bare| bare.contains('.')).unwrap_or(class)
}

impl InstanceClass {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The family, which is what guardrails list: `r6g` of `db.r6g.large` and of `r6g.large.search`.
    pub fn family(&self) -> &str {
        let parts: Vec<&str> = without_search(&self.0).split('.').collect();
        parts[parts.len() - 2]
    }
}

impl fmt::Display for InstanceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for InstanceClass {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let bare = text.strip_prefix("db.").or_else(|| text.strip_prefix("cache.")).unwrap_or_else(|| without_search(text));
        let Some((family, size)) = bare.split_once('.') else {
            return Err(String::new());
        };
        let family_fits = family.starts_with(|c: char| c.is_ascii_lowercase())
            && family.contains(|c: char| c.is_ascii_digit())
            && family.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let size_fits = !size.is_empty() && size.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if family_fits && size_fits { Ok(Self(text.into())) } else { Err(String::new()) }
    }
}

pub(crate) static INSTANCE_CLASS: Kind = Kind {
    name: "instance-class",
    noun: "an instance class",
    hint: "A class is written as AWS writes it: `m6g.large`, `db.r6g.large` or `cache.t4g.micro`.",
    pattern: "^((db\\.|cache\\.)?[a-z][a-z0-9-]*[0-9][a-z0-9-]*\\.[a-z0-9-]+|[a-z][a-z0-9-]*[0-9][a-z0-9-]*\\.[a-z0-9-]+\\.search)$",
    check: |text| text.parse::<InstanceClass>().map(|_| ()),
    number: false,
};
text_value!(InstanceClass, "instance-class");

/// A family of instances, as guardrails list it: `r6g`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceFamily(Arc<str>);

impl InstanceFamily {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InstanceFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for InstanceFamily {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains('.') {
            return Err("it has a size; only the part before the dot is the family".into());
        }
        format!("{text}.large").parse::<InstanceClass>().map(|_| Self(text.into()))
    }
}

pub(crate) static INSTANCE_FAMILY: Kind = Kind {
    name: "instance-family",
    noun: "a family of instances",
    hint: "A family is the part of an instance class before the last dot, without `db.`, `cache.` or `.search`: `r6g`.",
    pattern: "^[a-z][a-z0-9-]*[0-9][a-z0-9-]*$",
    check: |text| text.parse::<InstanceFamily>().map(|_| ()),
    number: false,
};
text_value!(InstanceFamily, "instance-family");

/// The id of a transit gateway: `tgw-0123456789abcdef0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransitGatewayId(Arc<str>);

impl TransitGatewayId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TransitGatewayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TransitGatewayId {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix("tgw-").unwrap_or_default();
        let hexadecimal = digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if [8, 17].contains(&digits.len()) && hexadecimal { Ok(Self(text.into())) } else { Err(String::new()) }
    }
}

pub(crate) static TRANSIT_GATEWAY_ID: Kind = Kind {
    name: "transit-gateway-id",
    noun: "the id of a transit gateway",
    hint: "The id of a transit gateway is `tgw-` and 8 or 17 hexadecimal digits: `tgw-0123456789abcdef0`.",
    pattern: "^tgw-([0-9a-f]{8}|[0-9a-f]{17})$",
    check: |text| text.parse::<TransitGatewayId>().map(|_| ()),
    number: false,
};
text_value!(TransitGatewayId, "transit-gateway-id");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn accounts_roles_regions() {
        assert!("012345678901".parse::<AccountId>().is_ok());
        assert!("12345678901".parse::<AccountId>().is_err());
        assert_eq!("arn:aws:iam::111111111111:role/strata".parse::<RoleArn>().unwrap().account(), "111111111111");
        assert!("arn:aws:iam::1:role/strata".parse::<RoleArn>().is_err());
        assert!("arn:aws:iam::111111111111:user/strata".parse::<RoleArn>().is_err());
        assert_eq!("us-east-1".parse::<Region>().unwrap().as_str(), "us-east-1");
        assert_eq!("us-eest-1".parse::<Region>().unwrap_err(), "did you mean `us-east-1`?");
        let mut sorted = REGIONS.to_vec();
        sorted.sort_unstable();
        assert_eq!(sorted, REGIONS);
    }

    #[test]
    fn families() {
        for (class, family) in [("db.r6g.large", "r6g"), ("m6g.2xlarge", "m6g"), ("cache.t4g.micro", "t4g"), ("m6g.large.search", "m6g")] {
            assert_eq!(class.parse::<InstanceClass>().unwrap().family(), family);
        }
        for bad in ["large", "db.large", "", "r6g.", ".large", "R6g.large", "db.r6g.large.search", "large.search"] {
            assert!(bad.parse::<InstanceClass>().is_err(), "{bad}");
        }
    }
}
