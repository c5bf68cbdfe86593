//! The variable in which the formulas are polynomials.

/// s = -log(1 - rate t) / rate of the time t since the present; s = t for rate 0.
///
/// A cluster falls on another one like the logarithm of the time that is left, 1/rate, which a polynomial in t follows
/// for a quarter of an e-fold a step. In s that is nearly a straight line.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Clock {
    /// One over the time left, not negative.
    pub(super) rate: f64,
}

/// Shares of the time left below this are as good as their logarithm.
const SMALL: f64 = 1e-17;
/// Most e-folds of the time left in one step.
const MOST: f64 = 5.0;
/// Least share of the time left after a step, a little below e^-5.
const LEAST: f64 = 5e-3;

impl Clock {
    /// s of the time t.
    pub(super) fn read(self, t: f64) -> f64 {
        let share = self.rate * t;
        if share.abs() < SMALL { t } else { -libm::log1p(-share) / self.rate }
    }

    /// The time at which s is read, or that of the longest step.
    pub(super) fn time(self, s: f64) -> f64 {
        let share = (self.rate * s).min(MOST);
        if share.abs() < SMALL { s } else { -libm::expm1(-share) / self.rate }
    }

    /// dt/ds at the time t.
    pub(super) fn pace(self, t: f64) -> f64 {
        1.0 - self.rate * t
    }

    /// The same clock seen from the time t.
    pub(super) fn moved(self, t: f64) -> Self {
        Self { rate: self.rate / self.pace(t) }
    }

    /// This clock, or time itself where a step of `h` is longer than the time left.
    pub(super) fn reaching(self, h: f64) -> Self {
        if self.pace(h) < LEAST { Self::default() } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn val_clock_and_time_are_inverse() {
        for rate in [0.0, 1e-300, 1e-30, 0.3, 4.0, 1e20] {
            let clock = Clock { rate };
            for share in [-30.0, -1e-3, 1e-9, 0.4, 4.9] {
                let s = if rate > 1e-300 { share / rate } else { share };
                let back = clock.read(clock.time(s));
                assert!((back / s - 1.0).abs() < 1e-11, "rate {rate:e}: {s:e} and {back:e}");
            }
        }
        // A minute later the same moment has the same reading, up to a shift and the unit.
        let (clock, later) = (Clock { rate: 0.4 }, Clock { rate: 0.4 }.moved(1.5));
        let shifted = clock.read(1.5) + later.read(0.5) / clock.pace(1.5);
        assert!((shifted / clock.read(2.0) - 1.0).abs() < 1e-14, "{shifted} and {}", clock.read(2.0));
    }
}
