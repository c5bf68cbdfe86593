//! reports/index.html: one page of all that lies in a folder of reports, to be opened from the disk and printed.
//!
//! Figures are shown from their own files beside the page, which keeps it small and quick to open; with
//! [`Reporting::inline`] they are inside it, so that the page can be sent alone. Nothing is loaded from elsewhere: the
//! page's Content-Security-Policy forbids it. What manifests mean is not known here: who asks for a report says how
//! fresh its experiments are. The bytes depend on these answers and on the files alone.

mod benchmarks;
mod claims;
mod experiment;
mod figure;
mod page;
mod prose;
mod table;

use crate::folder::Folder;
use crate::{AnalysisError, Summary, tables};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What is reported, beside the files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reporting {
    /// Experiments in the order of the page.
    pub experiments: Vec<Manifested>,
    /// What the numbers depend on, a name and a value each.
    pub environment: Vec<(String, String)>,
    /// The command that makes the page.
    pub command: String,
    /// Figures inside the page.
    pub inline: bool,
}

impl Reporting {
    /// How many experiments are how fresh: "15 fresh, 5 missing".
    #[must_use]
    pub fn counts(&self) -> String {
        let of = |word: &str| self.experiments.iter().filter(|one| one.freshness.word() == word).count();
        let words = Freshness::WORDS.map(|word| (of(word), word));
        words
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// An experiment as its manifest says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifested {
    /// Its name, and that of its folder of reports.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The manifest's path and text; `None` for a report that no manifest names.
    pub manifest: Option<(String, String)>,
    /// The fingerprint that the manifest has now; empty without one.
    pub fingerprint: String,
    /// The commands that make tables and figures again.
    pub commands: String,
    /// Whether the report is of this manifest.
    pub freshness: Freshness,
    /// Whether the tables are as they were locked, in a sentence; empty when nothing is known.
    pub locked: String,
}

/// How a report stands to its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    /// Made from the manifest as it is now.
    Fresh,
    /// Made from another version, with what has changed since.
    Stale(String),
    /// Not analyzed yet.
    Missing,
    /// No manifest names it.
    Orphaned,
}

impl Freshness {
    const WORDS: [&str; 4] = ["fresh", "stale", "missing", "orphaned"];

    /// One word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        Self::WORDS[match self {
            Self::Fresh => 0,
            Self::Stale(_) => 1,
            Self::Missing => 2,
            Self::Orphaned => 3,
        }]
    }
}

/// The page's file.
const PAGE: &str = "index.html";

/// Writes `reports`/index.html and returns its path.
///
/// # Errors
/// When something in the folder cannot be read, or the page not be written.
pub fn report(reports: &Path, reporting: &Reporting) -> Result<PathBuf, AnalysisError> {
    let html = page::html(reports, reporting)?;
    std::fs::create_dir_all(reports).map_err(|error| AnalysisError::io("create", reports, error))?;
    let path = reports.join(PAGE);
    tables::replace(&path, |mut file| {
        file.write_all(html.as_bytes()).map_err(|error| AnalysisError::io("write", &path, error))
    })
}

/// One folder of reports with all that is known of it.
struct Shown<'a> {
    asked: &'a Manifested,
    /// `None` when it was not analyzed.
    summary: Option<Summary>,
    folder: Folder,
    path: PathBuf,
}

impl<'a> Shown<'a> {
    fn read(reports: &Path, asked: &'a Manifested) -> Result<Self, AnalysisError> {
        let path = reports.join(&asked.name);
        let summary = match asked.freshness {
            Freshness::Missing => None,
            _ => Some(Summary::read(&path)?),
        };
        // Figures without a summary are of nobody knows what.
        let folder = if summary.is_some() { Folder::read(&path)? } else { Folder::default() };
        Ok(Self { asked, summary, folder, path })
    }
}
