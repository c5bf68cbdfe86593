//! One sample of a parking process.

use crate::parking::{Parking, Space};
use std::f64::consts::PI;

/// Cars parked once.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    parking: Parking,
    positions: Vec<f64>,
    times: Vec<f64>,
    strong: Option<usize>,
    saturated: bool,
}

impl Sample {
    pub(crate) fn new(
        parking: Parking,
        positions: Vec<f64>,
        times: Vec<f64>,
        strong: Option<usize>,
        saturated: bool,
    ) -> Self {
        Self { parking, positions, times, strong, saturated }
    }

    /// What was sampled.
    #[must_use]
    pub fn parking(&self) -> Parking {
        self.parking
    }

    /// The number of cars (Rényi centres).
    #[must_use]
    pub fn count(&self) -> usize {
        self.positions.len() / self.parking.coordinates()
    }

    /// The number of strong centres; none is known of a saturated sample, whose rejected tokens were never drawn.
    #[must_use]
    pub fn strong(&self) -> Option<usize> {
        self.strong
    }

    /// True when provably no further car fits.
    #[must_use]
    pub fn saturated(&self) -> bool {
        self.saturated
    }

    /// The share of the space that the cars take.
    #[must_use]
    pub fn coverage(&self) -> f64 {
        self.count() as f64 * self.parking.car()
    }

    /// Car after car: one left end on the interval, one angle in [0, 2π) on the circle, d coordinates on the sphere. In
    /// order of arrival, except for saturated samples of interval (ascending) and circle (counterclockwise from the
    /// first car).
    #[must_use]
    pub fn positions(&self) -> &[f64] {
        &self.positions
    }

    /// When each car came, in tokens (see `Parking`); empty after `saturate` on interval and circle.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The free gaps between neighbouring cars, in car lengths, from the first car in ascending order on: on the
    /// interval with those before the first and after the last car, on the circle all around. None on spheres.
    #[must_use]
    pub fn gaps(&self) -> Option<Vec<f64>> {
        let (car, space) = (self.parking.separation(), self.parking.space());
        let around = match space {
            Space::Interval { length } => length,
            Space::Circle => 2.0 * PI,
            Space::Sphere { .. } => return None,
        };
        let mut sorted = self.positions.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let between = sorted.windows(2).map(|pair| (pair[1] - pair[0]) / car - 1.0);
        let (first, last) = (sorted[0] / car, (around - sorted[sorted.len() - 1]) / car - 1.0);
        Some(if space == Space::Circle {
            between.chain([last + first]).collect()
        } else {
            std::iter::once(first).chain(between).chain([last]).collect()
        })
    }
}
