//! Direct sums of the attention field, O(n^2 d), in fixed eight-lane arithmetic.
//!
//! Exponents are differences to the score of the token itself, and where V = a I so are the values: the self term
//! vanishes exactly, and a velocity of 1e-40 keeps its leading digits.

mod circle;

pub(crate) use circle::CircleKernel;

use crate::exp::exp;
use crate::simd::{Kernel, LANES, Octet, Row, padded};
use std::ops::Range;

/// How the sums over j become a velocity.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Total {
    /// Divide by Z_k.
    Softmax,
    /// Divide by n; scores were shifted by the score of the token itself.
    Count,
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
    /// Unit tokens, coordinate-major: in every coordinate the frozen ones, as many as `front` has, then n moving ones,
    /// padded.
    pub tokens: &'a [f64],
    /// What is added to the scores of frozen tokens.
    pub front: &'a [f64],
    pub n: usize,
    pub dimension: usize,
    /// Who is seen by every token, itself among them.
    pub spans: &'a [Range<usize>],
    /// How much scores fall with every token between.
    pub rate: f64,
    /// The logarithm of every token's other term in Z_k; none when empty.
    pub log_sinks: &'a [f64],
    pub scores: Scores<'a>,
    pub values: Values<'a>,
    pub total: Total,
    /// Score of every token for itself (n numbers), used by [`Total::Count`] and by sinks.
    pub own_scores: &'a [f64],
    /// Scratch, as many numbers as a coordinate of the tokens.
    pub row: &'a mut [f64],
    /// Velocities, coordinate-major, n * d numbers.
    pub out: &'a mut [f64],
    /// The outputs' components along the tokens, n numbers.
    pub radial: &'a mut [f64],
}

impl Kernel for DirectKernel<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        let (n, d, front) = (self.n, self.dimension, self.front.len());
        let stride = front + padded(n);
        for k in 0..n {
            // Whole lanes round the span.
            let span = &self.spans[k];
            let lanes = span.start - span.start % LANES..padded(span.end);
            let row = &mut self.row[..front + lanes.len()];
            let (frozen, seen) = row.split_at_mut(front);
            score_row(self.tokens, stride, d, front + k, 0, &self.scores, frozen);
            for (score, &log_weight) in frozen.iter_mut().zip(self.front) {
                *score += log_weight;
            }
            score_row(self.tokens, stride, d, front + k, front + lanes.start, &self.scores, seen);
            if self.rate != 0.0 {
                for (j, score) in lanes.clone().zip(seen.iter_mut()) {
                    *score = self.rate.mul_add(j as f64 - k as f64, *score);
                }
            }
            seen[..span.start - lanes.start].fill(f64::NEG_INFINITY);
            seen[span.end - lanes.start..].fill(f64::NEG_INFINITY);
            let largest = match self.scores {
                Scores::Chord(_) => 0.0,
                Scores::Linear(_) => maximum(row),
            };
            for weight in row.iter_mut() {
                *weight = exp(*weight - largest);
            }
            let weights = total::<V>(row);
            let factor = match self.total {
                Total::Softmax if self.log_sinks.is_empty() => 1.0 / weights,
                Total::Softmax => 1.0 / (weights + exp(self.log_sinks[k] - self.own_scores[k] - largest)),
                Total::Count => exp(largest + self.own_scores[k]) / n as f64,
            };
            let mut radial = 0.0;
            for i in 0..d {
                let coordinates = i * stride..(i + 1) * stride;
                let own = self.tokens[coordinates.start + front + k];
                let sum = match self.values {
                    Values::Differences(a) => a * both::<V>(row, &self.tokens[coordinates], front, lanes.start, own),
                    Values::Vectors(v) => both::<V>(row, &v[coordinates], front, lanes.start, 0.0),
                };
                self.out[i * n + k] = sum * factor;
                radial = own.mul_add(sum * factor, radial);
            }
            for i in 0..d {
                let own = self.tokens[i * stride + front + k];
                self.out[i * n + k] = (-radial).mul_add(own, self.out[i * n + k]);
            }
            self.radial[k] = match self.values {
                Values::Differences(a) => (a * weights).mul_add(factor, radial),
                Values::Vectors(_) => radial,
            };
        }
    }
}

#[inline(always)]
fn score_row(tokens: &[f64], stride: usize, d: usize, k: usize, first: usize, scores: &Scores<'_>, row: &mut [f64]) {
    row.fill(0.0);
    for i in 0..d {
        let coordinate = &tokens[i * stride + first..][..row.len()];
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

/// The sum of the weights: eight lanes in two alternating chains.
#[inline(always)]
fn total<V: Octet>(row: &[f64]) -> f64 {
    let mut total = Row::default();
    for part in 0..V::PARTS {
        let [mut next, mut last] = [V::splat(0.0); 2];
        for at in (0..row.len()).step_by(LANES) {
            (next, last) = (last, next.plus(V::read(row, at, part)));
        }
        next.plus(last).store(&mut total, part);
    }
    V::sum(&total)
}

/// The sum of weights times (coordinate - own) over the `front` frozen tokens and the moving ones from `first` on.
#[inline(always)]
fn both<V: Octet>(row: &[f64], coordinate: &[f64], front: usize, first: usize, own: f64) -> f64 {
    let (frozen, seen) = row.split_at(front);
    let sum = weighted::<V>(seen, &coordinate[front + first..][..seen.len()], own);
    if frozen.is_empty() { sum } else { sum + weighted::<V>(frozen, &coordinate[..front], own) }
}

/// The sum of weights times (coordinate - own), in the same way.
#[inline(always)]
fn weighted<V: Octet>(row: &[f64], coordinate: &[f64], own: f64) -> f64 {
    let (mut total, own) = (Row::default(), V::splat(-own));
    for part in 0..V::PARTS {
        let [mut next, mut last] = [V::splat(0.0); 2];
        for at in (0..row.len()).step_by(LANES) {
            let difference = V::read(coordinate, at, part).plus(own);
            (next, last) = (last, V::read(row, at, part).mul_add(difference, next));
        }
        next.plus(last).store(&mut total, part);
    }
    V::sum(&total)
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
