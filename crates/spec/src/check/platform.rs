//! The platform file by itself: accounts, networks, clusters, sizes.

use strata_diag::{Diagnostic, Diagnostics, codes};

use super::{guardrails, value_span};
use crate::model::{Platform, Runtime};
use crate::suggest;
use crate::tree::Node;
use crate::values::{Name, Size};

/// Each person is named once. How many there may be is said by the schema.
fn emergency_access(people: &[Name], tree: &Node, diagnostics: &mut Diagnostics) {
    const PATH: &str = "identity.emergency_access.people";
    for (index, person) in people.iter().enumerate() {
        if let Some(first) = people.iter().take(index).position(|other| other == person) {
            let diagnostic = Diagnostic::error(codes::E0215, format!("`{person}` has emergency access twice"));
            let diagnostic = diagnostic.at(value_span(tree, &format!("{PATH}.{index}")));
            let related = Some(value_span(tree, &format!("{PATH}.{first}")));
            diagnostics.push(diagnostic.related(related, "the first is here").hint("remove one of the two"));
        }
    }
}

pub(super) fn check(platform: &Platform, tree: &Node, diagnostics: &mut Diagnostics) {
    let accounts: Vec<&str> = platform.accounts.keys().map(Name::as_str).collect();
    for (name, account) in &platform.accounts {
        if let Some(role) = &account.role
            && role.account() != account.aws.as_str()
        {
            let diagnostic =
                Diagnostic::error(codes::E0313, format!("the role of `accounts.{name}` belongs to the account {}", role.account()));
            let diagnostic = diagnostic.at(value_span(tree, &format!("accounts.{name}.role")));
            let related = Some(value_span(tree, &format!("accounts.{name}.aws")));
            diagnostics
                .push(diagnostic.related(related, "the account is here").hint(format!("write the role of the account {}", account.aws)));
        }
    }
    if let Some(contact) = &platform.security_contact {
        for (key, text, most) in [("name", &contact.name, 64), ("title", &contact.title, 50)] {
            let length = text.chars().count();
            if length == 0 || length > most {
                let message = format!("`security_contact.{key}` has {length} characters, which is out of range");
                let diagnostic = Diagnostic::error(codes::E0318, message).at(value_span(tree, &format!("security_contact.{key}")));
                diagnostics.push(diagnostic.hint(format!("write 1 to {most} characters: AWS takes no more for a contact of an account")));
            }
        }
    }
    if let Some(access) = &platform.identity.emergency_access {
        emergency_access(&access.people, tree, diagnostics);
    }
    let networks: Vec<&str> = platform.networks.keys().map(Name::as_str).collect();
    for (name, network) in &platform.networks {
        if !platform.accounts.contains_key(network.account.as_str()) {
            let diagnostic = Diagnostic::error(codes::E0213, format!("there is no account `{}`", network.account));
            let diagnostic = diagnostic.at(value_span(tree, &format!("networks.{name}.account")));
            diagnostics.push(diagnostic.hint(suggest::hint(network.account.as_str(), &accounts, "the accounts are")));
        }
    }
    for (name, cluster) in &platform.clusters {
        let path = format!("clusters.{name}");
        if !platform.networks.contains_key(cluster.network.as_str()) {
            let diagnostic = Diagnostic::error(codes::E0212, format!("there is no network `{}`", cluster.network));
            let diagnostic = diagnostic.at(value_span(tree, &format!("{path}.network")));
            diagnostics.push(diagnostic.hint(suggest::hint(cluster.network.as_str(), &networks, "the networks are")));
        }
        for (key, there) in [("version", cluster.version.is_some()), ("nodes", cluster.nodes.is_some())] {
            if there && cluster.runtime == Runtime::Ecs {
                let diagnostic = Diagnostic::error(codes::E0317, format!("`{path}` has `{key}`, but its runtime is `ecs`"));
                let diagnostic = diagnostic.at(tree.nearest_span(&format!("{path}.{key}")));
                diagnostics.push(
                    diagnostic
                        .hint(format!("remove `{key}`: ECS on Fargate has no machines and no version; or write `runtime: kubernetes`")),
                );
            }
        }
        let Some(nodes) = &cluster.nodes else { continue };
        if nodes.min > nodes.max {
            let diagnostic = Diagnostic::error(
                codes::E0306,
                format!("`{path}.nodes.min` is {}, which is more than `{path}.nodes.max`, {}", nodes.min, nodes.max),
            );
            let diagnostic = diagnostic.at(value_span(tree, &format!("{path}.nodes.max")));
            let related = Some(value_span(tree, &format!("{path}.nodes.min")));
            diagnostics.push(diagnostic.related(related, "the smallest is written here").hint("make `max` at least as large as `min`"));
        }
        if let Some(size) = &nodes.size
            && !crate::sizes::check_word(platform, "nodes", size)
        {
            let span = value_span(tree, &format!("{path}.nodes.size"));
            let words = crate::sizes::words(platform, "nodes");
            diagnostics.push(match size {
                Size::Word(word) => Diagnostic::error(codes::E0219, format!("`{word}` is no size of a node")).at(span).hint(suggest::hint(
                    word.as_str(),
                    &words,
                    "size words are",
                )),
                Size::Number(number) => {
                    let hint =
                        format!("write a word, or a number of virtual processors from 1 to {}", crate::sizes::largest_number("nodes"));
                    Diagnostic::error(codes::E0318, format!("a node cannot have {number} virtual processors")).at(span).hint(hint)
                }
            });
        }
    }
    sizes(platform, tree, diagnostics);
}

fn sizes(platform: &Platform, tree: &Node, diagnostics: &mut Diagnostics) {
    for (key, definition) in &platform.sizes {
        let path = format!("sizes.{key}");
        let options: &[&str] = match key.kind() {
            "postgres" | "mysql" => &["class", "multi_zone", "replicas", "storage"],
            "redis" => &["class", "multi_zone", "replicas"],
            "search" => &["class", "multi_zone", "storage"],
            "service" => &["cpu", "memory"],
            "function" => &["memory"],
            "host" => &["class", "storage"],
            _ => &["class"],
        };
        let given = [
            ("class", definition.class.is_some()),
            ("multi_zone", definition.multi_zone.is_some()),
            ("replicas", definition.replicas.is_some()),
            ("cpu", definition.cpu.is_some()),
            ("memory", definition.memory.is_some()),
            ("storage", definition.storage.is_some()),
        ];
        for (option, _) in given.iter().filter(|(option, given)| *given && !options.contains(option)) {
            let diagnostic = Diagnostic::error(codes::E0115, format!("`{option}` says nothing about a {}", key.kind()))
                .at(tree.nearest_span(&format!("{path}.{option}")));
            diagnostics.push(diagnostic.hint(format!("a size of a {} has {}", key.kind(), suggest::list(options))));
        }
        let Some(class) = &definition.class else { continue };
        let prefix = match key.kind() {
            "postgres" | "mysql" => "db.",
            "redis" => "cache.",
            "search" => crate::values::SEARCH,
            _ => "",
        };
        for diagnostic in guardrails::family(platform, tree, class).into_iter().chain(guardrails::sort(class, prefix)) {
            diagnostics.push(diagnostic.at(value_span(tree, &format!("{path}.class"))));
        }
    }
}
