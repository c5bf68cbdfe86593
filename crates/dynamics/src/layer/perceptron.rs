//! The perceptron of a layer: W_2 act(W_1 x + b), a term of every token's own that joins its attention before the
//! projection.

use crate::{ModelError, model::finite};
use nalgebra::DMatrix;

/// What a hidden unit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activation {
    /// max(x, 0).
    #[default]
    Relu,
    /// Hyperbolic tangent.
    Tanh,
    /// x Phi(x) with the normal distribution function Phi, exactly (not its approximation by a tanh).
    Gelu,
}

impl Activation {
    /// All with their names in manifests.
    pub const NAMES: [(&'static str, Self); 3] = [("relu", Self::Relu), ("tanh", Self::Tanh), ("gelu", Self::Gelu)];

    /// The name in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    fn of(self, x: f64) -> f64 {
        match self {
            Self::Relu => x.max(0.0),
            Self::Tanh => libm::tanh(x),
            Self::Gelu => 0.5 * x * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2)),
        }
    }
}

/// W_1 (m x d), b (m) and W_2 (d x m) for a hidden layer of m units.
#[derive(Debug, Clone, PartialEq)]
pub struct Perceptron {
    /// Row by row.
    first: Vec<f64>,
    bias: Vec<f64>,
    /// Row by row.
    second: Vec<f64>,
    activation: Activation,
    dimension: usize,
}

impl Perceptron {
    /// A perceptron from its matrices.
    ///
    /// # Errors
    /// For shapes that do not fit together, without a hidden unit, and for entries that are not finite.
    pub fn new(
        first: &DMatrix<f64>,
        bias: Vec<f64>,
        second: &DMatrix<f64>,
        activation: Activation,
    ) -> Result<Self, ModelError> {
        let (width, dimension) = first.shape();
        let shapes = [
            ("the perceptron's first matrix", first.shape(), (width.max(1), dimension)),
            ("the perceptron's bias", (bias.len(), 1), (width, 1)),
            ("the perceptron's second matrix", second.shape(), (dimension, width)),
        ];
        if let Some((matrix, found, allowed)) = shapes.into_iter().find(|(_, found, allowed)| found != allowed) {
            return Err(ModelError::PerceptronShape { matrix, found, allowed });
        }
        finite("the perceptron's first matrix", first.iter())?;
        finite("the perceptron's bias", bias.iter())?;
        finite("the perceptron's second matrix", second.iter())?;
        let rows = |matrix: &DMatrix<f64>| matrix.transpose().as_slice().to_vec();
        Ok(Self { first: rows(first), bias, second: rows(second), activation, dimension })
    }

    /// The dimension d.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The number m of hidden units.
    #[must_use]
    pub fn width(&self) -> usize {
        self.bias.len()
    }

    /// out = W_2 act(W_1 x + b); `hidden` has m numbers.
    pub(crate) fn apply(&self, x: &[f64], hidden: &mut [f64], out: &mut [f64]) {
        let dot = |row: &[f64], x: &[f64]| row.iter().zip(x).fold(0.0, |sum, (a, b)| sum + a * b);
        for ((hidden, row), bias) in hidden.iter_mut().zip(self.first.chunks_exact(x.len())).zip(&self.bias) {
            *hidden = self.activation.of(dot(row, x) + bias);
        }
        for (out, row) in out.iter_mut().zip(self.second.chunks_exact(hidden.len())) {
            *out = dot(row, hidden);
        }
    }
}
