//! Causal sums by prefix sums of e^{i m phi_j}: O(n M) for M modes, eight modes at a time.
//!
//! The absolute error of a sum over k earlier tokens is about k units of rounding.

use super::Sums;
use super::bessel::Series;
use super::centers::Centers;
use super::direct::dot;
use super::linear::Linear;
use super::powers::{Powers, Start, begin};
use super::rows::Rows;
use crate::simd::{Kernel, LANES, Octet, Row};

/// Real and imaginary parts for eight modes at a time, m = 1, 2, ....
#[derive(Debug, Clone)]
pub(crate) struct Modes {
    /// Prefix sums of u_j e^{i m phi_j}.
    prefix: Vec<[Row; 2]>,
    /// e^{i m phi} of the two latest tokens, even and odd.
    latest: [Vec<[Row; 2]>; 2],
    /// e^{i m phi}, m = 1 ... 8, of eight tokens.
    heads: [[Row; 2]; LANES],
    starts: [Start; LANES],
    /// Sums over modes of eight tokens, lane by lane.
    totals: [[Row; 3]; LANES],
}

impl Modes {
    pub(crate) fn new(series: &Series) -> Self {
        let rows = || vec![[Row::default(); 2]; series.modes.len()];
        Self {
            prefix: rows(),
            latest: [rows(), rows()],
            heads: Default::default(),
            starts: Default::default(),
            totals: Default::default(),
        }
    }

    #[inline(always)]
    fn clear(&mut self) {
        self.prefix.fill([Row::default(); 2]);
        for latest in &mut self.latest {
            latest.fill([Row::default(); 2]);
        }
    }
}

/// Prefix times conjugate power: sums of u_j cos and u_j sin of m (phi_j - phi_k).
#[inline(always)]
fn compare<V: Octet>(prefix: [V; 2], power: [V; 2]) -> [V; 2] {
    let even = prefix[0].mul_add(power[0], prefix[1].times(power[1]));
    [even, prefix[1].mul_sub(power[0], prefix[0].times(power[1]))]
}

/// Z_k, the pull sum_j h and, with `SLOPE`, the slope sum_j h' of all tokens.
pub(crate) struct FourierSums<'a, const SLOPE: bool> {
    pub series: &'a Series,
    /// Number of tokens.
    pub n: usize,
    /// Coordinates, padded.
    pub cos: &'a [f64],
    pub sin: &'a [f64],
    pub modes: &'a mut Modes,
    pub centers: &'a Centers,
    pub sums: &'a mut Sums,
}

impl<const SLOPE: bool> Kernel for FourierSums<'_, SLOPE> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        let Self { series, modes, centers, sums, .. } = self;
        modes.clear();
        if !centers.prefix.is_empty() {
            modes.prefix.copy_from_slice(&centers.prefix);
        }
        for start in (0..self.n).step_by(LANES) {
            begin::<V>(&self.cos[start..], &self.sin[start..], &mut modes.heads, &mut modes.starts);
            let tokens = start..self.n.min(start + LANES);
            let Modes { prefix, starts, totals, .. } = &mut *modes;
            for (start, totals) in starts.iter().zip(&mut *totals).take(tokens.len()) {
                for part in 0..V::PARTS {
                    meet::<V, SLOPE>(series, prefix, part, Powers::from(start, part), totals);
                }
            }
            for (k, totals) in tokens.zip(&*totals) {
                sums.weight[k] = series.mean.mul_add(k as f64 + centers.total, 1.0 + V::sum(&totals[0]));
                sums.pull[k] = V::sum(&totals[1]);
                if SLOPE {
                    sums.slope[k] = V::sum(&totals[2]);
                }
            }
        }
    }
}

/// The sums of w, h and h' with the tokens before, to which the present one is then added.
#[inline(always)]
fn meet<V: Octet, const SLOPE: bool>(
    series: &Series,
    prefix: &mut [[Row; 2]],
    part: usize,
    mut powers: Powers<V>,
    totals: &mut [Row; 3],
) {
    let mut sums = [V::splat(0.0); 3];
    for (prefix, modes) in prefix.iter_mut().zip(&series.modes) {
        let before = [V::load(&prefix[0], part), V::load(&prefix[1], part)];
        let [even, odd] = compare(before, powers.now);
        sums[0] = V::load(&modes[0], part).mul_add(even, sums[0]);
        sums[1] = V::load(&modes[1], part).mul_add(odd, sums[1]);
        if SLOPE {
            sums[2] = V::load(&modes[2], part).mul_add(even, sums[2]);
        }
        before[0].plus(powers.now[0]).store(&mut prefix[0], part);
        before[1].plus(powers.now[1]).store(&mut prefix[1], part);
        powers.step();
    }
    for (total, sum) in totals.iter_mut().zip(sums) {
        sum.store(total, part);
    }
}

/// Solves (shift I - J) u = r by forward substitution: the off-diagonal part of row k is
/// sum_j (h'(phi_j - phi_k) + beta F_k h(phi_j - phi_k)) u_j / Z_k, again a prefix sum, now of u_j e^{i m phi_j}.
///
/// The entry of the token just before stands apart, so that the sums for a token need not wait for that one's u.
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
    fn run<V: Octet>(self) {
        let Self { series, modes, linear, u, .. } = self;
        modes.clear();
        let mut direct = self.rows.iter().peekable();
        let n = self.inverse.len();
        for start in (0..n).step_by(LANES) {
            begin::<V>(&linear.cos[start..], &linear.sin[start..], &mut modes.heads, &mut modes.starts);
            for k in start..n.min(start + LANES) {
                let token = modes.starts[k - start];
                let before = if k < 2 { 0.0 } else { u[k - 2] };
                let mut totals = [Row::default(); 2];
                for part in 0..V::PARTS {
                    let powers = Powers::<V>::from(&token, part);
                    derivatives(series, modes, (k % 2, part), before, powers, &mut totals);
                }
                let [pull, slope] = [V::sum(&totals[0]), V::sum(&totals[1])];
                let coupling = match direct.next_if(|(token, _)| *token == k) {
                    Some((_, row)) => dot(row, u),
                    None => {
                        let last = if k < 1 { 0.0 } else { u[k - 1] };
                        linear.near[k].mul_add(last, linear.even[k].mul_add(slope, linear.odd[k] * pull))
                    }
                };
                u[k] = (u[k] + coupling) * self.inverse[k];
            }
        }
    }
}

/// Adds the token two before the present one, with its u, to the prefix sums; then the sums of h u and h' u.
#[inline(always)]
fn derivatives<V: Octet>(
    series: &Series,
    modes: &mut Modes,
    (parity, part): (usize, usize),
    u: f64,
    mut powers: Powers<V>,
    totals: &mut [Row; 2],
) {
    let (u, mut sums) = (V::splat(u), [V::splat(0.0); 2]);
    let rows = modes.prefix.iter_mut().zip(&mut modes.latest[parity]).zip(&series.modes);
    for ((prefix, latest), modes) in rows {
        let before = [0, 1].map(|i| u.mul_add(V::load(&latest[i], part), V::load(&prefix[i], part)));
        let [even, odd] = compare(before, powers.now);
        sums[0] = V::load(&modes[1], part).mul_add(odd, sums[0]);
        sums[1] = V::load(&modes[2], part).mul_add(even, sums[1]);
        for i in [0, 1] {
            before[i].store(&mut prefix[i], part);
            powers.now[i].store(&mut latest[i], part);
        }
        powers.step();
    }
    for (total, sum) in totals.iter_mut().zip(sums) {
        sum.store(total, part);
    }
}
