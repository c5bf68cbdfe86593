//! Frozen centres on the circle: the Fourier sums from which all prefix sums begin, and their sums pair by pair.

use super::bessel::Series;
use super::direct::{totals, weights};
use crate::Frozen;
use crate::simd::{LANES, Row, padded};

/// Frozen centres theta_j with weights a_j; without any, everything is zero.
#[derive(Debug, Clone, Default)]
pub(crate) struct Centers {
    /// Coordinates and weights, padded; the padding weighs nothing.
    cos: Vec<f64>,
    sin: Vec<f64>,
    weights: Vec<f64>,
    /// Sum of the weights.
    pub total: f64,
    /// sum_j a_j e^{i m theta_j} for eight modes at a time, m = 1, 2, ....
    pub prefix: Vec<[Row; 2]>,
    /// Scratch.
    row: Vec<f64>,
}

impl Centers {
    pub(crate) fn new(frozen: &Frozen, series: &Series) -> Self {
        let (points, len) = (frozen.points(), padded(frozen.weights().len()));
        let row = |entries: &[f64]| [entries, &vec![0.0; len - entries.len()]].concat();
        let mut centers = Self {
            cos: row(points.coordinate(0)),
            sin: row(points.coordinate(1)),
            weights: row(frozen.weights()),
            total: frozen.weights().iter().sum(),
            prefix: Vec::new(),
            row: vec![0.0; len],
        };
        centers.expand(series);
        centers
    }

    /// Sums up the modes of a series.
    pub(crate) fn expand(&mut self, series: &Series) {
        self.prefix = vec![[Row::default(); 2]; if self.weights.is_empty() { 0 } else { series.modes.len() }];
        for ((&cos, &sin), &weight) in self.cos.iter().zip(&self.sin).zip(&self.weights) {
            let angle = libm::atan2(sin, cos);
            for m in 0..LANES * self.prefix.len() {
                let (sine, cosine) = libm::sincos((m + 1) as f64 * angle);
                let block = &mut self.prefix[m / LANES];
                block[0].0[m % LANES] += weight * cosine;
                block[1].0[m % LANES] += weight * sine;
            }
        }
    }

    /// Adds the sums over the centres for a token at `own` to those over tokens: weights, pulls and slopes.
    #[inline(always)]
    pub(crate) fn add(&mut self, own: (f64, f64), beta: f64, sums: (f64, f64, f64)) -> (f64, f64, f64) {
        if self.weights.is_empty() {
            return sums;
        }
        weights(&mut self.row, &self.cos, &self.sin, own, -0.5 * beta);
        for (weight, a) in self.row.iter_mut().zip(&self.weights) {
            *weight *= a;
        }
        let (weight, pull, slope) = totals(&self.row, &self.cos, &self.sin, own, beta);
        (sums.0 + weight, sums.1 + pull, sums.2 + slope)
    }
}
