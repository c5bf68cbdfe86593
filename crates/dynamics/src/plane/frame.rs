//! What the sums need of every token.

use super::lengths::Lengths;
use crate::exp::exp;
use crate::simd::{Kernel, Octet, padded};

/// Below this |beta K^T Q x_k| counts as this: no score changes by more.
const SMALLEST_RADIUS: f64 = 1e-20;

/// A 2 x 2 matrix, row by row.
pub(crate) type Matrix = [[f64; 2]; 2];

/// Rows of numbers of all tokens, padded with zeros.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// x_k.
    pub x: [Vec<f64>; 2],
    /// p_k = beta K^T Q x_k: the score of token j is <p_k, x_j>.
    pub p: [Vec<f64>; 2],
    /// The direction of p_k and its length.
    pub e: [Vec<f64>; 2],
    pub radius: Vec<f64>,
    /// q_k = V^T x_k^perp: token j pulls by <q_k, x_j>.
    pub q: [Vec<f64>; 2],
    /// The token's own pull <q_k, x_k>; exactly 0 for V = a I.
    pub own: Vec<f64>,
    /// The token's own weight e^{<p_k, x_k> - |p_k|}.
    pub weight: Vec<f64>,
    /// Groups of eight modes, enough for the token's weights, and the largest number of all tokens.
    pub groups: Vec<u32>,
    pub most: usize,
}

impl Frame {
    pub(crate) fn new(tokens: usize) -> Self {
        let row = || vec![0.0; padded(tokens)];
        let pair = || [row(), row()];
        Self {
            x: pair(),
            p: pair(),
            e: pair(),
            radius: row(),
            q: pair(),
            own: row(),
            weight: row(),
            groups: vec![1; padded(tokens)],
            most: 1,
        }
    }

    /// Chooses the number of modes of each token.
    pub(crate) fn measure(&mut self, lengths: &Lengths) {
        for (groups, &radius) in self.groups.iter_mut().zip(&self.radius) {
            *groups = lengths.groups(radius);
        }
        self.most = self.groups.iter().fold(1, |most, &groups| most.max(groups)) as usize;
    }
}

/// Fills all of a frame but the numbers of modes from its x.
pub(crate) struct Place<'a> {
    /// beta K^T Q and V.
    pub score: &'a Matrix,
    pub value: &'a Matrix,
    pub n: usize,
    pub frame: &'a mut Frame,
}

impl Kernel for Place<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        let Self { score: a, value: v, n, frame } = self;
        let [x, y] = frame.x.each_ref().map(|row| &row[..n]);
        let [px, py] = frame.p.each_mut().map(|row| &mut row[..n]);
        let [ex, ey] = frame.e.each_mut().map(|row| &mut row[..n]);
        let [qx, qy] = frame.q.each_mut().map(|row| &mut row[..n]);
        let (radius, own, weight) = (&mut frame.radius[..n], &mut frame.own[..n], &mut frame.weight[..n]);
        for k in 0..n {
            let (x, y) = (x[k], y[k]);
            px[k] = a[0][0] * x + a[0][1] * y;
            py[k] = a[1][0] * x + a[1][1] * y;
            let length = (px[k] * px[k] + py[k] * py[k]).sqrt();
            let small = length < SMALLEST_RADIUS;
            radius[k] = if small { SMALLEST_RADIUS } else { length };
            ex[k] = if small { 1.0 } else { px[k] / length };
            ey[k] = if small { 0.0 } else { py[k] / length };
            qx[k] = v[1][0] * x - v[0][0] * y;
            qy[k] = v[1][1] * x - v[0][1] * y;
            own[k] = (v[1][1] - v[0][0]) * (x * y) + (v[1][0] * (x * x) - v[0][1] * (y * y));
            weight[k] = exp(px[k] * x + py[k] * y - radius[k]);
        }
    }
}
