//! Where a layer is normalised: how fast a token's direction turns under its layer's output, and how its length grows.
//!
//! In polar form x_k = r_k theta_k, with A_k the output of the layer at the directions (attention, and the perceptron
//! where there is one):
//!
//! ```text
//! dtheta_k/dt = (1/s_k) P_{theta_k} A_k
//! ```
//!
//! | scheme | s_k | dr_k/dt |
//! |---|---|---|
//! | post-LN | 1 | 0 |
//! | pre-LN | r_k | <theta_k, A_k> |
//! | mix-LN | 1 for t <= tau, then r_k | 0, then <theta_k, A_k> |
//! | peri-LN | r_k norm(A_k) | <theta_k, A_k> / norm(A_k) |
//! | nGPT | norm(A_k) / alpha | 0 |
//! | LN-scaling | sqrt(t + 1) | 0 |
//!
//! Source: arXiv 2510.22026.

/// A normalisation scheme.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Normalization {
    /// After the layer: lengths do not matter (the paper's model).
    #[default]
    PostLn,
    /// Before the layer, whose output is added to the token as it is.
    PreLn,
    /// Post-LN up to and including the time `switch`, then pre-LN.
    MixLn {
        /// tau, 0 or more.
        switch: f64,
    },
    /// Before and after the layer: its output is added with length 1.
    PeriLn,
    /// The output is normalised and weighted, the token normalised after.
    NGpt {
        /// alpha, above 0.
        alpha: f64,
    },
    /// Post-LN whose layers are weighted by 1/sqrt(depth).
    LnScaling,
}

impl Normalization {
    /// Whether tokens have lengths of their own: the radii are n further numbers behind the directions.
    #[must_use]
    pub fn has_radii(self) -> bool {
        matches!(self, Self::PreLn | Self::MixLn { .. } | Self::PeriLn)
    }

    /// The scheme at a time: mix-LN is one of two.
    #[must_use]
    pub fn at(self, time: f64) -> Self {
        match self {
            Self::MixLn { switch } if time <= switch => Self::PostLn,
            Self::MixLn { .. } => Self::PreLn,
            other => other,
        }
    }

    /// s_k and dr_k/dt of a token of length `radius`, with <theta_k, A_k> = `radial` and norm(A_k) = `size`.
    pub(crate) fn act(self, time: f64, radius: f64, radial: f64, size: f64) -> (f64, f64) {
        match self.at(time) {
            Self::PostLn | Self::MixLn { .. } => (1.0, 0.0),
            Self::PreLn => (radius, radial),
            Self::PeriLn => (radius * size, radial / size),
            Self::NGpt { alpha } => (size / alpha, 0.0),
            Self::LnScaling => ((time + 1.0).sqrt(), 0.0),
        }
    }

    /// What is wrong with the scheme's number: which, its value, and what is allowed.
    pub(crate) fn mistake(self) -> Option<(&'static str, f64, &'static str)> {
        match self {
            Self::MixLn { switch } if !(switch.is_finite() && switch >= 0.0) => {
                Some(("switch time", switch, "a finite number, 0 or more"))
            }
            Self::NGpt { alpha } if !(alpha.is_finite() && alpha > 0.0) => {
                Some(("alpha", alpha, "a finite number above 0"))
            }
            _ => None,
        }
    }
}
