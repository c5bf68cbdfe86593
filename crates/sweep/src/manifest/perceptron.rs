//! The perceptron of a layer as a manifest writes it: `[model.perceptron]`.

use std::fmt;

use serde_json::json;
use tokenpark_dynamics::Activation;
use toml::de::{DeTable, DeValue};

use super::matrix::{self, MatrixSpec};
use super::number;
use super::schema;
use super::value::{self, Value};
use crate::diagnostics::Report;

/// The most hidden units.
const WIDEST: u32 = 1_000_000;
const KEYS: [&str; 5] = ["first", "bias", "second", "activation", "width"];

/// The biases of the hidden units.
#[derive(Clone, Debug, PartialEq)]
pub enum Bias {
    /// None.
    Zero,
    /// One number a unit.
    Listed(Vec<f64>),
    /// Independent normal numbers.
    Normal(MatrixSpec),
}

/// W_2 act(W_1 x + b). Its `Display` is its TOML.
#[derive(Clone, Debug, PartialEq)]
pub struct PerceptronSpec {
    /// W_1, width × d.
    pub first: MatrixSpec,
    /// b.
    pub bias: Bias,
    /// W_2, d × width.
    pub second: MatrixSpec,
    /// What hidden units do.
    pub activation: Activation,
    /// The number of hidden units.
    pub width: u32,
}

impl PerceptronSpec {
    /// The dimensions that its matrices are written for, with their names.
    pub(crate) fn dimensions(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let first = self.first.shape().map(|(_, columns)| ("first", columns));
        let second = self.second.shape().map(|(rows, _)| ("second", rows));
        first.into_iter().chain(second)
    }
}

impl fmt::Display for PerceptronSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{ first = {}", self.first)?;
        match &self.bias {
            Bias::Zero => Ok(()),
            Bias::Listed(entries) => write!(f, ", bias = {entries:?}"),
            Bias::Normal(matrix) => write!(f, ", bias = {matrix}"),
        }?;
        write!(f, ", second = {}, activation = {:?}, width = {} }}", self.second, self.activation.name(), self.width)
    }
}

/// What a perceptron may be.
pub(crate) fn schema() -> serde_json::Value {
    let matrix = json!({ "$ref": "#/definitions/rectangular" });
    let bias = json!({ "anyOf": [{ "type": "array", "minItems": 1, "items": { "type": "number" } }, matrix] });
    let width = schema::whole(1, WIDEST.into());
    let activation = schema::words(&Activation::NAMES);
    let keys = json!({ "first": matrix, "bias": bias, "second": matrix, "activation": activation, "width": width });
    json!({ "anyOf": [{ "type": "string", "const": "none" }, schema::table(keys, &["first", "second"])] })
}

/// Reads a perceptron. Whether it fits the dimension is known only at each point of the sweep.
pub(crate) fn read(
    report: &mut Report<'_>,
    name: &str,
    value: &Value<'_>,
    table: &DeTable<'_>,
) -> Option<Box<PerceptronSpec>> {
    value::unknown_keys(report, &format!("`{name}`"), table, &KEYS);
    let inside = format!("`{name}`");
    let mut matrix = |key: &str| {
        let found = value::required(report, &inside, table, key, &value.span())?;
        matrix::rectangular(report, &format!("{name}.{key}"), found)
    };
    let (first, second) = (matrix("first"), matrix("second"));
    let bias = table.get("bias").map_or(Some(Bias::Zero), |bias| read_bias(report, &format!("{name}.bias"), bias));
    let activation = table.get("activation").map_or(Some(Activation::default()), |word| {
        value::choice(report, &format!("{name}.activation"), word, &Activation::NAMES, &[])
    });
    let given = table.get("width").map(|n| number::whole_u32(report, &format!("{name}.width"), n, 1, WIDEST));
    let (first, second, bias, activation) = (first?, second?, bias?, activation?);
    let biases = if let Bias::Listed(entries) = &bias { Some(entries.len()) } else { None };
    let widths = [
        ("width", given.unwrap_or(Some(0))?),
        ("first", first.shape().map_or(0, |(rows, _)| rows as u32)),
        ("bias", biases.map_or(0, |count| count as u32)),
        ("second", second.shape().map_or(0, |(_, columns)| columns as u32)),
    ];
    let mut said = widths.into_iter().filter(|(_, width)| *width > 0);
    let Some((key, width)) = said.next() else {
        let message = format!("nothing in `{name}` says how many hidden units there are");
        report.wrong(value.span(), message, "write width = …");
        return None;
    };
    if let Some((other, odd)) = said.find(|(_, other)| *other != width) {
        let span = table.get(other).map_or(value.span(), toml::Spanned::span);
        let message = format!("`{name}.{other}` is for {odd} hidden units, but `{name}.{key}` for {width}");
        report.wrong(span, message, "allowed: first with m rows, bias with m numbers, second with m columns");
        return None;
    }
    Some(Box::new(PerceptronSpec { first, bias, second, activation, width }))
}

fn read_bias(report: &mut Report<'_>, name: &str, value: &Value<'_>) -> Option<Bias> {
    match value.get_ref() {
        DeValue::Array(_) => number::numbers(report, name, value).map(Bias::Listed),
        _ => match matrix::rectangular(report, name, value)? {
            spec if spec.shape().is_none() => Some(Bias::Normal(spec)),
            _ => {
                let message = format!("`{name}` is a matrix");
                report.wrong(value.span(), message, "allowed: a list of numbers, or { gaussian = standard deviation }");
                None
            }
        },
    }
}
