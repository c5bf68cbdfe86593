//! Survival curves, percentiles and the log-rank test of one point.

use super::read::{Cohort, Kind};
use super::{SHARES, percentile_columns};
use crate::AnalysisError;
use crate::source::short;
use crate::survival::{
    CONFIDENCE, Lifetime, LogRank, Percentile, Sample, Step, log_rank, normal_quantile, percentiles,
};
use polars::prelude::*;

/// A curve of more steps is thinned to about this many, all of them exact and equally far apart in number.
const MOST_STEPS: usize = 256;

/// What one point adds to the tables.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) survival: Option<DataFrame>,
    pub(super) percentiles: Option<DataFrame>,
    pub(super) log_rank: Option<DataFrame>,
    pub(super) sentence: Option<String>,
}

pub(super) fn rows(cohort: &Cohort) -> Result<Rows, AnalysisError> {
    if cohort.clusters.is_empty() {
        return Ok(Rows::default());
    }
    let all = sample(cohort, |_| true)?;
    let mut curves = vec![survival(&all, "all", cohort.start)?];
    let times = percentiles(&all, &SHARES, CONFIDENCE);
    let mut rows = vec![percentile_row(&all, "all", cohort, &times)?];
    let sentence = sentence(&all, cohort, times[1]);
    drop(all);
    let kinds = Kind::ALL.map(|kind| sample(cohort, |other| other == kind));
    let [strong, renyi, none] = kinds;
    let (strong, renyi) = (strong?, renyi?);
    for (sample, kind) in [(&strong, Kind::Strong), (&renyi, Kind::Renyi), (&none?, Kind::None)] {
        if !sample.is_empty() {
            curves.push(survival(sample, kind.name(), cohort.start)?);
            rows.push(percentile_row(sample, kind.name(), cohort, &percentiles(sample, &SHARES, CONFIDENCE))?);
        }
    }
    let test = log_rank(&strong, &renyi).map(|test| log_rank_row(&test, &strong, &renyi)).transpose()?;
    Ok(Rows {
        survival: Some(crate::tables::stack(curves)?),
        percentiles: Some(crate::tables::stack(rows)?),
        log_rank: test,
        sentence: Some(sentence),
    })
}

fn sample(cohort: &Cohort, of: impl Fn(Kind) -> bool) -> Result<Sample, AnalysisError> {
    let clusters = cohort.clusters.iter().filter(|cluster| of(cluster.kind));
    Sample::new(clusters.map(|c| Lifetime { entry: cohort.start, exit: c.exit, died: c.died }))
}

/// time, at_risk, died (so far), survival, standard_error, low, high: from 1 at the start to the last time observed.
fn survival(sample: &Sample, kind: &str, start: f64) -> Result<DataFrame, AnalysisError> {
    let z = normal_quantile(0.5 + 0.5 * CONFIDENCE);
    let every = sample.steps().count().div_ceil(MOST_STEPS).max(1);
    let (mut died, mut last) = (0, None);
    let mut rows = vec![(start, sample.len() as u64, 0, [1.0, 0.0, 1.0, 1.0])];
    let row = |step: &Step, died: u64| {
        let (low, high) = step.band(z);
        (step.time, step.at_risk, died, [step.survival, step.standard_error(), low, high])
    };
    for (index, step) in sample.steps().enumerate() {
        died += step.deaths;
        last = Some(step);
        if (index + 1) % every == 0 {
            rows.push(row(&step, died));
        }
    }
    if let Some(step) = last.filter(|step| rows.last().is_none_or(|row| row.0 < step.time)) {
        rows.push(row(&step, died));
    }
    // The curve goes on, flat, while anyone is watched.
    if let (Some(end), Some(row)) = (sample.last_exit(), rows.last().copied())
        && end > row.0
    {
        let watched = sample.len() as u64 - died;
        rows.push((end, watched.min(row.1), died, row.3));
    }
    let column = |k: usize| rows.iter().map(|row| row.3[k]).collect::<Vec<f64>>();
    Ok(df!(
        "kind" => vec![kind; rows.len()],
        "time" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
        "at_risk" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
        "died" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
        "survival" => column(0),
        "standard_error" => column(1),
        "low" => column(2),
        "high" => column(3)
    )?)
}

/// Counts, and percentiles of the remaining lifetime with their intervals.
fn percentile_row(
    sample: &Sample,
    kind: &str,
    cohort: &Cohort,
    times: &[Percentile],
) -> Result<DataFrame, AnalysisError> {
    let (clusters, deaths) = (sample.len(), sample.deaths());
    let mut row = df!(
        "kind" => [kind],
        "start" => [cohort.start],
        "runs" => [cohort.counts.len() as u64],
        "clusters" => [clusters as u64],
        "died" => [deaths as u64],
        "censored_share" => [(clusters - deaths) as f64 / clusters as f64],
        "clusters_per_run" => [clusters as f64 / cohort.counts.len() as f64],
        "born_later" => [(kind == "all").then_some(cohort.born_later)]
    )?;
    row.hstack_mut(&percentile_columns(times, cohort.start))?;
    Ok(row)
}

/// Strong against ordinary Rényi centres.
fn log_rank_row(test: &LogRank, strong: &Sample, renyi: &Sample) -> Result<DataFrame, AnalysisError> {
    Ok(df!(
        "strong" => [strong.len() as u64],
        "strong_died" => [test.observed[0]],
        "strong_expected" => [test.expected[0]],
        "renyi" => [renyi.len() as u64],
        "renyi_died" => [test.observed[1]],
        "renyi_expected" => [test.expected[1]],
        "chi_square" => [test.chi_square],
        "p_value" => [test.p_value]
    )?)
}

fn sentence(sample: &Sample, cohort: &Cohort, Percentile { value, low, high }: Percentile) -> String {
    let time = |time: Option<f64>| time.map_or("beyond the run".to_owned(), |time| scientific(time - cohort.start));
    let median = match value {
        Some(_) => format!("median remaining lifetime {} (95 %: {} to {})", time(value), time(low), time(high)),
        None => "more than half outlive the run".to_owned(),
    };
    let (mean, error) = cohort.mean_count();
    let error = error.map_or(String::new(), |error| format!(" ± {}", short(error)));
    format!(
        "{}{error} clusters a run alive at t = {} ({} runs); of the {} besides token 1's, {median}, {:.1} % censored.",
        short(mean),
        cohort.start,
        cohort.counts.len(),
        sample.len(),
        100.0 * (sample.len() - sample.deaths()) as f64 / sample.len() as f64
    )
}

/// Three digits, with a power of ten where that is shorter.
fn scientific(value: f64) -> String {
    if (0.1..1e4).contains(&value) { short((value * 100.0).round() / 100.0) } else { format!("{value:.2e}") }
}
