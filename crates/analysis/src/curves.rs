//! Observables over time: mean and 10th and 90th percentile over the replicas of every point.

use crate::source::Source;
use crate::{AnalysisError, tables};
use polars::prelude::*;
use std::path::{Path, PathBuf};

/// The observables that are averaged, in the order of the table.
pub(crate) const OBSERVABLES: [&str; 8] = [
    "clusters",
    "tracked_clusters",
    "largest_cluster",
    "aligned",
    "consumed_renyi",
    "consumed_strong",
    "consumed_renyi_ever",
    "consumed_strong_ever",
];

/// Writes `curves`: point, swept parameters, time, runs, and mean, its standard error (se), p10 and p90 of every
/// observable.
pub(crate) fn write(source: &Source, folder: &Path) -> Result<Vec<PathBuf>, AnalysisError> {
    let Some(observables) = source.table("observables")? else {
        return Ok(vec![]);
    };
    let mut statistics = vec![len().alias("runs")];
    for name in OBSERVABLES.into_iter().filter(|name| tables::has(&observables, name)) {
        let column = col(name).cast(DataType::Float64);
        let percentile = |share: f64| column.clone().quantile(lit(share), QuantileMethod::Linear);
        statistics.push(column.clone().mean().alias(format!("{name}_mean")));
        let deviation = column.clone().std(1);
        statistics.push((deviation / len().cast(DataType::Float64).sqrt()).alias(format!("{name}_se")));
        statistics.push(percentile(0.1).alias(format!("{name}_p10")));
        statistics.push(percentile(0.9).alias(format!("{name}_p90")));
    }
    let mut keys = vec![col("point")];
    keys.extend(source.swept.iter().map(col));
    keys.extend(tables::has(&observables, tables::PREFIX).then(|| col(tables::PREFIX)));
    keys.push(col("time"));
    // Stable groups keep the rows in order, so that sums have one order and the table the same bytes on any machine.
    let mut curves = observables.lazy().group_by_stable(keys).agg(statistics).collect()?;
    tables::write(&mut curves, folder, "curves")
}
