//! The number of clusters at the start of the observation, against the numbers of centres.

use super::read::Cohort;
use crate::source::Source;
use crate::{AnalysisError, counts, tables};
use polars::prelude::*;

/// Mean number of clusters per run alive at the start, its standard error, and the mean numbers of Rényi and strong
/// Rényi centres: of these runs where they were recorded, and from theory where it is known.
pub(super) fn row(source: &Source, cohort: &Cohort) -> Result<Option<DataFrame>, AnalysisError> {
    let runs = cohort.counts.len();
    if runs == 0 {
        return Ok(None);
    }
    let (mean, error) = cohort.mean_count();
    let part = source.runs.clone().lazy().filter(col("point").eq(lit(cohort.point))).collect()?;
    let mut row = df!(
        "start" => [cohort.start],
        "runs" => [runs as u64],
        "clusters" => [mean],
        "clusters_se" => [error]
    )?;
    for kind in ["renyi", "strong"] {
        let recorded = format!("{kind}_centers");
        // What runs recorded is about all of their tokens.
        let known = cohort.prefix.is_none() && tables::has(&part, &recorded);
        let sample = if known { mean_of(&tables::numbers(&part, &recorded)?) } else { None };
        let theory = counts::expected(source, &part, kind, cohort.prefix)?.map(|(value, _)| value);
        row.hstack_mut(&[
            Column::new(recorded.into(), [sample]),
            Column::new(format!("{kind}_theory").into(), [theory]),
        ])?;
    }
    Ok(Some(row))
}

/// The mean of the values that are numbers.
fn mean_of(values: &[f64]) -> Option<f64> {
    let known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}
