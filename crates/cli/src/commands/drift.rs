//! `strata drift`: what the cloud shows otherwise than was applied, field by field, and what carries our tags and is not on record.

use std::collections::BTreeMap;

use serde_json::json;
use strata_graph::{Address, Scope};
use strata_plan::{FieldChange, ScopeState, compare};

use super::plan::refuse_unseen;
use crate::arguments::{Arguments, Format, Target};
use crate::compile::scope;
use crate::failure::Failure;
use crate::files;
use crate::output::{self, Paint, count, plan::side, wrap};
use crate::session::Session;

/// What has drifted of one resource.
enum Drift {
    Gone,
    Fields(Vec<FieldChange>),
}

/// Runs it.
pub async fn run(arguments: &Arguments, target: &Target) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let files = files::of(arguments)?;
    let spec = files.spec()?;
    let scope = scope(&spec, target)?;
    let states = session.states().await?;
    let Some(state) = states.get(&scope) else {
        return Err(Failure::new(strata_diag::codes::E0505, format!("{scope} does not stand"), "`strata up` builds it"));
    };
    let mut looked_at: BTreeMap<Scope, ScopeState> =
        state.stands_on.iter().chain([&scope]).filter_map(|scope| states.get(scope).map(|state| (scope.clone(), state.clone()))).collect();
    let (engine, _, _) = session.engine(BTreeMap::new(), 32).await?;
    let refreshed = engine.refresh(spec.platform().platform.as_str(), &mut looked_at).await;
    refuse_unseen(&refreshed)?;
    let contracts = strata_aws::contracts();
    let mut drifted: BTreeMap<Address, Drift> = BTreeMap::new();
    let mut seen = 0;
    for resource in looked_at.values().flat_map(|state| state.resources.values()) {
        match refreshed.observations.get(&resource.address) {
            None => {}
            Some(None) => {
                seen += 1;
                drifted.insert(resource.address.clone(), Drift::Gone);
            }
            Some(Some(observed)) => {
                seen += 1;
                let Some(contract) = contracts.of_type(&resource.type_name.0) else { continue };
                let fields = compare(contract, &resource.properties, &resource.properties, Some(observed));
                if !fields.is_empty() {
                    drifted.insert(resource.address.clone(), Drift::Fields(fields));
                }
            }
        }
    }
    let strays = engine.strays(spec.platform().platform.as_str(), &looked_at).await?;
    let code = u8::from(!drifted.is_empty() || !strays.found.is_empty());
    if arguments.format == Some(Format::Json) {
        let list: Vec<_> = drifted
            .iter()
            .map(|(address, drift)| match drift {
                Drift::Gone => json!({"address": address, "gone": true, "fields": []}),
                // `before` is what the cloud shows, `after` what was applied.
                Drift::Fields(fields) => json!({"address": address, "gone": false, "fields": fields.iter().map(|field| json!({
                    "path": field.path, "applied": field.after, "observed": field.before,
                })).collect::<Vec<_>>()}),
            })
            .collect();
        output::answer(&format!("{:#}\n", json!({"version": 1, "looked_at": seen, "drifted": list, "strays": strays.found})));
        return Ok(code);
    }
    let (width, paint) = (output::width(), Paint(output::colour(&std::io::stdout())));
    let mut text = String::new();
    for (address, drift) in &drifted {
        match drift {
            Drift::Gone => text.push_str(&format!("{}: it is gone\n", paint.red(&address.to_string()))),
            Drift::Fields(fields) => {
                text.push_str(&format!("{}\n", paint.yellow(&address.to_string())));
                for field in fields {
                    let line = format!("{}: applied {}, the cloud shows {}", field.path, side(&field.after), side(&field.before));
                    text.push_str(&format!("  {}\n", wrap(&line, width.saturating_sub(2), 4)));
                }
            }
        }
    }
    for stray in &strays.found {
        let what = match &stray.beside {
            Some(known) => format!("a stray: it carries the tags of {}, which stands as {known}", stray.address),
            None => format!("a stray: it carries the tags of {}, of which the state knows nothing", stray.address),
        };
        let line = format!("{}: {what}. Take it in with `strata adopt {} ID`, or remove it by hand", stray.arn, stray.address);
        text.push_str(&format!("{}\n", wrap(&paint.yellow(&line), width, 2)));
    }
    let looked = count(seen, "resource");
    text.push_str(&match drifted.len() {
        0 => format!("{looked} looked at: no drift\n"),
        number => format!("{looked} looked at: {} drifted; `strata up` repairs them\n", count(number, "resource")),
    });
    if !strays.found.is_empty() {
        text.push_str(&format!("{} found\n", count(strays.found.len(), "stray")));
    }
    output::answer(&text);
    Ok(code)
}
