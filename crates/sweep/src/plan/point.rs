//! One point of the grid, every setting resolved.

use tokenpark_dynamics::{Kernel, Mask, Normalization, Weights};
use tokenpark_parking::Space;

use crate::manifest::{FrozenSpec, HeadSpec, Key, MatrixSpec, Method, PerceptronSpec, Setting};

/// The settings at one point of the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Number of tokens n.
    pub tokens: u32,
    /// Dimension d of the space around the sphere.
    pub dimension: u32,
    /// Inverse temperature.
    pub beta: f64,
    /// Who attends to whom.
    pub mask: Mask,
    /// How attention is normalised.
    pub weights: Weights,
    /// The matrix Q, d × d.
    pub query: MatrixSpec,
    /// The matrix K, d × d.
    pub key: MatrixSpec,
    /// The matrix V, d × d.
    pub value: MatrixSpec,
    /// The heads; when empty, the one of `query`, `key` and `value`.
    pub heads: Vec<HeadSpec>,
    /// Where a layer is normalised.
    pub normalization: Normalization,
    /// The frozen centres.
    pub frozen: Option<FrozenSpec>,
    /// The perceptron.
    pub perceptron: Option<Box<PerceptronSpec>>,
    /// The time at which the run ends.
    pub until: f64,
    /// Relative tolerance.
    pub rtol: f64,
    /// Absolute tolerance.
    pub atol: f64,
    /// The solver.
    pub method: Method,
    /// How sums over tokens are computed.
    pub kernel: Kernel,
    /// Separation of Rényi centres (of parked cars): geodesic, in radians; above 0, infinite where beta = 0 makes it so.
    pub separation: f64,
    /// A token is consumed by a centre when their inner product exceeds this.
    pub capture: f64,
    /// Where cars park.
    pub space: Space,
    /// The number of tokens that arrive; `None` parks until nothing fits.
    pub arrivals: Option<u32>,
}

impl Point {
    /// Placeholders, all of which a plan replaces.
    pub(super) fn blank() -> Self {
        Self {
            tokens: 1,
            dimension: 2,
            beta: 0.0,
            mask: Mask::Causal,
            weights: Weights::Softmax,
            query: MatrixSpec::Identity,
            key: MatrixSpec::Identity,
            value: MatrixSpec::Identity,
            heads: Vec::new(),
            normalization: Normalization::PostLn,
            frozen: None,
            perceptron: None,
            until: 1.0,
            rtol: 1e-6,
            atol: 1e-9,
            method: Method::Auto,
            kernel: Kernel::Auto,
            separation: f64::INFINITY,
            capture: 0.99,
            space: Space::Circle,
            arrivals: None,
        }
    }

    /// The settings of [model]; those that came later only where they are not the default, which keeps older draws.
    pub(crate) fn model(&self) -> Vec<(Key, Setting)> {
        let mut model = vec![
            (Key::Tokens, Setting::Count(self.tokens)),
            (Key::Dimension, Setting::Count(self.dimension)),
            (Key::Beta, Setting::Number(self.beta)),
            (Key::Mask, Setting::Mask(self.mask.clone())),
            (Key::Weights, Setting::Weights(self.weights)),
            (Key::Query, Setting::Matrix(self.query.clone())),
            (Key::KeyMatrix, Setting::Matrix(self.key.clone())),
            (Key::Value, Setting::Matrix(self.value.clone())),
        ];
        if !self.heads.is_empty() {
            model.push((Key::Heads, Setting::Heads(self.heads.clone())));
        }
        if self.normalization != Normalization::default() {
            model.push((Key::Normalization, Setting::Normalization(self.normalization)));
        }
        if self.frozen.is_some() {
            model.push((Key::Frozen, Setting::Frozen(self.frozen.clone())));
        }
        if self.perceptron.is_some() {
            model.push((Key::Perceptron, Setting::Perceptron(self.perceptron.clone())));
        }
        model
    }

    /// Takes over one setting. The separation is evaluated later, when beta, tokens and dimension are known.
    pub(super) fn set(&mut self, key: Key, setting: &Setting) {
        match (key, setting) {
            (Key::Tokens, Setting::Count(n)) => self.tokens = *n,
            (Key::Dimension, Setting::Count(d)) => self.dimension = *d,
            (Key::Beta, Setting::Number(x)) => self.beta = *x,
            (Key::Mask, Setting::Mask(mask)) => self.mask = mask.clone(),
            (Key::Weights, Setting::Weights(weights)) => self.weights = *weights,
            (Key::Query, Setting::Matrix(matrix)) => self.query = matrix.clone(),
            (Key::KeyMatrix, Setting::Matrix(matrix)) => self.key = matrix.clone(),
            (Key::Value, Setting::Matrix(matrix)) => self.value = matrix.clone(),
            (Key::Heads, Setting::Heads(heads)) => self.heads = heads.clone(),
            (Key::Normalization, Setting::Normalization(scheme)) => self.normalization = *scheme,
            (Key::Frozen, Setting::Frozen(frozen)) => self.frozen = frozen.clone(),
            (Key::Perceptron, Setting::Perceptron(perceptron)) => self.perceptron = perceptron.clone(),
            (Key::Until, Setting::Number(x)) => self.until = *x,
            (Key::Rtol, Setting::Number(x)) => self.rtol = *x,
            (Key::Atol, Setting::Number(x)) => self.atol = *x,
            (Key::Method, Setting::Method(method)) => self.method = *method,
            (Key::Kernel, Setting::Kernel(kernel)) => self.kernel = *kernel,
            (Key::Capture, Setting::Number(x)) => self.capture = *x,
            (Key::Separation, Setting::Separation(_)) => {}
            (Key::Space, Setting::Space(space)) => self.space = *space,
            (Key::CarSeparation, Setting::Number(x)) => self.separation = *x,
            (Key::Arrivals, Setting::Count(n)) => self.arrivals = Some(*n),
            (Key::Arrivals, Setting::Saturated) => self.arrivals = None,
            (key, setting) => unreachable!("`{}` was read as {setting}", key.path()),
        }
    }
}
