//! `AWS::WAFv2::WebACL` by the WAF API. The ARN is the id; it holds the name and the short id that every call takes.

use async_trait::async_trait;
use aws_sdk_wafv2::types as sdk;
use strata_aws::wafv2::WebAcl;
use strata_graph::{PhysicalId, Tags};
use strata_provider::ProviderError;

use super::rules;
use crate::build::{built, some};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;

/// Name and short id of `...:regional/webacl/NAME/ID`.
fn names(arn: &str) -> Result<(&str, &str), ProviderError> {
    arn.split_once("/webacl/")
        .and_then(|(_, rest)| rest.split_once('/'))
        .ok_or_else(|| ProviderError::internal("strata", format!("{arn} is no web ACL's ARN")))
}

fn sdk_tags(all: std::collections::BTreeMap<String, String>) -> Result<Vec<sdk::Tag>, ProviderError> {
    all.into_iter().map(|(key, value)| built(sdk::Tag::builder().key(key).value(value).build())).collect()
}

async fn read_tags(cloud: &Cloud, arn: &str) -> Result<Tags, ProviderError> {
    let answer = cloud.wafv2().list_tags_for_resource().resource_arn(arn).send().await;
    let answer = answer.map_err(|error| failed("wafv2:ListTagsForResource", error))?;
    let all = answer.tag_info_for_resource().map(|info| info.tag_list()).unwrap_or_default();
    Ok(tags::read(all.iter().map(|tag| (tag.key(), tag.value()))))
}

async fn find(cloud: &Cloud, wanted: &WebAcl) -> Result<Option<String>, ProviderError> {
    let mut marker = None;
    loop {
        let call = cloud.wafv2().list_web_acls().scope(wanted.scope.as_str().into()).set_next_marker(marker);
        let answer = call.send().await.map_err(|error| failed("wafv2:ListWebACLs", error))?;
        let ours = answer.web_acls().iter().find(|acl| acl.name() == Some(wanted.name.as_str()));
        if let Some(arn) = ours.and_then(|acl| acl.arn()) {
            return Ok(Some(arn.to_owned()));
        }
        match answer.next_marker {
            Some(next) if !answer.web_acls.unwrap_or_default().is_empty() => marker = Some(next),
            _ => return Ok(None),
        }
    }
}

async fn get(cloud: &Cloud, arn: &str, scope: &str) -> Result<Option<(sdk::WebAcl, String)>, ProviderError> {
    let (name, id) = names(arn)?;
    let call = cloud.wafv2().get_web_acl().name(name).id(id).scope(scope.into());
    let answer = found(call.send().await.map_err(|error| failed("wafv2:GetWebACL", error)))?;
    let Some(answer) = answer else { return Ok(None) };
    let acl = answer.web_acl.ok_or_else(|| missing("wafv2:GetWebACL", "WebACL"))?;
    Ok(Some((acl, answer.lock_token.unwrap_or_default())))
}

#[async_trait]
impl Handler for WebAcl {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let arn = match target.id {
            Some(id) => Some(id.0.clone()),
            None => find(cloud, target.properties).await?,
        };
        let Some(arn) = arn else { return Ok(None) };
        let Some((seen, _)) = get(cloud, &arn, &target.properties.scope).await? else {
            return Ok(None);
        };
        let properties = Self {
            name: seen.name().to_owned(),
            description: seen.description().filter(|text| !text.is_empty()).map(ToOwned::to_owned),
            scope: target.properties.scope.clone(),
            default_action: rules::default_from_sdk(seen.default_action()),
            rules: rules::all_from_sdk(seen.rules()),
            visibility_config: rules::visibility_from_sdk(seen.visibility_config()),
            tags: read_tags(cloud, &arn).await?,
        };
        Ok(Some(Observed::ready(&arn, properties).output("Arn", &arn).output("Id", seen.id())))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let answer = cloud
            .wafv2()
            .create_web_acl()
            .name(&desired.name)
            .scope(desired.scope.as_str().into())
            .set_description(desired.description.clone())
            .default_action(rules::default_to_sdk(&desired.default_action))
            .set_rules(some(rules::all_to_sdk(&desired.rules)?))
            .visibility_config(rules::visibility_to_sdk(&desired.visibility_config)?)
            .set_tags(some(sdk_tags(tags::plain(&desired.tags)?)?))
            .send()
            .await
            .map_err(|error| failed("wafv2:CreateWebACL", error))?;
        let arn = answer.summary().and_then(|summary| summary.arn());
        arn.map(|arn| PhysicalId(arn.to_owned())).ok_or_else(|| missing("wafv2:CreateWebACL", "ARN"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (arn, desired) = (target.id()?, target.properties);
        let untagged = |acl: &Self| Self { tags: Tags::new(), ..acl.clone() };
        if untagged(observed) != untagged(desired) {
            let (_, token) = get(cloud, arn, &desired.scope).await?.ok_or_else(|| missing("wafv2:GetWebACL", "WebACL"))?;
            let (name, id) = names(arn)?;
            cloud
                .wafv2()
                .update_web_acl()
                .name(name)
                .id(id)
                .scope(desired.scope.as_str().into())
                .lock_token(token)
                .set_description(desired.description.clone())
                .default_action(rules::default_to_sdk(&desired.default_action))
                .set_rules(some(rules::all_to_sdk(&desired.rules)?))
                .visibility_config(rules::visibility_to_sdk(&desired.visibility_config)?)
                .send()
                .await
                .map_err(|error| failed("wafv2:UpdateWebACL", error))?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        if !set.is_empty() {
            let call = cloud.wafv2().tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(set)?));
            call.send().await.map_err(|error| failed("wafv2:TagResource", error))?;
        }
        if !remove.is_empty() {
            let call = cloud.wafv2().untag_resource().resource_arn(arn).set_tag_keys(Some(remove));
            call.send().await.map_err(|error| failed("wafv2:UntagResource", error))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let (arn, scope) = (target.id()?, &target.properties.scope);
        let Some((_, token)) = get(cloud, arn, scope).await? else {
            return Ok(());
        };
        let (name, id) = names(arn)?;
        let call = cloud.wafv2().delete_web_acl().name(name).id(id).scope(scope.as_str().into()).lock_token(token);
        gone(call.send().await.map_err(|error| failed("wafv2:DeleteWebACL", error)))
    }
}
