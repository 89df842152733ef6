//! `AWS::ElasticLoadBalancingV2::Listener` by the Elastic Load Balancing API. The ARN is the id; load balancer and port find it.

use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types as sdk;
use strata_aws::Part;
use strata_aws::elasticloadbalancingv2::{Attribute, Certificate, Listener};
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{actions, changed, listener_rule, ours};
use crate::build::{small, some};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;
use crate::values::{part, strangers};

fn sdk_certificates(desired: &Listener) -> Result<Vec<sdk::Certificate>, ProviderError> {
    let one = |certificate: &Certificate| Ok(sdk::Certificate::builder().certificate_arn(known(&certificate.certificate_arn)?).build());
    desired.certificates.iter().map(one).collect()
}

async fn set_attributes(cloud: &Cloud, arn: &str, attributes: Vec<(String, String)>) -> Result<(), ProviderError> {
    if attributes.is_empty() {
        return Ok(());
    }
    let attributes = attributes.into_iter().map(|(key, value)| sdk::ListenerAttribute::builder().key(key).value(value).build()).collect();
    let call = cloud.elbv2().modify_listener_attributes().listener_arn(arn).set_attributes(Some(attributes));
    call.send().await.map(|_| ()).map_err(|error| failed("elasticloadbalancing:ModifyListenerAttributes", error))
}

async fn read_attributes(cloud: &Cloud, arn: &str, known: &[Attribute]) -> Result<Vec<Attribute>, ProviderError> {
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let answer = cloud.elbv2().describe_listener_attributes().listener_arn(arn).send().await;
    let answer = answer.map_err(|error| failed("elasticloadbalancing:DescribeListenerAttributes", error))?;
    Ok(ours(answer.attributes().iter().map(|attribute| (attribute.key(), attribute.value())), known))
}

/// The rules of a listener, but for its default.
async fn read_rules(cloud: &Cloud, arn: &str) -> Result<Vec<Part>, ProviderError> {
    let all = cloud.elbv2().describe_rules().listener_arn(arn).into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let all = found(all.map_err(|error| failed("elasticloadbalancing:DescribeRules", error)))?.unwrap_or_default();
    let made = all.iter().filter(|rule| !rule.is_default().unwrap_or_default() && rule.priority() != Some("default"));
    made.filter_map(|rule| rule.rule_arn().map(|arn| part(arn, &listener_rule::read(arn, rule)))).collect()
}

/// A listener as it is shown, without its attributes and rules.
pub(super) fn read(seen: &sdk::Listener) -> Listener {
    let protocol = seen.protocol().map(|protocol| protocol.as_str().to_owned()).unwrap_or_default();
    Listener {
        load_balancer_arn: seen.load_balancer_arn().unwrap_or_default().into(),
        port: seen.port().unwrap_or_default().into(),
        // Only HTTPS has a policy; moto answers one for HTTP too.
        ssl_policy: seen.ssl_policy().filter(|_| protocol == "HTTPS").map(ToOwned::to_owned),
        certificates: seen
            .certificates()
            .iter()
            .map(|certificate| Certificate { certificate_arn: certificate.certificate_arn().unwrap_or_default().into() })
            .collect(),
        protocol,
        default_actions: actions::all_from_sdk(seen.default_actions()),
        listener_attributes: Vec::new(),
        rules: Vec::new(),
    }
}

async fn find(cloud: &Cloud, target: &Target<'_, Listener>) -> Result<Option<sdk::Listener>, ProviderError> {
    let call = cloud.elbv2().describe_listeners();
    let call = match (target.id, target.properties.load_balancer_arn.as_literal()) {
        (Some(id), _) => call.listener_arns(&id.0),
        (None, Some(balancer)) => call.load_balancer_arn(balancer),
        (None, None) => return Ok(None),
    };
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let all = found(all.map_err(|error| failed("elasticloadbalancing:DescribeListeners", error)))?;
    let port = small(target.properties.port)?;
    let is = |listener: &sdk::Listener| target.id.is_some() || listener.port() == Some(port);
    Ok(all.into_iter().flatten().find(is))
}

#[async_trait]
impl Handler for Listener {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some(seen) = find(cloud, target).await? else {
            return Ok(None);
        };
        let arn = seen.listener_arn().ok_or_else(|| missing("elasticloadbalancing:DescribeListeners", "ListenerArn"))?;
        let (listener_attributes, rules) =
            tokio::try_join!(read_attributes(cloud, arn, &target.properties.listener_attributes), read_rules(cloud, arn))?;
        let properties = Self { listener_attributes, rules, ..read(&seen) };
        Ok(Some(Observed::ready(arn, properties).output("ListenerArn", arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let answer = cloud
            .elbv2()
            .create_listener()
            .load_balancer_arn(known(&desired.load_balancer_arn)?)
            .port(small(desired.port)?)
            .protocol(desired.protocol.as_str().into())
            .set_ssl_policy(desired.ssl_policy.clone())
            .set_certificates(some(sdk_certificates(desired)?))
            .set_default_actions(Some(actions::all_to_sdk(&desired.default_actions)?))
            .send()
            .await
            .map_err(|error| failed("elasticloadbalancing:CreateListener", error))?;
        let arn = answer
            .listeners()
            .first()
            .and_then(|listener| listener.listener_arn())
            .ok_or_else(|| missing("elasticloadbalancing:CreateListener", "ListenerArn"))?;
        set_attributes(cloud, arn, changed(&[], &desired.listener_attributes)?).await?;
        Ok(PhysicalId(arn.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (arn, desired) = (target.id()?, target.properties);
        for rule in strangers(&observed.rules, &desired.rules) {
            let answer = cloud.elbv2().delete_rule().rule_arn(rule).send().await;
            gone(answer.map_err(|error| failed("elasticloadbalancing:DeleteRule", error)))?;
        }
        let rest = |listener: &Self| Self { listener_attributes: Vec::new(), rules: Vec::new(), ..listener.clone() };
        if rest(observed) != rest(desired) {
            cloud
                .elbv2()
                .modify_listener()
                .listener_arn(arn)
                .port(small(desired.port)?)
                .protocol(desired.protocol.as_str().into())
                .set_ssl_policy(desired.ssl_policy.clone())
                .set_certificates(some(sdk_certificates(desired)?))
                .set_default_actions(Some(actions::all_to_sdk(&desired.default_actions)?))
                .send()
                .await
                .map_err(|error| failed("elasticloadbalancing:ModifyListener", error))?;
        }
        set_attributes(cloud, arn, changed(&observed.listener_attributes, &desired.listener_attributes)?).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.elbv2().delete_listener().listener_arn(target.id()?);
        gone(call.send().await.map_err(|error| failed("elasticloadbalancing:DeleteListener", error)))
    }
}
