//! The numerical differentiation formulas of Klopfenstein and Shampine, orders 1 to 5, in backward differences with a
//! quasi-constant step (Shampine & Reichelt, *The MATLAB ODE suite*, SIAM J. Sci. Comput. 18, 1997).
//!
//! The implicit equation of a step is solved by Newton's method with the Jacobian at the predictor, which an
//! [`ImplicitField`] delivers with the first residual: a step costs one linearisation and one substitution, and where
//! the correction is large one more evaluation and substitution. Order and step are chosen together; a step whose
//! error grows from step to step is shortened before it fails.

use super::ndf_table::{ERROR, GAMMA, ORDERS, lead, rescale};
use super::{ImplicitField, Solver, Tolerance, VectorField};

/// Corrections up to this many tolerances need no second Newton iteration: the first is quadratically accurate.
const ONE_ITERATION: f64 = 8.0;
/// Newton iterations a step.
const ITERATIONS: usize = 4;
/// The iteration stops when the rest is below this share of the tolerance.
const NEWTON: f64 = 0.03;
/// Largest growth of the step.
const GROWTH: f64 = 8.0;
/// Safety factors of the step for the present order, one below and one above.
const SAFETY: [f64; 3] = [0.8, 0.75, 0.7];

/// The method `ndf`.
#[derive(Debug, Clone, Default)]
pub struct Ndf {
    time: f64,
    /// The step that `differences` belong to, and that of the attempt in progress.
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
    tolerance: Option<Tolerance>,
    /// Step and order for the next attempt.
    next: (f64, usize),
    /// Backward differences of the state: the state itself, then orders 1 to `ORDERS` + 2.
    differences: Vec<Vec<f64>>,
    /// Sum of the attempt's corrections to the predictor.
    correction: Vec<f64>,
    predicted: Vec<f64>,
    psi: Vec<f64>,
    velocity: Vec<f64>,
    residual: Vec<f64>,
    update: Vec<f64>,
    evaluations: u64,
}

impl Ndf {
    /// Moves the differences to another step; the history's polynomial stays the same.
    fn resize(&mut self, step: f64) {
        if step != self.step {
            rescale(&mut self.differences[..=self.order], step / self.step);
            let ratio = step / self.step;
            self.before *= libm::pow(ratio, self.order as f64 + 1.0);
            self.step = step;
            self.equal = 0;
        }
    }

    /// Predictor and the part of the formula that depends on the past.
    fn predict(&mut self) {
        self.predicted.copy_from_slice(&self.differences[0]);
        self.psi.fill(0.0);
        self.correction.fill(0.0);
        for (i, difference) in self.differences.iter().enumerate().take(self.order + 1).skip(1) {
            let factor = GAMMA[i] / lead(self.order);
            for ((y, p), d) in self.predicted.iter_mut().zip(&mut self.psi).zip(difference) {
                *y += d;
                *p += factor * d;
            }
        }
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

    /// Solves for the correction; false when Newton's method does not converge.
    fn correct<F: ImplicitField + ?Sized>(&mut self, field: &mut F, tolerance: Tolerance) -> bool {
        let shift = lead(self.order) / self.step;
        let end = self.time + self.step;
        field.linearize(end, &self.predicted, &mut self.velocity);
        self.evaluations += 1;
        let mut last = self.improve(field, shift, tolerance);
        if last <= ONE_ITERATION || last * ERROR[self.order] > 4.0 {
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

    /// The error of the neighbouring order `order` - 1 or + 1, from the difference that would be its correction.
    fn error_of<F: VectorField + ?Sized>(&self, field: &F, difference: usize, order: usize) -> f64 {
        let Some(tolerance) = self.tolerance else { return f64::INFINITY };
        ERROR[order] * field.error_norm(&self.differences[0], &self.differences[difference], tolerance)
    }

    /// Chooses the order and step that follow an accepted step.
    fn choose<F: VectorField + ?Sized>(&mut self, field: &F) {
        let growth = if self.before > 0.0 { (self.error / self.before).clamp(0.1, 10.0) } else { 1.0 };
        let expected = self.error * growth.max(1.0);
        self.before = self.error;
        self.next = (self.step, self.order);
        if self.equal <= self.order {
            if expected > 0.9 {
                self.next.0 = self.step * factor(expected, self.order, 0.85).clamp(0.3, 0.95);
            }
            return;
        }
        let mut best = factor(expected, self.order, SAFETY[0]);
        let order = self.order;
        if order > 1 {
            let below = factor(self.error_of(field, order, order - 1), order - 1, SAFETY[1]);
            if below > best {
                (best, self.next.1) = (below, order - 1);
            }
        }
        if order < ORDERS {
            let above = factor(self.error_of(field, order + 2, order + 1), order + 1, SAFETY[2]);
            if above > best {
                (best, self.next.1) = (above, order + 1);
            }
        }
        if self.next.1 != order || !(0.9..1.2).contains(&best) {
            self.next.0 = self.step * best.clamp(0.3, GROWTH);
            if self.next.1 != order {
                self.before = 0.0;
                self.equal = 0;
            }
        }
    }

    /// Chooses the order and step that follow a rejected attempt.
    fn retreat(&mut self) {
        self.failures += 1;
        let factor = if self.error.is_finite() { factor(self.error, self.order, 0.85).clamp(0.2, 0.9) } else { 0.3 };
        self.next = (self.step * if self.failures > 1 { factor.min(0.5) } else { factor }, self.order);
        if self.failures > 2 {
            self.next.1 = 1;
            self.before = 0.0;
        }
    }
}

/// For tests of the formulas: one order, one step size.
impl Ndf {
    /// Starts from exact past states, the present one first, `step` apart; their number less one is the order.
    #[doc(hidden)]
    pub fn start_from<F: ImplicitField + ?Sized>(&mut self, field: &mut F, time: f64, step: f64, past: &[Vec<f64>]) {
        Solver::<F>::start(self, field, time, &past[0]);
        let mut row = past.to_vec();
        for (i, difference) in self.differences.iter_mut().enumerate().take(past.len()) {
            difference.clone_from(&row[0]);
            for j in 0..past.len() - 1 - i {
                row[j] = row[j].iter().zip(&row[j + 1]).map(|(a, b)| a - b).collect();
            }
        }
        self.step = step;
        self.next = (step, past.len() - 1);
    }

    /// One step of unchanged order and size, with the equation solved to rounding.
    #[doc(hidden)]
    pub fn fixed_step<F: ImplicitField + ?Sized>(&mut self, field: &mut F, time: f64) {
        let (step, order) = self.next;
        Solver::<F>::attempt(self, field, step, Tolerance { rtol: 0.0, atol: 1e-14 });
        Solver::<F>::accept(self, field, time);
        self.next = (step, order);
    }
}

/// The factor of the step that brings an error to the tolerance.
fn factor(error: f64, order: usize, safety: f64) -> f64 {
    safety * libm::pow(error.max(1e-10), -1.0 / (order as f64 + 1.0))
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
        self.differences = vec![zeros.clone(); ORDERS + 3];
        self.differences[0].copy_from_slice(state);
        for buffer in [&mut self.correction, &mut self.predicted, &mut self.psi, &mut self.velocity] {
            buffer.clone_from(&zeros);
        }
        self.residual.clone_from(&zeros);
        self.update = zeros;
        (self.time, self.step, self.order, self.equal) = (time, 0.0, 1, 0);
        (self.failures, self.before, self.next) = (0, 0.0, (0.0, 1));
        field.velocity(time, state, &mut self.velocity);
        self.evaluations = 1;
        &self.velocity
    }

    fn attempt(&mut self, field: &mut F, h: f64, tolerance: Tolerance) -> f64 {
        self.tolerance = Some(tolerance);
        if self.step == 0.0 {
            for (d, v) in self.differences[1].iter_mut().zip(&self.velocity) {
                *d = h * v;
            }
            self.step = h;
        }
        self.order = self.next.1;
        self.resize(h);
        self.predict();
        let converged = self.correct(field, tolerance);
        let norm = field.error_norm(&self.differences[0], &self.correction, tolerance);
        self.error = if converged { ERROR[self.order] * norm } else { f64::INFINITY };
        if self.error.is_nan() || self.error > 1.0 {
            self.retreat();
        }
        self.error
    }

    fn accept(&mut self, field: &mut F, time: f64) {
        self.time = time;
        self.failures = 0;
        self.equal += 1;
        let top = self.order + 1;
        for (i, &c) in self.correction.iter().enumerate() {
            self.differences[top + 1][i] = c - self.differences[top][i];
        }
        self.differences[top].copy_from_slice(&self.correction);
        for i in (0..top).rev() {
            let (low, high) = self.differences.split_at_mut(i + 1);
            for (l, h) in low[i].iter_mut().zip(&high[0]) {
                *l += h;
            }
        }
        self.choose(field);
    }

    fn state(&self) -> &[f64] {
        &self.differences[0]
    }

    fn interpolate(&self, _field: &F, time: f64, out: &mut [f64]) {
        let back = if self.step > 0.0 { ((time - self.time) / self.step).clamp(-1.0, 0.0) } else { 0.0 };
        out.copy_from_slice(&self.differences[0]);
        let mut product = 1.0;
        for (i, difference) in self.differences.iter().enumerate().take(self.order + 1).skip(1) {
            product *= (back + i as f64 - 1.0) / i as f64;
            for (o, d) in out.iter_mut().zip(difference) {
                *o += product * d;
            }
        }
    }

    fn evaluations(&self) -> u64 {
        self.evaluations
    }

    fn proposal(&self) -> Option<f64> {
        Some(self.next.0)
    }
}
