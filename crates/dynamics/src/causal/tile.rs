//! The two inner loops, in lanes over eight tokens k that look at the same earlier tokens j.
//!
//! A tile holds one number for each pair (j, k): entry (j - first j) * 8 + (k - first k). Both loops keep their
//! accumulators in registers: four j at a time where the sum runs over coordinates, four coordinates at a time where
//! it runs over j. Every accumulator is one chain in fixed order, so that the bits depend on neither the instruction
//! set nor the tokens that come later. (`std::array::from_fn` has no place here: its closures are not inlined into the
//! code of a level.)

use crate::simd::LANES;

/// One number for each of eight consecutive tokens.
pub(super) type Lanes = [f64; LANES];
/// Accumulator rows that fit the registers of AVX2.
const ROWS: usize = 4;

/// Coordinates of all tokens: coordinate i of token k is entry i * stride + k.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    pub data: &'a [f64],
    pub stride: usize,
}

impl<'a> Rows<'a> {
    /// Coordinate i of the eight tokens from `first` on.
    #[inline(always)]
    pub fn lanes(self, i: usize, first: usize) -> &'a Lanes {
        let at = i * self.stride + first;
        self.data[at..at + LANES].as_array().expect("eight lanes")
    }

    /// Coordinate i of the tokens from `first` on.
    #[inline(always)]
    fn part(self, i: usize, first: usize, count: usize) -> &'a [f64] {
        &self.data[i * self.stride + first..][..count]
    }
}

/// tile(j, k) = start(k) + sum_i slope_i(k) (x_i(j) - origin_i(k)) for the tokens j from `from` on; without `origin`
/// nothing is subtracted.
#[inline(always)]
pub(super) fn products(x: Rows<'_>, from: usize, slopes: &[Lanes], origin: &[Lanes], start: Lanes, tile: &mut [f64]) {
    for (group, out) in tile.chunks_exact_mut(ROWS * LANES).enumerate() {
        let j = from + group * ROWS;
        let mut sums = [start; ROWS];
        if origin.is_empty() {
            for (i, slope) in slopes.iter().enumerate() {
                let x: &[f64; ROWS] = x.part(i, j, ROWS).as_array().expect("four tokens");
                for r in 0..ROWS {
                    for l in 0..LANES {
                        sums[r][l] = slope[l].mul_add(x[r], sums[r][l]);
                    }
                }
            }
        } else {
            for (i, (slope, origin)) in slopes.iter().zip(origin).enumerate() {
                let x: &[f64; ROWS] = x.part(i, j, ROWS).as_array().expect("four tokens");
                for r in 0..ROWS {
                    for l in 0..LANES {
                        sums[r][l] = slope[l].mul_add(x[r] - origin[l], sums[r][l]);
                    }
                }
            }
        }
        for (out, sums) in out.chunks_exact_mut(LANES).zip(&sums) {
            out.copy_from_slice(sums);
        }
    }
}

/// sums_i(k) += sum_j tile(j, k) (x_i(j) - origin_i(k)) for the coordinates from `first` on, as many as `sums` has.
#[inline(always)]
pub(super) fn moments(tile: &[f64], x: Rows<'_>, first: usize, from: usize, origin: &[Lanes], sums: &mut [Lanes]) {
    for (group, out) in sums.chunks_mut(ROWS).enumerate() {
        let i = group * ROWS;
        let origin = if origin.is_empty() { origin } else { &origin[i..i + out.len()] };
        match out.len() {
            1 => moment_rows::<1>(tile, x, first + i, from, origin, out),
            2 => moment_rows::<2>(tile, x, first + i, from, origin, out),
            3 => moment_rows::<3>(tile, x, first + i, from, origin, out),
            _ => moment_rows::<ROWS>(tile, x, first + i, from, origin, out),
        }
    }
}

#[inline(always)]
fn moment_rows<const R: usize>(
    tile: &[f64],
    x: Rows<'_>,
    first: usize,
    from: usize,
    origin: &[Lanes],
    sums: &mut [Lanes],
) {
    let count = tile.len() / LANES;
    let mut rows = [x.part(first, from, count); R];
    let mut total = [[0.0; LANES]; R];
    for r in 0..R {
        rows[r] = x.part(first + r, from, count);
        total[r] = sums[r];
    }
    if origin.is_empty() {
        for (j, w) in tile.chunks_exact(LANES).enumerate() {
            for r in 0..R {
                for l in 0..LANES {
                    total[r][l] = w[l].mul_add(rows[r][j], total[r][l]);
                }
            }
        }
    } else {
        let origin: &[Lanes; R] = origin.as_array().expect("as many rows");
        for (j, w) in tile.chunks_exact(LANES).enumerate() {
            for r in 0..R {
                for l in 0..LANES {
                    total[r][l] = w[l].mul_add(rows[r][j] - origin[r][l], total[r][l]);
                }
            }
        }
    }
    sums.copy_from_slice(&total);
}

/// sum_j tile(j, k), in four interleaved chains.
#[inline(always)]
pub(super) fn totals(tile: &[f64]) -> Lanes {
    let mut sums = [[0.0; LANES]; ROWS];
    for group in tile.chunks_exact(ROWS * LANES) {
        for r in 0..ROWS {
            for l in 0..LANES {
                sums[r][l] += group[r * LANES + l];
            }
        }
    }
    let mut total = [0.0; LANES];
    for l in 0..LANES {
        total[l] = (sums[0][l] + sums[2][l]) + (sums[1][l] + sums[3][l]);
    }
    total
}
