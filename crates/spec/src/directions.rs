//! What the files say of resources beside what they shall be: `adopt`, `moved`, `ignore` and `drift`, each with its place.
//!
//! Invariant: nothing is looked up here. An address is text until the graph is there; the application file speaks of its own
//! environment, the platform file of accounts, networks and clusters.

use indexmap::IndexMap;
use strata_diag::Span;

use crate::load::Spec;
use crate::model::{Drift, Move};
use crate::resolve::Resolved;
use crate::tree::Node;

/// Something that stands and is taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// The address that it shall have.
    pub address: String,
    /// What the cloud calls it.
    pub id: String,
    /// Where it is written.
    pub span: Span,
}

/// Something that had another address before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renaming {
    /// The old address or name.
    pub from: String,
    /// The new one.
    pub to: String,
    /// Where it is written.
    pub span: Span,
}

/// A field that others own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignoring {
    /// The resource.
    pub address: String,
    /// The dotted path of the field.
    pub path: String,
    /// Where it is written.
    pub span: Span,
}

/// All of it, of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenDirections {
    /// `adopt`.
    pub adoptions: Vec<Adoption>,
    /// `moved`.
    pub renamings: Vec<Renaming>,
    /// `ignore`.
    pub ignorings: Vec<Ignoring>,
}

impl WrittenDirections {
    fn adopt(&mut self, tree: &Node, base: &str, adopt: &IndexMap<String, String>) {
        self.adoptions.extend(adopt.iter().map(|(address, id)| Adoption {
            address: address.clone(),
            id: id.clone(),
            span: tree.nearest_span(&format!("{base}.{address}")),
        }));
    }

    fn ignore(&mut self, tree: &Node, base: &str, ignore: &IndexMap<String, Vec<String>>) {
        for (address, paths) in ignore {
            self.ignorings.extend(paths.iter().enumerate().map(|(index, path)| Ignoring {
                address: address.clone(),
                path: path.clone(),
                span: tree.nearest_span(&format!("{base}.{address}.{index}")),
            }));
        }
    }

    fn moved(&mut self, tree: &Node, moved: &[Move]) {
        self.renamings.extend(moved.iter().enumerate().map(|(index, moved)| Renaming {
            from: moved.from.clone(),
            to: moved.to.clone(),
            span: tree.nearest_span(&format!("moved.{index}")),
        }));
    }
}

impl Resolved {
    /// What the application file says for this environment.
    pub fn directions(&self) -> WrittenDirections {
        let mut all = WrittenDirections::default();
        let (tree, environment) = (self.tree(), format!("environments.{}", self.environment_name));
        all.adopt(tree, "adopt", &self.application.adopt);
        all.adopt(tree, &format!("{environment}.adopt"), &self.environment.adopt);
        all.moved(tree, &self.application.moved);
        all.ignore(tree, "ignore", &self.application.ignore);
        all.ignore(tree, &format!("{environment}.ignore"), &self.environment.ignore);
        all
    }
}

impl Spec {
    /// What the platform file says of accounts, networks and clusters.
    pub fn platform_directions(&self) -> WrittenDirections {
        let mut all = WrittenDirections::default();
        let (tree, platform) = (self.platform_tree(), self.platform());
        all.adopt(tree, "adopt", &platform.adopt);
        all.moved(tree, &platform.moved);
        all.ignore(tree, "ignore", &platform.ignore);
        all
    }

    /// What to do about drift of an account; of one region's part of it, too.
    pub fn account_drift(&self, account: &str) -> Drift {
        let name = account.split_once('.').map_or(account, |(name, _)| name);
        self.platform().accounts.get(name).and_then(|account| account.drift).unwrap_or_default()
    }

    /// What to do about drift of a network.
    pub fn network_drift(&self, network: &str) -> Drift {
        self.platform().networks.get(network).and_then(|network| network.drift).unwrap_or_default()
    }

    /// What to do about drift of a cluster.
    pub fn cluster_drift(&self, cluster: &str) -> Drift {
        self.platform().clusters.get(cluster).and_then(|cluster| cluster.drift).unwrap_or_default()
    }
}
