//! The controls, one module for each kind of thing that they speak of.
//!
//! A module holds its controls' descriptions in one list and the rules below it. Adding a control is adding an entry there, and
//! its id to the requirements in `standards/` that it serves.

pub(crate) mod alarms;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod cache;
pub(crate) mod containers;
pub(crate) mod databases;
pub(crate) mod detection;
pub(crate) mod encryption;
pub(crate) mod files;
pub(crate) mod functions;
pub(crate) mod hosts;
pub(crate) mod identity;
pub(crate) mod kubernetes;
pub(crate) mod load_balancers;
pub(crate) mod logs;
pub(crate) mod messaging;
pub(crate) mod network;
pub(crate) mod object_storage;
pub(crate) mod passwords;
pub(crate) mod reachability;
pub(crate) mod registry_images;
pub(crate) mod root_user;
pub(crate) mod schedules;
pub(crate) mod search;
pub(crate) mod security_groups;
pub(crate) mod tables_streams;
pub(crate) mod threats;
pub(crate) mod unused;
pub(crate) mod users;
pub(crate) mod web_firewall;
pub(crate) mod zones;
