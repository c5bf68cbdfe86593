//! Rényi and strong Rényi centres of a token sequence.

use crate::cubes::{Cubes, Place};
use crate::parked::Parked;
use crate::theory::cap_area;
use tokenpark_dynamics::{Tokens, squared_chord};

/// The centres of a token sequence, as token indices (from 0) in order of arrival.
///
/// ```
/// use tokenpark_dynamics::Tokens;
/// use tokenpark_parking::Centers;
///
/// // Token 1 is near token 0, and token 2 near token 1 alone: a Rényi centre, but not a strong one.
/// let tokens = Tokens::from_angles(&[0.0, 0.4, 0.6])?;
/// let centers = Centers::of(&tokens, 0.5);
/// assert_eq!((centers.renyi(), centers.strong()), (&[0, 2][..], &[0][..]));
/// # Ok::<(), tokenpark_dynamics::TokensError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Centers {
    renyi: Vec<usize>,
    strong: Vec<usize>,
}

impl Centers {
    /// The centres at a separation of δ (radians, geodesic, strictly exceeded). From δ = π on, token 0 is the only one.
    ///
    /// A token is compared with the centres near it; only a token that becomes a centre is compared with earlier
    /// tokens, so that n tokens cost about n lookups.
    ///
    /// # Panics
    /// When δ is not positive.
    #[must_use]
    pub fn of(tokens: &Tokens, separation: f64) -> Self {
        assert!(separation > 0.0, "a separation is positive");
        let mut found = Self { renyi: vec![0], strong: vec![0] };
        if separation >= std::f64::consts::PI {
            return found;
        }
        let near = squared_chord(separation);
        let mut point = vec![0.0; tokens.dimension()];
        let mut parked = Parked::new(tokens.dimension(), near.sqrt(), most_centers(tokens, separation));
        let mut earlier = Earlier::new(tokens, separation, parked.cubes().buckets());
        for k in 0..tokens.len() {
            for (i, x) in point.iter_mut().enumerate() {
                *x = tokens.coordinate(i)[k];
            }
            let place = parked.place(&point);
            if !parked.covers(&point, &place, near) {
                parked.insert(&point, &place);
                if k > 0 {
                    if !earlier.any_near(&point, k, parked.cubes(), &place) {
                        found.strong.push(k);
                    }
                    found.renyi.push(k);
                }
            }
            earlier.insert(k, parked.cubes().home(&place));
        }
        found
    }

    /// Rényi centres.
    #[must_use]
    pub fn renyi(&self) -> &[usize] {
        &self.renyi
    }

    /// Strong Rényi centres, all of which are Rényi centres.
    #[must_use]
    pub fn strong(&self) -> &[usize] {
        &self.strong
    }
}

/// No more centres than tokens, nor than disjoint caps of half the separation.
fn most_centers(tokens: &Tokens, separation: f64) -> usize {
    (1.0 / cap_area(tokens.dimension(), 0.5 * separation)).min(tokens.len() as f64) as usize + 1
}

/// The tokens that arrived before, for the question whether one is near.
enum Earlier<'a> {
    /// Compared from the first one on: of uniform tokens about every 1/σ-th is near, wherever one asks.
    InOrder { tokens: &'a Tokens, near: f64 },
    /// Sorted by place: the last token of each bucket and the one before each, counted from 1.
    ByPlace { tokens: &'a Tokens, near: f64, last: Vec<u32>, before: Vec<u32> },
}

impl<'a> Earlier<'a> {
    /// Whichever is quicker for uniform tokens.
    fn new(tokens: &'a Tokens, separation: f64, buckets: usize) -> Self {
        let (n, near) = (tokens.len(), squared_chord(separation));
        let centers = most_centers(tokens, separation) as f64;
        let until_near = (1.0 / cap_area(tokens.dimension(), separation)).min(n as f64);
        // Measured: to sort a token in costs as much as to compare about 40 coordinates.
        if centers * until_near * tokens.dimension() as f64 <= 40.0 * n as f64 {
            return Self::InOrder { tokens, near };
        }
        Self::ByPlace { tokens, near, last: vec![0; buckets], before: Vec::with_capacity(n) }
    }

    /// Must be called for every token in order.
    fn insert(&mut self, k: usize, bucket: usize) {
        if let Self::ByPlace { last, before, .. } = self {
            before.push(last[bucket]);
            last[bucket] = k as u32 + 1;
        }
    }

    /// True when one of the tokens before token k, which stands at `point`, is near it.
    fn any_near(&self, point: &[f64], k: usize, cubes: &Cubes, place: &Place) -> bool {
        match self {
            Self::InOrder { tokens, near } => any_in_order(tokens, point, k, *near),
            Self::ByPlace { tokens, near, last, before } => cubes.any(place, *near, |bucket| {
                let mut token = last[bucket];
                while token != 0 {
                    if tokens.squared_chord(token as usize - 1, k) <= *near {
                        return true;
                    }
                    token = before[token as usize - 1];
                }
                false
            }),
        }
    }
}

/// Compares with the first k tokens, some dozens at a time.
fn any_in_order(tokens: &Tokens, point: &[f64], k: usize, near: f64) -> bool {
    const STRETCH: usize = 32;
    (0..k).step_by(STRETCH).any(|from| {
        let to = (from + STRETCH).min(k);
        let mut sums = [0.0; STRETCH];
        for (i, &x) in point.iter().enumerate() {
            for (sum, &y) in sums.iter_mut().zip(&tokens.coordinate(i)[from..to]) {
                let difference = y - x;
                *sum += difference * difference;
            }
        }
        sums[..to - from].iter().any(|&square| square <= near)
    })
}
