//! What a linearisation keeps of every token.

use super::Sums;
use crate::exp::exp;
use crate::simd::{Kernel, Octet, padded};

/// Numbers of all tokens for substitutions, all rows padded.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    pub cos: Vec<f64>,
    pub sin: Vec<f64>,
    /// -dF_k/dphi_k.
    pub rate: Vec<f64>,
    /// a/Z_k: what multiplies sum h' u.
    pub even: Vec<f64>,
    /// beta F_k/Z_k: what multiplies sum h u.
    pub odd: Vec<f64>,
    /// dF_k/dphi_{k-1}.
    pub near: Vec<f64>,
}

impl Linear {
    pub(crate) fn new(tokens: usize) -> Self {
        let row = || vec![0.0; padded(tokens)];
        Self { cos: row(), sin: row(), rate: row(), even: row(), odd: row(), near: row() }
    }
}

/// Fills all but the coordinates from the sums, and the velocities.
pub(crate) struct Linearize<'a> {
    pub beta: f64,
    pub scale: f64,
    pub sums: &'a Sums,
    pub linear: &'a mut Linear,
    pub velocity: &'a mut [f64],
}

impl Kernel for Linearize<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        let Self { beta, scale, sums, linear, velocity } = self;
        let n = velocity.len();
        let (weight, pull, slope) = (&sums.weight[..n], &sums.pull[..n], &sums.slope[..n]);
        let (rate, even, odd) = (&mut linear.rate[..n], &mut linear.even[..n], &mut linear.odd[..n]);
        for k in 0..n {
            even[k] = scale / weight[k];
            velocity[k] = even[k] * pull[k];
            odd[k] = beta * (velocity[k] / weight[k]);
            rate[k] = even[k] * slope[k] + odd[k] * pull[k];
        }
        let (cos, sin, near) = (&linear.cos[..n], &linear.sin[..n], &mut linear.near[..n]);
        for k in 1..n {
            let (dx, dy) = (cos[k - 1] - cos[k], sin[k - 1] - sin[k]);
            let weight = exp(-0.5 * beta * dx.mul_add(dx, dy * dy));
            let sine = dy.mul_add(cos[k], -(dx * sin[k]));
            let cosine = cos[k - 1].mul_add(cos[k], sin[k - 1] * sin[k]);
            near[k] = weight * even[k].mul_add((-beta * sine).mul_add(sine, cosine), odd[k] * sine);
        }
    }
}
