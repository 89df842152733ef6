//! Networks, identities, hosts, clusters and names.

mod clusters;
mod filters;
mod hosts;
mod identity;
mod names;
mod routes;

use strata_aws::ec2::{Subnet, Vpc};

use crate::support::{Bench, Made, REGION};

/// A network of the test's own.
async fn vpc(bench: &Bench) -> Made<Vpc> {
    let vpc = Vpc { cidr_block: "10.0.0.0/16".into(), enable_dns_support: true, enable_dns_hostnames: true, ..Vpc::default() };
    bench.create("main", vpc).await
}

/// A subnet in it: the number is its zone and its block.
async fn subnet(bench: &Bench, vpc: &Made<Vpc>, number: usize) -> Made<Subnet> {
    let zone = ["a", "b", "c"][number];
    let subnet = Subnet {
        vpc_id: vpc.output("VpcId"),
        cidr_block: format!("10.0.{number}.0/24"),
        availability_zone: format!("{REGION}{zone}"),
        ..Subnet::default()
    };
    bench.create(zone, subnet).await
}
