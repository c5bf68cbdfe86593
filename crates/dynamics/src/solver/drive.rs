//! The loop: attempt, accept or reject, report saved times on the way, and say how it ended.

use super::{Solver, StepSizeController, Tolerance, VectorField};
use std::ops::ControlFlow;

/// A solve gives up after this many steps, accepted and rejected.
pub const MAX_STEPS: u64 = 2_000_000;

/// So many rejections in a row say that no step is small enough.
const MAX_FAILURES: u32 = 100;

/// The times at which the observer wants the state: increasing, from 0 to the end of the integration at most.
#[derive(Debug, Clone, Copy)]
pub struct SaveAt<'a>(pub &'a [f64]);

/// What is to be solved: from `start` at `from` to `until`.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// Where the integration begins, usually 0. Saved times up to a later beginning are taken as shown already.
    pub from: f64,
    /// The state there, on the manifold.
    pub start: &'a [f64],
    /// The end of the integration, positive and finite.
    pub until: f64,
    /// When to show the state.
    pub save_at: SaveAt<'a>,
    /// The accepted error of one step.
    pub tolerance: Tolerance,
}

/// What the observer is shown.
#[derive(Clone, Copy)]
pub enum Moment<'a> {
    /// The state at one of the asked-for times, by dense output.
    Saved {
        /// Index into [`SaveAt`].
        index: usize,
        /// The time.
        time: f64,
        /// The state.
        state: &'a [f64],
        /// The tokens' lengths where [`crate::follow`] solves for these too; they are no part of `state` then.
        radii: &'a [f64],
    },
    /// The state after an accepted step.
    Step {
        /// Where the step began; equal to `time` for the start of the solve.
        from: f64,
        /// The time.
        time: f64,
        /// The state.
        state: &'a [f64],
        /// Writes the state at a time of the step, by dense output.
        between: &'a dyn Fn(f64, &mut [f64]),
    },
}

/// How a solve ended: data, never an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Termination {
    /// The end of the interval was reached.
    Reached,
    /// The observer asked to stop.
    Event,
    /// [`MAX_STEPS`] steps were not enough.
    MaxSteps,
    /// The step fell below the resolution of the time.
    StepTooSmall,
    /// The field gave infinite or undefined velocities.
    NonFinite,
}

impl Termination {
    /// The word in the `termination` column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Event => "event",
            Self::MaxSteps => "max_steps",
            Self::StepTooSmall => "step_too_small",
            Self::NonFinite => "non_finite",
        }
    }
}

/// What a solve cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Accepted steps.
    pub steps: u64,
    /// Rejected attempts.
    pub rejected: u64,
    /// Evaluations of the field.
    pub evaluations: u64,
}

impl std::ops::Add for Statistics {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            steps: self.steps + other.steps,
            rejected: self.rejected + other.rejected,
            evaluations: self.evaluations + other.evaluations,
        }
    }
}

/// The end of a solve; the states on the way went to the observer.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// How it ended.
    pub termination: Termination,
    /// Where it ended.
    pub t_end: f64,
    /// The state there.
    pub state: Vec<f64>,
    /// What it cost.
    pub statistics: Statistics,
}

/// Follows the field, showing the observer every saved time and every accepted step in order of time (a saved time
/// before the step that ends there). The observer may stop the solve.
///
/// # Panics
/// When the start does not fit the field.
///
/// # Examples
/// Near consensus the second of two causal tokens comes closer like e^(−t/2), whatever β is.
///
/// ```
/// use std::ops::ControlFlow;
/// use tokenpark_dynamics::{
///     Attention, DormandPrince5, Head, Mask, Model, PiController, Problem, SaveAt, Termination, Tokens, Tolerance, Weights,
///     solve,
/// };
///
/// let model = Model::new(2, 9.0, Mask::Causal, Weights::Softmax, Head::identity(2))?;
/// let start = Tokens::from_angles(&[0.0, 1e-3])?;
/// let problem = Problem {
///     from: 0.0,
///     start: start.state(),
///     until: 2.0,
///     save_at: SaveAt(&[]),
///     tolerance: Tolerance { rtol: 1e-10, atol: 1e-12 },
/// };
/// let mut field = Attention::new(model, 2);
/// let (mut solver, mut controller) = (DormandPrince5::default(), PiController::default());
/// let solution = solve(&mut field, &mut solver, &mut controller, problem, &mut |_| ControlFlow::Continue(()));
/// assert_eq!(solution.termination, Termination::Reached);
/// // The state is coordinate-major: both x, then both y.
/// assert!((solution.state[3] / (1e-3 * (-1.0_f64).exp()) - 1.0).abs() < 1e-5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn solve<F: VectorField + ?Sized>(
    field: &mut F,
    solver: &mut dyn Solver<F>,
    controller: &mut dyn StepSizeController,
    problem: Problem<'_>,
    observer: &mut dyn FnMut(Moment<'_>) -> ControlFlow<()>,
) -> Solution {
    assert_eq!(problem.start.len(), field.len(), "the start fits the field");
    let scratch = vec![0.0; problem.start.len()];
    let from = problem.from;
    let times = problem.save_at.0;
    let saved = if from == 0.0 { 0 } else { times.partition_point(|time| *time <= from) };
    let mut report = Report { times, saved, scratch, observer };
    let mut progress = Progress { time: from, ..Progress::default() };
    let velocity = solver.start(field, from, problem.start).to_vec();
    let step = first_step(field, &problem, &velocity, solver.error_exponent());
    let termination = if report.show(field, solver, from, from).is_break() {
        Termination::Event
    } else if velocity.iter().all(|v| v.is_finite()) {
        progress.advance(field, solver, controller, &problem, step, &mut report)
    } else {
        Termination::NonFinite
    };
    // The first step's trial evaluated the field once.
    let statistics = Statistics { evaluations: solver.evaluations() + 1, ..progress.statistics };
    Solution { termination, t_end: progress.time, state: solver.state().to_vec(), statistics }
}

#[derive(Default)]
struct Progress {
    time: f64,
    /// What rounding took from `time`: steps may be far below its resolution.
    carry: f64,
    /// Rejections since the last accepted step.
    failures: u32,
    statistics: Statistics,
}

impl Progress {
    /// Steps until the end is reached or something else ends the solve.
    fn advance<F: VectorField + ?Sized>(
        &mut self,
        field: &mut F,
        solver: &mut dyn Solver<F>,
        controller: &mut dyn StepSizeController,
        problem: &Problem<'_>,
        first_step: f64,
        report: &mut Report<'_>,
    ) -> Termination {
        let mut next = first_step;
        while self.time < problem.until {
            if self.statistics.steps + self.statistics.rejected >= MAX_STEPS {
                return Termination::MaxSteps;
            }
            let left = (problem.until - self.time) - self.carry;
            let last = 1.01 * next >= left;
            let h = if last { left } else { next };
            let error = solver.attempt(field, h, problem.tolerance);
            if error <= 1.0 {
                let from = self.time;
                self.step_forward(h);
                if last {
                    self.time = problem.until;
                }
                self.failures = 0;
                self.statistics.steps += 1;
                solver.accept(field, self.time);
                next = solver.proposal().unwrap_or_else(|| h * controller.accepted(error, solver.error_exponent()));
                if report.show(field, solver, from, self.time).is_break() {
                    return Termination::Event;
                }
            } else {
                self.statistics.rejected += 1;
                self.failures += 1;
                next = solver.proposal().unwrap_or_else(|| h * controller.rejected(error, solver.error_exponent()));
                if self.failures >= MAX_FAILURES {
                    return if error.is_finite() { Termination::StepTooSmall } else { Termination::NonFinite };
                }
            }
        }
        Termination::Reached
    }

    /// Adds h to the time without loss (Knuth's two-sum).
    fn step_forward(&mut self, h: f64) {
        let h = h + self.carry;
        let time = self.time + h;
        let back = time - self.time;
        self.carry = (self.time - (time - back)) + (h - back);
        self.time = time;
    }
}

/// The saved times still to come, and who wants them.
struct Report<'a> {
    times: &'a [f64],
    saved: usize,
    scratch: Vec<f64>,
    observer: &'a mut dyn FnMut(Moment<'_>) -> ControlFlow<()>,
}

impl Report<'_> {
    /// Shows all saved times up to `time`, then the step's end.
    fn show<F: VectorField + ?Sized>(
        &mut self,
        field: &F,
        solver: &dyn Solver<F>,
        from: f64,
        time: f64,
    ) -> ControlFlow<()> {
        while self.saved < self.times.len() && self.times[self.saved] <= time {
            let (index, at) = (self.saved, self.times[self.saved]);
            self.saved += 1;
            if at == time {
                (self.observer)(Moment::Saved { index, time: at, state: solver.state(), radii: &[] })?;
            } else {
                solver.interpolate(field, at, &mut self.scratch);
                (self.observer)(Moment::Saved { index, time: at, state: &self.scratch, radii: &[] })?;
            }
        }
        let between = |at: f64, out: &mut [f64]| solver.interpolate(field, at, out);
        (self.observer)(Moment::Step { from, time, state: solver.state(), between: &between })
    }
}

/// The starting step of Hairer, Norsett & Wanner, *Solving ODEs I*, II.4, without the second evaluation where the
/// velocity vanishes.
fn first_step<F: VectorField + ?Sized>(field: &mut F, problem: &Problem<'_>, velocity: &[f64], exponent: u32) -> f64 {
    let Problem { from, start, tolerance, .. } = *problem;
    let left = problem.until - from;
    let size = field.error_norm(start, start, tolerance);
    let speed = field.error_norm(start, velocity, tolerance);
    let trial = if size < 1e-5 || speed < 1e-5 { 1e-6 } else { 0.01 * size / speed };
    let trial = trial.min(left);
    let moved: Vec<f64> = start.iter().zip(velocity).map(|(y, v)| y + trial * v).collect();
    let mut after = vec![0.0; start.len()];
    field.velocity(from + trial, &moved, &mut after);
    for (a, v) in after.iter_mut().zip(velocity) {
        *a -= v;
    }
    let bend = field.error_norm(start, &after, tolerance) / trial;
    let largest = speed.max(bend);
    let proposal =
        if largest <= 1e-15 { (trial * 1e-3).max(1e-6) } else { libm::pow(0.01 / largest, 1.0 / f64::from(exponent)) };
    proposal.min(100.0 * trial).min(left)
}
