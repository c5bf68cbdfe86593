//! Frozen centres: tokens theta_1, ..., theta_m that every moving token sees and that do not move (Theorem 5.2).
//!
//! ```text
//! dx_k/dt = P_{x_k}[ (1/Z_k) ( sum_j e^{beta <Q x_k, K x_j>} V x_j + sum_j a_j e^{beta <Q x_k, K theta_j>} V theta_j ) ],
//! Z_k = sum_j e^{beta <Q x_k, K x_j>} + sum_j a_j e^{beta <Q x_k, K theta_j>}
//! ```
//!
//! In kernels they are tokens in front of the moving ones, with ln a_j added to their scores. No mask hides them, and
//! no position decay touches them.

use crate::simd::padded;
use crate::{Model, ModelError, Tokens};

/// The largest weight of a frozen centre.
const LARGEST_WEIGHT: f64 = 1e100;

/// Frozen centres with their weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Frozen {
    points: Tokens,
    weights: Vec<f64>,
}

impl Frozen {
    /// Centres at `points` with the weights a_j.
    ///
    /// # Errors
    /// Unless there is one weight a point, each from 1 to 1e100.
    pub fn new(points: Tokens, weights: Vec<f64>) -> Result<Self, ModelError> {
        if weights.len() != points.len() {
            return Err(ModelError::FrozenWeights { points: points.len(), weights: weights.len() });
        }
        match weights.iter().find(|a| !(1.0..=LARGEST_WEIGHT).contains(*a)) {
            Some(&weight) => Err(ModelError::FrozenWeight(weight)),
            None => Ok(Self { points, weights }),
        }
    }

    /// Where they are.
    #[must_use]
    pub fn points(&self) -> &Tokens {
        &self.points
    }

    /// a_j.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }
}

/// Frozen centres as kernels see them, padded to whole lanes; empty without any.
#[derive(Debug, Clone, Default)]
pub(crate) struct Front {
    /// ln a_j, and minus infinity for padding.
    pub log_weights: Vec<f64>,
    /// Coordinate-major, as many numbers a coordinate.
    points: Vec<f64>,
}

impl Front {
    pub(crate) fn of(model: &Model) -> Self {
        let Some(Frozen { points, weights }) = model.frozen() else { return Self::default() };
        let len = padded(points.len());
        let mut log_weights: Vec<f64> = weights.iter().map(|&a| libm::log(a)).collect();
        log_weights.resize(len, f64::NEG_INFINITY);
        let rows = (0..points.dimension()).map(|i| points.coordinate(i));
        let padding = std::iter::repeat_n(0.0, len - points.len());
        let points = rows.flat_map(|row| row.iter().copied().chain(padding.clone())).collect();
        Self { log_weights, points }
    }

    /// How many lanes stand before the moving tokens.
    pub(crate) fn len(&self) -> usize {
        self.log_weights.len()
    }

    /// Writes the centres to the beginning of every coordinate of `unit`, which has `stride` numbers each.
    pub(crate) fn place(&self, unit: &mut [f64], stride: usize) {
        if self.len() > 0 {
            for (row, points) in unit.chunks_exact_mut(stride).zip(self.points.chunks_exact(self.len())) {
                row[..points.len()].copy_from_slice(points);
            }
        }
    }
}
