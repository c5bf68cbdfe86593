//! From datasets to summary tables, and from summary tables to figures. The only crate that sees polars.
//!
//! [`analyze`] reads a dataset's Parquet files and writes summary tables (Parquet and CSV) and a `summary.toml` into
//! reports/NAME/. [`figures`] reads those and draws; [`write_index`] lists all figures in reports/index.md, and
//! [`report`] makes a page of all that lies in reports/. Which tables and figures there are follows from what the dataset
//! recorded, not from its name.

mod animate;
mod base64;
mod configurations;
mod counts;
mod curves;
pub mod draw;
mod error;
mod explore;
mod figures;
mod folder;
mod html;
mod index;
mod lifetimes;
mod parking;
mod positions;
mod published;
mod recording;
mod report;
mod source;
mod summary;
pub mod survival;
mod tables;

pub use animate::{Animating, Form, animate};
pub use error::AnalysisError;
pub use explore::{Explored, Exploring, explore};
pub use figures::{figures, figures_for};
pub use index::write_index;
pub use report::{Freshness, Manifested, Reporting, report};
pub use summary::Summary;

use std::path::{Path, PathBuf};
use tokenpark_dataset::Dataset;

/// Endings of the files that this crate writes into a folder of reports: tables, figures, moving pictures.
const ENDINGS: [&str; 7] = ["parquet", "csv", "toml", "svg", "pdf", "png", "apng"];

/// Removes what an earlier dataset left in a folder of reports: its tables, figures and pages are not those of the new
/// one.
fn clear(folder: &Path) -> Result<(), AnalysisError> {
    let entries = std::fs::read_dir(folder).map_err(|error| AnalysisError::io("read", folder, error))?;
    for entry in entries {
        let path = entry.map_err(|error| AnalysisError::io("read", folder, error))?.path();
        let ours = path.extension().is_some_and(|ending| ENDINGS.iter().any(|ours| ending == *ours));
        if ours || path.ends_with(explore::PAGE) {
            std::fs::remove_file(&path).map_err(|error| AnalysisError::io("remove", &path, error))?;
        }
    }
    Ok(())
}

/// Aggregates a published dataset into summary tables in `reports`/NAME, and returns the files written.
///
/// # Errors
/// When the dataset is not published or unreadable, and when the folder cannot be written.
///
/// # Examples
/// From a manifest to a figure.
///
/// ```
/// use tokenpark_analysis::{analyze, figures};
/// use tokenpark_dataset::RunLog;
/// use tokenpark_sweep::{Manifest, Options, Plan, dataset, execute};
///
/// let text = r#"
///     schema = 1
///     name = "first-figure"
///     seed = 1
///     replicas = 5
///     [model]
///     tokens = 20
///     dimension = 2
///     beta = 16.0
///     [integrate]
///     until = 10.0
/// "#;
/// let plan = Plan::new(Manifest::parse(text, "first-figure.toml")?)?;
/// let folder = tempfile::tempdir()?;
/// let options = Options {
///     threads: 1,
///     fresh: false,
///     retry: false,
///     max_failures: None,
///     replicas: None,
///     only: &[],
///     share: None,
///     interrupted: &|| false,
///     progress: &mut |_| {},
///     now: &String::new,
///     elapsed: &|| 0.0,
///     log: &mut RunLog::default,
/// };
/// execute(&plan, folder.path(), options)?;
/// let reports = folder.path().join("reports");
/// let tables = analyze(&dataset(&plan, folder.path())?, &reports)?;
/// assert!(tables.contains(&reports.join("first-figure/curves.csv")));
/// let pictures = figures(&reports.join("first-figure"))?;
/// assert!(pictures.contains(&reports.join("first-figure/clusters.svg")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
