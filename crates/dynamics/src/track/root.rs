//! The zero of a function that is dear to evaluate.

/// Evaluations; bisection alone needs fewer for any tolerance.
const MOST_EVALUATIONS: u32 = 200;

/// A point, at most `rtol` (relative) behind a zero, at which `f` is negative; it is not at `low` and is at `high`.
/// Chandrupatla's method (Adv. Eng. Software 28, 1997): inverse quadratic interpolation where the last three points
/// allow it, and bisection elsewhere.
pub(super) fn turning_negative(low: (f64, f64), high: (f64, f64), rtol: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    // The newest point, the one across the zero from it, and the one before.
    let (mut newest, mut across, mut old) = (high, low, high);
    for _ in 0..MOST_EVALUATIONS {
        let width = (newest.0 - across.0).abs();
        let tolerance = rtol * newest.0.abs().max(across.0.abs());
        if width <= tolerance {
            break;
        }
        let share = share(newest, across, old).clamp(0.4 * tolerance / width, 1.0 - 0.4 * tolerance / width);
        let at = newest.0 + share * (across.0 - newest.0);
        if at == newest.0 || at == across.0 {
            break;
        }
        let point = (at, f(at));
        if (point.1 < 0.0) == (newest.1 < 0.0) {
            old = newest;
        } else {
            (old, across) = (across, newest);
        }
        newest = point;
    }
    if newest.1 < 0.0 { newest.0 } else { across.0 }
}

/// Where between the newest point (0) and the one across (1) to look next.
fn share(newest: (f64, f64), across: (f64, f64), old: (f64, f64)) -> f64 {
    let ((a, fa), (b, fb), (c, fc)) = (newest, across, old);
    if old == newest {
        return fa / (fa - fb);
    }
    let (xi, phi) = ((a - b) / (c - b), (fa - fb) / (fc - fb));
    if phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi {
        fa / (fb - fa) * (fc / (fb - fc)) + (c - a) / (b - a) * (fa / (fc - fa)) * (fb / (fc - fb))
    } else {
        0.5
    }
}

#[cfg(test)]
mod tests {
    use super::turning_negative;

    fn count(low: f64, high: f64, f: impl Fn(f64) -> f64) -> (f64, u32) {
        let mut evaluations = 0;
        let found = turning_negative((low, f(low)), (high, f(high)), 1e-9, |t| {
            evaluations += 1;
            f(t)
        });
        assert!(f(found) < 0.0);
        (found, evaluations)
    }

    #[test]
    fn val_zeros_are_found_in_few_evaluations() {
        let (found, evaluations) = count(1.0, 1.5, |t| 1.44 - t * t);
        assert!((found - 1.2).abs() < 1.2e-9 && evaluations <= 7, "{found} in {evaluations}");
        let (found, evaluations) = count(1e30, 3e30, |t| 1.0 - libm::log(t / 1e30));
        assert!(
            (found / 1e30 / std::f64::consts::E - 1.0).abs() < 1e-9 && evaluations <= 9,
            "{found} in {evaluations}"
        );
        let (found, evaluations) = count(0.0, 1.0, |t| (0.3 - t).min(0.9 - 2.9 * t));
        assert!((found - 0.3).abs() < 3e-9 * 1.1 && evaluations <= 16, "{found} in {evaluations}");
        let (found, evaluations) = count(0.0, 1.0, |t| if t < 0.7 { 1.0 } else { -1e-3 });
        assert!((found - 0.7).abs() < 1e-9 && evaluations <= 60, "{found} in {evaluations}");
        let (found, _) = count(0.0, 1.0, |t| 1e-250 - t);
        assert!((found / 1e-250 - 1.0).abs() < 1e-8, "{found}");
    }
}
