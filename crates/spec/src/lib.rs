//! The language of platform.yaml and app.yaml: typed, spanned, with overrides resolved.
//!
//! [`load`] takes the texts of the two files and gives a [`Spec`] or every mistake in them at once; [`Spec::resolve`] gives what one
//! environment is, and where each of its values comes from. Invariants:
//!
//! * pure: no files, no clock, no network; the same texts give the same result;
//! * nothing panics, whatever the texts are;
//! * a [`Spec`] exists only if the files are free of errors *for every environment in them*;
//! * a message never prints a value that may be a secret.

pub mod addresses;
mod check;
mod de;
mod directions;
mod load;
pub mod model;
mod not_built;
mod origins;
pub mod outputs;
mod resolve;
mod schema;
mod secrets;
mod shape;
pub mod sizes;
mod suggest;
mod tree;
pub mod values;
mod yaml;

use std::sync::Arc;

pub use addresses::network_ranges;
pub use directions::{Adoption, Ignoring, Renaming, WrittenDirections};
pub use load::{Loaded, Spec, load};
pub use model::*;
pub use not_built::{NotBuilt, not_built_yet};
pub use resolve::{ComplianceRef, Patch, Resolved};
pub use schema::{application_schema, platform_schema};
pub use values::*;

/// The keys at the top of a file; none where it is not YAML or no map.
#[must_use]
pub fn top_level_keys(source: &Source) -> Vec<String> {
    let node = yaml::parse(source, &mut strata_diag::Diagnostics::default());
    node.as_ref().and_then(tree::Node::as_map).map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

/// The text of a file under the name that messages give it.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name of the file, as the user gave it.
    pub file: Arc<str>,
    /// Its whole text.
    pub text: Arc<str>,
}

impl Source {
    /// A file's name and text.
    pub fn new(file: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), text: text.into() }
    }
}
