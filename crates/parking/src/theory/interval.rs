//! Mean and variance of the number of saturated unit cars on [0, x], and on the circle.
//!
//! The first car on [0, x+1] leaves two independent intervals Y and x − Y with Y uniform on [0, x] (Rényi 1958), so that
//!
//! M(x+1) = 1 + (2/x) ∫_0^x M,   V(x+1) = (2/x) ∫_0^x V + (1/x) ∫_0^x (1 + M(y) + M(x−y) − M(x+1))² dy:
//!
//! no term is negative, and no digit is lost. Both are analytic between whole numbers, where they are kept as Chebyshev
//! series. Errors are below 1e-13.

use super::line::{renyi_constant, renyi_variance};
use super::quadrature::{Series, integral};
use std::f64::consts::PI;
use std::sync::LazyLock;

/// From here on M(x) = C_R (x+1) − 1 and V(x) = v (x+1) up to rounding; what is missing vanishes faster than any
/// exponential (Dvoretzky & Robbins 1964).
const LARGE: usize = 24;

/// A function on [0, LARGE], and its integral from 0.
struct Pieces {
    values: Vec<Series>,
    integrals: Vec<(f64, Series)>,
}

impl Pieces {
    fn new() -> Self {
        Self { values: vec![], integrals: vec![] }
    }

    /// Appends the next unit interval.
    fn push(&mut self, f: impl Fn(f64) -> f64) {
        let series = Series::of(self.values.len() as f64, f);
        let before = self.integrals.last().map_or(0.0, |(before, last)| before + last.at(1.0));
        self.integrals.push((before, series.integrated()));
        self.values.push(series);
    }

    fn at(&self, x: f64) -> f64 {
        let piece = (x as usize).min(self.values.len() - 1);
        self.values[piece].at(x - piece as f64)
    }

    fn integral(&self, x: f64) -> f64 {
        let piece = (x as usize).min(self.values.len() - 1);
        let (before, series) = &self.integrals[piece];
        before + series.at(x - piece as f64)
    }
}

static MEAN: LazyLock<Pieces> = LazyLock::new(|| {
    let mut mean = Pieces::new();
    mean.push(|_| 0.0);
    mean.push(|_| 1.0);
    for _ in 2..LARGE {
        let next = |x: f64| 1.0 + 2.0 * mean.integral(x - 1.0) / (x - 1.0);
        let series = Series::of(mean.values.len() as f64, next);
        let whole = mean.values.len() as f64;
        mean.push(|x| series.at(x - whole));
    }
    mean
});

static VARIANCE: LazyLock<Pieces> = LazyLock::new(|| {
    let mut variance = Pieces::new();
    variance.push(|_| 0.0);
    variance.push(|_| 0.0);
    for whole in 2..LARGE {
        let next = |x: f64| {
            let free = x - 1.0;
            (2.0 * variance.integral(free) + spread(x)) / free
        };
        let series = Series::of(whole as f64, next);
        variance.push(|x| series.at(x - whole as f64));
    }
    variance
});

/// ∫_0^{x−1} (1 + M(y) + M(x−1−y) − M(x))² dy, in parts between the kinks.
fn spread(x: f64) -> f64 {
    let (free, mean) = (x - 1.0, &*MEAN);
    let total = mean.at(x);
    let square = |y: f64| {
        let difference = 1.0 + mean.at(y) + mean.at(free - y) - total;
        difference * difference
    };
    let fraction = free.fract();
    let kinks = (0..=free as usize).flat_map(|k| [k as f64, (k as f64 + fraction).min(free)]).chain([free]);
    let kinks: Vec<f64> = kinks.filter(|&y| y <= free).collect();
    kinks.windows(2).fold(0.0, |sum, ends| sum + integral(ends[0], ends[1], square))
}

/// M(x): the mean number of unit cars that saturate [0, x].
///
/// # Panics
/// When x is negative or not finite.
#[must_use]
pub fn interval_mean(length: f64) -> f64 {
    check(length);
    if length >= LARGE as f64 { renyi_constant() * (length + 1.0) - 1.0 } else { MEAN.at(length) }
}

/// V(x): the variance of the number of unit cars that saturate [0, x].
///
/// # Panics
/// When x is negative or not finite.
#[must_use]
pub fn interval_variance(length: f64) -> f64 {
    check(length);
    if length >= LARGE as f64 { renyi_variance() * (length + 1.0) } else { VARIANCE.at(length).max(0.0) }
}

fn check(length: f64) {
    assert!(length >= 0.0 && length.is_finite(), "length is {length}, allowed: 0 or more, in car lengths");
}

/// Mean and variance of the saturated number of Rényi centres on the circle: after the first car, a line of
/// L − 1 = 2π/δ − 1 car lengths. At small δ they are C_R L and v L.
///
/// # Panics
/// When δ is not positive.
#[must_use]
pub fn saturated_on_circle(separation: f64) -> (f64, f64) {
    assert!(separation > 0.0, "separation is {separation}, allowed: more than 0");
    let line = (2.0 * PI / separation - 1.0).max(0.0);
    // From π on the second car would be at the first one's back at the most, which is not farther than δ.
    if separation >= PI { (1.0, 0.0) } else { (1.0 + interval_mean(line), interval_variance(line)) }
}
