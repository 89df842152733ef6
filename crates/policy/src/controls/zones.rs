//! Controls of availability zones: what serves people stands in at least two of them.

use std::collections::BTreeSet;

use strata_aws::autoscaling::AutoScalingGroup;
use strata_aws::ec2::{Subnet, VpcEndpoint};
use strata_aws::ecs::Service;
use strata_aws::elasticloadbalancingv2::LoadBalancer;
use strata_aws::lambda::Function;
use strata_graph::{Resource, Text};

use crate::control::{Answer, Control, check, control, not_applicable, undecidable};
use crate::view::View;

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "ecs-service-in-several-zones", Application, Medium, Both, ["AWS::ECS::Service"];
        title: "A service's tasks stand in at least two availability zones",
        why: "In one zone alone, that zone's outage takes all of them.",
        repair: "List subnets of at least two zones in AwsvpcConfiguration.Subnets.",
        prowler: [], checkov: [], config: [], security_hub: [],
        each: service,
    },
    control! {
        "hosts-in-several-zones", Infrastructure, Medium, Both, ["AWS::AutoScaling::AutoScalingGroup"];
        title: "Hosts stand in at least two availability zones",
        why: "In one zone alone, that zone's outage takes all of them.",
        repair: "List subnets of at least two zones.",
        prowler: ["autoscaling_group_multiple_az"], checkov: [], config: ["AUTOSCALING_MULTIPLE_AZ"], security_hub: ["AutoScaling.2"],
        each: hosts,
    },
    control! {
        "lambda-in-several-zones", Application, Low, Both, ["AWS::Lambda::Function"];
        title: "A function of a network can run in at least two availability zones",
        why: "In one zone alone, that zone's outage stops the function.",
        repair: "List subnets of at least two zones in VpcConfig.SubnetIds.",
        prowler: ["awslambda_function_vpc_multi_az"], checkov: [], config: ["LAMBDA_VPC_MULTI_AZ_CHECK"], security_hub: ["Lambda.5"],
        each: function,
    },
    control! {
        "lb-in-several-zones", Application, Medium, Both, ["AWS::ElasticLoadBalancingV2::LoadBalancer"];
        title: "A load balancer answers in at least two availability zones",
        why: "The door of one zone is shut by that zone's outage, whatever stands behind it.",
        repair: "List subnets of at least two zones.",
        prowler: ["elbv2_is_in_multiple_az"], checkov: [], config: ["ELBV2_MULTIPLE_AZ"], security_hub: ["ELB.13"],
        each: load_balancer,
    },
    control! {
        "vpc-endpoint-in-several-zones", Network, Low, Both, ["AWS::EC2::VPCEndpoint"];
        title: "An endpoint of an AWS service answers in at least two availability zones",
        why: "Where the endpoint of a queue or a key falls with its zone, the programs of the other zones fall with it.",
        repair: "List subnets of at least two zones in SubnetIds.",
        prowler: ["vpc_endpoint_multi_az_enabled"], checkov: [], config: [], security_hub: [],
        each: endpoint,
    },
];

/// Met where the subnets are of at least two zones; not decidable where one of them is not known.
fn several_zones(view: &View<'_>, subnets: &[Text]) -> Answer {
    let topology = view.topology()?;
    let mut zones = BTreeSet::new();
    for text in subnets {
        match view.resolve::<Subnet>(text).and_then(|subnet| topology.zone(&subnet.address)) {
            Some(zone) => zones.insert(zone),
            None => return undecidable(format!("the subnet {text} is not in this graph")),
        };
    }
    check(zones.len() >= 2, format!("{} zones", zones.len()), format!("{} zone", zones.len()))
}

fn service(view: &View<'_>, resource: &Resource) -> Answer {
    several_zones(view, &view.read::<Service>(resource)?.network_configuration.awsvpc_configuration.subnets)
}

fn hosts(view: &View<'_>, resource: &Resource) -> Answer {
    several_zones(view, &view.read::<AutoScalingGroup>(resource)?.vpc_zone_identifier)
}

fn function(view: &View<'_>, resource: &Resource) -> Answer {
    match &view.read::<Function>(resource)?.vpc_config {
        Some(network) => several_zones(view, &network.subnet_ids),
        // Outside of a network AWS itself runs it in every zone of the region.
        None => not_applicable(),
    }
}

fn load_balancer(view: &View<'_>, resource: &Resource) -> Answer {
    several_zones(view, &view.read::<LoadBalancer>(resource)?.subnets)
}

fn endpoint(view: &View<'_>, resource: &Resource) -> Answer {
    let endpoint = view.read::<VpcEndpoint>(resource)?;
    // A gateway endpoint is an entry of route tables and stands in no zone.
    if endpoint.vpc_endpoint_type != "Interface" {
        return not_applicable();
    }
    several_zones(view, &endpoint.subnet_ids)
}
