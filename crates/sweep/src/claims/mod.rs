//! Claims: what is proved, conjectured or printed about the model, each with an experiment and a verdict.
//!
//! Every claim has manifests of its own, so that `tokenpark run` repeats any of its runs; matrices and starts that a
//! manifest cannot draw are drawn here and written out into it. Statements about almost every start are checked run by
//! run: one run against them is a counterexample, a run that is not at rest yet has no result. Statements about means
//! are tests on many runs; each says its level, and the seeds are fixed, so that verdicts do not change by chance.
//!
//! Not here: what is only a figure.

mod centers;
mod conjectures;
mod draw;
mod evidence;
mod experiment;
mod frozen;
mod grid;
mod metastability;
mod near;
mod normalization;
mod one_token;
mod settle;
mod table;
mod two_tokens;

use rayon::ThreadPoolBuilder;

use crate::execute::SweepError;
pub use evidence::{Counterexample, Evidence, Verdict};

/// How much shall be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// A tenth of the runs.
    pub quick: bool,
}

impl Effort {
    fn runs(self, full: u64) -> u64 {
        if self.quick { full.div_ceil(10) } else { full }
    }
}

/// A statement that can be checked.
#[derive(Clone, Copy)]
pub struct Claim {
    /// Lower-case, with hyphens; never changes.
    pub id: &'static str,
    /// What is claimed.
    pub statement: &'static str,
    /// Who claims it, and where.
    pub source: &'static str,
    /// What counts as agreement.
    pub test: &'static str,
    /// The verdict that is expected: a printed misprint fails. Where what was found here is the only reason, the test
    /// says so.
    pub expected: Verdict,
    evidence: fn(&str, Effort) -> Evidence,
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Claim").field("id", &self.id).field("expected", &self.expected).finish_non_exhaustive()
    }
}

/// A claim that was checked.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The claim.
    pub claim: Claim,
    /// What speaks for and against it.
    pub evidence: Evidence,
}

impl Checked {
    /// Whether the verdict is the expected one.
    #[must_use]
    pub fn as_expected(&self) -> bool {
        self.evidence.verdict() == self.claim.expected
    }
}

impl Claim {
    /// All claims, in the order of the report.
    #[must_use]
    pub fn all() -> Vec<Self> {
        [
            one_token::CLAIMS,
            conjectures::CLAIMS,
            table::CLAIMS,
            centers::CLAIMS,
            frozen::CLAIMS,
            near::CLAIMS,
            normalization::CLAIMS,
            metastability::CLAIMS,
        ]
        .concat()
    }

    /// Checks the claim with that many threads, 0 for one a core; the result does not depend on it.
    ///
    /// # Errors
    /// When the threads cannot be started.
    pub fn check(self, effort: Effort, threads: usize) -> Result<Checked, SweepError> {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|source| SweepError::Threads { threads, source })?;
        let evidence = pool.install(|| (self.evidence)(self.id, effort));
        Ok(Checked { claim: self, evidence })
    }
}

/// The arithmetic mean and its standard error.
fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares = values.iter().fold(0.0, |sum, x| sum + (x - mean) * (x - mean));
    (mean, (squares / (n - 1.0) / n).sqrt())
}

/// The slope of the line through points by least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / n, y + p.1 / n));
    let (above, below) = points
        .iter()
        .fold((0.0, 0.0), |(above, below), p| (above + (p.0 - x) * (p.1 - y), below + (p.0 - x) * (p.0 - x)));
    above / below
}

/// The coordinates of token k.
fn token(tokens: &tokenpark_dynamics::Tokens, k: usize) -> Vec<f64> {
    (0..tokens.dimension()).map(|i| tokens.coordinate(i)[k]).collect()
}

/// |a - b|.
fn chord(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (x, y)| sum + (x - y) * (x - y)).sqrt()
}
