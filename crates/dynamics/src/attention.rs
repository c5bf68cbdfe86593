//! Attention as a vector field on the product of spheres, evaluated by direct sums.

use crate::kernel::{CircleKernel, DirectKernel, Scores, Total, Values};
use crate::layer::Front;
use crate::simd::{Detected, LANES, SimdLevel, padded};
use crate::tokens::normalize;
use crate::{Mask, Model, Tolerance, VectorField, Weights};
use nalgebra::DMatrix;
use std::ops::Range;

/// The vector field of a [`Model`]'s attention with n tokens, frozen centres included; for the perceptron and the
/// normalisation see [`crate::Layer`]. The state is coordinate-major like [`crate::Tokens`], n * d numbers.
///
/// Off the sphere the field is continued by F(x) = F(x/|x|), so that |x| is kept along the flow and a state may be put
/// back on the sphere without changing its velocity.
#[derive(Debug, Clone)]
pub struct Attention {
    model: Model,
    n: usize,
    level: Detected,
    /// beta K^T Q, unless Q = K = I.
    scores: Option<DMatrix<f64>>,
    /// The number a when V = a I.
    scalar_value: Option<f64>,
    /// The frozen centres.
    front: Front,
    /// Unit tokens, coordinate-major, the frozen ones first, both padded to whole lanes.
    unit: Vec<f64>,
    /// a_k = beta K^T Q x_k, padded; when Q = K = I, sqrt(beta / 2) x_k.
    slopes: Vec<f64>,
    /// V x_j, padded; empty when V = a I.
    values: Vec<f64>,
    own_scores: Vec<f64>,
    /// Of the mask.
    spans: Vec<Range<usize>>,
    log_sinks: Vec<f64>,
    /// Which head, and the fields of those after the first; their velocities are summed up here.
    head: usize,
    others: Vec<Attention>,
    velocity: Vec<f64>,
    /// <x_k, output_k>.
    radial: Vec<f64>,
    row: Vec<f64>,
}

impl Attention {
    /// The field of `tokens` tokens, with the best instructions of this processor.
    #[must_use]
    pub fn new(model: Model, tokens: usize) -> Self {
        Self::with_level(model, tokens, SimdLevel::detect())
    }

    /// The same with a given instruction set, or the best below it; the results are the same bits.
    #[must_use]
    pub fn with_level(model: Model, tokens: usize, level: SimdLevel) -> Self {
        let others: Vec<Self> = (1..model.heads().len()).map(|h| Self::of_head(&model, h, tokens, level)).collect();
        let velocity = vec![0.0; if others.is_empty() { 0 } else { tokens * model.dimension() }];
        Self { others, velocity, ..Self::of_head(&model, 0, tokens, level) }
    }

    /// The field of one head alone.
    fn of_head(model: &Model, head: usize, tokens: usize, level: SimdLevel) -> Self {
        let (index, head) = (head, &model.heads()[head]);
        let scores = (!head.has_identity_scores()).then(|| head.scores(model.beta()));
        let scalar_value = head.scalar_value();
        let front = Front::of(model);
        let stride = front.len() + padded(tokens);
        let size = stride * model.dimension();
        let mut unit = vec![0.0; size];
        front.place(&mut unit, stride);
        Self {
            level: Detected::at_most(level),
            front,
            unit,
            radial: vec![0.0; tokens],
            slopes: vec![0.0; size],
            values: vec![0.0; if scalar_value.is_none() { size } else { 0 }],
            own_scores: vec![model.beta(); tokens],
            row: vec![0.0; stride],
            spans: model.mask().spans(tokens),
            log_sinks: model.mask().log_sinks(tokens),
            n: tokens,
            model: model.clone(),
            head: index,
            others: Vec::new(),
            velocity: Vec::new(),
            scores,
            scalar_value,
        }
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The components of the latest outputs along the tokens, <x_k, output_k>, which the projection took away.
    pub(crate) fn radial(&self) -> &[f64] {
        &self.radial
    }

    /// The numbers a coordinate, and how many of them stand before the moving tokens.
    fn stride(&self) -> (usize, usize) {
        (self.front.len() + padded(self.n), self.front.len())
    }

    /// Copies the state into padded unit tokens and prepares what depends on one token alone.
    fn load(&mut self, state: &[f64]) {
        let (n, d, (stride, front)) = (self.n, self.model.dimension(), self.stride());
        for i in 0..d {
            self.unit[i * stride + front..][..n].copy_from_slice(&state[i * n..(i + 1) * n]);
        }
        for k in front..front + n {
            let square = (0..d).fold(0.0, |s, i| s + self.unit[i * stride + k] * self.unit[i * stride + k]);
            let inverse = 1.0 / square.sqrt();
            for i in 0..d {
                self.unit[i * stride + k] *= inverse;
            }
        }
        if let Some(scores) = &self.scores {
            multiply(scores, &self.unit, stride, &mut self.slopes);
            for (own, k) in self.own_scores.iter_mut().zip(front..) {
                *own = (0..d).fold(0.0, |s, i| s + self.slopes[i * stride + k] * self.unit[i * stride + k]);
            }
        } else {
            let scale = (0.5 * self.model.beta()).sqrt();
            for (scaled, unit) in self.slopes.iter_mut().zip(&self.unit) {
                *scaled = scale * unit;
            }
        }
        if self.scalar_value.is_none() {
            multiply(&self.model.heads()[self.head].value, &self.unit, stride, &mut self.values);
        }
    }

    /// The velocities by this head alone.
    fn attend(&mut self, state: &[f64], out: &mut [f64]) {
        self.load(state);
        let (n, dimension) = (self.n, self.model.dimension());
        let (mask, spans) = (self.model.mask(), &self.spans[..]);
        let weighed = matches!(mask, Mask::Window(_) | Mask::Decay(_) | Mask::Sink { .. }) || self.front.len() > 0;
        let total = match self.model.weights() {
            Weights::Softmax => Total::Softmax,
            Weights::Unnormalized => Total::Count,
        };
        if let (None, Some(value), 2, false) = (&self.scores, self.scalar_value, dimension, weighed) {
            let (x, y) = self.unit.split_at(padded(n));
            let (scaled, beta) = (self.slopes.split_at(padded(n)).into(), self.model.beta());
            let radial = &mut self.radial;
            return self.level.run(CircleKernel { x, y, scaled, n, spans, beta, value, total, out, radial });
        }
        self.level.run(DirectKernel {
            tokens: &self.unit,
            front: &self.front.log_weights,
            n,
            dimension,
            spans,
            rate: mask.rate(n),
            log_sinks: &self.log_sinks,
            scores: match self.scores {
                None => Scores::Chord(self.model.beta()),
                Some(_) => Scores::Linear(&self.slopes),
            },
            values: match self.scalar_value {
                Some(a) => Values::Differences(a),
                None => Values::Vectors(&self.values),
            },
            total,
            own_scores: &self.own_scores,
            row: &mut self.row,
            out,
            radial: &mut self.radial,
        });
    }
}

impl VectorField for Attention {
    fn len(&self) -> usize {
        self.n * self.model.dimension()
    }

    fn velocity(&mut self, _time: f64, state: &[f64], out: &mut [f64]) {
        assert_eq!((state.len(), out.len()), (self.len(), self.len()), "n * d coordinates");
        self.attend(state, out);
        for other in &mut self.others {
            other.attend(state, &mut self.velocity);
            out.iter_mut().zip(&self.velocity).for_each(|(out, v)| *out += v);
            self.radial.iter_mut().zip(&other.radial).for_each(|(radial, r)| *radial += r);
        }
        if !self.others.is_empty() {
            let heads = self.model.heads().len() as f64;
            out.iter_mut().chain(&mut self.radial).for_each(|out| *out /= heads);
        }
    }

    fn retract(&self, state: &mut [f64]) {
        normalize(self.model.dimension(), state);
    }

    /// Root mean square over tokens of |error of x_k| / (atol + rtol |x_k|): the same in every rotated frame.
    fn error_norm(&self, _state: &[f64], error: &[f64], tolerance: Tolerance) -> f64 {
        let scale = tolerance.atol + tolerance.rtol;
        let square = error.iter().fold(0.0, |sum, e| sum + (e / scale) * (e / scale));
        (square / self.n as f64).sqrt()
    }
}

/// out_k = M x_k for all (padded) tokens, in fixed order.
fn multiply(matrix: &DMatrix<f64>, tokens: &[f64], stride: usize, out: &mut [f64]) {
    debug_assert_eq!(stride % LANES, 0);
    for (i, target) in out.chunks_exact_mut(stride).enumerate() {
        target.fill(0.0);
        for (l, source) in tokens.chunks_exact(stride).enumerate() {
            let entry = matrix[(i, l)];
            for (t, &x) in target.iter_mut().zip(source) {
                *t += entry * x;
            }
        }
    }
}
