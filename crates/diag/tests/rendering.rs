//! What users and programs see: the same bytes for the same diagnostics, in every form.
#![allow(clippy::unwrap_used)]

use strata_diag::{Diagnostic, Diagnostics, Sources, Span, codes, render_text, to_json, to_sarif};

const APP: &str = "app: shop\nservices:\n  wéb: {prt: 3000}\n  api: {env: {TOKEN: s3cr3tvalue}}\n";
const PLATFORM: &str = "platform: acme\n";

fn span(file: &str, text: &str, part: &str) -> Span {
    let offset = text.find(part).unwrap();
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Span {
        file: file.into(),
        line: u32::try_from(before.matches('\n').count() + 1).unwrap(),
        column: u32::try_from(before[line_start..].chars().count() + 1).unwrap(),
        offset,
        length: part.len(),
    }
}

fn example() -> (Diagnostics, Sources) {
    let secret = span("app.yaml", APP, "s3cr3tvalue");
    let diagnostics = [
        Diagnostic::error(codes::E0103, "`prt` is not a key of `services.web`")
            .at(span("app.yaml", APP, "prt"))
            .hint("did you mean `port`?"),
        Diagnostic::error(codes::E0401, "`TOKEN` looks like a secret").at(secret.clone()).masked(secret).hint("use `secrets`"),
        Diagnostic::warning(codes::E0404, "a warning with places in both files")
            .at(span("app.yaml", APP, "services"))
            .related(Some(span("app.yaml", APP, "api")), "in the same file")
            .related(Some(span("platform.yaml", PLATFORM, "acme")), "in another file"),
        Diagnostic::note(codes::E0218, "a note without a place").hint("name a file"),
        Diagnostic::error(codes::E0101, "in a file whose text is not known").at(span("gone.yaml", "x", "x")),
    ];
    (diagnostics.into_iter().collect(), Sources::new().with("app.yaml", APP).with("platform.yaml", PLATFORM))
}

#[test]
fn text() {
    let (diagnostics, sources) = example();
    insta::assert_snapshot!("text-80", render_text(&diagnostics, &sources, 80, false));
    insta::assert_snapshot!("text-200", render_text(&diagnostics, &sources, 200, false));
    let coloured = render_text(&diagnostics, &sources, 80, true);
    assert!(coloured.contains("\u{1b}["), "colour was asked for");
    assert!(!render_text(&diagnostics, &sources, 80, false).contains('\u{1b}'));
    assert!(!coloured.contains("s3cr3t") && !render_text(&diagnostics, &sources, 80, false).contains("s3cr3t"), "masked text is shown");
}

#[test]
fn json() {
    let (diagnostics, _) = example();
    let value = to_json(&diagnostics);
    assert_eq!(value["version"], 1);
    insta::assert_json_snapshot!("json", value);
}

#[test]
fn sarif() {
    let (diagnostics, _) = example();
    let value = to_sarif(&diagnostics);
    assert_eq!(value["version"], "2.1.0");
    let rules = value["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for result in value["runs"][0]["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    insta::assert_json_snapshot!("sarif", value);
}

#[test]
fn spans_outside_the_text_do_no_harm() {
    let far = Span { file: "app.yaml".into(), line: 99, column: 1, offset: 10_000, length: 50 };
    let long = Span { file: "app.yaml".into(), line: 1, column: 1, offset: 0, length: 10_000 };
    let diagnostics: Diagnostics =
        [Diagnostic::error(codes::E0101, "far").at(far), Diagnostic::error(codes::E0101, "long").at(long)].into_iter().collect();
    let shown = render_text(&diagnostics, &Sources::new().with("app.yaml", APP), 80, false);
    assert!(shown.contains("far") && shown.contains("long"));
}
