//! Layer 2: where containers run.
//!
//! Invariants: a cluster has its own key; its control plane is not reached from the internet; what its machines reach of AWS
//! goes through endpoints that the cluster claims.

mod ecs;
mod kubernetes_access;
mod kubernetes_add_ons;
mod kubernetes_control_plane;
mod kubernetes_nodes;

use strata_graph::Layer;
use strata_spec::{Platform, Runtime};

use crate::builder::{Builder, Lines};
use crate::claims::{Claim, Claims};
use crate::foundations::{AccountView, ClusterView, NetworkView};

/// What a cluster needs of its network, whatever runs on it.
pub(crate) fn claims(cluster: &ClusterView<'_>, network: &NetworkView<'_>, lines: Lines<'_>) -> Vec<Claim> {
    let mut claims = Claims::new(cluster.scope.clone());
    match cluster.declared.runtime {
        Runtime::Ecs => ecs::claim(&mut claims, cluster, network, lines),
        Runtime::Kubernetes => kubernetes_access::claim(&mut claims, cluster, network, lines),
    }
    claims.into_vec()
}

/// Lowers a cluster.
pub(crate) fn lower(
    builder: &mut Builder<'_>,
    platform: &Platform,
    cluster: &ClusterView<'_>,
    network: &NetworkView<'_>,
    account: &AccountView,
) {
    builder.layer(Layer::Infrastructure);
    match cluster.declared.runtime {
        Runtime::Ecs => ecs::lower(builder, platform, cluster),
        Runtime::Kubernetes => {
            kubernetes_control_plane::lower(builder, platform, cluster, network, account);
            kubernetes_access::lower(builder, cluster, network);
            let nodes = kubernetes_nodes::lower(builder, platform, cluster, network);
            kubernetes_add_ons::lower(builder, cluster, &nodes);
        }
    }
}
