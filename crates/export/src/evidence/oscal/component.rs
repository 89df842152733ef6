//! What Strata is able to do for the standard, whatever the environment: its controls as rules, by requirement.

use serde_json::{Value, json};

use super::{CATALOG, Context, line, property, token};

pub(super) fn definition(context: &Context<'_>) -> Value {
    let report = context.report;
    let requirements: Vec<Value> = report
        .requirements
        .iter()
        .filter(|requirement| !requirement.controls.is_empty())
        .map(|requirement| {
            let texts: Vec<String> = requirement
                .controls
                .iter()
                .filter_map(|id| Some(format!("{}: {}.", id, report.controls.get(id)?.title.trim_end_matches('.'))))
                .collect();
            let mut implemented = json!({
                "uuid": context.id_of_standard(&format!("component/{}", requirement.id)),
                "control-id": token(&report.standard.name, &requirement.id),
                "description": line(&texts.join(" ")),
                "props": requirement.controls.iter().map(|id| property("control", &id.0)).collect::<Vec<_>>(),
            });
            if requirement.organisation {
                implemented["remarks"] = json!("The organisation has a part in this requirement that no control shows.");
            }
            implemented
        })
        .collect();
    let mut component = json!({
        "uuid": context.id_of_standard("component/strata"),
        "type": "software",
        "title": "Strata",
        "description": "Compiles two files to an environment on AWS, proves it against the controls below before it is made, and judges what stands by the same controls.",
        "props": [property("version", &report.tool)],
    });
    if !requirements.is_empty() {
        component["control-implementations"] = json!([{
            "uuid": context.id_of_standard("component/implementation"),
            "source": CATALOG,
            "description": format!("Which controls of Strata serve which requirements of {}.", report.standard.title),
            "implemented-requirements": requirements,
        }]);
    }
    json!({"component-definition": {
        "uuid": context.id_of_standard("component-definition"),
        "metadata": context.metadata(&format!("Strata for {}", report.standard.title)),
        "components": [component],
    }})
}
