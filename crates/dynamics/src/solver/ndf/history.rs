//! The steps behind, as increments: differences far below the rounding of the state keep their digits.

use super::clock::Clock;
use super::formula::{Formula, KEPT, lagrange};

/// The latest accepted steps, the last one first.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    /// Sizes of the steps.
    steps: [f64; KEPT],
    /// How many there are.
    filled: usize,
    /// What the steps added to the state.
    increments: Vec<Vec<f64>>,
}

impl History {
    /// Nothing yet, for states of `length` components.
    pub(super) fn new(length: usize) -> Self {
        Self { steps: [0.0; KEPT], filled: 0, increments: vec![vec![0.0; length]; KEPT] }
    }

    /// True before the first step.
    pub(super) fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// True when a step of `order` was possible before the last one.
    pub(super) fn serves(&self, order: usize) -> bool {
        self.filled > order
    }

    /// Size of the last step.
    pub(super) fn last(&self) -> f64 {
        self.steps[0]
    }

    /// Time between the present and `count` steps before.
    pub(super) fn span(&self, count: usize) -> f64 {
        self.steps[..count].iter().sum()
    }

    /// Takes a step of size `step` in; its increment is to be written to what this returns.
    pub(super) fn push(&mut self, step: f64) -> &mut [f64] {
        self.increments.rotate_right(1);
        self.steps.rotate_right(1);
        self.steps[0] = step;
        self.filled = KEPT.min(self.filled + 1);
        &mut self.increments[0]
    }

    /// Where the states of the past are on a clock, the present one first.
    pub(super) fn points(&self, clock: Clock) -> [f64; KEPT + 1] {
        let mut points = [0.0; KEPT + 1];
        let mut back = 0.0;
        for (point, step) in points[1..].iter_mut().zip(self.steps) {
            back -= step;
            *point = clock.read(back);
        }
        points
    }

    /// Adds the sum of weights times increments to `out`.
    pub(super) fn add(&self, weights: &[f64], out: &mut [f64]) {
        for (weight, increment) in weights.iter().zip(&self.increments) {
            for (out, d) in out.iter_mut().zip(increment) {
                *out += weight * d;
            }
        }
    }

    /// Adds to `out` what the state at `back`, a time before the present, is less than the present one, on the
    /// polynomial of `order`.
    pub(super) fn add_between(&self, clock: Clock, order: usize, back: f64, out: &mut [f64]) {
        let (weights, _) = lagrange(&self.points(clock)[..=order], clock.read(back));
        self.add(&weights[..order], out);
    }

    /// Writes to `out` the correction that the last step would have had with another clock and order; returns the error
    /// in units of the correction.
    pub(super) fn correction(&self, clock: Clock, order: usize, out: &mut [f64]) -> f64 {
        let points = self.points(clock);
        let formula = Formula::new(order, &points[1..], points[0]);
        let mut weights = [1.0; KEPT];
        for (weight, value) in weights[1..=order].iter_mut().zip(formula.value) {
            *weight = -value;
        }
        out.fill(0.0);
        self.add(&weights[..=order], out);
        formula.error
    }
}
