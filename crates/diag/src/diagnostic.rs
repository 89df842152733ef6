//! One diagnostic, and a list of them that is always read in the same order.

use std::sync::Arc;

use serde::Serialize;

use crate::Code;

/// A place in a user's file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
    /// Offset of the first byte in the file.
    pub offset: usize,
    /// Length in bytes; zero means a point.
    pub length: usize,
}

impl Span {
    /// `file:line`, as origins are printed.
    pub fn file_line(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing can be done until it is repaired.
    Error,
    /// It can go on, but probably not as meant.
    Warning,
    /// Something worth knowing.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// What happened, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Diagnostic {
    /// The code, whose page explains it at length.
    pub code: Code,
    /// Error, warning or note.
    pub severity: Severity,
    /// What happened, in one sentence. It never contains a secret value.
    pub message: String,
    /// Where; none for what has no place in a file.
    pub span: Option<Span>,
    /// What to do.
    pub hint: Option<String>,
    /// Other places that belong to it, each with what it is.
    pub related: Vec<(Span, String)>,
    /// Places whose text is never shown, in any rendering of any diagnostic: secrets that were written into a file.
    #[serde(skip)]
    pub masked: Vec<Span>,
}

impl Diagnostic {
    /// An error with no place yet.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A warning with no place yet.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// A note with no place yet.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self { code, severity, message: message.into(), span: None, hint: None, related: Vec::new(), masked: Vec::new() }
    }

    /// The same with its place (a `Span` or an `Option<Span>`).
    #[must_use]
    pub fn at(mut self, span: impl Into<Option<Span>>) -> Self {
        self.span = span.into();
        self
    }

    /// The same with what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with another place that belongs to it.
    #[must_use]
    pub fn related(mut self, span: Option<Span>, what: impl Into<String>) -> Self {
        if let Some(span) = span {
            self.related.push((span, what.into()));
        }
        self
    }

    /// The same with a place whose text is never shown.
    #[must_use]
    pub fn masked(mut self, span: Span) -> Self {
        self.masked.push(span);
        self
    }

    fn sort_key(&self) -> (Option<&str>, usize, Code, &str) {
        let file = self.span.as_ref().map(|span| &*span.file);
        let offset = self.span.as_ref().map_or(0, |span| span.offset);
        (file, offset, self.code, &self.message)
    }
}

/// Accumulated diagnostics. Reading them (iteration, rendering) is always sorted by file, offset and code, and the same
/// diagnostic added twice is kept once. Those without a place come first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one, in its place; an equal one that is there already is not added again.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let at = self.list.partition_point(|other| other.sort_key() < diagnostic.sort_key());
        let twin = self.list[at..].iter().take_while(|other| other.sort_key() == diagnostic.sort_key());
        for other in twin {
            if other.severity == diagnostic.severity {
                return;
            }
        }
        self.list.insert(at, diagnostic);
    }

    /// Adds all of another list.
    pub fn extend(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in other {
            self.push(diagnostic);
        }
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// How many are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Sorted by file, offset, code.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// `2 errors, 1 warning`, or `no problems`.
    pub fn summary(&self) -> String {
        let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
            .into_iter()
            .map(|severity| (severity, self.count(severity)))
            .filter(|(_, count)| *count > 0)
            .map(|(severity, count)| format!("{count} {}{}", severity.as_str(), if count == 1 { "" } else { "s" }))
            .collect();
        if parts.is_empty() { "no problems".to_owned() } else { parts.join(", ") }
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { list: vec![diagnostic] }
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<T: IntoIterator<Item = Diagnostic>>(iter: T) -> Self {
        let mut all = Self::new();
        all.extend(iter);
        all
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;

    fn span(file: &str, offset: usize) -> Span {
        Span { file: file.into(), line: 1, column: 1, offset, length: 1 }
    }

    #[test]
    fn read_in_the_same_order_however_added() {
        let a = Diagnostic::error(codes::E0103, "b").at(span("app.yaml", 9));
        let b = Diagnostic::warning(codes::E0102, "a").at(span("app.yaml", 9));
        let c = Diagnostic::error(codes::E0101, "c").at(span("platform.yaml", 0));
        let d = Diagnostic::note(codes::E0405, "d");
        let one: Diagnostics = [a.clone(), b.clone(), c.clone(), d.clone()].into_iter().collect();
        let two: Diagnostics = [d.clone(), c.clone(), b.clone(), a.clone(), a.clone()].into_iter().collect();
        assert_eq!(one, two);
        let order: Vec<&str> = one.iter().map(|x| x.message.as_str()).collect();
        assert_eq!(order, ["d", "a", "b", "c"]);
        assert_eq!(one.summary(), "2 errors, 1 warning, 1 note");
        assert!(one.has_errors());
        assert!(!Diagnostics::from(b).has_errors());
    }
}
