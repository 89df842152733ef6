"""Changes of networks: groups, access lists, routes, endpoints, flow logs, DNS."""

import json

from mutation import ANYWHERE, GONE, Mutation

API_TO_DB = "env:security_group_ingress.api-to-db-5432"
API_OUT = "env:security_group_egress.api-to-internet-443"
DOOR = "env:security_group_ingress.internet-to-load_balancer-443"
WEB_TO_API = "env:security_group_ingress.web-to-api-8080"
ENTRY = "network:network_acl_entry.public-in-https"


def rules(*groups):
    """Reads the rules of groups: what they let through."""

    def read(cloud):
        found = []
        for group in groups:
            for rule in cloud.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [cloud.id(group)]}])["SecurityGroupRules"]:
                peer = rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("PrefixListId") or rule.get("ReferencedGroupInfo", {}).get("GroupId")
                found.append((rule["IsEgress"], rule["IpProtocol"], rule["FromPort"], rule["ToPort"], peer))
        return sorted(found, key=str)

    return read


def change_rule(cloud, address, group, **rule):
    """A rule that lets something else through."""
    cloud.ec2.modify_security_group_rules(
        GroupId=cloud.id(group), SecurityGroupRules=[{"SecurityGroupRuleId": cloud.id(address), "SecurityGroupRule": {"IpProtocol": "tcp", **rule}}]
    )


def exchange_rule(cloud):
    """The database is reached by everybody, and by api no longer."""
    group = cloud.id("env:security_group.db")
    cloud.ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[cloud.id(API_TO_DB)])
    cloud.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=everybody(5432))


def everybody(port, protocol="tcp"):
    """The permission for everybody to use a port."""
    permission = {"IpProtocol": protocol, "IpRanges": [{"CidrIp": ANYWHERE}]}
    return [permission if protocol == "-1" else {**permission, "FromPort": port, "ToPort": port}]


def entries(address):
    """Reads the entries of an access list."""

    def read(cloud):
        acl = cloud.ec2.describe_network_acls(NetworkAclIds=[cloud.id(address)])["NetworkAcls"][0]
        return [{key: one.get(key) for key in ("CidrBlock", "Egress", "PortRange", "Protocol", "RuleAction", "RuleNumber")} for one in acl["Entries"]]

    return read


def lists_of_subnet(address):
    """Reads which access list a subnet has."""

    def read(cloud):
        found = cloud.ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [cloud.id(address)]}])["NetworkAcls"]
        return [one["NetworkAclId"] for one in found]

    return read


def default_list(cloud, subnet):
    """A subnet gets the network's default access list, which lets everything through."""
    vpc = cloud.id("network:vpc.main")
    found = cloud.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]
    default = next(one["NetworkAclId"] for one in found if one["IsDefault"])
    association = next(tie["NetworkAclAssociationId"] for one in found for tie in one["Associations"] if tie["SubnetId"] == cloud.id(subnet))
    cloud.ec2.replace_network_acl_association(AssociationId=association, NetworkAclId=default)


def routes(address):
    """Reads the routes of a table."""

    def read(cloud):
        table = cloud.ec2.describe_route_tables(RouteTableIds=[cloud.id(address)])["RouteTables"][0]
        keys = ("DestinationCidrBlock", "GatewayId", "NatGatewayId")
        return [{key: one.get(key) for key in keys} for one in table["Routes"] if "DestinationCidrBlock" in one]

    return read


def table_of_subnet(address):
    """Reads which table a subnet has."""

    def read(cloud):
        found = cloud.ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [cloud.id(address)]}])["RouteTables"]
        return [one["RouteTableId"] for one in found]

    return read


def public_table(cloud, subnet):
    """A subnet gets the public subnets' routes."""
    found = cloud.ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [cloud.id(subnet)]}])["RouteTables"]
    association = next(tie["RouteTableAssociationId"] for one in found for tie in one["Associations"] if tie.get("SubnetId") == cloud.id(subnet))
    cloud.ec2.replace_route_table_association(AssociationId=association, RouteTableId=cloud.id("network:route_table.public"))


def endpoint(address):
    """Reads an endpoint: what it lets through and where it stands."""

    def read(cloud):
        service = cloud.property(address, "ServiceName")
        found = cloud.ec2.describe_vpc_endpoints(Filters=[{"Name": "service-name", "Values": [service]}])["VpcEndpoints"]
        keys = ("PolicyDocument", "SubnetIds", "PrivateDnsEnabled", "RouteTableIds", "VpcEndpointType")
        return [{key: one.get(key) for key in keys} for one in found if one.get("State") not in ("deleted", "deleting")]

    return read


def open_endpoint(cloud, address):
    """Everybody may do everything through an endpoint."""
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
    cloud.ec2.modify_vpc_endpoint(VpcEndpointId=cloud.id(address), PolicyDocument=json.dumps(policy))


def flow_logs(cloud):
    """The flow logs of the network."""
    found = cloud.ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [cloud.id("network:vpc.main")]}])["FlowLogs"]
    return [{key: one.get(key) for key in ("TrafficType", "LogGroupName", "LogDestination")} for one in found]


MUTATIONS = [
    Mutation(
        "a public rule opened to all ports", 1, DOOR, "FromPort", "sg-internet-only-to-load-balancers",
        lambda c: change_rule(c, DOOR, "env:security_group.load_balancer", FromPort=0, ToPort=65535, CidrIpv4=ANYWHERE), rules("env:security_group.load_balancer"),
    ),
    Mutation(
        "a rule exchanged for one for everybody", 1, "env:security_group.db", "SecurityGroupIngress", "sg-internet-only-to-load-balancers", exchange_rule,
        rules("env:security_group.db"), at="env:security_group_ingress.db-added-*",
    ),
    Mutation(
        "a rule opened to all ports", 1, WEB_TO_API, "", "sg-ingress-not-all-ports",
        lambda c: change_rule(c, WEB_TO_API, "env:security_group.api", FromPort=0, ToPort=65535, ReferencedGroupId=c.id("env:security_group.web")),
        rules("env:security_group.api"),
    ),
    Mutation(
        "an egress rule opened to all ports", 1, API_OUT, "", "sg-egress-narrow",
        lambda c: change_rule(c, API_OUT, "env:security_group.api", FromPort=0, ToPort=65535, CidrIpv4=ANYWHERE), rules("env:security_group.api"),
    ),
    Mutation(
        "a rule taken away", 1, "env:security_group_ingress.worker-to-db-5432", GONE, None,
        lambda c: c.ec2.revoke_security_group_ingress(
            GroupId=c.id("env:security_group.db"), SecurityGroupRuleIds=[c.id("env:security_group_ingress.worker-to-db-5432")]
        ),
        rules("env:security_group.db"),
    ),
    Mutation(
        "a rule added: port 22 from everywhere", 1, "env:security_group.cache", "SecurityGroupIngress", "sg-administration-closed",
        lambda c: c.ec2.authorize_security_group_ingress(GroupId=c.id("env:security_group.cache"), IpPermissions=everybody(22)), rules("env:security_group.cache"),
        at="env:security_group_ingress.cache-added-*",
    ),
    Mutation(
        "a rule added: everything to everywhere", 1, "env:security_group.worker", "SecurityGroupEgress", "sg-egress-narrow",
        lambda c: c.ec2.authorize_security_group_egress(GroupId=c.id("env:security_group.worker"), IpPermissions=everybody(0, "-1")), rules("env:security_group.worker"),
        at="env:security_group_egress.worker-added-*",
    ),
    Mutation(
        "the default group opened", 1, "network:default_security_group.default", "IngressRules", "vpc-default-group-locked",
        lambda c: c.ec2.authorize_security_group_ingress(GroupId=c.id("network:default_security_group.default"), IpPermissions=everybody(22)),
        rules("network:default_security_group.default"), at="network:vpc.main",
    ),
    Mutation(
        "an access list opened to port 22", 1, ENTRY, "PortRange", "vpc-access-list-administration-closed",
        lambda c: c.ec2.replace_network_acl_entry(
            NetworkAclId=c.id("network:network_acl.public"), RuleNumber=100, Egress=False, Protocol="6", RuleAction="allow", CidrBlock=ANYWHERE,
            PortRange={"From": 22, "To": 443},
        ),
        entries("network:network_acl.public"), at="network:network_acl.public",
    ),
    Mutation(
        "an entry added to an access list", 1, "network:network_acl.private", "Entries", "vpc-access-list-administration-closed",
        lambda c: c.ec2.create_network_acl_entry(
            NetworkAclId=c.id("network:network_acl.private"), RuleNumber=1, Egress=False, Protocol="-1", RuleAction="allow", CidrBlock=ANYWHERE
        ),
        entries("network:network_acl.private"),
    ),
    Mutation(
        "an entry of an access list deleted", 1, "network:network_acl_entry.data-in-redis-1", GONE, None,
        lambda c: c.ec2.delete_network_acl_entry(NetworkAclId=c.id("network:network_acl.data"), RuleNumber=120, Egress=False),
        entries("network:network_acl.data"),
    ),
    Mutation(
        "a subnet given the default access list", 1, "network:network_acl_association.data-a", "", "vpc-subnet-access-list",
        lambda c: default_list(c, "network:subnet.data-a"), lists_of_subnet("network:subnet.data-a"), at="network:subnet.data-a",
    ),
    Mutation(
        "a private subnet's route turned to the internet", 1, "network:route.private-b-internet", "", "workload-in-private-subnets",
        lambda c: c.ec2.replace_route(
            RouteTableId=c.id("network:route_table.private-b"), DestinationCidrBlock=ANYWHERE, GatewayId=c.id("network:internet_gateway.main")
        ),
        routes("network:route_table.private-b"), at="env:ecs_service.web",
    ),
    Mutation(
        "a route added: the data subnets to the internet", 1, "network:route_table.data", "Routes", "rds-in-data-subnets",
        lambda c: c.ec2.create_route(RouteTableId=c.id("network:route_table.data"), DestinationCidrBlock=ANYWHERE, GatewayId=c.id("network:internet_gateway.main")),
        routes("network:route_table.data"), at="env:db_subnet_group.db",
    ),
    Mutation(
        "a private subnet given the public routes", 2, "network:route_table_association.private-a", "", None,
        lambda c: public_table(c, "network:subnet.private-a"), table_of_subnet("network:subnet.private-a"),
    ),
    Mutation(
        "a subnet that gives public addresses", 1, "network:subnet.private-b", "MapPublicIpOnLaunch", "vpc-subnet-no-public-addresses",
        lambda c: c.ec2.modify_subnet_attribute(SubnetId=c.id("network:subnet.private-b"), MapPublicIpOnLaunch={"Value": True}),
        lambda c: [one["MapPublicIpOnLaunch"] for one in c.ec2.describe_subnets(SubnetIds=[c.id("network:subnet.private-b")])["Subnets"]],
    ),
    Mutation(
        "a network's names off", 1, "network:vpc.main", "EnableDnsHostnames", None,
        lambda c: c.ec2.modify_vpc_attribute(VpcId=c.id("network:vpc.main"), EnableDnsHostnames={"Value": False}),
        lambda c: c.ec2.describe_vpc_attribute(VpcId=c.id("network:vpc.main"), Attribute="enableDnsHostnames")["EnableDnsHostnames"],
    ),
    Mutation("a flow log deleted", 1, "network:flow_log.main", GONE, "vpc-flow-logs", lambda c: c.ec2.delete_flow_logs(FlowLogIds=[c.id("network:flow_log.main")]), flow_logs, at="network:vpc.main"),
    Mutation(
        "an endpoint's policy widened", 1, "network:vpc_endpoint.sqs", "PolicyDocument", "vpc-endpoint-policy-scoped",
        lambda c: open_endpoint(c, "network:vpc_endpoint.sqs"), endpoint("network:vpc_endpoint.sqs"),
    ),
    Mutation(
        "an endpoint deleted", 1, "network:vpc_endpoint.logs", GONE, None,
        lambda c: c.ec2.delete_vpc_endpoints(VpcEndpointIds=[c.id("network:vpc_endpoint.logs")]), endpoint("network:vpc_endpoint.logs"),
    ),
]
