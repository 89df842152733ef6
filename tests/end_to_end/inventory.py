"""Everything that stands in an account of the emulator, by boto3 alone: `{kind: {identifier, …}}`, for comparing before and after.

It asks every service that Strata builds in, whatever Strata thinks it built there. What AWS itself keeps after a deletion is left out
here, one by one and with the reason.
"""

from world import pages


def inventory(world):
    """The identifiers of everything that stands, by kind."""
    found = {}

    def add(kind, identifiers):
        found[kind] = set(identifiers)

    client = world.client
    ec2 = client("ec2")
    # Strata removes the default network, and `down` has AWS make one anew: whether there is one is compared, not which.
    default = {vpc["VpcId"] for vpc in pages(ec2, "describe_vpcs", "Vpcs") if vpc.get("IsDefault")}
    add("ec2 default network", [str(bool(default))])
    for kind, operation, key, identifier in EC2:
        add(kind, (item[identifier] for item in pages(ec2, operation, key) if living(kind, item) and item.get("VpcId") not in default))
    networks = found["ec2 vpc"]
    # EC2 of AWS removes a VPC's default access list with the VPC; moto leaves it behind (a leftover of the emulator).
    found["ec2 access list"] = {item["NetworkAclId"] for item in pages(ec2, "describe_network_acls", "NetworkAcls") if item["VpcId"] in networks}
    add("ec2 encryption by default", [str(ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"])])

    kms = client("kms")
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in pages(kms, "list_keys", "Keys")]
    # AWS keeps a deleted key for its waiting period of 7 to 30 days.
    add("kms key", (key["KeyId"] for key in keys if key["KeyState"] != "PendingDeletion" and key["KeyManager"] == "CUSTOMER"))
    add("kms alias", (alias["AliasName"] for alias in pages(kms, "list_aliases", "Aliases") if not alias["AliasName"].startswith("alias/aws/")))

    iam = client("iam")
    # A service-linked role belongs to its AWS service, which may refuse its deletion; Strata leaves them.
    add("iam role", (role["RoleName"] for role in pages(iam, "list_roles", "Roles") if not role["Path"].startswith("/aws-service-role/")))
    add("iam user", (user["Arn"] for user in pages(iam, "list_users", "Users")))
    add("iam group", (group["Arn"] for group in pages(iam, "list_groups", "Groups")))
    add("iam policy", (policy["Arn"] for policy in pages(iam, "list_policies", "Policies", Scope="Local")))
    add("iam instance profile", (profile["InstanceProfileName"] for profile in pages(iam, "list_instance_profiles", "InstanceProfiles")))
    add("iam oidc provider", (provider["Arn"] for provider in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]))
    try:
        add("iam password policy", [str(sorted(iam.get_account_password_policy()["PasswordPolicy"].items()))])
    except iam.exceptions.NoSuchEntityException:
        add("iam password policy", [])

    add("s3 bucket", (bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]))
    add("sqs queue", client("sqs").list_queues().get("QueueUrls", []))
    add("sns topic", (topic["TopicArn"] for topic in pages(client("sns"), "list_topics", "Topics")))
    secrets = pages(client("secretsmanager"), "list_secrets", "SecretList")
    add("secret", (secret["Name"] for secret in secrets if "DeletedDate" not in secret))
    logs = client("logs")
    add("log group", (group["logGroupName"] for group in pages(logs, "describe_log_groups", "logGroups")))
    add("log resource policy", (policy["policyName"] for policy in logs.describe_resource_policies().get("resourcePolicies", [])))
    cloudwatch = client("cloudwatch")
    add("alarm", (alarm["AlarmName"] for alarm in pages(cloudwatch, "describe_alarms", "MetricAlarms")))
    add("dashboard", (dashboard["DashboardName"] for dashboard in cloudwatch.list_dashboards().get("DashboardEntries", [])))

    rds = client("rds")
    add("rds instance", (item["DBInstanceIdentifier"] for item in pages(rds, "describe_db_instances", "DBInstances")))
    add("rds subnet group", (item["DBSubnetGroupName"] for item in pages(rds, "describe_db_subnet_groups", "DBSubnetGroups")))
    add("rds event subscription", (item["CustSubscriptionId"] for item in pages(rds, "describe_event_subscriptions", "EventSubscriptionsList")))
    groups = pages(rds, "describe_db_parameter_groups", "DBParameterGroups")
    add("rds parameter group", (item["DBParameterGroupName"] for item in groups if not item["DBParameterGroupName"].startswith("default.")))
    cache = client("elasticache")
    groups = pages(cache, "describe_replication_groups", "ReplicationGroups")
    # moto keeps a deleted group as `deleting` for ever.
    add("cache replication group", (item["ReplicationGroupId"] for item in groups if item["Status"] != "deleting"))
    add("cache user", (user["UserId"] for user in pages(cache, "describe_users", "Users") if user["UserId"] != "default"))
    add("search domain", (item["DomainName"] for item in client("opensearch").list_domain_names()["DomainNames"]))
    # The emulator has no operation that deletes a cache's subnet group, so it is not listed: Strata says of it *not supported*.

    ecs = client("ecs")
    clusters = ecs.describe_clusters(clusters=pages(ecs, "list_clusters", "clusterArns"))["clusters"]
    add("ecs cluster", (cluster["clusterName"] for cluster in clusters if cluster["status"] != "INACTIVE"))
    services = set()
    for cluster in clusters:
        services.update(living_services(ecs, cluster["clusterArn"]))
    add("ecs service", services)
    # A deregistered revision stays readable in AWS as in moto; only the active ones are listed.
    add("ecs task definition", pages(ecs, "list_task_definitions", "taskDefinitionArns", status="ACTIVE"))
    add("ecr repository", (item["repositoryName"] for item in pages(client("ecr"), "describe_repositories", "repositories")))
    balancing = client("elbv2")
    balancers = [item["LoadBalancerArn"] for item in pages(balancing, "describe_load_balancers", "LoadBalancers")]
    add("load balancer", balancers)
    add("listener", (item["ListenerArn"] for arn in balancers for item in pages(balancing, "describe_listeners", "Listeners", LoadBalancerArn=arn)))
    add("target group", (item["TargetGroupArn"] for item in pages(balancing, "describe_target_groups", "TargetGroups")))
    add("web acl", (item["Name"] for item in client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]))
    add("certificate", (item["CertificateArn"] for item in pages(client("acm"), "list_certificates", "CertificateSummaryList")))
    configs = pages(client("route53"), "list_query_logging_configs", "QueryLoggingConfigs")
    add("query log", (config["HostedZoneId"] for config in configs))
    zones = pages(client("route53"), "list_hosted_zones", "HostedZones")
    # Cloud Map of AWS removes a namespace's zone with the namespace; moto leaves it behind (a leftover of the emulator).
    add("hosted zone", (item["Id"] for item in zones if not item["Config"].get("Comment", "").startswith("hosted zone for private dns namespace")))
    discovery = client("servicediscovery")
    add("namespace", (item["Name"] for item in pages(discovery, "list_namespaces", "Namespaces")))
    add("discovery service", (item["Name"] for item in pages(discovery, "list_services", "Services")))
    add("function", (item["FunctionName"] for item in pages(client("lambda"), "list_functions", "Functions")))
    scheduler = client("scheduler")
    # `default` is AWS's own group.
    add("schedule group", (item["Name"] for item in pages(scheduler, "list_schedule_groups", "ScheduleGroups") if item["Name"] != "default"))
    add("schedule", (item["Name"] for item in pages(scheduler, "list_schedules", "Schedules")))
    add("event rule", (item["Name"] for item in pages(client("events"), "list_rules", "Rules")))
    scaling = client("autoscaling")
    add("scaling group", (item["AutoScalingGroupName"] for item in pages(scaling, "describe_auto_scaling_groups", "AutoScalingGroups")))
    add("scalable target", (item["ResourceId"] for item in pages(client("application-autoscaling"), "describe_scalable_targets", "ScalableTargets", ServiceNamespace="ecs")))
    backup = client("backup")
    add("backup vault", (item["BackupVaultName"] for item in pages(backup, "list_backup_vaults", "BackupVaultList")))
    # AWS lists a deleted plan with its date of deletion.
    add("backup plan", (item["BackupPlanName"] for item in pages(backup, "list_backup_plans", "BackupPlansList") if "DeletionDate" not in item))
    add("trail", (item["Name"] for item in client("cloudtrail").describe_trails()["trailList"]))
    config = client("config")
    add("config recorder", (item["name"] for item in config.describe_configuration_recorders()["ConfigurationRecorders"]))
    add("config channel", (item["name"] for item in config.describe_delivery_channels()["DeliveryChannels"]))
    add("guardduty detector", pages(client("guardduty"), "list_detectors", "DetectorIds"))
    try:
        add("security hub", [client("securityhub").describe_hub()["HubArn"]])
    except Exception as error:  # noqa: BLE001 - 'not enabled' has one shape in AWS and another in moto
        add("security hub", [] if "InvalidAccess" in str(error) or "not subscribed" in str(error) else [str(error)])
    status = client("inspector2").batch_get_account_status(accountIds=["111111111111"])["accounts"]
    add("inspector", (kind for account in status for kind, state in account["resourceState"].items() if state["status"] == "ENABLED"))
    control = client("s3control")
    try:
        add("account's public access block", [str(sorted(control.get_public_access_block(AccountId="111111111111")["PublicAccessBlockConfiguration"].items()))])
    except control.exceptions.NoSuchPublicAccessBlockConfiguration:
        add("account's public access block", [])
    return found


EC2 = [
    ("ec2 vpc", "describe_vpcs", "Vpcs", "VpcId"),
    ("ec2 subnet", "describe_subnets", "Subnets", "SubnetId"),
    ("ec2 internet gateway", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    ("ec2 nat gateway", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    ("ec2 address", "describe_addresses", "Addresses", "AllocationId"),
    ("ec2 route table", "describe_route_tables", "RouteTables", "RouteTableId"),
    ("ec2 security group", "describe_security_groups", "SecurityGroups", "GroupId"),
    ("ec2 endpoint", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    ("ec2 flow log", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    ("ec2 launch template", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
    ("ec2 instance", "describe_instances", "Reservations", "ReservationId"),
    ("ec2 volume", "describe_volumes", "Volumes", "VolumeId"),
]


def living(kind, item):
    """Whether EC2 lists it as standing: gateways, endpoints and machines stay listed for a while after their deletion."""
    if kind == "ec2 instance":
        return any(instance["State"]["Name"] != "terminated" for instance in item["Instances"])
    return item.get("State", "available") not in ("deleted", "deleting")


def living_services(ecs, cluster):
    """The services of a cluster that are not deleted: AWS goes on listing those as INACTIVE for a while, moto for ever."""
    arns = pages(ecs, "list_services", "serviceArns", cluster=cluster)
    chunks = [arns[start : start + 10] for start in range(0, len(arns), 10)]
    described = [service for chunk in chunks for service in ecs.describe_services(cluster=cluster, services=chunk)["services"]]
    return [service["serviceArn"] for service in described if service["status"] != "INACTIVE"]


def count(found):
    """How many things stand."""
    return sum(len(identifiers) for identifiers in found.values())


def difference(before, after):
    """What stands now and did not, and what stood and does not."""
    more = {kind: sorted(after[kind] - before.get(kind, set())) for kind in after if after[kind] - before.get(kind, set())}
    less = {kind: sorted(before[kind] - after.get(kind, set())) for kind in before if before[kind] - after.get(kind, set())}
    return more, less
