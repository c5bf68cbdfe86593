//! Parking on the infinite line: Rényi's constant, the variance constant, kinetics and the law of gaps.
//!
//! Tokens land at rate 1 per car length and unit of time. Gaps of length g >= 1 have the density
//! t² β(t) e^{−(g−1)t} per car length, with β(t) = exp(−2 ∫_0^t (1 − e^{−u})/u du); all below follows (Rényi 1958;
//! González, Hemmer & Høye, Chem. Phys. 3 (1974) 228; Evans, Rev. Mod. Phys. 65 (1993) 1281).

use super::quadrature::{GAUSS, integral};
use std::sync::LazyLock;

/// Rényi's parking constant, the mean density of saturated cars of length 1 on a line (Rényi 1958; OEIS A050996).
pub const RENYI_CONSTANT: f64 = 0.747_597_920_253_411_4;

/// Variance of the number of saturated cars, per unit length (Dvoretzky & Robbins 1964), from 30 digits of
/// `renyi_variance`'s integral.
pub const RENYI_VARIANCE: f64 = 0.038_156_399_190_426_51;

/// Euler's constant γ.
const EULER: f64 = 0.577_215_664_901_532_9;

/// From here on β(t) = e^{−2γ}/t² to the last bit.
const FAR: usize = 40;

/// Panels of doubling length beyond `FAR`.
const DOUBLINGS: usize = 50;

/// What the integrals below share.
struct Tables {
    /// ∫_0^k (1 − e^{−u})/u du for k = 0, 1, ..., FAR.
    exponent: [f64; FAR + 1],
    /// ∫_k^∞ β for the same k.
    beyond: [f64; FAR + 1],
    /// Nodes t and weights times β(t) for integrals over [0, FAR 2^DOUBLINGS].
    nodes: Vec<(f64, f64)>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut exponent = [0.0; FAR + 1];
    for k in 0..FAR {
        exponent[k + 1] = exponent[k] + integral(k as f64, k as f64 + 1.0, rate);
    }
    let mut tables = Tables { exponent, beyond: [0.0; FAR + 1], nodes: vec![] };
    tables.beyond[FAR] = far_tail() / FAR as f64;
    for k in (0..FAR).rev() {
        tables.beyond[k] = tables.beyond[k + 1] + integral(k as f64, k as f64 + 1.0, |t| tables.beta(t));
    }
    let doubling = (0..DOUBLINGS).map(|k| (FAR as f64) * (1_u64 << k) as f64);
    let panels = (0..FAR).map(|k| (k as f64, k as f64 + 1.0)).chain(doubling.map(|t| (t, 2.0 * t)));
    for (from, to) in panels {
        for &(x, weight) in GAUSS.iter() {
            let (t, half) = (0.5 * (from + to) + 0.5 * (to - from) * x, 0.5 * (to - from));
            tables.nodes.push((t, half * weight * tables.beta(t)));
        }
    }
    tables
});

impl Tables {
    fn beta(&self, t: f64) -> f64 {
        if t >= FAR as f64 {
            return far_tail() / (t * t);
        }
        let whole = t as usize;
        libm::exp(-2.0 * (self.exponent[whole] + integral(whole as f64, t, rate)))
    }

    /// ∫_t^∞ β.
    fn beyond(&self, t: f64) -> f64 {
        if t >= FAR as f64 {
            return far_tail() / t;
        }
        let next = t as usize + 1;
        self.beyond[next] + integral(t, next as f64, |u| self.beta(u))
    }
}

/// (1 − e^{−u})/u.
fn rate(u: f64) -> f64 {
    if u == 0.0 { 1.0 } else { -libm::expm1(-u) / u }
}

/// lim t² β(t) = e^{−2γ}.
fn far_tail() -> f64 {
    libm::exp(-2.0 * EULER)
}

/// C_R = ∫_0^∞ β, computed; `RENYI_CONSTANT` is its value.
#[must_use]
pub fn renyi_constant() -> f64 {
    TABLES.beyond[0]
}

/// The coverage of the line at time t, ∫_0^t β. It approaches C_R as e^{−2γ}/t.
///
/// # Panics
/// When t is negative or not a number.
#[must_use]
pub fn line_coverage(time: f64) -> f64 {
    renyi_constant() - line_uncovered(time)
}

/// What is missing to saturation at time t, C_R − coverage = ∫_t^∞ β, with all its digits.
///
/// # Panics
/// When t is negative or not a number.
#[must_use]
pub fn line_uncovered(time: f64) -> f64 {
    assert!(time >= 0.0, "time is {time}, allowed: 0 or more");
    TABLES.beyond(time)
}

/// v, computed: 4 ∫_0^∞ [e^{−x}(1−e^{−x}) α/x − e^{−2x}(x+e^{−x}−1) α²/(β x²)] dx − C_R with α(x) = ∫_x^∞ β (Mackenzie
/// 1962; Finch, *Mathematical Constants*, 5.3). `RENYI_VARIANCE` is its value.
#[must_use]
pub fn renyi_variance() -> f64 {
    let integrand = |x: f64| {
        let (alpha, decay) = (TABLES.beyond(x), libm::exp(-x));
        decay * (rate(x) * alpha - decay * second_rate(x) * alpha * alpha / TABLES.beta(x))
    };
    let sum = (0..FAR).rev().fold(0.0, |sum, k| sum + integral(k as f64, k as f64 + 1.0, integrand));
    4.0 * sum - renyi_constant()
}

/// (x + e^{−x} − 1)/x², by its series where it would cancel.
fn second_rate(x: f64) -> f64 {
    if x > 1.0 {
        return (x + libm::expm1(-x)) / (x * x);
    }
    let (mut term, mut sum) = (0.5, 0.0);
    for k in 3..24_u32 {
        sum += term;
        term *= -x / f64::from(k);
    }
    sum
}

/// The probability density of a saturated gap's length g in car lengths, (2/C_R) ∫_0^∞ t β(t) e^{−gt} dt for
/// 0 < g < 1. It grows like a logarithm towards 0.
///
/// # Panics
/// When g is not in (0, 1].
#[must_use]
pub fn gap_density(gap: f64) -> f64 {
    assert!(gap > 0.0 && gap <= 1.0, "gap is {gap}, allowed: above 0 to 1 car length");
    let sum = TABLES.nodes.iter().rev().fold(0.0, |sum, &(t, weight)| sum + weight * t * libm::exp(-gap * t));
    2.0 * sum / renyi_constant()
}

/// The share of saturated gaps up to the length g, (2/C_R) ∫_0^∞ β(t) (1 − e^{−gt}) dt; 0 and 1 outside [0, 1].
#[must_use]
pub fn gap_distribution(gap: f64) -> f64 {
    if gap <= 0.0 || gap >= 1.0 {
        return if gap > 0.0 { 1.0 } else { 0.0 };
    }
    let sum = TABLES.nodes.iter().rev().fold(0.0, |sum, &(t, weight)| sum - weight * libm::expm1(-gap * t));
    2.0 * sum / renyi_constant()
}
