//! Rows of the linearisation that were summed directly, in order of tokens.

use crate::simd::padded;

/// Entries kept at most: 512 MiB.
const MOST: usize = 1 << 26;

/// Rows of entries dF_k/dphi_j, j < k, each padded with zeros to whole lanes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    tokens: Vec<usize>,
    entries: Vec<f64>,
    scratch: Vec<f64>,
}

impl Rows {
    /// Forgets all rows.
    pub(crate) fn clear(&mut self) {
        self.tokens.clear();
        self.entries.clear();
    }

    /// True while a row of token k still fits into memory kept for rows. Tokens beyond have Fourier sums in substitutions,
    /// which Newton's method corrects for.
    pub(crate) fn room(&self, k: usize) -> bool {
        self.entries.len() + padded(k) <= MOST
    }

    /// Adds a row for token k (larger than all before), to be filled in.
    pub(crate) fn push(&mut self, k: usize) -> &mut [f64] {
        let start = self.entries.len();
        self.tokens.push(k);
        self.entries.resize(start + padded(k), 0.0);
        &mut self.entries[start..]
    }

    /// A row that is not kept.
    pub(crate) fn temporary(&mut self, k: usize) -> &mut [f64] {
        self.scratch.resize(self.scratch.len().max(padded(k)), 0.0);
        &mut self.scratch[..padded(k)]
    }

    /// The tokens and their rows.
    #[inline(always)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &[f64])> {
        let mut rest = &self.entries[..];
        self.tokens.iter().map(move |&k| {
            let (row, after) = rest.split_at(padded(k));
            rest = after;
            (k, row)
        })
    }
}
