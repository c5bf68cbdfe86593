//! The approach to saturation.

use super::add_bins;
use crate::error::ParkingError;
use crate::parking::{Parking, Space};
use crate::sample::Sample;
use crate::theory::{line_coverage, line_uncovered};

/// Cars parked by given times, over saturated samples of one parking problem.
///
/// Time is dimensionless: `Parking::tokens_per_time` tokens are one unit, so that spaces of different size agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Approach {
    parking: Parking,
    times: Vec<f64>,
    /// Cars that came by each time, and in the end.
    parked: Vec<u64>,
    cars: u64,
    samples: u64,
}

/// One time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ApproachRow {
    /// The dimensionless time.
    pub time: f64,
    /// The mean coverage.
    pub coverage: f64,
    /// What is missing to the mean saturated coverage.
    pub missing: f64,
    /// d log(missing)/d log(time) from this row to the next; −1/m in the end. Not a number in the last row.
    pub slope: f64,
    /// Coverage and missing coverage on the infinite line; only on interval and circle, and exact in the limit of many
    /// cars.
    pub theory: Option<(f64, f64)>,
}

impl Approach {
    /// Ascending positive times.
    ///
    /// # Errors
    /// For an empty list and times that do not ascend, are not positive or not finite.
    pub fn new(parking: Parking, times: Vec<f64>) -> Result<Self, ParkingError> {
        let allowed = "at least one, positive, finite and ascending";
        let mut before = 0.0;
        for &time in &times {
            if !(time > before && time.is_finite()) {
                return Err(ParkingError::Table { name: "times", value: time, allowed });
            }
            before = time;
        }
        if times.is_empty() {
            return Err(ParkingError::Table { name: "number of times", value: 0.0, allowed });
        }
        Ok(Self { parking, parked: vec![0; times.len()], times, cars: 0, samples: 0 })
    }

    /// Adds a sample of `Parking::saturate_in_time`.
    ///
    /// # Errors
    /// For a sample of another problem, or one that is not saturated or has no times.
    pub fn add(&mut self, sample: &Sample) -> Result<(), ParkingError> {
        if sample.parking() != self.parking || !sample.saturated() || sample.times().len() != sample.count() {
            return Err(ParkingError::Undefined {
                statistic: "the approach to saturation",
                space: sample.parking().space().to_string(),
                allowed: "samples of saturate_in_time of the problem that the table was made for",
            });
        }
        let unit = self.parking.tokens_per_time();
        for arrival in sample.times() {
            let first = self.times.partition_point(|time| time * unit < *arrival);
            if let Some(later) = self.parked.get_mut(first) {
                *later += 1;
            }
        }
        self.cars += sample.count() as u64;
        self.samples += 1;
        Ok(())
    }

    /// Adds another table's samples.
    ///
    /// # Errors
    /// When times or problem differ.
    pub fn merge(&mut self, other: &Self) -> Result<(), ParkingError> {
        if (self.parking, &self.times) != (other.parking, &other.times) {
            return Err(ParkingError::Merge("approaches"));
        }
        add_bins(&mut self.parked, &other.parked);
        self.cars += other.cars;
        self.samples += other.samples;
        Ok(())
    }

    /// The times in ascending order.
    #[must_use]
    pub fn table(&self) -> Vec<ApproachRow> {
        let (share, line) =
            (self.parking.car() / self.samples as f64, !matches!(self.parking.space(), Space::Sphere { .. }));
        let mut parked = 0;
        let mut rows: Vec<ApproachRow> = vec![];
        for (&time, new) in self.times.iter().zip(&self.parked) {
            parked += new;
            let (coverage, missing) = (parked as f64 * share, (self.cars - parked) as f64 * share);
            if let Some(before) = rows.last_mut() {
                before.slope = libm::log(missing / before.missing) / libm::log(time / before.time);
            }
            let theory = line.then(|| (line_coverage(time), line_uncovered(time)));
            rows.push(ApproachRow { time, coverage, missing, slope: f64::NAN, theory });
        }
        rows
    }
}
