//! Unit tokens and what depends on one token alone.

use super::maps::Maps;
use super::tile::Rows;
use crate::simd::{Kernel, Octet, padded};

/// The tokens of a state, divided by their lengths, padded to whole lanes with zeros; frozen centres stand in whole
/// lanes before them. Positions in a frame count these too.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub n: usize,
    /// The position of the first moving token.
    pub front: usize,
    pub stride: usize,
    /// x_k / |x_k|, coordinate-major.
    pub unit: Vec<f64>,
    /// |x_k|.
    pub lengths: Vec<f64>,
    /// a_k = beta K^T Q x_k / |x_k|: the score of token j for token k is <a_k, x_j>.
    pub slopes: Vec<f64>,
    /// Score of every token for itself.
    pub own: Vec<f64>,
}

impl Frame {
    pub fn new(n: usize, maps: &Maps) -> Self {
        let front = maps.front.len();
        let stride = front + padded(n);
        let zeros = vec![0.0; stride * maps.dimension];
        let mut unit = zeros.clone();
        maps.front.place(&mut unit, stride);
        Self { n, front, stride, unit, lengths: vec![0.0; stride], slopes: zeros, own: vec![0.0; stride] }
    }

    /// The position behind the last token.
    pub fn end(&self) -> usize {
        self.front + self.n
    }

    pub fn units(&self) -> Rows<'_> {
        Rows { data: &self.unit, stride: self.stride }
    }

    pub fn slopes(&self) -> Rows<'_> {
        Rows { data: &self.slopes, stride: self.stride }
    }
}

/// Fills a frame from a state.
pub(super) struct Load<'a> {
    pub state: &'a [f64],
    pub maps: &'a Maps,
    pub frame: &'a mut Frame,
}

impl Kernel for Load<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        let Frame { n, front, stride, unit, lengths, slopes, own } = self.frame;
        let (n, front, stride) = (*n, *front, *stride);
        let lengths = &mut lengths[front..][..n];
        lengths.fill(0.0);
        for x in self.state.chunks_exact(n) {
            accumulate(lengths, x, x);
        }
        for length in lengths.iter_mut() {
            *length = length.sqrt();
        }
        for (unit, x) in unit.chunks_exact_mut(stride).zip(self.state.chunks_exact(n)) {
            for ((u, &x), &length) in unit[front..].iter_mut().zip(x).zip(lengths.iter()) {
                *u = x / length;
            }
        }
        self.maps.scores.apply_rows(unit, stride, slopes);
        own.fill(0.0);
        for (x, a) in unit.chunks_exact(stride).zip(slopes.chunks_exact(stride)) {
            accumulate(own, x, a);
        }
    }
}

/// sums += x y, elementwise.
#[inline(always)]
fn accumulate(sums: &mut [f64], x: &[f64], y: &[f64]) {
    for ((sum, &x), &y) in sums.iter_mut().zip(x).zip(y) {
        *sum = x.mul_add(y, *sum);
    }
}
