//! Terraform, CloudFormation and manifests from the graph.
