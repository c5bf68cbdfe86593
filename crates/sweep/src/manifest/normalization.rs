//! The normalisation scheme as a manifest writes it.

use serde_json::json;
use tokenpark_dynamics::Normalization;
use toml::de::DeValue;

use super::number::{self, Bounds};
use super::value::Value;
use super::{schema, words};
use crate::diagnostics::Report;

const WORDS: [(&str, Normalization); 4] = [
    ("post-ln", Normalization::PostLn),
    ("pre-ln", Normalization::PreLn),
    ("peri-ln", Normalization::PeriLn),
    ("ln-scaling", Normalization::LnScaling),
];
const TABLES: [&str; 2] = ["mix-ln", "ngpt"];
const ALLOWED: &str = "allowed: \"post-ln\", \"pre-ln\", { mix-ln = switch time }, \"peri-ln\", { ngpt = α } or \
                       \"ln-scaling\"";

const SWITCHES: Bounds = Bounds::closed(0.0, 1e300);
const ALPHAS: Bounds = Bounds::above(0.0, 1e6);

/// What a scheme may be.
pub(crate) fn schema() -> serde_json::Value {
    json!({ "anyOf": [
        schema::words(&WORDS),
        schema::table(json!({ "mix-ln": SWITCHES.schema() }), &["mix-ln"]),
        schema::table(json!({ "ngpt": ALPHAS.schema() }), &["ngpt"]),
    ] })
}

/// The scheme's TOML.
pub(crate) fn write(scheme: Normalization) -> String {
    match scheme {
        Normalization::MixLn { switch } => format!("{{ mix-ln = {switch:?} }}"),
        Normalization::NGpt { alpha } => format!("{{ ngpt = {alpha:?} }}"),
        plain => {
            WORDS.iter().find(|(_, scheme)| *scheme == plain).map_or(String::new(), |(word, _)| format!("{word:?}"))
        }
    }
}

/// Reads a scheme.
pub(crate) fn read(report: &mut Report<'_>, name: &str, value: &Value<'_>) -> Option<Normalization> {
    let table = match value.get_ref() {
        DeValue::Table(table) if table.len() == 1 => table,
        other => {
            let word = other.as_str().unwrap_or_default();
            if let Some((_, scheme)) = WORDS.iter().find(|(known, _)| *known == word) {
                return Some(*scheme);
            }
            let mut help = ALLOWED.to_owned();
            let names = WORDS.iter().map(|(known, _)| *known).chain(TABLES);
            if let Some(near) = words::nearest(word, &names.collect::<Vec<_>>()) {
                help.push_str(&format!("; did you mean {near}?"));
            }
            report.wrong(value.span(), format!("`{name}` cannot be {}", words::noun(other)), help);
            return None;
        }
    };
    let (key, entry) = table.iter().next()?;
    let name = &format!("{name}.{}", key.get_ref());
    match key.get_ref().as_ref() {
        "mix-ln" => number::number(report, name, entry, &SWITCHES).map(|switch| Normalization::MixLn { switch }),
        "ngpt" => number::number(report, name, entry, &ALPHAS).map(|alpha| Normalization::NGpt { alpha }),
        word => {
            let help = words::allowed(word, &TABLES);
            report.wrong(key.span(), format!("unknown normalization {}", words::quote(word)), help);
            None
        }
    }
}
