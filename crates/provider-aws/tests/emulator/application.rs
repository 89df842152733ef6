//! Tests of the application types: containers, load balancing, scaling and schedules, detection.

mod balancing;
mod containers;
mod detection;
mod scaling;
mod unsupported;

use strata_aws::ec2::{SecurityGroup, Subnet, Vpc};
use strata_graph::Text;

use crate::support::{Bench, Made, REGION};

/// What stands below an application: a network with two subnets and a security group.
struct Ground {
    vpc: Made<Vpc>,
    subnets: Vec<Made<Subnet>>,
    group: Made<SecurityGroup>,
}

impl Ground {
    async fn of(bench: &Bench) -> Self {
        let vpc = Vpc { cidr_block: "10.0.0.0/16".into(), enable_dns_support: true, enable_dns_hostnames: true, ..Vpc::default() };
        let vpc = bench.create("main", vpc).await;
        let mut subnets = Vec::new();
        for (number, zone) in ["a", "b"].into_iter().enumerate() {
            let subnet = Subnet {
                vpc_id: vpc.output("VpcId"),
                cidr_block: format!("10.0.{number}.0/24"),
                availability_zone: format!("{REGION}{zone}"),
                ..Subnet::default()
            };
            subnets.push(bench.create(zone, subnet).await);
        }
        let group = SecurityGroup {
            group_name: "app".into(),
            group_description: "the application".into(),
            vpc_id: vpc.output("VpcId"),
            ..SecurityGroup::default()
        };
        let group = bench.create("app", group).await;
        Self { vpc, subnets, group }
    }

    fn vpc(&self) -> Text {
        self.vpc.output("VpcId")
    }

    fn subnets(&self) -> Vec<Text> {
        self.subnets.iter().map(|subnet| subnet.output("SubnetId")).collect()
    }

    fn groups(&self) -> Vec<Text> {
        vec![self.group.output("GroupId")]
    }
}

/// The ARN of a key in the bench's account.
fn key(bench: &Bench) -> Text {
    format!("arn:aws:kms:{REGION}:{}:key/11111111-2222-3333-4444-555555555555", bench.account_id()).into()
}

/// The ARN of a role in the bench's account.
fn role(bench: &Bench, name: &str) -> Text {
    format!("arn:aws:iam::{}:role/{name}", bench.account_id()).into()
}
