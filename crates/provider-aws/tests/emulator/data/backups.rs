//! Backup vaults, plans and selections.

use strata_aws::backup::*;
use strata_provider::ErrorKind;

use super::key;
use crate::recorder::{Answer, Recorder};
use crate::support::{Bench, Made};

fn plan(vault: strata_graph::Text) -> BackupPlan {
    BackupPlan {
        plan: BackupPlanContent {
            backup_plan_name: "acme-dev".into(),
            backup_plan_rule: vec![BackupRule {
                rule_name: "daily".into(),
                target_backup_vault: vault,
                schedule_expression: "cron(0 5 ? * * *)".into(),
                start_window_minutes: Some(60),
                completion_window_minutes: Some(360),
                lifecycle: Some(BackupLifecycle { delete_after_days: Some(35), ..BackupLifecycle::default() }),
                ..BackupRule::default()
            }],
        },
        ..BackupPlan::default()
    }
}

fn selection(plan: strata_graph::Text) -> BackupSelection {
    BackupSelection {
        backup_plan_id: plan,
        selection: BackupSelectionContent {
            selection_name: "data".into(),
            iam_role_arn: "arn:aws:iam::1:role/backup".into(),
            resources: vec!["arn:aws:rds:us-east-1:1:db:a".into(), "arn:aws:rds:us-east-1:1:db:b".into()],
            list_of_tags: vec![TagCondition {
                condition_type: "STRINGEQUALS".into(),
                condition_key: "backup".into(),
                condition_value: "daily".into(),
            }],
        },
    }
}

#[tokio::test]
async fn a_vault_with_a_plan() {
    let bench = Bench::new(340);
    let vault = BackupVault { backup_vault_name: "acme-dev".into(), encryption_key_arn: key(&bench), ..BackupVault::default() };
    let mut vault = bench.create("main", vault).await;
    bench.update(&mut vault, |vault| drop(vault.tags.insert("team".into(), "web".into()))).await;
    let lock = LockConfiguration { min_retention_days: 7, max_retention_days: Some(90), changeable_for_days: None };
    bench.update(&mut vault, |vault| vault.lock_configuration = Some(lock)).await;
    bench.update(&mut vault, |vault| vault.lock_configuration = None).await;
    let mut plan = bench.create("main", plan(vault.output("BackupVaultName"))).await;
    bench.update(&mut plan, |plan| drop(plan.tags.insert("team".into(), "web".into()))).await;
    let error = bench.create_at_last("data", selection(plan.output("BackupPlanId"))).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported, "moto has no selections: {error}");
    bench.delete(plan).await;
    bench.delete(vault).await;
}

#[tokio::test]
async fn a_plan_and_its_selection_on_the_real_cloud() {
    let recorder = Recorder::start(vec![
        Answer::ok("POST /backup/plans/p1\n", r#"{"BackupPlanId":"p1"}"#),
        Answer::ok("PUT /backup/plans/p1/selections", r#"{"SelectionId":"s1","BackupPlanId":"p1"}"#),
        Answer::ok(
            "GET /backup/plans/p1/selections/s1",
            r#"{"SelectionId":"s1","BackupPlanId":"p1","BackupSelection":{"SelectionName":"data","IamRoleArn":"arn:aws:iam::1:role/backup",
            "Resources":["arn:aws:rds:us-east-1:1:db:b","arn:aws:rds:us-east-1:1:db:a"],
            "ListOfTags":[{"ConditionType":"STRINGEQUALS","ConditionKey":"backup","ConditionValue":"daily"}],
            "NotResources":[],"Conditions":{}}}"#,
        ),
        Answer::ok(
            "GET /backup/plans/p1/selections",
            r#"{"BackupSelectionsList":[{"SelectionId":"s0","SelectionName":"x"},{"SelectionId":"s1","SelectionName":"data"}]}"#,
        ),
        Answer::ok("DELETE /backup/plans/p1/selections/s1", ""),
    ]);
    let bench = Bench::recorded(&recorder);
    let resource = selection("p1".into());
    let id = bench.only_create("data", resource.clone()).await.unwrap();
    assert_eq!(id.0, "p1/s1");
    let sent = recorder.request("PUT /backup/plans/p1/selections").json();
    assert_eq!(sent["BackupSelection"]["ListOfTags"][0]["ConditionKey"], "backup");
    assert_eq!(sent["CreatorRequestId"], "token-data", "the same try makes no second one");
    let address = bench.address::<BackupSelection>("data");
    let seen = bench.observe(&address, None, &resource).await.unwrap().unwrap();
    assert_eq!((seen.properties.read::<BackupSelection>().unwrap(), &seen.id), (resource.clone(), &id));
    bench.only_delete(&Made { address, id, resource, outputs: seen.outputs }).await.unwrap();
    recorder.request("DELETE /backup/plans/p1/selections/s1");

    let (before, mut after) = (plan("v".into()), plan("v".into()));
    after.plan.backup_plan_rule[0].schedule_expression = "cron(0 6 ? * * *)".into();
    let made = Made {
        address: bench.address::<BackupPlan>("main"),
        id: strata_graph::PhysicalId("p1".into()),
        resource: after,
        outputs: Default::default(),
    };
    bench.only_update(&made, &before).await.unwrap();
    let sent = recorder.request("POST /backup/plans/p1\n").json();
    assert_eq!(sent["BackupPlan"]["Rules"][0]["ScheduleExpression"], "cron(0 6 ? * * *)");
}

#[tokio::test]
async fn a_vault_that_is_not_there_is_not_a_missing_privilege() {
    let denied = r#"{"__type":"AccessDeniedException","message":"Insufficient privileges to perform this action."}"#;
    let vault = BackupVault { backup_vault_name: "acme".into(), ..BackupVault::default() };
    for (listed, there) in [(r#"{"BackupVaultList":[]}"#, false), (r#"{"BackupVaultList":[{"BackupVaultName":"acme"}]}"#, true)] {
        let recorder =
            Recorder::start(vec![Answer::status("GET /backup-vaults/acme", 403, denied), Answer::ok("GET /backup-vaults", listed)]);
        let bench = Bench::recorded(&recorder);
        let answer = bench.observe(&bench.address::<BackupVault>("main"), None, &vault).await;
        match answer {
            Ok(None) => assert!(!there),
            Err(error) => assert!(there && error.kind == ErrorKind::Denied, "{error}"),
            Ok(Some(seen)) => panic!("{seen:?}"),
        }
    }
}
