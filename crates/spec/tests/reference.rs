//! The reference files load without a word and resolve as they say.
#![allow(clippy::unwrap_used)]

use strata_spec::{Source, Spec, load};

fn reference() -> Spec {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/ticketing");
    let read = |name: &str| Source::new(name, std::fs::read_to_string(format!("{folder}/{name}")).unwrap());
    let loaded = load(&read("platform.yaml"), Some(&read("app.yaml")));
    let said: Vec<String> = loaded.diagnostics.iter().map(|d| format!("{d:?}")).collect();
    assert!(said.is_empty(), "{said:#?}");
    loaded.spec.unwrap()
}

#[test]
fn the_reference_files_load() {
    let spec = reference();
    assert_eq!(spec.platform().platform.as_str(), "acme");
    assert_eq!(spec.environments(), ["dev", "staging", "prod"]);
}

#[test]
fn overrides_apply() {
    let spec = reference();
    let dev = spec.resolve("dev").unwrap();
    assert_eq!(dev.application.hosts["fares"].count, 2);
    assert_eq!(dev.application.hosts["fares"].size.as_ref().unwrap().to_string(), "tiny");
    let prod = spec.resolve("prod").unwrap();
    assert_eq!(prod.application.hosts["fares"].count, 50);
    assert_eq!(prod.application.services["api"].scale.as_ref().unwrap().max, 120);
    assert_eq!(prod.application.resources["db"].size().unwrap().to_string(), "xlarge");
}
