//! The layout of HCL, so that `terraform fmt -check` has nothing to say.
//!
//! The trees are hcl-edit's; only the whitespace around their nodes is decided here. Rules of `terraform fmt` that are kept: two spaces
//! for each level; `=` stands in one column for neighbouring items that begin and end on one line (an item that ends in a heredoc counts
//! to the column of those before it and ends the group).

use hcl_edit::expr::{Array, Expression, Object, ObjectKey, ObjectValueTerminator};
use hcl_edit::structure::{Attribute, Block, Body, Structure};
use hcl_edit::template::{Element, HeredocTemplate, Interpolation, StringTemplate, Template};
use hcl_edit::{Decorate, Ident};

/// The widest list of plain values that is kept on one line, in characters.
const LIST_WIDTH: usize = 100;

/// One line of a file or of a block.
pub(super) enum Line {
    /// An attribute.
    Attribute(String, Expression),
    /// An attribute apart from those before it.
    Apart(String, Expression),
    /// A nested block with its labels.
    Block {
        /// Comment lines above it, without `#`.
        comment: Vec<String>,
        /// Its keyword.
        keyword: String,
        /// Its labels.
        labels: Vec<String>,
        /// What is in it.
        lines: Vec<Line>,
    },
}

impl Line {
    /// A block without a comment.
    pub(super) fn block(keyword: &str, labels: &[&str], lines: Vec<Line>) -> Self {
        Self::Block {
            comment: Vec::new(),
            keyword: keyword.to_owned(),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            lines,
        }
    }

    /// An attribute.
    pub(super) fn attribute(name: &str, value: impl Into<Expression>) -> Self {
        Self::Attribute(name.to_owned(), value.into())
    }
}

/// The text of a file.
pub(super) fn file(header: &[String], lines: Vec<Line>) -> String {
    let mut text: String = comment_text(header, 0);
    text.push('\n');
    text.push_str(&body(lines, 0).to_string());
    text
}

fn comment_text(lines: &[String], depth: usize) -> String {
    // A line break inside a comment would end it: what follows would be code.
    lines.iter().flat_map(|line| line.lines()).map(|line| format!("{}# {line}\n", indent(depth))).collect()
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

fn body(lines: Vec<Line>, depth: usize) -> Body {
    let widths = columns(lines.iter().map(|line| match line {
        Line::Attribute(name, value) => Some((name.chars().count(), shape(value, depth))),
        // A blank line ends a column.
        Line::Apart(..) | Line::Block { .. } => None,
    }));
    let mut body = Body::new();
    for (index, (line, width)) in lines.into_iter().zip(widths).enumerate() {
        let gap = if index == 0 { "" } else { "\n" };
        match line {
            Line::Apart(name, value) => {
                let mut attribute = Attribute::new(Ident::new(name), lay_out(value, depth));
                attribute.decor_mut().set_prefix(format!("{gap}{}", indent(depth)));
                body.push(Structure::Attribute(attribute));
            }
            Line::Attribute(name, value) => {
                let mut attribute = Attribute::new(Ident::new(name.clone()), lay_out(value, depth));
                attribute.key.decor_mut().set_suffix(padding(&name, width));
                attribute.decor_mut().set_prefix(indent(depth));
                body.push(Structure::Attribute(attribute));
            }
            Line::Block { comment, keyword, labels, lines } => {
                let empty = lines.is_empty();
                let mut block = Block::builder(Ident::new(keyword)).labels(labels).build();
                block.body = self::body(lines, depth + 1);
                block.body.set_prefer_oneline(empty);
                if !empty {
                    // The closing brace stands where the keyword does.
                    block.body.decor_mut().set_suffix(indent(depth));
                }
                block.decor_mut().set_prefix(format!("{gap}{}{}", comment_text(&comment, depth), indent(depth)));
                body.push(Structure::Block(block));
            }
        }
    }
    body
}

/// How an item takes part in a column of `=`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Begins and ends on its line.
    Line,
    /// Begins on the line and goes on as a heredoc.
    Heredoc,
    /// Opens a bracket that another line closes.
    Open,
}

/// For each item the width of its column, or none where it stands alone.
fn columns(items: impl Iterator<Item = Option<(usize, Shape)>>) -> Vec<Option<usize>> {
    let mut widths: Vec<Option<usize>> = Vec::new();
    let mut group: Vec<usize> = Vec::new();
    let mut widest = 0;
    let close = |widths: &mut Vec<Option<usize>>, group: &mut Vec<usize>, widest: &mut usize| {
        for index in group.drain(..) {
            widths[index] = Some(*widest);
        }
        *widest = 0;
    };
    for (index, item) in items.enumerate() {
        widths.push(None);
        match item {
            Some((width, shape)) if shape != Shape::Open => {
                group.push(index);
                widest = widest.max(width);
                if shape == Shape::Heredoc {
                    close(&mut widths, &mut group, &mut widest);
                }
            }
            _ => close(&mut widths, &mut group, &mut widest),
        }
    }
    close(&mut widths, &mut group, &mut widest);
    widths
}

fn padding(name: &str, width: Option<usize>) -> String {
    let own = name.chars().count();
    " ".repeat(width.unwrap_or(own).saturating_sub(own) + 1)
}

fn shape(value: &Expression, depth: usize) -> Shape {
    if matches!(value, Expression::HeredocTemplate(_)) {
        return Shape::Heredoc;
    }
    if is_one_line(value, depth) { Shape::Line } else { Shape::Open }
}

fn is_one_line(value: &Expression, depth: usize) -> bool {
    match value {
        Expression::HeredocTemplate(_) => false,
        Expression::Array(items) => array_on_one_line(items, depth),
        Expression::Object(object) => object.is_empty(),
        Expression::FuncCall(call) => call.args.iter().all(|argument| is_one_line(argument, depth)),
        _ => true,
    }
}

fn array_on_one_line(items: &Array, depth: usize) -> bool {
    items.is_empty()
        || items.iter().all(|item| !matches!(item, Expression::Object(_) | Expression::Array(_)) && is_one_line(item, depth))
            && depth * 2 + Expression::from(items.clone()).to_string().chars().count() <= LIST_WIDTH
}

/// Sets the whitespace of an expression whose line is indented by `depth` levels.
fn lay_out(value: Expression, depth: usize) -> Expression {
    match value {
        Expression::Array(items) if !array_on_one_line(&items, depth) => {
            let mut array = Array::new();
            for item in items {
                let mut item = lay_out(item, depth + 1);
                item.decor_mut().set_prefix(format!("\n{}", indent(depth + 1)));
                array.push(item);
            }
            array.set_trailing_comma(true);
            array.set_trailing(format!("\n{}", indent(depth)));
            array.into()
        }
        Expression::Object(object) if !object.is_empty() => lay_out_object(object, depth),
        Expression::FuncCall(mut call) => {
            let mut ends_in_heredoc = false;
            for argument in call.args.iter_mut() {
                ends_in_heredoc = matches!(argument, Expression::HeredocTemplate(_));
                *argument = lay_out(std::mem::replace(argument, Expression::null()), depth);
            }
            if ends_in_heredoc {
                call.args.set_trailing(format!("\n{}", indent(depth)));
            }
            Expression::FuncCall(call)
        }
        other => other,
    }
}

fn lay_out_object(object: Object, depth: usize) -> Expression {
    let items: Vec<_> = object.into_iter().collect();
    let key_texts: Vec<String> = items.iter().map(|(key, _)| key_text(key)).collect();
    let widths =
        columns(items.iter().zip(&key_texts).map(|((_, value), text)| Some((text.chars().count(), shape(value.expr(), depth + 1)))));
    let mut laid_out = Object::new();
    for (index, (((mut key, mut value), text), width)) in items.into_iter().zip(&key_texts).zip(widths).enumerate() {
        let start = if index == 0 { "\n" } else { "" };
        let decor = match &mut key {
            ObjectKey::Ident(ident) => ident.decor_mut(),
            ObjectKey::Expression(expression) => expression.decor_mut(),
        };
        decor.set_prefix(format!("{start}{}", indent(depth + 1)));
        decor.set_suffix(padding(text, width));
        let expression = lay_out(std::mem::replace(value.expr_mut(), Expression::null()), depth + 1);
        *value.expr_mut() = expression;
        value.set_terminator(ObjectValueTerminator::Newline);
        laid_out.insert(key, value);
    }
    laid_out.set_trailing(indent(depth));
    laid_out.into()
}

fn key_text(key: &ObjectKey) -> String {
    match key {
        ObjectKey::Ident(ident) => ident.as_str().to_owned(),
        ObjectKey::Expression(expression) => expression.to_string(),
    }
}

/// An object key: bare where it is a plain word, else quoted.
pub(super) fn key(text: &str) -> ObjectKey {
    let plain = text.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        // In an object a `for` would start a comprehension.
        && text != "for";
    if plain { ObjectKey::from(Ident::new(text)) } else { ObjectKey::from(literal(text)) }
}

/// A string whose characters are all meant as they are.
pub(super) fn literal(text: &str) -> Expression {
    template(vec![Piece::Literal(text.to_owned())])
}

/// A traversal such as `aws_vpc.main.id`, from its text.
///
/// # Errors
/// The parser's message when the text is no HCL expression.
pub(super) fn traversal(text: &str) -> Result<Expression, String> {
    let mut expression: Expression = text.parse().map_err(|error: hcl_edit::parser::Error| error.to_string())?;
    expression.decor_mut().clear();
    Ok(expression)
}

/// A bare word, for example a type of a variable.
pub(super) fn word(text: &str) -> Expression {
    Expression::from(Ident::new(text))
}

/// A part of a text.
pub(super) enum Piece {
    /// Characters that are meant as they are.
    Literal(String),
    /// What an expression gives.
    Interpolated(Expression),
}

/// The text of the pieces one after another: a plain string, an interpolated one, or a heredoc when it has several lines.
pub(super) fn template(pieces: Vec<Piece>) -> Expression {
    let heredoc = fits_heredoc(&pieces);
    if !heredoc
        && let [Piece::Literal(text)] = pieces.as_slice()
        && !text.contains("${")
        && !text.contains("%{")
    {
        return Expression::from(text.as_str());
    }
    let elements = elements(pieces);
    if heredoc {
        let mut template = Template::new();
        for element in elements {
            template.push(element);
        }
        return Expression::from(HeredocTemplate::new(Ident::new(DELIMITER), template));
    }
    let mut quoted = StringTemplate::new();
    for element in elements {
        quoted.push(element);
    }
    Expression::from(quoted)
}

/// The template elements of the pieces. Every `${` and `%{` of a literal begins an element of its own, because hcl-edit 0.10 escapes only
/// the first of an element reliably; and `$` or `%` before an interpolation are
/// interpolated themselves, else they would read as an escape.
fn elements(pieces: Vec<Piece>) -> Vec<Element> {
    let mut elements = Vec::new();
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Interpolated(expression) => elements.push(interpolation(expression)),
            Piece::Literal(mut text) => {
                let before_interpolation = matches!(pieces.peek(), Some(Piece::Interpolated(_)));
                let mut signs = String::new();
                while before_interpolation && let Some(sign @ ('$' | '%')) = text.chars().last() {
                    text.pop();
                    signs.insert(0, sign);
                }
                let mut rest = text.as_str();
                while !rest.is_empty() {
                    let next = rest
                        .match_indices("${")
                        .chain(rest.match_indices("%{"))
                        .map(|(at, _)| at)
                        .filter(|at| *at > 0)
                        .min()
                        .unwrap_or(rest.len());
                    elements.push(Element::Literal(rest[..next].to_owned().into()));
                    rest = &rest[next..];
                }
                if !signs.is_empty() {
                    elements.push(interpolation(Expression::from(signs)));
                }
            }
        }
    }
    elements
}

/// `${expression}`, without the spaces that hcl-edit puts by itself.
fn interpolation(mut expression: Expression) -> Element {
    expression.decor_mut().set_prefix("");
    expression.decor_mut().set_suffix("");
    Element::Interpolation(Interpolation::new(expression))
}

const DELIMITER: &str = "EOT";

/// Whether the text of the pieces is the same when written as a heredoc: it ends in one line break, has at least two lines, and no
/// line that would end it or character that only a quoted string can say.
fn fits_heredoc(pieces: &[Piece]) -> bool {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Interpolated(_) => text.push('x'),
        }
    }
    text.ends_with('\n')
        && text.lines().count() > 1
        && !text.lines().any(|line| line.trim() == DELIMITER)
        && !text.chars().any(|character| character.is_control() && character != '\n' && character != '\t')
}
