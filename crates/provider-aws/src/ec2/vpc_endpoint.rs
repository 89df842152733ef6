//! `AWS::EC2::VPCEndpoint` by the EC2 API. A deleted one stays listed for a while: it counts as gone.

use async_trait::async_trait;
use aws_sdk_ec2::types::{ResourceType, VpcEndpointType};
use strata_aws::ec2::VpcEndpoint;
use strata_aws::iam::PolicyDocument;
use strata_graph::{PhysicalId, Text};
use strata_provider::{ProviderError, Readiness};

use super::{filter, owned, read_tags, retag, specification};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::known;

fn texts<'a>(items: impl IntoIterator<Item = &'a str>) -> Vec<Text> {
    let mut texts: Vec<Text> = items.into_iter().map(Text::from).collect();
    texts.sort();
    texts
}

fn strings(texts: &[Text]) -> Result<Option<Vec<String>>, ProviderError> {
    if texts.is_empty() {
        return Ok(None);
    }
    texts.iter().map(|text| known(text).map(ToOwned::to_owned)).collect::<Result<_, _>>().map(Some)
}

/// What of `left` is not in `right`.
fn without(left: &[Text], right: &[Text]) -> Result<Option<Vec<String>>, ProviderError> {
    strings(&left.iter().filter(|text| !right.contains(text)).cloned().collect::<Vec<_>>())
}

fn policy(document: Option<&PolicyDocument>) -> Result<Option<String>, ProviderError> {
    let text = document.map(PolicyDocument::to_json).transpose();
    text.map_err(|error| ProviderError::internal("ec2:VpcEndpoint", error.to_string()))
}

/// The prefix list that AWS keeps for a gateway endpoint's service.
async fn prefix_list(cloud: &Cloud, service: &str) -> Result<Option<String>, ProviderError> {
    let call = cloud.ec2().describe_managed_prefix_lists().filters(filter("prefix-list-name", service));
    let answer = call.send().await.map_err(|error| failed("ec2:DescribeManagedPrefixLists", error))?;
    let list = answer.prefix_lists().iter().find(|list| list.prefix_list_name() == Some(service));
    Ok(list.and_then(|list| list.prefix_list_id()).map(ToOwned::to_owned))
}

#[async_trait]
impl Handler for VpcEndpoint {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        // By id and not by filter: the emulator does not know the filter.
        let call = cloud.ec2().describe_vpc_endpoints();
        let call = match target.id {
            Some(id) => call.vpc_endpoint_ids(id.0.clone()),
            None => call.set_filters(Some(owned(target))),
        };
        let answer = found(call.send().await.map_err(|error| failed("ec2:DescribeVpcEndpoints", error)))?;
        let state = |endpoint: &aws_sdk_ec2::types::VpcEndpoint| {
            endpoint.state().map_or_else(String::new, |state| state.as_str().to_ascii_lowercase())
        };
        let endpoint = answer.iter().flat_map(|answer| answer.vpc_endpoints()).find(|endpoint| match state(endpoint).as_str() {
            "deleted" => false,
            // Without an id the one on its way out is a predecessor.
            "deleting" => target.id.is_some(),
            _ => true,
        });
        let Some(endpoint) = endpoint else { return Ok(None) };
        let id = endpoint.vpc_endpoint_id().ok_or_else(|| missing("ec2:DescribeVpcEndpoints", "vpcEndpointId"))?;
        let service = endpoint.service_name().unwrap_or_default();
        let wanted = target.properties;
        let document = endpoint.policy_document().filter(|_| wanted.policy_document.is_some()).map(PolicyDocument::parse);
        let properties = Self {
            vpc_id: endpoint.vpc_id().unwrap_or_default().into(),
            service_name: service.into(),
            vpc_endpoint_type: endpoint.vpc_endpoint_type().map_or("Gateway", VpcEndpointType::as_str).to_owned(),
            policy_document: document
                .transpose()
                .map_err(|error| ProviderError::internal("ec2:DescribeVpcEndpoints", error.to_string()))?,
            private_dns_enabled: asked(wanted.private_dns_enabled.as_ref(), endpoint.private_dns_enabled()),
            route_table_ids: texts(endpoint.route_table_ids().iter().map(String::as_str)),
            subnet_ids: texts(endpoint.subnet_ids().iter().map(String::as_str)),
            security_group_ids: texts(endpoint.groups().iter().filter_map(|group| group.group_id())),
            tags: read_tags(endpoint.tags()),
        };
        let readiness = match state(endpoint).as_str() {
            word @ ("pending" | "pendingacceptance" | "partial") => Readiness::Pending(word.to_owned()),
            "deleting" => Readiness::Deleting,
            word @ ("failed" | "rejected" | "expired") => {
                Readiness::Failed(endpoint.last_error().and_then(|error| error.message()).unwrap_or(word).to_owned())
            }
            _ => Readiness::Ready,
        };
        let gateway = properties.vpc_endpoint_type == "Gateway";
        let mut observed = Observed::ready(id, properties).output("Id", id).readiness(readiness);
        if gateway && let Some(list) = prefix_list(cloud, service).await? {
            observed = observed.output("PrefixListId", list);
        }
        Ok(Some(observed))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .ec2()
            .create_vpc_endpoint()
            .vpc_id(known(&desired.vpc_id)?)
            .service_name(known(&desired.service_name)?)
            .vpc_endpoint_type(VpcEndpointType::from(desired.vpc_endpoint_type.as_str()))
            .set_policy_document(policy(desired.policy_document.as_ref())?)
            .set_private_dns_enabled(desired.private_dns_enabled)
            .set_route_table_ids(strings(&desired.route_table_ids)?)
            .set_subnet_ids(strings(&desired.subnet_ids)?)
            .set_security_group_ids(strings(&desired.security_group_ids)?)
            .client_token(target.token)
            .tag_specifications(specification(ResourceType::VpcEndpoint, &desired.tags)?);
        let answer = call.send().await.map_err(|error| failed("ec2:CreateVpcEndpoint", error))?;
        let id = answer.vpc_endpoint().and_then(|endpoint| endpoint.vpc_endpoint_id());
        id.map(|id| PhysicalId(id.to_owned())).ok_or_else(|| missing("ec2:CreateVpcEndpoint", "vpcEndpointId"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        if (Self { tags: desired.tags.clone(), ..observed.clone() }) != *desired {
            let mut call = cloud
                .ec2()
                .modify_vpc_endpoint()
                .vpc_endpoint_id(id)
                .set_add_route_table_ids(without(&desired.route_table_ids, &observed.route_table_ids)?)
                .set_remove_route_table_ids(without(&observed.route_table_ids, &desired.route_table_ids)?)
                .set_add_subnet_ids(without(&desired.subnet_ids, &observed.subnet_ids)?)
                .set_remove_subnet_ids(without(&observed.subnet_ids, &desired.subnet_ids)?)
                .set_add_security_group_ids(without(&desired.security_group_ids, &observed.security_group_ids)?)
                .set_remove_security_group_ids(without(&observed.security_group_ids, &desired.security_group_ids)?);
            if observed.policy_document != desired.policy_document {
                call = match policy(desired.policy_document.as_ref())? {
                    Some(document) => call.policy_document(document),
                    None => call.reset_policy(true),
                };
            }
            if observed.private_dns_enabled != desired.private_dns_enabled {
                call = call.set_private_dns_enabled(desired.private_dns_enabled);
            }
            call.send().await.map_err(|error| failed("ec2:ModifyVpcEndpoint", error))?;
        }
        retag(cloud, id, &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.ec2().delete_vpc_endpoints().vpc_endpoint_ids(target.id()?).send().await;
        gone(answer.map_err(|error| failed("ec2:DeleteVpcEndpoints", error)))
    }
}
