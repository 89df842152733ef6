//! Controls of reachability: what the internet can reach through routes, security groups and load balancers.

use std::collections::BTreeSet;

use strata_aws::autoscaling::AutoScalingGroup;
use strata_aws::ec2::{SecurityGroup, Subnet};
use strata_aws::ecs::Service;
use strata_aws::eks::Nodegroup;
use strata_aws::elasticache::{ReplicationGroup, SubnetGroup};
use strata_aws::lambda::Function;
use strata_aws::opensearch::Domain;
use strata_aws::rds::{DbInstance, DbSubnetGroup};
use strata_aws::scheduler::Schedule;
use strata_graph::{Address, Resource, Text};

use crate::control::{Answer, Control, Undecidable, check, control, none_of, not_applicable, undecidable};
use crate::view::View;

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "data-not-reachable-from-internet", Network, Critical, Both, ["AWS::ElastiCache::ReplicationGroup", "AWS::OpenSearchService::Domain", "AWS::RDS::DBInstance"];
        title: "No path leads from the internet to a data store",
        why: "Between the internet and data stands at least one workload that decides; neither a rule nor a load balancer may pass it by.",
        repair: "Put the data store into data subnets, and let in only the security groups of the workloads that use it.",
        prowler: [
            "rds_instance_no_public_access",
            "elasticache_cluster_uses_public_subnet",
            "opensearch_service_domains_not_publicly_accessible",
        ],
        checkov: [],
        config: ["RDS_INSTANCE_SUBNET_IGW_CHECK"],
        security_hub: ["RDS.46"],
        each: data_not_reachable,
    },
    control! {
        "workload-in-private-subnets", Network, High, Both,
        [
            "AWS::AutoScaling::AutoScalingGroup",
            "AWS::ECS::Service",
            "AWS::EKS::Nodegroup",
            "AWS::Lambda::Function",
            "AWS::Scheduler::Schedule",
        ];
        title: "Workloads run in subnets without a way in from the internet",
        why: "What the internet cannot route to cannot be attacked from there, whatever it listens on.",
        repair: "Run the workload in the network's private subnets.",
        prowler: ["ec2_instance_public_ip"], checkov: ["CKV_AWS_88"], config: ["EC2_INSTANCE_NO_PUBLIC_IP"], security_hub: ["EC2.9"],
        each: workload_private,
    },
];

/// The subnets and security groups of a data store.
fn place_of(view: &View<'_>, resource: &Resource) -> Result<(Vec<Text>, Vec<Text>), Undecidable> {
    let unknown = |what: &Text| Undecidable(format!("the subnet group {what} is not in this graph"));
    if resource.type_name.0 == "AWS::RDS::DBInstance" {
        let instance = view.read::<DbInstance>(resource)?;
        // A replica stands in its source's subnet group.
        let source = instance.source_db_instance_identifier.as_ref().and_then(|source| view.resolve::<DbInstance>(source));
        let named = match (&instance.db_subnet_group_name, source) {
            (Some(name), _) => Some(name.clone()),
            (None, Some(source)) => view.read::<DbInstance>(source)?.db_subnet_group_name.clone(),
            (None, None) => None,
        };
        let Some(name) = named else {
            return Err(Undecidable("it names no subnet group".to_owned()));
        };
        let group = view.resolve::<DbSubnetGroup>(&name).ok_or_else(|| unknown(&name))?;
        return Ok((view.read::<DbSubnetGroup>(group)?.subnet_ids.clone(), instance.vpc_security_groups.clone()));
    }
    if resource.type_name.0 == "AWS::OpenSearchService::Domain" {
        let domain = view.read::<Domain>(resource)?;
        let Some(network) = &domain.vpc_options else {
            return Err(Undecidable("it stands in no network; another control says so".to_owned()));
        };
        return Ok((network.subnet_ids.clone(), network.security_group_ids.clone()));
    }
    let cache = view.read::<ReplicationGroup>(resource)?;
    let group = view.resolve::<SubnetGroup>(&cache.cache_subnet_group_name).ok_or_else(|| unknown(&cache.cache_subnet_group_name))?;
    Ok((view.read::<SubnetGroup>(group)?.subnet_ids.clone(), cache.security_group_ids.clone()))
}

fn data_not_reachable(view: &View<'_>, resource: &Resource) -> Answer {
    let topology = view.topology()?;
    let (subnets, groups) = place_of(view, resource)?;
    if groups.is_empty() {
        return undecidable("it has no security group of its own, so the network's default decides");
    }
    let mut paths: Vec<String> = topology
        .public_among(view, &subnets)?
        .into_iter()
        .map(|subnet| format!("it stands in {subnet}, which the internet has a route to"))
        .collect();
    for text in &groups {
        let Some(group) = view.resolve::<SecurityGroup>(text) else {
            return undecidable(format!("the security group {text} is not in this graph"));
        };
        if topology.is_open(&group.address) {
            paths.push(format!("{} lets everybody in", group.address.short()));
        }
        for source in open_sources(view, &group.address)? {
            paths.push(format!("everybody reaches {}, and it reaches {}", source.short(), group.address.short()));
        }
    }
    none_of(paths, "its subnets have no route from the internet, and nothing that the internet reaches may speak to it")
}

/// The groups that may speak to a group and are themselves open to everybody.
fn open_sources(view: &View<'_>, group: &Address) -> Result<BTreeSet<Address>, Undecidable> {
    let topology = view.topology()?;
    let mut open = BTreeSet::new();
    for (rule, ingress) in topology.ingress(group) {
        let Some(text) = &ingress.source_security_group_id else { continue };
        let Some(source) = view.resolve::<SecurityGroup>(text) else {
            return Err(Undecidable(format!("the source of {} is not in this graph", rule.short())));
        };
        if topology.is_open(&source.address) {
            open.insert(source.address.clone());
        }
    }
    Ok(open)
}

fn workload_private(view: &View<'_>, resource: &Resource) -> Answer {
    let subnets: Vec<Text> = match resource.type_name.0.as_str() {
        "AWS::AutoScaling::AutoScalingGroup" => view.read::<AutoScalingGroup>(resource)?.vpc_zone_identifier.clone(),
        "AWS::ECS::Service" => view.read::<Service>(resource)?.network_configuration.awsvpc_configuration.subnets.clone(),
        "AWS::EKS::Nodegroup" => view.read::<Nodegroup>(resource)?.subnets.clone(),
        "AWS::Lambda::Function" => match &view.read::<Function>(resource)?.vpc_config {
            Some(config) => config.subnet_ids.clone(),
            None => return not_applicable(),
        },
        _ => match &view.read::<Schedule>(resource)?.target.ecs_parameters {
            Some(parameters) => parameters.network_configuration.awsvpc_configuration.subnets.clone(),
            None => return not_applicable(),
        },
    };
    if subnets.is_empty() {
        return undecidable("it names no subnet");
    }
    let public = view.topology()?.public_among(view, &subnets)?;
    let gives_addresses = subnets
        .iter()
        .filter_map(|text| view.resolve::<Subnet>(text))
        .filter(|subnet| view.read::<Subnet>(subnet).is_ok_and(|subnet| subnet.map_public_ip_on_launch))
        .count();
    if gives_addresses > 0 {
        return check(false, "", "it gets a public address from its subnet");
    }
    none_of(
        public.into_iter().map(|subnet| format!("{subnet} has a route to an internet gateway")).collect(),
        "none of its subnets has a route from the internet",
    )
}
