//! The rows of the table `fit`: a term of a least-squares fit each.

use super::SHARES;
use crate::source::short;
use crate::survival::{LeastSquares, Term, sample_quantile};
use crate::{AnalysisError, tables};
use polars::prelude::*;

/// "1.0021 (95 %: 0.9987 to 1.0055)".
pub(super) fn interval(term: &Term) -> String {
    format!("{} (95 %: {} to {})", short(term.estimate), short(term.low), short(term.high)).replace('-', "−")
}

/// NAME_p10, NAME_p50 and NAME_p90.
pub(super) fn quantile_columns(name: &str, mut values: Vec<f64>) -> Vec<Column> {
    let column = |share: f64| {
        Column::new(format!("{name}_p{}", (100.0 * share).round()).into(), [sample_quantile(&mut values, share)])
    };
    SHARES.map(column).to_vec()
}

/// Name of a term, its estimate unless it cannot be estimated, and what the law says.
pub(super) type Line<'a> = (&'a str, Option<Term>, Option<f64>);

/// The rows of `fit` of one fit.
pub(super) fn fit_rows(
    response: &str,
    model: &str,
    group: &str,
    terms: &[Line],
    fit: &LeastSquares,
    residuals: Vec<f64>,
    left_out: u64,
) -> Result<DataFrame, AnalysisError> {
    let of = |get: fn(&Term) -> f64| terms.iter().map(|term| term.1.as_ref().map(get)).collect::<Vec<_>>();
    let left = df!("response" => [response], "model" => [model], "group" => [group])?;
    let right = DataFrame::new(
        1,
        [
            vec![
                Column::new("rows".into(), [residuals.len() as u64]),
                Column::new("left_out".into(), [left_out]),
                Column::new("r_squared".into(), [fit.r_squared]),
                Column::new("deviation".into(), [fit.deviation]),
            ],
            quantile_columns("residual", residuals),
        ]
        .concat(),
    )?;
    let middle = df!(
        "term" => terms.iter().map(|term| term.0).collect::<Vec<_>>(),
        "estimate" => of(|term| term.estimate),
        "standard_error" => of(|term| term.standard_error),
        "low" => of(|term| term.low),
        "high" => of(|term| term.high),
        "law" => terms.iter().map(|term| term.2).collect::<Vec<_>>()
    )?;
    let columns = [tables::repeated(&left, terms.len()), middle.into_columns(), tables::repeated(&right, terms.len())];
    Ok(DataFrame::new(terms.len(), columns.concat())?)
}
