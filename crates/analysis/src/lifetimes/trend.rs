//! Numbers of points, fitted against a swept parameter: collapse times and plateau heights.

use super::fit_rows::{fit_rows, interval};
use crate::survival::{CONFIDENCE, LeastSquares};
use crate::{AnalysisError, tables};
use polars::prelude::*;

/// A swept column, the name of the predictor, and the predictor.
type Predictor = (&'static str, &'static str, fn(f64) -> f64);

/// What is fitted, and against what.
pub(crate) struct Trend {
    /// The column that is fitted, and a name of what is made of it.
    column: &'static str,
    name: &'static str,
    response: fn(f64) -> f64,
    predictors: &'static [Predictor],
}

impl Trend {
    /// Name and function of the predictors that belong to an axis.
    pub(crate) fn on(&self, axis: &str) -> impl Iterator<Item = (&'static str, fn(f64) -> f64)> {
        self.predictors.iter().filter(move |law| law.0 == axis).map(|law| (law.1, law.2))
    }

    /// The name of what is fitted.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

/// ln(median time of final collapse); the paper expects exp Ω(√β).
pub(crate) const COLLAPSE: Trend = Trend {
    column: "p50",
    name: "ln(median time of final collapse)",
    response: libm::log,
    predictors: &[
        ("beta", "sqrt beta", f64::sqrt),
        ("beta", "beta", |beta| beta),
        ("tokens", "ln tokens", libm::log),
        ("tokens", "tokens", |tokens| tokens),
        (tables::PREFIX, "ln tokens", libm::log),
        (tables::PREFIX, "tokens", |tokens| tokens),
    ],
};

/// The number of clusters on the plateau: Θ(√β) as of centres, or Θ(√(β ln β)) as of the modes of full attention.
pub(crate) const PLATEAU: Trend = Trend {
    column: "clusters",
    name: "clusters on the plateau",
    response: |clusters| clusters,
    predictors: &[
        ("beta", "sqrt beta", f64::sqrt),
        ("beta", "sqrt(beta ln beta)", |beta| (beta * libm::log(beta).max(0.0)).sqrt()),
    ],
};

/// Least squares through the points against each predictor, one fit a group of the other parameters.
pub(super) fn fits(
    table: &DataFrame,
    swept: &[String],
    trend: &Trend,
) -> Result<(Vec<DataFrame>, Vec<String>), AnalysisError> {
    let (mut fits, mut lines) = (vec![], vec![]);
    for &(axis, name, predictor) in trend.predictors.iter().filter(|predictor| tables::has(table, predictor.0)) {
        for (label, part) in tables::groups_besides(table, swept, axis)? {
            let (x, y) = (tables::numbers(&part, axis)?, tables::numbers(&part, trend.column)?);
            let rows: Vec<usize> = (0..x.len()).filter(|&row| x[row] > 0.0 && y[row] > 0.0).collect();
            let x: Vec<f64> = rows.iter().map(|&row| predictor(x[row])).collect();
            let y: Vec<f64> = rows.iter().map(|&row| (trend.response)(y[row])).collect();
            if y.iter().all(|value| *value == y[0]) {
                continue;
            }
            let Some(fit) = LeastSquares::new(&[&x], &y, CONFIDENCE) else { continue };
            let residuals = x.iter().zip(&y).map(|(x, y)| y - fit.at(&[*x])).collect();
            let terms = [("intercept", Some(fit.intercept), None), (name, Some(fit.slopes[0]), None)];
            let left_out = (part.height() - rows.len()) as u64;
            fits.push(fit_rows(trend.name, name, &label, &terms, &fit, residuals, left_out)?);
            let place = if label.is_empty() { String::new() } else { format!(" at {label}") };
            lines.push(format!(
                "The trend of {}{place} has slope {} in {name} over {} points, R² = {:.4}.",
                trend.name,
                interval(&fit.slopes[0]),
                rows.len(),
                fit.r_squared
            ));
        }
    }
    Ok((fits, lines))
}
