//! The catalogues of standards are whole and name only what there is.

use std::collections::BTreeSet;

use strata_policy::standards::{Answerer, Known, NAMES, catalogues, known};
use strata_policy::{control, controls};

/// Controls that keep systems available or data recoverable. No requirement of a standard built so far asks for it; standards that do
/// (SOC 2, HIPAA, NIST SP 800-53) have no catalogue in this version.
const WAITING_FOR_THEIR_STANDARD: [&str; 6] = [
    "backup-plan-keeps",
    "hosts-in-several-zones",
    "lambda-dead-letters",
    "lb-deletion-protected",
    "rds-deletion-protected",
    "vpc-subnets-in-several-zones",
];

/// `1.2.10` comes after `1.2.9`, and the appendices (`A1`) after the numbers.
fn key(id: &str) -> Vec<(bool, u32)> {
    id.split('.')
        .map(|part| part.strip_prefix('A').map_or_else(|| (false, part.parse().unwrap()), |number| (true, number.parse().unwrap())))
        .collect()
}

#[test]
fn ids_are_unique_and_in_the_standards_own_order() {
    for catalogue in catalogues() {
        for pair in catalogue.requirements.windows(2) {
            assert!(key(&pair[0].id) < key(&pair[1].id), "{}: {} before {}", catalogue.standard, pair[0].id, pair[1].id);
        }
    }
}

#[test]
fn every_control_named_exists_and_every_control_is_named() {
    let mut named = BTreeSet::new();
    for catalogue in catalogues() {
        for requirement in &catalogue.requirements {
            assert!(
                requirement.controls.windows(2).all(|pair| pair[0] < pair[1]),
                "{} {}: sort the controls",
                catalogue.standard,
                requirement.id
            );
            for id in &requirement.controls {
                assert!(control(id).is_some(), "{} {} names {id}, which is no control", catalogue.standard, requirement.id);
                named.insert(id.as_str());
            }
        }
    }
    let unnamed: Vec<&str> = controls().map(|control| control.id).filter(|id| !named.contains(id)).collect();
    assert_eq!(unnamed, WAITING_FOR_THEIR_STANDARD);
}

#[test]
fn strata_answers_exactly_for_what_its_controls_serve() {
    for catalogue in catalogues() {
        for requirement in &catalogue.requirements {
            let ours = requirement.by.iter().any(|by| matches!(by, Answerer::StrataProvisioning | Answerer::StrataContinuous));
            assert_eq!(ours, !requirement.controls.is_empty(), "{} {}", catalogue.standard, requirement.id);
            assert!(!requirement.by.is_empty() && !requirement.title.is_empty(), "{} {}", catalogue.standard, requirement.id);
        }
    }
}

#[test]
fn catalogues_are_complete_against_the_ids_of_their_sources() {
    let sources =
        [("cis-aws-5.0", include_str!("../data/cis-aws-5.0.txt")), ("pci-dss-4.0", include_str!("../data/pci-dss-4.0-mapped.txt"))];
    for (name, ids) in sources {
        let Known::Built(catalogue) = known(name) else { panic!("{name} has no catalogue") };
        let have: BTreeSet<&str> = catalogue.requirements.iter().map(|requirement| requirement.id.as_str()).collect();
        let missing: Vec<&str> = ids.lines().filter(|id| !have.contains(id)).collect();
        assert!(missing.is_empty(), "{name} lacks {missing:?}");
    }
}

#[test]
fn a_standard_without_a_catalogue_is_said_and_not_passed_over() {
    assert_eq!(known("pci-dss-4.0").notice("pci-dss-4.0"), None);
    let notice = known("soc2").notice("soc2").unwrap();
    assert!(notice.starts_with("not built yet: no catalogue for soc2"), "{notice}");
    assert!(known("sox").notice("sox").unwrap().contains("no standard is called 'sox'"));
    for (name, _) in NAMES {
        assert_ne!(known(name), Known::Unknown, "{name}");
    }
}

#[test]
fn the_language_and_the_catalogues_know_the_same_standards() {
    use strata_spec::Standard;
    let ours: BTreeSet<&str> = NAMES.iter().map(|(name, _)| *name).collect();
    let theirs: BTreeSet<String> = Standard::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(ours, theirs.iter().map(String::as_str).collect());
}

/// The lists are the names that `prowler` 5.46.0 and `checkov` 3.3.30 print of their own checks.
#[test]
fn what_others_call_a_control_is_a_name_that_they_use() {
    let prowler: BTreeSet<&str> = include_str!("../data/prowler-5.46-aws.txt").lines().collect();
    let checkov: BTreeSet<&str> = include_str!("../data/checkov-3.3.30-aws.txt").lines().collect();
    let mut wrong = Vec::new();
    for control in controls() {
        wrong.extend(
            control.equivalents.prowler.iter().filter(|id| !prowler.contains(*id)).map(|id| format!("{}: prowler {id}", control.id)),
        );
        wrong.extend(
            control.equivalents.checkov.iter().filter(|id| !checkov.contains(*id)).map(|id| format!("{}: checkov {id}", control.id)),
        );
        let is_config =
            |id: &str| id.chars().all(|character| character.is_ascii_uppercase() || character.is_ascii_digit() || character == '_');
        wrong.extend(control.equivalents.config.iter().filter(|id| !is_config(id)).map(|id| format!("{}: AWS Config {id}", control.id)));
        let is_hub = |id: &str| id.split_once('.').is_some_and(|(service, number)| !service.is_empty() && number.parse::<u32>().is_ok());
        wrong.extend(
            control.equivalents.security_hub.iter().filter(|id| !is_hub(id)).map(|id| format!("{}: Security Hub {id}", control.id)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
