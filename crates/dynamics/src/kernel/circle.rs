//! Direct sums on the circle with Q = K = I and V = a I, a few registers of pairs at a time.

use super::Total;
use crate::exp::{exp, exp_octets};
use crate::simd::{Kernel, LANES, Octet, Row};
use std::ops::Range;

/// d = 2, Q = K = I, V = a I: one scalar sum a token.
pub(crate) struct CircleKernel<'a> {
    /// First coordinates, padded.
    pub x: &'a [f64],
    /// Second coordinates, padded.
    pub y: &'a [f64],
    /// Both, times sqrt(beta / 2): squared differences of these are exponents.
    pub scaled: [&'a [f64]; 2],
    pub n: usize,
    /// Who is seen by every token: ranges from token 0 on.
    pub spans: &'a [Range<usize>],
    pub beta: f64,
    pub value: f64,
    pub total: Total,
    /// Velocities, coordinate-major, 2 n numbers.
    pub out: &'a mut [f64],
    /// The outputs' components along the tokens, n numbers.
    pub radial: &'a mut [f64],
}

impl Kernel for CircleKernel<'_> {
    #[inline(always)]
    fn run<V: Octet>(self) {
        let n = self.n;
        for k in 0..n {
            let seen = self.spans[k].end;
            let (z, [mx, my]) = self.sums::<V>(k, seen);
            let divisor = match self.total {
                Total::Softmax => z,
                Total::Count => n as f64 * exp(-self.beta),
            };
            let speed = self.value * my.mul_add(self.x[k], -(mx * self.y[k])) / divisor;
            self.out[k] = -self.y[k] * speed;
            self.out[n + k] = self.x[k] * speed;
            self.radial[k] = self.value * (mx.mul_add(self.x[k], my * self.y[k]) + z) / divisor;
        }
    }
}

impl CircleKernel<'_> {
    /// The sums over the first `seen` tokens of the weights, and of the weights times the differences to token k.
    #[inline(always)]
    fn sums<V: Octet>(&self, k: usize, seen: usize) -> (f64, [f64; 2]) {
        let mut totals = [Row::default(); 3];
        let whole = seen - seen % LANES;
        for part in 0..V::PARTS {
            let mut sums = [V::splat(0.0); 3];
            let mut j = 0;
            while j + CHUNK * LANES <= whole {
                self.meet::<V, CHUNK>(k, j, part, V::splat(1.0), &mut sums);
                j += CHUNK * LANES;
            }
            while j < whole {
                self.meet::<V, 1>(k, j, part, V::splat(1.0), &mut sums);
                j += LANES;
            }
            if whole < seen {
                self.meet::<V, 1>(k, j, part, V::read(&FIRST, LANES - (seen - whole), part), &mut sums);
            }
            for i in 0..3 {
                sums[i].store(&mut totals[i], part);
            }
        }
        (V::sum(&totals[0]), [V::sum(&totals[1]), V::sum(&totals[2])])
    }

    /// Adds N rows of tokens from j on.
    #[inline(always)]
    fn meet<V: Octet, const N: usize>(&self, k: usize, j: usize, part: usize, mask: V, sums: &mut [V; 3]) {
        let mut exponents = [mask; N];
        for (i, exponent) in exponents.iter_mut().enumerate() {
            let sx = difference::<V>(self.scaled[0], k, j + i * LANES, part);
            let sy = difference::<V>(self.scaled[1], k, j + i * LANES, part);
            *exponent = sx.neg_mul_sub(sx, sy.times(sy));
        }
        let weights = exp_octets(exponents);
        for (i, weight) in weights.into_iter().enumerate() {
            let weight = if N == 1 { weight.times(mask) } else { weight };
            sums[0] = sums[0].plus(weight);
            sums[1] = weight.mul_add(difference(self.x, k, j + i * LANES, part), sums[1]);
            sums[2] = weight.mul_add(difference(self.y, k, j + i * LANES, part), sums[2]);
        }
    }
}

/// Rows whose exponentials are taken together.
const CHUNK: usize = 4;

/// Read from LANES - i on: ones in the first i lanes, then zeros.
const FIRST: [f64; 2 * LANES] = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];

/// row_j - row_k for the tokens from j on.
#[inline(always)]
fn difference<V: Octet>(row: &[f64], k: usize, j: usize, part: usize) -> V {
    V::read(row, j, part).plus(V::splat(-row[k]))
}
