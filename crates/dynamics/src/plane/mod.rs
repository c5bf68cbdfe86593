//! Causal softmax attention on the circle with any 2 x 2 matrices Q, K, V, in the angles phi_k:
//!
//! ```text
//! dphi_k/dt = (1/Z_k) sum_{j<=k} e^{<p_k, x_j> - r_k} <q_k, x_j>,   Z_k = sum_{j<=k} e^{<p_k, x_j> - r_k},
//! p_k = beta K^T Q x_k = r_k (cos psi_k, sin psi_k),                q_k = V^T x_k^perp
//! ```
//!
//! The weights are e^{r_k (cos(phi_j - psi_k) - 1)}, a short Fourier series whose coefficients vary with k, so that causal
//! sums are prefix sums and cost O(n M). Their error is about |q_k| eps k / Z_k, with Z_k in units of the largest weight
//! possible; where no token is near psi_k, Z_k is tiny. Tokens for which that error, over the time it can act, exceeds
//! the field's noise are summed pair by pair. Implicit steps are forward substitutions in the same sums.
//!
//! Not here: Q = K = I and V = a I, for which [`crate::CircleField`] has half the work; full attention; other spheres.

mod coefficients;
mod direct;
mod fourier;
mod frame;
mod lengths;
mod linear;
mod substitute;

use crate::circle::rows::Rows;
use crate::circle::{Coordinates, Positions};
use crate::flow::Used;
use crate::simd::{Detected, SimdLevel, padded};
use crate::solver::{ImplicitField, Tolerance, VectorField};
use crate::{Mask, Model, Weights};
use direct::{DirectSubstitution, DirectSums};
use fourier::{FourierSums, Modes, Moments};
use frame::{Frame, Matrix, Place};
use lengths::{Lengths, estimate};
use linear::{Finish, Linear, Linearize, Rates};
use substitute::FourierSubstitution;

/// Neglected terms of the series: a quarter of a unit of rounding, or this share of the noise if that is more.
const TAIL: f64 = 0.25 * f64::EPSILON;
const TAIL_OF_NOISE: f64 = 1e-6;
/// Neglected terms of the series in the entries of the linearisation, times the number of tokens: Newton's method
/// corrects for them.
const ROUGH_TAIL: f64 = 1e-4;
/// With fewer tokens than this many per mode, pairs are cheaper than modes.
const TOKENS_PER_MODE: f64 = 1.5;
/// Largest score of a Fourier series: it has some 10^6 modes.
const LARGEST_SCORE: f64 = 1e10;

/// The sums of every token, itself included.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    /// Z_k; in other units for tokens that are summed directly.
    weight: Vec<f64>,
    /// F_k = dphi_k/dt.
    velocity: Vec<f64>,
    /// -dF_k/dphi_k.
    rate: Vec<f64>,
}

/// The vector field of n causal softmax tokens on the circle; the state is their n angles in radians.
#[derive(Debug, Clone)]
pub struct PlaneField {
    n: usize,
    score: Matrix,
    value: Matrix,
    /// Sizes of both (Frobenius norms).
    sizes: [f64; 2],
    noise: f64,
    level: Detected,
    /// Error of the series and of rounding, relative to 1.
    unit: f64,
    /// The series and its modes, unless pairs are cheaper; then the shorter series for substitutions.
    series: Option<Box<[(Lengths, Modes); 2]>>,
    frame: Frame,
    moments: Moments,
    sums: Sums,
    /// Tokens that the latest evaluation summed directly.
    direct: Vec<usize>,
    used: Used,
    linear: Linear,
    rows: Rows,
    /// Scratch of a substitution: the solution, padded, and the inverses of the diagonal.
    u: Vec<f64>,
    inverse: Vec<f64>,
}

impl PlaneField {
    /// The field of `tokens` tokens, with the best instructions of this processor. None unless d = 2, the mask is causal,
    /// the weights are a softmax and there is nothing beside attention ([`Model::is_plain`]).
    #[must_use]
    pub fn new(model: &Model, tokens: usize) -> Option<Self> {
        Self::with_level(model, tokens, SimdLevel::detect())
    }

    /// The same with a given instruction set, or the best below it; the results are the same bits.
    #[must_use]
    pub fn with_level(model: &Model, tokens: usize, level: SimdLevel) -> Option<Self> {
        let head = model.single_head()?;
        let fits = model.dimension() == 2 && *model.mask() == Mask::Causal && model.weights() == Weights::Softmax;
        if !(fits && model.is_plain()) {
            return None;
        }
        let (score, value) = (head.scores(model.beta()), &head.value);
        let matrix = |m: &nalgebra::DMatrix<f64>| [[m[(0, 0)], m[(0, 1)]], [m[(1, 0)], m[(1, 1)]]];
        let vector = || vec![0.0; tokens];
        let mut field = Self {
            n: tokens,
            sizes: [score.norm(), value.norm()],
            score: matrix(&score),
            value: matrix(value),
            noise: 0.0,
            level: Detected::at_most(level),
            unit: 0.0,
            series: None,
            frame: Frame::new(tokens),
            moments: Moments::new(tokens),
            sums: Sums { weight: vector(), velocity: vector(), rate: vector() },
            direct: Vec::new(),
            used: Used::default(),
            linear: Linear::new(tokens),
            rows: Rows::default(),
            u: vec![0.0; padded(tokens)],
            inverse: vector(),
        };
        field.listen(1e-12);
        Some(field)
    }

    /// Sets the angle by which rounding and truncation in the Fourier sums may move a token in the course of a solve
    /// (1e-12 unless told): tokens for which it would be more are summed directly, always with `noise` = 0 and never with
    /// infinity, unless scores are beyond all series.
    #[must_use]
    pub fn with_noise(mut self, noise: f64) -> Self {
        self.listen(noise);
        self
    }

    fn listen(&mut self, noise: f64) {
        let tail = if noise.is_finite() { TAIL.max(TAIL_OF_NOISE * noise) } else { TAIL };
        let size = self.sizes[0];
        let cheaper = noise == f64::INFINITY || self.n as f64 >= TOKENS_PER_MODE * estimate(size, tail);
        let series = |tail: f64| {
            let lengths = Lengths::new(size, tail);
            let modes = Modes::new(&lengths);
            (lengths, modes)
        };
        self.series = (noise > 0.0 && cheaper && size < LARGEST_SCORE)
            .then(|| Box::new([series(tail), series(ROUGH_TAIL / (1.0 + self.n as f64))]));
        self.noise = noise;
        self.unit = f64::EPSILON + tail;
    }

    /// The map from angles to positions.
    #[must_use]
    pub(crate) fn positions(&self) -> Positions {
        Positions { level: self.level }
    }

    /// The sums that all evaluations used.
    pub(crate) fn used(&self) -> Used {
        self.used
    }

    /// False where all sums are direct.
    pub(crate) fn has_series(&self) -> bool {
        self.series.is_some()
    }

    /// The tokens that the latest evaluation summed directly, in order.
    #[must_use]
    pub fn direct_tokens(&self) -> &[usize] {
        &self.direct
    }

    /// Fills the sums of all tokens; rates only with `keep`.
    fn sum(&mut self, time: f64, state: &[f64], keep: bool) {
        assert_eq!(state.len(), self.n, "one angle a token");
        let [cos, sin] = &mut self.frame.x;
        self.level.run(Coordinates { angles: state, cos, sin });
        let Self { score, value, n, frame, .. } = self;
        self.level.run(Place { score, value, n: *n, frame });
        self.direct.clear();
        if self.series.is_none() {
            self.direct.extend(0..self.n);
        } else {
            self.sum_modes(keep);
            // Without a rate, no token forgets.
            let mut noisy = self.noisy(time, keep);
            if !keep && noisy.next().is_some() {
                drop(noisy);
                self.sum_modes(true);
                self.direct = self.noisy(time, true).collect();
            } else {
                self.direct = noisy.collect();
            }
        }
        self.used.note(self.n, self.direct.len());
        if keep {
            self.rows.clear();
        }
        let Self { score, value, frame, direct, rows, sums, .. } = self;
        self.level.run(DirectSums { score, value, frame, tokens: direct, keep, rows, sums });
    }

    /// Fourier sums of all tokens, with rates if `all`.
    fn sum_modes(&mut self, all: bool) {
        let Self { level, n, score, value, unit, series, frame, moments, sums, .. } = self;
        let Some((lengths, modes)) = series.as_mut().map(|both| &mut both[0]) else { return };
        let (n, unit) = (*n, *unit);
        frame.measure(lengths);
        if all {
            level.run(FourierSums::<true> { n, frame, modes, moments });
        } else {
            level.run(FourierSums::<false> { n, frame, modes, moments });
        }
        level.run(Finish { n, unit, frame, moments, sums });
        if all {
            level.run(Rates { score, value, n, frame, moments, sums });
        }
    }

    /// The tokens that rounding moves by more than the noise: their velocity's error, for as long as the solve has lasted
    /// (or the fastest token needs for a radian, if that is longer) or the token needs to forget.
    fn noisy(&self, time: f64, with_rates: bool) -> impl Iterator<Item = usize> {
        let time = time.max(1.0 / self.sizes[1].max(f64::MIN_POSITIVE)).min(f64::MAX);
        (1..self.n).filter(move |&k| {
            let (qx, qy) = (self.frame.q[0][k], self.frame.q[1][k]);
            let speed = (qx * qx + qy * qy).sqrt() * self.unit * k as f64 / self.sums.weight[k];
            let rate = if with_rates { self.sums.rate[k] } else { 0.0 };
            let moved = if time * rate > 1.0 { speed / rate } else { speed * time };
            moved > self.noise
        })
    }
}

impl VectorField for PlaneField {
    fn len(&self) -> usize {
        self.n
    }

    fn velocity(&mut self, time: f64, state: &[f64], out: &mut [f64]) {
        self.sum(time, state, false);
        out.copy_from_slice(&self.sums.velocity);
    }

    /// Root mean square over tokens of |error of phi_k| / (atol + rtol), as |x_k| = 1.
    fn error_norm(&self, _state: &[f64], error: &[f64], tolerance: Tolerance) -> f64 {
        let inverse = 1.0 / (tolerance.atol + tolerance.rtol);
        let square = error.iter().fold(0.0, |sum, e| sum + (e * inverse) * (e * inverse));
        (square / self.n as f64).sqrt()
    }
}

impl ImplicitField for PlaneField {
    fn linearize(&mut self, time: f64, state: &[f64], velocity: &mut [f64]) {
        self.sum(time, state, true);
        velocity.copy_from_slice(&self.sums.velocity);
        std::mem::swap(&mut self.frame, &mut self.linear.frame);
        if let Some(both) = &self.series {
            self.linear.frame.measure(&both[1].0);
        }
        let Self { n, sums, linear, .. } = self;
        self.level.run(Linearize { n: *n, sums, linear });
    }

    fn substitute(&mut self, shift: f64, rhs: &[f64], out: &mut [f64]) {
        self.u[..self.n].copy_from_slice(rhs);
        let Self { linear, rows, u, inverse, series, .. } = self;
        match series {
            None => self.level.run(DirectSubstitution { rate: &linear.rate, rows, shift, u }),
            Some(both) => {
                for (inverse, rate) in inverse.iter_mut().zip(&linear.rate) {
                    *inverse = 1.0 / (shift + rate);
                }
                self.level.run(FourierSubstitution { linear, rows, inverse, modes: &mut both[1].1, u });
            }
        }
        out.copy_from_slice(&self.u[..self.n]);
    }
}
