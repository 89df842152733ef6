//! Relational databases and caches.

use std::collections::BTreeMap;

use strata_aws::ec2::SecurityGroup;
use strata_aws::elasticache::{AuthenticationMode, ParameterGroup, ReplicationGroup, SubnetGroup, User, UserGroup};
use strata_aws::rds::{DbInstance, DbParameterGroup, DbSubnetGroup, EventSubscription, MasterUserSecret};
use strata_aws::sns::Topic;
use strata_provider::{ErrorKind, Readiness};

use super::{key, subnets};
use crate::recorder::{Answer, Recorder};
use crate::support::Bench;

#[tokio::test]
async fn a_database_with_its_groups_and_a_replica() {
    let bench = Bench::new(310);
    let subnets = subnets(&bench).await;
    let vpc = bench.cloud().await.ec2().describe_vpcs().send().await.unwrap();
    let vpc = vpc.vpcs().iter().find(|vpc| vpc.is_default() != Some(true)).and_then(|vpc| vpc.vpc_id()).unwrap().to_owned();
    let mut groups = Vec::new();
    for name in ["one", "two"] {
        let group = SecurityGroup {
            group_name: name.into(),
            group_description: name.into(),
            vpc_id: vpc.as_str().into(),
            ..SecurityGroup::default()
        };
        groups.push(bench.create(name, group).await.output("GroupId"));
    }
    groups.sort();
    let place = DbSubnetGroup {
        db_subnet_group_name: "acme-db".into(),
        db_subnet_group_description: "databases".into(),
        subnet_ids: subnets.clone(),
        ..DbSubnetGroup::default()
    };
    let mut place = bench.create("db", place).await;
    bench.update(&mut place, |place| drop(place.tags.insert("team".into(), "web".into()))).await;
    let parameters = DbParameterGroup {
        db_parameter_group_name: "acme-db".into(),
        family: "postgres16".into(),
        description: "TLS".into(),
        parameters: BTreeMap::from([("rds.force_ssl".to_owned(), "1".to_owned())]),
        ..DbParameterGroup::default()
    };
    let mut parameters = bench.create("db", parameters).await;
    bench
        .update(&mut parameters, |group| {
            group.parameters.insert("log_connections".into(), "1".into());
            group.tags.insert("team".into(), "web".into());
        })
        .await;
    // moto looks the key of the password's secret up.
    let key = bench.cloud().await.kms().create_key().send().await.unwrap();
    let key = || key.key_metadata().and_then(|key| key.arn()).unwrap().into();
    let database = DbInstance {
        db_instance_identifier: "acme-db".into(),
        engine: Some("postgres".into()),
        engine_version: Some("16".into()),
        db_instance_class: "db.t4g.micro".into(),
        allocated_storage: Some("20".into()),
        max_allocated_storage: Some(100),
        storage_type: Some("gp3".into()),
        storage_encrypted: true,
        kms_key_id: Some(key()),
        db_name: Some("app".into()),
        master_username: Some("strata".into()),
        manage_master_user_password: Some(true),
        master_user_secret: Some(MasterUserSecret { kms_key_id: key() }),
        db_subnet_group_name: Some(place.output("DBSubnetGroupName")),
        vpc_security_groups: groups.clone(),
        db_parameter_group_name: Some(parameters.output("DBParameterGroupName")),
        multi_az: Some(true),
        backup_retention_period: Some(7),
        preferred_backup_window: Some("03:00-04:00".into()),
        preferred_maintenance_window: Some("sun:05:00-sun:06:00".into()),
        deletion_protection: true,
        auto_minor_version_upgrade: true,
        copy_tags_to_snapshot: true,
        enable_iam_database_authentication: true,
        enable_performance_insights: true,
        performance_insights_kms_key_id: Some(key()),
        performance_insights_retention_period: Some(7),
        enable_cloudwatch_logs_exports: vec!["postgresql".into(), "upgrade".into()],
        port: Some("5432".into()),
        ..DbInstance::default()
    };
    let mut database = bench.create("db", database).await;
    assert!(database.outputs["MasterUserSecret.SecretArn"].starts_with("arn:aws:secretsmanager:"));
    bench
        .update(&mut database, |database| {
            database.db_instance_class = "db.t4g.small".into();
            database.allocated_storage = Some("40".into());
            database.backup_retention_period = Some(35);
            database.multi_az = Some(false);
            database.vpc_security_groups = groups[..1].to_vec();
            database.tags.insert("team".into(), "web".into());
        })
        .await;
    let replica = DbInstance {
        db_instance_identifier: "acme-db-replica".into(),
        db_instance_class: "db.t4g.small".into(),
        storage_encrypted: true,
        vpc_security_groups: groups[..1].to_vec(),
        auto_minor_version_upgrade: true,
        copy_tags_to_snapshot: true,
        enable_iam_database_authentication: true,
        enable_cloudwatch_logs_exports: vec!["postgresql".into(), "upgrade".into()],
        source_db_instance_identifier: Some(database.output("DBInstanceIdentifier")),
        ..DbInstance::default()
    };
    let address = bench.address::<DbInstance>("replica");
    let id = bench.only_create("replica", replica.clone()).await.unwrap();
    let seen = bench.observe(&address, Some(&id), &replica).await.unwrap().unwrap();
    assert_eq!(seen.properties.at("SourceDBInstanceIdentifier").unwrap(), "acme-db");
    assert_eq!(seen.properties.at("StorageEncrypted").unwrap(), true);
    assert_eq!(seen.properties.at("Engine"), None, "what a replica has from its source is not drift");
    let replica = crate::support::Made { address, id, resource: replica, outputs: BTreeMap::new() };
    bench.delete(replica).await;
    // Protected as it is: it was named.
    bench.delete(database).await;
    bench.delete(parameters).await;
    bench.delete(place).await;
}

#[tokio::test]
async fn a_database_goes_without_a_snapshot_and_unprotected_first() {
    let instance = |protected: bool| {
        format!(
            "<DescribeDBInstancesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><DescribeDBInstancesResult><DBInstances>\
             <DBInstance><DBInstanceIdentifier>acme-db</DBInstanceIdentifier><DBInstanceStatus>available</DBInstanceStatus>\
             <DBInstanceArn>arn:aws:rds:us-east-1:1:db:acme-db</DBInstanceArn><DeletionProtection>{protected}</DeletionProtection>\
             <PendingModifiedValues><DBInstanceClass>db.t4g.small</DBInstanceClass></PendingModifiedValues></DBInstance>\
             </DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>"
        )
    };
    let recorder = Recorder::start(vec![
        Answer::ok("Action=DescribeDBInstances", instance(true)),
        Answer::ok("Action=ModifyDBInstance", "<ModifyDBInstanceResponse><ModifyDBInstanceResult/></ModifyDBInstanceResponse>"),
        Answer::ok("Action=DeleteDBInstance", "<DeleteDBInstanceResponse><DeleteDBInstanceResult/></DeleteDBInstanceResponse>"),
    ]);
    let bench = Bench::recorded(&recorder);
    let resource = DbInstance { db_instance_identifier: "acme-db".into(), ..DbInstance::default() };
    let address = bench.address::<DbInstance>("db");
    let seen = bench.observe(&address, None, &resource).await.unwrap().unwrap();
    assert_eq!(seen.readiness, Readiness::Pending("change pending".into()), "a change asked for is not yet made");
    bench.only_delete(&crate::support::Made { address, id: seen.id, resource, outputs: BTreeMap::new() }).await.unwrap();
    let modify = recorder.request("Action=ModifyDBInstance").body;
    assert!(modify.contains("DeletionProtection=false") && modify.contains("ApplyImmediately=true"), "{modify}");
    let delete = recorder.request("Action=DeleteDBInstance").body;
    assert!(delete.contains("SkipFinalSnapshot=true") && delete.contains("DeleteAutomatedBackups=true"), "{delete}");
}

#[tokio::test]
async fn subnets_of_databases_and_caches_change_in_place() {
    // moto loses the one group when it is changed and lacks the change of the other.
    let recorder = Recorder::start(vec![
        Answer::ok("Action=ModifyDBSubnetGroup", "<ModifyDBSubnetGroupResponse><ModifyDBSubnetGroupResult/></ModifyDBSubnetGroupResponse>"),
        Answer::ok(
            "Action=ModifyCacheSubnetGroup",
            "<ModifyCacheSubnetGroupResponse><ModifyCacheSubnetGroupResult/></ModifyCacheSubnetGroupResponse>",
        ),
    ]);
    let bench = Bench::recorded(&recorder);
    let before = DbSubnetGroup { db_subnet_group_name: "acme-db".into(), subnet_ids: vec!["a".into()], ..DbSubnetGroup::default() };
    let made = crate::support::Made {
        address: bench.address::<DbSubnetGroup>("db"),
        id: strata_graph::PhysicalId("acme-db".into()),
        resource: DbSubnetGroup { subnet_ids: vec!["a".into(), "b".into()], ..before.clone() },
        outputs: BTreeMap::new(),
    };
    bench.only_update(&made, &before).await.unwrap();
    let body = recorder.request("Action=ModifyDBSubnetGroup").body;
    assert!(body.contains("SubnetIds.SubnetIdentifier.2=b"), "{body}");
    let before = SubnetGroup { cache_subnet_group_name: "acme-cache".into(), subnet_ids: vec!["a".into()], ..SubnetGroup::default() };
    let made = crate::support::Made {
        address: bench.address::<SubnetGroup>("cache"),
        id: strata_graph::PhysicalId("acme-cache".into()),
        resource: SubnetGroup { subnet_ids: vec!["b".into()], ..before.clone() },
        outputs: BTreeMap::new(),
    };
    bench.only_update(&made, &before).await.unwrap();
    let body = recorder.request("Action=ModifyCacheSubnetGroup").body;
    assert!(body.contains("SubnetIds.SubnetIdentifier.1=b"), "{body}");
}

fn cache(bench: &Bench, place: strata_graph::Text) -> ReplicationGroup {
    ReplicationGroup {
        replication_group_id: "acme-cache".into(),
        replication_group_description: "the cache".into(),
        engine: "redis".into(),
        engine_version: "7.1".into(),
        cache_node_type: "cache.t4g.micro".into(),
        num_cache_clusters: 2,
        automatic_failover_enabled: true,
        multi_az_enabled: true,
        at_rest_encryption_enabled: true,
        transit_encryption_enabled: true,
        transit_encryption_mode: Some("required".into()),
        kms_key_id: Some(key(bench)),
        cache_subnet_group_name: place,
        security_group_ids: vec!["sg-11111111111111111".into()],
        user_group_ids: vec!["acme-cache".into()],
        snapshot_retention_limit: 7,
        snapshot_window: Some("03:00-04:00".into()),
        preferred_maintenance_window: Some("sun:05:00-sun:06:00".into()),
        auto_minor_version_upgrade: true,
        port: 6379,
        ..ReplicationGroup::default()
    }
}

#[tokio::test]
async fn a_cache_with_its_subnets_and_a_user() {
    let bench = Bench::new(311);
    let place = SubnetGroup {
        cache_subnet_group_name: "acme-cache".into(),
        description: "caches".into(),
        subnet_ids: subnets(&bench).await,
        ..SubnetGroup::default()
    };
    let mut place = bench.create("cache", place).await;
    bench.update(&mut place, |place| drop(place.tags.insert("team".into(), "web".into()))).await;
    let user = User {
        user_id: "acme-api".into(),
        user_name: "acme-api".into(),
        engine: "redis".into(),
        access_string: "on ~* +@all".into(),
        authentication_mode: AuthenticationMode { kind: "iam".into() },
        ..User::default()
    };
    let user = bench.create("api", user).await;
    let cache = bench.create("cache", cache(&bench, place.output("CacheSubnetGroupName"))).await;
    assert_eq!(cache.outputs["PrimaryEndPoint.Port"], "6379");
    bench.delete(cache).await;
    bench.delete(user).await;
    let error = bench.delete_at_last(&place).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported, "moto cannot delete it: {error}");
}

#[tokio::test]
async fn what_the_emulator_lacks_of_caches_is_told_so() {
    let bench = Bench::new(312);
    let group = ParameterGroup {
        cache_parameter_group_name: "acme".into(),
        cache_parameter_group_family: "redis7".into(),
        description: "x".into(),
        ..ParameterGroup::default()
    };
    assert_eq!(bench.create_at_last("p", group).await.unwrap_err().kind, ErrorKind::Unsupported);
    let group =
        UserGroup { user_group_id: "acme".into(), engine: "redis".into(), user_ids: vec!["default".into()], ..UserGroup::default() };
    assert_eq!(bench.create_at_last("u", group).await.unwrap_err().kind, ErrorKind::Unsupported);
}

const GROUP: &str = "<DescribeReplicationGroupsResponse><DescribeReplicationGroupsResult><ReplicationGroups><ReplicationGroup>\
    <ReplicationGroupId>acme-cache</ReplicationGroupId><Description>the cache</Description><Status>available</Status>\
    <ARN>arn:aws:elasticache:us-east-1:999988887777:replicationgroup:acme-cache</ARN><CacheNodeType>cache.t4g.micro</CacheNodeType>\
    <MemberClusters><ClusterId>acme-cache-001</ClusterId><ClusterId>acme-cache-002</ClusterId></MemberClusters>\
    <NodeGroups><NodeGroup><PrimaryEndpoint><Address>primary.example</Address><Port>6379</Port></PrimaryEndpoint>\
    <ReaderEndpoint><Address>reader.example</Address><Port>6379</Port></ReaderEndpoint></NodeGroup></NodeGroups>\
    <AutomaticFailover>enabled</AutomaticFailover><MultiAZ>enabled</MultiAZ><Engine>redis</Engine>\
    <AtRestEncryptionEnabled>true</AtRestEncryptionEnabled><TransitEncryptionEnabled>true</TransitEncryptionEnabled>\
    <TransitEncryptionMode>required</TransitEncryptionMode><AutoMinorVersionUpgrade>true</AutoMinorVersionUpgrade>\
    <KmsKeyId>arn:aws:kms:us-east-1:999988887777:key/11111111-2222-3333-4444-555555555555</KmsKeyId>\
    <UserGroupIds><member>acme-cache</member></UserGroupIds><SnapshotRetentionLimit>7</SnapshotRetentionLimit>\
    <SnapshotWindow>03:00-04:00</SnapshotWindow></ReplicationGroup></ReplicationGroups></DescribeReplicationGroupsResult>\
    </DescribeReplicationGroupsResponse>";
const MEMBER: &str = "<DescribeCacheClustersResponse><DescribeCacheClustersResult><CacheClusters><CacheCluster>\
    <CacheClusterId>acme-cache-001</CacheClusterId><Engine>redis</Engine><EngineVersion>7.1.0</EngineVersion>\
    <CacheSubnetGroupName>acme-cache</CacheSubnetGroupName><PreferredMaintenanceWindow>sun:05:00-sun:06:00</PreferredMaintenanceWindow>\
    <SecurityGroups><member><SecurityGroupId>sg-11111111111111111</SecurityGroupId><Status>active</Status></member></SecurityGroups>\
    </CacheCluster></CacheClusters></DescribeCacheClustersResult></DescribeCacheClustersResponse>";

#[tokio::test]
async fn a_cache_on_the_real_cloud_is_read_from_group_and_member_and_changed_step_by_step() {
    let recorder = Recorder::start(vec![
        Answer::ok("Action=DescribeReplicationGroups", GROUP),
        Answer::ok("Action=DescribeCacheClusters", MEMBER),
        Answer::ok(
            "Action=ListTagsForResource",
            "<ListTagsForResourceResponse><ListTagsForResourceResult><TagList/></ListTagsForResourceResult></ListTagsForResourceResponse>",
        ),
        Answer::ok(
            "Action=ModifyReplicationGroup",
            "<ModifyReplicationGroupResponse><ModifyReplicationGroupResult/></ModifyReplicationGroupResponse>",
        ),
        Answer::ok(
            "Action=DecreaseReplicaCount",
            "<DecreaseReplicaCountResponse><DecreaseReplicaCountResult/></DecreaseReplicaCountResponse>",
        ),
    ]);
    let bench = Bench::recorded(&recorder);
    let mut desired = cache(&bench, "acme-cache".into());
    desired.kms_key_id = Some("arn:aws:kms:us-east-1:999988887777:key/11111111-2222-3333-4444-555555555555".into());
    let address = bench.address::<ReplicationGroup>("cache");
    let seen = bench.observe(&address, None, &desired).await.unwrap().unwrap();
    let observed: ReplicationGroup = seen.properties.read().unwrap();
    assert_eq!(observed, desired);
    assert_eq!(seen.outputs["ReaderEndPoint.Address"], "reader.example");
    desired.num_cache_clusters = 1;
    desired.automatic_failover_enabled = false;
    desired.multi_az_enabled = false;
    desired.user_group_ids = vec!["other".into()];
    let made = crate::support::Made { address, id: seen.id, resource: desired, outputs: seen.outputs };
    bench.only_update(&made, &observed).await.unwrap();
    let modify = recorder.request("Action=ModifyReplicationGroup").body;
    for part in ["AutomaticFailoverEnabled=false", "UserGroupIdsToAdd.member.1=other", "UserGroupIdsToRemove.member.1=acme-cache"] {
        assert!(modify.contains(part), "{part}: {modify}");
    }
    assert!(!modify.contains("EngineVersion"), "what is the same is not sent: {modify}");
    assert!(recorder.request("Action=DecreaseReplicaCount").body.contains("NewReplicaCount=0"));
    bench.only_update(&made, &made.resource).await.unwrap();
    recorder.request("Action=ModifyReplicationGroup");
}

#[tokio::test]
async fn groups_of_users_and_parameters_on_the_real_cloud() {
    let group = |name: &str, body: &str| format!("<{name}Response><{name}Result>{body}</{name}Result></{name}Response>");
    let recorder = Recorder::start(vec![
        Answer::ok(
            "Action=DescribeUserGroups",
            group(
                "DescribeUserGroups",
                "<UserGroups><member><UserGroupId>acme</UserGroupId><Status>active</Status><Engine>redis</Engine><UserIds>\
                 <member>b</member><member>a</member></UserIds><ARN>arn:aws:elasticache:us-east-1:9:usergroup:acme</ARN></member></UserGroups>",
            ),
        ),
        Answer::ok(
            "Action=DescribeCacheParameterGroups",
            group(
                "DescribeCacheParameterGroups",
                "<CacheParameterGroups><CacheParameterGroup><CacheParameterGroupName>acme</CacheParameterGroupName>\
                 <CacheParameterGroupFamily>redis7</CacheParameterGroupFamily><Description>x</Description>\
                 <ARN>arn:aws:elasticache:us-east-1:9:parametergroup:acme</ARN></CacheParameterGroup></CacheParameterGroups>",
            ),
        ),
        Answer::ok(
            "Action=DescribeCacheParameters",
            group(
                "DescribeCacheParameters",
                "<Parameters><Parameter><ParameterName>timeout</ParameterName><ParameterValue>20</ParameterValue></Parameter></Parameters>",
            ),
        ),
        Answer::ok("Action=ListTagsForResource", group("ListTagsForResource", "<TagList/>")),
        Answer::ok("Action=ModifyUserGroup", group("ModifyUserGroup", "")),
        Answer::ok("Action=CreateUserGroup", group("CreateUserGroup", "")),
        Answer::ok("Action=CreateCacheParameterGroup", group("CreateCacheParameterGroup", "")),
        Answer::ok("Action=ModifyCacheParameterGroup", group("ModifyCacheParameterGroup", "")),
        Answer::ok("Action=ResetCacheParameterGroup", group("ResetCacheParameterGroup", "")),
    ]);
    let bench = Bench::recorded(&recorder);
    let users =
        UserGroup { user_group_id: "acme".into(), engine: "redis".into(), user_ids: vec!["a".into(), "b".into()], ..UserGroup::default() };
    let address = bench.address::<UserGroup>("users");
    let seen = bench.observe(&address, None, &users).await.unwrap().unwrap();
    assert_eq!(seen.properties.read::<UserGroup>().unwrap(), users);
    bench.only_create("users", users.clone()).await.unwrap();
    assert!(recorder.request("Action=CreateUserGroup").body.contains("UserIds.member.2=b"));
    let changed = UserGroup { user_ids: vec!["a".into(), "c".into()], ..users.clone() };
    let made = crate::support::Made { address, id: seen.id, resource: changed, outputs: seen.outputs };
    bench.only_update(&made, &users).await.unwrap();
    let modify = recorder.request("Action=ModifyUserGroup").body;
    assert!(modify.contains("UserIdsToAdd.member.1=c") && modify.contains("UserIdsToRemove.member.1=b"), "{modify}");

    let parameters = ParameterGroup {
        cache_parameter_group_name: "acme".into(),
        cache_parameter_group_family: "redis7".into(),
        description: "x".into(),
        properties: BTreeMap::from([("timeout".to_owned(), "20".to_owned())]),
        ..ParameterGroup::default()
    };
    let address = bench.address::<ParameterGroup>("parameters");
    let seen = bench.observe(&address, None, &parameters).await.unwrap().unwrap();
    assert_eq!(seen.properties.read::<ParameterGroup>().unwrap(), parameters);
    bench.only_create("parameters", parameters.clone()).await.unwrap();
    assert!(recorder.request("Action=ModifyCacheParameterGroup").body.contains("ParameterValue=20"));
    let none = ParameterGroup { properties: BTreeMap::new(), ..parameters.clone() };
    let made = crate::support::Made { address, id: seen.id, resource: none, outputs: seen.outputs };
    bench.only_update(&made, &parameters).await.unwrap();
    assert!(recorder.request("Action=ResetCacheParameterGroup").body.contains("ParameterName=timeout"));
}

#[tokio::test]
async fn subscriptions_to_what_happens_to_databases() {
    let bench = Bench::new(313);
    let topic = |name: &str| Topic { topic_name: name.into(), ..Topic::default() };
    let first = bench.create("first", topic("first")).await;
    let subscription = EventSubscription {
        subscription_name: "instances".into(),
        sns_topic_arn: first.output("TopicArn"),
        source_type: "db-instance".into(),
        event_categories: vec!["maintenance".into(), "failure".into()],
        enabled: true,
        ..EventSubscription::default()
    };
    let mut made = bench.create("instances", subscription).await;
    bench
        .update(&mut made, |subscription| {
            subscription.tags.insert("team".into(), "data".into());
        })
        .await;
    bench.delete(made).await;
    bench.delete(first).await;
}

/// The emulator lacks the call that changes one.
#[tokio::test]
async fn a_subscription_to_databases_changes_in_place() {
    let before = EventSubscription {
        subscription_name: "instances".into(),
        sns_topic_arn: "arn:aws:sns:us-east-1:123456789012:first".into(),
        source_type: "db-instance".into(),
        event_categories: vec!["failure".into()],
        enabled: true,
        ..EventSubscription::default()
    };
    let after = EventSubscription {
        sns_topic_arn: "arn:aws:sns:us-east-1:123456789012:second".into(),
        source_type: "db-cluster".into(),
        event_categories: vec!["failure".into(), "maintenance".into()],
        enabled: false,
        ..before.clone()
    };
    let recorder = Recorder::start(vec![
        Answer::ok(
            "Action=ModifyEventSubscription",
            "<ModifyEventSubscriptionResponse><ModifyEventSubscriptionResult/></ModifyEventSubscriptionResponse>",
        ),
        Answer::ok(
            "Action=DescribeEventSubscriptions",
            "<DescribeEventSubscriptionsResponse><DescribeEventSubscriptionsResult><EventSubscriptionsList><EventSubscription>\
             <CustSubscriptionId>instances</CustSubscriptionId><Status>no-permission</Status><Enabled>true</Enabled>\
             <SnsTopicArn>arn:aws:sns:us-east-1:123456789012:first</SnsTopicArn><SourceType>db-instance</SourceType>\
             <EventCategoriesList><EventCategory>failure</EventCategory></EventCategoriesList>\
             </EventSubscription></EventSubscriptionsList></DescribeEventSubscriptionsResult></DescribeEventSubscriptionsResponse>",
        ),
        Answer::ok("Action=ListTagsForResource", "<ListTagsForResourceResponse><ListTagsForResourceResult/></ListTagsForResourceResponse>"),
    ]);
    let bench = Bench::recorded(&recorder);
    let address = bench.address::<EventSubscription>("instances");
    let made =
        crate::support::Made { address, id: strata_graph::PhysicalId("instances".into()), resource: after, outputs: BTreeMap::new() };
    bench.only_update(&made, &before).await.unwrap();
    let asked = recorder.request("Action=ModifyEventSubscription").body;
    for part in [
        "SubscriptionName=instances",
        "SnsTopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A123456789012%3Asecond",
        "SourceType=db-cluster",
        "EventCategories.EventCategory.1=failure",
        "EventCategories.EventCategory.2=maintenance",
        "Enabled=false",
    ] {
        assert!(asked.contains(part), "{part} is not in {asked}");
    }
    let seen = bench.observe(&made.address, Some(&made.id), &before).await.unwrap().unwrap();
    assert!(matches!(seen.readiness, Readiness::Failed(_)), "a topic that RDS may not publish to is told: {:?}", seen.readiness);
    assert_eq!(seen.properties.read::<EventSubscription>().unwrap(), before);
}
