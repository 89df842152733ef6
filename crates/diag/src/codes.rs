//! The one table of diagnostic codes.
//!
//! To add a code: add one row below and one page `docs/errors/EXXXX.md` (copy a neighbour's headings). The test
//! `tests/pages.rs` fails when either is missing, when the page's title differs from the row, and when the index
//! `docs/errors/README.md` is stale.
//!
//! | range | whose |
//! | --- | --- |
//! | E01xx | reading the files: YAML, keys, types, values |
//! | E02xx | references between things in the files |
//! | E03xx | values that do not fit together |
//! | E04xx | security, guardrails and compliance in the files |
//! | E05xx | plan |
//! | E06xx | policy |
//! | E07xx | engine, state and store |
//! | E08xx | providers and credentials |
//! | E09xx | the command line and the sandbox |

use std::fmt;

use serde::{Serialize, Serializer};

/// A diagnostic code, such as `E0101`. It can only be made from a row of the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

impl Code {
    /// The code as users see it: `E0101`.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// The short title of the code, as in its page and in the index.
    pub fn title(self) -> &'static str {
        TABLE.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// The code's page, relative to the root of the repository.
    pub fn page(self) -> String {
        format!("docs/errors/{}.md", self.0)
    }

    /// Finds a code by its text; none if there is no such row.
    pub fn parse(text: &str) -> Option<Code> {
        TABLE.iter().map(|row| row.0).find(|code| code.0 == text)
    }

    /// Every code with its title, in order.
    pub fn all() -> &'static [(Code, &'static str)] {
        TABLE
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

macro_rules! codes {
    ($($name:ident $title:literal)*) => {
        $(#[doc = $title] pub const $name: Code = Code(stringify!($name));)*
        static TABLE: &[(Code, &str)] = &[$(($name, $title)),*];
    };
}

codes! {
    E0101 "The file is not valid YAML"
    E0102 "A key is written twice"
    E0103 "Unknown key"
    E0104 "Wrong type"
    E0105 "A required key is missing"
    E0106 "Not one of the allowed words"
    E0107 "The value is not well formed"
    E0108 "The number is out of range"
    E0109 "The name is not allowed"
    E0110 "The file is empty"
    E0111 "Too many aliases"
    E0112 "More than one document in the file"
    E0113 "The value could not be read"
    E0114 "The file is nested too deeply"
    E0115 "An option that this type of resource does not have"
    E0116 "The version of the language is not known"
    E0201 "`uses` names something that is not declared"
    E0202 "The verb does not fit the thing used"
    E0203 "`${...}` names something that is not declared"
    E0204 "`${...}` asks for an output that is not published"
    E0205 "`${...}` reads something that is not in `uses`"
    E0206 "Services call each other in a circle"
    E0207 "Steps of a pipeline wait for each other in a circle"
    E0208 "A trigger names something that cannot trigger"
    E0209 "The image names no service"
    E0210 "`after` names no step"
    E0211 "The cluster is not declared"
    E0212 "The network is not declared"
    E0213 "The account is not declared"
    E0214 "The environment is not declared"
    E0215 "A name is used twice"
    E0216 "`drain` names a queue that the service does not receive from"
    E0217 "The approving group is not declared"
    E0218 "There is no application file"
    E0219 "A size word is not defined"
    E0301 "Networks do not fit into the address space"
    E0302 "Address ranges overlap"
    E0303 "The schedule is not a cron expression"
    E0304 "Two services have the same route"
    E0305 "A route without a port"
    E0306 "The smallest scale is larger than the largest"
    E0307 "The override names something that does not exist"
    E0308 "The override may not change this key"
    E0309 "A service needs exactly one of `build` and `image`"
    E0310 "`${env.host}` is used, but the environment has no host"
    E0311 "The host is outside the platform's domains"
    E0312 "Two environments have the same host"
    E0313 "The role belongs to another account"
    E0314 "A variable is set twice"
    E0315 "A step of a pipeline needs exactly one kind of work"
    E0316 "The backup period is longer than the service allows"
    E0317 "Keys that do not go together"
    E0318 "The value is outside what the cloud allows"
    E0401 "A secret is written into the file"
    E0402 "The override would drop a control"
    E0403 "The instance family is outside the guardrails"
    E0404 "Public routes are forbidden by the guardrails"
    E0405 "The standard is not known"
    E0501 "The graph made of the files does not hold together"
    E0502 "Asked for and not built yet"
    E0503 "A declared secret has no value yet"
    E0504 "Others stand on the scope"
    E0505 "No such resource"
    E0506 "A reader needs a user in the database"
    E0507 "A role needs a place in the search engine"
    E0508 "Data would go with what is replaced"
    E0601 "The plan would violate a control"
    E0602 "A standard without a catalogue in this version"
    E0603 "A line asks for less than a standard does"
    E0610 "The waivers are not well formed"
    E0611 "A waiver names no known control"
    E0612 "A waiver is approved by its own owner"
    E0613 "A waiver's last day is no day"
    E0614 "A waiver is written twice"
    E0615 "A waiver excuses nothing"
    E0616 "The answer to compare with cannot be used"
    E0620 "The evidence was changed"
    E0621 "The chain of the evidence is broken"
    E0622 "A signature does not fit the evidence"
    E0623 "There is no key for the evidence"
    E0624 "The key of the evidence cannot be used"
    E0625 "The form of the organisation's evidence cannot be used"
    E0626 "There is no evidence"
    E0630 "The users' rules cannot be evaluated"
    E0631 "A rule cannot be read"
    E0701 "The plan is stale"
    E0702 "Somebody else is at work"
    E0703 "The plan file was changed"
    E0704 "The state is of a newer version"
    E0705 "The backup cannot be brought back"
    E0706 "The state cannot be read or written"
    E0707 "The run has lost its scopes"
    E0708 "No such run, or it is not at work"
    E0709 "The state is damaged"
    E0710 "There is nothing to resume"
    E0711 "It cannot be adopted"
    E0712 "It cannot be moved or taken over as it is written"
    E0713 "A field is left to others"
    E0714 "Drift is reported here, not corrected"
    E0715 "It keeps failing and is held"
    E0801 "No credentials that work"
    E0802 "A cloud call failed"
    E0803 "Resources could not be looked at"
    E0901 "A specification file cannot be read"
    E0902 "A file cannot be read or written"
    E0903 "Not one platform and one application file"
    E0904 "A file that the application names cannot be read"
    E0905 "Which environment is meant is not clear"
    E0906 "No such service"
    E0907 "There is nobody to ask"
    E0908 "The environment was not approved"
    E0909 "The command does not answer in that format"
    E0910 "The sandbox cannot be installed or started"
    E0911 "No such data"
    E0912 "No such secret"
    E0913 "No value was given"
    E0914 "Nothing can be exported"
    E0915 "Something is already there"
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn codes_are_sorted_unique_and_well_formed() {
        let codes: Vec<&str> = Code::all().iter().map(|row| row.0.as_str()).collect();
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(codes, sorted, "the table is in order and has no code twice");
        for code in codes {
            assert!(code.len() == 5 && code.starts_with('E') && code[1..].chars().all(|c| c.is_ascii_digit()), "{code}");
        }
    }

    #[test]
    fn a_code_is_found_by_its_text() {
        assert_eq!(Code::parse("E0101"), Some(E0101));
        assert_eq!(Code::parse("E9999"), None);
        assert_eq!(E0103.title(), "Unknown key");
        assert_eq!(E0103.page(), "docs/errors/E0103.md");
    }
}
