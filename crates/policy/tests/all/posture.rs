//! `standards/posture.yaml` against the catalogues: what a standard asks of the lowering is what its requirements and our controls say.

use std::collections::{BTreeMap, BTreeSet};

use strata_layers::posture::{Row, table};
use strata_layers::{Inputs, Lowered, lower};
use strata_policy::standards::{catalogue, catalogues};
use strata_policy::{Status, When, control, judge};
use strata_spec::{Source, Standard, load};

use super::catalogues::mapping;

/// The smallest files that ask for nothing themselves, under one standard.
fn small(standard: Standard) -> Lowered {
    const APP: &str = "\
app: shop
services:
  web: {image: nginx:1.29, port: 8080, route: \"${env.host}/\", uses: {db: read, cache: read, books: read, files: read, orders: send, items: write, clicks: publish}}
resources:
  db: {type: postgres, size: tiny}
  cache: {type: redis, size: tiny}
  books: {type: search, size: tiny}
  files: {type: bucket}
  orders: {type: queue}
  items: {type: table, key: id, expire: ends}
  clicks: {type: stream}
environments:
  dev: {cluster: main, host: shop.acme.example}
";
    let platform = format!(
        "platform: acme\ncompliance: [{standard}]\naccounts: {{main: {{aws: \"111111111111\"}}}}\naddress_space: 10.0.0.0/8\n\
         domains: {{acme.example: {{}}}}\nnetworks: {{main: {{account: main, region: us-east-1, size: /16}}}}\n\
         clusters: {{main: {{network: main, runtime: ecs}}}}\nguardrails: {{public_routes: allowed}}\n\
         observability: {{incidents: {{email: [ops@acme.example]}}}}\n"
    );
    let spec = load(&Source::new("platform.yaml", platform), Some(&Source::new("app.yaml", APP))).spec.unwrap();
    let (images, artifacts) = (BTreeMap::new(), BTreeMap::new());
    let resolved = spec.resolve("dev").unwrap();
    lower(&Inputs { resolved: &resolved, claims_of_others: &[], images: &images, artifacts: &artifacts }).unwrap()
}

fn name(row: &Row) -> String {
    format!("{:?}", row.setting)
}

#[test]
fn every_requirement_named_exists_and_is_served_by_the_controls_or_says_how_it_is_read() {
    let mut wrong = Vec::new();
    for row in table() {
        for ask in &row.asked {
            let standard = catalogue(ask.standard.as_str()).unwrap();
            for id in &ask.by {
                let Some(requirement) = standard.requirement(id) else {
                    wrong.push(format!("{}: {} has no requirement {id}", name(row), ask.standard));
                    continue;
                };
                let served = requirement.controls.iter().any(|control| row.controls.contains(control));
                let counted =
                    mapping(&standard.standard).get(id).is_some_and(|checks| row.checks.iter().any(|check| checks.contains(check)));
                if !served && !counted && ask.reading.as_ref().is_none_or(|reading| reading.len() < 15) {
                    wrong.push(format!(
                        "{}: {} {id} is served by none of {:?}, and nothing says how it is read",
                        name(row),
                        ask.standard,
                        row.controls
                    ));
                }
            }
            let ids: BTreeSet<&String> = ask.by.iter().collect();
            assert_eq!(ids.len(), ask.by.len(), "{}: {} names a requirement twice", name(row), ask.standard);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A control that judges a setting blocks the plans of every standard that it serves: so each of them must ask for the setting.
#[test]
fn a_standard_asks_for_what_its_controls_would_refuse() {
    let mut missing = Vec::new();
    for row in table() {
        for id in &row.controls {
            let judged = control(id).unwrap_or_else(|| panic!("{}: {id} is no control", name(row)));
            assert!(judged.when != When::Live, "{}: {id} is not judged in the plan", name(row));
            for standard in catalogues() {
                let serves = standard.requirements.iter().any(|requirement| requirement.controls.contains(id));
                if serves && !row.asked.iter().any(|ask| ask.standard.as_str() == standard.standard) {
                    missing.push(format!("{}: {id} serves {}, which asks for nothing", name(row), standard.standard));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// A requirement is named as the reason of a property only where a control of the same service serves it, or a reading says so: who demands that buckets
/// refuse plain text says nothing of caches.
#[test]
fn a_requirement_is_named_only_for_what_it_speaks_of() {
    let service = |type_name: &str| match type_name.split("::").nth(1).unwrap() {
        // The association stands for the load balancer that it guards.
        "WAFv2" => "ElasticLoadBalancingV2".to_owned(),
        other => other.to_owned(),
    };
    let mut wrong = BTreeSet::new();
    for standard in Standard::ALL {
        let lowered = small(*standard);
        for resource in lowered.graph.iter() {
            for reason in lowered.reasons.of(resource) {
                let row = table().iter().find(|row| row.setting == reason.setting).unwrap();
                if row.controls.is_empty() {
                    continue;
                }
                for ask in reason.deciding.iter().chain(&reason.weaker).filter(|ask| ask.reading.is_none()) {
                    let served = row.controls.iter().map(|id| control(id).unwrap()).any(|control| {
                        let speaks = control.types.iter().any(|of| service(of) == service(&resource.type_name.0));
                        let serves = |id: &String| {
                            catalogue(standard.as_str()).unwrap().requirement(id).unwrap().controls.iter().any(|of| of == control.id)
                        };
                        speaks && ask.by.iter().any(serves)
                    });
                    if !served {
                        wrong.insert(format!("{} {}: {}", resource.type_name, reason.property, ask.cited()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Where no control of ours judges a setting, prowler's check does, and the standards that count it are those that ask.
#[test]
fn a_check_of_others_is_one_that_they_have_and_count() {
    let names = super::catalogues::source("names-prowler");
    for row in table() {
        for check in &row.checks {
            assert!(names.iter().any(|known| known == check), "{}: prowler has no check {check}", name(row));
            for standard in catalogues() {
                let counts = mapping(&standard.standard).values().any(|checks| checks.contains(check));
                let asks = row.asked.iter().any(|ask| ask.standard.as_str() == standard.standard);
                assert_eq!(counts, asks, "{}: {check} in {}", name(row), standard.standard);
            }
        }
    }
}

/// What the lowering makes of files that ask for nothing themselves is what the standard's controls want.
#[test]
fn no_standard_alone_is_violated_by_what_it_asks_for() {
    for standard in Standard::ALL {
        let lowered = small(*standard);
        let verdicts = judge(&lowered.graph, &[standard.as_str().to_owned()]);
        let violated: Vec<String> = verdicts
            .iter()
            .filter(|verdict| verdict.status == Status::Violated)
            .map(|verdict| format!("{} {}: {}", verdict.control, verdict.address, verdict.detail))
            .collect();
        assert!(violated.is_empty(), "{standard}:\n{}", violated.join("\n"));
        assert!(verdicts.len() > 50, "{standard}: only {} verdicts", verdicts.len());
    }
}
