//! The official AWS SDK behind the provider contract.
