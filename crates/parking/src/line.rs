//! Saturated parking on a line by exact splitting of gaps, O(cars), nothing rejected.
//!
//! The first car on [a, b] stands at a + U (b − a − 1); what is left of it and what is right of it are independent
//! parking problems on shorter intervals (Rényi 1958). Gaps are worked off from left to right with a stack of right
//! ends, so that cars come out in order of position.

use crate::random::{exponential, uniform};
use rand::Rng;

/// Left ends of unit cars that saturate [0, length], ascending.
pub(crate) fn saturate<R: Rng + ?Sized>(length: f64, rng: &mut R) -> Vec<f64> {
    let mut cars = Vec::with_capacity(expected(length));
    let (mut left, mut right, mut ends) = (0.0, length, Vec::with_capacity(64));
    loop {
        while right - left >= 1.0 {
            ends.push(right);
            right = left + uniform(rng) * (right - left - 1.0);
        }
        // The gap [left, right] is final; the car that ends it, if any, stands at `right`.
        let Some(end) = ends.pop() else { return cars };
        cars.push(right);
        left = right + 1.0;
        right = end;
    }
}

/// The same with times of arrival, for tokens that land at rate 1 per unit length: a gap of length g >= 1 waits an
/// exponential time of rate g − 1 (the lengths at which its car may begin).
pub(crate) fn saturate_in_time<R: Rng + ?Sized>(length: f64, rng: &mut R) -> (Vec<f64>, Vec<f64>) {
    let (mut cars, mut times) = (Vec::with_capacity(expected(length)), Vec::with_capacity(expected(length)));
    // The interval's right end, the time of the car there, and the time since when the gap has had its present ends.
    let (mut left, mut right, mut arrived, mut born) = (0.0, length, f64::NAN, 0.0);
    let mut ends: Vec<(f64, f64)> = Vec::with_capacity(64);
    loop {
        while right - left >= 1.0 {
            let free = right - left - 1.0;
            ends.push((right, arrived));
            right = left + uniform(rng) * free;
            born += exponential(rng) / free;
            arrived = born;
        }
        let Some((end, later)) = ends.pop() else { return (cars, times) };
        cars.push(right);
        times.push(arrived);
        left = right + 1.0;
        // The next gap lies between the car just emitted and the one at `end`, which had come earlier.
        born = arrived;
        right = end;
        arrived = later;
    }
}

/// Room for nearly all samples: mean plus eight standard deviations.
fn expected(length: f64) -> usize {
    (0.75 * length + 2.0 * length.sqrt() + 2.0) as usize
}
