//! Networks, identities, hosts, clusters and names.

use strata_aws::ec2::Vpc;

use crate::support::Bench;

#[tokio::test]
async fn a_network() {
    let bench = Bench::new(100);
    let mut vpc = bench
        .create("main", Vpc { cidr_block: "10.0.0.0/16".into(), enable_dns_support: true, enable_dns_hostnames: true, ..Vpc::default() })
        .await;
    bench.update(&mut vpc, |vpc| vpc.enable_dns_hostnames = false).await;
    bench.delete(vpc).await;
}
