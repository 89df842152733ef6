//! Reading a file of waivers: every mistake at once, each with its place.
//!
//! Invariant: a waiver that is returned names a known control, has all its parts, and was approved by somebody else than its owner.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use serde_saphyr::{Location, Spanned};
use strata_graph::Origin;

use super::Waiver;
use crate::registry::{control, controls};
use crate::verdict::ControlId;

/// What the ids of users' own rules begin with; which of those there are is known where they are evaluated.
const USERS: &str = "rules/";

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Offset of the first byte.
    pub offset: usize,
    /// Length in bytes; zero means a point.
    pub length: usize,
}

/// What kind of mistake it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MistakeKind {
    /// The file has not the form of a list of waivers.
    Form,
    /// It names no known control.
    UnknownControl,
    /// Owner and approver are one.
    OwnApproval,
    /// The last day is none.
    NoDay,
    /// The same waiver is written twice.
    Twice,
}

/// A mistake in a file of waivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What kind it is.
    pub kind: MistakeKind,
    /// Where; none where the whole file is meant.
    pub place: Option<Place>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub hint: String,
    /// Another place that belongs to it, with what it is.
    pub related: Option<(Place, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    waivers: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    control: Option<Spanned<String>>,
    resource: Option<Spanned<String>>,
    reason: Option<Spanned<String>>,
    owner: Option<Spanned<String>>,
    approver: Option<Spanned<String>>,
    expires: Option<Spanned<String>>,
}

/// Reads a file of waivers.
///
/// # Errors
/// Every mistake of the file, in its order; one alone where it is no such YAML at all.
pub fn read(file: &str, text: &str) -> Result<Vec<Waiver>, Vec<Mistake>> {
    let whole: Whole = serde_saphyr::from_str(text).map_err(|error| {
        vec![Mistake {
            kind: MistakeKind::Form,
            place: error.location().map(place),
            what: format!("not a list of waivers: {}", without_place(&error.to_string())),
            hint: "write `waivers:` and below it a list, each with control, resource, reason, owner, approver and expires".to_owned(),
            related: None,
        }]
    })?;
    let mut mistakes = Vec::new();
    let mut waivers = Vec::new();
    let mut first: BTreeMap<(String, String), Place> = BTreeMap::new();
    for (index, row) in whole.waivers.iter().enumerate() {
        let at = place(row.referenced);
        let before = mistakes.len();
        let waiver = one(file, index, &row.value, at, &mut mistakes);
        let Some(waiver) = waiver.filter(|_| mistakes.len() == before) else { continue };
        let key = (waiver.control.0.clone(), waiver.resource.clone());
        match first.get(&key) {
            Some(earlier) => mistakes.push(Mistake {
                kind: MistakeKind::Twice,
                place: Some(at),
                what: format!("{} is already waived for '{}'", key.0, key.1),
                hint: "keep one of both".to_owned(),
                related: Some((*earlier, "the first one".to_owned())),
            }),
            None => {
                first.insert(key, at);
                waivers.push(waiver);
            }
        }
    }
    if mistakes.is_empty() { Ok(waivers) } else { Err(mistakes) }
}

fn one(file: &str, index: usize, row: &Row, at: Place, mistakes: &mut Vec<Mistake>) -> Option<Waiver> {
    let mut text = |name: &str, value: &Option<Spanned<String>>| match value {
        Some(value) if !value.value.trim().is_empty() => Some((value.value.trim().to_owned(), place(value.referenced))),
        other => {
            mistakes.push(Mistake {
                kind: MistakeKind::Form,
                place: Some(other.as_ref().map_or(at, |value| place(value.referenced))),
                what: format!("the waiver has no `{name}`"),
                hint: "a waiver has control, resource, reason, owner, approver and expires".to_owned(),
                related: None,
            });
            None
        }
    };
    let id = text("control", &row.control);
    let resource = text("resource", &row.resource);
    let reason = text("reason", &row.reason);
    let owner = text("owner", &row.owner);
    let approver = text("approver", &row.approver);
    let expires = text("expires", &row.expires);
    if let Some((id, place)) = id.as_ref().filter(|(id, _)| control(id).is_none() && !id.starts_with(USERS)) {
        let near = nearest(id).map_or_else(
            || "docs/controls/README.md lists the controls".to_owned(),
            |near| format!("did you mean '{near}'? docs/controls/README.md lists the controls"),
        );
        mistakes.push(Mistake {
            kind: MistakeKind::UnknownControl,
            place: Some(*place),
            what: format!("there is no control '{id}'"),
            hint: near,
            related: None,
        });
    }
    if let (Some((owner, owner_at)), Some((approver, place))) = (&owner, &approver)
        && owner.to_lowercase() == approver.to_lowercase()
    {
        mistakes.push(Mistake {
            kind: MistakeKind::OwnApproval,
            place: Some(*place),
            what: format!("'{approver}' approves a waiver of their own"),
            hint: "a waiver is approved by somebody else than its owner".to_owned(),
            related: Some((*owner_at, "the owner".to_owned())),
        });
    }
    let day = expires.as_ref().and_then(|(text, place)| match text.parse::<Date>() {
        Ok(day) if day.to_string() == *text => Some(day),
        _ => {
            mistakes.push(Mistake {
                kind: MistakeKind::NoDay,
                place: Some(*place),
                what: format!("'{text}' is no day"),
                hint: "write the last day on which the waiver holds, for example 2027-03-31".to_owned(),
                related: None,
            });
            None
        }
    });
    Some(Waiver {
        control: ControlId(id?.0),
        resource: resource?.0,
        reason: reason?.0,
        owner: owner?.0,
        approver: approver?.0,
        expires: day?,
        origin: Origin::new(file, at.line, format!("waivers.{index}")),
    })
}

/// The first line of a reader's message, whose place is told apart.
fn without_place(message: &str) -> &str {
    let line = message.lines().next().unwrap_or_default();
    let message = line.strip_prefix("error: ").unwrap_or(line);
    message.strip_prefix("line ").and_then(|rest| rest.split_once(": ")).map_or(message, |(_, rest)| rest)
}

fn place(location: Location) -> Place {
    let span = location.span();
    let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Place {
        line: number(location.line()),
        column: number(location.column()),
        offset: span.byte_offset().and_then(|offset| usize::try_from(offset).ok()).unwrap_or_default(),
        length: span.byte_len().and_then(|length| usize::try_from(length).ok()).unwrap_or_default(),
    }
}

/// The control that was meant by a wrong id, where that can be told: at most a third of the letters differ.
fn nearest(wrong: &str) -> Option<&'static str> {
    let limit = (wrong.chars().count() / 3).max(1);
    let near = controls().map(|control| (strsim::damerau_levenshtein(wrong, control.id), control.id));
    near.filter(|(distance, _)| *distance <= limit).min().map(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const GOOD: &str = "waivers:\n  - control: rds-multi-zone\n    resource: environment/shop/dev/*\n    reason: dev may be down\n    \
                        owner: dana\n    approver: sam\n    expires: 2027-03-31\n";

    #[test]
    fn a_waiver_knows_where_it_is_written() {
        let waivers = read("waivers/dev.yaml", GOOD).unwrap();
        assert_eq!(waivers.len(), 1);
        assert_eq!(waivers[0].origin, Origin::new("waivers/dev.yaml", 2, "waivers.0"));
        assert_eq!(waivers[0].expires.to_string(), "2027-03-31");
        assert_eq!(read("empty.yaml", "waivers: []\n").unwrap(), []);
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let text = "waivers:\n  - {control: rds-multi-zon, resource: '*', reason: r, owner: Dana, approver: dana, expires: tomorrow}\n  \
                    - {control: rds-encrypted, resource: '*', reason: ' ', owner: a, expires: 2027-02-30}\n  \
                    - {control: rds-encrypted, resource: x, reason: r, owner: a, approver: b, expires: 2027-02-28}\n  \
                    - {control: rds-encrypted, resource: x, reason: s, owner: a, approver: b, expires: 2028-02-28}\n";
        let mistakes = read("w.yaml", text).unwrap_err();
        let told: Vec<_> = mistakes.iter().map(|mistake| (mistake.kind, mistake.place.unwrap().line, mistake.what.as_str())).collect();
        assert_eq!(
            told,
            [
                (MistakeKind::UnknownControl, 2, "there is no control 'rds-multi-zon'"),
                (MistakeKind::OwnApproval, 2, "'dana' approves a waiver of their own"),
                (MistakeKind::NoDay, 2, "'tomorrow' is no day"),
                (MistakeKind::Form, 3, "the waiver has no `reason`"),
                (MistakeKind::Form, 3, "the waiver has no `approver`"),
                (MistakeKind::NoDay, 3, "'2027-02-30' is no day"),
                (MistakeKind::Twice, 5, "rds-encrypted is already waived for 'x'"),
            ]
        );
        assert_eq!(mistakes[0].hint, "did you mean 'rds-multi-zone'? docs/controls/README.md lists the controls");
        let wrong = mistakes[0].place.unwrap();
        assert_eq!(&text[wrong.offset..wrong.offset + wrong.length], "rds-multi-zon");
        assert_eq!(mistakes[6].related.as_ref().unwrap().0.line, 4);
    }

    #[test]
    fn what_is_no_such_list_is_one_mistake_with_its_line() {
        for (text, line) in [("- a\n", 1), ("waivers:\n  - {control: a, colour: red}\n", 2), ("waivers: [\n", 1)] {
            let mistakes = read("w.yaml", text).unwrap_err();
            assert_eq!(mistakes.len(), 1, "{text}");
            assert_eq!((mistakes[0].kind, mistakes[0].place.unwrap().line), (MistakeKind::Form, line), "{text}: {}", mistakes[0].what);
        }
    }
}
