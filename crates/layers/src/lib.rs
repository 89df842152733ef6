//! Lowering of the specification into the resource graph, one module a layer.
