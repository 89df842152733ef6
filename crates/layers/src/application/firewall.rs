//! The web application firewall before the public door: AWS's own rule groups and a rate limit, with its log.

use strata_aws::wafv2::{
    FieldToMatch, LoggingConfiguration, Rule, RuleAction, RuleActionOverride, SingleHeader, Statement, VisibilityConfig, WebAcl,
};
use strata_graph::Layer;
use strata_spec::PublicRoutes;

use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;
use crate::posture::Setting;

/// The group against the most common attacks.
const COMMON: &str = "AWSManagedRulesCommonRuleSet";
/// AWS's own groups, asked in this order (AWS WAF developer guide, "AWS Managed Rules rule groups list").
const GROUPS: &[&str] =
    &["AWSManagedRulesAmazonIpReputationList", COMMON, "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesSQLiRuleSet"];
/// Requests of one address in five minutes.
const RATE: i64 = 2000;

/// Whether one stands before the public door: always, unless the platform allows doors without and no standard asks.
pub(crate) fn is_wanted(context: &Context<'_>) -> bool {
    context.platform.guardrails.public_routes != PublicRoutes::Allowed || context.builder.posture().is_asked(Setting::WebFirewall)
}

/// The name of its log group, which AWS wants to begin so.
pub(crate) fn log_group_name(context: &Context<'_>) -> String {
    format!("aws-waf-logs-{}", context.builder.name(&[], limit::WEB_ACL))
}

/// A group of AWS's own rules. The common group refuses bodies over 8 KiB, which every upload is: those are counted, not refused.
fn managed(priority: i64, group: &str) -> Rule {
    let mut rule = Rule::managed(priority, group);
    if let (COMMON, Statement::ManagedRuleGroupStatement(statement)) = (group, &mut rule.statement) {
        statement.rule_action_overrides =
            vec![RuleActionOverride { name: "SizeRestrictions_BODY".to_owned(), action_to_use: RuleAction::Count {} }];
    }
    rule
}

/// Adds the web ACL with its log, written without credentials.
pub(super) fn lower(context: &mut Context<'_>, key: &Handle, key_paths: &[String]) -> Handle {
    let about = |purpose: &str| {
        let mut paths = key_paths.iter();
        let first = paths.next().cloned().unwrap_or_else(|| "services".to_owned());
        paths.fold(About::new(first, purpose), |about, path| about.also(path.clone()))
    };
    let mut rules = vec![Rule::rate_limit(0, "rate-limit", RATE)];
    rules.extend((1..).zip(GROUPS).map(|(priority, group)| managed(priority, group)));
    let name = context.builder.name(&[], limit::WEB_ACL);
    let acl = WebAcl {
        name: name.clone(),
        description: Some(format!("{} in {}", context.application(), context.environment())),
        scope: "REGIONAL".to_owned(),
        rules,
        visibility_config: VisibilityConfig::on(&name),
        ..WebAcl::default()
    };
    let acl = context.builder.add(
        "door",
        acl,
        about("Refuses known attacks and floods before they reach a service.").in_layer(Layer::Application),
    );
    let group = log_group_name(context);
    let log = crate::observability::named_log_group(context, "firewall", group, about("What the web application firewall saw."), key);
    let logging = LoggingConfiguration {
        resource_arn: acl.arn(),
        log_destination_configs: vec![log.arn()],
        redacted_fields: ["authorization", "cookie"]
            .map(|name| FieldToMatch::SingleHeader(SingleHeader { name: name.to_owned() }))
            .to_vec(),
    };
    context.builder.add("door", logging, about("Writes what the firewall saw, without credentials.").in_layer(Layer::Observability));
    acl
}
