//! Circles: services that call each other, steps that wait for each other.

use strata_diag::{Diagnostic, codes};

use super::Context;
use crate::model::Verb;
use crate::values::Name;

pub(super) fn check(context: &mut Context<'_>) {
    let application = context.application;
    let calls = |name: &str| -> Vec<&Name> {
        let Some(service) = application.services.get(name) else {
            return Vec::new();
        };
        service
            .uses
            .iter()
            .filter(|(target, verbs)| verbs.contains(&Verb::Call) && target.as_str() != name)
            .map(|(target, _)| target)
            .collect()
    };
    for circle in circles(application.services.keys().collect(), calls) {
        let path = |at: usize| format!("services.{}.uses.{}", circle[at], circle[(at + 1) % circle.len()]);
        let text = describe(&circle, "calls");
        let mut diagnostic =
            Diagnostic::error(codes::E0206, format!("services call each other in a circle: {text}")).at(context.key_span(&path(0)));
        for at in 1..circle.len() {
            diagnostic = diagnostic
                .related(Some(context.key_span(&path(at))), format!("`{}` calls `{}` here", circle[at], circle[(at + 1) % circle.len()]));
        }
        context.diagnostics.push(
            diagnostic
                .hint("no order could start them or take them down; put a queue between two of them, or move what both need into a third"),
        );
    }
    for (pipeline_name, pipeline) in &application.pipelines {
        let waits = |name: &str| -> Vec<&Name> { pipeline.steps.get(name).map(|step| step.after.iter().collect()).unwrap_or_default() };
        for circle in circles(pipeline.steps.keys().collect(), waits) {
            let path = |at: usize| format!("pipelines.{pipeline_name}.steps.{}.after", circle[at]);
            let text = describe(&circle, "waits for");
            let message = format!("steps of the pipeline `{pipeline_name}` wait for each other in a circle: {text}");
            let mut diagnostic = Diagnostic::error(codes::E0207, message).at(context.key_span(&path(0)));
            for (at, step) in circle.iter().enumerate().skip(1) {
                diagnostic = diagnostic.related(Some(context.key_span(&path(at))), format!("`{step}` waits here"));
            }
            context.diagnostics.push(diagnostic.hint("none of them could ever start; remove one `after`"));
        }
    }
}

fn describe(circle: &[&Name], verb: &str) -> String {
    let mut text = format!("`{}`", circle[0]);
    for at in 0..circle.len() {
        text.push_str(&format!(" {verb} `{}`", circle[(at + 1) % circle.len()]));
    }
    text
}

/// Every edge that closes a circle gives one circle, found by a walk in depth without recursion. Each starts with its first thing in the
/// order of the file, and none is given twice.
fn circles<'a>(names: Vec<&'a Name>, next: impl Fn(&str) -> Vec<&'a Name>) -> Vec<Vec<&'a Name>> {
    let mut done: Vec<&Name> = Vec::new();
    let mut found: Vec<Vec<&Name>> = Vec::new();
    for start in &names {
        if done.contains(start) {
            continue;
        }
        // Each element of the trail is a name and what is still to be visited from it.
        let mut trail: Vec<(&Name, Vec<&Name>)> = vec![(start, next(start.as_str()))];
        while let Some((name, rest)) = trail.last_mut() {
            let Some(target) = (if rest.is_empty() { None } else { Some(rest.remove(0)) }) else {
                done.push(name);
                trail.pop();
                continue;
            };
            if let Some(at) = trail.iter().position(|(other, _)| *other == target) {
                let mut circle: Vec<&Name> = trail[at..].iter().map(|(name, _)| *name).collect();
                let first =
                    circle.iter().enumerate().min_by_key(|(_, name)| names.iter().position(|other| other == *name)).map_or(0, |(at, _)| at);
                circle.rotate_left(first);
                if !found.contains(&circle) {
                    found.push(circle);
                }
            } else if !done.contains(&target) && names.contains(&target) {
                trail.push((target, next(target.as_str())));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn circles_are_found_once_and_start_at_the_first_name() {
        let names: Vec<Name> = ["a", "b", "c", "d"].iter().map(|name| name.parse().unwrap()).collect();
        let edges = [("b", "c"), ("c", "a"), ("a", "b"), ("d", "a"), ("d", "d")];
        let next = |name: &str| {
            edges.iter().filter(|(from, _)| *from == name).map(|(_, to)| names.iter().find(|n| n.as_str() == *to).unwrap()).collect()
        };
        let found = circles(names.iter().collect(), next);
        let texts: Vec<String> = found.iter().map(|circle| describe(circle, "to")).collect();
        assert_eq!(texts, ["`a` to `b` to `c` to `a`", "`d` to `d`"]);
    }
}
