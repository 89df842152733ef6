//! `AWS::Backup::BackupPlan` by the Backup API. AWS chooses the id; names need not be unique, but ours are, and find it without.

use async_trait::async_trait;
use aws_sdk_backup::types::{BackupPlanInput, BackupRule as SdkRule, BackupRuleInput, CopyAction as SdkCopy, Lifecycle};
use strata_aws::backup::{BackupLifecycle, BackupPlan, BackupPlanContent, BackupRule, CopyAction};
use strata_graph::PhysicalId;
use strata_provider::{ErrorKind, ProviderError};

use super::{read_tags, retag};
use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::{self, known};
use crate::values::{at, unbuilt};

fn sdk_lifecycle(lifecycle: Option<&BackupLifecycle>) -> Option<Lifecycle> {
    lifecycle.map(|lifecycle| {
        Lifecycle::builder()
            .set_move_to_cold_storage_after_days(lifecycle.move_to_cold_storage_after_days)
            .set_delete_after_days(lifecycle.delete_after_days)
            .build()
    })
}

fn input(plan: &BackupPlanContent) -> Result<BackupPlanInput, ProviderError> {
    let mut builder = BackupPlanInput::builder().backup_plan_name(&plan.backup_plan_name);
    for rule in &plan.backup_plan_rule {
        let mut sdk = BackupRuleInput::builder()
            .rule_name(&rule.rule_name)
            .target_backup_vault_name(known(&rule.target_backup_vault)?)
            .schedule_expression(&rule.schedule_expression)
            .set_start_window_minutes(rule.start_window_minutes)
            .set_completion_window_minutes(rule.completion_window_minutes)
            .set_enable_continuous_backup(rule.enable_continuous_backup)
            .set_lifecycle(sdk_lifecycle(rule.lifecycle.as_ref()));
        for copy in &rule.copy_actions {
            let action = SdkCopy::builder().destination_backup_vault_arn(known(&copy.destination_backup_vault_arn)?);
            let action = action.set_lifecycle(sdk_lifecycle(copy.lifecycle.as_ref())).build();
            sdk = sdk.copy_actions(action.map_err(unbuilt("backup:CopyAction"))?);
        }
        builder = builder.rules(sdk.build().map_err(unbuilt("backup:BackupRule"))?);
    }
    builder.build().map_err(unbuilt("backup:BackupPlan"))
}

fn read_lifecycle(lifecycle: Option<&Lifecycle>) -> Option<BackupLifecycle> {
    lifecycle
        .map(|lifecycle| BackupLifecycle {
            move_to_cold_storage_after_days: lifecycle.move_to_cold_storage_after_days(),
            delete_after_days: lifecycle.delete_after_days(),
        })
        .filter(|lifecycle| *lifecycle != BackupLifecycle::default())
}

fn read_rule(rule: &SdkRule, wanted: Option<&BackupRule>) -> BackupRule {
    BackupRule {
        rule_name: rule.rule_name().to_owned(),
        target_backup_vault: rule.target_backup_vault_name().into(),
        schedule_expression: rule.schedule_expression().unwrap_or_default().to_owned(),
        start_window_minutes: asked(wanted.and_then(|wanted| wanted.start_window_minutes.as_ref()), rule.start_window_minutes()),
        completion_window_minutes: asked(
            wanted.and_then(|wanted| wanted.completion_window_minutes.as_ref()),
            rule.completion_window_minutes(),
        ),
        enable_continuous_backup: asked(
            wanted.and_then(|wanted| wanted.enable_continuous_backup.as_ref()),
            Some(rule.enable_continuous_backup().unwrap_or_default()),
        ),
        lifecycle: read_lifecycle(rule.lifecycle()),
        copy_actions: rule
            .copy_actions()
            .iter()
            .map(|copy| CopyAction {
                destination_backup_vault_arn: copy.destination_backup_vault_arn().into(),
                lifecycle: read_lifecycle(copy.lifecycle()),
            })
            .collect(),
    }
}

async fn find(cloud: &Cloud, name: &str) -> Result<Option<String>, ProviderError> {
    let pages = cloud.backup().list_backup_plans().into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.map_err(at("backup:ListBackupPlans"))?;
    let mut named = all.into_iter().filter(|plan| plan.backup_plan_name() == Some(name) && plan.deletion_date().is_none());
    Ok(named.find_map(|plan| plan.backup_plan_id))
}

#[async_trait]
impl Handler for BackupPlan {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let desired = &target.properties.plan;
        let id = match target.id {
            Some(id) => Some(id.0.clone()),
            None => find(cloud, &desired.backup_plan_name).await?,
        };
        let Some(id) = id else { return Ok(None) };
        let answer = cloud.backup().get_backup_plan().backup_plan_id(&id).send().await;
        let Some(answer) = found(answer.map_err(at("backup:GetBackupPlan")))? else { return Ok(None) };
        if answer.deletion_date().is_some() {
            return Ok(None);
        }
        let arn = answer.backup_plan_arn().ok_or_else(|| missing("backup:GetBackupPlan", "BackupPlanArn"))?;
        let plan = answer.backup_plan().ok_or_else(|| missing("backup:GetBackupPlan", "BackupPlan"))?;
        let wanted = |name: &str| desired.backup_plan_rule.iter().find(|rule| rule.rule_name == name);
        let properties = Self {
            plan: BackupPlanContent {
                backup_plan_name: plan.backup_plan_name().to_owned(),
                backup_plan_rule: plan.rules().iter().map(|rule| read_rule(rule, wanted(rule.rule_name()))).collect(),
            },
            tags: read_tags(cloud, arn).await?,
        };
        Ok(Some(Observed::ready(&id, properties).output("BackupPlanId", &id).output("BackupPlanArn", arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let call = cloud
            .backup()
            .create_backup_plan()
            .backup_plan(input(&target.properties.plan)?)
            .set_backup_plan_tags(Some(tags::plain(&target.properties.tags)?.into_iter().collect()))
            .creator_request_id(target.token);
        let answer = match call.send().await.map_err(at("backup:CreateBackupPlan")) {
            Ok(answer) => answer,
            // An emulator keeps the names of deleted plans: what it refuses then, AWS would make.
            Err(error) if cloud.settings.emulator && error.kind == ErrorKind::Conflict => {
                let stands = find(cloud, &target.properties.plan.backup_plan_name).await?.is_some();
                return Err(if stands { error } else { ProviderError { kind: ErrorKind::Unsupported, ..error } });
            }
            Err(error) => return Err(error),
        };
        answer.backup_plan_id.map(PhysicalId).ok_or_else(|| missing("backup:CreateBackupPlan", "BackupPlanId"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        if observed.plan != desired.plan {
            let call = cloud.backup().update_backup_plan().backup_plan_id(id).backup_plan(input(&desired.plan)?);
            call.send().await.map_err(at("backup:UpdateBackupPlan"))?;
        }
        retag(cloud, &cloud.arn("backup", &format!("backup-plan:{id}")), &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(cloud.backup().delete_backup_plan().backup_plan_id(target.id()?).send().await.map_err(at("backup:DeleteBackupPlan")))
    }
}
