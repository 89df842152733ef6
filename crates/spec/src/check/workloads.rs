//! What each workload needs to be whole: where its code comes from, how many copies, which variables.

use strata_diag::{Diagnostic, codes};

use super::Context;

pub(super) fn check(context: &mut Context<'_>) {
    sources(context);
    scales(context);
    variables(context);
    steps(context);
}

fn sources(context: &mut Context<'_>) {
    let application = context.application;
    for (name, service) in &application.services {
        exactly_one(context, &format!("services.{name}"), "service", service.build.is_some(), service.image.is_some());
    }
    for (name, _) in application.services.iter().filter(|(_, service)| service.health.is_some() && service.port.is_none()) {
        let hint = format!("add `port:` to `services.{name}`, or remove `health`: a container without a port is well while it runs");
        context.error_at_key(
            codes::E0317,
            &format!("services.{name}.health"),
            format!("`services.{name}` has `health`, but no port to ask"),
            hint,
        );
    }
    for (name, job) in &application.jobs {
        exactly_one(context, &format!("jobs.{name}"), "job", job.build.is_some(), job.image.is_some());
    }
}

fn exactly_one(context: &mut Context<'_>, path: &str, what: &str, build: bool, image: bool) {
    if build && image {
        let hint = "keep `build` to make an image from source, or `image` to take one that exists";
        context.error(codes::E0309, &format!("{path}.image"), format!("`{path}` has both `build` and `image`"), hint);
    } else if !build && !image {
        let diagnostic = Diagnostic::error(codes::E0309, format!("`{path}` has neither `build` nor `image`")).at(context.key_span(path));
        context
            .diagnostics
            .push(diagnostic.hint(format!("say where the {what}'s code comes from: `build: ./folder`, or `image: registry/name:tag`")));
    }
}

fn scales(context: &mut Context<'_>) {
    let application = context.application;
    for (name, service) in &application.services {
        let Some(scale) = &service.scale else { continue };
        let path = format!("services.{name}.scale");
        if scale.min > scale.max {
            order(context, &path, scale.min, scale.max);
        }
        if scale.requests.is_some() && service.route.is_none() {
            let hint = "requests are counted at the public door; scale by `cpu`, `memory` or `drain`, or add a `route`";
            context.error(
                codes::E0317,
                &format!("{path}.requests"),
                format!("`services.{name}` scales by requests, but has no route"),
                hint,
            );
        }
    }
    for (pipeline, step_name, step) in application
        .pipelines
        .iter()
        .flat_map(|(name, pipeline)| pipeline.steps.iter().map(move |(step_name, step)| (name, step_name, step)))
    {
        if let Some(workers) = &step.workers
            && workers.min > workers.max
        {
            order(context, &format!("pipelines.{pipeline}.steps.{step_name}.workers"), workers.min, workers.max);
        }
    }
}

fn order(context: &mut Context<'_>, path: &str, least: u32, most: u32) {
    let related = context.span(&format!("{path}.min"));
    let diagnostic = Diagnostic::error(codes::E0306, format!("`{path}.min` is {least}, which is more than `{path}.max`, {most}"))
        .at(context.span(&format!("{path}.max")));
    context.diagnostics.push(
        diagnostic
            .related(Some(related), "the smallest is written here")
            .hint("make `max` at least as large as `min`; an override may have changed only one of them"),
    );
}

fn variables(context: &mut Context<'_>) {
    for workload in context.application.workloads() {
        for (index, secret) in workload.secrets.iter().enumerate() {
            let path = format!("{}.secrets.{index}", workload.key_path);
            if workload.env.contains_key(secret) {
                let related = context.key_span(&format!("{}.env.{secret}", workload.key_path));
                let diagnostic =
                    Diagnostic::error(codes::E0314, format!("`{secret}` is both a secret and a plain variable of `{}`", workload.key_path));
                let diagnostic = diagnostic.at(context.span(&path)).related(Some(related), "the plain variable is here");
                context
                    .diagnostics
                    .push(diagnostic.hint("remove it from `env`: the secret's value is put into this variable when the workload starts"));
            } else if workload.secrets[..index].contains(secret) {
                context.error(codes::E0314, &path, format!("the secret `{secret}` is listed twice"), "remove one of the two");
            }
        }
    }
}

fn steps(context: &mut Context<'_>) {
    let application = context.application;
    for (pipeline_name, pipeline) in &application.pipelines {
        for (step_name, step) in &pipeline.steps {
            let path = format!("pipelines.{pipeline_name}.steps.{step_name}");
            let hint = "a step is a Spark program (`spark`, `workers`) or a container (`image`, `run`)";
            match (&step.spark, &step.image) {
                (Some(_), Some(_)) => {
                    context.error(codes::E0315, &format!("{path}.image"), format!("`{path}` has both `spark` and `image`"), hint)
                }
                (None, None) => {
                    let diagnostic = Diagnostic::error(codes::E0315, format!("`{path}` does nothing: it has neither `spark` nor `image`"))
                        .at(context.key_span(&path));
                    context.diagnostics.push(diagnostic.hint(hint));
                }
                (Some(_), None) if step.run.is_some() => {
                    context.error(codes::E0317, &format!("{path}.run"), format!("`{path}` is a Spark program and has no `run`"), hint);
                }
                (None, Some(_)) if step.workers.is_some() => {
                    let span = context.key_span(&format!("{path}.workers"));
                    let diagnostic = Diagnostic::error(codes::E0317, format!("`{path}` is a container and has no `workers`")).at(span);
                    context.diagnostics.push(diagnostic.hint(hint));
                }
                _ => {}
            }
        }
    }
}
