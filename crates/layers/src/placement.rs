//! Where a scope's resources live.

use serde::{Deserialize, Serialize};
use strata_spec::{Network, Platform};

/// The account and region of a scope. The command line turns it into the provider's own form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Placement {
    /// The account's name in the platform file.
    pub account: String,
    /// Its twelve digits, as the platform file says them.
    pub account_id: String,
    /// The role to assume there, if one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The region.
    pub region: String,
}

impl Placement {
    /// The placement of an account in a region; none if the platform has no such account.
    #[must_use]
    pub fn of_account(platform: &Platform, account: &str, region: &str) -> Option<Self> {
        let declared = platform.accounts.get(account)?;
        Some(Self {
            account: account.to_owned(),
            account_id: declared.aws.as_str().to_owned(),
            role: declared.role.as_ref().map(|role| role.as_str().to_owned()),
            region: region.to_owned(),
        })
    }

    /// The placement of a network; none if its account is not declared.
    #[must_use]
    pub fn of_network(platform: &Platform, network: &Network) -> Option<Self> {
        Self::of_account(platform, network.account.as_str(), network.region.as_str())
    }
}
