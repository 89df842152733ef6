//! `AWS::IAM::OIDCProvider` by the IAM API. Its ARN, which is the physical id, follows from the issuer.

use std::collections::BTreeSet;

use async_trait::async_trait;
use strata_aws::iam::OidcProvider;
use strata_graph::{PhysicalId, Text};
use strata_provider::ProviderError;

use super::{read_tags, sdk_tags};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::{self, known};

fn arn(cloud: &Cloud, url: &str) -> String {
    let issuer = url.strip_prefix("https://").unwrap_or(url);
    format!("arn:{}:iam::{}:oidc-provider/{issuer}", cloud.account.partition, cloud.account.account_id)
}

#[async_trait]
impl Handler for OidcProvider {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let wanted = target.properties;
        let id = match (target.id, wanted.url.as_literal()) {
            (Some(id), _) => id.0.clone(),
            (None, Some(url)) => arn(cloud, url),
            (None, None) => return Ok(None),
        };
        let answer = cloud.iam().get_open_id_connect_provider().open_id_connect_provider_arn(&id).send().await;
        let answer = found(answer.map_err(|error| failed("iam:GetOpenIDConnectProvider", error)))?;
        let Some(provider) = answer else { return Ok(None) };
        let url = provider.url().unwrap_or_default();
        let mut clients: Vec<Text> = provider.client_id_list().iter().map(|client| client.as_str().into()).collect();
        clients.sort();
        let properties = Self {
            // IAM returns the issuer without its scheme, which is always this one.
            url: if url.starts_with("https://") { url.into() } else { Text::from(format!("https://{url}")) },
            client_id_list: clients,
            // Where none were asked for, AWS found them by itself.
            thumbprint_list: if wanted.thumbprint_list.is_empty() { Vec::new() } else { provider.thumbprint_list().to_vec() },
            tags: read_tags(provider.tags()),
        };
        Ok(Some(Observed::ready(&id, properties).output("Arn", &id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let clients: Vec<String> =
            desired.client_id_list.iter().map(|client| known(client).map(ToOwned::to_owned)).collect::<Result<_, _>>()?;
        let thumbprints = Some(desired.thumbprint_list.clone()).filter(|list| !list.is_empty());
        let call = cloud
            .iam()
            .create_open_id_connect_provider()
            .url(known(&desired.url)?)
            .set_client_id_list(Some(clients))
            .set_thumbprint_list(thumbprints)
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)?));
        let answer = call.send().await.map_err(|error| failed("iam:CreateOpenIDConnectProvider", error))?;
        let id = answer.open_id_connect_provider_arn();
        id.map(|id| PhysicalId(id.to_owned())).ok_or_else(|| missing("iam:CreateOpenIDConnectProvider", "OpenIDConnectProviderArn"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        let seen: BTreeSet<&str> = observed.client_id_list.iter().map(known).collect::<Result<_, _>>()?;
        let wanted: BTreeSet<&str> = desired.client_id_list.iter().map(known).collect::<Result<_, _>>()?;
        for client in wanted.difference(&seen) {
            let call = cloud.iam().add_client_id_to_open_id_connect_provider().open_id_connect_provider_arn(id).client_id(*client);
            call.send().await.map_err(|error| failed("iam:AddClientIDToOpenIDConnectProvider", error))?;
        }
        for client in seen.difference(&wanted) {
            let call = cloud.iam().remove_client_id_from_open_id_connect_provider().open_id_connect_provider_arn(id).client_id(*client);
            call.send().await.map_err(|error| failed("iam:RemoveClientIDFromOpenIDConnectProvider", error))?;
        }
        if !desired.thumbprint_list.is_empty() && observed.thumbprint_list != desired.thumbprint_list {
            let call = cloud.iam().update_open_id_connect_provider_thumbprint().open_id_connect_provider_arn(id);
            let answer = call.set_thumbprint_list(Some(desired.thumbprint_list.clone())).send().await;
            answer.map_err(|error| failed("iam:UpdateOpenIDConnectProviderThumbprint", error))?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        if !set.is_empty() {
            let call = cloud.iam().tag_open_id_connect_provider().open_id_connect_provider_arn(id);
            let answer = call.set_tags(Some(sdk_tags(set)?)).send().await;
            answer.map_err(|error| failed("iam:TagOpenIDConnectProvider", error))?;
        }
        if !remove.is_empty() {
            let call = cloud.iam().untag_open_id_connect_provider().open_id_connect_provider_arn(id);
            let answer = call.set_tag_keys(Some(remove)).send().await;
            answer.map_err(|error| failed("iam:UntagOpenIDConnectProvider", error))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.iam().delete_open_id_connect_provider().open_id_connect_provider_arn(target.id()?).send().await;
        gone(answer.map_err(|error| failed("iam:DeleteOpenIDConnectProvider", error)))
    }
}
