"""Who owns what, read from the tags that each service itself returns: `[(address, identifier)]`, one entry a thing, so a duplicate shows."""

from inventory import living_services
from world import pages, tags_of

ADDRESS, PLATFORM = "strata:address", "strata:platform"


def tagged(world):
    """Everything in the account that carries an ownership tag, as (tags, identifier)."""
    client = world.client
    found = []

    def add(pairs, identifier):
        tags = pairs if isinstance(pairs, dict) else tags_of(pairs)
        if ADDRESS in tags:
            found.append((tags, identifier))

    ec2 = client("ec2")
    # moto keeps the tags of what is deleted, AWS does not: what the lists below no longer show is gone.
    groups = {group["GroupId"] for group in pages(ec2, "describe_security_groups", "SecurityGroups")}
    templates = {template["LaunchTemplateId"] for template in pages(ec2, "describe_launch_templates", "LaunchTemplates")}
    endpoints = {item["VpcEndpointId"] for item in pages(ec2, "describe_vpc_endpoints", "VpcEndpoints") if item["State"] != "deleted"}
    living = {"security-group": groups, "launch-template": templates, "vpc-endpoint": endpoints}
    for tag in pages(ec2, "describe_tags", "Tags", Filters=[{"Name": "key", "Values": [ADDRESS]}]):
        if living.get(tag["ResourceType"], {tag["ResourceId"]}).isdisjoint({tag["ResourceId"]}):
            continue
        # Machines and their volumes carry the tags of the launch template that started them.
        if tag["ResourceType"] in ("instance", "volume", "network-interface"):
            continue
        add({ADDRESS: tag["Value"], PLATFORM: platform_of(ec2, tag["ResourceId"])}, tag["ResourceId"])
    kms = client("kms")
    for key in pages(kms, "list_keys", "Keys"):
        metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if metadata["KeyState"] != "PendingDeletion":
            add(pages(kms, "list_resource_tags", "Tags", KeyId=key["KeyId"]), key["KeyId"])
    iam = client("iam")
    for role in pages(iam, "list_roles", "Roles"):
        add(iam.list_role_tags(RoleName=role["RoleName"])["Tags"], role["Arn"])
    for user in pages(iam, "list_users", "Users"):
        add(iam.list_user_tags(UserName=user["UserName"])["Tags"], user["Arn"])
    for policy in pages(iam, "list_policies", "Policies", Scope="Local"):
        add(iam.list_policy_tags(PolicyArn=policy["Arn"])["Tags"], policy["Arn"])
    for profile in pages(iam, "list_instance_profiles", "InstanceProfiles"):
        name = profile["InstanceProfileName"]
        add(iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"].get("Tags"), profile["Arn"])
    for provider in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        add(iam.list_open_id_connect_provider_tags(OpenIDConnectProviderArn=provider["Arn"])["Tags"], provider["Arn"])
    s3 = client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        try:
            add(s3.get_bucket_tagging(Bucket=bucket["Name"])["TagSet"], bucket["Name"])
        except s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchTagSet":
                raise
    sqs = client("sqs")
    for url in sqs.list_queues().get("QueueUrls", []):
        add(sqs.list_queue_tags(QueueUrl=url).get("Tags", {}), url)
    dynamodb = client("dynamodb")
    for name in pages(dynamodb, "list_tables", "TableNames"):
        arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
        add(pages(dynamodb, "list_tags_of_resource", "Tags", ResourceArn=arn), arn)
    kinesis = client("kinesis")
    for name in pages(kinesis, "list_streams", "StreamNames"):
        arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
        add(kinesis.list_tags_for_stream(StreamName=name)["Tags"], arn)
    sns = client("sns")
    for topic in pages(sns, "list_topics", "Topics"):
        add(sns.list_tags_for_resource(ResourceArn=topic["TopicArn"])["Tags"], topic["TopicArn"])
    for secret in pages(client("secretsmanager"), "list_secrets", "SecretList"):
        if "DeletedDate" not in secret:
            add(secret.get("Tags"), secret["ARN"])
    logs = client("logs")
    for group in pages(logs, "describe_log_groups", "logGroups"):
        add(logs.list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))["tags"], group["logGroupName"])
    cloudwatch = client("cloudwatch")
    for alarm in pages(cloudwatch, "describe_alarms", "MetricAlarms"):
        add(cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"], alarm["AlarmName"])
    rds = client("rds")
    for operation, key, arn in (
        ("describe_db_instances", "DBInstances", "DBInstanceArn"),
        ("describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupArn"),
        ("describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupArn"),
    ):
        for item in pages(rds, operation, key):
            add(rds.list_tags_for_resource(ResourceName=item[arn])["TagList"], item[arn])
    for item in pages(rds, "describe_event_subscriptions", "EventSubscriptionsList"):
        arn = f"arn:aws:rds:{rds.meta.region_name}:111111111111:es:{item['CustSubscriptionId']}"
        add(rds.list_tags_for_resource(ResourceName=arn)["TagList"], arn)
    cache = client("elasticache")
    arns = [item["ARN"] for item in pages(cache, "describe_replication_groups", "ReplicationGroups") if item["Status"] != "deleting"]
    arns += [user["ARN"] for user in pages(cache, "describe_users", "Users") if user["UserId"] != "default"]
    arns += [group["ARN"] for group in pages(cache, "describe_cache_subnet_groups", "CacheSubnetGroups")]
    for arn in arns:
        add(cache.list_tags_for_resource(ResourceName=arn)["TagList"], arn)
    search = client("opensearch")
    for item in search.list_domain_names()["DomainNames"]:
        arn = search.describe_domain(DomainName=item["DomainName"])["DomainStatus"]["ARN"]
        add(search.list_tags(ARN=arn)["TagList"], arn)
    ecs = client("ecs")
    clusters = pages(ecs, "list_clusters", "clusterArns")
    arns = clusters + [arn for cluster in clusters for arn in living_services(ecs, cluster)]
    for arn in arns + pages(ecs, "list_task_definitions", "taskDefinitionArns", status="ACTIVE"):
        add(ecs.list_tags_for_resource(resourceArn=arn)["tags"], arn)
    ecr = client("ecr")
    for repository in pages(ecr, "describe_repositories", "repositories"):
        add(ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"], repository["repositoryArn"])
    balancing = client("elbv2")
    balancers = [item["LoadBalancerArn"] for item in pages(balancing, "describe_load_balancers", "LoadBalancers")]
    listeners = [item["ListenerArn"] for arn in balancers for item in pages(balancing, "describe_listeners", "Listeners", LoadBalancerArn=arn)]
    rules = [rule["RuleArn"] for arn in listeners for rule in pages(balancing, "describe_rules", "Rules", ListenerArn=arn) if not rule["IsDefault"]]
    groups = [item["TargetGroupArn"] for item in pages(balancing, "describe_target_groups", "TargetGroups")]
    for arn in balancers + listeners + rules + groups:
        for answer in balancing.describe_tags(ResourceArns=[arn])["TagDescriptions"]:
            add(answer["Tags"], arn)
    waf = client("wafv2")
    for acl in waf.list_web_acls(Scope="REGIONAL")["WebACLs"]:
        add(waf.list_tags_for_resource(ResourceARN=acl["ARN"])["TagInfoForResource"]["TagList"], acl["ARN"])
    acm = client("acm")
    for certificate in pages(acm, "list_certificates", "CertificateSummaryList"):
        add(acm.list_tags_for_certificate(CertificateArn=certificate["CertificateArn"])["Tags"], certificate["CertificateArn"])
    route53 = client("route53")
    for zone in pages(route53, "list_hosted_zones", "HostedZones"):
        identifier = zone["Id"].rpartition("/")[2]
        add(route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=identifier)["ResourceTagSet"]["Tags"], zone["Id"])
    discovery = client("servicediscovery")
    for item in pages(discovery, "list_namespaces", "Namespaces") + pages(discovery, "list_services", "Services"):
        add(discovery.list_tags_for_resource(ResourceARN=item["Arn"])["Tags"], item["Arn"])
    functions = client("lambda")
    for function in pages(functions, "list_functions", "Functions"):
        add(functions.list_tags(Resource=function["FunctionArn"])["Tags"], function["FunctionArn"])
    for mapping in pages(functions, "list_event_source_mappings", "EventSourceMappings"):
        add(functions.list_tags(Resource=mapping["EventSourceMappingArn"])["Tags"], mapping["EventSourceMappingArn"])
    scheduler = client("scheduler")
    for group in pages(scheduler, "list_schedule_groups", "ScheduleGroups"):
        add(scheduler.list_tags_for_resource(ResourceArn=group["Arn"])["Tags"], group["Arn"])
    events = client("events")
    for rule in pages(events, "list_rules", "Rules"):
        add(events.list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"], rule["Arn"])
    scaling = client("autoscaling")
    for group in pages(scaling, "describe_auto_scaling_groups", "AutoScalingGroups"):
        add(group["Tags"], group["AutoScalingGroupARN"])
    backup = client("backup")
    for vault in pages(backup, "list_backup_vaults", "BackupVaultList"):
        add(backup.list_tags(ResourceArn=vault["BackupVaultArn"])["Tags"], vault["BackupVaultArn"])
    for plan in pages(backup, "list_backup_plans", "BackupPlansList"):
        if "DeletionDate" not in plan:
            add(backup.list_tags(ResourceArn=plan["BackupPlanArn"])["Tags"], plan["BackupPlanArn"])
    trails = client("cloudtrail")
    for trail in trails.describe_trails()["trailList"]:
        for answer in trails.list_tags(ResourceIdList=[trail["TrailARN"]])["ResourceTagList"]:
            add(answer["TagsList"], trail["TrailARN"])
    detection = client("guardduty")
    for detector in pages(detection, "list_detectors", "DetectorIds"):
        add(detection.get_detector(DetectorId=detector).get("Tags", {}), detector)
    return found


def platform_of(ec2, identifier):
    """The platform's name in the tags of an EC2 thing."""
    filters = [{"Name": "resource-id", "Values": [identifier]}, {"Name": "key", "Values": [PLATFORM]}]
    return next((tag["Value"] for tag in pages(ec2, "describe_tags", "Tags", Filters=filters)), None)
