//! Cars on a sphere, found by place.

use crate::cubes::Cubes;

/// Points compared at once.
const LANES: usize = 4;

/// Cars stored by bucket in blocks of four, coordinate by coordinate.
pub(crate) struct Parked {
    dimension: usize,
    /// The squared chord within which a place is taken.
    near: f64,
    cubes: Cubes,
    /// The last block of each bucket, counted from 1; 0 for none.
    last: Vec<u32>,
    /// The block before, counted from 1, and how many of its four lanes are in use.
    before: Vec<(u32, u32)>,
    /// LANES * d numbers a block; lanes not in use are at infinity.
    blocks: Vec<f64>,
    count: usize,
}

impl Parked {
    /// No car yet; about `expected` of them may come.
    pub(crate) fn new(dimension: usize, squared_chord: f64, expected: usize) -> Self {
        let cubes = Cubes::new(dimension, squared_chord.sqrt(), expected);
        let last = vec![0; cubes.buckets()];
        Self { dimension, near: squared_chord, cubes, last, before: vec![], blocks: vec![], count: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn insert(&mut self, point: &[f64]) {
        let bucket = self.cubes.home(point);
        let last = self.last[bucket];
        if last == 0 || self.before[last as usize - 1].1 == LANES as u32 {
            self.before.push((last, 0));
            self.blocks.resize(self.blocks.len() + LANES * self.dimension, f64::INFINITY);
            self.last[bucket] = self.before.len() as u32;
        }
        let block = self.last[bucket] as usize - 1;
        let lane = self.before[block].1 as usize;
        self.before[block].1 += 1;
        for (i, &x) in point.iter().enumerate() {
            self.blocks[(block * self.dimension + i) * LANES + lane] = x;
        }
        self.count += 1;
    }

    /// True when a car is within the separation of the point.
    pub(crate) fn covers(&self, point: &[f64]) -> bool {
        self.any(point, |_| true)
    }

    /// True when a car within the separation of the point pleases. A car is handed over as an iterator's source: its
    /// first coordinate stands at the slice's start, the next ones four places further each.
    #[inline]
    pub(crate) fn any(&self, point: &[f64], mut pleases: impl FnMut(&[f64]) -> bool) -> bool {
        self.cubes.any(point, |bucket| {
            let mut block = self.last[bucket];
            while block != 0 {
                let at = (block - 1) as usize;
                let size = LANES * self.dimension;
                let cars = &self.blocks[at * size..(at + 1) * size];
                let squares = squares(point, cars);
                if squares.iter().any(|&square| square <= self.near) {
                    for (lane, &square) in squares.iter().enumerate() {
                        if square <= self.near && pleases(&cars[lane..]) {
                            return true;
                        }
                    }
                }
                block = self.before[at].0;
            }
            false
        })
    }
}

/// Squared chords to four cars, summed in the order of `Tokens::squared_chord`, so that the bits are the same.
#[inline]
fn squares(point: &[f64], cars: &[f64]) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    for (&x, lanes) in point.iter().zip(cars.chunks_exact(LANES)) {
        for (sum, &y) in sums.iter_mut().zip(lanes) {
            let difference = y - x;
            *sum += difference * difference;
        }
    }
    sums
}

/// The coordinates of a car as `Parked::any` hands it over.
pub(crate) fn coordinates(car: &[f64]) -> impl Iterator<Item = f64> + '_ {
    car.iter().step_by(LANES).copied()
}
