//! Compares what should be with what is, field by field.
//!
//! Rules: only what is desired is compared, so what the cloud adds on its own is no difference; lists are compared whole,
//! as sets where the contract says that their order means nothing; a field that no call returns is compared with what was last
//! applied; a field that was applied once and is no longer desired is a difference if the cloud still shows it; what a contract calls
//! closed is a difference wherever the cloud shows something there.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strata_graph::document::holds_reference;
use strata_graph::{Document, TypeContract};

/// One side of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is", content = "value")]
pub enum Side {
    /// Nothing there.
    Absent,
    /// This value.
    Value(Value),
    /// Known only after apply; the value shows what it refers to.
    Unknown(Value),
}

/// One changed field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The dotted path.
    pub path: String,
    /// What is.
    pub before: Side,
    /// What shall be.
    pub after: Side,
    /// Whether the cloud changed while the specification did not.
    pub drift: bool,
    /// Whether this change needs a replacement.
    pub replaces: bool,
}

/// The differences between desired and actual.
///
/// `desired` may hold references that are not known yet; `applied` is what was last applied; `observed` what the cloud shows,
/// or `None` when it was not looked at (then `applied` stands for it).
#[must_use]
pub fn compare(contract: &TypeContract, desired: &Document, applied: &Document, observed: Option<&Document>) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    let mut comparison = Comparison { contract, changes: &mut changes };
    for (key, after) in &desired.0 {
        comparison.value(key, Some(after), applied.0.get(key), observed.map(|document| document.0.get(key)));
    }
    for (key, was) in &applied.0 {
        if !desired.0.contains_key(key) {
            comparison.value(key, None, Some(was), observed.map(|document| document.0.get(key)));
        }
    }
    for closed in contract.closed {
        let asked = desired.0.contains_key(closed.property) || applied.0.contains_key(closed.property);
        if let (false, Some(seen)) = (asked, observed.and_then(|document| document.0.get(closed.property)))
            && !is_nothing(seen)
        {
            comparison.push(closed.property, Side::Value(seen.clone()), Side::Absent, true);
        }
    }
    changes
}

/// Whether a value says that nothing is there.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

struct Comparison<'a> {
    contract: &'a TypeContract,
    changes: &'a mut Vec<FieldChange>,
}

impl Comparison<'_> {
    /// `observed` is `None` when nothing was looked at, `Some(None)` when the cloud shows nothing there.
    fn value(&mut self, path: &str, after: Option<&Value>, applied: Option<&Value>, observed: Option<Option<&Value>>) {
        let observed = if self.contract.unobservable.contains(&path) { None } else { observed };
        let before = observed.unwrap_or(applied);
        if let (Some(Value::Object(after)), true) =
            (after, after.is_some_and(|value| strata_graph::document::as_reference(value).is_none()))
        {
            let applied_map = applied.and_then(Value::as_object);
            let observed_map = observed.map(|value| value.and_then(Value::as_object));
            for (key, item) in after {
                let path = format!("{path}.{key}");
                self.value(&path, Some(item), applied_map.and_then(|map| map.get(key)), observed_map.map(|map| map?.get(key)));
            }
            for (key, was) in applied_map.into_iter().flatten() {
                if !after.contains_key(key) {
                    let path = format!("{path}.{key}");
                    self.value(&path, None, Some(was), observed_map.map(|map| map?.get(key)));
                }
            }
            return;
        }
        let Some(after) = after else {
            if let Some(before) = before {
                let drift = false;
                self.push(path, Side::Value(before.clone()), Side::Absent, drift);
            }
            return;
        };
        if holds_reference(after) {
            self.push(path, before.map_or(Side::Absent, |value| Side::Value(value.clone())), Side::Unknown(after.clone()), false);
            return;
        }
        if before.is_some_and(|before| same(self.contract, path, after, before)) {
            return;
        }
        let drift = applied.is_some_and(|applied| same(self.contract, path, after, applied));
        self.push(path, before.map_or(Side::Absent, |value| Side::Value(value.clone())), Side::Value(after.clone()), drift);
    }

    fn push(&mut self, path: &str, before: Side, after: Side, drift: bool) {
        let replaces =
            self.contract.replace_on.iter().any(|key| path == *key || path.strip_prefix(*key).is_some_and(|rest| rest.starts_with('.')));
        self.changes.push(FieldChange { path: path.to_owned(), before, after, drift, replaces });
    }
}

/// Whether the contract says of the list at this path that its order means nothing. `*` in the contract stands for one key or one
/// index: `PolicyDocument.Statement.*.Resource`.
fn is_unordered(contract: &TypeContract, path: &str) -> bool {
    contract.unordered.iter().any(|pattern| {
        let (mut wanted, mut given) = (pattern.split('.'), path.split('.'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(one), Some(other)) if one == "*" || one == other => {}
                _ => return false,
            }
        }
    })
}

/// The items of a list without order, each one time.
fn once(items: &[Value]) -> Vec<&Value> {
    let mut all: Vec<&Value> = Vec::with_capacity(items.len());
    for item in items {
        if !all.contains(&item) {
            all.push(item);
        }
    }
    all
}

/// Whether an actual value does what the desired one asks: objects may hold more, lists may not.
fn same(contract: &TypeContract, path: &str, desired: &Value, actual: &Value) -> bool {
    match (desired, actual) {
        (Value::Object(desired), Value::Object(actual)) => {
            desired.iter().all(|(key, value)| actual.get(key).is_some_and(|other| same(contract, &format!("{path}.{key}"), value, other)))
        }
        (Value::Array(desired), Value::Array(actual)) if is_unordered(contract, path) => {
            // Two references may turn out to be the same; clouds then keep one.
            let (desired, mut left) = (once(desired), once(actual));
            let path = format!("{path}.*");
            desired.len() == left.len()
                && desired.into_iter().all(|item| {
                    let place = left.iter().position(|other| same(contract, &path, item, other));
                    place.map(|place| left.swap_remove(place)).is_some()
                })
        }
        (Value::Array(desired), Value::Array(actual)) if desired.len() != actual.len() => false,
        (Value::Array(desired), Value::Array(actual)) => {
            let path = format!("{path}.*");
            desired.iter().zip(actual).all(|(left, right)| same(contract, &path, left, right))
        }
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (left, right) => left == right,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;
    use strata_graph::{Closed, CloudFormationForm, ReplaceOrder};

    const CONTRACT: TypeContract = TypeContract {
        type_name: "Test::Thing",
        kind: "thing",
        service: "test",
        replace_on: &["Name"],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &["Secret"],
        unordered: &["Set", "Policy.Statement.*.Resource"],
        closed: &[Closed::property("Shut")],
        outputs: &[],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "test_thing",
        singleton: false,
    };

    fn paths(desired: Value, applied: Value, observed: Option<Value>) -> Vec<(String, bool, bool)> {
        let document = |value| Document::of(&value).unwrap();
        compare(&CONTRACT, &document(desired), &document(applied), observed.map(document).as_ref())
            .into_iter()
            .map(|change| (change.path, change.drift, change.replaces))
            .collect()
    }

    #[test]
    fn what_stands_twice_in_a_list_without_order_counts_once() {
        let policy = |resources: Value| json!({"Policy": {"Statement": [{"Resource": resources}]}});
        assert!(paths(policy(json!(["a", "b", "a"])), policy(json!(["a", "b", "a"])), Some(policy(json!(["b", "a"])))).is_empty());
        assert!(!paths(policy(json!(["a", "a"])), policy(json!(["a", "a"])), Some(policy(json!(["a", "b"])))).is_empty());
    }

    #[test]
    fn what_the_cloud_adds_is_no_difference() {
        assert!(paths(json!({"A": {"B": 1}}), json!({"A": {"B": 1}}), Some(json!({"A": {"B": 1, "C": 2}, "D": 3}))).is_empty());
        assert!(paths(json!({"Set": [1, 2]}), json!({"Set": [1, 2]}), Some(json!({"Set": [2, 1]}))).is_empty());
    }

    #[test]
    fn a_list_without_order_may_lie_inside_another() {
        let policy = |list: Value| json!({"Policy": {"Statement": [{"Resource": list, "Sequence": [1, 2]}]}});
        assert!(paths(policy(json!([1, 2])), policy(json!([1, 2])), Some(policy(json!([2, 1])))).is_empty());
        assert_eq!(paths(policy(json!([1, 2])), policy(json!([1, 2])), Some(policy(json!([2, 2])))).len(), 1);
        let other = json!({"Policy": {"Statement": [{"Resource": [1, 2], "Sequence": [2, 1]}]}});
        assert_eq!(paths(policy(json!([1, 2])), policy(json!([1, 2])), Some(other)).len(), 1);
    }

    #[test]
    fn drift_is_told_from_a_changed_specification() {
        assert_eq!(paths(json!({"A": 1}), json!({"A": 1}), Some(json!({"A": 2}))), [("A".into(), true, false)]);
        assert_eq!(paths(json!({"A": 2}), json!({"A": 1}), Some(json!({"A": 1}))), [("A".into(), false, false)]);
        assert_eq!(paths(json!({"Name": "b"}), json!({"Name": "a"}), None), [("Name".into(), false, true)]);
    }

    #[test]
    fn what_no_call_returns_is_compared_with_what_was_applied() {
        assert!(paths(json!({"Secret": 1}), json!({"Secret": 1}), Some(json!({}))).is_empty());
        assert_eq!(paths(json!({"Secret": 2}), json!({"Secret": 1}), Some(json!({}))).len(), 1);
    }

    #[test]
    fn what_is_no_longer_desired_is_taken_away_if_it_is_still_there() {
        assert_eq!(paths(json!({}), json!({"A": 1}), Some(json!({"A": 1}))), [("A".into(), false, false)]);
        assert!(paths(json!({}), json!({"A": 1}), Some(json!({}))).is_empty());
    }

    #[test]
    fn what_somebody_puts_where_nothing_belongs_is_drift() {
        assert_eq!(paths(json!({}), json!({}), Some(json!({"Shut": ["a"]}))), [("Shut".into(), true, false)]);
        assert!(paths(json!({}), json!({}), Some(json!({"Shut": []}))).is_empty());
        assert!(paths(json!({}), json!({}), None).is_empty());
        // Where something is asked for, it is a property like any other.
        assert!(paths(json!({"Shut": ["a"]}), json!({"Shut": ["a"]}), Some(json!({"Shut": ["a"]}))).is_empty());
        assert_eq!(paths(json!({}), json!({"Shut": ["a"]}), Some(json!({"Shut": ["a"]}))), [("Shut".into(), false, false)]);
    }

    #[test]
    fn lists_are_compared_whole() {
        assert_eq!(paths(json!({"L": [1]}), json!({"L": [1]}), Some(json!({"L": [1, 2]}))).len(), 1);
        assert!(paths(json!({"L": [{"a": 1}]}), json!({"L": [{"a": 1}]}), Some(json!({"L": [{"a": 1, "b": 2}]}))).is_empty());
    }
}
