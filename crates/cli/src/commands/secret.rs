//! `strata secret set`: a value from standard input or a prompt, straight into the account's Secrets Manager.
//!
//! Invariant: the value is in this process's memory and in the call, nowhere else: not in the state, not in the journal, not in
//! any message.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Read};

use secrecy::SecretString;
use strata_diag::codes;
use strata_graph::Scope;
use strata_plan::{Placement, ResourceState};
use strata_provider_aws::AwsProvider;
use strata_provider_aws::secretsmanager::value;

use crate::arguments::{Arguments, SecretCommand, Target};
use crate::compile::{Compiled, scope};
use crate::failure::Failure;
use crate::files;
use crate::session::Session;

/// The type of secrets.
pub const TYPE: &str = "AWS::SecretsManager::Secret";

/// The provider's form of a placement.
pub fn provider_placement(placement: &Placement) -> strata_provider::Placement {
    strata_provider::Placement {
        account: placement.account.clone(),
        account_id: placement.account_id.clone(),
        role: placement.role.clone(),
        region: placement.region.clone(),
    }
}

/// Whether a secret that stands has a value.
pub async fn value_is_set(provider: &AwsProvider, placement: &Placement, state: &ResourceState) -> Result<bool, Failure> {
    let Some(id) = &state.id else { return Ok(false) };
    let cloud = provider.cloud(&provider_placement(placement)).await?;
    Ok(value::secret_has_value(&cloud, &id.0).await?)
}

/// The same for a compiled target.
pub async fn has_value(provider: &AwsProvider, compiled: &Compiled, state: &ResourceState) -> Result<bool, Failure> {
    let Some(desired) = compiled.desired.iter().find(|desired| desired.scope == compiled.target) else { return Ok(false) };
    value_is_set(provider, &desired.placement, state).await
}

/// Runs it.
pub async fn run(arguments: &Arguments, command: &SecretCommand) -> Result<u8, Failure> {
    let SecretCommand::Set { name, env } = command;
    let session = Session::new(arguments);
    let files = files::of(arguments)?;
    let spec = files.spec()?;
    let target = scope(&spec, &Target { env: Some(env.clone()), ..Target::default() })?;
    let states = session.states().await?;
    let state = states.get(&target).filter(|state| !state.resources.is_empty());
    let Some((state, placement)) = state.and_then(|state| Some((state, state.placement.as_ref()?))) else {
        return Err(Failure::new(
            codes::E0505,
            format!("{target} does not stand, so it has no secrets yet"),
            format!("strata up --env {env}"),
        ));
    };
    let secrets: BTreeMap<&str, &ResourceState> = state
        .resources
        .values()
        .filter(|resource| resource.type_name.0 == TYPE && resource.waiting_for.is_some())
        .map(|resource| (resource.address.name(), resource))
        .collect();
    let Some(id) = secrets.get(name.as_str()).and_then(|resource| resource.id.as_ref()) else {
        let list = secrets.keys().copied().collect::<Vec<_>>().join(", ");
        return Err(Failure::usage(codes::E0912, format!("{target} declares no secret '{name}'"), format!("it declares: {list}")));
    };
    let secret = read(name)?;
    let cloud = session.provider(BTreeMap::new())?.cloud(&provider_placement(placement)).await?;
    // Secrets Manager takes a put with a token that it has seen for a repetition, so each call of this command has its own.
    let token = strata_graph::name::fingerprint(&format!("{} {:?} {}", id.0, std::time::SystemTime::now(), std::process::id()), 64);
    let version = value::put_secret_value(&cloud, &id.0, &secret, &token).await?;
    eprintln!("the secret '{name}' of {} is set (version {version})", shown(&target));
    Ok(0)
}

fn shown(scope: &Scope) -> String {
    scope.to_string()
}

fn read(name: &str) -> Result<SecretString, Failure> {
    let stdin = std::io::stdin();
    let text = if stdin.is_terminal() {
        ask_hidden(name)?
    } else {
        let mut text = String::new();
        stdin.lock().read_to_string(&mut text)?;
        text
    };
    let text = text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text)).unwrap_or(&text).to_owned();
    if text.is_empty() {
        return Err(Failure::new(
            codes::E0913,
            format!("no value was given for '{name}'"),
            format!("printf %s \"$VALUE\" | strata secret set {name} --env ENVIRONMENT"),
        ));
    }
    Ok(SecretString::from(text))
}

/// Asks without showing what is typed.
fn ask_hidden(name: &str) -> Result<String, Failure> {
    Ok(rpassword::prompt_password(format!("value of '{name}' (not shown): "))?)
}
