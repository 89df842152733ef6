//! Buckets on Amazon S3.
//!
//! Invariants: closed to the public, owned by the account, encrypted with the environment's key; requests without TLS 1.2 and objects under another key
//! are refused; who read and wrote is logged.

use strata_aws::iam::{PolicyDocument, Statement};
use strata_aws::s3::{self, BucketPolicy};
use strata_graph::Text;
use strata_spec::{Bucket, Name, TargetKind, TriggerEvent};

use super::{Stores, classification};
use crate::arn::bucket_arn;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::uses::actions::Part;
use crate::uses::target::{Door, Target};

/// Days after which unfinished uploads go.
const UNFINISHED_DAYS: i64 = 7;
/// Days that old versions stay where objects expire.
const OLD_VERSION_DAYS: i64 = 90;

/// The name of a bucket, known before it stands.
pub(crate) fn bucket_name(context: &Context<'_>, name: &str) -> String {
    context.builder.naming().bucket(&[name])
}

pub(super) fn lower(context: &mut Context<'_>, name: &Name, declared: &Bucket, key: &Handle, stores: &mut Stores) {
    let key_path = format!("resources.{name}");
    let physical = bucket_name(context, name.as_str());
    let versioned = declared.versioned.unwrap_or(true);
    let mut bucket = s3::Bucket::encrypted_with(physical.clone(), key.arn());
    bucket.versioning_configuration.status = if versioned { "Enabled" } else { "Suspended" }.to_owned();
    bucket.logging_configuration = Some(s3::LoggingConfiguration {
        destination_bucket_name: context.account.access_logs_bucket_name().into(),
        log_file_prefix: format!("s3/{physical}/"),
    });
    bucket.lifecycle_configuration = Some(lifecycle(declared, versioned));
    let triggers = triggers(context, name);
    if !triggers.is_empty() {
        bucket.notification_configuration = Some(s3::NotificationConfiguration {
            lambda_configurations: triggers.iter().map(|trigger| trigger.configuration.clone()).collect(),
            ..s3::NotificationConfiguration::default()
        });
    }
    let mut about = About::new(key_path.clone(), format!("The bucket {name}."))
        .data(name.as_str())
        .classified(classification(context))
        .after(&context.account.access_logs_bucket_policy());
    for trigger in &triggers {
        about = about.also(trigger.key_path.clone()).after(&trigger.permission);
    }
    let handle = context.builder.add(name.as_str(), bucket, about);
    let policy = BucketPolicy { bucket: handle.output("BucketName"), policy_document: policy(&handle, key) };
    let policy = context.builder.add(
        name.as_str(),
        policy,
        About::new(key_path, format!("Refuses requests to {name} without TLS, and objects under another key.")),
    );

    let region = context.network.region().to_owned();
    let arn = bucket_arn(&physical);
    let objects = bucket_arn(&format!("{physical}/*"));
    let url = |name: Text| Text::join(["https://".into(), name, format!(".s3.{region}.amazonaws.com").into()]);
    let mut target = Target::new(TargetKind::Bucket, Door::GatewayEndpoint { service: "s3" })
        .output("name", handle.output("BucketName"))
        .output("arn", handle.arn())
        .output("url", url(handle.output("BucketName")))
        .output("region", region.clone())
        .part(Part::Whole, handle.arn(), arn.clone())
        .part(Part::Inside, Text::join([handle.arn(), "/*".into()]), objects)
        .made_of(&policy);
    target.key = Some(key.arn());
    target.named_outputs =
        [("name", Text::from(physical.clone())), ("arn", arn), ("url", url(physical.into())), ("region", region.into())].into();
    stores.targets.insert(name.to_string(), target);
}

fn lifecycle(declared: &Bucket, versioned: bool) -> s3::LifecycleConfiguration {
    let mut rules = vec![s3::LifecycleRule {
        id: "unfinished-uploads".to_owned(),
        status: "Enabled".to_owned(),
        abort_incomplete_multipart_upload: Some(s3::AbortIncompleteMultipartUpload { days_after_initiation: UNFINISHED_DAYS }),
        ..s3::LifecycleRule::default()
    }];
    if let Some(expire) = declared.expire {
        rules.insert(
            0,
            s3::LifecycleRule {
                id: "expire".to_owned(),
                status: "Enabled".to_owned(),
                expiration_in_days: i64::try_from(expire.as_days().max(1)).ok(),
                noncurrent_version_expiration: versioned.then_some(s3::NoncurrentVersionExpiration { noncurrent_days: OLD_VERSION_DAYS }),
                ..s3::LifecycleRule::default()
            },
        );
    }
    s3::LifecycleConfiguration { rules }
}

/// Everyone is denied what no one should do; who may do what is said by the roles.
fn policy(bucket: &Handle, key: &Handle) -> PolicyDocument {
    const ALGORITHM: &str = "s3:x-amz-server-side-encryption";
    const KEY: &str = "s3:x-amz-server-side-encryption-aws-kms-key-id";
    let objects = Text::join([bucket.arn(), "/*".into()]);
    let both = || [bucket.arn(), objects.clone()];
    // A request that names no encryption gets the bucket's own, so only what is named and wrong is refused.
    PolicyDocument::new([
        Statement::deny("OnlyTls", ["s3:*"], both()).for_aws(["*"]).when("Bool", "aws:SecureTransport", ["false"]),
        Statement::deny("OnlyTls12", ["s3:*"], both()).for_aws(["*"]).when("NumericLessThan", "s3:TlsVersion", ["1.2"]),
        Statement::deny("OnlyKms", ["s3:PutObject"], [objects.clone()]).for_aws(["*"]).when("Null", ALGORITHM, ["false"]).when(
            "StringNotEquals",
            ALGORITHM,
            ["aws:kms"],
        ),
        Statement::deny("OnlyOwnKey", ["s3:PutObject"], [objects.clone()]).for_aws(["*"]).when("Null", KEY, ["false"]).when(
            "StringNotEquals",
            KEY,
            [key.arn()],
        ),
    ])
}

struct BucketTrigger {
    key_path: String,
    configuration: s3::LambdaConfiguration,
    permission: Handle,
}

/// The functions that run when something happens in the bucket. S3 asks for the permission before it takes the notification.
fn triggers(context: &Context<'_>, name: &Name) -> Vec<BucketTrigger> {
    let functions = context.resolved.application.functions.iter();
    functions
        .filter_map(|(function, declared)| {
            let (thing, event) = declared.trigger.as_ref()?.event()?;
            let event = match event {
                TriggerEvent::Created => "s3:ObjectCreated:*",
                TriggerEvent::Removed => "s3:ObjectRemoved:*",
                TriggerEvent::Received | TriggerEvent::Published | TriggerEvent::Changed => return None,
            };
            (thing == name).then(|| BucketTrigger {
                key_path: format!("functions.{function}.trigger"),
                configuration: s3::LambdaConfiguration {
                    event: event.to_owned(),
                    function: context.builder.handle::<strata_aws::lambda::Function>(function.as_str()).arn(),
                    filter: None,
                },
                permission: context.builder.handle::<strata_aws::lambda::Permission>(function.as_str()),
            })
        })
        .collect()
}
