//! When clusters merge and when they split.

use super::gauge::FAR;
use crate::tokens::squared_chord;

/// The two thresholds of a tracker, kept as squared chords.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hysteresis {
    pub(super) gap: f64,
    /// Infinite from pi upwards: no distance exceeds pi.
    pub(super) split: f64,
}

impl Hysteresis {
    /// Clusters merge below `gap` and split above `split`, both geodesic and in radians. A split threshold below
    /// 1.000001 gaps is taken as that.
    ///
    /// # Panics
    /// When `gap` is not positive.
    #[must_use]
    pub fn new(gap: f64, split: f64) -> Self {
        assert!(gap > 0.0, "gap is {gap}, allowed: more than 0");
        let split = split.max(gap * 1.000_001);
        let unreachable = split >= std::f64::consts::PI;
        Self { gap: squared_chord(gap), split: if unreachable { f64::INFINITY } else { squared_chord(split) } }
    }

    /// max(2 tau*(beta), 2 gap): wider than the tears of a cluster that falls as one, narrower than what lasts.
    #[must_use]
    pub fn default_split(beta: f64, gap: f64) -> f64 {
        (2.0 * strongest_pull(beta)).max(2.0 * gap)
    }

    /// The same without splits.
    pub(super) fn mergers_only(self) -> Self {
        Self { split: f64::INFINITY, ..self }
    }

    /// The same without mergers.
    pub(super) fn splits_only(self) -> Self {
        Self { gap: 0.0, ..self }
    }

    /// The squared chord inside a cluster at which a margin is left.
    pub(super) fn inside_at(self, margin: f64) -> f64 {
        let chord = (self.split.sqrt() - margin).max(0.0);
        chord * chord
    }

    /// A squared chord between clusters from which on no margin depends on it: what is left inside is less.
    pub(super) fn farthest_that_matters(self) -> f64 {
        let chord = self.gap.sqrt() + self.split.sqrt();
        (chord * chord).min(FAR)
    }

    /// What is left of a distance between clusters and of one inside a cluster, in chords: negative if and only if a
    /// threshold has been crossed.
    pub(super) fn margin(self, between: f64, inside: f64) -> f64 {
        let merge = (between - self.gap) / (between.sqrt() + self.gap.sqrt() + f64::MIN_POSITIVE);
        if self.split.is_infinite() {
            return merge;
        }
        merge.min((self.split - inside) / (inside.sqrt() + self.split.sqrt()))
    }
}

/// The angle tau* at which two tokens attract each other most, where e^{beta (cos x - 1)} sin x peaks:
/// cos tau* = (-1 + sqrt(4 beta^2 + 1)) / (2 beta), written without cancellation; pi/2 for beta = 0.
#[must_use]
pub fn strongest_pull(beta: f64) -> f64 {
    libm::acos(2.0 * beta / ((4.0 * beta * beta + 1.0).sqrt() + 1.0))
}
