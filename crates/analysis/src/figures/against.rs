//! Lifetimes, plateaus and final collapse against a swept parameter.

use super::lifetimes::of_kind;
use super::names::{axis, colors, group_name, parameter};
use super::{column, subtitle};
use crate::draw::{Axis, Color, Curves, Kind, Legend, Series, palette};
use crate::lifetimes::{COLLAPSE, PLATEAU, Trend};
use crate::{AnalysisError, Summary, tables};
use polars::prelude::*;

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

/// Whether there is anything to draw: where most outlive their run, no median is known.
fn any(series: &[Series]) -> bool {
    series.iter().any(|series| series.y.iter().any(|y| y.is_finite()))
}

/// Median and percentiles of remaining lifetimes against a parameter.
pub(super) fn lifetimes(summary: &Summary, table: &DataFrame) -> Result<Option<Curves>, AnalysisError> {
    let all = of_kind(table, "all")?;
    let names = tables::parameters(&all, &summary.swept);
    let Some(axis) = axis(&all, &names)? else { return Ok(None) };
    let groups = tables::groups_besides(&all, &names, &axis)?;
    let mut series = vec![];
    for ((_, part), color) in groups.iter().zip(colors(groups.len())) {
        // Of a single line the caption says what it is.
        let name = if groups.len() == 1 { String::new() } else { group_name(part, &names, &axis, "median")? };
        series.extend(medians(part, &axis, &name, color, ["p10", "p90"])?);
    }
    if !any(&series) {
        return Ok(None);
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
            outlived("cluster outlives its run", "clusters outlive their run", censored)
        )),
    }))
}

/// Medians by what the leader was.
pub(super) fn by_kind(summary: &Summary, table: &DataFrame) -> Result<Option<Curves>, AnalysisError> {
    let names = tables::parameters(table, &summary.swept);
    let Some(axis) = axis(table, &names)? else { return Ok(None) };
    let kinds = [
        ("strong", "strong Rényi centres", palette::STRONG),
        ("renyi", "other Rényi centres", palette::RENYI),
        ("none", "other tokens", palette::ORANGE),
    ];
    let mut series = vec![];
    for (kind, name, color) in kinds {
        for (_, part) in tables::groups_besides(&of_kind(table, kind)?, &names, &axis)? {
            let name = group_name(&part, &names, &axis, name)?;
            series.extend(medians(&part, &axis, &name, color, ["p50_low", "p50_high"])?);
        }
    }
    let start = column(table, "start")?[0];
    let all = series.len();
    series.retain(|series| any(std::slice::from_ref(series)));
    let missing = if series.len() < all { " Kinds of which most outlive their runs are left out." } else { "" };
    Ok((series.len() > 2).then(|| Curves {
        title: "Remaining lifetimes by what the leader was".to_owned(),
        subtitle: subtitle(summary, ""),
        x: parameter(&axis),
        y: Axis::log(&format!("median remaining lifetime from t = {start}")),
        series,
        legend: Legend::Auto,
        caption: Some(format!(
            "Median remaining lifetime of the clusters alive at t = {start}, with 95 % intervals, by whether the leader was \
             a strong Rényi centre of the start, another Rényi centre, or none.{missing}"
        )),
    }))
}

/// The number of clusters at the start against a parameter.
pub(super) fn plateaus(
    summary: &Summary,
    table: &DataFrame,
    fit: Option<&DataFrame>,
) -> Result<Option<Curves>, AnalysisError> {
    let names = tables::parameters(table, &summary.swept);
    let Some(axis) = axis(table, &names)? else { return Ok(None) };
    let groups = tables::groups_besides(table, &names, &axis)?;
    // On a scale of √β the numbers of centres on the circle are straight lines.
    let root = axis == "beta";
    let place = |x: f64| if root { x.sqrt() } else { x };
    let (mut series, mut fitted) = (vec![], false);
    for ((label, part), color) in
        groups.iter().zip([palette::PURPLE, palette::ORANGE, palette::SKY, palette::BROWN].into_iter().cycle())
    {
        let x: Vec<f64> = column(part, &axis)?.into_iter().map(place).collect();
        let (mean, error) = (column(part, "clusters")?, column(part, "clusters_se")?);
        let edge = |sign: f64| mean.iter().zip(&error).map(|(m, e)| m + sign * 1.96 * e).collect();
        let name = group_name(part, &names, &axis, "clusters")?;
        let (low, high) = (edge(-1.0), edge(1.0));
        series.push(Series::new("", color, Kind::Points, x.clone(), mean.clone()));
        for (kind, color) in [("renyi", palette::RENYI), ("strong", palette::STRONG)] {
            let numbers = [column(part, &format!("{kind}_centers"))?, column(part, &format!("{kind}_theory"))?];
            let y = (0..x.len()).map(|row| if numbers[0][row].is_finite() { numbers[0][row] } else { numbers[1][row] });
            let word = if kind == "renyi" { "Rényi centres" } else { "strong Rényi centres" };
            let word = group_name(part, &names, &axis, word)?;
            let y: Vec<f64> = y.collect();
            if y.iter().any(|value| value.is_finite()) {
                series.push(Series::new(&word, color, Kind::Dashed, x.clone(), y));
            }
        }
        let swept = column(part, &axis)?;
        series.push(Series::new(&name, color, Kind::Line, x.clone(), mean.clone()).band(low, high));
        for ((model, predictor), color) in PLATEAU.on(&axis).zip([palette::RED, palette::ORANGE]) {
            let rows = fit.map(|fit| fit_of(fit, &PLATEAU, model, label)).transpose()?;
            let Some([intercept, slope, r_squared]) = rows.flatten() else { continue };
            let y = swept.iter().map(|x| intercept + slope * predictor(*x)).collect();
            fitted = true;
            series.push(Series::new(&law_text(intercept, slope, model, r_squared), color, Kind::Dashed, x.clone(), y));
        }
    }
    let start = column(table, "start")?[0];
    let fits = match fitted {
        true => " Least squares against √β, as of centres, and √(β ln β), as of the modes of full attention.",
        false => "",
    };
    Ok(Some(Curves {
        title: "Height of the plateau".to_owned(),
        subtitle: subtitle(summary, ""),
        x: if root { Axis::linear("√β") } else { parameter(&axis) },
        y: Axis::linear(&format!("mean number at t = {start}")),
        series,
        legend: Legend::Auto,
        caption: Some(format!(
            "Clusters alive at t = {start} (mean of the runs with its 95 % interval), and the mean numbers of centres at the \
             start: of the same runs where they were recorded, otherwise from theory (Rényi centres saturated).{fits}"
        )),
    }))
}

/// When the last two clusters meet, with the fitted laws.
pub(super) fn collapses(
    summary: &Summary,
    table: &DataFrame,
    fit: Option<&DataFrame>,
) -> Result<Option<Curves>, AnalysisError> {
    let names = tables::parameters(table, &summary.swept);
    let Some(axis) = axis(table, &names)? else { return Ok(None) };
    let groups = tables::groups_besides(table, &names, &axis)?;
    let mut series = vec![];
    for ((label, part), color) in groups.iter().zip(colors(groups.len())) {
        let name = group_name(part, &names, &axis, "median")?;
        series.extend(medians(part, &axis, &name, color, ["p10", "p90"])?);
        let x = column(part, &axis)?;
        for ((model, predictor), color) in COLLAPSE.on(&axis).zip([palette::RED, palette::ORANGE]) {
            let rows = fit.map(|fit| fit_of(fit, &COLLAPSE, model, label)).transpose()?;
            let Some([intercept, slope, r_squared]) = rows.flatten() else { continue };
            let (low, high) = x.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), v| (a.min(*v), b.max(*v)));
            let x: Vec<f64> = (0..=60).map(|k| low + (high - low) * f64::from(k) / 60.0).collect();
            let y = x.iter().map(|x| libm::exp(intercept + slope * predictor(*x))).collect();
            let text = format!("exp of {}", law_text(intercept, slope, model, r_squared));
            series.push(Series::new(&text, color, Kind::Dashed, x, y));
        }
    }
    if !any(&series) {
        return Ok(None);
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
            outlived("run ends before", "runs end before", censored)
        )),
    }))
}

/// "At most 12 % of a point's clusters outlive their run."
fn outlived(one: &str, many: &str, share: f64) -> String {
    match share {
        0.0 => format!("No {one}."),
        share => format!("At most {:.1}\u{a0}% of a point's {many}.", 100.0 * share),
    }
}

/// A number with two decimals, or as many as show three digits of it.
fn digits(value: f64) -> String {
    let decimals = if value == 0.0 { 2.0 } else { (2.0 - libm::floor(libm::log10(value.abs()))).clamp(2.0, 12.0) };
    format!("{value:.*}", decimals as usize)
}

/// "−1.2 + 1.67 √β, R² = 0.9981".
fn law_text(intercept: f64, slope: f64, model: &str, r_squared: f64) -> String {
    let law = model.replace("sqrt(beta ln beta)", "√(β ln β)").replace("sqrt beta", "√β").replace("beta", "β");
    let slope = digits(slope);
    let text = format!("{intercept:.2} + {slope} {}, R² = {r_squared:.4}", law.replace("tokens", "n"));
    text.replace("+ -", "− ").replace('-', "−")
}

/// Intercept, slope and R² of a fit of a trend.
fn fit_of(fit: &DataFrame, trend: &Trend, model: &str, group: &str) -> Result<Option<[f64; 3]>, AnalysisError> {
    let here = col("response").eq(lit(trend.name())).and(col("model").eq(lit(model))).and(col("group").eq(lit(group)));
    let rows = fit.clone().lazy().filter(here).collect()?;
    let (estimates, share) = (column(&rows, "estimate")?, column(&rows, "r_squared")?);
    Ok((estimates.len() == 2).then(|| [estimates[0], estimates[1], share[0]]))
}
