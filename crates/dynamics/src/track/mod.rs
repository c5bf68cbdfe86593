//! Clusters in continuous time: when each is born, merges, splits and dies.
//!
//! A cluster is known by its **leader**, its smallest token. At t = 0 every token is a cluster, and those that are near
//! enough merge at once: they die at time 0. From then on
//!
//! - two clusters merge when a token of one comes nearer than `gap` to a token of the other; the cluster with the later
//!   leader dies;
//! - a cluster splits when single linkage at `split` > `gap` no longer connects it; the part with the leader stays the
//!   cluster, every other part is born under its own first token.
//!
//! The two thresholds are a hysteresis: a leader that falls into m earlier tokens outruns its followers, by 0.14 at
//! beta = 64 and m = 60, and one threshold would see births and deaths in that. Splits remain that are real: the chains
//! of the first moments break, and the followers of one token may leave it for a larger cluster that falls towards
//! them, join the two clusters thereby, and come back with that cluster a little later. What happens together, within a
//! relative 1e-9 of its threshold, is taken in this order: all mergers, then all splits; of several clusters that merge
//! at once the one with the first leader survives and absorbs the others in order of their leaders.
//!
//! **Exactness.** The *margin* of a state is how far the pair or cluster nearest to its threshold still is from it; it
//! is Lipschitz, so that nothing happens while no token has moved half of it. A [`Tracker`] measures the margin again
//! only when tokens have moved that far, halves steps in which more could happen, and locates the zeros of the margin
//! by root finding on dense output, to a relative 1e-12 in time. Two crossings (in and out) within one step are seen
//! when they pass the threshold by more than a quarter of `gap`, or than tokens move in a 128th of the step if that is
//! more, provided that between two looks no token is farther from both places than these are apart. Steps below the
//! resolution of time are looked at where they end.

mod circle;
mod gauge;
mod hysteresis;
mod lives;
mod nearest;
mod root;
mod sphere;

pub use hysteresis::{Hysteresis, strongest_pull};
pub use lives::{Death, Life, Standing};

use crate::solver::Moment;
use crate::tokens::Tokens;
use gauge::{Gauge, farthest};
use lives::Register;
use root::turning_negative;

/// Relative accuracy of the times of events.
const EVENT_RTOL: f64 = 1e-12;
/// Squared chords this near to their threshold, relatively, have reached it.
const SAME: f64 = 1e-9;
/// Excursions across a threshold by less than this share of `gap` may be missed.
const RESOLUTION: f64 = 0.25;
/// A step is halved at most so many times.
const HALVINGS: usize = 7;
/// Steps shorter than this, relatively, are not halved.
const SHORTEST: f64 = 1e-13;

/// Follows the clusters of the first tokens of a run, as an observer of its steps.
#[derive(Debug, Clone)]
pub struct Tracker {
    rules: Hysteresis,
    register: Register,
    gauge: Gauge,
    time: f64,
    now: Tokens,
    /// The last state whose margin was measured, the margin, and how far the present state is from it.
    measured: Tokens,
    margin: f64,
    moved: f64,
    /// Scratch.
    probe: Tokens,
    /// When to note how every cluster stands; `None` once that is done.
    stands_at: Option<f64>,
}

/// How far [`Tracker::go`] came.
enum Reach {
    /// To the end.
    End,
    /// To an event on the way.
    Event,
    /// Nowhere: the step must be halved at this time.
    Halve(f64),
}

impl Tracker {
    /// Begins at t = 0 with `start`, whose tokens are the first of the states that will be shown. How every cluster
    /// stands at the time `stands_at` is noted in its [`Life`].
    #[must_use]
    pub fn new(start: &Tokens, rules: Hysteresis, stands_at: f64) -> Self {
        let mut register = Register::new(start);
        register.merge(0.0, start, rules.gap);
        let mut gauge = Gauge::new(start);
        let margin = gauge.margin(rules, start, register.leaders());
        let [now, measured, probe] = [0; 3].map(|_| start.clone());
        let (time, moved, stands_at) = (0.0, 0.0, Some(stands_at));
        let mut tracker = Self { rules, register, gauge, time, now, measured, margin, moved, probe, stands_at };
        tracker.note_standing();
        tracker
    }

    /// Takes note of an accepted step; saved states are ignored.
    pub fn see(&mut self, moment: Moment<'_>) {
        let Moment::Step { from, time, state, between } = moment else {
            return;
        };
        if state.len() == self.now.state().len() {
            return self.advance(from, time, state, between);
        }
        let (dimension, count, total) = (self.now.dimension(), self.now.len(), state.len() / self.now.dimension());
        let first = |state: &[f64], out: &mut [f64]| {
            for i in 0..dimension {
                out[i * count..(i + 1) * count].copy_from_slice(&state[i * total..i * total + count]);
            }
        };
        let mut end = vec![0.0; dimension * count];
        first(state, &mut end);
        self.advance(from, time, &end, &|at, out| {
            let mut all = vec![0.0; dimension * total];
            between(at, &mut all);
            first(&all, out);
        });
    }

    /// Every life so far, in order of leader and birth.
    #[must_use]
    pub fn lives(&self) -> Vec<Life> {
        self.register.lives()
    }

    /// The leader of token k's cluster.
    #[must_use]
    pub fn leader(&self, k: usize) -> u32 {
        self.register.leaders()[k]
    }

    fn advance(&mut self, from: f64, time: f64, end: &[f64], between: &dyn Fn(f64, &mut [f64])) {
        self.time = from;
        let due = self.stands_at.filter(|at| *at <= time);
        if due.is_none() && self.pass(time, end) {
            return;
        }
        let mut ahead = vec![(time, end.to_vec())];
        if let Some(at) = due.filter(|at| *at > from && *at < time) {
            ahead.push((at, self.state_at(at, between)));
        }
        while let Some((time, state)) = ahead.pop() {
            match self.go(time, &state, between, ahead.len()) {
                Reach::End => self.note_standing(),
                Reach::Event => ahead.push((time, state)),
                Reach::Halve(at) => {
                    ahead.push((time, state));
                    ahead.push((at, self.state_at(at, between)));
                }
            }
        }
    }

    /// Goes on to `state` at `time` if nothing can have happened on the way, by how far the tokens have moved alone.
    fn pass(&mut self, time: f64, state: &[f64]) -> bool {
        let step = farthest(&self.now, state);
        let moved = farthest(&self.measured, state);
        let quiet = 2.0 * (step + moved.max(self.moved)) < self.margin;
        if quiet {
            self.stand(time, state, moved);
        }
        quiet
    }

    /// Goes on to the first event, or to `state` at `time` if there is none before.
    fn go(&mut self, time: f64, state: &[f64], between: &dyn Fn(f64, &mut [f64]), depth: usize) -> Reach {
        if self.pass(time, state) {
            return Reach::End;
        }
        let step = farthest(&self.now, state);
        let margin = self.margin_of(state);
        let coarse = 2.0 * step > RESOLUTION * self.rules.gap.sqrt() && 2.0 * step >= margin;
        if coarse && depth < HALVINGS && time - self.time > SHORTEST * time {
            return Reach::Halve(0.5 * (self.time + time));
        }
        if margin < 0.0 {
            return self.meet(time, state, margin, between);
        }
        self.measure(time, state, margin);
        Reach::End
    }

    /// Goes on to the event between the present time and `time`, at which the margin is negative.
    fn meet(&mut self, time: f64, state: &[f64], margin: f64, between: &dyn Fn(f64, &mut [f64])) -> Reach {
        let mut scratch = self.now.state().to_vec();
        let before = if self.moved == 0.0 { self.margin } else { self.margin_of(&scratch) };
        let low = (self.time, before.max(f64::MIN_POSITIVE));
        // Where nothing is torn at the end, the search can leave the inside of the clusters alone.
        self.probe.copy_from(state);
        let torn = self.gauge.margin(self.rules.splits_only(), &self.probe, self.register.leaders()) < 0.0;
        let rules = if torn { self.rules } else { self.rules.mergers_only() };
        let Self { gauge, probe, register, .. } = self;
        let at = turning_negative(low, (time, margin), EVENT_RTOL, |at| {
            between(at, &mut scratch);
            probe.copy_from(&scratch);
            gauge.margin(rules, probe, register.leaders())
        });
        if at < time {
            between(at, &mut scratch);
        } else {
            scratch.copy_from_slice(state);
        }
        self.probe.copy_from(&scratch);
        let mut changed = self.register.merge(at, &self.probe, self.rules.gap * (1.0 + SAME));
        let mut margin = self.margin_of(&scratch);
        if margin < 0.0 {
            changed |= self.register.split(at, &self.probe, self.rules.split * (1.0 - SAME));
            margin = self.margin_of(&scratch);
        }
        // Where rounding alone makes a margin negative, nothing happens until the end of the step.
        if at < time && changed {
            self.measure(at, &scratch, margin);
            return Reach::Event;
        }
        let margin = self.margin_of(state);
        self.measure(time, state, margin);
        Reach::End
    }

    fn state_at(&self, time: f64, between: &dyn Fn(f64, &mut [f64])) -> Vec<f64> {
        let mut state = vec![0.0; self.now.state().len()];
        between(time, &mut state);
        state
    }

    fn margin_of(&mut self, state: &[f64]) -> f64 {
        self.probe.copy_from(state);
        self.gauge.margin(self.rules, &self.probe, self.register.leaders())
    }

    /// Makes a state the present one.
    fn stand(&mut self, time: f64, state: &[f64], moved: f64) {
        self.time = time;
        self.now.copy_from(state);
        self.moved = moved;
    }

    /// Makes a state the present one and the one that was measured last.
    fn measure(&mut self, time: f64, state: &[f64], margin: f64) {
        self.stand(time, state, 0.0);
        self.measured.copy_from(state);
        self.margin = margin;
    }

    fn note_standing(&mut self) {
        if self.stands_at.is_some_and(|at| at <= self.time) {
            self.stands_at = None;
            self.register.stand(&self.now);
        }
    }
}
