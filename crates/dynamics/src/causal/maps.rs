//! The model's matrices, with multiples of the identity kept apart.

use super::tile::Lanes;
use crate::layer::Front;
use crate::{Head, Mask, Model, Weights};

/// A d x d matrix.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Map {
    /// a I.
    Scalar(f64),
    /// Row by row.
    Dense(Vec<f64>),
}

impl Map {
    fn new(dimension: usize, entry: impl Fn(usize, usize) -> f64) -> Self {
        let a = entry(0, 0);
        let entries: Vec<f64> = (0..dimension * dimension).map(|e| entry(e / dimension, e % dimension)).collect();
        let scalar = entries.iter().enumerate().all(|(e, &x)| x == if e % (dimension + 1) == 0 { a } else { 0.0 });
        if scalar { Self::Scalar(a) } else { Self::Dense(entries) }
    }

    /// out = M x for coordinate-major tokens.
    #[inline(always)]
    pub fn apply_rows(&self, x: &[f64], stride: usize, out: &mut [f64]) {
        match self {
            Self::Scalar(a) => {
                for (out, &x) in out.iter_mut().zip(x) {
                    *out = a * x;
                }
            }
            Self::Dense(entries) => {
                let dimension = x.len() / stride;
                for (row, out) in entries.chunks_exact(dimension).zip(out.chunks_exact_mut(stride)) {
                    out.fill(0.0);
                    for (&entry, x) in row.iter().zip(x.chunks_exact(stride)) {
                        for (out, &x) in out.iter_mut().zip(x) {
                            *out = entry.mul_add(x, *out);
                        }
                    }
                }
            }
        }
    }

    /// out_i += factor * (M x)_i in lanes.
    #[inline(always)]
    pub fn add_lanes(&self, factor: Lanes, x: &[Lanes], out: &mut [Lanes]) {
        match self {
            Self::Scalar(a) => {
                for (out, x) in out.iter_mut().zip(x) {
                    for ((out, &x), &f) in out.iter_mut().zip(x).zip(&factor) {
                        *out = (f * a).mul_add(x, *out);
                    }
                }
            }
            Self::Dense(entries) => {
                for (row, out) in entries.chunks_exact(x.len()).zip(out) {
                    let mut sum = [0.0; 8];
                    for (&entry, x) in row.iter().zip(x) {
                        for (s, &x) in sum.iter_mut().zip(x) {
                            *s = entry.mul_add(x, *s);
                        }
                    }
                    for ((out, &s), &f) in out.iter_mut().zip(&sum).zip(&factor) {
                        *out = f.mul_add(s, *out);
                    }
                }
            }
        }
    }

    /// out = M x for one vector.
    #[inline(always)]
    pub fn apply(&self, x: &[f64], out: &mut [f64]) {
        match self {
            Self::Scalar(a) => out.iter_mut().zip(x).for_each(|(out, &x)| *out = a * x),
            Self::Dense(entries) => {
                for (row, out) in entries.chunks_exact(x.len()).zip(out) {
                    *out = row.iter().zip(x).fold(0.0, |sum, (&m, &x)| m.mul_add(x, sum));
                }
            }
        }
    }

    /// out = M^T x for one vector.
    #[inline(always)]
    pub fn apply_transposed(&self, x: &[f64], out: &mut [f64]) {
        match self {
            Self::Scalar(_) => self.apply(x, out),
            Self::Dense(entries) => {
                out.fill(0.0);
                for (row, &x) in entries.chunks_exact(out.len()).zip(x) {
                    for (out, &m) in out.iter_mut().zip(row) {
                        *out = m.mul_add(x, *out);
                    }
                }
            }
        }
    }

    /// out = M X for a matrix X, row by row.
    #[inline(always)]
    pub fn times(&self, x: &[f64], dimension: usize, out: &mut [f64]) {
        self.apply_rows(x, dimension, out);
    }

    /// out = X M for a matrix X, row by row.
    #[inline(always)]
    pub fn times_from_right(&self, x: &[f64], dimension: usize, out: &mut [f64]) {
        for (x, out) in x.chunks_exact(dimension).zip(out.chunks_exact_mut(dimension)) {
            self.apply_transposed(x, out);
        }
    }

    /// out += factor * M, row by row.
    #[inline(always)]
    pub fn add_to(&self, factor: f64, dimension: usize, out: &mut [f64]) {
        match self {
            Self::Scalar(a) => out.iter_mut().step_by(dimension + 1).for_each(|out| *out += factor * a),
            Self::Dense(entries) => out.iter_mut().zip(entries).for_each(|(out, &m)| *out = factor.mul_add(m, *out)),
        }
    }
}

/// How scores become weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rule {
    /// Divided by Z_k; scores are taken relative to that of the token itself.
    Softmax {
        /// Q = K = I: no score exceeds that of the token itself.
        bounded: bool,
    },
    /// Divided by this number.
    Count(f64),
}

/// Everything in the model.
#[derive(Debug, Clone)]
pub(super) struct Maps {
    pub dimension: usize,
    pub rule: Rule,
    /// A = beta K^T Q.
    pub scores: Map,
    /// V.
    pub value: Map,
    /// W = V - s I with s the largest diagonal entry of V. P_x V x = P_x W x for any s; with this one nothing is left
    /// to cancel where V = a I, or where a diagonal V has several largest entries.
    pub rest: Map,
    /// How much scores fall with every token between.
    pub rate: f64,
    /// How many tokens are seen.
    pub window: usize,
    /// The frozen centres.
    pub front: Front,
}

impl Maps {
    pub fn new(model: &Model, head: &Head, tokens: usize) -> Self {
        let (d, scores, value) = (model.dimension(), head.scores(model.beta()), &head.value);
        let largest = (0..d).fold(f64::NEG_INFINITY, |s, i| s.max(value[(i, i)]));
        Self {
            dimension: d,
            rule: match model.weights() {
                Weights::Softmax => Rule::Softmax { bounded: head.has_identity_scores() },
                Weights::Unnormalized => Rule::Count(tokens as f64),
            },
            scores: Map::new(d, |i, l| scores[(i, l)]),
            value: Map::new(d, |i, l| value[(i, l)]),
            rest: Map::new(d, |i, l| value[(i, l)] - if i == l { largest } else { 0.0 }),
            rate: model.mask().rate(tokens),
            window: if let Mask::Window(width) = model.mask() { *width } else { usize::MAX },
            front: Front::of(model),
        }
    }
}
