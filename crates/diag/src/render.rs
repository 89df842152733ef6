//! Diagnostics as text for people, drawn by miette without asking the terminal anything.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode, SourceSpan};

use crate::{Diagnostic, Diagnostics, Severity, Span};

/// The texts of the files that diagnostics point into.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    texts: BTreeMap<Arc<str>, Arc<str>>,
}

impl Sources {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with one more file, under the name that spans carry.
    #[must_use]
    pub fn with(mut self, file: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        self.add(file, text);
        self
    }

    /// Adds a file under the name that spans carry.
    pub fn add(&mut self, file: impl Into<Arc<str>>, text: impl Into<Arc<str>>) {
        self.texts.insert(file.into(), text.into());
    }

    /// The text of a file, if known.
    pub fn text(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(|text| &**text)
    }
}

impl Sources {
    /// The same texts with every masked place of the diagnostics starred out; byte lengths stay as they are.
    fn masked(&self, diagnostics: &Diagnostics) -> Self {
        let mut masked = self.clone();
        for span in diagnostics.iter().flat_map(|diagnostic| &diagnostic.masked) {
            let Some(text) = masked.texts.get(&span.file) else { continue };
            let starred: String = text
                .char_indices()
                .flat_map(|(at, c)| {
                    let hidden = (span.offset..span.offset.saturating_add(span.length)).contains(&at) && c != '\n';
                    let (shown, count) = if hidden { ('*', c.len_utf8()) } else { (c, 1) };
                    std::iter::repeat_n(shown, count)
                })
                .collect();
            masked.texts.insert(span.file.clone(), starred.into());
        }
        masked
    }
}

/// Draws all diagnostics, in order, each followed by an empty line, at most `width` columns wide (source lines are not
/// broken). What is masked is starred out. With `colour` the text carries ANSI escapes. The result depends on the arguments only.
pub fn render_text(diagnostics: &Diagnostics, sources: &Sources, width: usize, colour: bool) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(width.clamp(40, 400))
        .with_links(false)
        .with_context_lines(1)
        .with_break_words(false)
        .with_word_separator(textwrap::WordSeparator::AsciiSpace)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation);
    let mut text = String::new();
    let sources = sources.masked(diagnostics);
    for diagnostic in diagnostics {
        let report = Report::new(diagnostic, &sources);
        let mut drawn = String::new();
        // Writing to a String does not fail, and miette fails only for spans outside their text, which `Report` clips.
        if handler.render_report(&mut drawn, &report).is_err() {
            drawn = plain(diagnostic);
        }
        for line in drawn.trim_matches('\n').lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text.push('\n');
    }
    text
}

fn plain(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.span.as_ref().map(|span| format!(" ({}:{})", span.file_line(), span.column)).unwrap_or_default();
    let hint = diagnostic.hint.as_ref().map(|hint| format!("\n  help: {hint}")).unwrap_or_default();
    format!("{}: {}{place}{hint}\n", diagnostic.code, diagnostic.message)
}

/// One diagnostic in the form that miette draws: it can show one source, so places in other files become related reports.
#[derive(Debug)]
struct Report {
    code: Option<String>,
    message: String,
    hint: Option<String>,
    severity: miette::Severity,
    source: Option<NamedSource<Arc<str>>>,
    labels: Vec<LabeledSpan>,
    others: Vec<Report>,
}

impl Report {
    fn new(diagnostic: &Diagnostic, sources: &Sources) -> Self {
        let mut report = Report {
            code: Some(diagnostic.code.as_str().to_owned()),
            message: diagnostic.message.clone(),
            hint: diagnostic.hint.clone(),
            severity: match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
                Severity::Note => miette::Severity::Advice,
            },
            source: None,
            labels: Vec::new(),
            others: Vec::new(),
        };
        let Some(span) = &diagnostic.span else {
            for (place, what) in &diagnostic.related {
                report.others.push(Report::elsewhere(place, what, sources));
            }
            return report;
        };
        report.point(span, None, sources);
        for (place, what) in &diagnostic.related {
            if place.file == span.file && report.source.is_some() {
                report.point(place, Some(what.clone()), sources);
            } else {
                report.others.push(Report::elsewhere(place, what, sources));
            }
        }
        if report.source.is_none() {
            report.message = format!("{} ({}:{})", report.message, span.file_line(), span.column);
        }
        report
    }

    fn elsewhere(place: &Span, what: &str, sources: &Sources) -> Self {
        let mut report = Report {
            code: None,
            message: what.to_owned(),
            hint: None,
            severity: miette::Severity::Advice,
            source: None,
            labels: Vec::new(),
            others: Vec::new(),
        };
        report.point(place, None, sources);
        if report.source.is_none() {
            report.message = format!("{what} ({})", place.file_line());
        }
        report
    }

    fn point(&mut self, span: &Span, what: Option<String>, sources: &Sources) {
        let Some(text) = sources.texts.get(&span.file) else { return };
        self.source.get_or_insert_with(|| NamedSource::new(&*span.file, text.clone()));
        let start = span.offset.min(text.len());
        // Only the first line of the span is underlined: a whole block would bury the message.
        let line_end = text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| start + at);
        let end = span.offset.saturating_add(span.length).clamp(start, line_end.max(start));
        self.labels.push(LabeledSpan::new_with_span(what, SourceSpan::from((start, end - start))));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.hint.as_ref().map(|hint| Box::new(hint) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.labels.is_empty() { None } else { Some(Box::new(self.labels.iter().cloned())) }
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.others.is_empty() { None } else { Some(Box::new(self.others.iter().map(|other| other as &dyn miette::Diagnostic))) }
    }
}
