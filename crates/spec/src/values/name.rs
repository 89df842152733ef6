//! Names of things, of variables, and versions.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{Kind, text_value};

/// The longest name: a DNS label. Shorter limits of the cloud are met by stable shortening when names are generated.
pub const LONGEST_NAME: usize = 63;

/// A name that a user gives to a service, a resource, a network...: lower-case letters, digits and single hyphens, starting
/// with a letter, at most 63 characters. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl FromStr for Name {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("it is empty".into());
        }
        if text.chars().count() > LONGEST_NAME {
            return Err(format!("it has {} characters, the most is {LONGEST_NAME}", text.chars().count()));
        }
        if !text.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err("it must start with a lower-case letter".into());
        }
        if let Some(wrong) = text.chars().find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-')) {
            return Err(format!("`{wrong}` may not be in it"));
        }
        if text.ends_with('-') || text.contains("--") {
            return Err("a hyphen must stand between two letters or digits".into());
        }
        Ok(Self(text.into()))
    }
}

pub(crate) static NAME: Kind = Kind {
    name: "name",
    noun: "a name",
    hint: "A name has lower-case letters, digits and single hyphens, starts with a letter and has at most 63 characters.",
    pattern: "^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
    check: |text| text.parse::<Name>().map(|_| ()),
    number: false,
};
text_value!(Name, "name");

/// The name of an environment variable or of a secret: upper-case letters, digits and underscores.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableName(Arc<str>);

impl VariableName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VariableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for VariableName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for VariableName {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if !text.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') {
            return Err("it must start with an upper-case letter or an underscore".into());
        }
        if let Some(wrong) = text.chars().find(|c| !(c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_')) {
            return Err(format!("`{wrong}` may not be in it"));
        }
        if text.len() > 128 {
            return Err(format!("it has {} characters, the most is 128", text.len()));
        }
        Ok(Self(text.into()))
    }
}

pub(crate) static VARIABLE: Kind = Kind {
    name: "variable",
    noun: "a name of a variable",
    hint: "A variable has upper-case letters, digits and underscores: `LOG_LEVEL`.",
    pattern: "^[A-Z_][A-Z0-9_]{0,127}$",
    check: |text| text.parse::<VariableName>().map(|_| ()),
    number: false,
};
text_value!(VariableName, "variable");

/// A version, kept as the text that was written, so that `1.30` stays `1.30`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(Arc<str>);

impl Version {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number before the first dot.
    pub fn major(&self) -> u32 {
        self.0.split('.').next().and_then(|part| part.parse().ok()).unwrap_or(0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Version {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('.').collect();
        let good = |part: &&str| !part.is_empty() && part.len() <= 6 && part.bytes().all(|b| b.is_ascii_digit());
        if parts.len() > 3 || !parts.iter().all(good) {
            return Err(String::new());
        }
        Ok(Self(text.into()))
    }
}

pub(crate) static VERSION: Kind = Kind {
    name: "version",
    noun: "a version",
    hint: "A version has one to three numbers with dots: `16` or `1.33`.",
    pattern: "^[0-9]{1,6}(\\.[0-9]{1,6}){0,2}$",
    check: |text| text.parse::<Version>().map(|_| ()),
    number: true,
};
text_value!(Version, "version");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names() {
        for good in ["a", "web", "expire-holds", "a1-b2", &"a".repeat(63)] {
            assert_eq!(good.parse::<Name>().unwrap().as_str(), good);
        }
        for bad in ["", "-a", "a-", "a--b", "A", "1a", "a_b", "a.b", "é", &"a".repeat(64)] {
            assert!(bad.parse::<Name>().is_err(), "{bad}");
        }
    }

    #[test]
    fn variables_and_versions() {
        assert!("LOG_LEVEL".parse::<VariableName>().is_ok());
        assert!("log".parse::<VariableName>().is_err());
        assert_eq!("1.30".parse::<Version>().unwrap().to_string(), "1.30");
        assert_eq!("16".parse::<Version>().unwrap().major(), 16);
        for bad in ["", "v1", "1.", "1.2.3.4", "latest"] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }
}
