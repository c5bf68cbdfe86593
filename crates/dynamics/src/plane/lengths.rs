//! How many modes the weights e^{r (cos x - 1)} need.

use crate::simd::LANES;

/// Numbers of modes by radius, in groups of eight.
#[derive(Debug, Clone)]
pub(crate) struct Lengths {
    /// The largest radius for one group, two groups, ....
    limits: Vec<f64>,
}

impl Lengths {
    /// For radii up to `largest`; the neglected terms add up to less than `tail`.
    pub(crate) fn new(largest: f64, tail: f64) -> Self {
        let decay = libm::log(2.0 / tail);
        let mut limits = vec![limit(1, decay)];
        while limits[limits.len() - 1] < largest {
            limits.push(limit(limits.len() + 1, decay));
        }
        Self { limits }
    }

    /// The largest number of groups.
    pub(crate) fn most(&self) -> usize {
        self.limits.len()
    }

    /// The number of groups for a radius.
    pub(crate) fn groups(&self, radius: f64) -> u32 {
        let last = self.limits.len() - 1;
        self.limits[..last].iter().map(|&limit| u32::from(limit < radius)).sum::<u32>() + 1
    }
}

/// The modes that `largest` needs, about: m^2 = 2 r log(2 / tail) where r is large.
pub(crate) fn estimate(largest: f64, tail: f64) -> f64 {
    let decay = libm::log(2.0 / tail);
    (2.0 * largest * decay).sqrt() + decay / 3.0
}

/// The largest radius r for which the terms from m = 8 groups - 1 on add up to less than e^{-decay}, by Chernoff's bound
/// for a_m = e^{-r} I_m(r), the law of the difference of two Poisson variables of mean r/2:
/// sum_{j >= m} a_j <= exp(sqrt(m^2 + r^2) - r - m asinh(m / r)).
fn limit(groups: usize, decay: f64) -> f64 {
    let m = (LANES * groups - 1) as f64;
    let exponent = |r: f64| m * m / (libm::sqrt(m * m + r * r) + r) - m * libm::asinh(m / r);
    // The exponent is between -m^2 / 2r and that plus a little; it grows with r.
    let (mut low, mut high) = (0.0, 0.5 * m * m / decay + m);
    for _ in 0..24 {
        let middle = 0.5 * (low + high);
        if exponent(middle) < -decay { low = middle } else { high = middle }
    }
    low
}
