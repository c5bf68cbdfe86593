//! How many Rényi and strong Rényi centres a start has, against what is known exactly.

use crate::source::{Source, short};
use crate::{AnalysisError, tables};
use polars::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokenpark_parking::theory;

/// Writes `center-counts` (how often each number occurred) and `center-means` (mean, variance, standard error and
/// theory), and sums them up in sentences. Only for datasets that record centres.
pub(crate) fn write(source: &Source, folder: &Path) -> Result<(Vec<PathBuf>, Vec<String>), AnalysisError> {
    if source.table("centers")?.is_none() || source.runs.height() == 0 {
        return Ok((vec![], vec![]));
    }
    let (mut rows, mut lines) = (vec![], vec![]);
    for (label, part) in tables::groups(&source.runs, &source.swept)? {
        for kind in ["renyi", "strong"] {
            let row = Row::new(source, &part, kind)?;
            // A single run has no statistics worth a sentence.
            if row.counts.len() > 1 {
                lines.push(row.sentence(&label));
            }
            rows.push((part.head(Some(1)), row));
        }
    }
    let keys: Vec<String> = [vec!["point".to_owned()], source.swept.clone()].concat();
    let (mut counts, mut means): (Vec<DataFrame>, Vec<DataFrame>) = Default::default();
    for (key, row) in &rows {
        counts.push(row.counts_table(&key.select(keys.clone())?)?);
        means.push(row.means_table(&key.select(keys.clone())?)?);
    }
    let mut written = tables::write(&mut tables::stack(counts)?, folder, "center-counts")?;
    written.extend(tables::write(&mut tables::stack(means)?, folder, "center-means")?);
    Ok((written, lines))
}

/// The numbers of one kind of centre at one point.
struct Row {
    kind: &'static str,
    counts: BTreeMap<u32, u64>,
    mean: f64,
    variance: f64,
    standard_error: f64,
    /// Expected mean, and what it is the mean of.
    theory: Option<(f64, &'static str)>,
}

impl Row {
    fn new(source: &Source, part: &DataFrame, kind: &'static str) -> Result<Self, AnalysisError> {
        let values = tables::numbers(part, &format!("{kind}_centers"))?;
        let mut counts = BTreeMap::new();
        values.iter().for_each(|value| *counts.entry(*value as u32).or_default() += 1);
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0).max(1.0);
        let standard_error = (variance / n).sqrt();
        Ok(Self { kind, counts, mean, variance, standard_error, theory: expected(source, part, kind, None)? })
    }

    fn sentence(&self, label: &str) -> String {
        let at = if label.is_empty() { String::new() } else { format!(" at {label}") };
        let name = if self.kind == "renyi" { "Rényi" } else { "Strong Rényi" };
        let (mean, error) = (self.mean, self.standard_error);
        let theory = self.theory.map_or_else(String::new, |(value, meaning)| match meaning {
            "exact" => {
                format!("; exact {} ({:+.1} standard errors)", short(value), (mean - value) / error)
            }
            _ => format!("; {} when saturated (n → ∞)", short(value)),
        });
        format!("{name} centres{at}: mean {mean:.4} ± {error:.4}, variance {:.4}{theory}.", self.variance)
    }

    fn counts_table(&self, key: &DataFrame) -> Result<DataFrame, AnalysisError> {
        let (centers, runs): (Vec<u32>, Vec<u64>) = self.counts.iter().unzip();
        let columns = df!("kind" => vec![self.kind; centers.len()], "centers" => centers, "runs" => runs)?;
        tables::beside(key, columns)
    }

    fn means_table(&self, key: &DataFrame) -> Result<DataFrame, AnalysisError> {
        let columns = df!(
            "kind" => [self.kind],
            "runs" => [self.counts.values().sum::<u64>()],
            "mean" => [self.mean],
            "variance" => [self.variance],
            "standard_error" => [self.standard_error],
            "theory_mean" => [self.theory.map(|(value, _)| value)],
            "theory" => [self.theory.map(|(_, meaning)| meaning)]
        )?;
        tables::beside(key, columns)
    }
}

/// The known mean for uniform starts: of strong centres exactly (Lemma C.1), of Rényi centres on the circle when
/// saturated. Among all tokens, or among the first `prefix`.
pub(crate) fn expected(
    source: &Source,
    part: &DataFrame,
    kind: &str,
    prefix: Option<u32>,
) -> Result<Option<(f64, &'static str)>, AnalysisError> {
    let number = |key: &str| match source.number("model", key) {
        Some(value) => Ok(Some(value)),
        None if tables::has(part, key) => Ok(tables::numbers(part, key)?.first().copied()),
        None => Ok::<_, AnalysisError>(None),
    };
    let delta = tables::numbers(part, "delta")?.first().copied();
    let (Some(tokens), Some(dimension), Some(delta)) =
        (prefix.map(f64::from).or(number("tokens")?), number("dimension")?, delta)
    else {
        return Ok(None);
    };
    if !source.is_default("initial", "distribution", "uniform") || delta >= std::f64::consts::PI {
        return Ok(None);
    }
    Ok(match kind {
        "strong" => Some((theory::mean_strong_centers(dimension as usize, delta, tokens as u64), "exact")),
        _ if dimension == 2.0 => Some((theory::saturated_on_circle(delta).0, "saturated")),
        _ => None,
    })
}
