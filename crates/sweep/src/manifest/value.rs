//! Words, lists and tables read from the spanned tree.
//!
//! Every reader takes the value's full name for the message, reports what is wrong where it is wrong, and returns
//! `None` after a mistake.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::words;
use crate::diagnostics::Report;

/// A value with its place in the manifest.
pub(crate) type Value<'t> = Spanned<DeValue<'t>>;

/// The items of a list of anything.
pub(crate) fn list<'v, 't>(
    report: &mut Report<'_>,
    name: &str,
    value: &'v Value<'t>,
    of: &str,
) -> Option<&'v [Value<'t>]> {
    match value.get_ref() {
        DeValue::Array(items) => Some(items),
        other => {
            let message = format!("`{name}` is {}, not a list", words::noun(other));
            report.wrong(value.span(), message, format!("allowed: a list of {of}"));
            None
        }
    }
}

/// One of the words of `table`.
pub(crate) fn choice<T: Copy>(
    report: &mut Report<'_>,
    name: &str,
    value: &Value<'_>,
    table: &[(&str, T)],
    later: &[&str],
) -> Option<T> {
    let listed: Vec<&str> = table.iter().map(|(word, _)| *word).collect();
    let quoted: Vec<String> = listed.iter().map(|word| format!("{word:?}")).collect();
    let given = match value.get_ref() {
        DeValue::String(text) => Some(text.as_ref()),
        DeValue::Table(entries) => entries.keys().next().map(|key| key.get_ref().as_ref()),
        _ => None,
    };
    let mut allowed = format!("allowed now: {}", quoted.join(", "));
    let message = match given {
        Some(word) if later.contains(&word) => {
            format!("`{name}`: {} does not exist yet", words::quote(word))
        }
        Some(word) if value.get_ref().is_str() => match table.iter().find(|(entry, _)| *entry == word) {
            Some((_, found)) => return Some(*found),
            None => {
                if let Some(near) = words::nearest(word, &listed) {
                    allowed.push_str(&format!("; did you mean {near:?}?"));
                }
                format!("`{name}` cannot be {}", words::noun(value.get_ref()))
            }
        },
        _ => format!("`{name}` is {}, not a word", words::noun(value.get_ref())),
    };
    report.wrong(value.span(), message, allowed);
    None
}

/// Reports every key of `table` that is not `known`. `inside` is e.g. `[model]`.
pub(crate) fn unknown_keys(report: &mut Report<'_>, inside: &str, table: &DeTable<'_>, known: &[&str]) {
    for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
        let word = key.get_ref().as_ref();
        let message = format!("unknown key {} in {inside}", words::quote(word));
        let help = super::keys::home(word).unwrap_or_else(|| words::allowed(word, known));
        report.wrong(key.span(), message, help);
    }
}

/// The value of a key that must be there; `site` is where one would write it.
pub(crate) fn required<'v, 't>(
    report: &mut Report<'_>,
    inside: &str,
    table: &'v DeTable<'t>,
    key: &str,
    site: &Range<usize>,
) -> Option<&'v Value<'t>> {
    let found = table.get(key);
    if found.is_none() {
        report.missing(site.clone(), format!("missing key `{key}` in {inside}"), format!("write {key} = …"));
    }
    found
}
