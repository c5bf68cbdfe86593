//! The order, the step and the clock of the next attempt.

use super::clock::Clock;
use super::formula::ORDERS;
use super::{Ndf, VectorField};

/// Largest growth of the step, and on a clock that matters.
const GROWTH: (f64, f64) = (8.0, 1.5);
/// A clock matters when a step is more than this share of the time left.
const MATTERS: f64 = 0.05;
/// Safety factors of the step for the present order, one below and one above.
const SAFETY: [f64; 3] = [0.8, 0.75, 0.7];
/// Below this error a step may change at once.
const TINY: f64 = 0.02;
/// Highest order of the correction that the clock makes small.
const CLOCK_ORDER: usize = 2;
/// Largest change of a clock's rate.
const TURN: f64 = 0.5;

/// The factor of the step that brings an error to the tolerance.
fn factor(error: f64, order: usize, safety: f64) -> f64 {
    safety * libm::pow(error.max(1e-10), -1.0 / (order as f64 + 1.0))
}

impl Ndf {
    /// The error that the last step would have had with another order and clock, to the weight of that step.
    fn error_of<F: VectorField + ?Sized>(&mut self, field: &F, clock: Clock, order: usize) -> f64 {
        let Some(tolerance) = self.tolerance.filter(|_| self.history.serves(order)) else { return f64::INFINITY };
        let constant = self.history.correction(clock, order, &mut self.residual);
        constant * self.weight * field.error_norm(&self.state, &self.residual, tolerance)
    }

    /// The clock on which the correction of the last step would have been smallest, by a step of Gauss and Newton from
    /// `clock`.
    fn set(&mut self, clock: Clock) -> Clock {
        let order = self.order.min(CLOCK_ORDER);
        if !self.history.serves(order) {
            return clock;
        }
        let scale = clock.rate.max(1.0 / self.history.span(order + 1));
        let nudge = 1e-4 * scale;
        self.history.correction(clock, order, &mut self.update);
        self.history.correction(Clock { rate: clock.rate + nudge }, order, &mut self.residual);
        let (mut square, mut product) = (0.0, 0.0);
        for (moved, here) in self.residual.iter().zip(&self.update) {
            let change = moved - here;
            square += change * change;
            product += change * here;
        }
        let turn = -(product / square) * 1e-4;
        if square < f64::MIN_POSITIVE || !turn.is_finite() {
            return clock;
        }
        Clock { rate: (clock.rate + scale * turn.clamp(-TURN, TURN)).max(0.0) }
    }

    /// Chooses the clock, order and step that follow an accepted step.
    pub(super) fn choose<F: VectorField + ?Sized>(&mut self, field: &F) {
        let (same, order) = (self.dense.0, self.order);
        let plain = self.error_of(field, Clock::default(), order);
        self.clock = self.set(if plain < self.error { Clock::default() } else { same });
        let last = -self.history.points(self.clock)[1];
        let growth = if self.before > 0.0 { (self.error / self.before).clamp(0.1, 10.0) } else { 1.0 };
        let expected = self.error * growth.max(1.0);
        self.before = self.error;
        let (ratio, next) = if self.equal <= order && self.error >= TINY {
            let shrunk = factor(expected, order, 0.85).clamp(0.3, 0.95);
            (if expected > 0.9 { shrunk } else { 1.0 }, order)
        } else {
            let (best, next) = self.best(field, same, expected);
            let highest = if self.clock.rate * last > MATTERS { GROWTH.1 } else { GROWTH.0 };
            let keep = next == order && (0.9..1.1).contains(&best);
            (if keep { 1.0 } else { best.clamp(0.3, highest) }, next)
        };
        self.change(ratio, next);
        self.next = (self.clock.time(ratio * last), next);
    }

    /// The order with the largest step, and how much larger that is than the last one.
    fn best<F: VectorField + ?Sized>(&mut self, field: &F, clock: Clock, expected: f64) -> (f64, usize) {
        let order = self.order;
        let mut best = (factor(expected, order, SAFETY[0]), order);
        if order > 1 {
            let below = factor(self.error_of(field, clock, order - 1), order - 1, SAFETY[1]);
            best = if below > best.0 { (below, order - 1) } else { best };
        }
        if order < ORDERS {
            let above = factor(self.error_of(field, clock, order + 1), order + 1, SAFETY[2]);
            best = if above > best.0 { (above, order + 1) } else { best };
        }
        best
    }

    /// Notes that the next step is `ratio` times the last one, of order `next`.
    fn change(&mut self, ratio: f64, next: usize) {
        if next != self.order {
            self.before = 0.0;
            self.equal = 0;
        } else if ratio != 1.0 {
            self.before *= libm::pow(ratio, self.order as f64 + 1.0);
            self.equal = 0;
        }
    }

    /// Chooses the order and step that follow a rejected attempt.
    pub(super) fn retreat(&mut self) {
        self.failures += 1;
        let usual = if self.error.is_finite() { factor(self.error, self.order, 0.85).clamp(0.2, 0.9) } else { 0.3 };
        let ratio = if self.failures > 1 { usual.min(0.5) } else { usual };
        let order = if self.failures > 2 { 1 } else { self.order };
        self.change(ratio, order);
        self.next = (self.clock.time(self.clock.read(self.step) * ratio), order);
    }
}
