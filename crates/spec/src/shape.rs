//! Whether a tree has the shape that the schema asks for: keys, types, words, well-formed values. All mistakes at once.
//!
//! This reads the JSON Schema generated from the types, so what an editor says and what `strata check` says is the same. It knows the
//! keywords that the generator emits; a test walks both schemas and fails on any other keyword, so none is ever ignored.

use serde_json::{Map, Value as Json};
use strata_diag::{Code, Diagnostic, Diagnostics, Span, codes};

use crate::tree::{self, Node, Value};
use crate::values::{Kind, kind, kind_by_pattern};
use crate::{secrets, suggest};

/// Checks a whole file. `what` is how messages call it: "the application file".
pub(crate) fn check(root: &Node, schema: &Json, what: &str, diagnostics: &mut Diagnostics) {
    let mut checker = Checker { root: schema, what, diagnostics };
    checker.node(root, schema, &Place { path: String::new(), key_span: &root.span });
}

struct Checker<'a> {
    root: &'a Json,
    what: &'a str,
    diagnostics: &'a mut Diagnostics,
}

/// Where the check is: the key path, and the key that it hangs on.
struct Place<'a> {
    path: String,
    key_span: &'a Span,
}

impl Place<'_> {
    fn child<'b>(&self, key: &str, key_span: &'b Span) -> Place<'b> {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Place { path, key_span }
    }
}

impl Checker<'_> {
    fn name(&self, place: &Place<'_>) -> String {
        if place.path.is_empty() { self.what.to_owned() } else { format!("`{}`", place.path) }
    }

    fn push(&mut self, code: Code, message: String, span: &Span, hint: Option<String>) {
        let mut diagnostic = Diagnostic::error(code, message).at(span.clone());
        diagnostic.hint = hint.filter(|hint| !hint.is_empty());
        self.diagnostics.push(diagnostic);
    }

    fn node(&mut self, node: &Node, schema: &Json, place: &Place<'_>) {
        let (definition, schema) = resolve(self.root, schema);
        let Json::Object(schema) = schema else { return };
        if let Some(kind) = schema.get("x-strata").and_then(Json::as_str).and_then(kind) {
            return self.text(node, kind, place);
        }
        if let Some(words) = words(schema) {
            return self.word(node, &words, definition, place);
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(branches) = schema.get(key).and_then(Json::as_array) {
                let branches: Vec<(Option<&str>, &Json)> = branches.iter().map(|branch| resolve(self.root, branch)).collect();
                return match tag(&branches) {
                    Some(tag) => self.tagged(node, tag, &branches, place),
                    None => self.alternatives(node, &branches, place),
                };
            }
        }
        if !self.kind_fits(node, schema, place) {
            return;
        }
        match &node.value {
            Value::Map(map) => self.map(node, map, schema, None, place),
            Value::List(list) => self.list(node, list, schema, place),
            Value::Integer(number, _) => self.integer(*number, node, schema, place),
            Value::Text(text) => self.length(text.chars().count(), "character", ("minLength", "maxLength"), node, schema, place),
            _ => {}
        }
    }

    fn wrong_type(&mut self, node: &Node, expected: &str, place: &Place<'_>) {
        let name = self.name(place);
        if matches!(node.value, Value::Null) {
            let hint = format!("write {expected}, or remove the key");
            return self.push(codes::E0104, format!("{name} has no value"), place.key_span, Some(hint));
        }
        let scalar = node.scalar_text().filter(|text| text.len() <= 40 && !secrets::looks_secret(text));
        let hint = match (&node.value, &scalar) {
            (Value::Integer(..) | Value::Float(..) | Value::Bool(_), Some(text)) if expected.contains("text") => {
                Some(format!("put it in quotes: \"{text}\""))
            }
            (Value::Text(_), Some(text)) if expected.contains("number") && text.parse::<f64>().is_ok() => {
                Some(format!("remove the quotes: {text}"))
            }
            (Value::Text(_), Some(text)) if expected == "true or false" && ["yes", "on", "y"].contains(&text.to_lowercase().as_str()) => {
                Some("write `true`".into())
            }
            (Value::Text(_), Some(text)) if expected == "true or false" && ["no", "off", "n"].contains(&text.to_lowercase().as_str()) => {
                Some("write `false`".into())
            }
            (_, Some(text)) if expected == "a list" => Some(format!("write it as a list: `[{text}]`")),
            (Value::List(_), None) if expected == "a map" => Some("names are keys here: `name: {...}` instead of `- name: ...`".into()),
            _ => Some(format!("write {expected}")),
        };
        self.push(codes::E0104, format!("{name} must be {expected}, here it is {}", node.kind()), &node.span, hint);
    }

    fn kind_fits(&mut self, node: &Node, schema: &Map<String, Json>, place: &Place<'_>) -> bool {
        let expected = expected_kinds(schema);
        if expected.is_empty() || expected.iter().any(|kind| fits(node, kind)) {
            return true;
        }
        let nouns: Vec<&str> = expected.iter().map(|kind| noun(kind)).collect();
        self.wrong_type(node, &nouns.join(" or "), place);
        false
    }

    fn text(&mut self, node: &Node, kind: &Kind, place: &Place<'_>) {
        let text = match &node.value {
            Value::Text(text) => text,
            Value::Integer(_, text) | Value::Float(_, text) if kind.number => text,
            _ => {
                return self.not_text(node, kind, place);
            }
        };
        if let Err(why) = (kind.check)(text) {
            self.malformed(text, kind, &why, &node.span, &format!(" in {}", self.name(place)));
        }
    }

    /// Another type of value where text of some kind is needed; a number needs quotes, or a unit that is missing.
    fn not_text(&mut self, node: &Node, kind: &Kind, place: &Place<'_>) {
        let text = node.scalar_text().filter(|_| !matches!(node.value, Value::Null));
        let hint = match text {
            Some(text) if (kind.check)(&text).is_ok() => format!("put it in quotes: \"{text}\""),
            _ => sentence_to_hint(kind.hint),
        };
        let (message, span) = match node.value {
            Value::Null => (format!("{} has no value", self.name(place)), place.key_span),
            _ => (format!("{} must be {}, here it is {}", self.name(place), kind.noun, node.kind()), &node.span),
        };
        self.push(codes::E0104, message, span, Some(hint));
    }

    /// A value or a key that its kind's parser refused.
    fn malformed(&mut self, text: &str, kind: &Kind, why: &str, span: &Span, place: &str) {
        let code = match kind.name {
            "cron" => codes::E0303,
            "name" | "variable" => codes::E0109,
            _ => codes::E0107,
        };
        let shown = if secrets::looks_secret(text) || text.chars().count() > 80 { "the value".to_owned() } else { format!("`{text}`") };
        let is_question = why.ends_with('?');
        let why_part = if why.is_empty() || is_question { String::new() } else { format!(": {why}") };
        let hint = if is_question { why.to_owned() } else { sentence_to_hint(kind.hint) };
        self.push(code, format!("{shown}{place} is not {}{why_part}", kind.noun), span, Some(hint));
    }

    fn word(&mut self, node: &Node, words: &[&str], definition: Option<&str>, place: &Place<'_>) {
        let Value::Text(text) = &node.value else {
            let hint = format!("write {}", suggest::list(words));
            let message = if matches!(node.value, Value::Null) {
                format!("{} has no value", self.name(place))
            } else {
                format!("{} must be a word, here it is {}", self.name(place), node.kind())
            };
            return self.push(codes::E0104, message, &node.span, Some(hint));
        };
        if words.contains(&&**text) {
            return;
        }
        let (code, what) = match definition {
            Some("Standard") => (codes::E0405, "is not a standard that Strata knows"),
            _ => (codes::E0106, "is not one of the allowed words"),
        };
        let shown = if secrets::looks_secret(text) || text.chars().count() > 80 { "the value".to_owned() } else { format!("`{text}`") };
        let hint = suggest::hint(text, words, "allowed are");
        self.push(code, format!("{shown} in {} {what}", self.name(place)), &node.span, Some(hint));
    }

    /// One of several maps, told apart by the word under one key.
    fn tagged(&mut self, node: &Node, tag: &str, branches: &[(Option<&str>, &Json)], place: &Place<'_>) {
        let Value::Map(map) = &node.value else {
            return self.wrong_type(node, "a map", place);
        };
        let words: Vec<&str> = branches.iter().filter_map(|(_, branch)| tag_word(branch, tag)).collect();
        let Some(entry) = map.get(tag) else {
            let message = format!("{} needs the key `{tag}`", self.name(place));
            return self.push(codes::E0105, message, place.key_span, Some(format!("`{tag}` is {}", suggest::list(&words))));
        };
        let child = place.child(tag, &entry.key_span);
        let branch = branches.iter().find(|(_, branch)| entry.node.as_text().is_some_and(|text| tag_word(branch, tag) == Some(text)));
        match branch {
            Some((_, Json::Object(branch))) => self.map(node, map, branch, Some((tag, entry.node.as_text().unwrap_or_default())), place),
            _ => self.word(&entry.node, &words, None, &child),
        }
    }

    /// One of several forms: the one of the node's own kind; of several maps, the one with the fewest mistakes.
    fn alternatives(&mut self, node: &Node, branches: &[(Option<&str>, &Json)], place: &Place<'_>) {
        let candidates: Vec<&Json> = branches
            .iter()
            .map(|(_, branch)| *branch)
            .filter(|branch| branch.as_object().is_some_and(|branch| expected_kinds(branch).iter().any(|kind| fits(node, kind))))
            .collect();
        if candidates.is_empty() {
            let mut nouns: Vec<&str> = Vec::new();
            for kind in branches.iter().filter_map(|(_, branch)| branch.as_object()).flat_map(expected_kinds) {
                if !nouns.contains(&noun(&kind)) {
                    nouns.push(noun(&kind));
                }
            }
            return self.wrong_type(node, &nouns.join(" or "), place);
        }
        let mut best: Option<(usize, Diagnostics)> = None;
        for branch in candidates {
            let mut found = Diagnostics::new();
            let mut inner = Checker { root: self.root, what: self.what, diagnostics: &mut found };
            inner.node(node, branch, place);
            if found.is_empty() {
                return;
            }
            let strangers = strangers(node, branch);
            let score = found.len() + 100 * strangers;
            if best.as_ref().is_none_or(|(least, _)| score < *least) {
                best = Some((score, found));
            }
        }
        if let Some((_, found)) = best {
            self.diagnostics.extend(found);
        }
    }

    fn map(&mut self, node: &Node, map: &tree::Map, schema: &Map<String, Json>, tag: Option<(&str, &str)>, place: &Place<'_>) {
        let empty = Map::new();
        let properties = schema.get("properties").and_then(Json::as_object).unwrap_or(&empty);
        let names = schema.get("propertyNames").and_then(|names| names.get("pattern")).and_then(Json::as_str).and_then(kind_by_pattern);
        for (key, entry) in map {
            let child = place.child(key, &entry.key_span);
            if let Some(property) = properties.get(key) {
                self.node(&entry.node, property, &child);
                continue;
            }
            if let Some(kind) = names
                && let Err(why) = (kind.check)(key)
            {
                let place = if place.path.is_empty() { String::new() } else { format!(" in `{}`", place.path) };
                self.malformed(key, kind, &why, &entry.key_span, &place);
            }
            match schema.get("additionalProperties") {
                Some(Json::Bool(false)) => self.unknown_key(key, entry, properties, tag, place),
                Some(value) => self.node(&entry.node, value, &child),
                None => {}
            }
        }
        for key in schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
            if !map.contains_key(key) {
                let (_, property) = resolve(self.root, properties.get(key).unwrap_or(&Json::Null));
                let description = properties.get(key).and_then(|raw| raw.get("description")).or_else(|| property.get("description"));
                let hint =
                    description.and_then(Json::as_str).and_then(|text| text.split("\n\n").next()).map(|text| format!("`{key}`: {text}"));
                self.push(codes::E0105, format!("{} needs the key `{key}`", self.name(place)), place.key_span, hint);
            }
        }
        self.length(map.len(), "key", ("minProperties", "maxProperties"), node, schema, place);
    }

    fn unknown_key(
        &mut self,
        key: &str,
        entry: &tree::Entry,
        properties: &Map<String, Json>,
        tag: Option<(&str, &str)>,
        place: &Place<'_>,
    ) {
        let known: Vec<&str> = properties.keys().map(String::as_str).collect();
        let shown = if secrets::looks_secret(key) || key.chars().count() > 80 { "this".to_owned() } else { format!("`{key}`") };
        if key == "<<" {
            let hint = "merge keys are not part of YAML 1.2; write the keys out";
            return self.push(codes::E0103, "`<<` is not a key".into(), &entry.key_span, Some(hint.into()));
        }
        if let Some((tag, word)) = tag {
            let options: Vec<&str> = known.into_iter().filter(|option| *option != tag).collect();
            let hint = if options.is_empty() {
                format!("a {word} has no options")
            } else {
                suggest::hint(key, &options, &format!("a {word} has"))
            };
            let message = format!("{shown} is not an option of a {word}, which {} is", self.name(place));
            return self.push(codes::E0115, message, &entry.key_span, Some(hint));
        }
        let hint = suggest::hint(key, &known, "the keys here are");
        let message = format!("{shown} is not a key of {}", self.name(place));
        self.push(codes::E0103, message, &entry.key_span, Some(hint));
    }

    fn list(&mut self, node: &Node, list: &[Node], schema: &Map<String, Json>, place: &Place<'_>) {
        match schema.get("items") {
            Some(Json::Array(items)) => {
                for (index, (element, item)) in list.iter().zip(items).enumerate() {
                    self.node(element, item, &place.child(&index.to_string(), &element.span));
                }
            }
            Some(item) => {
                for (index, element) in list.iter().enumerate() {
                    self.node(element, item, &place.child(&index.to_string(), &element.span));
                }
            }
            None => {}
        }
        self.length(list.len(), "element", ("minItems", "maxItems"), node, schema, place);
    }

    fn integer(&mut self, number: i64, node: &Node, schema: &Map<String, Json>, place: &Place<'_>) {
        let minimum = schema.get("minimum").and_then(Json::as_i64).unwrap_or(i64::MIN);
        let maximum = schema.get("maximum").and_then(Json::as_i64).unwrap_or(i64::MAX);
        if number < minimum || number > maximum {
            let message = format!("{} is {number}, which is out of range", self.name(place));
            self.push(codes::E0108, message, &node.span, Some(format!("write a whole number from {minimum} to {maximum}")));
        }
    }

    fn length(&mut self, length: usize, unit: &str, keys: (&str, &str), node: &Node, schema: &Map<String, Json>, place: &Place<'_>) {
        let bound = |key| schema.get(key).and_then(Json::as_u64).and_then(|bound| usize::try_from(bound).ok());
        let (least, most) = (bound(keys.0).unwrap_or(0), bound(keys.1).unwrap_or(usize::MAX));
        if (least..=most).contains(&length) {
            return;
        }
        let plural = |count: usize| if count == 1 { unit.to_owned() } else { format!("{unit}s") };
        let hint = match (least, most) {
            (least, most) if least == most => format!("write exactly {least} {}", plural(least)),
            (least, usize::MAX) => format!("write at least {least} {}", plural(least)),
            (least, most) => format!("write {least} to {most} {}", plural(most)),
        };
        self.push(codes::E0107, format!("{} has {length} {}", self.name(place), plural(length)), &node.span, Some(hint));
    }
}

/// Hints start with a lower-case letter and have no full stop, as all of them are fragments.
fn sentence_to_hint(sentence: &str) -> String {
    let mut characters = sentence.trim_end_matches('.').chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

/// Follows `$ref` and `allOf` of one element; the name of the last definition comes along.
fn resolve<'a>(root: &'a Json, schema: &'a Json) -> (Option<&'a str>, &'a Json) {
    let (mut name, mut schema) = (None, schema);
    // A chain of references is short; the bound only guards against a circle.
    for _ in 0..16 {
        if let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
            let definition = reference.rsplit('/').next().unwrap_or_default();
            let Some(target) = root.get("definitions").and_then(|definitions| definitions.get(definition)) else {
                break;
            };
            (name, schema) = (Some(definition), target);
        } else if let Some([only]) = schema.get("allOf").and_then(Json::as_array).map(Vec::as_slice) {
            schema = only;
        } else {
            break;
        }
    }
    (name, schema)
}

/// The words of a closed set: `enum`, or a `oneOf` of constants.
fn words(schema: &Map<String, Json>) -> Option<Vec<&str>> {
    if let Some(words) = schema.get("enum").and_then(Json::as_array) {
        return words.iter().map(Json::as_str).collect();
    }
    if let Some(word) = schema.get("const").and_then(Json::as_str) {
        return Some(vec![word]);
    }
    let branches = schema.get("oneOf").and_then(Json::as_array)?;
    let mut all = Vec::new();
    for branch in branches {
        let branch = branch.as_object()?;
        if branch.contains_key("properties") {
            return None;
        }
        all.extend(words(branch)?);
    }
    Some(all)
}

/// The key whose word tells the branches apart: a required constant in every one.
fn tag<'a>(branches: &[(Option<&'a str>, &'a Json)]) -> Option<&'a str> {
    let properties = branches.first()?.1.get("properties")?.as_object()?;
    properties.keys().map(String::as_str).find(|key| branches.iter().all(|(_, branch)| tag_word(branch, key).is_some()))
}

fn tag_word<'a>(branch: &'a Json, tag: &str) -> Option<&'a str> {
    branch.get("properties")?.get(tag)?.get("const")?.as_str()
}

/// How many keys of a map a branch does not name at all, when it names its keys.
fn strangers(node: &Node, branch: &Json) -> usize {
    let (Some(map), Some(properties)) = (node.as_map(), branch.get("properties").and_then(Json::as_object)) else {
        return 0;
    };
    map.keys().filter(|key| !properties.contains_key(*key)).count()
}

fn expected_kinds(schema: &Map<String, Json>) -> Vec<String> {
    match schema.get("type") {
        Some(Json::String(kind)) => vec![kind.clone()],
        Some(Json::Array(kinds)) => kinds.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ if schema.contains_key("properties") => vec!["object".into()],
        _ if words(schema).is_some() => vec!["string".into()],
        _ => Vec::new(),
    }
}

fn fits(node: &Node, kind: &str) -> bool {
    matches!(
        (&node.value, kind),
        (Value::Map(_), "object")
            | (Value::List(_), "array")
            | (Value::Text(_), "string")
            | (Value::Integer(..), "integer" | "number")
            | (Value::Float(..), "number")
            | (Value::Bool(_), "boolean")
    )
}

fn noun(kind: &str) -> &'static str {
    match kind {
        "object" => "a map",
        "array" => "a list",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every keyword of both schemas is one that the check above reads, or one that says nothing about shape.
    #[test]
    fn no_keyword_is_ignored() {
        const READ: &[&str] = &[
            "$ref",
            "allOf",
            "anyOf",
            "oneOf",
            "type",
            "properties",
            "propertyNames",
            "additionalProperties",
            "required",
            "items",
            "enum",
            "const",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
            "pattern",
            "x-strata",
        ];
        const SILENT: &[&str] = &["$schema", "title", "description", "definitions", "default", "patternErrorMessage"];
        fn walk(schema: &Json, path: &str, wrong: &mut Vec<String>) {
            let Json::Object(object) = schema else { return };
            for (key, value) in object {
                if !READ.contains(&key.as_str()) && !SILENT.contains(&key.as_str()) {
                    wrong.push(format!("{path}/{key}"));
                }
                match (key.as_str(), value) {
                    ("properties" | "definitions", Json::Object(children)) => {
                        children.iter().for_each(|(name, child)| walk(child, &format!("{path}/{key}/{name}"), wrong));
                    }
                    ("propertyNames", names) => {
                        let pattern = names.get("pattern").and_then(Json::as_str).unwrap_or_default();
                        assert!(kind_by_pattern(pattern).is_some(), "{path}: {pattern} belongs to no kind");
                    }
                    ("allOf" | "anyOf" | "oneOf" | "items", Json::Array(children)) => {
                        assert!(key != "allOf" || children.len() == 1, "{path}: allOf with several schemas");
                        children.iter().for_each(|child| walk(child, &format!("{path}/{key}"), wrong));
                    }
                    ("items" | "additionalProperties", child) => walk(child, &format!("{path}/{key}"), wrong),
                    ("pattern", _) => assert!(object.contains_key("x-strata"), "{path}: a pattern without a kind is not checked"),
                    _ => {}
                }
            }
        }
        let mut wrong = Vec::new();
        walk(crate::schema::platform(), "platform", &mut wrong);
        walk(crate::schema::application(), "application", &mut wrong);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
