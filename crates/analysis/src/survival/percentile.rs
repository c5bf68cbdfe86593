//! Percentiles of lifetimes from a survival curve, with confidence intervals from its band.

use super::Sample;
use super::quantile::normal_quantile;

/// The time by which a share has died. Whatever the observation is too short for is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Percentile {
    /// The first time at which the survival is 1 − share or less.
    pub value: Option<f64>,
    /// The first time at which the lower edge of the band is.
    pub low: Option<f64>,
    /// The first time at which the upper edge of the band is.
    pub high: Option<f64>,
}

/// Rounding in a product of survivals, far below one death in 10⁷ times the survival.
const ROUNDING: f64 = 1e-10;

/// The percentiles of the given shares (0.5 is the median) at a confidence, for instance 0.95, by inverting the
/// Kaplan-Meier curve and its log-log band (Brookmeyer & Crowley 1982).
pub fn percentiles(sample: &Sample, shares: &[f64], confidence: f64) -> Vec<Percentile> {
    let z = normal_quantile(0.5 + 0.5 * confidence);
    let mut found = vec![Percentile::default(); shares.len()];
    for step in sample.steps() {
        let (low, high) = step.band(z);
        for (percentile, share) in found.iter_mut().zip(shares) {
            let reached = |survival: f64| (survival <= (1.0 - share) * (1.0 + ROUNDING)).then_some(step.time);
            percentile.value = percentile.value.or_else(|| reached(step.survival));
            percentile.low = percentile.low.or_else(|| reached(low));
            percentile.high = percentile.high.or_else(|| reached(high));
        }
    }
    found
}
