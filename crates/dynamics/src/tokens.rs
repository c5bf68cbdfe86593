//! Ordered tokens on the unit sphere, as a structure of arrays.

/// Why a list of numbers is not a sequence of tokens.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TokensError {
    /// The sphere S^{d-1} needs d >= 2.
    #[error("dimension is {0}, allowed: 2 or more")]
    Dimension(usize),
    /// There must be at least one token and d coordinates for each.
    #[error("{coordinates} coordinates are not a positive multiple of the dimension {dimension}")]
    Length {
        /// How many coordinates were given.
        coordinates: usize,
        /// The dimension d.
        dimension: usize,
    },
    /// A token without a direction.
    #[error("token {token} has length {length}, allowed: any positive finite length")]
    NoDirection {
        /// The token's index, from 0.
        token: usize,
        /// Its Euclidean length.
        length: f64,
    },
}

/// Tokens x_1, ..., x_n in order of arrival, unit vectors of R^d. Coordinate i of token k (both from 0) is entry
/// i * n + k of the flat state, so that one coordinate of all tokens is contiguous.
///
/// ```
/// use tokenpark_dynamics::Tokens;
///
/// let tokens = Tokens::from_angles(&[0.0, 0.5])?;
/// assert_eq!((tokens.len(), tokens.dimension()), (2, 2));
/// // The chord of an angle of 1/2.
/// assert!((tokens.squared_chord(0, 1).sqrt() - 2.0 * 0.25_f64.sin()).abs() < 1e-15);
/// # Ok::<(), tokenpark_dynamics::TokensError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Tokens {
    dimension: usize,
    state: Vec<f64>,
}

impl Tokens {
    /// Tokens from n * d coordinates, coordinate-major; every token is divided by its length.
    ///
    /// # Errors
    /// For d < 2, a count that does not fit, and tokens of zero or non-finite length.
    pub fn new(dimension: usize, mut state: Vec<f64>) -> Result<Self, TokensError> {
        if dimension < 2 {
            return Err(TokensError::Dimension(dimension));
        }
        if state.is_empty() || !state.len().is_multiple_of(dimension) {
            return Err(TokensError::Length { coordinates: state.len(), dimension });
        }
        let n = state.len() / dimension;
        for token in 0..n {
            let largest = (0..dimension).fold(0.0, |m: f64, i| m.max(state[i * n + token].abs()));
            let finite = (0..dimension).all(|i| state[i * n + token].is_finite());
            if !finite || largest == 0.0 {
                let length = if finite { 0.0 } else { f64::INFINITY };
                return Err(TokensError::NoDirection { token, length });
            }
            // Scaling by the largest coordinate first keeps squares from overflowing or vanishing.
            for i in 0..dimension {
                state[i * n + token] /= largest;
            }
        }
        normalize(dimension, &mut state);
        Ok(Self { dimension, state })
    }

    /// Tokens on the circle from their angles in radians.
    ///
    /// # Errors
    /// For an empty list and non-finite angles.
    pub fn from_angles(angles: &[f64]) -> Result<Self, TokensError> {
        let cosines = angles.iter().map(|&a| libm::cos(a));
        let sines = angles.iter().map(|&a| libm::sin(a));
        Self::new(2, cosines.chain(sines).collect())
    }

    /// The number of tokens n.
    #[must_use]
    pub fn len(&self) -> usize {
        self.state.len() / self.dimension
    }

    /// Never true: there is at least one token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.state.is_empty()
    }

    /// The dimension d of the surrounding space.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// All coordinates, coordinate-major (n * d numbers).
    #[must_use]
    pub fn state(&self) -> &[f64] {
        &self.state
    }

    /// Coordinate i of all tokens (n numbers).
    #[must_use]
    pub fn coordinate(&self, i: usize) -> &[f64] {
        let n = self.len();
        &self.state[i * n..(i + 1) * n]
    }

    /// The first `count` tokens.
    ///
    /// # Panics
    /// When there are fewer, or `count` is 0.
    #[must_use]
    pub fn prefix(&self, count: usize) -> Self {
        assert!(count > 0 && count <= self.len(), "1 to {} tokens", self.len());
        let state = (0..self.dimension).flat_map(|i| self.coordinate(i)[..count].to_vec()).collect();
        Self { dimension: self.dimension, state }
    }

    /// The tokens listed, in that order.
    pub(crate) fn select(&self, tokens: &[u32]) -> Self {
        let rows = (0..self.dimension).map(|i| self.coordinate(i));
        let state = rows.flat_map(|row| tokens.iter().map(|&k| row[k as usize])).collect();
        Self { dimension: self.dimension, state }
    }

    /// Takes over a state of the same shape that is on the sphere already, as a solver delivers it.
    pub fn copy_from(&mut self, state: &[f64]) {
        self.state.copy_from_slice(state);
    }

    /// |x_j - x_k|^2, which is 4 sin^2(dist/2) of the geodesic distance.
    #[must_use]
    pub fn squared_chord(&self, j: usize, k: usize) -> f64 {
        self.squared_chord_to(j, self, k)
    }

    /// |x_j - y_k|^2 between token j here and token k of `other` (the same dimension).
    #[must_use]
    pub fn squared_chord_to(&self, j: usize, other: &Self, k: usize) -> f64 {
        let (n, m) = (self.len(), other.len());
        (0..self.dimension).fold(0.0, |sum, i| {
            let difference = self.state[i * n + j] - other.state[i * m + k];
            sum + difference * difference
        })
    }

    /// The largest | |x_k| - 1 |: how far off the sphere the state is.
    #[must_use]
    pub fn norm_defect(&self) -> f64 {
        let n = self.len();
        (0..n).fold(0.0, |worst: f64, k| {
            let square = (0..self.dimension).fold(0.0, |s, i| s + self.state[i * n + k] * self.state[i * n + k]);
            worst.max((square.sqrt() - 1.0).abs())
        })
    }
}

/// The squared chord that belongs to a geodesic distance: 4 sin^2(angle/2), and 4 from pi upwards.
#[must_use]
pub fn squared_chord(angle: f64) -> f64 {
    if angle >= std::f64::consts::PI {
        return 4.0;
    }
    let half = libm::sin(0.5 * angle);
    4.0 * half * half
}

/// Divides every token of a coordinate-major state by its length.
pub(crate) fn normalize(dimension: usize, state: &mut [f64]) {
    let n = state.len() / dimension;
    for k in 0..n {
        let square = (0..dimension).fold(0.0, |s, i| s + state[i * n + k] * state[i * n + k]);
        let inverse = 1.0 / square.sqrt();
        for i in 0..dimension {
            state[i * n + k] *= inverse;
        }
    }
}
