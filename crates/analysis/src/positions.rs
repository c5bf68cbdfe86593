//! Positions of the first replica of every point, or of the first few whose final configurations are drawn: tokens over
//! time, and the centres among them.

use crate::source::Source;
use crate::{AnalysisError, configurations, tables};
use polars::prelude::*;
use std::path::{Path, PathBuf};

/// Writes `positions` (tokens of replica 0) and `centers` (its centres), where they were recorded in two or three
/// dimensions.
pub(crate) fn write(source: &Source, folder: &Path) -> Result<Vec<PathBuf>, AnalysisError> {
    let Some(tokens) = source.table("tokens")? else {
        return Ok(vec![]);
    };
    let several = configurations::recorded(source);
    let drawn = if several { configurations::DRAWN } else { 1 };
    let first = |table: DataFrame| table.lazy().filter(col("replica").lt(lit(drawn))).collect();
    let mut positions = first(tokens)?;
    if several {
        rounded(&mut positions)?;
    }
    let mut written = tables::write(&mut positions, folder, "positions")?;
    if let Some(centers) = source.table("centers")? {
        written.extend(tables::write(&mut first(centers)?, folder, "centers")?);
    }
    Ok(written)
}

/// Rounds coordinates to what can be seen: the table of many runs is small then.
fn rounded(positions: &mut DataFrame) -> Result<(), AnalysisError> {
    let names: Vec<String> = positions.get_column_names().iter().map(|name| name.to_string()).collect();
    for name in names.iter().filter(|name| name.strip_prefix('x').is_some_and(|rest| rest.parse::<u32>().is_ok())) {
        let values: Vec<f64> =
            tables::numbers(positions, name)?.into_iter().map(|x| (x * 1e4).round() / 1e4 + 0.0).collect();
        positions.with_column(Column::new(name.as_str().into(), values))?;
    }
    Ok(())
}
