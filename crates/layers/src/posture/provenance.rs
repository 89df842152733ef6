//! Who set what: for each property of a resource that a setting decides, the level and the reason of it.
//!
//! Invariant: what the files say themselves (a key, or a patch) is named before any standard, for then it is the reason.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use strata_graph::{Address, Origin, Resource, Scope, TypeName};

use super::{Ask, Posture, Property, Setting, Unit, properties};

/// A line of the files that decided something of a resource by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A setting, by a key of the language.
    Setting(Setting, Origin),
    /// A property, by a patch.
    Property(String, Origin),
}

impl Said {
    fn speaks_of(&self, property: &Property) -> Option<&Origin> {
        match self {
            Self::Setting(setting, origin) => (*setting == property.setting).then_some(origin),
            Self::Property(path, origin) => {
                let inside =
                    |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
                (inside(path, &property.path) || inside(&property.path, path)).then_some(origin)
            }
        }
    }
}

/// Why a property has its value.
#[derive(Debug, Clone, PartialEq)]
pub struct SetBy {
    /// The property: `RetentionInDays`.
    pub property: String,
    /// Its value in the graph.
    pub value: Value,
    /// The setting that decides it.
    pub setting: Setting,
    /// What the numbers of the setting count.
    pub unit: Unit,
    /// The line that says it, where the files do.
    pub said: Option<Origin>,
    /// The requirements that ask for what holds; empty where it is Strata's own default.
    pub deciding: Vec<&'static Ask>,
    /// The requirements that ask for less.
    pub weaker: Vec<&'static Ask>,
    /// What the setting is.
    pub what: &'static str,
    /// Why Strata's own default is what it is.
    pub why: &'static str,
}

impl SetBy {
    fn of(property: Property, type_name: &TypeName, posture: &Posture, said: &[Said]) -> Option<Self> {
        let chosen = posture.chosen(property.setting)?;
        let said = said.iter().rev().find_map(|said| said.speaks_of(&property)).cloned();
        // A line may say more, or less, than the standards ask for: then none of them is its reason, and all are named with what they ask for.
        let (mut deciding, mut weaker): (Vec<&Ask>, Vec<&Ask>) = match said {
            Some(_) => (Vec::new(), chosen.asked.clone()),
            None => (chosen.deciding().collect(), chosen.weaker().collect()),
        };
        for asks in [&mut deciding, &mut weaker] {
            asks.retain(|ask| ask.speaks_of(type_name));
        }
        Some(Self {
            property: property.path,
            value: property.value,
            setting: property.setting,
            unit: chosen.row.unit,
            said,
            deciding,
            weaker,
            what: &chosen.row.what,
            why: &chosen.row.why,
        })
    }

    /// The reason in words: the line, the requirements, or Strata's default.
    #[must_use]
    pub fn reason(&self) -> String {
        let reason = match &self.said {
            Some(origin) => format!("{origin} `{}`", origin.key),
            None if self.deciding.is_empty() => format!("Strata's default ({})", self.why),
            None => self.deciding.iter().map(|ask| ask.cited()).collect::<Vec<_>>().join(", "),
        };
        let weaker: Vec<String> = self.weaker.iter().map(|ask| format!("{} ({})", ask.cited(), ask.value.text(self.unit))).collect();
        if weaker.is_empty() { reason } else { format!("{reason}; asked for by {}", weaker.join(", ")) }
    }
}

impl Serialize for SetBy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let asks = |asks: &[&Ask]| -> Vec<Value> {
            let one = |ask: &&Ask| {
                let mut one = json!({"standard": ask.standard, "requirements": ask.by, "value": ask.value});
                if let Some(reading) = &ask.reading {
                    one["reading"] = json!(reading);
                }
                one
            };
            asks.iter().map(one).collect()
        };
        let by = match &self.said {
            Some(_) => "files",
            None if self.deciding.is_empty() => "default",
            None => "standards",
        };
        json!({
            "property": self.property, "value": self.value, "setting": self.setting, "unit": self.unit, "what": self.what, "by": by,
            "origin": self.said, "standards": asks(&self.deciding), "asked_otherwise": asks(&self.weaker), "why_default": self.why,
        })
        .serialize(serializer)
    }
}

/// What [`crate::Lowered`] knows of reasons: the posture of each scope, and what the files said themselves.
#[derive(Debug, Clone, Default)]
pub struct Reasons {
    /// The posture of each scope.
    pub postures: BTreeMap<Scope, Posture>,
    /// What the files said of a resource.
    pub said: BTreeMap<Address, Vec<Said>>,
}

impl Reasons {
    /// Why each property of a resource that a setting decides has its value.
    #[must_use]
    pub fn of(&self, resource: &Resource) -> Vec<SetBy> {
        let Some(posture) = self.postures.get(resource.address.scope()) else { return Vec::new() };
        let said = self.said.get(&resource.address).map(Vec::as_slice).unwrap_or_default();
        properties(resource).into_iter().filter_map(|property| SetBy::of(property, &resource.type_name, posture, said)).collect()
    }
}
