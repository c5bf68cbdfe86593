//! Causal sums by prefix sums of e^{i m phi_j}: O(n M) for M modes, vectorised over the modes.
//!
//! The absolute error of a sum over k earlier tokens is about k units of rounding. Loops run over whole rows of modes
//! and do one thing each, which is the form that compilers vectorise.

use super::bessel::Series;
use super::direct::dot;
use super::lanes::{LANES, Lanes, sum};
use super::rows::Rows;
use super::{Linear, Sums};
use crate::simd::Kernel;

/// Tokens whose sums are finished together.
const BATCH: usize = 16;

/// Rows of one number a mode, m = 1, 2, ....
#[derive(Debug, Clone)]
pub(crate) struct Modes {
    /// Prefix sums of u_j e^{i m phi_j}, real and imaginary parts.
    prefix: Vec<[Lanes; 2]>,
    /// e^{i m phi_k} of the present token.
    power: Vec<[Lanes; 2]>,
    /// The latest sums over modes, lane by lane. Keeping them in memory makes compilers vectorise by whole lanes.
    totals: [Lanes; 3],
}

impl Modes {
    pub(crate) fn new(modes: usize) -> Self {
        let row = vec![[[0.0; LANES]; 2]; modes / LANES];
        Self { prefix: row.clone(), power: row, totals: [[0.0; LANES]; 3] }
    }

    #[inline(always)]
    fn clear(&mut self) {
        self.prefix.fill([[0.0; LANES]; 2]);
    }

    /// Sets the powers to those of c + i s, by doubling.
    #[inline(always)]
    fn turn(&mut self, c: f64, s: f64) {
        self.power[0] = first_powers((c, s));
        let mut known = 1;
        while known < self.power.len() {
            let [c, s] = self.power[known - 1].map(|part| part[LANES - 1]);
            let (low, high) = self.power.split_at_mut(known);
            for (high, [a, b]) in high.iter_mut().zip(low) {
                *high = [pairs(*a, *b, |a, b| a.mul_add(c, -(b * s))), pairs(*a, *b, |a, b| b.mul_add(c, a * s))];
            }
            known *= 2;
        }
    }

    /// The sums of w, h and h' with the tokens before, to which the present one is then added.
    #[inline(always)]
    fn meet(&mut self, series: &Series) -> [Lanes; 3] {
        let mut totals = [[0.0; LANES]; 3];
        for ((prefix, power), modes) in self.prefix.iter_mut().zip(&self.power).zip(&series.modes) {
            let [even, odd] = compare(*prefix, *power);
            totals = [fma(modes[0], even, totals[0]), fma(modes[1], odd, totals[1]), fma(modes[2], even, totals[2])];
            *prefix = [pairs(prefix[0], power[0], |p, x| p + x), pairs(prefix[1], power[1], |p, x| p + x)];
        }
        totals
    }

    /// The sums of h u and h' u with the tokens before.
    #[inline(always)]
    fn derivatives(&mut self, series: &Series) -> [f64; 2] {
        let mut totals = [[0.0; LANES]; 2];
        for ((prefix, power), modes) in self.prefix.iter().zip(&self.power).zip(&series.modes) {
            let [even, odd] = compare(*prefix, *power);
            totals = [fma(modes[1], odd, totals[0]), fma(modes[2], even, totals[1])];
        }
        (self.totals[0], self.totals[1]) = (totals[0], totals[1]);
        [sum(self.totals[0]), sum(self.totals[1])]
    }

    /// Adds u times the powers to the prefix sums.
    #[inline(always)]
    fn add(&mut self, u: f64) {
        for (prefix, power) in self.prefix.iter_mut().zip(&self.power) {
            let [pc, ps] = *prefix;
            let [c, s] = *power;
            *prefix = [pairs(pc, c, |p, x| u.mul_add(x, p)), pairs(ps, s, |p, x| u.mul_add(x, p))];
        }
    }
}

#[inline(always)]
fn pairs(a: Lanes, b: Lanes, f: impl Fn(f64, f64) -> f64) -> Lanes {
    std::array::from_fn(|l| f(a[l], b[l]))
}

/// a b + c.
#[inline(always)]
fn fma(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
    std::array::from_fn(|l| a[l].mul_add(b[l], c[l]))
}

/// Prefix times conjugate power: sums of u_j cos and u_j sin of m (phi_j - phi_k).
#[inline(always)]
fn compare([pc, ps]: [Lanes; 2], [c, s]: [Lanes; 2]) -> [Lanes; 2] {
    let even = std::array::from_fn(|l| pc[l].mul_add(c[l], ps[l] * s[l]));
    [even, std::array::from_fn(|l| ps[l].mul_add(c[l], -(pc[l] * s[l])))]
}

/// z, z^2, ..., z^8.
#[inline(always)]
fn first_powers(z1: (f64, f64)) -> [Lanes; 2] {
    let times = |a: (f64, f64), b: (f64, f64)| (a.0.mul_add(b.0, -(a.1 * b.1)), a.1.mul_add(b.0, a.0 * b.1));
    let z2 = times(z1, z1);
    let (z3, z4) = (times(z2, z1), times(z2, z2));
    let (z5, z6, z7, z8) = (times(z4, z1), times(z4, z2), times(z4, z3), times(z4, z4));
    [[z1.0, z2.0, z3.0, z4.0, z5.0, z6.0, z7.0, z8.0], [z1.1, z2.1, z3.1, z4.1, z5.1, z6.1, z7.1, z8.1]]
}

/// Z_k, the pull sum_j h and the slope sum_j h' of all tokens.
pub(crate) struct FourierSums<'a> {
    pub series: &'a Series,
    pub cos: &'a [f64],
    pub sin: &'a [f64],
    pub modes: &'a mut Modes,
    pub sums: &'a mut Sums,
}

impl Kernel for FourierSums<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { series, modes, sums, .. } = self;
        modes.clear();
        // Lanes are added up after a batch of tokens: with the loops apart, compilers vectorise both.
        let mut batch = [[[0.0; LANES]; 3]; BATCH];
        for start in (0..self.cos.len()).step_by(BATCH) {
            let tokens = start..self.cos.len().min(start + BATCH);
            for (k, totals) in tokens.clone().zip(&mut batch) {
                modes.turn(self.cos[k], self.sin[k]);
                *totals = modes.meet(series);
            }
            for (k, totals) in tokens.zip(&batch) {
                sums.weight[k] = series.mean.mul_add(k as f64, 1.0 + sum(totals[0]));
                sums.pull[k] = sum(totals[1]);
                sums.slope[k] = sum(totals[2]);
            }
        }
    }
}

/// Solves (shift I - J) u = r by forward substitution: the off-diagonal part of row k is
/// sum_j (h'(phi_j - phi_k) + beta F_k h(phi_j - phi_k)) u_j / Z_k, again a prefix sum, now of u_j e^{i m phi_j}.
pub(crate) struct FourierSubstitution<'a> {
    pub series: &'a Series,
    pub linear: &'a Linear,
    /// Tokens whose row is known directly.
    pub rows: &'a Rows,
    /// 1 / (shift - dF_k/dphi_k).
    pub inverse: &'a [f64],
    pub modes: &'a mut Modes,
    /// Right side, replaced by the solution; padded.
    pub u: &'a mut [f64],
}

impl Kernel for FourierSubstitution<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { series, modes, linear, u, .. } = self;
        modes.clear();
        let mut direct = self.rows.iter().peekable();
        for k in 0..linear.cos.len() {
            modes.turn(linear.cos[k], linear.sin[k]);
            let coupling = match direct.next_if(|(token, _)| *token == k) {
                Some((_, row)) => dot(row, u),
                None => {
                    let [pull, slope] = modes.derivatives(series);
                    linear.even[k].mul_add(slope, linear.odd[k] * pull)
                }
            };
            u[k] = (u[k] + coupling) * self.inverse[k];
            modes.add(u[k]);
        }
    }
}
