//! Sine and cosine of our own: the same bits on every machine, and branch-free, so that loops over angles vectorise.
//!
//! Cody-Waite reduction x = k pi/2 + r with |r| <= pi/4, then the polynomials of fdlibm (Sun Microsystems, 1993).

/// 1.5 * 2^52: adding it rounds to an integer and leaves that integer in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// pi/2 in two parts.
const HALF_PI: [f64; 2] = [std::f64::consts::FRAC_PI_2, 6.123_233_995_736_766e-17];
const SIN: [f64; 6] = [
    -1.666_666_666_666_663_2e-1,
    8.333_333_333_322_49e-3,
    -1.984_126_982_985_795e-4,
    2.755_731_370_707_006_8e-6,
    -2.505_076_025_340_686_3e-8,
    1.589_690_995_211_55e-10,
];
const COS: [f64; 6] = [
    4.166_666_666_666_66e-2,
    -1.388_888_888_887_411e-3,
    2.480_158_728_947_673e-5,
    -2.755_731_435_139_066_3e-7,
    2.087_572_321_298_175e-9,
    -1.135_964_755_778_819_5e-11,
];

/// (sin x, cos x) for |x| <= 1e6, with an absolute error below 2.3e-16; sin keeps its relative accuracy near 0.
#[inline(always)]
#[must_use]
pub(crate) fn sincos(x: f64) -> (f64, f64) {
    let shifted = x.mul_add(std::f64::consts::FRAC_2_PI, ROUNDER);
    let k = shifted - ROUNDER;
    let r = k.mul_add(-HALF_PI[1], k.mul_add(-HALF_PI[0], x));
    let z = r * r;
    let poly = |c: &[f64; 6]| {
        let (low, middle, high) = (c[1].mul_add(z, c[0]), c[3].mul_add(z, c[2]), c[5].mul_add(z, c[4]));
        high.mul_add(z * z, middle).mul_add(z * z, low)
    };
    let sin = (r * z).mul_add(poly(&SIN), r);
    let half = 0.5 * z;
    let top = 1.0 - half;
    let cos = top + (z * z).mul_add(poly(&COS), (1.0 - top) - half);
    let quadrant = shifted.to_bits();
    let (s, c) = if quadrant & 1 == 0 { (sin, cos) } else { (cos, sin) };
    let flip = |v: f64, q: u64| f64::from_bits(v.to_bits() ^ ((q & 2) << 62));
    (flip(s, quadrant), flip(c, quadrant.wrapping_add(1)))
}

#[cfg(test)]
mod tests {
    use super::sincos;

    #[test]
    fn val_sincos_agrees_with_libm() {
        let mut worst = 0.0_f64;
        for i in 0..2_000_000_i32 {
            let x = f64::from(i - 1_000_000) * 1.234_567e-5;
            let (s, c) = sincos(x);
            worst = worst.max((s - libm::sin(x)).abs()).max((c - libm::cos(x)).abs());
        }
        assert!(worst < 2.3e-16, "{worst}");
    }

    #[test]
    fn val_sincos_keeps_tiny_angles() {
        for x in [1e-300, -1e-20, 1e-9] {
            assert_eq!(sincos(x), (libm::sin(x), 1.0));
        }
    }
}
