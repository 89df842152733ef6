//! Values that are text in the files and something more in the program: durations, sizes, ranges, schedules, names.
//!
//! Invariant: each such type parses itself ([`std::str::FromStr`]), prints what it was parsed from, and is listed once in
//! `KINDS`, from which its JSON Schema and the words of its diagnostics come. The `pattern` in the schema is what an
//! editor checks; the parser here is the authority and may be stricter.

mod amount;
mod aws;
mod contact;
mod expression;
mod name;
mod network;
mod place;
mod size;
mod time;

pub use amount::{Condition, DataSize, Money, Percent, Rate, RatePeriod};
pub(crate) use aws::SEARCH;
pub use aws::{AccountId, InstanceClass, InstanceFamily, REGIONS, Region, RoleArn, TransitGatewayId};
pub use contact::{MailAddress, Telephone};
pub use expression::{Expression, Part, Reference};
pub use name::{Name, VariableName, Version};
pub use network::{Cidr, DomainName, HostPort, IpAddress, PrefixLength, overlap};
pub use place::{HttpsUrl, ImageReference, LocalPath, UrlPath};
pub use size::{Size, SizeKey};
pub use time::{Cron, Duration, Schedule, Zone};

/// What a kind of text value is, for schemas and messages.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The word in the schema's `x-strata` key.
    pub name: &'static str,
    /// With its article: "a duration".
    pub noun: &'static str,
    /// What to write, as a full sentence.
    pub hint: &'static str,
    /// For editors; unique among the kinds, so that the kind of a map's keys can be found by it.
    pub pattern: &'static str,
    /// The parser: the error completes the sentence "`x` is not a duration: ...", or is empty when nothing more can be said.
    pub check: fn(&str) -> Result<(), String>,
    /// Whether a plain YAML number is accepted as well, read as the text that was written.
    pub number: bool,
}

/// Implements what every text value has in common.
macro_rules! text_value {
    ($type:ident, $kind:literal) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = crate::values::read_text(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                crate::values::schema_of($kind)
            }
        }
    };
}
pub(crate) use text_value;

/// Every kind of text value.
pub(crate) static KINDS: &[&Kind] = &[
    &name::NAME,
    &name::VARIABLE,
    &name::VERSION,
    &aws::ACCOUNT_ID,
    &aws::REGION,
    &aws::ROLE_ARN,
    &aws::INSTANCE_CLASS,
    &aws::INSTANCE_FAMILY,
    &aws::TRANSIT_GATEWAY_ID,
    &contact::MAIL_ADDRESS,
    &contact::TELEPHONE,
    &network::CIDR,
    &network::PREFIX_LENGTH,
    &network::DOMAIN_NAME,
    &network::HOST_PORT,
    &network::IP_ADDRESS,
    &time::DURATION,
    &time::CRON,
    &time::ZONE,
    &amount::DATA_SIZE,
    &amount::PERCENT,
    &amount::RATE,
    &amount::MONEY,
    &amount::CONDITION,
    &expression::EXPRESSION,
    &place::LOCAL_PATH,
    &place::IMAGE_REFERENCE,
    &place::URL_PATH,
    &place::HTTPS_URL,
    &size::SIZE_KEY,
];

/// The kind with this name.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.name == name)
}

/// The kind with this pattern.
pub(crate) fn kind_by_pattern(pattern: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.pattern == pattern)
}

/// The schema of a kind: a string with a pattern (or a number too, where the kind says so).
pub(crate) fn schema_of(name: &str) -> schemars::Schema {
    let mut object = serde_json::Map::new();
    if let Some(kind) = kind(name) {
        let types = if kind.number { serde_json::json!(["string", "number"]) } else { "string".into() };
        object.insert("type".into(), types);
        object.insert("pattern".into(), kind.pattern.into());
        object.insert("patternErrorMessage".into(), kind.hint.into());
        object.insert("description".into(), kind.hint.into());
        object.insert("x-strata".into(), kind.name.into());
    }
    object.into()
}

/// The name under which text values ask for what was written.
pub(crate) const AS_WRITTEN: &str = "strata::AsWritten";

/// Text, or a number as text (versions are often written as numbers).
pub(crate) fn read_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Text;
    impl<'de> serde::de::Visitor<'de> for Text {
        type Value = String;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("text")
        }
        fn visit_newtype_struct<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
            deserializer.deserialize_any(self)
        }
        fn visit_str<E>(self, value: &str) -> Result<String, E> {
            Ok(value.to_owned())
        }
        fn visit_string<E>(self, value: String) -> Result<String, E> {
            Ok(value)
        }
        fn visit_i64<E>(self, value: i64) -> Result<String, E> {
            Ok(value.to_string())
        }
        fn visit_u64<E>(self, value: u64) -> Result<String, E> {
            Ok(value.to_string())
        }
        fn visit_f64<E>(self, value: f64) -> Result<String, E> {
            Ok(format!("{value:?}"))
        }
    }
    // The reader of the files knows this name and gives numbers as they were written; other readers just go on.
    deserializer.deserialize_newtype_struct(AS_WRITTEN, Text)
}

/// Splits a leading unsigned decimal number (digits with at most one dot) from the rest.
pub(crate) fn split_number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.split_at(end)
}

/// Parses a decimal with at most `places` decimals into units of ten to the minus `places`; none if malformed or too large.
pub(crate) fn fixed_point(text: &str, places: usize) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || (text.contains('.') && fraction.is_empty()) || fraction.len() > places {
        return None;
    }
    if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    format!("{whole}{fraction:0<places$}").parse().ok()
}

/// Prints a fixed-point number without trailing zeros.
pub(crate) fn print_fixed_point(value: u64, places: u32) -> String {
    let scale = 10u64.pow(places);
    let width = places as usize;
    let text = format!("{}.{:0width$}", value / scale, value % scale);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn kinds_have_unique_names_and_patterns() {
        for (index, kind) in KINDS.iter().enumerate() {
            for other in &KINDS[index + 1..] {
                assert_ne!(kind.name, other.name);
                assert_ne!(kind.pattern, other.pattern, "{} and {}", kind.name, other.name);
            }
        }
    }

    #[test]
    fn fixed_point_numbers() {
        assert_eq!(fixed_point("99.9", 3), Some(99_900));
        assert_eq!(fixed_point("1", 3), Some(1000));
        for bad in ["", ".", "1.", ".5", "1.2345", "1.2.3", "-1", "99999999999999999999"] {
            assert_eq!(fixed_point(bad, 3), None, "{bad}");
        }
        assert_eq!(print_fixed_point(99_900, 3), "99.9");
        assert_eq!(print_fixed_point(70_000, 3), "70");
    }
}
