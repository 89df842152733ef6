//! Diagnostics as a versioned JSON object, for programs.

use serde_json::{Value, json};

use crate::{Diagnostic, Diagnostics, Span};

/// `{"version": 1, "diagnostics": [...]}`. A later version may add keys; it increases the number when it changes one.
pub fn to_json(diagnostics: &Diagnostics) -> Value {
    json!({ "version": 1, "diagnostics": diagnostics.iter().map(one).collect::<Vec<_>>() })
}

fn one(diagnostic: &Diagnostic) -> Value {
    json!({
        "code": diagnostic.code.as_str(),
        "severity": diagnostic.severity.as_str(),
        "title": diagnostic.code.title(),
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "page": diagnostic.code.page(),
        "span": diagnostic.span.as_ref().map(span),
        "related": diagnostic.related.iter().map(|(place, what)| json!({"message": what, "span": span(place)})).collect::<Vec<_>>(),
    })
}

fn span(span: &Span) -> Value {
    json!({ "file": &*span.file, "line": span.line, "column": span.column, "offset": span.offset, "length": span.length })
}
