//! Kubernetes clusters. The emulator has clusters and node groups; the rest is judged by the shape of its requests.

use serde_json::json;
use strata_aws::eks::{
    AccessConfig, AccessEntry, AccessPolicy, AccessScope, Addon, Cluster, ClusterLogging, EncryptionConfig, EncryptionProvider, LogType,
    Logging, Nodegroup, PodIdentityAssociation, ResourcesVpcConfig, ScalingConfig, UpdateConfig,
};
use strata_graph::{PhysicalId, Text};
use strata_provider::Readiness;

use super::{subnet, vpc};
use crate::recorder::{Answer, Recorder};
use crate::support::{Bench, Made};

fn logging(names: &[&str]) -> Option<Logging> {
    let enabled_types = names.iter().map(|name| LogType { log_type: (*name).into() }).collect();
    Some(Logging { cluster_logging: ClusterLogging { enabled_types } })
}

fn cluster(subnets: Vec<Text>) -> Cluster {
    Cluster {
        name: "main".into(),
        version: "1.33".into(),
        role_arn: "arn:aws:iam::777700000150:role/cluster".into(),
        resources_vpc_config: ResourcesVpcConfig {
            subnet_ids: subnets,
            endpoint_private_access: true,
            endpoint_public_access: false,
            security_group_ids: vec!["sg-0123456789abcdef0".into()],
            ..ResourcesVpcConfig::default()
        },
        encryption_config: vec![EncryptionConfig {
            resources: vec!["secrets".into()],
            provider: EncryptionProvider { key_arn: "arn:aws:kms:us-east-1:1:key/a".into() },
        }],
        logging: logging(&["api", "audit"]),
        access_config: Some(AccessConfig { authentication_mode: "API".into(), bootstrap_cluster_creator_admin_permissions: Some(false) }),
        ..Cluster::default()
    }
}

#[tokio::test]
async fn a_cluster_and_its_nodes() {
    let bench = Bench::new(150);
    let vpc = vpc(&bench).await;
    let mut subnets = vec![subnet(&bench, &vpc, 0).await.output("SubnetId"), subnet(&bench, &vpc, 1).await.output("SubnetId")];
    subnets.sort();
    let cluster = bench.create("main", cluster(subnets.clone())).await;
    let nodes = Nodegroup {
        nodegroup_name: "default".into(),
        cluster_name: cluster.output("Name"),
        node_role: format!("arn:aws:iam::{}:role/nodes", bench.account_id()).into(),
        subnets,
        scaling_config: ScalingConfig { min_size: 1, max_size: 3, desired_size: None },
        ami_type: Some("AL2023_ARM_64_STANDARD".into()),
        capacity_type: Some("ON_DEMAND".into()),
        instance_types: vec!["m6g.large".into()],
        labels: [("pool".to_owned(), "default".to_owned())].into_iter().collect(),
        update_config: Some(UpdateConfig { max_unavailable: 1 }),
        ..Nodegroup::default()
    };
    let nodes = bench.create("default", nodes).await;
    assert_eq!(nodes.id.0, "main:default", "the id is what terraform imports");
    bench.delete(nodes).await;
    bench.delete(cluster).await;
}

/// A resource as the engine would hand it over, without a cloud that made it.
fn standing<R: strata_aws::AwsResource>(bench: &Bench, id: &str, resource: R) -> Made<R> {
    Made { address: bench.address::<R>("main"), id: PhysicalId(id.into()), resource, outputs: Default::default() }
}

#[tokio::test]
async fn an_update_of_several_kinds_is_several_requests() {
    let active = json!({"cluster": {"name": "main", "status": "ACTIVE"}}).to_string();
    let recorder = Recorder::start(vec![
        Answer::ok("GET /clusters/main", active),
        Answer::ok("POST /clusters/main/update-config", r#"{"update": {"id": "1"}}"#),
        Answer::ok("POST /clusters/main/updates", r#"{"update": {"id": "2"}}"#),
    ]);
    let bench = Bench::recorded(&recorder);
    let before = cluster(vec!["subnet-a".into()]);
    let mut after = Cluster { version: "1.34".into(), logging: logging(&["audit"]), ..before.clone() };
    after.resources_vpc_config.endpoint_public_access = true;
    after.resources_vpc_config.public_access_cidrs = vec!["192.0.2.0/24".into()];
    bench.only_update(&standing(&bench, "main", after), &before).await.unwrap();
    let posted: Vec<_> = recorder.requests().into_iter().filter(|request| request.method == "POST").collect();
    let bodies: Vec<_> = posted.iter().map(|request| request.json()).collect();
    assert_eq!(bodies.len(), 3, "{posted:#?}");
    assert_eq!(bodies[0]["resourcesVpcConfig"]["publicAccessCidrs"], json!(["192.0.2.0/24"]));
    assert_eq!(bodies[0]["resourcesVpcConfig"]["subnetIds"], json!(null), "subnets are another kind of update");
    let off = json!({"enabled": false, "types": ["api", "authenticator", "controllerManager", "scheduler"]});
    assert_eq!(bodies[1]["logging"]["clusterLogging"], json!([{"enabled": true, "types": ["audit"]}, off]));
    assert_eq!(bodies[2]["version"], "1.34");
}

#[tokio::test]
async fn addons() {
    let seen = json!({"addon": {
        "addonName": "vpc-cni", "clusterName": "main", "addonArn": "arn:addon", "status": "DEGRADED", "addonVersion": "v1.20.0",
        "configurationValues": "{}", "tags": {"team": "cluster"},
        "health": {"issues": [{"code": "InsufficientNumberOfReplicas", "message": "no node yet"}]},
    }});
    let recorder = Recorder::start(vec![
        Answer::ok("POST /clusters/main/addons/vpc-cni/update", r#"{"update": {"id": "1"}}"#),
        Answer::ok("POST /clusters/main/addons", r#"{"addon": {}}"#),
        Answer::ok("GET /clusters/main/addons/vpc-cni", seen.to_string()),
        Answer::status("DELETE /clusters/main/addons/vpc-cni", 404, r#"{"__type": "ResourceNotFoundException"}"#),
    ]);
    let bench = Bench::recorded(&recorder);
    let addon = Addon {
        addon_name: "vpc-cni".into(),
        cluster_name: "main".into(),
        configuration_values: Some(r#"{"enableNetworkPolicy":"true"}"#.into()),
        resolve_conflicts: Some("OVERWRITE".into()),
        ..Addon::default()
    };
    let id = bench.only_create("main", addon.clone()).await.unwrap();
    assert_eq!(id.0, "main:vpc-cni", "the id is what terraform imports");
    let asked = recorder.request("POST /clusters/main/addons\n").json();
    assert_eq!(asked["tags"]["strata:platform"], "acme", "ownership is in the creating call");
    assert_eq!(asked["configurationValues"], r#"{"enableNetworkPolicy":"true"}"#);
    assert_eq!((&asked["resolveConflicts"], &asked["clientRequestToken"]), (&json!("OVERWRITE"), &json!("token-main")));
    let observed = bench.observe(&bench.address::<Addon>("main"), Some(&id), &addon).await.unwrap().unwrap();
    assert_eq!(observed.readiness, Readiness::Pending("no node yet".into()));
    let before: Addon = observed.properties.read().unwrap();
    assert_eq!(before.configuration_values.as_deref(), Some("{}"));
    assert_eq!(before.addon_version, None, "what was not asked for is no drift");
    let made = standing(&bench, "main:vpc-cni", addon);
    bench.only_update(&made, &Addon { tags: made.resource.tags.clone(), ..before }).await.unwrap();
    let asked = recorder.request("POST /clusters/main/addons/vpc-cni/update").json();
    assert_eq!(asked["configurationValues"], r#"{"enableNetworkPolicy":"true"}"#);
    bench.only_delete(&made).await.unwrap();
}

#[tokio::test]
async fn pod_identities() {
    let one = json!({"association": {
        "associationId": "a-1", "associationArn": "arn:association", "clusterName": "main", "namespace": "web",
        "serviceAccount": "api", "roleArn": "arn:aws:iam::1:role/old",
    }});
    let list = json!({"associations": [{"associationId": "a-1"}]}).to_string();
    let recorder = Recorder::start(vec![
        Answer::ok("GET /clusters/main/pod-identity-associations/a-1", one.to_string()),
        Answer::ok("GET /clusters/main/pod-identity-associations?", list),
        Answer::ok("POST /clusters/main/pod-identity-associations", one.to_string()),
        Answer::ok("DELETE /clusters/main/pod-identity-associations/a-1", one.to_string()),
        Answer::ok("POST /tags/", "{}"),
    ]);
    let bench = Bench::recorded(&recorder);
    let wanted = PodIdentityAssociation {
        cluster_name: "main".into(),
        namespace: "web".into(),
        service_account: "api".into(),
        role_arn: "arn:aws:iam::1:role/new".into(),
        ..PodIdentityAssociation::default()
    };
    let id = bench.only_create("main", wanted.clone()).await.unwrap();
    assert_eq!(id.0, "a-1");
    let asked = recorder.request("POST /clusters/main/pod-identity-associations\n").json();
    assert_eq!((&asked["namespace"], &asked["serviceAccount"]), (&json!("web"), &json!("api")));
    assert_eq!(asked["tags"]["strata:platform"], "acme", "ownership is in the creating call");
    let found = bench.observe(&bench.address::<PodIdentityAssociation>("main"), None, &wanted).await.unwrap().unwrap();
    assert_eq!(found.id, id, "found by its service account");
    assert!(recorder.request("GET /clusters/main/pod-identity-associations?").path.contains("serviceAccount=api"));
    let made = standing(&bench, "a-1", wanted);
    bench.only_update(&made, &found.properties.read().unwrap()).await.unwrap();
    let asked = recorder.request("POST /clusters/main/pod-identity-associations/a-1").json();
    assert_eq!(asked["roleArn"], "arn:aws:iam::1:role/new");
    bench.only_delete(&made).await.unwrap();
}

#[tokio::test]
async fn access_entries() {
    let admin = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
    let view = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";
    let policies = json!({"associatedAccessPolicies": [{"policyArn": view, "accessScope": {"type": "cluster", "namespaces": []}}]});
    let entry = json!({"accessEntry": {"clusterName": "main", "accessEntryArn": "arn:entry", "type": "STANDARD"}}).to_string();
    let recorder = Recorder::start(vec![
        Answer::ok("/access-policies\n", policies.to_string()),
        Answer::ok("/access-policies?", policies.to_string()),
        Answer::ok("DELETE /clusters/main/access-entries/", "{}"),
        Answer::ok("POST /clusters/main/access-entries", entry.clone()),
        Answer::ok("GET /clusters/main/access-entries/", entry),
        Answer::ok("POST /tags/", "{}"),
    ]);
    let bench = Bench::recorded(&recorder);
    let wanted = AccessEntry {
        cluster_name: "main".into(),
        principal_arn: "arn:aws:iam::1:role/operators".into(),
        access_policies: vec![AccessPolicy {
            access_scope: AccessScope { scope_type: "cluster".into(), ..AccessScope::default() },
            policy_arn: admin.into(),
        }],
        ..AccessEntry::default()
    };
    let id = bench.only_create("main", wanted.clone()).await.unwrap();
    assert_eq!(id.0, "main:arn:aws:iam::1:role/operators", "the id is what terraform imports");
    let asked: Vec<_> = recorder.requests().iter().map(|request| request.json()).collect();
    assert_eq!(asked[0]["principalArn"], "arn:aws:iam::1:role/operators");
    assert_eq!((&asked[1]["policyArn"], &asked[1]["accessScope"]["type"]), (&json!(admin), &json!("cluster")));
    let found = bench.observe(&bench.address::<AccessEntry>("main"), None, &wanted).await.unwrap().unwrap();
    let before: AccessEntry = found.properties.read().unwrap();
    assert_eq!(before.access_policies[0].policy_arn, view);
    let made = standing(&bench, &id.0, wanted);
    bench.only_update(&made, &before).await.unwrap();
    let removed = recorder.request("DELETE /clusters/main/access-entries/");
    assert!(removed.path.contains("AmazonEKSViewPolicy"), "{}", removed.path);
}
