//! From a model and a start to a solution: the choice of field, coordinates and method.
//!
//! | model | `auto` | field | coordinates |
//! |---|---|---|---|
//! | d = 2, causal, softmax, Q = K = I, V = a I, with frozen centres as well | `ndf` | [`CircleField`] | angles |
//! | d = 2, causal, softmax, other matrices | `dormand-prince-5`, then `ndf` | [`PlaneField`] | angles |
//! | other causal models, with a window, a decay or frozen centres as well | `dormand-prince-5`, then `rodas4` | [`CausalAttention`] | ambient |
//! | other masks, several heads, a perceptron | `dormand-prince-5` | [`Layer`] | ambient |
//! | pre-LN, peri-LN, nGPT | `dormand-prince-5` | [`Layer`] | ambient, then radii |
//!
//! LN-scaling is solved as post-LN in another clock, mix-LN as post-LN up to its switch and as pre-LN from there
//! (`normalized.rs`).
//!
//! `auto` leaves the explicit method when stability limits it: when the steps taken so far are many and those to come at
//! the present size many more. Observers see ambient coordinates in every case. Fields in angles sum by Fourier series or
//! pair by pair ([`Kernel`]), all others pair by pair.

mod kernel;
mod normalized;

pub(crate) use kernel::Used;
pub use kernel::{FollowError, Followed, Kernel};

use crate::circle::Positions;
use crate::{
    CausalAttention, CircleField, DormandPrince5, ImplicitField, Layer, Mask, Model, Moment, Ndf, Normalization,
    PiController, PlaneField, PredictiveController, Problem, Rosenbrock, Solution, Solver, Termination, VectorField,
    Weights, solve,
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
    /// Numerical differentiation formulas, implicit, of variable order 1 to 5; for causal softmax models with d = 2,
    /// post-LN or LN-scaling, no perceptron, and frozen centres only where Q = K = I and V = a I.
    Ndf,
    /// Hairer and Wanner's Rosenbrock method of order 4(3), for one head, the causal mask, windows and decays, with frozen
    /// centres, post-LN or LN-scaling, and no perceptron.
    Rodas4,
    /// Steinebach's Rosenbrock method of order 5(4), for the same models and tolerances below about 1e-8.
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

/// What models in angles have.
const ANGLES: &str = "dimension 2, one head, the causal mask, softmax weights, no perceptron, and no frozen centre unless \
                      Q = K = I and V = a I";
/// What models with a triangular Jacobian have.
const TRIANGULAR: &str = "one head, the causal mask, a window or a decay, and no perceptron";
/// The explicit method is given this many steps before it can be left.
const PATIENCE: u64 = 200;
/// It is left when the steps still to come, at the present size, are more than this.
const TOO_MANY: f64 = 2000.0;

type Observer<'a> = dyn FnMut(Moment<'_>) -> ControlFlow<()> + 'a;

/// Follows `model` as `problem` says with `method` and `kernel`, showing the observer saved times and steps in ambient
/// coordinates (coordinate-major, as in [`crate::Tokens`]; the start, `problem.start`, is in these too).
///
/// # Errors
/// When the model cannot be solved with the method or the kernel.
///
/// # Examples
/// Two causal tokens at a right angle have an inner product of 0.9 after 16.78059173 units of time if β = 4: the integral
/// of (1 + e^(4 − 4c))/(1 − c²) over c from 0 to 0.9.
///
/// ```
/// use std::ops::ControlFlow;
/// use tokenpark_dynamics::{Head, Kernel, Mask, Method, Model, Problem, SaveAt, Tokens, Tolerance, Weights, follow};
///
/// let model = Model::new(2, 4.0, Mask::Causal, Weights::Softmax, Head::identity(2))?;
/// let mut tokens = Tokens::new(2, vec![1.0, 0.0, 0.0, 1.0])?;
/// let start = tokens.clone();
/// let problem = Problem {
///     from: 0.0,
///     start: start.state(),
///     until: 16.78059173,
///     save_at: SaveAt(&[]),
///     tolerance: Tolerance { rtol: 1e-9, atol: 1e-9 },
/// };
/// let end = follow(&model, Method::Auto, Kernel::Auto, problem, &mut |_| ControlFlow::Continue(()))?;
/// tokens.copy_from(&end.solution.state);
/// assert!((1.0 - 0.5 * tokens.squared_chord(0, 1) - 0.9).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn follow(
    model: &Model,
    method: Method,
    kernel: Kernel,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> Result<Followed, FollowError> {
    match model.normalization() {
        Normalization::PostLn => directions(model, method, kernel, problem, observer),
        Normalization::LnScaling => normalized::in_its_clock(model, method, kernel, problem, observer),
        Normalization::MixLn { switch } => normalized::mixed(model, switch, method, kernel, problem, observer),
        _ => normalized::layered(model, method, kernel, problem, observer),
    }
}

/// Follows a post-LN model.
fn directions(
    model: &Model,
    method: Method,
    kernel: Kernel,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> Result<Followed, FollowError> {
    let tokens = problem.start.len() / model.dimension();
    if matches!(method, Method::Auto | Method::Ndf) {
        if let Some(found) = in_angles(model, tokens, method, kernel, problem, observer)? {
            return Ok(found);
        }
    } else if kernel == Kernel::Fourier {
        return Err(FollowError::Fourier { needs: "method \"auto\" or \"ndf\"" });
    }
    let (solution, method) = match (method, CausalAttention::new(model, tokens)) {
        (Method::Ndf, _) => return Err(FollowError::Method { method, needs: ANGLES }),
        (Method::Auto, Some(mut field)) => switching(&mut field, problem, observer, rodas4),
        (Method::DormandPrince5, Some(mut field)) => explicit(&mut field, problem, observer),
        (Method::Rodas4, Some(mut field)) => rodas4(&mut field, problem, observer),
        (Method::Rodas5P, Some(mut field)) => implicit(&mut field, &mut Rosenbrock::rodas5p(), problem, observer),
        (Method::Auto | Method::DormandPrince5, None) => {
            explicit(&mut Layer::new(model.clone(), tokens), problem, observer)
        }
        (Method::Rodas4 | Method::Rodas5P, None) => {
            return Err(FollowError::Method { method, needs: TRIANGULAR });
        }
    };
    Ok(Followed { solution, method, kernel: Used::default().name(), radii: Vec::new() })
}

/// In angles, where a model has these: none elsewhere, unless the Fourier kernel was asked for.
fn in_angles(
    model: &Model,
    tokens: usize,
    method: Method,
    kernel: Kernel,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> Result<Option<Followed>, FollowError> {
    let noise = kernel.noise(problem.tolerance);
    let ((solution, method), used) = if let Some(scale) = circle_scale(model) {
        let field = CircleField::new(tokens, model.beta(), scale).with_noise(noise);
        let mut field = if let Some(frozen) = model.frozen() { field.with_frozen(frozen) } else { field };
        let positions = field.positions();
        (on_circle(&mut field, positions, problem, observer, ndf), field.used())
    } else if let Some(field) = PlaneField::new(model, tokens) {
        let mut field = field.with_noise(noise);
        if kernel == Kernel::Fourier && !field.has_series() {
            return Err(FollowError::Fourier { needs: "beta |K^T Q| below 1e10" });
        }
        let positions = field.positions();
        let solver = if method == Method::Ndf { ndf } else { explicit_then_ndf };
        (on_circle(&mut field, positions, problem, observer, solver), field.used())
    } else if kernel == Kernel::Fourier {
        return Err(FollowError::Fourier { needs: ANGLES });
    } else {
        return Ok(None);
    };
    Ok(Some(Followed { solution, method, kernel: used.name(), radii: Vec::new() }))
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

fn rodas4<F: ImplicitField>(
    field: &mut F,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> (Solution, &'static str) {
    implicit(field, &mut Rosenbrock::rodas4(), problem, observer)
}

fn ndf<F: ImplicitField>(field: &mut F, problem: Problem<'_>, observer: &mut Observer<'_>) -> (Solution, &'static str) {
    let solution = solve(field, &mut Ndf::default(), &mut PiController::default(), problem, observer);
    (solution, Method::Ndf.name())
}

fn explicit_then_ndf<F: ImplicitField>(
    field: &mut F,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> (Solution, &'static str) {
    switching(field, problem, observer, ndf)
}

/// What solves in one method.
type Solve<F> = fn(&mut F, Problem<'_>, &mut Observer<'_>) -> (Solution, &'static str);

/// Explicit while that is cheap, then implicit from there.
fn switching<F: ImplicitField>(
    field: &mut F,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
    implicit: Solve<F>,
) -> (Solution, &'static str) {
    let (mut steps, mut leaving) = (0, false);
    let (first, name) = explicit(field, problem, &mut |moment| {
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
    let (second, then) = implicit(field, rest, &mut after_the_first(observer));
    let statistics = first.statistics + second.statistics;
    let names = if then == Method::Ndf.name() { "dormand-prince-5, ndf" } else { "dormand-prince-5, rodas4" };
    (Solution { statistics, ..second }, names)
}

/// An observer for what goes on where another solve ended: the place where the two meet was shown already.
fn after_the_first<'a>(observer: &'a mut Observer<'_>) -> impl FnMut(Moment<'_>) -> ControlFlow<()> + 'a {
    let mut shown = false;
    move |moment| {
        let again = !std::mem::replace(&mut shown, true);
        if again { ControlFlow::Continue(()) } else { observer(moment) }
    }
}

/// The number a where a model is causal attention on the circle with Q = K = I and V = a I.
fn circle_scale(model: &Model) -> Option<f64> {
    let bare = model.normalization() == Normalization::PostLn && model.perceptron().is_none();
    let causal = *model.mask() == Mask::Causal && model.weights() == Weights::Softmax && bare;
    model.scalar_value().filter(|_| causal && model.dimension() == 2 && model.has_identity_scores())
}

/// Solves in angles and shows positions.
fn on_circle<F: ImplicitField>(
    field: &mut F,
    positions: Positions,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
    solver: Solve<F>,
) -> (Solution, &'static str) {
    let (x, y) = problem.start.split_at(field.len());
    let angles: Vec<f64> = x.iter().zip(y).map(|(&x, &y)| libm::atan2(y, x)).collect();
    let mut ambient = vec![0.0; problem.start.len()];
    let inner = RefCell::new(angles.clone());
    let mut show = |moment: Moment<'_>| match moment {
        Moment::Saved { index, time, state, radii } => {
            positions.of(state, &mut ambient);
            observer(Moment::Saved { index, time, state: &ambient, radii })
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
    let (solution, method) = solver(field, problem, &mut show);
    let mut state = vec![0.0; 2 * field.len()];
    positions.of(&solution.state, &mut state);
    (Solution { state, ..solution }, method)
}
