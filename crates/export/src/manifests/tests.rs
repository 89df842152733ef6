#![allow(clippy::unwrap_used)]
use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec};
use strata_graph::{Address, Origin, Pseudo, Text};
use strata_kubernetes::pod::{Health, Pod};
use strata_kubernetes::secrets::{Reference, provider, provider_name};
use strata_kubernetes::{Labels, Manifest, k8s_openapi, network};

use crate::manifests;
use crate::terraform::tests::{context, environment, joined};

fn database() -> Address {
    Address::new(environment(), "db_instance", "db")
}

fn objects() -> Vec<Manifest> {
    let labels = Labels::new("acme", "ticketing", "dev");
    let secret = Text::output(&database(), "MasterUserSecret.SecretArn");
    let host = Text::join(["postgres://".into(), Text::output(&database(), "Endpoint.Address"), ":5432".into()]);
    let variables: BTreeMap<String, Text> = [
        ("DATABASE_URL".to_owned(), host),
        ("ACCOUNT".to_owned(), Pseudo::AccountId.into()),
        ("SHELL_TEXT".to_owned(), "cost $(x) ${HOME}".into()),
    ]
    .into();
    let pod = Pod {
        workload: "api".into(),
        component: "service".into(),
        service_account: "api".into(),
        image: "registry/api@sha256:0".into(),
        command: vec!["./serve".into()],
        port: Some(8080),
        health: Some(Health { path: Some("/ready".into()), port: 8080, grace: 20, interval: 15, timeout: 5 }),
        cpu_millis: 250,
        memory_mib: 512,
        variables,
        secrets: vec!["DB_PASSWORD".into()],
        secret_provider: Some(provider_name("api")),
        drains: true,
        once: false,
    };
    let deployment = Deployment {
        metadata: labels.metadata("api", "api", "service"),
        spec: Some(DeploymentSpec { selector: Labels::selector("api"), template: pod.template(&labels), ..DeploymentSpec::default() }),
        ..Deployment::default()
    };
    let reference = Reference::of_ecs_form("DB_PASSWORD", &Text::join([secret, ":password::".into()]));
    let origins = vec![Origin::new("app.yaml", 14, "services.api")];
    vec![
        Manifest::of(&deployment, origins.clone(), "Runs api.").unwrap(),
        Manifest::of(&provider(&labels, "api", "service", "us-east-1", &[reference]), origins.clone(), "The secrets of api.").unwrap(),
        Manifest::of(&network::default_deny(&labels), origins, "Nothing talks by itself.").unwrap(),
    ]
}

#[test]
fn what_state_does_not_know_is_a_placeholder() {
    insta::assert_snapshot!(joined(&manifests(&objects(), &environment(), &context()).unwrap()));
}

#[test]
fn what_state_knows_is_a_value() {
    let mut context = context();
    for (output, value) in [("Endpoint.Address", "db.example"), ("MasterUserSecret.SecretArn", "arn:secret")] {
        context.outputs.insert((database(), output.into()), value.into());
    }
    let files = manifests(&objects(), &environment(), &context).unwrap();
    let deployment = String::from_utf8(files["api/deployment-api.yaml"].clone()).unwrap();
    assert!(deployment.contains("postgres://db.example:5432"), "{deployment}");
    assert!(!files.contains_key("placeholders.env"));
}
