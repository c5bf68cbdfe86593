//! The values of settings. A base value and each value of an axis go through the same [`read`].

use std::fmt;

use tokenpark_dynamics::{Kernel, Mask, Method, Normalization, Weights};
use tokenpark_parking::Space;
use toml::de::{DeTable, DeValue};

use super::frozen::{self, FrozenSpec};
use super::heads::{self, HeadSpec};
use super::key::{Key, Kind};
use super::mask;
use super::matrix::{self, MatrixSpec};
use super::normalization;
use super::number;
use super::parking;
use super::perceptron::{self, PerceptronSpec};
use super::separation::{self, Separation};
use super::value::{self, Value};
use super::words;
use crate::diagnostics::Report;

pub(crate) const WEIGHTS: [(&str, Weights); 2] =
    [("softmax", Weights::Softmax), ("unnormalized", Weights::Unnormalized)];

/// The value of a setting. Its `Display` is its TOML.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// A number of things.
    Count(u32),
    /// A finite number.
    Number(f64),
    /// Who attends to whom.
    Mask(Mask),
    /// How attention is normalised.
    Weights(Weights),
    /// A d × d matrix.
    Matrix(MatrixSpec),
    /// Several heads.
    Heads(Vec<HeadSpec>),
    /// Where a layer is normalised.
    Normalization(Normalization),
    /// Frozen centres, or none.
    Frozen(Option<FrozenSpec>),
    /// A perceptron, or none.
    Perceptron(Option<Box<PerceptronSpec>>),
    /// A solver.
    Method(Method),
    /// How sums over tokens are computed.
    Kernel(Kernel),
    /// A geodesic distance.
    Separation(Separation),
    /// Where cars park.
    Space(Space),
    /// Instead of a number of arrivals: until nothing fits.
    Saturated,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(n) => write!(f, "{n}"),
            Self::Number(x) => write!(f, "{x:?}"),
            Self::Mask(mask) => f.write_str(&mask::write(mask)),
            Self::Weights(weights) => write!(f, "{:?}", name_in(&WEIGHTS, *weights)),
            Self::Matrix(matrix) => write!(f, "{matrix}"),
            Self::Heads(heads) => f.write_str(&heads::write(heads)),
            Self::Normalization(scheme) => f.write_str(&normalization::write(*scheme)),
            Self::Frozen(frozen) => or_none(f, frozen.as_ref()),
            Self::Perceptron(perceptron) => or_none(f, perceptron.as_ref()),
            Self::Method(method) => write!(f, "{:?}", method.name()),
            Self::Kernel(kernel) => write!(f, "{:?}", kernel.name()),
            Self::Separation(separation) => write!(f, "{separation}"),
            Self::Space(space) => f.write_str(&parking::space_toml(space)),
            Self::Saturated => f.write_str("\"saturated\""),
        }
    }
}

/// Something's TOML, or the word for its absence.
fn or_none(f: &mut fmt::Formatter<'_>, value: Option<&impl fmt::Display>) -> fmt::Result {
    match value {
        Some(value) => value.fmt(f),
        None => f.write_str("\"none\""),
    }
}

/// The word for a value. Values come from the same tables, so each has one.
fn name_in<T: Copy + PartialEq>(table: &[(&'static str, T)], value: T) -> &'static str {
    table.iter().find(|(_, entry)| *entry == value).map_or("unnamed", |(word, _)| word)
}

/// Reads the value of `key`, wherever in the manifest it stands.
pub(crate) fn read(report: &mut Report<'_>, key: Key, value: &Value<'_>) -> Option<Setting> {
    let name = key.path();
    match key.kind() {
        Kind::Count { low, high } => number::whole_u32(report, name, value, low, high).map(Setting::Count),
        Kind::Number(bounds) => number::number(report, name, value, &bounds).map(Setting::Number),
        Kind::Mask => mask::read(report, name, value).map(Setting::Mask),
        Kind::Weights => value::choice(report, name, value, &WEIGHTS, &[]).map(Setting::Weights),
        Kind::Method => value::choice(report, name, value, &Method::NAMES, &[]).map(Setting::Method),
        Kind::Kernel => value::choice(report, name, value, &Kernel::NAMES, &[]).map(Setting::Kernel),
        Kind::Matrix => matrix::read(report, name, value).map(Setting::Matrix),
        Kind::Heads => heads::read(report, name, value).map(Setting::Heads),
        Kind::Normalization => normalization::read(report, name, value).map(Setting::Normalization),
        Kind::Frozen => optional(report, name, value, frozen::read).map(Setting::Frozen),
        Kind::Perceptron => optional(report, name, value, perceptron::read).map(Setting::Perceptron),
        Kind::Separation => separation::read(report, name, value).map(Setting::Separation),
        Kind::Space => parking::space(report, name, value).map(Setting::Space),
        Kind::Arrivals => parking::arrivals(report, name, value),
    }
}

/// A table, or the word "none".
fn optional<T>(
    report: &mut Report<'_>,
    name: &str,
    value: &Value<'_>,
    read: fn(&mut Report<'_>, &str, &Value<'_>, &DeTable<'_>) -> Option<T>,
) -> Option<Option<T>> {
    match value.get_ref() {
        DeValue::String(word) if word == "none" => Some(None),
        DeValue::Table(table) => read(report, name, value, table).map(Some),
        other => {
            report.wrong(
                value.span(),
                format!("`{name}` cannot be {}", words::noun(other)),
                "allowed: \"none\" or a table",
            );
            None
        }
    }
}
