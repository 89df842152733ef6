//! The catalogues of standards are whole and name only what there is.
//!
//! What they are compared with lies in `tests/sources`: lists that `tests/standards/extract.py` took from public packages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use strata_policy::standards::{Answerer, Known, NAMES, catalogues, known};
use strata_policy::{control, controls};

/// The lines of a file of `tests`, without its header.
fn lines(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(text.starts_with("# "), "{name} does not say where it comes from");
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

pub fn source(name: &str) -> Vec<String> {
    lines(&format!("sources/{name}.txt"))
}

/// A requirement to the prowler checks that prowler counts for it; empty where there is no public mapping.
pub fn mapping(standard: &str) -> BTreeMap<String, BTreeSet<String>> {
    if standard == "hitrust-csf" {
        return BTreeMap::new();
    }
    pairs(&format!("mapping-{standard}"))
}

/// The rows of a source: a name, a tab, and what belongs to it.
fn pairs(name: &str) -> BTreeMap<String, BTreeSet<String>> {
    let split = |row: &String| {
        let (name, rest) = row.split_once('\t').unwrap();
        (name.to_owned(), rest.split(' ').map(str::to_owned).collect())
    };
    source(name).iter().map(split).collect()
}

#[test]
fn catalogues_are_the_lists_of_their_sources() {
    assert_eq!(catalogues().count(), NAMES.len());
    for catalogue in catalogues() {
        let name = &catalogue.standard;
        let ids = source(&format!("ids-{name}"));
        let have: Vec<&str> = catalogue.requirements.iter().map(|requirement| requirement.id.as_str()).collect();
        let (wanted, held): (BTreeSet<&str>, BTreeSet<&str>) = (ids.iter().map(String::as_str).collect(), have.iter().copied().collect());
        assert_eq!(wanted.difference(&held).collect::<Vec<_>>(), Vec::<&&str>::new(), "standards/{name}.yaml lacks these");
        assert_eq!(held.difference(&wanted).collect::<Vec<_>>(), Vec::<&&str>::new(), "{name} has no such requirements");
        assert_eq!(have, ids, "standards/{name}.yaml is not in the standard's own order");
    }
}

#[test]
fn every_control_named_exists_and_every_control_serves_a_standard() {
    let mut named: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for catalogue in catalogues() {
        for requirement in &catalogue.requirements {
            for id in &requirement.controls {
                assert!(control(id).is_some(), "{} {} names {id}, which is no control", catalogue.standard, requirement.id);
                named.entry(id).or_default().insert(&catalogue.standard);
            }
        }
    }
    for control in controls() {
        let standards = named.get(control.id).cloned().unwrap_or_default();
        // These three are wide enough to have a place for whatever a configuration can do.
        for wide in ["nist-800-53-r5", "iso-27001-2022", "hitrust-csf"] {
            assert!(standards.contains(wide), "{} serves nothing in {wide}", control.id);
        }
    }
}

#[test]
fn strata_answers_exactly_for_what_its_controls_serve() {
    for catalogue in catalogues() {
        for requirement in &catalogue.requirements {
            let ours = requirement.by.iter().any(|by| matches!(by, Answerer::StrataProvisioning | Answerer::StrataContinuous));
            assert_eq!(ours, !requirement.controls.is_empty(), "{} {}", catalogue.standard, requirement.id);
            let others = requirement.by.iter().any(|by| matches!(by, Answerer::Provider | Answerer::Organisation));
            assert!(ours || others, "{} {}: nobody answers", catalogue.standard, requirement.id);
            assert_eq!(requirement.beyond_configuration(), requirement.by == [Answerer::Organisation]);
        }
        let beyond = catalogue.requirements.iter().filter(|requirement| requirement.beyond_configuration()).count();
        assert!(beyond > 0, "{}: no standard can be met by a configuration alone", catalogue.standard);
    }
}

/// Titles are ours: each says something, ends without a full stop, and is short enough to read in a table.
#[test]
fn titles_are_short_sentences() {
    for catalogue in catalogues() {
        for requirement in &catalogue.requirements {
            let title = &requirement.title;
            let fits = (8..=160).contains(&title.chars().count()) && !title.ends_with('.') && title.trim() == title;
            assert!(fits || catalogue.standard == "gdpr" && title.len() > 5, "{} {}: {title}", catalogue.standard, requirement.id);
        }
    }
}

/// Where a public mapping counts a check for a requirement, and one of our controls equals that check, the requirement is served, or it is said why not.
#[test]
fn what_others_count_for_a_requirement_is_not_passed_over() {
    let rows = lines("narrowed.txt");
    let mut narrowed: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for row in &rows {
        let [standard, requirement, reason] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("narrowed.txt: {row}") };
        assert!(reason.len() > 20, "{row}: say why");
        assert_eq!(narrowed.insert((standard, requirement), reason), None, "{row} is there twice");
    }
    let mut passed_over = Vec::new();
    for catalogue in catalogues() {
        let counted = mapping(&catalogue.standard);
        for requirement in &catalogue.requirements {
            let Some(checks) = counted.get(&requirement.id) else { continue };
            let equals = |id: &&str| checks.contains(*id);
            let derived = controls().any(|control| control.equivalents.prowler.iter().any(equals));
            if derived && requirement.controls.is_empty() {
                let row = (catalogue.standard.as_str(), requirement.id.as_str());
                if narrowed.remove(&row).is_none() {
                    passed_over.push(format!("{} {}", row.0, row.1));
                }
            }
        }
    }
    assert!(passed_over.is_empty(), "serve these or say why not in narrowed.txt: {passed_over:?}");
    assert!(narrowed.is_empty(), "narrowed.txt has rows that are not needed: {narrowed:?}");
}

/// The other way round: where others count checks that our controls equal, four of five claims of ours, or more, share a control with theirs. Not every
/// one: the mappings count, for example, any public address for a leak of outgoing traffic, where we have a control of what may go out.
#[test]
fn claims_agree_with_public_mappings() {
    for catalogue in catalogues() {
        let counted = mapping(&catalogue.standard);
        let (mut judged, mut alone) = (0, Vec::new());
        for requirement in catalogue.requirements.iter().filter(|requirement| !requirement.controls.is_empty()) {
            let Some(checks) = counted.get(&requirement.id) else { continue };
            let equals = |control: &&strata_policy::Control| control.equivalents.prowler.iter().any(|check| checks.contains(*check));
            let theirs: BTreeSet<&str> = controls().filter(equals).map(|control| control.id).collect();
            judged += usize::from(!theirs.is_empty());
            if !theirs.is_empty() && !requirement.controls.iter().any(|id| theirs.contains(id.as_str())) {
                alone.push(format!("{}: theirs {theirs:?}, ours {:?}", requirement.id, requirement.controls));
            }
        }
        assert!(alone.len() * 5 <= judged, "{}: {} of {judged}\n{}", catalogue.standard, alone.len(), alone.join("\n"));
    }
}

#[test]
fn a_name_that_no_standard_has_is_said_with_the_names_that_there_are() {
    assert_eq!(known("pci-dss-4.0").notice("pci-dss-4.0"), None);
    let notice = known("pci-dss-4").notice("pci-dss-4").unwrap();
    assert!(notice.contains("no standard is called 'pci-dss-4'; did you mean 'pci-dss-4.0'?"), "{notice}");
    for (name, _) in NAMES {
        assert!(matches!(known(name), Known::Built(_)), "{name}");
    }
}

#[test]
fn the_language_and_the_catalogues_know_the_same_standards() {
    use strata_spec::Standard;
    let ours: BTreeSet<&str> = NAMES.iter().map(|(name, _)| *name).collect();
    let theirs: BTreeSet<String> = Standard::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(ours, theirs.iter().map(String::as_str).collect());
}

#[test]
fn what_others_call_a_control_is_a_name_that_they_use() {
    let lists = ["prowler", "checkov", "aws-config", "security-hub"].map(|who| (who, source(&format!("names-{who}"))));
    let mut wrong = Vec::new();
    for control in controls() {
        let equivalents = &control.equivalents;
        let used = [equivalents.prowler, equivalents.checkov, equivalents.config, equivalents.security_hub];
        for ((who, names), ids) in lists.iter().zip(used) {
            wrong.extend(ids.iter().filter(|id| !names.iter().any(|name| name == *id)).map(|id| format!("{}: {who} {id}", control.id)));
            assert!(ids.iter().collect::<BTreeSet<_>>().len() == ids.len(), "{}: {who} is named twice", control.id);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An id that exists may still be another check's: where prowler says which of its checks a Security Hub control is, a control of ours that names
/// the one names one of the others.
#[test]
fn what_others_call_a_control_means_the_same() {
    let meanings: BTreeMap<String, BTreeSet<String>> = pairs("meaning-security-hub");
    let mut wrong = Vec::new();
    let mut compared = 0;
    for control in controls() {
        for id in control.equivalents.security_hub {
            let Some(checks) = meanings.get(*id) else { continue };
            if control.equivalents.prowler.is_empty() {
                continue;
            }
            compared += 1;
            if !control.equivalents.prowler.iter().any(|check| checks.contains(*check)) {
                wrong.push(format!("{}: Security Hub {id} is {checks:?}", control.id));
            }
        }
    }
    assert!(compared > 80, "{compared} compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
