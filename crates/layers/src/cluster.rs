//! Layer 2: where containers run.

use strata_graph::Layer;
use strata_spec::Platform;

use crate::builder::{Builder, Lines};
use crate::claims::{Claim, Claims};
use crate::foundations::{AccountView, ClusterView, NetworkView};

/// What a cluster needs of its network, whatever runs on it.
pub(crate) fn claims(cluster: &ClusterView<'_>, _network: &NetworkView<'_>, _lines: Lines<'_>) -> Vec<Claim> {
    Claims::new(cluster.scope.clone()).into_vec()
}

/// Lowers a cluster.
pub(crate) fn lower(
    builder: &mut Builder<'_>,
    _platform: &Platform,
    _cluster: &ClusterView<'_>,
    _network: &NetworkView<'_>,
    _account: &AccountView,
) {
    builder.layer(Layer::Infrastructure);
}
