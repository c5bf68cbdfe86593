//! Saturated parking on a line by exact splitting of gaps, O(cars), nothing rejected.
//!
//! The first car on [a, b] stands at a + U (b − a − 1); what is left of it and what is right of it are independent
//! parking problems on shorter intervals (Rényi 1958). Gaps are worked off from left to right with a stack of right
//! ends, so that cars come out in order of position.

use crate::random::{exponential, uniform};
use rand::Rng;

/// Left ends of unit cars that saturate [0, length], ascending.
///
/// Whether a car fits in a gap is as unpredictable as a coin, so that a branch on it would cost more than all arithmetic
/// (40 instead of 51 million cars a second): each turn prepares both outcomes and keeps one.
pub(crate) fn saturate<R: Rng + ?Sized>(length: f64, rng: &mut R) -> Vec<f64> {
    let (mut cars, mut ends) = (vec![0.0; expected(length)], vec![0.0; 64]);
    // The gap at hand is [left, ends[top]].
    let (mut left, mut top, mut count) = (0.0, 0, 0);
    ends[0] = length;
    let mut next = uniform(rng);
    loop {
        if top + 1 == ends.len() || count == cars.len() {
            ends.push(0.0);
            cars.push(0.0);
        }
        let right: f64 = ends[top];
        let free = right - left - 1.0;
        let fits = free >= 0.0;
        // Either a car parks and ends the gap at hand, or the gap is final, and the car at its right end comes out.
        ends[top + 1] = left + next * free;
        cars[count] = right;
        if fits {
            next = uniform(rng);
        } else if top == 0 {
            break;
        }
        left = if fits { left } else { right + 1.0 };
        count += usize::from(!fits);
        top = if fits { top + 1 } else { top - 1 };
    }
    cars.truncate(count);
    cars
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
