//! Areas of caps, and what follows from them alone.

/// σ(δ): the share of S^{d-1} within a geodesic distance δ of a point, ½ I_{sin²δ}((d−1)/2, ½) for δ ≤ π/2.
/// For d = 2 it is δ/π, for d = 3 sin²(δ/2) (the paper's appendix C prints 3 sin²; a misprint).
///
/// # Panics
/// When d < 2 or δ is not in [0, π].
#[must_use]
pub fn cap_area(dimension: usize, angle: f64) -> f64 {
    assert!(dimension >= 2, "dimension is {dimension}, allowed: 2 or more");
    assert!((0.0..=std::f64::consts::PI).contains(&angle), "angle is {angle}, allowed: 0 to pi");
    if angle > std::f64::consts::FRAC_PI_2 {
        return 1.0 - cap_area(dimension, std::f64::consts::PI - angle);
    }
    if dimension == 2 {
        return angle / std::f64::consts::PI;
    }
    let half = libm::sin(0.5 * angle);
    if dimension == 3 {
        return half * half;
    }
    let (sine, cosine) = libm::sincos(angle);
    let exponent = dimension - 2;
    sine_power_integral(exponent, sine, cosine) / (2.0 * half_sphere_integral(exponent))
}

/// ∫₀^δ sin^m for δ ≤ π/2, by series of positive terms: one about 0 and, where that converges slowly, one about π/2.
fn sine_power_integral(m: usize, sine: f64, cosine: f64) -> f64 {
    let m = m as f64;
    let power = libm::pow(sine, m + 1.0) * cosine;
    if cosine > NEAR_EQUATOR.min(1.0 / m.sqrt()) {
        let square = sine * sine;
        return power / (m + 1.0) * series(|i| square * (m + 2.0 + 2.0 * i) / (m + 3.0 + 2.0 * i));
    }
    let square = cosine * cosine;
    half_sphere_integral(m as usize) - power * series(|i| square * (m + 2.0 + 2.0 * i) / (3.0 + 2.0 * i))
}

/// Nearer to the equator than this (and than its width, 1/√m) the complement loses no digits.
const NEAR_EQUATOR: f64 = 0.15;

/// 1 + r(0) + r(0) r(1) + ..., for ratios of successive terms that end up below 1.
fn series(ratio: impl Fn(f64) -> f64) -> f64 {
    let (mut term, mut sum) = (1.0, 0.0);
    for i in 0..200_000_u32 {
        sum += term;
        let r = ratio(f64::from(i));
        term *= r;
        if r < 1.0 && term < 1e-17 * sum * (1.0 - r) {
            break;
        }
    }
    sum
}

/// ∫₀^{π/2} sin^m, by Wallis' product.
fn half_sphere_integral(m: usize) -> f64 {
    let start = if m.is_multiple_of(2) { std::f64::consts::FRAC_PI_2 } else { 1.0 };
    let first = if m.is_multiple_of(2) { 2 } else { 3 };
    (first..=m).step_by(2).fold(start, |product, k| product * (k as f64 - 1.0) / k as f64)
}

/// The mean number of strong centres among the first n of uniform tokens, (1 − (1−σ)^n)/σ (Lemma C.1).
///
/// # Panics
/// When d < 2 or δ is not in (0, π].
#[must_use]
pub fn mean_strong_centers(dimension: usize, separation: f64, tokens: u64) -> f64 {
    assert!(separation > 0.0, "separation is {separation}, allowed: more than 0");
    let sigma = cap_area(dimension, separation);
    -libm::expm1(tokens as f64 * libm::log1p(-sigma)) / sigma
}
