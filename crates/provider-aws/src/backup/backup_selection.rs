//! `AWS::Backup::BackupSelection` by the Backup API. Its id is `PLAN/SELECTION`; without it the name in its plan finds it.

use async_trait::async_trait;
use aws_sdk_backup::types::{BackupSelection as SdkSelection, Condition, ConditionType};
use strata_aws::backup::{BackupSelection, BackupSelectionContent, TagCondition};
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;
use crate::values::{all_known, at, sorted, unbuilt};

fn parts(id: &str) -> Result<(&str, &str), ProviderError> {
    id.split_once('/').ok_or_else(|| ProviderError::internal("strata", format!("'{id}' is not PLAN/SELECTION")))
}

fn sdk(selection: &BackupSelectionContent) -> Result<SdkSelection, ProviderError> {
    let mut builder = SdkSelection::builder()
        .selection_name(&selection.selection_name)
        .iam_role_arn(known(&selection.iam_role_arn)?)
        .set_resources(Some(all_known(&selection.resources)?));
    for tag in &selection.list_of_tags {
        let condition = Condition::builder()
            .condition_type(ConditionType::from(tag.condition_type.as_str()))
            .condition_key(&tag.condition_key)
            .condition_value(&tag.condition_value)
            .build();
        builder = builder.list_of_tags(condition.map_err(unbuilt("backup:Condition"))?);
    }
    builder.build().map_err(unbuilt("backup:BackupSelection"))
}

fn read(seen: &SdkSelection) -> BackupSelectionContent {
    let mut list_of_tags: Vec<TagCondition> = seen
        .list_of_tags()
        .iter()
        .map(|tag| TagCondition {
            condition_type: tag.condition_type().as_str().to_owned(),
            condition_key: tag.condition_key().to_owned(),
            condition_value: tag.condition_value().to_owned(),
        })
        .collect();
    list_of_tags.sort();
    BackupSelectionContent {
        selection_name: seen.selection_name().to_owned(),
        iam_role_arn: seen.iam_role_arn().into(),
        resources: sorted(seen.resources()),
        list_of_tags,
    }
}

async fn find(cloud: &Cloud, plan: &str, name: &str) -> Result<Option<String>, ProviderError> {
    let pages = cloud.backup().list_backup_selections().backup_plan_id(plan).into_paginator().items().send();
    let all = found(pages.collect::<Result<Vec<_>, _>>().await.map_err(at("backup:ListBackupSelections")))?.unwrap_or_default();
    Ok(all.into_iter().find(|one| one.selection_name() == Some(name)).and_then(|one| one.selection_id))
}

#[async_trait]
impl Handler for BackupSelection {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let desired = target.properties;
        let (plan, id) = match (target.id, desired.backup_plan_id.as_literal()) {
            (Some(id), _) => parts(&id.0).map(|(plan, id)| (plan.to_owned(), id.to_owned()))?,
            (None, Some(plan)) => match find(cloud, plan, &desired.selection.selection_name).await? {
                Some(id) => (plan.to_owned(), id),
                None => return Ok(None),
            },
            (None, None) => return Ok(None),
        };
        let answer = cloud.backup().get_backup_selection().backup_plan_id(&plan).selection_id(&id).send().await;
        let Some(answer) = found(answer.map_err(at("backup:GetBackupSelection")))? else { return Ok(None) };
        let seen = answer.backup_selection().ok_or_else(|| missing("backup:GetBackupSelection", "BackupSelection"))?;
        let properties = Self { backup_plan_id: plan.as_str().into(), selection: read(seen) };
        Ok(Some(Observed::ready(format!("{plan}/{id}"), properties).output("SelectionId", id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let plan = known(&target.properties.backup_plan_id)?;
        let call = cloud.backup().create_backup_selection().backup_plan_id(plan).backup_selection(sdk(&target.properties.selection)?);
        let answer = call.creator_request_id(target.token).send().await.map_err(at("backup:CreateBackupSelection"))?;
        let id = answer.selection_id().ok_or_else(|| missing("backup:CreateBackupSelection", "SelectionId"))?;
        Ok(PhysicalId(format!("{plan}/{id}")))
    }

    async fn update(_cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        Err(ProviderError::internal("strata", format!("{} is replaced, never changed", target.address)))
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let (plan, id) = parts(target.id()?)?;
        let call = cloud.backup().delete_backup_selection().backup_plan_id(plan).selection_id(id);
        gone(call.send().await.map_err(at("backup:DeleteBackupSelection")))
    }
}
