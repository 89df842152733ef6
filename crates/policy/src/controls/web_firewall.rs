//! Controls of the web application firewall: AWS WAF.

use std::collections::BTreeSet;

use strata_aws::wafv2::{LoggingConfiguration, OverrideAction, RuleAction, Statement, WebAcl};
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, none_of};
use crate::view::View;

/// AWS's groups of rules against the attacks that every web application sees.
const WANTED_GROUPS: [&str; 2] = ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"];

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "waf-limits-rate", Application, Medium, Both, ["AWS::WAFv2::WebACL"];
        title: "The web application firewall blocks addresses that ask too often",
        why: "One machine that asks thousands of times a minute guesses passwords or drowns the others.",
        repair: "Add a rate-based rule that blocks.",
        prowler: [], checkov: [], config: [], security_hub: [],
        each: limits_rate,
    },
    control! {
        "waf-logged", Observability, Medium, Both, ["AWS::WAFv2::WebACL"];
        title: "The web application firewall logs what it saw",
        why: "Without its log nobody learns which attacks come, nor what it blocked by mistake.",
        repair: "Give the web ACL a logging configuration.",
        prowler: ["wafv2_webacl_logging_enabled"], checkov: ["CKV2_AWS_31"], config: ["WAFV2_LOGGING_ENABLED"], security_hub: ["WAF.11"],
        each: logged,
    },
    control! {
        "waf-managed-rules", Security, High, Both, ["AWS::WAFv2::WebACL"];
        title: "The web application firewall blocks common attacks and known bad inputs",
        why: "A firewall without rules lets everything through.",
        repair: "Add the rule groups AWSManagedRulesCommonRuleSet and AWSManagedRulesKnownBadInputsRuleSet, with override action None.",
        prowler: ["wafv2_webacl_with_rules", "wafv2_webacl_managed_rule_groups_enabled"],
        checkov: ["CKV_AWS_175", "CKV_AWS_192"],
        config: ["WAFV2_WEBACL_NOT_EMPTY"],
        security_hub: ["WAF.10"],
        each: managed_rules,
    },
    control! {
        "waf-rules-measured", Observability, Low, Both, ["AWS::WAFv2::WebACL"];
        title: "Every rule of the web application firewall is measured",
        why: "An attack shows first in how often a rule fits.",
        repair: "Set CloudWatchMetricsEnabled to true for the ACL and each rule.",
        prowler: ["wafv2_webacl_rule_logging_enabled"], checkov: [], config: ["WAFV2_RULEGROUP_LOGGING_ENABLED"], security_hub: ["WAF.12"],
        each: measured,
    },
];

fn logged(view: &View<'_>, resource: &Resource) -> Answer {
    let logged = view
        .naming::<LoggingConfiguration>(&resource.address)?
        .iter()
        .any(|(_, logging)| view.is(&logging.resource_arn, &resource.address) && !logging.log_destination_configs.is_empty());
    check(logged, "it is logged", "it has no logging configuration")
}

fn managed_rules(view: &View<'_>, resource: &Resource) -> Answer {
    let acl = view.read::<WebAcl>(resource)?;
    let blocking: BTreeSet<&str> = acl
        .rules
        .iter()
        .filter(|rule| !matches!(rule.override_action, Some(OverrideAction::Count {})))
        .filter_map(|rule| match &rule.statement {
            Statement::ManagedRuleGroupStatement(group) => Some(group.name.as_str()),
            Statement::RateBasedStatement(_) => None,
        })
        .collect();
    let missing = WANTED_GROUPS.iter().filter(|group| !blocking.contains(**group)).map(|group| format!("{group} does not block"));
    none_of(missing.collect(), "both groups block")
}

fn measured(view: &View<'_>, resource: &Resource) -> Answer {
    let acl = view.read::<WebAcl>(resource)?;
    let mut silent: Vec<String> = acl
        .rules
        .iter()
        .filter(|rule| !rule.visibility_config.cloud_watch_metrics_enabled)
        .map(|rule| format!("the rule '{}' is not measured", rule.name))
        .collect();
    if !acl.visibility_config.cloud_watch_metrics_enabled {
        silent.push("the ACL is not measured".to_owned());
    }
    none_of(silent, "every rule is measured")
}

fn limits_rate(view: &View<'_>, resource: &Resource) -> Answer {
    let acl = view.read::<WebAcl>(resource)?;
    let limits = acl
        .rules
        .iter()
        .any(|rule| matches!(rule.statement, Statement::RateBasedStatement(_)) && matches!(rule.action, Some(RuleAction::Block { .. })));
    check(limits, "it blocks addresses that ask too often", "no rate-based rule blocks")
}
