//! The law of lifetimes: ln(remaining lifetime at the start) against β(1 − cos gap) and ln m, and final collapse times
//! against β and n.
//!
//! The two-body law (survival::TwoBody) has slope 1 in the barrier β(1 − cos gap) and −1 in ln m, m being the tokens of
//! the nearest cluster with an earlier leader that precede the dying leader. Its prefactor for high barriers is 1/(β sin² gap);
//! the model "two-body law" has the whole integral as its predictor. Clusters that outlive the run are left out, which favours short lifetimes wherever there are many;
//! clusters of one run count as independent.

use super::fit_rows::{fit_rows, interval, quantile_columns};
use super::read::Cohort;
use crate::source::Source;
use crate::survival::{CONFIDENCE, LeastSquares, TwoBody};
use crate::{AnalysisError, tables};
use polars::prelude::*;
use std::ops::Range;

/// Rows of `fit-sample`, for the scatter plot.
const SAMPLE: usize = 4000;
/// Geodesic distance of merging, where a manifest does not state it.
const CLUSTER_GAP: f64 = 0.07;

/// The name of a table, and its rows.
type Named = (&'static str, DataFrame);

/// Gathers the clusters of all points.
pub(super) struct Fit {
    /// The inverse temperature, unless it is swept.
    beta: Option<f64>,
    /// The merging angle, where the two-body law holds.
    merge: Option<f64>,
    points: Vec<Point>,
    /// β(1 − cos gap), ln m and ln(remaining lifetime) of all clusters that died, point after point.
    barrier: Vec<f64>,
    ln_m: Vec<f64>,
    response: Vec<f64>,
}

/// The clusters of one point.
struct Point {
    key: DataFrame,
    beta: f64,
    rows: Range<usize>,
    left_out: u64,
}

impl Fit {
    pub(super) fn new(source: &Source) -> Result<Self, AnalysisError> {
        let plain = ["query", "key", "value", "heads"].iter().all(|key| source.is_default("model", key, "identity"));
        let plain = plain && source.is_attention_alone();
        let causal = source.is_default("model", "mask", "causal") && source.is_default("model", "weights", "softmax");
        let merge = source.number("observe", "cluster_gap").unwrap_or(CLUSTER_GAP);
        let (beta, merge) = (source.number("model", "beta"), (plain && causal).then_some(merge));
        Ok(Self { beta, merge, points: vec![], barrier: vec![], ln_m: vec![], response: vec![] })
    }

    /// Takes the clusters of a point whose gap is known.
    pub(super) fn add(&mut self, key: &DataFrame, cohort: Cohort) -> Result<(), AnalysisError> {
        let swept = || tables::has(key, "beta").then(|| tables::numbers(key, "beta")).transpose();
        let Some(beta) = self.beta.or(swept()?.map(|column| column[0])) else { return Ok(()) };
        let (first, mut left_out) = (self.response.len(), 0);
        // A gap that has merged already has no time left by the law.
        let least = self.merge.unwrap_or(0.0);
        for cluster in cohort.clusters.iter().filter(|cluster| cluster.gap > least && cluster.earlier > 0) {
            if !cluster.died {
                left_out += 1;
                continue;
            }
            let half = libm::sin(0.5 * cluster.gap);
            self.barrier.push(beta * (2.0 * half * half));
            self.ln_m.push(libm::log(f64::from(cluster.earlier)));
            self.response.push(libm::log(cluster.exit - cohort.start));
        }
        self.points.push(Point { key: key.clone(), beta, rows: first..self.response.len(), left_out });
        Ok(())
    }

    /// The tables `fit` (with the rows of trends), `fit-points` and `fit-sample` (empty where nothing can be fitted), and
    /// sentences.
    pub(super) fn tables(
        self,
        trends: Vec<DataFrame>,
        sentences: Vec<String>,
    ) -> Result<(Vec<Named>, Vec<String>), AnalysisError> {
        let (mut fits, mut lines) = (vec![], vec![]);
        let (mut points, mut sample) = (DataFrame::default(), DataFrame::default());
        let left_out = self.points.iter().map(|point| point.left_out).sum();
        let fit = Regression::new(&self.barrier, &self.ln_m, &self.response);
        if let Some(fit) = &fit {
            fits.push(self.table(fit, "free", &self.response, left_out)?);
            let law = self.law();
            (points, sample) = (self.points_table(fit, law.as_deref())?, self.sample_table(fit, law.as_deref())?);
            if let Some(law) = law {
                lines.push(format!(
                    "{:.1} % of the remaining lifetimes are within a tenth of the two-body law of their gap.",
                    100.0 * self.on_law(0..law.len(), &law)
                ));
                fits.extend(self.law_table(&law, left_out)?);
            }
            let shifted = self.without_prefactor();
            if let Some(fit) = Regression::new(&self.barrier, &self.ln_m, &shifted) {
                fits.push(self.table(&fit, "with prefactor", &shifted, left_out)?);
            }
        }
        lines.extend(fit.iter().map(|fit| fit.sentence(self.response.len(), left_out)));
        fits.extend(trends);
        lines.extend(sentences);
        Ok((vec![("fit", tables::stack(fits)?), ("fit-points", points), ("fit-sample", sample)], lines))
    }

    /// ln(remaining lifetime · β sin² gap).
    fn without_prefactor(&self) -> Vec<f64> {
        let mut shifted = self.response.clone();
        for point in &self.points {
            for row in point.rows.clone() {
                let u = self.barrier[row] / point.beta;
                shifted[row] += libm::log(point.beta * u * (2.0 - u));
            }
        }
        shifted
    }

    fn table(
        &self,
        fit: &Regression,
        model: &str,
        response: &[f64],
        left_out: u64,
    ) -> Result<DataFrame, AnalysisError> {
        let residuals = (0..response.len()).map(|row| response[row] - fit.at(self.barrier[row], self.ln_m[row]));
        let terms = [
            ("intercept", Some(fit.fit.intercept), None),
            ("beta (1 - cos gap)", Some(fit.fit.slopes[0]), Some(1.0)),
            ("ln m", fit.fit.slopes.get(1).copied(), Some(-1.0)),
        ];
        fit_rows("ln remaining lifetime", model, "", &terms, &fit.fit, residuals.collect(), left_out)
    }

    /// ln of the two-body law's time for every cluster, where the law holds.
    fn law(&self) -> Option<Vec<f64>> {
        let merge = self.merge?;
        let mut times = Vec::with_capacity(self.response.len());
        for point in &self.points {
            let law = TwoBody::new(point.beta, merge);
            let time = |row: usize| law.ln_time(self.barrier[row] / point.beta, self.ln_m[row]);
            times.extend(point.rows.clone().map(time));
        }
        Some(times)
    }

    /// The share of some clusters whose remaining lifetime is within a tenth of the law.
    fn on_law(&self, rows: Range<usize>, law: &[f64]) -> f64 {
        let near = |row: &usize| (libm::exp(self.response[*row] - law[*row]) - 1.0).abs() <= 0.1;
        rows.clone().filter(near).count() as f64 / rows.len() as f64
    }

    /// The fit against the whole law.
    fn law_table(&self, law: &[f64], left_out: u64) -> Result<Option<DataFrame>, AnalysisError> {
        let Some(fit) = LeastSquares::new(&[law], &self.response, CONFIDENCE) else { return Ok(None) };
        let residuals = self.response.iter().zip(law).map(|(y, x)| y - fit.at(&[*x])).collect();
        let terms =
            [("intercept", Some(fit.intercept), Some(0.0)), ("ln two-body law", Some(fit.slopes[0]), Some(1.0))];
        fit_rows("ln remaining lifetime", "two-body law", "", &terms, &fit, residuals, left_out).map(Some)
    }

    /// Residuals of the fit and of the two-body law at every point.
    fn points_table(&self, fit: &Regression, law: Option<&[f64]>) -> Result<DataFrame, AnalysisError> {
        let mut parts = vec![];
        for point in self.points.iter().filter(|point| !point.rows.is_empty()) {
            let rows = || point.rows.clone();
            let fitted = |row: usize| self.response[row] - fit.at(self.barrier[row], self.ln_m[row]);
            let mut columns = vec![
                Column::new("rows".into(), [rows().len() as u64]),
                Column::new("left_out".into(), [point.left_out]),
            ];
            columns.extend(quantile_columns("residual", rows().map(fitted).collect()));
            if let Some(law) = law {
                let residuals = rows().map(|row| self.response[row] - law[row]).collect();
                columns.extend(quantile_columns("law_residual", residuals));
                columns.push(Column::new("on_law".into(), [self.on_law(rows(), law)]));
            }
            parts.push(tables::beside(&point.key, DataFrame::new(1, columns)?)?);
        }
        tables::stack(parts)
    }

    /// Every so many of the clusters: logarithms of what was observed, fitted and expected from the law.
    fn sample_table(&self, fit: &Regression, law: Option<&[f64]>) -> Result<DataFrame, AnalysisError> {
        let every = self.response.len().div_ceil(SAMPLE).max(1);
        let mut parts = vec![];
        for point in &self.points {
            let rows: Vec<usize> = point.rows.clone().filter(|row| row % every == 0).collect();
            let column = |of: &dyn Fn(usize) -> f64| rows.iter().map(|&row| of(row)).collect::<Vec<f64>>();
            let columns = df!(
                "barrier" => column(&|row| self.barrier[row]),
                "ln_m" => column(&|row| self.ln_m[row]),
                "ln_remaining" => column(&|row| self.response[row]),
                "ln_fit" => column(&|row| fit.at(self.barrier[row], self.ln_m[row])),
                "ln_law" => rows.iter().map(|&row| law.map(|law| law[row])).collect::<Vec<Option<f64>>>()
            )?;
            if columns.height() > 0 {
                parts.push(tables::beside(&point.key, columns)?);
            }
        }
        tables::stack(parts)
    }
}

/// A fit against the barrier and ln m, or the barrier alone where all m are equal.
struct Regression {
    fit: LeastSquares,
}

impl Regression {
    fn new(barrier: &[f64], ln_m: &[f64], response: &[f64]) -> Option<Self> {
        let both = LeastSquares::new(&[barrier, ln_m], response, CONFIDENCE);
        both.or_else(|| LeastSquares::new(&[barrier], response, CONFIDENCE)).map(|fit| Self { fit })
    }

    fn at(&self, barrier: f64, ln_m: f64) -> f64 {
        self.fit.at(&[barrier, ln_m][..self.fit.slopes.len()])
    }

    fn sentence(&self, rows: usize, left_out: u64) -> String {
        let crowd = self.fit.slopes.get(1).map_or(String::new(), |term| format!(" and {} in ln m", interval(term)));
        let left_out = match left_out {
            0 => "none outlived their run".to_owned(),
            count => format!("{count} that outlived their run are left out, which biases the slopes"),
        };
        format!(
            "ln(remaining lifetime) has slope {} in β(1 − cos gap){crowd}, R² = {:.4}; the two-body law has 1 and −1. \
             {rows} clusters that died; {left_out}.",
            interval(&self.fit.slopes[0]),
            self.fit.r_squared
        )
    }
}
