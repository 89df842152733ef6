//! The exports of the reference example, of every environment.
//!
//! With STRATA_EXPORT_DIR set, the files are also written there, for programs that judge them.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;

use strata_export::{ExportContext, Files, Placement};
use strata_graph::{Address, PhysicalId, Scope};
use strata_layers::{Artifact, Inputs, Lowered, lower};
use strata_spec::{Source, load};

const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "prod"];

fn example() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/ticketing")
}

/// Stands for any local file: what is in it does not matter to an export.
fn artifacts() -> BTreeMap<String, Artifact> {
    ["./fn/receipt", "./fares/install.sh"]
        .into_iter()
        .map(|path| (path.to_owned(), Artifact { sha256: "0f".repeat(32), text: Some("#!/bin/sh\nset -e\necho \"${HOME}\"\n".into()) }))
        .collect()
}

fn lowered(environment: &str) -> Lowered {
    lowered_with(environment, &BTreeMap::new())
}

/// Deployed images, named by digest.
fn images() -> BTreeMap<String, String> {
    ["web", "api", "worker"]
        .into_iter()
        .map(|service| {
            let repository = "222222222222.dkr.ecr.us-east-1.amazonaws.com/acme/ticketing/prod";
            (service.to_owned(), format!("{repository}/{service}@sha256:{}", "0f".repeat(32)))
        })
        .collect()
}

fn lowered_with(environment: &str, images: &BTreeMap<String, String>) -> Lowered {
    let read = |name: &str| Source::new(name, std::fs::read_to_string(example().join(name)).unwrap());
    let loaded = load(&read("platform.yaml"), Some(&read("app.yaml")));
    let spec = loaded.spec.expect("the reference example is right");
    let resolved = spec.resolve(environment).unwrap();
    let inputs = Inputs { resolved: &resolved, claims_of_others: &[], images, artifacts: &artifacts() };
    lower(&inputs).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn context(environment: &str, lowered: &Lowered) -> ExportContext {
    let placements = lowered
        .placements
        .iter()
        .map(|(scope, placement)| {
            let placement = Placement {
                account: placement.account.clone(),
                account_id: placement.account_id.clone(),
                role: placement.role.clone(),
                region: placement.region.clone(),
            };
            (scope.clone(), placement)
        })
        .collect();
    ExportContext {
        platform: "acme".into(),
        environment: environment.into(),
        placements,
        endpoints: lowered.endpoints.iter().map(|endpoint| (endpoint.name.clone(), endpoint.url.clone())).collect(),
        ..ExportContext::default()
    }
}

fn write(kind: &str, environment: &str, files: &Files) {
    let Some(folder) = std::env::var_os("STRATA_EXPORT_DIR") else { return };
    for (path, bytes) in files {
        let path = Path::new(&folder).join(environment).join(kind).join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn every_environment_is_exported_as_terraform_that_parses() {
    for environment in ENVIRONMENTS {
        let lowered = lowered(environment);
        let files = strata_export::terraform(&lowered.graph, &context(environment, &lowered)).unwrap();
        write("terraform", environment, &files);
        let mut blocks = 0;
        for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".tf")) {
            let text = std::str::from_utf8(bytes).unwrap();
            let body: hcl_edit::structure::Body = text.parse().unwrap_or_else(|error| panic!("{environment}/{path}: {error}"));
            blocks += body.get_blocks("resource").count();
        }
        assert!(blocks >= lowered.graph.len(), "{environment}: {blocks} blocks for {} resources", lowered.graph.len());
    }
}

#[test]
fn every_environment_is_exported_as_cloudformation() {
    for environment in ENVIRONMENTS {
        let lowered = lowered(environment);
        let files = strata_export::cloudformation(&lowered.graph, &context(environment, &lowered)).unwrap();
        write("cloudformation", environment, &files);
        let templates = files.keys().filter(|path| path.ends_with(".template.yaml")).count();
        assert!(templates >= lowered.graph.scopes().len(), "{environment}: {templates}");
        for (path, bytes) in &files {
            assert!(bytes.len() < 1_000_000, "{environment}/{path} is too large for CloudFormation");
        }
    }
}

#[test]
fn what_stands_is_imported() {
    let lowered = lowered("dev");
    let mut context = context("dev", &lowered);
    context.with_imports = true;
    for resource in lowered.graph.iter() {
        context.ids.insert(resource.address.clone(), PhysicalId(format!("id-of-{}", resource.address.name())));
        for reference in resource.properties.references() {
            context.outputs.insert((reference.of, reference.output), "known".to_owned());
        }
    }
    let files = strata_export::terraform(&lowered.graph, &context).unwrap();
    write("terraform-imports", "dev", &files);
    let text = std::str::from_utf8(&files["imports.tf"]).unwrap();
    let imports: hcl_edit::structure::Body = text.parse().unwrap();
    // All but the wait for the certificate, which is no thing.
    assert!(imports.get_blocks("import").count() >= lowered.graph.len() - 2);
    assert!(!text.contains("${"), "an import id holds a reference");
}

#[test]
fn deployed_images_are_variables_and_bring_copies() {
    let images = images();
    let dev = lowered_with("dev", &images);
    let mut context_of_dev = context("dev", &dev);
    context_of_dev.images.clone_from(&images);
    let terraform = strata_export::terraform(&dev.graph, &context_of_dev).unwrap();
    let application = String::from_utf8_lossy(&terraform["application.tf"]).into_owned();
    // The job runs the image of api, so it shares its variable.
    assert!(application.matches("var.image_api").count() >= 2, "{application}");
    assert!(!application.contains("@sha256:"), "an image is written out");
    let prod = lowered_with("prod", &images);
    let mut context_of_prod = context("prod", &prod);
    context_of_prod.images = images;
    let scope = Scope::environment("ticketing", "prod");
    let files = strata_export::manifests(&prod.manifests, &scope, &context_of_prod).unwrap();
    write("manifests-with-images", "prod", &files);
    let read = |path: &str| serde_saphyr::from_slice::<serde_json::Value>(&files[path]).unwrap();
    let autoscaler = read("api/horizontalpodautoscaler-api.yaml");
    assert_eq!((&autoscaler["spec"]["minReplicas"], &autoscaler["spec"]["maxReplicas"]), (&3.into(), &120.into()));
    let deployment = read("api/deployment-api.yaml");
    assert!(deployment["spec"]["replicas"].is_null(), "the autoscaler owns the number of copies");
    assert!(deployment["metadata"]["annotations"].is_null());
    let job = read("expire-holds/cronjob-expire-holds.yaml");
    assert_eq!((&job["spec"]["suspend"], &job["spec"]["schedule"]), (&false.into(), &"*/5 * * * *".into()));
    assert_eq!(job["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"], 240);
}

#[test]
fn policies_say_what_uses_says_and_nothing_else() {
    let prod = lowered("prod");
    let names: std::collections::BTreeSet<String> =
        prod.manifests.iter().filter(|manifest| manifest.kind == "NetworkPolicy").map(|manifest| manifest.name.clone()).collect();
    let mut expected: std::collections::BTreeSet<String> =
        ["default-deny", "allow-dns", "web-from-load-balancer", "api-from-load-balancer"]
            .into_iter()
            .chain(["web-to-api", "api-from-web", "web-to-cache"])
            .chain(["api-to-db", "api-to-cache", "api-to-documents", "api-to-bookings", "api-to-api-payments-example-net-443"])
            .chain(["worker-to-db", "worker-to-documents", "worker-to-bookings", "expire-holds-to-db"])
            .map(str::to_owned)
            .collect();
    for workload in ["web", "api", "worker", "expire-holds"] {
        expected.insert(format!("{workload}-to-pod-identity"));
    }
    assert_eq!(names, expected);
}

/// Words of the formats that would hold a secret's value.
const HOLDERS_OF_SECRETS: [&str; 8] = [
    "secret_string",
    "SecretString",
    "aws_secretsmanager_secret_version",
    "MasterUserPassword",
    "master_password",
    "auth_token",
    "AuthToken",
    "stringData",
];

#[test]
fn no_export_has_a_place_for_a_secret() {
    for environment in ENVIRONMENTS {
        let lowered = lowered(environment);
        let mut context = context(environment, &lowered);
        let scope = Scope::environment("ticketing", environment);
        // Not even where state held one by mistake: exports refer to secrets by name.
        let secret = Address::new(scope.clone(), "secret", "PAYMENT_API_KEY");
        assert!(lowered.graph.get(&secret).is_some(), "{environment}: the example declares a secret");
        context.outputs.insert((secret.clone(), "SecretString".to_owned()), "hunter2".to_owned());
        context.outputs.insert((secret, "Value".to_owned()), "hunter2".to_owned());
        let all = [
            strata_export::terraform(&lowered.graph, &context).unwrap(),
            strata_export::cloudformation(&lowered.graph, &context).unwrap(),
            strata_export::manifests(&lowered.manifests, &scope, &context).unwrap(),
        ];
        let mut named = 0;
        for (path, bytes) in all.iter().flatten() {
            // That RDS makes and keeps the password itself is what is wanted.
            let text = String::from_utf8_lossy(bytes).replace("ManageMasterUserPassword", "");
            for word in HOLDERS_OF_SECRETS.iter().chain(["hunter2"].iter()) {
                assert!(!text.contains(word), "{environment}/{path} has {word}");
            }
            named += text.matches("PAYMENT_API_KEY").count();
        }
        assert!(named >= 3, "{environment}: the secret is named {named} times");
    }
}

#[test]
fn the_code_of_functions_comes_along() {
    let bytes = b"PK of receipt".to_vec();
    let digest: String = <sha2::Sha256 as sha2::Digest>::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut lowered = lowered("dev");
    let function = Address::new(Scope::environment("ticketing", "dev"), "lambda_function", "receipt");
    lowered.graph.get_mut(&function).unwrap().properties.0["Code"]["Sha256"] = digest.into();
    let mut context = context("dev", &lowered);
    let readme = |files: &Files| String::from_utf8(files["README.md"].clone()).unwrap();
    let without = strata_export::terraform(&lowered.graph, &context).unwrap();
    assert!(readme(&without).contains("artifacts/receipt.zip"));
    context.artifacts.insert("receipt".to_owned(), bytes.clone());
    let with = strata_export::terraform(&lowered.graph, &context).unwrap();
    assert_eq!(with["artifacts/receipt.zip"], bytes);
    assert!(!readme(&with).contains("artifacts/receipt.zip"));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (first, second) = (lowered("dev"), lowered("dev"));
    assert_eq!(
        strata_export::terraform(&first.graph, &context("dev", &first)).unwrap(),
        strata_export::terraform(&second.graph, &context("dev", &second)).unwrap()
    );
}

#[test]
fn kubernetes_environments_have_manifests_and_others_have_none() {
    for environment in ENVIRONMENTS {
        let lowered = lowered(environment);
        if environment != "prod" {
            assert!(lowered.manifests.is_empty(), "{environment}");
            continue;
        }
        let scope = Scope::environment("ticketing", environment);
        let files = strata_export::manifests(&lowered.manifests, &scope, &context(environment, &lowered)).unwrap();
        write("manifests", environment, &files);
        for kind in ["deployment-api", "networkpolicy-default-deny", "ingress-web", "cronjob-expire-holds", "namespace-ticketing-prod"] {
            assert!(files.keys().any(|path| path.contains(kind)), "no {kind} in {:?}", files.keys());
        }
        // Every placeholder in a manifest is listed, so that it can be filled in.
        let listed = String::from_utf8_lossy(&files["placeholders.env"]).into_owned();
        for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".yaml")) {
            for rest in String::from_utf8_lossy(bytes).split("${").skip(1) {
                let name = rest.split('}').next().unwrap();
                assert!(listed.contains(&format!("\n{name}=")), "{path}: {name} is not listed");
            }
        }
    }
}

#[test]
fn service_control_policies_guard_what_is_built_and_let_strata_work() {
    for environment in ENVIRONMENTS {
        let lowered = lowered(environment);
        let context = context(environment, &lowered);
        let files = strata_export::service_control_policies(&lowered.graph, &context).unwrap();
        let policies: Vec<(&String, serde_json::Value)> = files
            .iter()
            .filter(|(name, _)| name.ends_with(".json"))
            .map(|(name, bytes)| (name, serde_json::from_slice(bytes).unwrap()))
            .collect();
        assert_eq!(policies.len(), 3, "{:?}", files.keys());
        let readme = String::from_utf8(files["README.md"].clone()).unwrap();
        for (name, policy) in &policies {
            assert!(files[*name].len() <= 5120, "{name}: {}", files[*name].len());
            assert!(readme.contains(name.as_str()), "{name}");
            for statement in policy["Statement"].as_array().unwrap() {
                assert_eq!(statement["Effect"], "Deny", "{name}");
            }
        }
        let (_, baseline) = policies.iter().find(|(name, _)| name.ends_with("baseline.json")).unwrap();
        let role = context.placements.values().find_map(|placement| placement.role.clone()).unwrap();
        let text = baseline.to_string();
        for statement in baseline["Statement"].as_array().unwrap() {
            assert!(
                statement["Condition"]["ArnNotEquals"]["aws:PrincipalArn"].as_array().unwrap().iter().any(|known| known == role.as_str())
            );
        }
        for action in
            ["cloudtrail:StopLogging", "guardduty:DeleteDetector", "config:StopConfigurationRecorder", "s3:PutAccountPublicAccessBlock"]
        {
            assert!(text.contains(action), "{environment}: {action}");
        }
        let account = context.placements.iter().find(|(scope, _)| matches!(scope, Scope::Account(_))).unwrap().0.clone();
        // What is not built is not guarded.
        let without: strata_graph::Graph = lowered.graph.iter().filter(|resource| resource.type_name.0 != "AWS::CloudTrail::Trail").fold(
            strata_graph::Graph::default(),
            |mut graph, resource| {
                graph.insert(resource.clone()).unwrap();
                graph
            },
        );
        let files = strata_export::service_control_policies(&without, &context).unwrap();
        assert!(files.values().all(|bytes| !String::from_utf8_lossy(bytes).contains("cloudtrail:StopLogging")), "{account}");
        // Without a role nothing tells Strata from anybody else.
        let mut nameless = context.clone();
        nameless.placements.values_mut().for_each(|placement| placement.role = None);
        let files = strata_export::service_control_policies(&lowered.graph, &nameless).unwrap();
        assert!(!files.keys().any(|name| name.ends_with("baseline.json")));
        assert!(String::from_utf8_lossy(&files["README.md"]).contains("names no `role`"));
    }
}
