"""Changes of what runs and of its doors: roles, functions, containers, hosts, registries, load balancer, firewall, schedules, logs."""

import io
import json
import zipfile

from mutation import GONE, Mutation, or_none
from mutations_account import alarm, log_group

ROLE = "env:iam_role.api"
FUNCTION = "env:lambda_function.receipt"
PERMISSION = "env:lambda_permission.receipt"
REPOSITORY = "env:ecr_repository.api"
BALANCER = "env:lb.load_balancer"
HTTPS = "env:lb_listener.https"
HTTP = "env:lb_listener.http"
FIREWALL = "env:wafv2_web_acl.door"
SCHEDULE = "env:scheduler_schedule.expire-holds"
TEMPLATE = "env:launch_template.fares"
HOSTS = "env:autoscaling_group.fares"
SERVICE = "env:ecs_service.web"
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def widen_trust(cloud):
    """Everybody may be api."""
    document = cloud.iam.get_role(RoleName=cloud.id(ROLE))["Role"]["AssumeRolePolicyDocument"]
    document["Statement"].append({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})
    cloud.iam.update_assume_role_policy(RoleName=cloud.id(ROLE), PolicyDocument=json.dumps(document))


def inline(address):
    """Reads a role's inline policies."""

    def read(cloud):
        role = cloud.id(address)
        return {name: cloud.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in cloud.iam.list_role_policies(RoleName=role)["PolicyNames"]}

    return read


def function(*names):
    """Reads parts of the function."""

    def read(cloud):
        one = cloud.aws_lambda.get_function_configuration(FunctionName=cloud.id(FUNCTION))
        return {name: one.get(name) for name in names}

    return read


def set_function(cloud, **values):
    """Changes the function."""
    cloud.aws_lambda.update_function_configuration(FunctionName=cloud.id(FUNCTION), **values)


def permissions(cloud):
    """Who may call the function."""
    policy = or_none(lambda: json.loads(cloud.aws_lambda.get_policy(FunctionName=cloud.id(FUNCTION))["Policy"]))
    return policy and [{key: value for key, value in statement.items() if key != "Resource"} for statement in policy["Statement"]]


def open_permission(cloud):
    """The statement that let the bucket call lets everybody call."""
    name, sid = cloud.id(FUNCTION), cloud.id(PERMISSION)
    cloud.aws_lambda.remove_permission(FunctionName=name, StatementId=sid)
    cloud.aws_lambda.add_permission(FunctionName=name, StatementId=sid, Action="lambda:InvokeFunction", Principal="*")


def other_code(cloud):
    """Somebody else's code."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("handler.py", "def handler(event, context): return 'owned'\n")
    cloud.aws_lambda.update_function_code(FunctionName=cloud.id(FUNCTION), ZipFile=archive.getvalue())


def repository(*names):
    """Reads parts of a repository."""

    def read(cloud):
        one = cloud.ecr.describe_repositories(repositoryNames=[cloud.id(REPOSITORY)])["repositories"][0]
        return {name: one.get(name) for name in names}

    return read


def listeners(*names):
    """Reads the load balancer's listeners."""

    def read(cloud):
        found = cloud.elbv2.describe_listeners(LoadBalancerArn=cloud.id(BALANCER))["Listeners"]
        # Listeners without TLS get a TLS policy of the emulator's.
        return [{name: one.get(name) for name in ("Port", "Protocol", *names) if name != "SslPolicy" or one["Protocol"] == "HTTPS"} for one in found]

    return read


def listener_rules(cloud):
    """Reads the rules of the TLS listener: when, and of what kind."""
    found = cloud.elbv2.describe_rules(ListenerArn=cloud.id(HTTPS))["Rules"]
    return [(one["Priority"], [action["Type"] for action in one["Actions"]], one["Conditions"]) for one in found]


def attributes(*names):
    """Reads attributes of the load balancer."""

    def read(cloud):
        found = cloud.elbv2.describe_load_balancer_attributes(LoadBalancerArn=cloud.id(BALANCER))["Attributes"]
        return {one["Key"]: one["Value"] for one in found if one["Key"] in names}

    return read


def set_attribute(cloud, name, value):
    """Sets an attribute of the load balancer."""
    cloud.elbv2.modify_load_balancer_attributes(LoadBalancerArn=cloud.id(BALANCER), Attributes=[{"Key": name, "Value": value}])


def web_acl(cloud):
    """The firewall and the token with which it is changed."""
    name, identifier = cloud.property(FIREWALL, "Name"), cloud.output(FIREWALL, "Id")
    return {"Name": name, "Id": identifier, "Scope": "REGIONAL"}, cloud.wafv2.get_web_acl(Name=name, Id=identifier, Scope="REGIONAL")


def firewall_rules(cloud):
    """The rules of the firewall."""
    return [(one["Name"], one.get("Action"), one.get("OverrideAction")) for one in web_acl(cloud)[1]["WebACL"]["Rules"]]


def change_firewall(cloud, change):
    """The firewall with other rules."""
    which, answer = web_acl(cloud)
    acl = answer["WebACL"]
    cloud.wafv2.update_web_acl(
        **which, LockToken=answer["LockToken"], DefaultAction=acl["DefaultAction"], VisibilityConfig=acl["VisibilityConfig"], Rules=change(acl["Rules"]),
        Description=acl.get("Description", ""),
    )


def only_count(rules):
    """The limit of requests counts and blocks nobody."""
    return [{**rule, "Action": {"Count": {}}} if rule["Name"] == "rate-limit" else rule for rule in rules]


def firewall_of_balancer(cloud):
    """The firewall before the load balancer."""
    found = or_none(lambda: cloud.wafv2.get_web_acl_for_resource(ResourceArn=cloud.id(BALANCER)))
    return (found or {}).get("WebACL", {}).get("Name")


def schedule(*names):
    """Reads parts of the schedule."""

    def read(cloud):
        group, _, name = cloud.id(SCHEDULE).partition("/")
        one = cloud.scheduler.get_schedule(GroupName=group, Name=name)
        return {key: one.get(key) for key in names}

    return read


def change_schedule(cloud, change):
    """The schedule with other values."""
    group, _, name = cloud.id(SCHEDULE).partition("/")
    one = cloud.scheduler.get_schedule(GroupName=group, Name=name)
    for key in ("ResponseMetadata", "Arn", "CreationDate", "LastModificationDate"):
        one.pop(key, None)
    change(one)
    cloud.scheduler.update_schedule(**one)


def template(cloud):
    """What new machines get."""
    versions = cloud.ec2.describe_launch_template_versions(LaunchTemplateId=cloud.id(TEMPLATE), Versions=["$Default"])["LaunchTemplateVersions"]
    return [one["LaunchTemplateData"].get("MetadataOptions") for one in versions]


def old_metadata(cloud):
    """New machines answer metadata to anybody who asks."""
    identifier = cloud.id(TEMPLATE)
    data = cloud.ec2.describe_launch_template_versions(LaunchTemplateId=identifier, Versions=["$Default"])["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    data["MetadataOptions"] = {"HttpTokens": "optional", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 5}
    made = cloud.ec2.create_launch_template_version(LaunchTemplateId=identifier, LaunchTemplateData=data)["LaunchTemplateVersion"]["VersionNumber"]
    cloud.ec2.modify_launch_template(LaunchTemplateId=identifier, DefaultVersion=str(made))


def hosts(cloud):
    """The group of machines."""
    return [
        {name: one.get(name) for name in ("MinSize", "MaxSize", "DesiredCapacity", "VPCZoneIdentifier")}
        for one in cloud.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[cloud.id(HOSTS)])["AutoScalingGroups"]
    ]


def service(cloud):
    """The service web."""
    one = cloud.ecs.describe_services(cluster=cloud.id("cluster:ecs_cluster.main"), services=[cloud.id(SERVICE)])["services"][0]
    return {"network": one.get("networkConfiguration"), "shell": one.get("enableExecuteCommand"), "deployment": one.get("deploymentConfiguration")}


def set_service(cloud, **values):
    """Changes the service web."""
    cloud.ecs.update_service(cluster=cloud.id("cluster:ecs_cluster.main"), service=cloud.id(SERVICE), **values)


def public_service(cloud):
    """The tasks of web get public addresses."""
    network = service(cloud)["network"]
    network["awsvpcConfiguration"]["assignPublicIp"] = "ENABLED"
    set_service(cloud, networkConfiguration=network)


def cluster(cloud):
    """The cluster's settings."""
    one = cloud.ecs.describe_clusters(clusters=[cloud.id("cluster:ecs_cluster.main")], include=["SETTINGS", "CONFIGURATIONS"])["clusters"][0]
    return {"settings": one.get("settings"), "configuration": one.get("configuration")}


PUBLIC_IMAGES = {"Version": "2012-10-17", "Statement": [{"Sid": "Leak", "Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}]}
FIXED = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": "owned"}}]

MUTATIONS = [
    Mutation("a role's trust widened", 1, ROLE, "AssumeRolePolicyDocument", "iam-trust-scoped", widen_trust, lambda c: c.iam.get_role(RoleName=c.id(ROLE))["Role"]["AssumeRolePolicyDocument"]),
    Mutation(
        "a role made administrator", 1, ROLE, "ManagedPolicyArns", "iam-no-administrator-policy", lambda c: c.iam.attach_role_policy(RoleName=c.id(ROLE), PolicyArn=ADMINISTRATOR),
        lambda c: c.iam.list_attached_role_policies(RoleName=c.id(ROLE))["AttachedPolicies"],
    ),
    Mutation(
        "a role's policy widened", 1, "env:iam_role_policy.web", "PolicyDocument", "iam-no-administrator-statement",
        lambda c: c.iam.put_role_policy(RoleName=c.id("env:iam_role.web"), PolicyName="access", PolicyDocument=EVERYTHING), inline("env:iam_role.web"),
    ),
    Mutation(
        "a role's policy deleted", 1, "env:iam_role_policy.worker", GONE, None, lambda c: c.iam.delete_role_policy(RoleName=c.id("env:iam_role.worker"), PolicyName="access"),
        inline("env:iam_role.worker"),
    ),
    Mutation(
        "a policy added to a role", 1, "env:iam_role.receipt", "Policies", "iam-no-administrator-statement",
        lambda c: c.iam.put_role_policy(RoleName=c.id("env:iam_role.receipt"), PolicyName="backdoor", PolicyDocument=EVERYTHING), inline("env:iam_role.receipt"),
        at="env:iam_role_policy.receipt-added-*",
    ),
    Mutation("a secret in a function's environment", 1, FUNCTION, "Environment", "lambda-no-secrets-in-environment", lambda c: set_function(c, Environment={"Variables": {"DB_PASSWORD": "hunter2"}}), function("Environment")),
    Mutation("a function out of its network", 1, FUNCTION, "VpcConfig", "lambda-in-network", lambda c: set_function(c, VpcConfig={"SubnetIds": [], "SecurityGroupIds": []}), lambda c: {key: function("VpcConfig")(c)["VpcConfig"].get(key) for key in ("SubnetIds", "SecurityGroupIds")}),
    Mutation("a function that loses what fails", 1, FUNCTION, "DeadLetterConfig", "lambda-dead-letters", lambda c: set_function(c, DeadLetterConfig={"TargetArn": ""}), function("DeadLetterConfig")),
    Mutation("a function's key removed", 1, FUNCTION, "KmsKeyArn", "lambda-environment-encrypted", lambda c: set_function(c, KMSKeyArn=""), function("KMSKeyArn")),
    Mutation("a function on an old runtime", 1, FUNCTION, "Runtime", "lambda-runtime-supported", lambda c: set_function(c, Runtime="python3.7"), function("Runtime")),
    Mutation("a function's code replaced", 1, FUNCTION, "Code", None, other_code, function("CodeSha256")),
    Mutation("a function's permission opened to everybody", 1, PERMISSION, "Principal", "lambda-permission-scoped", open_permission, permissions),
    Mutation(
        "a permission added to a function", 2, FUNCTION, "Permissions", "lambda-permission-scoped",
        lambda c: c.aws_lambda.add_permission(FunctionName=c.id(FUNCTION), StatementId="backdoor", Action="lambda:InvokeFunction", Principal="*"), permissions,
        at="env:lambda_permission.receipt-added-*",
    ),
    Mutation(
        "a function given a public address", 2, FUNCTION, "FunctionUrl", None,
        lambda c: c.aws_lambda.create_function_url_config(FunctionName=c.id(FUNCTION), AuthType="NONE"),
        lambda c: or_none(lambda: c.aws_lambda.get_function_url_config(FunctionName=c.id(FUNCTION))["AuthType"]),
    ),
    Mutation(
        "a repository that scans nothing", 1, REPOSITORY, "ImageScanningConfiguration", "ecr-scanned",
        lambda c: c.ecr.put_image_scanning_configuration(repositoryName=c.id(REPOSITORY), imageScanningConfiguration={"scanOnPush": False}),
        repository("imageScanningConfiguration"),
    ),
    Mutation(
        "a repository whose tags may move", 1, REPOSITORY, "ImageTagMutability", "ecr-tags-immutable",
        lambda c: c.ecr.put_image_tag_mutability(repositoryName=c.id(REPOSITORY), imageTagMutability="MUTABLE"), repository("imageTagMutability"),
    ),
    Mutation(
        "a repository that keeps everything", 1, REPOSITORY, "LifecyclePolicy", "ecr-lifecycle", lambda c: c.ecr.delete_lifecycle_policy(repositoryName=c.id(REPOSITORY)),
        lambda c: or_none(lambda: c.ecr.get_lifecycle_policy(repositoryName=c.id(REPOSITORY))["lifecyclePolicyText"]),
    ),
    Mutation(
        "a repository opened to everybody", 1, REPOSITORY, "RepositoryPolicyText", "ecr-not-public",
        lambda c: c.ecr.set_repository_policy(repositoryName=c.id(REPOSITORY), policyText=json.dumps(PUBLIC_IMAGES)),
        lambda c: or_none(lambda: c.ecr.get_repository_policy(repositoryName=c.id(REPOSITORY))["policyText"]),
    ),
    Mutation(
        "a listener that takes old TLS", 1, HTTPS, "SslPolicy", "lb-tls-policy", lambda c: c.elbv2.modify_listener(ListenerArn=c.id(HTTPS), SslPolicy="ELBSecurityPolicy-2016-08"),
        listeners("SslPolicy"),
    ),
    Mutation(
        "a listener that answers in plain HTTP", 1, HTTP, "DefaultActions", "lb-http-redirected",
        lambda c: c.elbv2.modify_listener(ListenerArn=c.id(HTTP), DefaultActions=[{"Type": "forward", "TargetGroupArn": c.id("env:lb_target_group.web")}]),
        lambda c: [action["Type"] for action in c.elbv2.describe_listeners(ListenerArns=[c.id(HTTP)])["Listeners"][0]["DefaultActions"]],
    ),
    Mutation(
        "a listener added in plain HTTP", 1, BALANCER, "Listeners", "lb-http-redirected",
        lambda c: c.elbv2.create_listener(LoadBalancerArn=c.id(BALANCER), Port=8080, Protocol="HTTP", DefaultActions=FIXED), listeners(),
        at="env:lb_listener.load_balancer-added-*",
    ),
    Mutation(
        "a rule added to a listener", 1, HTTPS, "Rules", None,
        lambda c: c.elbv2.create_rule(ListenerArn=c.id(HTTPS), Priority=1, Conditions=[{"Field": "path-pattern", "Values": ["/pay*"]}], Actions=FIXED), listener_rules,
    ),
    Mutation("a listener's rule deleted", 1, "env:lb_listener_rule.web", GONE, None, lambda c: c.elbv2.delete_rule(RuleArn=c.id("env:lb_listener_rule.web")), listener_rules),
    Mutation(
        "a load balancer's deletion protection off", 1, BALANCER, "LoadBalancerAttributes", "lb-deletion-protected",
        lambda c: set_attribute(c, "deletion_protection.enabled", "false"), attributes("deletion_protection.enabled"),
    ),
    Mutation("a load balancer's log off", 1, BALANCER, "LoadBalancerAttributes", "lb-access-logs", lambda c: set_attribute(c, "access_logs.s3.enabled", "false"), attributes("access_logs.s3.enabled")),
    Mutation(
        "a load balancer that passes bad headers", 1, BALANCER, "LoadBalancerAttributes", "lb-drops-invalid-headers",
        lambda c: set_attribute(c, "routing.http.drop_invalid_header_fields.enabled", "false"), attributes("routing.http.drop_invalid_header_fields.enabled"),
    ),
    Mutation(
        "a load balancer's group replaced", 1, BALANCER, "SecurityGroups", None,
        lambda c: c.elbv2.set_security_groups(LoadBalancerArn=c.id(BALANCER), SecurityGroups=[c.id("env:security_group.api")]),
        lambda c: c.elbv2.describe_load_balancers(LoadBalancerArns=[c.id(BALANCER)])["LoadBalancers"][0]["SecurityGroups"],
    ),
    Mutation("a firewall's limit that only counts", 1, FIREWALL, "Rules", "waf-limits-rate", lambda c: change_firewall(c, only_count), firewall_rules),
    Mutation("a firewall without managed rules", 2, FIREWALL, "Rules", "waf-managed-rules", lambda c: change_firewall(c, lambda rules: rules[:1]), firewall_rules),
    Mutation(
        "the firewall taken away", 1, "env:wafv2_web_acl_association.door", GONE, "lb-web-firewall", lambda c: c.wafv2.disassociate_web_acl(ResourceArn=c.id(BALANCER)),
        firewall_of_balancer, at=BALANCER,
    ),
    Mutation(
        "the firewall's log off", 1, "env:wafv2_web_acl_logging_configuration.door", GONE, "waf-logged",
        lambda c: c.wafv2.delete_logging_configuration(ResourceArn=c.id("env:wafv2_web_acl_logging_configuration.door")),
        lambda c: or_none(lambda: c.wafv2.get_logging_configuration(ResourceArn=c.output(FIREWALL, "Arn"))["LoggingConfiguration"]["LogDestinationConfigs"]), at=FIREWALL,
    ),
    Mutation("a service given public addresses", 1, SERVICE, "NetworkConfiguration", "ecs-no-public-address", public_service, lambda c: service(c)["network"]),
    Mutation("a service with a shell", 1, SERVICE, "EnableExecuteCommand", "ecs-service-no-shell", lambda c: set_service(c, enableExecuteCommand=True), lambda c: bool(service(c)["shell"])),
    Mutation(
        "a cluster that measures nothing", 1, "cluster:ecs_cluster.main", "ClusterSettings", "ecs-cluster-container-insights",
        lambda c: c.ecs.update_cluster(cluster=c.id("cluster:ecs_cluster.main"), settings=[{"name": "containerInsights", "value": "disabled"}]),
        lambda c: cluster(c)["settings"],
    ),
    Mutation(
        "sessions that nobody records", 1, "cluster:ecs_cluster.main", "Configuration", "ecs-cluster-exec-recorded",
        lambda c: c.ecs.update_cluster(cluster=c.id("cluster:ecs_cluster.main"), configuration={"executeCommandConfiguration": {"logging": "NONE"}}),
        lambda c: cluster(c)["configuration"],
    ),
    Mutation("machines that answer metadata to anybody", 1, TEMPLATE, "LaunchTemplateData", "host-metadata-version-2", old_metadata, template),
    Mutation(
        "a group of machines that may grow tenfold", 1, HOSTS, "MaxSize", None,
        lambda c: c.autoscaling.update_auto_scaling_group(AutoScalingGroupName=c.id(HOSTS), MaxSize=20), lambda c: [one["MaxSize"] for one in hosts(c)],
    ),
    Mutation(
        "a schedule that loses what fails", 1, SCHEDULE, "Target", "schedule-dead-letters", lambda c: change_schedule(c, lambda one: one["Target"].pop("DeadLetterConfig")),
        lambda c: schedule("Target")(c)["Target"].get("DeadLetterConfig"),
    ),
    Mutation(
        "a schedule that starts another time", 1, SCHEDULE, "ScheduleExpression", None, lambda c: change_schedule(c, lambda one: one.update(ScheduleExpression="rate(1 day)")),
        schedule("ScheduleExpression"),
    ),
    Mutation(
        "a log group's retention cut", 1, "env:log_group.api", "RetentionInDays", "log-group-kept-a-year",
        lambda c: c.logs.put_retention_policy(logGroupName=c.id("env:log_group.api"), retentionInDays=1), log_group("env:log_group.api", "retentionInDays"),
    ),
    Mutation(
        "a log group's retention removed", 1, "env:log_group.worker", "RetentionInDays", "log-group-kept-a-year",
        lambda c: c.logs.delete_retention_policy(logGroupName=c.id("env:log_group.worker")), log_group("env:log_group.worker", "retentionInDays"),
    ),
    Mutation(
        "a log group's key removed", 1, "env:log_group.web", "KmsKeyId", "log-group-encrypted", lambda c: c.logs.disassociate_kms_key(logGroupName=c.id("env:log_group.web")),
        log_group("env:log_group.web", "kmsKeyId"),
    ),
    Mutation(
        "a log group deleted", 1, "env:log_group.fares", GONE, None, lambda c: c.logs.delete_log_group(logGroupName=c.id("env:log_group.fares")),
        log_group("env:log_group.fares", "retentionInDays", "kmsKeyId"),
    ),
    Mutation(
        "an alarm of the database deleted", 1, "env:alarm.db-cpu", GONE, None, lambda c: c.cloudwatch.delete_alarms(AlarmNames=[c.id("env:alarm.db-cpu")]),
        alarm("env:alarm.db-cpu", "Threshold", "AlarmActions"),
    ),
    Mutation(
        "a name turned to another host", 1, "env:route53_record.host-dev-tickets-acme-example", "", None,
        lambda c: c.route53.change_resource_record_sets(
            HostedZoneId=c.id("env:route53_zone.public"),
            ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": {"Name": "dev.tickets.acme.example.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "203.0.113.66"}]}}]},
        ),
        lambda c: [one for one in c.route53.list_resource_record_sets(HostedZoneId=c.id("env:route53_zone.public"))["ResourceRecordSets"] if one["Type"] == "A"],
    ),
    Mutation(
        "a scaling target lowered", 1, "env:appautoscaling_target.api", "MaxCapacity", None,
        lambda c: c.application_autoscaling.register_scalable_target(
            ServiceNamespace="ecs", ScalableDimension="ecs:service:DesiredCount", ResourceId=c.property("env:appautoscaling_target.api", "ResourceId"), MaxCapacity=3
        ),
        lambda c: [(one["ResourceId"], one["MaxCapacity"]) for one in c.application_autoscaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]],
    ),
]
