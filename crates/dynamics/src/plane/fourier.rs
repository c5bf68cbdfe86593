//! Causal sums by prefix sums of e^{i m phi_j}, compared at the direction psi_k of each token's scores: O(n M).
//!
//! With theta = phi_j - psi_k, w = e^{r (cos theta - 1)} and a_m its coefficients, E_m and O_m the sums over j < k of
//! cos m theta and sin m theta:
//!
//! ```text
//! sum w = a_0 k + 2 sum a_m E_m            sum w cos = a_1 k + 2 sum c_m E_m,   c_m = (a_{m-1} + a_{m+1}) / 2
//! sum w sin = 2 sum p_m O_m,  p_m = m a_m / r          sum w sin^2 = p_1 k + sum (p_{m+1} - p_{m-1}) E_m
//! sum w sin cos = sum (p_{m+1} + p_{m-1}) O_m
//! ```
//!
//! The absolute error of a sum over k earlier tokens is about k units of rounding.

use super::coefficients::{Coefficients, FIRST};
use super::frame::Frame;
use super::lengths::Lengths;
use crate::circle::powers::{Powers, Start, begin};
use crate::simd::{Kernel, LANES, Octet, Row, padded};

/// Real and imaginary parts for eight modes at a time, m = 1, 2, ..., and the starts of eight tokens.
#[derive(Debug, Clone)]
pub(crate) struct Modes {
    /// Prefix sums of u_j e^{i m phi_j}.
    pub prefix: Vec<[Row; 2]>,
    /// e^{i m phi} of the two latest tokens, even and odd.
    pub latest: [Vec<[Row; 2]>; 2],
    /// e^{i m phi}, m = 1 ... 8, of eight tokens.
    pub heads: [[Row; 2]; LANES],
    /// Of positions and of the directions of scores.
    pub starts: [[Start; LANES]; 2],
    pub coefficients: Coefficients,
    /// Sums over modes of eight tokens, lane by lane.
    totals: [[Row; 5]; LANES],
}

impl Modes {
    pub(crate) fn new(lengths: &Lengths) -> Self {
        let rows = || vec![[Row::default(); 2]; lengths.most()];
        Self {
            prefix: rows(),
            latest: [rows(), rows()],
            heads: Default::default(),
            starts: Default::default(),
            coefficients: Coefficients::new(lengths.most()),
            totals: Default::default(),
        }
    }

    #[inline(always)]
    pub(crate) fn clear(&mut self) {
        self.prefix.fill([Row::default(); 2]);
        for latest in &mut self.latest {
            latest.fill([Row::default(); 2]);
        }
    }

    /// Prepares the eight tokens from `start` on.
    #[inline(always)]
    pub(crate) fn begin<V: Octet>(&mut self, frame: &Frame, start: usize) {
        begin::<V>(&frame.x[0][start..], &frame.x[1][start..], &mut self.heads, &mut self.starts[0]);
        begin::<V>(&frame.e[0][start..], &frame.e[1][start..], &mut self.heads, &mut self.starts[1]);
        self.coefficients.fill::<V>(frame, start);
    }
}

/// The sums over j < k of w, w cos, w sin, w sin^2 and w sin cos of every token, padded.
#[derive(Debug, Clone)]
pub(crate) struct Moments(pub [Vec<f64>; 5]);

impl Moments {
    pub(crate) fn new(tokens: usize) -> Self {
        Self(std::array::from_fn(|_| vec![0.0; padded(tokens)]))
    }
}

/// m of eight lanes, m - 1 and m + 1 over 2 r, and m / r.
#[derive(Clone, Copy)]
pub(super) struct Orders<V> {
    below: V,
    above: V,
    step: V,
}

impl<V: Octet> Orders<V> {
    #[inline(always)]
    pub fn new(radius: f64, part: usize) -> Self {
        let half = V::splat(0.5 / radius);
        let below = V::new([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], part).times(half);
        let above = V::new([2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], part).times(half);
        Self { below, above, step: V::splat(LANES as f64).times(half) }
    }

    /// m / r.
    #[inline(always)]
    pub fn now(&self) -> V {
        self.below.plus(self.above)
    }

    #[inline(always)]
    pub fn step(&mut self) {
        self.below = self.below.plus(self.step);
        self.above = self.above.plus(self.step);
    }
}

/// Prefix times conjugate power: sums of u_j cos and u_j sin of m (phi_j - psi_k).
#[inline(always)]
pub(super) fn compare<V: Octet>(prefix: [V; 2], power: [V; 2]) -> [V; 2] {
    let even = prefix[0].mul_add(power[0], prefix[1].times(power[1]));
    [even, prefix[1].mul_sub(power[0], prefix[0].times(power[1]))]
}

/// The moments of all tokens; with `ALL` the last two, too.
pub(crate) struct FourierSums<'a, const ALL: bool> {
    /// Number of tokens.
    pub n: usize,
    pub frame: &'a Frame,
    pub modes: &'a mut Modes,
    pub moments: &'a mut Moments,
}

impl<const ALL: bool> Kernel for FourierSums<'_, ALL> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        let Self { n, frame, modes, moments } = self;
        modes.clear();
        for start in (0..n).step_by(LANES) {
            modes.begin::<V>(frame, start);
            let tokens = start..n.min(start + LANES);
            for k in tokens.clone() {
                let l = k - start;
                let (groups, list) = (frame.groups[k] as usize, &modes.coefficients.lists[l]);
                let (seen, rest) = modes.prefix[..frame.most].split_at_mut(groups);
                for part in 0..V::PARTS {
                    let own = Powers::from(&modes.starts[0][l], part);
                    let other = Powers::from(&modes.starts[1][l], part);
                    let orders = Orders::new(frame.radius[k], part);
                    let own = meet::<V, ALL>(list, seen, part, [own, other], orders, &mut modes.totals[l]);
                    add(rest, part, own);
                }
            }
            for k in tokens {
                finish::<V, ALL>(modes, moments, k);
            }
        }
    }
}

/// The sums with the tokens before, to which the present one is then added.
#[inline(always)]
fn meet<V: Octet, const ALL: bool>(
    list: &[f64],
    prefix: &mut [[Row; 2]],
    part: usize,
    [mut own, mut other]: [Powers<V>; 2],
    mut orders: Orders<V>,
    totals: &mut [Row; 5],
) -> Powers<V> {
    let mut sums = [V::splat(0.0); 5];
    let half = V::splat(0.5);
    for (group, prefix) in prefix.iter_mut().enumerate() {
        let at = FIRST + LANES * group;
        let a = V::read(list, at, part);
        let (below, above) = (V::read(list, at - 1, part), V::read(list, at + 1, part));
        let before = [V::load(&prefix[0], part), V::load(&prefix[1], part)];
        let [even, odd] = compare(before, other.now);
        sums[0] = a.mul_add(even, sums[0]);
        sums[1] = below.plus(above).times(half).mul_add(even, sums[1]);
        sums[2] = a.times(orders.now()).mul_add(odd, sums[2]);
        if ALL {
            let (below, above) = (below.times(orders.below), above.times(orders.above));
            sums[3] = above.mul_sub(V::splat(1.0), below).mul_add(even, sums[3]);
            sums[4] = above.plus(below).mul_add(odd, sums[4]);
        }
        before[0].plus(own.now[0]).store(&mut prefix[0], part);
        before[1].plus(own.now[1]).store(&mut prefix[1], part);
        own.step();
        other.step();
        orders.step();
    }
    for (total, sum) in totals.iter_mut().zip(sums) {
        sum.store(total, part);
    }
    own
}

/// Adds the token to the modes that it does not need itself.
#[inline(always)]
fn add<V: Octet>(prefix: &mut [[Row; 2]], part: usize, mut own: Powers<V>) {
    for prefix in prefix {
        V::load(&prefix[0], part).plus(own.now[0]).store(&mut prefix[0], part);
        V::load(&prefix[1], part).plus(own.now[1]).store(&mut prefix[1], part);
        own.step();
    }
}

/// From totals to moments.
#[inline(always)]
fn finish<V: Octet, const ALL: bool>(modes: &Modes, moments: &mut Moments, k: usize) {
    let (l, count) = (k % LANES, k as f64);
    let (totals, list) = (&modes.totals[l], &modes.coefficients.lists[l]);
    let scale = modes.coefficients.scale.0[l];
    let (mean, first) = (list[FIRST - 1], list[FIRST]);
    moments.0[0][k] = scale * (2.0 * V::sum(&totals[0]) + mean * count);
    moments.0[1][k] = scale * (2.0 * V::sum(&totals[1]) + first * count);
    moments.0[2][k] = scale * (2.0 * V::sum(&totals[2]));
    if ALL {
        // p_1 = (a_0 - a_2) / 2.
        let constant = 0.5 * (mean - list[FIRST + 1]);
        moments.0[3][k] = scale * (2.0 * V::sum(&totals[3]) + constant * count);
        moments.0[4][k] = scale * (2.0 * V::sum(&totals[4]));
    }
}
