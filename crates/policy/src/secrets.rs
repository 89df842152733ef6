//! What looks like a secret in a place where none belongs.
//!
//! Invariant: a value is looked at, never repeated: neither it nor a part of it enters a verdict.

use strata_graph::Text;

/// Words that, at the end of a variable's name or before `_`, say that its value is a secret.
const SECRET_WORDS: [&str; 14] = [
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "AUTH_TOKEN",
    "CREDENTIAL",
    "CREDENTIALS",
    "ENCRYPTION_KEY",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PRIVATE_KEY",
    "SECRET",
    "SECRET_KEY",
    "TOKEN",
];

/// Whether a variable with this name and value gives a secret away. What is known only after apply is another resource's output
/// (a name, an ARN, an address), never a secret: the graph holds none.
pub(crate) fn holds_secret(name: &str, value: &Text) -> bool {
    let Some(value) = value.as_literal() else { return false };
    if value.is_empty() {
        return false;
    }
    looks_like_secret(value) || is_secret_name(name) && !is_plain(value)
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    SECRET_WORDS.iter().any(|word| name == *word || name.ends_with(&format!("_{word}")) || name == format!("MY{word}"))
}

/// Values that are no secrets whatever the name says: switches, numbers, and names of the place where the secret is.
fn is_plain(value: &str) -> bool {
    matches!(value, "true" | "false" | "yes" | "no" | "on" | "off" | "none") || value.parse::<f64>().is_ok() || value.starts_with("arn:")
}

/// Values that are secrets whatever the name says.
pub(crate) fn looks_like_secret(text: &str) -> bool {
    text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") || has_access_key(text) || has_password_in_url(text)
}

/// An AWS access key id: AKIA or ASIA and sixteen more upper case letters or digits.
fn has_access_key(text: &str) -> bool {
    ["AKIA", "ASIA"].iter().any(|prefix| {
        text.match_indices(prefix).any(|(start, _)| {
            let rest =
                text[start + prefix.len()..].chars().take_while(|character| character.is_ascii_uppercase() || character.is_ascii_digit());
            let before = text[..start].chars().next_back();
            rest.count() == 16 && !before.is_some_and(|character| character.is_ascii_alphanumeric())
        })
    })
}

/// `scheme://user:password@host`.
fn has_password_in_url(text: &str) -> bool {
    text.match_indices("://").any(|(start, _)| {
        let rest = &text[start + 3..];
        let authority =
            rest.split(|character: char| character == '/' || character.is_whitespace() || character == '"').next().unwrap_or_default();
        authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).is_some_and(|(_, password)| {
            // `$PASSWORD` and `${...}` are filled in by the shell, from where the secret is.
            !password.is_empty() && !password.starts_with('$')
        })
    })
}

/// The lines of a script that give a secret away, by number.
pub(crate) fn lines_with_secrets(script: &str) -> Vec<usize> {
    script
        .lines()
        .enumerate()
        .filter(|(_, line)| {
            let assigned = line.trim_start().trim_start_matches("export ").split_once('=').is_some_and(|(name, value)| {
                let value = value.trim().trim_matches(['"', '\'']);
                let is_name = !name.is_empty() && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
                is_name
                    && is_secret_name(name)
                    && !value.is_empty()
                    && !value.starts_with('$')
                    && !value.starts_with('`')
                    && !is_plain(value)
            });
            assigned || looks_like_secret(line)
        })
        .map(|(index, _)| index + 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_seen_and_places_of_secrets_are_not_taken_for_them() {
        for (name, value) in [
            ("DB_PASSWORD", "hunter2"),
            ("token", "abc"),
            ("URL", "postgres://app:hunter2@db/x"),
            ("ANYTHING", "AKIAABCDEFGHIJKLMNOP"),
            ("PEM", "-----BEGIN RSA PRIVATE KEY-----"),
        ] {
            assert!(holds_secret(name, &value.into()), "{name}");
        }
        for (name, value) in [
            ("DB_PASSWORD_ARN", "arn:aws:secretsmanager:us-east-1:1:secret:x"),
            ("DB_PASSWORD", "arn:aws:secretsmanager:us-east-1:1:secret:x"),
            ("TOKEN_LIFETIME", "60"),
            ("KEY_PREFIX", "tickets"),
            ("URL", "https://db.example/x@y:z"),
            ("DATABASE_URL", "postgres://app@db:5432/x"),
            ("SECRET", ""),
        ] {
            assert!(!holds_secret(name, &value.into()), "{name}");
        }
    }

    #[test]
    fn a_script_that_asks_for_its_secret_gives_none_away() {
        assert_eq!(lines_with_secrets("#!/bin/sh\nexport TOKEN=abc\nPASSWORD=$(aws secretsmanager get-secret-value)\n"), [2]);
    }
}
