//! `AWS::EKS::Cluster`: a Kubernetes control plane.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::{Expression, Terraform};

/// A cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Cluster {
    /// Unique in the account and region, at most 100 characters.
    pub name: String,
    /// For example `1.33`; it can only go up, one minor version at a time.
    pub version: String,
    /// The control plane's role.
    pub role_arn: Text,
    /// Where it stands and who may reach it.
    pub resources_vpc_config: ResourcesVpcConfig,
    /// Envelope encryption of secrets; it cannot be taken away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub encryption_config: Vec<EncryptionConfig>,
    /// Logs of the control plane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logging: Option<Logging>,
    /// How identities are given access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_config: Option<AccessConfig>,
    /// Whether a deletion is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_protection: Option<bool>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// Where a cluster stands and who may reach it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ResourcesVpcConfig {
    /// Subnets of the control plane's network interfaces, in at least two zones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnet_ids: Vec<Text>,
    /// Further groups of those interfaces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<Text>,
    /// Whether the API answers inside the network.
    pub endpoint_private_access: bool,
    /// Whether the API answers on the internet.
    pub endpoint_public_access: bool,
    /// Who may reach the public API; only where it is on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub public_access_cidrs: Vec<String>,
}

/// Envelope encryption.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EncryptionConfig {
    /// Always `secrets`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// The key.
    pub provider: EncryptionProvider,
}

/// A key for envelope encryption.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EncryptionProvider {
    /// The key's ARN.
    pub key_arn: Text,
}

/// Logs of the control plane.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Logging {
    /// Which.
    pub cluster_logging: ClusterLogging,
}

/// Which logs of the control plane are on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ClusterLogging {
    /// The kinds, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enabled_types: Vec<LogType>,
}

/// A kind of log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LogType {
    /// `api`, `audit`, `authenticator`, `controllerManager` or `scheduler`.
    #[serde(rename = "Type")]
    pub log_type: String,
}

/// How identities are given access.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AccessConfig {
    /// `API`: access entries alone.
    pub authentication_mode: String,
    /// Whether who creates the cluster is its administrator; true where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bootstrap_cluster_creator_admin_permissions: Option<bool>,
}

impl AwsResource for Cluster {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EKS::Cluster",
        kind: "eks_cluster",
        service: "eks",
        replace_on: &["Name", "RoleArn", "EncryptionConfig", "AccessConfig.BootstrapClusterCreatorAdminPermissions"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &["AccessConfig.BootstrapClusterCreatorAdminPermissions"],
        unordered: &[
            "ResourcesVpcConfig.SubnetIds",
            "ResourcesVpcConfig.SecurityGroupIds",
            "ResourcesVpcConfig.PublicAccessCidrs",
            "Logging.ClusterLogging.EnabledTypes",
        ],
        closed: &[],
        outputs: &[
            OutputContract { name: "Name", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
            OutputContract { name: "Endpoint", cloudformation_ref: false, terraform: "endpoint" },
            OutputContract { name: "OpenIdConnectIssuerUrl", cloudformation_ref: false, terraform: "identity[0].oidc[0].issuer" },
            OutputContract {
                name: "ClusterSecurityGroupId",
                cloudformation_ref: false,
                terraform: "vpc_config[0].cluster_security_group_id",
            },
            OutputContract { name: "CertificateAuthorityData", cloudformation_ref: false, terraform: "certificate_authority[0].data" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_eks_cluster",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_eks_cluster");
        body.set("name", &self.name)
            .set("version", &self.version)
            .set("role_arn", &self.role_arn)
            .set_some("deletion_protection", self.deletion_protection);
        if let Some(logging) = &self.logging {
            let types: Vec<Expression> =
                logging.cluster_logging.enabled_types.iter().map(|log| Expression::Text(log.log_type.as_str().into())).collect();
            body.set("enabled_cluster_log_types", Expression::List(types));
        }
        let network = &self.resources_vpc_config;
        let block = body.block("vpc_config");
        block
            .set("subnet_ids", &network.subnet_ids)
            .set("endpoint_private_access", network.endpoint_private_access)
            .set("endpoint_public_access", network.endpoint_public_access);
        if !network.security_group_ids.is_empty() {
            block.set("security_group_ids", &network.security_group_ids);
        }
        if !network.public_access_cidrs.is_empty() {
            block.set("public_access_cidrs", &network.public_access_cidrs);
        }
        for encryption in &self.encryption_config {
            let block = body.block("encryption_config");
            block.set("resources", &encryption.resources);
            block.block("provider").set("key_arn", &encryption.provider.key_arn);
        }
        if let Some(access) = &self.access_config {
            body.block("access_config")
                .set("authentication_mode", &access.authentication_mode)
                .set_some("bootstrap_cluster_creator_admin_permissions", access.bootstrap_cluster_creator_admin_permissions);
        }
        body.tags(&self.tags);
    }
}
