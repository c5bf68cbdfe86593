//! Direct sums of the attention field, O(n^2 d), in fixed eight-lane arithmetic.
//!
//! Exponents are differences to the score of the token itself, and where V = a I so are the values: the self term
//! vanishes exactly, and a velocity of 1e-40 keeps its leading digits.

use crate::exp::exp;
use crate::simd::Kernel;

/// Rows are padded to a multiple of this many tokens.
pub(crate) const LANES: usize = 8;
type Lanes = [f64; LANES];

/// Rounds up to whole lanes.
pub(crate) fn padded(n: usize) -> usize {
    n.next_multiple_of(LANES)
}

/// How the sums over j become a velocity.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Total {
    /// Divide by Z_k.
    Softmax,
    /// Divide by n; scores were shifted by the score of the token itself.
    Count,
}

/// d = 2, Q = K = I, V = a I: one scalar sum a token.
pub(crate) struct CircleKernel<'a> {
    /// First coordinates, padded.
    pub x: &'a [f64],
    /// Second coordinates, padded.
    pub y: &'a [f64],
    pub n: usize,
    pub causal: bool,
    pub beta: f64,
    pub value: f64,
    pub total: Total,
    /// Scratch, `padded(n)` numbers.
    pub row: &'a mut [f64],
    /// Velocities, coordinate-major, 2 n numbers.
    pub out: &'a mut [f64],
}

impl Kernel for CircleKernel<'_> {
    #[inline(always)]
    fn run(self) {
        let n = self.n;
        let factor = -0.5 * self.beta;
        for k in 0..n {
            let seen = if self.causal { k + 1 } else { n };
            let (cx, cy) = (self.x[k], self.y[k]);
            let row = &mut self.row[..padded(seen)];
            let (x, y) = (&self.x[..row.len()], &self.y[..row.len()]);
            for ((weight, &x), &y) in row.iter_mut().zip(x).zip(y) {
                let (dx, dy) = (x - cx, y - cy);
                *weight = exp(factor * dx.mul_add(dx, dy * dy));
            }
            row[seen..].fill(0.0);
            let (z, m) = circle_sums(row, x, y, cx, cy);
            let divisor = match self.total {
                Total::Softmax => z,
                Total::Count => n as f64 * exp(-self.beta),
            };
            let speed = self.value * m / divisor;
            self.out[k] = -cy * speed;
            self.out[n + k] = cx * speed;
        }
    }
}

/// The sums of the weights, and of the weights times the sine of the angle from (cx, cy).
#[inline(always)]
fn circle_sums(row: &[f64], x: &[f64], y: &[f64], cx: f64, cy: f64) -> (f64, f64) {
    let (mut z, mut m) = ([0.0; LANES], [0.0; LANES]);
    let chunks = row.chunks_exact(LANES).zip(x.chunks_exact(LANES)).zip(y.chunks_exact(LANES));
    for ((w, x), y) in chunks {
        for l in 0..LANES {
            z[l] += w[l];
            m[l] = w[l].mul_add((y[l] - cy).mul_add(cx, -((x[l] - cx) * cy)), m[l]);
        }
    }
    (sum(z), sum(m))
}

/// The scores of token j for token k, less that of k itself.
pub(crate) enum Scores<'a> {
    /// Q = K = I: -beta |x_j - x_k|^2 / 2.
    Chord(f64),
    /// <a_k, x_j - x_k> with a_k = beta K^T Q x_k, coordinate-major and padded like the tokens.
    Linear(&'a [f64]),
}

/// What the weights multiply.
pub(crate) enum Values<'a> {
    /// V = a I: a (x_j - x_k).
    Differences(f64),
    /// V x_j, coordinate-major and padded like the tokens.
    Vectors(&'a [f64]),
}

/// Any d, Q, K and V.
pub(crate) struct DirectKernel<'a> {
    /// Unit tokens, coordinate-major, every coordinate padded to `padded(n)` numbers.
    pub tokens: &'a [f64],
    pub n: usize,
    pub dimension: usize,
    pub causal: bool,
    pub scores: Scores<'a>,
    pub values: Values<'a>,
    pub total: Total,
    /// Score of every token for itself (n numbers), used by [`Total::Count`].
    pub own_scores: &'a [f64],
    /// Scratch, `padded(n)` numbers.
    pub row: &'a mut [f64],
    /// Velocities, coordinate-major, n * d numbers.
    pub out: &'a mut [f64],
}

impl Kernel for DirectKernel<'_> {
    #[inline(always)]
    fn run(self) {
        let (n, d, stride) = (self.n, self.dimension, padded(self.n));
        for k in 0..n {
            let seen = if self.causal { k + 1 } else { n };
            let row = &mut self.row[..padded(seen)];
            score_row(self.tokens, stride, d, k, &self.scores, row);
            row[seen..].fill(f64::NEG_INFINITY);
            let largest = match self.scores {
                Scores::Chord(_) => 0.0,
                Scores::Linear(_) => maximum(row),
            };
            let weights = exponentiate(row, largest);
            let factor = match self.total {
                Total::Softmax => 1.0 / weights,
                Total::Count => exp(largest + self.own_scores[k]) / n as f64,
            };
            let mut radial = 0.0;
            for i in 0..d {
                let coordinate = &self.tokens[i * stride..i * stride + row.len()];
                let own = self.tokens[i * stride + k];
                let sum = match self.values {
                    Values::Differences(a) => a * weighted(row, coordinate, own),
                    Values::Vectors(v) => weighted(row, &v[i * stride..i * stride + row.len()], 0.0),
                };
                self.out[i * n + k] = sum * factor;
                radial = own.mul_add(sum * factor, radial);
            }
            for i in 0..d {
                let own = self.tokens[i * stride + k];
                self.out[i * n + k] = (-radial).mul_add(own, self.out[i * n + k]);
            }
        }
    }
}

#[inline(always)]
fn score_row(tokens: &[f64], stride: usize, d: usize, k: usize, scores: &Scores<'_>, row: &mut [f64]) {
    row.fill(0.0);
    for i in 0..d {
        let coordinate = &tokens[i * stride..i * stride + row.len()];
        let own = tokens[i * stride + k];
        match scores {
            Scores::Chord(_) => {
                for (s, &x) in row.iter_mut().zip(coordinate) {
                    *s = (x - own).mul_add(x - own, *s);
                }
            }
            Scores::Linear(a) => {
                let slope = a[i * stride + k];
                for (s, &x) in row.iter_mut().zip(coordinate) {
                    *s = slope.mul_add(x - own, *s);
                }
            }
        }
    }
    if let Scores::Chord(beta) = scores {
        for s in row.iter_mut() {
            *s *= -0.5 * beta;
        }
    }
}

/// Replaces scores by weights and returns their sum.
#[inline(always)]
fn exponentiate(row: &mut [f64], largest: f64) -> f64 {
    for weight in row.iter_mut() {
        *weight = exp(*weight - largest);
    }
    let mut total = [0.0; LANES];
    for chunk in row.chunks_exact(LANES) {
        for l in 0..LANES {
            total[l] += chunk[l];
        }
    }
    sum(total)
}

/// The sum of weights times (coordinate - own).
#[inline(always)]
fn weighted(row: &[f64], coordinate: &[f64], own: f64) -> f64 {
    let mut total = [0.0; LANES];
    for (w, x) in row.chunks_exact(LANES).zip(coordinate.chunks_exact(LANES)) {
        for l in 0..LANES {
            total[l] = w[l].mul_add(x[l] - own, total[l]);
        }
    }
    sum(total)
}

#[inline(always)]
fn maximum(row: &[f64]) -> f64 {
    let mut largest = [f64::NEG_INFINITY; LANES];
    for chunk in row.chunks_exact(LANES) {
        for l in 0..LANES {
            largest[l] = if chunk[l] > largest[l] { chunk[l] } else { largest[l] };
        }
    }
    largest.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

/// Adds eight lanes in a fixed order.
#[inline(always)]
fn sum(v: Lanes) -> f64 {
    ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]))
}
