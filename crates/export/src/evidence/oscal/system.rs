//! The environment as a system security plan: what it is made of, and what implements each requirement.

use serde_json::{Value, json};
use strata_policy::evidence::{Basis, RequirementStatus};

use super::{Context, PROFILE, line, property, token};

pub(super) fn security_plan(context: &Context<'_>) -> Value {
    let report = context.report;
    let state = match report.basis {
        Basis::Planned => json!({"state": "under-development", "remarks": "Planned: nothing was looked at."}),
        Basis::Observed => json!({"state": "operational"}),
    };
    let mut characteristics = json!({
        "system-ids": [{"identifier-type": "https://ietf.org/rfc/rfc4122", "id": context.id("system")}],
        "system-name": context.system_name(),
        "description": line(&report.statement.sentences.join(" ")),
        "system-information": {"information-types": [{
            "uuid": context.id("information"),
            "title": "What the application keeps",
            "description": format!("The data that {} asks for in its files; their kind and worth are the organisation's to say.", report.subject.scope),
        }]},
        "status": state,
        "authorization-boundary": {"description": boundary(context)},
    });
    if report.subject.emulator {
        characteristics["remarks"] = json!("An emulator answered, not AWS: this document proves nothing about AWS.");
    }
    json!({"system-security-plan": {
        "uuid": context.id_now("system-security-plan"),
        "metadata": context.metadata_with_parties(&format!("{}: {}", report.standard.title, context.system_name())),
        "import-profile": {"href": PROFILE},
        "system-characteristics": characteristics,
        "system-implementation": implementation(context),
        "control-implementation": {
            "description": format!("How {} meets {}, as far as configuration can.", context.system_name(), report.standard.title),
            "implemented-requirements": requirements(context),
        },
    }})
}

fn boundary(context: &Context<'_>) -> String {
    let subject = &context.report.subject;
    let accounts: Vec<String> =
        subject.accounts.iter().map(|account| format!("account {} ({}) in {}", account.name, account.id, account.region)).collect();
    let scopes: Vec<String> = subject.scopes.iter().map(ToString::to_string).collect();
    line(&format!("{}; stands on {}. It lives in {}.", subject.scope, scopes.join(", "), accounts.join(", ")))
}

fn implementation(context: &Context<'_>) -> Value {
    let report = context.report;
    let inventory: Vec<Value> = report
        .resources
        .iter()
        .map(|(address, resource)| {
            let mut props = vec![property("address", &address.to_string()), property("type", &resource.type_name.0)];
            props.push(
                json!({"name": "asset-id", "value": line(&resource.id.as_ref().map_or_else(|| address.to_string(), ToString::to_string))}),
            );
            if let Some(origin) = resource.origins.first() {
                props.push(property("asked-for-by", &origin.to_string()));
            }
            if let Some(made) = &resource.made {
                props.push(property("run", &format!("{} ({})", made.run, made.operation)));
            }
            let purpose = if resource.purpose.is_empty() { &resource.type_name.0 } else { &resource.purpose };
            json!({
                "uuid": context.id(&format!("resource/{address}")),
                "description": line(purpose),
                "props": props,
                "implemented-components": [{"component-uuid": context.id("component/this-system")}],
            })
        })
        .collect();
    let mut implementation = json!({
        "users": [{
            "uuid": context.id("user/system-owner"),
            "title": "The organisation that runs the environment",
            "role-ids": ["system-owner"],
        }],
        "components": [
            {
                "uuid": context.id("component/this-system"),
                "type": "this-system",
                "title": context.system_name(),
                "description": "The environment with all that it stands on.",
                "status": {"state": if report.basis == Basis::Observed { "operational" } else { "under-development" }},
                "responsible-roles": [{"role-id": "system-owner", "party-uuids": [context.organisation()]}],
            },
            {
                "uuid": context.id("component/provider"),
                "type": "service",
                "title": "Amazon Web Services",
                "description": "The cloud provider. It answers for its part by its own certification.",
                "status": {"state": "operational"},
                "responsible-roles": [{"role-id": "provider", "party-uuids": [context.provider()]}],
            },
        ],
    });
    if !inventory.is_empty() {
        implementation["inventory-items"] = json!(inventory);
    }
    implementation
}

fn requirements(context: &Context<'_>) -> Vec<Value> {
    let report = context.report;
    let mut all = Vec::new();
    for requirement in &report.requirements {
        let mut components = Vec::new();
        let by = |component: &str, status: &str, description: String, part: &str| {
            json!({
                "component-uuid": context.id(component),
                "uuid": context.id(&format!("requirement/{}/{part}", requirement.id)),
                "description": line(&description),
                "implementation-status": {"state": status},
            })
        };
        if !requirement.controls.is_empty() {
            let status = match requirement.status {
                RequirementStatus::Met if !requirement.organisation => "implemented",
                RequirementStatus::NothingToJudge => "not-applicable",
                RequirementStatus::Planned => "planned",
                _ => "partial",
            };
            let controls: Vec<String> = requirement.controls.iter().map(ToString::to_string).collect();
            components.push(by("component/this-system", status, format!("Controls: {}", controls.join(", ")), "controls"));
        }
        if requirement.answered_by.contains(&"provider") {
            components.push(by(
                "component/provider",
                "implemented",
                "By the provider's own certification; not judged here.".to_owned(),
                "provider",
            ));
        }
        let mut implemented = json!({
            "uuid": context.id(&format!("requirement/{}", requirement.id)),
            "control-id": token(&report.standard.name, &requirement.id),
            "props": [property("status", requirement.status.word())],
        });
        if !components.is_empty() {
            implemented["by-components"] = json!(components);
        }
        if !requirement.remains.is_empty() {
            implemented["remarks"] = json!(line(&format!("Remains: {}", requirement.remains.join(" "))));
        }
        all.push(implemented);
    }
    all
}
