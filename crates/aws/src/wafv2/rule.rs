//! The rules of a web ACL: managed rule groups and rate limits.

use serde::{Deserialize, Serialize};

use crate::terraform::Body;

/// One rule. A managed rule group takes an override action, every other statement an action.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Rule {
    /// The lowest is asked first; unique in the ACL.
    pub priority: i64,
    /// Unique in the ACL.
    pub name: String,
    /// What fits.
    pub statement: Statement,
    /// What happens to a request that fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<RuleAction>,
    /// Whether a managed group's own actions count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_action: Option<OverrideAction>,
    /// What is measured.
    pub visibility_config: VisibilityConfig,
}

/// What a rule looks at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Statement {
    /// A group of rules that AWS or a seller maintains.
    ManagedRuleGroupStatement(ManagedRuleGroupStatement),
    /// Too many requests from one source.
    RateBasedStatement(RateBasedStatement),
}

/// A group of rules that AWS or a seller maintains.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ManagedRuleGroupStatement {
    /// `AWS`.
    pub vendor_name: String,
    /// For example `AWSManagedRulesKnownBadInputsRuleSet` (checkov CKV_AWS_192).
    pub name: String,
    /// A fixed version; the newest where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Rules of the group with another action than the group's.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub rule_action_overrides: Vec<RuleActionOverride>,
}

/// One rule of a managed group with another action.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RuleActionOverride {
    /// The rule's name in the group.
    pub name: String,
    /// Its action.
    pub action_to_use: RuleAction,
}

/// Too many requests from one source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RateBasedStatement {
    /// Requests in the window, at least 10.
    pub limit: i64,
    /// `IP` or `FORWARDED_IP`.
    pub aggregate_key_type: String,
    /// The window in seconds: 60, 120, 300 or 600.
    pub evaluation_window_sec: i64,
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RuleAction {
    /// It passes.
    Allow {},
    /// It is refused with 403.
    Block {},
    /// It is counted and the next rule asked.
    Count {},
}

/// Whether a managed group's own actions count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum OverrideAction {
    /// They do.
    None {},
    /// They only count.
    Count {},
}

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct VisibilityConfig {
    /// Whether samples of requests are kept for three hours.
    pub sampled_requests_enabled: bool,
    /// Whether CloudWatch gets numbers.
    pub cloud_watch_metrics_enabled: bool,
    /// The name of the numbers; letters, digits, `-` and `_`.
    pub metric_name: String,
}

impl VisibilityConfig {
    /// Everything on, under this name.
    #[must_use]
    pub fn on(metric_name: &str) -> Self {
        Self { sampled_requests_enabled: true, cloud_watch_metrics_enabled: true, metric_name: metric_name.to_owned() }
    }

    /// Writes the block.
    pub(super) fn terraform(&self, body: &mut Body) {
        body.block("visibility_config")
            .set("cloudwatch_metrics_enabled", self.cloud_watch_metrics_enabled)
            .set("metric_name", &self.metric_name)
            .set("sampled_requests_enabled", self.sampled_requests_enabled);
    }
}

impl RuleAction {
    fn terraform(&self, body: &mut Body) {
        body.block(match self {
            Self::Allow {} => "allow",
            Self::Block {} => "block",
            Self::Count {} => "count",
        });
    }
}

impl Rule {
    /// A group of AWS's own rules under its own actions.
    #[must_use]
    pub fn managed(priority: i64, group: &str) -> Self {
        Self {
            priority,
            name: group.to_owned(),
            statement: Statement::ManagedRuleGroupStatement(ManagedRuleGroupStatement {
                vendor_name: "AWS".to_owned(),
                name: group.to_owned(),
                ..ManagedRuleGroupStatement::default()
            }),
            action: None,
            override_action: Some(OverrideAction::None {}),
            visibility_config: VisibilityConfig::on(group),
        }
    }

    /// At most `limit` requests in five minutes from one address.
    #[must_use]
    pub fn rate_limit(priority: i64, name: &str, limit: i64) -> Self {
        Self {
            priority,
            name: name.to_owned(),
            statement: Statement::RateBasedStatement(RateBasedStatement {
                limit,
                aggregate_key_type: "IP".to_owned(),
                evaluation_window_sec: 300,
            }),
            action: Some(RuleAction::Block {}),
            override_action: None,
            visibility_config: VisibilityConfig::on(name),
        }
    }

    /// Writes the block.
    pub(super) fn terraform(&self, body: &mut Body) {
        let rule = body.block("rule");
        rule.set("name", &self.name).set("priority", self.priority);
        if let Some(action) = &self.action {
            action.terraform(rule.block("action"));
        }
        if let Some(action) = &self.override_action {
            rule.block("override_action").block(match action {
                OverrideAction::None {} => "none",
                OverrideAction::Count {} => "count",
            });
        }
        let statement = rule.block("statement");
        match &self.statement {
            Statement::ManagedRuleGroupStatement(group) => {
                let block = statement.block("managed_rule_group_statement");
                block.set("vendor_name", &group.vendor_name).set("name", &group.name).set_some("version", group.version.as_ref());
                for item in &group.rule_action_overrides {
                    let block = block.block("rule_action_override");
                    block.set("name", &item.name);
                    item.action_to_use.terraform(block.block("action_to_use"));
                }
            }
            Statement::RateBasedStatement(rate) => {
                statement
                    .block("rate_based_statement")
                    .set("limit", rate.limit)
                    .set("aggregate_key_type", &rate.aggregate_key_type)
                    .set("evaluation_window_sec", rate.evaluation_window_sec);
            }
        }
        self.visibility_config.terraform(rule);
    }
}
