//! Where a thing came from: the file, line and key of the specification.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A place in the user's files, or the product's own default where no line asked for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// One-based line.
    pub line: u32,
    /// The key path, for example `services.api.uses.db`.
    pub key: String,
}

impl Origin {
    /// An origin from its parts.
    pub fn new(file: impl Into<Arc<str>>, line: u32, key: impl Into<String>) -> Self {
        Self { file: file.into(), line, key: key.into() }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}
