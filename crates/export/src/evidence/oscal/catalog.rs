//! The catalogue of the standard's requirements, by chapter, and the profile that takes all of them.

use serde_json::{Value, json};
use strata_policy::evidence::chapters;

use super::{CATALOG, Context, line, property, token};

pub(super) fn catalog(context: &Context<'_>) -> Value {
    let standard = &context.report.standard;
    let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
    for requirement in &context.report.requirements {
        let chapter = chapters::chapter(&standard.name, &requirement.id);
        if groups.last().is_none_or(|(last, _)| *last != chapter) {
            groups.push((chapter, Vec::new()));
        }
        let id = token(&standard.name, &requirement.id);
        let mut props = vec![json!({"name": "label", "value": requirement.id})];
        props.extend(requirement.answered_by.iter().map(|who| property("answered-by", who)));
        let control = json!({
            "id": id,
            "title": line(&requirement.title),
            "props": props,
            "parts": [{"id": format!("{id}_smt"), "name": "statement", "prose": line(&requirement.title)}],
        });
        if let Some((_, controls)) = groups.last_mut() {
            controls.push(control);
        }
    }
    let groups: Vec<Value> = groups
        .into_iter()
        .map(|(chapter, controls)| {
            let title = chapters::title(&standard.name, &chapter);
            json!({
                "id": format!("chapter-{}", if chapter.is_empty() { "all" } else { &chapter }),
                "title": line(&format!("{chapter} {title}")),
                "controls": controls,
            })
        })
        .collect();
    let mut metadata = context.metadata(&standard.title);
    metadata["remarks"] =
        json!(format!("Titles are in Strata's own words; the standard's text is its owner's. Source: {}", line(&standard.source)));
    json!({"catalog": {"uuid": context.id_of_standard("catalog"), "metadata": metadata, "groups": groups}})
}

pub(super) fn profile(context: &Context<'_>) -> Value {
    let metadata = context.metadata(&format!("{}: every requirement", context.report.standard.title));
    json!({"profile": {
        "uuid": context.id_of_standard("profile"),
        "metadata": metadata,
        "imports": [{"href": CATALOG, "include-all": {}}],
        "merge": {"as-is": true},
    }})
}
