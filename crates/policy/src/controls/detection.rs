//! Controls of detection: what watches an account, its findings and its changes.

use strata_aws::accessanalyzer::Analyzer;
use strata_aws::account::AlternateContact;
use strata_aws::config::{ConfigurationRecorder, ConformancePack, DeliveryChannel, RecorderStatus};
use strata_aws::guardduty::Detector;
use strata_aws::inspector::Enabler;
use strata_aws::macie::{AutomatedDiscovery, Session};
use strata_aws::rds::EventSubscription;
use strata_aws::securityhub::{Hub, Standard};
use strata_graph::Resource;

use crate::control::{Answer, Control, Undecidable, check, control, none_of, not_applicable};
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
        "config-judges", Security, Low, Both, ["AWS::Config::ConformancePack"];
        title: "AWS Config judges the account by rules of its own, beside ours",
        why: "A second opinion that is not ours shows what our rules miss, and shows it where the auditor looks already.",
        repair: "Give every region that is used a conformance pack with the rules of the account's standards.",
        prowler: [], checkov: [], config: [], security_hub: [],
        in_every_account: config_judges,
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
        "macie-enabled", Security, Medium, Both, ["AWS::Macie::Session"];
        title: "Buckets are looked at for sensitive data",
        why: "Data that nobody knows of is guarded by nobody.",
        repair: "Enable Amazon Macie in every region that is used.",
        prowler: ["macie_is_enabled"], checkov: [], config: [], security_hub: ["Macie.1"],
        in_every_account: macie,
    },
    control! {
        "macie-searches-by-itself", Security, Medium, Both, ["Strata::Macie2::AutomatedDiscovery"];
        title: "Sensitive data is looked for in every bucket, without being asked for each",
        why: "The bucket that holds what it should not is the one that nobody thought to have searched.",
        repair: "Enable automated sensitive data discovery of Amazon Macie.",
        prowler: ["macie_automated_sensitive_data_discovery_enabled"], checkov: [], config: [], security_hub: ["Macie.2"],
        in_every_account: discovery,
    },
    control! {
        "rds-events-told", Observability, Low, Both, ["AWS::RDS::EventSubscription"];
        title: "Failures, maintenance and changes of databases are told to people",
        why: "A database that failed over or was changed is looked at while it matters, not after the next outage.",
        repair: "Subscribe a topic to the events of instances, clusters, parameter groups and security groups of RDS.",
        prowler: [
            "rds_cluster_critical_event_subscription",
            "rds_instance_critical_event_subscription",
            "rds_instance_event_subscription_parameter_groups",
            "rds_instance_event_subscription_security_groups",
        ],
        checkov: [], config: [], security_hub: ["RDS.19", "RDS.20", "RDS.21", "RDS.22"],
        in_every_account: database_events,
    },
    control! {
        "security-contact-registered", Security, Medium, Live, ["Strata::Account::AlternateContact"];
        title: "AWS can reach the people who answer for the account's security",
        why: "Where AWS sees that an account is misused it writes to the contact; without one, to whoever opened the account.",
        repair: "Name the contact in the platform file under `security_contact`.",
        prowler: ["account_security_contact_information_is_registered"], checkov: [],
        config: [], security_hub: ["Account.1"],
        in_every_home: contact,
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

fn config_judges(view: &View<'_>, resource: &Resource) -> Answer {
    let pack = view.read::<ConformancePack>(resource)?;
    let template: serde_json::Value = serde_json::from_str(&pack.template_body)
        .map_err(|error| Undecidable(format!("the template of {} cannot be read: {error}", resource.address.short())))?;
    let rules = template.get("Resources").and_then(serde_json::Value::as_object).map_or(0, serde_json::Map::len);
    check(rules > 0, format!("{rules} rules of AWS Config judge the account"), "no rule of AWS Config judges the account")
}

fn contact(view: &View<'_>, resource: &Resource) -> Answer {
    let contact = view.read::<AlternateContact>(resource)?;
    let mut found = Vec::new();
    if contact.alternate_contact_type != "SECURITY" {
        found.push(format!("the contact is for {}", contact.alternate_contact_type));
    }
    for (what, text) in [("name", &contact.name), ("address of mail", &contact.email_address), ("telephone", &contact.phone_number)] {
        if text.trim().is_empty() {
            found.push(format!("the contact has no {what}"));
        }
    }
    none_of(found, "a contact for security is registered")
}

fn macie(view: &View<'_>, resource: &Resource) -> Answer {
    let status = &view.read::<Session>(resource)?.status;
    check(status == "ENABLED", "Macie is on", format!("Macie is {status}"))
}

fn discovery(view: &View<'_>, resource: &Resource) -> Answer {
    let status = &view.read::<AutomatedDiscovery>(resource)?.status;
    check(status == "ENABLED", "every bucket is sampled", format!("automated discovery is {status}"))
}

/// What must be told of which source; a subscription without categories tells all.
const EVENTS: [(&str, &[&str]); 4] = [
    ("db-cluster", &["failure", "maintenance"]),
    ("db-instance", &["configuration change", "failure", "maintenance"]),
    ("db-parameter-group", &["configuration change"]),
    ("db-security-group", &["configuration change", "failure"]),
];

/// The first subscription of a baseline stands for all of them.
fn database_events(view: &View<'_>, resource: &Resource) -> Answer {
    let all = view.all::<EventSubscription>()?;
    let mut own = all.iter().filter(|(other, _)| other.address.scope() == resource.address.scope()).peekable();
    if own.peek().is_none_or(|(first, _)| first.address != resource.address) {
        return not_applicable();
    }
    let on: Vec<_> = own.map(|(_, subscription)| subscription).filter(|subscription| subscription.enabled).collect();
    let tells = |source: &str, category: &str| {
        on.iter().any(|subscription| {
            let categories = &subscription.event_categories;
            subscription.source_type == source && (categories.is_empty() || categories.iter().any(|one| one == category))
        })
    };
    let untold = EVENTS.iter().flat_map(|(source, categories)| categories.iter().map(move |category| (*source, *category)));
    let untold = untold.filter(|(source, category)| !tells(source, category));
    none_of(
        untold.map(|(source, category)| format!("'{category}' of {source} is told to nobody")).collect(),
        "all four sources are subscribed to",
    )
}

fn security_hub(view: &View<'_>, resource: &Resource) -> Answer {
    let hub = view.read::<Hub>(resource)?;
    let subscribed = view.all::<Standard>()?.iter().filter(|(standard, _)| standard.address.scope() == resource.address.scope()).count();
    check(hub.enable_default_standards || subscribed > 0, format!("{subscribed} standards"), "no standard is subscribed to")
}
