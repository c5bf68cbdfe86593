//! Everything of [model], [integrate] and [centers] that can be set and swept, defined once.
//!
//! To add a setting, add a [`Key`], its row in `SETTINGS` and its field in [`Point`](crate::plan::Point).

use super::number::Bounds;
use super::setting::{self, Setting};
use crate::diagnostics::Report;

/// The name of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Number of tokens.
    Tokens,
    /// Dimension of the space around the sphere.
    Dimension,
    /// Inverse temperature.
    Beta,
    /// Who attends to whom.
    Mask,
    /// How attention is normalised.
    Weights,
    /// The matrix Q.
    Query,
    /// The matrix K, `model.key`.
    KeyMatrix,
    /// The matrix V.
    Value,
    /// The heads, where there are several.
    Heads,
    /// Where a layer is normalised.
    Normalization,
    /// The frozen centres.
    Frozen,
    /// The perceptron beside the attention.
    Perceptron,
    /// The time at which a run ends.
    Until,
    /// Relative tolerance.
    Rtol,
    /// Absolute tolerance.
    Atol,
    /// The solver.
    Method,
    /// How sums over tokens are computed.
    Kernel,
    /// How far apart Rényi centres are.
    Separation,
    /// The inner product at which a centre consumes a token.
    Capture,
    /// Where cars park, `parking.space`.
    Space,
    /// How far apart parked cars are, `parking.separation`.
    CarSeparation,
    /// The number of tokens that arrive, or until nothing fits.
    Arrivals,
}

/// What kind of value a setting takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Count { low: u32, high: u32 },
    Number(Bounds),
    Mask,
    Weights,
    Matrix,
    Heads,
    Normalization,
    Frozen,
    Perceptron,
    Method,
    Kernel,
    Separation,
    Space,
    Arrivals,
}

/// One row of the table of settings.
struct Definition {
    /// The section and the name, e.g. `model.beta`.
    path: &'static str,
    kind: Kind,
    /// As TOML; `None` where a value is required.
    default: Option<&'static str>,
}

const fn row(path: &'static str, kind: Kind, default: Option<&'static str>) -> Definition {
    Definition { path, kind, default }
}

/// In the order of [`Key`], which is the order of the canonical form.
const SETTINGS: [Definition; 22] = [
    row("model.tokens", Kind::Count { low: 1, high: 10_000_000 }, None),
    row("model.dimension", Kind::Count { low: 2, high: 4096 }, None),
    row("model.beta", Kind::Number(Bounds::closed(0.0, 1e6)), None),
    row("model.mask", Kind::Mask, Some("\"causal\"")),
    row("model.weights", Kind::Weights, Some("\"softmax\"")),
    row("model.query", Kind::Matrix, Some("\"identity\"")),
    row("model.key", Kind::Matrix, Some("\"identity\"")),
    row("model.value", Kind::Matrix, Some("\"identity\"")),
    row("model.heads", Kind::Heads, Some("[]")),
    row("model.normalization", Kind::Normalization, Some("\"post-ln\"")),
    row("model.frozen", Kind::Frozen, Some("\"none\"")),
    row("model.perceptron", Kind::Perceptron, Some("\"none\"")),
    row("integrate.until", Kind::Number(Bounds::closed(1e-300, 1e300)), None),
    row("integrate.rtol", Kind::Number(Bounds::above(0.0, 0.1)), Some("1e-6")),
    row("integrate.atol", Kind::Number(Bounds::above(0.0, 0.1)), Some("1e-9")),
    row("integrate.method", Kind::Method, Some("\"auto\"")),
    row("integrate.kernel", Kind::Kernel, Some("\"auto\"")),
    row("centers.separation", Kind::Separation, Some("\"4 / sqrt(beta)\"")),
    row("centers.capture", Kind::Number(Bounds::open(-1.0, 1.0)), Some("0.99")),
    row("parking.space", Kind::Space, None),
    row("parking.separation", Kind::Number(Bounds::above(0.0, 1e300)), None),
    row("parking.arrivals", Kind::Arrivals, Some("\"saturated\"")),
];

impl Key {
    /// How many there are.
    pub(crate) const COUNT: usize = SETTINGS.len();

    /// Every key, in the order of the canonical form.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Tokens,
        Self::Dimension,
        Self::Beta,
        Self::Mask,
        Self::Weights,
        Self::Query,
        Self::KeyMatrix,
        Self::Value,
        Self::Heads,
        Self::Normalization,
        Self::Frozen,
        Self::Perceptron,
        Self::Until,
        Self::Rtol,
        Self::Atol,
        Self::Method,
        Self::Kernel,
        Self::Separation,
        Self::Capture,
        Self::Space,
        Self::CarSeparation,
        Self::Arrivals,
    ];

    fn definition(self) -> &'static Definition {
        &SETTINGS[self as usize]
    }

    /// The default as TOML; `None` if the manifest must say something.
    pub(crate) fn default_toml(self) -> Option<&'static str> {
        self.definition().default
    }

    /// What it is, in a sentence, for readers of the JSON Schema.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Tokens => "Number of tokens.",
            Self::Dimension => "Dimension d of the space around the sphere S^(d-1).",
            Self::Beta => "Inverse temperature.",
            Self::Mask => "Who attends to whom.",
            Self::Weights => "How attention is normalised.",
            Self::Query => "The matrix Q, d x d.",
            Self::KeyMatrix => "The matrix K, d x d.",
            Self::Value => "The matrix V, d x d.",
            Self::Heads => "Several heads, each with its own Q, K and V; the velocity is their mean.",
            Self::Normalization => "The normalisation scheme of the layer.",
            Self::Frozen => "Centres that never move and that every token sees.",
            Self::Perceptron => "W_2 act(W_1 x + b), added to the velocity.",
            Self::Until => "The time at which a run ends.",
            Self::Rtol => "Relative tolerance.",
            Self::Atol => "Absolute tolerance.",
            Self::Method => "The solver.",
            Self::Kernel => "How sums over tokens are computed.",
            Self::Separation => "Rényi centres are farther apart than this (geodesic, radians).",
            Self::Capture => "A centre consumes a token when their inner product exceeds this.",
            Self::Space => "Where cars park.",
            Self::CarSeparation => "How far apart parked cars are.",
            Self::Arrivals => "The number of tokens that arrive, or until nothing fits.",
        }
    }

    /// What kind of value it takes.
    pub(crate) fn kind(self) -> Kind {
        self.definition().kind
    }

    /// The section it belongs to, e.g. `model`.
    pub fn section(self) -> &'static str {
        self.path().split_once('.').map_or("", |(section, _)| section)
    }

    /// Its name within the section, e.g. `beta`: also the name of its column when it is swept.
    pub fn name(self) -> &'static str {
        self.path().split_once('.').map_or("", |(_, name)| name)
    }

    /// The full name, e.g. `model.beta`.
    pub fn path(self) -> &'static str {
        self.definition().path
    }

    /// The value when the manifest says nothing; `None` if it must say something.
    pub(crate) fn default(self) -> Option<Setting> {
        let text = self.default_toml()?;
        let mut report = Report::new(std::path::Path::new("default"), text);
        toml::de::DeValue::parse(text).ok().and_then(|value| setting::read(&mut report, self, &value))
    }

    /// Whether its values are whole numbers.
    pub(crate) fn is_count(self) -> bool {
        matches!(self.kind(), Kind::Count { .. } | Kind::Arrivals)
    }

    /// Whether a number can be its value.
    pub(crate) fn is_numeric(self) -> bool {
        matches!(self.kind(), Kind::Count { .. } | Kind::Number(_) | Kind::Separation | Kind::Arrivals)
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::EXPERIMENTS;
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn prop_every_key_has_its_row_and_a_readable_default() {
        for (index, key) in Key::ALL.into_iter().enumerate() {
            assert_eq!(key as usize, index);
            assert!(Key::ALL[..index].iter().all(|other| other.path() != key.path()));
            assert_eq!(key.default().is_some(), key.default_toml().is_some(), "{}", key.path());
        }
        for (_, kind) in EXPERIMENTS {
            let names: BTreeSet<&str> = kind.keys().map(Key::name).collect();
            assert_eq!(names.len(), kind.keys().count(), "a swept key names a column by its last part");
        }
    }
}
