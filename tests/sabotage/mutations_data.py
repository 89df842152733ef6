"""Changes of what keeps data: keys, buckets, queues, topics, databases, caches, secrets, backups."""

import json

from mutation import GONE, Mutation, or_none
from mutations_account import bucket_policy, open_bucket, open_topic, topic_policy, with_statement

KEY = "env:kms_key.data"
BUCKET = "env:bucket.documents"
LAKE = "env:bucket.lake"
QUEUE = "env:queue.bookings"
FAILED = "env:queue.bookings-failed"
DATABASE = "env:db_instance.db"
CACHE = "env:cache_replication_group.cache"
SECRET = "env:secret.PAYMENT_API_KEY"
VAULT = "env:backup_vault.data"


def open_key(cloud):
    """Everybody may decrypt."""
    policy = cloud.kms.get_key_policy(KeyId=cloud.id(KEY), PolicyName="default")["Policy"]
    statement = {"Sid": "Leak", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt", "Resource": "*"}
    cloud.kms.put_key_policy(KeyId=cloud.id(KEY), PolicyName="default", Policy=with_statement(policy, statement))


def key(address):
    """Reads whether a key works."""

    def read(cloud):
        metadata = cloud.kms.describe_key(KeyId=cloud.id(address))["KeyMetadata"]
        return {name: metadata.get(name) for name in ("KeyState", "Enabled")}

    return read


def bucket(operation, part, address=BUCKET):
    """Reads one configuration of a bucket."""
    return lambda cloud: or_none(lambda: getattr(cloud.s3, operation)(Bucket=cloud.id(address)).get(part))


def notifications(cloud):
    """What a bucket calls; the names of these differ each time."""
    found = cloud.s3.get_bucket_notification_configuration(Bucket=cloud.id(BUCKET)).get("LambdaFunctionConfigurations", [])
    return [(one["LambdaFunctionArn"], one["Events"]) for one in found]


def queue(address, name):
    """Reads an attribute of a queue."""
    return lambda cloud: cloud.sqs.get_queue_attributes(QueueUrl=cloud.id(address), AttributeNames=["All"])["Attributes"].get(name)


def set_queue(cloud, address, **attributes):
    """Sets attributes of a queue."""
    cloud.sqs.set_queue_attributes(QueueUrl=cloud.id(address), Attributes=attributes)


def open_queue(cloud, address):
    """Everybody may receive."""
    policy = queue(address, "Policy")(cloud)
    arn = cloud.output(address, "Arn")
    statement = {"Sid": "Leak", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sqs:ReceiveMessage", "Resource": arn}
    set_queue(cloud, address, Policy=with_statement(policy, statement))


def database(*names):
    """Reads parts of the database."""

    def read(cloud):
        one = cloud.rds.describe_db_instances(DBInstanceIdentifier=cloud.id(DATABASE))["DBInstances"][0]
        return {name: one.get(name) for name in names}

    return read


def set_database(cloud, **values):
    """Changes the database at once."""
    cloud.rds.modify_db_instance(DBInstanceIdentifier=cloud.id(DATABASE), ApplyImmediately=True, **values)


def parameters(cloud):
    """The database's own parameters."""
    group = cloud.id("env:db_parameter_group.db")
    found = cloud.rds.describe_db_parameters(DBParameterGroupName=group)["Parameters"]
    return {one["ParameterName"]: one.get("ParameterValue") for one in found if one["ParameterName"] == "rds.force_ssl"}


def cache(*names):
    """Reads parts of the cache."""

    def read(cloud):
        one = cloud.elasticache.describe_replication_groups(ReplicationGroupId=cloud.id(CACHE))["ReplicationGroups"][0]
        return {name: one.get(name) for name in names}

    return read


def plan_rules(cloud):
    """The rules of the backup plan."""
    plan = cloud.backup.get_backup_plan(BackupPlanId=cloud.id("env:backup_plan.data"))["BackupPlan"]
    return [{name: rule.get(name) for name in ("RuleName", "ScheduleExpression", "Lifecycle", "TargetBackupVaultName")} for rule in plan["Rules"]]


def shorten_backups(cloud):
    """Backups go after a day."""
    plan = cloud.backup.get_backup_plan(BackupPlanId=cloud.id("env:backup_plan.data"))["BackupPlan"]
    for rule in plan["Rules"]:
        rule["Lifecycle"] = {"DeleteAfterDays": 1}
        rule.pop("RuleId", None)
    cloud.backup.update_backup_plan(BackupPlanId=cloud.id("env:backup_plan.data"), BackupPlan={"BackupPlanName": plan["BackupPlanName"], "Rules": plan["Rules"]})


OPEN_SECRET = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]}
ENCRYPTION_BY_S3 = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}

MUTATIONS = [
    Mutation("a key's rotation off", 1, KEY, "EnableKeyRotation", "kms-key-rotated", lambda c: c.kms.disable_key_rotation(KeyId=c.id(KEY)), lambda c: c.kms.get_key_rotation_status(KeyId=c.id(KEY))["KeyRotationEnabled"]),
    Mutation("a key's policy opened", 1, KEY, "KeyPolicy", "kms-key-policy-not-public", open_key, lambda c: c.kms.get_key_policy(KeyId=c.id(KEY), PolicyName="default")["Policy"]),
    Mutation("a key disabled", 1, "cluster:kms_key.main", "Enabled", None, lambda c: c.kms.disable_key(KeyId=c.id("cluster:kms_key.main")), key("cluster:kms_key.main")),
    Mutation(
        "a key on its way to deletion", 1, "network:kms_key.logs", "", None,
        lambda c: c.kms.schedule_key_deletion(KeyId=c.id("network:kms_key.logs"), PendingWindowInDays=7), key("network:kms_key.logs"),
    ),
    Mutation(
        "a key's name turned to another key", 1, "env:kms_alias.data", "TargetKeyId", None,
        lambda c: c.kms.update_alias(AliasName=c.id("env:kms_alias.data"), TargetKeyId=c.id("account:kms_key.logs")),
        lambda c: [one["TargetKeyId"] for one in c.kms.list_aliases()["Aliases"] if one["AliasName"] == c.id("env:kms_alias.data")],
    ),
    Mutation("a bucket's policy loosened", 1, "env:bucket_policy.documents", "PolicyDocument", "s3-bucket-policy-not-public", lambda c: open_bucket(c, BUCKET), bucket_policy(BUCKET)),
    Mutation("a bucket's policy deleted", 1, "env:bucket_policy.lake", GONE, "s3-bucket-tls-only", lambda c: c.s3.delete_bucket_policy(Bucket=c.id(LAKE)), bucket_policy(LAKE), at=LAKE),
    Mutation(
        "a bucket's block of public access removed", 1, BUCKET, "PublicAccessBlockConfiguration", "s3-bucket-public-access-blocked",
        lambda c: c.s3.delete_public_access_block(Bucket=c.id(BUCKET)), bucket("get_public_access_block", "PublicAccessBlockConfiguration"),
    ),
    Mutation(
        "a bucket's versions suspended", 1, BUCKET, "VersioningConfiguration", None,
        lambda c: c.s3.put_bucket_versioning(Bucket=c.id(BUCKET), VersioningConfiguration={"Status": "Suspended"}), bucket("get_bucket_versioning", "Status"),
    ),
    Mutation(
        "a bucket encrypted by S3's key alone", 1, BUCKET, "BucketEncryption", "s3-bucket-encrypted",
        lambda c: c.s3.put_bucket_encryption(Bucket=c.id(BUCKET), ServerSideEncryptionConfiguration=ENCRYPTION_BY_S3),
        bucket("get_bucket_encryption", "ServerSideEncryptionConfiguration"),
    ),
    Mutation(
        "a bucket that keeps everything", 1, BUCKET, "LifecycleConfiguration", "s3-bucket-lifecycle", lambda c: c.s3.delete_bucket_lifecycle(Bucket=c.id(BUCKET)),
        bucket("get_bucket_lifecycle_configuration", "Rules"),
    ),
    Mutation(
        "a bucket's access log off", 1, BUCKET, "LoggingConfiguration", "s3-bucket-access-logged",
        lambda c: c.s3.put_bucket_logging(Bucket=c.id(BUCKET), BucketLoggingStatus={}), bucket("get_bucket_logging", "LoggingEnabled"),
    ),
    Mutation(
        "a bucket that takes access lists", 1, BUCKET, "OwnershipControls", "s3-bucket-acl-disabled",
        lambda c: c.s3.put_bucket_ownership_controls(Bucket=c.id(BUCKET), OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}),
        bucket("get_bucket_ownership_controls", "OwnershipControls"),
    ),
    Mutation(
        "a bucket that no longer calls its function", 1, BUCKET, "NotificationConfiguration", None,
        lambda c: c.s3.put_bucket_notification_configuration(Bucket=c.id(BUCKET), NotificationConfiguration={}),
        notifications,
    ),
    Mutation("a bucket's tags removed", 1, LAKE, "Tags", None, lambda c: c.s3.put_bucket_tagging(Bucket=c.id(LAKE), Tagging={"TagSet": [one for one in c.s3.get_bucket_tagging(Bucket=c.id(LAKE))["TagSet"] if one["Key"].startswith("strata:")]}), bucket("get_bucket_tagging", "TagSet", LAKE)),
    Mutation("a queue's policy widened", 2, "env:queue_policy.bookings", "PolicyDocument", "sqs-policy-not-public", lambda c: open_queue(c, QUEUE), queue(QUEUE, "Policy")),
    Mutation("a queue's policy deleted", 1, "env:queue_policy.bookings-failed", GONE, "sqs-queue-tls-only", lambda c: set_queue(c, FAILED, Policy=""), queue(FAILED, "Policy"), at=FAILED),
    Mutation("a queue's key removed", 1, QUEUE, "KmsMasterKeyId", "sqs-queue-encrypted", lambda c: set_queue(c, QUEUE, KmsMasterKeyId=""), queue(QUEUE, "KmsMasterKeyId")),
    Mutation("a queue that loses what fails", 1, QUEUE, "RedrivePolicy", "sqs-dead-letters", lambda c: set_queue(c, QUEUE, RedrivePolicy=""), queue(QUEUE, "RedrivePolicy")),
    Mutation("a queue's memory cut", 1, FAILED, "MessageRetentionPeriod", None, lambda c: set_queue(c, FAILED, MessageRetentionPeriod="60"), queue(FAILED, "MessageRetentionPeriod")),
    Mutation("a topic's policy opened", 1, "env:topic_policy.alerts", "PolicyDocument", "sns-policy-not-public", lambda c: open_topic(c, "env:topic.alerts"), topic_policy("env:topic.alerts")),
    Mutation(
        "a topic's key removed", 1, "env:topic.alerts", "KmsMasterKeyId", "sns-topic-encrypted",
        lambda c: c.sns.set_topic_attributes(TopicArn=c.id("env:topic.alerts"), AttributeName="KmsMasterKeyId", AttributeValue=""),
        lambda c: c.sns.get_topic_attributes(TopicArn=c.id("env:topic.alerts"))["Attributes"].get("KmsMasterKeyId"),
    ),
    Mutation("a database made public", 1, DATABASE, "PubliclyAccessible", "rds-not-public", lambda c: set_database(c, PubliclyAccessible=True), database("PubliclyAccessible")),
    Mutation("a database's deletion protection off", 1, DATABASE, "DeletionProtection", "rds-deletion-protected", lambda c: set_database(c, DeletionProtection=False), database("DeletionProtection")),
    Mutation("a database's backups cut", 1, DATABASE, "BackupRetentionPeriod", "rds-backed-up", lambda c: set_database(c, BackupRetentionPeriod=1), database("BackupRetentionPeriod")),
    Mutation("a database in one zone", 1, DATABASE, "MultiAZ", "rds-multi-zone", lambda c: set_database(c, MultiAZ=not c.property(DATABASE, "MultiAZ")), database("MultiAZ")),
    Mutation("a database's minor upgrades off", 1, DATABASE, "AutoMinorVersionUpgrade", "rds-minor-upgrades", lambda c: set_database(c, AutoMinorVersionUpgrade=False), database("AutoMinorVersionUpgrade")),
    Mutation("a database's snapshots without tags", 1, DATABASE, "CopyTagsToSnapshot", "rds-copies-tags", lambda c: set_database(c, CopyTagsToSnapshot=False), database("CopyTagsToSnapshot")),
    Mutation("a database without sign-in by IAM", 1, DATABASE, "EnableIAMDatabaseAuthentication", "rds-iam-authentication", lambda c: set_database(c, EnableIAMDatabaseAuthentication=False), database("IAMDatabaseAuthenticationEnabled")),
    Mutation(
        "a database's logs off", 1, DATABASE, "EnableCloudwatchLogsExports", "rds-logs-exported",
        lambda c: set_database(c, CloudwatchLogsExportConfiguration={"DisableLogTypes": ["postgresql", "upgrade"]}), database("EnabledCloudwatchLogsExports"),
    ),
    Mutation("a database's monitoring off", 1, DATABASE, "MonitoringInterval", "rds-enhanced-monitoring", lambda c: set_database(c, MonitoringInterval=0), database("MonitoringInterval")),
    Mutation(
        "a database without TLS", 1, "env:db_parameter_group.db", "Parameters", "rds-tls-forced",
        lambda c: c.rds.modify_db_parameter_group(
            DBParameterGroupName=c.id("env:db_parameter_group.db"),
            Parameters=[{"ParameterName": "rds.force_ssl", "ParameterValue": "0", "ApplyMethod": "immediate"}],
        ),
        parameters, at=DATABASE,
    ),
    Mutation(
        "a cache's backups cut", 1, CACHE, "SnapshotRetentionLimit", "elasticache-backed-up",
        lambda c: c.elasticache.modify_replication_group(ReplicationGroupId=c.id(CACHE), SnapshotRetentionLimit=0, ApplyImmediately=True), cache("SnapshotRetentionLimit"),
    ),
    Mutation("a cache's user widened", 1, "env:cache_user.cache_default", "AccessString", "elasticache-authenticated", lambda c: c.elasticache.modify_user(UserId=c.id("env:cache_user.cache_default"), AccessString="on ~* +@all"), lambda c: [(one["UserId"], one["AccessString"]) for one in c.elasticache.describe_users()["Users"]], at=CACHE),
    Mutation(
        "a secret's policy opened", 1, SECRET, "ResourcePolicy", None,
        lambda c: c.secretsmanager.put_resource_policy(SecretId=c.id(SECRET), ResourcePolicy=json.dumps(OPEN_SECRET)),
        lambda c: or_none(lambda: c.secretsmanager.get_resource_policy(SecretId=c.id(SECRET)).get("ResourcePolicy")),
    ),
    Mutation(
        "a secret under another key", 1, SECRET, "KmsKeyId", "secret-encrypted", lambda c: c.secretsmanager.update_secret(SecretId=c.id(SECRET), KmsKeyId="alias/aws/secretsmanager"),
        lambda c: c.secretsmanager.describe_secret(SecretId=c.id(SECRET)).get("KmsKeyId"),
    ),
    Mutation("backups kept for a day", 1, "env:backup_plan.data", "BackupPlan", "backup-plan-keeps", shorten_backups, plan_rules),
    Mutation("the lock of the backup vault removed", 1, VAULT, "LockConfiguration", None, lambda c: c.backup.delete_backup_vault_lock_configuration(BackupVaultName=c.id(VAULT)), lambda c: {name: c.backup.describe_backup_vault(BackupVaultName=c.id(VAULT)).get(name) for name in ("Locked", "MinRetentionDays")}),
]
