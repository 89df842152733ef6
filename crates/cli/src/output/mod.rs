//! How answers look: widths, colour, tables, plans, progress.

pub mod plan;
pub mod progress;
pub mod summary;

use std::io::{IsTerminal, Write};

/// Columns of the terminal; 100 where there is none, so that what goes into a file is the same everywhere.
pub fn width() -> usize {
    if let Some(columns) = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()) {
        return columns;
    }
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0)).max(60)
}

/// Whether to colour what goes to a stream: a terminal, and nobody asked for none (<https://no-color.org>).
pub fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Writes an answer to standard output; a reader that went away is no failure.
pub fn answer(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Colours by meaning; nothing where there is no colour.
#[derive(Debug, Clone, Copy)]
pub struct Paint(pub bool);

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Headings.
    pub fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    /// What is less important.
    pub fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    /// What is made, and what is well.
    pub fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    /// What changes, and what waits.
    pub fn yellow(self, text: &str) -> String {
        self.with("33", text)
    }

    /// What goes, and what is wrong.
    pub fn red(self, text: &str) -> String {
        self.with("31", text)
    }
}

/// A text broken into lines of at most `width` characters at spaces, the later ones indented.
pub fn wrap(text: &str, width: usize, indent: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let limit = if lines.is_empty() { width } else { width.saturating_sub(indent) };
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > limit {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.join(&format!("\n{}", " ".repeat(indent)))
}

/// `1 step`, `2 steps`.
pub fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_broken_at_spaces() {
        assert_eq!(wrap("one two three", 7, 2), "one two\n  three");
        assert_eq!(wrap("one", 7, 2), "one");
    }
}
