//! Saturated parking on spheres with a proof that no further car fits.
//!
//! A list of cells contains the whole uncovered region at all times. Points are drawn uniformly from the list's area; a
//! point farther than δ from every car is the next car. A cell leaves the list only when it lies within one car's
//! exclusion cap as a whole. From time to time all cells are halved along every axis. When the list is empty, nothing is
//! uncovered: the packing is saturated.
//!
//! **Why this is the law of random sequential adsorption.** The next car of that process is uniform on the uncovered
//! region U (tokens that land elsewhere are ignored). A uniform point of any region R ⊇ U, drawn again until it falls in
//! U, is uniform on U too. R is the list, which may be chosen by everything that has happened so far.
//! Tokens land in R as a thinned Poisson process, so that the time between two draws is exponential with the inverse of
//! R's share of the sphere as its mean; this yields the times of arrival that a simulation of all tokens would have.
//!
//! Sources: Wang, Phys. Rev. E 51 (1994) 3741 (voxel lists in the plane); Zhang & Torquato, Phys. Rev. E 88 (2013) 053312
//! (all dimensions). Gnomonic charts make the test of a cell exact (module `chart`) where those use bounds.

mod chart;
mod coverage;

use crate::error::ParkingError;
use crate::parked::{Parked, coordinates};
use crate::random::{below, exponential, uniform};
use crate::theory::cap_area;
use chart::{Cell, Chart, DEEPEST, MOST_AXES};
use coverage::Coverage;
use rand::Rng;
use tokenpark_dynamics::squared_chord;

/// Draws per cell before all cells are halved, for d = 3, 4, 5: measured.
const DRAWS_PER_CELL: [usize; 3] = [2, 8, 12];

/// Cars are looked for up to this share beyond the separation, for the parts of a cell together.
const SPREAD: f64 = 0.25;

/// A saturated packing in order of arrival: d coordinates a car, and when it came (tokens landing at rate 1 on the
/// whole sphere).
pub(crate) struct Saturated {
    pub(crate) positions: Vec<f64>,
    pub(crate) times: Vec<f64>,
}

/// Saturates S^{d-1}, 3 <= d <= 5, at a separation below π.
pub(crate) fn saturate<R: Rng + ?Sized>(
    dimension: usize,
    separation: f64,
    rng: &mut R,
) -> Result<Saturated, ParkingError> {
    let (mut chart, cells) = Chart::faces(dimension);
    let mut region = Region::new(dimension, separation, cells);
    while chart.level() < DEEPEST {
        for _ in 0..DRAWS_PER_CELL[dimension - 3] * region.cells.len() {
            if region.cells.is_empty() {
                break;
            }
            region.draw(chart, rng);
        }
        region.halve(chart);
        if region.cells.is_empty() {
            return Ok(region.saturated);
        }
        chart = chart.finer();
    }
    Err(ParkingError::Unresolved { cars: region.parked.len() })
}

/// Room for the coordinates of a point, of which the first d are used.
type Point = [f64; MOST_AXES + 1];

/// Cells that contain the uncovered region, and the cars so far.
struct Region {
    dimension: usize,
    test: Coverage,
    /// The squared chord up to which a place is taken.
    near: f64,
    /// Mean time between draws, per cell of volume 1.
    pause: f64,
    time: f64,
    cells: Vec<Cell>,
    parked: Parked,
    saturated: Saturated,
}

impl Region {
    fn new(dimension: usize, separation: f64, cells: Vec<Cell>) -> Self {
        let near = squared_chord(separation);
        let expected = 1.0 / cap_area(dimension, 0.5 * separation);
        Self {
            dimension,
            test: Coverage::new(separation),
            near,
            pause: sphere_area(dimension),
            time: 0.0,
            cells,
            parked: Parked::new(dimension, near.sqrt() * (1.0 + SPREAD), expected as usize + 1),
            saturated: Saturated { positions: vec![], times: vec![] },
        }
    }

    /// One uniform point of the cells' volume, thinned to a uniform point of their area, and parked if it can be.
    fn draw<R: Rng + ?Sized>(&mut self, chart: Chart, rng: &mut R) {
        self.time += exponential(rng) * self.pause / (chart.volume() * self.cells.len() as f64);
        let index = below(rng, self.cells.len());
        let cell = self.cells[index];
        let (mut inside, mut point): (Point, Point) = Default::default();
        for x in &mut inside[..self.dimension - 1] {
            *x = uniform(rng);
        }
        let point = &mut point[..self.dimension];
        let square = chart.point(cell, |axis| inside[axis], point);
        // The density (1 + |u|²)^{-d/2} against a uniform number, both squared.
        let thin = uniform(rng);
        if (0..self.dimension).fold(thin * thin, |product, _| product * square) >= 1.0 {
            return;
        }
        let inverse = 1.0 / square.sqrt();
        point.iter_mut().for_each(|x| *x *= inverse);
        let place = self.parked.place(point);
        if !self.parked.covers(point, &place, self.near) {
            self.parked.insert(point, &place);
            self.saturated.positions.extend_from_slice(point);
            self.saturated.times.push(self.time);
        }
    }

    /// Replaces every cell by those of its parts that no single car covers.
    fn halve(&mut self, chart: Chart) {
        let (finer, cells) = (chart.finer(), std::mem::take(&mut self.cells));
        let chord = self.near.sqrt();
        let (mut middle, mut cars) = (Point::default(), vec![]);
        let middle = &mut middle[..self.dimension];
        for cell in cells {
            // A car that covers a part is near the part's middle, half the cell's radius from the cell's own.
            let reach = chord + 0.5 * chart.middle(cell, middle);
            let small = reach <= chord * (1.0 + SPREAD);
            cars.clear();
            if small {
                self.parked.any(middle, &self.parked.place(middle), reach * reach * (1.0 + 1e-9), |car, _| {
                    cars.extend(coordinates(car));
                    false
                });
            }
            for part in (0..chart.corners()).map(|part| chart.part(cell, part)) {
                let covered = if small {
                    self.test.any(finer, part, cars.chunks_exact(self.dimension))
                } else {
                    self.covered(finer, part)
                };
                if !covered {
                    self.cells.push(part);
                }
            }
        }
    }

    /// True when some car covers the cell. Such a car is near the middle.
    fn covered(&self, chart: Chart, cell: Cell) -> bool {
        let (mut middle, mut car) = (Point::default(), Point::default());
        let (middle, car) = (&mut middle[..self.dimension], &mut car[..self.dimension]);
        chart.middle(cell, middle);
        self.parked.any(middle, &self.parked.place(middle), self.near, |stored, _| {
            car.iter_mut().zip(coordinates(stored)).for_each(|(x, y)| *x = y);
            self.test.any(chart, cell, std::iter::once(&*car))
        })
    }
}

/// The area of S^{d-1}: 2π^{d/2}/Γ(d/2).
fn sphere_area(dimension: usize) -> f64 {
    let start = if dimension.is_multiple_of(2) { 2.0 * std::f64::consts::PI } else { 2.0 };
    let first = if dimension.is_multiple_of(2) { 2 } else { 1 };
    (first..dimension).step_by(2).fold(start, |area, d| area * 2.0 * std::f64::consts::PI / d as f64)
}
