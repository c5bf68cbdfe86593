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

use crate::error::ParkingError;
use crate::parked::{Parked, coordinates};
use crate::random::{below, exponential, uniform};
use crate::theory::cap_area;
use chart::{Cell, Chart, DEEPEST, MOST_AXES};
use rand::Rng;
use tokenpark_dynamics::squared_chord;

/// Draws per cell before all cells are halved.
const DRAWS_PER_CELL: usize = 2;

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
        for _ in 0..DRAWS_PER_CELL * region.cells.len() {
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
    separation: f64,
    /// The squared chord of the separation less what rounding may do to a distance.
    surely_near: f64,
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
            separation,
            surely_near: near - near.sqrt() * 4e-15,
            pause: sphere_area(dimension),
            time: 0.0,
            cells,
            parked: Parked::new(dimension, near, expected as usize + 1),
            saturated: Saturated { positions: vec![], times: vec![] },
        }
    }

    /// One uniform point of the cells' volume, thinned to a uniform point of their area, and parked if it can be.
    fn draw<R: Rng + ?Sized>(&mut self, chart: Chart, rng: &mut R) {
        self.time += exponential(rng) * self.pause / (chart.volume() * self.cells.len() as f64);
        let index = below(rng, self.cells.len());
        let cell = self.cells[index];
        let (mut place, mut point): (Point, Point) = Default::default();
        for x in &mut place[..self.dimension - 1] {
            *x = uniform(rng);
        }
        let point = &mut point[..self.dimension];
        let square = chart.point(cell, |axis| place[axis], point);
        // The density (1 + |u|²)^{-d/2} against a uniform number, both squared.
        let thin = uniform(rng);
        if (0..self.dimension).fold(thin * thin, |product, _| product * square) >= 1.0 {
            return;
        }
        let inverse = 1.0 / square.sqrt();
        point.iter_mut().for_each(|x| *x *= inverse);
        let (mut taken, near, separation) = (false, self.surely_near, self.separation);
        let gone = self.parked.any(point, |car| {
            taken = true;
            within(chart, cell, car, near, separation)
        });
        if !taken {
            self.park(point);
        }
        if gone || (!taken && self.covered(chart, cell)) {
            self.cells.swap_remove(index);
        }
    }

    fn park(&mut self, point: &[f64]) {
        self.parked.insert(point);
        self.saturated.positions.extend_from_slice(point);
        self.saturated.times.push(self.time);
    }

    /// Replaces every cell by those of its parts that may contain uncovered points.
    fn halve(&mut self, chart: Chart) {
        let finer = chart.finer();
        let cells = std::mem::take(&mut self.cells);
        let parts = cells.iter().flat_map(|&cell| (0..chart.corners()).map(move |part| chart.part(cell, part)));
        self.cells = parts.filter(|&part| !self.covered(finer, part)).collect();
    }

    /// True when some car's exclusion cap contains the cell. Such a car is near the middle.
    fn covered(&self, chart: Chart, cell: Cell) -> bool {
        let mut middle = Point::default();
        let middle = &mut middle[..self.dimension];
        chart.middle(cell, middle);
        self.parked.any(middle, |car| within(chart, cell, car, self.surely_near, self.separation))
    }
}

/// True when the cell lies within the separation of the car.
fn within(chart: Chart, cell: Cell, car: &[f64], near: f64, separation: f64) -> bool {
    let dimension = chart.dimension();
    let mut point = Point::default();
    let point = &mut point[..dimension];
    let distance = |point: &[f64]| point.iter().zip(coordinates(car)).fold(0.0, |sum, (&x, y)| sum + (y - x) * (y - x));
    if separation <= std::f64::consts::FRAC_PI_2 {
        return (0..chart.corners()).all(|corner| {
            chart.corner(cell, corner, point);
            distance(point) <= near
        });
    }
    // A larger cap is not convex. The cell lies in the cap about its middle through its farthest corner.
    let mut middle = Point::default();
    let middle = &mut middle[..dimension];
    chart.middle(cell, middle);
    let radius = (0..chart.corners()).fold(0.0, |radius: f64, corner| {
        chart.corner(cell, corner, point);
        radius.max(point.iter().zip(&*middle).fold(0.0, |sum, (x, y)| sum + (x - y) * (x - y)))
    });
    let angle = |square: f64| 2.0 * libm::asin((0.5 * square.sqrt()).min(1.0));
    angle(distance(middle)) + angle(radius) <= separation - 1e-14
}

/// The area of S^{d-1}: 2π^{d/2}/Γ(d/2).
fn sphere_area(dimension: usize) -> f64 {
    let start = if dimension.is_multiple_of(2) { 2.0 * std::f64::consts::PI } else { 2.0 };
    let first = if dimension.is_multiple_of(2) { 2 } else { 1 };
    (first..dimension).step_by(2).fold(start, |area, d| area * 2.0 * std::f64::consts::PI / d as f64)
}
