//! Histograms of the number of centres, with means and theory.

use super::Drawn;
use super::names::name_of;
use crate::draw::{Distribution, Figure, Histogram, HistogramPanel, Marker, palette};
use crate::source::short;
use crate::{AnalysisError, Summary, tables};
use polars::prelude::*;

pub(super) fn draw(summary: &Summary, counts: &DataFrame, means: &DataFrame) -> Result<Vec<Drawn>, AnalysisError> {
    let runs = tables::numbers(means, "runs")?;
    if runs.iter().all(|runs| *runs < 2.0) {
        return Ok(vec![]);
    }
    let mut panels = vec![];
    let names = tables::parameters(counts, &summary.swept);
    for ((_, part), (_, means)) in
        tables::groups(counts, &summary.swept)?.into_iter().zip(tables::groups(means, &summary.swept)?)
    {
        let kinds = [("strong", "strong Rényi centres", palette::STRONG), ("renyi", "Rényi centres", palette::RENYI)];
        let mut distributions = vec![];
        for (kind, name, color) in kinds {
            let of = |table: &DataFrame| table.clone().lazy().filter(col("kind").eq(lit(kind))).collect();
            let (rows, mean) = (of(&part)?, of(&means)?);
            let numbers = tables::numbers(&rows, "centers")?.into_iter().map(|c| c as u32);
            let occurred = tables::numbers(&rows, "runs")?.into_iter().map(|r| r as u64);
            distributions.push(Distribution {
                label: name.to_owned(),
                color,
                counts: numbers.zip(occurred).collect(),
                exact: vec![],
                markers: markers(&mean)?,
            });
        }
        panels.push(HistogramPanel { title: name_of(&part, &names)?, distributions });
    }
    let figure = Histogram {
        title: "Number of Rényi centres".to_owned(),
        subtitle: summary.parameters.clone(),
        x_label: "centres".to_owned(),
        columns: if panels.len() < 3 { panels.len().max(1) } else { 3 },
        panels,
        caption: Some(format!(
            "Share of the runs ({}). Dashed lines: their means. Solid: the exact mean of strong centres, \
             (1\u{a0}−\u{a0}(1\u{a0}−\u{a0}σ)^{{n}})/σ, and for Rényi centres the limit of many tokens, when nothing more fits, which \
             is approached from below.",
            counted(&runs)
        )),
    };
    Ok(vec![("center-counts".to_owned(), Figure::Histogram(figure))])
}

/// "200 runs", or "190 to 200 runs" where panels differ.
fn counted(runs: &[f64]) -> String {
    let (low, high) = runs.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), r| (a.min(*r), b.max(*r)));
    if low == high { format!("{high} a panel") } else { format!("{low} to {high} a panel") }
}

fn markers(mean: &DataFrame) -> Result<Vec<Marker>, AnalysisError> {
    let value = tables::numbers(mean, "mean")?[0];
    let mut markers = vec![Marker::measured(value, &format!("runs {value:.3}"))];
    let meaning = mean.column("theory")?.str()?.get(0).map(str::to_owned);
    if let (Some(meaning), Some(theory)) = (meaning, mean.column("theory_mean")?.f64()?.get(0)) {
        let word = if meaning == "exact" { "exact" } else { "limit" };
        markers.push(Marker::exact(theory, &format!("{word} {}", short((theory * 1000.0).round() / 1000.0))));
    }
    Ok(markers)
}
