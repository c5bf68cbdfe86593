//! Forward substitution: token by token, in blocks of eight that share their passes over the earlier tokens.

use super::diagonal::{Diagonal, Mirror};
use super::frame::Frame;
use super::linearize::{forgets, stored};
use super::maps::{Maps, Rule};
use super::tile::{Lanes, Rows, moments, products, totals};
use super::weights::Block;
use crate::simd::{Kernel, LANES, Octet};

/// Tokens j in one pass.
const PASS: usize = 128;

/// Scratch of the substitution.
#[derive(Debug, Clone)]
pub(super) struct Scratch {
    tile: Vec<f64>,
    /// sum_j c_kj x_j + p_kj v_j with c_kj = p_kj <a_k, v_j>.
    sums: Vec<Lanes>,
    unit: Vec<f64>,
    inner: Vec<f64>,
    solution: Vec<f64>,
    turned: Vec<f64>,
}

impl Scratch {
    pub fn new(dimension: usize) -> Self {
        let vector = vec![0.0; dimension];
        Self {
            tile: vec![0.0; PASS * LANES],
            sums: vec![[0.0; LANES]; dimension],
            unit: vector.clone(),
            inner: vector.clone(),
            solution: vector.clone(),
            turned: vector,
        }
    }
}

/// Solves (shift I - J) u = rhs on the tangent spaces.
pub(super) struct Substitute<'a> {
    pub maps: &'a Maps,
    pub frame: &'a Frame,
    pub block: &'a mut Block,
    pub weights: &'a mut [f64],
    pub diagonal: &'a mut Diagonal,
    pub lags: &'a [f64],
    pub scratch: &'a mut Scratch,
    /// The solution divided by the lengths, coordinate-major and padded.
    pub tangents: &'a mut [f64],
    /// Set when the shift is not that of the factors.
    pub new_shift: Option<f64>,
    pub rhs: &'a [f64],
    pub out: &'a mut [f64],
}

impl Kernel for Substitute<'_> {
    #[inline(always)]
    fn run<V: Octet>(mut self) {
        if let Some(shift) = self.new_shift {
            self.diagonal.factorize(shift);
        }
        for first in (self.frame.front..self.frame.stride).step_by(LANES) {
            if forgets(self.frame.stride) {
                let tile = stored(self.weights, self.frame.stride, first);
                self.block.weigh(self.maps, self.frame, first, tile);
                self.block.normalize(tile);
            } else {
                for i in 0..self.maps.dimension {
                    self.block.slopes[i] = *self.frame.slopes().lanes(i, first);
                }
            }
            self.solve_block(first);
        }
    }
}

impl Substitute<'_> {
    /// Tokens from `first` on: what the blocks before contribute, then one token after the other.
    #[inline(always)]
    fn solve_block(&mut self, first: usize) {
        let stride = self.frame.stride;
        self.scratch.sums.fill([0.0; LANES]);
        let weights = &*stored(self.weights, stride, first);
        let mut slope = [0.0; LANES];
        let (earlier, inside) = weights.split_at(first * LANES);
        let mut rows = [[0.0; LANES]; LANES];
        for (row, inside) in rows.iter_mut().zip(inside.chunks_exact(LANES)) {
            row.copy_from_slice(inside);
        }
        for (pass, weights) in earlier.chunks(PASS * LANES).enumerate() {
            let from = pass * PASS;
            let tile = &mut self.scratch.tile[..weights.len()];
            let tangents = Rows { data: self.tangents, stride };
            products(tangents, from, &self.block.slopes, &[], [0.0; LANES], tile);
            for (c, &w) in tile.iter_mut().zip(weights) {
                *c *= w;
            }
            let part = totals(tile);
            for l in 0..LANES {
                slope[l] += part[l];
            }
            moments(tile, self.frame.units(), 0, from, &[], &mut self.scratch.sums);
            moments(weights, tangents, 0, from, &[], &mut self.scratch.sums);
        }
        for (lane, row) in rows.iter().enumerate().take(self.frame.end() - first) {
            self.solve_token(first + lane, lane, slope[lane]);
            self.pass_on(first + lane, row, &mut slope);
        }
    }

    /// What token k contributes to those behind it in its block.
    #[inline(always)]
    fn pass_on(&mut self, k: usize, weights: &Lanes, slope: &mut Lanes) {
        let stride = self.frame.stride;
        let mut c = [0.0; LANES];
        for (i, slopes) in self.block.slopes.iter().enumerate() {
            let v = self.tangents[i * stride + k];
            for l in 0..LANES {
                c[l] = slopes[l].mul_add(v, c[l]);
            }
        }
        for l in 0..LANES {
            c[l] *= weights[l];
            slope[l] += c[l];
        }
        for (i, sums) in self.scratch.sums.iter_mut().enumerate() {
            let (x, v) = (self.frame.unit[i * stride + k], self.tangents[i * stride + k]);
            for l in 0..LANES {
                sums[l] = weights[l].mul_add(v, c[l].mul_add(x, sums[l]));
            }
        }
    }

    /// The system of the token at position k, in reflected coordinates.
    #[inline(always)]
    fn solve_token(&mut self, k: usize, lane: usize, slope: f64) {
        let (n, d, stride, token) = (self.frame.n, self.maps.dimension, self.frame.stride, k - self.frame.front);
        let length = self.frame.lengths[k];
        let Scratch { sums, unit, inner, solution, turned, .. } = &mut *self.scratch;
        let softmax = matches!(self.maps.rule, Rule::Softmax { .. });
        for i in 0..d {
            unit[i] = self.frame.unit[i * stride + k];
            let origin = if softmax { unit[i] + self.lags[i * stride + k] } else { unit[i] };
            inner[i] = (-slope).mul_add(origin, sums[i][lane]);
        }
        self.maps.value.apply(inner, solution);
        if !softmax {
            self.maps.rest.apply(unit, turned);
            for (solution, &turned) in solution.iter_mut().zip(turned.iter()) {
                *solution = slope.mul_add(turned, *solution);
            }
        }
        for (i, solution) in solution.iter_mut().enumerate() {
            *solution += self.rhs[i * n + token] / length;
        }
        let mirror = Mirror::new(unit);
        mirror.apply(solution);
        self.diagonal.solve(token, &mut solution[1..]);
        solution[0] = 0.0;
        mirror.apply(solution);
        for (i, &v) in solution.iter().enumerate() {
            self.tangents[i * stride + k] = v;
            self.out[i * n + token] = v * length;
        }
    }
}
