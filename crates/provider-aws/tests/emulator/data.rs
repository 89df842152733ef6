//! Data, messages, secrets, logs, backups and functions.

mod backups;
mod databases;
mod files;
mod functions;
mod messages;
mod search;
mod storage;
mod streams;
mod tables;
mod watching;

use std::collections::BTreeMap;
use std::sync::Arc;

use strata_aws::ec2::{Subnet, Vpc};
use strata_graph::Text;
use strata_provider_aws::Artifacts;

use crate::support::{Bench, REGION};

/// The two zip files that the functions of the tests are made of.
pub fn artifacts() -> Artifacts {
    let file = |name: &str| (name.to_owned(), Arc::from(format!("zip of {name}").into_bytes()));
    Artifacts::new(BTreeMap::from([file("first"), file("second")]))
}

/// The ARN of a key in the bench's account.
fn key(bench: &Bench) -> Text {
    format!("arn:aws:kms:{REGION}:{}:key/11111111-2222-3333-4444-555555555555", bench.account_id()).into()
}

/// Three subnets in a network of their own, sorted.
async fn subnets(bench: &Bench) -> Vec<Text> {
    let vpc = Vpc { cidr_block: "10.0.0.0/16".into(), enable_dns_support: true, enable_dns_hostnames: true, ..Vpc::default() };
    let vpc = bench.create("main", vpc).await;
    let mut all = Vec::new();
    for (number, zone) in ["a", "b", "c"].into_iter().enumerate() {
        let subnet = Subnet {
            vpc_id: vpc.output("VpcId"),
            cidr_block: format!("10.0.{number}.0/24"),
            availability_zone: format!("{REGION}{zone}"),
            ..Subnet::default()
        };
        all.push(bench.create(zone, subnet).await.output("SubnetId"));
    }
    all.sort();
    all
}
