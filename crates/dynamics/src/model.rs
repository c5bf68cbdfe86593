//! What is simulated: temperature, matrices, mask and weights, and what a layer has besides. Pure data, validated once.

mod error;

pub use error::ModelError;

use crate::{Frozen, Mask, Normalization, Perceptron};
use nalgebra::DMatrix;

/// How the attention weights are normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weights {
    /// Divided by their sum Z_k.
    #[default]
    Softmax,
    /// Divided by the number of tokens n (the papers' USA).
    Unnormalized,
}

/// The three d x d matrices of one attention head.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Q.
    pub query: DMatrix<f64>,
    /// K.
    pub key: DMatrix<f64>,
    /// V.
    pub value: DMatrix<f64>,
}

impl Head {
    /// Q = K = V = I, the paper's main case.
    #[must_use]
    pub fn identity(dimension: usize) -> Self {
        let identity = DMatrix::identity(dimension, dimension);
        Self { query: identity.clone(), key: identity.clone(), value: identity }
    }

    /// beta K^T Q: the score of token j for token k is <beta K^T Q x_k, x_j>.
    #[must_use]
    pub fn scores(&self, beta: f64) -> DMatrix<f64> {
        let d = self.query.nrows();
        // A fixed-order product: nalgebra's own switches kernels, and so bits, by processor.
        DMatrix::from_fn(d, d, |i, j| beta * (0..d).fold(0.0, |sum, l| sum + self.key[(l, i)] * self.query[(l, j)]))
    }

    /// True when Q = K = I, so that scores are functions of the chord alone.
    #[must_use]
    pub fn has_identity_scores(&self) -> bool {
        scalar_of(&self.query) == Some(1.0) && scalar_of(&self.key) == Some(1.0)
    }

    /// The number a when V = a I.
    #[must_use]
    pub fn scalar_value(&self) -> Option<f64> {
        scalar_of(&self.value)
    }
}

/// A validated model: everything that determines the vector field, but for the number of tokens.
///
/// ```
/// use tokenpark_dynamics::{Head, Mask, Model, Weights};
///
/// let model = Model::new(2, 64.0, Mask::Causal, Weights::Softmax, Head::identity(2))?;
/// assert_eq!(model.scalar_value(), Some(1.0));
/// let error = Model::new(2, -1.0, Mask::Causal, Weights::Softmax, Head::identity(2)).unwrap_err();
/// assert!(error.to_string().contains("-1"));
/// # Ok::<(), tokenpark_dynamics::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    dimension: usize,
    beta: f64,
    mask: Mask,
    weights: Weights,
    heads: Vec<Head>,
    normalization: Normalization,
    radius: f64,
    frozen: Option<Frozen>,
    perceptron: Option<Perceptron>,
}

impl Model {
    /// A model on S^{d-1} with one head.
    ///
    /// # Errors
    /// For a negative or non-finite beta, d < 2, matrices of the wrong shape or with non-finite entries, a mask with
    /// numbers that it cannot have, and scores that overflow.
    pub fn new(dimension: usize, beta: f64, mask: Mask, weights: Weights, head: Head) -> Result<Self, ModelError> {
        Self::with_heads(dimension, beta, mask, weights, vec![head])
    }

    /// A model on S^{d-1} whose velocity is the mean over the heads of each one's attention, projected.
    ///
    /// # Errors
    /// As for one head, and without any.
    pub fn with_heads(
        dimension: usize,
        beta: f64,
        mask: Mask,
        weights: Weights,
        heads: Vec<Head>,
    ) -> Result<Self, ModelError> {
        if dimension < 2 {
            return Err(ModelError::Dimension(dimension));
        }
        if !(beta.is_finite() && beta >= 0.0) {
            return Err(ModelError::Beta(beta));
        }
        if heads.is_empty() {
            return Err(ModelError::NoHead);
        }
        if let Some((what, value, allowed)) = mask.mistake() {
            return Err(ModelError::Mask { what, value, allowed });
        }
        if matches!(mask, Mask::Sink { .. }) && weights == Weights::Unnormalized {
            return Err(ModelError::SinkWithoutSum);
        }
        for head in &heads {
            for (name, matrix) in [("query", &head.query), ("key", &head.key), ("value", &head.value)] {
                check(name, matrix, dimension)?;
            }
            overflow(head, beta, weights)?;
        }
        let (normalization, radius) = (Normalization::default(), 1.0);
        Ok(Self { dimension, beta, mask, weights, heads, normalization, radius, frozen: None, perceptron: None })
    }

    /// The same model with another normalisation scheme (post-LN unless told).
    ///
    /// # Errors
    /// For a number that the scheme cannot have.
    pub fn with_normalization(self, normalization: Normalization) -> Result<Self, ModelError> {
        match normalization.mistake() {
            Some((what, value, allowed)) => Err(ModelError::Normalization { what, value, allowed }),
            None => Ok(Self { normalization, ..self }),
        }
    }

    /// The same model whose tokens start with this length (1 unless told), where the scheme has lengths.
    ///
    /// # Errors
    /// Unless it is positive and finite.
    pub fn with_radius(self, radius: f64) -> Result<Self, ModelError> {
        if radius.is_finite() && radius > 0.0 { Ok(Self { radius, ..self }) } else { Err(ModelError::Radius(radius)) }
    }

    /// The same model with frozen centres that all tokens see.
    ///
    /// # Errors
    /// For points of another dimension, and without softmax weights.
    pub fn with_frozen(self, frozen: Frozen) -> Result<Self, ModelError> {
        let (found, dimension) = (frozen.points().dimension(), self.dimension);
        if found != dimension {
            return Err(ModelError::FrozenDimension { found, dimension });
        }
        if self.weights == Weights::Unnormalized {
            return Err(ModelError::FrozenWithoutSum);
        }
        Ok(Self { frozen: Some(frozen), ..self })
    }

    /// The same model with a perceptron beside the attention.
    ///
    /// # Errors
    /// For one of another dimension.
    pub fn with_perceptron(self, perceptron: Perceptron) -> Result<Self, ModelError> {
        let (width, found) = (perceptron.width(), perceptron.dimension());
        if found != self.dimension {
            let matrix = "the perceptron's first matrix";
            let (found, allowed) = ((width, found), (width, self.dimension));
            return Err(ModelError::PerceptronShape { matrix, found, allowed });
        }
        Ok(Self { perceptron: Some(perceptron), ..self })
    }

    /// The dimension d.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The inverse temperature.
    #[must_use]
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// The mask.
    #[must_use]
    pub fn mask(&self) -> &Mask {
        &self.mask
    }

    /// The normalisation of the weights.
    #[must_use]
    pub fn weights(&self) -> Weights {
        self.weights
    }

    /// The heads, at least one.
    #[must_use]
    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// The normalisation scheme.
    #[must_use]
    pub fn normalization(&self) -> Normalization {
        self.normalization
    }

    /// The length with which every token starts, where the scheme has lengths.
    #[must_use]
    pub fn radius(&self) -> f64 {
        self.radius
    }

    /// The frozen centres.
    #[must_use]
    pub fn frozen(&self) -> Option<&Frozen> {
        self.frozen.as_ref()
    }

    /// The perceptron.
    #[must_use]
    pub fn perceptron(&self) -> Option<&Perceptron> {
        self.perceptron.as_ref()
    }

    /// True when there is nothing beside attention: post-LN, no frozen centre and no perceptron.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.normalization == Normalization::PostLn && self.frozen.is_none() && self.perceptron.is_none()
    }

    /// The head, if there is one only.
    #[must_use]
    pub fn single_head(&self) -> Option<&Head> {
        if let [head] = &self.heads[..] { Some(head) } else { None }
    }

    /// True when there is one head with Q = K = I.
    #[must_use]
    pub fn has_identity_scores(&self) -> bool {
        self.single_head().is_some_and(Head::has_identity_scores)
    }

    /// The number a when there is one head with V = a I.
    #[must_use]
    pub fn scalar_value(&self) -> Option<f64> {
        self.single_head().and_then(Head::scalar_value)
    }
}

/// Largest exponent that unnormalized weights can carry.
const LARGEST_EXPONENT: f64 = 700.0;

/// Scores that are too large for the exponentials.
fn overflow(head: &Head, beta: f64, weights: Weights) -> Result<(), ModelError> {
    let bound = head.scores(beta).norm();
    let allowed = match weights {
        Weights::Softmax => 1e300,
        Weights::Unnormalized => LARGEST_EXPONENT,
    };
    // The Frobenius norm of I is sqrt(d); the scores of identity matrices are at most beta.
    let bound = if head.has_identity_scores() { beta } else { bound };
    if bound.is_nan() || bound > allowed { Err(ModelError::Overflow { bound, allowed }) } else { Ok(()) }
}

fn check(name: &'static str, matrix: &DMatrix<f64>, dimension: usize) -> Result<(), ModelError> {
    let (rows, columns) = matrix.shape();
    if (rows, columns) != (dimension, dimension) {
        return Err(ModelError::Shape { matrix: name, rows, columns, dimension });
    }
    finite(name, matrix.iter())
}

/// Entries that are infinite or no numbers.
pub(crate) fn finite<'a>(matrix: &'static str, mut entries: impl Iterator<Item = &'a f64>) -> Result<(), ModelError> {
    match entries.find(|entry| !entry.is_finite()) {
        Some(&entry) => Err(ModelError::NonFinite { matrix, entry }),
        None => Ok(()),
    }
}

/// The number a when the matrix is a I.
fn scalar_of(matrix: &DMatrix<f64>) -> Option<f64> {
    let a = matrix[(0, 0)];
    let scalar = matrix.iter().enumerate().all(|(index, &entry)| {
        let on_diagonal = index % (matrix.nrows() + 1) == 0;
        entry == if on_diagonal { a } else { 0.0 }
    });
    scalar.then_some(a)
}
