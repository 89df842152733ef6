//! How long CloudWatch Logs keeps a log group: the nearest of its own values that is not shorter than asked for.

use strata_spec::Platform;

use crate::builder::{About, Builder};
use crate::posture::Setting;

/// The days that CloudWatch Logs accepts (API reference, `PutRetentionPolicy`), shortest first.
pub const ALLOWED_DAYS: &[u64] = &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// The retention for a number of days: never shorter, and the longest value there is for what is longer still.
#[must_use]
pub fn nearest_allowed(days: u64) -> i64 {
    let found = ALLOWED_DAYS.iter().copied().find(|allowed| *allowed >= days);
    i64::try_from(found.unwrap_or(3653)).unwrap_or(3653)
}

/// The key by which a platform says it itself.
pub const KEY: &str = "platform:observability.logs.keep";

/// The retention that the platform file says, if it says one.
#[must_use]
pub fn said(platform: &Platform) -> Option<i64> {
    platform.observability.logs.keep.map(|keep| nearest_allowed(keep.as_days()))
}

/// The retention of a scope's log groups, in days: what the platform says, else what the scope's standards ask for.
#[must_use]
pub fn of(builder: &Builder<'_>, platform: &Platform) -> i64 {
    said(platform).unwrap_or_else(|| nearest_allowed(builder.posture().number(Setting::LogRetention).into()))
}

/// Where a log group's retention comes from, if the platform says it.
#[must_use]
pub fn about(platform: &Platform, about: About) -> About {
    if said(platform).is_some() { about.said(Setting::LogRetention, KEY) } else { about }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_shorter_than_asked() {
        for (asked, given) in [(1, 1), (2, 3), (365, 365), (366, 400), (400, 400), (401, 545), (3653, 3653), (9000, 3653)] {
            assert_eq!(nearest_allowed(asked), given, "{asked}");
        }
        assert!(ALLOWED_DAYS.is_sorted());
    }
}
