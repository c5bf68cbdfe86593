//! Whether a car's exclusion cap contains a cell as a whole.

use super::Point;
use super::chart::{Cell, Chart};
use tokenpark_dynamics::squared_chord;

/// What rounding may do to the distance of two points: coordinates are exact to 2^-52.
const ROUNDING: f64 = 2e-15;

/// The test for one separation.
pub(super) enum Coverage {
    /// Caps up to π/2 are convex: the cell's corners decide. The cap's chord.
    Convex(f64),
    /// What a larger cap leaves out is a smaller cap about the opposite point, whose chord this is; the cell is compared
    /// by a ball about its middle.
    Large(f64),
}

impl Coverage {
    pub(super) fn new(separation: f64) -> Self {
        if separation <= std::f64::consts::FRAC_PI_2 {
            Self::Convex(squared_chord(separation).sqrt())
        } else {
            Self::Large(2.0 * libm::cos(0.5 * separation))
        }
    }

    /// True when one of the cars covers the cell; never true when none does.
    pub(super) fn any<'a>(&self, chart: Chart, cell: Cell, mut cars: impl Iterator<Item = &'a [f64]>) -> bool {
        let mut middle = Point::default();
        let middle = &mut middle[..chart.dimension()];
        let radius = chart.middle(cell, middle);
        match *self {
            Self::Convex(chord) => cars.any(|car| {
                let distance = square(middle, car).sqrt();
                // By the triangle inequality; not even the ball inside the cell; or corner by corner.
                distance + radius <= chord - ROUNDING
                    || (distance + 0.5 * chart.narrowest() <= chord && corners_within(chart, cell, car, chord))
            }),
            Self::Large(opposite) => cars.any(|car| {
                let beyond = (4.0 - square(middle, car)).max(0.0).sqrt();
                beyond - radius >= opposite + ROUNDING
            }),
        }
    }
}

fn corners_within(chart: Chart, cell: Cell, car: &[f64], chord: f64) -> bool {
    let mut corner = Point::default();
    let corner = &mut corner[..chart.dimension()];
    let near = (chord - ROUNDING) * (chord - ROUNDING);
    (0..chart.corners()).all(|number| {
        chart.corner(cell, number, corner);
        square(corner, car) <= near
    })
}

#[inline]
fn square(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b))
}
