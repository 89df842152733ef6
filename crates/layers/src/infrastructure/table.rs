//! Key-value tables on Amazon DynamoDB.
//!
//! Invariants: paid by the request, so that no capacity can run out; encrypted with the environment's key; can be brought back to any moment of
//! the last weeks, and has recovery points besides; not deleted by one call. A stream of changes stands only where a function is fed by it.

use strata_aws::dynamodb::{
    self, AttributeDefinition, KeySchemaElement, PointInTimeRecoverySpecification, SseSpecification, StreamSpecification,
    TimeToLiveSpecification,
};
use strata_graph::Text;
use strata_spec::{Name, Table, TargetKind, TriggerEvent};

use super::{Stores, backup, classification};
use crate::arn::regional_arn;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;
use crate::posture::Setting;
use crate::uses::actions::Part;
use crate::uses::target::{Door, Target};

/// DynamoDB's letter for text, the type of both parts of the key: a number that shall be sorted by is written with leading zeros, a time in
/// ISO 8601.
const TEXT: &str = "S";
/// What a function gets to see of a change: the item before it and after it.
const BOTH: &str = "NEW_AND_OLD_IMAGES";

/// The name of a table, known before it stands.
pub(crate) fn table_name(context: &Context<'_>, name: &str) -> String {
    context.builder.name(&[name], limit::TABLE)
}

pub(super) fn lower(context: &mut Context<'_>, name: &Name, declared: &Table, key: &Handle, stores: &mut Stores) {
    let key_path = format!("resources.{name}");
    let physical = table_name(context, name.as_str());
    let recovery = context.builder.posture().number(Setting::TableRecovery).clamp(1, 35);
    let followers = followers(context, name);
    let parts = [("HASH", Some(&declared.key)), ("RANGE", declared.sort.as_ref())];
    let parts = || parts.into_iter().filter_map(|(kind, attribute)| Some((kind, attribute?.clone())));
    let mut attributes: Vec<AttributeDefinition> =
        parts().map(|(_, attribute_name)| AttributeDefinition { attribute_name, attribute_type: TEXT.to_owned() }).collect();
    attributes.sort();
    let table = dynamodb::Table {
        table_name: physical.clone(),
        attribute_definitions: attributes,
        key_schema: parts().map(|(kind, attribute_name)| KeySchemaElement { attribute_name, key_type: kind.to_owned() }).collect(),
        billing_mode: "PAY_PER_REQUEST".to_owned(),
        deletion_protection_enabled: true,
        sse_specification: Some(SseSpecification { sse_enabled: true, sse_type: "KMS".to_owned(), kms_master_key_id: Some(key.arn()) }),
        point_in_time_recovery_specification: PointInTimeRecoverySpecification {
            point_in_time_recovery_enabled: true,
            recovery_period_in_days: Some(recovery.into()),
        },
        time_to_live_specification: declared.expire.clone().map(|attribute_name| TimeToLiveSpecification { attribute_name, enabled: true }),
        stream_specification: (!followers.is_empty()).then(|| StreamSpecification { stream_view_type: BOTH.to_owned() }),
        ..dynamodb::Table::default()
    };
    let about = About::new(key_path, format!("The table {name}."))
        .data(name.as_str())
        .classified(classification(context))
        .tag(backup::TAG, backup::tag_value(context));
    let about = followers.into_iter().fold(about, About::also);
    let handle = context.builder.add(name.as_str(), table, about);
    crate::observability::table_alarms(context, name, &handle);
    stores.backed_up.push(handle.clone());

    let arn = regional_arn("dynamodb", &format!("table/{physical}"));
    let indexes = regional_arn("dynamodb", &format!("table/{physical}/index/*"));
    let mut target = Target::new(TargetKind::Table, Door::GatewayEndpoint { service: "dynamodb" })
        .output("name", handle.output("TableName"))
        .output("arn", handle.arn())
        .output("region", context.network.region())
        .part(Part::Whole, handle.arn(), arn)
        .part(Part::Inside, Text::join([handle.arn(), "/index/*".into()]), indexes)
        .made_of(&handle);
    target.key = Some(key.arn());
    stores.targets.insert(name.to_string(), target);
}

/// The lines of the functions that its changes start.
fn followers(context: &Context<'_>, name: &Name) -> Vec<String> {
    let functions = context.resolved.application.functions.iter();
    functions
        .filter(|(_, function)| {
            let event = function.trigger.as_ref().and_then(|trigger| trigger.event());
            event.is_some_and(|(thing, event)| thing == name && event == TriggerEvent::Changed)
        })
        .map(|(function, _)| format!("functions.{function}.trigger"))
        .collect()
}
