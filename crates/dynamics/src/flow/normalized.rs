//! Following models under the other normalisation schemes.
//!
//! LN-scaling divides velocities by sqrt(t + 1), which is post-LN in the clock s = 2 (sqrt(t + 1) - 1): every method
//! and kernel of post-LN serves. Mix-LN jumps at its switch, on which the first solve ends and from which another starts.
//! The others are solved explicitly, with the radii in the state where there are any; observers see directions alone,
//! and the radii beside them.

use super::kernel::{FollowError, Followed, Kernel, Used};
use super::{Method, Observer, after_the_first, directions, explicit};
use crate::{Layer, Model, Moment, Normalization, Problem, SaveAt, Solution, Termination};
use std::cell::RefCell;

/// What implicit methods and Fourier sums need.
const POST_LN: &str = "the normalization \"post-ln\" or \"ln-scaling\"";

/// The same model under another scheme.
fn under(model: &Model, normalization: Normalization) -> Model {
    model.clone().with_normalization(normalization).unwrap_or_else(|error| unreachable!("it has no number: {error}"))
}

/// s(t) = 2 (sqrt(t + 1) - 1), without cancellation.
fn reading(time: f64) -> f64 {
    2.0 * (time / ((time + 1.0).sqrt() + 1.0))
}

/// t(s).
fn time_of(reading: f64) -> f64 {
    reading * 0.25f64.mul_add(reading, 1.0)
}

/// Follows a model under LN-scaling.
pub(super) fn in_its_clock(
    model: &Model,
    method: Method,
    kernel: Kernel,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> Result<Followed, FollowError> {
    let times = problem.save_at.0;
    let until = reading(problem.until);
    let readings: Vec<f64> = times.iter().map(|&time| reading(time).min(until)).collect();
    let time_of = |s: f64| if s == until { problem.until } else { time_of(s).min(problem.until) };
    let inner = Problem { from: reading(problem.from), until, save_at: SaveAt(&readings), ..problem };
    let post_ln = under(model, Normalization::PostLn);
    let mut found = directions(&post_ln, method, kernel, inner, &mut |moment| match moment {
        Moment::Saved { index, state, radii, .. } => {
            observer(Moment::Saved { index, time: times[index], state, radii })
        }
        Moment::Step { from, time, state, between } => {
            let between = |at: f64, out: &mut [f64]| between(reading(at), out);
            observer(Moment::Step { from: time_of(from), time: time_of(time), state, between: &between })
        }
    })?;
    found.solution.t_end = time_of(found.solution.t_end);
    Ok(found)
}

/// Follows a model under mix-LN: post-LN up to the switch, then pre-LN.
pub(super) fn mixed(
    model: &Model,
    switch: f64,
    method: Method,
    kernel: Kernel,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> Result<Followed, FollowError> {
    serves(method, kernel)?;
    let pre_ln = under(model, Normalization::PreLn);
    if switch <= problem.from {
        return layered(&pre_ln, method, kernel, problem, observer);
    }
    let radii = vec![model.radius(); problem.start.len() / model.dimension()];
    let leg = Problem { until: problem.until.min(switch), ..problem };
    let first = directions(&under(model, Normalization::PostLn), method, kernel, leg, &mut |moment| {
        observer(match moment {
            Moment::Saved { index, time, state, .. } => Moment::Saved { index, time, state, radii: &radii },
            step => step,
        })
    })?;
    if first.solution.termination != Termination::Reached || switch >= problem.until {
        return Ok(Followed { radii, ..first });
    }
    let rest = Problem { from: switch, start: &first.solution.state, ..problem };
    let mut second = layered(&pre_ln, method, kernel, rest, &mut after_the_first(observer))?;
    second.solution.statistics = first.solution.statistics + second.solution.statistics;
    let method = match first.method {
        "ndf" => "ndf, dormand-prince-5",
        "dormand-prince-5, ndf" => "dormand-prince-5, ndf, dormand-prince-5",
        "dormand-prince-5, rodas4" => "dormand-prince-5, rodas4, dormand-prince-5",
        explicit => explicit,
    };
    let kernel = if first.kernel == "direct" { "direct" } else { "fourier, direct" };
    Ok(Followed { method, kernel, ..second })
}

/// Follows a model whose field is a [`Layer`], explicitly.
pub(super) fn layered(
    model: &Model,
    method: Method,
    kernel: Kernel,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> Result<Followed, FollowError> {
    serves(method, kernel)?;
    let size = problem.start.len();
    let tokens = size / model.dimension();
    let radii = if model.normalization().has_radii() { vec![model.radius(); tokens] } else { Vec::new() };
    let state = [problem.start, &radii].concat();
    let inner = RefCell::new(state.clone());
    let mut show = |moment: Moment<'_>| match moment {
        Moment::Saved { index, time, state, .. } => {
            let (state, radii) = state.split_at(size);
            observer(Moment::Saved { index, time, state, radii })
        }
        Moment::Step { from, time, state, between } => {
            let between = |at: f64, out: &mut [f64]| {
                let mut state = inner.borrow_mut();
                between(at, &mut state);
                out.copy_from_slice(&state[..size]);
            };
            observer(Moment::Step { from, time, state: &state[..size], between: &between })
        }
    };
    let problem = Problem { start: &state, ..problem };
    let (solution, method) = explicit(&mut Layer::new(model.clone(), tokens), problem, &mut show);
    let (state, radii) = solution.state.split_at(size);
    let (state, radii) = (state.to_vec(), radii.to_vec());
    Ok(Followed { solution: Solution { state, ..solution }, method, kernel: Used::default().name(), radii })
}

/// Refuses what serves post-LN alone.
fn serves(method: Method, kernel: Kernel) -> Result<(), FollowError> {
    match (method, kernel) {
        (Method::Auto | Method::DormandPrince5, Kernel::Auto | Kernel::Direct) => Ok(()),
        (Method::Auto | Method::DormandPrince5, Kernel::Fourier) => Err(FollowError::Fourier { needs: POST_LN }),
        (method, _) => Err(FollowError::Method { method, needs: POST_LN }),
    }
}
