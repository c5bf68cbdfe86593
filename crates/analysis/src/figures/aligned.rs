//! The share of aligned pairs of tokens over time: a phase diagram where a number is swept, else curves.

use super::names::{axis, colors, group_name, name_of, panel_title, parameter};
use super::{Drawn, column};
use crate::draw::{Axis, Content, Curves, Figure, Kind, Legend, Panel, Panels, Series, palette};
use crate::{AnalysisError, Summary, tables};
use polars::prelude::DataFrame;

/// A field of cells needs at least so many values on both axes.
const FEWEST: usize = 5;
/// More curves than this are not told apart.
const MOST_CURVES: usize = 6;
const MOST_BANDS: usize = 3;

pub(super) fn draw(summary: &Summary, table: &DataFrame) -> Result<Option<Drawn>, AnalysisError> {
    if !tables::has(table, "aligned_mean") {
        return Ok(None);
    }
    let names = tables::parameters(table, &summary.swept);
    if let Some(axis) = axis(table, &names)? {
        let values = table.column(&axis)?.n_unique()?;
        if values >= FEWEST && table.column("time")?.n_unique()? >= FEWEST {
            return Ok(Some(("phase-diagram".to_owned(), Figure::Panels(phases(summary, table, &names, &axis)?))));
        }
    }
    let groups = tables::groups(table, &names)?;
    if groups.len() > MOST_CURVES || table.height() / groups.len().max(1) < FEWEST {
        return Ok(None);
    }
    Ok(Some(("aligned".to_owned(), Figure::Curves(curves(summary, &groups, &names)?))))
}

fn phases(summary: &Summary, table: &DataFrame, names: &[String], along: &str) -> Result<Panels, AnalysisError> {
    let mut panels = vec![];
    for (_, part) in tables::groups_besides(table, names, along)? {
        let title = group_name(&part, names, along, "")?;
        panels.push(Panel { title: panel_title(title.trim_start_matches(", ")), content: cells(&part, along)? });
    }
    let ends = |name: &str| {
        let values = column(table, name)?;
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
        Ok::<_, AnalysisError>((low, high))
    };
    let ((first, last), (low, high), runs) = (ends("time")?, ends(along)?, ends("runs")?.0);
    Ok(Panels {
        title: summary.title.clone(),
        subtitle: summary.parameters.clone(),
        x: Axis::linear("time t").range(first, last),
        y: parameter(along).range(low, high),
        scale: Axis::linear("mean share of aligned pairs").range(0.0, 1.0),
        panels,
        caption: Some(format!(
            "Mean over {runs} starts a point of the share of unordered pairs of tokens whose inner product exceeds {}; 1 \
             where all tokens are in one place.",
            threshold(summary)
        )),
    })
}

/// The number above which an inner product counts.
fn threshold(summary: &Summary) -> String {
    summary.aligned.map_or_else(|| "the manifest's threshold".to_owned(), |aligned| aligned.to_string())
}

/// Rows of equal values of the parameter, columns of equal times.
fn cells(part: &DataFrame, along: &str) -> Result<Content, AnalysisError> {
    let sorted = |name: &str| {
        let mut values = column(part, name)?;
        values.sort_by(f64::total_cmp);
        values.dedup();
        Ok::<_, AnalysisError>(values)
    };
    let (x, y) = (sorted("time")?, sorted(along)?);
    let mut shares = vec![vec![f64::NAN; x.len()]; y.len()];
    let rows = column(part, "time")?.into_iter().zip(column(part, along)?).zip(column(part, "aligned_mean")?);
    for ((time, value), share) in rows {
        let at = |values: &[f64], wanted: f64| values.partition_point(|v| *v < wanted);
        shares[at(&y, value)][at(&x, time)] = share;
    }
    Ok(Content::Cells { x, y, shares })
}

fn curves(summary: &Summary, groups: &[(String, DataFrame)], names: &[String]) -> Result<Curves, AnalysisError> {
    let mut series = vec![];
    // What has no order, such as words, has no ordered colours.
    let is_word = |name: &String| groups.iter().any(|(_, part)| part.column(name).is_ok_and(|c| c.dtype().is_string()));
    let shades = match names.iter().any(is_word) && groups.len() <= palette::SERIES.len() {
        true => palette::SERIES[..groups.len()].to_vec(),
        false => colors(groups.len()),
    };
    for ((_, part), color) in groups.iter().zip(shades) {
        let percent = |name: &str| {
            Ok::<_, AnalysisError>(column(part, name)?.iter().map(|share| 100.0 * share).collect::<Vec<_>>())
        };
        let (low, high) = (percent("aligned_p10")?, percent("aligned_p90")?);
        let line =
            Series::new(&name_of(part, names)?, color, Kind::Line, column(part, "time")?, percent("aligned_mean")?);
        // Bands of more curves than these hide each other.
        series.push(if groups.len() > MOST_BANDS { line } else { line.band(low, high) });
    }
    Ok(Curves {
        title: "Share of aligned pairs of tokens".to_owned(),
        subtitle: summary.parameters.clone(),
        x: Axis::linear("time t"),
        y: Axis::linear("aligned pairs").percent().range(0.0, 100.0),
        series,
        legend: Legend::Auto,
        caption: Some(format!(
            "Mean over runs of the share of unordered pairs of tokens whose inner product exceeds {}{}.",
            threshold(summary),
            if groups.len() > MOST_BANDS { "" } else { ", and 10th to 90th percentile" }
        )),
    })
}
