//! Rules of a web ACL between our data and the SDK's.

use aws_sdk_wafv2::types as sdk;
use strata_aws::wafv2::{
    DefaultAction, ManagedRuleGroupStatement, OverrideAction, RateBasedStatement, Rule, RuleAction, RuleActionOverride, Statement,
    VisibilityConfig,
};
use strata_provider::ProviderError;

use crate::build::{built, small};

/// The window that WAF takes where none is said, in seconds.
const WINDOW: i64 = 300;

fn action_to_sdk(action: &RuleAction) -> sdk::RuleAction {
    let builder = sdk::RuleAction::builder();
    match action {
        RuleAction::Allow {} => builder.allow(sdk::AllowAction::builder().build()),
        RuleAction::Block {} => builder.block(sdk::BlockAction::builder().build()),
        RuleAction::Count {} => builder.count(sdk::CountAction::builder().build()),
    }
    .build()
}

fn action_from_sdk(seen: &sdk::RuleAction) -> Option<RuleAction> {
    let kinds = [
        (seen.allow().is_some(), RuleAction::Allow {}),
        (seen.block().is_some(), RuleAction::Block {}),
        (seen.count().is_some(), RuleAction::Count {}),
    ];
    kinds.into_iter().find(|(is, _)| *is).map(|(_, action)| action)
}

/// The default action as the API takes it.
pub(super) fn default_to_sdk(action: &DefaultAction) -> sdk::DefaultAction {
    let builder = sdk::DefaultAction::builder();
    match action {
        DefaultAction::Allow {} => builder.allow(sdk::AllowAction::builder().build()),
        DefaultAction::Block {} => builder.block(sdk::BlockAction::builder().build()),
    }
    .build()
}

/// The default action as the API returned it.
pub(super) fn default_from_sdk(seen: Option<&sdk::DefaultAction>) -> DefaultAction {
    if seen.is_some_and(|seen| seen.block().is_some()) { DefaultAction::Block {} } else { DefaultAction::Allow {} }
}

/// What is measured as the API takes it.
pub(super) fn visibility_to_sdk(config: &VisibilityConfig) -> Result<sdk::VisibilityConfig, ProviderError> {
    built(
        sdk::VisibilityConfig::builder()
            .sampled_requests_enabled(config.sampled_requests_enabled)
            .cloud_watch_metrics_enabled(config.cloud_watch_metrics_enabled)
            .metric_name(&config.metric_name)
            .build(),
    )
}

/// What is measured as the API returned it.
pub(super) fn visibility_from_sdk(seen: Option<&sdk::VisibilityConfig>) -> VisibilityConfig {
    seen.map_or_else(VisibilityConfig::default, |seen| VisibilityConfig {
        sampled_requests_enabled: seen.sampled_requests_enabled(),
        cloud_watch_metrics_enabled: seen.cloud_watch_metrics_enabled(),
        metric_name: seen.metric_name().to_owned(),
    })
}

fn statement_to_sdk(statement: &Statement) -> Result<sdk::Statement, ProviderError> {
    let builder = sdk::Statement::builder();
    Ok(match statement {
        Statement::ManagedRuleGroupStatement(group) => {
            let mut inner = sdk::ManagedRuleGroupStatement::builder()
                .vendor_name(&group.vendor_name)
                .name(&group.name)
                .set_version(group.version.clone());
            for item in &group.rule_action_overrides {
                let item = sdk::RuleActionOverride::builder().name(&item.name).action_to_use(action_to_sdk(&item.action_to_use));
                inner = inner.rule_action_overrides(built(item.build())?);
            }
            builder.managed_rule_group_statement(built(inner.build())?)
        }
        Statement::RateBasedStatement(rate) => {
            let inner = sdk::RateBasedStatement::builder()
                .limit(rate.limit)
                .evaluation_window_sec(rate.evaluation_window_sec)
                .aggregate_key_type(rate.aggregate_key_type.as_str().into());
            builder.rate_based_statement(built(inner.build())?)
        }
    }
    .build())
}

/// A statement of a kind that we never write is told as nothing, and so as a difference.
fn statement_from_sdk(seen: &sdk::Statement) -> Option<Statement> {
    if let Some(group) = seen.managed_rule_group_statement() {
        let overrides = group.rule_action_overrides().iter();
        let mut rule_action_overrides: Vec<RuleActionOverride> = overrides
            .filter_map(|item| {
                let action_to_use = action_from_sdk(item.action_to_use()?)?;
                Some(RuleActionOverride { name: item.name().to_owned(), action_to_use })
            })
            .collect();
        rule_action_overrides.sort();
        return Some(Statement::ManagedRuleGroupStatement(ManagedRuleGroupStatement {
            vendor_name: group.vendor_name().to_owned(),
            name: group.name().to_owned(),
            version: group.version().map(ToOwned::to_owned),
            rule_action_overrides,
        }));
    }
    seen.rate_based_statement().map(|rate| {
        Statement::RateBasedStatement(RateBasedStatement {
            limit: rate.limit(),
            aggregate_key_type: rate.aggregate_key_type().as_str().to_owned(),
            evaluation_window_sec: Some(rate.evaluation_window_sec()).filter(|window| *window != 0).unwrap_or(WINDOW),
        })
    })
}

/// The rules as the API takes them.
pub(super) fn all_to_sdk(rules: &[Rule]) -> Result<Vec<sdk::Rule>, ProviderError> {
    let one = |rule: &Rule| {
        let override_action = rule.override_action.as_ref().map(|action| {
            let builder = sdk::OverrideAction::builder();
            match action {
                OverrideAction::None {} => builder.none(sdk::NoneAction::builder().build()),
                OverrideAction::Count {} => builder.count(sdk::CountAction::builder().build()),
            }
            .build()
        });
        built(
            sdk::Rule::builder()
                .name(&rule.name)
                .priority(small(rule.priority)?)
                .statement(statement_to_sdk(&rule.statement)?)
                .set_action(rule.action.as_ref().map(action_to_sdk))
                .set_override_action(override_action)
                .visibility_config(visibility_to_sdk(&rule.visibility_config)?)
                .build(),
        )
    };
    rules.iter().map(one).collect()
}

/// The rules as the API returned them, by priority.
pub(super) fn all_from_sdk(seen: &[sdk::Rule]) -> Vec<Rule> {
    let one = |rule: &sdk::Rule| {
        let override_action = rule.override_action().map(|action| match action.count() {
            Some(_) => OverrideAction::Count {},
            None => OverrideAction::None {},
        });
        Some(Rule {
            priority: rule.priority().into(),
            name: rule.name().to_owned(),
            statement: statement_from_sdk(rule.statement()?)?,
            action: rule.action().and_then(action_from_sdk),
            override_action,
            visibility_config: visibility_from_sdk(rule.visibility_config()),
        })
    };
    let mut rules: Vec<Rule> = seen.iter().filter_map(one).collect();
    rules.sort();
    rules
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rules_survive_the_way_to_the_sdk_and_back() {
        let mut managed = Rule::managed(1, "AWSManagedRulesCommonRuleSet");
        if let Statement::ManagedRuleGroupStatement(group) = &mut managed.statement {
            let name = "SizeRestrictions_BODY".to_owned();
            group.rule_action_overrides = vec![RuleActionOverride { name, action_to_use: RuleAction::Count {} }];
        }
        let rules = vec![managed, Rule::rate_limit(2, "rate", 2000)];
        assert_eq!(all_from_sdk(&all_to_sdk(&rules).unwrap()), rules);
    }
}
