//! `strata status`: what stands, what waits for whom.

use std::collections::BTreeMap;

use crate::arguments::{Arguments, Format, Target};
use crate::compile::{Metadata, scope};
use crate::failure::Failure;
use crate::output::{self, Paint, summary};
use crate::session::Session;
use crate::{commands, files};

/// Runs it.
pub async fn run(arguments: &Arguments, target: &Target) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let files = files::of(arguments)?;
    let spec = files.spec()?;
    let scope = scope(&spec, target)?;
    let states = session.states().await?;
    let Some(state) = states.get(&scope).filter(|state| !state.resources.is_empty()) else {
        if arguments.format == Some(Format::Json) {
            output::answer(&format!("{:#}\n", summary::json(&[], &[], &[])));
        } else {
            output::answer(&format!("{scope} does not stand; `strata up` builds it\n"));
        }
        return Ok(0);
    };
    let mut scopes = vec![state];
    let mut below: Vec<_> = state.stands_on.iter().filter_map(|scope| states.get(scope)).collect();
    below.sort_by_key(|state| (state.scope.kind(), state.scope.clone()));
    scopes.splice(0..0, below);
    let mut waiting = Vec::new();
    let provider = session.provider(BTreeMap::new())?;
    for resource in scopes.iter().flat_map(|state| state.resources.values()) {
        let Some(what) = &resource.waiting_for else { continue };
        if resource.type_name.0 == commands::secret::TYPE
            && let Some(placement) = states.get(resource.address.scope()).and_then(|state| state.placement.as_ref())
            && commands::secret::value_is_set(&provider, placement, resource).await?
        {
            continue;
        }
        waiting.push((resource.address.to_string(), what.clone()));
    }
    let endpoints = summary::endpoints(&Metadata::of(Some(state)).endpoints, &states);
    if arguments.format == Some(Format::Json) {
        output::answer(&format!("{:#}\n", summary::json(&scopes, &waiting, &endpoints)));
        return Ok(0);
    }
    let (width, paint) = (output::width(), Paint(output::colour(&std::io::stdout())));
    let mut text = summary::table(&scopes, width, paint);
    text.push_str(&summary::conditions(&scopes, &waiting, width, paint));
    if !endpoints.is_empty() {
        text.push_str(&format!("\n{}\n", paint.bold("Endpoints")));
        for (name, url) in &endpoints {
            text.push_str(&format!("  {name:<16} {url}\n"));
        }
    }
    output::answer(&text);
    Ok(0)
}
