//! Mistakes in a manifest: where each one is, what is wrong, and what would be right.
//!
//! A reader collects into a [`Report`] instead of stopping at the first mistake; [`Diagnostics`] is the sorted result.

mod report;

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

pub(crate) use report::Report;

/// The part of a line that a mistake is about. Lines and columns count from 1, columns and lengths in characters.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// Line number.
    pub line: usize,
    /// Column of the first wrong character.
    pub column: usize,
    /// Number of characters that are wrong, at least 1.
    pub length: usize,
    /// The whole line, without its end.
    pub line_text: String,
}

impl Place {
    /// The place of the bytes `span` of `text`, cut at the end of its first line.
    pub(crate) fn new(text: &str, span: &Range<usize>) -> Self {
        let start = text.floor_char_boundary(span.start);
        let end = text.floor_char_boundary(span.end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        Self {
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            length: text[start..end.min(line_end)].trim_end().chars().count().max(1),
            line_text: text[line_start..line_end].trim_end_matches('\r').to_owned(),
        }
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Diagnostic {
    /// The file, as it was named by the caller.
    pub path: PathBuf,
    /// Where in the file; `None` when the file as a whole is meant.
    pub place: Option<Place>,
    /// What is wrong.
    pub message: String,
    /// What is allowed, and the nearest valid word if there is one.
    pub help: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", self.message)?;
        let Some(place) = &self.place else {
            write!(f, "  --> {}", self.path.display())?;
            return if self.help.is_empty() { Ok(()) } else { write!(f, "\n   = {}", self.help) };
        };
        let gutter = place.line.to_string().len();
        let (line, before, length) = window(place);
        let padding: String = before.chars().map(|_| ' ').collect();
        writeln!(f, "{:gutter$}--> {}:{}:{}", "", self.path.display(), place.line, place.column)?;
        writeln!(f, "{:gutter$} |", "")?;
        writeln!(f, "{} | {line}", place.line)?;
        let marks = "^".repeat(length);
        write!(f, "{}", format!("{:gutter$} | {padding}{marks} {}", "", self.help).trim_end())
    }
}

/// A readable piece of the line around the mistake: the piece, what precedes the mistake in it, and the mistake's length.
fn window(place: &Place) -> (String, String, usize) {
    const WIDEST: usize = 120;
    const LEAD: usize = 40;
    let printable = |c: char| {
        if c == '\t' {
            ' '
        } else if c.is_control() {
            '\u{fffd}'
        } else {
            c
        }
    };
    let line: Vec<char> = place.line_text.chars().map(printable).collect();
    let at = (place.column - 1).min(line.len());
    let from = if line.len() <= WIDEST { 0 } else { at.saturating_sub(LEAD) };
    let to = line.len().min(from + WIDEST);
    let (left, right) = (if from > 0 { "…" } else { "" }, if to < line.len() { "…" } else { "" });
    let piece: String = line[from..to].iter().collect();
    let before: String = line[from..at].iter().collect();
    (format!("{left}{piece}{right}"), format!("{left}{before}"), place.length.min((to - at).max(1)))
}

/// Every mistake that was found, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    /// How many more there are than the list holds.
    dropped: usize,
}

impl Diagnostics {
    /// One mistake about a file as a whole.
    pub(crate) fn file(path: &Path, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::one(Diagnostic { path: path.to_owned(), place: None, message: message.into(), help: help.into() })
    }

    /// A single mistake.
    pub(crate) fn one(diagnostic: Diagnostic) -> Self {
        Self { list: vec![diagnostic], dropped: 0 }
    }

    /// The mistakes; at most the first hundred.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// How many mistakes there are, those beyond the first hundred included. Never zero.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.list.len() + self.dropped
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.list.iter().enumerate() {
            write!(f, "{}{diagnostic}", if index > 0 { "\n\n" } else { "" })?;
        }
        if self.dropped > 0 {
            write!(f, "\n\nerror: {} more mistakes are not shown", self.dropped)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
