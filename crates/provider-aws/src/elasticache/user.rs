//! `AWS::ElastiCache::User` by the ElastiCache API. A user's id is the id that we choose.

use async_trait::async_trait;
use aws_sdk_elasticache::types::{AuthenticationMode as SdkMode, AuthenticationType, InputAuthenticationType};
use strata_aws::elasticache::{AuthenticationMode, User};
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use super::{read_tags, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;
use crate::values::{at, untold};

fn mode(user: &User) -> SdkMode {
    SdkMode::builder().r#type(InputAuthenticationType::from(user.authentication_mode.kind.as_str())).build()
}

#[async_trait]
impl Handler for User {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let id = target.id.map_or(target.properties.user_id.as_str(), |id| id.0.as_str());
        let answer = cloud.elasticache().describe_users().user_id(id).send().await;
        let answer = found(answer.map_err(at("elasticache:DescribeUsers")))?;
        let Some(user) = answer.as_ref().and_then(|answer| answer.users().first()) else { return Ok(None) };
        let arn = user.arn().ok_or_else(|| missing("elasticache:DescribeUsers", "ARN"))?;
        // The words of the answer differ from those of the question.
        let kind = user.authentication().and_then(|authentication| authentication.r#type()).map(|kind| match kind {
            AuthenticationType::NoPassword => "no-password-required".to_owned(),
            other => other.as_str().to_owned(),
        });
        let properties = Self {
            user_id: id.to_owned(),
            user_name: user.user_name().unwrap_or_default().to_owned(),
            engine: user.engine().unwrap_or_default().to_owned(),
            access_string: user.access_string().unwrap_or_default().to_owned(),
            authentication_mode: AuthenticationMode {
                // moto does not always tell how a user signs in.
                kind: untold(cloud, kind, Some(target.properties.authentication_mode.kind.clone())).unwrap_or_default(),
            },
            tags: read_tags(cloud, arn).await?,
        };
        let readiness = match user.status() {
            Some("deleting") => Readiness::Deleting,
            Some("active") | None => Readiness::Ready,
            Some(status) => Readiness::Pending(status.to_owned()),
        };
        Ok(Some(Observed::ready(id, properties).output("UserId", id).output("Arn", arn).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .elasticache()
            .create_user()
            .user_id(&desired.user_id)
            .user_name(&desired.user_name)
            .engine(&desired.engine)
            .access_string(&desired.access_string)
            .authentication_mode(mode(desired))
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)));
        call.send().await.map_err(at("elasticache:CreateUser"))?;
        Ok(PhysicalId(desired.user_id.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        retag(cloud, &cloud.arn("elasticache", &format!("user:{id}")), &observed.tags, &desired.tags).await?;
        if (Self { tags: desired.tags.clone(), ..observed.clone() }) == *desired {
            return Ok(());
        }
        let call = cloud.elasticache().modify_user().user_id(id).engine(&desired.engine).access_string(&desired.access_string);
        call.authentication_mode(mode(desired)).send().await.map(|_| ()).map_err(at("elasticache:ModifyUser"))
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(cloud.elasticache().delete_user().user_id(target.id()?).send().await.map_err(at("elasticache:DeleteUser")))
    }
}
