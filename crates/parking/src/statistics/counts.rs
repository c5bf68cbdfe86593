//! The law of a number of cars.

use std::collections::BTreeMap;

/// How often each number of cars (or of strong centres) was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    seen: BTreeMap<u64, u64>,
}

impl Counts {
    /// Nothing seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one sample's number.
    pub fn add(&mut self, count: usize) {
        *self.seen.entry(count as u64).or_default() += 1;
    }

    /// Adds all that another table has seen.
    pub fn merge(&mut self, other: &Self) {
        for (&count, &times) in &other.seen {
            *self.seen.entry(count).or_default() += times;
        }
    }

    /// The numbers seen, ascending, and how often.
    #[must_use]
    pub fn table(&self) -> Vec<(u64, u64)> {
        self.seen.iter().map(|(&count, &times)| (count, times)).collect()
    }

    /// The number of samples.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.seen.values().sum()
    }

    /// The mean; not a number when nothing was seen.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let sum: u128 = self.seen.iter().map(|(&count, &times)| u128::from(count) * u128::from(times)).sum();
        sum as f64 / self.samples() as f64
    }

    /// The unbiased variance; not a number for fewer than two samples.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let samples = self.samples() as f64;
        if samples < 2.0 { f64::NAN } else { self.moment(2) * samples / (samples - 1.0) }
    }

    /// The standard error of the mean.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        (self.variance() / self.samples() as f64).sqrt()
    }

    /// The standard error of the variance, sqrt((m_4 − m_2²)/samples).
    #[must_use]
    pub fn variance_standard_error(&self) -> f64 {
        let second = self.moment(2);
        ((self.moment(4) - second * second) / self.samples() as f64).sqrt()
    }

    /// Skewness and excess kurtosis, both 0 in the central limit; not numbers when all samples agree.
    #[must_use]
    pub fn shape(&self) -> (f64, f64) {
        let second = self.moment(2);
        (self.moment(3) / (second * second.sqrt()), self.moment(4) / (second * second) - 3.0)
    }

    /// The central moment of an order, summed in ascending order.
    fn moment(&self, order: u32) -> f64 {
        let mean = self.mean();
        let sum = self.seen.iter().fold(0.0, |sum, (&count, &times)| {
            let away = count as f64 - mean;
            sum + times as f64 * (0..order).fold(1.0, |product, _| product * away)
        });
        sum / self.samples() as f64
    }
}
