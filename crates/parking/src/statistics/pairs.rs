//! The pair correlation of cars.

use super::{add_bins, check_bins};
use crate::error::ParkingError;
use crate::parking::{Parking, Space};
use crate::sample::Sample;
use crate::theory::cap_area;
use std::f64::consts::PI;
use tokenpark_dynamics::squared_chord;

/// Pairs of cars by distance, in bins of equal width from 0 to `range` separations.
#[derive(Debug, Clone, PartialEq)]
pub struct PairCorrelation {
    parking: Parking,
    /// Ends of the bins, as distances (geodesic) and as what is compared: squared chords on spheres.
    edges: Vec<f64>,
    compared: Vec<f64>,
    bins: Vec<u64>,
    /// All pairs of all samples, at any distance.
    pairs: u64,
}

/// One bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairRow {
    /// The bin's ends in separations.
    pub lower: f64,
    /// Its upper end.
    pub upper: f64,
    /// Pairs seen in it.
    pub pairs: u64,
    /// g(r): pairs seen for each pair that as many independent uniform cars would have in this bin.
    pub correlation: f64,
}

impl PairCorrelation {
    /// Bins over [0, range] separations of one parking problem.
    ///
    /// # Errors
    /// For a number of bins outside 1 to 10^6, a range that is not positive, or one beyond the space.
    pub fn new(parking: Parking, bins: usize, range: f64) -> Result<Self, ParkingError> {
        let farthest = match parking.space() {
            Space::Interval { length } => length - parking.separation(),
            _ => PI,
        };
        let reach = range * parking.separation();
        if !(reach > 0.0 && reach <= farthest) {
            let allowed = "above 0, and at most the largest distance between two cars in separations";
            return Err(ParkingError::Table { name: "range", value: range, allowed });
        }
        let width = reach / check_bins(bins)? as f64;
        let edges: Vec<f64> = (0..=bins).map(|bin| bin as f64 * width).collect();
        let sphere = matches!(parking.space(), Space::Sphere { .. });
        let compared = edges.iter().map(|&edge| if sphere { squared_chord(edge) } else { edge }).collect();
        Ok(Self { parking, edges, compared, bins: vec![0; bins], pairs: 0 })
    }

    /// Adds all pairs of a sample.
    ///
    /// # Errors
    /// When it is a sample of another problem.
    pub fn add(&mut self, sample: &Sample) -> Result<(), ParkingError> {
        if sample.parking() != self.parking {
            return Err(ParkingError::Merge("pairs"));
        }
        let count = sample.count() as u64;
        self.pairs += count * (count - 1) / 2;
        match self.parking.space() {
            Space::Interval { .. } => self.add_ahead(sample, |ahead| ahead),
            Space::Circle => self.add_ahead(sample, |ahead| ahead.min(2.0 * PI - ahead)),
            Space::Sphere { dimension } => self.add_all(sample.positions(), dimension),
        }
        Ok(())
    }

    /// Adds another table's pairs.
    ///
    /// # Errors
    /// When shape or problem differ.
    pub fn merge(&mut self, other: &Self) -> Result<(), ParkingError> {
        if (self.parking, &self.edges) != (other.parking, &other.edges) {
            return Err(ParkingError::Merge("pairs"));
        }
        add_bins(&mut self.bins, &other.bins);
        self.pairs += other.pairs;
        Ok(())
    }

    /// The bins in ascending order.
    #[must_use]
    pub fn table(&self) -> Vec<PairRow> {
        let delta = self.parking.separation();
        let row = |(ends, &pairs): (&[f64], &u64)| {
            let expected = self.pairs as f64 * (self.share(ends[1]) - self.share(ends[0]));
            let correlation = pairs as f64 / expected;
            PairRow { lower: ends[0] / delta, upper: ends[1] / delta, pairs, correlation }
        };
        self.edges.windows(2).zip(&self.bins).map(row).collect()
    }

    /// The share of independent uniform pairs up to a distance.
    fn share(&self, distance: f64) -> f64 {
        match self.parking.space() {
            Space::Interval { length } => {
                let beyond = 1.0 - distance / (length - self.parking.separation());
                1.0 - beyond * beyond
            }
            Space::Circle => cap_area(2, distance.min(PI)),
            Space::Sphere { dimension } => cap_area(dimension, distance.min(PI)),
        }
    }

    /// Counts a pair at a distance in the sense of `compared`.
    fn count(&mut self, distance: f64) {
        if distance <= self.compared[self.bins.len()] {
            let bin = self.compared.partition_point(|&edge| edge < distance);
            self.bins[bin.saturating_sub(1)] += 1;
        }
    }

    /// On a line: every pair by how far the second is ahead of the first in order of position.
    fn add_ahead(&mut self, sample: &Sample, distance: impl Fn(f64) -> f64) {
        let mut sorted = sample.positions().to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let reach = self.edges[self.bins.len()];
        let closed = sample.parking().space() == Space::Circle;
        for (k, &from) in sorted.iter().enumerate() {
            let near = sorted[k + 1..].iter().take_while(|&&to| to - from <= reach);
            // Around the circle's origin the nearer way is backwards.
            let back = sorted[k + 1..].iter().rev().take_while(|&&to| closed && 2.0 * PI - (to - from) < reach.min(PI));
            let around = back.filter(|&&to| to - from > reach);
            near.chain(around).for_each(|&to| self.count(distance(to - from)));
        }
    }

    fn add_all(&mut self, positions: &[f64], dimension: usize) {
        let reach = self.compared[self.bins.len()];
        for (k, x) in positions.chunks_exact(dimension).enumerate() {
            for y in positions[..k * dimension].chunks_exact(dimension) {
                let square = x.iter().zip(y).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b));
                if square <= reach {
                    self.count(square);
                }
            }
        }
    }
}
