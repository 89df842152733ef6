//! Plans of any graph: their steps, their digest, and that the same input gives the same bytes.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use strata_graph::{
    Address, CloudFormationForm, Contracts, Document, Graph, Layer, Origin, OutputContract, PhysicalId, ReplaceOrder, Resource, Scope,
    Text, TypeContract, TypeName,
};
use strata_plan::{
    Change, Desired, Observations, Operation, Placement, Plan, PlanInput, RemovalInput, ResourceState, ResourceStatus, ScopeState, Step,
};

const OUTPUTS: &[OutputContract] = &[OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" }];

const fn contract(type_name: &'static str, kind: &'static str, replace_order: ReplaceOrder) -> TypeContract {
    TypeContract {
        type_name,
        kind,
        service: "test",
        replace_on: &["Name"],
        replace_order,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: OUTPUTS,
        cloudformation: CloudFormationForm::Untagged,
        terraform: "test_thing",
        singleton: false,
    }
}

static THING: TypeContract = contract("Test::Thing", "thing", ReplaceOrder::CreateBeforeDelete);
static SINGLE: TypeContract = contract("Test::Single", "single", ReplaceOrder::DeleteBeforeCreate);

fn contracts() -> Contracts {
    Contracts::new([&THING, &SINGLE])
}

fn scope() -> Scope {
    Scope::environment("shop", "dev")
}

/// Every third is of the type that is deleted first.
fn address(index: usize) -> Address {
    Address::new(scope(), if index % 3 == 2 { "single" } else { "thing" }, format!("n{index}"))
}

fn placement() -> Placement {
    Placement { account: "a".into(), account_id: "111111111111".into(), role: None, region: "us-east-1".into() }
}

fn bit(bits: u16, index: usize) -> bool {
    bits >> index & 1 == 1
}

/// What random numbers say of the resources: `edges[i]` are the resources below `i`, as bits.
#[derive(Debug, Clone)]
struct World {
    edges: Vec<u16>,
    out: u16,
    renamed: u16,
    resized: u16,
}

fn world(edges: Vec<u16>) -> impl Strategy<Value = World> {
    (any::<u16>(), any::<u16>(), any::<u16>()).prop_map(move |(out, renamed, resized)| World {
        edges: edges.clone(),
        out,
        renamed,
        resized,
    })
}

impl World {
    fn has(&self, index: usize) -> bool {
        index < self.edges.len() && !bit(self.out, index)
    }

    fn below(&self, index: usize) -> Vec<usize> {
        (0..index).filter(|below| bit(self.edges[index], *below) && self.has(*below)).collect()
    }

    fn properties(&self, index: usize) -> Value {
        json!({
            "Name": if bit(self.renamed, index) { "renamed" } else { "name" },
            "Size": u8::from(bit(self.resized, index)),
            "On": self.below(index).into_iter().map(|below| Text::output(&address(below), "Arn")).collect::<Vec<_>>(),
        })
    }

    fn graph(&self) -> Graph {
        let mut graph = Graph::default();
        for index in (0..self.edges.len()).filter(|index| self.has(*index)) {
            graph
                .insert(Resource {
                    address: address(index),
                    type_name: TypeName(if index % 3 == 2 { "Test::Single" } else { "Test::Thing" }.into()),
                    layer: Layer::Infrastructure,
                    properties: Document::of(&self.properties(index)).unwrap(),
                    depends_on: BTreeSet::new(),
                    origins: vec![Origin::new("app.yaml", 1, "n")],
                    data: None,
                    waiting_for: None,
                    purpose: String::new(),
                })
                .unwrap();
        }
        graph
    }

    /// The state as a run of this world's plan leaves it.
    fn state(&self) -> ScopeState {
        let arn = |address: &Address| format!("Arn:{}", address.name());
        let mut state = ScopeState { placement: Some(placement()), serial: 1, ..ScopeState::empty(scope()) };
        for resource in self.graph().iter() {
            state.resources.insert(
                resource.address.clone(),
                ResourceState {
                    address: resource.address.clone(),
                    type_name: resource.type_name.clone(),
                    layer: resource.layer,
                    id: Some(PhysicalId(format!("id-{}", resource.address.name()))),
                    properties: resource.properties.resolve(&|reference| Some(arn(&reference.of)), &|_| None),
                    outputs: BTreeMap::from([("Arn".to_owned(), arn(&resource.address))]),
                    dependencies: resource.dependencies().into_iter().collect(),
                    status: ResourceStatus::Ready,
                    origins: resource.origins.clone(),
                    data: None,
                    waiting_for: None,
                    purpose: String::new(),
                    deposed: Vec::new(),
                    formerly: Vec::new(),
                },
            );
        }
        state
    }
}

fn plan(graph: &Graph, state: Option<ScopeState>) -> Plan {
    let states: BTreeMap<Scope, ScopeState> = state.into_iter().map(|state| (state.scope.clone(), state)).collect();
    strata_plan::build(PlanInput {
        platform: "acme",
        target: &scope(),
        scopes: &[Desired { scope: scope(), placement: placement(), metadata: Value::Null, stands_on: Vec::new() }],
        graph,
        contracts: &contracts(),
        states: &states,
        observations: &Observations::new(),
        delete_data: &BTreeSet::new(),
        verdicts: Vec::new(),
        notices: Vec::new(),
        endpoints: Vec::new(),
        approve: Vec::new(),
        directions: &strata_plan::Directions::default(),
    })
    .unwrap()
}

fn removal(state: &ScopeState) -> Plan {
    strata_plan::remove(RemovalInput {
        platform: "acme",
        target: &scope(),
        scopes: &[state],
        placement: &placement(),
        contracts: &contracts(),
        delete_data: &BTreeSet::new(),
        notices: Vec::new(),
        retry: &BTreeSet::new(),
    })
    .unwrap()
}

fn visit(plan: &Plan, index: usize, done: &mut Vec<Option<BTreeSet<usize>>>, path: &mut Vec<usize>) -> BTreeSet<usize> {
    if let Some(set) = &done[index] {
        return set.clone();
    }
    assert!(!path.contains(&index), "the steps {path:?} wait for one another");
    path.push(index);
    let mut set = BTreeSet::new();
    for other in &plan.steps[index].after {
        let other = other.0 as usize;
        set.insert(other);
        set.extend(visit(plan, other, done, path));
    }
    path.pop();
    done[index] = Some(set.clone());
    set
}

/// For each step all that it waits for, directly or not; panics on a cycle.
fn closure(plan: &Plan) -> Vec<BTreeSet<usize>> {
    let mut done = vec![None; plan.steps.len()];
    (0..plan.steps.len()).map(|index| visit(plan, index, &mut done, &mut Vec::new())).collect()
}

fn step_of(plan: &Plan, address: &Address, test: impl Fn(&Operation) -> bool) -> Option<usize> {
    plan.steps.iter().position(|step| plan.actions[step.action].address == *address && test(&step.operation))
}

fn main_of(plan: &Plan, address: &Address) -> Option<usize> {
    step_of(plan, address, |operation| matches!(operation, Operation::Create | Operation::Update))
}

fn removal_of(plan: &Plan, address: &Address) -> Option<usize> {
    step_of(plan, address, |operation| matches!(operation, Operation::Delete | Operation::DeleteReplaced))
}

fn edges() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(any::<u16>(), 1..12)
}

fn two_worlds() -> impl Strategy<Value = (World, World)> {
    edges().prop_flat_map(|edges| (world(edges.clone()), world(edges)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn steps_respect_edges_in_both_directions((old, new) in two_worlds()) {
        let plan = plan(&new.graph(), Some(old.state()));
        let waits = closure(&plan);
        for index in (0..new.edges.len()).filter(|index| new.has(*index)) {
            let Some(mine) = main_of(&plan, &address(index)) else { continue };
            for below in new.below(index).into_iter().filter_map(|below| main_of(&plan, &address(below))) {
                prop_assert!(waits[mine].contains(&below), "made or changed after what it stands on");
            }
        }
        for action in &plan.actions {
            let (Some(main), Some(gone)) = (main_of(&plan, &action.address), removal_of(&plan, &action.address)) else { continue };
            if action.change == Change::ReplaceCreateFirst {
                prop_assert!(waits[gone].contains(&main));
            } else {
                prop_assert!(waits[main].contains(&gone));
            }
        }
        // Where something goes before it is made anew, the order of the other removals may have to give way.
        if plan.actions.iter().any(|action| action.change == Change::ReplaceDeleteFirst) {
            return Ok(());
        }
        for index in (0..old.edges.len()).filter(|index| old.has(*index)) {
            let above = address(index);
            for below in old.below(index).into_iter().filter_map(|below| removal_of(&plan, &address(below))) {
                for step in removal_of(&plan, &above).into_iter().chain(main_of(&plan, &above)) {
                    prop_assert!(waits[below].contains(&step), "removed after all that stood on it is gone or changed away");
                }
            }
        }
    }

    #[test]
    fn a_removal_goes_from_the_top_and_takes_everything(old in edges().prop_flat_map(world)) {
        let state = old.state();
        let plan = removal(&state);
        prop_assert_eq!(plan.steps.len(), state.resources.len());
        let waits = closure(&plan);
        for index in (0..old.edges.len()).filter(|index| old.has(*index)) {
            let above = removal_of(&plan, &address(index)).unwrap();
            for below in old.below(index) {
                prop_assert!(waits[removal_of(&plan, &address(below)).unwrap()].contains(&above));
            }
        }
    }

    #[test]
    fn the_same_input_gives_the_same_bytes_and_reading_gives_it_back((old, new) in two_worlds()) {
        let first = plan(&new.graph(), Some(old.state()));
        let bytes = serde_json::to_vec(&first).unwrap();
        prop_assert_eq!(&bytes, &serde_json::to_vec(&plan(&new.graph(), Some(old.state()))).unwrap());
        let read: Plan = serde_json::from_slice(&bytes).unwrap();
        prop_assert!(read.is_intact());
        prop_assert_eq!(read, first);
    }

    #[test]
    fn what_is_as_it_should_be_needs_no_plan(world in edges().prop_flat_map(world)) {
        prop_assert!(plan(&world.graph(), Some(world.state())).is_empty());
    }
}

/// The pointers of all plain values of a document.
fn paths(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| paths(value, &format!("{at}/{key}"), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| paths(value, &format!("{at}/{index}"), found)),
        _ => found.push(at.to_owned()),
    }
}

#[test]
fn any_change_of_a_plan_file_shows() {
    let world = World { edges: vec![0, 1, 3], out: 0, renamed: 0, resized: 0 };
    let sealed = serde_json::to_value(plan(&world.graph(), None)).unwrap();
    let mut all = Vec::new();
    paths(&sealed, "", &mut all);
    assert!(all.len() > 40, "{all:?}");
    let mut noticed = 0;
    for path in all {
        let mut changed = sealed.clone();
        let value = changed.pointer_mut(&path).unwrap();
        *value = match &*value {
            Value::String(text) => json!(format!("{text}0")),
            Value::Number(number) => json!(number.as_u64().unwrap() + 1),
            Value::Bool(flag) => json!(!flag),
            _ => json!(1),
        };
        // What no longer reads as a plan is refused even earlier.
        if let Ok(plan) = serde_json::from_value::<Plan>(changed) {
            assert!(!plan.is_intact(), "{path}");
            noticed += 1;
        }
    }
    assert!(noticed > 20);
}

#[test]
fn a_deposed_incarnation_is_written_and_read() {
    let world = World { edges: vec![0], out: 0, renamed: 0, resized: 0 };
    let mut state = world.state();
    let resource = state.resources.get_mut(&address(0)).unwrap();
    resource.deposed.push(strata_plan::Deposed {
        id: PhysicalId("old".into()),
        properties: Document::default(),
        dependencies: vec![],
        outputs: BTreeMap::new(),
    });
    let plan = plan(&world.graph(), Some(state));
    assert_eq!(plan.actions[0].change, Change::DeleteLeftBehind);
    assert!(matches!(&plan.steps[..], [Step { operation: Operation::DeleteDeposed { id, .. }, .. }] if id.0 == "old"));
    let read: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    assert_eq!(read, plan);
}

#[test]
fn a_replacement_in_place_under_one_of_the_other_order_is_no_cycle() {
    // 3 (made first) stands on 2 (deleted first), and both are renamed.
    let old = World { edges: vec![0, 0, 0, 4], out: 0, renamed: 0, resized: 0 };
    let new = World { renamed: 0b1100, ..old.clone() };
    let plan = plan(&new.graph(), Some(old.state()));
    let waits = closure(&plan);
    let (two, three) = (address(2), address(3));
    let steps = [removal_of(&plan, &two), main_of(&plan, &two), main_of(&plan, &three), removal_of(&plan, &three)].map(Option::unwrap);
    for pair in steps.windows(2) {
        assert!(waits[pair[1]].contains(&pair[0]), "{steps:?}");
    }
}

/// What is replaced because a field asks for it takes its data with it; what is only changed, or broken and never ready, does not.
#[test]
fn the_data_that_a_replacement_takes_with_it_is_named() {
    let holding = |world: &World| {
        let mut graph = Graph::default();
        for resource in world.graph().iter() {
            graph.insert(Resource { data: Some(format!("data-{}", resource.address.name())), ..resource.clone() }).unwrap();
        }
        graph
    };
    let old = World { edges: vec![0, 0, 0], out: 0, renamed: 0, resized: 0 };
    let new = World { renamed: 0b100, resized: 0b010, ..old.clone() };
    let mut state = old.state();
    state.resources.get_mut(&address(0)).unwrap().status = ResourceStatus::Tainted("never came up".to_owned());
    let plan = plan(&holding(&new), Some(state));
    assert_eq!((plan.count("replace"), plan.count("update")), (2, 1));
    let lost: Vec<(&str, &Address)> = plan.data_replaced().map(|(data, action)| (data, &action.address)).collect();
    assert_eq!(lost, [("data-n2", &address(2))]);
}
