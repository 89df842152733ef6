//! The set of resources with their edges.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use serde::{Deserialize, Serialize};

use crate::{Address, Resource, Scope};

/// What makes a set of resources no graph.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Two resources share an address.
    #[error("two resources have the address {0}")]
    Duplicate(Address),
    /// A resource refers to one that is not in the graph.
    #[error("{from} refers to {to}, which is not in the graph")]
    Dangling {
        /// Who refers.
        from: Address,
        /// To what.
        to: Address,
    },
    /// Resources that wait for one another.
    #[error("these resources wait for one another: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" -> "))]
    Cycle(Vec<Address>),
}

/// Resources by address. Built by [`Graph::insert`], proven by [`Graph::check`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Graph {
    resources: BTreeMap<Address, Resource>,
}

/// A resource in its place among all, with what it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// What must stand before it.
    pub dependencies: BTreeSet<Address>,
}

impl Graph {
    /// Adds a resource.
    ///
    /// # Errors
    /// [`GraphError::Duplicate`] when the address is taken.
    pub fn insert(&mut self, resource: Resource) -> Result<(), GraphError> {
        let address = resource.address.clone();
        if self.resources.contains_key(&address) {
            return Err(GraphError::Duplicate(address));
        }
        self.resources.insert(address, resource);
        Ok(())
    }

    /// The resource at an address.
    #[must_use]
    pub fn get(&self, address: &Address) -> Option<&Resource> {
        self.resources.get(address)
    }

    /// The resource at an address, to change it while lowering.
    pub fn get_mut(&mut self, address: &Address) -> Option<&mut Resource> {
        self.resources.get_mut(address)
    }

    /// All resources in the order of their addresses.
    pub fn iter(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values()
    }

    /// How many resources there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.resources.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// The scopes that own a resource here, lowest first.
    #[must_use]
    pub fn scopes(&self) -> BTreeSet<Scope> {
        self.resources.keys().map(|address| address.scope().clone()).collect()
    }

    /// The resources that a scope owns.
    pub fn of_scope<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a Resource> {
        self.resources.values().filter(move |resource| resource.address.scope() == scope)
    }

    /// Proves that every reference has its resource and that nothing waits for itself.
    ///
    /// # Errors
    /// The first dangling reference, or a cycle with its members in order.
    pub fn check(&self) -> Result<(), GraphError> {
        self.checked_order().map(|_| ())
    }

    /// The resources, each after all that it depends on and with what that is, ties in the order of addresses; proven as by [`Graph::check`].
    ///
    /// # Errors
    /// As [`Graph::check`].
    pub fn checked_order(&self) -> Result<Vec<Ordered<'_>>, GraphError> {
        let dependencies: Vec<BTreeSet<Address>> = self.resources.values().map(Resource::dependencies).collect();
        for (from, below) in self.resources.keys().zip(&dependencies) {
            if let Some(to) = below.iter().find(|to| !self.resources.contains_key(*to)) {
                return Err(GraphError::Dangling { from: from.clone(), to: to.clone() });
            }
        }
        self.sorted(dependencies)
    }

    /// The addresses so that each comes after all that it depends on; ties in the order of addresses.
    ///
    /// # Errors
    /// [`GraphError::Cycle`].
    pub fn order(&self) -> Result<Vec<Address>, GraphError> {
        let order = self.sorted(self.resources.values().map(Resource::dependencies).collect())?;
        Ok(order.into_iter().map(|ordered| ordered.resource.address.clone()).collect())
    }

    /// Sorts by position: positions are in the order of addresses, so they break ties as addresses would.
    fn sorted(&self, mut dependencies: Vec<BTreeSet<Address>>) -> Result<Vec<Ordered<'_>>, GraphError> {
        let resources: Vec<&Resource> = self.resources.values().collect();
        let positions: HashMap<&Address, usize> =
            self.resources.keys().enumerate().map(|(position, address)| (address, position)).collect();
        let mut waiting: Vec<usize> = vec![0; resources.len()];
        let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); resources.len()];
        for (position, below) in dependencies.iter().enumerate() {
            for below in below.iter().filter_map(|address| positions.get(address)) {
                waiting[position] += 1;
                dependents[*below].push(position);
            }
        }
        let mut ready: BinaryHeap<Reverse<usize>> = (0..resources.len()).filter(|position| waiting[*position] == 0).map(Reverse).collect();
        let mut order = Vec::with_capacity(resources.len());
        while let Some(Reverse(next)) = ready.pop() {
            order.push(Ordered { resource: resources[next], dependencies: std::mem::take(&mut dependencies[next]) });
            for dependent in &dependents[next] {
                waiting[*dependent] -= 1;
                if waiting[*dependent] == 0 {
                    ready.push(Reverse(*dependent));
                }
            }
        }
        if order.len() == resources.len() { Ok(order) } else { Err(GraphError::Cycle(self.find_cycle(&order))) }
    }

    fn find_cycle(&self, ordered: &[Ordered<'_>]) -> Vec<Address> {
        let done: BTreeSet<&Address> = ordered.iter().map(|ordered| &ordered.resource.address).collect();
        let mut path: Vec<Address> = Vec::new();
        let mut current = self.resources.keys().find(|address| !done.contains(address)).cloned();
        while let Some(address) = current {
            if let Some(start) = path.iter().position(|seen| *seen == address) {
                path.drain(..start);
                path.push(address);
                return path;
            }
            current = self
                .resources
                .get(&address)
                .and_then(|resource| resource.dependencies().into_iter().find(|to| !done.contains(to) && self.resources.contains_key(to)));
            path.push(address);
        }
        path
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Document, Layer, Origin, TypeName};

    fn resource(name: &str, after: &[&str]) -> Resource {
        let address = |name: &str| Address::new(Scope::Network("a".into()), "thing", name);
        Resource {
            address: address(name),
            type_name: TypeName("Test::Thing".into()),
            layer: Layer::Network,
            properties: Document::default(),
            depends_on: after.iter().map(|name| address(name)).collect(),
            origins: vec![Origin::new("platform.yaml", 1, "networks.a")],
            data: None,
            waiting_for: None,
            purpose: String::new(),
        }
    }

    #[test]
    fn order_respects_edges_and_then_addresses() {
        let mut graph = Graph::default();
        for (name, after) in [("a", &["c"][..]), ("b", &[]), ("c", &[])] {
            graph.insert(resource(name, after)).unwrap();
        }
        let order: Vec<String> = graph.order().unwrap().iter().map(|address| address.name().to_owned()).collect();
        assert_eq!(order, ["b", "c", "a"]);
    }

    #[test]
    fn cycles_dangling_and_duplicates_are_said() {
        let mut graph = Graph::default();
        graph.insert(resource("a", &["b"])).unwrap();
        assert!(matches!(graph.check(), Err(GraphError::Dangling { .. })));
        graph.insert(resource("b", &["c"])).unwrap();
        graph.insert(resource("c", &["b"])).unwrap();
        let Err(GraphError::Cycle(members)) = graph.check() else { panic!("no cycle found") };
        assert_eq!(members.len(), 3);
        assert!(matches!(graph.insert(resource("a", &[])), Err(GraphError::Duplicate(_))));
    }
}
