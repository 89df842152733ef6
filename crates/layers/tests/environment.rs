//! The reference application, lowered for each of its environments.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::{example, lowered, policies};
use strata_graph::{Resource, Scope};
use strata_layers::Lowered;
use strata_layers::uses::actions::is_unscoped;

fn reference(environment: &str) -> Lowered {
    lowered(&example("platform.yaml"), &example("app.yaml"), environment, &BTreeMap::new())
}

/// Address and type of every resource of the environment's own scope.
fn listing(environment: &str) -> String {
    let lowered = reference(environment);
    let scope = Scope::environment("ticketing", environment);
    let mut text = String::new();
    for resource in lowered.graph.of_scope(&scope) {
        let mut line = format!("{:<16} {:<60} {}", resource.layer.word(), resource.address.short(), resource.type_name);
        if let Some(data) = &resource.data {
            line += &format!("  data={data}");
        }
        if let Some(waiting) = &resource.waiting_for {
            line += &format!("  waiting for {waiting}");
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[test]
fn the_resources_of_dev() {
    insta::assert_snapshot!(listing("dev"));
}

#[test]
fn the_resources_of_staging() {
    insta::assert_snapshot!(listing("staging"));
}

#[test]
fn the_resources_of_prod() {
    insta::assert_snapshot!(listing("prod"));
}

#[test]
fn every_resource_says_why_and_whose_it_is() {
    for environment in ["dev", "staging", "prod"] {
        for resource in reference(environment).graph.iter() {
            assert!(!resource.purpose.is_empty(), "{}", resource.address);
            assert!(resource.purpose.ends_with('.'), "{}: {}", resource.address, resource.purpose);
            assert!(!resource.origins.is_empty(), "{}", resource.address);
            assert!(resource.origins.iter().all(|origin| origin.line > 0 && !origin.key.is_empty()), "{}", resource.address);
        }
    }
}

#[test]
fn origins_point_at_the_line_that_asked() {
    let lowered = reference("dev");
    let app = example("app.yaml");
    let line = |needle: &str| u32::try_from(app.lines().position(|line| line.contains(needle)).unwrap()).unwrap() + 1;
    let scope = Scope::environment("ticketing", "dev");
    let origin_of = |short: &str| {
        let resource = lowered.graph.of_scope(&scope).find(|resource| resource.address.short() == short).unwrap();
        (resource.origins[0].line, resource.origins[0].key.clone())
    };
    let uses = line("uses: {db: write, cache: write, documents: write, bookings: send}");
    assert_eq!(origin_of("security_group_egress.api-to-db-5432"), (uses, "services.api.uses.db".to_owned()));
    assert_eq!(origin_of("db_instance.db"), (line("db:        {type: postgres"), "resources.db".to_owned()));
    assert_eq!(origin_of("security_group_egress.api-to-internet-443").0, line("egress:"));
    assert_eq!(origin_of("route53_zone.public").0, line("host: dev.tickets.acme.example"));
}

/// The only actions on every resource are those that AWS gives no ARN for.
#[test]
fn no_role_may_do_anything_to_everything() {
    let mut unscoped = 0;
    for environment in ["dev", "staging", "prod"] {
        for (address, statement) in policies(&reference(environment)) {
            if !address.starts_with("environment/") {
                continue;
            }
            let actions: Vec<&str> = statement["Action"].as_array().unwrap().iter().map(|action| action.as_str().unwrap()).collect();
            assert!(actions.iter().all(|action| !action.contains('*')), "{address}: {actions:?}");
            let everything = statement["Resource"].as_array().unwrap().iter().any(|resource| resource == "*");
            if everything && statement["Effect"] == "Allow" {
                for action in actions {
                    assert!(is_unscoped(action), "{address} allows {action} on everything");
                    unscoped += 1;
                }
            }
        }
    }
    assert!(unscoped > 0, "the test sees policies at all");
}

/// Everything that can be encrypted names the environment's key.
#[test]
fn everything_rests_encrypted_with_the_environments_key() {
    let places: &[(&str, &str)] = &[
        ("AWS::RDS::DBInstance", "KmsKeyId"),
        ("AWS::RDS::DBInstance", "PerformanceInsightsKMSKeyId"),
        ("AWS::ElastiCache::ReplicationGroup", "KmsKeyId"),
        ("AWS::SQS::Queue", "KmsMasterKeyId"),
        ("AWS::SNS::Topic", "KmsMasterKeyId"),
        ("AWS::Logs::LogGroup", "KmsKeyId"),
        ("AWS::SecretsManager::Secret", "KmsKeyId"),
        ("AWS::Lambda::Function", "KmsKeyArn"),
        ("AWS::Scheduler::Schedule", "KmsKeyArn"),
        ("AWS::Backup::BackupVault", "EncryptionKeyArn"),
        ("AWS::ECR::Repository", "EncryptionConfiguration.KmsKey"),
        ("AWS::S3::Bucket", "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID"),
        ("AWS::EC2::LaunchTemplate", "LaunchTemplateData.BlockDeviceMappings.0.Ebs.KmsKeyId"),
    ];
    for environment in ["dev", "staging", "prod"] {
        let lowered = reference(environment);
        let scope = Scope::environment("ticketing", environment);
        let own = format!("environment/ticketing/{environment}/kms_key.data");
        for (type_name, path) in places {
            let all: Vec<&Resource> = lowered.graph.of_scope(&scope).filter(|resource| resource.type_name.0 == *type_name).collect();
            // On Kubernetes, jobs are the cluster's own and have no schedule of AWS.
            assert!(!all.is_empty() || *type_name == "AWS::Scheduler::Schedule", "{environment} has no {type_name}");
            // A copy of a database in the same region has its source's key.
            for resource in
                all.into_iter().filter(|resource| *path != "KmsKeyId" || resource.properties.at("SourceDBInstanceIdentifier").is_none())
            {
                let key = resource.properties.at(path).unwrap_or_else(|| panic!("{} has no {path}", resource.address));
                assert_eq!(key["$output"]["of"], own, "{}", resource.address);
            }
        }
    }
}

#[test]
fn the_same_files_give_the_same_graph() {
    for environment in ["dev", "prod"] {
        let (one, other) = (reference(environment), reference(environment));
        assert_eq!(serde_json::to_string(&one.graph).unwrap(), serde_json::to_string(&other.graph).unwrap(), "{environment}");
        assert_eq!(one.claims, other.claims);
        assert_eq!(one.flows, other.flows);
    }
}

#[test]
fn the_data_flows_of_prod() {
    let lines: Vec<String> = reference("prod")
        .flows
        .iter()
        .map(|flow| {
            let lock = if flow.encrypted { "encrypted" } else { "plain" };
            format!("{} {} {} ({}) :{} {lock}, {} {}", flow.from, flow.verb, flow.to, flow.kind, flow.port, flow.origin, flow.origin.key)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

fn resource<'l>(lowered: &'l Lowered, environment: &str, short: &str) -> &'l Resource {
    let scope = Scope::environment("ticketing", environment);
    lowered
        .graph
        .iter()
        .find(|resource| *resource.address.scope() == scope && resource.address.short() == short)
        .unwrap_or_else(|| panic!("{short} is not there"))
}

#[test]
fn an_image_starts_its_service_and_the_jobs_that_share_it() {
    let (platform, app) = (example("platform.yaml"), example("app.yaml"));
    let before = lowered(&platform, &app, "dev", &BTreeMap::new());
    let image = "111111111111.dkr.ecr.us-east-1.amazonaws.com/acme/ticketing/dev/api@sha256:0f".to_owned();
    let after = lowered(&platform, &app, "dev", &BTreeMap::from([("api".to_owned(), image.clone())]));
    for (lowered, tasks, least, state, waiting) in [(&before, 0, 0, "DISABLED", Some("its first image")), (&after, 3, 3, "ENABLED", None)] {
        let service = resource(lowered, "dev", "ecs_service.api");
        assert_eq!(service.properties.at("DesiredCount").unwrap(), tasks);
        assert_eq!(service.waiting_for.as_deref(), waiting);
        assert_eq!(resource(lowered, "dev", "appautoscaling_target.api").properties.at("MinCapacity").unwrap(), least);
        let schedule = resource(lowered, "dev", "scheduler_schedule.expire-holds");
        assert_eq!(schedule.properties.at("State").unwrap(), state);
        assert_eq!(schedule.waiting_for.as_deref(), waiting);
    }
    let task = resource(&after, "dev", "ecs_task_definition.api");
    assert_eq!(task.properties.at("ContainerDefinitions.0.Image").unwrap(), &image);
    let job = resource(&after, "dev", "ecs_task_definition.expire-holds");
    assert_eq!(job.properties.at("ContainerDefinitions.0.Image").unwrap(), &image);
    assert_eq!(job.properties.at("ContainerDefinitions.0.Command").unwrap(), &serde_json::json!(["./expire-holds"]));
    // Four minutes, kept by a container that everything ends with.
    assert_eq!(job.properties.at("ContainerDefinitions.1.Command").unwrap(), &serde_json::json!(["240"]));
    assert_eq!(job.properties.at("ContainerDefinitions.1.Essential").unwrap(), true);
    // What is not deployed stays as it is.
    assert_eq!(resource(&after, "dev", "ecs_service.web").waiting_for.as_deref(), Some("its first image"));
}

#[test]
fn an_image_from_elsewhere_opens_the_way_to_its_registry_and_nothing_to_ours() {
    let image = "public.ecr.aws/acme/web:1".to_owned();
    let lowered = lowered(&example("platform.yaml"), &example("app.yaml"), "dev", &BTreeMap::from([("web".to_owned(), image)]));
    let way = resource(&lowered, "dev", "security_group_egress.web-to-internet-443");
    assert_eq!(way.properties.at("CidrIp").unwrap(), "0.0.0.0/0");
    assert!(way.purpose.contains("public.ecr.aws"), "{}", way.purpose);
    let scope = Scope::environment("ticketing", "dev");
    assert!(!lowered.graph.of_scope(&scope).any(|resource| resource.address.name() == "web-to-endpoint-ecr-api-443"));
}

#[test]
fn longer_routes_are_asked_first() {
    let lowered = reference("dev");
    let priority = |name: &str| resource(&lowered, "dev", name).properties.at("Priority").unwrap().as_i64().unwrap();
    assert!(priority("lb_listener_rule.api") < priority("lb_listener_rule.web"));
    let endpoints: Vec<String> = lowered.endpoints.iter().map(|endpoint| format!("{} {}", endpoint.name, endpoint.url)).collect();
    assert_eq!(endpoints, ["api https://dev.tickets.acme.example/api", "web https://dev.tickets.acme.example/"]);
}

#[test]
fn two_environments_of_one_network_claim_one_endpoint_each_with_its_own_queue() {
    let (dev, staging) = (reference("dev"), reference("staging"));
    let sqs = |lowered: &Lowered| {
        let mut lines: Vec<String> = lowered
            .claims
            .iter()
            .filter(|claim| matches!(&claim.need, strata_layers::Need::InterfaceEndpoint { service, .. } if service == "sqs"))
            .flat_map(|claim| match &claim.need {
                strata_layers::Need::InterfaceEndpoint { statements, .. } => statements.clone(),
                _ => Vec::new(),
            })
            .flat_map(|statement| statement.resource)
            .map(|resource| resource.to_string())
            .collect();
        lines.sort();
        lines.dedup();
        lines
    };
    assert_eq!(sqs(&dev), ["arn:${Partition}:sqs:${Region}:${AccountId}:acme-ticketing-dev-bookings"]);
    assert_eq!(sqs(&staging), ["arn:${Partition}:sqs:${Region}:${AccountId}:acme-ticketing-staging-bookings"]);
}
