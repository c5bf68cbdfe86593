//! How far apart Rényi centres must be.

use std::fmt;
use std::ops::Range;

use toml::de::DeValue;

use super::number::{self, Bounds};
use super::value::Value;
use super::words;
use crate::diagnostics::Report;
use crate::expression::{Expression, Variables};

/// A geodesic distance, in radians.
#[derive(Clone, Debug, PartialEq)]
pub enum Separation {
    /// The same everywhere.
    Number(f64),
    /// Computed from beta, tokens and dimension.
    Expression(Expression),
}

impl Separation {
    /// The distance at one point. Not NaN and above 0 in a plan; it may be infinite.
    pub fn evaluate(&self, variables: &Variables) -> f64 {
        match self {
            Self::Number(value) => *value,
            Self::Expression(expression) => expression.evaluate(variables),
        }
    }
}

impl fmt::Display for Separation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => write!(f, "{value:?}"),
            Self::Expression(expression) => write!(f, "\"{expression}\""),
        }
    }
}

/// The numbers that it can be.
pub(crate) const NUMBERS: Bounds = Bounds::above(0.0, 1e300);

/// What it may be.
pub(crate) fn schema() -> serde_json::Value {
    let expression = serde_json::json!({
        "type": "string", "minLength": 1,
        "description": "An expression in beta, tokens and dimension.", "examples": ["4 / sqrt(beta)"],
    });
    serde_json::json!({ "anyOf": [NUMBERS.schema(), expression] })
}

/// Reads a number or an expression; an expression that is only a number becomes one.
pub(crate) fn read(report: &mut Report<'_>, name: &str, value: &Value<'_>) -> Option<Separation> {
    let text = match value.get_ref() {
        DeValue::String(text) => text,
        DeValue::Integer(_) | DeValue::Float(_) => {
            return number::number(report, name, value, &NUMBERS).map(Separation::Number);
        }
        other => {
            let help = format!("allowed: {NUMBERS}, or an expression such as \"4 / sqrt(beta)\"");
            report.wrong(value.span(), format!("`{name}` is {}", words::noun(other)), help);
            return None;
        }
    };
    match Expression::parse(text) {
        Ok(expression) => match expression.as_number() {
            Some(number) if number > 0.0 => Some(Separation::Number(number)),
            Some(number) => {
                let message = format!("`{name}` is out of range: {}", number::short(number));
                report.wrong(value.span(), message, format!("allowed: {NUMBERS}"));
                None
            }
            None => Some(Separation::Expression(expression)),
        },
        Err(error) => {
            let span = inside(report.text(), value.span(), text, error.offset, error.length);
            report.wrong(span, format!("`{name}`: {}", error.message), error.help);
            None
        }
    }
}

/// Where in the manifest the part of a string is; the whole string if it is written with escapes or on several lines.
fn inside(text: &str, span: Range<usize>, string: &str, offset: usize, length: usize) -> Range<usize> {
    if text.get(span.start + 1..span.end.saturating_sub(1)) == Some(string) {
        let start = span.start + 1 + offset;
        start..start + length.max(1)
    } else {
        span
    }
}
