//! What each standard changes, turned on and off, and who is named as the reason of each property.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use strata_diag::{Diagnostic, codes};
use strata_graph::document::as_reference;
use strata_graph::{Resource, Scope};
use strata_layers::posture::{Setting, properties, table};
use strata_layers::{Inputs, Lowered, SetBy, lower, lower_foundations};
use strata_spec::{Source, Standard, load};

mod common;

const PLATFORM: &str = "\
platform: acme
compliance: []
accounts: {main: {aws: \"111111111111\"}}
address_space: 10.0.0.0/8
domains: {acme.example: {}}
networks: {main: {account: main, region: us-east-1, size: /16}}
clusters: {main: {network: main, runtime: ecs}}
guardrails: {public_routes: allowed}
";

const APP: &str = "\
app: shop
services:
  web: {image: nginx:1.29, port: 8080, route: \"${env.host}/\", uses: {db: read, cache: read, books: read, files: read, orders: send, items: write, clicks: publish}}
resources:
  db: {type: postgres, size: tiny}
  cache: {type: redis, size: tiny}
  books: {type: search}
  files: {type: bucket}
  orders: {type: queue}
  items: {type: table, key: id}
  clicks: {type: stream}
environments:
  dev: {cluster: main, host: shop.acme.example}
";

fn with(standards: &[Standard]) -> Lowered {
    let names: Vec<&str> = standards.iter().map(|standard| standard.as_str()).collect();
    lowered(&PLATFORM.replace("compliance: []", &format!("compliance: [{}]", names.join(", "))), APP)
}

fn lowered(platform: &str, app: &str) -> Lowered {
    common::lowered(platform, app, "dev", &BTreeMap::new())
}

fn find<'a>(lowered: &'a Lowered, address: &str) -> &'a Resource {
    lowered.graph.iter().find(|resource| resource.address.to_string().ends_with(address)).unwrap_or_else(|| panic!("no {address}"))
}

fn reason(lowered: &Lowered, address: &str, property: &str) -> SetBy {
    let reasons = lowered.reasons.of(find(lowered, address));
    reasons.iter().find(|reason| reason.property == property).unwrap_or_else(|| panic!("{address} {property}: {reasons:#?}")).clone()
}

/// What is said of lines that ask for less than a standard.
fn warnings(lowered: &Lowered) -> impl Iterator<Item = &Diagnostic> {
    lowered.warnings.iter().filter(|warning| warning.code == codes::E0603)
}

/// Every value below a document's properties by its path; a reference, and a list of plain values, is one.
fn leaves(value: &Value, path: &str, into: &mut BTreeMap<String, Value>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    if let Some(text) = as_reference(value) {
        into.insert(path.to_owned(), Value::String(text.to_string()));
        return;
    }
    match value {
        Value::Object(map) if !map.is_empty() => map.iter().for_each(|(key, value)| leaves(value, &below(key), into)),
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            items.iter().enumerate().for_each(|(index, value)| leaves(value, &below(&index.to_string()), into));
        }
        _ => {
            into.insert(path.to_owned(), value.clone());
        }
    }
}

fn documents(lowered: &Lowered) -> BTreeMap<String, BTreeMap<String, Value>> {
    let of = |resource: &Resource| {
        let mut all = BTreeMap::new();
        leaves(&Value::Object((*resource.properties.0).clone()), "", &mut all);
        (resource.address.to_string(), all)
    };
    lowered.graph.iter().map(of).collect()
}

/// What differs from the same files without a standard: one line for each resource that comes or goes, and for each value that changes.
fn differences(base: &Lowered, other: &Lowered) -> Vec<String> {
    let (before, after) = (documents(base), documents(other));
    let mut lines = Vec::new();
    for address in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let (old, new) = match (before.get(address), after.get(address)) {
            (Some(old), Some(new)) => (old, new),
            (None, Some(_)) => {
                let reasons = other.reasons.of(find(other, address));
                let named = reasons.iter().filter(|reason| ["WebACLArn"].contains(&reason.property.as_str()));
                let named: Vec<String> = named.map(|reason| format!("    {}", reason.reason())).collect();
                lines.push(format!("+ {address}"));
                lines.extend(named);
                continue;
            }
            (Some(_), None) => {
                lines.push(format!("- {address}"));
                continue;
            }
            (None, None) => unreachable!("it is of one of the two"),
        };
        let reasons = other.reasons.of(find(other, address));
        for path in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
            let (old, new) = (old.get(path), new.get(path));
            if old == new {
                continue;
            }
            let show = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), ToString::to_string);
            let decided = |reason: &&SetBy| path == &reason.property || path.starts_with(&format!("{}.", reason.property));
            let by = reasons.iter().find(decided).map_or_else(|| "goes along".to_owned(), SetBy::reason);
            lines.push(format!("~ {address} {path}: {} → {}\n    {by}", show(old), show(new)));
        }
    }
    lines
}

#[test]
fn what_each_standard_changes() {
    let none = with(&[]);
    let mut text = String::new();
    for standard in Standard::ALL {
        let lines = differences(&none, &with(&[*standard]));
        assert!(!lines.is_empty(), "{standard} changes nothing");
        text.push_str(&format!("## {standard}\n{}\n\n", lines.join("\n")));
    }
    insta::assert_snapshot!("what_each_standard_changes", text);
}

/// The levels themselves, also those that every standard asks for and Strata's default has anyway.
#[test]
fn what_holds_by_each_standard() {
    let mut text = String::new();
    for standard in [None].into_iter().chain(Standard::ALL.iter().copied().map(Some)) {
        text.push_str(&format!("## {}\n", standard.map_or("none", Standard::as_str)));
        let posture = strata_layers::Posture::of(standard);
        for row in table() {
            let chosen = posture.chosen(row.setting).unwrap();
            let by: Vec<String> = chosen.deciding().map(|ask| ask.cited()).collect();
            let by = if by.is_empty() { "Strata's default".to_owned() } else { by.join("; ") };
            let name = serde_json::to_value(row.setting).unwrap();
            text.push_str(&format!("{:<22} {:<17} {by}\n", name.as_str().unwrap(), chosen.level.text(row.unit)));
        }
        text.push('\n');
    }
    insta::assert_snapshot!("what_holds_by_each_standard", text);
}

/// A setting is never lost on the way into the graph: where a level says off, the property is off, and where it says a number, that number.
#[test]
fn properties_have_the_levels_of_their_settings() {
    use strata_layers::posture::Level;
    let mut seen: BTreeSet<Setting> = BTreeSet::new();
    for standard in [None].into_iter().chain(Standard::ALL.iter().copied().map(Some)) {
        let lowered = with(&standard.into_iter().collect::<Vec<_>>());
        for resource in lowered.graph.iter() {
            let posture = &lowered.reasons.postures[resource.address.scope()];
            for reason in lowered.reasons.of(resource).iter().filter(|reason| reason.said.is_none()) {
                let level = posture.chosen(reason.setting).unwrap().level;
                let holds = match (level, &reason.value) {
                    // Kinesis counts hours.
                    (Level::Number(days), value) if reason.property == "RetentionPeriodHours" => {
                        value.as_u64() == Some(u64::from(days) * 24)
                    }
                    (Level::Number(number), value) => value.as_u64() == Some(number.into()),
                    (Level::On(on), Value::Bool(value)) => on == *value,
                    (Level::On(on), Value::Array(items)) => on != items.is_empty(),
                    (Level::On(on), Value::String(text)) => on == (text != "false" && text != "0"),
                    (Level::On(on), _) => on,
                };
                assert!(holds, "{} {} is {}, and {:?} is {level:?}", resource.address, reason.property, reason.value, reason.setting);
                seen.insert(reason.setting);
            }
        }
    }
    let missing: Vec<Setting> = table().iter().map(|row| row.setting).filter(|setting| !seen.contains(setting)).collect();
    assert!(missing.is_empty(), "no property of the files above is decided by {missing:?}");
}

/// The reference example has every kind of property that a setting decides, so `explain` has a reason to give for each.
#[test]
fn every_property_of_the_table_is_found() {
    let lowered = common::lowered(&common::example("platform.yaml"), &common::example("app.yaml"), "staging", &BTreeMap::new());
    let found: BTreeSet<String> = lowered
        .graph
        .iter()
        .flat_map(|resource| properties(resource).into_iter().map(|property| format!("{} {}", resource.type_name, property.path)))
        .collect();
    insta::assert_snapshot!("every_property_of_the_table_is_found", found.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_line_of_the_files_comes_first_and_is_warned_of_where_it_asks_for_less() {
    let platform = PLATFORM.replace("compliance: []", "compliance: [hipaa]\nobservability: {logs: {keep: 400d}}");
    let app = APP.replace("{type: postgres, size: tiny}", "{type: postgres, size: tiny, backups: 3d, multi_zone: false}");
    let lowered = lowered(&platform, &app);
    let database = find(&lowered, "db_instance.db");
    assert_eq!(database.properties.at("BackupRetentionPeriod").unwrap(), 3);
    assert_eq!(database.properties.at("MultiAZ").unwrap(), false, "what the file says is not silently overridden");
    let backups = reason(&lowered, "db_instance.db", "BackupRetentionPeriod");
    assert_eq!(
        backups.reason(),
        "app.yaml:5 `resources.db.backups`; asked for by HIPAA 164.308(a)(7)(ii)(A), 164.308(a)(7)(ii)(B) (7 days)"
    );
    let kept = reason(&lowered, "log_group.web", "RetentionInDays");
    assert_eq!((kept.value.as_u64(), kept.said.map(|origin| origin.line)), (Some(400), Some(3)));
    let messages: Vec<String> = warnings(&lowered).map(|warning| warning.message.clone()).collect();
    assert_eq!(
        messages,
        [
            "`resources.db.backups` says 3 days, and more is asked for by HIPAA 164.308(a)(7)(ii)(A), 164.308(a)(7)(ii)(B) (7 days)",
            "`resources.db.multi_zone` says off, and more is asked for by HIPAA 164.308(a)(7)(ii)(C), 164.312(a)(2)(ii) (on)",
            "`observability.logs.keep` says 400 days, and more is asked for by HIPAA 164.316(b)(2)(i) (2192 days)",
        ]
    );
    assert!(warnings(&lowered).all(|warning| warning.span.is_some() && warning.hint.is_some()));
}

#[test]
fn a_longer_line_wins_over_a_shorter_standard_without_a_word() {
    let platform = PLATFORM.replace("compliance: []", "compliance: [pci-dss-4.0]\nobservability: {logs: {keep: 10y}}");
    let lowered = lowered(&platform, &APP.replace("{type: postgres, size: tiny}", "{type: postgres, size: tiny, backups: 35d}"));
    assert_eq!(reason(&lowered, "log_group.web", "RetentionInDays").value, 3653);
    assert_eq!(reason(&lowered, "db_instance.db", "BackupRetentionPeriod").value, 35);
    assert_eq!(warnings(&lowered).count(), 0, "{:?}", lowered.warnings);
}

#[test]
fn a_patch_is_named_as_the_reason_of_what_it_sets() {
    let app = format!("{APP}    patch: {{db_instance.db: {{MonitoringInterval: 15}}}}\n")
        .replace("dev: {cluster: main, host: shop.acme.example}", "dev:\n    cluster: main\n    host: shop.acme.example");
    let lowered = lowered(&PLATFORM.replace("compliance: []", "compliance: [soc2]"), &app);
    let monitoring = reason(&lowered, "db_instance.db", "MonitoringInterval");
    assert_eq!(
        (monitoring.value.as_u64(), monitoring.reason().as_str()),
        (Some(15), "app.yaml:16 `patch.db_instance.db`; asked for by SOC 2 CC7.2 (every 60 seconds)")
    );
    assert_eq!(reason(&lowered, "db_instance.db", "MultiAZ").reason(), "SOC 2 A1.2");
}

/// An environment's own standards bind what it stands on, also when that is lowered for another environment or alone.
#[test]
fn what_stands_above_binds_what_is_below() {
    let app = APP.replace(
        "host: shop.acme.example}",
        "host: shop.acme.example, compliance: [hipaa]}\n  other: {cluster: main, host: o.acme.example}",
    );
    let dev = lowered(PLATFORM, &app);
    let kept = |lowered: &Lowered, address: &str| reason(lowered, address, "RetentionInDays").value.as_u64().unwrap();
    for address in ["account/main/log_group.trail", "network/main/log_group.flow", "cluster/main/log_group.insights"] {
        assert_eq!(kept(&dev, address), 2192, "{address}");
    }
    let spec = load(&Source::new("platform.yaml", PLATFORM), Some(&Source::new("app.yaml", app.as_str()))).spec.unwrap();
    let other = spec.resolve("other").unwrap();
    let artifacts = common::artifacts();
    let images = BTreeMap::new();
    let alone = lower(&Inputs { resolved: &other, claims_of_others: &[], images: &images, artifacts: &artifacts }).unwrap();
    let beside = lower(&Inputs { resolved: &other, claims_of_others: &dev.claims, images: &images, artifacts: &artifacts }).unwrap();
    for address in ["account/main/log_group.trail", "network/main/log_group.flow", "cluster/main/log_group.insights"] {
        assert_eq!((kept(&alone, address), kept(&beside, address)), (400, 2192), "{address}");
    }
    assert_eq!(kept(&beside, "environment/shop/other/log_group.web"), 400, "what is its own is not bound by others");
    let account = lower_foundations(&spec, &Scope::Account("main".into()), &dev.claims).unwrap();
    let expire = reason(&account, "account/main/bucket.access-logs", "LifecycleConfiguration.Rules.0.ExpirationInDays");
    assert_eq!(
        (expire.value.as_u64(), expire.reason().as_str()),
        (Some(2192), "HIPAA 164.316(b)(2)(i); asked for by HIPAA 164.312(b) (365 days)")
    );
}

/// The baseline of an account's home region holds what AWS has once: it is bound by what stands in any region.
#[test]
fn the_home_region_is_bound_by_environments_of_other_regions() {
    let platform = PLATFORM.replace("networks: {main:", "networks: {home: {account: main, region: eu-west-1, size: /16}, main:");
    let app = APP.replace("host: shop.acme.example}", "host: shop.acme.example, compliance: [pci-dss-4.0]}");
    let lowered = lowered(&platform, &app);
    let trail = reason(&lowered, "account/main/cloudtrail.main", "EventSelectors.0.DataResources");
    assert_eq!(trail.reason(), "PCI DSS 4.0 10.2.1.1");
}
