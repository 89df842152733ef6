//! How each control is broken: the table that [`super::violations`] goes through.

use serde_json::json;

use super::edit::{Edit, allow, for_everybody, gone, output, push, set, unset};

/// One way to break a control.
pub struct Break {
    /// The control.
    pub control: &'static str,
    /// The environment of the reference example that is broken.
    pub environment: &'static str,
    /// The resource that keeps the control before and breaks it after.
    pub address: &'static str,
    /// What is added to the example before both, where it has nothing to judge.
    pub given: Vec<Edit>,
    /// What breaks it.
    pub edits: Vec<Edit>,
}

macro_rules! at {
    (account $name:literal) => {
        concat!("account/nonprod/", $name)
    };
    (network $name:literal) => {
        concat!("network/nonprod/", $name)
    };
    (cluster $name:literal) => {
        concat!("cluster/nonprod/", $name)
    };
    (dev $name:literal) => {
        concat!("environment/ticketing/dev/", $name)
    };
    (eks $name:literal) => {
        concat!("cluster/prod/", $name)
    };
    (prod $name:literal) => {
        concat!("environment/ticketing/prod/", $name)
    };
}

fn case(control: &'static str, address: &'static str, edits: Vec<Edit>) -> Break {
    let environment = if address.contains("prod/") && !address.contains("nonprod/") { "prod" } else { "dev" };
    Break { control, environment, address, given: Vec::new(), edits }
}

/// One property of the judged resource itself.
fn one(control: &'static str, address: &'static str, path: &'static str, value: impl Into<serde_json::Value>) -> Break {
    case(control, address, vec![set(address, path, value)])
}

/// One property of the judged resource itself is missing.
fn without(control: &'static str, address: &'static str, path: &'static str) -> Break {
    case(control, address, vec![unset(address, path)])
}

const USER: &str = at!(account "iam_user.emergency-anna");
const EMERGENCY: &str = at!(account "iam_policy.emergency");
const ROOT: &str = at!(account "iam_root_user.main");
const TRAIL: &str = at!(account "cloudtrail.main");
const BUCKET: &str = at!(dev "bucket.documents");
const BUCKET_POLICY: &str = at!(dev "bucket_policy.documents");
const DATABASE: &str = at!(dev "db_instance.db");
const CACHE: &str = at!(dev "cache_replication_group.cache");
const SEARCH: &str = at!(dev "search_domain.seats");
const QUEUE: &str = at!(dev "queue.bookings");
const TASK: &str = at!(dev "ecs_task_definition.api");
const SERVICE: &str = at!(dev "ecs_service.web");
const SCHEDULE: &str = at!(dev "scheduler_schedule.expire-holds");
const FUNCTION: &str = at!(dev "lambda_function.receipt");
const PERMISSION: &str = at!(dev "lambda_permission.receipt");
const TEMPLATE: &str = at!(dev "launch_template.fares");
const HOSTS: &str = at!(dev "autoscaling_group.fares");
const BALANCER: &str = at!(dev "lb.load_balancer");
const FIREWALL: &str = at!(dev "wafv2_web_acl.door");
const REPOSITORY: &str = at!(dev "ecr_repository.api");
const KUBERNETES: &str = at!(eks "eks_cluster.main");
const KEY: &str = at!(dev "kms_key.data");
const ROLE: &str = at!(dev "iam_role.api");
const ROLE_POLICY: &str = at!(dev "iam_role_policy.api");
const PASSWORDS: &str = at!(account "iam_account_password_policy.main");
const LOG_GROUP: &str = at!(dev "log_group.api");
const VPC: &str = at!(network "vpc.main");
const SUBNET: &str = at!(network "subnet.data-a");
const ENDPOINT: &str = at!(network "vpc_endpoint.sqs");
const INGRESS: &str = at!(dev "security_group_ingress.api-to-db-5432");
const EGRESS: &str = at!(dev "security_group_egress.api-to-internet-443");
const DOOR: &str = at!(dev "security_group_ingress.internet-to-load_balancer-443");

/// Everybody gets in by the rule from the application to its database.
fn open_to_everybody(from: i64, to: i64) -> Vec<Edit> {
    vec![
        unset(INGRESS, "SourceSecurityGroupId"),
        set(INGRESS, "CidrIp", "0.0.0.0/0"),
        set(INGRESS, "FromPort", from),
        set(INGRESS, "ToPort", to),
    ]
}

/// The data subnets get the public subnets' routes.
fn data_subnets_public() -> Vec<Edit> {
    vec![set(at!(network "route.public-internet"), "RouteTableId", output(at!(network "route_table.data"), "RouteTableId"))]
}

fn attribute(key: &'static str, value: &'static str) -> Vec<Edit> {
    vec![Edit::Item(BALANCER, "LoadBalancerAttributes", ("Key", key), ("Value", value.into()))]
}

/// Every control with at least one way to break it.
pub fn all() -> Vec<Break> {
    let mut all = security();
    all.extend(network());
    all.extend(data());
    all.extend(search());
    all.extend(tables_and_streams());
    all.extend(workloads());
    all.extend(resilience());
    all.extend(watches());
    all.extend(files());
    all
}

fn security() -> Vec<Break> {
    let public = |address, path, action| vec![push(address, path, for_everybody(action))];
    vec![
        one("emergency-access-watched", USER, "UserName", "somebody-else"),
        case("emergency-access-watched", USER, vec![gone(at!(account "log_metric_filter.emergency-access"))]),
        case("emergency-access-watched", USER, vec![set(at!(account "alarm.emergency-access"), "AlarmActions", json!([]))]),
        one("iam-user-no-access-keys", USER, "AccessKeys", json!(["AKIAIOSFODNN7EXAMPLE"])),
        one("iam-user-rights-by-group", USER, "Groups", json!([])),
        one("iam-user-rights-by-group", USER, "ManagedPolicyArns", json!(["arn:aws:iam::aws:policy/ReadOnlyAccess"])),
        one("iam-user-rights-by-group", USER, "PolicyNames", json!(["mine"])),
        Break {
            given: vec![set(USER, "Password", true), set(USER, "SecondFactor", true)],
            ..one("iam-user-second-factor", USER, "SecondFactor", false)
        },
        case(
            "iam-no-escalation",
            EMERGENCY,
            vec![push(
                EMERGENCY,
                "PolicyDocument.Statement",
                json!({"Effect": "Allow", "Action": ["iam:PutUserPolicy"], "Resource": ["*"]}),
            )],
        ),
        case(
            "iam-no-administrator-statement",
            EMERGENCY,
            vec![push(EMERGENCY, "PolicyDocument.Statement", json!({"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}))],
        ),
        Break { given: vec![set(ROOT, "AccessKeys", 0)], ..one("root-no-access-keys", ROOT, "AccessKeys", 1) },
        Break { given: vec![set(ROOT, "SecondFactor", true)], ..one("root-second-factor", ROOT, "SecondFactor", false) },
        one("config-judges", at!(account "config_conformance_pack.baseline"), "TemplateBody", "{}"),
        without("dns-queries-logged", at!(dev "route53_zone.public"), "QueryLoggingConfig"),
        one("security-contact-registered", at!(account "account_alternate_contact.security"), "AlternateContactType", "BILLING"),
        one("security-contact-registered", at!(account "account_alternate_contact.security"), "PhoneNumber", ""),
        one("macie-enabled", at!(account "macie2_account.main"), "Status", "PAUSED"),
        one("macie-searches-by-itself", at!(account "macie2_automated_discovery.main"), "Status", "DISABLED"),
        one("rds-events-told", at!(account "db_event_subscription.database-clusters"), "Enabled", false),
        case(
            "rds-events-told",
            at!(account "db_event_subscription.database-clusters"),
            vec![gone(at!(account "db_event_subscription.database-instances"))],
        ),
        case(
            "rds-events-told",
            at!(account "db_event_subscription.database-clusters"),
            vec![set(at!(account "db_event_subscription.database-parameters"), "EventCategories", json!(["failure"]))],
        ),
        one("access-analyzer-enabled", at!(account "accessanalyzer_analyzer.main"), "Type", "ACCOUNT_UNUSED_ACCESS"),
        one("cloudtrail-data-reads", TRAIL, "EventSelectors.0.ReadWriteType", "WriteOnly"),
        one("cloudtrail-data-reads", TRAIL, "EventSelectors.0.DataResources", json!([])),
        one("cloudtrail-data-writes", TRAIL, "EventSelectors.0.ReadWriteType", "ReadOnly"),
        without("cloudtrail-encrypted", TRAIL, "KMSKeyId"),
        one("cloudtrail-every-region", TRAIL, "IsMultiRegionTrail", false),
        one("cloudtrail-every-region", TRAIL, "IncludeGlobalServiceEvents", false),
        one("cloudtrail-every-region", TRAIL, "IsLogging", false),
        one("cloudtrail-every-region", TRAIL, "EventSelectors.0.IncludeManagementEvents", false),
        without("cloudtrail-to-log-group", TRAIL, "CloudWatchLogsLogGroupArn"),
        without("cloudtrail-to-log-group", TRAIL, "CloudWatchLogsRoleArn"),
        one("cloudtrail-validated", TRAIL, "EnableLogFileValidation", false),
        one("config-records-everything", at!(account "config_configuration_recorder.main"), "RecordingGroup.AllSupported", false),
        case(
            "config-records-everything",
            at!(account "config_configuration_recorder.main"),
            vec![gone(at!(account "config_delivery_channel.main"))],
        ),
        case(
            "config-records-everything",
            at!(account "config_configuration_recorder.main"),
            vec![set(at!(account "config_configuration_recorder_status.main"), "Recording", false)],
        ),
        one("ebs-snapshots-not-public", at!(account "ebs_snapshot_block_public_access.main"), "State", "block-new-sharing"),
        one("images-not-public", at!(account "image_block_public_access.main"), "State", "unblocked"),
        without("cloudtrail-insights", TRAIL, "InsightSelectors"),
        one("ebs-encrypted-by-default", at!(account "ebs_encryption_by_default.main"), "Enabled", false),
        one("guardduty-enabled", at!(account "guardduty_detector.main"), "Enable", false),
        one("iam-no-administrator-policy", ROLE, "ManagedPolicyArns", json!(["arn:aws:iam::aws:policy/AdministratorAccess"])),
        case("iam-no-administrator-statement", ROLE_POLICY, vec![push(ROLE_POLICY, "PolicyDocument.Statement", allow("*", "*"))]),
        one("iam-no-shell-policy", ROLE, "ManagedPolicyArns", json!(["arn:aws:iam::aws:policy/AWSCloudShellFullAccess"])),
        case("iam-no-whole-service", ROLE_POLICY, vec![push(ROLE_POLICY, "PolicyDocument.Statement", allow("s3:*", "arn:aws:s3:::a"))]),
        one("iam-password-age", PASSWORDS, "MaxPasswordAge", 365),
        without("iam-password-age", PASSWORDS, "MaxPasswordAge"),
        one("iam-password-complexity", PASSWORDS, "RequireSymbols", false),
        one("iam-password-length", PASSWORDS, "MinimumPasswordLength", 8),
        one("iam-password-reuse", PASSWORDS, "PasswordReusePrevention", 3),
        case("iam-statement-scoped", ROLE_POLICY, vec![push(ROLE_POLICY, "PolicyDocument.Statement", allow("sqs:SendMessage", "*"))]),
        case("iam-trust-scoped", ROLE, public(ROLE, "AssumeRolePolicyDocument.Statement", "sts:AssumeRole")),
        case(
            "iam-trust-scoped",
            ROLE,
            vec![push(
                ROLE,
                "AssumeRolePolicyDocument.Statement",
                json!({"Effect": "Allow", "Principal": {"Federated": ["arn:aws:iam::1:oidc-provider/x"]}, "Action": ["sts:AssumeRoleWithWebIdentity"]}),
            )],
        ),
        one("inspector-enabled", at!(account "inspector2_enabler.main"), "ResourceTypes", json!(["ECR"])),
        one(
            "kms-key-of-own-scope",
            BUCKET,
            "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID",
            output(at!(account "kms_key.logs"), "Arn"),
        ),
        case("kms-key-policy-not-public", KEY, public(KEY, "KeyPolicy.Statement", "kms:Decrypt")),
        one("kms-key-rotated", KEY, "EnableKeyRotation", false),
        without("log-group-encrypted", LOG_GROUP, "KmsKeyId"),
        one("log-group-kept-a-year", LOG_GROUP, "RetentionInDays", 30),
        one("s3-account-public-access-blocked", at!(account "s3_account_public_access_block.main"), "BlockPublicPolicy", false),
        case(
            "securityhub-enabled",
            at!(account "securityhub_account.main"),
            vec![
                gone(at!(account "securityhub_standards_subscription.aws-foundational")),
                gone(at!(account "securityhub_standards_subscription.cis-aws-5-0")),
                gone(at!(account "securityhub_standards_subscription.pci-dss-4-0")),
            ],
        ),
    ]
}

fn network() -> Vec<Break> {
    let to_public_table = |association| set(association, "RouteTableId", output(at!(network "route_table.public"), "RouteTableId"));
    let mut transit = one("vpc-peering-routes-narrow", at!(network "route.partner"), "DestinationCidrBlock", "0.0.0.0/0");
    transit.given = vec![Edit::New(
        at!(network "route.partner"),
        "AWS::EC2::Route",
        json!({"RouteTableId": output(at!(network "route_table.private-a"), "RouteTableId"), "DestinationCidrBlock": "10.200.0.0/16",
               "TransitGatewayId": "tgw-0123456789abcdef0"}),
    )];
    let many_ports = |address| vec![set(address, "FromPort", 0), set(address, "ToPort", 65535)];
    vec![
        one("vpc-default-removed", at!(account "default_vpc_removal.main"), "Removed", false),
        case("data-not-reachable-from-internet", DATABASE, data_subnets_public()),
        case("data-not-reachable-from-internet", CACHE, data_subnets_public()),
        case("data-not-reachable-from-internet", SEARCH, data_subnets_public()),
        case("data-not-reachable-from-internet", DATABASE, open_to_everybody(5432, 5432)),
        case(
            "data-not-reachable-from-internet",
            DATABASE,
            vec![set(INGRESS, "SourceSecurityGroupId", output(at!(dev "security_group.load_balancer"), "GroupId"))],
        ),
        case("elasticache-in-data-subnets", at!(dev "cache_subnet_group.cache"), data_subnets_public()),
        case("rds-in-data-subnets", at!(dev "db_subnet_group.db"), data_subnets_public()),
        case("sg-administration-closed", INGRESS, open_to_everybody(22, 22)),
        case("sg-administration-closed", INGRESS, open_to_everybody(3000, 4000)),
        one("sg-described", INGRESS, "Description", ""),
        one("sg-described", EGRESS, "Description", " "),
        one("sg-described", at!(dev "security_group.api"), "GroupDescription", "Managed by Terraform"),
        case("sg-egress-narrow", EGRESS, many_ports(EGRESS)),
        case("sg-file-sharing-closed", INGRESS, open_to_everybody(445, 445)),
        case("sg-ingress-not-all-ports", INGRESS, many_ports(INGRESS)),
        one("sg-ingress-not-all-ports", INGRESS, "IpProtocol", "-1"),
        case("sg-internet-only-to-load-balancers", DOOR, vec![set(DOOR, "FromPort", 8443), set(DOOR, "ToPort", 8443)]),
        one("sg-internet-only-to-load-balancers", DOOR, "GroupId", output(at!(dev "security_group.api"), "GroupId")),
        one("sg-internet-only-to-load-balancers", DOOR, "IpProtocol", "-1"),
        case(
            "vpc-access-list-administration-closed",
            at!(network "network_acl.public"),
            vec![set(at!(network "network_acl_entry.public-in-http"), "PortRange", json!({"From": 22, "To": 80}))],
        ),
        case(
            "vpc-default-group-locked",
            VPC,
            vec![set(at!(network "default_security_group.default"), "IngressRules", json!(["-1 all sg-1"]))],
        ),
        case("vpc-default-group-locked", VPC, vec![gone(at!(network "default_security_group.default"))]),
        case(
            "vpc-default-list-locked",
            VPC,
            vec![set(at!(network "default_network_acl.default"), "Entries", json!(["in 100 allow -1 0.0.0.0/0"]))],
        ),
        case("vpc-default-list-locked", VPC, vec![gone(at!(network "default_network_acl.default"))]),
        without("vpc-endpoint-policy-scoped", ENDPOINT, "PolicyDocument"),
        case("vpc-endpoint-policy-scoped", ENDPOINT, vec![push(ENDPOINT, "PolicyDocument.Statement", for_everybody("*"))]),
        case("vpc-endpoint-policy-scoped", ENDPOINT, vec![push(ENDPOINT, "PolicyDocument.Statement", for_everybody("sqs:SendMessage"))]),
        case("vpc-flow-logs", VPC, vec![gone(at!(network "flow_log.main"))]),
        case("vpc-flow-logs", VPC, vec![set(at!(network "flow_log.main"), "TrafficType", "REJECT")]),
        transit,
        case("vpc-subnet-access-list", SUBNET, vec![gone(at!(network "network_acl_association.data-a"))]),
        one("vpc-subnet-no-public-addresses", SUBNET, "MapPublicIpOnLaunch", true),
        case(
            "vpc-subnets-in-several-zones",
            VPC,
            vec![
                set(at!(network "subnet.data-b"), "AvailabilityZone", "us-east-1a"),
                set(at!(network "subnet.private-b"), "AvailabilityZone", "us-east-1a"),
                set(at!(network "subnet.public-b"), "AvailabilityZone", "us-east-1a"),
            ],
        ),
        case(
            "vpc-tiers-apart",
            VPC,
            vec![
                to_public_table(at!(network "route_table_association.data-a")),
                to_public_table(at!(network "route_table_association.data-b")),
                to_public_table(at!(network "route_table_association.private-a")),
                to_public_table(at!(network "route_table_association.private-b")),
            ],
        ),
        case("workload-in-private-subnets", SERVICE, vec![to_public_table(at!(network "route_table_association.private-a"))]),
        case("workload-in-private-subnets", HOSTS, vec![to_public_table(at!(network "route_table_association.private-a"))]),
        case("workload-in-private-subnets", FUNCTION, vec![to_public_table(at!(network "route_table_association.private-a"))]),
        case("workload-in-private-subnets", SCHEDULE, vec![to_public_table(at!(network "route_table_association.private-a"))]),
        case("workload-in-private-subnets", HOSTS, vec![set(at!(network "subnet.private-a"), "MapPublicIpOnLaunch", true)]),
    ]
}

const TABLE: &str = at!(dev "dynamodb_table.holds");
const STREAM: &str = at!(dev "kinesis_stream.clicks");

/// A table and a stream as the lowering makes them: the example has neither.
fn tables_and_streams() -> Vec<Break> {
    let key = || output(KEY, "Arn");
    let table = Edit::New(
        TABLE,
        "AWS::DynamoDB::Table",
        json!({
            "TableName": "acme-ticketing-dev-holds", "BillingMode": "PAY_PER_REQUEST", "DeletionProtectionEnabled": true,
            "AttributeDefinitions": [{"AttributeName": "seat", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "seat", "KeyType": "HASH"}],
            "SSESpecification": {"SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": key()},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true, "RecoveryPeriodInDays": 35},
            "Tags": {"backup": "ticketing-dev"},
        }),
    );
    let stream = Edit::New(
        STREAM,
        "AWS::Kinesis::Stream",
        json!({
            "Name": "acme-ticketing-dev-clicks", "StreamModeDetails": {"StreamMode": "ON_DEMAND"}, "RetentionPeriodHours": 168,
            "StreamEncryption": {"EncryptionType": "KMS", "KeyId": key()},
        }),
    );
    let mut all = vec![
        case("backup-covers-tables", TABLE, vec![gone(at!(dev "backup_selection.data"))]),
        one("backup-covers-tables", TABLE, "Tags", json!({"backup": "ticketing-prod"})),
        one("dynamodb-deletion-protected", TABLE, "DeletionProtectionEnabled", false),
        without("dynamodb-encrypted", TABLE, "SSESpecification"),
        without("dynamodb-encrypted", TABLE, "SSESpecification.KMSMasterKeyId"),
        one("dynamodb-encrypted", TABLE, "SSESpecification.KMSMasterKeyId", "alias/aws/dynamodb"),
        one("dynamodb-point-in-time-recovery", TABLE, "PointInTimeRecoverySpecification", json!({"PointInTimeRecoveryEnabled": false})),
        one("dynamodb-point-in-time-recovery", TABLE, "PointInTimeRecoverySpecification.RecoveryPeriodInDays", 3),
        one(
            "dynamodb-policy-closed",
            TABLE,
            "ResourcePolicy",
            json!({"PolicyDocument": {"Version": "2012-10-17", "Statement": [for_everybody("dynamodb:GetItem")]}}),
        ),
        one("dynamodb-scales", TABLE, "BillingMode", "PROVISIONED"),
        without("kinesis-encrypted", STREAM, "StreamEncryption"),
        one("kinesis-encrypted", STREAM, "StreamEncryption.KeyId", "alias/aws/kinesis"),
        one("kinesis-kept-a-week", STREAM, "RetentionPeriodHours", 24),
    ];
    for broken in &mut all {
        broken.given = vec![if broken.address == TABLE { table.clone() } else { stream.clone() }];
    }
    all
}

fn data() -> Vec<Break> {
    let mut subscription = one("sns-subscription-no-plain-http", at!(dev "topic_subscription.people"), "Protocol", "http");
    subscription.given = vec![Edit::New(
        at!(dev "topic_subscription.people"),
        "AWS::SNS::Subscription",
        json!({"TopicArn": output(at!(dev "topic.alerts"), "TopicArn"), "Protocol": "https", "Endpoint": "https://people.example"}),
    )];
    let sse = "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm";
    let topic_policy = at!(dev "topic_policy.alerts");
    let queue_policy = at!(dev "queue_policy.bookings");
    vec![
        case("backup-covers-databases", DATABASE, vec![gone(at!(dev "backup_selection.data"))]),
        without("backup-plan-keeps", at!(dev "backup_plan.data"), "BackupPlan.BackupPlanRule.0.Lifecycle"),
        one("backup-plan-keeps", at!(dev "backup_plan.data"), "BackupPlan.BackupPlanRule", json!([])),
        one("backup-vault-encrypted", at!(dev "backup_vault.data"), "EncryptionKeyArn", ""),
        without("elasticache-authenticated", CACHE, "UserGroupIds"),
        case("elasticache-authenticated", CACHE, vec![set(at!(dev "cache_user.cache_default"), "AccessString", "on ~* +@all")]),
        one("elasticache-encrypted-at-rest", CACHE, "AtRestEncryptionEnabled", false),
        without("elasticache-encrypted-at-rest", CACHE, "KmsKeyId"),
        one("elasticache-encrypted-in-transit", CACHE, "TransitEncryptionEnabled", false),
        one("elasticache-encrypted-in-transit", CACHE, "TransitEncryptionMode", "preferred"),
        one("elasticache-minor-upgrades", CACHE, "AutoMinorVersionUpgrade", false),
        one("rds-backed-up", DATABASE, "BackupRetentionPeriod", 1),
        without("rds-backed-up", DATABASE, "BackupRetentionPeriod"),
        one("rds-copies-tags", DATABASE, "CopyTagsToSnapshot", false),
        one("rds-default-user-renamed", DATABASE, "MasterUsername", "Admin"),
        one("rds-deletion-protected", DATABASE, "DeletionProtection", false),
        one("rds-encrypted", DATABASE, "StorageEncrypted", false),
        without("rds-encrypted", DATABASE, "KmsKeyId"),
        one("rds-enhanced-monitoring", DATABASE, "MonitoringInterval", 0),
        without("rds-enhanced-monitoring", DATABASE, "MonitoringRoleArn"),
        one("rds-iam-authentication", DATABASE, "EnableIAMDatabaseAuthentication", false),
        one("rds-logs-exported", DATABASE, "EnableCloudwatchLogsExports", json!([])),
        one("rds-minor-upgrades", DATABASE, "AutoMinorVersionUpgrade", false),
        one("rds-multi-zone", DATABASE, "MultiAZ", false),
        one("rds-not-public", DATABASE, "PubliclyAccessible", true),
        one("rds-password-managed", DATABASE, "ManageMasterUserPassword", false),
        without("rds-password-managed", DATABASE, "MasterUserSecret"),
        without("rds-performance-data-encrypted", DATABASE, "PerformanceInsightsKMSKeyId"),
        case("rds-tls-forced", DATABASE, vec![set(at!(dev "db_parameter_group.db"), "Parameters", json!({"rds.force_ssl": "0"}))]),
        case("rds-tls-forced", DATABASE, vec![set(at!(dev "db_parameter_group.db"), "Parameters", json!({}))]),
        without("rds-tls-forced", DATABASE, "DBParameterGroupName"),
        case(
            "rds-tls-forced",
            at!(prod "db_instance.db-replica-1"),
            vec![set(at!(prod "db_parameter_group.db"), "Parameters", json!({"rds.force_ssl": "0"}))],
        ),
        one("s3-audit-bucket-versioned", at!(account "bucket.audit"), "VersioningConfiguration.Status", "Suspended"),
        without("s3-bucket-access-logged", BUCKET, "LoggingConfiguration"),
        one("s3-bucket-acl-disabled", BUCKET, "OwnershipControls.Rules.0.ObjectOwnership", "ObjectWriter"),
        one("s3-bucket-encrypted", BUCKET, sse, "AES256"),
        without(
            "s3-bucket-encrypted",
            BUCKET,
            "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID",
        ),
        one("s3-bucket-encrypted", BUCKET, "BucketEncryption.ServerSideEncryptionConfiguration", json!([])),
        without("s3-bucket-lifecycle", BUCKET, "LifecycleConfiguration"),
        one(
            "s3-bucket-lifecycle",
            BUCKET,
            "LifecycleConfiguration.Rules",
            json!([{"Id": "off", "Status": "Disabled", "ExpirationInDays": 1}]),
        ),
        case(
            "s3-bucket-policy-not-public",
            BUCKET_POLICY,
            vec![push(BUCKET_POLICY, "PolicyDocument.Statement", for_everybody("s3:GetObject"))],
        ),
        one("s3-bucket-public-access-blocked", BUCKET, "PublicAccessBlockConfiguration.RestrictPublicBuckets", false),
        case("s3-bucket-tls-only", BUCKET, vec![gone(BUCKET_POLICY)]),
        case("s3-bucket-tls-only", BUCKET, vec![set(BUCKET_POLICY, "PolicyDocument.Statement", json!([]))]),
        without("secret-encrypted", at!(dev "secret.PAYMENT_API_KEY"), "KmsKeyId"),
        case("sns-policy-not-public", topic_policy, vec![push(topic_policy, "PolicyDocument.Statement", for_everybody("sns:Publish"))]),
        subscription,
        without("sns-topic-encrypted", at!(dev "topic.alerts"), "KmsMasterKeyId"),
        one("sns-topic-encrypted", at!(dev "topic.alerts"), "KmsMasterKeyId", "alias/aws/sns"),
        case(
            "sqs-policy-not-public",
            queue_policy,
            vec![push(queue_policy, "PolicyDocument.Statement", for_everybody("sqs:ReceiveMessage"))],
        ),
        without("sqs-queue-encrypted", QUEUE, "KmsMasterKeyId"),
        case("sqs-queue-tls-only", QUEUE, vec![gone(queue_policy)]),
        case("sqs-queue-tls-only", QUEUE, vec![set(queue_policy, "PolicyDocument.Statement", json!([for_everybody("sqs:SendMessage")]))]),
    ]
}

/// Controls of zones, threats, leftovers and of what failed.
fn resilience() -> Vec<Break> {
    let one_zone = |subnet: &str| json!([output(&format!("network/nonprod/subnet.{subnet}"), "SubnetId")]);
    let detector = at!(account "guardduty_detector.main");
    let feature = |control: &'static str, name: &'static str| {
        case(control, detector, vec![Edit::Item(detector, "Features", ("Name", name), ("Status", "DISABLED".into()))])
    };
    let audit = at!(account "bucket.audit");
    vec![
        case("cloudtrail-bucket-not-public", TRAIL, vec![set(audit, "PublicAccessBlockConfiguration.BlockPublicPolicy", false)]),
        case(
            "cloudtrail-bucket-not-public",
            TRAIL,
            vec![push(at!(account "bucket_policy.audit"), "PolicyDocument.Statement", for_everybody("s3:GetObject"))],
        ),
        one("ecs-service-in-several-zones", SERVICE, "NetworkConfiguration.AwsvpcConfiguration.Subnets", one_zone("private-a")),
        one("ecs-service-no-shell", SERVICE, "EnableExecuteCommand", true),
        one("ecs-service-rolls-back", SERVICE, "DeploymentConfiguration.DeploymentCircuitBreaker.Rollback", false),
        without("ecs-service-rolls-back", SERVICE, "DeploymentConfiguration"),
        one("elasticache-backed-up", CACHE, "SnapshotRetentionLimit", 0),
        one("elasticache-logged", CACHE, "LogDeliveryConfigurations.0.LogType", "slow-log"),
        feature("guardduty-watches-databases", "RDS_LOGIN_EVENTS"),
        feature("guardduty-watches-functions", "LAMBDA_NETWORK_LOGS"),
        feature("guardduty-watches-kubernetes", "EKS_AUDIT_LOGS"),
        feature("guardduty-watches-objects", "S3_DATA_EVENTS"),
        feature("guardduty-watches-volumes", "EBS_MALWARE_PROTECTION"),
        one("guardduty-watches-volumes", detector, "Enable", false),
        one("host-metadata-one-hop", TEMPLATE, "LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit", 2),
        one("eks-network-policies", at!(eks "eks_addon.vpc-cni"), "ConfigurationValues", "{\"enableNetworkPolicy\":\"false\"}"),
        without("eks-network-policies", at!(eks "eks_addon.vpc-cni"), "ConfigurationValues"),
        case(
            "iam-no-escalation",
            ROLE_POLICY,
            vec![push(ROLE_POLICY, "PolicyDocument.Statement", allow("iam:Put*", "arn:aws:iam::1:role/a"))],
        ),
        case("iam-no-escalation", ROLE_POLICY, vec![push(ROLE_POLICY, "PolicyDocument.Statement", allow("iam:PassRole", "*"))]),
        without("iam-service-trust-scoped", ROLE, "AssumeRolePolicyDocument.Statement.0.Condition"),
        one("kms-key-deletion-waits", KEY, "PendingWindowInDays", 7),
        one("lambda-in-several-zones", FUNCTION, "VpcConfig.SubnetIds", one_zone("private-a")),
        one("lambda-traced", FUNCTION, "TracingConfig.Mode", "PassThrough"),
        one("lb-in-several-zones", BALANCER, "Subnets", one_zone("public-a")),
        one("rds-certificate-current", DATABASE, "CACertificateIdentifier", "rds-ca-2019"),
        one("rds-version-supported", DATABASE, "EngineVersion", "12.19"),
        without("schedule-dead-letters", SCHEDULE, "Target.DeadLetterConfig"),
        without("schedule-encrypted", SCHEDULE, "KmsKeyArn"),
        without("sqs-dead-letters", QUEUE, "RedrivePolicy"),
        case(
            "vpc-access-list-used",
            at!(network "network_acl.data"),
            vec![gone(at!(network "network_acl_association.data-a")), gone(at!(network "network_acl_association.data-b"))],
        ),
        case("vpc-address-used", at!(network "eip.nat-a"), vec![gone(at!(network "nat_gateway.nat-a"))]),
        one("vpc-endpoint-in-several-zones", ENDPOINT, "SubnetIds", one_zone("private-a")),
        case("waf-limits-rate", FIREWALL, vec![Edit::Item(FIREWALL, "Rules", ("Name", "rate-limit"), ("Action", json!({"Count": {}})))]),
    ]
}

fn workloads() -> Vec<Break> {
    let container = |field: &str| -> &'static str { Box::leak(format!("ContainerDefinitions.0.{field}").into_boxed_str()) };
    let in_template = |field: &str| -> &'static str { Box::leak(format!("LaunchTemplateData.{field}").into_boxed_str()) };
    let certificate = at!(dev "acm_certificate.public");
    let secret = json!({"Name": "DB_PASSWORD", "Value": "hunter2"});
    let variable = json!({"Variables": {"DB_PASSWORD": "hunter2"}});
    let key = json!({"Variables": {"PARTNER": "AKIAABCDEFGHIJKLMNOP"}});
    let interface = json!([{"DeviceIndex": 0, "AssociatePublicIpAddress": true}]);
    let answer = json!([{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]);
    let repository_policy = json!({"Version": "2012-10-17", "Statement": [for_everybody("ecr:BatchGetImage")]});
    let alarms = |names: [&'static str; 3]| names.map(gone).to_vec();
    vec![
        one("acm-key-strong", certificate, "KeyAlgorithm", "RSA_1024"),
        one("acm-validated-by-dns", certificate, "ValidationMethod", "EMAIL"),
        one("alarm-tells-somebody", at!(dev "alarm.db-cpu"), "ActionsEnabled", false),
        one("alarm-tells-somebody", at!(dev "alarm.db-cpu"), "AlarmActions", json!([])),
        one("ecr-encrypted", REPOSITORY, "EncryptionConfiguration", json!({"EncryptionType": "AES256"})),
        without("ecr-lifecycle", REPOSITORY, "LifecyclePolicy"),
        one("ecr-not-public", REPOSITORY, "RepositoryPolicyText", repository_policy),
        one("ecr-scanned", REPOSITORY, "ImageScanningConfiguration.ScanOnPush", false),
        one("ecr-tags-immutable", REPOSITORY, "ImageTagMutability", "MUTABLE"),
        without("ecs-cluster-container-insights", at!(cluster "ecs_cluster.main"), "ClusterSettings"),
        one("ecs-cluster-exec-recorded", at!(cluster "ecs_cluster.main"), "Configuration.ExecuteCommandConfiguration.Logging", "NONE"),
        without("ecs-cluster-exec-recorded", at!(cluster "ecs_cluster.main"), "Configuration.ExecuteCommandConfiguration.KmsKeyId"),
        one("ecs-no-public-address", SERVICE, "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp", "ENABLED"),
        one("ecs-no-public-address", SCHEDULE, "Target.EcsParameters.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp", "ENABLED"),
        one("ecs-platform-current", SERVICE, "PlatformVersion", "1.3.0"),
        without("ecs-task-logged", TASK, container("LogConfiguration")),
        one("ecs-task-network-of-its-own", TASK, "NetworkMode", "host"),
        case("ecs-task-no-secrets-in-environment", TASK, vec![push(TASK, container("Environment"), secret)]),
        one("ecs-task-not-privileged", TASK, container("Privileged"), true),
        one("ecs-task-not-privileged", TASK, container("LinuxParameters"), json!({"Capabilities": {"Add": ["SYS_ADMIN"]}})),
        one("ecs-task-not-privileged", TASK, "PidMode", "host"),
        one("ecs-task-read-only-root", TASK, container("ReadonlyRootFilesystem"), false),
        case(
            "ecs-task-roles-apart",
            TASK,
            vec![set(TASK, "TaskRoleArn", "arn:aws:iam::1:role/a"), set(TASK, "ExecutionRoleArn", "arn:aws:iam::1:role/a")],
        ),
        one("eks-endpoint-private", KUBERNETES, "ResourcesVpcConfig.EndpointPublicAccess", true),
        one("eks-endpoint-private", KUBERNETES, "ResourcesVpcConfig.EndpointPrivateAccess", false),
        without("eks-logged", KUBERNETES, "Logging"),
        without("eks-secrets-encrypted", KUBERNETES, "EncryptionConfig"),
        one("eks-version-supported", KUBERNETES, "Version", "1.29"),
        one("eks-version-supported", KUBERNETES, "Version", "1.28"),
        one("host-detailed-monitoring", TEMPLATE, in_template("Monitoring.Enabled"), false),
        without("host-has-role", TEMPLATE, in_template("IamInstanceProfile")),
        one("host-metadata-version-2", TEMPLATE, in_template("MetadataOptions.HttpTokens"), "optional"),
        one("host-no-public-address", TEMPLATE, in_template("NetworkInterfaces"), interface),
        one("host-no-secrets-in-script", TEMPLATE, in_template("UserData"), "#!/bin/sh\nexport TOKEN=abc\n"),
        one("host-no-secrets-in-script", TEMPLATE, in_template("UserData"), "#!/bin/sh\nexport KEY=AKIAABCDEFGHIJKLMNOP\n"),
        one("host-volumes-encrypted", TEMPLATE, in_template("BlockDeviceMappings.0.Ebs.Encrypted"), false),
        one("hosts-in-several-zones", HOSTS, "VPCZoneIdentifier", json!([output(at!(network "subnet.private-a"), "SubnetId")])),
        without("lambda-dead-letters", FUNCTION, "DeadLetterConfig"),
        without("lambda-environment-encrypted", FUNCTION, "KmsKeyArn"),
        without("lambda-in-network", FUNCTION, "VpcConfig"),
        one("lambda-no-secrets-in-environment", FUNCTION, "Environment", variable),
        one("lambda-no-secrets-in-environment", FUNCTION, "Environment", key),
        case("lambda-permission-scoped", PERMISSION, vec![unset(PERMISSION, "SourceArn"), unset(PERMISSION, "SourceAccount")]),
        one("lambda-runtime-supported", FUNCTION, "Runtime", "python3.8"),
        one("lambda-runtime-supported", FUNCTION, "Runtime", "nodejs18.x"),
        one("lambda-runtime-supported", FUNCTION, "Runtime", "nodejs16.x"),
        case("lb-access-logs", BALANCER, attribute("access_logs.s3.enabled", "false")),
        case("lb-deletion-protected", BALANCER, attribute("deletion_protection.enabled", "false")),
        case("lb-desync-mitigated", BALANCER, attribute("routing.http.desync_mitigation_mode", "monitor")),
        case("lb-drops-invalid-headers", BALANCER, attribute("routing.http.drop_invalid_header_fields.enabled", "false")),
        one("lb-http-redirected", at!(dev "lb_listener.http"), "DefaultActions", answer),
        one("lb-tls-policy", at!(dev "lb_listener.https"), "SslPolicy", "ELBSecurityPolicy-2016-08"),
        without("lb-tls-policy", at!(dev "lb_listener.https"), "Certificates"),
        case("lb-web-firewall", BALANCER, vec![gone(at!(dev "wafv2_web_acl_association.door"))]),
        case(
            "resource-has-alarm",
            DATABASE,
            alarms([at!(dev "alarm.db-connections"), at!(dev "alarm.db-cpu"), at!(dev "alarm.db-storage")]),
        ),
        case(
            "resource-has-alarm",
            CACHE,
            alarms([at!(dev "alarm.cache-001-cpu"), at!(dev "alarm.cache-001-evictions"), at!(dev "alarm.cache-001-memory")]),
        ),
        case("waf-logged", FIREWALL, vec![gone(at!(dev "wafv2_web_acl_logging_configuration.door"))]),
        one("waf-managed-rules", FIREWALL, "Rules", json!([])),
        one("waf-rules-measured", FIREWALL, "VisibilityConfig.CloudWatchMetricsEnabled", false),
        one("waf-rules-measured", FIREWALL, "Rules.0.VisibilityConfig.CloudWatchMetricsEnabled", false),
    ]
}

fn search() -> Vec<Break> {
    let off = |control, kind: &str| one(control, SEARCH, Box::leak(format!("LogPublishingOptions.{kind}.Enabled").into_boxed_str()), false);
    let alarms = ["blocked", "cpu", "key", "key-access", "memory", "nodes", "red", "snapshot", "storage", "yellow"];
    let alarms = alarms.map(|end| gone(Box::leak(format!("environment/ticketing/dev/alarm.seats-{end}").into_boxed_str())));
    vec![
        one("opensearch-access-controlled", SEARCH, "AdvancedSecurityOptions.Enabled", false),
        one("opensearch-access-controlled", SEARCH, "AdvancedSecurityOptions.InternalUserDatabaseEnabled", true),
        off("opensearch-audit-logged", "AUDIT_LOGS"),
        without("opensearch-audit-logged", SEARCH, "LogPublishingOptions"),
        one("opensearch-dedicated-leaders", SEARCH, "ClusterConfig.DedicatedMasterEnabled", false),
        one("opensearch-dedicated-leaders", SEARCH, "ClusterConfig.DedicatedMasterCount", 2),
        one("opensearch-encrypted-at-rest", SEARCH, "EncryptionAtRestOptions.Enabled", false),
        without("opensearch-encrypted-at-rest", SEARCH, "EncryptionAtRestOptions.KmsKeyId"),
        one("opensearch-encrypted-between-nodes", SEARCH, "NodeToNodeEncryptionOptions.Enabled", false),
        one("opensearch-fault-tolerant", SEARCH, "ClusterConfig.ZoneAwarenessEnabled", false),
        one("opensearch-fault-tolerant", SEARCH, "ClusterConfig.InstanceCount", 2),
        without("opensearch-in-data-subnets", SEARCH, "VPCOptions"),
        without("opensearch-in-data-subnets", SEARCH, "VPCOptions.SecurityGroupIds"),
        case("opensearch-in-data-subnets", SEARCH, data_subnets_public()),
        off("opensearch-logged", "ES_APPLICATION_LOGS"),
        off("opensearch-logged", "INDEX_SLOW_LOGS"),
        off("opensearch-logged", "SEARCH_SLOW_LOGS"),
        case("opensearch-policy-not-public", SEARCH, vec![push(SEARCH, "AccessPolicies.Statement", for_everybody("es:ESHttpGet"))]),
        one("opensearch-software-current", SEARCH, "SoftwareUpdateOptions.AutoSoftwareUpdateEnabled", false),
        one("opensearch-tls", SEARCH, "DomainEndpointOptions.EnforceHTTPS", false),
        one("opensearch-tls", SEARCH, "DomainEndpointOptions.TLSSecurityPolicy", "Policy-Min-TLS-1-0-2019-07"),
        without("opensearch-tls", SEARCH, "DomainEndpointOptions.TLSSecurityPolicy"),
        case("resource-has-alarm", SEARCH, alarms.into()),
    ]
}

/// The alarms on calls: the filter goes, the alarm goes, or the alarm tells nobody.
fn watches() -> Vec<Break> {
    strata_policy::controls()
        .filter_map(|control| control.id.strip_prefix("watch-").map(|name| (control.id, name)))
        .flat_map(|(control, name)| {
            let filter: &'static str = Box::leak(format!("account/nonprod/log_metric_filter.{name}").into_boxed_str());
            let alarm: &'static str = Box::leak(format!("account/nonprod/alarm.{name}").into_boxed_str());
            [
                vec![gone(filter)],
                vec![gone(alarm)],
                vec![set(alarm, "ActionsEnabled", false)],
                vec![set(filter, "FilterPattern", "{ $.eventName = x }")],
            ]
            .map(|edits| case(control, TRAIL, edits))
        })
        .collect()
}

/// Files that tasks share; the reference example has none.
fn files() -> Vec<Break> {
    const SYSTEM: &str = at!(dev "efs_file_system.shared");
    const POINT: &str = at!(dev "efs_access_point.shared");
    const MOUNT: &str = at!(dev "efs_mount_target.shared-a");
    let id = || output(SYSTEM, "FileSystemId");
    let given = || {
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "OnlyTls", "Effect": "Deny", "Principal": {"AWS": ["*"]}, "Action": ["*"], "Condition": {"Bool": {"aws:SecureTransport": ["false"]}},
        }]});
        let owner = json!({"OwnerUid": "1000", "OwnerGid": "1000", "Permissions": "0770"});
        vec![
            Edit::New(
                SYSTEM,
                "AWS::EFS::FileSystem",
                json!({
                    "Encrypted": true, "KmsKeyId": output(KEY, "Arn"), "PerformanceMode": "generalPurpose", "ThroughputMode": "elastic",
                    "BackupPolicy": {"Status": "ENABLED"}, "FileSystemPolicy": policy, "Tags": {"backup": "ticketing-dev"},
                }),
            ),
            Edit::New(
                POINT,
                "AWS::EFS::AccessPoint",
                json!({
                    "FileSystemId": id(), "PosixUser": {"Uid": "1000", "Gid": "1000"}, "RootDirectory": {"Path": "/shared", "CreationInfo": owner},
                }),
            ),
            Edit::New(
                MOUNT,
                "AWS::EFS::MountTarget",
                json!({
                    "FileSystemId": id(), "SubnetId": output(SUBNET, "SubnetId"), "SecurityGroups": [],
                }),
            ),
        ]
    };
    let with = |case: Break| Break { given: given(), ..case };
    let open = json!({"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["elasticfilesystem:ClientMount"]});
    vec![
        with(one("efs-encrypted", SYSTEM, "Encrypted", false)),
        with(without("efs-encrypted", SYSTEM, "KmsKeyId")),
        with(one("efs-backed-up", SYSTEM, "BackupPolicy.Status", "DISABLED")),
        with(one("efs-backed-up", SYSTEM, "Tags", json!({}))),
        with(without("efs-not-public", SYSTEM, "FileSystemPolicy")),
        with(case("efs-not-public", SYSTEM, vec![push(SYSTEM, "FileSystemPolicy.Statement", open)])),
        with(one("efs-not-public", SYSTEM, "FileSystemPolicy.Statement.0.Condition.Bool.aws:SecureTransport", json!(["true"]))),
        with(one("efs-access-point-enforces-folder", POINT, "RootDirectory.Path", "/")),
        with(without("efs-access-point-enforces-user", POINT, "PosixUser")),
        with(one("efs-access-point-enforces-user", POINT, "PosixUser.Uid", "0")),
        with(one("efs-in-data-subnets", MOUNT, "SubnetId", output(at!(network "subnet.public-a"), "SubnetId"))),
    ]
}
