//! The linearisation: weights of all pairs, and each token's own block of the Jacobian.
//!
//! With v_j tangential at x_j, p_kj the weights, ds_kj = <A v_k, x_j> + <a_k, v_j> - <t_k, v_k>, t_k = A^T x_k + a_k,
//! b_k = sum_j p_kj (x_j - x_k) and m_k = V b_k + (sum p) W x_k (all sums over j < k), the derivative of the velocity is
//!
//! ```text
//! P_k [ V db_k + d(sum p) W x_k + (sum p) W v_k ] - <x_k, m_k> v_k,    db_k = sum_j dp_kj (x_j - x_k) + p_kj (v_j - v_k)
//! softmax: dp_kj = p_kj (ds_kj - sum_l p_kl ds_kl), sum p = 1;    unnormalized: dp_kj = p_kj (ds_kj + <t_k, v_k>).
//! ```

use super::diagonal::{Diagonal, Token};
use super::frame::Frame;
use super::maps::{Maps, Rule};
use super::tile::{Lanes, Rows, moments};
use super::velocity::store;
use super::weights::Block;
use crate::simd::{Kernel, LANES, Octet};

/// Up to this many tokens the weights of all pairs are kept (n^2 / 2 numbers); above, they are computed again.
const KEPT: usize = 4096;

/// Where a block's weights start in the store.
pub(super) fn offset(first: usize) -> usize {
    first * (first + LANES) / 2
}

/// Room for the weights: of all pairs, or of one block.
pub(super) fn store_size(stride: usize) -> usize {
    if stride <= KEPT { offset(stride) } else { stride * LANES }
}

/// The part of the store that belongs to a block.
pub(super) fn stored(weights: &mut [f64], stride: usize, first: usize) -> &mut [f64] {
    let at = if stride <= KEPT { offset(first) } else { 0 };
    &mut weights[at..][..(first + LANES) * LANES]
}

/// True when the weights of a block are gone with the next block.
pub(super) fn forgets(stride: usize) -> bool {
    stride > KEPT
}

/// Velocities, weights and diagonal blocks at a frame.
pub(super) struct Linearize<'a> {
    pub maps: &'a Maps,
    pub frame: &'a Frame,
    pub block: &'a mut Block,
    pub weights: &'a mut [f64],
    pub moments: &'a mut Moments,
    pub diagonal: &'a mut Diagonal,
    /// b_k, coordinate-major and padded.
    pub lags: &'a mut [f64],
    /// n * d numbers, coordinate-major.
    pub out: &'a mut [f64],
}

/// Second moments sum_j p_kj x_j x_j^T of a block's tokens.
#[derive(Debug, Clone)]
pub(super) struct Moments {
    /// Upper triangle, row by row.
    triangle: Vec<Lanes>,
    /// Weights times one coordinate.
    tile: Vec<f64>,
}

/// Tokens j in one pass of the second moments.
const PASS: usize = 128;

impl Moments {
    pub fn new(dimension: usize) -> Self {
        Self { triangle: vec![[0.0; LANES]; dimension * (dimension + 1) / 2], tile: vec![0.0; PASS * LANES] }
    }

    #[inline(always)]
    fn sum(&mut self, x: Rows<'_>, dimension: usize, weights: &[f64]) {
        self.triangle.fill([0.0; LANES]);
        for (pass, weights) in weights.chunks(PASS * LANES).enumerate() {
            let from = pass * PASS;
            let tile = &mut self.tile[..weights.len()];
            let mut rest = &mut self.triangle[..];
            for i in 0..dimension {
                let own = &x.data[i * x.stride + from..][..weights.len() / LANES];
                for ((t, w), &x) in tile.chunks_exact_mut(LANES).zip(weights.chunks_exact(LANES)).zip(own) {
                    for l in 0..LANES {
                        t[l] = w[l] * x;
                    }
                }
                let (row, after) = rest.split_at_mut(dimension - i);
                moments(tile, x, i, from, &[], row);
                rest = after;
            }
        }
    }

    /// The matrix of one token, row by row.
    #[inline(always)]
    fn matrix(&self, lane: usize, dimension: usize, out: &mut [f64]) {
        let mut entries = self.triangle.iter();
        for i in 0..dimension {
            for l in i..dimension {
                let entry = entries.next().map_or(0.0, |e| e[lane]);
                (out[i * dimension + l], out[l * dimension + i]) = (entry, entry);
            }
        }
    }
}

impl Kernel for Linearize<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        let Self { maps, frame, block, weights, moments, diagonal, lags, out } = self;
        let d = maps.dimension;
        for first in (frame.front..frame.stride).step_by(LANES) {
            let tile = stored(weights, frame.stride, first);
            block.weigh(maps, frame, first, tile);
            block.drift(maps, frame, tile);
            store(block, frame, first, out);
            block.normalize(tile);
            moments.sum(frame.units(), d, tile);
            for (i, lag) in block.lag.iter().enumerate() {
                lags[i * frame.stride + first..][..LANES].copy_from_slice(lag);
            }
            let share = block.share(maps);
            for (lane, &share) in share.iter().enumerate().take(frame.end() - first) {
                moments.matrix(lane, d, &mut diagonal.moment);
                let token = Token {
                    total: block.total[lane],
                    own: block.own[lane],
                    share,
                    radial: block.radial[lane],
                    softmax: matches!(maps.rule, Rule::Softmax { .. }),
                };
                diagonal.gather(&block.unit, &block.slopes, &block.lag, lane);
                diagonal.assemble(maps, token, first + lane - frame.front);
            }
        }
    }
}
