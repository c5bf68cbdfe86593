//! [parking]: where cars park, and what is looked at.
//!
//! `space`, `separation` and `arrivals` are settings and can be swept; the rest is the same at every point.

use std::ops::Range;

use serde_json::json;
use tokenpark_parking::{MOST_DIMENSIONS, Space};
use toml::de::{DeTable, DeValue};

use super::number::{self, Bounds};
use super::schema;
use super::setting::Setting;
use super::spacing::{self, Form};
use super::value::{self, Value};
use super::words;
use crate::axis::{Progression, Spacing};
use crate::diagnostics::Report;

/// The largest number of tokens that arrive.
pub(crate) const MOST_ARRIVALS: u32 = 1_000_000_000;
/// The most bins.
const MOST_BINS: u32 = 100_000;
/// How far pairs may be counted.
const RANGE: Bounds = Bounds::above(0.0, 1e6);
/// The ends of the times.
const END: Bounds = Bounds::above(0.0, 1e100);
/// Of an interval.
const LENGTH: Bounds = Bounds::above(0.0, 1e300);
/// The word for parking until nothing fits.
const SATURATED: &str = "saturated";

/// Something that is written to a dataset of parking on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ParkingRecord {
    /// Gaps between neighbouring cars by length, on saturated intervals and circles.
    Gaps,
    /// Pairs of cars by distance.
    Pairs,
    /// Cars parked by given times, where parking goes on until nothing fits.
    Approach,
}

const RECORDS: [(&str, ParkingRecord); 3] =
    [("gaps", ParkingRecord::Gaps), ("pairs", ParkingRecord::Pairs), ("approach", ParkingRecord::Approach)];

impl ParkingRecord {
    /// The name in a manifest, and of the table.
    pub fn name(self) -> &'static str {
        RECORDS[self as usize].0
    }
}

/// What is the same at every point of a parking manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct ParkingSpec {
    /// What is written beside `runs`, sorted and each once.
    pub record: Vec<ParkingRecord>,
    /// Bins of the tables of gaps and pairs.
    pub bins: u32,
    /// How far pairs are counted, in separations, where the space is that large.
    pub range: f64,
    /// The times of the approach to saturation; one unit brings one token a car length, or a car's share of a sphere.
    pub(crate) times: Progression,
    /// Where `record` is written.
    pub(crate) record_span: Range<usize>,
}

impl ParkingSpec {
    /// Whether `what` was asked for.
    pub fn records(&self, what: ParkingRecord) -> bool {
        self.record.contains(&what)
    }
}

impl Default for ParkingSpec {
    fn default() -> Self {
        let times = Progression { spacing: Spacing::Log, count: 41, from: 0.1, to: 1000.0 };
        Self { record: vec![], bins: 100, range: 4.0, times, record_span: 0..0 }
    }
}

/// The keys that are no settings, and what they may be.
pub(crate) fn schema() -> serde_json::Map<String, serde_json::Value> {
    let entries = [
        ("record", schema::word_list(&RECORDS), "Tables beside runs.", "[]"),
        ("bins", schema::whole(1, MOST_BINS.into()), "Bins of the tables gaps and pairs.", "100"),
        ("range", RANGE.schema(), "How far pairs are counted, in separations.", "4.0"),
        (
            "times",
            json!({ "anyOf": TIMES.schema(&|_| END.schema()) }),
            "Times of the approach to saturation; one unit brings one token a car length.",
            "{ log = 41, from = 0.1, to = 1000.0 }",
        ),
    ];
    entries
        .into_iter()
        .map(|(key, value, about, default)| (key.to_owned(), schema::about(value, about, Some(default))))
        .collect()
}

/// What `space` may be.
pub(crate) fn space_schema() -> serde_json::Value {
    json!({ "anyOf": [
        { "type": "string", "const": "circle" },
        schema::table(json!({ "interval": LENGTH.schema() }), &["interval"]),
        schema::table(json!({ "sphere": schema::whole(2, MOST_DIMENSIONS as u64) }), &["sphere"]),
    ] })
}

/// What `arrivals` may be.
pub(crate) fn arrivals_schema() -> serde_json::Value {
    json!({ "anyOf": [schema::whole(1, MOST_ARRIVALS.into()), { "type": "string", "const": SATURATED }] })
}

/// Reads what is not a setting; what is wrong keeps its default.
pub(crate) fn read(report: &mut Report<'_>, table: &DeTable<'_>) -> ParkingSpec {
    let mut spec = ParkingSpec::default();
    if let Some(value) = table.get("record") {
        (spec.record, spec.record_span) = (read_record(report, value).unwrap_or_default(), value.span());
    }
    if let Some(bins) = table.get("bins").and_then(|v| number::whole_u32(report, "parking.bins", v, 1, MOST_BINS)) {
        spec.bins = bins;
    }
    if let Some(range) = table.get("range").and_then(|v| number::number(report, "parking.range", v, &RANGE)) {
        spec.range = range;
    }
    if let Some(times) = table.get("times").and_then(|value| read_times(report, value)) {
        spec.times = times;
    }
    spec
}

fn read_record(report: &mut Report<'_>, value: &Value<'_>) -> Option<Vec<ParkingRecord>> {
    let name = "parking.record";
    let mut record = Vec::new();
    for item in value::list(report, name, value, "words")? {
        match value::choice(report, name, item, &RECORDS, &[]) {
            Some(word) if record.contains(&word) => {
                report.wrong(item.span(), format!("`{name}` has \"{}\" twice", word.name()), "allowed: each word once");
            }
            word => record.extend(word),
        }
    }
    record.sort();
    Some(record)
}

const TIMES: Form = Form {
    allowed: "{ linear = N, from = a, to = b } or { log = N, from = a, to = b }",
    fewest: [2, 2],
    most: 10_000,
    others: [&["from", "to"], &["from", "to"]],
};

fn read_times(report: &mut Report<'_>, value: &Value<'_>) -> Option<Progression> {
    let name = "parking.times";
    let (spacing, count, table) = spacing::read(report, name, value, &TIMES)?;
    let mut end = |key: &str, bounds: &Bounds| {
        let found = value::required(report, &format!("`{name}`"), table, key, &value.span())?;
        number::number(report, &format!("{name}.{key}"), found, bounds)
    };
    let from = end("from", &END)?;
    let to = end("to", &Bounds::above(from * (1.0 + 1e-9), 1e100))?;
    Some(Progression { spacing, count, from, to })
}

/// Reads `"circle"`, `{ interval = 10.0 }` or `{ sphere = 3 }`.
pub(crate) fn space(report: &mut Report<'_>, name: &str, given: &Value<'_>) -> Option<Space> {
    let allowed = "allowed: \"circle\", { interval = LENGTH } or { sphere = DIMENSION }";
    let message = match given.get_ref() {
        DeValue::String(word) if word == "circle" => return Some(Space::Circle),
        DeValue::String(word) if word == "interval" => format!("`{name}` is an interval without a length"),
        DeValue::String(word) if word == "sphere" => format!("`{name}` is a sphere without a dimension"),
        DeValue::Table(table) if table.len() == 1 => {
            if let Some(length) = table.get("interval") {
                let length = number::number(report, &format!("{name}.interval"), length, &LENGTH)?;
                return Some(Space::Interval { length });
            }
            if let Some(dimension) = table.get("sphere") {
                let most = MOST_DIMENSIONS as u64;
                let dimension = number::whole(report, &format!("{name}.sphere"), dimension, 2, most)? as usize;
                return Some(Space::Sphere { dimension });
            }
            format!("`{name}` is no space that is known")
        }
        other => format!("`{name}` cannot be {}", words::noun(other)),
    };
    report.wrong(given.span(), message, allowed);
    None
}

/// A space as it is written.
pub(crate) fn space_toml(space: &Space) -> String {
    match space {
        Space::Interval { length } => format!("{{ interval = {length:?} }}"),
        Space::Circle => "\"circle\"".to_owned(),
        Space::Sphere { dimension } => format!("{{ sphere = {dimension} }}"),
    }
}

/// Reads a number of tokens, or `"saturated"`.
pub(crate) fn arrivals(report: &mut Report<'_>, name: &str, given: &Value<'_>) -> Option<Setting> {
    match given.get_ref() {
        DeValue::Integer(_) => number::whole_u32(report, name, given, 1, MOST_ARRIVALS).map(Setting::Count),
        DeValue::String(word) if word == SATURATED => Some(Setting::Saturated),
        other => {
            let help = format!("allowed: a whole number from 1 to {MOST_ARRIVALS}, or \"{SATURATED}\"");
            report.wrong(given.span(), format!("`{name}` cannot be {}", words::noun(other)), help);
            None
        }
    }
}
