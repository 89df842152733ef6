//! Controls of encryption keys: AWS KMS keys, who may use them, and whose key encrypts what.

use serde_json::Value;
use strata_aws::kms::Key;
use strata_graph::document::as_reference;
use strata_graph::{Resource, Text};

use crate::control::{Answer, Control, check, control, none_of, not_applicable};
use crate::policies::public_statements;
use crate::view::View;

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "kms-key-deletion-waits", Infrastructure, Medium, Plan, ["AWS::KMS::Key"];
        title: "The deletion of a key can be taken back for thirty days",
        why: "With a key all that it encrypts is gone, and seven days pass unnoticed in a holiday.",
        repair: "Set PendingWindowInDays to 30.",
        prowler: [], checkov: [], config: [], security_hub: [],
        each: deletion_waits,
    },
    control! {
        "kms-key-of-own-scope", Infrastructure, Medium, Plan, [];
        title: "Data is encrypted with a key of its own environment",
        why: "With a key for each environment, the right to one environment's data opens no other's.",
        repair: "Refer to a key of the resource's own scope, or, for what holds no user data, of a scope that it stands on.",
        prowler: [], checkov: [], config: [], security_hub: [],
        each: own_scope,
    },
    control! {
        "kms-key-policy-not-public", Infrastructure, Critical, Both, ["AWS::KMS::Key"];
        title: "No key policy lets strangers use the key",
        why: "Who may use the key reads what it encrypts.",
        repair: "Name the principals in the key's policy, or add a condition on the account that they come from.",
        prowler: ["kms_key_not_publicly_accessible"],
        checkov: ["CKV_AWS_33"],
        config: ["KMS_KEY_POLICY_NO_PUBLIC_ACCESS"],
        security_hub: ["KMS.5"],
        each: policy_not_public,
    },
    control! {
        "kms-key-rotated", Infrastructure, Medium, Both, ["AWS::KMS::Key"];
        title: "Key material is renewed every year",
        why: "The less is encrypted with one key's material, the less its loss reveals.",
        repair: "Set EnableKeyRotation to true.",
        prowler: ["kms_cmk_rotation_enabled"],
        checkov: ["CKV_AWS_7"],
        config: ["CMK_BACKING_KEY_ROTATION_ENABLED"],
        security_hub: ["KMS.4"],
        each: rotated,
    },
];

fn rotated(view: &View<'_>, resource: &Resource) -> Answer {
    let key = view.read::<Key>(resource)?;
    check(key.enable_key_rotation, "rotation is on", "rotation is off")
}

fn policy_not_public(view: &View<'_>, resource: &Resource) -> Answer {
    let key = view.read::<Key>(resource)?;
    none_of(public_statements(&key.key_policy), "no statement allows everybody")
}

/// Every property that chooses a key is spelled with both words, in the spelling of its service.
fn is_key_property(name: &str) -> bool {
    let of_kms = ["Kms", "KMS", "kms"].iter().any(|word| name.contains(word)) && name.contains("Key") && !name.contains("Reuse");
    of_kms || name == "EncryptionKeyArn" || name == "KeyArn"
}

fn own_scope(view: &View<'_>, resource: &Resource) -> Answer {
    let mut keys = Vec::new();
    for (name, value) in &resource.properties.0 {
        collect(name, value, &mut keys);
    }
    let own = resource.address.scope();
    let mut seen = 0;
    let mut foreign = Vec::new();
    for key in keys.iter().filter_map(|text| view.resolve::<Key>(text)) {
        seen += 1;
        let scope = key.address.scope();
        let below = resource.data.is_none() && scope.kind() < own.kind();
        if scope != own && !below {
            foreign.push(format!("encrypted with {}", key.address));
        }
    }
    if seen == 0 {
        return not_applicable();
    }
    none_of(foreign, "encrypted with a key of its own scope, or of one that it stands on")
}

fn collect(name: &str, value: &Value, keys: &mut Vec<Text>) {
    if is_key_property(name) {
        match (as_reference(value), value) {
            (Some(text), _) => keys.push(text),
            (None, Value::String(literal)) => keys.push(literal.as_str().into()),
            _ => {}
        }
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(name, item, keys)),
        Value::Object(map) => map.iter().for_each(|(name, item)| collect(name, item, keys)),
        _ => {}
    }
}

/// AWS tells the window of a key only once its deletion has begun, so the plan alone is judged.
fn deletion_waits(view: &View<'_>, resource: &Resource) -> Answer {
    let days = view.read::<Key>(resource)?.pending_window_in_days;
    check(days >= 30, format!("deletion waits {days} days"), format!("deletion waits {days} days only"))
}
