//! `strata export`: what was planned, as code that runs without Strata.

use std::collections::BTreeMap;
use std::path::Path;

use strata_diag::codes;
use strata_export::{ExportContext, ExportError, Files, Placement};

use crate::arguments::{Arguments, ExportKind, Format, Target};
use crate::compile::{Metadata, compile};
use crate::failure::Failure;
use crate::session::Session;
use crate::{files, output};

/// Runs it.
pub async fn run(arguments: &Arguments, what: ExportKind, env: &str, folder: &Path, with_imports: bool) -> Result<u8, Failure> {
    if with_imports && what != ExportKind::Terraform {
        return Err(Failure::usage(codes::E0909, "only Terraform has import blocks", "leave --with-imports out"));
    }
    refuse_full(folder)?;
    let session = Session::new(arguments);
    let files = files::of(arguments)?;
    let spec = files.spec()?;
    let states = session.states().await?;
    let target = Target { env: Some(env.to_owned()), ..Target::default() };
    let compiled = compile(&files, &spec, &target, &states, &BTreeMap::new())?;
    let all = || states.values().flat_map(|state| state.resources.values());
    let context = ExportContext {
        platform: compiled.platform.clone(),
        environment: env.to_owned(),
        placements: compiled
            .desired
            .iter()
            .map(|desired| {
                let placement = Placement {
                    account: desired.placement.account.clone(),
                    account_id: desired.placement.account_id.clone(),
                    role: desired.placement.role.clone(),
                    region: desired.placement.region.clone(),
                };
                (desired.scope.clone(), placement)
            })
            .collect(),
        images: Metadata::of(states.get(&compiled.target)).images,
        ids: all().filter_map(|resource| Some((resource.address.clone(), resource.id.clone()?))).collect(),
        with_imports,
        outputs: all()
            .flat_map(|resource| {
                resource.outputs.iter().map(|(name, value)| ((resource.address.clone(), name.clone()), value.clone())).collect::<Vec<_>>()
            })
            .collect(),
        artifacts: compiled.artifacts.iter().map(|(name, bytes)| (name.clone(), bytes.to_vec())).collect(),
        endpoints: compiled.lowered.endpoints.iter().map(|endpoint| (endpoint.name.clone(), endpoint.url.clone())).collect(),
    };
    let made = match what {
        ExportKind::Terraform => strata_export::terraform(compiled.graph(), &context),
        ExportKind::Cloudformation => strata_export::cloudformation(compiled.graph(), &context),
        ExportKind::ServiceControlPolicies => strata_export::service_control_policies(compiled.graph(), &context),
        ExportKind::Manifests => {
            if compiled.lowered.manifests.is_empty() {
                return Err(Failure::new(
                    codes::E0914,
                    format!("'{env}' does not run on Kubernetes, so it has no manifests"),
                    "its services are in the Terraform and CloudFormation exports; a cluster with `runtime: kubernetes` gives manifests",
                ));
            }
            strata_export::manifests(&compiled.lowered.manifests, &compiled.target, &context)
        }
    };
    let made = made.map_err(refused)?;
    write(folder, &made)?;
    if arguments.format == Some(Format::Json) {
        let list: Vec<&String> = made.keys().collect();
        output::answer(&format!("{:#}\n", serde_json::json!({"version": 1, "folder": folder, "files": list})));
    } else {
        output::answer(&format!("{} written to {}\n", output::count(made.len(), "file"), folder.display()));
    }
    Ok(0)
}

#[allow(clippy::needless_pass_by_value)] // The shape that map_err takes.
fn refused(error: ExportError) -> Failure {
    Failure::new(codes::E0914, format!("the export was refused: {error}"), "nothing was written; please report this with both files")
}

/// Nothing of the user's is written over.
fn refuse_full(folder: &Path) -> Result<(), Failure> {
    let first = match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Failure::new(codes::E0902, format!("{}: {error}", folder.display()), "name another folder")),
    };
    if first.is_none() {
        return Ok(());
    }
    Err(Failure::new(
        codes::E0915,
        format!("{} is not empty", folder.display()),
        "name a folder that is empty or not there, so that nothing of yours is written over",
    ))
}

fn write(folder: &Path, made: &Files) -> Result<(), Failure> {
    let failed = |path: &Path, error: std::io::Error| {
        Failure::new(codes::E0902, format!("{} cannot be written: {error}", path.display()), "check the folder's rights and the free space")
    };
    for (name, bytes) in made {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
        }
        std::fs::write(&path, bytes).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}
