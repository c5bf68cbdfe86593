//! Causal attention for any d, Q, K and V with its Jacobian, by direct sums: velocities in O(n^2 d), the
//! linearisation in O(n^2 d^2), and linear systems with the Jacobian in O(n^2 d) by forward substitution.

mod diagonal;
mod frame;
mod linearize;
mod maps;
mod substitute;
mod tile;
mod velocity;
mod weights;

use crate::simd::{Detected, SimdLevel};
use crate::solver::ImplicitField;
use crate::{Mask, Model, Normalization, Tolerance, VectorField};
use diagonal::Diagonal;
use frame::{Frame, Load};
use linearize::{Linearize, Moments, store_size};
use maps::Maps;
use substitute::{Scratch, Substitute};
use velocity::Velocity;
use weights::Block;

/// The vector field of a [`Model`] with one head and the causal mask, a window or a decay, frozen centres included,
/// ready for implicit methods. The state is coordinate-major like [`crate::Tokens`], n * d numbers.
///
/// **Charts.** Directions alone matter, so a velocity may be changed by any multiple of x_k. Before the first
/// [`ImplicitField::linearize`] the field is F(x) = |x_k| f_k(x/|x|), tangential. From then on token k moves in the
/// plane through the linearised state that is orthogonal to it (the gnomonic chart): every velocity satisfies
/// <base_k, velocity> = 0, and so does every solution of [`ImplicitField::substitute`]. The length of x_k thus is a linear
/// invariant of the step; a neutral radial direction would turn the stiff residuals of an implicit step into lengths
/// (of 1e20 when h = 1e25). Lengths never matter. A multistep method would have to carry its history from chart to chart; one-step methods have
/// none.
#[derive(Debug, Clone)]
pub struct CausalAttention {
    maps: Maps,
    level: Detected,
    /// The state that was last evaluated, and the one that was last linearised.
    present: Frame,
    base: Frame,
    linearized: bool,
    block: Block,
    tile: Vec<f64>,
    /// Empty until the first linearisation.
    jacobian: Option<Box<Jacobian>>,
}

#[derive(Debug, Clone)]
struct Jacobian {
    weights: Vec<f64>,
    lags: Vec<f64>,
    tangents: Vec<f64>,
    moments: Moments,
    diagonal: Diagonal,
    scratch: Scratch,
    /// Of the factors.
    shift: Option<f64>,
}

impl Jacobian {
    fn new(stride: usize, tokens: usize, dimension: usize) -> Self {
        Self {
            weights: vec![0.0; store_size(stride)],
            lags: vec![0.0; stride * dimension],
            tangents: vec![0.0; stride * dimension],
            moments: Moments::new(dimension),
            diagonal: Diagonal::new(tokens, dimension),
            scratch: Scratch::new(dimension),
            shift: None,
        }
    }
}

impl CausalAttention {
    /// The field of `tokens` tokens, with the best instructions of this processor. None unless there is
    /// one head, the mask is causal, a window or a decay, and no perceptron and no other normalisation than post-LN.
    #[must_use]
    pub fn new(model: &Model, tokens: usize) -> Option<Self> {
        Self::with_level(model, tokens, SimdLevel::detect())
    }

    /// The same with a given instruction set, or the best below it; the results are the same bits.
    #[must_use]
    pub fn with_level(model: &Model, tokens: usize, level: SimdLevel) -> Option<Self> {
        let triangular = matches!(model.mask(), Mask::Causal | Mask::Window(_) | Mask::Decay(_));
        let bare = model.normalization() == Normalization::PostLn && model.perceptron().is_none();
        let maps = Maps::new(model, model.single_head().filter(|_| triangular && bare)?, tokens);
        let frame = Frame::new(tokens, &maps);
        Some(Self {
            level: Detected::at_most(level),
            tile: vec![0.0; frame.stride * crate::simd::LANES],
            present: frame.clone(),
            base: frame,
            linearized: false,
            block: Block::new(maps.dimension),
            jacobian: None,
            maps,
        })
    }
}

impl VectorField for CausalAttention {
    fn len(&self) -> usize {
        self.present.n * self.maps.dimension
    }

    fn velocity(&mut self, _time: f64, state: &[f64], out: &mut [f64]) {
        assert_eq!((state.len(), out.len()), (self.len(), self.len()), "n * d coordinates");
        self.level.run(Load { state, maps: &self.maps, frame: &mut self.present });
        self.level.run(Velocity {
            maps: &self.maps,
            frame: &self.present,
            base: self.linearized.then_some(&self.base),
            block: &mut self.block,
            tile: &mut self.tile,
            out,
        });
    }

    fn retract(&self, state: &mut [f64]) {
        let n = self.present.n;
        for k in 0..n {
            let length = length(state, n, k);
            state.iter_mut().skip(k).step_by(n).for_each(|x| *x /= length);
        }
    }

    /// Root mean square over tokens of |error of x_k| / ((atol + rtol) |x_k|): the same in every rotated frame.
    fn error_norm(&self, state: &[f64], error: &[f64], tolerance: Tolerance) -> f64 {
        let (n, scale) = (self.present.n, tolerance.atol + tolerance.rtol);
        let square = (0..n).fold(0.0, |sum, k| {
            let ratio = length(error, n, k) / (scale * length(state, n, k));
            sum + ratio * ratio
        });
        (square / n as f64).sqrt()
    }
}

impl ImplicitField for CausalAttention {
    fn linearize(&mut self, _time: f64, state: &[f64], velocity: &mut [f64]) {
        assert_eq!((state.len(), velocity.len()), (self.len(), self.len()), "n * d coordinates");
        self.level.run(Load { state, maps: &self.maps, frame: &mut self.base });
        let (stride, tokens, dimension) = (self.base.stride, self.base.n, self.maps.dimension);
        let jacobian = self.jacobian.get_or_insert_with(|| Box::new(Jacobian::new(stride, tokens, dimension)));
        self.level.run(Linearize {
            maps: &self.maps,
            frame: &self.base,
            block: &mut self.block,
            weights: &mut jacobian.weights,
            moments: &mut jacobian.moments,
            diagonal: &mut jacobian.diagonal,
            lags: &mut jacobian.lags,
            out: velocity,
        });
        jacobian.shift = None;
        self.linearized = true;
    }

    /// Radial parts of `rhs` are ignored.
    ///
    /// # Panics
    /// Before the first linearisation.
    fn substitute(&mut self, shift: f64, rhs: &[f64], out: &mut [f64]) {
        assert_eq!((rhs.len(), out.len()), (self.len(), self.len()), "n * d coordinates");
        let jacobian = self.jacobian.as_mut().expect("a linearisation");
        let new_shift = (jacobian.shift != Some(shift)).then_some(shift);
        jacobian.shift = Some(shift);
        self.level.run(Substitute {
            maps: &self.maps,
            frame: &self.base,
            block: &mut self.block,
            weights: &mut jacobian.weights,
            diagonal: &mut jacobian.diagonal,
            lags: &jacobian.lags,
            scratch: &mut jacobian.scratch,
            tangents: &mut jacobian.tangents,
            new_shift,
            rhs,
            out,
        });
    }
}

/// |x_k|.
fn length(state: &[f64], n: usize, k: usize) -> f64 {
    state.iter().skip(k).step_by(n).fold(0.0, |sum, x| sum + x * x).sqrt()
}
