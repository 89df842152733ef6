"""`up --env dev`, read back by boto3; a second `up`; changes behind our back; images, secrets, plan files."""

import json
import pathlib
import re
import unittest

from expectation import Application
from ownership import ADDRESS, PLATFORM, tagged
from world import ACCOUNT, REGION, WorldCase, pages, tags_of

ENVIRONMENT = "environment/ticketing/dev"
ANYWHERE = "0.0.0.0/0"
# Actions that AWS cannot scope to an ARN: service authorization reference, 'Resource types' column empty.
UNSCOPED = {
    "ecr:GetAuthorizationToken",
    # Lambda developer guide, 'Giving Lambda functions access to resources in an Amazon VPC': on all resources, for Lambda itself.
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}


def name_of(address):
    """`db` of `environment/ticketing/dev/db_instance.db`."""
    return address.rpartition("/")[2].partition(".")[2]


class Dev(WorldCase):
    """One `up`, and what everybody sees of it."""

    @classmethod
    def prepare(cls):
        cls.planned = cls.world.plan("dev")
        cls.answer = cls.world.up("dev")
        cls.resources = {}
        for scope in cls.world.backup().values():
            cls.resources |= scope
        cls.tagged = tagged(cls.world)
        cls.application = Application(cls.world.files / "app.yaml", "dev")

    def unsupported(self):
        return {address for address, resource in self.resources.items() if resource["status"]["is"] == "unsupported"}

    def made(self, type_name):
        """The resources of a type that stand, by address."""
        return {
            address: resource
            for address, resource in self.resources.items()
            if resource["type_name"] == type_name and resource["status"]["is"] == "ready"
        }

    # What stands

    def test_every_step_is_done_or_not_supported_by_the_emulator(self):
        results = {step["address"]: step["result"] for step in self.answer["run"]["steps"]}
        other = {address: result for address, result in results.items() if result["ended"] not in ("done", "unsupported")}
        self.assertEqual(other, {})
        self.assertEqual(self.answer["run"]["status"], "done")

    def test_every_planned_resource_is_in_the_state(self):
        planned = {action["address"] for action in self.planned["actions"]}
        self.assertGreater(len(planned), 150)
        self.assertEqual(planned, set(self.resources))

    def test_what_the_emulator_lacks_is_a_state_of_its_own(self):
        lacking = self.unsupported()
        self.assertTrue(lacking)
        # The emulator is the only excuse: access analyzer and backup selections are missing in it as a whole.
        kinds = {self.resources[address]["type_name"] for address in lacking}
        self.assertIn("AWS::Backup::BackupSelection", kinds)
        text = self.world.run("status", "--env", "dev").out
        self.assertIn("not supported by this emulator", text)

    def test_everything_taggable_exists_once_with_its_owner(self):
        wanted = {
            address
            for address, resource in self.resources.items()
            # moto has no call that shows the tags of Security Hub.
            if "Tags" in resource["properties"] and resource["status"]["is"] == "ready" and resource["type_name"] != "AWS::SecurityHub::Hub"
        }
        seen = [tags[ADDRESS] for tags, _ in self.tagged]
        self.assertEqual(sorted(address for address in seen if seen.count(address) > 1), [], "each once")
        self.assertEqual(sorted(set(seen) - wanted), [], "nothing else")
        self.assertEqual(sorted(wanted - set(seen)), [], "all of it")
        self.assertEqual({tags[PLATFORM] for tags, _ in self.tagged}, {"acme"})

    def test_untagged_parts_exist_once(self):
        ec2 = self.world.client("ec2")
        acls = [acl for acl in pages(ec2, "describe_network_acls", "NetworkAcls") if ADDRESS in tags_of(acl.get("Tags"))]
        entries = [entry for acl in acls for entry in acl["Entries"] if entry["RuleNumber"] < 32767]
        self.assertEqual(len(entries), len(self.made("AWS::EC2::NetworkAclEntry")))
        tables = [table for table in pages(ec2, "describe_route_tables", "RouteTables") if ADDRESS in tags_of(table.get("Tags"))]
        # A gateway endpoint's own route is of the table too; it has a prefix list instead of a range.
        routes = [route for table in tables for route in table["Routes"] if route.get("GatewayId") != "local" and "DestinationCidrBlock" in route]
        self.assertEqual(len(routes), len(self.made("AWS::EC2::Route")))
        aliases = [alias["AliasName"] for alias in pages(self.world.client("kms"), "list_aliases", "Aliases") if not alias["AliasName"].startswith("alias/aws/")]
        self.assertEqual(len(aliases), len(self.made("AWS::KMS::Alias")))
        scaling = self.world.client("application-autoscaling")
        policies = pages(scaling, "describe_scaling_policies", "ScalingPolicies", ServiceNamespace="ecs")
        self.assertEqual(len(policies), len(self.made("AWS::ApplicationAutoScaling::ScalingPolicy")))
        schedules = pages(self.world.client("scheduler"), "list_schedules", "Schedules")
        self.assertEqual([name_of(address) for address in self.made("AWS::Scheduler::Schedule")], ["expire-holds"])
        self.assertEqual(len(schedules), 1)

    # Encrypted with keys of the environment's own

    def own_keys(self):
        kms = self.world.client("kms")
        return {kms.describe_key(KeyId=identifier)["KeyMetadata"]["Arn"] for tags, identifier in self.tagged if "/kms_key." in tags[ADDRESS]}

    def assert_own_key(self, what, key):
        kms = self.world.client("kms")
        self.assertTrue(key, f"{what} has no key")
        self.assertIn(kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"], self.own_keys(), what)

    def test_everything_is_encrypted_with_keys_of_ours(self):
        world = self.world
        database = world.client("rds").describe_db_instances()["DBInstances"]
        self.assertEqual(len(database), 1)
        self.assertTrue(database[0]["StorageEncrypted"])
        self.assertFalse(database[0]["PubliclyAccessible"])
        self.assert_own_key("the database", database[0]["KmsKeyId"])
        self.assert_own_key("the database's password", database[0]["MasterUserSecret"]["KmsKeyId"])
        cache = [group for group in world.client("elasticache").describe_replication_groups()["ReplicationGroups"]]
        self.assertEqual([(group["AtRestEncryptionEnabled"], group["TransitEncryptionEnabled"]) for group in cache], [(True, True)])
        self.assert_own_key("the cache", cache[0]["KmsKeyId"])
        s3 = world.client("s3")
        for bucket in s3.list_buckets()["Buckets"]:
            rule = s3.get_bucket_encryption(Bucket=bucket["Name"])["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"]
            block = s3.get_public_access_block(Bucket=bucket["Name"])["PublicAccessBlockConfiguration"]
            self.assertTrue(all(block.values()), bucket["Name"])
            if rule["SSEAlgorithm"] == "AES256":
                # Server access logs can be delivered to a bucket with SSE-S3 only (S3 user guide, 'Enabling access logging'); load
                # balancers' likewise.
                self.assertRegex(bucket["Name"], "log")
            else:
                self.assert_own_key(bucket["Name"], rule["KMSMasterKeyID"])
        sqs = world.client("sqs")
        for url in sqs.list_queues()["QueueUrls"]:
            self.assert_own_key(url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"].get("KmsMasterKeyId"))
        for name in pages(world.client("dynamodb"), "list_tables", "TableNames"):
            table = world.client("dynamodb").describe_table(TableName=name)["Table"]
            self.assert_own_key(name, table.get("SSEDescription", {}).get("KMSMasterKeyArn"))
        for name in pages(world.client("kinesis"), "list_streams", "StreamNames"):
            self.assert_own_key(name, world.client("kinesis").describe_stream_summary(StreamName=name)["StreamDescriptionSummary"].get("KeyId"))
        sns = world.client("sns")
        for topic in pages(sns, "list_topics", "Topics"):
            self.assert_own_key(topic["TopicArn"], sns.get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"].get("KmsMasterKeyId"))
        for secret in pages(world.client("secretsmanager"), "list_secrets", "SecretList"):
            self.assert_own_key(secret["Name"], secret.get("KmsKeyId"))
        owned_groups = [identifier for tags, identifier in self.tagged if "/log_group." in tags[ADDRESS]]
        for group in pages(world.client("logs"), "describe_log_groups", "logGroups"):
            if group["logGroupName"] in owned_groups:
                self.assert_own_key(group["logGroupName"], group.get("kmsKeyId"))
                self.assertGreater(group.get("retentionInDays", 0), 0, group["logGroupName"])
        for repository in world.client("ecr").describe_repositories()["repositories"]:
            self.assertEqual(repository["encryptionConfiguration"]["encryptionType"], "KMS")
            self.assert_own_key(repository["repositoryName"], repository["encryptionConfiguration"].get("kmsKey"))
        for vault in world.client("backup").list_backup_vaults()["BackupVaultList"]:
            self.assert_own_key(vault["BackupVaultName"], vault["EncryptionKeyArn"])
        for trail in world.client("cloudtrail").describe_trails()["trailList"]:
            self.assert_own_key(trail["Name"], trail.get("KmsKeyId"))
        templates = world.client("ec2").describe_launch_template_versions(Versions=["$Latest"])["LaunchTemplateVersions"]
        self.assertTrue(templates)
        for template in templates:
            for mapping in template["LaunchTemplateData"]["BlockDeviceMappings"]:
                self.assertTrue(mapping["Ebs"]["Encrypted"])
                self.assert_own_key(template["LaunchTemplateName"], mapping["Ebs"]["KmsKeyId"])
            self.assertEqual(template["LaunchTemplateData"]["MetadataOptions"]["HttpTokens"], "required")

    def test_every_key_of_ours_rotates(self):
        kms = self.world.client("kms")
        for key in self.own_keys():
            self.assertTrue(kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"], key)

    # In the right subnets

    def tiers(self):
        """subnet id -> public, private or data, by its routes and not by its name: out by the internet gateway, by NAT, or not at all."""
        ec2 = self.world.client("ec2")
        tiers = {}
        for table in pages(ec2, "describe_route_tables", "RouteTables"):
            out = next((route for route in table["Routes"] if route.get("DestinationCidrBlock") == ANYWHERE), {})
            tier = "public" if str(out.get("GatewayId", "")).startswith("igw-") else "private" if out.get("NatGatewayId") else "data"
            for association in table["Associations"]:
                if "SubnetId" in association:
                    tiers[association["SubnetId"]] = tier
        return tiers

    def assert_tier(self, what, tier, subnets):
        tiers = self.tiers()
        self.assertTrue(subnets, what)
        self.assertEqual({tiers[subnet] for subnet in subnets}, {tier}, what)

    def test_everything_is_in_its_subnets(self):
        world = self.world
        self.assertEqual(sorted(self.tiers().values()), ["data"] * 2 + ["private"] * 2 + ["public"] * 2)
        database = world.client("rds").describe_db_instances()["DBInstances"][0]
        self.assert_tier("database", "data", [subnet["SubnetIdentifier"] for subnet in database["DBSubnetGroup"]["Subnets"]])
        groups = world.client("elasticache").describe_cache_subnet_groups()["CacheSubnetGroups"]
        self.assert_tier("cache", "data", [subnet["SubnetIdentifier"] for group in groups for subnet in group["Subnets"]])
        ecs = world.client("ecs")
        for cluster in pages(ecs, "list_clusters", "clusterArns"):
            services = pages(ecs, "list_services", "serviceArns", cluster=cluster)
            self.assertEqual(len(services), 3)
            for service in ecs.describe_services(cluster=cluster, services=services)["services"]:
                placed = service["networkConfiguration"]["awsvpcConfiguration"]
                self.assertEqual(placed["assignPublicIp"], "DISABLED")
                self.assert_tier(service["serviceName"], "private", placed["subnets"])
        for group in world.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]:
            self.assert_tier(group["AutoScalingGroupName"], "private", group["VPCZoneIdentifier"].split(","))
            self.assertEqual(group["DesiredCapacity"], 2, "the override of dev")
        for function in pages(world.client("lambda"), "list_functions", "Functions"):
            self.assert_tier(function["FunctionName"], "private", function["VpcConfig"]["SubnetIds"])
        balancers = world.client("elbv2").describe_load_balancers()["LoadBalancers"]
        self.assertEqual([balancer["Scheme"] for balancer in balancers], ["internet-facing"])
        self.assert_tier("load balancer", "public", [zone["SubnetId"] for zone in balancers[0]["AvailabilityZones"]])
        gateways = [gateway for gateway in world.client("ec2").describe_nat_gateways()["NatGateways"] if gateway["State"] == "available"]
        self.assertEqual(len(gateways), 1, "nat: single")
        self.assert_tier("NAT", "public", [gateway["SubnetId"] for gateway in gateways])
        endpoints = [item for item in world.client("ec2").describe_vpc_endpoints()["VpcEndpoints"] if item["VpcEndpointType"] == "Interface"]
        self.assert_tier("endpoints", "private", [subnet for endpoint in endpoints for subnet in endpoint["SubnetIds"]])

    # The rules and statements that `uses:` means, and no others

    def groups(self):
        """group id -> the name that `expectation` gives it."""
        names = {}
        for tags, identifier in self.tagged:
            address = tags[ADDRESS]
            if identifier.startswith("sg-"):
                # network/nonprod/security_group.endpoint-ecr-api and environment/…/security_group.api
                name = name_of(address)
                names[identifier] = name if address.startswith(ENVIRONMENT) else address
        for endpoint in self.world.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]:
            service = endpoint["ServiceName"].removeprefix(f"com.amazonaws.{REGION}.")
            for group in endpoint.get("Groups", []):
                names[group["GroupId"]] = f"endpoint:{service}"
        return names

    def test_the_rules_are_those_of_the_uses_lines(self):
        ec2 = self.world.client("ec2")
        names = self.groups()
        lists = {item["PrefixListId"]: "prefix:" + item["PrefixListName"].rpartition(".")[2] for item in ec2.describe_managed_prefix_lists()["PrefixLists"]}
        actual, doors = [], set()
        for rule in pages(ec2, "describe_security_group_rules", "SecurityGroupRules"):
            owner = names.get(rule["GroupId"])
            if owner is None:
                continue
            direction = "egress" if rule["IsEgress"] else "ingress"
            peer = rule.get("CidrIpv4") or lists.get(rule.get("PrefixListId")) or names.get(rule.get("ReferencedGroupInfo", {}).get("GroupId"))
            self.assertEqual(rule["FromPort"], rule["ToPort"], "one port a rule")
            self.assertEqual(rule["IpProtocol"], "tcp")
            entry = (direction, owner, peer, rule["FromPort"])
            if owner == "load_balancer" and peer == ANYWHERE:
                doors.add(entry)
            else:
                actual.append(entry)
        self.assertEqual(len(actual), len(set(actual)), "each rule once")
        expected = self.application.rules()
        self.assertEqual(sorted(set(actual) - expected, key=str), [], "rules that no line asks for")
        self.assertEqual(sorted(expected - set(actual), key=str), [], "rules that a line asks for and that are not there")
        self.assertEqual(doors, {("ingress", "load_balancer", ANYWHERE, 443), ("ingress", "load_balancer", ANYWHERE, 80)})

    def test_the_default_group_of_the_network_is_locked(self):
        ec2 = self.world.client("ec2")
        network = next(identifier for tags, identifier in self.tagged if tags[ADDRESS] == "network/nonprod/vpc.nonprod" or "/vpc." in tags[ADDRESS])
        groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [network]}, {"Name": "group-name", "Values": ["default"]}])
        self.assertEqual([(group["IpPermissions"], group["IpPermissionsEgress"]) for group in groups["SecurityGroups"]], [([], [])])

    def statements(self, role):
        """All statements of a role's inline policies."""
        iam = self.world.client("iam")
        found = []
        for name in pages(iam, "list_role_policies", "PolicyNames", RoleName=role):
            document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            found += document["Statement"]
        return found

    def arns(self):
        """ARN or part of one -> (name of the resource, part of it)."""
        found = {}
        for tags, identifier in self.tagged:
            address, name = tags[ADDRESS], name_of(tags[ADDRESS])
            if "/bucket." in address:
                found[f"arn:aws:s3:::{identifier}"] = (name, "whole")
                found[f"arn:aws:s3:::{identifier}/*"] = (name, "inside")
            elif "/queue." in address:
                queue = identifier.rpartition("/")[2]
                found[f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"] = (name, "whole")
            elif "/search_domain." in address:
                found[f"{identifier}/*"] = (name, "inside")
            elif "/dynamodb_table." in address:
                table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{identifier.rpartition('/')[2]}"
                found |= {table: (name, "whole"), f"{table}/index/*": (name, "inside"), f"{table}/stream/*": (name, "stream")}
            elif "/topic." in address:
                found[f"arn:aws:sns:{REGION}:{ACCOUNT}:{identifier.rpartition(':')[2]}"] = (name, "whole")
            elif "/kinesis_stream." in address:
                found[f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{identifier.rpartition('/')[2]}"] = (name, "whole")
            elif identifier.startswith("arn:aws:elasticache") and ":replicationgroup:" in identifier:
                found[identifier] = (name, "user")
            elif identifier.startswith("arn:aws:elasticache") and ":user:" in identifier:
                found[identifier] = ("cache", "user")
        for database in self.world.client("rds").describe_db_instances()["DBInstances"]:
            found[database["DbiResourceId"]] = ("db", "user")
        return found

    def test_the_statements_are_those_of_the_uses_lines(self):
        arns = self.arns()
        expected, expected_keys = self.application.statements()
        roles = {name_of(tags[ADDRESS]): identifier.rpartition("/")[2] for tags, identifier in self.tagged if tags[ADDRESS].startswith(f"{ENVIRONMENT}/iam_role.")}
        key_of = self.keys_of_targets()
        for _, workload, _ in self.application.workloads():
            actual, keys = set(), set()
            # One key may encrypt more than this workload's own things: whose it means follows from what the workload may reach.
            used = {edge[1] for edge in self.application.edges() if edge[0] == workload} | {f"{workload}-failed"}
            for statement in self.statements(roles[workload]):
                if statement["Effect"] == "Deny":
                    continue
                actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
                resources = [statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"]
                for action in actions:
                    self.assertNotIn("*", action, "no wildcard action")
                if "*" in resources:
                    self.assertLessEqual(set(actions), UNSCOPED, f"{workload}: a wildcard where AWS takes an ARN")
                services = {action.partition(":")[0] for action in actions}
                if services & {"s3", "sqs", "sns", "rds-db", "elasticache", "dynamodb", "kinesis", "es"}:
                    for resource in resources:
                        user = re.fullmatch(rf"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:([^/]+)/(.+)", resource)
                        to, part = arns[user.group(1)] if user else arns[resource]
                        if user:
                            self.assertIn(workload.replace("-", "_"), user.group(2).replace("-", "_"), "its own user")
                        actual.add((to, part, tuple(sorted(actions))))
                via = statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService")
                via = via[0] if isinstance(via, list) else via
                if "kms" in services and via in {f"{service}.{REGION}.amazonaws.com" for service in ("s3", "sqs", "sns", "dynamodb", "kinesis")}:
                    service = via.partition(".")[0]
                    for resource in resources:
                        keys.update((to, tuple(sorted(actions))) for to in key_of[(resource, service)] if to in used)
                elif "kms" in services:
                    self.assertIn("Condition", statement, f"{workload}: a key is opened through one service only")
            self.assertEqual(actual, expected.get(workload, set()), workload)
            self.assertEqual(keys, expected_keys.get(workload, set()), workload)

    def keys_of_targets(self):
        """(key, service) -> the names of what it encrypts there."""
        found = {}
        s3, sqs, kms = self.world.client("s3"), self.world.client("sqs"), self.world.client("kms")
        for tags, identifier in self.tagged:
            name = name_of(tags[ADDRESS])
            if "/bucket." in tags[ADDRESS]:
                rule = s3.get_bucket_encryption(Bucket=identifier)["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"]
                if rule["SSEAlgorithm"] != "AES256":
                    found.setdefault((kms.describe_key(KeyId=rule["KMSMasterKeyID"])["KeyMetadata"]["Arn"], "s3"), set()).add(name)
            elif "/queue." in tags[ADDRESS]:
                key = sqs.get_queue_attributes(QueueUrl=identifier, AttributeNames=["All"])["Attributes"]["KmsMasterKeyId"]
                found.setdefault((kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"], "sqs"), set()).add(name)
            elif "/dynamodb_table." in tags[ADDRESS]:
                table = self.world.client("dynamodb").describe_table(TableName=identifier.rpartition("/")[2])["Table"]
                found.setdefault((kms.describe_key(KeyId=table["SSEDescription"]["KMSMasterKeyArn"])["KeyMetadata"]["Arn"], "dynamodb"), set()).add(name)
            elif "/topic." in tags[ADDRESS]:
                key = self.world.client("sns").get_topic_attributes(TopicArn=identifier)["Attributes"]["KmsMasterKeyId"]
                found.setdefault((kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"], "sns"), set()).add(name)
            elif "/kinesis_stream." in tags[ADDRESS]:
                stream = self.world.client("kinesis").describe_stream_summary(StreamName=identifier.rpartition("/")[2])["StreamDescriptionSummary"]
                found.setdefault((kms.describe_key(KeyId=stream["KeyId"])["KeyMetadata"]["Arn"], "kinesis"), set()).add(name)
        return found

    def test_no_role_has_a_wildcard_where_an_arn_would_do(self):
        for tags, identifier in self.tagged:
            if "/iam_role." not in tags[ADDRESS]:
                continue
            for statement in self.statements(identifier.rpartition("/")[2]):
                actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
                # A denial is the better the wider it is.
                if statement["Effect"] == "Allow" and statement["Resource"] in ("*", ["*"]):
                    self.assertLessEqual(set(actions), UNSCOPED, tags[ADDRESS])

    # Images and secrets that are not there yet

    def test_services_without_an_image_have_no_task_and_say_so(self):
        ecs = self.world.client("ecs")
        for cluster in pages(ecs, "list_clusters", "clusterArns"):
            services = pages(ecs, "list_services", "serviceArns", cluster=cluster)
            self.assertEqual({service["desiredCount"] for service in ecs.describe_services(cluster=cluster, services=services)["services"]}, {0})
        status = self.world.run("status", "--env", "dev").out
        self.assertIn("first image", status)
        self.assertIn("PAYMENT_API_KEY", status)

    def test_no_secret_value_is_in_the_state(self):
        text = json.dumps(self.resources)
        self.assertNotIn("SecretString", text)
        for key in ("MasterUserPassword", "AuthToken"):
            self.assertNotIn(f'"{key}"', text)

    # The journal

    def test_history_lists_the_run(self):
        runs = self.world.run("history", "--format", "json").json()["runs"]
        self.assertEqual((runs[-1]["status"], runs[-1]["target"]), ("done", ENVIRONMENT))

    def test_a_backup_comes_back_into_an_empty_folder_and_into_no_other(self):
        file = self.world.folder / "backup.json"
        self.world.run("state", "export", "-o", file, cloud=False)
        elsewhere = self.world.folder / "elsewhere"
        self.world.run("state", "import", file, cloud=False, state=elsewhere)
        again = self.world.run("state", "export", cloud=False, state=elsewhere).json()
        self.assertEqual(again, json.loads(file.read_text()))
        refused = self.world.run("state", "import", file, cloud=False, expect=1)
        self.assertIn("already holds resources", refused.err)
        calls, _ = self.world.mutating_of("up", "--env", "dev", "--yes", state=elsewhere)
        self.assertEqual(calls, [], "the state that came back knows everything")


class Repair(WorldCase):
    """A second `up`, and changes behind our back."""

    @classmethod
    def prepare(cls):
        cls.world.up("dev")
        cls.resources = {}
        for scope in cls.world.backup().values():
            cls.resources |= scope

    def test_a_second_up_sends_no_mutating_call(self):
        calls, result = self.world.mutating_of("up", "--env", "dev", "--yes")
        self.assertEqual(calls, [], str(result))

    def repaired(self, address_end, path_part, expected_calls):
        """`drift` names the resource, the field and both values; `up` sends these calls and no others; then there is no drift."""
        drift = self.world.run("drift", "--env", "dev", "--format", "json", expect=1).json()["drifted"]
        self.assertEqual([item["address"].rpartition("/")[2] for item in drift], [address_end])
        fields = [field for field in drift[0]["fields"] if path_part in field["path"]]
        self.assertEqual(len(fields), 1, drift)
        self.assertNotEqual(fields[0]["applied"], fields[0]["observed"])
        calls, result = self.world.mutating_of("up", "--env", "dev", "--yes")
        self.assertEqual(sorted(set(calls)), sorted(expected_calls), str(result))
        after = self.world.run("drift", "--env", "dev", "--format", "json").json()["drifted"]
        self.assertEqual(after, [])
        return fields[0]

    def address(self, kind, name):
        return next(address for address in self.resources if address.endswith(f"/{kind}.{name}"))

    def test_a_key_that_no_longer_rotates(self):
        address = next(address for address, resource in self.resources.items() if resource["type_name"] == "AWS::KMS::Key" and address.startswith(ENVIRONMENT))
        self.world.client("kms").disable_key_rotation(KeyId=self.resources[address]["id"])
        field = self.repaired(address.rpartition("/")[2], "EnableKeyRotation", ["kms:EnableKeyRotation"])
        self.assertEqual((field["applied"]["value"], field["observed"]["value"]), (True, False))

    def test_a_bucket_whose_versions_are_suspended(self):
        address = self.address("bucket", "documents")
        bucket = self.resources[address]["id"]
        self.world.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
        field = self.repaired("bucket.documents", "Versioning", ["s3:PutBucketVersioning"])
        self.assertIn("Suspended", json.dumps(field["observed"]))

    def test_a_log_group_whose_retention_was_cut(self):
        address = next(address for address, resource in self.resources.items() if resource["type_name"] == "AWS::Logs::LogGroup" and address.startswith(ENVIRONMENT))
        self.world.client("logs").put_retention_policy(logGroupName=self.resources[address]["id"], retentionInDays=1)
        field = self.repaired(address.rpartition("/")[2], "RetentionInDays", ["logs:PutRetentionPolicy"])
        self.assertEqual(field["observed"]["value"], 1)

    def test_a_rule_of_a_security_group_that_was_opened(self):
        address = self.address("security_group_ingress", "api-to-db-5432")
        resource = self.resources[address]
        ec2 = self.world.client("ec2")
        rule = ec2.describe_security_group_rules(SecurityGroupRuleIds=[resource["id"]])["SecurityGroupRules"][0]
        ec2.modify_security_group_rules(
            GroupId=rule["GroupId"],
            SecurityGroupRules=[
                {
                    "SecurityGroupRuleId": resource["id"],
                    "SecurityGroupRule": {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 5432, "ReferencedGroupId": rule["ReferencedGroupInfo"]["GroupId"]},
                }
            ],
        )
        drift = self.world.run("drift", "--env", "dev", "--format", "json", expect=1).json()["drifted"]
        self.assertEqual([item["address"] for item in drift], [address])
        calls, _ = self.world.mutating_of("up", "--env", "dev", "--yes")
        self.assertTrue(calls and all(call.startswith("ec2:") for call in calls), calls)
        self.assertLessEqual(len(calls), 3)
        rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [rule["GroupId"]]}])["SecurityGroupRules"]
        self.assertNotIn(1, [rule.get("FromPort") for rule in rules])

    def test_what_was_deleted_is_made_again(self):
        address = self.address("alarm", name_of(next(address for address, resource in self.resources.items() if resource["type_name"] == "AWS::CloudWatch::Alarm")))
        self.world.client("cloudwatch").delete_alarms(AlarmNames=[self.resources[address]["id"]])
        drift = self.world.run("drift", "--env", "dev", "--format", "json", expect=1).json()["drifted"]
        self.assertEqual([(item["address"], item["gone"]) for item in drift], [(address, True)])
        calls, _ = self.world.mutating_of("up", "--env", "dev", "--yes")
        self.assertEqual(set(calls), {"monitoring:PutMetricAlarm"})


class Changes(WorldCase):
    """Images, secrets and plan files."""

    @classmethod
    def prepare(cls):
        cls.world.up("dev")

    def service(self, name):
        ecs = self.world.client("ecs")
        cluster = pages(ecs, "list_clusters", "clusterArns")[0]
        arn = next(arn for arn in pages(ecs, "list_services", "serviceArns", cluster=cluster) if arn.rpartition("/")[2].endswith(name))
        return ecs.describe_services(cluster=cluster, services=[arn])["services"][0]

    def test_a_new_image_is_a_plan_like_any_other(self):
        ecs = self.world.client("ecs")
        before = self.service("web")
        self.assertEqual(before["desiredCount"], 0)
        image = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/ticketing/dev/web:1.4.2"
        calls, _ = self.world.mutating_of("deploy", "--env", "dev", f"web={image}", "--yes")
        self.assertIn("ecs:RegisterTaskDefinition", calls)
        self.assertIn("ecs:UpdateService", calls)
        after = self.service("web")
        self.assertNotEqual(after["taskDefinition"], before["taskDefinition"])
        self.assertEqual(after["desiredCount"], 2, "scale: {min: 2}")
        images = [item["image"] for item in ecs.describe_task_definition(taskDefinition=after["taskDefinition"])["taskDefinition"]["containerDefinitions"]]
        self.assertIn(image, images)
        self.assertEqual(ecs.describe_task_definition(taskDefinition=before["taskDefinition"])["taskDefinition"]["status"], "INACTIVE")
        self.assertEqual(self.service("api")["desiredCount"], 0, "no other service moves")
        calls, _ = self.world.mutating_of("up", "--env", "dev", "--yes")
        self.assertEqual(calls, [], "the image is remembered")

    def test_a_secret_goes_to_secrets_manager_and_nowhere_else(self):
        value = "pk_live_4f9d2e71c0ffee"
        self.assertIn("PAYMENT_API_KEY", self.world.run("status", "--env", "dev").out)
        self.world.run("secret", "set", "PAYMENT_API_KEY", "--env", "dev", stdin=value + "\n")
        secrets = self.world.client("secretsmanager")
        name = next(secret["Name"] for secret in pages(secrets, "list_secrets", "SecretList") if "PAYMENT_API_KEY" in secret["Name"])
        self.assertEqual(secrets.get_secret_value(SecretId=name)["SecretString"], value)
        self.assertNotIn("PAYMENT_API_KEY", self.world.run("status", "--env", "dev").out)
        self.world.up("dev")
        self.assertEqual(secrets.get_secret_value(SecretId=name)["SecretString"], value, "`up` leaves the value alone")
        for path in [*self.world.state.rglob("*"), pathlib.Path(self.world.recorder.path)]:
            if path.is_file():
                self.assertNotIn(value.encode(), path.read_bytes(), path)
        for output in self.world.outputs:
            self.assertNotIn(value, output)

    def test_an_unknown_secret_is_refused(self):
        refused = self.world.run("secret", "set", "NO_SUCH", "--env", "dev", stdin="x", expect=None)
        self.assertNotEqual(refused.code, 0)
        self.assertIn("PAYMENT_API_KEY", refused.err, "what there is")

    def edit(self, old, new):
        path = self.world.files / "app.yaml"
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new))

    def test_a_plan_file_runs_as_it_was_reviewed_or_not_at_all(self):
        self.edit("visibility: 60s", "visibility: 90s")
        file = self.world.folder / "dev.plan"
        self.world.run("plan", "--env", "dev", "-o", file)
        tampered = self.world.folder / "tampered.plan"
        text = file.read_text()
        self.assertIn("90", text)
        tampered.write_text(text.replace("90", "91", 1))
        refused, result = self.world.mutating_of("up", tampered, "--yes", expect=1)
        self.assertEqual(refused, [])
        self.assertIn("changed after it was made", result.err)
        calls, _ = self.world.mutating_of("up", file, "--yes")
        self.assertEqual(calls, ["sqs:SetQueueAttributes"])
        refused, result = self.world.mutating_of("up", file, "--yes", expect=1)
        self.assertEqual(refused, [])
        self.assertIn("E0701", result.err)
        self.assertIn("stale", result.err)

    def test_without_consent_nothing_is_changed(self):
        self.edit("expire: 7y", "expire: 8y")
        calls, result = self.world.mutating_of("up", "--env", "dev", expect=None)
        self.edit("expire: 8y", "expire: 7y")
        self.assertNotEqual(result.code, 0)
        self.assertEqual(calls, [])


if __name__ == "__main__":
    unittest.main()
