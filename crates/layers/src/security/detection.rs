//! Detection: GuardDuty looks for attacks, Inspector for vulnerabilities, Macie for sensitive data, Security Hub gathers what they find and checks
//! standards.

use std::collections::BTreeMap;

use strata_aws::guardduty::{Detector, Feature};
use strata_aws::inspector::Enabler;
use strata_aws::macie::{AutomatedDiscovery, Session};
use strata_aws::securityhub::{Hub, Standard as Catalogue};
use strata_graph::{Origin, Pseudo, Text};
use strata_spec::{Platform, Standard};

use super::recorder;
use crate::builder::{About, Builder};
use crate::claims::Union;
use crate::foundations::AccountView;

/// What GuardDuty looks at beside calls, flows and names; sorted, as AWS returns them. Runtime monitoring is not among them: with it
/// AWS makes endpoints in networks that nobody planned.
const PROTECTIONS: [&str; 5] = ["EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "S3_DATA_EVENTS"];

/// The catalogue of AWS's own advice, which every account is checked against.
const OWN_CATALOGUE: (&str, &str) = ("aws-foundational", "aws-foundational-security-best-practices/v/1.0.0");

/// Security Hub's catalogue for a standard, where it has one (Security Hub user guide, "Standards reference", November 2026).
fn catalogue(standard: Standard) -> Option<&'static str> {
    match standard {
        Standard::PciDss321 => Some("pci-dss/v/3.2.1"),
        Standard::PciDss40 => Some("pci-dss/v/4.0.1"),
        Standard::Nist80053R5 => Some("nist-800-53/v/5.0.0"),
        Standard::Nist800171 => Some("nist-800-171/v/2.0.0"),
        Standard::CisAws50 => Some("cis-aws-foundations-benchmark/v/5.0.0"),
        Standard::Hipaa | Standard::Soc2 | Standard::Iso270012022 | Standard::HitrustCsf | Standard::Gdpr => None,
    }
}

/// Lowers the detectors and the hub with the standards of the platform and of all environments in the account.
pub(super) fn lower(builder: &mut Builder<'_>, platform: &Platform, account: &AccountView, claims: &Union) {
    let path = account.key_path();
    let features = PROTECTIONS.map(|name| Feature { name: name.to_owned(), status: "ENABLED".to_owned(), ..Feature::default() });
    let detector = Detector {
        enable: true,
        finding_publishing_frequency: "FIFTEEN_MINUTES".to_owned(),
        features: features.into(),
        ..Detector::default()
    };
    let about = About::new(&path, "Looks for attacks in calls, flows, names, objects, logins and disks.")
        .also("platform:security.network_intrusion");
    builder.add("main", detector, about);
    let enabler = Enabler { resource_types: ["EC2", "ECR", "LAMBDA"].map(str::to_owned).into() };
    let about =
        About::new(&path, "Looks for known vulnerabilities in machines, images and functions.").also("platform:security.vulnerabilities");
    builder.add("main", enabler, about);
    sensitive_data(builder, &path);
    let hub = Hub {
        enable_default_standards: false,
        control_finding_generator: "SECURITY_CONTROL".to_owned(),
        auto_enable_controls: true,
        ..Hub::default()
    };
    let about = About::new(&path, "Gathers what the detectors find and checks the account against standards.")
        .also("platform:security.siem")
        .after(&recorder::running(account));
    let hub = builder.add("main", hub, about);

    for (name, (suffix, origins)) in subscriptions(builder, platform, account, claims) {
        let standard = Catalogue {
            standards_arn: Text::join([
                "arn:".into(),
                Pseudo::Partition.into(),
                ":securityhub:".into(),
                Pseudo::Region.into(),
                format!("::standards/{suffix}").into(),
            ]),
        };
        let about = About::new(&path, format!("Checks the account against {name}.")).also_origins(origins).after(&hub);
        builder.add(&name, standard, about);
    }
}

/// Macie, which samples every bucket of the region each day for what should not lie there unguarded.
fn sensitive_data(builder: &mut Builder<'_>, path: &str) {
    let session = Session { finding_publishing_frequency: "FIFTEEN_MINUTES".to_owned(), status: "ENABLED".to_owned() };
    let about = About::new(path, "Looks at how open buckets are and for sensitive data in them.").also("platform:compliance");
    let session = builder.add("main", session, about);
    let discovery = AutomatedDiscovery { aws_account_id: session.output("AwsAccountId"), status: "ENABLED".to_owned() };
    let about = About::new(path, "Samples every bucket each day, so that sensitive data is found where nobody expects it.");
    builder.add("main", discovery, about.also("platform:compliance"));
}

/// Catalogues by name, with the lines that asked for them.
fn subscriptions(
    builder: &Builder<'_>,
    platform: &Platform,
    account: &AccountView,
    claims: &Union,
) -> BTreeMap<String, (&'static str, Vec<Origin>)> {
    let mut all: BTreeMap<String, (&'static str, Vec<Origin>)> = BTreeMap::new();
    all.insert(OWN_CATALOGUE.0.to_owned(), (OWN_CATALOGUE.1, vec![builder.origin(&account.key_path())]));
    for standard in Standard::ALL {
        let Some(suffix) = catalogue(*standard) else { continue };
        let mut origins = Vec::new();
        if let Some(index) = platform.compliance.iter().position(|asked| asked == standard) {
            origins.push(builder.origin(&format!("platform:compliance.{index}")));
        }
        origins.extend(claims.standards.get(standard.as_str()).into_iter().flatten().cloned());
        if !origins.is_empty() {
            all.insert(standard.as_str().to_owned(), (suffix, origins));
        }
    }
    all
}
