//! From moments to velocities, rates and what a linearisation keeps of every token.

use super::Sums;
use super::fourier::Moments;
use super::frame::{Frame, Matrix};
use crate::exp::exp;
use crate::simd::{Kernel, Octet, padded};

/// Numbers of all tokens for substitutions, all rows padded.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    /// The places.
    pub frame: Frame,
    /// -dF_k/dphi_k.
    pub rate: Vec<f64>,
    /// What multiplies 2 sum m p_m E_m, 2 sum m c_m O_m and 2 sum p_m O_m of the u_j.
    pub factors: [Vec<f64>; 3],
    /// dF_k/dphi_{k-1}.
    pub near: Vec<f64>,
}

impl Linear {
    pub(crate) fn new(tokens: usize) -> Self {
        let row = || vec![0.0; padded(tokens)];
        Self { frame: Frame::new(tokens), rate: row(), factors: [row(), row(), row()], near: row() }
    }
}

/// Weights and velocities from the first three moments.
pub(crate) struct Finish<'a> {
    pub n: usize,
    /// Weights smaller than this times k + 1 are lost in rounding.
    pub unit: f64,
    pub frame: &'a Frame,
    pub moments: &'a Moments,
    pub sums: &'a mut Sums,
}

impl Kernel for Finish<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        let Self { n, unit, frame, moments, sums } = self;
        let (ex, ey) = (&frame.e[0][..n], &frame.e[1][..n]);
        let (qx, qy) = (&frame.q[0][..n], &frame.q[1][..n]);
        let (own, mine) = (&frame.own[..n], &frame.weight[..n]);
        let (w, cos, sin) = (&moments.0[0][..n], &moments.0[1][..n], &moments.0[2][..n]);
        let (weight, velocity) = (&mut sums.weight[..n], &mut sums.velocity[..n]);
        for k in 0..n {
            let (along, across) = (qx[k] * ex[k] + qy[k] * ey[k], qy[k] * ex[k] - qx[k] * ey[k]);
            let (total, least) = (w[k] + mine[k], unit * (k + 1) as f64);
            weight[k] = if total > least { total } else { least };
            let pull = along * cos[k] + across * sin[k] - own[k] * w[k];
            velocity[k] = own[k] + pull / weight[k];
        }
    }
}

/// Rates -dF_k/dphi_k from all moments.
pub(crate) struct Rates<'a> {
    pub score: &'a Matrix,
    pub value: &'a Matrix,
    pub n: usize,
    pub frame: &'a Frame,
    pub moments: &'a Moments,
    pub sums: &'a mut Sums,
}

impl Kernel for Rates<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        let Self { score: a, value: v, n, frame, moments, sums } = self;
        let (x, y) = (&frame.x[0][..n], &frame.x[1][..n]);
        let (ex, ey) = (&frame.e[0][..n], &frame.e[1][..n]);
        let (qx, qy) = (&frame.q[0][..n], &frame.q[1][..n]);
        let (own, mine) = (&frame.own[..n], &frame.weight[..n]);
        let (w, cos, sin) = (&moments.0[0][..n], &moments.0[1][..n], &moments.0[2][..n]);
        let (square, product) = (&moments.0[3][..n], &moments.0[4][..n]);
        let (weight, velocity, rate) = (&sums.weight[..n], &sums.velocity[..n], &mut sums.rate[..n]);
        for k in 0..n {
            let (x, y, ex, ey) = (x[k], y[k], ex[k], ey[k]);
            let pull = (qx[k] * ex + qy[k] * ey, qy[k] * ex - qx[k] * ey);
            // Derivatives of the score and of the pull by the angle of token k.
            let (tx, ty) = (a[0][1] * x - a[0][0] * y, a[1][1] * x - a[1][0] * y);
            let tilt = (tx * ex + ty * ey, ty * ex - tx * ey);
            let (bx, by) = (v[0][0] * x + v[1][0] * y, v[0][1] * x + v[1][1] * y);
            let bend = (-(bx * ex + by * ey), -(by * ex - bx * ey));
            let slope = tilt.0 * pull.0 * (w[k] - square[k])
                + (tilt.0 * pull.1 + tilt.1 * pull.0) * product[k]
                + tilt.1 * pull.1 * square[k]
                - velocity[k] * (tilt.0 * cos[k] + tilt.1 * sin[k])
                + (bend.0 * cos[k] + bend.1 * sin[k]);
            let turn = own_turns(a, v, x, y);
            let mine = mine[k] * (turn[0] * (own[k] - velocity[k]) + turn[1]);
            rate[k] = -(slope + mine) / weight[k];
        }
    }
}

/// The derivatives of <A x, x> and of <x^perp, V x> by the angle of x; 0 for multiples of I.
#[inline(always)]
pub(super) fn own_turns(a: &Matrix, v: &Matrix, x: f64, y: f64) -> [f64; 2] {
    let (cos, sin) = (x * x - y * y, 2.0 * (x * y));
    [(a[0][1] + a[1][0]) * cos + (a[1][1] - a[0][0]) * sin, (v[1][1] - v[0][0]) * cos - (v[0][1] + v[1][0]) * sin]
}

/// Fills the rest of a linearisation whose frame is in place.
pub(crate) struct Linearize<'a> {
    pub n: usize,
    pub sums: &'a Sums,
    pub linear: &'a mut Linear,
}

impl Kernel for Linearize<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        let Self { n, sums, linear } = self;
        linear.rate[..n].copy_from_slice(&sums.rate);
        let frame = &linear.frame;
        let (x, y) = (&frame.x[0][..n], &frame.x[1][..n]);
        let (ex, ey) = (&frame.e[0][..n], &frame.e[1][..n]);
        let (px, py) = (&frame.p[0][..n], &frame.p[1][..n]);
        let (qx, qy) = (&frame.q[0][..n], &frame.q[1][..n]);
        let radius = &frame.radius[..n];
        let (weight, velocity) = (&sums.weight[..n], &sums.velocity[..n]);
        let [even, odd, plain] = &mut linear.factors;
        let (even, odd, plain) = (&mut even[..n], &mut odd[..n], &mut plain[..n]);
        for k in 0..n {
            let inverse = 1.0 / weight[k];
            even[k] = inverse * (qy[k] * ex[k] - qx[k] * ey[k]);
            odd[k] = -inverse * (qx[k] * ex[k] + qy[k] * ey[k]);
            plain[k] = inverse * radius[k] * velocity[k];
        }
        let near = &mut linear.near[..n];
        for k in 1..n {
            let (x, y) = (x[k - 1], y[k - 1]);
            let share = exp(px[k] * x + py[k] * y - radius[k]) / weight[k];
            let (turn, pull) = (py[k] * x - px[k] * y, qx[k] * x + qy[k] * y);
            near[k] = share * (turn * (pull - velocity[k]) + (qy[k] * x - qx[k] * y));
        }
    }
}
