//! How long clusters last: summaries of the `lifetimes` table.
//!
//! The cluster of token 0 absorbs and is never absorbed; it is counted, but is no lifetime. Another cluster counts if it
//! is alive at the start s of the observation (`[observe] lifetimes_from`), because otherwise the
//! fragments of the first moments dominate: its lifetime enters late, at s, and is right-censored where the run ends. The
//! clock is the run's time t, and the remaining lifetime is t − s. Rows are read a few row groups at a time and kept only
//! if alive at s, so that tables of 10⁷ rows are summarised exactly in bounded memory.

mod collapse;
mod curves;
mod fit;
mod fit_rows;
mod plateau;
mod read;
mod trend;

pub(crate) use trend::{COLLAPSE, PLATEAU, Trend};

use crate::source::Source;
use crate::survival::Percentile;
use crate::{AnalysisError, tables};
use polars::prelude::*;
use read::{Cohort, Runs};
use std::path::{Path, PathBuf};

/// The start of the observation where a manifest does not state it.
const START: f64 = 100.0;
/// The shares of the percentiles in the tables.
const SHARES: [f64; 3] = [0.1, 0.5, 0.9];
/// The table.
const TABLE: &str = "lifetimes";

/// Writes `survival`, `lifetime-percentiles`, `log-rank`, `collapse`, `plateau`, `fit`, `fit-points` and `fit-sample`,
/// and sums them up in sentences. Only for datasets that record lifetimes.
pub(crate) fn write(source: &Source, folder: &Path) -> Result<(Vec<PathBuf>, Vec<String>), AnalysisError> {
    let path = source.path(TABLE);
    if !path.is_file() {
        return Ok((vec![], vec![]));
    }
    let start = source.number("observe", "lifetimes_from").unwrap_or(START);
    let (mut summaries, mut fit) = (Summaries::default(), fit::Fit::new(source)?);
    read::each_point(&path, start, &Runs::new(source)?, |cohort| {
        let mut key = source.key(cohort.point)?;
        if let Some(prefix) = cohort.prefix {
            key.with_column(Column::new(tables::PREFIX.into(), [prefix]))?;
        }
        summaries.add(source, &key, &cohort)?;
        fit.add(&key, cohort)
    })?;
    summaries.write(source, fit, folder, start)
}

/// Rows of the tables, a data frame a point.
#[derive(Default)]
struct Summaries {
    survival: Vec<DataFrame>,
    percentiles: Vec<DataFrame>,
    log_rank: Vec<DataFrame>,
    collapse: Vec<DataFrame>,
    plateau: Vec<DataFrame>,
    lines: Vec<String>,
}

impl Summaries {
    fn add(&mut self, source: &Source, key: &DataFrame, cohort: &Cohort) -> Result<(), AnalysisError> {
        let rows = curves::rows(cohort)?;
        for (list, part) in [
            (&mut self.collapse, collapse::row(cohort)?),
            (&mut self.plateau, plateau::row(source, cohort)?),
            (&mut self.survival, rows.survival),
            (&mut self.percentiles, rows.percentiles),
            (&mut self.log_rank, rows.log_rank),
        ] {
            if let Some(part) = part {
                list.push(tables::beside(key, part)?);
            }
        }
        self.lines.extend(rows.sentence.map(|sentence| match point_label(key) {
            Ok(label) if !label.is_empty() => format!("At {label}: {sentence}"),
            _ => sentence,
        }));
        Ok(())
    }

    fn write(
        mut self,
        source: &Source,
        fit: fit::Fit,
        folder: &Path,
        start: f64,
    ) -> Result<(Vec<PathBuf>, Vec<String>), AnalysisError> {
        if self.survival.is_empty() {
            self.lines.push(format!("No cluster was observed past t = {start}, the start of the observation."));
        }
        let (collapse, log_rank) = (tables::stack(self.collapse)?, tables::stack(self.log_rank)?);
        let plateau = tables::stack(self.plateau)?;
        self.lines.extend(compared(&log_rank)?);
        let (mut trends, mut sentences) = (vec![], vec![]);
        for (table, trend) in [(&collapse, &COLLAPSE), (&plateau, &PLATEAU)] {
            let (fits, lines) = trend::fits(table, &tables::parameters(table, &source.swept), trend)?;
            trends.extend(fits);
            sentences.extend(lines);
        }
        let (fits, lines) = fit.tables(trends, sentences)?;
        self.lines.extend(lines);
        let mut written = vec![];
        for (name, mut table) in [
            ("survival", tables::stack(self.survival)?),
            ("lifetime-percentiles", tables::stack(self.percentiles)?),
            ("log-rank", log_rank),
            ("collapse", collapse),
            ("plateau", plateau),
        ]
        .into_iter()
        .chain(fits)
        {
            if table.height() > 0 {
                written.extend(tables::write(&mut table, folder, name)?);
            }
        }
        Ok((written, self.lines))
    }
}

/// At how many points strong Rényi centres last longer than others, or shorter, beyond chance.
fn compared(log_rank: &DataFrame) -> Result<Option<String>, AnalysisError> {
    if log_rank.height() == 0 {
        return Ok(None);
    }
    let [died, expected, p] = ["strong_died", "strong_expected", "p_value"].map(|name| tables::numbers(log_rank, name));
    let (died, expected, p) = (died?, expected?, p?);
    let clear = (0..p.len()).filter(|&row| p[row] < 0.01);
    let (longer, shorter): (Vec<usize>, Vec<usize>) = clear.partition(|&row| died[row] < expected[row]);
    Ok(Some(format!(
        "Strong Rényi centres last longer than other Rényi centres at {} of {} points and shorter at {} (log-rank, p < 0.01).",
        longer.len(),
        p.len(),
        shorter.len()
    )))
}

/// "beta = 16" of a row of keys.
fn point_label(key: &DataFrame) -> Result<String, AnalysisError> {
    let names: Vec<&str> = key.get_column_names().into_iter().skip(1).map(|name| name.as_str()).collect();
    tables::label(key, &names)
}

/// Columns NAME, NAME_low and NAME_high of percentiles, less a start.
fn percentile_columns(percentiles: &[Percentile], start: f64) -> Vec<Column> {
    let names = SHARES.map(|share| format!("p{}", (100.0 * share).round()));
    let mut columns = vec![];
    for (name, percentile) in names.iter().zip(percentiles) {
        for (suffix, time) in [("", percentile.value), ("_low", percentile.low), ("_high", percentile.high)] {
            columns.push(Column::new(format!("{name}{suffix}").into(), [time.map(|time| time - start)]));
        }
    }
    columns
}
