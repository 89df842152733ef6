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

#[test]
fn the_resolved_files_are_as_reviewed() {
    let spec = reference();
    for environment in ["dev", "staging", "prod"] {
        insta::assert_snapshot!(format!("resolved-{environment}"), spec.resolve(environment).unwrap().resolved_yaml_with_origins());
    }
}

/// What is printed is a valid application file that means the same.
#[test]
fn the_resolved_file_loads_again() {
    let spec = reference();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/ticketing");
    let platform = Source::new("platform.yaml", std::fs::read_to_string(format!("{folder}/platform.yaml")).unwrap());
    for environment in ["dev", "staging", "prod"] {
        let before = spec.resolve(environment).unwrap();
        // Promotion names environments that are left out of the resolved file.
        let mut promotion = false;
        let mut text = String::new();
        for line in before.resolved_yaml_with_origins().lines() {
            promotion = line.starts_with("  promote:") || (promotion && line.starts_with("    - "));
            if !promotion {
                text.push_str(line);
                text.push('\n');
            }
        }
        let loaded = load(&platform, Some(&Source::new("again.yaml", text.clone())));
        let said: Vec<&String> = loaded.diagnostics.iter().map(|d| &d.message).collect();
        assert!(!loaded.diagnostics.has_errors(), "{said:#?}\n{text}");
        let after = loaded.spec.unwrap().resolve(environment).unwrap();
        assert_eq!(before.application.services, after.application.services);
        assert_eq!(before.application.hosts, after.application.hosts);
        assert_eq!(before.application.jobs, after.application.jobs);
        assert_eq!(before.application.functions, after.application.functions);
        assert_eq!(before.application.pipelines, after.application.pipelines);
        assert_eq!(before.application.resources, after.application.resources);
        let standards = |resolved: &strata_spec::Resolved| {
            resolved.compliance.iter().map(|asked| asked.standard).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(standards(&before), standards(&after));
    }
}

#[test]
fn origins_point_to_where_a_value_comes_from() {
    let spec = reference();
    let (dev, prod) = (spec.resolve("dev").unwrap(), spec.resolve("prod").unwrap());
    let line = |resolved: &strata_spec::Resolved, path: &str| resolved.origin(path).unwrap().file_line();
    assert_eq!(line(&prod, "services.api.uses.db"), "app.yaml:20");
    assert_eq!(line(&prod, "services.api.scale.max"), "app.yaml:72", "the override set it");
    assert_eq!(line(&dev, "services.api.scale.max"), "app.yaml:26");
    assert_eq!(line(&dev, "hosts.fares.count"), "app.yaml:65");
    assert_eq!(line(&dev, "resources.db.size"), "app.yaml:63", "the environment's size");
    assert_eq!(line(&prod, "resources.db.replicas"), "app.yaml:72");
    assert_eq!(line(&prod, "platform:networks.nonprod"), "platform.yaml:16");
    assert_eq!(line(&prod, "platform:sizes.postgres.medium.class"), "platform.yaml:32", "keys may hold dots");
    assert_eq!(line(&prod, "services.api.health.interval"), "app.yaml:19", "the nearest ancestor of what is not written");
    assert_eq!(prod.written("services.api.health.interval"), None);
    assert_eq!(spec.platform_span("networks.prod.region").unwrap().line, 19);
    assert_eq!(spec.platform_span("networks.prod.nothing"), None);
}

#[test]
fn compliance_is_the_union_with_every_place() {
    let dev = reference().resolve("dev").unwrap();
    let asked: Vec<(String, Vec<String>)> = dev
        .compliance
        .iter()
        .map(|asked| (asked.standard.to_string(), asked.spans.iter().map(strata_diag::Span::file_line).collect()))
        .collect();
    assert_eq!(
        asked,
        [
            ("cis-aws-5.0".to_owned(), vec!["platform.yaml:5".to_owned()]),
            ("pci-dss-4.0".to_owned(), vec!["app.yaml:5".to_owned()]),
            ("soc2".to_owned(), vec!["app.yaml:5".to_owned()]),
        ]
    );
}

#[test]
fn what_is_not_built_yet_is_listed() {
    let spec = reference();
    let lines = |environment: &str| -> String {
        strata_spec::not_built_yet(&spec.resolve(environment).unwrap())
            .iter()
            .map(|row| {
                format!("{} ({}): {}\n", row.key_path, row.span.as_ref().map(strata_diag::Span::file_line).unwrap_or_default(), row.what)
            })
            .collect()
    };
    insta::assert_snapshot!("not-built-dev", lines("dev"));
    insta::assert_snapshot!("not-built-prod", lines("prod"));
}

#[test]
fn networks_get_ranges_that_do_not_move() {
    let ranges = strata_spec::network_ranges(reference().platform());
    let texts: Vec<String> = ranges.iter().map(|(name, range)| format!("{name} {range}")).collect();
    assert_eq!(texts, ["nonprod 10.0.0.0/16", "prod 10.1.0.0/16"]);
}

#[test]
fn resolving_what_does_not_exist_says_so() {
    let spec = reference();
    let said = spec.resolve("pord").unwrap_err();
    let first = said.iter().next().unwrap();
    assert_eq!((first.code.as_str(), first.hint.as_deref().unwrap_or_default().contains("`prod`")), ("E0214", true));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/ticketing");
    let platform = Source::new("platform.yaml", std::fs::read_to_string(format!("{folder}/platform.yaml")).unwrap());
    let alone = load(&platform, None).spec.unwrap();
    assert_eq!(alone.resolve("dev").unwrap_err().iter().next().unwrap().code.as_str(), "E0218");
    assert!(alone.environments().is_empty());
}

#[test]
fn versions_are_kept_as_written() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/ticketing");
    let text = std::fs::read_to_string(format!("{folder}/platform.yaml")).unwrap().replace("version: \"1.33\"", "version: 1.30");
    let spec = load(&Source::new("platform.yaml", text), None).spec.unwrap();
    assert_eq!(spec.platform().clusters["prod"].version.as_ref().unwrap().as_str(), "1.30");
}
