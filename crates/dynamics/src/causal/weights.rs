//! Attention weights of eight tokens at a time, and the velocities they give.

use super::frame::Frame;
use super::maps::{Maps, Rule};
use super::tile::{Lanes, moments, products, totals};
use crate::exp::exp;
use crate::simd::LANES;

/// Up to this dimension sums run over x_j - x_k, which costs another operation a coordinate and leaves nothing to
/// cancel; above, over x_j. Then scores err by beta * 1e-16 and velocities by 1e-16 of their weights.
const DIFFERENCES: usize = 4;

/// Eight tokens that are worked on together: their weights' sums and vectors. Reused from block to block.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// x_k and a_k.
    pub unit: Vec<Lanes>,
    pub slopes: Vec<Lanes>,
    /// q_k = sum over j < k of the weights, not normalised.
    pub total: Lanes,
    /// The weight of the token itself, not normalised.
    pub own: Lanes,
    /// What normalises both.
    pub factor: Lanes,
    /// b_k = sum over j < k of p_kj (x_j - x_k), normalised.
    pub lag: Vec<Lanes>,
    /// P_k m_k with m_k = V b_k + (sum over j <= k of p_kj) W x_k: the velocity.
    pub velocity: Vec<Lanes>,
    /// <x_k, m_k>.
    pub radial: Lanes,
}

impl Block {
    pub fn new(dimension: usize) -> Self {
        let zeros = vec![[0.0; LANES]; dimension];
        Self {
            unit: zeros.clone(),
            slopes: zeros.clone(),
            total: [0.0; LANES],
            own: [0.0; LANES],
            factor: [0.0; LANES],
            lag: zeros.clone(),
            velocity: zeros,
            radial: [0.0; LANES],
        }
    }

    /// Writes the weights of the tokens from `first` on to `tile`, (first + 8) * 8 numbers that want `factor`.
    #[inline(always)]
    pub fn weigh(&mut self, maps: &Maps, frame: &Frame, first: usize, tile: &mut [f64]) {
        for i in 0..maps.dimension {
            self.unit[i] = *frame.units().lanes(i, first);
            self.slopes[i] = *frame.slopes().lanes(i, first);
        }
        let own: &Lanes = frame.own[first..first + LANES].as_array().expect("eight lanes");
        let differences = maps.dimension <= DIFFERENCES;
        let start = match (differences, maps.rule) {
            (true, Rule::Softmax { .. }) | (false, Rule::Count(_)) => [0.0; LANES],
            (true, Rule::Count(_)) => *own,
            (false, Rule::Softmax { .. }) => own.map(|s| -s),
        };
        let origin = if differences { &self.unit[..] } else { &[] };
        products(frame.units(), 0, &self.slopes, origin, start, tile);
        for (row, &log_weight) in tile.chunks_exact_mut(LANES).zip(&maps.front.log_weights) {
            row.iter_mut().for_each(|score| *score += log_weight);
        }
        for (j, row) in tile[first * LANES..].chunks_exact_mut(LANES).enumerate() {
            row[..=j].fill(f64::NEG_INFINITY);
        }
        if maps.rate != 0.0 || maps.window <= first + LANES {
            fade(maps, first, tile);
        }
        let largest = match maps.rule {
            Rule::Softmax { bounded: false } => subtract_largest(tile),
            _ => [0.0; LANES],
        };
        for weight in tile.iter_mut() {
            *weight = exp(*weight);
        }
        self.total = totals(tile);
        for l in 0..LANES {
            (self.own[l], self.factor[l]) = match maps.rule {
                Rule::Softmax { .. } => {
                    let own = exp(-largest[l]);
                    (own, 1.0 / (self.total[l] + own))
                }
                Rule::Count(n) => (exp(own[l]), 1.0 / n),
            };
        }
    }

    /// The velocities of the same tokens from the same tile.
    #[inline(always)]
    pub fn drift(&mut self, maps: &Maps, frame: &Frame, tile: &[f64]) {
        self.lag.fill([0.0; LANES]);
        let differences = maps.dimension <= DIFFERENCES;
        let origin = if differences { &self.unit[..] } else { &[] };
        moments(tile, frame.units(), 0, 0, origin, &mut self.lag);
        for (lag, unit) in self.lag.iter_mut().zip(&self.unit) {
            for l in 0..LANES {
                let sum = if differences { lag[l] } else { (-self.total[l]).mul_add(unit[l], lag[l]) };
                lag[l] = sum * self.factor[l];
            }
        }
        self.velocity.fill([0.0; LANES]);
        maps.value.add_lanes([1.0; LANES], &self.lag, &mut self.velocity);
        maps.rest.add_lanes(self.share(maps), &self.unit, &mut self.velocity);
        self.radial = dot(&self.unit, &self.velocity);
        for (m, unit) in self.velocity.iter_mut().zip(&self.unit) {
            for l in 0..LANES {
                m[l] = (-self.radial[l]).mul_add(unit[l], m[l]);
            }
        }
    }

    /// The sum over j <= k of p_kj.
    #[inline(always)]
    pub fn share(&self, maps: &Maps) -> Lanes {
        let mut share = [1.0; LANES];
        if let Rule::Count(_) = maps.rule {
            for (l, share) in share.iter_mut().enumerate() {
                *share = (self.total[l] + self.own[l]) * self.factor[l];
            }
        }
        share
    }

    /// Normalises the weights in the tile and their sums.
    #[inline(always)]
    pub fn normalize(&mut self, tile: &mut [f64]) {
        for row in tile.chunks_exact_mut(LANES) {
            for (weight, &factor) in row.iter_mut().zip(&self.factor) {
                *weight *= factor;
            }
        }
        for l in 0..LANES {
            self.total[l] *= self.factor[l];
            self.own[l] *= self.factor[l];
            self.factor[l] = 1.0;
        }
    }
}

/// <x, y> in lanes.
#[inline(always)]
pub(super) fn dot(x: &[Lanes], y: &[Lanes]) -> Lanes {
    let mut sum = [0.0; LANES];
    for (x, y) in x.iter().zip(y) {
        for l in 0..LANES {
            sum[l] = x[l].mul_add(y[l], sum[l]);
        }
    }
    sum
}

/// Lowers the scores of earlier tokens by what the mask says.
#[inline(always)]
fn fade(maps: &Maps, first: usize, tile: &mut [f64]) {
    for (j, row) in tile.chunks_exact_mut(LANES).enumerate().skip(maps.front.len()) {
        for (l, score) in row.iter_mut().enumerate() {
            let lag = (first + l).saturating_sub(j);
            let faded = maps.rate.mul_add(-(lag as f64), *score);
            *score = if lag < maps.window { faded } else { f64::NEG_INFINITY };
        }
    }
}

/// Subtracts from every token's scores the largest of them, at least its own score 0, and returns that.
#[inline(always)]
fn subtract_largest(tile: &mut [f64]) -> Lanes {
    let mut largest = [0.0; LANES];
    for row in tile.chunks_exact(LANES) {
        for l in 0..LANES {
            largest[l] = if row[l] > largest[l] { row[l] } else { largest[l] };
        }
    }
    for row in tile.chunks_exact_mut(LANES) {
        for (score, &largest) in row.iter_mut().zip(&largest) {
            *score -= largest;
        }
    }
    largest
}
