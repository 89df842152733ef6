//! Addresses, resources, edges and origins; knows no cloud.
