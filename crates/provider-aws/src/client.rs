//! One account and region: configuration, credentials and the services' clients.
//!
//! Invariant: clients are made once and share one connection pool.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use strata_provider::{Account, ErrorKind, Placement, ProviderError};

use crate::error::failed;

/// Where the first credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// The default chain of the AWS tools: environment, profile, single sign-on, container, instance.
    DefaultChain,
    /// The emulator's, which checks none.
    Emulator,
}

/// Files that resources are made of, by the names that documents give them: a function's zip file, for example. A document holds
/// name and digest only, so plans stay small and reviewable.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Artifacts(Arc<BTreeMap<String, Arc<[u8]>>>);

impl Artifacts {
    /// The store of these files.
    #[must_use]
    pub fn new(files: BTreeMap<String, Arc<[u8]>>) -> Self {
        Self(Arc::new(files))
    }

    /// A file's bytes.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(AsRef::as_ref)
    }
}

impl fmt::Debug for Artifacts {
    /// Names only.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// What is the same for every placement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Another endpoint than AWS's own.
    pub endpoint_url: Option<String>,
    /// Whether that endpoint is an emulator: operations that it lacks are then a state, not a failure.
    pub emulator: bool,
    /// The first credentials.
    pub credentials: Credentials,
    /// The files that documents name.
    pub artifacts: Artifacts,
}

/// The clients of one account and region.
#[derive(Debug)]
pub struct Cloud {
    /// The shared configuration.
    pub config: SdkConfig,
    /// The account as the cloud names it.
    pub account: Account,
    /// The settings it was made with.
    pub settings: Settings,
    clients: Clients,
}

impl Cloud {
    /// Connects to a placement: loads credentials, assumes the placement's role, and asks who that makes us.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] when none are found or none work; the message lists where was looked.
    pub async fn connect(settings: &Settings, placement: &Placement) -> Result<Self, ProviderError> {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
            .build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .region(Region::new(placement.region.clone()))
            // For STS alone, which changes nothing; see `retry` for all else.
            .retry_config(RetryConfig::standard().with_max_attempts(6).with_initial_backoff(Duration::from_millis(if settings.emulator {
                50
            } else {
                500
            })))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(5))
                    .read_timeout(Duration::from_secs(60))
                    .operation_timeout(Duration::from_secs(180))
                    .build(),
            );
        if let Some(url) = &settings.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if settings.credentials == Credentials::Emulator {
            loader =
                loader.credentials_provider(aws_credential_types::Credentials::new("testing", "testing", None, None, "strata-sandbox"));
        }
        let base = loader.load().await;
        let config = match &placement.role {
            None => base,
            Some(role) => {
                let assumed = aws_config::sts::AssumeRoleProvider::builder(role)
                    .session_name("strata")
                    .region(Region::new(placement.region.clone()))
                    .configure(&base)
                    .build()
                    .await;
                base.into_builder().credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(assumed)).build()
            }
        };
        let identity = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await.map_err(|error| {
            let mut error = failed("sts:GetCallerIdentity", error);
            if error.code.is_none() {
                error.kind = ErrorKind::Credentials;
            }
            error
        })?;
        let arn = identity.arn().unwrap_or_default();
        let account = Account {
            account_id: identity.account().unwrap_or_default().to_owned(),
            region: placement.region.clone(),
            partition: arn.split(':').nth(1).filter(|part| !part.is_empty()).unwrap_or("aws").to_owned(),
        };
        if account.account_id != placement.account_id {
            return Err(ProviderError::new(
                ErrorKind::Credentials,
                "sts:GetCallerIdentity",
                format!(
                    "the credentials for account '{}' lead into account {}, but the platform file says {}",
                    placement.account, account.account_id, placement.account_id
                ),
            ));
        }
        let config = config.into_builder().retry_config(RetryConfig::disabled()).build();
        Ok(Self { config, account, settings: settings.clone(), clients: Clients::default() })
    }

    /// The ARN of something in this account and region.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.account.partition, self.account.region, self.account.account_id)
    }
}

macro_rules! clients {
    ($($name:ident: $crate_name:ident),* $(,)?) => {
        #[derive(Debug, Default)]
        struct Clients {
            s3: OnceLock<aws_sdk_s3::Client>,
            s3control: OnceLock<aws_sdk_s3control::Client>,
            $($name: OnceLock<$crate_name::Client>,)*
        }

        impl Cloud {
            $(
                #[doc = concat!("The client of `", stringify!($crate_name), "`.")]
                pub fn $name(&self) -> &$crate_name::Client {
                    self.clients.$name.get_or_init(|| $crate_name::Client::new(&self.config))
                }
            )*
        }
    };
}
clients! {
    accessanalyzer: aws_sdk_accessanalyzer,
    account_management: aws_sdk_account,
    acm: aws_sdk_acm,
    application_autoscaling: aws_sdk_applicationautoscaling,
    autoscaling: aws_sdk_autoscaling,
    backup: aws_sdk_backup,
    cloudtrail: aws_sdk_cloudtrail,
    cloudwatch: aws_sdk_cloudwatch,
    logs: aws_sdk_cloudwatchlogs,
    config_service: aws_sdk_config,
    dynamodb: aws_sdk_dynamodb,
    ec2: aws_sdk_ec2,
    ecr: aws_sdk_ecr,
    ecs: aws_sdk_ecs,
    efs: aws_sdk_efs,
    eks: aws_sdk_eks,
    elasticache: aws_sdk_elasticache,
    elbv2: aws_sdk_elasticloadbalancingv2,
    events: aws_sdk_eventbridge,
    guardduty: aws_sdk_guardduty,
    iam: aws_sdk_iam,
    inspector: aws_sdk_inspector2,
    kinesis: aws_sdk_kinesis,
    kms: aws_sdk_kms,
    lambda: aws_sdk_lambda,
    macie: aws_sdk_macie2,
    opensearch: aws_sdk_opensearch,
    rds: aws_sdk_rds,
    route53: aws_sdk_route53,
    scheduler: aws_sdk_scheduler,
    secretsmanager: aws_sdk_secretsmanager,
    securityhub: aws_sdk_securityhub,
    servicediscovery: aws_sdk_servicediscovery,
    sns: aws_sdk_sns,
    sqs: aws_sdk_sqs,
    tagging: aws_sdk_resourcegroupstagging,
    wafv2: aws_sdk_wafv2,
}

impl Cloud {
    /// The client of `aws_sdk_s3`; another endpoint is spoken to with the bucket in the path, since its host has no
    /// subdomains.
    pub fn s3(&self) -> &aws_sdk_s3::Client {
        self.clients.s3.get_or_init(|| {
            let mut builder = aws_sdk_s3::config::Builder::from(&self.config).force_path_style(self.settings.endpoint_url.is_some());
            if let (true, Some(http)) = (self.settings.emulator, self.config.http_client()) {
                builder = builder.http_client(crate::s3::answers::Renaming(http));
            }
            aws_sdk_s3::Client::from_conf(builder.build())
        })
    }

    /// The client of `aws_sdk_s3control`. AWS puts the account into the host name, which another endpoint's host cannot
    /// carry: there the account stays in the `x-amz-account-id` header alone.
    pub fn s3control(&self) -> &aws_sdk_s3control::Client {
        self.clients.s3control.get_or_init(|| {
            let mut builder = aws_sdk_s3control::config::Builder::from(&self.config);
            if let Some(url) = &self.settings.endpoint_url {
                builder = builder.endpoint_resolver(PlainEndpoint { url: url.clone(), region: self.account.region.clone() });
            }
            aws_sdk_s3control::Client::from_conf(builder.build())
        })
    }
}

#[derive(Debug)]
struct PlainEndpoint {
    url: String,
    region: String,
}

impl aws_sdk_s3control::config::endpoint::ResolveEndpoint for PlainEndpoint {
    fn resolve_endpoint<'a>(
        &'a self,
        _params: &'a aws_sdk_s3control::config::endpoint::Params,
    ) -> aws_sdk_s3control::config::endpoint::EndpointFuture<'a> {
        use aws_smithy_types::endpoint::{Endpoint, EndpointAuthScheme};
        let scheme = EndpointAuthScheme::with_capacity("sigv4", 2).put("signingName", "s3").put("signingRegion", self.region.clone());
        aws_sdk_s3control::config::endpoint::EndpointFuture::ready(Ok(Endpoint::builder()
            .url(self.url.clone())
            .auth_scheme(scheme)
            .build()))
    }
}
