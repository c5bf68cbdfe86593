//! What speaks for and against a claim, and the verdict that follows.

use super::experiment::{Experiment, Run, each};
use crate::run::RunError;

/// What an experiment says of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No check speaks against it, and enough speak for it.
    Holds,
    /// At least one check speaks against it.
    Fails,
    /// Too many checks came to no result.
    Undecided,
}

impl Verdict {
    /// All with their names.
    pub const NAMES: [(&'static str, Self); 3] =
        [("holds", Self::Holds), ("fails", Self::Fails), ("undecided", Self::Undecided)];

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }
}

/// A run that speaks against a claim, or a test that rejects it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// The text of a manifest that repeats it.
    pub manifest: String,
    /// Which of its replicas; None when all of them together do.
    pub replica: Option<u32>,
    /// What was seen.
    pub seen: String,
}

/// The checks that were made.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// Where was looked.
    pub parameters: String,
    /// Replicas that were computed.
    pub runs: u64,
    /// Checks in favour: runs, or tests on many runs.
    pub agree: u64,
    /// Checks against.
    pub disagree: u64,
    /// Checks without a result.
    pub undecided: u64,
    /// The measured numbers.
    pub measured: String,
    /// At most [`Evidence::MOST_COUNTEREXAMPLES`].
    pub counterexamples: Vec<Counterexample>,
}

/// How one check went.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Check {
    Agree,
    Disagree(String),
    Undecided,
}

impl Check {
    /// Agrees or says what was seen.
    pub(super) fn that(agrees: bool, seen: impl FnOnce() -> String) -> Self {
        if agrees { Self::Agree } else { Self::Disagree(seen()) }
    }
}

impl Evidence {
    /// Further counterexamples are counted but not kept.
    pub const MOST_COUNTEREXAMPLES: usize = 3;
    /// With a larger share of checks without a result there is no verdict in favour.
    pub const MOST_UNDECIDED: f64 = 0.05;

    /// One check for each run; a run that cannot be computed has no result.
    pub(super) fn of_runs(
        parameters: String,
        experiments: &[Experiment],
        check: impl Fn(Run<'_>) -> Result<Check, RunError> + Sync + Send,
    ) -> Self {
        let mut evidence = Self { parameters, ..Self::default() };
        let checks = each(experiments, |run| {
            let check = check(run).unwrap_or(Check::Undecided);
            let manifest = matches!(check, Check::Disagree(_)).then(|| run.experiment.at(run.point));
            (check, manifest, run.replica)
        });
        for (check, manifest, replica) in checks {
            evidence.runs += 1;
            evidence.add(check, || (manifest.unwrap_or_default(), Some(replica)));
        }
        evidence
    }

    /// Adds a check; `manifest` is asked how to repeat one that speaks against the claim.
    pub(super) fn add(&mut self, check: Check, manifest: impl FnOnce() -> (String, Option<u32>)) {
        match check {
            Check::Agree => self.agree += 1,
            Check::Undecided => self.undecided += 1,
            Check::Disagree(seen) => {
                self.disagree += 1;
                if self.counterexamples.len() < Self::MOST_COUNTEREXAMPLES {
                    let (manifest, replica) = manifest();
                    self.counterexamples.push(Counterexample { manifest, replica, seen });
                }
            }
        }
    }

    /// Adds a sentence to what was measured.
    pub(super) fn note(&mut self, words: &str) {
        if !self.measured.is_empty() {
            self.measured.push_str("; ");
        }
        self.measured.push_str(words);
    }

    /// All checks.
    #[must_use]
    pub fn checks(&self) -> u64 {
        self.agree + self.disagree + self.undecided
    }

    /// The verdict.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.disagree > 0 {
            Verdict::Fails
        } else if self.agree == 0 || self.undecided as f64 > Self::MOST_UNDECIDED * self.checks() as f64 {
            Verdict::Undecided
        } else {
            Verdict::Holds
        }
    }

    /// Wilson's 95 % interval of the share that agrees among the checks with a result.
    #[must_use]
    pub fn share(&self) -> (f64, f64) {
        const Z: f64 = 1.959_963_984_540_054;
        let n = (self.agree + self.disagree) as f64;
        if n == 0.0 {
            return (0.0, 1.0);
        }
        let p = self.agree as f64 / n;
        let middle = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        (((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0))
    }
}
