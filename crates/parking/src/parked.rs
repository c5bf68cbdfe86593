//! Cars on a sphere, found by place.

use crate::cubes::{Cubes, Place};

/// Points compared at once.
const LANES: usize = 4;

/// Cars stored by bucket in blocks of four, coordinate by coordinate.
pub(crate) struct Parked {
    dimension: usize,
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
    /// No car yet; about `expected` of them may come, and will be looked for up to a distance (a chord).
    pub(crate) fn new(dimension: usize, distance: f64, expected: usize) -> Self {
        let cubes = Cubes::new(dimension, distance, expected);
        let last = vec![0; cubes.buckets()];
        Self { dimension, cubes, last, before: vec![], blocks: vec![], count: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Where the point is.
    pub(crate) fn place(&self, point: &[f64]) -> Place {
        self.cubes.place(point)
    }

    /// The cubes that cars are sorted into.
    pub(crate) fn cubes(&self) -> &Cubes {
        &self.cubes
    }

    pub(crate) fn insert(&mut self, point: &[f64], place: &Place) {
        let bucket = self.cubes.home(place);
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

    /// True when a car is within a squared chord of the point.
    pub(crate) fn covers(&self, point: &[f64], place: &Place, near: f64) -> bool {
        self.any(point, place, near, |_, _| true)
    }

    /// True when a car within a squared chord of the point pleases. A car is handed over with its squared chord and as a
    /// slice for `coordinates`.
    #[inline]
    pub(crate) fn any(
        &self,
        point: &[f64],
        place: &Place,
        near: f64,
        mut pleases: impl FnMut(&[f64], f64) -> bool,
    ) -> bool {
        self.cubes.any(place, near, |bucket| {
            let mut block = self.last[bucket];
            while block != 0 {
                let at = (block - 1) as usize;
                let size = LANES * self.dimension;
                let cars = &self.blocks[at * size..(at + 1) * size];
                let squares = squares(point, cars);
                if squares.iter().any(|&square| square <= near) {
                    for (lane, &square) in squares.iter().enumerate() {
                        if square <= near && pleases(&cars[lane..], square) {
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
