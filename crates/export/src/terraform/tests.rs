#![allow(clippy::unwrap_used)]
use std::collections::BTreeSet;

use hcl_edit::expr::Expression;
use proptest::prelude::*;
use serde_json::json;
use strata_graph::{Address, Document, Graph, Layer, Origin, PhysicalId, Pseudo, Resource, Scope, Text, TypeName};

use super::hcl::{self, Piece};
use crate::{ExportContext, ExportError, Placement, terraform};

pub(crate) fn network() -> Scope {
    Scope::Network("nonprod".into())
}

pub(crate) fn environment() -> Scope {
    Scope::environment("ticketing", "dev")
}

pub(crate) fn resource(scope: Scope, kind: &str, name: &str, type_name: &str, properties: serde_json::Value) -> Resource {
    Resource {
        address: Address::new(scope, kind, name),
        type_name: TypeName(type_name.into()),
        layer: Layer::Network,
        properties: Document::of(&properties).unwrap(),
        depends_on: BTreeSet::new(),
        origins: vec![Origin::new("platform.yaml", 17, "networks.nonprod")],
        data: None,
        waiting_for: None,
        purpose: "The network of nonprod.".into(),
    }
}

/// A network with a subnet, a group and a key whose policy holds references and policy variables.
pub(crate) fn graph() -> Graph {
    let vpc = Address::new(network(), "vpc", "main");
    let mut graph = Graph::default();
    graph
        .insert(resource(
            network(),
            "vpc",
            "main",
            "AWS::EC2::VPC",
            json!({"CidrBlock": "10.0.0.0/16", "EnableDnsSupport": true, "EnableDnsHostnames": true, "Tags": {"Name": "main", "strata:platform": "acme"}}),
        ))
        .unwrap();
    let mut subnet = resource(
        network(),
        "subnet",
        "private-a",
        "AWS::EC2::Subnet",
        json!({
            "VpcId": Text::output(&vpc, "VpcId"), "CidrBlock": "10.0.0.0/20", "AvailabilityZone": "us-east-1a", "MapPublicIpOnLaunch": false,
        }),
    );
    subnet.depends_on.insert(Address::new(network(), "kms_key", "data"));
    graph.insert(subnet).unwrap();
    let key_policy = json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "Account", "Effect": "Allow", "Action": ["kms:*"],
        "Principal": {"AWS": [Text::join(["arn:".into(), Pseudo::Partition.into(), ":iam::".into(), Pseudo::AccountId.into(), ":root".into()])]},
        "Resource": ["*"], "Condition": {"StringLike": {"aws:PrincipalTag/x": ["a/${aws:username}/%{b}"]}},
    }]});
    let mut key = resource(
        network(),
        "kms_key",
        "data",
        "AWS::KMS::Key",
        json!({"Description": "Keeps \"data\" safe", "EnableKeyRotation": true, "PendingWindowInDays": 30, "KeyPolicy": key_policy}),
    );
    key.layer = Layer::Infrastructure;
    key.data = Some("documents".into());
    graph.insert(key).unwrap();
    let mut group = resource(
        environment(),
        "security_group",
        "web",
        "AWS::EC2::SecurityGroup",
        json!({"GroupName": "web", "GroupDescription": Text::from("web"), "VpcId": Text::output(&vpc, "VpcId")}),
    );
    group.layer = Layer::Application;
    graph.insert(group).unwrap();
    graph
}

pub(crate) fn context() -> ExportContext {
    let placement = Placement {
        account: "nonprod".into(),
        account_id: "111111111111".into(),
        role: Some("arn:aws:iam::111111111111:role/strata".into()),
        region: "us-east-1".into(),
    };
    ExportContext {
        platform: "acme".into(),
        environment: "dev".into(),
        placements: [(network(), placement.clone()), (environment(), placement)].into(),
        ..ExportContext::default()
    }
}

fn text_of(files: &crate::Files, path: &str) -> String {
    String::from_utf8(files[path].clone()).unwrap()
}

/// All files in one text, for a golden file.
pub(crate) fn joined(files: &crate::Files) -> String {
    files.iter().map(|(path, bytes)| format!("==== {path}\n{}", String::from_utf8_lossy(bytes))).collect()
}

#[test]
fn a_small_graph() {
    let mut context = context();
    context.with_imports = true;
    context.ids.insert(Address::new(network(), "vpc", "main"), PhysicalId("vpc-0123".into()));
    context.endpoints.insert(
        "web".into(),
        Text::join(["https://".into(), Text::output(&Address::new(network(), "kms_key", "data"), "KeyId"), "/".into()]),
    );
    insta::assert_snapshot!(joined(&terraform(&graph(), &context).unwrap()));
}

#[test]
fn another_account_has_a_provider_of_its_own() {
    let mut context = context();
    context.placements.get_mut(&network()).unwrap().account_id = "222222222222".into();
    context.placements.get_mut(&network()).unwrap().account = "shared".into();
    let files = terraform(&graph(), &context).unwrap();
    let providers = text_of(&files, "providers.tf");
    assert!(providers.contains("alias               = \"shared_us_east_1\""), "{providers}");
    assert!(text_of(&files, "network.tf").contains("provider             = aws.shared_us_east_1"));
    assert!(text_of(&files, "infrastructure.tf").contains("data.aws_partition.shared_us_east_1.partition"));
    assert!(!text_of(&files, "application.tf").contains("provider"));
    assert!(text_of(&files, "data.tf").contains("provider = aws.shared_us_east_1"));
}

#[test]
fn what_leads_nowhere_is_refused() {
    let mut alone = Graph::default();
    let of = Address::new(network(), "vpc", "main");
    alone
        .insert(resource(
            environment(),
            "security_group",
            "web",
            "AWS::EC2::SecurityGroup",
            json!({"GroupName": "web", "GroupDescription": "web", "VpcId": Text::output(&of, "VpcId")}),
        ))
        .unwrap();
    assert!(matches!(terraform(&alone, &context()), Err(ExportError::Dangling { to, .. }) if to == of));
    let mut unknown = graph();
    unknown.insert(resource(environment(), "thing", "x", "Test::Thing", json!({}))).unwrap();
    assert!(matches!(terraform(&unknown, &context()), Err(ExportError::UnknownType { .. })));
    let mut output = graph();
    let group = output.get_mut(&Address::new(environment(), "security_group", "web")).unwrap();
    group.properties.0["VpcId"] = json!(Text::output(&of, "NoSuch"));
    assert!(matches!(terraform(&output, &context()), Err(ExportError::UnknownOutput { output, .. }) if output == "NoSuch"));
    assert!(matches!(terraform(&graph(), &ExportContext::default()), Err(ExportError::NoPlacement(_))));
}

#[test]
fn an_image_is_a_variable() {
    let mut graph = graph();
    graph.get_mut(&Address::new(network(), "vpc", "main")).unwrap().properties.0["Tags"] = json!({"image": "registry/web@sha256:0"});
    let mut context = context();
    context.images.insert("web".into(), "registry/web@sha256:0".into());
    context.images.insert("again".into(), "registry/web@sha256:0".into());
    let files = terraform(&graph, &context).unwrap();
    assert!(text_of(&files, "network.tf").contains("image = var.image_again"));
    let variables = text_of(&files, "variables.tf");
    assert!(variables.contains("default     = \"registry/web@sha256:0\""), "{variables}");
    assert_eq!(variables.matches("variable \"").count(), 1);
}

/// The string that a template says, with every interpolated string literal put in.
fn said(expression: &Expression) -> String {
    match expression {
        Expression::String(text) => text.value().clone(),
        template => template
            .as_template()
            .unwrap()
            .iter()
            .map(|element| match element {
                hcl_edit::template::Element::Literal(text) => text.value().clone(),
                hcl_edit::template::Element::Interpolation(inner) => said(&inner.expr),
                hcl_edit::template::Element::Directive(_) => panic!("a directive out of a literal"),
            })
            .collect(),
    }
}

#[test]
fn what_looks_like_an_escape_is_escaped_again() {
    for (text, expected) in [
        ("${a}", r#""$${a}""#),
        ("a ${b} $${c} %{d}", r#""a $${b} $$${c} %%{d}""#),
        ("say \"x\\y\"", r#""say \"x\\y\"""#),
        ("tab\tend", r#""tab\tend""#),
    ] {
        assert_eq!(hcl::literal(text).to_string(), expected);
    }
    let before = hcl::template(vec![Piece::Literal("cost $".into()), Piece::Interpolated(hcl::traversal("var.x").unwrap())]);
    assert_eq!(before.to_string(), r#""cost ${"$"}${var.x}""#);
}

proptest! {
    #[test]
    fn any_literal_is_read_back(text in r#"[a-c${}%"\\\n \t]{0,30}|\PC{0,30}"#) {
        let printed = hcl::file(&["x".into()], vec![hcl::Line::attribute("a", hcl::literal(&text))]);
        let body: hcl_edit::structure::Body = printed.parse().map_err(|error| TestCaseError::fail(format!("{error}\n{printed}")))?;
        prop_assert_eq!(said(&body.get_attribute("a").unwrap().value), text, "{}", printed);
    }

    #[test]
    fn a_reference_in_any_text_stays_one(before in r#"[a${}%"\\]{0,6}"#, after in r#"[a${}%"\\]{0,6}"#) {
        let pieces = vec![
            Piece::Literal(before.clone()),
            Piece::Interpolated(Expression::from("REFERENCE")),
            Piece::Literal(after.clone()),
        ];
        let printed = format!("a = {}\n", hcl::template(pieces));
        let body: hcl_edit::structure::Body = printed.parse().map_err(|error| TestCaseError::fail(format!("{error}\n{printed}")))?;
        prop_assert_eq!(said(&body.get_attribute("a").unwrap().value), format!("{before}REFERENCE{after}"), "{}", printed);
    }
}
