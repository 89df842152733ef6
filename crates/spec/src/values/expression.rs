//! Text with references: `${db.url}`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{Kind, text_value};

/// Text that may hold references such as `${env.host}`. A literal `${` is written `$${`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Expression {
    text: Arc<str>,
    parts: Vec<Part>,
}

/// A piece of an [`Expression`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Text to be taken as it is.
    Literal(String),
    /// Something to be looked up.
    Reference(Reference),
}

/// `${target.output}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// What is read: a declared name, or `env`, or `app`.
    pub target: String,
    /// Which of its published outputs.
    pub output: String,
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${{{}.{}}}", self.target, self.output)
    }
}

impl Expression {
    /// The text as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The pieces in order; neighbouring literals are one.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The references in order.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.parts.iter().filter_map(|part| match part {
            Part::Reference(reference) => Some(reference),
            Part::Literal(_) => None,
        })
    }

    /// The text, if there is no reference in it.
    pub fn literal(&self) -> Option<String> {
        self.render(|_| None)
    }

    /// The text with every reference replaced by what `value` gives; none if it gives none for one of them.
    pub fn render(&self, mut value: impl FnMut(&Reference) -> Option<String>) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Reference(reference) => text.push_str(&value(reference)?),
            }
        }
        Some(text)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Expression {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            if let Some(before) = rest[..at].strip_suffix('$') {
                literal.push_str(before);
                literal.push_str("${");
                rest = &rest[at + 2..];
                continue;
            }
            literal.push_str(&rest[..at]);
            let inner = &rest[at + 2..];
            let Some(end) = inner.find('}') else {
                return Err("a `${` has no closing `}`".into());
            };
            let path = &inner[..end];
            let Some((target, output)) = path.split_once('.') else {
                return Err(format!("`${{{path}}}` has no dot; write `${{name.output}}`"));
            };
            let word = |text: &str| {
                !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
            };
            if !word(target) || !word(output) {
                return Err(format!("`${{{path}}}` is not of the form `${{name.output}}`"));
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(Part::Reference(Reference { target: target.to_owned(), output: output.to_owned() }));
            rest = &inner[end + 1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self { text: text.into(), parts })
    }
}

pub(crate) static EXPRESSION: Kind = Kind {
    name: "expression",
    noun: "a text with references",
    hint: "A reference is written `${name.output}`, such as `${db.url}`; a literal `${` is written `$${`.",
    pattern: "^[\\s\\S]*$",
    check: |text| text.parse::<Expression>().map(|_| ()),
    number: false,
};
text_value!(Expression, "expression");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn parts_and_escapes() {
        let of = |text: &str| text.parse::<Expression>().unwrap();
        let route = of("${env.host}/api");
        assert_eq!(route.references().map(ToString::to_string).collect::<Vec<_>>(), ["${env.host}"]);
        assert_eq!(route.render(|_| Some("a.example".into())).unwrap(), "a.example/api");
        assert_eq!(of("a$${b}c").literal().unwrap(), "a${b}c");
        assert_eq!(of("plain").parts(), [Part::Literal("plain".into())]);
        assert_eq!(of("").literal().unwrap(), "");
        assert_eq!(of("$$ {}").literal().unwrap(), "$$ {}");
        for bad in ["${", "${db}", "${.url}", "${db.}", "${a.b.c}", "${ db.url }"] {
            assert!(bad.parse::<Expression>().is_err(), "{bad}");
        }
    }
}
