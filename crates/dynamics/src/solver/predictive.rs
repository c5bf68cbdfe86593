//! Step-size control for steps that shrink or grow by orders of magnitude.

use super::StepSizeController;

/// The predictive controller of Gustafsson (Hairer & Wanner, *Solving ODEs II*, IV.8): the step after an accepted one
/// is the smaller of the usual proposal and of one that carries the trend of the last two steps forward,
///
/// ```text
/// h_{n+1} = safety h_n err_n^(-1/k) min(1, h_n / h_{n-1} (err_{n-1} / err_n)^(1/k)).
/// ```
///
/// Where clusters fall on each other the right step shrinks by the same factor again and again; a controller without
/// the trend has every such step rejected once.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictiveController {
    /// Safety factor.
    pub safety: f64,
    /// Smallest and largest factor.
    pub limits: (f64, f64),
    /// Error of the last accepted step.
    previous: Option<f64>,
    /// Present step over the last accepted one.
    ratio: f64,
    after_rejection: bool,
}

impl Default for PredictiveController {
    fn default() -> Self {
        Self { safety: 0.9, limits: (0.1, 8.0), previous: None, ratio: 1.0, after_rejection: false }
    }
}

/// Errors below this do not enlarge the factor further.
const SMALLEST_ERROR: f64 = 1e-10;
/// Errors below this say nothing about a trend.
const SMALLEST_TREND: f64 = 1e-2;

impl StepSizeController for PredictiveController {
    fn accepted(&mut self, error: f64, exponent: u32) -> f64 {
        let root = |x: f64| libm::pow(x, 1.0 / f64::from(exponent));
        let error = error.max(SMALLEST_ERROR);
        let mut factor = self.safety / root(error);
        if let Some(previous) = self.previous {
            factor = factor.min(factor * self.ratio * root(previous / error));
        }
        let highest = if self.after_rejection { 1.0 } else { self.limits.1 };
        self.previous = Some(error.max(SMALLEST_TREND));
        self.after_rejection = false;
        self.ratio = factor.clamp(self.limits.0, highest);
        self.ratio
    }

    fn rejected(&mut self, error: f64, exponent: u32) -> f64 {
        self.after_rejection = true;
        let root = libm::pow(error, -1.0 / f64::from(exponent));
        let factor = if error.is_finite() { (self.safety * root).clamp(self.limits.0, 0.9) } else { self.limits.0 };
        self.ratio *= factor;
        factor
    }
}
