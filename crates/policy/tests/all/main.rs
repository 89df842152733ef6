//! Tests of the rules, the catalogues and their documents.
#![allow(clippy::unwrap_used, missing_docs)]

mod reference;
