//! Scopes and addresses: what a resource is called by people, plans, state and tags.
//!
//! Invariant: an address never changes while the thing it names lives; parsing what was displayed gives it back.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What kind of thing a scope is; scopes stand on one another in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScopeKind {
    /// The baseline of one cloud account.
    Account,
    /// One virtual network.
    Network,
    /// One place where containers run.
    Cluster,
    /// One environment of one application.
    Environment,
}

/// The unit of plan, state serial, lease, run and permission.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The baseline of one cloud account, by its name in the platform file.
    Account(String),
    /// A network, by its name in the platform file.
    Network(String),
    /// A cluster, by its name in the platform file.
    Cluster(String),
    /// An environment of an application.
    Environment {
        /// The application's name.
        application: String,
        /// The environment's name.
        environment: String,
    },
}

impl Scope {
    /// The scope's kind.
    #[must_use]
    pub fn kind(&self) -> ScopeKind {
        match self {
            Self::Account(_) => ScopeKind::Account,
            Self::Network(_) => ScopeKind::Network,
            Self::Cluster(_) => ScopeKind::Cluster,
            Self::Environment { .. } => ScopeKind::Environment,
        }
    }

    /// An environment of an application.
    #[must_use]
    pub fn environment(application: impl Into<String>, environment: impl Into<String>) -> Self {
        Self::Environment { application: application.into(), environment: environment.into() }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(name) => write!(formatter, "account/{name}"),
            Self::Network(name) => write!(formatter, "network/{name}"),
            Self::Cluster(name) => write!(formatter, "cluster/{name}"),
            Self::Environment { application, environment } => write!(formatter, "environment/{application}/{environment}"),
        }
    }
}

/// Why a text is not a scope or an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not {expected}")]
pub struct ParseAddressError {
    text: String,
    expected: &'static str,
}

impl FromStr for Scope {
    type Err = ParseAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split('/').collect();
        match parts.as_slice() {
            ["account", name] if !name.is_empty() => Ok(Self::Account((*name).to_owned())),
            ["network", name] if !name.is_empty() => Ok(Self::Network((*name).to_owned())),
            ["cluster", name] if !name.is_empty() => Ok(Self::Cluster((*name).to_owned())),
            ["environment", application, environment] if !application.is_empty() && !environment.is_empty() => {
                Ok(Self::environment(*application, *environment))
            }
            _ => Err(ParseAddressError {
                text: text.to_owned(),
                expected: "a scope (account/NAME, network/NAME, cluster/NAME or environment/APPLICATION/NAME)",
            }),
        }
    }
}

/// The name of one resource: its scope, the kind of resource, and a name unique among that kind in that scope.
///
/// Written `SCOPE/KIND.NAME`, for example `environment/ticketing/dev/db_instance.db`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    scope: Scope,
    kind: String,
    name: String,
}

impl Address {
    /// An address from its parts. Characters other than letters, digits, `-` and `_` in the name become `-`.
    #[must_use]
    pub fn new(scope: Scope, kind: impl Into<String>, name: impl AsRef<str>) -> Self {
        let name = name
            .as_ref()
            .chars()
            .map(|character| if character.is_ascii_alphanumeric() || character == '-' || character == '_' { character } else { '-' })
            .collect();
        Self { scope, kind: kind.into(), name }
    }

    /// The scope that owns the resource.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The kind of resource, as in [`crate::TypeContract::kind`].
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The name among its kind in its scope.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `KIND.NAME`, for a list that already says which scope it is about.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{}.{}", self.kind, self.name)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}.{}", self.scope, self.kind, self.name)
    }
}

impl FromStr for Address {
    type Err = ParseAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseAddressError { text: text.to_owned(), expected: "an address (SCOPE/KIND.NAME)" };
        let (scope, last) = text.rsplit_once('/').ok_or_else(error)?;
        let (kind, name) = last.split_once('.').ok_or_else(error)?;
        if kind.is_empty() || name.is_empty() {
            return Err(error());
        }
        Ok(Self::new(scope.parse()?, kind, name))
    }
}

macro_rules! serde_as_text {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
serde_as_text!(Scope);
serde_as_text!(Address);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_survives_being_written_and_read() {
        let address = Address::new(Scope::environment("ticketing", "dev"), "db_instance", "db");
        assert_eq!(address.to_string(), "environment/ticketing/dev/db_instance.db");
        assert_eq!(address.to_string().parse::<Address>().unwrap(), address);
        assert_eq!(address.short(), "db_instance.db");
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for text in ["", "db", "db_instance.db", "network/a/b/vpc.main", "network//vpc.main", "network/a/.x", "network/a/x."] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
