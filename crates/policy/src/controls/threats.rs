//! Controls of threat detection: which kinds of signs Amazon GuardDuty looks at.

use strata_aws::guardduty::Detector;
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control};
use crate::view::View;

/// GuardDuty's own names of its features ("Features in GuardDuty"), in the order of the constants below.
const FEATURES: [&str; 5] = ["RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS", "EKS_AUDIT_LOGS", "S3_DATA_EVENTS", "EBS_MALWARE_PROTECTION"];
const DATABASES: usize = 0;
const FUNCTIONS: usize = 1;
const KUBERNETES: usize = 2;
const OBJECTS: usize = 3;
const VOLUMES: usize = 4;

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "guardduty-watches-databases", Security, Medium, Both, ["AWS::GuardDuty::Detector"];
        title: "Sign-ins to databases are watched for threats",
        why: "Stolen passwords are tried from odd places at odd hours.",
        repair: "Enable the detector's feature RDS_LOGIN_EVENTS.",
        prowler: ["guardduty_rds_protection_enabled"],
        checkov: [],
        config: ["GUARDDUTY_RDS_PROTECTION_ENABLED"],
        security_hub: ["GuardDuty.9"],
        in_every_account: feature::<DATABASES>,
    },
    control! {
        "guardduty-watches-functions", Security, Medium, Both, ["AWS::GuardDuty::Detector"];
        title: "What functions speak to is watched for threats",
        why: "A function that was taken over calls its new master.",
        repair: "Enable the detector's feature LAMBDA_NETWORK_LOGS.",
        prowler: ["guardduty_lambda_protection_enabled"],
        checkov: [],
        config: ["GUARDDUTY_LAMBDA_PROTECTION_ENABLED"],
        security_hub: ["GuardDuty.6"],
        in_every_account: feature::<FUNCTIONS>,
    },
    control! {
        "guardduty-watches-kubernetes", Security, Medium, Both, ["AWS::GuardDuty::Detector"];
        title: "What is asked of clusters is watched for threats",
        why: "Who gets hold of a token asks the cluster for more.",
        repair: "Enable the detector's feature EKS_AUDIT_LOGS.",
        prowler: ["guardduty_eks_audit_log_enabled"],
        checkov: [],
        config: ["GUARDDUTY_EKS_PROTECTION_AUDIT_ENABLED"],
        security_hub: ["GuardDuty.5"],
        in_every_account: feature::<KUBERNETES>,
    },
    control! {
        "guardduty-watches-objects", Security, Medium, Both, ["AWS::GuardDuty::Detector"];
        title: "Requests for objects are watched for threats",
        why: "A theft of data is many reads by somebody who never read before.",
        repair: "Enable the detector's feature S3_DATA_EVENTS.",
        prowler: ["guardduty_s3_protection_enabled"],
        checkov: [],
        config: ["GUARDDUTY_S3_PROTECTION_ENABLED"],
        security_hub: ["GuardDuty.10"],
        in_every_account: feature::<OBJECTS>,
    },
    control! {
        "guardduty-watches-volumes", Security, Medium, Both, ["AWS::GuardDuty::Detector"];
        title: "Volumes of suspicious hosts are searched for malicious software",
        why: "A host that behaves oddly often runs something that nobody installed.",
        repair: "Enable the detector's feature EBS_MALWARE_PROTECTION.",
        prowler: ["guardduty_ec2_malware_protection_enabled"],
        checkov: [],
        config: ["GUARDDUTY_MALWARE_PROTECTION_ENABLED"],
        security_hub: ["GuardDuty.8"],
        in_every_account: feature::<VOLUMES>,
    },
];

/// The detector is on, and so is one of its features.
fn feature<const WHICH: usize>(view: &View<'_>, resource: &Resource) -> Answer {
    let detector = view.read::<Detector>(resource)?;
    let name = FEATURES[WHICH];
    let on = detector.features.iter().any(|feature| feature.name == name && feature.status == "ENABLED");
    check(detector.enable && on, format!("{name} is on"), if on { "the detector is off".to_owned() } else { format!("{name} is off") })
}
