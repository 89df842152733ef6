//! YAML 1.2 (core schema) into a [`Node`]: duplicate keys are refused, aliases are capped, depth is capped.
//!
//! Invariant: no input makes it panic, recurse without bound or use memory out of proportion to the input.

use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use strata_diag::{Diagnostic, Diagnostics, Span, codes};

use crate::Source;
use crate::tree::{DEEPEST, Entry, Map, Node, Value};

/// How many aliases a file may use, and how many values they may become.
const MOST_ALIASES: usize = 100;
const MOST_ALIASED_VALUES: usize = 10_000;

/// Reads a file. The tree is given even if there are diagnostics about it, as long as there is one.
pub(crate) fn parse(source: &Source, diagnostics: &mut Diagnostics) -> Option<Node> {
    let places = Places::new(source);
    let mut builder = Builder {
        places: &places,
        stack: Vec::new(),
        root: None,
        documents: 0,
        anchors: HashMap::new(),
        aliases: 0,
        aliased: 0,
        diagnostics,
    };
    let mut parser = Parser::new_from_str(&source.text);
    loop {
        match parser.next_event() {
            None => break,
            Some(Ok((Event::StreamEnd, _))) => break,
            Some(Ok((event, span))) => {
                if builder.event(event, span).is_err() {
                    return None;
                }
            }
            Some(Err(error)) => {
                let span = places.point(error.marker());
                let mut diagnostic = Diagnostic::error(codes::E0101, format!("this is not valid YAML: {}", error.info())).at(span);
                diagnostic = diagnostic.hint("check the indentation, and that quotes, brackets and braces are closed; values that start with `*`, `&`, `%`, `@` or `{` need quotes");
                builder.diagnostics.push(diagnostic);
                return None;
            }
        }
    }
    let root = builder.root;
    match root {
        Some(node) if !matches!(node.value, Value::Null) => Some(node),
        _ => {
            let span = Span { file: source.file.clone(), line: 1, column: 1, offset: 0, length: 0 };
            diagnostics.push(
                Diagnostic::error(codes::E0110, "the file has nothing in it").at(span).hint("`strata init` writes a file to start from"),
            );
            None
        }
    }
}

/// Turns the parser's places, counted in characters, into spans, counted in bytes.
struct Places {
    file: Arc<str>,
    text: Arc<str>,
    /// The byte offset of each character; empty if all are one byte long.
    bytes: Vec<usize>,
}

impl Places {
    fn new(source: &Source) -> Self {
        let bytes = if source.text.is_ascii() { Vec::new() } else { source.text.char_indices().map(|(at, _)| at).collect() };
        Self { file: source.file.clone(), text: source.text.clone(), bytes }
    }

    fn byte(&self, index: usize) -> usize {
        if self.bytes.is_empty() { index.min(self.text.len()) } else { self.bytes.get(index).copied().unwrap_or(self.text.len()) }
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        let start = self.byte(span.start.index());
        let end = self.byte(span.end.index()).max(start);
        Span { length: end - start, ..self.point(&span.start) }
    }

    /// The parser counts blanks and comments behind a scalar as part of it; this finds its real end.
    fn trim(&self, span: &mut Span, style: ScalarStyle) {
        let Some(text) = self.text.get(span.offset..span.offset + span.length) else { return };
        let end = match style {
            ScalarStyle::Plain => text.find(" #").or_else(|| text.find("\t#")).unwrap_or(text.len()),
            ScalarStyle::SingleQuoted => closing_quote(text, '\''),
            ScalarStyle::DoubleQuoted => closing_quote(text, '"'),
            ScalarStyle::Literal | ScalarStyle::Folded => text.len(),
        };
        span.length = text[..end].trim_end().len();
    }

    fn point(&self, marker: &Marker) -> Span {
        Span {
            file: self.file.clone(),
            line: u32::try_from(marker.line().max(1)).unwrap_or(u32::MAX),
            column: u32::try_from(marker.col() + 1).unwrap_or(u32::MAX),
            offset: self.byte(marker.index()),
            length: 0,
        }
    }
}

/// Where a quoted scalar ends: behind the first quote that is neither escaped nor doubled.
fn closing_quote(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && quote == '"' {
            characters.next();
        } else if c == quote {
            if quote == '\'' && characters.peek().is_some_and(|(_, next)| *next == quote) {
                characters.next();
            } else {
                return at + c.len_utf8();
            }
        }
    }
    text.len()
}

enum Frame {
    List { span: Span, anchor: usize, list: Vec<Node> },
    Map { span: Span, anchor: usize, map: Map, key: Option<(String, Span)> },
}

struct Builder<'a> {
    places: &'a Places,
    stack: Vec<Frame>,
    root: Option<Node>,
    documents: usize,
    anchors: HashMap<usize, Node>,
    aliases: usize,
    aliased: usize,
    diagnostics: &'a mut Diagnostics,
}

/// Reading cannot go on; the diagnostic has been pushed.
struct Stop;

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: saphyr_parser::Span) -> Result<(), Stop> {
        let span = self.places.span(span);
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    let diagnostic = Diagnostic::error(codes::E0112, "the file has a second document").at(span);
                    self.diagnostics.push(diagnostic.hint("remove the `---` and what follows it, or put it into a file of its own"));
                    return Err(Stop);
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let mut span = span;
                self.places.trim(&mut span, style);
                let value = scalar(&text, style, tag.as_deref());
                self.keep(anchor, Node { span, value })?;
            }
            Event::SequenceStart(anchor, _) => self.open(Frame::List { span, anchor, list: Vec::new() })?,
            Event::MappingStart(anchor, _) => self.open(Frame::Map { span, anchor, map: Map::new(), key: None })?,
            Event::SequenceEnd | Event::MappingEnd => {
                // The parser counts a comment behind a closing bracket as part of it.
                let end = span.offset + span.length.min(1);
                match self.stack.pop() {
                    Some(Frame::List { mut span, anchor, list }) => {
                        span.length = end.saturating_sub(span.offset);
                        self.keep(anchor, Node { span, value: Value::List(list) })?;
                    }
                    Some(Frame::Map { mut span, anchor, map, .. }) => {
                        span.length = end.saturating_sub(span.offset);
                        self.keep(anchor, Node { span, value: Value::Map(map) })?;
                    }
                    None => return Err(Stop),
                }
            }
            Event::Alias(anchor) => self.alias(anchor, span)?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn open(&mut self, frame: Frame) -> Result<(), Stop> {
        if self.stack.len() >= DEEPEST {
            let span = match &frame {
                Frame::List { span, .. } | Frame::Map { span, .. } => span.clone(),
            };
            self.too_deep(span);
            return Err(Stop);
        }
        self.stack.push(frame);
        Ok(())
    }

    fn too_deep(&mut self, span: Span) {
        let message = format!("the file is nested more than {DEEPEST} levels deep");
        self.diagnostics.push(
            Diagnostic::error(codes::E0114, message).at(span).hint("the language itself is less than ten levels deep; check the brackets"),
        );
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Stop> {
        let Some(target) = self.anchors.get(&anchor) else {
            let diagnostic = Diagnostic::error(codes::E0101, "this is not valid YAML: the alias stands inside what it stands for").at(span);
            self.diagnostics.push(diagnostic.hint("write the value out"));
            return Err(Stop);
        };
        let (size, depth) = measure(target);
        self.aliases += 1;
        self.aliased = self.aliased.saturating_add(size);
        if self.aliases > MOST_ALIASES || self.aliased > MOST_ALIASED_VALUES {
            let message = format!("the file uses more than {MOST_ALIASES} aliases, or they become more than {MOST_ALIASED_VALUES} values");
            self.diagnostics.push(Diagnostic::error(codes::E0111, message).at(span).hint("write the values out"));
            return Err(Stop);
        }
        if self.stack.len() + depth > DEEPEST {
            self.too_deep(span);
            return Err(Stop);
        }
        let node = target.clone();
        self.keep(0, node)
    }

    fn keep(&mut self, anchor: usize, node: Node) -> Result<(), Stop> {
        if anchor != 0 {
            // An anchor's value is kept as well; that doubles it at most as often as it is nested, which depth caps.
            let (size, _) = measure(&node);
            self.aliased = self.aliased.saturating_add(size);
            if self.aliased > MOST_ALIASED_VALUES {
                let message = format!("anchors and aliases stand for more than {MOST_ALIASED_VALUES} values");
                self.diagnostics.push(Diagnostic::error(codes::E0111, message).at(node.span.clone()).hint("write the values out"));
                return Err(Stop);
            }
            self.anchors.insert(anchor, node.clone());
        }
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Frame::List { list, .. }) => list.push(node),
            Some(Frame::Map { map, key, .. }) => match key.take() {
                None => match node.scalar_text() {
                    Some(text) => *key = Some((text, node.span)),
                    None => {
                        let diagnostic = Diagnostic::error(codes::E0104, format!("a key must be text, here it is {}", node.kind()))
                            .at(node.span.clone());
                        self.diagnostics.push(diagnostic.hint("`${...}` and `{...}` need quotes: \"${env.host}/\""));
                        *key = Some((String::new(), node.span));
                    }
                },
                Some((name, key_span)) => {
                    if let Some(first) = map.get(&name) {
                        let diagnostic =
                            Diagnostic::error(codes::E0102, format!("the key `{name}` is written twice in the same map")).at(key_span);
                        self.diagnostics.push(
                            diagnostic
                                .related(Some(first.key_span.clone()), "the first is here")
                                .hint("keep one of the two, or give the second another name"),
                        );
                    } else {
                        map.insert(name, Entry { key_span, node });
                    }
                }
            },
        }
        Ok(())
    }
}

/// How many values a tree has and how deep it is.
fn measure(node: &Node) -> (usize, usize) {
    let children: Vec<(usize, usize)> = match &node.value {
        Value::List(list) => list.iter().map(measure).collect(),
        Value::Map(map) => map.values().map(|entry| measure(&entry.node)).collect(),
        _ => return (1, 0),
    };
    (1 + children.iter().map(|child| child.0).sum::<usize>(), 1 + children.iter().map(|child| child.1).max().unwrap_or(0))
}

/// Resolves a scalar by the YAML 1.2 core schema: `no`, `on` and `1:30` are text.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let is_text = match tag {
        Some(tag) => tag.is_yaml_core_schema() && tag.suffix == "str" || tag.handle == "!",
        None => style != ScalarStyle::Plain,
    };
    if is_text {
        return Value::Text(text.into());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let integer = if let Some(digits) = text.strip_prefix("0x") {
        i64::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with(['+', '-']))
    } else if let Some(digits) = text.strip_prefix("0o") {
        i64::from_str_radix(digits, 8).ok().filter(|_| !digits.starts_with(['+', '-']))
    } else {
        text.parse().ok()
    };
    if let Some(integer) = integer {
        return Value::Integer(integer, text.into());
    }
    // `inf`, `nan` and the like are words here: the core schema writes them `.inf` and `.nan`, which the language has no use for.
    let numeric = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) && text.bytes().any(|b| b.is_ascii_digit());
    match text.parse::<f64>() {
        Ok(float) if numeric && float.is_finite() => Value::Float(float, text.into()),
        _ => Value::Text(text.into()),
    }
}

/// Whether a plain scalar with this text would be read as text.
pub(crate) fn plain_is_text(text: &str) -> bool {
    matches!(scalar(text, ScalarStyle::Plain, None), Value::Text(_))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> (Option<Node>, Vec<String>) {
        let mut diagnostics = Diagnostics::new();
        let node = parse(&Source { file: "x.yaml".into(), text: text.into() }, &mut diagnostics);
        (node, diagnostics.iter().map(|d| d.code.to_string()).collect())
    }

    #[test]
    fn the_core_schema() {
        let (node, codes) = read("[no, on, 1:30, 010, 0x1f, 1.5, .inf, ~, true, '16', !!str 16, 1e3, +5]");
        assert!(codes.is_empty());
        let Value::List(list) = node.unwrap().value else { panic!() };
        let kinds: Vec<&str> = list.iter().map(Node::kind).collect();
        assert_eq!(
            kinds,
            [
                "text",
                "text",
                "text",
                "a whole number",
                "a whole number",
                "a number",
                "text",
                "nothing",
                "true or false",
                "text",
                "text",
                "a number",
                "a whole number"
            ]
        );
    }

    #[test]
    fn places_count_bytes_and_characters() {
        let (node, _) = read("é: ü\nb: [1]\n");
        let node = node.unwrap();
        let found = node.find("b.0").unwrap();
        assert_eq!((found.node.span.line, found.node.span.column, found.node.span.offset), (2, 5, 11));
    }

    #[test]
    fn a_span_ends_where_the_value_ends() {
        let text = "a: \"x \\\" y\"   # c\nb: 'it''s' # c\nc: plain text # c\nd: [1, 2]   # c\ne: {f: 1} # c\n";
        let node = read(text).0.unwrap();
        let shown: Vec<&str> =
            node.as_map().unwrap().values().map(|entry| &text[entry.node.span.offset..][..entry.node.span.length]).collect();
        assert_eq!(shown, ["\"x \\\" y\"", "'it''s'", "plain text", "[1, 2]", "{f: 1}"]);
    }

    #[test]
    fn what_is_refused() {
        assert_eq!(read("a: 1\na: 2\n").1, ["E0102"]);
        assert_eq!(read("a: [1\n").1, ["E0101"]);
        assert_eq!(read("").1, ["E0110"]);
        assert_eq!(read("# nothing\n").1, ["E0110"]);
        assert_eq!(read("a: 1\n---\nb: 2\n").1, ["E0112"]);
        assert_eq!(read(&"[".repeat(100)).1, ["E0114"]);
        assert_eq!(read("{a: 1}: 2\n").1, ["E0104"]);
        let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (name, last) in "bcdefghi".chars().zip("abcdefgh".chars()) {
            bomb.push_str(&format!("{name}: &{name} [*{last}, *{last}, *{last}, *{last}, *{last}, *{last}, *{last}, *{last}, *{last}]\n"));
        }
        assert_eq!(read(&bomb).1, ["E0111"]);
    }
}
