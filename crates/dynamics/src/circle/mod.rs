//! Causal attention on the circle, Q = K = I and V = a I, in the angles phi_k:
//!
//! ```text
//! dphi_k/dt = (a/Z_k) sum_{j<k} h(phi_j - phi_k),   h(x) = e^{beta (cos x - 1)} sin x,
//! Z_k = sum_{j<=k} e^{beta (cos(phi_k - phi_j) - 1)}
//! ```
//!
//! The kernel is a short Fourier series, so that causal sums are prefix sums and cost O(n M) with M ~ 9 sqrt(beta)
//! modes; their error is about eps k / Z_k. Tokens for which that error, over the time it can act, exceeds the field's
//! noise are summed pair by pair. The Jacobian is lower triangular, with -dF_k/dphi_k = sum_{j<k} dF_k/dphi_j, and
//! implicit steps are forward substitutions in the same sums.
//!
//! Frozen centres of weight a_j are earlier tokens that count a_j times and have no columns in the Jacobian: the prefix
//! sums begin with theirs.
//!
//! Not here: full attention, other matrices, other spheres.

mod bessel;
mod centers;
pub(crate) mod direct;
mod fourier;
mod linear;
pub(crate) mod powers;
pub(crate) mod rows;
mod trig;

use crate::Frozen;
use crate::flow::Used;
use crate::simd::{Detected, Kernel, Octet, SimdLevel, padded};
use crate::solver::{ImplicitField, Tolerance, VectorField};
use bessel::Series;
use centers::Centers;
use direct::{DirectSubstitution, DirectSums};
use fourier::{FourierSubstitution, FourierSums, Modes};
use linear::{Linear, Linearize};
use rows::Rows;

/// Neglected terms of the series: a quarter of a unit of rounding, or this share of the noise if that is more.
const TAIL: f64 = 0.25 * f64::EPSILON;
const TAIL_OF_NOISE: f64 = 1e-6;
/// Neglected terms of the series in the entries of the linearisation, times the number of tokens: Newton's method
/// corrects for them.
const ROUGH_TAIL: f64 = 1e-4;
/// With fewer tokens than this many per mode, pairs are cheaper than modes.
const TOKENS_PER_MODE: f64 = 1.0;

/// The sums over j < k of every token (Z_k has the 1 of the token itself).
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    /// Z_k.
    weight: Vec<f64>,
    /// sum h.
    pull: Vec<f64>,
    /// sum h'.
    slope: Vec<f64>,
}

/// The vector field of n causal tokens on the circle; the state is their n angles (in radians, at most 1e6).
#[derive(Debug, Clone)]
pub struct CircleField {
    n: usize,
    beta: f64,
    scale: f64,
    noise: f64,
    level: Detected,
    series: Series,
    /// Error of the series and of rounding, relative to 1.
    unit: f64,
    modes: Modes,
    /// The shorter series and its modes for substitutions.
    rough: (Series, Modes),
    /// Padded coordinates of the latest evaluation.
    cos: Vec<f64>,
    sin: Vec<f64>,
    centers: Centers,
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

impl CircleField {
    /// The field of `tokens` tokens at inverse temperature `beta` >= 0, with V = `scale` I and the best instructions of
    /// this processor.
    #[must_use]
    pub fn new(tokens: usize, beta: f64, scale: f64) -> Self {
        Self::with_level(tokens, beta, scale, SimdLevel::detect())
    }

    /// The same with a given instruction set, or the best below it; the results are the same bits.
    #[must_use]
    pub fn with_level(tokens: usize, beta: f64, scale: f64, level: SimdLevel) -> Self {
        let series = Series::new(beta, TAIL);
        let rough = Series::new(beta, ROUGH_TAIL / (1.0 + tokens as f64));
        let vector = || vec![0.0; tokens];
        Self {
            n: tokens,
            beta,
            scale,
            noise: 1e-12,
            level: Detected::at_most(level),
            unit: f64::EPSILON + TAIL,
            modes: Modes::new(&series),
            rough: (rough.clone(), Modes::new(&rough)),
            series,
            cos: vec![0.0; padded(tokens)],
            sin: vec![0.0; padded(tokens)],
            centers: Centers::default(),
            sums: Sums { weight: vector(), pull: vector(), slope: vector() },
            direct: Vec::new(),
            used: Used::default(),
            linear: Linear::new(tokens),
            rows: Rows::default(),
            u: vec![0.0; padded(tokens)],
            inverse: vector(),
        }
    }

    /// Adds centres that all tokens see.
    ///
    /// # Panics
    /// Unless their dimension is 2.
    #[must_use]
    pub fn with_frozen(mut self, frozen: &Frozen) -> Self {
        assert_eq!(frozen.points().dimension(), 2, "points of the circle");
        self.centers = Centers::new(frozen, &self.series);
        self
    }

    /// Sets the angle by which rounding and truncation in the Fourier sums may move a token in the course of a solve
    /// (1e-12 unless told): tokens for which it would be more are summed directly, always with `noise` = 0 and never with
    /// infinity.
    #[must_use]
    pub fn with_noise(mut self, noise: f64) -> Self {
        let tail = if noise.is_finite() { TAIL.max(TAIL_OF_NOISE * noise) } else { TAIL };
        self.noise = noise;
        self.series = Series::new(self.beta, tail);
        self.unit = f64::EPSILON + tail;
        self.modes = Modes::new(&self.series);
        self.centers.expand(&self.series);
        self
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

    /// The tokens that the latest evaluation summed directly, in order.
    #[must_use]
    pub fn direct_tokens(&self) -> &[usize] {
        &self.direct
    }

    /// Fills the sums of all tokens.
    fn sum(&mut self, time: f64, state: &[f64], keep: bool) {
        assert_eq!(state.len(), self.n, "one angle a token");
        self.level.run(Coordinates { angles: state, cos: &mut self.cos, sin: &mut self.sin });
        self.direct.clear();
        if self.prefers_pairs() {
            self.direct.extend(0..self.n);
        } else {
            let Self { level, n, series, cos, sin, modes, centers, sums, .. } = self;
            let n = *n;
            // Without a token that could be noisy, slopes are for the linearisation alone.
            let quiet = self.scale.abs() * self.unit * (n as f64 + centers.total) * time <= self.noise;
            if quiet && !keep {
                level.run(FourierSums::<false> { series, n, cos, sin, modes, centers, sums });
            } else {
                level.run(FourierSums::<true> { series, n, cos, sin, modes, centers, sums });
            }
            if !quiet {
                for k in 0..n {
                    if self.noise_of(k, time) > self.noise {
                        self.direct.push(k);
                    }
                }
            }
        }
        self.used.note(self.n, self.direct.len());
        if keep {
            self.rows.clear();
        }
        let Self { beta, scale, cos, sin, direct, rows, centers, sums, .. } = self;
        self.level.run(DirectSums { beta: *beta, scale: *scale, cos, sin, tokens: direct, keep, rows, centers, sums });
    }

    /// True where a triangle of pairs is cheaper than the series.
    fn prefers_pairs(&self) -> bool {
        let short = (self.n as f64) < TOKENS_PER_MODE * self.series.len() as f64;
        self.noise == 0.0 || short && self.noise.is_finite()
    }

    /// How far rounding in the Fourier sums can move token k: its velocity's error, for as long as the solve has lasted
    /// or the token needs to forget.
    fn noise_of(&self, k: usize, time: f64) -> f64 {
        let speed = self.scale.abs() * self.unit * (k as f64 + self.centers.total) / self.sums.weight[k];
        let rate = self.rate(k).abs();
        if time * rate > 1.0 { speed / rate } else { speed * time }
    }

    /// -dF_k/dphi_k.
    fn rate(&self, k: usize) -> f64 {
        let Sums { weight, pull, slope } = &self.sums;
        self.scale * (slope[k] + self.beta * (pull[k] / weight[k]) * pull[k]) / weight[k]
    }
}

impl VectorField for CircleField {
    fn len(&self) -> usize {
        self.n
    }

    fn velocity(&mut self, time: f64, state: &[f64], out: &mut [f64]) {
        self.sum(time, state, false);
        for (k, velocity) in out.iter_mut().enumerate() {
            *velocity = self.scale * (self.sums.pull[k] / self.sums.weight[k]);
        }
    }

    /// Root mean square over tokens of |error of phi_k| / (atol + rtol), as |x_k| = 1.
    fn error_norm(&self, _state: &[f64], error: &[f64], tolerance: Tolerance) -> f64 {
        let inverse = 1.0 / (tolerance.atol + tolerance.rtol);
        let square = error.iter().fold(0.0, |sum, e| sum + (e * inverse) * (e * inverse));
        (square / self.n as f64).sqrt()
    }
}

impl ImplicitField for CircleField {
    fn linearize(&mut self, time: f64, state: &[f64], velocity: &mut [f64]) {
        self.sum(time, state, true);
        let Self { beta, scale, sums, linear, level, .. } = self;
        linear.cos.copy_from_slice(&self.cos);
        linear.sin.copy_from_slice(&self.sin);
        level.run(Linearize { beta: *beta, scale: *scale, sums, linear, velocity });
    }

    fn substitute(&mut self, shift: f64, rhs: &[f64], out: &mut [f64]) {
        self.u[..self.n].copy_from_slice(rhs);
        let Self { linear, rows, u, inverse, rough: (series, modes), .. } = self;
        if rows.iter().count() == self.n {
            self.level.run(DirectSubstitution { linear, rows, shift, u });
        } else {
            for (inverse, rate) in inverse.iter_mut().zip(&linear.rate) {
                *inverse = 1.0 / (shift + rate);
            }
            self.level.run(FourierSubstitution { series, linear, rows, inverse, modes, u });
        }
        out.copy_from_slice(&self.u[..self.n]);
    }
}

/// From angles to ambient coordinates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Positions {
    pub level: Detected,
}

impl Positions {
    /// Writes the coordinates of n angles, coordinate-major, 2 n numbers.
    pub(crate) fn of(self, angles: &[f64], out: &mut [f64]) {
        let (cos, sin) = out.split_at_mut(angles.len());
        self.level.run(Coordinates { angles, cos, sin });
    }
}

/// Cosines and sines of all angles.
pub(crate) struct Coordinates<'a> {
    pub angles: &'a [f64],
    pub cos: &'a mut [f64],
    pub sin: &'a mut [f64],
}

impl Kernel for Coordinates<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        for ((&angle, cos), sin) in self.angles.iter().zip(self.cos).zip(self.sin) {
            (*sin, *cos) = trig::sincos(angle);
        }
    }
}
