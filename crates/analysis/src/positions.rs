//! Positions of the first replica of every point, for pictures: tokens over time, and the centres among them.

use crate::source::Source;
use crate::{AnalysisError, tables};
use polars::prelude::*;
use std::path::{Path, PathBuf};

/// Writes `positions` (tokens of replica 0) and `centers` (its centres), where they were recorded in two or three
/// dimensions.
pub(crate) fn write(source: &Source, folder: &Path) -> Result<Vec<PathBuf>, AnalysisError> {
    let Some(tokens) = source.table("tokens")? else {
        return Ok(vec![]);
    };
    let first = |table: DataFrame| table.lazy().filter(col("replica").eq(lit(0_u32))).collect();
    let mut written = tables::write(&mut first(tokens)?, folder, "positions")?;
    if let Some(centers) = source.table("centers")? {
        written.extend(tables::write(&mut first(centers)?, folder, "centers")?);
    }
    Ok(written)
}
