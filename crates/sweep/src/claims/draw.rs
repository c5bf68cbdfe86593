//! Random matrices and starts of the claims' experiments, written out into their manifests.

use crate::seed::Stream;
use nalgebra::DMatrix;

/// Random bases are drawn again until their condition number is below this, so that eigenvectors of different
/// eigenvalues can be told apart by the margins of a final configuration.
const WORST_CONDITION: f64 = 10.0;

/// Independent normal entries.
pub(super) fn gaussian(stream: &mut Stream, d: usize, deviation: f64) -> DMatrix<f64> {
    let entries: Vec<f64> = (0..d * d).map(|_| deviation * stream.normal()).collect();
    DMatrix::from_row_slice(d, d, &entries)
}

/// A basis with normal entries, of condition number below 10.
pub(super) fn basis(stream: &mut Stream, d: usize) -> DMatrix<f64> {
    loop {
        let matrix = gaussian(stream, d, 1.0);
        let sizes = matrix.singular_values();
        if sizes.max() < WORST_CONDITION * sizes.min() {
            return matrix;
        }
    }
}

/// An orthogonal matrix, uniformly: Gram and Schmidt on normal vectors.
pub(super) fn orthogonal(stream: &mut Stream, d: usize) -> DMatrix<f64> {
    let mut matrix = basis(stream, d);
    for j in 0..d {
        for i in 0..j {
            let along = matrix.column(i).dot(&matrix.column(j));
            let axis = matrix.column(i).clone_owned();
            matrix.column_mut(j).axpy(-along, &axis, 1.0);
        }
        let length = matrix.column(j).norm();
        matrix.column_mut(j).unscale_mut(length);
    }
    matrix
}

/// B M B^{-1}.
pub(super) fn conjugate(basis: &DMatrix<f64>, matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let inverse = basis.clone().try_inverse().unwrap_or_else(|| basis.transpose());
    times(&times(basis, matrix), &inverse)
}

/// A product in fixed order.
pub(super) fn times(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(a.nrows(), b.ncols(), |i, j| (0..a.ncols()).fold(0.0, |sum, l| sum + a[(i, l)] * b[(l, j)]))
}

/// The diagonal matrix.
pub(super) fn diagonal(entries: &[f64]) -> DMatrix<f64> {
    DMatrix::from_diagonal(&entries.to_vec().into())
}

/// A uniform unit vector.
pub(super) fn direction(stream: &mut Stream, d: usize) -> Vec<f64> {
    let vector: Vec<f64> = (0..d).map(|_| stream.normal()).collect();
    let length = vector.iter().fold(0.0, |sum, x| sum + x * x).sqrt();
    vector.iter().map(|x| x / length).collect()
}

/// A number of [from, to).
pub(super) fn between(stream: &mut Stream, from: f64, to: f64) -> f64 {
    from + (to - from) * stream.uniform()
}

/// A matrix as manifests write it.
pub(super) fn toml(matrix: &DMatrix<f64>) -> String {
    format!("{{ matrix = {:?} }}", rows(matrix))
}

/// Its rows.
pub(super) fn rows(matrix: &DMatrix<f64>) -> Vec<Vec<f64>> {
    matrix.row_iter().map(|row| row.iter().copied().collect()).collect()
}
