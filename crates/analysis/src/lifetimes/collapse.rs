//! When the last two clusters meet.

use super::read::Cohort;
use super::{SHARES, percentile_columns};
use crate::AnalysisError;
use crate::survival::{CONFIDENCE, Lifetime, Sample, percentiles};
use polars::prelude::*;

/// runs, collapsed, censored_share, and percentiles of the time of final collapse: when the last cluster but one died.
/// Runs that ended before are censored. Nothing where there were never two clusters.
pub(super) fn row(cohort: &Cohort) -> Result<Option<DataFrame>, AnalysisError> {
    let runs = cohort.collapses.len();
    if runs == 0 {
        return Ok(None);
    }
    let sample = Sample::new(cohort.collapses.iter().map(|&(exit, died)| Lifetime { entry: 0.0, exit, died }))?;
    let mut row = df!(
        "runs" => [runs as u64],
        "collapsed" => [sample.deaths() as u64],
        "censored_share" => [(runs - sample.deaths()) as f64 / runs as f64]
    )?;
    row.hstack_mut(&percentile_columns(&percentiles(&sample, &SHARES, CONFIDENCE), 0.0))?;
    Ok(Some(row))
}
