//! What was asked, of what, and how: the plan that the results refer to.

use serde_json::{Value, json};

use super::{Context, SYSTEM};

pub(super) fn assessment_plan(context: &Context<'_>) -> Value {
    let report = context.report;
    json!({"assessment-plan": {
        "uuid": context.id_now("assessment-plan"),
        "metadata": context.metadata_with_parties(&format!("Assessment of {} by {}", context.system_name(), report.tool)),
        "import-ssp": {"href": SYSTEM},
        "reviewed-controls": reviewed(context),
        "assessment-subjects": [{"type": "inventory-item", "description": "Every resource of which a control speaks.", "include-all": {}}],
        "tasks": [{
            "uuid": context.id_now("task"),
            "type": "action",
            "title": "Ask every control of every resource of which it speaks",
        }],
    }})
}

/// What is reviewed: every requirement; those that no configuration can meet are there to be said.
pub(super) fn reviewed(context: &Context<'_>) -> Value {
    json!({
        "description": format!("Every requirement of {}.", context.report.standard.title),
        "control-selections": [{"include-all": {}}],
    })
}
