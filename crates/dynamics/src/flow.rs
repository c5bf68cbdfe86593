//! From a model and a start to a solution: the choice of field, coordinates and method.
//!
//! | model | `auto` | field | coordinates |
//! |---|---|---|---|
//! | d = 2, causal, softmax, Q = K = I, V = a I | `ndf` | [`CircleField`] | angles |
//! | d = 2, causal, softmax, other matrices | `ndf` | [`PlaneField`] | angles |
//! | other causal models | `dormand-prince-5`, then `rodas4` | [`CausalAttention`] | ambient |
//! | full attention | `dormand-prince-5` | [`Attention`] | ambient |
//!
//! `auto` leaves the explicit method when stability limits it: when the steps taken so far are many and those to come at
//! the present size many more. Observers see ambient coordinates in every case. Fields in angles sum by Fourier series or
//! pair by pair ([`Kernel`]), all others pair by pair.

use crate::circle::Positions;
use crate::{
    Attention, CausalAttention, CircleField, DormandPrince5, ImplicitField, Mask, Model, Moment, Ndf, PiController,
    PlaneField, PredictiveController, Problem, Rosenbrock, Solution, Solver, Statistics, Termination, Tolerance,
    VectorField, Weights, solve,
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
    /// Numerical differentiation formulas, implicit, of variable order 1 to 5; for causal softmax models with d = 2.
    Ndf,
    /// Hairer and Wanner's Rosenbrock method of order 4(3), for the causal mask.
    Rodas4,
    /// Steinebach's Rosenbrock method of order 5(4), for the causal mask and tolerances below about 1e-8.
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

/// How sums over tokens are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kernel {
    /// By Fourier series where that is cheaper and exact enough, token by token.
    #[default]
    Auto,
    /// Pair by pair.
    Direct,
    /// By Fourier series, whatever the rounding; with d = 2, the causal mask, softmax weights and the methods `auto` and
    /// `ndf`.
    Fourier,
}

impl Kernel {
    /// All choices with their names in manifests.
    pub const NAMES: [(&'static str, Self); 3] =
        [("auto", Self::Auto), ("direct", Self::Direct), ("fourier", Self::Fourier)];

    /// The name in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// The angle by which rounding in Fourier sums may move a token.
    fn noise(self, tolerance: Tolerance) -> f64 {
        match self {
            Self::Auto => (NOISE * (tolerance.atol + tolerance.rtol)).min(LARGEST_NOISE),
            Self::Direct => 0.0,
            Self::Fourier => f64::INFINITY,
        }
    }
}

/// The sums that the evaluations of a solve used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Used {
    fourier: bool,
    direct: bool,
}

impl Used {
    /// Notes an evaluation of `tokens` tokens of which `direct` were summed pair by pair.
    pub(crate) fn note(&mut self, tokens: usize, direct: usize) {
        self.fourier |= direct < tokens;
        self.direct |= direct > 0;
    }

    /// The words in the `kernel` column.
    pub(crate) fn name(self) -> &'static str {
        match (self.fourier, self.direct) {
            (true, true) => "fourier, direct",
            (true, false) => "fourier",
            (false, _) => "direct",
        }
    }
}

/// What [`follow`] found, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// The end of the solve.
    pub solution: Solution,
    /// The method or methods that were used.
    pub method: &'static str,
    /// The sums that were used: "direct", "fourier", or "fourier, direct" where some tokens fell back.
    pub kernel: &'static str,
}

/// What a model cannot be solved with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FollowError {
    /// The method.
    #[error("method \"{}\" needs {needs}; \"auto\" and \"dormand-prince-5\" solve every model", method.name())]
    Method {
        /// The method.
        method: Method,
        /// What it needs.
        needs: &'static str,
    },
    /// The Fourier kernel.
    #[error("kernel \"fourier\" needs {needs}; \"auto\" and \"direct\" serve every model")]
    Fourier {
        /// What it needs.
        needs: &'static str,
    },
}

/// What models in angles have.
const ANGLES: &str = "dimension 2, the causal mask and softmax weights";
/// Rounding in Fourier sums may move a token by this share of the tolerance.
const NOISE: f64 = 1e-2;
/// And by no more than this.
const LARGEST_NOISE: f64 = 1e-8;
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
pub fn follow(
    model: &Model,
    method: Method,
    kernel: Kernel,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> Result<Followed, FollowError> {
    let tokens = problem.start.len() / model.dimension();
    if matches!(method, Method::Auto | Method::Ndf) {
        if let Some(found) = in_angles(model, tokens, kernel, problem, observer)? {
            return Ok(found);
        }
    } else if kernel == Kernel::Fourier {
        return Err(FollowError::Fourier { needs: "method \"auto\" or \"ndf\"" });
    }
    let (solution, method) = match (method, CausalAttention::new(model, tokens)) {
        (Method::Ndf, _) => return Err(FollowError::Method { method, needs: ANGLES }),
        (Method::Auto, Some(field)) => switching(field, problem, observer),
        (Method::DormandPrince5, Some(mut field)) => explicit(&mut field, problem, observer),
        (Method::Rodas4, Some(mut field)) => implicit(&mut field, &mut Rosenbrock::rodas4(), problem, observer),
        (Method::Rodas5P, Some(mut field)) => implicit(&mut field, &mut Rosenbrock::rodas5p(), problem, observer),
        (Method::Auto | Method::DormandPrince5, None) => {
            explicit(&mut Attention::new(model.clone(), tokens), problem, observer)
        }
        (Method::Rodas4 | Method::Rodas5P, None) => {
            return Err(FollowError::Method { method, needs: "the causal mask" });
        }
    };
    Ok(Followed { solution, method, kernel: Used::default().name() })
}

/// With the NDF in angles, where a model has these: none elsewhere, unless the Fourier kernel was asked for.
fn in_angles(
    model: &Model,
    tokens: usize,
    kernel: Kernel,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> Result<Option<Followed>, FollowError> {
    let noise = kernel.noise(problem.tolerance);
    let (solution, used) = if let Some(scale) = circle_scale(model) {
        let mut field = CircleField::new(tokens, model.beta(), scale).with_noise(noise);
        let positions = field.positions();
        (on_circle(&mut field, positions, problem, observer), field.used())
    } else if let Some(field) = PlaneField::new(model, tokens) {
        let mut field = field.with_noise(noise);
        if kernel == Kernel::Fourier && !field.has_series() {
            return Err(FollowError::Fourier { needs: "beta |K^T Q| below 1e10" });
        }
        let positions = field.positions();
        (on_circle(&mut field, positions, problem, observer), field.used())
    } else if kernel == Kernel::Fourier {
        return Err(FollowError::Fourier { needs: ANGLES });
    } else {
        return Ok(None);
    };
    Ok(Some(Followed { solution, method: Method::Ndf.name(), kernel: used.name() }))
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
    let causal = model.mask() == Mask::Causal && model.weights() == Weights::Softmax;
    model.scalar_value().filter(|_| causal && model.dimension() == 2 && model.has_identity_scores())
}

/// Solves in angles and shows positions.
fn on_circle<F: ImplicitField>(
    field: &mut F,
    positions: Positions,
    problem: Problem<'_>,
    observer: &mut Observer<'_>,
) -> Solution {
    let (x, y) = problem.start.split_at(field.len());
    let angles: Vec<f64> = x.iter().zip(y).map(|(&x, &y)| libm::atan2(y, x)).collect();
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
    let solution = solve(field, &mut Ndf::default(), &mut PiController::default(), problem, &mut show);
    let mut state = vec![0.0; 2 * field.len()];
    positions.of(&solution.state, &mut state);
    Solution { state, ..solution }
}
