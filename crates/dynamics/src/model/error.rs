//! What a model cannot be.

/// Why a model cannot be simulated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// beta must be finite and not negative.
    #[error("beta is {0}, allowed: a finite number, 0 or more")]
    Beta(f64),
    /// The sphere S^{d-1} needs d >= 2.
    #[error("dimension is {0}, allowed: 2 or more")]
    Dimension(usize),
    /// All three matrices must be d x d.
    #[error("{matrix} is {rows} x {columns}, allowed: {dimension} x {dimension}")]
    Shape {
        /// "query", "key" or "value".
        matrix: &'static str,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
        /// The dimension d.
        dimension: usize,
    },
    /// A matrix entry is infinite or not a number.
    #[error("{matrix} has the entry {entry}, allowed: finite numbers")]
    NonFinite {
        /// "query", "key" or "value".
        matrix: &'static str,
        /// The entry.
        entry: f64,
    },
    /// A model without heads.
    #[error("there is no head, allowed: 1 or more")]
    NoHead,
    /// A number of the mask is not one that it can have.
    #[error("the mask's {what} is {value}, allowed: {allowed}")]
    Mask {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What it can be.
        allowed: &'static str,
    },
    /// Unnormalized weights have no Z_k.
    #[error("a sink is a term of Z_k, which unnormalized weights do not have, allowed: softmax weights")]
    SinkWithoutSum,
    /// beta |K^T Q| is too large for the exponentials.
    #[error("beta * |K^T Q| reaches {bound:e}, allowed: up to {allowed:e} with these weights")]
    Overflow {
        /// An upper bound of the scores' size (Frobenius norm).
        bound: f64,
        /// The largest that can be computed.
        allowed: f64,
    },
    /// A number of the normalisation scheme is not one that it can have.
    #[error("the normalisation's {what} is {value}, allowed: {allowed}")]
    Normalization {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What it can be.
        allowed: &'static str,
    },
    /// The tokens' initial length must be positive and finite.
    #[error("the radius is {0}, allowed: a finite number above 0")]
    Radius(f64),
    /// One weight a frozen centre.
    #[error("{points} frozen centres have {weights} weights, allowed: one each")]
    FrozenWeights {
        /// How many centres.
        points: usize,
        /// How many weights.
        weights: usize,
    },
    /// Frozen centres weigh at least as much as tokens.
    #[error("a frozen centre has the weight {0}, allowed: 1 to 1e100")]
    FrozenWeight(f64),
    /// Frozen centres are points of the same sphere.
    #[error("a frozen centre has {found} coordinates, allowed: {dimension}")]
    FrozenDimension {
        /// How many coordinates.
        found: usize,
        /// The dimension d.
        dimension: usize,
    },
    /// Unnormalized weights have no Z_k.
    #[error("frozen centres are terms of Z_k, which unnormalized weights do not have, allowed: softmax weights")]
    FrozenWithoutSum,
    /// The matrices of a perceptron do not fit.
    #[error("{matrix} is {} x {}, allowed: {} x {}", found.0, found.1, allowed.0, allowed.1)]
    PerceptronShape {
        /// Which one.
        matrix: &'static str,
        /// Its rows and columns.
        found: (usize, usize),
        /// What they must be.
        allowed: (usize, usize),
    },
}
