//! The reference: a tight solve by a method other than the one measured, checked by a second.

use crate::files::{Start, angles, error};
use crate::ours::run;
use std::ops::ControlFlow;
use tokenpark_dynamics::Method;

pub const TIGHT: f64 = 1e-12;
const CHECK: f64 = 1e-11;

/// The angles at the end by RODAS5P, in ambient coordinates and with direct sums, and how far a check is from them:
/// Dormand and Prince's explicit method where it gets there, otherwise the method of `auto`, in angles and Fourier sums.
pub fn solve(start: &Start, until: f64) -> (Vec<f64>, f64) {
    let tight = |method, tolerance| {
        let (solution, _) = run(method, start, until, tolerance, &mut |_| ControlFlow::Continue(()));
        angles(&solution.state)
    };
    let reference = tight(Method::Rodas5P, TIGHT);
    let check = if until <= 1e4 { tight(Method::DormandPrince5, TIGHT) } else { tight(Method::Auto, CHECK) };
    let difference = error(&reference, &check);
    (reference, difference)
}
