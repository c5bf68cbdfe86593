//! The explorer of a dataset: one HTML file that shows its runs moving, without a network, a server or a build.
//!
//! The page is written by hand (explore/*.html, *.css, *.js); what is put in is a document of numbers (`page.rs`) whose
//! positions are coded by `pack.rs`. Clusters are found here, so that the page shows the numbers of the dataset.

mod pack;
mod page;

use crate::recording::Recordings;
use crate::source::Source;
use crate::{AnalysisError, tables};
use std::io::Write;
use std::path::{Path, PathBuf};
use tokenpark_dataset::Dataset;

/// The page's file, beside the figures of its dataset.
pub(crate) const PAGE: &str = "explore.html";
/// Positions in a page unless replicas are asked for: about four megabytes at the most.
const MOST_POSITIONS: usize = 2_000_000;

/// What a page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Exploring {
    /// No more saved times than this, at least two; others are left out evenly.
    pub frames: usize,
    /// The first replicas of every point; `None`: as many as two million positions allow, at least one.
    pub replicas: Option<u32>,
    /// Tokens nearer than this (geodesic, radians) are one cluster.
    pub cluster_gap: f64,
    /// The command that makes the page, shown on it.
    pub command: String,
}

/// The page that was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Explored {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: usize,
    /// Runs in it.
    pub runs: usize,
    /// Runs of the dataset that have positions.
    pub recorded: usize,
}

/// Writes `reports`/NAME/explore.html of a dataset with recorded tokens.
///
/// # Errors
/// When the dataset is not published, unreadable or without tokens, and when the file cannot be written.
pub fn explore(dataset: &Dataset, exploring: &Exploring, reports: &Path) -> Result<Explored, AnalysisError> {
    let source = Source::open(dataset)?;
    let recordings = Recordings::open(&source, exploring.cluster_gap)?;
    let chosen = chosen(&recordings, exploring);
    let mut runs = vec![];
    for run in &chosen {
        runs.push(recordings.read(*run, exploring.frames)?);
    }
    let html = page::page(&source, exploring, &runs, recordings.runs().count())?;
    let folder = reports.join(source.name());
    std::fs::create_dir_all(&folder).map_err(|error| AnalysisError::io("create", &folder, error))?;
    let path = folder.join(PAGE);
    tables::replace(&path, |mut file| {
        file.write_all(html.as_bytes()).map_err(|error| AnalysisError::io("write", &path, error))
    })?;
    Ok(Explored { path, bytes: html.len(), runs: chosen.len(), recorded: recordings.runs().count() })
}

/// The runs in the page: the same number of first replicas of every point.
fn chosen(recordings: &Recordings<'_>, exploring: &Exploring) -> Vec<(u32, u32)> {
    let positions = |(_, rows): ((u32, u32), usize)| rows;
    let of = |replica: u32| recordings.runs().filter(move |(run, _)| run.1 == replica).map(positions).sum::<usize>();
    let most = exploring.replicas.unwrap_or_else(|| {
        let replicas = recordings.runs().map(|(run, _)| run.1).max().map_or(0, |last| last + 1);
        let mut total = 0;
        let fits = |replica: &u32| {
            total += of(*replica);
            *replica == 0 || total <= MOST_POSITIONS
        };
        (0..replicas).take_while(fits).count() as u32
    });
    recordings.runs().map(|(run, _)| run).filter(|run| run.1 < most.max(1)).collect()
}
