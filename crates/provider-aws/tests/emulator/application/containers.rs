//! Clusters, task definitions, services and repositories.

use strata_aws::ecr::{EncryptionConfiguration, ImageScanningConfiguration, LifecyclePolicy, Repository};
use strata_aws::ecs::{
    AwsvpcConfiguration, CapacityProviderStrategyItem, Cluster, ClusterConfiguration, ClusterSetting, ContainerDefinition,
    DeploymentCircuitBreaker, DeploymentConfiguration, EfsAuthorizationConfig, EfsVolumeConfiguration, ExecuteCommandConfiguration,
    ExecuteCommandLogConfiguration, HealthCheck, LinuxParameters, LoadBalancerTarget, LogConfiguration, MountPoint, NameValue,
    NetworkConfiguration, PortMapping, RuntimePlatform, Secret, Service, TaskDefinition, Volume,
};
use strata_aws::elasticloadbalancingv2::TargetGroup;
use strata_aws::iam::{PolicyDocument, Statement};

use super::{Ground, key, role};
use crate::support::{Bench, REGION};

fn cluster(bench: &Bench) -> Cluster {
    let item = |name: &str, weight| CapacityProviderStrategyItem { capacity_provider: name.into(), base: 0, weight };
    Cluster {
        cluster_name: "main".into(),
        cluster_settings: vec![ClusterSetting { name: "containerInsights".into(), value: "enabled".into() }],
        configuration: Some(ClusterConfiguration {
            execute_command_configuration: Some(ExecuteCommandConfiguration {
                kms_key_id: Some(key(bench)),
                logging: "OVERRIDE".into(),
                log_configuration: Some(ExecuteCommandLogConfiguration {
                    cloud_watch_log_group_name: Some("exec".into()),
                    cloud_watch_encryption_enabled: true,
                    ..ExecuteCommandLogConfiguration::default()
                }),
            }),
            ..ClusterConfiguration::default()
        }),
        capacity_providers: vec!["FARGATE_SPOT".into(), "FARGATE".into()],
        default_capacity_provider_strategy: vec![item("FARGATE_SPOT", 1), item("FARGATE", 1)],
        ..Cluster::default()
    }
}

fn task(bench: &Bench, image: &str) -> TaskDefinition {
    let secret = format!("arn:aws:secretsmanager:{REGION}:{}:secret:db-AbCdEf:password::", bench.account_id());
    let authorization_config = EfsAuthorizationConfig { access_point_id: "fsap-0123456789abcdef0".into(), iam: "ENABLED".into() };
    let shared = Volume {
        name: "shared".into(),
        efs_volume_configuration: Some(EfsVolumeConfiguration {
            filesystem_id: "fs-0123456789abcdef0".into(),
            transit_encryption: "ENABLED".into(),
            authorization_config,
        }),
    };
    TaskDefinition {
        family: "api".into(),
        cpu: "256".into(),
        memory: "512".into(),
        network_mode: "awsvpc".into(),
        requires_compatibilities: vec!["FARGATE".into()],
        execution_role_arn: Some(role(bench, "execution")),
        task_role_arn: Some(role(bench, "api")),
        runtime_platform: Some(RuntimePlatform { cpu_architecture: "ARM64".into(), operating_system_family: "LINUX".into() }),
        container_definitions: vec![ContainerDefinition {
            name: "api".into(),
            image: image.into(),
            essential: true,
            port_mappings: vec![PortMapping { container_port: 8080, protocol: "tcp".into(), name: None }],
            environment: vec![
                NameValue { name: "ZONE".into(), value: "a".into() },
                NameValue { name: "BOOKINGS_URL".into(), value: "https://sqs".into() },
            ],
            secrets: vec![Secret { name: "DB_PASSWORD".into(), value_from: secret.into() }],
            log_configuration: Some(LogConfiguration {
                log_driver: "awslogs".into(),
                options: [("awslogs-group", "api"), ("awslogs-region", REGION), ("awslogs-stream-prefix", "api")]
                    .map(|(key, value)| (key.to_owned(), value.into()))
                    .into(),
            }),
            readonly_root_filesystem: true,
            mount_points: vec![MountPoint { container_path: "/tmp".into(), source_volume: "scratch".into(), read_only: false }],
            health_check: Some(HealthCheck {
                command: vec!["CMD-SHELL".into(), "curl -f http://localhost:8080/health".into()],
                interval: 30,
                timeout: 5,
                retries: 3,
                start_period: Some(10),
            }),
            linux_parameters: Some(LinuxParameters { init_process_enabled: Some(true), capabilities: None }),
            user: Some("1000:1000".into()),
            stop_timeout: Some(30),
            ..ContainerDefinition::default()
        }],
        volumes: vec![Volume { name: "scratch".into(), ..Volume::default() }, shared],
        ..TaskDefinition::default()
    }
}

#[tokio::test]
async fn a_cluster() {
    let bench = Bench::new(3001);
    let mut cluster = bench.create("main", cluster(&bench)).await;
    bench.update(&mut cluster, |cluster| cluster.cluster_settings[0].value = "disabled".into()).await;
    bench
        .update(&mut cluster, |cluster| {
            cluster.capacity_providers = vec!["FARGATE".into()];
            cluster.default_capacity_provider_strategy.truncate(0);
        })
        .await;
    bench
        .update(&mut cluster, |cluster| {
            cluster.tags.insert("team".into(), "payments".into());
        })
        .await;
    bench.delete(cluster).await;
}

#[tokio::test]
async fn a_new_revision_stands_beside_the_old_one_until_that_goes() {
    let bench = Bench::new(3002);
    // The second `create` asserts that the first revision, which carries the same tags, is not taken for it.
    let mut old = bench.create("api", task(&bench, "acme/api:1")).await;
    let new = bench.create("api", task(&bench, "acme/api:2")).await;
    assert_ne!(old.id, new.id);
    bench
        .update(&mut old, |task| {
            task.tags.insert("team".into(), "payments".into());
        })
        .await;
    bench.delete(old).await;
    bench.delete(new).await;
}

#[tokio::test]
async fn a_service() {
    let bench = Bench::new(3003);
    let ground = Ground::of(&bench).await;
    let cluster = bench.create("main", cluster(&bench)).await;
    let task_one = bench.create("api", task(&bench, "acme/api:1")).await;
    let task_two = bench.create("api", task(&bench, "acme/api:2")).await;
    let group = TargetGroup {
        name: "api".into(),
        port: 8080,
        protocol: "HTTP".into(),
        protocol_version: Some("HTTP1".into()),
        vpc_id: ground.vpc(),
        target_type: "ip".into(),
        ..super::balancing::health()
    };
    let group = bench.create("api", group).await;
    let service = Service {
        service_name: "api".into(),
        cluster: cluster.output("Arn"),
        task_definition: task_one.output("TaskDefinitionArn"),
        desired_count: Some(0),
        launch_type: Some("FARGATE".into()),
        platform_version: Some("LATEST".into()),
        network_configuration: NetworkConfiguration {
            awsvpc_configuration: AwsvpcConfiguration {
                subnets: ground.subnets(),
                security_groups: ground.groups(),
                assign_public_ip: "DISABLED".into(),
            },
        },
        load_balancers: vec![LoadBalancerTarget {
            container_name: "api".into(),
            container_port: 8080,
            target_group_arn: group.output("TargetGroupArn"),
        }],
        deployment_configuration: Some(DeploymentConfiguration {
            minimum_healthy_percent: 100,
            maximum_percent: 200,
            deployment_circuit_breaker: Some(DeploymentCircuitBreaker { enable: true, rollback: true }),
        }),
        health_check_grace_period_seconds: Some(60),
        propagate_tags: Some("SERVICE".into()),
        ..Service::default()
    };
    let mut service = bench.create("api", service).await;
    bench.update(&mut service, |service| service.task_definition = task_two.output("TaskDefinitionArn")).await;
    bench
        .update(&mut service, |service| {
            service.tags.insert("team".into(), "payments".into());
        })
        .await;
    // From none to some: its first image came.
    bench.update(&mut service, |service| service.desired_count = Some(2)).await;
    assert_eq!(wanted_tasks(&bench).await, 2);
    bench.update(&mut service, |service| service.desired_count = Some(3)).await;
    assert_eq!(wanted_tasks(&bench).await, 3);
    // Once it is scaled, the number is autoscaling's.
    let target = bench.create("api", super::scaling::target("service/main/api")).await;
    bench.update(&mut service, |service| service.desired_count = Some(5)).await;
    assert_eq!(wanted_tasks(&bench).await, 3);
    bench.delete(target).await;
    bench.delete(service).await;
}

async fn wanted_tasks(bench: &Bench) -> i32 {
    let answer = bench.cloud().await.ecs().describe_services().cluster("main").services("api").send().await.unwrap();
    answer.services()[0].desired_count()
}

#[tokio::test]
async fn a_repository() {
    let bench = Bench::new(3004);
    let repository = Repository {
        repository_name: "acme/api".into(),
        encryption_configuration: EncryptionConfiguration { encryption_type: "KMS".into(), kms_key: Some(key(&bench)) },
        image_scanning_configuration: ImageScanningConfiguration { scan_on_push: false },
        image_tag_mutability: "IMMUTABLE".into(),
        lifecycle_policy: Some(LifecyclePolicy::keep(7, 50)),
        ..Repository::default()
    };
    let mut repository = bench.create("api", repository).await;
    bench.update(&mut repository, |repository| repository.lifecycle_policy = Some(LifecyclePolicy::keep(14, 30))).await;
    bench
        .update(&mut repository, |repository| {
            repository.image_tag_mutability = "MUTABLE".into();
            repository.image_scanning_configuration.scan_on_push = true;
        })
        .await;
    let puller = role(&bench, "puller");
    bench
        .update(&mut repository, |repository| {
            let mut pull = Statement::allow("Pull", ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Vec::<&str>::new());
            pull = pull.for_aws([puller]);
            repository.repository_policy_text = Some(PolicyDocument::new([pull]));
        })
        .await;
    bench
        .update(&mut repository, |repository| {
            repository.repository_policy_text = None;
            repository.lifecycle_policy = None;
            repository.tags.insert("team".into(), "payments".into());
        })
        .await;
    bench.delete(repository).await;
}
