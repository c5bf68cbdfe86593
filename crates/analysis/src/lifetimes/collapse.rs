//! When the last two clusters meet.

use super::fit_rows::{fit_rows, interval, sorted};
use super::read::Cohort;
use super::{SHARES, percentile_columns};
use crate::survival::{CONFIDENCE, LeastSquares, Lifetime, Sample, percentiles};
use crate::{AnalysisError, tables};
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

/// What a collapse time is fitted against: the swept column, the name of the predictor, and the predictor.
type Predictor = (&'static str, &'static str, fn(f64) -> f64);

/// The predictors of final collapse: the paper expects exp Ω(√β).
pub(crate) const COLLAPSE: [Predictor; 6] = [
    ("beta", "sqrt beta", f64::sqrt),
    ("beta", "beta", |beta| beta),
    ("tokens", "ln tokens", libm::log),
    ("tokens", "tokens", |tokens| tokens),
    (tables::PREFIX, "ln tokens", libm::log),
    (tables::PREFIX, "tokens", |tokens| tokens),
];

/// ln(median time of final collapse) of the points against each predictor, one fit a group of the other parameters.
pub(super) fn fits(collapse: &DataFrame, swept: &[String]) -> Result<(Vec<DataFrame>, Vec<String>), AnalysisError> {
    let (mut fits, mut lines) = (vec![], vec![]);
    for (axis, name, predictor) in COLLAPSE.into_iter().filter(|predictor| tables::has(collapse, predictor.0)) {
        for (label, part) in tables::groups_besides(collapse, swept, axis)? {
            let (x, median) = (tables::numbers(&part, axis)?, tables::numbers(&part, "p50")?);
            let rows: Vec<usize> = (0..x.len()).filter(|&row| x[row] > 0.0 && median[row] > 0.0).collect();
            let x: Vec<f64> = rows.iter().map(|&row| predictor(x[row])).collect();
            let y: Vec<f64> = rows.iter().map(|&row| libm::log(median[row])).collect();
            let Some(fit) = LeastSquares::new(&[&x], &y, CONFIDENCE) else { continue };
            let residuals = sorted(x.iter().zip(&y).map(|(x, y)| y - fit.at(&[*x])));
            let terms = [("intercept", Some(fit.intercept), None), (name, Some(fit.slopes[0]), None)];
            let left_out = (part.height() - rows.len()) as u64;
            fits.push(fit_rows("ln median collapse time", name, &label, &terms, &fit, &residuals, left_out)?);
            let place = if label.is_empty() { String::new() } else { format!(" at {label}") };
            lines.push(format!(
                "ln(median time of final collapse){place} has slope {} in {name} over {} points, R² = {:.4}.",
                interval(&fit.slopes[0]),
                rows.len(),
                fit.r_squared
            ));
        }
    }
    Ok((fits, lines))
}
