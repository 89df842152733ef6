"""Changes of search engines, for environments that have one."""

import json

from mutation import Mutation
from mutations_account import with_statement

KIND = "environment/ticketing/dev/search_domain."
LEAK = {"Sid": "Leak", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "es:*", "Resource": "*"}


def of(resources):
    """The mutations of the first search engine of an environment; none where it has none."""
    names = sorted(address.removeprefix(KIND) for address in resources if address.startswith(KIND))
    return mutations(f"env:search_domain.{names[0]}") if names else []


def mutations(address):
    """The mutations of one search engine."""

    def status(cloud):
        return cloud.opensearch.describe_domain(DomainName=cloud.id(address))["DomainStatus"]

    def part(name):
        """Reads one part of the domain."""
        return lambda cloud: status(cloud).get(name)

    def change(**options):
        return lambda cloud: cloud.opensearch.update_domain_config(DomainName=cloud.id(address), **options)

    def nodes_of(cloud):
        """How the nodes stand; what the emulator fills in by itself comes and goes."""
        return {name: value for name, value in status(cloud)["ClusterConfig"].items() if name.startswith(("Instance", "Zone", "Dedicated"))}

    def silence(kind):
        """One kind of log goes nowhere. The emulator takes the parts that are sent for all there are, so the others are sent again."""

        def apply(cloud):
            logs = {name: {**log, "Enabled": log["Enabled"] and name != kind} for name, log in status(cloud)["LogPublishingOptions"].items()}
            change(LogPublishingOptions=logs)(cloud)

        return apply

    def shrink(cloud):
        """One node in one zone, which leads itself."""
        nodes = {**status(cloud)["ClusterConfig"], "InstanceCount": 1, "ZoneAwarenessEnabled": False, "DedicatedMasterEnabled": False}
        change(ClusterConfig=nodes)(cloud)

    def open_policy(cloud):
        """Everybody may send everything."""
        change(AccessPolicies=with_statement(status(cloud)["AccessPolicies"], LEAK))(cloud)

    def policy(cloud):
        """The statements, whatever their order in the text."""
        return json.loads(status(cloud)["AccessPolicies"])["Statement"]

    def other_group(cloud):
        """The firewall of another thing in its place."""
        subnets = status(cloud)["VPCOptions"]["SubnetIds"]
        change(VPCOptions={"SubnetIds": subnets, "SecurityGroupIds": [cloud.id("env:security_group.load_balancer")]})(cloud)

    def untag(cloud):
        cloud.opensearch.remove_tags(ARN=cloud.output(address, "Arn"), TagKeys=["data-classification"])

    def tags(cloud):
        return cloud.opensearch.list_tags(ARN=cloud.output(address, "Arn"))["TagList"]

    old = {"EnforceHTTPS": True, "TLSSecurityPolicy": "Policy-Min-TLS-1-0-2019-07"}
    plain = {"EnforceHTTPS": False, "TLSSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"}
    passwords = {"Enabled": True, "InternalUserDatabaseEnabled": True}
    security, logs, nodes, door = "AdvancedSecurityOptions", "LogPublishingOptions", "ClusterConfig", "DomainEndpointOptions"
    return [
        Mutation("a search engine without its audit log", 1, address, f"{logs}.AUDIT_LOGS", "opensearch-audit-logged", silence("AUDIT_LOGS"), part(logs)),
        Mutation("a search engine that keeps passwords", 1, address, security, "opensearch-access-controlled", change(AdvancedSecurityOptions=passwords), part(security)),
        Mutation("a search engine that takes plain HTTP", 1, address, f"{door}.EnforceHTTPS", "opensearch-tls", change(DomainEndpointOptions=plain), part(door)),
        Mutation("a search engine's policy opened", 1, address, "AccessPolicies", "opensearch-policy-not-public", open_policy, policy),
        Mutation("a search engine cut to one node", 1, address, f"{nodes}.ZoneAwarenessEnabled", "opensearch-fault-tolerant", shrink, nodes_of),
        Mutation(
            "a search engine's updates off", 1, address, "SoftwareUpdateOptions", "opensearch-software-current",
            change(SoftwareUpdateOptions={"AutoSoftwareUpdateEnabled": False}), part("SoftwareUpdateOptions"),
        ),
        Mutation(
            "a search engine's nodes that speak in clear", 1, address, "NodeToNodeEncryptionOptions", "opensearch-encrypted-between-nodes",
            change(NodeToNodeEncryptionOptions={"Enabled": False}), part("NodeToNodeEncryptionOptions"),
        ),
        Mutation("a search engine behind another firewall", 1, address, "VPCOptions.SecurityGroupIds", "data-not-reachable-from-internet", other_group, part("VPCOptions")),
        Mutation("a search engine without the class of its data", 1, address, "Tags.data-classification", None, untag, tags),
        Mutation("a search engine without its error log", 2, address, f"{logs}.ES_APPLICATION_LOGS", "opensearch-logged", silence("ES_APPLICATION_LOGS"), part(logs)),
        Mutation("a search engine that speaks old TLS", 2, address, f"{door}.TLSSecurityPolicy", "opensearch-tls", change(DomainEndpointOptions=old), part(door)),
    ]
