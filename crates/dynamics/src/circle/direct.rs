//! Causal sums of single tokens, pair by pair: relative accuracy down to velocities of 1e-300.
//!
//! Exponents come from chords, -beta |x_j - x_k|^2 / 2, and sines from differences of coordinates.

use super::Sums;
use super::centers::Centers;
use super::linear::Linear;
use super::rows::Rows;
use crate::exp::exp;
use crate::simd::{Kernel, LANES, Lanes, Octet, sum};

/// Sums of the tokens listed in `tokens`, in increasing order.
pub(crate) struct DirectSums<'a> {
    pub beta: f64,
    pub scale: f64,
    /// Coordinates, padded.
    pub cos: &'a [f64],
    pub sin: &'a [f64],
    pub tokens: &'a [usize],
    /// Keep the rows of the linearisation.
    pub keep: bool,
    pub rows: &'a mut Rows,
    pub centers: &'a mut Centers,
    pub sums: &'a mut Sums,
}

impl Kernel for DirectSums<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        for &k in self.tokens {
            let keep = self.keep && self.rows.room(k);
            let row = if keep { self.rows.push(k) } else { self.rows.temporary(k) };
            let own = (self.cos[k], self.sin[k]);
            weights(row, self.cos, self.sin, own, -0.5 * self.beta);
            row[k..].fill(0.0);
            let earlier = totals(row, self.cos, self.sin, own, self.beta);
            let (weight, pull, slope) = self.centers.add(own, self.beta, earlier);
            self.sums.weight[k] = 1.0 + weight;
            self.sums.pull[k] = pull;
            self.sums.slope[k] = slope;
            if keep {
                let factor = self.scale / (1.0 + weight);
                entries(row, self.cos, self.sin, own, self.beta, pull / (1.0 + weight), factor);
            }
        }
    }
}

#[inline(always)]
pub(super) fn weights(row: &mut [f64], x: &[f64], y: &[f64], (cx, cy): (f64, f64), factor: f64) {
    for ((weight, &x), &y) in row.iter_mut().zip(x).zip(y) {
        let (dx, dy) = (x - cx, y - cy);
        *weight = exp(factor * dx.mul_add(dx, dy * dy));
    }
}

/// sum w, sum w sin and sum w (cos - beta sin^2) of the angles from token k to the others.
#[inline(always)]
pub(super) fn totals(row: &[f64], x: &[f64], y: &[f64], (cx, cy): (f64, f64), beta: f64) -> (f64, f64, f64) {
    let (mut w, mut h, mut d): (Lanes, Lanes, Lanes) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    for ((row, x), y) in row.chunks_exact(LANES).zip(x.chunks_exact(LANES)).zip(y.chunks_exact(LANES)) {
        for l in 0..LANES {
            let (dx, dy) = (x[l] - cx, y[l] - cy);
            let sine = dy.mul_add(cx, -(dx * cy));
            let cosine = x[l].mul_add(cx, y[l] * cy);
            w[l] += row[l];
            h[l] = row[l].mul_add(sine, h[l]);
            d[l] = row[l].mul_add((-beta * sine).mul_add(sine, cosine), d[l]);
        }
    }
    (sum(w), sum(h), sum(d))
}

/// Replaces weights by factor w (cos - beta sin (sin - mean)), the entries of the linearisation.
#[inline(always)]
fn entries(row: &mut [f64], x: &[f64], y: &[f64], (cx, cy): (f64, f64), beta: f64, mean: f64, factor: f64) {
    for ((entry, &x), &y) in row.iter_mut().zip(x).zip(y) {
        let sine = (y - cy).mul_add(cx, -((x - cx) * cy));
        let cosine = x.mul_add(cx, y * cy);
        *entry *= factor * (-beta * sine).mul_add(sine - mean, cosine);
    }
}

/// sum_j row_j u_j over the row's length.
#[inline(always)]
pub(crate) fn dot(row: &[f64], u: &[f64]) -> f64 {
    let mut total = [0.0; LANES];
    for (row, u) in row.chunks_exact(LANES).zip(u.chunks_exact(LANES)) {
        for l in 0..LANES {
            total[l] = row[l].mul_add(u[l], total[l]);
        }
    }
    sum(total)
}

/// Forward substitution when all rows are known.
pub(crate) struct DirectSubstitution<'a> {
    pub linear: &'a Linear,
    pub rows: &'a Rows,
    pub shift: f64,
    /// Right side, replaced by the solution; padded.
    pub u: &'a mut [f64],
}

impl Kernel for DirectSubstitution<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        for (k, row) in self.rows.iter() {
            self.u[k] = (self.u[k] + dot(row, self.u)) / (self.shift + self.linear.rate[k]);
        }
    }
}
