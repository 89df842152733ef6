//! `Strata::Inspector2::Enabler` by the Inspector API: it stands while a kind of resource is looked at. The account is the id.

use async_trait::async_trait;
use aws_sdk_inspector2::types as sdk;
use strata_aws::inspector::Enabler;
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use crate::client::Cloud;
use crate::error::{failed, found};
use crate::handler::{Handler, Observed, Target};

/// The state of each kind of resource, by the names that [`Enabler`] uses.
async fn states(cloud: &Cloud) -> Result<Vec<(&'static str, sdk::Status)>, ProviderError> {
    let call = cloud.inspector().batch_get_account_status().account_ids(&cloud.account.account_id);
    let answer = call.send().await.map_err(|error| failed("inspector2:BatchGetAccountStatus", error));
    let Some(answer) = found(answer)? else { return Ok(Vec::new()) };
    refused("inspector2:BatchGetAccountStatus", answer.failed_accounts())?;
    // moto leaves out an account in which nothing is on.
    let Some(account) = answer.accounts().first() else { return Ok(Vec::new()) };
    let Some(state) = account.resource_state() else { return Ok(Vec::new()) };
    let kinds = [("EC2", state.ec2()), ("ECR", state.ecr()), ("LAMBDA", state.lambda())];
    Ok(kinds
        .into_iter()
        .filter_map(|(name, state)| Some((name, state?.status().clone())))
        .filter(|(_, status)| *status != sdk::Status::Disabled)
        .collect())
}

async fn enable(cloud: &Cloud, kinds: &[String], token: &str) -> Result<(), ProviderError> {
    let mut call = cloud.inspector().enable().account_ids(&cloud.account.account_id);
    for kind in kinds {
        call = call.resource_types(kind.as_str().into());
    }
    if !token.is_empty() {
        call = call.client_token(token);
    }
    let answer = call.send().await.map_err(|error| failed("inspector2:Enable", error))?;
    refused("inspector2:Enable", answer.failed_accounts())
}

async fn disable(cloud: &Cloud, kinds: &[&str]) -> Result<(), ProviderError> {
    let mut call = cloud.inspector().disable().account_ids(&cloud.account.account_id);
    for kind in kinds {
        call = call.resource_types((*kind).into());
    }
    let answer = call.send().await.map_err(|error| failed("inspector2:Disable", error))?;
    refused("inspector2:Disable", answer.failed_accounts())
}

/// Inspector answers success even where an account failed.
fn refused(operation: &str, accounts: &[sdk::FailedAccount]) -> Result<(), ProviderError> {
    match accounts.first() {
        None => Ok(()),
        Some(account) => Err(ProviderError {
            to_do: None,
            kind: crate::error::classify(account.error_code().as_str()),
            operation: operation.to_owned(),
            code: Some(account.error_code().as_str().to_owned()),
            message: account.error_message().to_owned(),
        }),
    }
}

#[async_trait]
impl Handler for Enabler {
    async fn observe(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let states = states(cloud).await?;
        if states.is_empty() {
            return Ok(None);
        }
        let is = |wanted: sdk::Status| states.iter().any(|(_, status)| *status == wanted);
        let readiness = if states.iter().all(|(_, status)| *status == sdk::Status::Disabling) {
            Readiness::Deleting
        } else if is(sdk::Status::Suspended) {
            Readiness::Failed("Inspector is suspended in this account".to_owned())
        } else if is(sdk::Status::Enabling) || is(sdk::Status::Disabling) {
            Readiness::Pending("Inspector is being enabled".to_owned())
        } else {
            Readiness::Ready
        };
        let on = states.iter().filter(|(_, status)| *status != sdk::Status::Disabling);
        let mut resource_types: Vec<String> = on.map(|(name, _)| (*name).to_owned()).collect();
        resource_types.sort();
        Ok(Some(Observed::ready(&cloud.account.account_id, Self { resource_types }).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        enable(cloud, &target.properties.resource_types, target.token).await?;
        Ok(PhysicalId(cloud.account.account_id.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (before, after) = (&observed.resource_types, &target.properties.resource_types);
        let more: Vec<String> = after.iter().filter(|kind| !before.contains(kind)).cloned().collect();
        if !more.is_empty() {
            enable(cloud, &more, "").await?;
        }
        let less: Vec<&str> = before.iter().filter(|kind| !after.contains(kind)).map(String::as_str).collect();
        if !less.is_empty() {
            disable(cloud, &less).await?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let on: Vec<&str> = states(cloud).await?.into_iter().map(|(name, _)| name).collect();
        if on.is_empty() {
            return Ok(());
        }
        disable(cloud, &on).await
    }
}
