//! Amazon EC2 and VPC resource types.

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
pub mod snapshot_block_public_access;
pub mod subnet;
pub mod subnet_network_acl_association;
pub mod subnet_route_table_association;
pub mod vpc;
pub mod vpc_endpoint;
pub mod vpc_gateway_attachment;

pub use default_network_acl::DefaultNetworkAcl;
pub use default_security_group::DefaultSecurityGroup;
pub use default_vpc_removal::DefaultVpcRemoval;
pub use ebs_encryption_by_default::EbsEncryptionByDefault;
pub use eip::Eip;
pub use flow_log::FlowLog;
pub use image_block_public_access::ImageBlockPublicAccess;
pub use internet_gateway::InternetGateway;
pub use launch_template::{
    BlockDeviceMapping, Ebs, IamInstanceProfile, LaunchTemplate, LaunchTemplateData, MetadataOptions, Monitoring, TagSpecification,
};
pub use nat_gateway::NatGateway;
pub use network_acl::NetworkAcl;
pub use network_acl_entry::{Icmp, NetworkAclEntry, PortRange};
pub use route::Route;
pub use route_table::RouteTable;
pub use security_group::SecurityGroup;
pub use security_group_egress::SecurityGroupEgress;
pub use security_group_ingress::SecurityGroupIngress;
pub use snapshot_block_public_access::SnapshotBlockPublicAccess;
pub use subnet::Subnet;
pub use subnet_network_acl_association::SubnetNetworkAclAssociation;
pub use subnet_route_table_association::SubnetRouteTableAssociation;
pub use vpc::Vpc;
pub use vpc_endpoint::VpcEndpoint;
pub use vpc_gateway_attachment::VpcGatewayAttachment;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[
    entry_of::<Vpc>(),
    entry_of::<Subnet>(),
    entry_of::<SecurityGroup>(),
    entry_of::<SecurityGroupIngress>(),
    entry_of::<InternetGateway>(),
    entry_of::<VpcGatewayAttachment>(),
    entry_of::<Eip>(),
    entry_of::<NatGateway>(),
    entry_of::<RouteTable>(),
    entry_of::<Route>(),
    entry_of::<SubnetRouteTableAssociation>(),
    entry_of::<NetworkAcl>(),
    entry_of::<NetworkAclEntry>(),
    entry_of::<SubnetNetworkAclAssociation>(),
    entry_of::<SecurityGroupEgress>(),
    entry_of::<FlowLog>(),
    entry_of::<VpcEndpoint>(),
    entry_of::<LaunchTemplate>(),
    entry_of::<DefaultSecurityGroup>(),
    entry_of::<EbsEncryptionByDefault>(),
    entry_of::<DefaultNetworkAcl>(),
    entry_of::<SnapshotBlockPublicAccess>(),
    entry_of::<ImageBlockPublicAccess>(),
    entry_of::<DefaultVpcRemoval>(),
];
