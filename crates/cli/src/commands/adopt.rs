//! `strata adopt` and `strata forget`: what stands comes under Strata's hand, or out of it, untouched.
//!
//! Invariant: neither changes the cloud; both are shown and asked for, and are refused while a run is at work on the scope.

use std::collections::BTreeMap;

use serde_json::json;
use strata_diag::codes;
use strata_graph::{Address, PhysicalId};
use strata_plan::compare;
use strata_store::Store;

use super::explain::{find, with_environment};
use crate::arguments::{Arguments, Consent, Format, Target};
use crate::compile::compile;
use crate::confirm;
use crate::failure::Failure;
use crate::files;
use crate::output::{self, plan::side, wrap};
use crate::session::Session;

/// Runs `adopt`.
pub async fn adopt(arguments: &Arguments, address: &str, id: &str, target: &Target, consent: &Consent) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let files = files::of(arguments)?;
    let spec = files.spec()?;
    let states = session.states().await?;
    let compiled = compile(&files, &spec, &with_environment(target, address), &states, &BTreeMap::new())?;
    let resource = find(&compiled, address)?;
    let scope = resource.address.scope();
    let Some(placement) = states.get(scope).and_then(|state| state.placement.clone()) else {
        return Err(Failure::new(
            codes::E0505,
            format!("nothing of {scope} stands yet"),
            "bring it up first; then what is left can be adopted",
        ));
    };
    if let Some(known) = states.get(scope).and_then(|state| state.resources.get(&resource.address)).and_then(|state| state.id.as_ref()) {
        let hint = format!("`strata forget {}` lets go of that one and leaves it as it stands", resource.address);
        return Err(Failure::new(codes::E0711, format!("{} already stands as {known}", resource.address), hint));
    }
    let (engine, store, _) = session.engine(compiled.artifacts.clone(), 1).await?;
    store.free(std::slice::from_ref(scope), &Session::starter(None)).await?;
    let id = PhysicalId(id.to_owned());
    let Some((seen, desired)) = engine.look_at(&compiled.platform, resource, &id, &placement, &states).await? else {
        let hint = format!("the identifier is what `strata explain {}` shows as 'stands as' where it stands", resource.address.short());
        return Err(Failure::new(codes::E0711, format!("there is no {} called {id} in {scope}", resource.type_name), hint));
    };
    if let Some(owner) = seen.owner().filter(|owner| *owner != resource.address.to_string()) {
        let hint = "take the tag strata:address off it, if that owner is gone for certain";
        return Err(Failure::new(codes::E0711, format!("{id} belongs to {owner}"), hint));
    }
    let contracts = strata_aws::contracts();
    let fields = contracts
        .of_type(&resource.type_name.0)
        .map(|contract| compare(contract, &desired, &desired, Some(&seen.properties)))
        .unwrap_or_default();
    if arguments.format != Some(Format::Json) {
        let mut text = format!("{} would be {id}\n", resource.address);
        for field in &fields {
            let line = format!("{}: the cloud shows {}, the files say {}", field.path, side(&field.before), side(&field.after));
            text.push_str(&format!("  {}\n", wrap(&line, output::width().saturating_sub(2), 4)));
        }
        if fields.is_empty() {
            text.push_str("  it is as the files say\n");
        }
        output::answer(&text);
    }
    if !confirm::go_on("Nothing is changed now; the next plan shows what would be. Adopt it?", consent.yes)? {
        eprintln!("nothing was changed");
        return Ok(1);
    }
    engine.adopt(resource, seen).await?;
    if arguments.format == Some(Format::Json) {
        let fields: Vec<_> =
            fields.iter().map(|field| json!({"path": field.path, "observed": field.before, "wanted": field.after})).collect();
        output::answer(&format!("{:#}\n", json!({"version": 1, "adopted": resource.address, "id": id, "differs": fields})));
    }
    Ok(0)
}

/// Runs `forget`.
pub async fn forget(arguments: &Arguments, address: &str, consent: &Consent) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let states = session.states().await?;
    let known = address
        .parse::<Address>()
        .ok()
        .filter(|address| states.get(address.scope()).is_some_and(|state| state.resources.contains_key(address)));
    let Some(address) = known else {
        let hint = "write the whole address: environment/ticketing/dev/queue.bookings; `strata state export` lists them";
        return Err(Failure::usage(codes::E0505, format!("the state knows no '{address}'"), hint));
    };
    let (engine, store, _) = session.engine(BTreeMap::new(), 1).await?;
    store.free(std::slice::from_ref(address.scope()), &Session::starter(None)).await?;
    let question = format!("{address} stays as it stands, and Strata knows of it no more. Go on?");
    if !confirm::go_on(&question, consent.yes)? {
        eprintln!("nothing was changed");
        return Ok(1);
    }
    engine.forget_about(&address).await?;
    eprintln!("{address} is forgotten; while the files name it, the next plan makes another, and `strata adopt` takes it in again");
    Ok(0)
}
