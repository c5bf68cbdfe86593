//! Causal sums of single tokens, pair by pair, in differences of scores and of positions.

use super::Sums;
use super::frame::{Frame, Matrix};
use super::linear::own_turns;
use crate::circle::rows::Rows;
use crate::exp::exp;
use crate::simd::{Kernel, LANES, Lanes, Octet, sum};

/// Sums of the tokens listed in `tokens`, in increasing order.
pub(crate) struct DirectSums<'a> {
    pub score: &'a Matrix,
    pub value: &'a Matrix,
    pub frame: &'a Frame,
    pub tokens: &'a [usize],
    /// Keep the rows of the linearisation, and the rates.
    pub keep: bool,
    pub rows: &'a mut Rows,
    pub sums: &'a mut Sums,
}

impl Kernel for DirectSums<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        let Self { frame, rows, sums, .. } = self;
        let (x, y) = (&frame.x[0][..], &frame.x[1][..]);
        for &k in self.tokens {
            let row = if self.keep { rows.push(k) } else { rows.temporary(k) };
            let own = (x[k], y[k]);
            let (p, q) = ((frame.p[0][k], frame.p[1][k]), (frame.q[0][k], frame.q[1][k]));
            let top = scores(row, k, x, y, own, p);
            let mine = exp(-top);
            let (weight, pull) = weights(row, x, y, own, q, top);
            let (weight, mean) = (weight + mine, pull / (weight + mine));
            sums.weight[k] = weight;
            sums.velocity[k] = frame.own[k] + mean;
            if self.keep {
                let (tilt, bend) = turned(self.score, self.value, own);
                let slope = slope(row, x, y, own, [q, tilt, bend], mean);
                let turn = own_turns(self.score, self.value, own.0, own.1);
                sums.rate[k] = -(slope + mine * (turn[1] - turn[0] * mean)) / weight;
                entries(row, x, y, own, [p, q], mean, 1.0 / weight);
            }
        }
    }
}

/// A x^perp and -V^T x: what multiplies x_j in the derivatives of the score and of the pull.
#[inline(always)]
fn turned(a: &Matrix, v: &Matrix, (x, y): (f64, f64)) -> ((f64, f64), (f64, f64)) {
    let tilt = (a[0][1] * x - a[0][0] * y, a[1][1] * x - a[1][0] * y);
    (tilt, (-(v[0][0] * x + v[1][0] * y), -(v[0][1] * x + v[1][1] * y)))
}

/// Scores less the token's own; returns the largest, at least 0.
#[inline(always)]
fn scores(row: &mut [f64], k: usize, x: &[f64], y: &[f64], (cx, cy): (f64, f64), (px, py): (f64, f64)) -> f64 {
    for ((score, &x), &y) in row.iter_mut().zip(x).zip(y) {
        *score = (x - cx).mul_add(px, (y - cy) * py);
    }
    row[k..].fill(f64::NEG_INFINITY);
    let mut top = [0.0; LANES];
    for row in row.chunks_exact(LANES) {
        for l in 0..LANES {
            top[l] = if row[l] > top[l] { row[l] } else { top[l] };
        }
    }
    top.iter().fold(0.0, |most, &top| if top > most { top } else { most })
}

/// Replaces scores by weights e^{score - top}; returns sum w and sum w <q, x_j - x_k>.
#[inline(always)]
fn weights(row: &mut [f64], x: &[f64], y: &[f64], (cx, cy): (f64, f64), (qx, qy): (f64, f64), top: f64) -> (f64, f64) {
    for score in row.iter_mut() {
        *score = exp(*score - top);
    }
    let (mut w, mut h): (Lanes, Lanes) = ([0.0; LANES], [0.0; LANES]);
    for ((row, x), y) in row.chunks_exact(LANES).zip(x.chunks_exact(LANES)).zip(y.chunks_exact(LANES)) {
        for l in 0..LANES {
            let pull = (x[l] - cx).mul_add(qx, (y[l] - cy) * qy);
            w[l] += row[l];
            h[l] = row[l].mul_add(pull, h[l]);
        }
    }
    (sum(w), sum(h))
}

/// sum w (<tilt, x_j> (<q, x_j - x_k> - mean) + <bend, x_j>).
#[inline(always)]
fn slope(row: &[f64], x: &[f64], y: &[f64], (cx, cy): (f64, f64), [q, tilt, bend]: [(f64, f64); 3], mean: f64) -> f64 {
    let mut total: Lanes = [0.0; LANES];
    for ((row, x), y) in row.chunks_exact(LANES).zip(x.chunks_exact(LANES)).zip(y.chunks_exact(LANES)) {
        for l in 0..LANES {
            let pull = (x[l] - cx).mul_add(q.0, (y[l] - cy) * q.1) - mean;
            let tilt = x[l].mul_add(tilt.0, y[l] * tilt.1);
            let bend = x[l].mul_add(bend.0, y[l] * bend.1);
            total[l] = row[l].mul_add(tilt.mul_add(pull, bend), total[l]);
        }
    }
    sum(total)
}

/// Replaces weights by the entries of the linearisation,
/// factor w (<p, x_j^perp> (<q, x_j - x_k> - mean) + <q, x_j^perp>).
#[inline(always)]
fn entries(
    row: &mut [f64],
    x: &[f64],
    y: &[f64],
    (cx, cy): (f64, f64),
    [p, q]: [(f64, f64); 2],
    mean: f64,
    factor: f64,
) {
    for ((entry, &x), &y) in row.iter_mut().zip(x).zip(y) {
        let pull = (x - cx).mul_add(q.0, (y - cy) * q.1) - mean;
        let turn = x.mul_add(p.1, -(y * p.0));
        *entry *= factor * turn.mul_add(pull, x.mul_add(q.1, -(y * q.0)));
    }
}

/// Forward substitution when all rows are known.
pub(crate) struct DirectSubstitution<'a> {
    pub rate: &'a [f64],
    pub rows: &'a Rows,
    pub shift: f64,
    /// Right side, replaced by the solution; padded.
    pub u: &'a mut [f64],
}

impl Kernel for DirectSubstitution<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        for (k, row) in self.rows.iter() {
            self.u[k] = (self.u[k] + crate::circle::direct::dot(row, self.u)) / (self.shift + self.rate[k]);
        }
    }
}
