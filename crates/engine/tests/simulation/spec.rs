//! What is asked for: random layered graphs over three scopes, and how they change.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use strata_graph::{Address, Graph, Scope, Text};
use strata_plan::ResourceState;

use crate::dice::Dice;
use crate::things::thing;

/// One resource of the specification.
#[derive(Debug, Clone)]
pub struct Node {
    layer: u64,
    size: u64,
    name: u64,
    /// What its name in the cloud is made from: its first address.
    called: String,
    on: BTreeSet<Address>,
    /// Whether it refers to versions too, which move with each update.
    by_version: bool,
    data: bool,
}

/// The whole specification.
#[derive(Debug, Clone, Default)]
pub struct Spec {
    nodes: BTreeMap<Address, Node>,
    /// What had another address before, as `moved:` says it. Lines that have done their work stay.
    pub moved: Vec<(Address, Address)>,
}

pub fn network() -> Scope {
    Scope::Network("main".into())
}

pub fn environment(name: &str) -> Scope {
    Scope::environment("shop", name)
}

/// Every scope, lowest first.
pub fn scopes() -> [Scope; 3] {
    [network(), environment("dev"), environment("prod")]
}

/// How many names a scope has; few, so that what was removed comes back as something else.
const NAMES: u64 = 7;

/// An address from a scope's few.
pub fn some_address(dice: &Dice) -> Address {
    let [network, dev, prod] = scopes();
    let scope = match dice.between(0, 4) {
        0 => network,
        1 | 2 => dev,
        _ => prod,
    };
    let kind = if dice.percent(35) { "single" } else { "thing" };
    Address::new(scope, kind, format!("n{}", dice.between(1, NAMES)))
}

impl Spec {
    pub fn random(dice: &Dice) -> Self {
        let mut spec = Self::default();
        for _ in 0..dice.between(2, 12) {
            spec.add(dice);
        }
        spec
    }

    fn add(&mut self, dice: &Dice) {
        let address = some_address(dice);
        if self.nodes.contains_key(&address) {
            return;
        }
        let layer = dice.between(1, 4);
        let mut node = Node {
            layer,
            size: dice.between(1, 3),
            name: dice.between(0, 1),
            called: address.name().to_owned(),
            on: BTreeSet::new(),
            by_version: dice.percent(25),
            data: dice.percent(12),
        };
        self.connect(dice, &address, &mut node);
        self.nodes.insert(address, node);
    }

    /// Up to three edges to what lies lower.
    fn connect(&self, dice: &Dice, address: &Address, node: &mut Node) {
        let lower: Vec<&Address> = self
            .nodes
            .iter()
            .filter(|(other, below)| {
                let same = other.scope() == address.scope() && below.layer < node.layer;
                same || (*other.scope() == network() && *address.scope() != network())
            })
            .map(|(other, _)| other)
            .collect();
        for _ in 0..dice.between(0, 3) {
            if let Some(below) = dice.pick(&lower) {
                node.on.insert((*below).clone());
            }
        }
    }

    /// Gives a resource another address of its scope and kind that nothing has.
    fn rename(&mut self, dice: &Dice, from: &Address) -> Option<String> {
        let to = Address::new(from.scope().clone(), from.kind(), format!("n{}", dice.between(1, NAMES)));
        if self.nodes.contains_key(&to) {
            return None;
        }
        let node = self.nodes.remove(from)?;
        self.nodes.insert(to.clone(), node);
        for node in self.nodes.values_mut() {
            if node.on.remove(from) {
                node.on.insert(to.clone());
            }
        }
        // Whoever has not followed the older line follows to where it leads now.
        for (_, older) in self.moved.iter_mut().filter(|(_, older)| older == from) {
            older.clone_from(&to);
        }
        self.moved.retain(|(older, _)| *older != to);
        self.moved.push((from.clone(), to.clone()));
        Some(format!("{from} is {to} from now on"))
    }

    /// Changes a few things; says what.
    pub fn change(&mut self, dice: &Dice) -> Vec<String> {
        let mut said = Vec::new();
        for _ in 0..dice.between(1, 4) {
            let addresses: Vec<Address> = self.nodes.keys().cloned().collect();
            let Some(address) = dice.pick(&addresses).cloned() else {
                self.add(dice);
                continue;
            };
            match dice.between(0, 10) {
                0..=2 => self.add(dice),
                10 => said.extend(self.rename(dice, &address)),
                3 | 4 => {
                    self.nodes.remove(&address);
                    for node in self.nodes.values_mut() {
                        node.on.remove(&address);
                    }
                    said.push(format!("without {address}"));
                }
                5 | 6 => {
                    if let Some(node) = self.nodes.get_mut(&address) {
                        node.size = dice.between(1, 5);
                        said.push(format!("{address} of size {}", node.size));
                    }
                }
                7 | 8 => {
                    if let Some(node) = self.nodes.get_mut(&address) {
                        node.name += 1;
                        said.push(format!("{address} made anew"));
                    }
                }
                _ => {
                    if let Some(mut node) = self.nodes.get(&address).cloned() {
                        node.on.clear();
                        self.connect(dice, &address, &mut node);
                        said.push(format!("{address} on {:?}", node.on.iter().map(Address::short).collect::<Vec<_>>()));
                        self.nodes.insert(address, node);
                    }
                }
            }
        }
        said
    }

    /// The graph of these scopes.
    pub fn graph(&self, scopes: &[Scope]) -> Graph {
        let mut graph = Graph::default();
        for (address, node) in self.nodes.iter().filter(|(address, _)| scopes.contains(address.scope())) {
            let mut on: Vec<Text> = node.on.iter().map(|below| Text::output(below, "Arn")).collect();
            if node.by_version {
                on.extend(node.on.iter().map(|below| Text::output(below, "LatestVersionNumber")));
            }
            let mut resource = thing(address.clone(), on);
            resource.properties.0.insert("Size".into(), json!(node.size));
            resource.properties.0.insert("Name".into(), json!(format!("{}-{}", node.called, node.name)));
            resource.data = node.data.then(|| address.name().to_owned());
            graph.insert(resource).unwrap();
        }
        graph
    }

    pub fn contains(&self, address: &Address) -> bool {
        self.nodes.contains_key(address)
    }

    /// Whether everything of other scopes that these refer to is known.
    pub fn stands_alone(&self, scope: &Scope, known: &dyn Fn(&Address) -> Option<ResourceState>) -> bool {
        let of_scope = self.nodes.iter().filter(|(address, _)| address.scope() == scope);
        let below = of_scope.flat_map(|(_, node)| &node.on).filter(|below| below.scope() != scope);
        below.into_iter().all(|below| known(below).is_some_and(|state| !state.outputs.is_empty()))
    }
}
