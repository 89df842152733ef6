#![allow(clippy::unwrap_used)]
use serde_json::{Value, json};
use strata_graph::{Address, Text};

use crate::cloudformation;
use crate::terraform::tests::{context, environment, graph, joined, network, resource};

fn template(files: &crate::Files, part: &str) -> Value {
    let (_, bytes) = files.iter().find(|(path, _)| path.contains(part)).unwrap();
    serde_saphyr::from_str(std::str::from_utf8(bytes).unwrap()).unwrap()
}

#[test]
fn a_small_graph() {
    insta::assert_snapshot!(joined(&cloudformation(&graph(), &context()).unwrap()));
}

#[test]
fn another_stack_exports_what_is_imported() {
    let files = cloudformation(&graph(), &context()).unwrap();
    let network = template(&files, "network-nonprod");
    let environment = template(&files, "environment-ticketing-dev");
    let import = &environment["Resources"]["SecurityGroupWeb"]["Properties"]["VpcId"]["Fn::ImportValue"];
    assert_eq!(&network["Outputs"]["VpcMainVpcId"]["Export"]["Name"], import);
    assert_eq!(network["Resources"]["KmsKeyData"]["DeletionPolicy"], "Retain");
    assert_eq!(network["Resources"]["SubnetPrivateA"]["DependsOn"], json!(["KmsKeyData"]));
}

#[test]
fn what_lies_in_another_account_is_a_parameter() {
    let mut context = context();
    context.placements.get_mut(&network()).unwrap().region = "eu-west-1".into();
    let files = cloudformation(&graph(), &context).unwrap();
    let environment = template(&files, "environment-ticketing-dev");
    assert_eq!(environment["Resources"]["SecurityGroupWeb"]["Properties"]["VpcId"], json!({"Ref": "VpcMainVpcId"}));
    assert_eq!(environment["Parameters"]["VpcMainVpcId"]["Type"], "String");
}

#[test]
fn literals_that_look_like_substitutions_stay_literals() {
    let mut graph = graph();
    let vpc = Address::new(network(), "vpc", "main");
    graph
        .insert(resource(
            environment(),
            "security_group",
            "api",
            "AWS::EC2::SecurityGroup",
            json!({"GroupName": "api", "GroupDescription": "costs ${5}", "VpcId": Text::join(["${x}-".into(), Text::output(&vpc, "VpcId")])}),
        ))
        .unwrap();
    let files = cloudformation(&graph, &context()).unwrap();
    let properties = &template(&files, "environment-ticketing-dev")["Resources"]["SecurityGroupApi"]["Properties"];
    assert_eq!(properties["GroupDescription"], "costs ${5}");
    assert_eq!(properties["VpcId"]["Fn::Sub"][0], "${!x}-${VpcMainVpcId}");
    assert!(properties["VpcId"]["Fn::Sub"][1]["VpcMainVpcId"]["Fn::ImportValue"].is_string());
}

#[test]
fn a_scope_that_is_too_large_is_split_in_the_order_of_dependencies() {
    let mut graph = graph();
    let vpc = Address::new(network(), "vpc", "main");
    for index in 0..600 {
        graph
            .insert(resource(
                network(),
                "security_group",
                &format!("g{index}"),
                "AWS::EC2::SecurityGroup",
                json!({"GroupName": format!("g{index}"), "GroupDescription": "x", "VpcId": Text::output(&vpc, "VpcId")}),
            ))
            .unwrap();
    }
    let files = cloudformation(&graph, &context()).unwrap();
    for part in ["1-network-nonprod.template", "2-network-nonprod-2.template"] {
        let resources = template(&files, part)["Resources"].as_object().unwrap().len();
        assert!((1..=500).contains(&resources), "{part}: {resources}");
    }
}
