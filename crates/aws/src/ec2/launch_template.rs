//! `AWS::EC2::LaunchTemplate`: how instances of an auto scaling group or a node group are started.
//!
//! Where our document differs from CloudFormation's: `Tags` are the template's own (there: `TagSpecifications` of `launch-template`),
//! tags inside `LaunchTemplateData.TagSpecifications` are maps, and `LaunchTemplateData.UserData` is plain text (there: `Fn::Base64`).

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::{Expression, Terraform};

/// A launch template; each change of its data is a new version, which becomes the default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LaunchTemplate {
    /// Unique in the account and region, 3 to 128 characters.
    pub launch_template_name: String,
    /// What instances get.
    pub launch_template_data: LaunchTemplateData,
    /// Tags of the template itself.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// What instances get.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LaunchTemplateData {
    /// The image's id, or `resolve:ssm:PARAMETER`, which EC2 looks up at every start; empty where a node group chooses it.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub image_id: Text,
    /// For example `t4g.medium`; absent where a node group names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// The instances' role; absent where a node group brings its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iam_instance_profile: Option<IamInstanceProfile>,
    /// Their security groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<Text>,
    /// The script that runs at first start, as plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_data: Option<Text>,
    /// Bandwidth of its own for volumes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ebs_optimized: Option<bool>,
    /// How instances ask for their own data.
    pub metadata_options: MetadataOptions,
    /// Volumes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub block_device_mappings: Vec<BlockDeviceMapping>,
    /// Measured each minute or each five.
    pub monitoring: Monitoring,
    /// Tags of what a start makes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tag_specifications: Vec<TagSpecification>,
}

fn is_empty(text: &Text) -> bool {
    text.as_literal().is_some_and(str::is_empty)
}

/// An instance profile by its ARN.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct IamInstanceProfile {
    /// The ARN.
    pub arn: Text,
}

/// The instance metadata service (CIS AWS 5.0 5.7: version 2 only).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MetadataOptions {
    /// `enabled` or `disabled`.
    pub http_endpoint: String,
    /// Network hops that an answer survives: 1 keeps it on the host, 2 lets containers ask.
    pub http_put_response_hop_limit: i64,
    /// `required` is version 2 only.
    pub http_tokens: String,
}

/// A volume.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BlockDeviceMapping {
    /// For example `/dev/xvda`.
    pub device_name: String,
    /// Its properties.
    pub ebs: Ebs,
}

/// An EBS volume.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Ebs {
    /// Whether it goes with its instance.
    pub delete_on_termination: bool,
    /// Encrypted at rest; always, for what we build.
    pub encrypted: bool,
    /// The key's ARN; the account's default where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Text>,
    /// GiB.
    pub volume_size: i64,
    /// For example `gp3`.
    pub volume_type: String,
}

/// Detailed monitoring.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Monitoring {
    /// Each minute instead of each five.
    pub enabled: bool,
}

/// Tags of what a start makes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TagSpecification {
    /// `instance`, `volume` or `network-interface`.
    pub resource_type: String,
    /// The tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for LaunchTemplate {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::LaunchTemplate",
        kind: "launch_template",
        service: "ec2",
        replace_on: &["LaunchTemplateName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[
            "LaunchTemplateData.SecurityGroupIds",
            "LaunchTemplateData.BlockDeviceMappings",
            "LaunchTemplateData.TagSpecifications",
        ],
        closed: &[],
        outputs: &[
            OutputContract { name: "LaunchTemplateId", cloudformation_ref: true, terraform: "id" },
            OutputContract { name: "LatestVersionNumber", cloudformation_ref: false, terraform: "latest_version" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_launch_template",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_launch_template");
        let data = &self.launch_template_data;
        body.set("name", &self.launch_template_name)
            .set("update_default_version", true)
            .set_some("image_id", Some(&data.image_id).filter(|image| !is_empty(image)))
            .set_some("instance_type", data.instance_type.as_ref())
            .set_some("ebs_optimized", data.ebs_optimized.map(|flag| flag.to_string()));
        if !data.security_group_ids.is_empty() {
            body.set("vpc_security_group_ids", &data.security_group_ids);
        }
        if let Some(text) = &data.user_data {
            body.set("user_data", Expression::Call("base64encode", vec![text.into()]));
        }
        if let Some(profile) = &data.iam_instance_profile {
            body.block("iam_instance_profile").set("arn", &profile.arn);
        }
        body.block("metadata_options")
            .set("http_endpoint", &data.metadata_options.http_endpoint)
            .set("http_tokens", &data.metadata_options.http_tokens)
            .set("http_put_response_hop_limit", data.metadata_options.http_put_response_hop_limit);
        body.block("monitoring").set("enabled", data.monitoring.enabled);
        for mapping in &data.block_device_mappings {
            let device = body.block("block_device_mappings");
            device.set("device_name", &mapping.device_name);
            device
                .block("ebs")
                .set("encrypted", mapping.ebs.encrypted.to_string())
                .set_some("kms_key_id", mapping.ebs.kms_key_id.as_ref())
                .set("volume_size", mapping.ebs.volume_size)
                .set("volume_type", &mapping.ebs.volume_type)
                .set("delete_on_termination", mapping.ebs.delete_on_termination.to_string());
        }
        for specification in &data.tag_specifications {
            body.block("tag_specifications").set("resource_type", &specification.resource_type).tags(&specification.tags);
        }
        body.tags(&self.tags);
    }
}
