//! The one list of controls.
//!
//! Invariant: ids are unique and sorted, whatever the order of the modules.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::control::Control;
use crate::controls as lists;

const LISTS: &[&[Control]] = &[
    lists::alarms::CONTROLS,
    lists::audit::CONTROLS,
    lists::backup::CONTROLS,
    lists::cache::CONTROLS,
    lists::containers::CONTROLS,
    lists::databases::CONTROLS,
    lists::detection::CONTROLS,
    lists::encryption::CONTROLS,
    lists::files::CONTROLS,
    lists::functions::CONTROLS,
    lists::hosts::CONTROLS,
    lists::identity::CONTROLS,
    lists::kubernetes::CONTROLS,
    lists::load_balancers::CONTROLS,
    lists::logs::CONTROLS,
    lists::messaging::CONTROLS,
    lists::network::CONTROLS,
    lists::object_storage::CONTROLS,
    lists::passwords::CONTROLS,
    lists::reachability::CONTROLS,
    lists::registry_images::CONTROLS,
    lists::root_user::CONTROLS,
    lists::schedules::CONTROLS,
    lists::search::CONTROLS,
    lists::security_groups::CONTROLS,
    lists::tables_streams::CONTROLS,
    lists::threats::CONTROLS,
    lists::unused::CONTROLS,
    lists::users::CONTROLS,
    lists::web_firewall::CONTROLS,
    lists::zones::CONTROLS,
];

fn index() -> &'static BTreeMap<&'static str, &'static Control> {
    static INDEX: OnceLock<BTreeMap<&'static str, &'static Control>> = OnceLock::new();
    INDEX.get_or_init(|| LISTS.iter().flat_map(|list| list.iter()).map(|control| (control.id, control)).collect())
}

/// Every control, by id.
pub fn controls() -> impl Iterator<Item = &'static Control> {
    index().values().copied()
}

/// The control of an id.
#[must_use]
pub fn control(id: &str) -> Option<&'static Control> {
    index().get(id).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_well_formed() {
        assert_eq!(LISTS.iter().map(|list| list.len()).sum::<usize>(), index().len(), "an id is used twice");
        for control in controls() {
            let plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
            assert!(control.id.chars().all(plain), "{}", control.id);
            assert!(!control.title.ends_with('.'), "{}", control.id);
            assert!(control.why.ends_with('.') && control.repair.ends_with('.'), "{}", control.id);
            for name in control.types {
                assert!(strata_aws::entry(name).is_some(), "{} speaks of {name}, which is no known type", control.id);
            }
        }
    }
}
