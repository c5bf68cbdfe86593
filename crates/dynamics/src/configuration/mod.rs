//! Final configurations: what a state at the end of a run is, and what theory predicts from V's spectrum.
//!
//! The classes are those of Table 1 of arXiv 2411.04990, by the largest real part of V's eigenvalues and its
//! multiplicity. A finite run shows a class up to margins, which are reported with it; a state that fits none, or
//! that still creeps, is undecided.

mod spectrum;

use crate::{Layer, Model, Tokens, VectorField};
pub use spectrum::Spectrum;

/// What a final state looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Configuration {
    /// One point, the first token's start x_1(0).
    FirstToken,
    /// One point, the normalised component of x_1(0) in V's top eigenspace.
    TopPoint,
    /// One point that is neither.
    OtherPoint,
    /// Two opposite points.
    Antipodal,
    /// Apart from each other, but all nearer to V's top eigenspace, of dimension 2 or more, than to what is orthogonal to it.
    Cloud,
    /// The same round both ends of a top eigenspace of dimension 1.
    TwoClouds,
    /// Periodic, or still moving at a speed of order 1.
    Moving,
    /// Nothing of that, or not at rest yet.
    Undecided,
}

impl Configuration {
    /// All with their names.
    pub const NAMES: [(&'static str, Self); 8] = [
        ("first-token", Self::FirstToken),
        ("top-point", Self::TopPoint),
        ("other-point", Self::OtherPoint),
        ("antipodal", Self::Antipodal),
        ("cloud", Self::Cloud),
        ("two-clouds", Self::TwoClouds),
        ("moving", Self::Moving),
        ("undecided", Self::Undecided),
    ];

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }
}

/// Tokens within this chord of a point are at it.
const AT_POINT: f64 = 1e-2;
/// A speed of order 1.
const MOVING: f64 = 1e-3;
/// At rest: at its speed the state would move by less than this in the whole time of the run.
const AT_REST: f64 = 1e-6;
/// Nearer to a space than to its complement.
const NEARER: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// A final state's class and by what margins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    /// The class.
    pub configuration: Configuration,
    /// Largest chord of a token to token 1, or for an antipodal pair to the nearer one of x_1 and -x_1.
    pub radius: f64,
    /// Chord of token 1 to its start.
    pub from_start: f64,
    /// Chord of token 1 to the normalised top component of its start; 2 where it has none.
    pub from_component: f64,
    /// The smallest length of a token's orthogonal projection on the top eigenspace.
    pub closeness: f64,
    /// The largest speed of a token.
    pub speed: f64,
}

impl Finding {
    /// What `end`, reached from `start` after `time`, is under `model`. `radii` are the tokens' lengths there, where the
    /// model's normalisation has these.
    ///
    /// # Panics
    /// When these have different shapes or do not fit the model.
    #[must_use]
    pub fn of(model: &Model, spectrum: &Spectrum, start: &Tokens, end: &Tokens, radii: &[f64], time: f64) -> Self {
        assert_eq!((start.len(), start.dimension()), (end.len(), end.dimension()), "the same tokens");
        let state = [end.state(), radii].concat();
        let mut velocity = vec![0.0; state.len()];
        Layer::new(model.clone(), end.len()).velocity(time, &state, &mut velocity);
        let velocity = &velocity[..end.state().len()];
        let speeds = (0..end.len()).map(|k| length(&token(velocity, end.len(), k)));
        Self::read(spectrum, start, end, speeds.fold(0.0, f64::max), time)
    }

    /// The same where the largest speed of a token is known.
    #[must_use]
    pub fn read(spectrum: &Spectrum, start: &Tokens, end: &Tokens, speed: f64, time: f64) -> Self {
        let n = end.len();
        let (origin, first) = (token(start.state(), n, 0), token(end.state(), n, 0));
        let opposite: Vec<f64> = first.iter().map(|x| -x).collect();
        let others: Vec<Vec<f64>> = (0..n).map(|k| token(end.state(), n, k)).collect();
        let one = others.iter().map(|x| chord(x, &first)).fold(0.0, f64::max);
        let two = others.iter().map(|x| chord(x, &first).min(chord(x, &opposite))).fold(0.0, f64::max);
        let both_sides = others.iter().any(|x| chord(x, &opposite) < chord(x, &first));
        let closeness = others.iter().map(|x| spectrum.closeness(x)).fold(1.0, f64::min);
        let from_start = chord(&first, &origin);
        let from_component = spectrum.component(&origin).map_or(2.0, |target| chord(&first, &target));
        let configuration = if speed >= MOVING {
            Configuration::Moving
        } else if one <= AT_POINT {
            match (from_start <= AT_POINT, from_component <= AT_POINT) {
                (true, _) => Configuration::FirstToken,
                (false, true) => Configuration::TopPoint,
                (false, false) => Configuration::OtherPoint,
            }
        } else if two <= AT_POINT {
            Configuration::Antipodal
        } else if closeness < NEARER || speed * time > AT_REST {
            Configuration::Undecided
        } else if spectrum.multiplicity() > 1 {
            Configuration::Cloud
        } else if both_sides {
            Configuration::TwoClouds
        } else {
            Configuration::Undecided
        };
        let radius = if configuration == Configuration::Antipodal { two } else { one };
        Self { configuration, radius, from_start, from_component, closeness, speed }
    }

    /// True when the state will not change any more: at rest for as long again as the run took.
    #[must_use]
    pub fn is_at_rest(&self, time: f64) -> bool {
        self.speed * time <= AT_REST
    }
}

/// The coordinates of token k of n.
fn token(state: &[f64], n: usize, k: usize) -> Vec<f64> {
    state.iter().skip(k).step_by(n).copied().collect()
}

fn length(vector: &[f64]) -> f64 {
    let largest = vector.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    largest * vector.iter().fold(0.0, |sum, x| sum + (x / largest) * (x / largest)).sqrt()
}

fn chord(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (x, y)| sum + (x - y) * (x - y)).sqrt()
}
