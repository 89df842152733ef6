//! Amounts: data, parts of a hundred, rates, money, and the condition that stops a rollout.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{Duration, Kind, fixed_point, print_fixed_point, split_number, text_value};

/// An amount of data: `512MB`, `100GB`, `2TB`. As in AWS's own documents these are binary: one GB has 1024 MB. `MiB`, `GiB` and `TiB` mean the
/// same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DataSize {
    text: Arc<str>,
    mib: u64,
}

impl DataSize {
    /// In mebibytes.
    pub fn mib(&self) -> u64 {
        self.mib
    }

    /// In gibibytes, rounded up.
    pub fn gib(&self) -> u64 {
        self.mib.div_ceil(1024)
    }
}

impl fmt::Display for DataSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for DataSize {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = split_number(text);
        let factor: u64 = match unit {
            "MB" | "MiB" => 1,
            "GB" | "GiB" => 1024,
            "TB" | "TiB" => 1024 * 1024,
            "" => return Err("the unit is missing".into()),
            other => return Err(format!("`{other}` is not a unit of data")),
        };
        if number.contains('.') {
            return Err("the number must be whole; take a smaller unit".into());
        }
        let amount: u64 = number.parse().map_err(|_| String::new())?;
        let mib = amount.checked_mul(factor).ok_or("the number is too large")?;
        if mib == 0 {
            return Err("it must be more than nothing".into());
        }
        Ok(Self { text: text.into(), mib })
    }
}

pub(crate) static DATA_SIZE: Kind = Kind {
    name: "data-size",
    noun: "an amount of data",
    hint: "An amount of data is a whole number and `MB`, `GB` or `TB`: `100GB`.",
    pattern: "^[0-9]+(MB|GB|TB|MiB|GiB|TiB)$",
    check: |text| text.parse::<DataSize>().map(|_| ()),
    number: false,
};
text_value!(DataSize, "data-size");

/// A part of a hundred from 0% to 100%, with up to three decimals: `70%`, `99.95%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent {
    thousandths: u32,
}

impl Percent {
    /// The number in front of the sign: 99.95 for `99.95%`.
    pub fn value(self) -> f64 {
        f64::from(self.thousandths) / 1000.0
    }

    /// As a part of one: 0.9995 for `99.95%`.
    pub fn fraction(self) -> f64 {
        f64::from(self.thousandths) / 100_000.0
    }

    /// In thousandths of a percent: 99950 for `99.95%`.
    pub fn thousandths(self) -> u32 {
        self.thousandths
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", print_fixed_point(u64::from(self.thousandths), 3))
    }
}

impl FromStr for Percent {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix('%').ok_or("the percent sign is missing")?;
        let thousandths = fixed_point(number, 3).ok_or_else(String::new)?;
        match u32::try_from(thousandths) {
            Ok(thousandths) if thousandths <= 100_000 => Ok(Self { thousandths }),
            _ => Err("it is more than 100%".into()),
        }
    }
}

pub(crate) static PERCENT: Kind = Kind {
    name: "percent",
    noun: "a percentage",
    hint: "A percentage is a number from 0 to 100 and a percent sign: `70%` or `99.95%`.",
    pattern: "^[0-9]{1,3}(\\.[0-9]{1,3})?%$",
    check: |text| text.parse::<Percent>().map(|_| ()),
    number: false,
};
text_value!(Percent, "percent");

/// The time a rate is counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RatePeriod {
    /// `/s`
    Second,
    /// `/m`
    Minute,
    /// `/h`
    Hour,
}

/// How often something happens: `50/s`, `200/m`, `1000/h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    count: u32,
    period: RatePeriod,
}

impl Rate {
    /// The number in front of the slash; at least one.
    pub fn count(self) -> u32 {
        self.count
    }

    /// The time it is counted over.
    pub fn period(self) -> RatePeriod {
        self.period
    }

    /// How many in a minute, rounded up; the unit in which load balancers count requests per target.
    pub fn per_minute(self) -> u64 {
        match self.period {
            RatePeriod::Second => u64::from(self.count) * 60,
            RatePeriod::Minute => u64::from(self.count),
            RatePeriod::Hour => u64::from(self.count).div_ceil(60),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let period = match self.period {
            RatePeriod::Second => 's',
            RatePeriod::Minute => 'm',
            RatePeriod::Hour => 'h',
        };
        write!(f, "{}/{period}", self.count)
    }
}

impl FromStr for Rate {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (count, period) = text.split_once('/').ok_or("the slash is missing")?;
        let period = match period {
            "s" => RatePeriod::Second,
            "m" => RatePeriod::Minute,
            "h" => RatePeriod::Hour,
            other => return Err(format!("`{other}` is not `s`, `m` or `h`")),
        };
        if count.is_empty() || !count.bytes().all(|b| b.is_ascii_digit()) {
            return Err(String::new());
        }
        match count.parse() {
            Ok(0) => Err("it must be at least one".into()),
            Ok(count) => Ok(Self { count, period }),
            Err(_) => Err("the number is too large".into()),
        }
    }
}

pub(crate) static RATE: Kind = Kind {
    name: "rate",
    noun: "a rate",
    hint: "A rate is a whole number, a slash and `s`, `m` or `h`: `50/s`.",
    pattern: "^[0-9]+/[smh]$",
    check: |text| text.parse::<Rate>().map(|_| ()),
    number: false,
};
text_value!(Rate, "rate");

/// An amount of money: `25000 USD`, `99.50 EUR`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    hundredths: u64,
    currency: Arc<str>,
}

impl Money {
    /// In hundredths of the currency's unit.
    pub fn hundredths(&self) -> u64 {
        self.hundredths
    }

    /// The three letters of ISO 4217.
    pub fn currency(&self) -> &str {
        &self.currency
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hundredths.is_multiple_of(100) {
            write!(f, "{} {}", self.hundredths / 100, self.currency)
        } else {
            write!(f, "{}.{:02} {}", self.hundredths / 100, self.hundredths % 100, self.currency)
        }
    }
}

impl FromStr for Money {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (amount, currency) = text.split_once(' ').ok_or("the currency is missing")?;
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(format!("`{currency}` is not a currency of three letters"));
        }
        let hundredths = fixed_point(amount, 2).ok_or_else(String::new)?;
        Ok(Self { hundredths, currency: currency.into() })
    }
}

pub(crate) static MONEY: Kind = Kind {
    name: "money",
    noun: "an amount of money",
    hint: "An amount of money is a number, a space and a currency: `25000 USD`.",
    pattern: "^[0-9]+(\\.[0-9]{1,2})? [A-Z]{3}$",
    check: |text| text.parse::<Money>().map(|_| ()),
    number: false,
};
text_value!(Money, "money");

/// A condition on a measure: `errors > 1%`, `p95 > 300ms`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    measure: Arc<str>,
    above: bool,
    threshold: Threshold,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Threshold {
    Percent(Percent),
    Duration(Duration),
}

const MEASURES: &[&str] = &["errors", "availability", "p50", "p90", "p95", "p99", "cpu", "memory"];

impl Condition {
    /// One of `errors`, `availability`, `p50`, `p90`, `p95`, `p99`, `cpu`, `memory`.
    pub fn measure(&self) -> &str {
        &self.measure
    }

    /// Whether the condition holds when the measure lies above the threshold; else below.
    pub fn is_above(&self) -> bool {
        self.above
    }

    /// The threshold, if it is a percentage.
    pub fn percent(&self) -> Option<Percent> {
        match self.threshold {
            Threshold::Percent(percent) => Some(percent),
            Threshold::Duration(_) => None,
        }
    }

    /// The threshold, if it is a duration.
    pub fn duration(&self) -> Option<Duration> {
        match self.threshold {
            Threshold::Duration(duration) => Some(duration),
            Threshold::Percent(_) => None,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.measure, if self.above { '>' } else { '<' })?;
        match self.threshold {
            Threshold::Percent(percent) => percent.fmt(f),
            Threshold::Duration(duration) => duration.fmt(f),
        }
    }
}

impl FromStr for Condition {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (at, above) = match (text.find('>'), text.find('<')) {
            (Some(at), None) => (at, true),
            (None, Some(at)) => (at, false),
            _ => return Err("it needs one `>` or `<`".into()),
        };
        let measure = text[..at].trim();
        let value = text[at + 1..].trim();
        if !MEASURES.contains(&measure) {
            return Err(crate::suggest::hint(measure, MEASURES, &format!("`{measure}` is not one of")));
        }
        let threshold = if measure.starts_with('p') {
            Threshold::Duration(value.parse().map_err(|_| format!("`{value}` is not a duration"))?)
        } else {
            Threshold::Percent(value.parse().map_err(|_| format!("`{value}` is not a percentage"))?)
        };
        Ok(Self { measure: measure.into(), above, threshold })
    }
}

pub(crate) static CONDITION: Kind = Kind {
    name: "condition",
    noun: "a condition",
    hint: "A condition is a measure, `>` or `<`, and a percentage or a duration: `errors > 1%` or `p95 > 300ms`.",
    pattern: "^[a-z0-9]+ *[<>] *[0-9.]+(%|ms|s|m)$",
    check: |text| text.parse::<Condition>().map(|_| ()),
    number: false,
};
text_value!(Condition, "condition");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn data() {
        assert_eq!("100GB".parse::<DataSize>().unwrap().gib(), 100);
        assert_eq!("2TB".parse::<DataSize>().unwrap().gib(), 2048);
        assert_eq!("1500MB".parse::<DataSize>().unwrap().gib(), 2);
        for bad in ["", "100", "GB", "0GB", "1.5GB", "5gb", "99999999999999999999GB", "18446744073709551615TB"] {
            assert!(bad.parse::<DataSize>().is_err(), "{bad}");
        }
    }

    #[test]
    fn percentages_and_rates() {
        assert_eq!("99.95%".parse::<Percent>().unwrap().to_string(), "99.95%");
        assert_eq!("100%".parse::<Percent>().unwrap().thousandths(), 100_000);
        for bad in ["100.001%", "5", "%", "-1%", "1.2345%"] {
            assert!(bad.parse::<Percent>().is_err(), "{bad}");
        }
        assert_eq!("50/s".parse::<Rate>().unwrap().per_minute(), 3000);
        assert_eq!("90/h".parse::<Rate>().unwrap().per_minute(), 2);
        for bad in ["50", "/s", "0/s", "50/d", "+5/s"] {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
    }

    #[test]
    fn money_and_conditions() {
        assert_eq!("25000 USD".parse::<Money>().unwrap().to_string(), "25000 USD");
        assert_eq!("99.5 EUR".parse::<Money>().unwrap().to_string(), "99.50 EUR");
        for bad in ["25000", "USD", "25000 usd", "-1 USD", "1.234 USD"] {
            assert!(bad.parse::<Money>().is_err(), "{bad}");
        }
        let condition: Condition = "errors > 1%".parse().unwrap();
        assert_eq!((condition.measure(), condition.is_above(), condition.to_string().as_str()), ("errors", true, "errors > 1%"));
        assert_eq!("p95>300ms".parse::<Condition>().unwrap().duration().unwrap().as_milliseconds(), 300);
        for bad in ["errors", "errors > 5ms", "p95 > 1%", "mood < 1%", "errors > < 1%"] {
            assert!(bad.parse::<Condition>().is_err(), "{bad}");
        }
    }
}
