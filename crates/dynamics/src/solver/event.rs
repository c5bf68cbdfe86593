//! Events: when a function of the state changes sign, located by root finding on dense output.

use super::Moment;

/// A sign change of a function of the state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// When.
    pub time: f64,
    /// True when the function turned from negative to positive.
    pub rising: bool,
}

/// Iterations of the root finder; bisection alone halves the interval below any tolerance in fewer.
const MOST_ITERATIONS: u32 = 200;

impl Event {
    /// Where `value` of the state changes sign between the start and the end of the step that `moment` shows, to a
    /// relative accuracy of `rtol` in time. `before` is its value at the start of the step, `scratch` holds a state.
    /// `None` for moments that are not steps and for steps without a sign change; a function that changes sign twice
    /// within one step is not seen.
    pub fn locate(
        moment: Moment<'_>,
        before: f64,
        rtol: f64,
        scratch: &mut [f64],
        mut value: impl FnMut(&[f64]) -> f64,
    ) -> Option<Self> {
        let Moment::Step { from, time, state, between } = moment else {
            return None;
        };
        let after = value(state);
        if (before < 0.0) == (after < 0.0) {
            return None;
        }
        // At late times a step may be below the resolution of time.
        if from == time {
            return Some(Self { time, rising: before < 0.0 });
        }
        let at = |t: f64| {
            between(t, scratch);
            value(scratch)
        };
        Some(Self { time: root((from, before), (time, after), rtol, at), rising: before < 0.0 })
    }
}

/// The Illinois variant of regula falsi, with a bisection whenever an end has not moved for two iterations.
fn root(mut low: (f64, f64), mut high: (f64, f64), rtol: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let mut stalled = 0_i32;
    for _ in 0..MOST_ITERATIONS {
        if (high.0 - low.0).abs() <= rtol * high.0.abs() {
            break;
        }
        let secant = low.0 + (high.0 - low.0) * (low.1 / (low.1 - high.1));
        let inside = secant > low.0 && secant < high.0;
        let t = if inside && stalled.abs() < 3 { secant } else { 0.5 * (low.0 + high.0) };
        if t <= low.0 || t >= high.0 {
            break;
        }
        let value = f(t);
        if (value < 0.0) == (low.1 < 0.0) {
            stalled = if stalled > 0 { stalled + 1 } else { 1 };
            low = (t, value);
            high.1 *= 0.5;
        } else {
            stalled = if stalled < 0 { stalled - 1 } else { -1 };
            high = (t, value);
            low.1 *= 0.5;
        }
        if stalled.abs() > 3 {
            stalled = 0;
        }
    }
    high.0
}

#[cfg(test)]
mod tests {
    use super::root;

    #[test]
    fn val_roots_of_steep_and_flat_functions() {
        for power in [1, 3, 9, 21] {
            let f = |t: f64| {
                let x = t - 0.3;
                (0..power).fold(1.0, |product, _| product * x)
            };
            let found = root((0.0, f(0.0)), (1.0, f(1.0)), 1e-12, f);
            assert!((found - 0.3).abs() < 1e-11, "power {power}: {found}");
        }
        let late = root((1e30, -1.0), (2e30, 1e-3), 1e-12, |t| if t < 1.7e30 { -1.0 } else { 1e-3 });
        assert!((late / 1.7e30 - 1.0).abs() < 1e-11);
    }
}
