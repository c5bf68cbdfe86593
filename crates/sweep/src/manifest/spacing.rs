//! `{ linear = N, .. }` and `{ log = N, .. }`, as times and axes write them.

use toml::de::{DeTable, DeValue};

use super::number;
use super::schema;
use super::value::{self, Value};
use super::words;
use crate::axis::Spacing;
use crate::diagnostics::Report;

/// The limits and the wording of one place that takes a spacing.
pub(crate) struct Form {
    /// What is allowed, for messages.
    pub(crate) allowed: &'static str,
    /// The smallest number of equal steps.
    pub(crate) fewest: [u32; 2],
    /// The largest number.
    pub(crate) most: u32,
    /// The other keys beside `linear`, and beside `log`.
    pub(crate) others: [&'static [&'static str]; 2],
}

impl Form {
    /// The two tables that it allows; `end` is the schema of what stands beside the number of steps.
    pub(crate) fn schema(&self, end: &dyn Fn(&str) -> serde_json::Value) -> Vec<serde_json::Value> {
        let form = |spacing: Spacing, word: &str| {
            let (fewest, others) = (self.fewest[spacing as usize], self.others[spacing as usize]);
            let mut entries: serde_json::Map<_, _> = others.iter().map(|&key| (key.to_owned(), end(key))).collect();
            entries.insert(word.to_owned(), schema::whole(fewest.into(), self.most.into()));
            schema::table(entries.into(), &[&[word][..], others].concat())
        };
        vec![form(Spacing::Linear, "linear"), form(Spacing::Log, "log")]
    }
}

/// Reads the one of `linear` and `log`, and refuses keys that do not belong to it.
pub(crate) fn read<'v, 't>(
    report: &mut Report<'_>,
    name: &str,
    value: &'v Value<'t>,
    form: &Form,
) -> Option<(Spacing, u32, &'v DeTable<'t>)> {
    let DeValue::Table(table) = value.get_ref() else {
        let message = format!("`{name}` is {}", words::noun(value.get_ref()));
        report.wrong(value.span(), message, format!("allowed: {}", form.allowed));
        return None;
    };
    let (spacing, word) = match (table.contains_key("linear"), table.contains_key("log")) {
        (true, false) => (Spacing::Linear, "linear"),
        (false, true) => (Spacing::Log, "log"),
        (both, _) => {
            let problem = if both { "both `linear` and `log`" } else { "neither `linear` nor `log`" };
            report.wrong(value.span(), format!("`{name}` has {problem}"), format!("allowed: {}", form.allowed));
            return None;
        }
    };
    let others = form.others[spacing as usize];
    let known: Vec<&str> = std::iter::once(word).chain(others.iter().copied()).collect();
    value::unknown_keys(report, &format!("`{name}` with `{word}`"), table, &known);
    let count = table.get(word)?;
    let count = number::whole_u32(report, &format!("{name}.{word}"), count, form.fewest[spacing as usize], form.most)?;
    Some((spacing, count, table))
}
