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
pub use load::{Loaded, Spec, load};
pub use model::*;
pub use not_built::{NotBuilt, not_built_yet};
pub use resolve::{ComplianceRef, Patch, Resolved};
pub use schema::{application_schema, platform_schema};
pub use values::*;

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
