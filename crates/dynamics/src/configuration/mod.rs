//! Final configurations: what a state at the end of a run is, and what theory predicts from V's spectrum.
//!
//! The classes are those of Table 1 of arXiv 2411.04990, by the largest real part of V's eigenvalues and its
//! multiplicity. A finite run shows a class up to margins, which are reported with it; a state that fits none, or
//! that still creeps on, is undecided. Clouds need not be at rest: repelled tokens may jostle for ever.

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
    /// V repels (its top eigenvalue is below 0), the tokens are apart, and in the mean square they are at most half as
    /// far from its top eigenspace, of dimension 2 or more, as uniform tokens.
    Cloud,
    /// The same round a top eigenspace of dimension 1, on both sides.
    TwoClouds,
    /// No cloud, and periodic or still moving at a speed of order 1.
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
/// Tokens farther than this chord from each other are apart.
const APART: f64 = 0.1;
/// A speed of order 1.
const MOVING: f64 = 1e-3;
/// At rest: at its speed the state would move by less than this in the whole time of the run.
const AT_REST: f64 = 1e-6;
/// A cloud's mean square distance from the top eigenspace is at most this share of that of uniform tokens.
const AROUND: f64 = 0.5;

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
    /// Distance of token 1 from the top eigenspace.
    pub from_top: f64,
    /// The smallest length of a token's orthogonal projection on the top eigenspace.
    pub closeness: f64,
    /// The tokens' mean square distance from the top eigenspace, as a share of that of uniform tokens.
    pub spread: f64,
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
        let speeds = (0..end.len()).map(|k| length(&column(velocity, end.len(), k)));
        Self::read(spectrum, start, end, speeds.fold(0.0, f64::max), time)
    }

    /// The same where the largest speed of a token is known.
    #[must_use]
    pub fn read(spectrum: &Spectrum, start: &Tokens, end: &Tokens, speed: f64, time: f64) -> Self {
        let (origin, first) = (token(start, 0), token(end, 0));
        let opposite: Vec<f64> = first.iter().map(|x| -x).collect();
        let others: Vec<Vec<f64>> = (0..end.len()).map(|k| token(end, k)).collect();
        let one = others.iter().map(|x| chord(x, &first)).fold(0.0, f64::max);
        let two = others.iter().map(|x| chord(x, &first).min(chord(x, &opposite))).fold(0.0, f64::max);
        let margins = Self {
            configuration: Configuration::Undecided,
            radius: one,
            from_start: chord(&first, &origin),
            from_component: spectrum.component(&origin).map_or(2.0, |target| chord(&first, &target)),
            from_top: spectrum.distance(&first),
            closeness: others.iter().map(|x| spectrum.closeness(x)).fold(1.0, f64::min),
            spread: spectrum.spread(end),
            speed,
        };
        // In as much time again it would stay where it is, up to the size of a point.
        let stays = speed * time <= AT_POINT;
        let both_sides = spectrum.multiplicity() > 1 || spectrum.has_both_sides(end);
        let around = spectrum.repels() && margins.spread <= AROUND && one > APART && both_sides;
        let slow = speed < MOVING;
        let configuration = if slow && one <= AT_POINT {
            margins.point(stays)
        } else if slow && two <= AT_POINT && (stays || margins.from_top <= AT_POINT) {
            Configuration::Antipodal
        } else if around && spectrum.multiplicity() > 1 {
            Configuration::Cloud
        } else if around {
            Configuration::TwoClouds
        } else if slow {
            Configuration::Undecided
        } else {
            Configuration::Moving
        };
        let radius = if configuration == Configuration::Antipodal { two } else { one };
        Self { configuration, radius, ..margins }
    }

    /// Which point it is, all tokens being at one; another than those that are named only when they stay there.
    fn point(&self, stays: bool) -> Configuration {
        if self.from_start <= AT_POINT {
            Configuration::FirstToken
        } else if self.from_component <= AT_POINT {
            Configuration::TopPoint
        } else if stays {
            Configuration::OtherPoint
        } else {
            Configuration::Undecided
        }
    }

    /// True when the state is of the class that was predicted. A point counts by where it is, whichever of its two names
    /// it has; an antipodal pair only when it lies in the top eigenspace, and one of its points may be empty. Two opposite
    /// points are a small cloud where one was predicted.
    #[must_use]
    pub fn is(&self, predicted: Configuration) -> bool {
        use Configuration::{Antipodal, Cloud, FirstToken, TopPoint, TwoClouds};
        let point = matches!(self.configuration, FirstToken | TopPoint);
        match predicted {
            TopPoint => point && self.from_component <= AT_POINT,
            Antipodal => (point || self.configuration == Antipodal) && self.from_top <= AT_POINT,
            Cloud | TwoClouds if self.configuration == Antipodal => self.spread <= AROUND,
            other => self.configuration == other,
        }
    }

    /// True when the state will not change any more: at rest for as long again as the run took.
    #[must_use]
    pub fn is_at_rest(&self, time: f64) -> bool {
        self.speed * time <= AT_REST
    }
}

/// The coordinates of a token.
fn token(tokens: &Tokens, k: usize) -> Vec<f64> {
    column(tokens.state(), tokens.len(), k)
}

/// The coordinates of token k of n.
fn column(state: &[f64], n: usize, k: usize) -> Vec<f64> {
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
