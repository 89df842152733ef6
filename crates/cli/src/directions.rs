//! What the files say of resources beside what they shall be, made exact: addresses that exist, identifiers that were looked at.
//!
//! Invariant: nothing here changes anything; what is wrong is said with its line, all of it at once.

use std::collections::{BTreeMap, BTreeSet};

use strata_diag::{Diagnostic, Diagnostics, Span, codes};
use strata_engine::{Engine, adopted};
use strata_graph::{Address, PhysicalId, Resource, Scope};
use strata_plan::{Directions, Ignored, MoveProblem, Notice, ScopeState, follow};
use strata_provider::Readiness;
use strata_provider::provider::ADDRESS_TAG;
use strata_spec::{Adoption, WrittenDirections};

use crate::compile::Compiled;
use crate::failure::Failure;
use crate::files::Files;

/// What one file says, and of which scope it speaks without saying so.
#[derive(Debug, Clone)]
pub struct Written {
    /// The environment of the application file; nothing for the platform file, which writes whole addresses.
    pub own: Option<Scope>,
    /// What it says.
    pub what: WrittenDirections,
}

/// An address as it is written, made whole.
fn whole(own: Option<&Scope>, written: &str) -> Option<Address> {
    match own {
        Some(scope) if !written.contains('/') => format!("{scope}/{written}").parse().ok(),
        _ => written.parse().ok(),
    }
}

/// Fields that others own, as they are written; whether there are such resources is for a plan to say.
pub fn ignored(files: &[Written]) -> Ignored {
    let mut all = Ignored::default();
    for file in files {
        for ignoring in &file.what.ignorings {
            if let Some(address) = whole(file.own.as_ref(), &ignoring.address) {
                all.0.entry(address).or_default().push(ignoring.path.clone());
            }
        }
    }
    all
}

/// What the files say, against a graph and what is on record. `engine` is there where anything is to be taken over.
pub async fn directions(
    compiled: &Compiled,
    files: &Files,
    states: &BTreeMap<Scope, ScopeState>,
    retry: &[String],
    engine: Option<&Engine>,
) -> Result<(Directions, Vec<Notice>), Failure> {
    let mut problems = Diagnostics::new();
    let mut directions = Directions { retry: retried(compiled, states, retry)?, ..Directions::default() };
    let mut notices = Vec::new();
    for file in &compiled.written {
        let own = file.own.as_ref();
        for renaming in &file.what.renamings {
            match moves(compiled, own, &renaming.from, &renaming.to, states) {
                Ok(moves) => directions.moves.extend(moves),
                Err(problem) => problems.push(move_problem(&problem, renaming.span.clone())),
            }
        }
        for ignoring in &file.what.ignorings {
            match ignorable(compiled, own, &ignoring.address, &ignoring.path) {
                Ok(None) => {}
                Ok(Some(resource)) => {
                    notices.push(Notice {
                        code: codes::E0713.as_str().to_owned(),
                        message: format!(
                            "{} of {} is left to others: it is neither compared nor changed, and controls judge what the files say of it",
                            ignoring.path,
                            resource.address.short()
                        ),
                        origin: Some(strata_graph::Origin::new(ignoring.span.file.clone(), ignoring.span.line, "ignore")),
                    });
                    directions.ignored.0.entry(resource.address.clone()).or_default().push(ignoring.path.clone());
                }
                Err(problem) => problems.push(problem.at(ignoring.span.clone())),
            }
        }
    }
    for file in &compiled.written {
        for adoption in &file.what.adoptions {
            match adoption_of(compiled, file.own.as_ref(), adoption, states, engine).await? {
                Ok(state) => directions.adopted.extend(state),
                Err(problem) => problems.push(problem.at(adoption.span.clone())),
            }
        }
    }
    if problems.has_errors() { Err(Failure::of_files(problems, &files.sources)) } else { Ok((directions, notices)) }
}

/// What keeps failing and shall be tried again.
fn retried(compiled: &Compiled, states: &BTreeMap<Scope, ScopeState>, retry: &[String]) -> Result<BTreeSet<Address>, Failure> {
    let scopes: Vec<&Scope> = compiled.desired.iter().map(|desired| &desired.scope).collect();
    retried_in(&scopes, states, retry)
}

/// The same of these scopes: `all`, or the addresses that are named, whole or by their end.
pub fn retried_in(scopes: &[&Scope], states: &BTreeMap<Scope, ScopeState>, retry: &[String]) -> Result<BTreeSet<Address>, Failure> {
    let failing: Vec<&Address> = scopes.iter().filter_map(|scope| states.get(*scope)).flat_map(|state| state.failures.keys()).collect();
    let mut all = BTreeSet::new();
    for written in retry {
        let named: Vec<&Address> = failing
            .iter()
            .copied()
            .filter(|address| written == "all" || address.to_string() == *written || address.short() == *written)
            .collect();
        if named.is_empty() && written != "all" {
            let list = failing.iter().take(10).map(|address| address.short()).collect::<Vec<_>>().join(", ");
            let hint = if list.is_empty() { "nothing here has failed".to_owned() } else { format!("these have failed: {list}") };
            return Err(Failure::usage(codes::E0505, format!("no run has failed on '{written}'"), hint));
        }
        all.extend(named.into_iter().cloned());
    }
    Ok(all)
}

fn planned(compiled: &Compiled, scope: &Scope) -> bool {
    compiled.desired.iter().any(|desired| desired.scope == *scope)
}

fn moves(
    compiled: &Compiled,
    own: Option<&Scope>,
    from: &str,
    to: &str,
    states: &BTreeMap<Scope, ScopeState>,
) -> Result<Vec<strata_plan::Move>, MoveProblem> {
    let scope = match own {
        Some(scope) => scope.clone(),
        None => {
            let address: Address = from.parse().map_err(|_| MoveProblem::Malformed(from.to_owned()))?;
            if !planned(compiled, address.scope()) {
                return Ok(Vec::new());
            }
            address.scope().clone()
        }
    };
    let moves = follow(&scope, from, to, compiled.graph(), states)?;
    match moves.iter().find(|moved| own.is_some_and(|own| moved.from.scope() != own)) {
        Some(other) => Err(MoveProblem::NotThere(other.to.clone())),
        None => Ok(moves),
    }
}

fn move_problem(problem: &MoveProblem, span: Span) -> Diagnostic {
    let hint = match problem {
        MoveProblem::Malformed(_) => "in the platform file write both addresses whole: `network/nonprod/vpc.main`".to_owned(),
        MoveProblem::OtherKind(..) => "write two addresses of one kind and one scope".to_owned(),
        MoveProblem::StillThere(_) => "take the old one out of the files, or take this move out".to_owned(),
        MoveProblem::NotThere(_) => "declare the new one in the files; `strata plan` without this move lists the addresses".to_owned(),
        MoveProblem::Taken(from, to) => {
            format!("decide which one stays: `strata forget {to}` lets go of the new one as it stands; without this move {from} is removed")
        }
    };
    Diagnostic::error(codes::E0712, format!("the move cannot be followed: {problem}")).at(span).hint(hint)
}

/// The resource of a field that others own; nothing where its scope is not planned here.
fn ignorable<'a>(compiled: &'a Compiled, own: Option<&Scope>, written: &str, path: &str) -> Result<Option<&'a Resource>, Diagnostic> {
    let Some(resource) = named(compiled, own, written)? else { return Ok(None) };
    let tag = format!("Tags.{ADDRESS_TAG}");
    if path == "Tags" || path == tag || path.strip_prefix(&tag).is_some_and(|rest| rest.starts_with('.')) {
        let message = format!("`{path}` of `{}` holds the ownership tag, which is Strata's", resource.address.short());
        return Err(Diagnostic::error(codes::E0713, message).hint("name the one tag that others own: `Tags.team`"));
    }
    if resource.properties.at(path).is_none() {
        let message = format!("Strata sets no `{path}` of `{}`, so nothing compares or changes it", resource.address.short());
        let fields = resource.properties.0.keys().take(10).cloned().collect::<Vec<_>>().join(", ");
        return Err(Diagnostic::error(codes::E0713, message).hint(format!("it sets {fields}; `strata explain` shows all")));
    }
    Ok(Some(resource))
}

/// The resource that an address of a file names; nothing where its scope is not planned here.
fn named<'a>(compiled: &'a Compiled, own: Option<&Scope>, written: &str) -> Result<Option<&'a Resource>, Diagnostic> {
    let unknown = |message: String| Diagnostic::error(codes::E0505, message);
    let Some(address) = whole(own, written) else {
        let message = format!("`{written}` is no address");
        return Err(unknown(message).hint("write `KIND.NAME`; in the platform file the whole address: `network/nonprod/vpc.main`"));
    };
    match own {
        Some(own) if address.scope() != own => {
            let message = format!("`{written}` is not of this environment: an application speaks only of what is its own");
            return Err(unknown(message).hint("what belongs to the platform is written in the platform file"));
        }
        None if matches!(address.scope(), Scope::Environment { .. }) => {
            let message = format!("`{written}` belongs to an application");
            return Err(unknown(message).hint("write it into the application's file"));
        }
        _ if !planned(compiled, address.scope()) => return Ok(None),
        _ => {}
    }
    compiled.graph().get(&address).map(Some).ok_or_else(|| {
        let near = compiled
            .graph()
            .of_scope(address.scope())
            .map(|resource| resource.address.short())
            .min_by_key(|other| strsim::damerau_levenshtein(other, &address.short()));
        let hint = near.map_or_else(|| "`strata plan` lists the addresses".to_owned(), |near| format!("did you mean `{near}`?"));
        unknown(format!("there is no resource `{written}` in {}", address.scope())).hint(hint)
    })
}

/// The record of what is taken over; nothing where it is on record already.
async fn adoption_of(
    compiled: &Compiled,
    own: Option<&Scope>,
    adoption: &Adoption,
    states: &BTreeMap<Scope, ScopeState>,
    engine: Option<&Engine>,
) -> Result<Result<Option<strata_plan::ResourceState>, Diagnostic>, Failure> {
    let resource = match named(compiled, own, &adoption.address) {
        Ok(Some(resource)) => resource,
        Ok(None) => return Ok(Ok(None)),
        Err(problem) => return Ok(Err(problem)),
    };
    let address = &resource.address;
    let refused = |message: String, hint: String| Ok(Err(Diagnostic::error(codes::E0711, message).hint(hint)));
    let known = states.get(address.scope()).and_then(|state| state.resources.get(address)).and_then(|state| state.id.as_ref());
    let id = PhysicalId(adoption.id.clone());
    match known {
        Some(known) if *known == id => return Ok(Ok(None)),
        Some(known) => {
            let hint = format!("take the line out, or let go of what stands: strata forget {address}");
            return refused(format!("{address} already stands as {known}, not as {id}"), hint);
        }
        None => {}
    }
    let Some(placement) = compiled.desired.iter().find(|desired| desired.scope == *address.scope()).map(|desired| &desired.placement)
    else {
        return Ok(Ok(None));
    };
    let Some(engine) = engine else {
        return Err(Failure::new(codes::E0501, "a plan that takes something over was made without an engine", "please report this"));
    };
    let Some((seen, _)) = engine.look_at(&compiled.platform, resource, &id, placement, states).await? else {
        let place = format!("account {}, {}", placement.account_id, placement.region);
        return refused(
            format!("there is no {} called {id} in {place}", resource.type_name),
            "write what AWS calls it: an identifier, a name or an ARN, as the type has it".to_owned(),
        );
    };
    if seen.readiness == Readiness::Deleting {
        return refused(format!("{id} is being deleted"), "take the line out: another is made".to_owned());
    }
    if let Some(owner) = seen.owner().filter(|owner| *owner != address.to_string()) {
        let hint = format!("take the tag {ADDRESS_TAG} off it, if that owner is gone for certain");
        return refused(format!("{id} belongs to {owner}"), hint);
    }
    let mut twice = states.get(address.scope()).into_iter().flat_map(|state| state.resources.values());
    if let Some(other) = twice.find(|state| state.type_name == resource.type_name && state.id.as_ref() == Some(&seen.id)) {
        let hint = format!("a resource has one address: move it (`moved`), or let go of it: strata forget {}", other.address);
        return refused(format!("{id} stands as {} already", other.address), hint);
    }
    let contracts = strata_aws::contracts();
    Ok(Ok(Some(adopted(contracts.of_type(&resource.type_name.0), resource, seen))))
}

/// The line of an adoption or a move of this address.
pub fn line_of(compiled: &Compiled, address: &Address) -> Option<Span> {
    compiled.written.iter().find_map(|file| {
        let is = |written: &String| whole(file.own.as_ref(), written).as_ref() == Some(address);
        let adoption = file.what.adoptions.iter().find(|adoption| is(&adoption.address)).map(|adoption| adoption.span.clone());
        adoption.or_else(|| {
            let names = |to: &str| is(&to.to_owned()) || (!to.contains('.') && address.name().contains(to));
            file.what.renamings.iter().find(|renaming| names(&renaming.to)).map(|renaming| renaming.span.clone())
        })
    })
}
