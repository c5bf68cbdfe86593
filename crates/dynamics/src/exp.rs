//! An exponential of our own: the same bits on every machine, and short enough for the compiler to vectorise.
//!
//! Cody-Waite reduction x = k ln 2 + r with |r| <= (ln 2)/2, then exp r = 1 + r + r^2 P(r) with P of degree 9
//! (interpolation at Chebyshev nodes, relative error 1.6e-17), then a scaling by 2^k in the exponent's bits.

use crate::simd::Octet;

/// Below this the result is flushed to zero; exp of it is 2.3e-308, just above the smallest normal number.
const SMALLEST: f64 = -708.39;
/// 1.5 * 2^52: adding it rounds to an integer and leaves that integer in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// P(r), lowest power first.
const P: [f64; 10] = [
    0.500_000_000_000_000_1,
    0.166_666_666_666_666_69,
    0.041_666_666_666_624_13,
    0.008_333_333_333_330_062,
    0.001_388_888_891_721_371_7,
    0.000_198_412_698_630_536_18,
    2.480_152_129_595_437_6e-5,
    2.755_726_845_999_706_4e-6,
    2.762_008_844_540_974_6e-7,
    2.510_038_549_551_032e-8,
];

/// e^x for x <= 709, with an error below 1 unit in the last place (tested against `libm` over the whole range).
///
/// Results that would be subnormal (x < -708.39) are 0; NaN stays NaN. Larger x than 709 are outside the domain.
#[inline(always)]
#[must_use]
pub fn exp(x: f64) -> f64 {
    let clamped = if x < SMALLEST { SMALLEST } else { x };
    let shifted = clamped.mul_add(std::f64::consts::LOG2_E, ROUNDER);
    let k = shifted - ROUNDER;
    let r = k.mul_add(-LN2_LOW, k.mul_add(-LN2_HIGH, clamped));
    let r2 = r * r;
    let r4 = r2 * r2;
    // Estrin's scheme: short chains of dependent operations.
    let p01 = P[1].mul_add(r, P[0]);
    let p23 = P[3].mul_add(r, P[2]);
    let p45 = P[5].mul_add(r, P[4]);
    let p67 = P[7].mul_add(r, P[6]);
    let p89 = P[9].mul_add(r, P[8]);
    let low = p23.mul_add(r2, p01);
    let high = p89.mul_add(r4, p67.mul_add(r2, p45));
    let p = high.mul_add(r4, low);
    let mantissa = 1.0 + p.mul_add(r2, r);
    let scale = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52));
    if x < SMALLEST { 0.0 } else { mantissa * scale }
}

/// The same bits lane by lane, for N registers at a time that share constants. (Closures would not be inlined into the
/// code of a level.)
#[inline(always)]
pub(crate) fn exp_octets<V: Octet, const N: usize>(x: [V; N]) -> [V; N] {
    let mut clamped = x;
    let mut shifted = x;
    let mut r = x;
    let mut out = x;
    for i in 0..N {
        clamped[i] = V::splat(SMALLEST).max(x[i]);
    }
    for i in 0..N {
        shifted[i] = V::splat(std::f64::consts::LOG2_E).mul_add(clamped[i], V::splat(ROUNDER));
    }
    for i in 0..N {
        let k = shifted[i].plus(V::splat(-ROUNDER));
        r[i] = V::splat(-LN2_LOW).mul_add(k, V::splat(-LN2_HIGH).mul_add(k, clamped[i]));
    }
    for i in 0..N {
        let r = r[i];
        let r2 = r.times(r);
        let r4 = r2.times(r2);
        let low = linear(2, r).mul_add(r2, linear(0, r));
        let high = linear(8, r).mul_add(r4, linear(6, r).mul_add(r2, linear(4, r)));
        let p = high.mul_add(r4, low);
        out[i] = p.mul_add(r2, r).plus(V::splat(1.0));
    }
    for i in 0..N {
        out[i] = out[i].times(shifted[i].power_of_two()).zero_below(x[i], SMALLEST);
    }
    out
}

/// P_i + P_{i + 1} r.
#[inline(always)]
fn linear<V: Octet>(i: usize, r: V) -> V {
    V::splat(P[i + 1]).mul_add(r, V::splat(P[i]))
}

#[cfg(test)]
mod tests {
    use super::{exp, exp_octets};
    use crate::simd::{Detected, Kernel, LANES, Octet, Row, SimdLevel};

    struct Exponentials<'a> {
        x: &'a [Row],
        out: &'a mut [Row],
    }

    impl Kernel for Exponentials<'_> {
        fn run<V: Octet>(self) {
            for (x, out) in self.x.iter().zip(self.out) {
                for part in 0..V::PARTS {
                    exp_octets([V::load(x, part)])[0].store(out, part);
                }
            }
        }
    }

    #[test]
    fn prop_lanes_have_the_bits_of_the_scalar_function() {
        let number = |i: usize| -715.0 + 0.713_1 * i as f64;
        let mut x: Vec<Row> =
            (0..200).map(|i| Row(std::array::from_fn(|l| number(LANES * i + l).min(708.0)))).collect();
        x.push(Row([f64::NAN, f64::NEG_INFINITY, 0.0, -0.0, 1e-300, -708.39, -708.390_000_1, 709.0]));
        for level in SimdLevel::available() {
            let mut out = vec![Row::default(); x.len()];
            Detected::at_most(level).run(Exponentials { x: &x, out: &mut out });
            for (x, out) in x.iter().flat_map(|r| r.0).zip(out.iter().flat_map(|r| r.0)) {
                assert_eq!(out.to_bits(), exp(x).to_bits(), "{level:?}: exp({x})");
            }
        }
    }

    #[test]
    fn val_exp_is_within_one_ulp_of_libm() {
        let mut worst = 0.0_f64;
        for i in 0..2_000_000_u32 {
            let x = -708.39 + f64::from(i) * (1417.0 / 2_000_000.0);
            let reference = libm::exp(x);
            let ulp = f64::from_bits(reference.to_bits() + 1) - reference;
            worst = worst.max((exp(x) - reference).abs() / ulp);
        }
        assert!(worst <= 1.0, "{worst} units in the last place");
    }

    #[test]
    fn prop_exp_keeps_nan_and_flushes_underflow() {
        assert!(exp(f64::NAN).is_nan());
        assert_eq!(exp(-709.0), 0.0);
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(0.0), 1.0);
    }
}
