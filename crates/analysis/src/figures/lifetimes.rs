//! How long clusters last: survival curves, and the number of clusters over time.

use super::against::{by_kind, collapses, lifetimes, plateaus};
use super::names::{colors, name_of};
use super::{Drawn, column, law, subtitle};
use crate::draw::{Axis, Color, Curves, Figure, Kind, Legend, Series, palette};
use crate::source::short;
use crate::{AnalysisError, Summary, tables};
use polars::prelude::*;
use std::path::Path;

/// Draws what the tables of lifetimes in a folder allow.
pub(super) fn draw(summary: &Summary, folder: &Path) -> Result<Vec<Drawn>, AnalysisError> {
    let table = |name: &str| tables::read_if_present(&folder.join(format!("{name}.parquet")));
    let mut drawn = vec![];
    let fit = table("fit")?;
    if let Some(survival) = table("survival")? {
        drawn.push(("survival".to_owned(), Figure::Curves(survival_curves(summary, &survival)?)));
    }
    if let Some(percentiles) = table("lifetime-percentiles")? {
        drawn.extend(lifetimes(summary, &percentiles)?.map(|f| ("lifetimes".to_owned(), Figure::Curves(f))));
        drawn.extend(by_kind(summary, &percentiles)?.map(|f| ("lifetimes-by-kind".to_owned(), Figure::Curves(f))));
    }
    let plateau = table("plateau")?;
    if let Some(curves) = table("curves")?.filter(|curves| tables::has(curves, "tracked_clusters_mean")) {
        drawn.extend(
            number(summary, &curves, plateau.as_ref())?.map(|f| ("cluster-number".to_owned(), Figure::Curves(f))),
        );
    }
    if let Some(plateau) = plateau {
        drawn.extend(plateaus(summary, &plateau, fit.as_ref())?.map(|f| ("plateau".to_owned(), Figure::Curves(f))));
    }
    if let Some(collapse) = table("collapse")? {
        drawn.extend(collapses(summary, &collapse, fit.as_ref())?.map(|f| ("collapse".to_owned(), Figure::Curves(f))));
    }
    if let Some(sample) = table("fit-sample")? {
        drawn.push(("lifetime-law".to_owned(), Figure::Curves(law::draw(summary, &sample)?)));
        drawn.push(("lifetime-residuals".to_owned(), Figure::Curves(law::residuals(summary, &sample)?)));
    }
    Ok(drawn)
}

pub(super) fn of_kind(table: &DataFrame, kind: &str) -> Result<DataFrame, AnalysisError> {
    Ok(table.clone().lazy().filter(col("kind").eq(lit(kind))).collect()?)
}

/// Values at the corners of a step function.
fn stairs(x: &[f64], y: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (mut corners, mut heights) = (vec![], vec![]);
    for k in 0..x.len() {
        if k > 0 {
            corners.push(x[k]);
            heights.push(y[k - 1]);
        }
        corners.push(x[k]);
        heights.push(y[k]);
    }
    (corners, heights)
}

fn survival_curves(summary: &Summary, table: &DataFrame) -> Result<Curves, AnalysisError> {
    let start = column(table, "time")?[0];
    let names = tables::parameters(table, &summary.swept);
    let points = tables::groups(&of_kind(table, "all")?, &[])?;
    let mut parts = vec![];
    if let [(_, all)] = &points[..] {
        // One point: centres of each kind beside all clusters.
        parts.push(("all clusters".to_owned(), palette::INK, all.clone()));
        let kinds = [
            ("strong", "led by strong Rényi centres", palette::STRONG),
            ("renyi", "led by other Rényi centres", palette::RENYI),
            ("none", "led by other tokens", palette::ORANGE),
        ];
        for (kind, label, color) in kinds {
            parts.push((label.to_owned(), color, of_kind(table, kind)?));
        }
    } else {
        for ((_, part), color) in points.iter().zip(colors(points.len())) {
            parts.push((name_of(part, &names)?, color, part.clone()));
        }
    }
    let mut series = vec![];
    for (label, color, part) in parts.iter().filter(|part| part.2.height() > 0) {
        let time = column(part, "time")?;
        let percent = |name: &str| -> Result<_, AnalysisError> {
            Ok(stairs(&time, &column(part, name)?.iter().map(|share| 100.0 * share).collect::<Vec<_>>()))
        };
        let ((x, y), low, high) = (percent("survival")?, percent("low")?.1, percent("high")?.1);
        series.push(Series::new(label, *color, Kind::Line, x, y).band(low, high));
    }
    let last = series.iter().flat_map(|s| s.x.last()).copied().fold(start, f64::max);
    let lows = series.iter().flat_map(|s| s.band.iter().flat_map(|band| &band.0).chain(&s.y));
    let lowest = lows.copied().filter(|low| low.is_finite()).fold(100.0, f64::min);
    Ok(Curves {
        title: "Survival of clusters".to_owned(),
        subtitle: subtitle(summary, ""),
        x: Axis::log("time t").range(start, last),
        y: Axis::linear(&format!("share of clusters alive at t = {start}"))
            .percent()
            .range((lowest / 20.0).floor() * 20.0, 100.0),
        legend: if series.len() > 4 { Legend::Right } else { Legend::Auto },
        series,
        caption: Some(format!(
            "Kaplan-Meier estimate with 95 % bands (Greenwood, log-log) for the clusters alive at t = {start}, without the \
             first token's, which cannot die; those that outlive their run are right-censored there."
        )),
    })
}

/// The number of tracked clusters over time.
fn number(summary: &Summary, table: &DataFrame, plateau: Option<&DataFrame>) -> Result<Option<Curves>, AnalysisError> {
    let groups = tables::groups(table, &summary.swept)?;
    let names = tables::parameters(table, &summary.swept);
    let mut series = vec![];
    let (mut first, mut last) = (f64::INFINITY, 0.0_f64);
    for (index, ((_, part), color)) in groups.iter().zip(colors(groups.len())).enumerate() {
        let time = column(part, "time")?;
        let rows: Vec<usize> = (0..time.len()).filter(|&row| time[row] >= 1.0).collect();
        let Some(&row) = rows.first() else { continue };
        (first, last) = (first.min(time[row]), last.max(time[rows[rows.len() - 1]]));
        let pick = |name: &str| -> Result<Vec<f64>, AnalysisError> {
            let values = column(part, &format!("tracked_clusters_{name}"))?;
            Ok(rows.iter().map(|&row| values[row]).collect())
        };
        let x = rows.iter().map(|&row| time[row]).collect();
        let label = if groups.len() == 1 { "clusters".to_owned() } else { name_of(part, &names)? };
        let line = Series::new(&label, color, Kind::Line, x, pick("mean")?);
        // Many bands would hide each other: those of the first, the middle and the last point stand for all.
        let banded = groups.len() < 4 || [0, (groups.len() - 1) / 2, groups.len() - 1].contains(&index);
        series.push(if banded { line.band(pick("p10")?, pick("p90")?) } else { line });
    }
    if first >= last {
        return Ok(None);
    }
    if let (1, Some(plateau)) = (groups.len(), plateau) {
        for (label, color, value) in centers(plateau, 0)? {
            let label = format!("{label}: {}", short((100.0 * value).round() / 100.0));
            series.push(Series::new(&label, color, Kind::Dashed, vec![first, last], vec![value, value]));
        }
    }
    let heights = series.iter().flat_map(|s: &Series| s.y.iter().chain(s.band.iter().flat_map(|band| &band.1)));
    let most = heights.copied().fold(2.0, f64::max);
    Ok(Some(Curves {
        title: "Number of clusters".to_owned(),
        subtitle: subtitle(summary, ""),
        x: Axis::log("time t").range(1.0, last),
        y: Axis::log("clusters").range(1.0, most),
        legend: if series.len() > 4 { Legend::Right } else { Legend::Auto },
        series,
        caption: Some(
            "Mean over the runs (lines) and 10th to 90th percentile (bands, of three points where there are many) of the \
             number of tracked clusters: merged below one gap, split above a larger one."
                .to_owned(),
        ),
    }))
}

/// The mean numbers of centres at a point: of the runs where they were recorded, else from theory.
fn centers(plateau: &DataFrame, row: usize) -> Result<Vec<(&'static str, Color, f64)>, AnalysisError> {
    let kinds = [("renyi", "Rényi centres", palette::RENYI), ("strong", "strong Rényi centres", palette::STRONG)];
    let mut found = vec![];
    for (kind, label, color) in kinds {
        let values = [format!("{kind}_centers"), format!("{kind}_theory")].map(|name| column(plateau, &name));
        let [sample, theory] = values;
        let known = [sample?[row], theory?[row]].into_iter().find(|value| value.is_finite());
        found.extend(known.map(|value| (label, color, value)));
    }
    Ok(found)
}
