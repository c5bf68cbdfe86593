//! The circle with any matrices: Fourier sums, forward substitution and the implicit method against ambient coordinates.

use nalgebra::DMatrix;
use std::ops::ControlFlow;
use tokenpark_dynamics::{
    CausalAttention, Head, ImplicitField, Mask, Model, PlaneField,
    SimdLevel, Tokens, VectorField, Weights,
};

fn angles(n: usize) -> Vec<f64> {
    (0..n).map(|i| (i as f64 * 0.754_877_666_246_693 + 0.1).fract() * 2.0 * std::f64::consts::PI).collect()
}

fn square(rows: [f64; 4]) -> DMatrix<f64> {
    DMatrix::from_row_slice(2, 2, &rows)
}

fn model(beta: f64, query: DMatrix<f64>, key: DMatrix<f64>, value: DMatrix<f64>) -> Model {
    Model::new(2, beta, Mask::Causal, Weights::Softmax, Head { query, key, value }).expect("a valid model")
}

/// Scalar and skew, singular and none, rotating, repelling.
fn models(beta: f64) -> Vec<Model> {
    let (one, zero) = (DMatrix::identity(2, 2), DMatrix::zeros(2, 2));
    let some = square([0.3, -0.8, 0.9, 0.4]);
    let other = square([-0.6, 0.2, 0.5, 1.1]);
    let turn = square([0.6, -0.8, 0.8, 0.6]);
    let flat = square([0.5, 1.0, 0.25, 0.5]);
    [
        (&one, &one, &some),
        (&some, &other, &one),
        (&some, &some, &(-1.3 * &one)),
        (&other, &some, &other),
        (&turn, &one, &turn),
        (&flat, &one, &one),
        (&some, &flat, &flat),
        (&zero, &one, &some),
        (&one, &(-1.0 * &one), &one),
    ]
    .map(|(q, k, v)| model(beta, q.clone(), k.clone(), v.clone()))
    .into()
}

/// Velocities of the angles by the field in ambient coordinates.
fn ambient(model: &Model, angles: &[f64]) -> Vec<f64> {
    let n = angles.len();
    let tokens = Tokens::from_angles(angles).expect("tokens");
    let mut out = vec![0.0; 2 * n];
    CausalAttention::new(model, n).expect("causal").velocity(0.0, tokens.state(), &mut out);
    let (x, y) = tokens.state().split_at(n);
    (0..n).map(|k| x[k] * out[n + k] - y[k] * out[k]).collect()
}

fn velocity(model: &Model, angles: &[f64], noise: f64) -> (Vec<f64>, usize) {
    let mut out = vec![0.0; angles.len()];
    let mut field = PlaneField::new(model, angles.len()).expect("causal, softmax, d = 2").with_noise(noise);
    field.velocity(0.0, angles, &mut out);
    (out, field.direct_tokens().len())
}

/// Z_k in units of the largest weight possible.
fn weight(model: &Model, angles: &[f64], k: usize) -> f64 {
    let a = model.scores();
    let (s, c) = (libm::sin(angles[k]), libm::cos(angles[k]));
    let p = (a[(0, 0)] * c + a[(0, 1)] * s, a[(1, 0)] * c + a[(1, 1)] * s);
    let radius = libm::hypot(p.0, p.1);
    (0..=k).map(|j| libm::exp(p.0 * libm::cos(angles[j]) + p.1 * libm::sin(angles[j]) - radius)).sum()
}

#[test]
fn val_direct_sums_agree_with_ambient_ones() {
    for beta in [0.0, 1.0, 64.0, 4000.0, 1e150] {
        for (m, model) in models(beta).iter().enumerate() {
            let state = angles(150);
            let (direct, _) = velocity(model, &state, 0.0);
            for (k, (a, b)) in direct.iter().zip(ambient(model, &state)).enumerate() {
                let allowed = 1e-15 * (10.0 + beta.min(1e4));
                assert!((a - b).abs() < allowed || beta > 1e4 && a.is_finite(), "model {m}, token {k}: {a} {b}");
            }
        }
    }
}

/// Science: the error of token k is about eps k / Z_k; a factor 4 is allowed.
#[test]
fn val_fourier_sums_agree_with_direct_ones() {
    for (n, beta) in [(40, 0.0), (300, 64.0), (2000, 64.0), (3000, 400.0), (500, 1.0), (500, 1e-9), (4000, 9.0)] {
        for (m, model) in models(beta).iter().enumerate() {
            let state = angles(n);
            let (direct, _) = velocity(model, &state, 0.0);
            let (fourier, fallen) = velocity(model, &state, f64::INFINITY);
            let (mixed, _) = velocity(model, &state, 1e-12);
            assert_eq!(fallen, 0);
            let size = model.head().value.norm();
            for k in 0..n {
                let unit = f64::EPSILON * (k + 1) as f64 / weight(model, &state, k);
                let error = (fourier[k] - direct[k]).abs();
                assert!(error <= 4.0 * size * unit, "beta {beta}, model {m}, token {k} of {n}: {error:e}, {unit:e}");
                let error = (mixed[k] - direct[k]).abs();
                assert!(error <= 2e-12 * size, "beta {beta}, model {m}, token {k} of {n}: {error:e}");
            }
        }
    }
}

/// (shift I - J) u = r, with J u by extrapolated central differences of the direct field.
#[test]
fn val_substitution_inverts_the_jacobian() {
    for (n, beta, noise) in [(40, 3.0, 0.0), (40, 25.0, 0.0), (300, 25.0, f64::INFINITY), (300, 25.0, 1e-9), (300, 1e-6, 1.0)] {
        for (m, model) in models(beta).iter().enumerate() {
            let (state, shift) = (angles(n), 9.0);
            let mut field = PlaneField::new(model, n).expect("fits").with_noise(noise);
            let mut exact = PlaneField::new(model, n).expect("fits").with_noise(0.0);
            let (mut velocity, mut u) = (vec![0.0; n], vec![0.0; n]);
            let rhs: Vec<f64> = (0..n).map(|k| libm::sin(1.0 + 3.0 * k as f64)).collect();
            field.linearize(0.0, &state, &mut velocity);
            field.substitute(shift, &rhs, &mut u);
            let mut difference = |h: f64| {
                let mut moved = |h: f64| {
                    let at: Vec<f64> = state.iter().zip(&u).map(|(x, u)| x + h * u).collect();
                    let mut out = vec![0.0; n];
                    exact.velocity(0.0, &at, &mut out);
                    out
                };
                let (plus, minus) = (moved(h), moved(-h));
                plus.iter().zip(&minus).map(|(a, b)| (a - b) / (2.0 * h)).collect::<Vec<_>>()
            };
            let h = 1e-3 / u.iter().fold(1.0, |m: f64, u| m.max(u.abs()));
            let (a, b) = (difference(h), difference(0.5 * h));
            let scale = shift * u.iter().fold(0.0, |m: f64, u| m.max(u.abs()));
            for k in 0..n {
                let product = (4.0 * b[k] - a[k]) / 3.0;
                let residual = shift * u[k] - product - rhs[k];
                // The Fourier substitution is rough: Newton's method corrects for it.
                let own = weight(model, &state, k);
                let allowed = if noise == 0.0 { 1e-8 } else { 1e-8 + 1e-3 };
                assert!(noise == f64::INFINITY && own < 1e-4 || residual.abs() < allowed * scale, "beta {beta}, model {m}, token {k} of {n}, noise {noise}: {residual:e} {scale:e}");
            }
        }
    }
}
