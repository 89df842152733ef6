//! The rules by which AWS Config judges the account by itself: `standards/config-rules.yaml`, as one conformance pack for each region.
//!
//! Invariants: a rule is in the pack exactly where it serves one of the standards that bind what stands in the region, and AWS has it there; what the
//! pack says, a control of ours says too, so an auditor who trusts AWS more than us finds the same. Without a standard there is no pack.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::json;
use strata_aws::config::ConformancePack;
use strata_spec::Platform;

use super::recorder;
use crate::builder::{About, Builder};
use crate::claims::Union;
use crate::foundations::AccountView;
use crate::naming::limit;

const TEXT: &str = include_str!("../../../../standards/config-rules.yaml");

/// Rules in a pack at most (AWS Config developer guide, "Service limits").
pub const MOST_RULES: usize = 130;
/// Bytes of a pack's template at most (AWS Config API, `PutConformancePack`).
pub const MOST_BYTES: usize = 51_200;

/// One managed rule of AWS Config.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManagedRule {
    /// AWS's identifier, for example `ROOT_ACCOUNT_MFA_ENABLED`.
    pub rule: String,
    /// The controls of ours that say the same.
    pub controls: Vec<String>,
    /// The standards that those controls serve, by their words in the files.
    pub standards: BTreeSet<String>,
    /// What the rule must be told.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// The regions that do not have it.
    #[serde(default)]
    pub not_in: BTreeSet<String>,
}

/// A rule that a control names and that is not made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// AWS's identifier.
    pub rule: String,
    /// Why.
    pub why: String,
}

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigRules {
    /// What can be made, in the order of identifiers.
    pub rules: Vec<ManagedRule>,
    /// What is not.
    pub left_out: Vec<LeftOut>,
}

/// The file, built into the program.
#[must_use]
pub fn table() -> &'static ConfigRules {
    static TABLE: OnceLock<ConfigRules> = OnceLock::new();
    // The text is part of the program and a test reads it: what cannot be read never gets here.
    TABLE.get_or_init(|| serde_saphyr::from_str(TEXT).unwrap_or_default())
}

/// `IAM_ROOT_ACCESS_KEY_CHECK` becomes `iam-root-access-key-check`: AWS's own name of the rule.
fn rule_name(identifier: &str) -> String {
    identifier.to_ascii_lowercase().replace('_', "-")
}

/// `IAM_ROOT_ACCESS_KEY_CHECK` becomes `IamRootAccessKeyCheck`: letters and digits alone, as CloudFormation wants names.
fn logical_id(identifier: &str) -> String {
    let word = |word: &str| word[..1].to_owned() + &word[1..].to_ascii_lowercase();
    identifier.split('_').filter(|part| !part.is_empty()).map(word).collect()
}

/// The template of a pack of these rules.
#[must_use]
pub fn template<'r>(rules: impl IntoIterator<Item = &'r ManagedRule>) -> String {
    let resources: serde_json::Map<String, serde_json::Value> = rules
        .into_iter()
        .map(|rule| {
            let mut properties = json!({
                "ConfigRuleName": rule_name(&rule.rule),
                "Description": format!("Strata: {}", rule.controls.join(", ")),
                "Source": {"Owner": "AWS", "SourceIdentifier": rule.rule},
            });
            if !rule.parameters.is_empty() {
                properties["InputParameters"] = json!(rule.parameters);
            }
            (logical_id(&rule.rule), json!({"Type": "AWS::Config::ConfigRule", "Properties": properties}))
        })
        .collect();
    json!({ "Resources": resources }).to_string()
}

/// Lowers the pack of a region.
pub(super) fn lower(builder: &mut Builder<'_>, platform: &Platform, account: &AccountView, claims: &Union) {
    let binds = |standard: &String| {
        claims.standards.contains_key(standard) || platform.compliance.iter().any(|everywhere| everywhere.as_str() == standard)
    };
    let asked = |rule: &&ManagedRule| rule.standards.iter().any(binds) && !rule.not_in.contains(&account.placement.region);
    let mut rules = table().rules.iter().filter(asked).peekable();
    if rules.peek().is_none() {
        return;
    }
    let pack = ConformancePack { conformance_pack_name: builder.name(&["baseline"], limit::GROUP), template_body: template(rules) };
    let purpose = "Lets AWS Config judge by its own rules what the controls of the account's standards judge, so that AWS says so, too.";
    let about = About::new(account.key_path(), purpose)
        .also("platform:compliance")
        .also_origins(claims.standards.values().flatten().cloned())
        .after(&recorder::running(account));
    builder.add("baseline", pack, about);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_file_can_be_read_and_a_pack_of_all_of_it_is_within_the_limits() {
        let whole: ConfigRules = serde_saphyr::from_str(TEXT).unwrap();
        let mut names: Vec<&str> = whole.rules.iter().map(|rule| rule.rule.as_str()).collect();
        assert!(names.is_sorted(), "the rules stand in the order of their identifiers");
        names.extend(whole.left_out.iter().map(|out| out.rule.as_str()));
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "a rule stands twice");
        assert!(whole.rules.len() <= MOST_RULES, "{} rules", whole.rules.len());
        let text = template(&whole.rules);
        assert!(text.len() <= MOST_BYTES, "{} bytes", text.len());
        let ids: BTreeSet<String> = whole.rules.iter().map(|rule| logical_id(&rule.rule)).collect();
        assert_eq!(ids.len(), whole.rules.len(), "two rules have the same name in the template");
    }

    #[test]
    fn names_in_the_template() {
        assert_eq!(rule_name("IAM_ROOT_ACCESS_KEY_CHECK"), "iam-root-access-key-check");
        assert_eq!(logical_id("S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED"), "S3BucketLevelPublicAccessProhibited");
    }
}
