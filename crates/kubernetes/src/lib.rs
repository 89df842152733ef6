//! Kubernetes object types as plain data.
