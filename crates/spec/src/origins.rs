//! The resolved application file as YAML, with the place that each value comes from behind it.
//!
//! Invariant: what is printed is itself a valid application file, which means the same as the resolved one.

use strata_diag::Span;

use crate::resolve::Resolved;
use crate::tree::{Map, Node, Value};
use crate::yaml::plain_is_text;

/// The column at which origins begin, unless the value is longer.
const COLUMN: usize = 56;

impl Resolved {
    /// The application file as it is in this environment, in YAML: each value is followed by `# file:line`, the place it comes from. The
    /// override is applied and not printed again; other environments are left out; `compliance` lists what all places ask for.
    pub fn resolved_yaml_with_origins(&self) -> String {
        let mut text = String::new();
        let Some(root) = self.tree().as_map() else { return text };
        for (key, entry) in root {
            match key.as_str() {
                "environments" => {
                    line(&mut text, 0, "environments:", None);
                    let environment = self.environment_name.as_str();
                    if let Some(map) = entry.node.as_map().and_then(|map| map.get(environment)).and_then(|entry| entry.node.as_map()) {
                        let rest: Map =
                            map.iter().filter(|(key, _)| *key != "override").map(|(key, entry)| (key.clone(), entry.clone())).collect();
                        let node = Node { span: entry.node.span.clone(), value: Value::Map(rest) };
                        value(&mut text, 1, &scalar(environment), &node, &entry.key_span);
                    }
                }
                "compliance" => self.compliance(&mut text),
                _ => value(&mut text, 0, &scalar(key), &entry.node, &entry.key_span),
            }
        }
        if !root.contains_key("compliance") {
            self.compliance(&mut text);
        }
        text
    }

    fn compliance(&self, text: &mut String) {
        if self.compliance.is_empty() {
            return;
        }
        line(text, 0, "compliance:", None);
        for asked in &self.compliance {
            let places: Vec<String> = asked.spans.iter().map(Span::file_line).collect();
            line(text, 1, &format!("- {}", asked.standard), Some(&places.join(", ")));
        }
    }
}

fn line(text: &mut String, depth: usize, content: &str, origin: Option<&str>) {
    let content = format!("{:width$}{content}", "", width = depth * 2);
    match origin {
        Some(origin) => text.push_str(&format!("{content:COLUMN$}  # {origin}\n")),
        None => text.push_str(&format!("{content}\n")),
    }
}

/// `head` is the key, or the dash of a list.
fn value(text: &mut String, depth: usize, key: &str, node: &Node, key_span: &Span) {
    match &node.value {
        Value::Map(map) if !map.is_empty() => {
            line(text, depth, &format!("{key}:"), None);
            for (key, entry) in map {
                value(text, depth + 1, &scalar(key), &entry.node, &entry.key_span);
            }
        }
        Value::List(list) if !list.is_empty() => {
            line(text, depth, &format!("{key}:"), None);
            for node in list {
                element(text, depth + 1, node);
            }
        }
        _ => line(text, depth, &format!("{key}: {}", flow(node)), Some(&key_span.file_line())),
    }
}

/// An element of a list; maps and lists in lists are short, so they stay on one line.
fn element(text: &mut String, depth: usize, node: &Node) {
    line(text, depth, &format!("- {}", flow(node)), Some(&node.span.file_line()));
}

fn flow(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Integer(_, text) | Value::Float(_, text) => text.to_string(),
        Value::Text(text) => scalar(text),
        Value::List(list) => format!("[{}]", list.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            let parts: Vec<String> = map.iter().map(|(key, entry)| format!("{}: {}", scalar(key), flow(&entry.node))).collect();
            format!("{{{}}}", parts.join(", "))
        }
    }
}

/// Plain where that is unmistakable, else in double quotes with the escapes of JSON, which are YAML's too.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "./_-@%+ ".contains(c);
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric() || "./_".contains(c));
    if starts_well && text.chars().all(plain) && plain_is_text(text) && !text.ends_with(' ') && !text.starts_with("...") {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}
