//! The linearisation and its linear systems.

use super::*;
use tokenpark_dynamics::{CausalAttention, ImplicitField, SimdLevel, VectorField};

/// J u at `state` by Richardson-extrapolated central differences, in the charts of the linearisation at `state`.
pub(crate) fn jacobian_times(field: &mut CausalAttention, state: &[f64], u: &[f64]) -> Vec<f64> {
    let mut difference = |h: f64| {
        let mut velocities = [vec![0.0; state.len()], vec![0.0; state.len()]];
        for (sign, velocity) in [1.0, -1.0].into_iter().zip(&mut velocities) {
            let moved: Vec<f64> = state.iter().zip(u).map(|(x, u)| x + sign * h * u).collect();
            field.velocity(0.0, &moved, velocity);
        }
        let [up, down] = velocities;
        up.iter().zip(&down).map(|(a, b)| (a - b) / (2.0 * h)).collect::<Vec<_>>()
    };
    let h = 2e-3 / u.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    let (a, b, c) = (difference(h), difference(h / 2.0), difference(h / 4.0));
    (0..a.len()).map(|i| (64.0 * c[i] - 20.0 * b[i] + a[i]) / 45.0).collect()
}

pub(crate) fn tangential(state: &[f64], n: usize, seed: f64) -> Vec<f64> {
    let d = state.len() / n;
    let mut u: Vec<f64> = (0..n * d).map(|i| (i as f64 * 0.3819 + seed).fract() - 0.5).collect();
    for k in 0..n {
        let along: f64 = (0..d).map(|i| u[i * n + k] * state[i * n + k]).sum();
        let square: f64 = (0..d).map(|i| state[i * n + k] * state[i * n + k]).sum();
        (0..d).for_each(|i| u[i * n + k] -= along / square * state[i * n + k]);
    }
    u
}

#[test]
fn val_velocity_agrees_with_the_explicit_field() {
    for d in [2, 3, 5, 8, 9, 16, 30] {
        for model in models(d, 2.0) {
            let (n, start) = (37, scattered(37, d));
            let (mut here, mut there) = (vec![0.0; n * d], vec![0.0; n * d]);
            CausalAttention::new(&model, n).expect("causal").velocity(0.0, start.state(), &mut here);
            Attention::new(model, n).velocity(0.0, start.state(), &mut there);
            assert!(distance(&here, &there) <= 1e-13 * norm(&there), "{d}: {:e}", distance(&here, &there));
        }
    }
}

#[test]
fn val_substitution_inverts_the_jacobian_by_differences() {
    for (d, n) in [(2, 5), (3, 5), (3, 21), (5, 19), (9, 12), (12, 30)] {
        for (m, model) in models(d, 1.7).iter().enumerate() {
            let mut state = scattered(n, d).state().to_vec();
            // Off the sphere: lengths must not matter.
            (0..n * d).for_each(|i| state[i] *= 1.0 + 0.01 * (i % n) as f64);
            let mut field = CausalAttention::new(model, n).expect("causal");
            let mut velocity = vec![0.0; n * d];
            field.linearize(0.0, &state, &mut velocity);
            for shift in [30.0, 1.0, 0.1] {
                let rhs = tangential(&state, n, 0.37 * shift);
                let mut u = vec![0.0; n * d];
                field.substitute(shift, &rhs, &mut u);
                let product = jacobian_times(&mut field, &state, &u);
                let residual: Vec<f64> = (0..n * d).map(|i| shift * u[i] - product[i] - rhs[i]).collect();
                let scale = norm(&product) + shift * norm(&u) + norm(&rhs);
                let ratio = norm(&residual) / scale;
                assert!(ratio < 1e-9, "d {d} n {n} model {m} shift {shift}: {ratio:e}");
            }
        }
    }
}

#[test]
fn prop_velocities_stay_in_the_chart() {
    for model in models(3, 4.0) {
        let (n, d, start) = (20, 3, scattered(20, 3));
        let mut field = CausalAttention::new(&model, n).expect("causal");
        let (mut velocity, mut chart) = (vec![0.0; n * d], vec![0.0; n * d]);
        let moved: Vec<f64> = start.state().iter().enumerate().map(|(i, x)| x + 0.1 * libm::sin(i as f64)).collect();
        field.velocity(0.0, &moved, &mut velocity);
        field.linearize(0.0, start.state(), &mut chart);
        field.velocity(0.0, &moved, &mut chart);
        for k in 0..n {
            let token = |v: &[f64]| (0..d).map(|i| v[i * n + k]).collect::<Vec<_>>();
            let (x, base, f, g) = (token(&moved), token(start.state()), token(&velocity), token(&chart));
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
            assert!(dot(&base, &g).abs() < 1e-14 * (1.0 + norm(&g)));
            // The difference is radial.
            let change: Vec<f64> = f.iter().zip(&g).map(|(a, b)| a - b).collect();
            let along = dot(&change, &x) / dot(&x, &x);
            let rest: Vec<f64> = change.iter().zip(&x).map(|(c, x)| c - along * x).collect();
            assert!(norm(&rest) < 1e-14 * (1.0 + norm(&f)));
        }
    }
}

/// With two far tokens everything is as small as the weight: velocities, J and J u keep their digits.
#[test]
fn prop_tiny_velocities_keep_their_digits() {
    for (beta, d) in [(60.0, 3), (60.0, 16), (360.0, 3), (360.0, 12)] {
        let angle = 2.4_f64;
        let mut state = vec![0.0; 2 * d];
        (state[0], state[1], state[3]) = (1.0, libm::cos(angle), libm::sin(angle));
        let mut field = CausalAttention::new(&causal(d, beta), 2).expect("causal");
        let mut velocity = vec![0.0; 2 * d];
        field.linearize(0.0, &state, &mut velocity);
        let e = libm::exp(beta * (1.0 - libm::cos(angle)));
        let speed = libm::sin(angle) / (1.0 + e);
        let rate = libm::cos(angle) / (1.0 + e) - libm::sin(angle) * libm::sin(angle) * beta / (1.0 + e);
        let measured = velocity[1] * libm::sin(angle) - velocity[3] * libm::cos(angle);
        assert!((measured / speed - 1.0).abs() < 1e-10, "{:e}", measured / speed - 1.0);
        // dphi/dt = -speed(phi), so along the meridian (shift + speed') u = r.
        for factor in [1.0, 1e-3, 1e3] {
            let shift = factor * rate.abs();
            let mut u = vec![0.0; 2 * d];
            field.substitute(shift, &velocity, &mut u);
            let along = u[1] * libm::sin(angle) - u[3] * libm::cos(angle);
            let expected = speed / (shift + rate);
            if (shift + rate).abs() > 0.1 * shift {
                assert!((along / expected - 1.0).abs() < 1e-10, "{beta} {d}: {:e}", along / expected - 1.0);
            }
        }
    }
}

#[test]
fn prop_bits_do_not_depend_on_the_level() {
    for (d, n) in [(2, 40), (3, 131), (7, 29), (16, 140), (21, 50)] {
        for model in models(d, 3.0) {
            let start = scattered(n, d);
            let mut results = SimdLevel::available().into_iter().map(|level| {
                let mut field = CausalAttention::with_level(&model, n, level).expect("causal");
                let mut out = vec![vec![0.0; n * d]; 4];
                field.linearize(0.0, start.state(), &mut out[0]);
                let rhs = out[0].clone();
                field.substitute(0.7, &rhs, &mut out[1]);
                let moved: Vec<f64> = start.state().iter().zip(&out[1]).map(|(x, u)| x + 0.1 * u).collect();
                field.velocity(0.0, &moved, &mut out[2]);
                field.substitute(1e-3, &rhs, &mut out[3]);
                out.into_iter().flatten().map(f64::to_bits).collect::<Vec<_>>()
            });
            let first = results.next().expect("the portable level");
            assert!(results.all(|other| other == first));
        }
    }
}

#[test]
fn prop_the_first_tokens_are_a_closed_system() {
    let (d, n, few) = (3, 150, 133);
    for model in &models(d, 3.0)[..4] {
        let all = scattered(n, d);
        let part: Vec<f64> = (0..d).flat_map(|i| all.coordinate(i)[..few].to_vec()).collect();
        let run = |state: &[f64], n: usize| {
            let mut field = CausalAttention::new(model, n).expect("causal");
            let (mut velocity, mut u) = (vec![0.0; n * d], vec![0.0; n * d]);
            field.linearize(0.0, state, &mut velocity);
            field.substitute(0.3, &velocity, &mut u);
            (0..d).flat_map(|i| u[i * n..i * n + few].to_vec()).collect::<Vec<_>>()
        };
        assert_eq!(run(all.state(), n), run(&part, few));
    }
}

#[test]
fn prop_recomputed_weights_are_the_stored_ones() {
    // More tokens than are kept: the first ones must solve the same systems.
    let (d, n, few) = (2, 4200, 300);
    let all = scattered(n, d);
    let part: Vec<f64> = (0..d).flat_map(|i| all.coordinate(i)[..few].to_vec()).collect();
    let run = |state: &[f64], n: usize| {
        let mut field = CausalAttention::new(&causal(d, 9.0), n).expect("causal");
        let (mut velocity, mut u) = (vec![0.0; n * d], vec![0.0; n * d]);
        field.linearize(0.0, state, &mut velocity);
        field.substitute(0.3, &velocity, &mut u);
        (0..d).flat_map(|i| u[i * n..i * n + few].to_vec()).collect::<Vec<_>>()
    };
    assert_eq!(run(all.state(), n), run(&part, few));
}

/// (s - J) u = r implies (t - J) u = r + (t - s) u.
#[test]
fn val_substitution_solves_its_system() {
    for (d, n) in [(2, 30), (3, 61), (16, 40)] {
        for model in models(d, 1.0) {
            let start = scattered(n, d);
            let mut field = CausalAttention::new(&model, n).expect("causal");
            let (mut velocity, mut u, mut again) = (vec![0.0; n * d], vec![0.0; n * d], vec![0.0; n * d]);
            field.linearize(0.0, start.state(), &mut velocity);
            let rhs = tangential(start.state(), n, 0.2);
            let (s, t) = (4.0, 11.0);
            field.substitute(s, &rhs, &mut u);
            let other: Vec<f64> = rhs.iter().zip(&u).map(|(r, u)| r + (t - s) * u).collect();
            field.substitute(t, &other, &mut again);
            assert!(distance(&u, &again) < 1e-12 * norm(&u), "{d}: {:e}", distance(&u, &again) / norm(&u));
        }
    }
}
