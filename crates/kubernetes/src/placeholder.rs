//! References inside the strings of Kubernetes objects.
//!
//! Kubernetes knows nothing of AWS resources, and k8s-openapi's fields are plain strings. So a text with references is written into a string
//! as `${strata:SCOPE/KIND.NAME#OUTPUT}` and read back when the object becomes a document; a literal `${strata` gets a backslash after it. Invariant: [`decode`] of [`encode`] is the text.

use strata_graph::{Address, Pseudo, Text};

const START: &str = "${strata:";

/// The text as a string.
#[must_use]
pub fn encode(text: &Text) -> String {
    match text {
        Text::Literal(literal) => literal.replace("${strata", "${strata\\"),
        Text::Output(reference) => format!("{START}{}#{}}}", reference.of, reference.output),
        Text::Pseudo(pseudo) => format!("{START}{}}}", word(*pseudo)),
        Text::Join(parts) => parts.iter().map(encode).collect(),
    }
}

/// The text of a string. What does not read as a reference is a literal.
#[must_use]
pub fn decode(string: &str) -> Text {
    let mut parts: Vec<Text> = Vec::new();
    let mut rest = string;
    while let Some(at) = rest.find(START) {
        let inner = &rest[at + START.len()..];
        let reference = inner.find('}').and_then(|end| Some((reference(&inner[..end])?, end)));
        match reference {
            Some((text, end)) => {
                parts.push(literal(&rest[..at]));
                parts.push(text);
                rest = &inner[end + 1..];
            }
            None => {
                parts.push(literal(&rest[..at + START.len()]));
                rest = inner;
            }
        }
    }
    parts.push(literal(rest));
    Text::join(parts)
}

fn literal(text: &str) -> Text {
    text.replace("${strata\\", "${strata").into()
}

fn reference(text: &str) -> Option<Text> {
    if let Some(pseudo) = [Pseudo::AccountId, Pseudo::Region, Pseudo::Partition].into_iter().find(|pseudo| word(*pseudo) == text) {
        return Some(pseudo.into());
    }
    let (address, output) = text.split_once('#')?;
    Some(Text::output(&address.parse::<Address>().ok()?, output))
}

fn word(pseudo: Pseudo) -> &'static str {
    match pseudo {
        Pseudo::AccountId => "account-id",
        Pseudo::Region => "region",
        Pseudo::Partition => "partition",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use strata_graph::Scope;

    fn part() -> impl Strategy<Value = Text> {
        prop_oneof![
            "[a${}:#\\\\]{0,6}|\\$\\{strata[\\\\:]{0,2}|[ -~]{0,12}".prop_map(Text::from),
            "[a-z]{1,5}"
                .prop_map(|name| Text::output(&Address::new(Scope::environment("a", "b"), "db_instance", name), "Endpoint.Address")),
            Just(Text::from(Pseudo::Region)),
        ]
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_back(parts in proptest::collection::vec(part(), 0..5)) {
            let text = Text::join(parts);
            prop_assert_eq!(decode(&encode(&text)), text);
        }
    }
}
