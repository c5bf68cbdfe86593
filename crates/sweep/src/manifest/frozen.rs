//! Frozen centres as a manifest writes them.

use std::fmt;

use serde_json::json;
use toml::de::DeTable;

use super::number::{self, Bounds};
use super::value::{self, Value};
use super::{initial, schema, words};
use crate::diagnostics::Report;

/// Where frozen centres are, and how much each weighs. Its `Display` is its TOML.
#[derive(Clone, Debug, PartialEq)]
pub enum FrozenSpec {
    /// At these unit vectors.
    Points {
        /// One row a centre.
        points: Vec<Vec<f64>>,
        /// One number a centre.
        weights: Vec<f64>,
    },
    /// So many on the circle, the first at (1, 0), at equal distances.
    Spaced {
        /// How many.
        count: u32,
        /// That of each.
        weight: f64,
    },
}

impl FrozenSpec {
    /// The dimension that it is written for.
    pub(crate) fn dimension(&self) -> usize {
        match self {
            Self::Points { points, .. } => points[0].len(),
            Self::Spaced { .. } => 2,
        }
    }

    /// The coordinates of all centres, coordinate-major.
    pub(crate) fn coordinates(&self, dimension: usize) -> Vec<f64> {
        match self {
            Self::Points { points, .. } => {
                (0..dimension).flat_map(|i| points.iter().map(move |point| point[i])).collect()
            }
            Self::Spaced { count, .. } => {
                let angle = |j| 2.0 * std::f64::consts::PI * f64::from(j) / f64::from(*count);
                (0..*count).map(|j| libm::cos(angle(j))).chain((0..*count).map(|j| libm::sin(angle(j)))).collect()
            }
        }
    }

    /// One number a centre.
    pub(crate) fn weights(&self) -> Vec<f64> {
        match self {
            Self::Points { weights, .. } => weights.clone(),
            Self::Spaced { count, weight } => vec![*weight; *count as usize],
        }
    }
}

impl fmt::Display for FrozenSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Points { points, weights } if weights.iter().all(|weight| *weight == 1.0) => {
                write!(f, "{{ points = {points:?} }}")
            }
            Self::Points { points, weights } => write!(f, "{{ points = {points:?}, weights = {weights:?} }}"),
            Self::Spaced { count, weight: 1.0 } => write!(f, "{{ spaced = {count} }}"),
            Self::Spaced { count, weight } => write!(f, "{{ spaced = {count}, weight = {weight:?} }}"),
        }
    }
}

const ALLOWED: &str = "allowed: { points = [[..], ..] }, { points = [[..], ..], weights = [..] }, { spaced = m } or \
                       { spaced = m, weight = a }";
const WEIGHTS: Bounds = Bounds::closed(1.0, 1e100);

/// The most that can be spaced.
const MOST: u32 = 1_000_000;

/// What frozen centres may be.
pub(crate) fn schema() -> serde_json::Value {
    let row = json!({ "type": "array", "minItems": 1, "items": { "type": "number" } });
    let points = json!({ "type": "array", "minItems": 1, "items": row });
    let weights = json!({ "type": "array", "minItems": 1, "items": WEIGHTS.schema() });
    let spaced = json!({ "spaced": schema::whole(1, MOST.into()), "weight": WEIGHTS.schema() });
    json!({ "anyOf": [
        { "type": "string", "const": "none" },
        schema::table(json!({ "points": points, "weights": weights }), &["points"]),
        schema::table(spaced, &["spaced"]),
    ] })
}

/// Reads frozen centres. Whether they fit the dimension is known only at each point of the sweep.
pub(crate) fn read(report: &mut Report<'_>, name: &str, value: &Value<'_>, table: &DeTable<'_>) -> Option<FrozenSpec> {
    let (points, spaced) = (table.get("points"), table.get("spaced"));
    match (points, spaced) {
        (Some(points), None) => {
            others(report, name, table, &["points", "weights"]);
            let points = initial::read_points(report, &format!("{name}.points"), points)?;
            let weights = match table.get("weights") {
                None => vec![1.0; points.len()],
                Some(weights) => read_weights(report, &format!("{name}.weights"), weights, points.len())?,
            };
            Some(FrozenSpec::Points { points, weights })
        }
        (None, Some(spaced)) => {
            others(report, name, table, &["spaced", "weight"]);
            let count = number::whole_u32(report, &format!("{name}.spaced"), spaced, 1, MOST)?;
            let weight = table.get("weight").map(|a| number::number(report, &format!("{name}.weight"), a, &WEIGHTS));
            Some(FrozenSpec::Spaced { count, weight: weight.unwrap_or(Some(1.0))? })
        }
        _ => {
            let message = format!("`{name}` needs `points` or `spaced`, one of the two");
            report.wrong(value.span(), message, ALLOWED);
            None
        }
    }
}

/// Reports keys that are not known; those of other sections are no help here.
fn others(report: &mut Report<'_>, name: &str, table: &DeTable<'_>, known: &[&str]) {
    for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
        let word = key.get_ref().as_ref();
        let message = format!("unknown key {} in `{name}`", words::quote(word));
        report.wrong(key.span(), message, words::allowed(word, known));
    }
}

fn read_weights(report: &mut Report<'_>, name: &str, value: &Value<'_>, points: usize) -> Option<Vec<f64>> {
    let items = value::list(report, name, value, "numbers")?;
    if items.len() != points {
        let (found, allowed) = (words::count(items.len(), "number"), words::count(points, "number"));
        report.wrong(value.span(), format!("`{name}` has {found}"), format!("allowed: one a point, {allowed}"));
        return None;
    }
    let weights: Vec<_> = items.iter().map(|item| number::number(report, name, item, &WEIGHTS)).collect();
    weights.into_iter().collect()
}
