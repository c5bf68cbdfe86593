//! Where cars park, and the two processes: the first n tokens, and parking until nothing fits.

use crate::centers::Centers;
use crate::error::{MOST_CARS, MOST_DIMENSIONS, MOST_SATURATED_DIMENSIONS, ParkingError};
use crate::random::{direction, uniform};
use crate::sample::Sample;
use crate::theory::cap_area;
use crate::{line, slots, voxels};
use rand::Rng;
use std::f64::consts::PI;
use tokenpark_dynamics::Tokens;

/// Where cars park.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Space {
    /// The interval [0, length]; a car lies inside it as a whole.
    Interval {
        /// The interval's length, in the unit of the separation.
        length: f64,
    },
    /// The unit circle, by angle; the same process as on `Sphere { dimension: 2 }`.
    Circle,
    /// The unit sphere S^{d-1} of R^d.
    Sphere {
        /// The dimension d of the surrounding space.
        dimension: usize,
    },
}

impl std::fmt::Display for Space {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Interval { length } => write!(f, "the interval [0, {length}]"),
            Self::Circle => write!(f, "the circle"),
            Self::Sphere { dimension } => write!(f, "the sphere S^{}", dimension - 1),
        }
    }
}

/// Parking on a space at a separation δ: a car keeps farther than δ from every earlier car.
///
/// On the interval cars are segments of length δ, here known by their left ends. On circle and spheres they are caps of
/// radius δ/2, known by their centres, and distances are geodesic (angles).
///
/// ```
/// use rand_chacha::{ChaCha12Rng, rand_core::SeedableRng};
/// use tokenpark_parking::{Parking, theory};
///
/// let mut rng = ChaCha12Rng::seed_from_u64(1);
/// let street = Parking::interval(10.0)?;
/// let mut cars = 0;
/// for _ in 0..10_000 {
///     cars += street.saturate(&mut rng)?.count();
/// }
/// // Rényi 1958: M(10) = 7.223577; the standard deviation of one sample is 0.65.
/// assert!((theory::interval_mean(10.0) - 7.223577123).abs() < 1e-8);
/// assert!((cars as f64 / 10_000.0 - theory::interval_mean(10.0)).abs() < 0.03);
/// # Ok::<(), tokenpark_parking::ParkingError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parking {
    space: Space,
    separation: f64,
}

impl Parking {
    /// Checks that space and separation make sense. The sphere of dimension 2 becomes the circle.
    ///
    /// # Errors
    /// On the interval for a separation that is not positive and finite and a length below it; otherwise for a
    /// separation outside (0, π) and a dimension outside 2 to 1024.
    pub fn new(space: Space, separation: f64) -> Result<Self, ParkingError> {
        match space {
            Space::Interval { length } => {
                if !(separation > 0.0 && separation.is_finite()) {
                    return Err(ParkingError::CarLength(separation));
                }
                if !(length >= separation && length.is_finite()) {
                    return Err(ParkingError::Length { length, car: separation });
                }
                return Ok(Self { space, separation });
            }
            Space::Sphere { dimension } if !(2..=MOST_DIMENSIONS).contains(&dimension) => {
                return Err(ParkingError::Dimension(dimension));
            }
            Space::Circle | Space::Sphere { .. } => {}
        }
        if !(separation > 0.0 && separation < PI) {
            return Err(ParkingError::Separation(separation));
        }
        let space = if space == (Space::Sphere { dimension: 2 }) { Space::Circle } else { space };
        Ok(Self { space, separation })
    }

    /// Cars of length 1 on [0, length].
    ///
    /// # Errors
    /// For a length that is not finite or below 1.
    pub fn interval(length: f64) -> Result<Self, ParkingError> {
        Self::new(Space::Interval { length }, 1.0)
    }

    /// The circle.
    ///
    /// # Errors
    /// For a separation outside (0, π).
    pub fn circle(separation: f64) -> Result<Self, ParkingError> {
        Self::new(Space::Circle, separation)
    }

    /// The sphere S^{d-1}.
    ///
    /// # Errors
    /// For a separation outside (0, π) and a dimension outside 2 to 1024.
    pub fn sphere(dimension: usize, separation: f64) -> Result<Self, ParkingError> {
        Self::new(Space::Sphere { dimension }, separation)
    }

    /// Where cars park.
    #[must_use]
    pub fn space(&self) -> Space {
        self.space
    }

    /// The separation δ.
    #[must_use]
    pub fn separation(&self) -> f64 {
        self.separation
    }

    /// The share of the space that one car takes: δ/length, δ/2π, or the area of a cap of radius δ/2.
    #[must_use]
    pub fn car(&self) -> f64 {
        match self.space {
            Space::Interval { length } => self.separation / length,
            Space::Circle => cap_area(2, 0.5 * self.separation),
            Space::Sphere { dimension } => cap_area(dimension, 0.5 * self.separation),
        }
    }

    /// Tokens that land in a dimensionless unit of time, in which one car length (one car's share of the sphere) sees one
    /// token on average: L on a circle of L car lengths, x − 1 on [0, x] (where a car may begin), 1/share on spheres.
    #[must_use]
    pub fn tokens_per_time(&self) -> f64 {
        match self.space {
            Space::Interval { length } => length / self.separation - 1.0,
            Space::Circle | Space::Sphere { .. } => 1.0 / self.car(),
        }
    }

    /// The number of coordinates of a car: 1 on interval (left end) and circle (angle), d on the sphere.
    #[must_use]
    pub fn coordinates(&self) -> usize {
        match self.space {
            Space::Interval { .. } | Space::Circle => 1,
            Space::Sphere { dimension } => dimension,
        }
    }

    /// The first n tokens, uniform and independent: cars are their Rényi centres; strong centres are counted. Positions
    /// are in order of arrival, and a car's time is the number of tokens up to and including it.
    ///
    /// # Errors
    /// For n = 0 and n above 10^9.
    pub fn arrivals<R: Rng + ?Sized>(&self, tokens: u64, rng: &mut R) -> Result<Sample, ParkingError> {
        if !(1..=MOST_CARS).contains(&tokens) {
            return Err(ParkingError::Tokens(tokens));
        }
        let (positions, times, strong) = match self.space {
            Space::Interval { length } => {
                self.check_count(length / self.separation)?;
                self.on_line(slots::arrivals(length / self.separation - 1.0, false, tokens, rng))
            }
            Space::Circle => {
                self.check_count(2.0 * PI / self.separation)?;
                self.on_line(slots::arrivals(2.0 * PI / self.separation, true, tokens, rng))
            }
            Space::Sphere { dimension } => on_sphere(&sphere_tokens(dimension, tokens as usize, rng), self.separation),
        };
        Ok(Sample::new(*self, positions, times, Some(strong), false))
    }

    /// Parks until provably nothing fits. On interval and circle by splitting gaps, ordered by position and without times
    /// (`saturate_in_time` has them); on spheres by subdividing the uncovered region, in order of arrival with times.
    ///
    /// # Errors
    /// On spheres for d > 5, and when rounding hides whether a hole is left; for more than 10^9 cars.
    pub fn saturate<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<Sample, ParkingError> {
        let (first, cars) = match self.space {
            Space::Sphere { .. } => return self.saturate_in_time(rng),
            Space::Interval { length } => (None, line::saturate(self.checked_length(length)?, rng)),
            // The first car stands anywhere and leaves a line: L car lengths less its own.
            Space::Circle => {
                let first = uniform(rng) * 2.0 * PI;
                (Some(first), line::saturate(self.checked_length(2.0 * PI - self.separation)?, rng))
            }
        };
        Ok(Sample::new(*self, self.on_circle(first, cars), vec![], None, true))
    }

    /// As `saturate`, and each car has its time of arrival. Time is counted in tokens: they land at rate 1 on the whole
    /// space, as a Poisson process.
    ///
    /// # Errors
    /// As `saturate`.
    pub fn saturate_in_time<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<Sample, ParkingError> {
        let (first, (cars, mut times)) = match self.space {
            Space::Sphere { dimension } => {
                if dimension > MOST_SATURATED_DIMENSIONS {
                    return Err(ParkingError::SaturatedDimension(dimension));
                }
                self.check_count(1.0 / self.car())?;
                let voxels::Saturated { positions, times } = voxels::saturate(dimension, self.separation, rng)?;
                return Ok(Sample::new(*self, positions, times, None, true));
            }
            Space::Interval { length } => (None, line::saturate_in_time(self.checked_length(length)?, rng)),
            Space::Circle => {
                let first = uniform(rng) * 2.0 * PI;
                (Some(first), line::saturate_in_time(self.checked_length(2.0 * PI - self.separation)?, rng))
            }
        };
        let tokens = self.tokens_per_time();
        let wait = first.map(|_| crate::random::exponential(rng));
        times.iter_mut().for_each(|time| *time = *time * tokens + wait.unwrap_or(0.0));
        times.splice(0..0, wait);
        Ok(Sample::new(*self, self.on_circle(first, cars), times, None, true))
    }

    /// Cars in units of a car, after the first one on a circle, as positions.
    fn on_circle(&self, first: Option<f64>, mut cars: Vec<f64>) -> Vec<f64> {
        let Some(first) = first else {
            cars.iter_mut().for_each(|car| *car *= self.separation);
            return cars;
        };
        // A segment's left end is a car length behind the first centre, or more.
        cars.iter_mut().for_each(|car| *car = wrap(first + (*car + 1.0) * self.separation));
        cars.insert(0, first);
        cars
    }

    /// Arrivals in units of a car, as positions.
    fn on_line(&self, parked: slots::Parked) -> (Vec<f64>, Vec<f64>, usize) {
        let positions = parked.cars.iter().map(|car| car * self.separation).collect();
        (positions, parked.tokens.iter().map(|&k| k as f64 + 1.0).collect(), parked.strong)
    }

    /// A length in units of a car, if that many cars can be stored.
    fn checked_length(&self, length: f64) -> Result<f64, ParkingError> {
        self.check_count(0.75 * length / self.separation)?;
        Ok(length / self.separation)
    }

    fn check_count(&self, cars: f64) -> Result<(), ParkingError> {
        if cars > MOST_CARS as f64 { Err(ParkingError::TooManyCars(cars)) } else { Ok(()) }
    }
}

/// An angle in [0, 4π) as one in [0, 2π).
fn wrap(angle: f64) -> f64 {
    if angle >= 2.0 * PI { angle - 2.0 * PI } else { angle }
}

/// n tokens, uniform on S^{d-1}.
///
/// # Panics
/// When d < 2 or n = 0.
#[must_use]
pub fn sphere_tokens<R: Rng + ?Sized>(dimension: usize, tokens: usize, rng: &mut R) -> Tokens {
    let (mut point, mut scratch) = (vec![0.0; dimension], vec![]);
    let mut state = vec![0.0; dimension * tokens];
    for k in 0..tokens {
        direction(rng, &mut scratch, &mut point);
        for (i, &x) in point.iter().enumerate() {
            state[i * tokens + k] = x;
        }
    }
    Tokens::new(dimension, state).expect("a direction is never zero")
}

/// Positions and times of the Rényi centres, and the number of strong ones.
fn on_sphere(tokens: &Tokens, separation: f64) -> (Vec<f64>, Vec<f64>, usize) {
    let centers = Centers::of(tokens, separation);
    let positions = centers.renyi().iter().flat_map(|&k| (0..tokens.dimension()).map(move |i| tokens.coordinate(i)[k]));
    let times = centers.renyi().iter().map(|&k| k as f64 + 1.0).collect();
    (positions.collect(), times, centers.strong().len())
}
