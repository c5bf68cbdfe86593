//! Draws reports/benchmarks/work-precision.csv, which `just bench` writes: time against achieved error.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use tokenpark_analysis::draw::{Axis, Color, Curves, Kind, Legend, Page, Series, palette, save};

/// Methods in the order of the key, ours first.
const METHODS: [(&str, Color, Kind); 8] = [
    ("ndf", palette::RENYI, Kind::Line),
    ("rodas4", palette::SKY, Kind::Line),
    ("rodas5p", palette::PURPLE, Kind::Line),
    ("dormand-prince-5", palette::STRONG, Kind::Line),
    ("CVODE BDF", palette::RED, Kind::Dashed),
    ("diffsol BDF", palette::ORANGE, Kind::Dashed),
    ("diffrax Tsit5", palette::BROWN, Kind::Dashed),
    ("NumPy Euler", palette::SOFT, Kind::Dashed),
];

/// Sums over starts: how many, seconds, logarithms of errors.
type Sums = (f64, f64, f64);

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reports/benchmarks");
    let text = std::fs::read_to_string(folder.join("work-precision.csv"))?;
    for (until, shown, name) in [
        ("2e2", "200", "work-precision"),
        ("1e12", "10^{12}", "work-precision-late"),
        (MERGERS, "10^{40}", "work-precision-mergers"),
    ] {
        let chart = chart(&text, until, shown)?;
        if !chart.series.is_empty() {
            save(&chart.svg(Page::NEURIPS), &folder.join(name))?;
        }
    }
    Ok(())
}

/// To this end errors are those of the times at which clusters merge.
const MERGERS: &str = "1e40";

/// The chart of one end of the integration.
fn chart(text: &str, until: &str, shown: &str) -> Result<Curves, Box<dyn Error>> {
    let mut series = vec![];
    for (method, color, kind) in METHODS {
        let (error, time) = line(text, until, method)?;
        if time.is_empty() {
            continue;
        }
        let line = if time.len() > 1 { kind } else { Kind::Points };
        series.push(Series::new(method, color, line, error.clone(), time.clone()));
        series.push(Series::new("", color, Kind::Points, error, time));
    }
    let times = || series.iter().flat_map(|s: &Series| &s.y).copied();
    let (fastest, slowest) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    let others = if until == MERGERS { "" } else { "; solid: tokenpark, dashed: others" };
    let (largest, reference) = if until == MERGERS { ("mergers", "10^{−10}") } else { ("tokens", "10^{−12}") };
    Ok(Curves {
        title: format!("Work and precision to t = {shown}"),
        subtitle: format!("n = 200, d = 2, β = 64, causal mask{others}"),
        x: Axis::log(if until == MERGERS { "error of merging times (relative)" } else { "error at the end (radians)" }),
        y: Axis::log("time of one solve (ms)").range(fastest / 1.5, slowest * 1.5),
        series,
        legend: Legend::Right,
        caption: Some(format!(
            "One point a tolerance that took all starts to the end; all on one core, side by side. Time: mean over starts \
             of the fastest repetition. Error: geometric mean over starts of the largest over {largest}, against a solve \
             with tolerance {reference}."
        )),
    })
}

/// Errors and milliseconds of a method, from loose to tight tolerances.
fn line(text: &str, until: &str, method: &str) -> Result<(Vec<f64>, Vec<f64>), Box<dyn Error>> {
    // Tolerances by their exponent, loosest first.
    let mut points: BTreeMap<i64, Sums> = BTreeMap::new();
    for row in text.lines().skip(1) {
        let words: Vec<&str> = row.split(',').collect();
        let [end, name, _, tolerance, _, seconds, error, ..] = words[..] else {
            return Err(format!("a row of fewer than 7 values: {row}").into());
        };
        if (end, name) == (until, method) {
            let tolerance: f64 = tolerance.parse()?;
            let error: f64 = error.parse()?;
            let sums = points.entry((-libm::log10(tolerance)).round() as i64).or_default();
            sums.0 += 1.0;
            sums.1 += seconds.parse::<f64>()?;
            sums.2 += libm::log(error.max(f64::EPSILON));
        }
    }
    let starts = points.values().map(|sums| sums.0).fold(0.0, f64::max);
    points.retain(|_, sums| sums.0 == starts && sums.2.is_finite());
    Ok(points.into_values().map(|(count, seconds, logs)| (libm::exp(logs / count), 1e3 * seconds / count)).unzip())
}
