//! Collecting mistakes while reading on.

use std::ops::Range;
use std::path::Path;

use super::{Diagnostic, Diagnostics, Place};

/// Mistakes beyond this many are counted, not kept.
const MOST_KEPT: usize = 100;

/// What a [`Note`] is about, which decides whether a syntax error elsewhere makes it doubtful.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Syntax,
    Missing,
    Wrong,
}

struct Note {
    span: Range<usize>,
    kind: Kind,
    message: String,
    help: String,
}

/// The mistakes found so far in one text.
pub(crate) struct Report<'t> {
    path: &'t Path,
    text: &'t str,
    notes: Vec<Note>,
    elsewhere: Vec<Diagnostic>,
}

impl<'t> Report<'t> {
    pub(crate) fn new(path: &'t Path, text: &'t str) -> Self {
        Self { path, text, notes: Vec::new(), elsewhere: Vec::new() }
    }

    pub(crate) fn path(&self) -> &'t Path {
        self.path
    }

    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// Text that is not TOML.
    pub(crate) fn syntax(&mut self, error: &toml::de::Error) {
        let span = error.span().unwrap_or(self.text.len()..self.text.len());
        let message = format!("this is not TOML: {}", error.message());
        self.notes.push(Note { span, kind: Kind::Syntax, message, help: String::new() });
    }

    /// Something that is there and wrong.
    pub(crate) fn wrong(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.notes.push(Note { span, kind: Kind::Wrong, message: message.into(), help: help.into() });
    }

    /// Something that is not there; `span` is where one would look for it.
    pub(crate) fn missing(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.notes.push(Note { span, kind: Kind::Missing, message: message.into(), help: help.into() });
    }

    /// Mistakes in another file that this one names.
    pub(crate) fn elsewhere(&mut self, diagnostics: Diagnostics) {
        self.elsewhere.extend(diagnostics.list);
    }

    pub(crate) fn has_errors(&self) -> bool {
        !self.notes.is_empty() || !self.elsewhere.is_empty()
    }

    pub(crate) fn has_syntax_errors(&self) -> bool {
        self.notes.iter().any(|note| note.kind == Kind::Syntax)
    }

    /// Nothing if no mistake was found.
    pub(crate) fn finish(mut self) -> Result<(), Diagnostics> {
        self.forget_consequences();
        self.notes.sort_by_key(|note| note.span.start);
        let total = self.notes.len() + self.elsewhere.len();
        let place = |note: &Note| Some(Place::new(self.text, &note.span));
        let mut list: Vec<Diagnostic> = (self.notes.iter().take(MOST_KEPT))
            .map(|note| Diagnostic {
                path: self.path.to_owned(),
                place: place(note),
                message: note.message.clone(),
                help: note.help.clone(),
            })
            .collect();
        list.extend(self.elsewhere);
        list.truncate(MOST_KEPT);
        let dropped = total - list.len();
        if list.is_empty() { Ok(()) } else { Err(Diagnostics { list, dropped }) }
    }

    /// After a syntax error the tree has holes: keep one mistake for such a line, and none about missing things.
    fn forget_consequences(&mut self) {
        if !self.has_syntax_errors() {
            return;
        }
        let line = |at: usize| self.text[..self.text.floor_char_boundary(at)].matches('\n').count();
        let mut broken: Vec<usize> = Vec::new();
        self.notes.sort_by_key(|note| (note.kind != Kind::Syntax, note.span.start));
        self.notes.truncate(10 * MOST_KEPT);
        self.notes.retain(|note| match note.kind {
            Kind::Missing => false,
            Kind::Wrong => !note.span.is_empty() && !broken.contains(&line(note.span.start)),
            Kind::Syntax => {
                let here = line(note.span.start);
                let first = !broken.contains(&here);
                broken.push(here);
                first
            }
        });
    }
}
