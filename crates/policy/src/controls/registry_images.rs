//! Controls of image repositories: Amazon ECR.

use strata_aws::ecr::Repository;
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, met, none_of};
use crate::policies::public_statements;
use crate::view::{View, is_set};

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "ecr-encrypted", Application, Low, Both, ["AWS::ECR::Repository"];
        title: "Images are encrypted with a key of our own",
        why: "Images hold our programs.",
        repair: "Set EncryptionConfiguration to KMS with a key.",
        prowler: [], checkov: ["CKV_AWS_136"], config: ["ECR_REPOSITORY_CMK_ENCRYPTION_ENABLED"], security_hub: ["ECR.5"],
        each: encrypted,
    },
    control! {
        "ecr-lifecycle", Application, Low, Both, ["AWS::ECR::Repository"];
        title: "Old images are removed",
        why: "An old image is a collection of known weaknesses that can be started any time.",
        repair: "Give the repository a LifecyclePolicy.",
        prowler: ["ecr_repositories_lifecycle_policy_enabled"],
        checkov: [],
        config: ["ECR_PRIVATE_LIFECYCLE_POLICY_CONFIGURED"],
        security_hub: ["ECR.3"],
        each: lifecycle,
    },
    control! {
        "ecr-not-public", Application, High, Both, ["AWS::ECR::Repository"];
        title: "No repository lets strangers in",
        why: "Strangers would read our programs, or replace them.",
        repair: "Name the principals in the repository's policy.",
        prowler: ["ecr_repositories_not_publicly_accessible"], checkov: ["CKV_AWS_32"], config: [], security_hub: [],
        each: not_public,
    },
    control! {
        "ecr-scanned", Application, High, Both, ["AWS::ECR::Repository"];
        title: "Every image is searched for known weaknesses when it is pushed",
        why: "Most weaknesses come with the packages that an image is built on.",
        repair: "Set ScanOnPush to true.",
        prowler: ["ecr_repositories_scan_images_on_push_enabled"],
        checkov: ["CKV_AWS_163"],
        config: ["ECR_PRIVATE_IMAGE_SCANNING_ENABLED"],
        security_hub: ["ECR.1"],
        each: scanned,
    },
    control! {
        "ecr-tags-immutable", Application, Medium, Both, ["AWS::ECR::Repository"];
        title: "A tag means the same image for ever",
        why: "What was tested and approved must be what runs.",
        repair: "Set ImageTagMutability to IMMUTABLE.",
        prowler: ["ecr_repositories_tag_immutability"],
        checkov: ["CKV_AWS_51"],
        config: ["ECR_PRIVATE_TAG_IMMUTABILITY_ENABLED"],
        security_hub: ["ECR.2"],
        each: tags_immutable,
    },
];

fn encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let repository = view.read::<Repository>(resource)?;
    let encryption = &repository.encryption_configuration;
    let own = encryption.encryption_type.starts_with("KMS") && is_set(encryption.kms_key.as_ref());
    check(own, "encrypted with a key of ours", "not encrypted with a key of ours")
}

fn lifecycle(view: &View<'_>, resource: &Resource) -> Answer {
    let repository = view.read::<Repository>(resource)?;
    check(repository.lifecycle_policy.is_some(), "old images go", "images stay for ever")
}

fn not_public(view: &View<'_>, resource: &Resource) -> Answer {
    let repository = view.read::<Repository>(resource)?;
    match &repository.repository_policy_text {
        Some(policy) => none_of(public_statements(policy), "no statement allows everybody"),
        None => met("it has no policy, so only this account's identities get in"),
    }
}

fn scanned(view: &View<'_>, resource: &Resource) -> Answer {
    let repository = view.read::<Repository>(resource)?;
    check(repository.image_scanning_configuration.scan_on_push, "images are scanned", "images are not scanned")
}

fn tags_immutable(view: &View<'_>, resource: &Resource) -> Answer {
    let repository = view.read::<Repository>(resource)?;
    let mutability = &repository.image_tag_mutability;
    check(mutability.starts_with("IMMUTABLE"), "tags cannot be moved", format!("tags are {mutability}"))
}
