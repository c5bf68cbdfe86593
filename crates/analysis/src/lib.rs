//! From datasets to summary tables, and from summary tables to figures. The only crate that sees polars.
//!
//! [`analyze`] reads a dataset's Parquet files and writes summary tables (Parquet and CSV) and a `summary.toml` into
//! reports/NAME/. [`figures`] reads those and draws; [`write_index`] lists all figures in reports/index.md. Which tables
//! and figures there are follows from what the dataset recorded, not from its name.

mod animate;
mod base64;
mod configurations;
mod counts;
mod curves;
pub mod draw;
mod error;
mod explore;
mod figures;
mod index;
mod lifetimes;
mod parking;
mod positions;
mod published;
mod recording;
mod source;
mod summary;
pub mod survival;
mod tables;

pub use animate::{Animating, Form, animate};
pub use error::AnalysisError;
pub use explore::{Explored, Exploring, explore};
pub use figures::{figures, figures_for};
pub use index::write_index;
pub use summary::Summary;

use std::path::{Path, PathBuf};
use tokenpark_dataset::Dataset;

/// Endings of the files that this crate writes into a folder of reports.
const ENDINGS: [&str; 6] = ["parquet", "csv", "toml", "svg", "pdf", "png"];

/// Removes what an earlier dataset left in a folder of reports: its tables and figures are not those of the new one.
fn clear(folder: &Path) -> Result<(), AnalysisError> {
    let entries = std::fs::read_dir(folder).map_err(|error| AnalysisError::io("read", folder, error))?;
    for entry in entries {
        let path = entry.map_err(|error| AnalysisError::io("read", folder, error))?.path();
        if path.extension().is_some_and(|ending| ENDINGS.iter().any(|ours| ending == *ours)) {
            std::fs::remove_file(&path).map_err(|error| AnalysisError::io("remove", &path, error))?;
        }
    }
    Ok(())
}

/// Aggregates a published dataset into summary tables in `reports`/NAME, and returns the files written.
///
/// # Errors
/// When the dataset is not published or unreadable, and when the folder cannot be written.
pub fn analyze(dataset: &Dataset, reports: &Path) -> Result<Vec<PathBuf>, AnalysisError> {
    let source = source::Source::open(dataset)?;
    let folder = reports.join(dataset.name());
    std::fs::create_dir_all(&folder).map_err(|error| AnalysisError::io("create", &folder, error))?;
    clear(&folder)?;
    let mut written = vec![];
    let mut notes = source.warnings()?;
    written.extend(curves::write(&source, &folder)?);
    notes.extend(published::compare(&source, &folder)?);
    let (tables, lines) = counts::write(&source, &folder)?;
    written.extend(tables);
    notes.extend(lines);
    let (tables, lines) = lifetimes::write(&source, &folder)?;
    written.extend(tables);
    notes.extend(lines);
    let (tables, lines) = parking::write(&source, &folder)?;
    written.extend(tables);
    notes.extend(lines);
    let (tables, lines) = configurations::write(&source, &folder)?;
    written.extend(tables);
    notes.extend(lines);
    written.extend(positions::write(&source, &folder)?);
    let summary = source.summary(notes)?;
    written.push(summary.write(&folder)?);
    Ok(written)
}
