//! Names for the cloud: deterministic, within its length limits, stable for life.
//!
//! Invariant: equal inputs give equal names; two inputs that differ give names that differ, also after shortening.

use sha2::{Digest, Sha256};

/// Hexadecimal digits of a stable fingerprint of the text.
#[must_use]
pub fn fingerprint(text: &str, digits: usize) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let mut hexadecimal: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    hexadecimal.truncate(digits);
    hexadecimal
}

/// The parts joined by `-`, shortened to `limit` characters by cutting the end and adding a fingerprint of the whole.
///
/// ```
/// use strata_graph::name::bounded;
/// assert_eq!(bounded(&["ticketing", "dev", "web"], 32), "ticketing-dev-web");
/// let long = bounded(&["ticketing", "a-very-long-environment-name", "web"], 32);
/// assert_eq!(long.len(), 32);
/// ```
#[must_use]
pub fn bounded(parts: &[&str], limit: usize) -> String {
    const DIGITS: usize = 7;
    let whole = parts.join("-");
    if whole.len() <= limit {
        return whole;
    }
    let mut kept: String = whole.chars().take(limit.saturating_sub(DIGITS + 1)).collect();
    while kept.ends_with('-') {
        kept.pop();
    }
    format!("{kept}-{}", fingerprint(&whole, DIGITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_too_long_is_cut_and_stays_unique() {
        let first = bounded(&["ticketing", "a-very-long-environment", "payments-web"], 32);
        let second = bounded(&["ticketing", "a-very-long-environment", "payments-api"], 32);
        assert!(first.len() <= 32 && second.len() <= 32);
        assert_ne!(first, second);
        assert_eq!(first, bounded(&["ticketing", "a-very-long-environment", "payments-web"], 32));
    }
}
