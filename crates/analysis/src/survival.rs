//! Statistics of lifetimes: how long clusters last when some outlive the observation (right censoring) and none is seen
//! before a start (late entry, also called left truncation).
//!
//! [`Sample`] holds lifetimes and walks their Kaplan-Meier curve; [`percentiles`] inverts it and its band;
//! [`log_rank`] compares two samples; [`LeastSquares`] fits laws; [`TwoBody`] is the law that clusters are compared with. Times are only compared, never added, so that
//! 1e-3 and 1e90 stand side by side. What is not here: files, tables, and what a cluster is.

mod least_squares;
mod log_rank;
mod percentile;
mod quantile;
mod sample;
mod two_body;

pub use least_squares::{LeastSquares, Term};
pub use log_rank::{LogRank, log_rank};
pub use percentile::{Percentile, percentiles};
pub use quantile::{normal_quantile, sample_quantile, student_quantile};
pub use sample::{Lifetime, Sample, Step, Steps};
pub use two_body::TwoBody;

/// Confidence of every band and interval in the tables.
pub const CONFIDENCE: f64 = 0.95;
