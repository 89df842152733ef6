//! Edges as security-group rules and claims on the network's endpoints.
//!
//! Invariants: a rule names one source, one destination and one port; the two rules of an edge have one name (`api-to-db-5432`);
//! a group starts with no rule at all.

use std::collections::BTreeMap;

use strata_aws::ec2::{SecurityGroup, SecurityGroupEgress, SecurityGroupIngress};
use strata_graph::{Layer, Text};

use super::actions::{Part, verb_grants};
use super::edge::{Edge, Workload, WorkloadKind, workloads};
use super::flow::HTTPS;
use super::target::{Door, Target};
use super::wiring::Wiring;
use crate::arn::{bucket_arn, regional_arn};
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::foundations::endpoint_name;
use crate::infrastructure::group_name;

/// One security group for each workload, with no rule in it yet.
pub(crate) fn groups(context: &mut Context<'_>) -> BTreeMap<String, Handle> {
    context.builder.layer(Layer::Network);
    let mut all = BTreeMap::new();
    for workload in workloads(context.resolved) {
        let name = workload.name.as_str();
        let purpose = format!("The firewall of the {} {name}: only what its lines allow passes.", workload.kind.word());
        let group = SecurityGroup {
            group_name: group_name(context, name),
            group_description: format!("{} {name}", workload.kind.word()),
            vpc_id: context.network.vpc_id(),
            ..SecurityGroup::default()
        };
        let handle = context.builder.add(name, group, About::new(workload.key(), purpose));
        all.insert(name.to_owned(), handle);
    }
    all
}

/// The rules and claims of one edge.
pub(super) fn edge(context: &mut Context<'_>, workload: &Workload<'_>, edge: &Edge<'_>, target: &Target, wiring: &mut Wiring) {
    let (from, to) = (workload.name.as_str(), edge.to.as_str());
    match &target.door {
        Door::Group { group, ports } => {
            for port in ports {
                let name = format!("{from}-to-{to}-{port}");
                let purpose = format!("{from} may open connections to {to} on port {port}, because it uses it.");
                let about = || About::new(edge.key.clone(), purpose.clone());
                between(context, &name, &wiring.group.clone(), group, *port, about, wiring);
            }
        }
        Door::InterfaceEndpoint { service } => {
            claim(context, service, edge, target);
            to_endpoint(context, workload, service, &edge.key, wiring);
        }
        Door::GatewayEndpoint { service } => {
            claim(context, service, edge, target);
            to_gateway(context, workload, service, &edge.key, wiring);
        }
    }
}

/// Both rules of a way from one group to another.
fn between(context: &mut Context<'_>, name: &str, from: &Handle, to: &Handle, port: u16, about: impl Fn() -> About, wiring: &mut Wiring) {
    let description = rule_text(&name.replace(&format!("-{port}"), ""));
    let egress = SecurityGroupEgress {
        group_id: from.output("GroupId"),
        ip_protocol: "tcp".to_owned(),
        from_port: port.into(),
        to_port: port.into(),
        destination_security_group_id: Some(to.output("GroupId")),
        description: description.clone(),
        ..SecurityGroupEgress::default()
    };
    let ingress = SecurityGroupIngress {
        group_id: to.output("GroupId"),
        ip_protocol: "tcp".to_owned(),
        from_port: port.into(),
        to_port: port.into(),
        source_security_group_id: Some(from.output("GroupId")),
        description,
        ..SecurityGroupIngress::default()
    };
    wiring.after.push(context.builder.add(name, egress, about()));
    wiring.after.push(context.builder.add(name, ingress, about()));
}

/// What EC2 takes in the description of a rule: a closed set of characters, at most 255 of them.
fn rule_text(text: &str) -> String {
    text.chars()
        .map(|character| if character.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(character) { character } else { ' ' })
        .take(255)
        .collect()
}

/// The rules from a workload to the interface endpoint of a service; one pair, whatever the number of edges.
fn to_endpoint(context: &mut Context<'_>, workload: &Workload<'_>, service: &str, key: &str, wiring: &mut Wiring) {
    let name = format!("{}-to-{}-{HTTPS}", workload.name, endpoint_name(service));
    let (egress, ingress) = (context.builder.handle::<SecurityGroupEgress>(&name), context.builder.handle::<SecurityGroupIngress>(&name));
    if context.builder.has::<SecurityGroupEgress>(&name) {
        context.builder.add_origin(&egress, key);
        context.builder.add_origin(&ingress, key);
        return;
    }
    let purpose = format!("{} may reach {service} by the network's own endpoint for it.", workload.name);
    let to = context.network.endpoint_group(service);
    let about = || About::new(key, purpose.clone());
    between(context, &name, &wiring.group.clone(), &to, HTTPS, about, wiring);
}

/// The rule from a workload to a service with a gateway endpoint: its addresses are the service's prefix list.
fn to_gateway(context: &mut Context<'_>, workload: &Workload<'_>, service: &str, key: &str, wiring: &mut Wiring) {
    let name = format!("{}-to-gateway-{service}-{HTTPS}", workload.name);
    if context.builder.has::<SecurityGroupEgress>(&name) {
        let handle = context.builder.handle::<SecurityGroupEgress>(&name);
        context.builder.add_origin(&handle, key);
        return;
    }
    let egress = SecurityGroupEgress {
        group_id: wiring.group.output("GroupId"),
        ip_protocol: "tcp".to_owned(),
        from_port: HTTPS.into(),
        to_port: HTTPS.into(),
        destination_prefix_list_id: Some(Text::output(&context.network.gateway_endpoint(service), "PrefixListId")),
        description: rule_text(&format!("{} to {service} by the gateway endpoint", workload.name)),
        ..SecurityGroupEgress::default()
    };
    let purpose = format!("{} may reach {service} by the network's gateway endpoint.", workload.name);
    wiring.after.push(context.builder.add(&name, egress, About::new(key, purpose)));
}

/// Lets through the network's endpoint what the verbs of the edge need, on the thing alone.
fn claim(context: &mut Context<'_>, service: &str, edge: &Edge<'_>, target: &Target) {
    let network = context.network.scope.clone();
    let origin = context.builder.origin(&edge.key);
    for verb in &edge.verbs {
        for grant in verb_grants(edge.target, *verb).grants {
            let resources = target.named.get(&grant.on).cloned().unwrap_or_default();
            if resources.is_empty() {
                continue;
            }
            if matches!(target.door, Door::GatewayEndpoint { .. }) {
                context.claims.gateway_endpoint(&network, service, grant.actions, resources, [origin.clone()]);
            } else {
                context.claims.interface_endpoint(&network, service, grant.actions, resources, [origin.clone()]);
            }
        }
    }
}

/// The ways out that a workload asks for. A security group knows addresses and ports, not names: a rule for a name is open to every
/// address on that port, and says so in its description.
pub(super) fn egress(context: &mut Context<'_>, workload: &Workload<'_>, wiring: &mut Wiring) {
    let mut by_way: BTreeMap<(String, u16), Vec<(String, String)>> = BTreeMap::new();
    for (index, way) in workload.egress.iter().enumerate() {
        let range = way.range().map_or_else(|| ANYWHERE.to_owned(), |range| range.to_string());
        by_way.entry((range, way.port())).or_default().push((way.host().to_owned(), format!("{}.egress.{index}", workload.key())));
    }
    for ((range, port), asked) in by_way {
        let hosts: Vec<&str> = asked.iter().map(|(host, _)| host.as_str()).collect();
        let keys: Vec<&str> = asked.iter().map(|(_, key)| key.as_str()).collect();
        out(context, workload, &range, port, &hosts, &keys, wiring);
    }
}

/// Every IPv4 address.
const ANYWHERE: &str = "0.0.0.0/0";

fn out(context: &mut Context<'_>, workload: &Workload<'_>, range: &str, port: u16, hosts: &[&str], keys: &[&str], wiring: &mut Wiring) {
    let named = if range == ANYWHERE { "internet".to_owned() } else { range.to_owned() };
    let name = format!("{}-to-{named}-{port}", workload.name);
    let list = hosts.join(", ");
    let (description, purpose) = if range == ANYWHERE {
        (
            format!("{} to {list}; open to every address, as groups know no names", workload.name),
            format!(
                "{} asked for {list} on port {port}. A security group knows no names, so the port is open to every address.",
                workload.name
            ),
        )
    } else {
        (format!("{} to {list}", workload.name), format!("{} asked for {list} on port {port}.", workload.name))
    };
    let rule = SecurityGroupEgress {
        group_id: wiring.group.output("GroupId"),
        ip_protocol: "tcp".to_owned(),
        from_port: port.into(),
        to_port: port.into(),
        cidr_ip: Some(range.to_owned()),
        description: rule_text(&description),
        ..SecurityGroupEgress::default()
    };
    let mut keys = keys.iter();
    let first = keys.next().map_or_else(|| workload.key(), |key| (*key).to_owned());
    let about = keys.fold(About::new(first, purpose), |about, key| about.also(*key));
    wiring.after.push(context.builder.add(&name, rule, about));
}

/// One more way out, for what starts a workload rather than for the workload itself; nothing if the port is open already.
fn to_internet(context: &mut Context<'_>, workload: &Workload<'_>, host: &str, key: &str, wiring: &mut Wiring) {
    let name = format!("{}-to-internet-{HTTPS}", workload.name);
    if context.builder.has::<SecurityGroupEgress>(&name) {
        let handle = context.builder.handle::<SecurityGroupEgress>(&name);
        context.builder.add_origin(&handle, key);
        return;
    }
    out(context, workload, ANYWHERE, HTTPS, &[host], &[key], wiring);
}

/// What a workload of its kind needs to start at all: its image and its logs.
///
/// On Fargate the task's own network interface pulls the image, reads the secrets and writes the logs (Amazon ECS developer guide,
/// "Fargate task networking"), so its group needs ways there. A function's image and logs go by Lambda's own network, a pod's by its machine's.
pub(super) fn runtime(context: &mut Context<'_>, workload: &Workload<'_>, wiring: &mut Wiring) {
    let key = workload.key();
    match workload.kind {
        WorkloadKind::Service | WorkloadKind::Job if context.cluster.is_ecs() => {
            let origin = context.builder.origin(&key);
            let network = context.network.scope.clone();
            let log_group = log_group_arn(context, workload);
            context.claims.interface_endpoint(
                &network,
                "logs",
                &["logs:CreateLogStream", "logs:PutLogEvents"],
                [log_group],
                [origin.clone()],
            );
            to_endpoint(context, workload, "logs", &key, wiring);
            if let Some((registry, key)) = crate::application::registry_of(context, workload) {
                to_internet(context, workload, &registry, &key, wiring);
                return;
            }
            for service in ["ecr.api", "ecr.dkr"] {
                context.claims.interface_endpoint(
                    &network,
                    service,
                    &["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                    [crate::application::repository_arn(context, workload)],
                    [origin.clone()],
                );
                context.claims.interface_endpoint(&network, service, &["ecr:GetAuthorizationToken"], ["*"], [origin.clone()]);
                to_endpoint(context, workload, service, &key, wiring);
            }
            // Amazon ECR keeps the layers in a bucket of its own (ECR user guide, "Minimum Amazon S3 bucket permissions").
            let layers = bucket_arn(&format!("prod-{}-starport-layer-bucket/*", context.network.region()));
            context.claims.gateway_endpoint_for_anyone(&network, "s3", &["s3:GetObject"], [layers], [origin]);
            to_gateway(context, workload, "s3", &key, wiring);
        }
        WorkloadKind::Service | WorkloadKind::Job => pods(context, workload, wiring),
        WorkloadKind::Host => {
            let origin = context.builder.origin(&key);
            let network = context.network.scope.clone();
            let log_group = log_group_arn(context, workload);
            context.claims.interface_endpoint(
                &network,
                "logs",
                &["logs:CreateLogStream", "logs:PutLogEvents"],
                [log_group],
                [origin.clone()],
            );
            to_endpoint(context, workload, "logs", &key, wiring);
            // The agents for sessions and logs come from AWS's own buckets.
            let agents = [
                bucket_arn(&format!("amazon-ssm-{}/*", context.network.region())),
                bucket_arn(&format!("amazoncloudwatch-agent-{}/*", context.network.region())),
            ];
            context.claims.gateway_endpoint_for_anyone(&network, "s3", &["s3:GetObject"], agents, [origin.clone()]);
            to_gateway(context, workload, "s3", &key, wiring);
            // Session Manager instead of an open port 22.
            for (service, actions) in crate::infrastructure::SESSION_MANAGER {
                context.claims.interface_endpoint(&network, service, actions, ["*"], [origin.clone()]);
                to_endpoint(context, workload, service, &key, wiring);
            }
        }
        WorkloadKind::Function => {}
    }
}

/// A pod with a group of its own asks the cluster's DNS on the machines, and is asked for its health by them.
fn pods(context: &mut Context<'_>, workload: &Workload<'_>, wiring: &mut Wiring) {
    const DNS: u16 = 53;
    let nodes = context.cluster.nodes_group();
    let key = workload.key();
    for protocol in ["tcp", "udp"] {
        let name = format!("{}-to-dns-{protocol}", workload.name);
        let purpose = format!("{} may ask the cluster's DNS for names.", workload.name);
        let egress = SecurityGroupEgress {
            group_id: wiring.group.output("GroupId"),
            ip_protocol: protocol.to_owned(),
            from_port: DNS.into(),
            to_port: DNS.into(),
            destination_security_group_id: Some(nodes.output("GroupId")),
            description: rule_text(&format!("{} to the DNS of the cluster", workload.name)),
            ..SecurityGroupEgress::default()
        };
        let ingress = SecurityGroupIngress {
            group_id: nodes.output("GroupId"),
            ip_protocol: protocol.to_owned(),
            from_port: DNS.into(),
            to_port: DNS.into(),
            source_security_group_id: Some(wiring.group.output("GroupId")),
            description: rule_text(&format!("{} to the DNS of the cluster", workload.name)),
            ..SecurityGroupIngress::default()
        };
        wiring.after.push(context.builder.add(&name, egress, About::new(key.clone(), purpose.clone())));
        wiring.after.push(context.builder.add(&name, ingress, About::new(key.clone(), purpose)));
    }
    if let Some(port) = workload.port {
        let name = format!("machines-to-{}-{port}", workload.name);
        let ingress = SecurityGroupIngress {
            group_id: wiring.group.output("GroupId"),
            ip_protocol: "tcp".to_owned(),
            from_port: port.into(),
            to_port: port.into(),
            source_security_group_id: Some(nodes.output("GroupId")),
            description: rule_text(&format!("health checks of {} by its machine", workload.name)),
            ..SecurityGroupIngress::default()
        };
        let purpose = format!("The machine that runs {} asks it whether it is well.", workload.name);
        wiring.after.push(context.builder.add(&name, ingress, About::new(key, purpose)));
    }
}

/// The way to Secrets Manager for a workload that reads a secret, or is handed one when it starts.
pub(super) fn secrets_endpoint(context: &mut Context<'_>, workload: &Workload<'_>, wiring: &mut Wiring) {
    let key = workload.key();
    let origin = context.builder.origin(&key);
    let network = context.network.scope.clone();
    // Secrets that RDS makes have names that are known only afterwards, all with this beginning.
    let own = format!("secret:{}/*", crate::infrastructure::secret_prefix(context));
    let resources = [regional_arn("secretsmanager", &own), regional_arn("secretsmanager", "secret:rds!db-*")];
    context.claims.interface_endpoint(
        &network,
        "secretsmanager",
        &["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
        resources,
        [origin],
    );
    if context.cluster.is_ecs() || !workload.kind.is_container() {
        to_endpoint(context, workload, "secretsmanager", &key, wiring);
    }
}

fn log_group_arn(context: &Context<'_>, workload: &Workload<'_>) -> Text {
    let name = crate::observability::log_group_name(context, workload.name.as_str());
    regional_arn("logs", &format!("log-group:{name}:*"))
}

/// A name as the identifier of a statement: letters and digits only.
pub(crate) fn sid(parts: &[&str]) -> String {
    parts
        .iter()
        .flat_map(|part| part.split(|character: char| !character.is_ascii_alphanumeric()))
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
        })
        .collect()
}

/// What an edge's target part is called in a statement's identifier.
pub(super) fn part_word(part: Part) -> &'static str {
    match part {
        Part::Whole | Part::User => "",
        Part::Inside => "Inside",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_letters_and_digits_only() {
        assert_eq!(sid(&["expire-holds", "db", "write"]), "ExpireHoldsDbWrite");
        assert_eq!(sid(&["a1-b2", ""]), "A1B2");
    }

    #[test]
    fn descriptions_keep_to_the_characters_of_ec2() {
        assert_eq!(rule_text("api's way <out>"), "api s way  out ");
        assert_eq!(rule_text(&"x".repeat(300)).len(), 255);
    }
}
