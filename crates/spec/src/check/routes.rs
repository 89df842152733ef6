//! Public doors: routes, hosts of environments, domains.

use strata_diag::{Diagnostic, codes};

use super::Context;
use crate::model::{Nat, PublicRoutes};
use crate::values::{DomainName, Expression, Name};

pub(super) fn check(context: &mut Context<'_>) {
    routes(context);
    match context.environment {
        None => hosts(context),
        Some(_) => in_environment(context),
    }
}

/// A route in one form: references of the environment looked up where they are known, no slash at the end but the root's.
fn normal(context: &Context<'_>, route: &Expression) -> String {
    let known = route.render(|reference| {
        let value = match (reference.target.as_str(), reference.output.as_str(), context.environment) {
            ("env", "host", Some((_, environment))) => environment.host.as_ref().map(ToString::to_string),
            ("env", "name", Some((name, _))) => Some(name.to_string()),
            ("app", "name", _) => Some(context.application.app.to_string()),
            _ => None,
        };
        Some(value.unwrap_or_else(|| reference.to_string()))
    });
    let text = known.unwrap_or_else(|| route.as_str().to_owned());
    let text = text.trim_end_matches('/');
    if text.contains('/') { text.to_owned() } else { format!("{text}/") }
}

fn routes(context: &mut Context<'_>) {
    let application = context.application;
    let mut seen: Vec<(String, &Name)> = Vec::new();
    for (name, service) in &application.services {
        let Some(route) = &service.route else { continue };
        let path = format!("services.{name}.route");
        if service.port.is_none() {
            let hint = format!("add `port:` to `services.{name}`: the port that it listens on");
            context.error(codes::E0305, &path, format!("`services.{name}` has a route but no port"), hint);
        }
        let (host, rest) = route.as_str().split_once('/').unwrap_or((route.as_str(), ""));
        let good_path = !rest.contains([' ', '?', '#', '*']) && !rest.contains("//");
        if host.is_empty() || host.contains(':') || !good_path {
            let hint = "a route is a host and a path: `${env.host}/api`; it has no protocol, no query and no wildcard, and everything below the path belongs to it";
            context.error(codes::E0107, &path, format!("`{}` is not a route", route.as_str()), hint);
            continue;
        }
        let normal = normal(context, route);
        in_a_domain(context, &path, route.as_str());
        match seen.iter().find(|(other, _)| *other == normal) {
            Some((_, first)) => {
                let first_span = context.span(&format!("services.{first}.route"));
                let diagnostic = Diagnostic::error(
                    codes::E0304,
                    format!("`services.{first}` and `services.{name}` have the same route `{}`", route.as_str()),
                );
                let diagnostic = diagnostic.at(context.span(&path)).related(Some(first_span), "the first is here");
                context.diagnostics.push(
                    diagnostic.hint("give one of them another path; the longest path that matches wins, so `/` and `/api` go together"),
                );
            }
            None => seen.push((normal, name)),
        }
        if context.platform.guardrails.public_routes == PublicRoutes::Forbidden {
            let place = context.platform_tree.nearest_span("guardrails.public_routes");
            let diagnostic = Diagnostic::error(codes::E0404, format!("`services.{name}` has a public route, which the platform forbids"))
                .at(context.span(&path));
            context.diagnostics.push(
                diagnostic.related(Some(place), "the platform says it here").hint("remove the route; other services call it with `uses`"),
            );
        }
    }
}

/// The host of a route must be in one of the platform's domains, like that of an environment.
fn in_a_domain(context: &mut Context<'_>, path: &str, route: &str) {
    let host = route.split('/').next().unwrap_or_default();
    if host.contains("${") {
        return;
    }
    match host.parse::<DomainName>() {
        Err(_) => {
            let hint = "a route starts with a domain name, usually the environment's: `${env.host}/api`";
            context.error(codes::E0107, path, format!("`{host}` is not a domain name"), hint);
        }
        Ok(host) if !context.platform.domains.keys().any(|domain| host.is_within(domain)) => {
            let hint = outside(context);
            context.error(codes::E0311, path, format!("the host `{host}` is in none of the platform's domains"), hint);
        }
        Ok(_) => {}
    }
}

/// What to do about a host outside all domains.
fn outside(context: &Context<'_>) -> String {
    let domains: Vec<&str> = context.platform.domains.keys().map(DomainName::as_str).collect();
    if domains.is_empty() {
        "the platform declares no domain; ask operations to add one under `domains`".to_owned()
    } else {
        format!("take a name below {}", crate::suggest::list(&domains))
    }
}

/// Hosts of all environments, once.
fn hosts(context: &mut Context<'_>) {
    let application = context.application;
    let platform = context.platform;
    let mut seen: Vec<(&str, &Name)> = Vec::new();
    for (name, environment) in &application.environments {
        let Some(host) = &environment.host else { continue };
        let path = format!("environments.{name}.host");
        match seen.iter().find(|(other, _)| *other == host.as_str()) {
            Some((_, first)) => {
                let first_span = context.span(&format!("environments.{first}.host"));
                let diagnostic =
                    Diagnostic::error(codes::E0312, format!("the environments `{first}` and `{name}` have the same host `{host}`"))
                        .at(context.span(&path));
                context.diagnostics.push(
                    diagnostic.related(Some(first_span), "the first is here").hint("a name leads to one place; give one of them another"),
                );
            }
            None => seen.push((host.as_str(), name)),
        }
        if !platform.domains.keys().any(|domain| host.is_within(domain)) {
            let hint = outside(context);
            context.error(codes::E0311, &path, format!("the host `{host}` is in none of the platform's domains"), hint);
        }
    }
}

fn in_environment(context: &mut Context<'_>) {
    let Some((environment_name, environment)) = context.environment else {
        return;
    };
    let application = context.application;
    if environment.host.is_none() {
        let routes =
            application.services.iter().filter_map(|(name, service)| Some((format!("services.{name}.route"), service.route.as_ref()?)));
        let variables = application.workloads().into_iter().flat_map(|workload| {
            workload.env.iter().map(|(variable, value)| (format!("{}.env.{variable}", workload.key_path), value)).collect::<Vec<_>>()
        });
        let readers: Vec<(String, &Expression)> = routes.chain(variables).collect();
        for (path, value) in readers {
            if value.references().any(|reference| reference.target == "env" && reference.output == "host") {
                let place = context.key_span(&format!("environments.{environment_name}"));
                let diagnostic = Diagnostic::error(
                    codes::E0310,
                    format!("`{path}` reads `${{env.host}}`, but the environment `{environment_name}` has no host"),
                );
                let diagnostic = diagnostic.at(context.span(&path)).related(Some(place), "this environment has no `host`");
                context.diagnostics.push(diagnostic.hint(format!("add `host:` to `environments.{environment_name}`")));
            }
        }
    }
    let network = context
        .platform
        .clusters
        .get(environment.cluster.as_str())
        .and_then(|cluster| context.platform.networks.get_key_value(cluster.network.as_str()));
    let Some((network_name, network)) = network else { return };
    if network.nat == Nat::None {
        for workload in application.workloads().iter().filter(|workload| !workload.egress.is_empty()) {
            let place = context.platform_tree.nearest_span(&format!("networks.{network_name}.nat"));
            let message = format!(
                "`{}` has a way out, but the network `{network_name}` of the environment `{environment_name}` has none",
                workload.key_path
            );
            let diagnostic = Diagnostic::error(codes::E0317, message).at(context.key_span(&format!("{}.egress", workload.key_path)));
            context.diagnostics.push(
                diagnostic
                    .related(Some(place), "`nat: none` is written here")
                    .hint("remove `egress`, or ask operations for `nat: single` or `nat: per-zone`"),
            );
        }
    }
    if let Some(standby) = &environment.standby
        && standby.region == network.region
    {
        let path = format!("environments.{environment_name}.standby.region");
        context.error(
            codes::E0317,
            &path,
            format!("the standby is in the environment's own region `{}`", network.region),
            "a standby protects against the loss of a region; name another one",
        );
    }
}
