//! Following a vector field: what a field and a solver are, and the loop that joins them.
//!
//! The nouns are those of diffrax and SciML. A method is a [`Solver`]; an explicit one asks only for a
//! [`VectorField`], an implicit one may ask for a field that can also solve its own linear systems
//! (`impl Solver<F> for Implicit where F: SomethingMore`), and one with several orders reports the order of its
//! present error estimate. The loop in `drive.rs` does not change for either.

mod controller;
mod dormand_prince;
mod drive;
mod event;
mod ndf;
mod predictive;
mod rodas_coefficients;
mod rosenbrock;

pub use controller::{PiController, StepSizeController};
pub use dormand_prince::DormandPrince5;
pub use drive::{MAX_STEPS, Moment, Problem, SaveAt, Solution, Statistics, Termination, solve};
pub use event::Event;
pub use ndf::Ndf;
pub use predictive::PredictiveController;
pub use rosenbrock::Rosenbrock;

/// Accepted error of one step: `atol + rtol |x|`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// Relative part.
    pub rtol: f64,
    /// Absolute part.
    pub atol: f64,
}

/// dy/dt = f(t, y) on a manifold in R^N.
pub trait VectorField {
    /// The number N of components of a state.
    fn len(&self) -> usize;

    /// True for a state without components.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes f(time, state) to `out`; both have N components.
    fn velocity(&mut self, time: f64, state: &[f64], out: &mut [f64]);

    /// Puts a state that left the manifold by a discretisation error back on it.
    fn retract(&self, _state: &mut [f64]) {}

    /// The error of a step in units of the tolerance; at most 1 is accepted.
    fn error_norm(&self, state: &[f64], error: &[f64], tolerance: Tolerance) -> f64 {
        let square = state.iter().zip(error).fold(0.0, |sum, (y, e)| {
            let ratio = e / (tolerance.atol + tolerance.rtol * y.abs());
            sum + ratio * ratio
        });
        (square / self.len() as f64).sqrt()
    }
}

/// A field that solves its own shifted linear systems: for causal attention by forward substitution, token by token.
pub trait ImplicitField: VectorField {
    /// Writes f(time, state) to `velocity` and remembers the linearisation J there, enough for `substitute`.
    fn linearize(&mut self, time: f64, state: &[f64], velocity: &mut [f64]);

    /// Solves (shift I - J) u = rhs with the remembered J; `rhs` and `out` have N components.
    fn substitute(&mut self, shift: f64, rhs: &[f64], out: &mut [f64]);
}

/// A one-step or multistep method. It owns its history; the loop owns time and step size.
pub trait Solver<F: VectorField + ?Sized> {
    /// The name in manifests and in the `method` column.
    fn name(&self) -> &'static str;

    /// The local error estimate behaves like h to this power.
    fn error_exponent(&self) -> u32;

    /// Forgets all history and starts from `state` at `time`. Returns the velocity there.
    fn start(&mut self, field: &mut F, time: f64, state: &[f64]) -> &[f64];

    /// Tries a step of size h from the present state and returns its error in units of the tolerance. Not finite when
    /// the step left the domain of the field.
    fn attempt(&mut self, field: &mut F, h: f64, tolerance: Tolerance) -> f64;

    /// Makes the last attempt the present state, which then is on the manifold, at exactly `time`.
    fn accept(&mut self, field: &mut F, time: f64);

    /// The size this method wants for the next step, after the latest attempt; `None` leaves it to the controller.
    fn proposal(&self) -> Option<f64> {
        None
    }

    /// The present state.
    fn state(&self) -> &[f64];

    /// The state at a time inside the last accepted step, to the accuracy of the method's dense output, on the
    /// manifold.
    fn interpolate(&self, field: &F, time: f64, out: &mut [f64]);

    /// How often the field was evaluated since `start`.
    fn evaluations(&self) -> u64;
}
