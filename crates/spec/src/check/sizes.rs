//! Size words: every one must mean something for the thing that names it.

use strata_diag::codes;

use super::Context;
use crate::model::{Application, Resource};
use crate::sizes;
use crate::suggest;
use crate::values::Size;

/// What the platform's `sizes` calls the thing, where it is, its size, and whether it names a class too.
type Sized<'a> = (&'static str, String, Option<&'a Size>, bool);

pub(super) fn check(context: &mut Context<'_>) {
    for (kind, path, size, class) in sized(context.application) {
        let Some(size) = size else { continue };
        if class && context.environment.is_none() {
            let hint = "keep one of them: a class is a size by itself";
            context.error(codes::E0317, &format!("{path}.class"), format!("`{path}` has both `size` and `class`"), hint);
        }
        if sizes::check_word(context.platform, kind, size) {
            continue;
        }
        let path = format!("{path}.size");
        match size {
            Size::Word(word) => {
                let words = sizes::words(context.platform, kind);
                let hint = suggest::hint(word.as_str(), &words, "size words are");
                context.error(codes::E0219, &path, format!("`{word}` is no size of a {kind}"), hint);
            }
            Size::Number(number) => {
                let hint = format!("write a word, or a number of virtual processors from 1 to {}", sizes::largest_number(kind));
                context.error(codes::E0318, &path, format!("a {kind} cannot have {number} virtual processors"), hint);
            }
        }
    }
}

fn sized(application: &Application) -> Vec<Sized<'_>> {
    let mut all: Vec<Sized<'_>> = Vec::new();
    all.extend(application.services.iter().map(|(name, service)| ("service", format!("services.{name}"), service.size.as_ref(), false)));
    all.extend(application.hosts.iter().map(|(name, host)| ("host", format!("hosts.{name}"), host.size.as_ref(), host.class.is_some())));
    all.extend(application.jobs.iter().map(|(name, job)| ("service", format!("jobs.{name}"), job.size.as_ref(), false)));
    all.extend(
        application.functions.iter().map(|(name, function)| ("function", format!("functions.{name}"), function.size.as_ref(), false)),
    );
    for (name, resource) in &application.resources {
        let kind = match resource {
            Resource::Postgres(_) => "postgres",
            Resource::Mysql(_) => "mysql",
            Resource::Redis(_) => "redis",
            Resource::Search(_) => "search",
            _ => continue,
        };
        all.push((kind, format!("resources.{name}"), resource.size(), resource.class().is_some()));
    }
    all
}
