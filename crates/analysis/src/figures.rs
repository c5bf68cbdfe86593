//! Summary tables to figures. Which are drawn follows from the tables that are there.

mod against;
mod aligned;
mod atlas;
mod captions;
mod centers;
mod curves;
mod law;
mod lifetimes;
mod names;
mod parking;
mod positions;
mod spacetime;

pub(crate) use captions::{Caption, split};

use crate::draw::{Figure, Page, save, save_text};
use crate::{AnalysisError, Summary, tables};
use polars::prelude::DataFrame;
use std::path::{Path, PathBuf};

/// A figure and its file name without extension.
type Drawn = (String, Figure);

/// Draws all figures of one analyzed experiment, `reports`/NAME, as SVG, PDF and PNG beside its tables.
///
/// # Errors
/// When the experiment was not analyzed, or files cannot be read or written.
pub fn figures(folder: &Path) -> Result<Vec<PathBuf>, AnalysisError> {
    let mut written = vec![];
    for (name, figure) in drawn(folder)? {
        written.extend(save(&figure.svg(Page::NEURIPS), &folder.join(name))?);
    }
    Ok(written)
}

/// Draws the same figures without their words into a folder of their own, `reports`/NAME/`subfolder`, as wide as the page's
/// column, and what is to be said of each, for a document that sets captions in its own type.
///
/// # Errors
/// As [`figures`].
pub fn figures_for(folder: &Path, page: Page, subfolder: &str) -> Result<Vec<PathBuf>, AnalysisError> {
    let into = folder.join(subfolder);
    let mut written = vec![];
    for (name, figure) in drawn(folder)? {
        std::fs::create_dir_all(&into).map_err(|error| AnalysisError::io("create", &into, error))?;
        written.extend(save(&figure.svg(page.bare()), &into.join(&name))?);
        let [title, subtitle, caption] = figure.words();
        let text = format!("{title}\n\n{subtitle}\n\n{caption}\n");
        written.push(save_text(&text, &into.join(format!("{name}.txt")))?);
    }
    Ok(written)
}

/// All figures of one analyzed experiment.
fn drawn(folder: &Path) -> Result<Vec<Drawn>, AnalysisError> {
    let summary = Summary::read(folder)?;
    let mut drawn = vec![];
    let curves = tables::read_if_present(&folder.join("curves.parquet"))?;
    if let Some(table) = &curves {
        drawn.extend(curves::draw(&summary, table)?);
        drawn.extend(aligned::draw(&summary, table)?);
    }
    if let Some(table) = tables::read_if_present(&folder.join("center-counts.parquet"))? {
        let means = tables::read(&folder.join("center-means.parquet"))?;
        drawn.extend(centers::draw(&summary, &table, &means)?);
    }
    if let Some(table) = tables::read_if_present(&folder.join("positions.parquet"))? {
        let centers = tables::read_if_present(&folder.join("centers.parquet"))?;
        let finals = tables::read_if_present(&folder.join("finals.parquet"))?;
        let classes = tables::read_if_present(&folder.join("configurations.parquet"))?;
        match (finals, classes) {
            (Some(finals), Some(classes)) if positions::on_sphere(&table) => {
                drawn.push(atlas::draw(&summary, &table, &finals, &classes)?);
            }
            _ => drawn.extend(positions::draw(&summary, &table, centers.as_ref(), curves.as_ref())?),
        }
    }
    drawn.extend(lifetimes::draw(&summary, folder)?);
    drawn.extend(parking::draw(&summary, folder)?);
    Ok(drawn)
}

/// File names of one figure a point: the plain name for a single point, numbered ones for several.
fn numbered(name: &str, index: usize, count: usize) -> String {
    if count == 1 { name.to_owned() } else { format!("{name}-{}", index + 1) }
}

/// The subtitle of a figure of one point.
fn subtitle(summary: &Summary, label: &str) -> String {
    let parts = [summary.parameters.as_str(), label];
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", ")
}

/// Columns of numbers of a table by name.
fn column(table: &DataFrame, name: &str) -> Result<Vec<f64>, AnalysisError> {
    tables::numbers(table, name)
}
