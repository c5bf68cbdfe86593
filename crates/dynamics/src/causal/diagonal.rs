//! Each token's own block of the Jacobian, on the tangent space at the token, and its linear systems.
//!
//! The Householder reflection H with H x = -+e_1 takes the tangent space to the last d - 1 coordinates.

use super::maps::Maps;
use super::tile::Lanes;

/// Numbers of one token that its block needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// Sum over j < k of the weights.
    pub total: f64,
    /// The weight of the token itself.
    pub own: f64,
    /// 1 for softmax; the sum of all its weights without.
    pub share: f64,
    /// <x_k, m_k>.
    pub radial: f64,
    pub softmax: bool,
}

/// The blocks of all tokens and their factorisations for one shift.
#[derive(Debug, Clone)]
pub(super) struct Diagonal {
    dimension: usize,
    /// (d - 1) x (d - 1) a token, column by column.
    blocks: Vec<f64>,
    factors: Vec<f64>,
    pivots: Vec<usize>,
    /// Second moments of the token at hand, row by row.
    pub moment: Vec<f64>,
    unit: Vec<f64>,
    slope: Vec<f64>,
    lag: Vec<f64>,
    vectors: [Vec<f64>; 3],
    work: [Vec<f64>; 2],
}

impl Diagonal {
    pub fn new(tokens: usize, dimension: usize) -> Self {
        let (d, m) = (dimension, dimension - 1);
        let vector = vec![0.0; d];
        Self {
            dimension,
            blocks: vec![0.0; tokens * m * m],
            factors: vec![0.0; tokens * m * m],
            pivots: vec![0; tokens * m],
            moment: vec![0.0; d * d],
            unit: vector.clone(),
            slope: vector.clone(),
            lag: vector.clone(),
            vectors: [vector.clone(), vector.clone(), vector],
            work: [vec![0.0; d * d], vec![0.0; d * d]],
        }
    }

    /// Takes one token's vectors out of their lanes.
    #[inline(always)]
    pub fn gather(&mut self, unit: &[Lanes], slopes: &[Lanes], lags: &[Lanes], lane: usize) {
        for i in 0..self.dimension {
            self.unit[i] = unit[i][lane];
            self.slope[i] = slopes[i][lane];
            self.lag[i] = lags[i][lane];
        }
    }

    /// The block of token k, from its second moments and vectors (module `linearize` has the formula).
    #[inline(always)]
    pub fn assemble(&mut self, maps: &Maps, token: Token, k: usize) {
        self.differentiate_lag(maps, token);
        let d = self.dimension;
        let [turned, pulled, values] = &mut self.vectors;
        let [lag, matrix] = &mut self.work;
        maps.value.times(lag, d, matrix);
        maps.rest.add_to(token.share, d, matrix);
        if !token.softmax {
            maps.rest.apply(&self.unit, values);
            for (row, &value) in matrix.chunks_exact_mut(d).zip(values.iter()) {
                for ((entry, &t), &p) in row.iter_mut().zip(turned.iter()).zip(pulled.iter()) {
                    *entry = value.mul_add(token.own.mul_add(t, p), *entry);
                }
            }
        }
        matrix.iter_mut().step_by(d + 1).for_each(|entry| *entry -= token.radial);
        self.reflect(k);
    }

    /// The derivative of b_k by x_k, to the first matrix; t_k and A^T sum_j p_kj x_j to the first vectors.
    #[inline(always)]
    fn differentiate_lag(&mut self, maps: &Maps, token: Token) {
        let d = self.dimension;
        let [turned, pulled, mean] = &mut self.vectors;
        for ((mean, &unit), &lag) in mean.iter_mut().zip(&self.unit).zip(&self.lag) {
            *mean = token.total.mul_add(unit, lag);
        }
        maps.scores.apply_transposed(mean, pulled);
        maps.scores.apply_transposed(&self.unit, turned);
        for (turned, &slope) in turned.iter_mut().zip(&self.slope) {
            *turned += slope;
        }
        maps.scores.times_from_right(&self.moment, d, &mut self.work[0]);
        for (i, row) in self.work[0].chunks_exact_mut(d).enumerate() {
            for ((entry, &t), &p) in row.iter_mut().zip(turned.iter()).zip(pulled.iter()) {
                *entry = (-self.unit[i]).mul_add(p, *entry);
                if token.softmax {
                    *entry = (-self.lag[i]).mul_add((1.0 - token.total).mul_add(t, p), *entry);
                }
            }
            row[i] -= token.total;
        }
    }

    /// Keeps the tangential part of H T H.
    #[inline(always)]
    fn reflect(&mut self, k: usize) {
        let (d, m) = (self.dimension, self.dimension - 1);
        let mirror = Mirror::new(&mut self.unit);
        let [column, ..] = &mut self.vectors;
        let matrix = &mut self.work[1];
        column.fill(0.0);
        for (row, &h) in matrix.chunks_exact_mut(d).zip(mirror.normal) {
            mirror.apply(row);
            for (c, &entry) in column.iter_mut().zip(row.iter()) {
                *c = h.mul_add(entry, *c);
            }
        }
        let block = &mut self.blocks[k * m * m..][..m * m];
        for i in 0..m {
            let factor = -mirror.scale * mirror.normal[i + 1];
            for l in 0..m {
                block[l * m + i] = factor.mul_add(column[l + 1], matrix[(i + 1) * d + l + 1]);
            }
        }
    }

    /// Factorises shift I - block for all tokens.
    #[inline(always)]
    pub fn factorize(&mut self, shift: f64) {
        let m = self.dimension - 1;
        for (factor, &entry) in self.factors.iter_mut().zip(&self.blocks) {
            *factor = -entry;
        }
        for (matrix, pivots) in self.factors.chunks_exact_mut(m * m).zip(self.pivots.chunks_exact_mut(m)) {
            matrix.iter_mut().step_by(m + 1).for_each(|entry| *entry += shift);
            eliminate(matrix, pivots);
        }
    }

    /// Solves for token k in place; the vector has d - 1 components.
    #[inline(always)]
    pub fn solve(&self, k: usize, x: &mut [f64]) {
        let m = self.dimension - 1;
        let matrix = &self.factors[k * m * m..][..m * m];
        for (i, &pivot) in self.pivots[k * m..][..m].iter().enumerate() {
            x.swap(i, pivot);
        }
        for (i, column) in matrix.chunks_exact(m).enumerate() {
            let (known, rest) = x.split_at_mut(i + 1);
            subtract(known[i], &column[i + 1..], rest);
        }
        for (i, column) in matrix.chunks_exact(m).enumerate().rev() {
            let (rest, known) = x.split_at_mut(i);
            known[0] /= column[i];
            subtract(known[0], &column[..i], rest);
        }
    }
}

/// out -= factor * x.
#[inline(always)]
fn subtract(factor: f64, x: &[f64], out: &mut [f64]) {
    for (out, &x) in out.iter_mut().zip(x) {
        *out = (-factor).mul_add(x, *out);
    }
}

/// LU with partial pivoting in place, column by column.
#[inline(always)]
fn eliminate(matrix: &mut [f64], pivots: &mut [usize]) {
    let m = pivots.len();
    for i in 0..m {
        let column = &matrix[i * m..][..m];
        let pivot = (i + 1..m).fold(i, |best, l| if column[l].abs() > column[best].abs() { l } else { best });
        pivots[i] = pivot;
        if pivot != i {
            matrix.chunks_exact_mut(m).for_each(|column| column.swap(i, pivot));
        }
        let (left, right) = matrix.split_at_mut((i + 1) * m);
        let column = &mut left[i * m + i..];
        let inverse = 1.0 / column[0];
        column[1..].iter_mut().for_each(|entry| *entry *= inverse);
        for other in right.chunks_exact_mut(m) {
            let (top, below) = other.split_at_mut(i + 1);
            subtract(top[i], &column[1..], below);
        }
    }
}

/// The reflection I - scale h h^T that takes a unit vector to -+e_1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mirror<'a> {
    /// h.
    normal: &'a [f64],
    scale: f64,
}

impl<'a> Mirror<'a> {
    /// Turns the unit vector into h.
    #[inline(always)]
    pub fn new(unit: &'a mut [f64]) -> Self {
        let first = unit[0];
        unit[0] += if first < 0.0 { -1.0 } else { 1.0 };
        Self { scale: 1.0 / (1.0 + first.abs()), normal: unit }
    }

    /// x = H x.
    #[inline(always)]
    pub fn apply(self, x: &mut [f64]) {
        let along = self.normal.iter().zip(x.iter()).fold(0.0, |sum, (&h, &x)| h.mul_add(x, sum));
        let factor = -self.scale * along;
        for (x, &h) in x.iter_mut().zip(self.normal) {
            *x = factor.mul_add(h, *x);
        }
    }
}
