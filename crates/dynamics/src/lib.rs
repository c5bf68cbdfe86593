//! The mathematics of tokenpark: tokens on the sphere S^{d-1} that move under self-attention.
//!
//! ```text
//! dx_k/dt = P_{x_k}[ (1/Z_k) sum_j exp(beta <Q x_k, K x_j>) V x_j ],   P_x y = y - <x, y> x / |x|^2
//! ```
//!
//! with the sum over j <= k (causal mask) or over all j (full mask). Source: Karagodin, Polyanskiy & Rigollet,
//! *Clustering in Causal Attention Masking*, NeurIPS 2024, arXiv 2411.04990; Geshkovski, Letrouit, Polyanskiy &
//! Rigollet, *A mathematical perspective on Transformers*, arXiv 2312.10794.
//!
//! A [`Model`] says who attends to whom and what else a layer does; [`Layer`] is its vector field and [`Attention`] that
//! of attention alone; [`solve`] follows the field with a
//! [`Solver`]; [`Clusters`] reads the result, and a [`Tracker`] follows every
//! cluster from birth to death. This crate knows no files, threads, clocks or random generators, and its
//! results are the same bits on every machine.

mod attention;
mod causal;
mod circle;
mod cluster;
mod configuration;
mod exp;
mod flow;
mod kernel;
mod layer;
mod mask;
mod model;
mod plane;
mod simd;
mod solver;
mod tokens;
mod track;

pub use attention::Attention;
pub use causal::CausalAttention;
pub use circle::CircleField;
pub use cluster::{Clusters, aligned_pairs};
pub use configuration::{Configuration, Finding, Spectrum};
pub use exp::exp;
pub use flow::{FollowError, Followed, Kernel, Method, follow};
pub use layer::{Activation, Frozen, Layer, Normalization, Perceptron};
pub use mask::Mask;
pub use model::{Head, Model, ModelError, Weights};
pub use plane::PlaneField;
pub use simd::SimdLevel;
pub use solver::{
    DormandPrince5, Event, ImplicitField, MAX_STEPS, Moment, Ndf, PiController, PredictiveController, Problem,
    Rosenbrock, SaveAt, Solution, Solver, Statistics, StepSizeController, Termination, Tolerance, VectorField, solve,
};
pub use tokens::{Tokens, TokensError, squared_chord};
pub use track::{Death, Hysteresis, Life, Standing, Tracker, strongest_pull};

/// Raised whenever a change in this crate, in the drawing of starts or in an observable changes any number a manifest
/// produces. It is part of every dataset's fingerprint, so that old data are never taken for new ones; the golden
/// trajectories in the tests fail until it is raised.
pub const MODEL_VERSION: u32 = 4;
