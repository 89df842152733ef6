//! The resource types of the engine's tests: a `thing` is replaced by making the new one first, a `single` by deleting the old one
//! first. Both test binaries use them.

use std::collections::BTreeSet;

use serde_json::json;
use strata_graph::{
    Address, Closed, CloudFormationForm, Contracts, Document, Layer, Origin, OutputContract, ReplaceOrder, Resource, Text, TypeContract,
    TypeName,
};
use strata_plan::Placement;
use strata_provider::provider::{ADDRESS_TAG, PLATFORM_TAG};

const OUTPUTS: &[OutputContract] = &[
    OutputContract { name: "Id", cloudformation_ref: true, terraform: "id" },
    OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
    OutputContract { name: "LatestVersionNumber", cloudformation_ref: false, terraform: "latest_version" },
];

const PARTS: &[Closed] = &[Closed::parts("Parts", "Test::Thing")];

const fn contract(type_name: &'static str, kind: &'static str, replace_order: ReplaceOrder) -> TypeContract {
    TypeContract {
        type_name,
        kind,
        service: "test",
        replace_on: &["Name"],
        replace_order,
        unobservable: &[],
        unordered: &[],
        closed: PARTS,
        outputs: OUTPUTS,
        cloudformation: CloudFormationForm::TagMap,
        terraform: "test_thing",
        singleton: false,
    }
}

static THING: TypeContract = contract("Test::Thing", "thing", ReplaceOrder::CreateBeforeDelete);
static SINGLE: TypeContract = contract("Test::Single", "single", ReplaceOrder::DeleteBeforeCreate);

/// The types.
pub fn contracts() -> Contracts {
    Contracts::new([&THING, &SINGLE])
}

/// Where everything lives.
pub fn placement() -> Placement {
    Placement { account: "a".into(), account_id: "111111111111".into(), role: None, region: "us-east-1".into() }
}

/// The resource at an address, of the type that its kind says, which refers to these outputs.
pub fn thing(address: Address, on: Vec<Text>) -> Resource {
    let type_name = contracts().of_kind(address.kind()).unwrap().type_name;
    let properties = json!({
        "Name": address.name(),
        "Size": 1,
        "On": on,
        "Tags": {ADDRESS_TAG: address.to_string(), PLATFORM_TAG: "acme"},
    });
    Resource {
        type_name: TypeName(type_name.into()),
        layer: Layer::Infrastructure,
        properties: Document::of(&properties).unwrap(),
        depends_on: BTreeSet::new(),
        origins: vec![Origin::new("app.yaml", 1, address.name())],
        data: None,
        waiting_for: None,
        purpose: String::new(),
        address,
    }
}
