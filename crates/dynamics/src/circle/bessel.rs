//! The Fourier coefficients of the circle's kernel.
//!
//! e^{beta (cos x - 1)} = a_0 + 2 sum_m a_m cos m x with a_m = e^{-beta} I_m(beta), and its sine companion
//! h(x) = e^{beta (cos x - 1)} sin x = 2 sum_m (m a_m / beta) sin m x. The ratios r_m = I_m / I_{m-1} come from the
//! continued fraction r_m = beta / (2m + beta r_{m+1}), run backwards (Miller; stable, and good for beta = 0), the
//! scale from a_0 + 2 sum a_m = 1.

use crate::simd::{LANES, Row};

/// The truncated series.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// a_0.
    pub mean: f64,
    /// Coefficients of eight modes at a time, m = 1, 2, ..., zero beyond the truncation: 2 a_m for the weight
    /// e^{beta (cos x - 1)}, 2 m a_m / beta for the pull h(x), 2 m^2 a_m / beta for the slope h'(x).
    pub modes: Vec<[Row; 3]>,
}

impl Series {
    /// The series whose neglected terms add up to less than `tail` (at most) in the weight and in h.
    pub(crate) fn new(beta: f64, tail: f64) -> Self {
        let start = first_negligible(beta);
        let mut ratios = vec![0.0; start + 2];
        for m in (1..=start).rev() {
            // r_m / beta, which has a limit for beta = 0.
            ratios[m] = 1.0 / (2.0 * m as f64 + beta * beta * ratios[m + 1]);
        }
        let mut relative = vec![1.0; start + 1];
        let mut pulls = vec![0.0; start + 1];
        for m in 1..=start {
            relative[m] = relative[m - 1] * beta * ratios[m];
            pulls[m] = 2.0 * m as f64 * relative[m - 1] * ratios[m];
        }
        let scale = 1.0 / (1.0 + 2.0 * relative[1..].iter().rev().sum::<f64>());
        let mut rest = 0.0;
        let mut last = start;
        while last > 1 && rest + 2.0 * relative[last].max(pulls[last]) * scale < tail {
            rest += 2.0 * relative[last].max(pulls[last]) * scale;
            last -= 1;
        }
        let mut modes = vec![[Row::default(); 3]; last.div_ceil(LANES)];
        for m in 1..=last {
            let (block, lane) = (&mut modes[(m - 1) / LANES], (m - 1) % LANES);
            block[0].0[lane] = scale * 2.0 * relative[m];
            block[1].0[lane] = scale * pulls[m];
            block[2].0[lane] = scale * pulls[m] * m as f64;
        }
        Self { mean: scale, modes }
    }

    /// The number of modes, with the padding.
    pub(crate) fn len(&self) -> usize {
        self.modes.len() * LANES
    }
}

/// An m beyond which all terms add up to less than 1e-24: a_m is the law of the difference of two Poisson variables of
/// mean beta/2, so that Chernoff's bound holds, sum_{j >= m} a_j <= exp(sqrt(m^2 + beta^2) - beta - m asinh(m / beta)).
fn first_negligible(beta: f64) -> usize {
    let mut m = 16.0_f64;
    loop {
        let exponent = m * m / (libm::sqrt(m * m + beta * beta) + beta) - m * libm::asinh(m / beta);
        if beta == 0.0 || exponent < -55.0 {
            return m as usize;
        }
        m = (m * 1.1).ceil();
    }
}

#[cfg(test)]
mod tests {
    use super::{LANES, Series};

    #[test]
    fn val_the_series_is_the_kernel() {
        for beta in [0.0, 1e-9, 0.5, 9.0, 64.0, 300.0, 4000.0] {
            let series = Series::new(beta, 1e-17);
            for i in 0..200 {
                let x = f64::from(i) * 0.0314;
                let (mut w, mut h, mut slope) = (series.mean, 0.0, 0.0);
                for m in 0..series.len() {
                    let angle = (m + 1) as f64 * x;
                    w += series.modes[m / LANES][0].0[m % LANES] * libm::cos(angle);
                    h += series.modes[m / LANES][1].0[m % LANES] * libm::sin(angle);
                    slope += series.modes[m / LANES][2].0[m % LANES] * libm::cos(angle);
                }
                let half = libm::sin(0.5 * x);
                let exact = libm::exp(-2.0 * beta * half * half);
                let (s, c) = (libm::sin(x), libm::cos(x));
                assert!((w - exact).abs() < 1e-14, "{beta} {x}: {w} {exact}");
                assert!((h - exact * s).abs() < 1e-14, "{beta} {x}: {h}");
                assert!((slope - exact * (c - beta * s * s)).abs() < 1e-12, "{beta} {x}: {slope}");
            }
        }
    }
}
