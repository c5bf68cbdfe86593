//! Rényi and strong Rényi centres of a token sequence.

use crate::cells::Cells;
use tokenpark_dynamics::{Tokens, squared_chord};

/// The centres of a token sequence, as token indices (from 0) in order of arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Centers {
    renyi: Vec<usize>,
    strong: Vec<usize>,
}

impl Centers {
    /// The centres at a separation of δ (radians, geodesic, strictly exceeded). From δ = π on, token 0 is the only one.
    ///
    /// A token is compared with the centres near it; only a token that becomes a centre is compared with all earlier
    /// tokens near it, so that n tokens cost about n lookups.
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
        let mut parked = Cells::new(tokens.dimension(), near.sqrt());
        let mut arrived = Cells::new(tokens.dimension(), near.sqrt());
        parked.insert(tokens, 0);
        arrived.insert(tokens, 0);
        for k in 1..tokens.len() {
            if !parked.has_neighbor(tokens, k, near) {
                if !arrived.has_neighbor(tokens, k, near) {
                    found.strong.push(k);
                }
                found.renyi.push(k);
                parked.insert(tokens, k);
            }
            arrived.insert(tokens, k);
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
