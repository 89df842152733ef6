//! Controls of security groups and their rules.

use strata_aws::ec2::{SecurityGroup, SecurityGroupEgress, SecurityGroupIngress};
use strata_graph::Resource;

use super::network::ADMINISTRATION_PORTS;
use crate::control::{Answer, Control, check, control, met, none_of, not_applicable, undecidable, violated};
use crate::topology::is_everywhere;
use crate::view::View;

/// The ports of the web: what a public load balancer listens on.
const WEB_PORTS: [i64; 2] = [80, 443];
/// The port of Windows file sharing (CIFS).
const FILE_SHARING_PORT: i64 = 445;

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "sg-administration-closed", Network, Critical, Both, ["AWS::EC2::SecurityGroupIngress"];
        title: "No security group lets the internet reach ports of remote administration",
        why: "SSH and RDP are tried without pause from everywhere.",
        repair: "Remove the rule; hosts are administered through AWS Systems Manager, which needs no open port.",
        prowler: [
            "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22",
            "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389", "ec2_instance_port_ssh_exposed_to_internet", "ec2_instance_port_rdp_exposed_to_internet",
        ],
        checkov: ["CKV_AWS_24", "CKV_AWS_25"],
        config: ["INCOMING_SSH_DISABLED", "RESTRICTED_INCOMING_TRAFFIC"],
        security_hub: ["EC2.13", "EC2.14", "EC2.53", "EC2.54"],
        each: administration_closed,
    },
    control! {
        "sg-described", Network, Low, Both, ["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress"];
        title: "Every security group and every rule says what it is for",
        why: "A rule that nobody can explain is a rule that nobody dares to remove.",
        repair: "Describe the group or the rule.",
        prowler: [], checkov: ["CKV_AWS_23"], config: [], security_hub: [],
        each: described,
    },
    control! {
        "sg-egress-narrow", Network, Medium, Both, ["AWS::EC2::SecurityGroupEgress"];
        title: "No security group lets everything out to everywhere",
        why: "What breaks in wants out: to fetch tools and to carry data away.",
        repair: "Name the destination, or at least the protocol and the port, in `egress`.",
        prowler: [], checkov: ["CKV_AWS_382"], config: [], security_hub: [],
        each: egress_narrow,
    },
    control! {
        "sg-file-sharing-closed", Network, High, Both, ["AWS::EC2::SecurityGroupIngress"];
        title: "No security group lets the internet reach file sharing",
        why: "File sharing (CIFS, port 445) is how worms travel.",
        repair: "Remove the rule, or name the networks that need it.",
        prowler: ["ec2_instance_port_cifs_exposed_to_internet"], checkov: [], config: ["RESTRICTED_INCOMING_TRAFFIC"], security_hub: [],
        each: file_sharing_closed,
    },
    control! {
        "sg-ingress-not-all-ports", Network, High, Both, ["AWS::EC2::SecurityGroupIngress"];
        title: "No rule opens every port to others",
        why: "A rule for every port also opens what is installed tomorrow.",
        repair: "Write one rule for each port that is needed.",
        prowler: ["ec2_securitygroup_allow_ingress_from_internet_to_all_ports"],
        checkov: ["CKV_AWS_277"],
        config: ["VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS"],
        security_hub: ["EC2.18"],
        each: not_all_ports,
    },
    control! {
        "sg-internet-only-to-load-balancers", Network, Critical, Both, ["AWS::EC2::SecurityGroupIngress"];
        title: "The internet reaches load balancers on the ports of the web, and nothing else",
        why: "Every other door to the internet passes by TLS, the web application firewall and the access logs.",
        repair: "Remove the rule; a `route` of a service is the way in from the internet.",
        prowler: [
            "ec2_securitygroup_allow_ingress_from_internet_to_any_port",
            "ec2_securitygroup_allow_ingress_from_internet_to_high_risk_tcp_ports", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_cassandra_7199_9160_8888", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_elasticsearch_kibana_9200_9300_5601", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_ftp_20_21", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_kafka_9092", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_memcached_11211", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mongodb_27017_27018", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mysql_3306", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_oracle_1521_2483", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_postgres_5432", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_redis_6379", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_sql_server_1433_1434", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_telnet_23", "ec2_securitygroup_allow_wide_open_public_ipv4", "ec2_instance_port_cassandra_exposed_to_internet", "ec2_instance_port_elasticsearch_kibana_exposed_to_internet", "ec2_instance_port_ftp_exposed_to_internet", "ec2_instance_port_kafka_exposed_to_internet", "ec2_instance_port_kerberos_exposed_to_internet", "ec2_instance_port_ldap_exposed_to_internet", "ec2_instance_port_memcached_exposed_to_internet", "ec2_instance_port_mongodb_exposed_to_internet", "ec2_instance_port_mysql_exposed_to_internet", "ec2_instance_port_oracle_exposed_to_internet", "ec2_instance_port_postgresql_exposed_to_internet", "ec2_instance_port_redis_exposed_to_internet", "ec2_instance_port_sqlserver_exposed_to_internet", "ec2_instance_port_telnet_exposed_to_internet",
        ],
        checkov: [], config: ["VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS"], security_hub: ["EC2.18", "EC2.19"],
        each: only_load_balancers,
    },
];

/// AWS counts any other protocol than these two as without ports.
fn has_ports(protocol: &str) -> bool {
    matches!(protocol, "tcp" | "udp" | "6" | "17")
}

fn covers(protocol: &str, from: i64, to: i64, port: i64) -> bool {
    protocol == "-1" || has_ports(protocol) && (from == -1 || from <= port && port <= to)
}

fn is_every_port(protocol: &str, from: i64, to: i64) -> bool {
    protocol == "-1" || has_ports(protocol) && (from == -1 || from <= 1 && to >= 65535)
}

fn open_ports(view: &View<'_>, resource: &Resource, ports: &[i64]) -> Answer {
    let rule = view.read::<SecurityGroupIngress>(resource)?;
    if !is_everywhere(rule.cidr_ip.as_deref()) {
        return met("the rule is not for everybody");
    }
    let open = ports.iter().filter(|port| covers(&rule.ip_protocol, rule.from_port, rule.to_port, **port));
    none_of(open.map(|port| format!("everybody reaches port {port}")).collect(), "the rule is for other ports")
}

fn administration_closed(view: &View<'_>, resource: &Resource) -> Answer {
    open_ports(view, resource, &ADMINISTRATION_PORTS)
}

fn file_sharing_closed(view: &View<'_>, resource: &Resource) -> Answer {
    open_ports(view, resource, &[FILE_SHARING_PORT])
}

fn described(view: &View<'_>, resource: &Resource) -> Answer {
    let description = match resource.type_name.0.as_str() {
        "AWS::EC2::SecurityGroup" => view.read::<SecurityGroup>(resource)?.group_description.clone(),
        "AWS::EC2::SecurityGroupEgress" => view.read::<SecurityGroupEgress>(resource)?.description.clone(),
        _ => view.read::<SecurityGroupIngress>(resource)?.description.clone(),
    };
    // Terraform's own default says nothing either.
    let says = !description.trim().is_empty() && description != "Managed by Terraform";
    check(says, "it is described", "it has no description")
}

fn egress_narrow(view: &View<'_>, resource: &Resource) -> Answer {
    let rule = view.read::<SecurityGroupEgress>(resource)?;
    let wide = is_everywhere(rule.cidr_ip.as_deref()) && is_every_port(&rule.ip_protocol, rule.from_port, rule.to_port);
    check(!wide, "it names a destination, or a port", "it lets everything out to everywhere")
}

fn not_all_ports(view: &View<'_>, resource: &Resource) -> Answer {
    let rule = view.read::<SecurityGroupIngress>(resource)?;
    if rule.source_security_group_id.as_ref() == Some(&rule.group_id) {
        // The machines of one Kubernetes cluster are one system; between pods the cluster's own network policies decide.
        return met("the rule is among the group's own members");
    }
    check(
        !is_every_port(&rule.ip_protocol, rule.from_port, rule.to_port),
        format!("{} {} to {}", rule.ip_protocol, rule.from_port, rule.to_port),
        "it opens every port",
    )
}

fn only_load_balancers(view: &View<'_>, resource: &Resource) -> Answer {
    let rule = view.read::<SecurityGroupIngress>(resource)?;
    if !is_everywhere(rule.cidr_ip.as_deref()) {
        return not_applicable();
    }
    let Some(group) = view.resolve::<SecurityGroup>(&rule.group_id) else {
        return undecidable(format!("the security group {} is not in this graph", rule.group_id));
    };
    if !view.topology()?.is_of_load_balancer(&group.address) {
        let is_rule =
            |other: &&&Resource| !matches!(other.type_name.0.as_str(), "AWS::EC2::SecurityGroupEgress" | "AWS::EC2::SecurityGroupIngress");
        if !view.of_type("AWS::EKS::Cluster").is_empty() && view.referring(&group.address).iter().filter(is_rule).count() == 0 {
            return undecidable(
                "nothing in this graph has the group: a load balancer that a Kubernetes cluster makes is seen only once it stands",
            );
        }
        return violated(format!("the internet reaches {}, which is no load balancer's", group.address.short()));
    }
    let of_the_web =
        matches!(rule.ip_protocol.as_str(), "tcp" | "6") && rule.from_port == rule.to_port && WEB_PORTS.contains(&rule.from_port);
    check(of_the_web, format!("a load balancer's port {}", rule.from_port), "a load balancer is open beyond the ports of the web (80, 443)")
}
