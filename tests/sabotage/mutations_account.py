"""Changes of the account's baseline: trail, recorder, detectors, password policy, alarms on the trail."""

import json

from mutation import GONE, Mutation, or_none

PUBLIC_READ = {"Sid": "Leak", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject"}
# What an account lacks has no address of its own: it is said at a resource of its baseline, whichever comes first.
ANYWHERE = "account:*"
TRAIL = "account:cloudtrail.main"
DETECTOR = "account:guardduty_detector.main"
EMERGENCY_USER = "account:iam_user.emergency-anna"
EMERGENCY_POLICY = "account:iam_policy.emergency"
PASSWORDS = "account:iam_account_password_policy.main"


def trail(cloud, *keys):
    """Parts of the trail."""
    found = [one for one in cloud.cloudtrail.describe_trails()["trailList"] if one["Name"] == cloud.property(TRAIL, "TrailName")]
    return [{key: one.get(key) for key in keys} for one in found]


def logging(cloud):
    """Whether the trail writes."""
    return or_none(lambda: cloud.cloudtrail.get_trail_status(Name=cloud.property(TRAIL, "TrailName"))["IsLogging"])


def with_statement(text, statement):
    """A policy with one statement more."""
    policy = json.loads(text)
    policy["Statement"].append(statement)
    return json.dumps(policy)


def policy_in_force(cloud):
    """The statements that emergency access has now."""
    arn = cloud.id(EMERGENCY_POLICY)
    version = cloud.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return cloud.iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def open_bucket(cloud, address):
    """Everybody may read a bucket."""
    bucket = cloud.id(address)
    policy = cloud.s3.get_bucket_policy(Bucket=bucket)["Policy"]
    cloud.s3.put_bucket_policy(Bucket=bucket, Policy=with_statement(policy, {**PUBLIC_READ, "Resource": f"arn:aws:s3:::{bucket}/*"}))


def bucket_policy(address):
    """Reads a bucket's policy."""
    return lambda cloud: or_none(lambda: cloud.s3.get_bucket_policy(Bucket=cloud.id(address))["Policy"])


def recorder_group(cloud):
    """What the recorder records."""
    return [one["recordingGroup"] for one in cloud.config.describe_configuration_recorders()["ConfigurationRecorders"]]


def narrow_recorder(cloud):
    """The recorder leaves out all but users."""
    one = cloud.config.describe_configuration_recorders()["ConfigurationRecorders"][0]
    one["recordingGroup"] = {"allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": ["AWS::IAM::User"]}
    cloud.config.put_configuration_recorder(ConfigurationRecorder={key: one[key] for key in ("name", "roleARN", "recordingGroup")})


def detectors(cloud):
    """The detectors, without their ids."""
    found = []
    for detector in cloud.guardduty.list_detectors()["DetectorIds"]:
        one = cloud.guardduty.get_detector(DetectorId=detector)
        found.append({"status": one["Status"], "features": sorted((feature["Name"], feature["Status"]) for feature in one.get("Features", []))})
    return found


def passwords(cloud):
    """The password policy."""
    return or_none(lambda: cloud.iam.get_account_password_policy()["PasswordPolicy"])


def weaken_passwords(cloud, **weaker):
    """The password policy with other values."""
    policy = cloud.iam.get_account_password_policy()["PasswordPolicy"]
    policy.pop("ExpirePasswords", None)
    cloud.iam.update_account_password_policy(**{**policy, **weaker})


def public_block(cloud):
    """The account's block of public buckets."""
    call = cloud.s3control.get_public_access_block
    return or_none(lambda: call(AccountId=cloud.id("account:s3_account_public_access_block.main"))["PublicAccessBlockConfiguration"])


def inspected(cloud):
    """What Inspector looks at."""
    account = cloud.id("account:inspector2_enabler.main")
    state = cloud.inspector2.batch_get_account_status(accountIds=[account])["accounts"][0]["resourceState"]
    return {key: one["status"] for key, one in state.items()}


def alarm(address, *keys):
    """Reads parts of an alarm."""

    def read(cloud):
        found = cloud.cloudwatch.describe_alarms(AlarmNames=[cloud.property(address, "AlarmName")])["MetricAlarms"]
        return [{key: one.get(key) for key in keys} for one in found]

    return read


def change_alarm(cloud, address, **other):
    """An alarm with other values."""
    one = cloud.cloudwatch.describe_alarms(AlarmNames=[cloud.property(address, "AlarmName")])["MetricAlarms"][0]
    keep = ["AlarmName", "AlarmDescription", "ActionsEnabled", "AlarmActions", "OKActions", "MetricName", "Namespace", "Statistic", "Period"]
    keep += ["EvaluationPeriods", "Threshold", "ComparisonOperator", "TreatMissingData", "Dimensions"]
    cloud.cloudwatch.put_metric_alarm(**{**{key: one[key] for key in keep if key in one}, **other})


def metric_filter(address, *keys):
    """Reads parts of a metric filter."""

    def read(cloud):
        group, _, name = cloud.id(address).rpartition(":")
        found = cloud.logs.describe_metric_filters(logGroupName=group, filterNamePrefix=name)["metricFilters"]
        return [{key: one.get(key) for key in keys} for one in found if one["filterName"] == name]

    return read


def blind_filter(cloud, address):
    """A metric filter that no event matches."""
    group, _, name = cloud.id(address).rpartition(":")
    one = next(one for one in cloud.logs.describe_metric_filters(logGroupName=group)["metricFilters"] if one["filterName"] == name)
    # The emulator would keep both.
    cloud.logs.delete_metric_filter(logGroupName=group, filterName=name)
    cloud.logs.put_metric_filter(
        logGroupName=group, filterName=name, filterPattern="{ $.eventName = Nothing }", metricTransformations=one["metricTransformations"]
    )


def log_group(address, *keys):
    """Reads parts of a log group."""

    def read(cloud):
        name = cloud.property(address, "LogGroupName")
        found = cloud.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return [{key: one.get(key) for key in keys} for one in found if one["logGroupName"] == name]

    return read


def topic_policy(address):
    """Reads a topic's policy."""
    return lambda cloud: cloud.sns.get_topic_attributes(TopicArn=cloud.id(address))["Attributes"].get("Policy")


def open_topic(cloud, address):
    """Everybody may publish to a topic."""
    arn = cloud.id(address)
    policy = cloud.sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]
    statement = {"Sid": "Leak", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sns:Subscribe", "Resource": arn}
    cloud.sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=with_statement(policy, statement))


MUTATIONS = [
    Mutation(
        "a trail stopped", 1, TRAIL, "IsLogging", "cloudtrail-every-region", lambda c: c.cloudtrail.stop_logging(Name=c.property(TRAIL, "TrailName")), logging
    ),
    Mutation(
        "a trail cut to one region", 1, TRAIL, "IsMultiRegionTrail", "cloudtrail-every-region",
        lambda c: c.cloudtrail.update_trail(Name=c.property(TRAIL, "TrailName"), IsMultiRegionTrail=False),
        lambda c: trail(c, "IsMultiRegionTrail"),
    ),
    Mutation(
        "a trail's files no longer validated", 1, TRAIL, "EnableLogFileValidation", "cloudtrail-validated",
        lambda c: c.cloudtrail.update_trail(Name=c.property(TRAIL, "TrailName"), EnableLogFileValidation=False),
        lambda c: trail(c, "LogFileValidationEnabled"),
    ),
    Mutation(
        "a trail sent into another bucket", 1, TRAIL, "S3BucketName", None,
        lambda c: c.cloudtrail.update_trail(Name=c.property(TRAIL, "TrailName"), S3BucketName=c.id("account:bucket.access-logs")),
        lambda c: trail(c, "S3BucketName"),
    ),
    Mutation(
        "a trail that leaves reads out", 1, TRAIL, "EventSelectors", "cloudtrail-data-reads",
        lambda c: c.cloudtrail.put_event_selectors(
            TrailName=c.property(TRAIL, "TrailName"), EventSelectors=[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "DataResources": []}]
        ),
        lambda c: or_none(lambda: c.cloudtrail.get_event_selectors(TrailName=c.property(TRAIL, "TrailName"))["EventSelectors"]),
    ),
    Mutation(
        "a trail deleted", 2, TRAIL, GONE, "cloudtrail-every-region", lambda c: c.cloudtrail.delete_trail(Name=c.property(TRAIL, "TrailName")),
        lambda c: trail(c, "S3BucketName", "IsMultiRegionTrail", "LogFileValidationEnabled", "KmsKeyId"),
        at=ANYWHERE,
    ),
    Mutation(
        "the Config recorder stopped", 1, "account:config_configuration_recorder_status.main", GONE, "config-records-everything",
        lambda c: c.config.stop_configuration_recorder(ConfigurationRecorderName="default"),
        lambda c: [one["recording"] for one in c.config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]],
        at="account:config_configuration_recorder.main",
    ),
    Mutation(
        "the Config recorder narrowed", 2, "account:config_configuration_recorder.main", "RecordingGroup", "config-records-everything", narrow_recorder, recorder_group
    ),
    Mutation(
        "the Config delivery channel deleted", 1, "account:config_delivery_channel.main", GONE, "config-records-everything",
        lambda c: c.config.delete_delivery_channel(DeliveryChannelName="default"),
        lambda c: [(one["name"], one["s3BucketName"]) for one in c.config.describe_delivery_channels()["DeliveryChannels"]],
        at="account:config_configuration_recorder.main",
    ),
    Mutation(
        "a detector suspended", 1, DETECTOR, "Enable", "guardduty-enabled",
        lambda c: c.guardduty.update_detector(DetectorId=c.id(DETECTOR), Enable=False), detectors,
    ),
    Mutation(
        "a detector that leaves objects out", 1, DETECTOR, "Features", "guardduty-watches-objects",
        lambda c: c.guardduty.update_detector(DetectorId=c.id(DETECTOR), Features=[{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}]), detectors,
    ),
    Mutation("a detector deleted", 2, DETECTOR, GONE, "guardduty-enabled", lambda c: c.guardduty.delete_detector(DetectorId=c.id(DETECTOR)), detectors, at=ANYWHERE),
    Mutation(
        "Security Hub left", 1, "account:securityhub_account.main", GONE, "securityhub-enabled", lambda c: c.securityhub.disable_security_hub(),
        lambda c: or_none(lambda: {key: value for key, value in c.securityhub.describe_hub().items() if key in ("HubArn", "AutoEnableControls")}),
        at=ANYWHERE,
    ),
    Mutation(
        "Inspector no longer looks at hosts", 1, "account:inspector2_enabler.main", "ResourceTypes", "inspector-enabled",
        lambda c: c.inspector2.disable(accountIds=[c.id("account:inspector2_enabler.main")], resourceTypes=["EC2"]), inspected,
    ),
    Mutation(
        "encryption of new volumes off", 1, "account:ebs_encryption_by_default.main", GONE, "ebs-encrypted-by-default",
        lambda c: c.ec2.disable_ebs_encryption_by_default(), lambda c: c.ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"],
        at=ANYWHERE,
    ),
    Mutation(
        "the account's block of public buckets removed", 1, "account:s3_account_public_access_block.main", GONE, "s3-account-public-access-blocked",
        lambda c: c.s3control.delete_public_access_block(AccountId=c.id("account:s3_account_public_access_block.main")), public_block,
        at=ANYWHERE,
    ),
    Mutation(
        "the account's block of public buckets loosened", 2, "account:s3_account_public_access_block.main", "BlockPublicPolicy", "s3-account-public-access-blocked",
        lambda c: c.s3control.put_public_access_block(
            AccountId=c.id("account:s3_account_public_access_block.main"),
            PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": True},
        ),
        public_block,
    ),
    Mutation(
        "passwords shorter", 1, PASSWORDS, "MinimumPasswordLength", "iam-password-length", lambda c: weaken_passwords(c, MinimumPasswordLength=8), passwords
    ),
    Mutation(
        "passwords simpler", 1, PASSWORDS, "RequireSymbols", "iam-password-complexity",
        lambda c: weaken_passwords(c, **dict.fromkeys(("RequireSymbols", "RequireNumbers", "RequireUppercaseCharacters", "RequireLowercaseCharacters"), False)), passwords,
    ),
    Mutation("passwords used again", 1, PASSWORDS, "PasswordReusePrevention", "iam-password-reuse", lambda c: weaken_passwords(c, PasswordReusePrevention=2), passwords),
    Mutation("passwords older", 1, PASSWORDS, "MaxPasswordAge", "iam-password-age", lambda c: weaken_passwords(c, MaxPasswordAge=1000), passwords),
    Mutation(
        "a default network made", 1, "account:default_vpc_removal.main", GONE, "vpc-default-removed", lambda c: c.ec2.create_default_vpc(),
        lambda c: len(c.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]),
        at=ANYWHERE,
    ),
    Mutation(
        "an access key for emergency access", 1, EMERGENCY_USER, "AccessKeys", "iam-user-no-access-keys",
        lambda c: c.iam.create_access_key(UserName=c.id(EMERGENCY_USER)),
        lambda c: len(c.iam.list_access_keys(UserName=c.id(EMERGENCY_USER))["AccessKeyMetadata"]),
    ),
    Mutation(
        "rights of its own for emergency access", 2, EMERGENCY_USER, "ManagedPolicyArns", "iam-user-rights-by-group",
        lambda c: c.iam.attach_user_policy(UserName=c.id(EMERGENCY_USER), PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"),
        lambda c: [one["PolicyArn"] for one in c.iam.list_attached_user_policies(UserName=c.id(EMERGENCY_USER))["AttachedPolicies"]],
    ),
    Mutation(
        "emergency access out of its group", 3, EMERGENCY_USER, "Groups", "iam-user-rights-by-group",
        lambda c: c.iam.remove_user_from_group(UserName=c.id(EMERGENCY_USER), GroupName=c.id("account:iam_group.emergency")),
        lambda c: [one["GroupName"] for one in c.iam.list_groups_for_user(UserName=c.id(EMERGENCY_USER))["Groups"]],
    ),
    Mutation(
        "what emergency access may do widened", 1, EMERGENCY_POLICY, "PolicyDocument", "iam-no-administrator-statement",
        lambda c: c.iam.create_policy_version(
            PolicyArn=c.id(EMERGENCY_POLICY), SetAsDefault=True,
            PolicyDocument=with_statement(json.dumps(policy_in_force(c)), {"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}),
        ),
        lambda c: sorted(statement["Sid"] for statement in policy_in_force(c)["Statement"]),
    ),
    Mutation(
        "the alarm on emergency access silenced", 1, "account:alarm.emergency-access", "ActionsEnabled", "emergency-access-watched",
        lambda c: c.cloudwatch.disable_alarm_actions(AlarmNames=[c.id("account:alarm.emergency-access")]),
        lambda c: [one["ActionsEnabled"] for one in c.cloudwatch.describe_alarms(AlarmNames=[c.id("account:alarm.emergency-access")])["MetricAlarms"]],
        at=EMERGENCY_USER,
    ),
    Mutation("the password policy deleted", 2, PASSWORDS, GONE, "iam-password-length", lambda c: c.iam.delete_account_password_policy(), passwords, at=ANYWHERE),
    Mutation(
        "the trail's log group kept for a day", 1, "account:log_group.trail", "RetentionInDays", "log-group-kept-a-year",
        lambda c: c.logs.put_retention_policy(logGroupName=c.id("account:log_group.trail"), retentionInDays=1),
        log_group("account:log_group.trail", "retentionInDays"),
    ),
    Mutation(
        "an alarm's messages off", 1, "account:alarm.root-usage", "ActionsEnabled", "alarm-tells-somebody",
        lambda c: c.cloudwatch.disable_alarm_actions(AlarmNames=[c.id("account:alarm.root-usage")]), alarm("account:alarm.root-usage", "ActionsEnabled"),
    ),
    Mutation(
        "an alarm that tells nobody", 1, "account:alarm.trail-changes", "AlarmActions", "alarm-tells-somebody",
        lambda c: change_alarm(c, "account:alarm.trail-changes", AlarmActions=[]), alarm("account:alarm.trail-changes", "AlarmActions"),
    ),
    Mutation(
        "an alarm's threshold raised", 1, "account:alarm.console-failures", "Threshold", None,
        lambda c: change_alarm(c, "account:alarm.console-failures", Threshold=100000.0), alarm("account:alarm.console-failures", "Threshold"),
    ),
    Mutation(
        "an alarm on the trail deleted", 1, "account:alarm.key-deletions", GONE, None,
        lambda c: c.cloudwatch.delete_alarms(AlarmNames=[c.id("account:alarm.key-deletions")]), alarm("account:alarm.key-deletions", "ActionsEnabled", "Threshold"),
    ),
    Mutation(
        "a metric filter that counts nothing", 1, "account:log_metric_filter.unauthorized-calls", "FilterPattern", None,
        lambda c: blind_filter(c, "account:log_metric_filter.unauthorized-calls"), metric_filter("account:log_metric_filter.unauthorized-calls", "filterPattern"),
    ),
    Mutation(
        "a metric filter deleted", 1, "account:log_metric_filter.root-usage", GONE, None,
        lambda c: c.logs.delete_metric_filter(logGroupName=c.id("account:log_group.trail"), filterName="root-usage"),
        metric_filter("account:log_metric_filter.root-usage", "filterPattern"),
    ),
    Mutation(
        "the audit bucket's policy opened", 1, "account:bucket_policy.audit", "PolicyDocument", "s3-bucket-policy-not-public",
        lambda c: open_bucket(c, "account:bucket.audit"), bucket_policy("account:bucket.audit"),
    ),
    Mutation(
        "the audit bucket's versions suspended", 2, "account:bucket.audit", "VersioningConfiguration", "s3-audit-bucket-versioned",
        lambda c: c.s3.put_bucket_versioning(Bucket=c.id("account:bucket.audit"), VersioningConfiguration={"Status": "Suspended"}),
        lambda c: c.s3.get_bucket_versioning(Bucket=c.id("account:bucket.audit")),
    ),
    Mutation(
        "the alert topic's policy opened", 1, "account:topic_policy.alerts", "PolicyDocument", "sns-policy-not-public",
        lambda c: open_topic(c, "account:topic.alerts"), topic_policy("account:topic.alerts"),
    ),
    Mutation(
        "the trail's role widened", 1, "account:iam_role_policy.trail", "PolicyDocument", "iam-no-administrator-statement",
        lambda c: c.iam.put_role_policy(
            RoleName=c.id("account:iam_role.trail"), PolicyName="write-trail",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}),
        ),
        lambda c: c.iam.get_role_policy(RoleName=c.id("account:iam_role.trail"), PolicyName="write-trail")["PolicyDocument"],
    ),
]
