//! Controls of object storage: Amazon S3 buckets and their policies.

use std::collections::BTreeSet;

use strata_aws::cloudtrail::Trail;
use strata_aws::config::DeliveryChannel;
use strata_aws::elasticloadbalancingv2::LoadBalancer;
use strata_aws::s3::{AccountPublicAccessBlock, Bucket, BucketPolicy};
use strata_graph::{Address, Resource};

use crate::control::{Answer, Control, Undecidable, check, control, met, none_of, not_applicable, undecidable, violated};
use crate::policies::{public_statements, refuses_plain_text};
use crate::view::{View, is_set};

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "cloudtrail-bucket-not-public", Security, Critical, Both, ["AWS::CloudTrail::Trail"];
        title: "Nobody outside reads the audit trail's bucket",
        why: "The trail tells strangers how everything is built, and who works when.",
        repair: "Block public access to the trail's bucket, all four ways, and let no statement of its policy allow everybody.",
        prowler: ["cloudtrail_logs_s3_bucket_is_not_publicly_accessible"], checkov: [], config: [], security_hub: ["CloudTrail.6"],
        each: trail_bucket_not_public,
    },
    control! {
        "s3-account-public-access-blocked", Security, Critical, Both, ["Strata::S3::AccountPublicAccessBlock"];
        title: "The account refuses public access to every bucket",
        why: "One bucket made public by mistake publishes all that it holds; the account's block wins over any bucket's own settings.",
        repair: "Set all four switches of the account's public access block to true.",
        prowler: ["s3_account_level_public_access_blocks"],
        checkov: [],
        config: ["S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC"],
        security_hub: ["S3.1"],
        in_every_home: account_block,
    },
    control! {
        "s3-audit-bucket-versioned", Security, High, Both, ["AWS::S3::Bucket"];
        title: "Buckets that hold audit records keep every version",
        why: "Who breaks in deletes the traces first; with versions a deleted record is still there.",
        repair: "Set VersioningConfiguration.Status to Enabled on the bucket.",
        prowler: ["s3_bucket_object_versioning"],
        checkov: ["CKV_AWS_21"],
        config: ["S3_BUCKET_VERSIONING_ENABLED"],
        security_hub: ["S3.14"],
        each: audit_bucket_versioned,
    },
    control! {
        "s3-bucket-access-logged", Infrastructure, Medium, Both, ["AWS::S3::Bucket"];
        title: "Every request to a bucket is logged",
        why: "Without access logs nobody can say who read which object.",
        repair: "Set LoggingConfiguration to the account's bucket for access logs.",
        prowler: ["s3_bucket_server_access_logging_enabled", "cloudtrail_logs_s3_bucket_access_logging_enabled"], checkov: ["CKV_AWS_18"],
        config: ["S3_BUCKET_LOGGING_ENABLED"], security_hub: ["S3.9", "CloudTrail.7"],
        each: access_logged,
    },
    control! {
        "s3-bucket-acl-disabled", Infrastructure, Medium, Both, ["AWS::S3::Bucket"];
        title: "Access to a bucket is given by policies only, never by access control lists",
        why: "An access control list on one object opens it past every policy.",
        repair: "Set the object ownership to BucketOwnerEnforced.",
        prowler: ["s3_bucket_acl_prohibited", "s3_bucket_public_list_acl", "s3_bucket_public_write_acl"], checkov: ["CKV2_AWS_65"], config: ["S3_BUCKET_ACL_PROHIBITED"], security_hub: ["S3.12"],
        each: acl_disabled,
    },
    control! {
        "s3-bucket-encrypted", Infrastructure, High, Both, ["AWS::S3::Bucket"];
        title: "Objects are encrypted at rest with a key of our own",
        why: "With a key of our own, reading an object needs the right to the key too, and each use of it is recorded.",
        repair: "Set aws:kms and a key in BucketEncryption; a target of access logs, which AWS writes without our key, takes AES256.",
        prowler: ["s3_bucket_default_encryption", "s3_bucket_kms_encryption"], checkov: ["CKV_AWS_19", "CKV_AWS_145"],
        config: ["S3_DEFAULT_ENCRYPTION_KMS"], security_hub: ["S3.17"],
        each: encrypted,
    },
    control! {
        "s3-bucket-lifecycle", Infrastructure, Low, Both, ["AWS::S3::Bucket"];
        title: "A bucket says how long it keeps what it holds",
        why: "Data kept longer than needed is data that can be lost; unfinished uploads stay for ever unless a rule removes them.",
        repair: "Give the bucket an enabled lifecycle rule that expires objects, old versions, or unfinished uploads.",
        prowler: ["s3_bucket_lifecycle_enabled"], checkov: ["CKV2_AWS_61", "CKV_AWS_300"], config: ["S3_LIFECYCLE_POLICY_CHECK"],
        security_hub: ["S3.13"],
        each: lifecycle,
    },
    control! {
        "s3-bucket-policy-not-public", Infrastructure, Critical, Both, ["AWS::S3::BucketPolicy"];
        title: "No bucket policy lets strangers in",
        why: "A policy for every principal is an open door, whatever else is set.",
        repair: "Name the principals, or add a condition on the account, organisation or network they come from.",
        prowler: ["s3_bucket_public_access", "s3_bucket_policy_public_write_access"], checkov: ["CKV_AWS_70"],
        config: ["S3_BUCKET_PUBLIC_READ_PROHIBITED", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"], security_hub: ["S3.2", "S3.3"],
        each: policy_not_public,
    },
    control! {
        "s3-bucket-public-access-blocked", Infrastructure, Critical, Both, ["AWS::S3::Bucket"];
        title: "A bucket refuses public access by itself",
        why: "The bucket's own block holds also where the account's is lifted.",
        repair: "Set all four switches of PublicAccessBlockConfiguration to true.",
        prowler: ["s3_bucket_level_public_access_block"], checkov: ["CKV2_AWS_6", "CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56"],
        config: ["S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED"], security_hub: ["S3.8"],
        each: public_access_blocked,
    },
    control! {
        "s3-bucket-tls-only", Infrastructure, High, Both, ["AWS::S3::Bucket"];
        title: "A bucket refuses requests without TLS",
        why: "Over plain HTTP objects and signatures can be read on the way.",
        repair: "Give the bucket a policy that denies s3:* to everybody where aws:SecureTransport is false.",
        prowler: ["s3_bucket_secure_transport_policy"],
        checkov: ["CKV_AWS_379"],
        config: ["S3_BUCKET_SSL_REQUESTS_ONLY"],
        security_hub: ["S3.5"],
        each: tls_only,
    },
];

/// Whether S3 or a load balancer writes access logs into the bucket: AWS lets neither use a key of ours there
/// (AWS: "Enabling Amazon S3 server access logging", "Access logs for your Application Load Balancer").
fn takes_access_logs(view: &View<'_>, address: &Address) -> Result<bool, Undecidable> {
    for (_, other) in view.naming::<Bucket>(address)? {
        if other.logging_configuration.as_ref().is_some_and(|logging| view.is(&logging.destination_bucket_name, address)) {
            return Ok(true);
        }
    }
    for (_, balancer) in view.naming::<LoadBalancer>(address)? {
        if balancer
            .load_balancer_attributes
            .iter()
            .any(|attribute| attribute.key.ends_with("logs.s3.bucket") && view.is(&attribute.value, address))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn account_block(view: &View<'_>, resource: &Resource) -> Answer {
    let block = view.read::<AccountPublicAccessBlock>(resource)?;
    let switches = [
        ("BlockPublicAcls", block.block_public_acls),
        ("BlockPublicPolicy", block.block_public_policy),
        ("IgnorePublicAcls", block.ignore_public_acls),
        ("RestrictPublicBuckets", block.restrict_public_buckets),
    ];
    all_on(&switches)
}

fn all_on(switches: &[(&str, bool)]) -> Answer {
    none_of(switches.iter().filter(|(_, on)| !on).map(|(name, _)| format!("{name} is false")).collect(), "all four switches are on")
}

fn public_access_blocked(view: &View<'_>, resource: &Resource) -> Answer {
    let bucket = view.read::<Bucket>(resource)?;
    let block = &bucket.public_access_block_configuration;
    let switches = [
        ("BlockPublicAcls", block.block_public_acls),
        ("BlockPublicPolicy", block.block_public_policy),
        ("IgnorePublicAcls", block.ignore_public_acls),
        ("RestrictPublicBuckets", block.restrict_public_buckets),
    ];
    all_on(&switches)
}

fn audit_bucket_versioned(view: &View<'_>, resource: &Resource) -> Answer {
    let holds_trail = view.naming::<Trail>(&resource.address)?.iter().any(|(_, trail)| view.is(&trail.s3_bucket_name, &resource.address));
    let holds_records =
        view.naming::<DeliveryChannel>(&resource.address)?.iter().any(|(_, channel)| view.is(&channel.s3_bucket_name, &resource.address));
    if !holds_trail && !holds_records {
        return not_applicable();
    }
    let bucket = view.read::<Bucket>(resource)?;
    let status = &bucket.versioning_configuration.status;
    check(status == "Enabled", "versions are kept", format!("versioning is {status}"))
}

fn access_logged(view: &View<'_>, resource: &Resource) -> Answer {
    let bucket = view.read::<Bucket>(resource)?;
    match &bucket.logging_configuration {
        Some(logging) if is_set(Some(&logging.destination_bucket_name)) => met(format!("logged to {}", logging.destination_bucket_name)),
        // A target that logged its own requests would never stop writing about its writing.
        _ if takes_access_logs(view, &resource.address)? => not_applicable(),
        _ => violated("there is no LoggingConfiguration"),
    }
}

fn acl_disabled(view: &View<'_>, resource: &Resource) -> Answer {
    let bucket = view.read::<Bucket>(resource)?;
    let rules: BTreeSet<&str> = bucket.ownership_controls.rules.iter().map(|rule| rule.object_ownership.as_str()).collect();
    check(
        rules.len() == 1 && rules.contains("BucketOwnerEnforced"),
        "the bucket's owner owns every object",
        "object ownership is not BucketOwnerEnforced",
    )
}

fn encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let bucket = view.read::<Bucket>(resource)?;
    let Some(rule) = bucket.bucket_encryption.server_side_encryption_configuration.first() else {
        return violated("there is no rule of encryption");
    };
    let default = &rule.server_side_encryption_by_default;
    match default.sse_algorithm.as_str() {
        "aws:kms" | "aws:kms:dsse" => check(
            is_set(default.kms_master_key_id.as_ref()),
            format!("encrypted by {}", default.sse_algorithm),
            "encrypted with AWS's own key, not one of ours",
        ),
        "AES256" if takes_access_logs(view, &resource.address)? => met("a target of access logs, encrypted by S3"),
        other => violated(format!("encrypted by '{other}', not by a key of ours")),
    }
}

fn lifecycle(view: &View<'_>, resource: &Resource) -> Answer {
    let bucket = view.read::<Bucket>(resource)?;
    let enabled = bucket.lifecycle_configuration.iter().flat_map(|lifecycle| &lifecycle.rules).any(|rule| {
        rule.status == "Enabled"
            && (rule.expiration_in_days.is_some()
                || rule.noncurrent_version_expiration.is_some()
                || rule.abort_incomplete_multipart_upload.is_some()
                || !rule.transitions.is_empty())
    });
    check(enabled, "a lifecycle rule is on", "no lifecycle rule is on")
}

fn policy_not_public(view: &View<'_>, resource: &Resource) -> Answer {
    let policy = view.read::<BucketPolicy>(resource)?;
    none_of(public_statements(&policy.policy_document), "no statement allows everybody")
}

fn tls_only(view: &View<'_>, resource: &Resource) -> Answer {
    let policies = view.naming::<BucketPolicy>(&resource.address)?;
    let mut own = policies.iter().filter(|(_, policy)| view.is(&policy.bucket, &resource.address)).peekable();
    if own.peek().is_none() {
        return violated("the bucket has no policy");
    }
    check(
        own.any(|(_, policy)| refuses_plain_text(&policy.policy_document, "s3")),
        "its policy denies requests without TLS",
        "its policy does not deny requests without TLS",
    )
}

fn trail_bucket_not_public(view: &View<'_>, resource: &Resource) -> Answer {
    let trail = view.read::<Trail>(resource)?;
    let Some(bucket) = view.resolve::<Bucket>(&trail.s3_bucket_name) else {
        return undecidable(format!("the bucket {} is not in this graph", trail.s3_bucket_name));
    };
    let block = &view.read::<Bucket>(bucket)?.public_access_block_configuration;
    let blocked = block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets;
    let mut found: Vec<String> = (!blocked).then(|| "public access to its bucket is not blocked".to_owned()).into_iter().collect();
    for (_, policy) in view.naming::<BucketPolicy>(&bucket.address)? {
        if view.is(&policy.bucket, &bucket.address) {
            found.extend(public_statements(&policy.policy_document));
        }
    }
    none_of(found, "its bucket is closed")
}
