//! Several heads: `[[model.heads]]`, each with its own matrices.

use std::fmt;

use serde_json::json;
use toml::de::DeValue;

use super::matrix::{self, MatrixSpec};
use super::schema;
use super::value::{self, Value};
use super::words;
use crate::diagnostics::Report;

/// The most heads.
const MOST: usize = 1024;
const KEYS: [&str; 3] = ["query", "key", "value"];

/// The matrices Q, K and V of one head. Its `Display` is its TOML, without what is the identity.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadSpec {
    /// Q, K and V.
    pub matrices: [MatrixSpec; 3],
}

impl fmt::Display for HeadSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = KEYS.iter().zip(&self.matrices).filter(|(_, matrix)| **matrix != MatrixSpec::Identity);
        let entries: Vec<String> = named.map(|(name, matrix)| format!("{name} = {matrix}")).collect();
        if entries.is_empty() { f.write_str("{ }") } else { write!(f, "{{ {} }}", entries.join(", ")) }
    }
}

/// The TOML of all heads.
pub(crate) fn write(heads: &[HeadSpec]) -> String {
    let heads: Vec<String> = heads.iter().map(ToString::to_string).collect();
    format!("[{}]", heads.join(", "))
}

/// What the list of heads may be.
pub(crate) fn schema() -> serde_json::Value {
    let matrices: serde_json::Map<_, _> =
        KEYS.iter().map(|&key| (key.to_owned(), schema::of(super::key::Kind::Matrix))).collect();
    json!({ "type": "array", "maxItems": MOST, "items": schema::table(matrices.into(), &[]) })
}

/// Reads the heads; an empty list means the single head of `query`, `key` and `value`.
pub(crate) fn read(report: &mut Report<'_>, name: &str, value: &Value<'_>) -> Option<Vec<HeadSpec>> {
    let items = value::list(report, name, value, "tables with query, key and value")?;
    if items.len() > MOST {
        report.wrong(value.span(), format!("`{name}` has {} entries", items.len()), format!("allowed: up to {MOST}"));
        return None;
    }
    let heads: Vec<_> = items.iter().enumerate().map(|(h, item)| head(report, &format!("{name}.{h}"), item)).collect();
    heads.into_iter().collect()
}

fn head(report: &mut Report<'_>, name: &str, value: &Value<'_>) -> Option<HeadSpec> {
    let DeValue::Table(table) = value.get_ref() else {
        let message = format!("`{name}` is {}, not a table", words::noun(value.get_ref()));
        report.wrong(value.span(), message, "allowed: a table with query, key and value, each with its default");
        return None;
    };
    value::unknown_keys(report, &format!("`{name}`"), table, &KEYS);
    let matrices = KEYS.map(|key| match table.get(key) {
        Some(entry) => matrix::read(report, &format!("{name}.{key}"), entry),
        None => Some(MatrixSpec::Identity),
    });
    let [query, key, value] = matrices;
    Some(HeadSpec { matrices: [query?, key?, value?] })
}
