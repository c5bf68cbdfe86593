//! The matrices Q, K and V as a manifest writes them.

use std::fmt;

use toml::de::DeValue;

use super::number::{self, Bounds};
use super::value::Value;
use super::words;
use crate::diagnostics::Report;

/// A d × d matrix, d being the dimension at hand. Its `Display` is its TOML.
#[derive(Clone, Debug, PartialEq)]
pub enum MatrixSpec {
    /// The identity.
    Identity,
    /// The d numbers of the diagonal, zero elsewhere.
    Diagonal(Vec<f64>),
    /// The d rows of d numbers.
    Matrix(Vec<Vec<f64>>),
    /// Independent normal entries of mean 0 and this standard deviation, drawn anew for each run.
    Gaussian(f64),
}

impl MatrixSpec {
    /// The dimension it is written for, if it is written for one only.
    pub(crate) fn size(&self) -> Option<usize> {
        match self {
            Self::Diagonal(diagonal) => Some(diagonal.len()),
            Self::Matrix(rows) => Some(rows.len()),
            Self::Identity | Self::Gaussian(_) => None,
        }
    }
}

impl fmt::Display for MatrixSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity => f.write_str("\"identity\""),
            Self::Diagonal(diagonal) => write!(f, "{{ diagonal = {diagonal:?} }}"),
            Self::Matrix(rows) => write!(f, "{{ matrix = {rows:?} }}"),
            Self::Gaussian(deviation) => write!(f, "{{ gaussian = {deviation:?} }}"),
        }
    }
}

const ALLOWED: &str = "\"identity\", { diagonal = [..] }, { matrix = [[..], ..] } or { gaussian = standard deviation }";

/// Reads a matrix. Whether it fits the dimension is known only at each point of the sweep.
pub(crate) fn read(report: &mut Report<'_>, name: &str, value: &Value<'_>) -> Option<MatrixSpec> {
    let table = match value.get_ref() {
        DeValue::String(word) if word == "identity" => return Some(MatrixSpec::Identity),
        DeValue::Table(table) => table,
        other => {
            let message = format!("`{name}` cannot be {}", words::noun(other));
            report.wrong(value.span(), message, format!("allowed: {ALLOWED}"));
            return None;
        }
    };
    let mut entries = table.iter();
    let (Some((key, entry)), None) = (entries.next(), entries.next()) else {
        let message = format!("`{name}` needs exactly one key in the table, not {}", table.len());
        report.wrong(value.span(), message, format!("allowed: {ALLOWED}"));
        return None;
    };
    let word = key.get_ref().as_ref();
    let name = &format!("{name}.{word}");
    match word {
        "diagonal" => number::numbers(report, name, entry).map(MatrixSpec::Diagonal),
        "matrix" => square(report, name, entry).map(MatrixSpec::Matrix),
        "gaussian" => number::number(report, name, entry, &Bounds::above(0.0, 1e6)).map(MatrixSpec::Gaussian),
        _ => {
            let known = ["diagonal", "matrix", "gaussian"];
            report.wrong(key.span(), format!("unknown matrix {}", words::quote(word)), words::allowed(word, &known));
            None
        }
    }
}

fn square(report: &mut Report<'_>, name: &str, value: &Value<'_>) -> Option<Vec<Vec<f64>>> {
    let rows = number::rows(report, name, value)?;
    if rows.len() != rows[0].len() {
        let (height, width) = (words::count(rows.len(), "row"), words::count(rows[0].len(), "number"));
        report.wrong(value.span(), format!("`{name}` has {height} of {width}"), "allowed: as many rows as columns");
        return None;
    }
    Some(rows)
}
