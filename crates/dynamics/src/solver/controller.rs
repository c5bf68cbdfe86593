//! Step-size control.

/// Proposes step sizes from error estimates.
pub trait StepSizeController {
    /// The factor for the next step after an accepted one whose error was `error` (in units of the tolerance) in an
    /// estimate that behaves like h^exponent.
    fn accepted(&mut self, error: f64, exponent: u32) -> f64;

    /// The factor, below 1, for another attempt after a rejected one.
    fn rejected(&mut self, error: f64, exponent: u32) -> f64;
}

/// The proportional-integral controller of Hairer & Wanner, *Solving ODEs II*, IV.2: h is multiplied by
/// safety * err_n^(-alpha/k) * err_{n-1}^(beta/k), which stays calm where stability limits the step.
#[derive(Debug, Clone, PartialEq)]
pub struct PiController {
    /// Safety factor.
    pub safety: f64,
    /// Smallest and largest factor.
    pub limits: (f64, f64),
    /// Exponent of the present error, times k.
    pub alpha: f64,
    /// Exponent of the error before, times k.
    pub beta: f64,
    previous: f64,
    after_rejection: bool,
}

impl Default for PiController {
    fn default() -> Self {
        Self { safety: 0.9, limits: (0.2, 8.0), alpha: 0.7, beta: 0.4, previous: 1.0, after_rejection: false }
    }
}

/// Errors below this do not enlarge the factor further.
const SMALLEST_ERROR: f64 = 1e-10;

impl StepSizeController for PiController {
    fn accepted(&mut self, error: f64, exponent: u32) -> f64 {
        let error = error.max(SMALLEST_ERROR);
        let k = f64::from(exponent);
        let factor = self.safety * libm::pow(error, -self.alpha / k) * libm::pow(self.previous, self.beta / k);
        let highest = if self.after_rejection { 1.0 } else { self.limits.1 };
        self.previous = error;
        self.after_rejection = false;
        factor.clamp(self.limits.0, highest)
    }

    fn rejected(&mut self, error: f64, exponent: u32) -> f64 {
        self.after_rejection = true;
        if !error.is_finite() {
            return self.limits.0;
        }
        (self.safety * libm::pow(error, -1.0 / f64::from(exponent))).clamp(self.limits.0, 0.9)
    }
}
