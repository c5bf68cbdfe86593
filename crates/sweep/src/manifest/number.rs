//! Numbers read from the spanned tree, each within its range.

use std::fmt;

use serde_json::json;
use toml::de::DeValue;

use super::value::{self, Value};
use super::words;
use crate::diagnostics::Report;

/// An interval of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bounds {
    low: f64,
    low_included: bool,
    high: f64,
    high_included: bool,
}

impl Bounds {
    /// low <= x <= high.
    pub(crate) const fn closed(low: f64, high: f64) -> Self {
        Self { low, low_included: true, high, high_included: true }
    }

    /// low < x < high.
    pub(crate) const fn open(low: f64, high: f64) -> Self {
        Self { low, low_included: false, high, high_included: false }
    }

    /// low < x <= high.
    pub(crate) const fn above(low: f64, high: f64) -> Self {
        Self { low, low_included: false, high, high_included: true }
    }

    /// The numbers inside, as a JSON Schema.
    pub(crate) fn schema(&self) -> serde_json::Value {
        let low = if self.low_included { "minimum" } else { "exclusiveMinimum" };
        let high = if self.high_included { "maximum" } else { "exclusiveMaximum" };
        json!({ "type": "number", low: self.low, high: self.high })
    }

    fn contains(&self, x: f64) -> bool {
        (x > self.low || (self.low_included && x == self.low))
            && (x < self.high || (self.high_included && x == self.high))
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let low = if self.low_included { "at least" } else { "above" };
        let high = if self.high_included { "at most" } else { "below" };
        let number = |x: f64| {
            if x == std::f64::consts::PI { "π".to_owned() } else { short(x) }
        };
        write!(f, "a number {low} {} and {high} {}", number(self.low), number(self.high))
    }
}

/// Whole numbers without a point, others as Rust and TOML write them.
pub(crate) fn short(x: f64) -> String {
    if x.abs() < 1e16 && x == libm::trunc(x) { format!("{x:.0}") } else { format!("{x:?}") }
}

/// The number that a value is, if it is a finite one; integers count, and -0 becomes 0.
fn finite(given: &Value<'_>) -> Option<f64> {
    let number: f64 = match given.get_ref() {
        DeValue::Integer(digits) => i128::from_str_radix(digits.as_str(), digits.radix()).ok()? as f64,
        DeValue::Float(digits) => digits.as_str().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number + 0.0)
}

/// Reports a value that is not a finite number.
fn not_finite(report: &mut Report<'_>, name: &str, given: &Value<'_>, allowed: String) {
    let noun = words::noun(given.get_ref());
    let message = match given.get_ref() {
        DeValue::Integer(_) | DeValue::Float(_) => format!("`{name}` is {noun}, which is not finite"),
        _ => format!("`{name}` is {noun}, not a number"),
    };
    report.wrong(given.span(), message, allowed);
}

/// A finite number within `bounds`.
pub(crate) fn number(report: &mut Report<'_>, name: &str, given: &Value<'_>, bounds: &Bounds) -> Option<f64> {
    match finite(given) {
        Some(x) if bounds.contains(x) => return Some(x),
        Some(x) => {
            let message = format!("`{name}` is out of range: {}", short(x));
            report.wrong(given.span(), message, format!("allowed: {bounds}"));
        }
        None => not_finite(report, name, given, format!("allowed: {bounds}")),
    }
    None
}

/// A whole number from `low` to `high`.
pub(crate) fn whole(report: &mut Report<'_>, name: &str, given: &Value<'_>, low: u64, high: u64) -> Option<u64> {
    let allowed = format!("allowed: a whole number from {low} to {high}");
    let DeValue::Integer(digits) = given.get_ref() else {
        let message = format!("`{name}` is {}, not a whole number", words::noun(given.get_ref()));
        report.wrong(given.span(), message, allowed);
        return None;
    };
    let parsed = i128::from_str_radix(digits.as_str(), digits.radix()).ok();
    let found = parsed.and_then(|n| u64::try_from(n).ok()).filter(|n| (low..=high).contains(n));
    if found.is_none() {
        let message = format!("`{name}` is out of range: {}", words::quote(&digits.to_string()).trim_matches('`'));
        report.wrong(given.span(), message, allowed);
    }
    found
}

/// A whole number from `low` to `high` where `high` fits 32 bits.
pub(crate) fn whole_u32(report: &mut Report<'_>, name: &str, given: &Value<'_>, low: u32, high: u32) -> Option<u32> {
    whole(report, name, given, low.into(), high.into()).and_then(|n| u32::try_from(n).ok())
}

/// A list of finite numbers, not empty.
pub(crate) fn numbers(report: &mut Report<'_>, name: &str, given: &Value<'_>) -> Option<Vec<f64>> {
    let items = value::list(report, name, given, "numbers")?;
    if items.is_empty() {
        report.wrong(given.span(), format!("`{name}` is an empty list"), "allowed: at least one finite number");
        return None;
    }
    for item in items.iter().filter(|item| finite(item).is_none()) {
        not_finite(report, name, item, "allowed: a finite number".to_owned());
    }
    items.iter().map(finite).collect()
}

/// A list of rows of finite numbers, all of the same length, not empty.
pub(crate) fn rows(report: &mut Report<'_>, name: &str, given: &Value<'_>) -> Option<Vec<Vec<f64>>> {
    let items = value::list(report, name, given, "rows, each a list of numbers")?;
    let found: Vec<Option<Vec<f64>>> = items.iter().map(|row| numbers(report, name, row)).collect();
    let rows: Vec<Vec<f64>> = found.into_iter().collect::<Option<_>>()?;
    let Some(first) = rows.first() else {
        report.wrong(given.span(), format!("`{name}` is an empty list"), "allowed: at least one row of numbers");
        return None;
    };
    if let Some(odd) = rows.iter().position(|row| row.len() != first.len()) {
        let (this, one) = (words::count(rows[odd].len(), "number"), words::count(first.len(), "number"));
        report.wrong(items[odd].span(), format!("row {} of `{name}` has {this}", odd + 1), format!("row 1 has {one}"));
        return None;
    }
    Some(rows)
}
