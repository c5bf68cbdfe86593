//! The mask as a manifest writes it.

use serde_json::json;
use tokenpark_dynamics::Mask;
use toml::de::{DeTable, DeValue};

use super::number::{self, Bounds};
use super::schema;
use super::value::{self, Value};
use super::words;
use crate::diagnostics::Report;

const WORDS: [(&str, Mask); 2] = [("causal", Mask::Causal), ("full", Mask::Full)];
const TABLES: [&str; 5] = ["window", "prefix", "segments", "decay", "sink"];
const ALLOWED: &str = "allowed: \"causal\", \"full\", { window = W }, { prefix = P }, { segments = [lengths] }, \
                       { decay = λ }, { sink = s } or { sink = s, decay = r }";
/// The largest number of tokens.
const MOST: u32 = 10_000_000;
const RATES: Bounds = Bounds::closed(0.0, 1e6);
const WEIGHTS: Bounds = Bounds::closed(0.0, 1e300);

/// The mask's TOML.
pub(crate) fn write(mask: &Mask) -> String {
    match mask {
        Mask::Causal => "\"causal\"".to_owned(),
        Mask::Full => "\"full\"".to_owned(),
        Mask::Window(width) => format!("{{ window = {width} }}"),
        Mask::Prefix(length) => format!("{{ prefix = {length} }}"),
        Mask::Segments(lengths) => format!("{{ segments = {lengths:?} }}"),
        Mask::Decay(rate) => format!("{{ decay = {rate:?} }}"),
        Mask::Sink { weight, decay: 0.0 } => format!("{{ sink = {weight:?} }}"),
        Mask::Sink { weight, decay } => format!("{{ sink = {weight:?}, decay = {decay:?} }}"),
        other => unreachable!("{other:?} has no name in manifests"),
    }
}

/// What a mask may be.
pub(crate) fn schema() -> serde_json::Value {
    let tokens = schema::whole(1, MOST.into());
    let segments = json!({ "type": "array", "minItems": 1, "items": tokens });
    let sink = json!({ "sink": WEIGHTS.schema(), "decay": RATES.schema() });
    json!({ "anyOf": [
        schema::words(&WORDS),
        schema::table(json!({ "window": tokens }), &["window"]),
        schema::table(json!({ "prefix": tokens }), &["prefix"]),
        schema::table(json!({ "segments": segments }), &["segments"]),
        schema::table(json!({ "decay": RATES.schema() }), &["decay"]),
        schema::table(sink, &["sink"]),
    ] })
}

/// Reads a mask. Whether it fits the number of tokens is known only at each point of the sweep.
pub(crate) fn read(report: &mut Report<'_>, name: &str, value: &Value<'_>) -> Option<Mask> {
    match value.get_ref() {
        DeValue::Table(table) => kind(report, name, value, table),
        DeValue::String(word) if !WORDS.iter().any(|(known, _)| known == word) => {
            let mut help = ALLOWED.to_owned();
            if let Some(near) = words::nearest(word, &WORDS.each_ref().map(|(known, _)| *known)) {
                help.push_str(&format!("; did you mean {near:?}?"));
            }
            report.wrong(value.span(), format!("`{name}` cannot be {}", words::noun(value.get_ref())), help);
            None
        }
        DeValue::String(word) => WORDS.into_iter().find(|(known, _)| known == word).map(|(_, mask)| mask),
        other => {
            report.wrong(value.span(), format!("`{name}` cannot be {}", words::noun(other)), ALLOWED);
            None
        }
    }
}

fn kind(report: &mut Report<'_>, name: &str, value: &Value<'_>, table: &DeTable<'_>) -> Option<Mask> {
    let sink = table.get("sink");
    let known: &[&str] = if sink.is_some() { &["sink", "decay"] } else { &TABLES };
    if let Some(key) = table.keys().find(|key| !known.contains(&key.get_ref().as_ref())) {
        let word = key.get_ref().as_ref();
        report.wrong(
            key.span(),
            format!("unknown key {} in `{name}`", words::quote(word)),
            words::allowed(word, known),
        );
        return None;
    }
    if let Some(sink) = sink {
        let weight = number::number(report, &format!("{name}.sink"), sink, &WEIGHTS)?;
        let decay = table.get("decay").map(|decay| number::number(report, &format!("{name}.decay"), decay, &RATES));
        return Some(Mask::Sink { weight, decay: decay.unwrap_or(Some(0.0))? });
    }
    let mut entries = table.iter();
    let (Some((key, entry)), None) = (entries.next(), entries.next()) else {
        let message = format!("`{name}` needs exactly one key in the table, not {}", table.len());
        report.wrong(value.span(), message, ALLOWED);
        return None;
    };
    let name = &format!("{name}.{}", key.get_ref());
    let mut count = |entry| number::whole_u32(report, name, entry, 1, MOST).map(|n| n as usize);
    match key.get_ref().as_ref() {
        "window" => count(entry).map(Mask::Window),
        "prefix" => count(entry).map(Mask::Prefix),
        "segments" => segments(report, name, entry).map(Mask::Segments),
        _ => number::number(report, name, entry, &RATES).map(Mask::Decay),
    }
}

fn segments(report: &mut Report<'_>, name: &str, value: &Value<'_>) -> Option<Vec<usize>> {
    let items = value::list(report, name, value, "lengths")?;
    if items.is_empty() {
        report.wrong(value.span(), format!("`{name}` is an empty list"), "allowed: at least one length");
        return None;
    }
    let lengths: Vec<_> = items.iter().map(|item| number::whole_u32(report, name, item, 1, MOST)).collect();
    lengths.into_iter().map(|length| length.map(|n| n as usize)).collect()
}
