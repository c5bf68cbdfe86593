//! From a model and a start to a solution: the choice of field, coordinates and method.
//!
//! | model | `auto` | field | coordinates |
//! |---|---|---|---|
//! | circle, causal, softmax, Q = K = I, V = a I | `ndf` | [`CircleField`] | angles |
//! | other causal models, with a window or a decay as well | `dormand-prince-5`, then `rodas4` | [`CausalAttention`] | ambient |
//! | other masks, several heads | `dormand-prince-5` | [`Attention`] | ambient |
//!
//! `auto` leaves the explicit method when stability limits it: when the steps taken so far are many and those to come at
//! the present size many more. Observers see ambient coordinates in every case.

use crate::{
    Attention, CausalAttention, CircleField, DormandPrince5, ImplicitField, Mask, Model, Moment, Ndf, PiController,
    PredictiveController, Problem, Rosenbrock, Solution, Solver, Statistics, Termination, VectorField, Weights, solve,
};
use std::cell::RefCell;
use std::ops::ControlFlow;

/// How the differential equation is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// The choice of this module's table for the model at hand.
    #[default]
    Auto,
    /// Dormand and Prince's explicit Runge-Kutta pair of order 5(4).
    DormandPrince5,
    /// Numerical differentiation formulas, implicit, of variable order 1 to 5; on the circle only.
    Ndf,
    /// Hairer and Wanner's Rosenbrock method of order 4(3), for the causal mask, windows and decays.
    Rodas4,
    /// Steinebach's Rosenbrock method of order 5(4), for the same masks and tolerances below about 1e-8.
    Rodas5P,
}

impl Method {
    /// All methods with their names in manifests.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("auto", Self::Auto),
        ("dormand-prince-5", Self::DormandPrince5),
        ("ndf", Self::Ndf),
        ("rodas4", Self::Rodas4),
        ("rodas5p", Self::Rodas5P),
    ];

    /// The name in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }
}

/// A method that a model cannot be solved with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("method \"{}\" needs {needs}; \"auto\" and \"dormand-prince-5\" solve every model", method.name())]
pub struct MethodError {
    /// The method.
    pub method: Method,
    /// What it needs.
    pub needs: &'static str,
}

/// Rounding in Fourier sums may move a token by this share of the tolerance.
const NOISE: f64 = 1e-2;
/// And by no more than this.
const LARGEST_NOISE: f64 = 1e-8;
/// The explicit method is given this many steps before it can be left.
const PATIENCE: u64 = 200;
/// It is left when the steps still to come, at the present size, are more than this.
const TOO_MANY: f64 = 2000.0;

type Observer<'a> = dyn FnMut(Moment<'_>) -> ControlFlow<()> + 'a;

/// Follows `model` as `problem` says with `method`, showing the observer saved times and steps in ambient coordinates
/// (coordinate-major, as in [`crate::Tokens`]; the start, `problem.start`, is in these too). Returns the solution and the name
/// of the method or methods that were used.
///
/// # Errors
/// When the model cannot be solved with the method.
pub fn follow(
    model: &Model,
    method: Method,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> Result<(Solution, &'static str), MethodError> {
    let tokens = problem.start.len() / model.dimension();
    let circle = circle_scale(model);
    let causal = CausalAttention::new(model, tokens);
    Ok(match (method, circle, causal) {
        (Method::Auto | Method::Ndf, Some(scale), _) => {
            let noise = (NOISE * (problem.tolerance.atol + problem.tolerance.rtol)).min(LARGEST_NOISE);
            let field = CircleField::new(tokens, model.beta(), scale).with_noise(noise);
            (on_circle(field, &mut Ndf::default(), problem, observer), Method::Ndf.name())
        }
        (Method::Ndf, None, _) => {
            return Err(MethodError {
                method,
                needs: "the circle, one head, the causal mask, softmax weights, Q = K = I, V = a I",
            });
        }
        (Method::Auto, None, Some(field)) => switching(field, problem, observer),
        (Method::DormandPrince5, _, Some(mut field)) => explicit(&mut field, problem, observer),
        (Method::Rodas4, _, Some(mut field)) => implicit(&mut field, &mut Rosenbrock::rodas4(), problem, observer),
        (Method::Rodas5P, _, Some(mut field)) => implicit(&mut field, &mut Rosenbrock::rodas5p(), problem, observer),
        (Method::Auto | Method::DormandPrince5, _, None) => {
            explicit(&mut Attention::new(model.clone(), tokens), problem, observer)
        }
        (Method::Rodas4 | Method::Rodas5P, _, None) => {
            return Err(MethodError { method, needs: "one head and the causal mask, a window or a decay" });
        }
    })
}

fn explicit<F: VectorField>(
    field: &mut F,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> (Solution, &'static str) {
    let solution = solve(field, &mut DormandPrince5::default(), &mut PiController::default(), problem, observer);
    (solution, Method::DormandPrince5.name())
}

fn implicit<F: ImplicitField>(
    field: &mut F,
    solver: &mut Rosenbrock,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> (Solution, &'static str) {
    let solution = solve(field, solver, &mut PredictiveController::default(), problem, observer);
    (solution, Solver::<F>::name(solver))
}

/// Explicit while that is cheap, then implicit from there.
fn switching(
    mut field: CausalAttention,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> (Solution, &'static str) {
    let (mut steps, mut leaving) = (0, false);
    let (first, name) = explicit(&mut field, problem, &mut |moment| {
        observer(moment)?;
        if let Moment::Step { from, time, .. } = moment {
            steps += 1;
            leaving = steps > PATIENCE && problem.until - time > TOO_MANY * (time - from);
        }
        if leaving { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if !(leaving && first.termination == Termination::Event) {
        return (first, name);
    }
    let rest = Problem { from: first.t_end, start: &first.state, ..problem };
    // The place where the methods meet was shown already.
    let mut shown = false;
    let (second, _) = implicit(&mut field, &mut Rosenbrock::rodas4(), rest, &mut |moment| {
        let again = !std::mem::replace(&mut shown, true);
        if again { ControlFlow::Continue(()) } else { observer(moment) }
    });
    let (a, b) = (first.statistics, second.statistics);
    let statistics = Statistics {
        steps: a.steps + b.steps,
        rejected: a.rejected + b.rejected,
        evaluations: a.evaluations + b.evaluations,
    };
    (Solution { statistics, ..second }, "dormand-prince-5, rodas4")
}

/// The number a where a model is causal attention on the circle with Q = K = I and V = a I.
fn circle_scale(model: &Model) -> Option<f64> {
    let causal = *model.mask() == Mask::Causal && model.weights() == Weights::Softmax;
    model.scalar_value().filter(|_| causal && model.dimension() == 2 && model.has_identity_scores())
}

/// Solves in angles and shows positions.
fn on_circle(
    mut field: CircleField,
    solver: &mut dyn Solver<CircleField>,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> Solution {
    let (x, y) = problem.start.split_at(field.len());
    let angles: Vec<f64> = x.iter().zip(y).map(|(&x, &y)| libm::atan2(y, x)).collect();
    let positions = field.positions();
    let mut ambient = vec![0.0; problem.start.len()];
    let inner = RefCell::new(angles.clone());
    let mut show = |moment: Moment<'_>| match moment {
        Moment::Saved { index, time, state } => {
            positions.of(state, &mut ambient);
            observer(Moment::Saved { index, time, state: &ambient })
        }
        Moment::Step { from, time, state, between } => {
            positions.of(state, &mut ambient);
            let between = |at: f64, out: &mut [f64]| {
                let mut angles = inner.borrow_mut();
                between(at, &mut angles);
                positions.of(&angles, out);
            };
            observer(Moment::Step { from, time, state: &ambient, between: &between })
        }
    };
    let problem = Problem { start: &angles, ..problem };
    let solution = solve(&mut field, solver, &mut PiController::default(), problem, &mut show);
    let mut state = vec![0.0; 2 * field.len()];
    positions.of(&solution.state, &mut state);
    Solution { state, ..solution }
}
