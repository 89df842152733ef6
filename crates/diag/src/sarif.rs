//! Diagnostics as SARIF 2.1.0 (the OASIS standard for results of static analysis), for code hosts and editors.

use serde_json::{Value, json};

use crate::{Code, Diagnostic, Diagnostics, Severity, Span};

/// A SARIF 2.1.0 log with one run. Lines and columns count from 1, as the standard asks; the column unit is the Unicode
/// code point, which is what [`Span::column`] counts.
pub fn to_sarif(diagnostics: &Diagnostics) -> Value {
    let mut codes: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes
        .iter()
        .map(|code| {
            json!({
                "id": code.as_str(),
                "shortDescription": { "text": code.title() },
                "helpUri": code.page(),
            })
        })
        .collect();
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|diagnostic| result(diagnostic, codes.iter().position(|code| *code == diagnostic.code).unwrap_or_default()))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "strata", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(diagnostic: &Diagnostic, rule: usize) -> Value {
    let text = match &diagnostic.hint {
        Some(hint) => format!("{}\n{}", diagnostic.message, hint),
        None => diagnostic.message.clone(),
    };
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut value = json!({
        "ruleId": diagnostic.code.as_str(),
        "ruleIndex": rule,
        "level": level,
        "message": { "text": text },
        "locations": diagnostic.span.iter().map(|span| json!({ "physicalLocation": location(span) })).collect::<Vec<_>>(),
    });
    if !diagnostic.related.is_empty() {
        value["relatedLocations"] = diagnostic
            .related
            .iter()
            .enumerate()
            .map(|(id, (span, what))| json!({ "id": id, "message": { "text": what }, "physicalLocation": location(span) }))
            .collect();
    }
    value
}

fn location(span: &Span) -> Value {
    json!({
        "artifactLocation": { "uri": &*span.file },
        "region": {
            "startLine": span.line,
            "startColumn": span.column,
            "byteOffset": span.offset,
            "byteLength": span.length,
        },
    })
}
