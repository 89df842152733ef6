//! `AWS::AccessAnalyzer::Analyzer` by the Access Analyzer API. The ARN is the id, whose end is the name that the calls take.

use async_trait::async_trait;
use aws_sdk_accessanalyzer::types as sdk;
use strata_aws::accessanalyzer::Analyzer;
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;

/// The name in `...:analyzer/NAME`.
fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn readiness(seen: &sdk::AnalyzerSummary) -> Readiness {
    let reason = || seen.status_reason().map_or("no reason given", |reason| reason.code().as_str());
    match seen.status() {
        sdk::AnalyzerStatus::Active => Readiness::Ready,
        sdk::AnalyzerStatus::Disabled => Readiness::Failed(format!("the analyzer is disabled: {}", reason())),
        sdk::AnalyzerStatus::Failed => Readiness::Failed(format!("the analyzer failed: {}", reason())),
        other => Readiness::Pending(other.as_str().to_owned()),
    }
}

#[async_trait]
impl Handler for Analyzer {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.analyzer_name.as_str(), |id| name_of(&id.0));
        let answer = cloud.accessanalyzer().get_analyzer().analyzer_name(name).send().await;
        let answer = found(answer.map_err(|error| failed("access-analyzer:GetAnalyzer", error)))?;
        let Some(answer) = answer else { return Ok(None) };
        let seen = answer.analyzer().ok_or_else(|| missing("access-analyzer:GetAnalyzer", "analyzer"))?;
        let properties = Self {
            analyzer_name: seen.name().to_owned(),
            analyzer_type: seen.r#type().as_str().to_owned(),
            tags: tags::read(seen.tags().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone()))),
        };
        Ok(Some(Observed::ready(seen.arn(), properties).output("Arn", seen.arn()).readiness(readiness(seen))))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let answer = cloud
            .accessanalyzer()
            .create_analyzer()
            .analyzer_name(&desired.analyzer_name)
            .r#type(desired.analyzer_type.as_str().into())
            .client_token(target.token)
            .set_tags(Some(tags::plain(&desired.tags)?.into_iter().collect()))
            .send()
            .await
            .map_err(|error| failed("access-analyzer:CreateAnalyzer", error))?;
        let arn = answer.arn().ok_or_else(|| missing("access-analyzer:CreateAnalyzer", "arn"))?;
        Ok(PhysicalId(arn.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let arn = target.id()?;
        let (set, remove) = tags::change(&observed.tags, &target.properties.tags)?;
        if !set.is_empty() {
            let call = cloud.accessanalyzer().tag_resource().resource_arn(arn).set_tags(Some(set.into_iter().collect()));
            call.send().await.map_err(|error| failed("access-analyzer:TagResource", error))?;
        }
        if !remove.is_empty() {
            let call = cloud.accessanalyzer().untag_resource().resource_arn(arn).set_tag_keys(Some(remove));
            call.send().await.map_err(|error| failed("access-analyzer:UntagResource", error))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.accessanalyzer().delete_analyzer().analyzer_name(name_of(target.id()?)).send().await;
        gone(answer.map_err(|error| failed("access-analyzer:DeleteAnalyzer", error)))
    }
}
