//! One axis as it is written: its key and its length, before any value is read.

use toml::Spanned;
use toml::de::{DeString, DeValue};

use super::key::Key;
use super::kind::Experiment;
use super::number::{self, Bounds};
use super::spacing::{self, Form};
use super::sweep::MOST_POINTS;
use super::value::{self, Value};
use super::{keys, words};
use crate::axis::{Progression, Spacing};
use crate::diagnostics::Report;

/// An axis before it is expanded.
pub(crate) struct Draft<'v, 't> {
    pub(crate) key: Key,
    /// All of the axis's value.
    pub(crate) value: &'v Value<'t>,
    pub(crate) values: Values<'v, 't>,
}

pub(crate) enum Values<'v, 't> {
    List(&'v [Value<'t>]),
    Progression { progression: Progression, from: &'v Value<'t>, to: &'v Value<'t> },
}

impl Draft<'_, '_> {
    pub(crate) fn len(&self) -> usize {
        match &self.values {
            Values::List(items) => items.len(),
            Values::Progression { progression, .. } => progression.count as usize,
        }
    }
}

/// Reads an axis, and adds its key to those that are swept.
pub(crate) fn read<'v, 't>(
    report: &mut Report<'_>,
    kind: Experiment,
    inside: &str,
    name: &Spanned<DeString<'t>>,
    value: &'v Value<'t>,
    keys: &mut Vec<Key>,
) -> Option<Draft<'v, 't>> {
    let key = find(report, kind, inside, name, value)?;
    if keys.contains(&key) {
        report.wrong(name.span(), format!("`{}` is swept twice", key.path()), "allowed: one axis for each key");
        return None;
    }
    keys.push(key);
    let path = key.path();
    let values = match value.get_ref() {
        DeValue::Array(items) if items.is_empty() => {
            report.wrong(value.span(), format!("the axis `{path}` is empty"), "allowed: at least one value");
            return None;
        }
        DeValue::Array(items) => Values::List(items),
        _ => progression(report, key, value)?,
    };
    Some(Draft { key, value, values })
}

/// The key that an axis is named after.
fn find(
    report: &mut Report<'_>,
    kind: Experiment,
    inside: &str,
    name: &Spanned<DeString<'_>>,
    value: &Value<'_>,
) -> Option<Key> {
    let word = name.get_ref().as_ref();
    if let Some(key) = kind.keys().find(|key| key.path() == word) {
        return Some(key);
    }
    let paths: Vec<&str> = kind.keys().map(Key::path).collect();
    let inner = value.get_ref().as_table().and_then(|table| table.keys().next());
    let dotted = inner.map(|inner| format!("{word}.{}", inner.get_ref()));
    let message = match keys::is_fixed(word) {
        true => format!("`{word}` cannot be swept"),
        false => format!("unknown key {} in {inside}", words::quote(word)),
    };
    let help = match (dotted, kind.keys().find(|key| key.name() == word)) {
        (Some(dotted), _) if paths.contains(&dotted.as_str()) => {
            format!("quote the whole name: \"{dotted}\" = …")
        }
        (_, Some(key)) => format!("with its section: \"{}\" = …", key.path()),
        _ => words::allowed(word, &paths),
    };
    report.wrong(name.span(), message, help);
    None
}

pub(crate) const FORM: Form = Form {
    allowed: "a list of values, { linear = N, from = a, to = b } or { log = N, from = a, to = b }",
    fewest: [2, 2],
    most: MOST_POINTS as u32,
    others: [&["from", "to"], &["from", "to"]],
};

fn progression<'v, 't>(report: &mut Report<'_>, key: Key, value: &'v Value<'t>) -> Option<Values<'v, 't>> {
    let path = key.path();
    if value.get_ref().is_table() && !key.is_numeric() {
        report.wrong(value.span(), format!("the axis `{path}` is a table"), "allowed: a list of values");
        return None;
    }
    let (spacing, count, table) = spacing::read(report, path, value, &FORM)?;
    let bounds = match spacing {
        Spacing::Linear => Bounds::closed(-1e300, 1e300),
        Spacing::Log => Bounds::above(0.0, 1e300),
    };
    let mut end = |name: &str| {
        let found = value::required(report, &format!("the axis `{path}`"), table, name, &value.span())?;
        number::number(report, &format!("{path}.{name}"), found, &bounds).map(|number| (found, number))
    };
    let (Some((from, low)), Some((to, high))) = (end("from"), end("to")) else {
        return None;
    };
    let progression = Progression { spacing, count, from: low, to: high };
    Some(Values::Progression { progression, from, to })
}
