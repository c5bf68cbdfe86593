//! The first n tokens on an interval or a circle: a slot no wider than a car holds one car at the most.

use crate::random::uniform;
use rand::Rng;

/// Cars and strong centres among tokens on a line, in units of a car.
pub(crate) struct Parked {
    /// Positions of the cars (Rényi centres) in order of arrival.
    pub(crate) cars: Vec<f64>,
    /// The cars' tokens, from 0.
    pub(crate) tokens: Vec<usize>,
    /// How many of them are farther than a car from every earlier token.
    pub(crate) strong: usize,
}

/// What a slot has seen: its car, and the extreme positions of all tokens that arrived in it.
#[derive(Clone, Copy)]
struct Slot {
    car: f64,
    lowest: f64,
    highest: f64,
}

const EMPTY: Slot = Slot { car: f64::NAN, lowest: f64::INFINITY, highest: f64::NEG_INFINITY };

/// n uniform tokens on [0, length), which is a circle when `closed`.
pub(crate) fn arrivals<R: Rng + ?Sized>(length: f64, closed: bool, tokens: u64, rng: &mut R) -> Parked {
    let mut street = Street::new(length, closed);
    let mut parked = Parked { cars: vec![], tokens: vec![], strong: 0 };
    for token in 0..tokens {
        let position = uniform(rng) * length;
        let slot = street.slot(position);
        if !street.blocked(slot, position) {
            parked.strong += usize::from(street.alone(slot, position));
            street.slots[slot].car = position;
            parked.cars.push(position);
            parked.tokens.push(token as usize);
        }
        let seen = &mut street.slots[slot];
        seen.lowest = seen.lowest.min(position);
        seen.highest = seen.highest.max(position);
    }
    parked
}

/// Slots of equal width, more than half a car and at most one car (less than that only if all is shorter).
struct Street {
    length: f64,
    closed: bool,
    per_length: f64,
    slots: Vec<Slot>,
}

impl Street {
    fn new(length: f64, closed: bool) -> Self {
        let count = length.ceil().max(1.0);
        Self { length, closed, per_length: count / length, slots: vec![EMPTY; count as usize] }
    }

    fn slot(&self, position: f64) -> usize {
        // An interval as long as a car has one position, and a rounded product may reach the end.
        ((position * self.per_length) as i64 as usize).min(self.slots.len() - 1)
    }

    /// The slot `steps` to the left or right and how far it has to be shifted to lie there.
    fn neighbor(&self, slot: usize, steps: isize) -> Option<(&Slot, f64)> {
        let (count, at) = (self.slots.len() as isize, slot as isize + steps);
        if (0..count).contains(&at) {
            return Some((&self.slots[at as usize], 0.0));
        }
        if !self.closed {
            return None;
        }
        let shift = if at < 0 { -self.length } else { self.length };
        Some((&self.slots[at.rem_euclid(count) as usize], shift))
    }

    /// True when a car is within 1 of the position.
    fn blocked(&self, slot: usize, position: f64) -> bool {
        // A comparison with the NaN of an empty slot is false. Two slots together may be narrower than a car.
        [0, -1, 1, -2, 2].into_iter().any(|steps| {
            self.neighbor(slot, steps).is_some_and(|(there, shift)| (there.car + shift - position).abs() <= 1.0)
        })
    }

    /// True when no token at all is within 1 of the position.
    fn alone(&self, slot: usize, position: f64) -> bool {
        let own = &self.slots[slot];
        let left = |(there, shift): (&Slot, f64)| position - (there.highest + shift) > 1.0;
        let right = |(there, shift): (&Slot, f64)| there.lowest + shift - position > 1.0;
        own.lowest > own.highest
            && [-1, -2].into_iter().all(|steps| self.neighbor(slot, steps).is_none_or(left))
            && [1, 2].into_iter().all(|steps| self.neighbor(slot, steps).is_none_or(right))
    }
}
