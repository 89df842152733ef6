//! Finds secrets that were pasted into a file. Messages name the place and the sort of secret, never the value.
//!
//! Two looks are taken: one at the raw text, for keys whose form is unmistakable wherever they stand (comments too, and files that are not
//! valid YAML); one at the values, for connection addresses with a password and for variables whose name says what they hold.

use std::sync::Arc;

use strata_diag::{Diagnostic, Diagnostics, Span, codes};

use crate::Source;
use crate::tree::{Node, Value};

const HINT: &str = "remove it, list its name under `secrets`, set it with `strata secret set NAME --env ENVIRONMENT`, and replace the value: it has been in a file";

/// Prefixes of keys that are unmistakable, with what follows: how many characters at least, and of which alphabet.
const TOKENS: &[(&str, &str, usize)] = &[
    ("AKIA", "an AWS access key", 16),
    ("ASIA", "an AWS access key", 16),
    ("ghp_", "a GitHub token", 20),
    ("gho_", "a GitHub token", 20),
    ("ghs_", "a GitHub token", 20),
    ("github_pat_", "a GitHub token", 20),
    ("glpat-", "a GitLab token", 16),
    ("xoxb-", "a Slack token", 16),
    ("xoxp-", "a Slack token", 16),
    ("sk_live_", "a Stripe key", 16),
    ("rk_live_", "a Stripe key", 16),
    ("AIza", "a Google key", 30),
    ("npm_", "an npm token", 30),
];

/// Looks at the raw text of a file. Also gives what must be masked wherever the file is shown.
pub(crate) fn scan_text(source: &Source, diagnostics: &mut Diagnostics) {
    let text = &*source.text;
    let mut found: Vec<(usize, usize, &str)> = Vec::new();
    for (prefix, what, least) in TOKENS {
        for (at, _) in text.match_indices(prefix) {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
                continue;
            }
            let end = word_end(text, at);
            let rest = &text[at + prefix.len()..end];
            let exact = !prefix.starts_with('A')
                || *prefix == "AIza"
                || (rest.len() == *least && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
            if rest.len() >= *least && exact {
                found.push((at, end, what));
            }
        }
    }
    for (at, _) in text.match_indices("-----BEGIN ") {
        let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        if text[at..line_end].contains("PRIVATE KEY-----") {
            let end = text[at..].find("-----END ").map_or(text.len(), |end| at + end);
            found.push((at, end, "a private key"));
        }
    }
    for (at, _) in text.match_indices("eyJ") {
        let before = text[..at].chars().next_back();
        let end = text[at..].find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).map_or(text.len(), |end| at + end);
        let parts: Vec<&str> = text[at..end].split('.').collect();
        if !before.is_some_and(|c| c.is_ascii_alphanumeric()) && parts.len() == 3 && parts.iter().all(|part| part.len() >= 16) {
            found.push((at, end, "a signed web token"));
        }
    }
    for (at, _) in text.match_indices("://") {
        if let Some((start, end)) = password_in_url(text, at) {
            found.push((start, end, "a password in an address"));
        }
    }
    found.sort_unstable();
    for (start, end, what) in found {
        push(what, place(source, start, end), diagnostics);
    }
}

fn word_end(text: &str, at: usize) -> usize {
    text[at..].find(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c))).map_or(text.len(), |end| at + end)
}

/// The password of `scheme://user:password@host`, given the place of `://`; references and placeholders are none.
fn password_in_url(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = &text[at + 3..];
    let end = rest.find(|c: char| c.is_whitespace() || "/?#\"'`,".contains(c)).unwrap_or(rest.len());
    let authority = &rest[..end];
    let (credentials, _) = authority.rsplit_once('@')?;
    let (user, password) = credentials.split_once(':')?;
    if password.is_empty() || password.contains("${") || password.starts_with('<') || password.chars().all(|c| c == '*') {
        return None;
    }
    let start = at + 3 + user.len() + 1;
    Some((start, start + password.len()))
}

fn place(source: &Source, start: usize, end: usize) -> Span {
    let before = &source.text[..start];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Span {
        file: source.file.clone(),
        line: u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX),
        column: u32::try_from(before[line_start..].chars().count() + 1).unwrap_or(u32::MAX),
        offset: start,
        length: end - start,
    }
}

fn push(what: &str, span: Span, diagnostics: &mut Diagnostics) {
    diagnostics.push(Diagnostic::error(codes::E0401, format!("{what} is written into the file")).at(span.clone()).hint(HINT).masked(span));
}

/// Looks at the values: variables under `env` whose name says that they hold a secret, and long random text anywhere.
pub(crate) fn scan_values(node: &Node, diagnostics: &mut Diagnostics) {
    walk(node, None, false, diagnostics);
}

fn walk(node: &Node, key: Option<&str>, in_env: bool, diagnostics: &mut Diagnostics) {
    match &node.value {
        Value::Map(map) => {
            let env = key == Some("env");
            for (key, entry) in map {
                // An override may name a variable by its path.
                let last = key.rsplit('.').next().unwrap_or(key);
                let inside = env || key.contains(".env.");
                walk(&entry.node, Some(last), inside, diagnostics);
            }
        }
        Value::List(list) => list.iter().for_each(|element| walk(element, None, false, diagnostics)),
        Value::Text(text) => value(text, key.filter(|_| in_env), &node.span, diagnostics),
        Value::Integer(_, text) if in_env => value(text, key, &node.span, diagnostics),
        _ => {}
    }
}

fn value(text: &Arc<str>, variable: Option<&str>, span: &Span, diagnostics: &mut Diagnostics) {
    let what = match variable {
        Some(name) if names_a_secret(name) && holds_a_secret(name, text) => format!("`{name}` looks like a secret and its value"),
        _ if is_random(text) => "a long random text that looks like a key".to_owned(),
        _ => return,
    };
    push(&what, span.clone(), diagnostics);
}

fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let ends = ["_KEY", "_TOKEN", "_PASSWORD", "_PASSWD", "_PASSPHRASE", "_CREDENTIALS", "_PWD"];
    name.contains("SECRET")
        || ["PASSWORD", "TOKEN", "APIKEY", "PASSWD"].contains(&name.as_str())
        || ends.iter().any(|end| name.ends_with(end))
}

/// Whether the value of such a variable is the secret itself, not a reference, a name, a path or a switch.
fn holds_a_secret(name: &str, text: &str) -> bool {
    if text.contains("${") || ["true", "false", "none", "null"].contains(&text) || text.starts_with("arn:") {
        return false;
    }
    let upper = name.to_ascii_uppercase();
    if ["PASSWORD", "PASSWD", "_PWD", "PASSPHRASE"].iter().any(|word| upper.contains(word)) {
        return !text.is_empty() && !text.starts_with('/');
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_path = text.starts_with(['/', '.']) || text.contains("://");
    text.len() >= 12 && !is_path && !text.contains(' ') && ((digits >= 2 && letters >= 2) || entropy(text) >= 3.6)
}

/// A text of 32 characters and more from one alphabet, with all sorts of them, evenly mixed.
fn is_random(text: &str) -> bool {
    let alphabet = |b: u8| b.is_ascii_alphanumeric() || b"+/=_-".contains(&b);
    text.len() >= 32
        && text.bytes().all(alphabet)
        && text.bytes().filter(u8::is_ascii_digit).count() >= 3
        && text.bytes().filter(u8::is_ascii_uppercase).count() >= 3
        && text.bytes().filter(u8::is_ascii_lowercase).count() >= 3
        && entropy(text) >= 4.2
}

/// Whether a text should not be printed in a message.
pub(crate) fn looks_secret(text: &str) -> bool {
    let unmistakable = TOKENS.iter().any(|(prefix, _, least)| text.find(prefix).is_some_and(|at| text.len() - at >= prefix.len() + least));
    let address = text.match_indices("://").any(|(at, _)| password_in_url(text, at).is_some());
    unmistakable
        || address
        || is_random(text)
        || text.contains("PRIVATE KEY-----")
        || (text.len() >= 20 && !text.contains(' ') && entropy(text) >= 4.5)
}

/// Shannon entropy in bits per byte.
fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / length).map(|part| -part * part.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let source = Source::new("app.yaml", text);
        let mut diagnostics = Diagnostics::new();
        scan_text(&source, &mut diagnostics);
        let mut ignored = Diagnostics::new();
        if let Some(node) = crate::yaml::parse(&source, &mut ignored) {
            scan_values(&node, &mut diagnostics);
        }
        diagnostics.iter().map(|d| d.message.clone()).collect()
    }

    #[test]
    fn what_is_a_secret() {
        // Joined here so that no scanner of repositories takes this file for a leak.
        let aws = format!("env: {{X: {}{}}}", "AKIA", "IOSFODNN7EXAMPLE");
        for text in [
            aws.as_str(),
            "# sk_live_0123456789abcdefABCD",
            "k: |\n  -----BEGIN RSA PRIVATE KEY-----\n  abc\n  -----END RSA PRIVATE KEY-----",
            "url: postgres://admin:hunter2@db.example/x",
            "env: {DB_PASSWORD: hunter2}",
            "env: {API_TOKEN: a1b2c3d4e5f6g7h8}",
            "override: {services.api.env.DB_PASSWORD: hunter2}",
            "x: wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY01",
        ] {
            assert_eq!(found(text).len(), 1, "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn what_is_none() {
        for text in [
            "secrets: [PAYMENT_API_KEY]",
            "env: {DATABASE_URL: \"${db.url}\", LOG_LEVEL: info}",
            "env: {API_TOKEN: \"${token.name}\"}",
            "env: {PRIMARY_KEY: id, SECRET_NAME: payments/api, TOKEN_FILE: /run/token}",
            "url: https://user:${db.password}@db.example/x",
            "role: arn:aws:iam::111111111111:role/strata",
            "image: public.ecr.aws/nginx/nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "env: {PASSWORD_LENGTH: 5}",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn values_are_never_printed() {
        for text in ["hunter2:postgres://admin:hunter2@db", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY01"] {
            assert!(looks_secret(text), "{text}");
        }
        for text in ["us-east-1", "medium", "*/5 * * * *", "tickets.acme.example"] {
            assert!(!looks_secret(text), "{text}");
        }
    }
}
