//! Which sums a solve uses, and what cannot be had.

use super::Method;
use crate::{Solution, Tolerance};

/// Rounding in Fourier sums may move a token by this share of the tolerance.
const NOISE: f64 = 1e-2;
/// And by no more than this.
const LARGEST_NOISE: f64 = 1e-8;

/// How sums over tokens are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kernel {
    /// By Fourier series where that is cheaper and exact enough, token by token.
    #[default]
    Auto,
    /// Pair by pair.
    Direct,
    /// By Fourier series, whatever the rounding; for the models of the method `ndf`, and with that or `auto`.
    Fourier,
}

impl Kernel {
    /// All choices with their names in manifests.
    pub const NAMES: [(&'static str, Self); 3] =
        [("auto", Self::Auto), ("direct", Self::Direct), ("fourier", Self::Fourier)];

    /// The name in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// The angle by which rounding in Fourier sums may move a token.
    pub(super) fn noise(self, tolerance: Tolerance) -> f64 {
        match self {
            Self::Auto => (NOISE * (tolerance.atol + tolerance.rtol)).min(LARGEST_NOISE),
            Self::Direct => 0.0,
            Self::Fourier => f64::INFINITY,
        }
    }
}

/// The sums that the evaluations of a solve used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Used {
    fourier: bool,
    direct: bool,
}

impl Used {
    /// Notes an evaluation of `tokens` tokens of which `direct` were summed pair by pair.
    pub(crate) fn note(&mut self, tokens: usize, direct: usize) {
        self.fourier |= direct < tokens;
        self.direct |= direct > 0;
    }

    /// The words in the `kernel` column.
    pub(crate) fn name(self) -> &'static str {
        match (self.fourier, self.direct) {
            (true, true) => "fourier, direct",
            (true, false) => "fourier",
            (false, _) => "direct",
        }
    }
}

/// What [`follow`](super::follow) found, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// The end of the solve.
    pub solution: Solution,
    /// The method or methods that were used.
    pub method: &'static str,
    /// The sums that were used: "direct", "fourier", or "fourier, direct" where some tokens fell back.
    pub kernel: &'static str,
    /// The tokens' lengths at the end, where the model's normalisation has these; empty otherwise.
    pub radii: Vec<f64>,
}

/// What a model cannot be solved with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FollowError {
    /// The method.
    #[error("method \"{}\" needs {needs}; \"auto\" and \"dormand-prince-5\" solve every model", method.name())]
    Method {
        /// The method.
        method: Method,
        /// What it needs.
        needs: &'static str,
    },
    /// The Fourier kernel.
    #[error("kernel \"fourier\" needs {needs}; \"auto\" and \"direct\" serve every model")]
    Fourier {
        /// What it needs.
        needs: &'static str,
    },
}
