//! A whole layer as a vector field: attention, the perceptron and the normalisation scheme of a [`Model`].
//!
//! ```text
//! dtheta_k/dt = (1/s_k) P_{theta_k} A_k,   A_k = attention_k + W_2 act(W_1 theta_k + b)
//! ```
//!
//! Not here: implicit steps, for which [`crate::CausalAttention`] and the fields in angles serve.

mod frozen;
mod normalization;
mod perceptron;

pub(crate) use frozen::Front;
pub use frozen::Frozen;
pub use normalization::Normalization;
pub use perceptron::{Activation, Perceptron};

use crate::{Attention, Model, Tolerance, VectorField};

/// The vector field of any [`Model`]. The state is that of [`Attention`], n * d numbers, and behind it the n radii for
/// schemes that have these.
///
/// Off the sphere the field is continued as [`Attention`] is. Without a perceptron, post-LN has the bits of
/// [`Attention`].
#[derive(Debug, Clone)]
pub struct Layer {
    attention: Attention,
    n: usize,
    /// <theta_k, A_k>.
    radial: Vec<f64>,
    hidden: Vec<f64>,
    unit: Vec<f64>,
    output: Vec<f64>,
}

impl Layer {
    /// The field of `tokens` tokens.
    #[must_use]
    pub fn new(model: Model, tokens: usize) -> Self {
        let (d, width) = (model.dimension(), model.perceptron().map_or(0, Perceptron::width));
        Self {
            attention: Attention::new(model, tokens),
            n: tokens,
            radial: vec![0.0; tokens],
            hidden: vec![0.0; width],
            unit: vec![0.0; d],
            output: vec![0.0; d],
        }
    }

    fn model(&self) -> &Model {
        self.attention.model()
    }

    /// The number of coordinates before the radii.
    fn coordinates(&self) -> usize {
        self.n * self.model().dimension()
    }

    /// Adds the perceptron's tangential and radial parts.
    fn perceive(&mut self, directions: &[f64], velocity: &mut [f64]) {
        let Self { attention, n, radial, hidden, unit, output } = self;
        let Some(perceptron) = attention.model().perceptron() else { return };
        for (k, radial) in radial.iter_mut().enumerate() {
            let token = directions.iter().skip(k).step_by(*n);
            let length = token.clone().fold(0.0, |sum, x| sum + x * x).sqrt();
            unit.iter_mut().zip(token).for_each(|(unit, x)| *unit = x / length);
            perceptron.apply(unit, hidden, output);
            let along = unit.iter().zip(&*output).fold(0.0, |sum, (x, y)| sum + x * y);
            *radial += along;
            let out = velocity.iter_mut().skip(k).step_by(*n);
            out.zip(&*unit).zip(&*output).for_each(|((out, x), y)| *out += y - along * x);
        }
    }

    /// Divides by s_k and fills in dr_k/dt.
    fn normalize(&self, time: f64, radii: &[f64], velocity: &mut [f64], growth: &mut [f64]) {
        let scheme = self.model().normalization();
        for (k, &radial) in self.radial.iter().enumerate() {
            let token = velocity.iter_mut().skip(k).step_by(self.n);
            let size = token.fold(radial * radial, |sum, v| sum + *v * *v).sqrt();
            let radius = radii.get(k).copied().unwrap_or(1.0);
            let (divisor, grows) = scheme.act(time, radius, radial, size);
            velocity.iter_mut().skip(k).step_by(self.n).for_each(|v| *v /= divisor);
            if let Some(growth) = growth.get_mut(k) {
                *growth = grows;
            }
        }
    }
}

impl VectorField for Layer {
    fn len(&self) -> usize {
        self.coordinates() + if self.model().normalization().has_radii() { self.n } else { 0 }
    }

    fn velocity(&mut self, time: f64, state: &[f64], out: &mut [f64]) {
        assert_eq!((state.len(), out.len()), (self.len(), self.len()), "coordinates and radii");
        let (directions, radii) = state.split_at(self.coordinates());
        let (velocity, growth) = out.split_at_mut(directions.len());
        self.attention.velocity(time, directions, velocity);
        self.radial.copy_from_slice(self.attention.radial());
        self.perceive(directions, velocity);
        if self.model().normalization() != Normalization::PostLn {
            self.normalize(time, radii, velocity, growth);
        }
    }

    /// Radii stay as they are.
    fn retract(&self, state: &mut [f64]) {
        self.attention.retract(&mut state[..self.coordinates()]);
    }

    /// That of [`Attention`]; an error of a radius counts relative to atol + rtol r_k.
    fn error_norm(&self, state: &[f64], error: &[f64], tolerance: Tolerance) -> f64 {
        let (directions, radii) = state.split_at(self.coordinates());
        let (error, of_radii) = error.split_at(directions.len());
        let norm = self.attention.error_norm(directions, error, tolerance);
        if radii.is_empty() {
            return norm;
        }
        let square = radii.iter().zip(of_radii).fold(0.0, |sum, (r, e)| {
            let ratio = e / (tolerance.atol + tolerance.rtol * r.abs());
            sum + ratio * ratio
        });
        (norm * norm + square / self.n as f64).sqrt()
    }
}
