//! How large something is: a word that the platform file or the product defines, or a number of virtual processors.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Kind, Name, text_value};

/// A size word (`tiny`, `small`, `medium`, `large`, `xlarge` or one that the platform file defines) or a number of virtual processors.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Size {
    /// A number of virtual processors; the smallest product size with as many is taken.
    Number(#[schemars(range(min = 1, max = 192))] u32),
    /// A word.
    Word(Name),
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Size::Number(number) => number.fmt(f),
            Size::Word(word) => word.fmt(f),
        }
    }
}

/// A key of the platform's `sizes`: `postgres.medium`, a kind of thing and a word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SizeKey {
    kind: Name,
    word: Name,
}

/// The kinds of things that have sizes.
pub(crate) const SIZED: &[&str] = &["postgres", "mysql", "redis", "search", "service", "host", "function", "nodes"];

impl SizeKey {
    /// `postgres`, `mysql`, `redis`, `search`, `service`, `host`, `function` or `nodes`.
    pub fn kind(&self) -> &str {
        self.kind.as_str()
    }

    /// The word that is defined.
    pub fn word(&self) -> &Name {
        &self.word
    }
}

impl fmt::Display for SizeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.word)
    }
}

impl FromStr for SizeKey {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, word) = text.split_once('.').ok_or("the dot is missing")?;
        if !SIZED.contains(&kind) {
            return Err(crate::suggest::hint(kind, SIZED, &format!("`{kind}` is not one of")));
        }
        Ok(Self { kind: kind.parse()?, word: word.parse()? })
    }
}

pub(crate) static SIZE_KEY: Kind = Kind {
    name: "size-key",
    noun: "a kind of thing and a size word",
    hint: "Write a kind, a dot and a word: `postgres.medium`. Kinds are postgres, mysql, redis, search, service, host, function and nodes.",
    pattern: "^(postgres|mysql|redis|search|service|host|function|nodes)\\.[a-z][a-z0-9-]*$",
    check: |text| text.parse::<SizeKey>().map(|_| ()),
    number: false,
};
text_value!(SizeKey, "size-key");
