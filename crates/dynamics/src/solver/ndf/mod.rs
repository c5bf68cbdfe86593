//! The numerical differentiation formulas of Klopfenstein and Shampine, orders 1 to 5 (Shampine & Reichelt, *The MATLAB
//! ODE suite*, SIAM J. Sci. Comput. 18, 1997), with variable coefficients.
//!
//! The polynomials are polynomials in the reading of a [`Clock`] that slows down before a merger; the equation, the
//! saved times and the events are those of time itself. Dense output is the same polynomial.
//!
//! The implicit equation of a step is solved by Newton's method with the Jacobian at the predictor, which an
//! [`ImplicitField`] delivers with the first residual: a step costs one linearisation and one substitution, and where
//! the correction is large one more evaluation and substitution.

mod clock;
mod control;
mod formula;
mod history;

use super::{ImplicitField, Solver, Tolerance, VectorField};
use clock::Clock;
use formula::Formula;
use history::History;

/// Corrections up to this many tolerances need no second Newton iteration: the first is quadratically accurate.
const ONE_ITERATION: f64 = 8.0;
/// Newton iterations a step.
const ITERATIONS: usize = 4;
/// The iteration stops when the rest is below this share of the tolerance.
const NEWTON: f64 = 0.03;
/// Errors are held this many times below the tolerance,
const STRICT: f64 = 1.5;
/// and so many times more in a step that is all of the time so far.
///
/// On a plateau an error of the positions is a relative error of the time to the next merger, some beta times as
/// large; it is divided by e with every e-fold of that time that is gone.
const EARLY: f64 = 200.0;

/// The method `ndf`.
#[derive(Debug, Clone, Default)]
pub struct Ndf {
    time: f64,
    /// Size and order of the present attempt.
    step: f64,
    order: usize,
    /// Accepted steps of the present size and order.
    equal: usize,
    /// Rejections since the last accepted step.
    failures: usize,
    /// Error of the accepted step before, scaled to the present step and order; 0 when unknown.
    before: f64,
    /// Error of the present attempt.
    error: f64,
    /// What errors are multiplied by.
    weight: f64,
    tolerance: Option<Tolerance>,
    /// Step and order for the next attempt, and its clock.
    next: (f64, usize),
    clock: Clock,
    /// Clock, seen from its end, and order of the last accepted step.
    dense: (Clock, usize),
    state: Vec<f64>,
    history: History,
    /// The predictor's increment, and the sum of the attempt's corrections to it.
    increment: Vec<f64>,
    correction: Vec<f64>,
    predicted: Vec<f64>,
    psi: Vec<f64>,
    velocity: Vec<f64>,
    residual: Vec<f64>,
    update: Vec<f64>,
    evaluations: u64,
}

impl Ndf {
    /// Predictor and the part of the formula that depends on the past.
    fn predict(&mut self, formula: &Formula) {
        self.increment.fill(0.0);
        self.history.add(&formula.value[..self.order], &mut self.increment);
        self.psi.fill(0.0);
        self.history.add(&formula.slope.map(|s| s / formula.lead)[..self.order], &mut self.psi);
        for ((p, y), i) in self.predicted.iter_mut().zip(&self.state).zip(&self.increment) {
            *p = y + i;
        }
        self.correction.fill(0.0);
    }

    /// One Newton update of the correction; returns its norm in tolerances.
    fn improve<F: ImplicitField + ?Sized>(&mut self, field: &mut F, shift: f64, tolerance: Tolerance) -> f64 {
        for (i, r) in self.residual.iter_mut().enumerate() {
            *r = self.velocity[i] - shift * (self.psi[i] + self.correction[i]);
        }
        field.substitute(shift, &self.residual, &mut self.update);
        for ((c, y), u) in self.correction.iter_mut().zip(&mut self.predicted).zip(&self.update) {
            *c += u;
            *y += u;
        }
        field.error_norm(&self.predicted, &self.update, tolerance)
    }

    /// Solves for the correction; false when Newton's method does not converge. `scale` is the error in corrections.
    fn correct<F: ImplicitField + ?Sized>(
        &mut self,
        field: &mut F,
        shift: f64,
        scale: f64,
        tolerance: Tolerance,
    ) -> bool {
        let end = self.time + self.step;
        field.linearize(end, &self.predicted, &mut self.velocity);
        self.evaluations += 1;
        let mut last = self.improve(field, shift, tolerance);
        if last <= ONE_ITERATION || last * scale > 4.0 {
            return last.is_finite();
        }
        for _ in 1..ITERATIONS {
            field.velocity(end, &self.predicted, &mut self.velocity);
            self.evaluations += 1;
            let size = self.improve(field, shift, tolerance);
            let rate = size / last;
            if size == 0.0 || rate / (1.0 - rate) * size < NEWTON && rate < 1.0 {
                return true;
            }
            if rate.is_nan() || rate >= 1.0 {
                return false;
            }
            last = size;
        }
        false
    }
}

/// For tests of the formulas: one order, one step size.
impl Ndf {
    /// Starts from exact past states, the present one first, `step` apart; their number less one is the order.
    #[doc(hidden)]
    pub fn start_from<F: ImplicitField + ?Sized>(&mut self, field: &mut F, time: f64, step: f64, past: &[Vec<f64>]) {
        Solver::<F>::start(self, field, time, &past[0]);
        for pair in past.windows(2).rev() {
            for (d, (new, old)) in self.history.push(step).iter_mut().zip(pair[0].iter().zip(&pair[1])) {
                *d = new - old;
            }
        }
        self.next = (step, past.len() - 1);
    }

    /// One step of unchanged order and size, with the equation solved to rounding.
    #[doc(hidden)]
    pub fn fixed_step<F: ImplicitField + ?Sized>(&mut self, field: &mut F, time: f64) {
        let (step, order) = self.next;
        Solver::<F>::attempt(self, field, step, Tolerance { rtol: 0.0, atol: 1e-14 });
        Solver::<F>::accept(self, field, time);
        (self.next, self.clock) = ((step, order), Clock::default());
    }
}

impl<F: ImplicitField + ?Sized> Solver<F> for Ndf {
    fn name(&self) -> &'static str {
        "ndf"
    }

    fn error_exponent(&self) -> u32 {
        self.order as u32 + 1
    }

    fn start(&mut self, field: &mut F, time: f64, state: &[f64]) -> &[f64] {
        let zeros = vec![0.0; state.len()];
        *self = Self {
            time,
            order: 1,
            next: (0.0, 1),
            dense: (Clock::default(), 1),
            state: state.to_vec(),
            history: History::new(state.len()),
            increment: zeros.clone(),
            correction: zeros.clone(),
            predicted: zeros.clone(),
            psi: zeros.clone(),
            velocity: zeros.clone(),
            residual: zeros.clone(),
            update: zeros,
            evaluations: 1,
            ..Self::default()
        };
        field.velocity(time, state, &mut self.velocity);
        &self.velocity
    }

    fn attempt(&mut self, field: &mut F, h: f64, tolerance: Tolerance) -> f64 {
        self.tolerance = Some(tolerance);
        if self.history.is_empty() {
            for (d, v) in self.history.push(h).iter_mut().zip(&self.velocity) {
                *d = h * v;
            }
        }
        (self.step, self.order) = (h, self.next.1);
        self.clock = self.clock.reaching(h);
        self.weight = STRICT * (1.0 + EARLY * (h / (self.time + h)));
        let formula = Formula::new(self.order, &self.history.points(self.clock), self.clock.read(h));
        self.predict(&formula);
        let scale = formula.error * self.weight;
        let converged = self.correct(field, formula.lead / self.clock.pace(h), scale, tolerance);
        let norm = field.error_norm(&self.state, &self.correction, tolerance);
        self.error = if converged { scale * norm } else { f64::INFINITY };
        if self.error.is_nan() || self.error > 1.0 {
            self.retreat();
        }
        self.error
    }

    fn accept(&mut self, field: &mut F, time: f64) {
        self.time = time;
        self.failures = 0;
        self.equal += 1;
        let latest = self.history.push(self.step);
        for (i, d) in latest.iter_mut().enumerate() {
            *d = self.increment[i] + self.correction[i];
            self.state[i] += *d;
        }
        self.dense = (self.clock.moved(self.step), self.order);
        self.choose(field);
    }

    fn state(&self) -> &[f64] {
        &self.state
    }

    fn interpolate(&self, _field: &F, time: f64, out: &mut [f64]) {
        let back = (time - self.time).clamp(-self.history.last(), 0.0);
        out.copy_from_slice(&self.state);
        if back < 0.0 {
            let (clock, order) = self.dense;
            self.history.add_between(clock, order, back, out);
        }
    }

    fn evaluations(&self) -> u64 {
        self.evaluations
    }

    fn proposal(&self) -> Option<f64> {
        Some(self.next.0)
    }
}
