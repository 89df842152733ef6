//! `AWS::EC2::LaunchTemplate` by the EC2 API. A change of the data is a new version, made the default.
//!
//! Invariant: what is observed is the default version; a version that was made but not made the default, because a call between
//! failed, is therefore a difference that the next run repairs.

use async_trait::async_trait;
use aws_sdk_ec2::types::{
    InstanceType, LaunchTemplateBlockDeviceMappingRequest, LaunchTemplateEbsBlockDeviceRequest, LaunchTemplateHttpTokensState,
    LaunchTemplateIamInstanceProfileSpecificationRequest, LaunchTemplateInstanceMetadataEndpointState,
    LaunchTemplateInstanceMetadataOptionsRequest, LaunchTemplateTagSpecificationRequest, LaunchTemplatesMonitoringRequest,
    RequestLaunchTemplateData, ResourceType, ResponseLaunchTemplateData, Tag, VolumeType,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use strata_aws::ec2::{
    BlockDeviceMapping, Ebs, IamInstanceProfile, LaunchTemplate, LaunchTemplateData, MetadataOptions, Monitoring, TagSpecification,
};
use strata_graph::{PhysicalId, Tags, Text};
use strata_provider::ProviderError;

use super::{filter, number, read_tags, retag, specification};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target, as_it_is};
use crate::tags::{known, plain};

fn request(data: &LaunchTemplateData) -> Result<RequestLaunchTemplateData, ProviderError> {
    let metadata = &data.metadata_options;
    let mut builder = RequestLaunchTemplateData::builder()
        .set_image_id(Some(known(&data.image_id)?).filter(|image| !image.is_empty()).map(str::to_owned))
        .set_instance_type(data.instance_type.as_deref().map(InstanceType::from))
        .set_ebs_optimized(data.ebs_optimized)
        .metadata_options(
            LaunchTemplateInstanceMetadataOptionsRequest::builder()
                .http_endpoint(LaunchTemplateInstanceMetadataEndpointState::from(metadata.http_endpoint.as_str()))
                .http_put_response_hop_limit(number(metadata.http_put_response_hop_limit)?)
                .http_tokens(LaunchTemplateHttpTokensState::from(metadata.http_tokens.as_str()))
                .build(),
        )
        .monitoring(LaunchTemplatesMonitoringRequest::builder().enabled(data.monitoring.enabled).build());
    for group in &data.security_group_ids {
        builder = builder.security_group_ids(known(group)?);
    }
    if let Some(text) = &data.user_data {
        builder = builder.user_data(STANDARD.encode(known(text)?));
    }
    if let Some(profile) = &data.iam_instance_profile {
        let profile = LaunchTemplateIamInstanceProfileSpecificationRequest::builder().arn(known(&profile.arn)?);
        builder = builder.iam_instance_profile(profile.build());
    }
    for mapping in &data.block_device_mappings {
        let ebs = LaunchTemplateEbsBlockDeviceRequest::builder()
            .encrypted(mapping.ebs.encrypted)
            .delete_on_termination(mapping.ebs.delete_on_termination)
            .set_kms_key_id(mapping.ebs.kms_key_id.as_ref().map(|key| known(key).map(ToOwned::to_owned)).transpose()?)
            .volume_size(number(mapping.ebs.volume_size)?)
            .volume_type(VolumeType::from(mapping.ebs.volume_type.as_str()));
        let mapping = LaunchTemplateBlockDeviceMappingRequest::builder().device_name(&mapping.device_name).ebs(ebs.build());
        builder = builder.block_device_mappings(mapping.build());
    }
    for specification in &data.tag_specifications {
        let mut request =
            LaunchTemplateTagSpecificationRequest::builder().resource_type(ResourceType::from(specification.resource_type.as_str()));
        for (key, value) in plain(&specification.tags)? {
            request = request.tags(Tag::builder().key(key).value(value).build());
        }
        builder = builder.tag_specifications(request.build());
    }
    Ok(builder.build())
}

fn read(data: &ResponseLaunchTemplateData) -> LaunchTemplateData {
    let word = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let metadata = data.metadata_options();
    let user_data = data.user_data().and_then(|text| STANDARD.decode(text).ok());
    LaunchTemplateData {
        image_id: data.image_id().unwrap_or_default().into(),
        instance_type: data.instance_type().map(|kind| kind.as_str().to_owned()),
        iam_instance_profile: data
            .iam_instance_profile()
            .and_then(|profile| profile.arn())
            .map(|arn| IamInstanceProfile { arn: arn.into() }),
        security_group_ids: data.security_group_ids().iter().map(|id| id.as_str().into()).collect(),
        user_data: user_data.map(|bytes| Text::from(String::from_utf8_lossy(&bytes).into_owned())),
        ebs_optimized: data.ebs_optimized(),
        metadata_options: MetadataOptions {
            http_endpoint: word(metadata.and_then(|options| options.http_endpoint()).map(|state| state.as_str())),
            http_put_response_hop_limit: metadata.and_then(|options| options.http_put_response_hop_limit()).unwrap_or(1).into(),
            http_tokens: word(metadata.and_then(|options| options.http_tokens()).map(|state| state.as_str())),
        },
        block_device_mappings: data
            .block_device_mappings()
            .iter()
            .filter_map(|mapping| {
                let ebs = mapping.ebs()?;
                Some(BlockDeviceMapping {
                    device_name: word(mapping.device_name()),
                    ebs: Ebs {
                        delete_on_termination: ebs.delete_on_termination().unwrap_or_default(),
                        encrypted: ebs.encrypted().unwrap_or_default(),
                        kms_key_id: ebs.kms_key_id().map(Text::from),
                        volume_size: ebs.volume_size().unwrap_or_default().into(),
                        volume_type: word(ebs.volume_type().map(|kind| kind.as_str())),
                    },
                })
            })
            .collect(),
        monitoring: Monitoring { enabled: data.monitoring().and_then(|monitoring| monitoring.enabled()).unwrap_or_default() },
        tag_specifications: data
            .tag_specifications()
            .iter()
            // The emulator adds the template's own tags to what instances get.
            .filter(|specification| specification.resource_type() != Some(&ResourceType::LaunchTemplate))
            .map(|specification| TagSpecification {
                resource_type: word(specification.resource_type().map(|kind| kind.as_str())),
                tags: read_tags(specification.tags()),
            })
            .collect(),
    }
}

/// The tags of a template. The emulator's description of one has those of its creation alone.
async fn tags(cloud: &Cloud, id: &str, seen: &[Tag]) -> Result<Tags, ProviderError> {
    if !cloud.settings.emulator {
        return Ok(read_tags(seen));
    }
    let answer = cloud.ec2().describe_tags().filters(filter("resource-id", id)).send().await;
    let answer = answer.map_err(|error| failed("ec2:DescribeTags", error))?;
    let pairs = answer.tags().iter().map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default()));
    Ok(crate::tags::read(pairs))
}

/// With the lists whose order means nothing in one order, so that a change of tags alone makes no version.
fn sorted(data: &LaunchTemplateData) -> LaunchTemplateData {
    let mut data = data.clone();
    data.security_group_ids.sort();
    data.block_device_mappings.sort_by(|left, right| left.device_name.cmp(&right.device_name));
    data.tag_specifications.sort_by(|left, right| left.resource_type.cmp(&right.resource_type));
    data
}

#[async_trait]
impl Handler for LaunchTemplate {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let call = cloud.ec2().describe_launch_templates();
        let call = match target.id {
            Some(id) => call.launch_template_ids(&id.0),
            None => call.launch_template_names(&target.properties.launch_template_name),
        };
        let answer = found(call.send().await.map_err(|error| failed("ec2:DescribeLaunchTemplates", error)))?;
        let Some(template) = answer.as_ref().and_then(|answer| answer.launch_templates().first()) else {
            return Ok(None);
        };
        let lacks = |field| missing("ec2:DescribeLaunchTemplates", field);
        let id = template.launch_template_id().ok_or_else(|| lacks("launchTemplateId"))?;
        let default = template.default_version_number().ok_or_else(|| lacks("defaultVersionNumber"))?;
        let latest = template.latest_version_number().ok_or_else(|| lacks("latestVersionNumber"))?;
        let call = cloud.ec2().describe_launch_template_versions().launch_template_id(id).versions(default.to_string());
        let versions = found(call.send().await.map_err(|error| failed("ec2:DescribeLaunchTemplateVersions", error)))?;
        let version = versions.as_ref().and_then(|answer| answer.launch_template_versions().first());
        let Some(data) = version.and_then(|version| version.launch_template_data()) else {
            return Ok(None);
        };
        let properties = Self {
            launch_template_name: template.launch_template_name().unwrap_or_default().to_owned(),
            launch_template_data: read(data),
            tags: tags(cloud, id, template.tags()).await?,
        };
        let observed = Observed::ready(id, properties).output("LaunchTemplateId", id);
        Ok(Some(observed.output("LatestVersionNumber", latest.to_string())))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .ec2()
            .create_launch_template()
            .launch_template_name(&desired.launch_template_name)
            .launch_template_data(request(&desired.launch_template_data)?)
            .client_token(target.token)
            .tag_specifications(specification(ResourceType::LaunchTemplate, &desired.tags)?);
        let answer = call.send().await.map_err(|error| failed("ec2:CreateLaunchTemplate", error))?;
        let id = answer.launch_template().and_then(|template| template.launch_template_id());
        id.map(|id| PhysicalId(id.to_owned())).ok_or_else(|| missing("ec2:CreateLaunchTemplate", "launchTemplateId"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        // A second try must not repeat what the first one did.
        let observed = &as_it_is(cloud, target, observed).await?;
        let (id, desired) = (target.id()?, target.properties);
        if sorted(&observed.launch_template_data) != sorted(&desired.launch_template_data) {
            let data = request(&desired.launch_template_data)?;
            let call = cloud.ec2().create_launch_template_version().launch_template_id(id).launch_template_data(data);
            let answer = call.send().await.map_err(|error| failed("ec2:CreateLaunchTemplateVersion", error))?;
            let version = answer
                .launch_template_version()
                .and_then(|version| version.version_number())
                .ok_or_else(|| missing("ec2:CreateLaunchTemplateVersion", "versionNumber"))?;
            let call = cloud.ec2().modify_launch_template().launch_template_id(id).default_version(version.to_string());
            call.send().await.map_err(|error| failed("ec2:ModifyLaunchTemplate", error))?;
        }
        retag(cloud, id, &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.ec2().delete_launch_template().launch_template_id(target.id()?).send().await;
        gone(answer.map_err(|error| failed("ec2:DeleteLaunchTemplate", error)))
    }
}
