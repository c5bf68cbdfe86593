//! What is known exactly about the number of cars and their gaps.

mod caps;
mod interval;
mod limits;
mod line;
mod quadrature;

pub use caps::{cap_area, mean_strong_centers};
pub use interval::{interval_mean, interval_variance, saturated_on_circle};
pub use limits::{RSA_COVERAGE, approach_exponent, small_separation_on_sphere};
pub use line::{
    RENYI_CONSTANT, RENYI_VARIANCE, gap_density, gap_distribution, line_coverage, line_uncovered, renyi_constant,
    renyi_variance,
};
