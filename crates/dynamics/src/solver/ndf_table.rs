//! Coefficients of the numerical differentiation formulas, and differences under a change of step.

/// The highest order.
pub(crate) const ORDERS: usize = 5;
/// Klopfenstein's kappa_k.
const KAPPA: [f64; ORDERS + 1] = [0.0, -0.1850, -1.0 / 9.0, -0.0823, -0.0415, 0.0];
/// gamma_k = 1 + 1/2 + ... + 1/k.
pub(crate) const GAMMA: [f64; ORDERS + 1] = [0.0, 1.0, 1.5, 11.0 / 6.0, 25.0 / 12.0, 137.0 / 60.0];
/// kappa_k gamma_k + 1/(k+1): the error of a step of order k, in units of its correction.
pub(crate) const ERROR: [f64; ORDERS + 1] = [
    1.0,
    KAPPA[1] * GAMMA[1] + 1.0 / 2.0,
    KAPPA[2] * GAMMA[2] + 1.0 / 3.0,
    KAPPA[3] * GAMMA[3] + 1.0 / 4.0,
    KAPPA[4] * GAMMA[4] + 1.0 / 5.0,
    KAPPA[5] * GAMMA[5] + 1.0 / 6.0,
];

/// (1 - kappa_k) gamma_k, the leading coefficient.
pub(crate) fn lead(order: usize) -> f64 {
    (1.0 - KAPPA[order]) * GAMMA[order]
}

/// Components that are rescaled together.
const CHUNK: usize = 8;

type Matrix = [[f64; ORDERS + 1]; ORDERS + 1];

/// Column j of R(c): the products of (i - 1 - c j) / i.
fn products(order: usize, c: f64) -> Matrix {
    let mut m = Matrix::default();
    m[0] = [1.0; ORDERS + 1];
    for i in 1..=order {
        let above = m[i - 1];
        for (j, entry) in m[i].iter_mut().enumerate().take(order + 1).skip(1) {
            *entry = above[j] * ((i as f64 - 1.0 - c * j as f64) / i as f64);
        }
    }
    m
}

/// Replaces the differences of step h by those of step `ratio` * h on the same interpolating polynomial.
pub(crate) fn rescale(differences: &mut [Vec<f64>], ratio: f64) {
    let order = differences.len() - 1;
    let (r, u) = (products(order, ratio), products(order, 1.0));
    let mut change = Matrix::default();
    for i in 1..=order {
        for j in 1..=order {
            for k in 1..=order {
                change[i][j] += r[i][k] * u[k][j];
            }
        }
    }
    let length = differences[0].len();
    for start in (0..length).step_by(CHUNK) {
        let chunk = start..length.min(start + CHUNK);
        let mut old = [[0.0; CHUNK]; ORDERS + 1];
        for (o, d) in old.iter_mut().zip(differences.iter()) {
            o[..chunk.len()].copy_from_slice(&d[chunk.clone()]);
        }
        for (j, difference) in differences.iter_mut().enumerate().skip(1) {
            let mut value = [0.0; CHUNK];
            for i in 1..=order {
                for (v, o) in value.iter_mut().zip(&old[i]) {
                    *v += change[i][j] * o;
                }
            }
            let values = &value[..chunk.len()];
            difference[chunk.clone()].copy_from_slice(values);
        }
    }
}
