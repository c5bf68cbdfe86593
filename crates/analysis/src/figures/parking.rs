//! Parking: numbers of cars, gaps, pairs, coverage, and the approach to saturation, with theory beside.

use super::{Drawn, column};
use crate::draw::{Axis, Color, Curves, Figure, Kind, Legend, Series, palette};
use crate::parking::{LARGEST_FITTED, fit_coverage};
use crate::source::short;
use crate::{AnalysisError, Summary, tables};
use polars::prelude::*;
use std::path::Path;
use tokenpark_parking::theory::{RENYI_CONSTANT, RSA_COVERAGE, gap_density, interval_mean, line_uncovered};

pub(super) fn draw(summary: &Summary, folder: &Path) -> Result<Vec<Drawn>, AnalysisError> {
    let read = |name: &str| tables::read_if_present(&folder.join(format!("parking-{name}.parquet")));
    let Some(means) = read("means")? else { return Ok(vec![]) };
    let mut drawn = vec![
        ("interval-means", lengths(summary, &means)?),
        ("sphere-coverage", coverage(summary, &means)?),
        ("arrivals", arrivals(summary, &means)?),
    ];
    if let Some(table) = read("counts")? {
        drawn.push(("central-limit", normality(summary, &table, &means)?));
    }
    if let Some(table) = read("gaps")? {
        drawn.push(("gaps", gaps(summary, &table)?));
    }
    if let Some(table) = read("pairs")? {
        drawn.push(("pair-correlation", pairs(summary, &table)?));
    }
    if let Some(table) = read("approach")? {
        drawn.push(("approach", approach(summary, &table)?));
    }
    Ok(drawn.into_iter().filter_map(|(name, figure)| Some((name.to_owned(), Figure::Curves(figure?)))).collect())
}

/// Rows of one shape (and dimension), saturated or not.
fn of(table: &DataFrame, shape: &str, dimension: Option<u32>, saturated: bool) -> Result<DataFrame, AnalysisError> {
    let mut here = col("shape").eq(lit(shape));
    if let Some(dimension) = dimension {
        here = here.and(col("dimension").eq(lit(dimension)));
    }
    here = here.and(if saturated { col("tokens").is_null() } else { col("tokens").is_not_null() });
    Ok(table.clone().lazy().filter(here).collect()?)
}

/// The rows of the smallest separation.
fn finest(table: &DataFrame) -> Result<DataFrame, AnalysisError> {
    Ok(table.clone().lazy().filter(col("delta").eq(col("delta").min())).collect()?)
}

fn grid(low: f64, high: f64, steps: u32) -> Vec<f64> {
    (0..=steps).map(|k| low + (high - low) * f64::from(k) / f64::from(steps)).collect()
}

/// The line and the spheres that figures compare: shape, dimension, name, colour.
const SPACES: [(&str, u32, &str, Color); 3] = [
    ("circle", 2, "circle", palette::RENYI),
    ("sphere", 3, "S²", palette::STRONG),
    ("sphere", 4, "S³", palette::ORANGE),
];

fn figure(summary: &Summary, title: &str, axes: [Axis; 2], series: Vec<Series>, caption: &str) -> Option<Curves> {
    let [x, y] = axes;
    (!series.is_empty()).then(|| Curves {
        title: title.to_owned(),
        subtitle: summary.parameters.clone(),
        x,
        y,
        series,
        legend: Legend::Auto,
        caption: Some(caption.to_owned()),
    })
}

fn lengths(summary: &Summary, means: &DataFrame) -> Result<Option<Curves>, AnalysisError> {
    let rows = of(means, "interval", None, true)?;
    if rows.height() < 3 {
        return Ok(None);
    }
    let (length, delta, mean) = (column(&rows, "length")?, column(&rows, "delta")?, column(&rows, "mean")?);
    let x: Vec<f64> = length.iter().zip(&delta).map(|(length, delta)| length / delta).collect();
    let longest = x.iter().copied().fold(1.0, f64::max);
    // M jumps from 0 to 1 at one car's length.
    let fine = grid(1.0, longest, 400);
    let exact = fine.iter().map(|x| interval_mean(*x)).collect();
    let far = fine.iter().map(|x| RENYI_CONSTANT * (x + 1.0) - 1.0).collect();
    let series = vec![
        Series::new("asymptote C_{R}(x + 1) − 1", palette::ORANGE, Kind::Dashed, fine.clone(), far),
        Series::new("exact M(x)", palette::RENYI, Kind::Line, fine, exact),
        Series::new("measured", palette::INK, Kind::Points, x, mean),
    ];
    let caption = "Mean number of unit cars that saturate [0, x]. M(x) = 1 + (2/(x − 1)) ∫_{0}^{x−1} M (Rényi 1958); C_{R} = \
                   0.747598. Standard errors are smaller than the circles.";
    Ok(figure(
        summary,
        "Cars on an interval",
        [Axis::linear("length x in cars"), Axis::linear("mean number of cars")],
        series,
        caption,
    ))
}

fn coverage(summary: &Summary, means: &DataFrame) -> Result<Option<Curves>, AnalysisError> {
    let rows = of(means, "sphere", Some(3), true)?;
    let Some([limit, error, slope]) = fit_coverage(&rows)? else { return Ok(None) };
    let (delta, covered, errors) =
        (column(&rows, "delta")?, column(&rows, "coverage")?, column(&rows, "coverage_standard_error")?);
    let edge = |sign: f64| covered.iter().zip(&errors).map(|(c, e)| 100.0 * (c + sign * 1.96 * e)).collect();
    let (low, high): (Vec<f64>, Vec<f64>) = (edge(-1.0), edge(1.0));
    let percent = covered.iter().map(|c| 100.0 * c).collect();
    let fine = grid(0.0, delta.iter().copied().fold(0.0, f64::max), 100);
    let fitted: Vec<f64> = fine.iter().filter(|d| **d <= LARGEST_FITTED).copied().collect();
    let line = fitted.iter().map(|d| 100.0 * (limit + slope * d * d)).collect();
    let flat = vec![100.0 * RSA_COVERAGE[1].0; fine.len()];
    let series = vec![
        Series::new("plane, 54.707%", palette::ORANGE, Kind::Dashed, fine, flat),
        Series::new(
            &format!("fit ({:.2} ± {:.2})% + const δ²", 100.0 * limit, 100.0 * error),
            palette::RENYI,
            Kind::Line,
            fitted,
            line,
        ),
        Series::new("", palette::STRONG, Kind::Line, delta.clone(), vec![f64::NAN; delta.len()]).band(low, high),
        Series::new("measured on S², 95% interval", palette::STRONG, Kind::Points, delta, percent),
    ];
    let caption = format!(
        "Mean share of S² that saturated caps of radius δ/2 cover. The fit in δ² (δ ≤ {LARGEST_FITTED}) extrapolates to the \
         coverage of the plane by discs, 0.5470735 (Zhang & Torquato 2013)."
    );
    let axes = [Axis::linear("separation δ"), Axis::linear("coverage").percent()];
    Ok(figure(summary, "Coverage of the sphere", axes, series, &caption))
}

fn arrivals(summary: &Summary, means: &DataFrame) -> Result<Option<Curves>, AnalysisError> {
    let mut series = vec![];
    for (shape, dimension, name, color) in SPACES {
        let rows = finest(&of(means, shape, Some(dimension), false)?)?;
        if rows.height() < 3 {
            continue;
        }
        let n = column(&rows, "tokens")?;
        let saturated = column(&rows, "saturated_mean")?;
        if saturated[0].is_finite() {
            series.push(Series::new("", palette::AXIS, Kind::Dashed, n.clone(), saturated));
        }
        series.push(Series::new(
            &format!("{name}, strong"),
            color,
            Kind::Line,
            n.clone(),
            column(&rows, "strong_theory")?,
        ));
        series.push(Series::new("", color, Kind::Points, n.clone(), column(&rows, "strong_mean")?));
        series.push(Series::new(
            &format!("{name}, Rényi"),
            color.dark(),
            Kind::Dashed,
            n.clone(),
            column(&rows, "mean")?,
        ));
        series.push(Series::new("", color.dark(), Kind::Points, n, column(&rows, "mean")?));
    }
    let caption = "Mean numbers of Rényi centres (dashed) and of strong ones among the first n tokens; circles are measured. Solid: \
                   the exact mean of strong centres, (1\u{a0}−\u{a0}(1\u{a0}−\u{a0}σ)^{n})/σ with σ the share of the space within δ of a point. Grey: \
                   Rényi centres on the saturated circle.";
    let axes = [Axis::log("tokens n"), Axis::log("mean number of centres")];
    Ok(figure(summary, "Centres of the first tokens", axes, series, caption)
        .map(|f| Curves { legend: Legend::Right, ..f }))
}

fn normality(summary: &Summary, counts: &DataFrame, means: &DataFrame) -> Result<Option<Curves>, AnalysisError> {
    let mut series = vec![];
    for (shape, dimension, name, color) in SPACES {
        let (rows, mean) =
            (finest(&of(counts, shape, Some(dimension), true)?)?, finest(&of(means, shape, Some(dimension), true)?)?);
        if mean.height() != 1 || column(&mean, "variance")?[0] < 2.0 {
            continue;
        }
        let (center, variance) = (column(&mean, "mean")?[0], column(&mean, "variance")?[0]);
        let (runs, deviation) = (column(&mean, "runs")?[0], variance.sqrt());
        let x = column(&rows, "cars")?.into_iter().map(|cars| (cars + 0.5 - center) / deviation).collect();
        let mut sum = 0.0;
        let so_far = |seen: f64| {
            sum += seen / runs;
            sum
        };
        let y = column(&rows, "runs")?.into_iter().map(so_far).collect();
        let label = format!("{name}, δ = {}", short(column(&mean, "delta")?[0]));
        series.push(Series::new(&label, color, Kind::Points, x, y));
    }
    if series.is_empty() {
        return Ok(None);
    }
    let fine = grid(-4.0, 4.0, 160);
    let normal = fine.iter().map(|z| 0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)).collect();
    series.insert(0, Series::new("normal distribution", palette::INK, Kind::Line, fine, normal));
    let caption = "Share of the runs with at most so many cars (half a car more, less the mean, in standard deviations), beside the \
                   standard normal distribution.";
    let axes = [
        Axis::linear("(cars − mean)/standard deviation").range(-4.0, 4.0),
        Axis::linear("share of the runs").range(0.0, 1.0),
    ];
    Ok(figure(summary, "Central limit of the number of cars", axes, series, caption))
}

fn gaps(summary: &Summary, table: &DataFrame) -> Result<Option<Curves>, AnalysisError> {
    let rows = finest(&of(table, "circle", None, true)?)?;
    if rows.height() < 2 {
        return Ok(None);
    }
    let (lower, upper) = (column(&rows, "lower")?, column(&rows, "upper")?);
    let x = lower.iter().zip(&upper).map(|(low, high)| 0.5 * (low + high)).collect();
    let fine: Vec<f64> = grid(0.004, 1.0, 400);
    let exact = fine.iter().map(|gap| gap_density(*gap)).collect();
    let series = vec![
        Series::new("exact, saturated line", palette::RENYI, Kind::Line, fine, exact),
        Series::new("measured on the circle", palette::INK, Kind::Points, x, column(&rows, "density")?),
    ];
    let caption = format!(
        "Density of the gaps between neighbouring cars on the saturated circle at δ = {}, {} gaps in bins. It grows like a \
         logarithm towards 0.",
        short(column(&rows, "delta")?[0]),
        column(&rows, "gaps")?.iter().sum::<f64>()
    );
    let axes = [Axis::linear("gap in car lengths").range(0.0, 1.0), Axis::linear("density")];
    Ok(figure(summary, "Gaps between parked cars", axes, series, &caption))
}

fn pairs(summary: &Summary, table: &DataFrame) -> Result<Option<Curves>, AnalysisError> {
    let mut series = vec![];
    for (shape, dimension, name, color) in SPACES {
        let rows = finest(&of(table, shape, Some(dimension), true)?)?;
        if rows.height() < 2 {
            continue;
        }
        let (lower, upper) = (column(&rows, "lower")?, column(&rows, "upper")?);
        let seen = lower.iter().zip(&upper).zip(column(&rows, "correlation")?);
        let apart: Vec<(f64, f64)> =
            seen.filter(|((_, high), _)| **high > 1.0 + 1e-9).map(|((low, high), g)| (0.5 * (low + high), g)).collect();
        // Nothing is nearer than one separation.
        let first = apart.first().map_or(0.0, |pair| pair.1);
        let (x, y) = [(0.0, 0.0), (1.0, 0.0), (1.0, first)].into_iter().chain(apart).unzip();
        let label = format!("{name}, δ = {}", short(column(&rows, "delta")?[0]));
        series.push(Series::new(&label, color, Kind::Line, x, y));
    }
    let caption = "Pairs of cars by distance, for each pair that as many independent cars would have. Cars keep apart by one \
                   separation, and touch it often: the correlation has a logarithmic peak there.";
    let axes = [Axis::linear("distance in separations"), Axis::linear("pair correlation g")];
    Ok(figure(summary, "Pair correlation of parked cars", axes, series, caption))
}

fn approach(summary: &Summary, table: &DataFrame) -> Result<Option<Curves>, AnalysisError> {
    let (mut series, mut guides) = (vec![], vec![]);
    for (shape, dimension, name, color) in SPACES {
        let rows = finest(&of(table, shape, Some(dimension), true)?)?;
        if rows.height() < 3 {
            continue;
        }
        let (time, missing) = (column(&rows, "time")?, column(&rows, "missing")?);
        // The guide runs through a late time whose statistics are still good.
        let at = time.iter().position(|t| *t >= 100.0).unwrap_or(time.len() - 1);
        let power = -1.0 / f64::from(dimension - 1);
        let late: Vec<f64> = time.iter().copied().filter(|t| *t >= 1.0).collect();
        let line = late.iter().map(|t| missing[at] * libm::pow(t / time[at], power)).collect();
        let words = if dimension == 2 { "t^{−1}".to_owned() } else { format!("t^{{−1/{}}}", dimension - 1) };
        guides.push(Series::new(&words, color, Kind::Dashed, late, line));
        if dimension == 2 {
            let exact = time.iter().map(|t| line_uncovered(*t)).collect();
            guides.push(Series::new("exact on the line", color, Kind::Line, time.clone(), exact));
        }
        let label = format!("{name}, δ = {}", short(column(&rows, "delta")?[0]));
        series.push(Series::new(&label, color, Kind::Points, time, missing));
    }
    guides.extend(series);
    let caption = "What is missing to the mean saturated coverage. In a unit of time one token lands on each car length, or on each \
                   car's share of the sphere. Dashed: the laws t^{−1/m} in m dimensions (Feder 1980; Pomeau 1980; Swendsen 1981).";
    let axes = [Axis::log("time t"), Axis::log("missing coverage")];
    Ok(figure(summary, "Approach to saturation", axes, guides, caption)
        .map(|f| Curves { legend: Legend::BottomLeft, ..f }))
}
