//! Durations and schedules.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use super::{Kind, split_number, text_value};

/// A length of time, written as a whole number and a unit: `300ms`, `20s`, `4m`, `12h`, `35d`, `2w`, `7y`. A day has 24 hours, a year
/// 365 days. Two durations are equal when they are written alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Duration {
    amount: u32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Unit {
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Year,
}

const UNITS: &[(&str, Unit, u64)] = &[
    ("ms", Unit::Millisecond, 1),
    ("s", Unit::Second, 1000),
    ("m", Unit::Minute, 60_000),
    ("h", Unit::Hour, 3_600_000),
    ("d", Unit::Day, 86_400_000),
    ("w", Unit::Week, 7 * 86_400_000),
    ("y", Unit::Year, 365 * 86_400_000),
];

impl Unit {
    fn row(self) -> (&'static str, u64) {
        UNITS.iter().find(|row| row.1 == self).map_or(("ms", 1), |row| (row.0, row.2))
    }
}

impl Duration {
    /// A number of whole seconds.
    pub const fn from_seconds(amount: u32) -> Self {
        Self { amount, unit: Unit::Second }
    }

    /// A number of whole days.
    pub const fn from_days(amount: u32) -> Self {
        Self { amount, unit: Unit::Day }
    }

    /// In milliseconds.
    pub fn as_milliseconds(self) -> u64 {
        u64::from(self.amount) * self.unit.row().1
    }

    /// In seconds, rounded up.
    pub fn as_seconds(self) -> u64 {
        self.as_milliseconds().div_ceil(1000)
    }

    /// In minutes, rounded up.
    pub fn as_minutes(self) -> u64 {
        self.as_milliseconds().div_ceil(60_000)
    }

    /// In days, rounded up.
    pub fn as_days(self) -> u64 {
        self.as_milliseconds().div_ceil(86_400_000)
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.amount, self.unit.row().0)
    }
}

impl FromStr for Duration {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = split_number(text);
        if number.is_empty() {
            return Err(String::new());
        }
        if number.contains('.') {
            return Err("the number must be whole; take a smaller unit".into());
        }
        let Some((_, unit, _)) = UNITS.iter().find(|row| row.0 == unit) else {
            return Err(if unit.is_empty() { "the unit is missing".into() } else { format!("`{unit}` is not a unit of time") });
        };
        let amount = number.parse().map_err(|_| "the number is too large".to_owned())?;
        Ok(Self { amount, unit: *unit })
    }
}

pub(crate) static DURATION: Kind = Kind {
    name: "duration",
    noun: "a duration",
    hint: "A duration is a whole number and one of `ms`, `s`, `m`, `h`, `d`, `w`, `y`: `20s`, `4m`, `35d`.",
    pattern: "^[0-9]+(ms|s|m|h|d|w|y)$",
    check: |text| text.parse::<Duration>().map(|_| ()),
    number: false,
};
text_value!(Duration, "duration");

/// A cron expression of five fields: minute, hour, day of the month, month, day of the week.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cron(Arc<str>);

impl Cron {
    /// The five fields, separated by single spaces.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Minute, hour, day of the month, month, day of the week.
    pub fn fields(&self) -> [&str; 5] {
        let mut fields = self.0.split(' ');
        std::array::from_fn(|_| fields.next().unwrap_or("*"))
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Cron {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        if fields.len() != 5 {
            return Err(format!("it has {} fields, five are needed", fields.len()));
        }
        // The extensions of some cron programs (`L`, `W`, `#`, `?`) mean different things to different schedulers.
        let plain = |c: char| c.is_ascii_digit() || c.is_ascii_alphabetic() || "*/,-".contains(c);
        if let Some(field) = fields.iter().find(|field| !field.chars().all(plain)) {
            return Err(format!("`{field}` has a character other than digits, names, `*`, `/`, `,` and `-`"));
        }
        const WORDS: &[&str] = &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "sun", "mon", "tue", "wed", "thu", "fri",
            "sat",
        ];
        for word in text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()) {
            if !WORDS.contains(&word.to_ascii_lowercase().as_str()) {
                return Err(format!("`{word}` is not the name of a month or a day"));
            }
        }
        let text = fields.join(" ");
        let parser = croner::parser::CronParser::builder().seconds(croner::parser::Seconds::Disallowed).build();
        parser.parse(&text).map_err(|error| error.to_string().trim_end_matches('.').to_lowercase().replace("component error: ", ""))?;
        Ok(Self(text.into()))
    }
}

pub(crate) static CRON: Kind = Kind {
    name: "cron",
    noun: "a cron expression",
    hint: "Write minute, hour, day of the month, month, day of the week: `*/5 * * * *` is every five minutes, `0 2 * * 1-5` is 02:00 on weekdays.",
    pattern: "^\\s*\\S+(\\s+\\S+){4}\\s*$",
    check: |text| text.parse::<Cron>().map(|_| ()),
    number: false,
};
text_value!(Cron, "cron");

/// An IANA time zone, such as `America/New_York`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Zone(&'static str);

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Zone = Zone("UTC");

    /// The name.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

/// The zone names of the IANA time zone database (public domain), so that a check needs no files of the machine it runs on.
static ZONES: LazyLock<Vec<&'static str>> = LazyLock::new(|| include_str!("../../data/zones.txt").lines().collect());

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl FromStr for Zone {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match ZONES.iter().find(|zone| **zone == text) {
            Some(zone) => Ok(Self(zone)),
            None => Err(match crate::suggest::nearest(text, ZONES.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => String::new(),
            }),
        }
    }
}

pub(crate) static ZONE: Kind = Kind {
    name: "zone",
    noun: "a time zone",
    hint: "A zone is a name of the IANA database: `UTC`, `Europe/Berlin`, `America/New_York`.",
    pattern: "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$",
    check: |text| text.parse::<Zone>().map(|_| ()),
    number: false,
};
text_value!(Zone, "zone");

/// When something runs: a cron expression in UTC, or one with a zone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Schedule {
    /// In Coordinated Universal Time.
    Plain(Cron),
    /// In a zone, following its daylight saving time.
    Zoned(ZonedCron),
}

/// A cron expression and the zone it is read in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ZonedCron {
    /// Five fields: minute, hour, day of the month, month, day of the week.
    pub cron: Cron,
    /// The zone in which the fields are read; UTC if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
}

impl Schedule {
    /// The five fields.
    pub fn cron(&self) -> &Cron {
        match self {
            Schedule::Plain(cron) => cron,
            Schedule::Zoned(zoned) => &zoned.cron,
        }
    }

    /// The zone; UTC if none is written.
    pub fn zone(&self) -> Zone {
        match self {
            Schedule::Plain(_) => Zone::UTC,
            Schedule::Zoned(zoned) => zoned.zone.unwrap_or(Zone::UTC),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn durations() {
        let of = |text: &str| text.parse::<Duration>().unwrap();
        assert_eq!(of("300ms").as_milliseconds(), 300);
        assert_eq!(of("300ms").as_seconds(), 1);
        assert_eq!(of("4m").as_seconds(), 240);
        assert_eq!(of("35d").as_days(), 35);
        assert_eq!(of("7y").as_days(), 2555);
        assert_eq!(of("2w").as_days(), 14);
        assert_eq!(of("36h").as_days(), 2);
        assert_eq!(of("7y").to_string(), "7y");
        for bad in ["", "5", "s", "5 s", "-5s", "1.5h", "5min", "99999999999s", "5S"] {
            assert!(bad.parse::<Duration>().is_err(), "{bad}");
        }
    }

    #[test]
    fn schedules() {
        assert_eq!("*/5  * * * *".parse::<Cron>().unwrap().fields(), ["*/5", "*", "*", "*", "*"]);
        for bad in ["", "* * * *", "61 * * * *", "* * * * * *", "0 0 L * *", "@daily", "a b c d e"] {
            assert!(bad.parse::<Cron>().is_err(), "{bad}");
        }
        assert!("America/New_York".parse::<Zone>().is_ok());
        assert_eq!("America/NewYork".parse::<Zone>().unwrap_err(), "did you mean `America/New_York`?");
        assert_eq!("UTC".parse::<Zone>().unwrap(), Zone::UTC);
    }
}
