//! Controls of detection: what watches an account, its findings and its changes.

use strata_aws::accessanalyzer::Analyzer;
use strata_aws::config::{ConfigurationRecorder, DeliveryChannel, RecorderStatus};
use strata_aws::guardduty::Detector;
use strata_aws::inspector::Enabler;
use strata_aws::securityhub::{Hub, Standard};
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, none_of};
use crate::view::View;

/// What Amazon Inspector searches of what we build.
const SEARCHED: [&str; 3] = ["EC2", "ECR", "LAMBDA"];

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "access-analyzer-enabled", Security, Medium, Both, ["AWS::AccessAnalyzer::Analyzer"];
        title: "What outsiders can reach in the account is looked for all the time",
        why: "A policy that lets an outsider in is found by a machine before it is found by the outsider.",
        repair: "Make an analyzer of type ACCOUNT, or ORGANIZATION, in every region that is used.",
        prowler: ["accessanalyzer_enabled"], checkov: [], config: ["IAM_EXTERNAL_ACCESS_ANALYZER_ENABLED"], security_hub: ["IAM.28"],
        in_every_account: analyzer,
    },
    control! {
        "config-records-everything", Security, Medium, Both, ["AWS::Config::ConfigurationRecorder"];
        title: "Every change of every resource is recorded",
        why: "After an incident the first question is what changed, when.",
        repair: "Record all supported types, with a delivery channel, and switch the recorder on.",
        prowler: ["config_recorder_all_regions_enabled"], checkov: ["CKV2_AWS_45", "CKV2_AWS_48"], config: [], security_hub: ["Config.1"],
        in_every_account: recorder,
    },
    control! {
        "guardduty-enabled", Security, High, Both, ["AWS::GuardDuty::Detector"];
        title: "Threats are looked for in calls, traffic and names all the time",
        why: "An intruder is noticed by what no policy forbids: odd places, odd hours, known bad addresses.",
        repair: "Enable a detector in every region that is used.",
        prowler: ["guardduty_is_enabled"],
        checkov: ["CKV_AWS_238", "CKV2_AWS_3"],
        config: ["GUARDDUTY_ENABLED_CENTRALIZED"],
        security_hub: ["GuardDuty.1"],
        in_every_account: detector,
    },
    control! {
        "inspector-enabled", Security, Medium, Both, ["Strata::Inspector2::Enabler"];
        title: "Hosts, images and functions are searched for known weaknesses all the time",
        why: "A weakness found today was in yesterday's image.",
        repair: "Enable Amazon Inspector for EC2, ECR and LAMBDA.",
        prowler: ["inspector2_is_enabled"], checkov: [], config: [], security_hub: ["Inspector.1", "Inspector.2", "Inspector.4"],
        in_every_account: inspector,
    },
    control! {
        "securityhub-enabled", Security, Medium, Both, ["AWS::SecurityHub::Hub"];
        title: "Findings of all detectors come together, judged by a standard",
        why: "A finding that nobody sees is no finding.",
        repair: "Enable Security Hub and subscribe to at least one standard.",
        prowler: ["securityhub_enabled"], checkov: [], config: ["SECURITYHUB_ENABLED"], security_hub: [],
        in_every_account: security_hub,
    },
];

fn analyzer(view: &View<'_>, resource: &Resource) -> Answer {
    let analyzer = view.read::<Analyzer>(resource)?;
    let kind = &analyzer.analyzer_type;
    check(
        matches!(kind.as_str(), "ACCOUNT" | "ORGANIZATION"),
        format!("an analyzer of type {kind}"),
        format!("'{kind}' does not look for outsiders"),
    )
}

fn recorder(view: &View<'_>, resource: &Resource) -> Answer {
    let recorder = view.read::<ConfigurationRecorder>(resource)?;
    let scope = resource.address.scope();
    let in_scope = |other: &Resource| other.address.scope() == scope;
    let mut found = Vec::new();
    if !recorder.recording_group.all_supported {
        found.push("it records some types only".to_owned());
    }
    if !view.all::<DeliveryChannel>()?.iter().any(|(channel, _)| in_scope(channel)) {
        found.push("there is no delivery channel".to_owned());
    }
    if !view.all::<RecorderStatus>()?.iter().any(|(status, content)| in_scope(status) && content.recording) {
        found.push("it is not switched on".to_owned());
    }
    none_of(found, "every type is recorded")
}

fn detector(view: &View<'_>, resource: &Resource) -> Answer {
    let detector = view.read::<Detector>(resource)?;
    check(detector.enable, "the detector is on", "the detector is off")
}

fn inspector(view: &View<'_>, resource: &Resource) -> Answer {
    let enabler = view.read::<Enabler>(resource)?;
    let missing = SEARCHED.iter().filter(|kind| !enabler.resource_types.iter().any(|on| on == *kind));
    none_of(missing.map(|kind| format!("{kind} is not searched")).collect(), "hosts, images and functions are searched")
}

fn security_hub(view: &View<'_>, resource: &Resource) -> Answer {
    let hub = view.read::<Hub>(resource)?;
    let subscribed = view.all::<Standard>()?.iter().filter(|(standard, _)| standard.address.scope() == resource.address.scope()).count();
    check(hub.enable_default_standards || subscribed > 0, format!("{subscribed} standards"), "no standard is subscribed to")
}
