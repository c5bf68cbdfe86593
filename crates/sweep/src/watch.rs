//! What is watched along a run: consumption by centres, the centres' drift and mergers, and the bound of Lemma 5.1.

use tokenpark_dynamics::{Event, Moment, Tokens, squared_chord, strongest_pull};

/// Which tokens the centres of one kind have consumed. A token is consumed when its inner product with a centre, as
/// both are now, exceeds the capture threshold; a centre is consumed by itself.
pub(crate) struct Consumption {
    centers: Vec<usize>,
    /// |x - c|^2 below this: <x, c> above the threshold.
    near: f64,
    now: Vec<bool>,
    ever: Vec<bool>,
    /// Squared chords of all tokens to one centre, and to the nearest of all.
    squares: Vec<f64>,
    nearest: Vec<f64>,
}

impl Consumption {
    pub(crate) fn new(centers: &[usize], capture: f64, tokens: usize) -> Self {
        Self {
            centers: centers.to_vec(),
            near: 2.0 * (1.0 - capture),
            now: vec![false; tokens],
            ever: vec![false; tokens],
            squares: vec![0.0; tokens],
            nearest: vec![0.0; tokens],
        }
    }

    /// Takes note of the state: who is consumed now, and so ever.
    pub(crate) fn remember(&mut self, tokens: &Tokens) {
        self.nearest.fill(f64::INFINITY);
        for &center in &self.centers {
            self.squares.fill(0.0);
            for i in 0..tokens.dimension() {
                let coordinate = tokens.coordinate(i);
                let own = coordinate[center];
                self.squares.iter_mut().zip(coordinate).for_each(|(square, x)| *square += (x - own) * (x - own));
            }
            let nearest = self.nearest.iter_mut().zip(&self.squares);
            nearest.for_each(|(nearest, square)| *nearest = if square < nearest { *square } else { *nearest });
        }
        self.now.iter_mut().zip(&self.nearest).for_each(|(now, square)| *now = *square < self.near);
        self.ever.iter_mut().zip(&self.now).for_each(|(ever, now)| *ever |= now);
    }

    /// The shares consumed at the last state that was taken note of, and ever so far.
    pub(crate) fn shares(&self) -> (f64, f64) {
        let share = |flags: &[bool]| flags.iter().filter(|flag| **flag).count() as f64 / flags.len() as f64;
        (share(&self.now), share(&self.ever))
    }
}

/// How far the centres of one kind have moved, and when they met.
pub(crate) struct Drift {
    pub(crate) centers: Vec<usize>,
    /// Largest squared chord to the start so far.
    farthest: Vec<f64>,
    /// When the centre first came nearer than the cluster gap to an earlier centre of its kind.
    pub(crate) merged_at: Vec<Option<f64>>,
    /// Squared chord to the nearest earlier centre, less that of the gap, after the last step.
    excess: Vec<f64>,
    near: f64,
    scratch: Tokens,
}

/// Relative accuracy of `merged_at`.
const EVENT_RTOL: f64 = 1e-9;

impl Drift {
    pub(crate) fn new(centers: &[usize], cluster_gap: f64, start: &Tokens) -> Self {
        let mut drift = Self {
            centers: centers.to_vec(),
            farthest: vec![0.0; centers.len()],
            merged_at: vec![],
            excess: vec![],
            near: squared_chord(cluster_gap),
            scratch: start.clone(),
        };
        drift.excess = (0..centers.len()).map(|index| drift.excess_of(index, start)).collect();
        drift.merged_at = drift.excess.iter().map(|excess| (*excess < 0.0).then_some(0.0)).collect();
        drift
    }

    fn excess_of(&self, index: usize, tokens: &Tokens) -> f64 {
        let others = self.centers[..index].iter().map(|&other| tokens.squared_chord(other, self.centers[index]));
        others.fold(f64::INFINITY, f64::min).min(4.0) - self.near
    }

    /// Takes note of a moment whose state is `tokens`.
    pub(crate) fn remember(&mut self, moment: Moment<'_>, start: &Tokens, tokens: &Tokens) {
        for (farthest, &c) in self.farthest.iter_mut().zip(&self.centers) {
            *farthest = farthest.max(tokens.squared_chord_to(c, start, c));
        }
        if matches!(moment, Moment::Saved { .. }) {
            return;
        }
        for index in 0..self.centers.len() {
            let (before, after) = (self.excess[index], self.excess_of(index, tokens));
            self.excess[index] = after;
            if self.merged_at[index].is_none() && after < 0.0 {
                self.merged_at[index] = self.meeting(moment, index, before);
            }
        }
    }

    /// When, within a step, centre `index` came near an earlier one.
    fn meeting(&mut self, moment: Moment<'_>, index: usize, before: f64) -> Option<f64> {
        let (mut state, mut now) = (self.scratch.state().to_vec(), self.scratch.clone());
        let event = Event::locate(moment, before, EVENT_RTOL, &mut state, |state| {
            now.copy_from(state);
            self.excess_of(index, &now)
        });
        event.map(|event| event.time)
    }

    /// Largest geodesic displacement of every centre so far.
    pub(crate) fn distances(&self) -> Vec<f64> {
        self.farthest.iter().map(|square| 2.0 * libm::asin((0.5 * square.sqrt()).min(1.0))).collect()
    }
}

/// Lemma 5.1 of the paper: a strong centre whose distance D to the tokens before it exceeds c(1+2ε)/√β, with
/// c > √β τ*, moves less than εc/√β while T s h(c/√β) < εc/√β. Valid for d = 2, Q = K = V = I and the causal mask.
pub(crate) struct Lemma51 {
    /// (token, until when, squared chord that must not be reached).
    bounds: Vec<(usize, f64, f64)>,
    violated: Vec<bool>,
}

impl Lemma51 {
    pub(crate) fn new(start: &Tokens, strong: &[usize], beta: f64) -> Self {
        let root = beta.sqrt();
        let peak = strongest_pull(beta);
        let mut bounds = vec![];
        for &s in strong.iter().filter(|&&s| s > 0) {
            let nearest = (0..s).map(|i| start.squared_chord(i, s)).fold(4.0, f64::min);
            let distance = 2.0 * libm::asin((0.5 * nearest.sqrt()).min(1.0));
            for step in 1..=20 {
                let epsilon = 0.02 * f64::from(step);
                let c = distance * root / (1.0 + 2.0 * epsilon);
                let angle = c / root;
                if angle > peak {
                    let bound = epsilon * angle;
                    let (sine, cosine) = libm::sincos(angle);
                    let pull = libm::exp(beta * (cosine - 1.0)) * sine;
                    bounds.push((s, bound / ((s + 1) as f64 * pull), squared_chord(bound)));
                }
            }
        }
        let violated = vec![false; bounds.len()];
        Self { bounds, violated }
    }

    /// Takes note of a moment whose state is `tokens`. A bound that ends within a step is checked where it ends if it
    /// is broken at the end of the step.
    pub(crate) fn remember(&mut self, moment: Moment<'_>, start: &Tokens, tokens: &Tokens) {
        for (violated, &(token, until, bound)) in self.violated.iter_mut().zip(&self.bounds) {
            if *violated || tokens.squared_chord_to(token, start, token) < bound {
                continue;
            }
            match moment {
                Moment::Saved { time, .. } | Moment::Step { time, .. } if time < until => *violated = true,
                Moment::Step { from, between, .. } if from < until => {
                    let mut now = tokens.clone();
                    let mut state = now.state().to_vec();
                    between(until, &mut state);
                    now.copy_from(&state);
                    *violated = now.squared_chord_to(token, start, token) >= bound;
                }
                _ => {}
            }
        }
    }

    /// The number of bounds.
    pub(crate) fn bounds(&self) -> usize {
        self.bounds.len()
    }

    /// The number of centres that broke a bound.
    pub(crate) fn violations(&self) -> u32 {
        let broken = self.bounds.iter().zip(&self.violated).filter(|(_, violated)| **violated);
        let mut tokens: Vec<usize> = broken.map(|(bound, _)| bound.0).collect();
        tokens.dedup();
        tokens.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BETA: f64 = 64.0;

    fn tokens(angle: f64) -> Tokens {
        Tokens::from_angles(&[0.0, angle]).expect("two tokens")
    }

    /// The bounds of a strong centre at a distance of 1, token 1.
    fn lemma() -> (Tokens, Lemma51) {
        (tokens(1.0), Lemma51::new(&tokens(1.0), &[0, 1], BETA))
    }

    /// Shows a step that ends with the centre at `end`, having been at `middle` when the bound of ε = 0.02 times out.
    fn step(lemma: &mut Lemma51, start: &Tokens, from: f64, time: f64, middle: f64, end: f64) {
        let (middle, end) = (tokens(middle), tokens(end));
        let between = |_: f64, out: &mut [f64]| out.copy_from_slice(middle.state());
        lemma.remember(Moment::Step { from, time, state: end.state(), between: &between }, start, &end);
    }

    #[test]
    fn val_bounds_of_the_lemma() {
        let (_, lemma) = lemma();
        let (token, until, square) = lemma.bounds[0];
        // c/√β = 1/1.04, and T = ε (c/√β) / (2 h(c/√β)).
        let angle = 1.0 / 1.04;
        let pull = libm::exp(BETA * (libm::cos(angle) - 1.0)) * libm::sin(angle);
        assert_eq!((token, lemma.bounds.len()), (1, 20));
        assert!((until / (0.02 * angle / (2.0 * pull)) - 1.0).abs() < 1e-9, "{until:e}");
        assert!((square.sqrt() / (0.02 * angle) - 1.0).abs() < 1e-4);
        // At a distance below τ* the lemma says nothing.
        assert!(Lemma51::new(&tokens(0.1), &[0, 1], BETA).bounds.is_empty());
    }

    #[test]
    fn val_a_bound_holds_while_it_lasts() {
        let (start, bounds) = lemma();
        let (_, until, _) = bounds.bounds[0];
        let cases = [
            // Within the time: only the distance counts.
            (0.0, 0.9 * until, 0.99, 0.99, 0),
            (0.0, 0.9 * until, 0.99, 0.97, 1),
            // The time ends within the step, and the centre moved before or after.
            (0.5 * until, 2.0 * until, 0.97, 0.97, 1),
            (0.5 * until, 2.0 * until, 0.99, 0.97, 0),
            // All of the step is after it.
            (until, 2.0 * until, 0.97, 0.97, 0),
        ];
        for (from, time, middle, end, violations) in cases {
            let (_, mut lemma) = lemma();
            // The other bounds are longer, and wider than these displacements.
            step(&mut lemma, &start, from, time, middle, end);
            assert_eq!(lemma.violations(), violations, "{from:e}..{time:e}, {middle}, {end}");
        }
    }
}
