//! The fast circle: Fourier sums, forward substitution and the implicit method against direct sums and closed forms.

use crate::{causal, final_tokens, largest_distance};
use std::ops::ControlFlow;
use tokenpark_dynamics::{
    CircleField, Event, Followed, ImplicitField, Kernel, Method, Moment, Ndf, Problem, SaveAt, SimdLevel, Solver,
    Tokens, Tolerance, VectorField, follow, squared_chord,
};

fn angles(n: usize) -> Vec<f64> {
    (0..n).map(|i| (i as f64 * 0.754_877_666_246_693 + 0.1).fract() * 2.0 * std::f64::consts::PI).collect()
}

fn auto(beta: f64, start: &Tokens, until: f64, tolerance: f64) -> Followed {
    let problem = Problem {
        from: 0.0,
        start: start.state(),
        until,
        save_at: SaveAt(&[]),
        tolerance: Tolerance { rtol: 0.5 * tolerance, atol: 0.5 * tolerance },
    };
    follow(&causal(2, beta), Method::Auto, Kernel::Auto, problem, &mut |_| ControlFlow::Continue(()))
        .expect("auto solves everything")
}

/// Science: the error of token k is about eps k / Z_k; a factor 4 is allowed.
#[test]
fn val_fourier_sums_agree_with_direct_ones() {
    for (n, beta) in [(300, 64.0), (2000, 64.0), (2000, 400.0), (500, 1.0), (4000, 9.0)] {
        let state = angles(n);
        let velocity = |noise: f64| {
            let mut out = vec![0.0; n];
            CircleField::new(n, beta, 1.0).with_noise(noise).velocity(0.0, &state, &mut out);
            out
        };
        let (fourier, direct) = (velocity(f64::INFINITY), velocity(0.0));
        for k in 0..n {
            let weight: f64 = (0..=k).map(|j| libm::exp(beta * (libm::cos(state[j] - state[k]) - 1.0))).sum();
            let bound = 4.0 * f64::EPSILON * (k + 1) as f64 / weight;
            let error = (fourier[k] - direct[k]).abs();
            assert!(error <= bound, "n {n}, beta {beta}, token {k}: {error:e} above {bound:e}");
        }
    }
}

/// (shift I - J) u = r, with J u by central differences of the field.
#[test]
fn val_substitution_inverts_the_jacobian() {
    for (n, noise) in [(40, 0.0), (300, f64::INFINITY), (300, 0.0)] {
        let (state, shift) = (angles(n), 0.7);
        let mut field = CircleField::new(n, 25.0, 1.3).with_noise(noise);
        let (mut velocity, mut u) = (vec![0.0; n], vec![0.0; n]);
        let rhs: Vec<f64> = (0..n).map(|k| libm::sin(1.0 + 3.0 * k as f64)).collect();
        field.linearize(0.0, &state, &mut velocity);
        field.substitute(shift, &rhs, &mut u);
        let h = 1e-6 / u.iter().fold(1.0, |m: f64, u| m.max(u.abs()));
        let mut moved = |sign: f64| {
            let at: Vec<f64> = state.iter().zip(&u).map(|(x, u)| x + sign * h * u).collect();
            let mut out = vec![0.0; n];
            field.velocity(0.0, &at, &mut out);
            out
        };
        let (plus, minus) = (moved(1.0), moved(-1.0));
        let field_is_direct = field.direct_tokens().len() == n;
        for k in 0..n {
            let residual = shift * u[k] - (plus[k] - minus[k]) / (2.0 * h) - rhs[k];
            // The Fourier substitution is rough: Newton's method corrects for it.
            let allowed = if field_is_direct { 1e-4 } else { 1e-2 };
            assert!(residual.abs() < allowed, "n {n}, token {k}: {residual:e}");
        }
    }
}

#[test]
fn val_ndf_agrees_with_the_explicit_method() {
    let start = Tokens::from_angles(&angles(100)).expect("tokens");
    let Followed { solution: implicit, method, .. } = auto(64.0, &start, 50.0, 1e-10);
    assert_eq!(method, "ndf");
    let explicit = final_tokens(&causal(2, 64.0), &start, 50.0, 1e-12);
    let error = largest_distance(&implicit.state, explicit.state());
    assert!(error < 1e-6, "{error:e}");
}

/// Two causal tokens come within a gap at the time of the closed-form integral, up to times beyond 1e250.
#[test]
fn val_merging_times_up_to_beta_300() {
    let (from, gap) = (2.5, 0.07);
    for beta in [16.0, 64.0, 150.0, 300.0] {
        let start = Tokens::from_angles(&[0.0, from]).expect("two tokens");
        // The integral with e^{-beta (1 - cos from)} taken out, which keeps it finite.
        let top = beta * (1.0 - libm::cos(from));
        let scaled = |phi: f64| {
            let exponent = beta * (1.0 - libm::cos(phi)) - top;
            (libm::exp(-top) + libm::exp(exponent)) / libm::sin(phi)
        };
        let intervals = 400_000;
        let h = (from - gap) / f64::from(intervals);
        let inside: f64 =
            (1..intervals).map(|i| scaled(gap + f64::from(i) * h) * if i % 2 == 0 { 2.0 } else { 4.0 }).sum();
        let exact = libm::exp(top) * (scaled(gap) + inside + scaled(from)) * h / 3.0;
        let problem = Problem {
            from: 0.0,
            start: start.state(),
            until: 2.0 * exact,
            save_at: SaveAt(&[]),
            tolerance: Tolerance { rtol: 5e-11, atol: 5e-11 },
        };
        let (mut now, mut scratch, mut found, mut before) = (start.clone(), vec![0.0; 4], None, 1.0);
        let mut excess = |state: &[f64]| {
            now.copy_from(state);
            now.squared_chord(0, 1) - squared_chord(gap)
        };
        let followed = follow(&causal(2, beta), Method::Ndf, Kernel::Auto, problem, &mut |moment| {
            let event = Event::locate(moment, before, 1e-12, &mut scratch, &mut excess);
            if let Moment::Step { state, .. } = moment {
                before = excess(state);
            }
            found = found.or(event);
            ControlFlow::Continue(())
        })
        .expect("ndf solves the circle");
        let event = found.expect("they meet");
        let error = (event.time / exact - 1.0).abs();
        assert!(
            error < 1e-6,
            "beta {beta}: {:e} and {exact:e}, {error:e}, {:?}",
            event.time,
            followed.solution.statistics
        );
    }
}

/// Forty decades: all tokens in one place at the end, and not many steps.
#[test]
fn val_collapse_to_the_end_of_time() {
    let start = Tokens::from_angles(&angles(200)).expect("tokens");
    let Followed { solution, .. } = auto(64.0, &start, 1e60, 1e-6);
    let mut end = start.clone();
    end.copy_from(&solution.state);
    assert!((1..200).all(|k| end.squared_chord(0, k) < 1e-12), "not collapsed");
    assert!(end.squared_chord_to(0, &start, 0) < 1e-24, "token 0 never moves");
    assert!(solution.statistics.steps < 4000, "{:?}", solution.statistics);
}

#[test]
fn prop_bits_are_the_same_at_every_level() {
    let state = angles(150);
    let mut seen: Vec<Vec<u64>> = Vec::new();
    for level in SimdLevel::available() {
        let mut field = CircleField::with_level(150, 64.0, 1.0, level);
        let (mut v, mut u) = (vec![0.0; 150], vec![0.0; 150]);
        field.linearize(1e6, &state, &mut v);
        assert!(!field.direct_tokens().is_empty() && field.direct_tokens().len() < 150);
        field.substitute(0.3, &state, &mut u);
        seen.push(v.iter().chain(&u).map(|x| x.to_bits()).collect());
    }
    assert!(seen.windows(2).all(|w| w[0] == w[1]));
}

#[test]
fn val_ndf_orders() {
    // A single order with a fixed step on the two-token problem, started from exact values.
    let exact = |t: f64| {
        let (mut low, mut high) = (1e-3, 1.5);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if fine(1.5, middle) > t { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    };
    for order in 1..=5_usize {
        let error = |h: f64| {
            let mut field = CircleField::new(2, 1.0, 1.0);
            let past: Vec<Vec<f64>> = (0..=order).map(|i| vec![0.0, exact(2.0 - h * i as f64)]).collect();
            let mut ndf = Ndf::default();
            ndf.start_from(&mut field, 2.0, h, &past);
            let steps = (2.0 / h).round() as usize;
            for i in 1..=steps {
                ndf.fixed_step(&mut field, 2.0 + h * i as f64);
            }
            (Solver::<CircleField>::state(&ndf)[1] - exact(4.0)).abs()
        };
        let (coarse, fine) = (error(0.1), error(0.05));
        let slope = libm::log2(coarse / fine);
        assert!((slope - order as f64).abs() < 0.35, "order {order}: {slope} ({coarse:e}, {fine:e})");
    }
}

/// Like `two_tokens` for beta = 1, with few panels.
fn fine(from: f64, to: f64) -> f64 {
    let nodes = [
        -0.932_469_514_203_152,
        -0.661_209_386_466_264_5,
        -0.238_619_186_083_196_9,
        0.238_619_186_083_196_9,
        0.661_209_386_466_264_5,
        0.932_469_514_203_152,
    ];
    let weights = [
        0.171_324_492_379_170_3,
        0.360_761_573_048_138_6,
        0.467_913_934_572_691,
        0.467_913_934_572_691,
        0.360_761_573_048_138_6,
        0.171_324_492_379_170_3,
    ];
    // In the logarithm of the gap, 20 panels.
    let (a, b) = (libm::log(to), libm::log(from));
    let width = (b - a) / 20.0;
    let mut sum = 0.0;
    for panel in 0..20 {
        for (x, w) in nodes.iter().zip(weights) {
            let gap = libm::exp(a + width * (f64::from(panel) + 0.5 + 0.5 * x));
            sum +=
                w * 0.5 * width * gap * (1.0 + libm::exp(2.0 * libm::pow(libm::sin(0.5 * gap), 2.0))) / libm::sin(gap);
        }
    }
    sum
}
