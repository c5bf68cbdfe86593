//! The part of V's spectrum that decides where tokens go: the eigenvalues of the largest real part.

use super::{Configuration, token};
use crate::Tokens;
use nalgebra::{Complex, DMatrix};

/// Eigenvalues whose real parts differ by less than this share of |V| count as one: rounding splits those of a Jordan
/// block of size 2 by about 1e-8 |V|, one of size 3 by 1e-5 |V|.
const SAME: f64 = 1e-4;
/// Newton's iteration for the matrix sign squares its error; the slow phase before takes log2(|V| / gap) steps.
const MOST_STEPS: usize = 100;

/// What the theory asks of a value matrix V: its top eigenvalues, those of the largest real part, and the space L'
/// of all their generalised eigenvectors.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    dimension: usize,
    top: f64,
    gap: f64,
    multiplicity: usize,
    eigenvectors: usize,
    rotates: bool,
    /// Real parts nearer than this count as one.
    same: f64,
    projection: DMatrix<f64>,
    basis: Vec<Vec<f64>>,
}

impl Spectrum {
    /// Of a square matrix with finite entries.
    ///
    /// # Panics
    /// When the matrix is empty or not square.
    #[must_use]
    pub fn of(value: &DMatrix<f64>) -> Self {
        let dimension = value.nrows();
        assert!(dimension > 0 && value.is_square(), "V is {} x {}, allowed: d x d", value.nrows(), value.ncols());
        let same = SAME * value.norm();
        let eigenvalues = value.complex_eigenvalues();
        let largest = eigenvalues.iter().fold(f64::NEG_INFINITY, |most, e| most.max(e.re));
        let (top, rest): (Vec<Complex<f64>>, Vec<_>) = eigenvalues.iter().partition(|e| largest - e.re <= same);
        let mean = top.iter().map(|e| e.re).sum::<f64>() / top.len() as f64;
        let below = rest.iter().fold(f64::NEG_INFINITY, |most, e| most.max(e.re));
        let lowest = top.iter().fold(f64::INFINITY, |least, e| least.min(e.re));
        let projection = if rest.is_empty() {
            DMatrix::identity(dimension, dimension)
        } else {
            above(value, 0.5 * (lowest + below))
        };
        let rotates = top.iter().any(|e| e.im.abs() > same);
        let nilpotent = times(&shifted(value, mean), &projection);
        let rank = nilpotent.singular_values().iter().filter(|s| **s > same.max(f64::MIN_POSITIVE)).count();
        Self {
            dimension,
            top: mean,
            gap: mean - below,
            multiplicity: top.len(),
            eigenvectors: if rotates { 0 } else { top.len().saturating_sub(rank) },
            rotates,
            same,
            basis: range(&projection, top.len()),
            projection,
        }
    }

    /// The largest real part of an eigenvalue.
    #[must_use]
    pub fn top(&self) -> f64 {
        self.top
    }

    /// How far below the next real part lies; infinite when there is none.
    #[must_use]
    pub fn gap(&self) -> f64 {
        self.gap
    }

    /// How many eigenvalues have the largest real part.
    #[must_use]
    pub fn multiplicity(&self) -> usize {
        self.multiplicity
    }

    /// The dimension of the top eigenvalue's eigenspace, less than the multiplicity for Jordan blocks; 0 when the top
    /// eigenvalues are not real.
    #[must_use]
    pub fn eigenvectors(&self) -> usize {
        self.eigenvectors
    }

    /// True when a top eigenvalue is not real.
    #[must_use]
    pub fn rotates(&self) -> bool {
        self.rotates
    }

    /// True when the largest real part is below 0, and not by rounding alone.
    #[must_use]
    pub fn repels(&self) -> bool {
        self.top < -self.same
    }

    /// The normalised component of a vector in L', along the other generalised eigenvectors: an oblique projection
    /// unless V is normal. None when the vector has none.
    #[must_use]
    pub fn component(&self, vector: &[f64]) -> Option<Vec<f64>> {
        let image: Vec<f64> = (0..self.dimension)
            .map(|i| (0..self.dimension).fold(0.0, |sum, j| sum + self.projection[(i, j)] * vector[j]))
            .collect();
        let length = image.iter().fold(0.0, |sum, x| sum + x * x).sqrt();
        (length > 0.0).then(|| image.iter().map(|x| x / length).collect())
    }

    /// The length of a vector's orthogonal projection on L': the cosine of its angle with L' for a unit vector.
    #[must_use]
    pub fn closeness(&self, vector: &[f64]) -> f64 {
        let along = |axis: &Vec<f64>| axis.iter().zip(vector).fold(0.0, |sum, (a, x)| sum + a * x);
        self.basis.iter().map(along).fold(0.0, |sum, a| sum + a * a).sqrt()
    }

    /// The length of what the orthogonal projection on L' leaves of a vector.
    #[must_use]
    pub fn distance(&self, vector: &[f64]) -> f64 {
        let mut rest = vector.to_vec();
        for axis in &self.basis {
            let along = axis.iter().zip(&rest).fold(0.0, |sum, (a, x)| sum + a * x);
            rest.iter_mut().zip(axis).for_each(|(x, a)| *x -= along * a);
        }
        rest.iter().fold(0.0, |sum, x| sum + x * x).sqrt()
    }

    /// The mean square distance of tokens from L' as a share of that of uniform ones, which is 1 - dim L'/d; 0 where L' is
    /// the whole space.
    #[must_use]
    pub fn spread(&self, tokens: &Tokens) -> f64 {
        if self.multiplicity == self.dimension {
            return 0.0;
        }
        let square = (0..tokens.len()).fold(0.0, |sum, k| {
            let distance = self.distance(&token(tokens, k));
            sum + distance * distance
        });
        square / tokens.len() as f64 / (1.0 - self.multiplicity as f64 / self.dimension as f64)
    }

    /// Whether tokens lie on both sides of a top eigenvector, where L' is a line.
    #[must_use]
    pub fn has_both_sides(&self, tokens: &Tokens) -> bool {
        let [axis] = &self.basis[..] else { return false };
        let side = |k: usize| axis.iter().zip(token(tokens, k)).fold(0.0, |sum, (a, x)| sum + a * x);
        let (lowest, highest) =
            (0..tokens.len()).map(side).fold((0.0_f64, 0.0_f64), |(low, high), s| (low.min(s), high.max(s)));
        lowest < 0.0 && highest > 0.0
    }

    /// The final configuration that Table 1 of arXiv 2411.04990 names for V, whatever Q and K; [`Configuration::Moving`]
    /// when the top eigenvalues are not real. None for a top eigenvalue 0 and for Jordan blocks, of which it says nothing.
    #[must_use]
    pub fn predicted(&self) -> Option<Configuration> {
        if self.rotates {
            return Some(Configuration::Moving);
        }
        if self.eigenvectors < self.multiplicity || self.top.abs() <= self.same {
            return None;
        }
        Some(match (self.top > 0.0, self.multiplicity) {
            (true, 1) => Configuration::Antipodal,
            (true, m) if m == self.dimension => Configuration::FirstToken,
            (true, _) => Configuration::TopPoint,
            (false, 1) => Configuration::TwoClouds,
            (false, _) => Configuration::Cloud,
        })
    }
}

fn shifted(value: &DMatrix<f64>, by: f64) -> DMatrix<f64> {
    let d = value.nrows();
    DMatrix::from_fn(d, d, |i, j| value[(i, j)] - if i == j { by } else { 0.0 })
}

/// A product in fixed order: nalgebra's own switches kernels, and so bits, by processor.
fn times(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(a.nrows(), b.ncols(), |i, j| (0..a.ncols()).fold(0.0, |sum, l| sum + a[(i, l)] * b[(l, j)]))
}

/// The spectral projection on the eigenvalues with a real part above `line`: (I + sign(V - line I)) / 2, the sign by
/// Newton's iteration S <- (S + S^{-1}) / 2.
fn above(value: &DMatrix<f64>, line: f64) -> DMatrix<f64> {
    let d = value.nrows();
    let mut sign = shifted(value, line);
    for _ in 0..MOST_STEPS {
        let Some(inverse) = sign.clone().try_inverse() else { break };
        let next = DMatrix::from_fn(d, d, |i, j| 0.5 * (sign[(i, j)] + inverse[(i, j)]));
        let change = DMatrix::from_fn(d, d, |i, j| next[(i, j)] - sign[(i, j)]).norm();
        sign = next;
        if change <= 1e-15 * sign.norm() {
            break;
        }
    }
    DMatrix::from_fn(d, d, |i, j| 0.5 * (sign[(i, j)] + if i == j { 1.0 } else { 0.0 }))
}

/// An orthonormal basis of the range of a projection of known rank: Gram and Schmidt, the longest remainder first.
fn range(projection: &DMatrix<f64>, rank: usize) -> Vec<Vec<f64>> {
    let d = projection.nrows();
    let square = |v: &[f64]| v.iter().fold(0.0, |sum, x| sum + x * x);
    let mut columns: Vec<Vec<f64>> = (0..d).map(|j| (0..d).map(|i| projection[(i, j)]).collect()).collect();
    let mut basis: Vec<Vec<f64>> = vec![];
    for _ in 0..rank {
        let longest = (0..d).fold(0, |best, j| if square(&columns[j]) > square(&columns[best]) { j } else { best });
        let length = square(&columns[longest]).sqrt();
        let axis: Vec<f64> = columns[longest].iter().map(|x| x / length).collect();
        for column in &mut columns {
            let along = axis.iter().zip(column.iter()).fold(0.0, |sum, (a, x)| sum + a * x);
            column.iter_mut().zip(&axis).for_each(|(x, a)| *x -= along * a);
        }
        basis.push(axis);
    }
    basis
}
