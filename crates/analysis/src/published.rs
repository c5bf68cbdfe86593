//! Comparison with the published consumption curves (figure 3 of the paper).

use crate::source::Source;
use crate::{AnalysisError, tables};
use std::path::Path;

const CSV: &str = include_str!("../../../data/reference/consumption-published.csv");
/// The authors' Euler steps without projection let their clock run fast by this factor (data/reference/README.md).
const CLOCK: f64 = 1.085;

/// The published mean curves, on the equation's clock.
pub(crate) struct Published {
    pub(crate) time: Vec<f64>,
    /// Percent consumed by Rényi centres.
    pub(crate) renyi: Vec<f64>,
    /// Percent consumed by strong centres.
    pub(crate) strong: Vec<f64>,
}

impl Published {
    pub(crate) fn load() -> Self {
        let rows = || CSV.lines().skip(1).map(|line| line.split(',').filter_map(|word| word.parse::<f64>().ok()));
        let column = |index: usize| rows().filter_map(|mut row| row.nth(index)).collect::<Vec<_>>();
        Self { time: column(0).into_iter().map(|t| t / CLOCK).collect(), renyi: column(1), strong: column(2) }
    }
}

/// True when a dataset has the parameters of the published figure.
pub(crate) fn applies(source: &Source) -> Result<bool, AnalysisError> {
    let plain = ["query", "key", "value", "heads"].iter().all(|key| source.is_default("model", key, "identity"));
    let plain = plain && source.is_attention_alone();
    let causal = source.is_default("model", "mask", "causal") && source.is_default("model", "weights", "softmax");
    let uniform = source.is_default("initial", "distribution", "uniform");
    let numbers = [("tokens", 200.0), ("dimension", 2.0), ("beta", 64.0)];
    let same = numbers.iter().all(|(key, value)| source.number("model", key) == Some(*value));
    let capture = source.number("centers", "capture").unwrap_or(0.99) == 0.99;
    Ok(source.swept.is_empty() && plain && causal && uniform && same && capture && source.delta()? == Some(0.5))
}

/// Sentences on how the consumption of a dataset compares with the published curves; none where they do not apply.
pub(crate) fn compare(source: &Source, folder: &Path) -> Result<Vec<String>, AnalysisError> {
    let Some(curves) = tables::read_if_present(&folder.join("curves.parquet"))? else {
        return Ok(vec![]);
    };
    let comparable = tables::has(&curves, "consumed_renyi_ever_mean") && !tables::has(&curves, tables::PREFIX);
    if !(comparable && applies(source)?) {
        return Ok(vec![]);
    }
    let time = tables::numbers(&curves, "time")?;
    let published = Published::load();
    let mut lines = vec![];
    for (suffix, meaning) in [("_ever", "consumed so far"), ("", "consumed now")] {
        let difference = |kind: &str, reference: &[f64]| {
            let mean = tables::numbers(&curves, &format!("consumed_{kind}{suffix}_mean"))?;
            let error = tables::numbers(&curves, &format!("consumed_{kind}{suffix}_se"))?;
            let error = 100.0 * (error.iter().map(|e| e * e).sum::<f64>() / error.len() as f64).sqrt();
            let found = root_mean_square(&time, &mean, &published.time, reference);
            Ok::<_, AnalysisError>(format!("{found:.2} (sampling error of our mean {error:.2})"))
        };
        let (renyi, strong) = (difference("renyi", &published.renyi)?, difference("strong", &published.strong)?);
        lines.push(format!(
            "Against the published curves (tokens {meaning}, printed times divided by {CLOCK}): root mean square difference in \
             points for Rényi centres {renyi}, for strong ones {strong}."
        ));
    }
    Ok(lines)
}

/// In percentage points, with linear interpolation of our curve, over the published times within its range.
fn root_mean_square(time: &[f64], share: &[f64], at: &[f64], percent: &[f64]) -> f64 {
    let differences: Vec<f64> = at
        .iter()
        .zip(percent)
        .filter_map(|(&t, &reference)| {
            let after = time.iter().position(|&saved| saved >= t)?.max(1);
            let (t0, t1) = (time[after - 1], *time.get(after)?);
            let ours = share[after - 1] + (share[after] - share[after - 1]) * (t - t0) / (t1 - t0);
            Some(100.0 * ours - reference)
        })
        .collect();
    (differences.iter().map(|d| d * d).sum::<f64>() / differences.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::{Published, root_mean_square};

    #[test]
    fn val_published_curves_start_and_end_as_printed() {
        let published = Published::load();
        assert_eq!(published.time.len(), 102);
        assert!(published.renyi.iter().zip(&published.strong).all(|(renyi, strong)| renyi > strong));
        assert!((published.renyi[3] - 56.1).abs() < 0.1 && (published.strong[101] - 92.0).abs() < 0.2);
    }

    #[test]
    fn prop_a_curve_differs_from_itself_by_nothing() {
        let time = [0.0, 1.0, 3.0];
        assert!(root_mean_square(&time, &[0.1, 0.3, 0.7], &[0.5, 2.0], &[20.0, 50.0]) < 1e-12);
        assert!((root_mean_square(&time, &[0.0; 3], &[0.5, 2.0], &[3.0, 4.0]) - 12.5_f64.sqrt()).abs() < 1e-12);
    }
}
