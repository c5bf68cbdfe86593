//! The law of gaps between neighbouring cars.

use super::{add_bins, check_bins};
use crate::error::ParkingError;
use crate::sample::Sample;
use crate::theory::gap_distribution;

/// Saturated gaps of interval and circle by length, in bins of equal width over [0, 1) car lengths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapHistogram {
    bins: Vec<u64>,
}

/// One bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GapRow {
    /// The bin's ends in car lengths.
    pub lower: f64,
    /// Its upper end.
    pub upper: f64,
    /// Gaps seen in it.
    pub gaps: u64,
    /// Their density: the share of all gaps, divided by the bin's width.
    pub density: f64,
    /// The density of gaps on an infinite line, averaged over the bin. On a circle of more than a dozen car lengths the
    /// difference is below any statistics; on the interval the two ends add gaps of another law.
    pub theory: f64,
}

impl GapHistogram {
    /// A number of bins from 1 to 10^6.
    ///
    /// # Errors
    /// For any other.
    pub fn new(bins: usize) -> Result<Self, ParkingError> {
        Ok(Self { bins: vec![0; check_bins(bins)?] })
    }

    /// Adds all gaps of a saturated sample.
    ///
    /// # Errors
    /// For a sample on a sphere or one that is not saturated.
    pub fn add(&mut self, sample: &Sample) -> Result<(), ParkingError> {
        let gaps = sample.gaps().filter(|_| sample.saturated()).ok_or_else(|| ParkingError::Undefined {
            statistic: "the law of saturated gaps",
            space: sample.parking().space().to_string(),
            allowed: "saturated samples of interval and circle",
        })?;
        let (count, last) = (self.bins.len() as f64, self.bins.len() - 1);
        for gap in gaps {
            // Rounding may make a gap a trace shorter than 0 or as long as 1.
            self.bins[((gap * count).max(0.0) as usize).min(last)] += 1;
        }
        Ok(())
    }

    /// Adds another table's gaps.
    ///
    /// # Errors
    /// When the numbers of bins differ.
    pub fn merge(&mut self, other: &Self) -> Result<(), ParkingError> {
        if self.bins.len() != other.bins.len() {
            return Err(ParkingError::Merge("gaps"));
        }
        add_bins(&mut self.bins, &other.bins);
        Ok(())
    }

    /// The bins in ascending order.
    #[must_use]
    pub fn table(&self) -> Vec<GapRow> {
        let (width, total) = (1.0 / self.bins.len() as f64, self.bins.iter().sum::<u64>() as f64);
        let row = |(bin, &gaps): (usize, &u64)| {
            let (lower, upper) = (bin as f64 * width, (bin + 1) as f64 * width);
            let theory = (gap_distribution(upper) - gap_distribution(lower)) / width;
            GapRow { lower, upper, gaps, density: gaps as f64 / (total * width), theory }
        };
        self.bins.iter().enumerate().map(row).collect()
    }
}
