//! [initial]: where the tokens start.

use std::ops::Range;

use serde_json::json;
use toml::de::{DeTable, DeValue};

use super::csv;
use super::number::{self, Bounds};
use super::parquet;
use super::schema;
use super::value::{self, Value};
use super::words;
use crate::diagnostics::Report;

/// The initial positions.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Distribution {
    /// Independent and uniform on the sphere, drawn anew for each run.
    #[default]
    Uniform,
    /// These unit vectors, one row for each token.
    Points(Vec<Vec<f64>>),
    /// Unit vectors read from a file when the manifest was read; in the fingerprint only they count, not the path.
    File(Vec<Vec<f64>>),
}

impl Distribution {
    /// The fixed unit vectors, n rows of d; `None` if the start is random.
    pub fn points(&self) -> Option<&[Vec<f64>]> {
        match self {
            Self::Uniform => None,
            Self::Points(rows) | Self::File(rows) => Some(rows),
        }
    }
}

/// Whether the points of a sweep share their random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Noise {
    /// Every point has its own.
    #[default]
    Independent,
    /// Replica r of every point of the same dimension starts from the same draws.
    Common,
}

const NOISES: [(&str, Noise); 2] = [("independent", Noise::Independent), ("common", Noise::Common)];

impl Noise {
    /// The name in a manifest.
    pub fn name(self) -> &'static str {
        NOISES[self as usize].0
    }
}

/// The section `[initial]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Initial {
    /// The initial positions.
    pub distribution: Distribution,
    /// Whether the points of a sweep share their random numbers.
    pub noise: Noise,
    /// The length of every token, where the normalisation has lengths.
    pub radius: f64,
    /// Where the positions and the radius are written.
    pub(crate) span: Range<usize>,
    pub(crate) radius_span: Range<usize>,
}

impl Default for Initial {
    fn default() -> Self {
        let distribution = Distribution::default();
        Self { distribution, noise: Noise::default(), radius: 1.0, span: 0..0, radius_span: 0..0 }
    }
}

const RADII: Bounds = Bounds::above(0.0, 1e100);

/// The keys of the section, and what they may be.
pub(crate) fn schema() -> serde_json::Map<String, serde_json::Value> {
    let row = json!({ "type": "array", "minItems": 1, "items": { "type": "number" } });
    let points = json!({ "type": "array", "minItems": 1, "items": row });
    let distribution = json!({ "anyOf": [
        { "type": "string", "const": "uniform" },
        schema::table(json!({ "points": points }), &["points"]),
        schema::table(json!({ "file": { "type": "string" } }), &["file"]),
    ] });
    let noise = "Whether the points of a sweep share their random numbers.";
    let length = "The length of every token at the start, where the normalisation has lengths.";
    let entries = [
        ("radius", schema::about(RADII.schema(), length, Some("1.0"))),
        ("distribution", schema::about(distribution, "The initial positions.", Some("\"uniform\""))),
        ("noise", schema::about(schema::words(&NOISES), noise, Some("\"independent\""))),
    ];
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Reads the section; what is wrong keeps its default.
pub(crate) fn read(report: &mut Report<'_>, table: &DeTable<'_>) -> Initial {
    value::unknown_keys(report, "[initial]", table, &super::keys::INITIAL);
    let mut initial = Initial::default();
    if let Some(value) = table.get("distribution") {
        initial.span = value.span();
        initial.distribution = read_distribution(report, value).unwrap_or_default();
    }
    if let Some(value) = table.get("noise") {
        initial.noise = value::choice(report, "initial.noise", value, &NOISES, &[]).unwrap_or_default();
    }
    if let Some(value) = table.get("radius") {
        initial.radius_span = value.span();
        let radius = number::number(report, "initial.radius", value, &RADII);
        initial.radius = radius.unwrap_or(initial.radius);
    }
    initial
}

const ALLOWED: &str = "allowed: \"uniform\", { points = [[..], ..] } or { file = \"start.csv\" } (or .parquet)";

fn read_distribution(report: &mut Report<'_>, value: &Value<'_>) -> Option<Distribution> {
    let name = "initial.distribution";
    let table = match value.get_ref() {
        DeValue::String(word) if word == "uniform" => return Some(Distribution::Uniform),
        DeValue::Table(table) if table.len() == 1 => table,
        other => {
            report.wrong(value.span(), format!("`{name}` cannot be {}", words::noun(other)), ALLOWED);
            return None;
        }
    };
    let (key, entry) = table.iter().next()?;
    match key.get_ref().as_ref() {
        "points" => read_points(report, "initial.distribution.points", entry).map(Distribution::Points),
        "file" => read_file(report, entry).map(Distribution::File),
        word => {
            let help = words::allowed(word, &["points", "file"]);
            report.wrong(key.span(), format!("unknown distribution {}", words::quote(word)), help);
            None
        }
    }
}

/// Rows of coordinates, each divided by its length.
pub(super) fn read_points(report: &mut Report<'_>, name: &str, value: &Value<'_>) -> Option<Vec<Vec<f64>>> {
    let rows = number::rows(report, name, value)?;
    let items = value.get_ref().as_array()?;
    let found: Vec<Option<Vec<f64>>> = (rows.into_iter().zip(items.iter()))
        .map(|(row, item)| {
            let unit = unit(row);
            if unit.is_none() {
                report.wrong(item.span(), "a point at the origin has no direction", "allowed: any other vector");
            }
            unit
        })
        .collect();
    found.into_iter().collect()
}

fn read_file(report: &mut Report<'_>, value: &Value<'_>) -> Option<Vec<Vec<f64>>> {
    let name = "initial.distribution.file";
    let allowed = "allowed: a CSV or Parquet file with the columns token, x0, x1, … relative to the manifest";
    let DeValue::String(file) = value.get_ref() else {
        report.wrong(value.span(), format!("`{name}` is {}", words::noun(value.get_ref())), allowed);
        return None;
    };
    let path = report.path().parent().unwrap_or(std::path::Path::new("")).join(file.as_ref());
    if file.to_lowercase().ends_with(".parquet") {
        return parquet::read(&path).map_err(|what| report.wrong(value.span(), what, allowed)).ok();
    }
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            report.wrong(value.span(), format!("cannot read {}: {error}", path.display()), allowed);
            return None;
        }
    };
    csv::read(&path, &text).map_err(|mistakes| report.elsewhere(mistakes)).ok()
}

/// The vector divided by its length, without overflow; left alone if it has length 1 up to rounding, so that a unit
/// vector which is written out and read again keeps its bits. `None` for zero.
pub(crate) fn unit(row: Vec<f64>) -> Option<Vec<f64>> {
    let largest = row.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    if largest == 0.0 {
        return None;
    }
    let squares = |row: &[f64]| row.iter().fold(0.0, |sum, x| sum + x * x);
    let rounding = 2.0 * f64::EPSILON * (row.len() as f64 + 4.0);
    if (squares(&row) - 1.0).abs() <= rounding {
        return Some(row);
    }
    let scaled: Vec<f64> = row.iter().map(|x| x / largest).collect();
    let length = libm::sqrt(squares(&scaled));
    Some(scaled.iter().map(|x| x / length).collect())
}

#[cfg(test)]
mod tests {
    use super::unit;

    #[test]
    fn prop_units_are_units_and_stay_as_they_are() {
        assert_eq!(unit(vec![0.0, -0.0]), None);
        for scale in [1e-320, 1e-200, 0.3, 1.0, 7.0, 1e200, 1e308] {
            let once = unit(vec![0.3 * scale, -0.7 * scale, 0.2 * scale]).unwrap();
            let square: f64 = once.iter().map(|x| x * x).sum();
            assert!((square - 1.0).abs() < 1e-14, "{scale:?} {square:?}");
            assert_eq!(unit(once.clone()), Some(once));
        }
    }
}
