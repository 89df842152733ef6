#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use strata_policy::standards::catalogues;

use super::*;

#[test]
fn every_requirement_of_every_standard_has_a_token_of_its_own() {
    for catalogue in catalogues() {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for requirement in &catalogue.requirements {
            let token = token(&catalogue.standard, &requirement.id);
            assert!(token.starts_with(|first: char| first.is_ascii_alphabetic()), "{token}");
            assert!(token.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '.' | '-' | '_')), "{token}");
            let before = seen.insert(token.clone(), &requirement.id);
            assert_eq!(before, None, "{}: {token} is {} too", catalogue.standard, requirement.id);
        }
    }
    assert_eq!(token("nist-800-53-r5", "AC-2(1)"), "ac-2.1");
    assert_eq!(token("hipaa", "164.312(a)(2)(iv)"), "r164.312.a.2.iv");
}

#[test]
fn names_are_version_5_and_the_same_every_time() {
    let one = uuid_of("a");
    assert_eq!(one, uuid_of("a"));
    assert_ne!(one, uuid_of("b"));
    assert_eq!((&one[14..15], one.len()), ("5", 36));
    // Python: uuid.uuid5(uuid.NAMESPACE_URL, "https://strata.example/ns/oscal/a")
    assert_eq!(one, "d8871be3-3133-529b-b2ec-c8c79a394598");
}
