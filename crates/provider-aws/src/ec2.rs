//! Handlers of Amazon EC2 and VPC types, and what they share: finding by tags, tagging.

pub mod default_network_acl;
pub mod default_security_group;
pub mod default_vpc_removal;
pub mod ebs_encryption_by_default;
pub mod eip;
pub mod flow_log;
pub mod image_block_public_access;
pub mod internet_gateway;
pub mod launch_template;
pub mod nat_gateway;
pub mod network_acl;
pub mod network_acl_entry;
pub mod route;
pub mod route_table;
pub mod security_group;
pub mod security_group_egress;
pub mod security_group_ingress;
mod security_group_rule;
pub mod snapshot_block_public_access;
pub mod subnet;
pub mod subnet_network_acl_association;
pub mod subnet_route_table_association;
pub mod vpc;
pub mod vpc_endpoint;
pub mod vpc_gateway_attachment;

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use strata_graph::Tags;
use strata_provider::ProviderError;
use strata_provider::provider::{ADDRESS_TAG, PLATFORM_TAG};

use crate::client::Cloud;
use crate::error::failed;
use crate::handler::Target;
use crate::registry::{HandlerEntry, handler};
use crate::tags;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[
    handler::<strata_aws::ec2::Vpc>(),
    handler::<strata_aws::ec2::Subnet>(),
    handler::<strata_aws::ec2::SecurityGroup>(),
    handler::<strata_aws::ec2::SecurityGroupIngress>(),
    handler::<strata_aws::ec2::InternetGateway>(),
    handler::<strata_aws::ec2::VpcGatewayAttachment>(),
    handler::<strata_aws::ec2::Eip>(),
    handler::<strata_aws::ec2::NatGateway>(),
    handler::<strata_aws::ec2::RouteTable>(),
    handler::<strata_aws::ec2::Route>(),
    handler::<strata_aws::ec2::SubnetRouteTableAssociation>(),
    handler::<strata_aws::ec2::NetworkAcl>(),
    handler::<strata_aws::ec2::NetworkAclEntry>(),
    handler::<strata_aws::ec2::SubnetNetworkAclAssociation>(),
    handler::<strata_aws::ec2::SecurityGroupEgress>(),
    handler::<strata_aws::ec2::FlowLog>(),
    handler::<strata_aws::ec2::VpcEndpoint>(),
    handler::<strata_aws::ec2::LaunchTemplate>(),
    handler::<strata_aws::ec2::DefaultSecurityGroup>(),
    handler::<strata_aws::ec2::EbsEncryptionByDefault>(),
    handler::<strata_aws::ec2::DefaultNetworkAcl>(),
    handler::<strata_aws::ec2::SnapshotBlockPublicAccess>(),
    handler::<strata_aws::ec2::ImageBlockPublicAccess>(),
    handler::<strata_aws::ec2::DefaultVpcRemoval>(),
];

/// A number as the API takes it.
pub(crate) fn number(number: i64) -> Result<i32, ProviderError> {
    i32::try_from(number).map_err(|_| ProviderError::internal("strata", format!("{number} is too large a number for EC2")))
}

/// A filter by one name.
pub(crate) fn filter(name: &str, value: impl Into<String>) -> Filter {
    Filter::builder().name(name).values(value).build()
}

/// The filters that find a resource by its ownership tags.
pub(crate) fn owned<R>(target: &Target<'_, R>) -> Vec<Filter> {
    vec![filter(&format!("tag:{ADDRESS_TAG}"), target.address.to_string()), filter(&format!("tag:{PLATFORM_TAG}"), target.platform)]
}

/// The filters that find a resource: by its id under the given filter name where it is known, else by its ownership tags.
pub(crate) fn lookup<R>(target: &Target<'_, R>, id_filter: &str) -> Vec<Filter> {
    match target.id {
        Some(id) => vec![filter(id_filter, id.0.clone())],
        None => owned(target),
    }
}

/// The tags for the creating call.
pub(crate) fn specification(kind: ResourceType, all: &Tags) -> Result<TagSpecification, ProviderError> {
    let mut builder = TagSpecification::builder().resource_type(kind);
    for (key, value) in tags::plain(all)? {
        builder = builder.tags(Tag::builder().key(key).value(value).build());
    }
    Ok(builder.build())
}

/// The tags that a describe call returned.
pub(crate) fn read_tags(all: &[Tag]) -> Tags {
    tags::read(all.iter().map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default())))
}

/// Brings the tags of a resource from observed to desired.
pub(crate) async fn retag(cloud: &Cloud, id: &str, observed: &Tags, desired: &Tags) -> Result<(), ProviderError> {
    let (set, remove) = tags::change(observed, desired)?;
    if !set.is_empty() {
        let set = set.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        cloud.ec2().create_tags().resources(id).set_tags(Some(set)).send().await.map_err(|error| failed("ec2:CreateTags", error))?;
    }
    if !remove.is_empty() {
        let remove = remove.into_iter().map(|key| Tag::builder().key(key).build()).collect();
        cloud.ec2().delete_tags().resources(id).set_tags(Some(remove)).send().await.map_err(|error| failed("ec2:DeleteTags", error))?;
    }
    Ok(())
}
