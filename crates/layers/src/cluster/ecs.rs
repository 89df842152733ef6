//! An ECS cluster on Fargate: no machines to look after, disks and interactive sessions under the cluster's key.

use strata_aws::ecs::{
    CapacityProviderStrategyItem, Cluster, ClusterConfiguration, ClusterSetting, ExecuteCommandConfiguration,
    ExecuteCommandLogConfiguration, ManagedStorageConfiguration,
};
use strata_aws::iam::policy_document::Statement;
use strata_aws::logs::LogGroup;
use strata_graph::{Layer, Pseudo};
use strata_spec::Platform;

use crate::arn::{bucket_arn, regional_arn};
use crate::builder::{About, Builder, Lines};
use crate::claims::Claims;
use crate::foundations::{ClusterView, NetworkView};
use crate::observability::retention;
use crate::security::key;
use crate::security::key_policy::KeyPolicy;

/// The log group that Container Insights writes to; AWS fixes its name.
fn insights_group(cluster: &ClusterView<'_>) -> String {
    format!("/aws/ecs/containerinsights/{}/performance", cluster.physical_name())
}

fn sessions_group(cluster: &ClusterView<'_>) -> String {
    cluster.naming.path(&["sessions"])
}

/// Every task asks for a registry token and fetches layers; where its image lies, its environment claims.
pub(super) fn claim(claims: &mut Claims, cluster: &ClusterView<'_>, network: &NetworkView<'_>, lines: Lines<'_>) {
    let origin = lines.origin(&cluster.key_path());
    let on = &network.scope;
    for service in ["ecr.api", "ecr.dkr"] {
        claims.interface_endpoint(on, service, &["ecr:GetAuthorizationToken"], ["*"], [origin.clone()]);
    }
    let streams = regional_arn("logs", &format!("log-group:{}:*", sessions_group(cluster)));
    claims.interface_endpoint(on, "logs", &["logs:CreateLogStream", "logs:PutLogEvents"], [streams], [origin.clone()]);
    // ECR keeps the layers in a bucket of its own and hands out signed addresses: who fetches is ECR, not this account.
    let layers = bucket_arn(&format!("prod-{}-starport-layer-bucket/*", network.region()));
    claims.gateway_endpoint_for_anyone(on, "s3", &["s3:GetObject"], [layers], [origin]);
}

/// Lowers the cluster with its key and log groups.
pub(super) fn lower(builder: &mut Builder<'_>, platform: &Platform, cluster: &ClusterView<'_>) {
    let path = cluster.key_path();
    let name = cluster.physical_name();
    let for_this_cluster = |statement: Statement| {
        statement
            .for_service("fargate.amazonaws.com")
            .when("StringEquals", "kms:EncryptionContext:aws:ecs:clusterAccount", [Pseudo::AccountId])
            .when("StringEquals", "kms:EncryptionContext:aws:ecs:clusterName", [name.as_str()])
    };
    // Amazon ECS developer guide, "Customer managed keys for AWS Fargate ephemeral storage".
    let policy = KeyPolicy::new()
        .for_logs(&[&sessions_group(cluster), &insights_group(cluster)])
        .with(for_this_cluster(Statement::allow("TaskDisks", ["kms:GenerateDataKeyWithoutPlaintext"], ["*"])))
        .with(for_this_cluster(Statement::allow("TaskDiskGrants", ["kms:CreateGrant"], ["*"])).when(
            "ForAllValues:StringEquals",
            "kms:GrantOperations",
            ["Decrypt"],
        ));
    let about = About::new(&path, "Encrypts the disks of tasks, interactive sessions and the cluster's logs.");
    let key = key(builder, "main", &format!("Disks, sessions and logs of the cluster {}", cluster.name), policy, about);
    let group = |builder: &mut Builder<'_>, name: &str, group_name: String, purpose: &str| {
        let group = LogGroup {
            log_group_name: group_name,
            retention_in_days: retention::of(builder, platform),
            kms_key_id: Some(key.arn()),
            ..LogGroup::default()
        };
        let about = About::new(&path, purpose).also(retention::KEY).in_layer(Layer::Observability);
        builder.add(name, group, retention::about(platform, about))
    };
    let sessions = group(builder, "sessions", sessions_group(cluster), "Keeps what was typed in interactive sessions in containers.");
    let insights = group(builder, "insights", insights_group(cluster), "Keeps the measurements of containers.");
    let provider = |name: &str, weight: i64| CapacityProviderStrategyItem { capacity_provider: name.to_owned(), base: 0, weight };
    let resource = Cluster {
        cluster_name: name.clone(),
        cluster_settings: vec![ClusterSetting { name: "containerInsights".to_owned(), value: "enhanced".to_owned() }],
        configuration: Some(ClusterConfiguration {
            execute_command_configuration: Some(ExecuteCommandConfiguration {
                kms_key_id: Some(key.arn()),
                logging: "OVERRIDE".to_owned(),
                log_configuration: Some(ExecuteCommandLogConfiguration {
                    cloud_watch_log_group_name: Some(sessions.output("LogGroupName")),
                    cloud_watch_encryption_enabled: true,
                    ..ExecuteCommandLogConfiguration::default()
                }),
            }),
            managed_storage_configuration: Some(ManagedStorageConfiguration {
                fargate_ephemeral_storage_kms_key_id: Some(key.output("KeyId")),
                kms_key_id: None,
            }),
        }),
        capacity_providers: vec!["FARGATE".to_owned(), "FARGATE_SPOT".to_owned()],
        default_capacity_provider_strategy: vec![provider("FARGATE", 1)],
        ..Cluster::default()
    };
    let about = About::new(&path, "Where the containers of its environments run.").also(format!("{path}.runtime")).after(&insights);
    builder.add("main", resource, about);
}
