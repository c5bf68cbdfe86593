//! The circle with any matrices: Fourier sums, forward substitution and the implicit method against ambient coordinates.

use crate::{causal, largest_distance};
use nalgebra::DMatrix;
use std::ops::ControlFlow;
use tokenpark_dynamics::{
    CausalAttention, DormandPrince5, Followed, Head, ImplicitField, Kernel, Mask, Method, Model, PiController,
    PlaneField, Problem, SaveAt, SimdLevel, Solution, Termination, Tokens, Tolerance, VectorField, Weights, follow,
    solve,
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
    let a = model.heads()[0].scores(model.beta());
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
            let size = model.heads()[0].value.norm();
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
    for (n, beta, noise) in
        [(40, 3.0, 0.0), (40, 25.0, 0.0), (300, 25.0, f64::INFINITY), (300, 25.0, 1e-9), (300, 1e-6, 1.0)]
    {
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
                assert!(
                    noise == f64::INFINITY && own < 1e-4 || residual.abs() < allowed * scale,
                    "beta {beta}, model {m}, token {k} of {n}, noise {noise}: {residual:e} {scale:e}"
                );
            }
        }
    }
}

fn explicit(model: &Model, start: &Tokens, until: f64) -> Solution {
    let problem = Problem {
        from: 0.0,
        start: start.state(),
        until,
        save_at: SaveAt(&[]),
        tolerance: Tolerance { rtol: 1e-12, atol: 1e-12 },
    };
    let mut field = CausalAttention::new(model, start.len()).expect("causal");
    let mut method = DormandPrince5::default();
    solve(&mut field, &mut method, &mut PiController::default(), problem, &mut |_| ControlFlow::Continue(()))
}

fn solved(model: &Model, (method, kernel): (Method, Kernel), start: &Tokens, until: f64, tolerance: f64) -> Followed {
    let tolerance = Tolerance { rtol: tolerance, atol: tolerance };
    let problem = Problem { from: 0.0, start: start.state(), until, save_at: SaveAt(&[]), tolerance };
    follow(model, method, kernel, problem, &mut |_| ControlFlow::Continue(())).expect("both solve these models")
}

#[test]
fn val_ndf_agrees_with_the_explicit_method() {
    for beta in [0.0, 2.0, 30.0] {
        for (m, model) in models(beta).iter().enumerate() {
            let start = Tokens::from_angles(&angles(90)).expect("tokens");
            let expected = explicit(model, &start, 3.0);
            assert_eq!(expected.termination, Termination::Reached);
            for how in [(Method::Ndf, Kernel::Auto), (Method::Ndf, Kernel::Direct), (Method::Auto, Kernel::Auto)] {
                let found = solved(model, how, &start, 3.0, 1e-8);
                assert!(how.0 == Method::Auto || found.method == "ndf", "{}", found.method);
                let error = largest_distance(&found.solution.state, &expected.state);
                assert!(error < 1e-5, "beta {beta}, model {m}, {how:?}: {error:e}");
            }
        }
    }
}

#[test]
fn prop_bits_are_the_same_at_every_level() {
    let state = angles(150);
    for model in models(16.0) {
        let mut seen: Vec<Vec<u64>> = Vec::new();
        for level in SimdLevel::available() {
            let mut field = PlaneField::with_level(&model, 150, level).expect("fits").with_noise(1e-11);
            let (mut v, mut u) = (vec![0.0; 150], vec![0.0; 150]);
            field.linearize(1e3, &state, &mut v);
            field.substitute(0.3, &state, &mut u);
            seen.push(v.iter().chain(&u).map(|x| x.to_bits()).collect());
            field.velocity(0.1, &u, &mut v);
            seen.last_mut().expect("pushed").extend(v.iter().map(|x| x.to_bits()));
        }
        assert!(seen.windows(2).all(|w| w[0] == w[1]));
    }
}

#[test]
fn prop_the_kernel_can_be_forced_and_is_recorded() {
    let start = Tokens::from_angles(&angles(200)).expect("tokens");
    let both = [causal(2, 9.0), models(9.0).swap_remove(0)];
    for model in &both {
        let used = |kernel, until| solved(model, (Method::Auto, kernel), &start, until, 1e-6).kernel;
        assert_eq!(used(Kernel::Auto, 1.0), "fourier");
        assert_eq!(used(Kernel::Direct, 1.0), "direct");
        assert_eq!(used(Kernel::Fourier, 20.0), "fourier");
    }
    assert_eq!(solved(&both[0], (Method::Auto, Kernel::Auto), &start, 1e12, 1e-6).kernel, "fourier, direct");
    assert_eq!(
        solved(&causal(3, 9.0), (Method::Auto, Kernel::Auto), &crate::scattered(20, 3), 1.0, 1e-6).kernel,
        "direct"
    );
    let refused = |model: &Model, method| {
        let tolerance = Tolerance { rtol: 1e-6, atol: 1e-6 };
        let state = crate::scattered(6, model.dimension());
        let problem = Problem { from: 0.0, start: state.state(), until: 1.0, save_at: SaveAt(&[]), tolerance };
        follow(model, method, Kernel::Fourier, problem, &mut |_| ControlFlow::Continue(())).expect_err("refused")
    };
    assert!(refused(&causal(3, 9.0), Method::Auto).to_string().contains("dimension 2"));
    assert!(refused(&causal(2, 9.0), Method::Rodas4).to_string().contains("method \"auto\" or \"ndf\""));
    assert!(refused(&models(1e12)[0], Method::Ndf).to_string().contains("below 1e10"));
}
