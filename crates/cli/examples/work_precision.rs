//! Draws reports/benchmarks/work-precision.csv, which `just bench` writes: time against achieved error.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use tokenpark_analysis::draw::{Axis, Color, Curves, Kind, Legend, Series, palette, save};

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
    for (until, shown, name) in [("2e2", "200", "work-precision"), ("1e12", "10^{12}", "work-precision-late")] {
        save(&chart(&text, until, shown)?.svg(), &folder.join(name))?;
    }
    Ok(())
}

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
    Ok(Curves {
        title: "Work and precision".to_owned(),
        subtitle: format!("n = 200, d = 2, β = 64, causal mask, to t = {shown}; solid: tokenpark, dashed: others"),
        x: Axis::log("error at the end (radians)"),
        y: Axis::log("time of one solve (ms)"),
        series,
        legend: Legend::Right,
        caption: Some(
            "One point a tolerance. Means over the same starts, side by side on one core: geometric mean of the \
             largest error over tokens, against a solve at tolerance 10^{−12}; fastest of the repetitions."
                .to_owned(),
        ),
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
    Ok(points.into_values().map(|(count, seconds, logs)| (libm::exp(logs / count), 1e3 * seconds / count)).unzip())
}
