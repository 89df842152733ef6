//! What a listener or a rule does with a request.
//!
//! Invariant: a forward to one target group is always written as `TargetGroupArn`, one to several as `ForwardConfig`; AWS
//! returns both forms.

use serde::{Deserialize, Serialize};
use strata_graph::Text;

use crate::terraform::Body;

/// One action.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Action {
    /// `forward`, `redirect` or `fixed-response`.
    #[serde(rename = "Type")]
    pub action_type: String,
    /// For `forward` to one target group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_group_arn: Option<Text>,
    /// For `forward` to several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward_config: Option<ForwardConfig>,
    /// For `redirect`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_config: Option<RedirectConfig>,
    /// For `fixed-response`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_response_config: Option<FixedResponseConfig>,
}

/// Several target groups with weights.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ForwardConfig {
    /// The groups.
    pub target_groups: Vec<TargetGroupTuple>,
}

/// One of several target groups.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TargetGroupTuple {
    /// The group.
    pub target_group_arn: Text,
    /// Its weight, 0 to 999.
    pub weight: i64,
}

/// Where a request is sent instead. What is left out stays as the request has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RedirectConfig {
    /// `HTTPS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// `443`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// Another host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Another path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Another query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// `HTTP_301` or `HTTP_302`.
    pub status_code: String,
}

/// An answer that the load balancer gives by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FixedResponseConfig {
    /// `text/plain`, `application/json`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// At most 1024 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_body: Option<String>,
    /// For example `404`.
    pub status_code: String,
}

impl Action {
    /// Forward to one target group.
    pub fn forward(target_group_arn: impl Into<Text>) -> Self {
        Self { action_type: "forward".to_owned(), target_group_arn: Some(target_group_arn.into()), ..Self::default() }
    }

    /// Redirect to the same address under TLS.
    #[must_use]
    pub fn redirect_to_https() -> Self {
        Self {
            action_type: "redirect".to_owned(),
            redirect_config: Some(RedirectConfig {
                protocol: Some("HTTPS".to_owned()),
                port: Some("443".to_owned()),
                status_code: "HTTP_301".to_owned(),
                ..RedirectConfig::default()
            }),
            ..Self::default()
        }
    }

    /// Answer with a plain text.
    #[must_use]
    pub fn fixed_response(status_code: u16, message_body: &str) -> Self {
        Self {
            action_type: "fixed-response".to_owned(),
            fixed_response_config: Some(FixedResponseConfig {
                content_type: Some("text/plain".to_owned()),
                message_body: Some(message_body.to_owned()),
                status_code: status_code.to_string(),
            }),
            ..Self::default()
        }
    }

    /// Writes what is in the `default_action` of a listener or the `action` of a rule.
    pub(crate) fn terraform(&self, body: &mut Body) {
        body.set("type", &self.action_type).set_some("target_group_arn", self.target_group_arn.as_ref());
        if let Some(forward) = &self.forward_config {
            let block = body.block("forward");
            for group in &forward.target_groups {
                block.block("target_group").set("arn", &group.target_group_arn).set("weight", group.weight);
            }
        }
        if let Some(redirect) = &self.redirect_config {
            body.block("redirect")
                .set_some("protocol", redirect.protocol.as_ref())
                .set_some("port", redirect.port.as_ref())
                .set_some("host", redirect.host.as_ref())
                .set_some("path", redirect.path.as_ref())
                .set_some("query", redirect.query.as_ref())
                .set("status_code", &redirect.status_code);
        }
        if let Some(fixed) = &self.fixed_response_config {
            body.block("fixed_response")
                .set("content_type", fixed.content_type.as_deref().unwrap_or("text/plain"))
                .set_some("message_body", fixed.message_body.as_ref())
                .set("status_code", &fixed.status_code);
        }
    }
}
