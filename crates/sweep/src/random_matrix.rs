//! Matrices from normal numbers, in plain loops of fixed order: the same bits on every machine.

use nalgebra::DMatrix;

/// Independent entries, row by row.
pub(crate) fn gaussian(rows: usize, columns: usize, deviation: f64, normal: &mut dyn FnMut() -> f64) -> DMatrix<f64> {
    let entries: Vec<f64> = (0..rows * columns).map(|_| deviation * normal()).collect();
    DMatrix::from_row_slice(rows, columns, &entries)
}

/// (G + G^T) / sqrt(2): entries off the diagonal have the standard deviation, those on it sqrt(2) times that.
pub(crate) fn symmetric(d: usize, deviation: f64, normal: &mut dyn FnMut() -> f64) -> DMatrix<f64> {
    let g = gaussian(d, d, deviation, normal);
    DMatrix::from_fn(d, d, |i, j| (g[(i, j)] + g[(j, i)]) * std::f64::consts::FRAC_1_SQRT_2)
}

/// Uniform among the orthogonal matrices (Haar): the rows of a Gaussian one made orthonormal by Gram and Schmidt, twice
/// for rounding.
pub(crate) fn orthogonal(d: usize, normal: &mut dyn FnMut() -> f64) -> DMatrix<f64> {
    let mut rows: Vec<Vec<f64>> = Vec::with_capacity(d);
    for _ in 0..d {
        let mut row: Vec<f64> = (0..d).map(|_| normal()).collect();
        for _ in 0..2 {
            for other in &rows {
                let along = dot(&row, other);
                row.iter_mut().zip(other).for_each(|(x, y)| *x -= along * y);
            }
            let length = dot(&row, &row).sqrt();
            row.iter_mut().for_each(|x| *x /= length);
        }
        rows.push(row);
    }
    DMatrix::from_fn(d, d, |i, j| rows[i][j])
}

/// B D B^-1 with the basis B and the eigenvalues on D's diagonal; a pair re ± i im is the block ((re, -im), (im, re)).
pub(crate) fn with_spectrum(eigenvalues: &[[f64; 2]], basis: &DMatrix<f64>) -> DMatrix<f64> {
    let d = basis.nrows();
    let mut scaled = DMatrix::zeros(d, d);
    let mut at = 0;
    for &[re, im] in eigenvalues {
        for i in 0..d {
            if im == 0.0 {
                scaled[(i, at)] = basis[(i, at)] * re;
            } else {
                let (a, b) = (basis[(i, at)], basis[(i, at + 1)]);
                (scaled[(i, at)], scaled[(i, at + 1)]) = (a * re + b * im, b * re - a * im);
            }
        }
        at += if im == 0.0 { 1 } else { 2 };
    }
    divide(scaled, basis)
}

/// X with X B = A, by elimination of columns with pivoting.
fn divide(mut a: DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    let (d, mut b) = (b.nrows(), b.clone());
    for i in 0..d {
        let size = |j: usize, b: &DMatrix<f64>| b[(i, j)].abs();
        let pivot = (i..d).fold(i, |best, j| if size(j, &b) > size(best, &b) { j } else { best });
        a.swap_columns(i, pivot);
        b.swap_columns(i, pivot);
        for j in (0..d).filter(|&j| j != i) {
            let factor = b[(i, j)] / b[(i, i)];
            for row in 0..d {
                a[(row, j)] -= factor * a[(row, i)];
                b[(row, j)] -= factor * b[(row, i)];
            }
        }
    }
    DMatrix::from_fn(d, d, |row, j| a[(row, j)] / b[(j, j)])
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).fold(0.0, |sum, (x, y)| sum + x * y)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers() -> impl FnMut() -> f64 {
        let mut k = 0.0;
        move || {
            k += 1.0;
            (k * k * 0.754_877_666_246_693_f64).fract() - 0.5
        }
    }

    #[test]
    fn val_orthogonal_matrices_are() {
        for d in [2, 3, 8, 40] {
            let q = orthogonal(d, &mut numbers());
            assert!((&q * q.transpose() - DMatrix::identity(d, d)).amax() < 1e-14, "{d}");
        }
    }

    #[test]
    fn val_spectra_are_the_eigenvalues() {
        let eigenvalues = [[2.0, 0.0], [-1.0, 3.0], [0.5, 0.0]];
        for basis in [gaussian(4, 4, 1.0, &mut numbers()), orthogonal(4, &mut numbers())] {
            let found = with_spectrum(&eigenvalues, &basis).complex_eigenvalues();
            for (re, im) in [(2.0, 0.0), (-1.0, 3.0), (-1.0, -3.0), (0.5, 0.0)] {
                let near = |z: &&nalgebra::Complex<f64>| (z.re - re).abs() + (z.im - im).abs() < 1e-9;
                assert_eq!(found.iter().filter(near).count(), 1, "{found}");
            }
        }
    }

    #[test]
    fn prop_symmetric_matrices_are() {
        let s = symmetric(5, 2.0, &mut numbers());
        assert_eq!(s, s.transpose());
    }
}
