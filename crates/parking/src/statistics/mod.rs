//! Samples added up to tables. Everything added is a whole number, so that any order of samples, and any split of them
//! over threads, gives the same bits.

mod approach;
mod counts;
mod gaps;
mod pairs;

pub use approach::{Approach, ApproachRow};
pub use counts::Counts;
pub use gaps::{GapHistogram, GapRow};
pub use pairs::{PairCorrelation, PairRow};

use crate::error::ParkingError;

/// A number of bins that makes sense.
fn check_bins(bins: usize) -> Result<usize, ParkingError> {
    if (1..=1_000_000).contains(&bins) {
        return Ok(bins);
    }
    Err(ParkingError::Table { name: "bins", value: bins as f64, allowed: "1 to 1000000" })
}

/// Adds counts bin by bin.
fn add_bins(to: &mut [u64], from: &[u64]) {
    to.iter_mut().zip(from).for_each(|(a, b)| *a += b);
}
