//! How long CloudWatch Logs keeps a log group: the nearest of its own values that is not shorter than asked for.

use strata_spec::Platform;

/// The days that CloudWatch Logs accepts (API reference, `PutRetentionPolicy`), shortest first.
pub const ALLOWED_DAYS: &[u64] = &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// Days that every supported standard accepts where the platform says nothing (PCI DSS 4.0 10.5.1 asks for 12 months).
pub const DEFAULT_DAYS: u64 = 400;

/// The retention for a number of days: never shorter, and the longest value there is for what is longer still.
#[must_use]
pub fn nearest_allowed(days: u64) -> i64 {
    let found = ALLOWED_DAYS.iter().copied().find(|allowed| *allowed >= days);
    i64::try_from(found.unwrap_or(3653)).unwrap_or(3653)
}

/// The retention of the platform's log groups, in days.
#[must_use]
pub fn of_platform(platform: &Platform) -> i64 {
    nearest_allowed(platform.observability.logs.keep.map_or(DEFAULT_DAYS, |keep| keep.as_days()))
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
