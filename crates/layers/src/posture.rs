//! The posture of a scope: what the lowering makes where the files say nothing, by the standards that the scope must meet.
//!
//! `standards/posture.yaml`, built into the program, says for each setting Strata's own default and what each standard asks for by which
//! requirements. A posture is the union of all that holds, the strictest wins, and each value knows who asked for it. Invariants: one more standard
//! never loosens a setting; the order of standards does not matter; without any standard the defaults still encrypt, log, rotate keys and keep out the public.

mod properties;
mod provenance;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use strata_spec::Standard;

pub use properties::{Property, properties};
pub use provenance::{Reasons, Said, SetBy};
pub use table::{Ask, Row, Unit, table};

/// What a standard can decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// Days that log groups are kept.
    LogRetention,
    /// Days that access logs in buckets are kept.
    AccessLogRetention,
    /// Days that the files of CloudTrail and Config are kept.
    AuditRetention,
    /// Days before those files move to cold storage.
    AuditAtHand,
    /// Days that a database's own backups are kept.
    DatabaseBackups,
    /// Days that a cache's snapshots are kept.
    CacheBackups,
    /// Days that recovery points of AWS Backup are kept.
    RecoveryPoints,
    /// Days to any moment of which a table can be brought back.
    TableRecovery,
    /// Days that a record of a stream is kept.
    StreamRetention,
    /// Encryption of what rests.
    Encryption,
    /// By keys of our own.
    OwnKeys,
    /// Yearly renewal of keys.
    KeyRotation,
    /// TLS 1.2 or newer only.
    Tls,
    /// Buckets closed to the public.
    PublicAccessBlocked,
    /// Networks that share no address.
    AddressSplit,
    /// Protection against deletion by one call.
    DeletionProtection,
    /// The trail of calls that manage the account.
    AuditTrail,
    /// Flow logs of networks.
    FlowLogs,
    /// Access logs of buckets and load balancers.
    AccessLogging,
    /// Logs of databases and caches outside of the machine.
    DatabaseLogs,
    /// The trail's record of calls that touch data.
    DataEvents,
    /// The web application firewall before public doors.
    WebFirewall,
    /// A database's standby in another zone.
    DatabaseStandby,
    /// A cache's copy in another zone.
    CacheStandby,
    /// A search engine's nodes in several zones.
    SearchStandby,
    /// Seconds between looks at the system below a database.
    DatabaseMonitoring,
}

/// The value of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Level {
    /// On or off.
    On(bool),
    /// A number, in the setting's unit.
    Number(u32),
}

impl Level {
    /// How strict it is, for comparison with other levels of the same unit.
    #[must_use]
    pub fn strictness(self, unit: Unit) -> u32 {
        match (self, unit) {
            (Self::On(on), _) => u32::from(on),
            (Self::Number(0), _) => 0,
            // The shorter between two looks, the stricter.
            (Self::Number(seconds), Unit::Seconds) => u32::MAX - seconds,
            (Self::Number(number), _) => number,
        }
    }

    /// The level with its unit, as people read it.
    #[must_use]
    pub fn text(self, unit: Unit) -> String {
        match (self, unit) {
            (Self::On(true), _) => "on".to_owned(),
            (Self::On(false), _) | (Self::Number(0), Unit::Seconds) => "off".to_owned(),
            (Self::Number(1), Unit::Days) => "1 day".to_owned(),
            (Self::Number(number), Unit::Days) => format!("{number} days"),
            (Self::Number(number), Unit::Seconds) => format!("every {number} seconds"),
            (Self::Number(number), Unit::On) => number.to_string(),
        }
    }
}

/// What holds for one setting, and who asked for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The setting's row.
    pub row: &'static Row,
    /// The level: the strictest of the default and of all that is asked for.
    pub level: Level,
    /// What the scope's standards ask for, in the order of the file.
    pub asked: Vec<&'static Ask>,
}

impl Chosen {
    fn of(row: &'static Row, standards: &BTreeSet<Standard>) -> Self {
        let asked: Vec<&Ask> = row.asked.iter().filter(|ask| standards.contains(&ask.standard)).collect();
        let levels = asked.iter().map(|ask| ask.value).chain([row.default]);
        let level = levels.max_by_key(|level| level.strictness(row.unit)).unwrap_or(row.default);
        Self { row, level, asked }
    }

    /// The asks that are the reason of the level; empty where only Strata's own default is.
    pub fn deciding(&self) -> impl Iterator<Item = &'static Ask> + '_ {
        self.asked.iter().copied().filter(|ask| ask.value.strictness(self.row.unit) >= self.level.strictness(self.row.unit))
    }

    /// The asks for less than the level.
    pub fn weaker(&self) -> impl Iterator<Item = &'static Ask> + '_ {
        self.asked.iter().copied().filter(|ask| ask.value.strictness(self.row.unit) < self.level.strictness(self.row.unit))
    }

    /// The asks for more than a level that the files say: what a person must be told.
    pub fn above(&self, said: Level) -> impl Iterator<Item = &'static Ask> + '_ {
        self.asked.iter().copied().filter(move |ask| ask.value.strictness(self.row.unit) > said.strictness(self.row.unit))
    }
}

/// What a scope is made with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Posture {
    standards: BTreeSet<Standard>,
    chosen: BTreeMap<Setting, Chosen>,
}

impl Posture {
    /// The union of what the standards ask for and of Strata's own defaults.
    #[must_use]
    pub fn of(standards: impl IntoIterator<Item = Standard>) -> Self {
        let standards: BTreeSet<Standard> = standards.into_iter().collect();
        let chosen = table().iter().map(|row| (row.setting, Chosen::of(row, &standards))).collect();
        Self { standards, chosen }
    }

    /// The standards of the scope.
    #[must_use]
    pub fn standards(&self) -> &BTreeSet<Standard> {
        &self.standards
    }

    /// What holds for a setting.
    #[must_use]
    pub fn chosen(&self, setting: Setting) -> Option<&Chosen> {
        self.chosen.get(&setting)
    }

    /// Whether a setting is on; on where the table does not know it.
    #[must_use]
    pub fn is_on(&self, setting: Setting) -> bool {
        self.chosen(setting).is_none_or(|chosen| chosen.level.strictness(chosen.row.unit) > 0)
    }

    /// Whether a standard of the scope asks for a setting.
    #[must_use]
    pub fn is_asked(&self, setting: Setting) -> bool {
        self.chosen(setting).is_some_and(|chosen| !chosen.asked.is_empty())
    }

    /// The number of a setting, in its unit.
    #[must_use]
    pub fn number(&self, setting: Setting) -> u32 {
        match self.chosen(setting).map(|chosen| chosen.level) {
            Some(Level::Number(number)) => number,
            Some(Level::On(_)) | None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subsets() -> Vec<Vec<Standard>> {
        let all = Standard::ALL;
        (0..1usize << all.len())
            .map(|bits| all.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, one)| *one).collect())
            .collect()
    }

    #[test]
    fn one_more_standard_never_loosens_a_setting() {
        let mut changed = 0;
        for subset in subsets() {
            let before = Posture::of(subset.iter().copied());
            for more in Standard::ALL.iter().filter(|standard| !subset.contains(standard)) {
                let after = Posture::of(subset.iter().copied().chain([*more]));
                for row in table() {
                    let level = |posture: &Posture| posture.chosen(row.setting).map(|chosen| chosen.level.strictness(row.unit));
                    assert!(level(&after) >= level(&before), "{more} loosens {:?} of {subset:?}", row.setting);
                    changed += usize::from(level(&after) > level(&before));
                }
            }
        }
        assert!(changed > 0, "no standard changes anything");
    }

    #[test]
    fn the_order_of_standards_does_not_matter() {
        for subset in subsets() {
            let turned: Vec<Standard> = subset.iter().rev().copied().chain(subset.iter().copied()).collect();
            assert_eq!(Posture::of(subset), Posture::of(turned));
        }
    }

    #[test]
    fn without_a_standard_what_guards_is_still_on() {
        let posture = Posture::of([]);
        for setting in [
            Setting::Encryption,
            Setting::OwnKeys,
            Setting::KeyRotation,
            Setting::Tls,
            Setting::PublicAccessBlocked,
            Setting::AddressSplit,
            Setting::DeletionProtection,
            Setting::AuditTrail,
            Setting::FlowLogs,
            Setting::AccessLogging,
            Setting::DatabaseLogs,
            Setting::WebFirewall,
        ] {
            assert!(posture.is_on(setting) && !posture.is_asked(setting), "{setting:?}");
        }
        assert_eq!(posture.number(Setting::LogRetention), 400);
        assert_eq!(posture.number(Setting::AuditRetention), 2557);
        assert_eq!(posture.number(Setting::DatabaseBackups), 7);
    }

    #[test]
    fn a_level_knows_who_asked_for_it_and_who_for_less() {
        let posture = Posture::of([Standard::PciDss40, Standard::Hipaa]);
        let Some(kept) = posture.chosen(Setting::LogRetention) else { panic!("the table has no log-retention") };
        assert_eq!(kept.level, Level::Number(2192));
        let ids = |asks: Vec<&Ask>| asks.iter().map(|ask| format!("{} {}", ask.standard, ask.by.join(", "))).collect::<Vec<_>>();
        assert_eq!(ids(kept.deciding().collect()), ["hipaa 164.316(b)(2)(i)"]);
        assert_eq!(ids(kept.weaker().collect()), ["pci-dss-4.0 10.5.1", "hipaa 164.312(b)"]);
        assert_eq!(ids(kept.above(Level::Number(400)).collect()), ["hipaa 164.316(b)(2)(i)"]);

        let posture = Posture::of([Standard::PciDss40]);
        let Some(kept) = posture.chosen(Setting::LogRetention) else { panic!("the table has no log-retention") };
        assert_eq!((kept.level, kept.deciding().count()), (Level::Number(400), 0), "Strata's own default is longer");
        // Each minute is stricter than never, and each second stricter than each minute.
        let strictness = |seconds| Level::Number(seconds).strictness(Unit::Seconds);
        assert!(strictness(0) < strictness(60) && strictness(60) < strictness(1));
    }
}
