//! Scopes and addresses: what a resource is called by people, plans, state and tags.
//!
//! Invariant: an address never changes while the thing it names lives; parsing what was displayed gives it back.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

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
/// Written `SCOPE/KIND.NAME`, for example `environment/ticketing/dev/db_instance.db`. A copy shares its text with the original, since
/// every edge, action, step and state of a large graph holds copies.
#[derive(Clone)]
pub struct Address(Arc<Parts>);

struct Parts {
    scope: Arc<Scope>,
    /// The whole address as it is written.
    text: Box<str>,
    /// Where in the text the kind begins.
    kind: usize,
    /// Where in the text the name begins, after the dot.
    name: usize,
}

impl Address {
    /// An address from its parts. Characters other than letters, digits, `-` and `_` in the name become `-`.
    #[must_use]
    pub fn new(scope: Scope, kind: impl Into<String>, name: impl AsRef<str>) -> Self {
        let same = LAST_SCOPE.with_borrow(|last| last.as_ref().filter(|last| *last.scope == scope).map(|last| Arc::clone(&last.scope)));
        let scope = same.unwrap_or_else(|| remembered(&scope.to_string(), scope));
        Self::of(scope, &kind.into(), name.as_ref())
    }

    fn of(scope: Arc<Scope>, kind: &str, name: &str) -> Self {
        use fmt::Write;
        let mut text = String::with_capacity(64);
        // Writing to a string cannot fail.
        let _ = write!(text, "{scope}/");
        let kind_at = text.len();
        text.push_str(kind);
        text.push('.');
        let name_at = text.len();
        text.extend(
            name.chars()
                .map(|character| if character.is_ascii_alphanumeric() || character == '-' || character == '_' { character } else { '-' }),
        );
        Self(Arc::new(Parts { scope, text: text.into_boxed_str(), kind: kind_at, name: name_at }))
    }

    /// The scope that owns the resource.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.0.scope
    }

    /// The kind of resource, as in [`crate::TypeContract::kind`].
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.0.text[self.0.kind..self.0.name - 1]
    }

    /// The name among its kind in its scope.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.text[self.0.name..]
    }

    /// The whole address as it is written: `SCOPE/KIND.NAME`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// `KIND.NAME`, for a list that already says which scope it is about.
    #[must_use]
    pub fn short(&self) -> String {
        self.0.text[self.0.kind..].to_owned()
    }
}

thread_local! {
    /// The scope met last: the addresses of one scope come one after another and share it. Only saves memory, changes no value.
    static LAST_SCOPE: RefCell<Option<LastScope>> = const { RefCell::new(None) };
}

struct LastScope {
    text: Box<str>,
    scope: Arc<Scope>,
}

fn remembered(text: &str, scope: Scope) -> Arc<Scope> {
    let scope = Arc::new(scope);
    LAST_SCOPE.set(Some(LastScope { text: text.into(), scope: Arc::clone(&scope) }));
    scope
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Address {}

impl std::hash::Hash for Address {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.text.hash(state);
    }
}

impl Ord for Address {
    /// By scope, lowest first, then kind, then name.
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ordering::Equal;
        }
        // One scope's addresses share it as a rule: comparing it again for each would be half of the work.
        let scopes = if Arc::ptr_eq(&self.0.scope, &other.0.scope) { Ordering::Equal } else { self.0.scope.cmp(&other.0.scope) };
        scopes.then_with(|| self.kind().cmp(other.kind())).then_with(|| self.name().cmp(other.name()))
    }
}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Address").field("scope", self.scope()).field("kind", &self.kind()).field("name", &self.name()).finish()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.text)
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
        let same = LAST_SCOPE.with_borrow(|met| met.as_ref().filter(|met| *met.text == *scope).map(|met| Arc::clone(&met.scope)));
        let scope = match same {
            Some(scope) => scope,
            None => remembered(scope, scope.parse()?),
        };
        Ok(Self::of(scope, kind, name))
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
    fn addresses_are_ordered_by_scope_then_kind_then_name() {
        let texts = [
            "account/z/a.a",
            "network/b/a.a",
            "cluster/a/a.a",
            "environment/a/b/a.a",
            "environment/a/b/a.b",
            "environment/a/b/a-a.a",
            "environment/a/b/b.a",
            "environment/b/a/a.a",
        ];
        let parsed: Vec<Address> = texts.iter().map(|text| text.parse().unwrap()).collect();
        let mut sorted = parsed.clone();
        sorted.reverse();
        sorted.sort();
        assert_eq!(sorted, parsed);
        let made = Address::new(Scope::environment("a", "b"), "a", "a");
        assert_eq!(made, parsed[3]);
        assert_eq!(made.cmp(&parsed[3]), Ordering::Equal);
        assert_eq!((made.kind(), made.name(), made.as_str()), ("a", "a", "environment/a/b/a.a"));
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for text in ["", "db", "db_instance.db", "network/a/b/vpc.main", "network//vpc.main", "network/a/.x", "network/a/x."] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
