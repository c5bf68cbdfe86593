//! Gauss-Legendre quadrature and piecewise Chebyshev series.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Nodes and weights on [-1, 1].
pub(super) type Rule = [(f64, f64); POINTS];

const POINTS: usize = 16;

/// Exact for polynomials up to degree 31.
pub(super) static GAUSS: LazyLock<Rule> = LazyLock::new(|| {
    std::array::from_fn(|i| {
        // The zero of the Legendre polynomial next to this guess, by Newton's method.
        let mut x = libm::cos(PI * (i as f64 + 0.75) / (POINTS as f64 + 0.5));
        let mut slope = 1.0;
        for _ in 0..8 {
            let (mut before, mut value) = (1.0, x);
            for k in 2..=POINTS {
                let k = k as f64;
                (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
            }
            slope = POINTS as f64 * (x * value - before) / (x * x - 1.0);
            x -= value / slope;
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    })
});

/// ∫_a^b f.
pub(super) fn integral(a: f64, b: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (middle, half) = (0.5 * (a + b), 0.5 * (b - a));
    half * GAUSS.iter().fold(0.0, |sum, &(x, weight)| sum + weight * f(middle + half * x))
}

/// Terms of a Chebyshev series.
const TERMS: usize = 26;

/// A function on one unit interval [k, k + 1] as a Chebyshev series.
#[derive(Debug, Clone)]
pub(super) struct Series([f64; TERMS]);

impl Series {
    /// The series that takes f's values at the Chebyshev points of [k, k + 1], where f is asked for x.
    pub(super) fn of(k: f64, f: impl Fn(f64) -> f64) -> Self {
        let n = TERMS as f64;
        let values: [f64; TERMS] = std::array::from_fn(|j| f(k + 0.5 + 0.5 * libm::cos(PI * (j as f64 + 0.5) / n)));
        Self(std::array::from_fn(|term| {
            let sum = values
                .iter()
                .enumerate()
                .fold(0.0, |sum, (j, value)| sum + value * libm::cos(PI * term as f64 * (j as f64 + 0.5) / n));
            if term == 0 { sum / n } else { 2.0 * sum / n }
        }))
    }

    /// The value at a fraction of the interval in [0, 1], by Clenshaw's recurrence.
    pub(super) fn at(&self, fraction: f64) -> f64 {
        let x = 2.0 * fraction - 1.0;
        let (mut ahead, mut next) = (0.0, 0.0);
        for &coefficient in self.0[1..].iter().rev() {
            (next, ahead) = (2.0 * x * next - ahead + coefficient, next);
        }
        self.0[0] + x * next - ahead
    }

    /// The integral from the interval's left end on, a series with the last term dropped (it is rounding noise).
    pub(super) fn integrated(&self) -> Self {
        let c = |k: usize| if k < TERMS { self.0[k] } else { 0.0 };
        let mut sums = [0.0; TERMS];
        // ∫ T_k = T_{k+1}/(2(k+1)) − T_{k−1}/(2(k−1)), times one half for the interval's length.
        sums[1] = 0.5 * (c(0) - 0.5 * c(2));
        for (k, sum) in sums.iter_mut().enumerate().skip(2) {
            *sum = 0.25 * (c(k - 1) - c(k + 1)) / k as f64;
        }
        let at_left = sums.iter().enumerate().fold(0.0, |sum, (k, s)| if k % 2 == 0 { sum + s } else { sum - s });
        sums[0] = -at_left;
        Self(sums)
    }
}
