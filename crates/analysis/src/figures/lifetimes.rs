//! How long clusters last: survival curves, percentiles, the number of clusters, and when they all have met.

use super::{Drawn, column, subtitle};
use crate::draw::{Axis, Color, Curves, Kind, Legend, Series, palette, time_color};
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
        drawn.push(("survival".to_owned(), survival_curves(summary, &survival)?.svg()));
    }
    if let Some(percentiles) = table("lifetime-percentiles")? {
        drawn.extend(lifetimes(summary, &percentiles)?.map(|figure| ("lifetimes".to_owned(), figure.svg())));
        drawn.extend(by_kind(summary, &percentiles)?.map(|figure| ("lifetimes-by-kind".to_owned(), figure.svg())));
    }
    let plateau = table("plateau")?;
    if let Some(curves) = table("curves")?.filter(|curves| tables::has(curves, "tracked_clusters_mean")) {
        drawn.extend(number(summary, &curves, plateau.as_ref())?.map(|f| ("cluster-number".to_owned(), f.svg())));
    }
    if let Some(plateau) = plateau {
        drawn.extend(plateaus(summary, &plateau)?.map(|figure| ("plateau".to_owned(), figure.svg())));
    }
    if let Some(collapse) = table("collapse")? {
        drawn.extend(collapses(summary, &collapse, fit.as_ref())?.map(|f| ("collapse".to_owned(), f.svg())));
    }
    if let Some(sample) = table("fit-sample")? {
        drawn.push(("lifetime-law".to_owned(), super::law::draw(summary, &sample)?.svg()));
        drawn.push(("lifetime-residuals".to_owned(), super::law::residuals(summary, &sample)?.svg()));
    }
    Ok(drawn)
}

/// "β = 64, d = 3" of a table's first row.
pub(super) fn name_of(part: &DataFrame, swept: &[String]) -> Result<String, AnalysisError> {
    let words = swept.iter().map(|name| {
        let value = part.column(name)?.get(0)?;
        let text = value.get_str().map_or_else(|| value.to_string(), str::to_owned);
        let number = text.parse::<f64>().map_or(text, short);
        Ok::<_, AnalysisError>(format!("{} = {number}", symbol(name)))
    });
    Ok(words.collect::<Result<Vec<_>, _>>()?.join(", "))
}

/// What a group of points along an axis is called: "median", or "median, d = 3" where other parameters are swept.
fn group_name(part: &DataFrame, swept: &[String], axis: &str, what: &str) -> Result<String, AnalysisError> {
    let others: Vec<String> = swept.iter().filter(|name| *name != axis).cloned().collect();
    let name = name_of(part, &others)?;
    Ok(if name.is_empty() { what.to_owned() } else { format!("{what}, {name}") })
}

/// The letter of a parameter.
fn symbol(name: &str) -> &str {
    match name {
        "beta" => "β",
        "tokens" => "n",
        "dimension" => "d",
        other => other,
    }
}

/// Colours of ordered points: of time where there are many, else the palette's.
pub(super) fn colors(count: usize) -> Vec<Color> {
    let shade = |k: usize| if count > 3 { time_color(k as f64 / (count - 1) as f64) } else { palette::SERIES[k] };
    (0..count).map(shade).collect()
}

/// The swept parameter that a figure has on its x axis: the first whose values are two numbers or more.
fn axis(table: &DataFrame, swept: &[String]) -> Result<Option<String>, AnalysisError> {
    for name in swept {
        let values = table.column(name)?;
        if values.dtype().is_primitive_numeric() && values.n_unique()? > 1 {
            return Ok(Some(name.clone()));
        }
    }
    Ok(None)
}

/// Label of the x axis of a parameter.
fn parameter(name: &str) -> Axis {
    Axis::linear(match name {
        "beta" => "inverse temperature β",
        "tokens" => "tokens n",
        "dimension" => "dimension d",
        other => other,
    })
}

fn of_kind(table: &DataFrame, kind: &str) -> Result<DataFrame, AnalysisError> {
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
            parts.push((name_of(part, &summary.swept)?, color, part.clone()));
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
    Ok(Curves {
        title: "Survival of clusters".to_owned(),
        subtitle: subtitle(summary, ""),
        x: Axis::log("time t").range(start, last),
        y: Axis::linear(&format!("of the clusters alive at t = {start}")).percent().range(0.0, 100.0),
        legend: if series.len() > 4 { Legend::Right } else { Legend::Auto },
        series,
        caption: Some(format!(
            "Kaplan-Meier estimate with 95 % bands (Greenwood, log-log) for the clusters alive at t = {start}, without the \
             first token's, which cannot die; those that outlive their run are right-censored there."
        )),
    })
}

/// A line through medians over a parameter, with circles, and a band between two columns where both are known.
fn medians(
    part: &DataFrame,
    axis: &str,
    label: &str,
    color: Color,
    edges: [&str; 2],
) -> Result<[Series; 2], AnalysisError> {
    let (x, y) = (column(part, axis)?, column(part, "p50")?);
    let (mut low, mut high) = (column(part, edges[0])?, column(part, edges[1])?);
    for (low, high) in low.iter_mut().zip(&mut high) {
        if low.is_nan() || high.is_nan() {
            (*low, *high) = (f64::NAN, f64::NAN);
        }
    }
    let circles = Series::new("", color, Kind::Points, x.clone(), y.clone());
    Ok([Series::new(label, color, Kind::Line, x, y).band(low, high), circles])
}

fn lifetimes(summary: &Summary, table: &DataFrame) -> Result<Option<Curves>, AnalysisError> {
    let all = of_kind(table, "all")?;
    let Some(axis) = axis(&all, &summary.swept)? else { return Ok(None) };
    let groups = tables::groups_besides(&all, &summary.swept, &axis)?;
    let mut series = vec![];
    for ((_, part), color) in groups.iter().zip(colors(groups.len())) {
        let name = group_name(part, &summary.swept, &axis, "median")?;
        series.extend(medians(part, &axis, &name, color, ["p10", "p90"])?);
    }
    let start = column(&all, "start")?[0];
    let censored = column(&all, "censored_share")?.into_iter().fold(0.0, f64::max);
    Ok(Some(Curves {
        title: "Remaining lifetimes of clusters".to_owned(),
        subtitle: subtitle(summary, ""),
        x: parameter(&axis),
        y: Axis::log(&format!("remaining lifetime from t = {start}")),
        series,
        legend: Legend::Auto,
        caption: Some(format!(
            "Median (line) and 10th to 90th percentile (band) from the survival curves of the clusters alive at t = \
             {start}, without the first token's, which cannot die. {}",
            outlived("clusters outlive their run", censored)
        )),
    }))
}

fn by_kind(summary: &Summary, table: &DataFrame) -> Result<Option<Curves>, AnalysisError> {
    let Some(axis) = axis(table, &summary.swept)? else { return Ok(None) };
    let kinds = [
        ("strong", "strong Rényi centres", palette::STRONG),
        ("renyi", "other Rényi centres", palette::RENYI),
        ("none", "other tokens", palette::ORANGE),
    ];
    let mut series = vec![];
    for (kind, name, color) in kinds {
        for (_, part) in tables::groups_besides(&of_kind(table, kind)?, &summary.swept, &axis)? {
            let name = group_name(&part, &summary.swept, &axis, name)?;
            series.extend(medians(&part, &axis, &name, color, ["p50_low", "p50_high"])?);
        }
    }
    let start = column(table, "start")?[0];
    series.retain(|series| !series.x.is_empty());
    Ok((series.len() > 2).then(|| Curves {
        title: "Remaining lifetimes by what the leader was".to_owned(),
        subtitle: subtitle(summary, ""),
        x: parameter(&axis),
        y: Axis::log(&format!("median remaining lifetime from t = {start}")),
        series,
        legend: Legend::Auto,
        caption: Some(format!(
            "Median remaining lifetime of the clusters alive at t = {start}, with 95 % intervals, by whether the leader was \
             a strong Rényi centre of the start, another Rényi centre, or none."
        )),
    }))
}

/// The number of tracked clusters over time.
fn number(summary: &Summary, table: &DataFrame, plateau: Option<&DataFrame>) -> Result<Option<Curves>, AnalysisError> {
    let groups = tables::groups(table, &summary.swept)?;
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
        let label = if groups.len() == 1 { "clusters".to_owned() } else { name_of(part, &summary.swept)? };
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
        x: Axis::log("time t").range(first, last),
        y: Axis::log("clusters").range(1.0, most),
        legend: if series.len() > 4 { Legend::Right } else { Legend::Auto },
        series,
        caption: Some(
            "Mean and 10th to 90th percentile over the runs of the number of tracked clusters (with hysteresis: merged \
             below one gap, split above a larger one)."
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

/// The number of clusters at the start against a parameter.
fn plateaus(summary: &Summary, table: &DataFrame) -> Result<Option<Curves>, AnalysisError> {
    let Some(axis) = axis(table, &summary.swept)? else { return Ok(None) };
    let groups = tables::groups_besides(table, &summary.swept, &axis)?;
    // On a scale of √β the numbers of centres on the circle are straight lines.
    let root = axis == "beta";
    let place = |x: f64| if root { x.sqrt() } else { x };
    let mut series = vec![];
    for ((_, part), color) in groups.iter().zip([palette::PURPLE, palette::ORANGE, palette::SKY, palette::BROWN]) {
        let x: Vec<f64> = column(part, &axis)?.into_iter().map(place).collect();
        let (mean, error) = (column(part, "clusters")?, column(part, "clusters_se")?);
        let edge = |sign: f64| mean.iter().zip(&error).map(|(m, e)| m + sign * 1.96 * e).collect();
        let name = group_name(part, &summary.swept, &axis, "clusters")?;
        let (low, high) = (edge(-1.0), edge(1.0));
        series.push(Series::new("", color, Kind::Points, x.clone(), mean.clone()));
        for (kind, color) in [("renyi", palette::RENYI), ("strong", palette::STRONG)] {
            let numbers = [column(part, &format!("{kind}_centers"))?, column(part, &format!("{kind}_theory"))?];
            let y = (0..x.len()).map(|row| if numbers[0][row].is_finite() { numbers[0][row] } else { numbers[1][row] });
            let word = if kind == "renyi" { "Rényi centres" } else { "strong Rényi centres" };
            let word = group_name(part, &summary.swept, &axis, word)?;
            let y: Vec<f64> = y.collect();
            if y.iter().any(|value| value.is_finite()) {
                series.push(Series::new(&word, color, Kind::Dashed, x.clone(), y));
            }
        }
        series.push(Series::new(&name, color, Kind::Line, x, mean.clone()).band(low, high));
    }
    let start = column(table, "start")?[0];
    Ok(Some(Curves {
        title: "Height of the plateau".to_owned(),
        subtitle: subtitle(summary, ""),
        x: if root { Axis::linear("√β") } else { parameter(&axis) },
        y: Axis::linear(&format!("mean number at t = {start}")),
        series,
        legend: Legend::Auto,
        caption: Some(format!(
            "Clusters alive at t = {start} (mean of the runs with its 95 % interval), and the mean numbers of centres at the \
             start: of the same runs where they were recorded, otherwise from theory (Rényi centres saturated)."
        )),
    }))
}

/// When the last two clusters meet, with the fitted laws.
fn collapses(summary: &Summary, table: &DataFrame, fit: Option<&DataFrame>) -> Result<Option<Curves>, AnalysisError> {
    let Some(axis) = axis(table, &summary.swept)? else { return Ok(None) };
    let groups = tables::groups_besides(table, &summary.swept, &axis)?;
    let mut series = vec![];
    for ((label, part), color) in groups.iter().zip(colors(groups.len())) {
        let name = group_name(part, &summary.swept, &axis, "median")?;
        series.extend(medians(part, &axis, &name, color, ["p10", "p90"])?);
        let x = column(part, &axis)?;
        for ((model, predictor), color) in fits_on(&axis).zip([palette::RED, palette::ORANGE]) {
            let rows = fit.map(|fit| fit_of(fit, model, label)).transpose()?;
            let Some([intercept, slope, r_squared]) = rows.flatten() else { continue };
            let (low, high) = x.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), v| (a.min(*v), b.max(*v)));
            let x: Vec<f64> = (0..=60).map(|k| low + (high - low) * f64::from(k) / 60.0).collect();
            let y = x.iter().map(|x| libm::exp(intercept + slope * predictor(*x))).collect();
            let law = model.replace("sqrt beta", "√β").replace("beta", "β").replace("tokens", "n");
            let text = format!("exp({intercept:.1} + {slope:.2} {law}), R² = {r_squared:.4}")
                .replace("+ -", "− ")
                .replace('-', "−");
            series.push(Series::new(&text, color, Kind::Dashed, x, y));
        }
    }
    let censored = column(table, "censored_share")?.into_iter().fold(0.0, f64::max);
    Ok(Some(Curves {
        title: "Time of final collapse".to_owned(),
        subtitle: subtitle(summary, ""),
        x: parameter(&axis),
        y: Axis::log("time of final collapse"),
        series,
        legend: Legend::Auto,
        caption: Some(format!(
            "When the last cluster but one dies: median (line) and 10th to 90th percentile (band) over the runs of a point. {} \
             Dashed: least squares through the logarithms of the medians.",
            outlived("runs end before", censored)
        )),
    }))
}

/// "At most 12 % of a point's clusters outlive their run."
fn outlived(what: &str, share: f64) -> String {
    match share {
        0.0 => format!("No {what}.").replace("outlive", "outlives").replace("clusters", "cluster"),
        share => format!("At most {:.1}\u{a0}% of a point's {what}.", 100.0 * share),
    }
}

/// Names and predictors of the fits that belong to an axis.
fn fits_on(axis: &str) -> impl Iterator<Item = (&'static str, fn(f64) -> f64)> {
    crate::lifetimes::COLLAPSE.into_iter().filter(move |law| law.0 == axis).map(|law| (law.1, law.2))
}

/// Intercept, slope and R² of a fit of collapse times.
fn fit_of(fit: &DataFrame, model: &str, group: &str) -> Result<Option<[f64; 3]>, AnalysisError> {
    let here = col("model").eq(lit(model)).and(col("group").eq(lit(group)));
    let rows = fit.clone().lazy().filter(here).collect()?;
    let (estimates, share) = (column(&rows, "estimate")?, column(&rows, "r_squared")?);
    Ok((estimates.len() == 2).then(|| [estimates[0], estimates[1], share[0]]))
}
