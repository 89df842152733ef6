//! Actions of listeners and rules between our data and the SDK's.

use aws_sdk_elasticloadbalancingv2::types as sdk;
use strata_aws::elasticloadbalancingv2::{Action, FixedResponseConfig, ForwardConfig, RedirectConfig, TargetGroupTuple};
use strata_provider::ProviderError;

use crate::build::{known_some, small, text};
use crate::tags::known;

fn to_sdk(action: &Action) -> Result<sdk::Action, ProviderError> {
    let mut builder = sdk::Action::builder()
        .r#type(action.action_type.as_str().into())
        .set_target_group_arn(known_some(action.target_group_arn.as_ref())?);
    if let Some(forward) = &action.forward_config {
        let mut inner = sdk::ForwardActionConfig::builder();
        for group in &forward.target_groups {
            inner = inner.target_groups(
                sdk::TargetGroupTuple::builder().target_group_arn(known(&group.target_group_arn)?).weight(small(group.weight)?).build(),
            );
        }
        builder = builder.forward_config(inner.build());
    }
    if let Some(redirect) = &action.redirect_config {
        builder = builder.redirect_config(
            sdk::RedirectActionConfig::builder()
                .set_protocol(redirect.protocol.clone())
                .set_port(redirect.port.clone())
                .set_host(redirect.host.clone())
                .set_path(redirect.path.clone())
                .set_query(redirect.query.clone())
                .status_code(redirect.status_code.as_str().into())
                .build(),
        );
    }
    if let Some(fixed) = &action.fixed_response_config {
        builder = builder.fixed_response_config(
            sdk::FixedResponseActionConfig::builder()
                .set_content_type(fixed.content_type.clone())
                .set_message_body(fixed.message_body.clone())
                .status_code(&fixed.status_code)
                .build(),
        );
    }
    Ok(builder.build())
}

/// The actions as the API takes them.
pub(super) fn all_to_sdk(actions: &[Action]) -> Result<Vec<sdk::Action>, ProviderError> {
    actions.iter().map(to_sdk).collect()
}

/// A part of a redirect, unless it says that the request's own stays.
fn part(value: Option<&str>, keeps: &str) -> Option<String> {
    value.filter(|value| *value != keeps && !value.is_empty()).map(ToOwned::to_owned)
}

fn from_sdk(seen: &sdk::Action) -> Action {
    let groups: Vec<TargetGroupTuple> = seen
        .forward_config()
        .map(|forward| forward.target_groups())
        .unwrap_or_default()
        .iter()
        .map(|group| TargetGroupTuple {
            target_group_arn: group.target_group_arn().unwrap_or_default().into(),
            weight: group.weight().unwrap_or(1).into(),
        })
        .collect();
    // AWS returns both forms of a forward to one target group.
    let several = groups.len() > 1;
    let single = text(seen.target_group_arn()).or_else(|| groups.first().map(|group| group.target_group_arn.clone()));
    Action {
        action_type: seen.r#type().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        target_group_arn: single.filter(|_| !several),
        forward_config: several.then_some(ForwardConfig { target_groups: groups }),
        redirect_config: seen.redirect_config().map(|redirect| RedirectConfig {
            protocol: part(redirect.protocol(), "#{protocol}"),
            port: part(redirect.port(), "#{port}"),
            host: part(redirect.host(), "#{host}"),
            path: part(redirect.path(), "/#{path}"),
            query: part(redirect.query(), "#{query}"),
            status_code: redirect.status_code().map(|code| code.as_str().to_owned()).unwrap_or_default(),
        }),
        fixed_response_config: seen.fixed_response_config().map(|fixed| FixedResponseConfig {
            content_type: fixed.content_type().map(ToOwned::to_owned),
            message_body: fixed.message_body().map(ToOwned::to_owned),
            status_code: fixed.status_code().unwrap_or_default().to_owned(),
        }),
    }
}

/// The actions as the API returned them, in their order.
pub(super) fn all_from_sdk(seen: &[sdk::Action]) -> Vec<Action> {
    let mut seen: Vec<&sdk::Action> = seen.iter().collect();
    seen.sort_by_key(|action| action.order().unwrap_or_default());
    seen.into_iter().map(from_sdk).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_aws_adds_to_an_action_is_no_difference() {
        let ours = [Action::redirect_to_https(), Action::forward("arn:group")];
        let mut theirs = all_to_sdk(&ours).unwrap();
        let redirect = theirs[0].redirect_config.as_mut().unwrap();
        redirect.host = Some("#{host}".into());
        redirect.path = Some("/#{path}".into());
        redirect.query = Some("#{query}".into());
        let tuple = sdk::TargetGroupTuple::builder().target_group_arn("arn:group").weight(1).build();
        theirs[1].forward_config = Some(sdk::ForwardActionConfig::builder().target_groups(tuple).build());
        theirs[0].order = Some(1);
        theirs[1].order = Some(2);
        theirs.reverse();
        assert_eq!(all_from_sdk(&theirs), ours);
    }
}
