//! Final configurations: how many runs of every point ended as predicted, and what the first ones ended in.

use crate::source::Source;
use crate::{AnalysisError, tables};
use polars::prelude::*;
use std::path::{Path, PathBuf};

/// So many replicas of every point are drawn.
pub(crate) const DRAWN: u32 = 3;
/// More points than this are summed up in one sentence.
const MOST_SENTENCES: usize = 20;
const MARGINS: [&str; 7] = ["radius", "from_start", "from_component", "from_top", "closeness", "spread", "speed"];

/// True when the dataset says what its runs ended in.
pub(crate) fn recorded(source: &Source) -> bool {
    tables::has(&source.runs, "configuration")
}

/// Writes `configurations` (for every point and class: runs, how many as predicted, medians of the margins) and
/// `finals` (the runs that are drawn), and says in sentences how many ended as predicted.
pub(crate) fn write(source: &Source, folder: &Path) -> Result<(Vec<PathBuf>, Vec<String>), AnalysisError> {
    if !recorded(source) || source.runs.height() == 0 {
        return Ok((vec![], vec![]));
    }
    let keys: Vec<String> = [vec!["point".to_owned()], source.swept.clone()].concat();
    let names = [&keys[..], &["predicted", "configuration"].map(str::to_owned)].concat();
    let agreeing = col("as_predicted").cast(DataType::UInt32).sum().alias("as_predicted");
    let medians = MARGINS.map(|name| col(name).median());
    let statistics = [vec![len().alias("runs"), agreeing], medians.to_vec()].concat();
    let by: Vec<Expr> = names.iter().map(col).collect();
    let classes = source.runs.clone().lazy().group_by_stable(by).agg(statistics);
    let mut classes =
        classes.sort(["point", "configuration"], SortMultipleOptions::new().with_maintain_order(true)).collect()?;
    let mut written = tables::write(&mut classes, folder, "configurations")?;
    let also = ["replica", "predicted", "configuration", "as_predicted", "final_clusters"].map(str::to_owned);
    let columns = [&keys[..], &also, &MARGINS.map(str::to_owned)].concat();
    let first = source.runs.clone().lazy().filter(col("replica").lt(lit(DRAWN)));
    let mut first = first.select(columns.iter().map(col).collect::<Vec<_>>()).collect()?;
    written.extend(tables::write(&mut first, folder, "finals")?);
    Ok((written, sentences(source)?))
}

fn sentences(source: &Source) -> Result<Vec<String>, AnalysisError> {
    let groups = tables::groups(&source.runs, &source.swept)?;
    let mut lines = vec![];
    let mut total = Count::default();
    for (label, part) in &groups {
        let count = Count::of(part)?;
        let at = if label.is_empty() { String::new() } else { format!("{label}: ") };
        if let Some(predicted) = part.column("predicted")?.str()?.iter().flatten().next() {
            lines.push(format!("{at}{} as predicted ({predicted}); {}.", count.agreeing(), count.rest()));
        } else {
            lines.push(format!("{at}theory predicts nothing; {}.", count.found(part)?));
        }
        total = total.and(&count);
    }
    if groups.len() > MOST_SENTENCES {
        lines.clear();
    }
    if total.predicted > 0 {
        lines.push(format!("Of all runs with a prediction {} ended as predicted; {}.", total.agreeing(), total.rest()));
    }
    Ok(lines)
}

/// How many runs have a prediction, ended as predicted, and were undecided though there is a prediction.
#[derive(Default)]
struct Count {
    predicted: usize,
    agree: usize,
    undecided: usize,
}

impl Count {
    fn of(part: &DataFrame) -> Result<Self, AnalysisError> {
        let words = part.column("configuration")?.str()?;
        let mut count = Self::default();
        for (word, agrees) in words.iter().zip(part.column("as_predicted")?.bool()?.iter()) {
            count.predicted += usize::from(agrees.is_some());
            count.agree += usize::from(agrees == Some(true));
            count.undecided += usize::from(agrees == Some(false) && word == Some("undecided"));
        }
        Ok(count)
    }

    fn and(&self, other: &Self) -> Self {
        Self {
            predicted: self.predicted + other.predicted,
            agree: self.agree + other.agree,
            undecided: self.undecided + other.undecided,
        }
    }

    fn agreeing(&self) -> String {
        format!("{} of {}", self.agree, self.predicted)
    }

    fn rest(&self) -> String {
        let other = self.predicted - self.agree - self.undecided;
        format!("{} undecided, {other} otherwise", self.undecided)
    }

    /// "9 other-point, 1 undecided" of all runs.
    fn found(&self, part: &DataFrame) -> Result<String, AnalysisError> {
        let mut found: Vec<(String, usize)> = vec![];
        for word in part.column("configuration")?.str()?.iter().flatten() {
            match found.iter_mut().find(|(name, _)| name == word) {
                Some((_, count)) => *count += 1,
                None => found.push((word.to_owned(), 1)),
            }
        }
        found.sort();
        let words: Vec<String> = found.iter().map(|(name, count)| format!("{count} {name}")).collect();
        Ok(words.join(", "))
    }
}
