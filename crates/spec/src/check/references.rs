//! Names that point to other things: `uses`, `${...}`, images, triggers, steps, clusters, environments, groups.

use strata_diag::{Diagnostic, codes};

use super::Context;
use crate::model::{Application, Resource, TargetKind, Trigger, TriggerEvent, Verb, Workload};
use crate::outputs::{APPLICATION_OUTPUTS, ENVIRONMENT_OUTPUTS, outputs};
use crate::suggest;
use crate::values::{ImageReference, Name, Reference};

pub(super) fn check(context: &mut Context<'_>) {
    let application = context.application;
    names_once(context);
    for workload in application.workloads() {
        uses(context, &workload);
        environment_variables(context, &workload);
        image(context, &workload);
    }
    for (name, service) in &application.services {
        let path = format!("services.{name}.route");
        for reference in service.route.iter().flat_map(|route| route.references()) {
            match reference.target.as_str() {
                "env" | "app" => output(context, reference, &path),
                _ => context.error(
                    codes::E0203,
                    &path,
                    format!("a route may not read `{reference}`"),
                    "a route is made of text, `${env.host}`, `${env.name}` and `${app.name}`",
                ),
            }
        }
        drain(context, name);
    }
    triggers(context);
    steps(context);
    environments(context);
    promotion(context);
}

/// Everything that can be named in `uses`.
fn usable(application: &Application) -> Vec<&str> {
    application.resources.keys().chain(application.services.keys()).map(Name::as_str).collect()
}

/// Services, hosts, jobs, functions, pipelines and resources share one set of names: each stands for one thing in the graph.
fn names_once(context: &mut Context<'_>) {
    let application = context.application;
    let sections: [(&str, Vec<&Name>); 6] = [
        ("services", application.services.keys().collect()),
        ("hosts", application.hosts.keys().collect()),
        ("jobs", application.jobs.keys().collect()),
        ("functions", application.functions.keys().collect()),
        ("pipelines", application.pipelines.keys().collect()),
        ("resources", application.resources.keys().collect()),
    ];
    let mut seen: Vec<(&str, &Name)> = Vec::new();
    for (section, names) in &sections {
        for name in names {
            let path = format!("{section}.{name}");
            if ["env", "app", "platform"].contains(&name.as_str()) {
                let hint = format!("`${{{name}.…}}` already means something; take another name");
                context.error(codes::E0109, &path, format!("`{name}` is a word of the language and cannot be a name in `{section}`"), hint);
            }
            match seen.iter().find(|(_, other)| other == name) {
                Some((first, _)) => {
                    let diagnostic = Diagnostic::error(codes::E0215, format!("`{name}` is a name in both `{first}` and `{section}`"))
                        .at(context.key_span(&path));
                    let diagnostic = diagnostic.related(Some(context.key_span(&format!("{first}.{name}"))), "the first is here");
                    context.diagnostics.push(diagnostic.hint("give one of them another name: both would have the same address"));
                }
                None => seen.push((section, name)),
            }
        }
    }
}

fn uses(context: &mut Context<'_>, workload: &Workload<'_>) {
    let application = context.application;
    for (target, verbs) in workload.uses {
        let path = format!("{}.uses.{target}", workload.key_path);
        let Some(kind) = application.target_kind(target.as_str()) else {
            not_usable(context, target.as_str(), &path);
            continue;
        };
        if workload.section == "services" && workload.name == target {
            context.error_at_key(
                codes::E0206,
                &path,
                format!("the service `{target}` uses itself"),
                "remove the line; a service reaches itself without it",
            );
            continue;
        }
        if kind == TargetKind::Service && application.services.get(target.as_str()).is_some_and(|service| service.port.is_none()) {
            let message = format!("`{}` calls the service `{target}`, which has no port", workload.key_path);
            context.error_at_key(codes::E0202, &path, message, format!("add `port:` to `services.{target}`, or remove the line"));
        }
        for verb in verbs.iter().filter(|verb| !kind.verbs().contains(verb)) {
            let right: Vec<&str> = kind.verbs().iter().map(|verb| verb.as_str()).collect();
            let verb_path = match context.tree.find(&path).map(|found| found.node.as_text().is_some()) {
                Some(true) => path.clone(),
                _ => verbs.iter().position(|other| other == verb).map_or(path.clone(), |index| format!("{path}.{index}")),
            };
            let hint = format!("a {kind} can be used with {}", suggest::list(&right));
            context.error(codes::E0202, &verb_path, format!("`{verb}` cannot be done to `{target}`, which is a {kind}"), hint);
        }
    }
}

/// A name in `uses` that cannot be used: another kind of thing, or nothing at all.
fn not_usable(context: &mut Context<'_>, target: &str, path: &str) {
    let application = context.application;
    let other = [
        ("a host", application.hosts.contains_key(target)),
        ("a job", application.jobs.contains_key(target)),
        ("a function", application.functions.contains_key(target)),
        ("a pipeline", application.pipelines.contains_key(target)),
    ];
    let span = context.key_span(path);
    let diagnostic = match other.iter().find(|(_, is)| *is) {
        Some((what, _)) => Diagnostic::error(codes::E0201, format!("`{target}` is {what}; only services and resources can be used"))
            .hint("let both use a queue, a bucket or another resource between them"),
        None => Diagnostic::error(codes::E0201, format!("`{target}` is used but not declared")).hint(suggest::hint(
            target,
            &usable(application),
            "resources and services here are",
        )),
    };
    context.diagnostics.push(diagnostic.at(span));
}

fn environment_variables(context: &mut Context<'_>, workload: &Workload<'_>) {
    let application = context.application;
    for (variable, value) in workload.env {
        let path = format!("{}.env.{variable}", workload.key_path);
        for reference in value.references() {
            if ["env", "app"].contains(&reference.target.as_str()) {
                output(context, reference, &path);
                continue;
            }
            if application.target_kind(&reference.target).is_none() {
                let mut known = usable(application);
                known.extend(["env", "app"]);
                let message = format!("`{reference}` reads `{}`, which is not declared", reference.target);
                context.error(codes::E0203, &path, message, suggest::hint(&reference.target, &known, "resources and services here are"));
                continue;
            }
            output(context, reference, &path);
            if !workload.uses.contains_key(reference.target.as_str()) {
                let verb = application.target_kind(&reference.target).and_then(|kind| kind.verbs().first().copied()).unwrap_or(Verb::Read);
                let message = format!("`{}` reads `{reference}`, but does not use `{}`", workload.key_path, reference.target);
                let hint =
                    format!("add it: `uses: {{{}: {verb}}}`; without it the address would be known but not reachable", reference.target);
                context.error(codes::E0205, &path, message, hint);
            }
        }
    }
}

/// Whether the target publishes the output.
fn output(context: &mut Context<'_>, reference: &Reference, path: &str) {
    let (published, what) = match reference.target.as_str() {
        "env" => (ENVIRONMENT_OUTPUTS, "an environment".to_owned()),
        "app" => (APPLICATION_OUTPUTS, "the application".to_owned()),
        target => match context.application.target_kind(target) {
            Some(kind) => (outputs(kind), format!("a {kind}")),
            None => return,
        },
    };
    if !published.contains(&reference.output.as_str()) {
        let hint = suggest::hint(&reference.output, published, &format!("{what} publishes"));
        context.error(codes::E0204, path, format!("`{}` has no output `{}`", reference.target, reference.output), hint);
    }
}

fn image(context: &mut Context<'_>, workload: &Workload<'_>) {
    let Some(ImageReference::Service(name)) = workload.image else {
        return;
    };
    let application = context.application;
    let path = format!("{}.image", workload.key_path);
    match application.services.get(name.as_str()) {
        None => {
            let services: Vec<&str> = application.services.keys().map(Name::as_str).collect();
            let hint = format!(
                "{}; an image of a registry has a slash or a tag: `public.ecr.aws/nginx/nginx:1.29`",
                suggest::hint(name.as_str(), &services, "services are")
            );
            context.error(codes::E0209, &path, format!("the image `{name}` is no service"), hint);
        }
        Some(service) if service.build.is_none() && matches!(service.image, Some(ImageReference::Service(_))) => {
            let hint = "name the service that has `build:` directly";
            context.error(codes::E0209, &path, format!("the service `{name}` takes its own image from another service"), hint);
        }
        Some(_) => {}
    }
}

fn drain(context: &mut Context<'_>, name: &Name) {
    let Some(service) = context.application.services.get(name.as_str()) else {
        return;
    };
    for queue in service.scale.iter().flat_map(|scale| scale.drain.keys()) {
        let path = format!("services.{name}.scale.drain.{queue}");
        let receives = service.uses.get(queue.as_str()).is_some_and(|verbs| verbs.contains(&Verb::Receive));
        if !receives {
            let mine: Vec<&str> =
                service.uses.iter().filter(|(_, verbs)| verbs.contains(&Verb::Receive)).map(|(name, _)| name.as_str()).collect();
            let hint = if mine.is_empty() {
                format!("add it: `uses: {{{queue}: receive}}`")
            } else {
                suggest::hint(queue.as_str(), &mine, "it receives from")
            };
            context.error_at_key(codes::E0216, &path, format!("`services.{name}` does not receive from `{queue}`"), hint);
        }
    }
}

/// What can happen to a thing of this kind.
fn events(kind: TargetKind) -> &'static [TriggerEvent] {
    match kind {
        TargetKind::Bucket => &[TriggerEvent::Created, TriggerEvent::Removed],
        TargetKind::Queue => &[TriggerEvent::Received],
        TargetKind::Topic | TargetKind::Bus | TargetKind::Stream => &[TriggerEvent::Published],
        TargetKind::Table => &[TriggerEvent::Changed],
        _ => &[],
    }
}

fn triggers(context: &mut Context<'_>) {
    let application = context.application;
    for (name, function) in &application.functions {
        let Some(Trigger::Event(_)) = &function.trigger else { continue };
        let Some((target, event)) = function.trigger.as_ref().and_then(Trigger::event) else {
            continue;
        };
        let path = format!("functions.{name}.trigger.{target}");
        let able: Vec<&str> = application
            .resources
            .iter()
            .filter(|(_, r)| !events(r.kind().target_kind()).is_empty())
            .map(|(name, _)| name.as_str())
            .collect();
        match application.resources.get(target.as_str()).map(|resource| resource.kind().target_kind()) {
            None => {
                let span = context.key_span(&path);
                let diagnostic = Diagnostic::error(codes::E0208, format!("the trigger `{target}` is not a resource")).at(span);
                context.diagnostics.push(diagnostic.hint(suggest::hint(target.as_str(), &able, "resources that can trigger are")));
            }
            Some(kind) if !events(kind).contains(&event) => {
                let words: Vec<&str> = events(kind).iter().map(|event| event.as_str()).collect();
                let hint = if words.is_empty() {
                    format!("a {kind} cannot trigger a function")
                } else {
                    format!("a {kind} triggers with {}", suggest::list(&words))
                };
                context.error(codes::E0208, &path, format!("`{event}` does not happen to `{target}`, which is a {kind}"), hint);
            }
            Some(TargetKind::Topic) => hears(context, name, target),
            Some(kind) => pulls(context, name, target, kind),
        }
    }
}

/// A topic that keeps the order is heard by queues alone (SNS developer guide, "Message delivery for FIFO topics").
fn hears(context: &mut Context<'_>, name: &Name, target: &Name) {
    if let Some(Resource::Topic(topic)) = context.application.resources.get(target.as_str())
        && topic.fifo
    {
        let message = format!("`functions.{name}` cannot hear `{target}`: it is a topic that keeps the order, which queues alone can hear");
        let hint = format!("leave `fifo` of `{target}` out, or take a queue with `fifo: true` as the trigger");
        context.error_at_key(codes::E0317, &format!("functions.{name}.trigger.{target}"), message, hint);
    }
}

/// Queues, streams and tables do not push: the function fetches what happened, and for that it must be allowed to reach them.
fn pulls(context: &mut Context<'_>, name: &Name, target: &Name, kind: TargetKind) {
    let needed = match kind {
        TargetKind::Queue => Verb::Receive,
        TargetKind::Stream => Verb::Subscribe,
        TargetKind::Table => Verb::Read,
        _ => return,
    };
    let Some(function) = context.application.functions.get(name.as_str()) else { return };
    let allowed = function
        .uses
        .get(target.as_str())
        .is_some_and(|verbs| verbs.contains(&needed) || (needed == Verb::Read && verbs.contains(&Verb::Write)));
    if !allowed {
        let message = format!("`functions.{name}` is triggered by the {kind} `{target}`, but does not use it");
        context.error_at_key(
            codes::E0317,
            &format!("functions.{name}.trigger.{target}"),
            message,
            format!("add it: `uses: {{{target}: {needed}}}`"),
        );
    }
}

fn steps(context: &mut Context<'_>) {
    for (pipeline_name, pipeline) in &context.application.pipelines {
        let steps: Vec<&str> = pipeline.steps.keys().map(Name::as_str).collect();
        for (step_name, step) in &pipeline.steps {
            for (index, after) in step.after.iter().enumerate() {
                if pipeline.steps.contains_key(after.as_str()) {
                    continue;
                }
                let path = format!("pipelines.{pipeline_name}.steps.{step_name}.after");
                let path = if context.tree.find(&path).is_some_and(|found| found.node.as_text().is_some()) {
                    path
                } else {
                    format!("{path}.{index}")
                };
                context.error(
                    codes::E0210,
                    &path,
                    format!("the pipeline `{pipeline_name}` has no step `{after}`"),
                    suggest::hint(after.as_str(), &steps, "its steps are"),
                );
            }
        }
    }
}

fn environments(context: &mut Context<'_>) {
    let platform = context.platform;
    for (name, environment) in &context.application.environments {
        let path = format!("environments.{name}");
        if !platform.clusters.contains_key(environment.cluster.as_str()) {
            let clusters: Vec<&str> = platform.clusters.keys().map(Name::as_str).collect();
            let hint = suggest::hint(environment.cluster.as_str(), &clusters, "the platform's clusters are");
            context.error(codes::E0211, &format!("{path}.cluster"), format!("there is no cluster `{}`", environment.cluster), hint);
        }
        let groups = platform.identity.sso.as_ref().map(|sso| &sso.groups);
        if let (Some(approval), Some(groups)) = (&environment.approve, groups)
            && !groups.contains_key(approval.group().as_str())
        {
            let names: Vec<&str> = groups.keys().map(Name::as_str).collect();
            let hint = suggest::hint(approval.group().as_str(), &names, "the platform's groups are");
            context.error(codes::E0217, &format!("{path}.approve.0"), format!("there is no group `{}`", approval.group()), hint);
        }
    }
}

fn promotion(context: &mut Context<'_>) {
    let application = context.application;
    let names: Vec<&str> = application.environments.keys().map(Name::as_str).collect();
    let promote = application.ci.iter().flat_map(|ci| &ci.promote).enumerate();
    for (index, name) in promote {
        if !application.environments.contains_key(name.as_str()) {
            let path = format!("ci.promote.{index}");
            context.error(
                codes::E0214,
                &path,
                format!("there is no environment `{name}`"),
                suggest::hint(name.as_str(), &names, "the environments are"),
            );
        }
    }
}
