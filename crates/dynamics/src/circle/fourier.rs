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

/// Rows of one number a mode, m = 1, 2, ....
#[derive(Debug, Clone)]
pub(crate) struct Modes {
    /// Prefix sums of u_j e^{i m phi_j}, real and imaginary parts.
    prefix: Vec<[Lanes; 2]>,
    /// e^{i m phi_k} of the present token.
    power: Vec<[Lanes; 2]>,
    /// Prefix times conjugate power: sums of u_j cos and u_j sin of m (phi_j - phi_k).
    even: Vec<Lanes>,
    odd: Vec<Lanes>,
}

impl Modes {
    pub(crate) fn new(modes: usize) -> Self {
        let row = vec![[[0.0; LANES]; 2]; modes / LANES];
        let part = vec![[0.0; LANES]; modes / LANES];
        Self { prefix: row.clone(), power: row, even: part.clone(), odd: part }
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

    /// Compares the prefix sums with the powers.
    #[inline(always)]
    fn compare(&mut self) {
        for (even, ([pc, ps], [c, s])) in self.even.iter_mut().zip(self.prefix.iter().zip(&self.power)) {
            let value: Lanes = std::array::from_fn(|l| pc[l].mul_add(c[l], ps[l] * s[l]));
            *even = value;
        }
        for (odd, ([pc, ps], [c, s])) in self.odd.iter_mut().zip(self.prefix.iter().zip(&self.power)) {
            let value: Lanes = std::array::from_fn(|l| ps[l].mul_add(c[l], -(pc[l] * s[l])));
            *odd = value;
        }
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

/// sum_m a_m x_m.
#[inline(always)]
fn total(a: &[Lanes], x: &[Lanes]) -> f64 {
    let mut total = [0.0; LANES];
    for (a, x) in a.iter().zip(x) {
        for l in 0..LANES {
            total[l] = a[l].mul_add(x[l], total[l]);
        }
    }
    sum(total)
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
        for (k, (&c, &s)) in self.cos.iter().zip(self.sin).enumerate() {
            modes.turn(c, s);
            modes.compare();
            modes.add(1.0);
            sums.weight[k] = series.mean.mul_add(k as f64, 1.0 + total(&series.weight, &modes.even));
            sums.pull[k] = total(&series.pull, &modes.odd);
            sums.slope[k] = total(&series.slope, &modes.even);
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
    pub shift: f64,
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
                    let (slope, pull) = {
                        modes.compare();
                        (total(&series.slope, &modes.even), total(&series.pull, &modes.odd))
                    };
                    linear.even[k].mul_add(slope, linear.odd[k] * pull)
                }
            };
            u[k] = (u[k] + coupling) / (self.shift + linear.rate[k]);
            modes.add(u[k]);
        }
    }
}
