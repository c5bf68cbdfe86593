//! Whether two samples have the same hazard: the log-rank test, with late entry.

use super::Sample;
use super::sample::Risk;

/// Result of a log-rank test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRank {
    /// Deaths in each sample.
    pub observed: [u64; 2],
    /// Deaths expected in each if hazards were equal.
    pub expected: [f64; 2],
    /// (O − E)²/V, chi-square distributed with one degree of freedom if hazards are equal.
    pub chi_square: f64,
    /// The probability of so large a value if hazards are equal.
    pub p_value: f64,
}

/// Compares two samples at every time of death: of d deaths among r at risk, r₁ of them in the first sample, that sample
/// expects d r₁/r with variance d (r₁/r)(1 − r₁/r)(r − d)/(r − 1) (Mantel 1966). Nothing when the variance is 0.
pub fn log_rank(first: &Sample, second: &Sample) -> Option<LogRank> {
    let mut risks = [Risk::new(first), Risk::new(second)];
    let (mut observed, mut expected, mut variance) = ([0, 0], [0.0, 0.0], 0.0);
    while let Some(time) = risks.iter().filter_map(Risk::next_death).min_by(f64::total_cmp) {
        let now = [risks[0].advance(time), risks[1].advance(time)];
        let (deaths, at_risk) = ((now[0].1 + now[1].1) as f64, (now[0].0 + now[1].0) as f64);
        let share = now[0].0 as f64 / at_risk;
        observed = [observed[0] + now[0].1, observed[1] + now[1].1];
        expected = [expected[0] + deaths * share, expected[1] + deaths * (1.0 - share)];
        if at_risk > 1.0 {
            variance += deaths * share * (1.0 - share) * (at_risk - deaths) / (at_risk - 1.0);
        }
    }
    let difference = observed[0] as f64 - expected[0];
    let chi_square = difference * difference / variance;
    // The tail of chi-square with one degree of freedom is that of a normal variable on both sides.
    let p_value = libm::erfc((0.5 * chi_square).sqrt());
    (variance > 0.0).then_some(LogRank { observed, expected, chi_square, p_value })
}
