//! Solutions known in closed form.

use crate::{causal, final_tokens, inner, largest_distance};
use nalgebra::DMatrix;
use std::ops::ControlFlow;
use tokenpark_dynamics::{
    Attention, DormandPrince5, Event, Head, Mask, Model, Moment, PiController, Problem, SaveAt, Tokens, Tolerance,
    VectorField, Weights, solve, squared_chord,
};

fn with_value(value: DMatrix<f64>) -> Model {
    let d = value.nrows();
    Model::new(d, 3.0, Mask::Causal, Weights::Softmax, Head { value, ..Head::identity(d) }).expect("a valid model")
}

/// Lemma 3.1: x(t) = e^{tV} x(0) / |e^{tV} x(0)|.
#[test]
fn val_one_token_follows_the_exponential_of_v() {
    let start = Tokens::new(3, vec![0.6, 0.48, 0.64]).expect("a token");
    let diagonal = [1.0, 0.5, -1.0];
    let end = final_tokens(&with_value(DMatrix::from_diagonal(&diagonal.to_vec().into())), &start, 2.0, 1e-11);
    let exact = (0..3).map(|i| libm::exp(2.0 * diagonal[i]) * start.state()[i]).collect();
    let exact = Tokens::new(3, exact).expect("a token");
    assert!(largest_distance(end.state(), exact.state()) < 1e-10);
}

/// The same for a Jordan block: e^{tV} = e^t [[1, t], [0, 1]].
#[test]
fn val_one_token_in_a_jordan_block() {
    let start = Tokens::new(2, vec![-0.6, 0.8]).expect("a token");
    let value = DMatrix::from_row_slice(2, 2, &[1.0, 1.0, 0.0, 1.0]);
    let end = final_tokens(&with_value(value), &start, 5.0, 1e-11);
    let exact = Tokens::new(2, vec![-0.6 + 5.0 * 0.8, 0.8]).expect("a token");
    assert!(largest_distance(end.state(), exact.state()) < 1e-10);
}

/// Two causal tokens: dc/dt = (1 - c^2) e^{beta c} / (e^{beta c} + e^beta); times from c = 0 to c = 0.9.
#[test]
fn val_two_tokens_meet_on_time() {
    let start = Tokens::new(2, vec![1.0, 0.0, 0.0, 1.0]).expect("two tokens");
    let times = [(0.0, 2.944_438_979), (1.0, 3.834_056_252), (4.0, 16.780_591_73), (9.0, 928.178_270_7)];
    for (beta, time) in times {
        let end = final_tokens(&causal(2, beta), &start, time, 1e-11);
        assert!((inner(&end, 0, 1) - 0.9).abs() < 1e-8, "beta {beta}: {}", inner(&end, 0, 1));
    }
}

/// Full attention from an orthonormal start stays equiangular (arXiv 2512.01868):
/// SA drho/dt = 2 e^{beta rho}(1-rho)((n-1)rho+1)/(e^beta+(n-1)e^{beta rho}), USA with 2/n before.
#[test]
fn val_equiangular_start_follows_its_reduction() {
    let (n, beta, goal) = (4_usize, 2.0, 0.7);
    let m = n as f64 - 1.0;
    let start = Tokens::new(n, DMatrix::<f64>::identity(n, n).as_slice().to_vec()).expect("orthonormal tokens");
    for weights in [Weights::Softmax, Weights::Unnormalized] {
        let speed = |rho: f64| {
            let pull = libm::exp(beta * rho) * (1.0 - rho) * (m * rho + 1.0);
            match weights {
                Weights::Softmax => 2.0 * pull / (libm::exp(beta) + m * libm::exp(beta * rho)),
                Weights::Unnormalized => 2.0 * pull / n as f64,
            }
        };
        let time = simpson(|rho| 1.0 / speed(rho), 0.0, goal);
        let model = Model::new(n, beta, Mask::Full, weights, Head::identity(n)).expect("a valid model");
        let end = final_tokens(&model, &start, time, 1e-11);
        for (j, k) in [(0, 1), (1, 3), (2, 3)] {
            assert!((inner(&end, j, k) - goal).abs() < 1e-9, "{weights:?}: {}", inner(&end, j, k));
        }
    }
}

/// dphi/dt = -sin(phi) / (1 + e^{beta (1 - cos phi)}), to relative accuracy down to 1e-240.
#[test]
fn val_tiny_velocities_keep_their_digits() {
    for (beta, angle) in [(64.0, 0.3), (64.0, 1.0), (64.0, 2.5), (300.0, 2.5)] {
        let start = Tokens::from_angles(&[0.0, angle]).expect("two tokens");
        let mut out = vec![0.0; 4];
        Attention::new(causal(2, beta), 2).velocity(0.0, start.state(), &mut out);
        let sine = libm::sin(angle);
        let exact = sine / (1.0 + libm::exp(beta * (1.0 - libm::cos(angle))));
        // The velocity is -exact along (-sin, cos), so its first coordinate is exact * sin.
        assert!((out[1] / (exact * sine) - 1.0).abs() < 1e-12, "beta {beta}, angle {angle}: {}", out[1]);
    }
}

/// Near consensus with V = I token k contracts at rate (k-1)/k.
#[test]
fn val_contraction_rates_near_consensus() {
    let angles = [0.0, 1e-6, 2e-6, -1.5e-6];
    let start = Tokens::from_angles(&angles).expect("four tokens");
    let mut out = vec![0.0; 8];
    Attention::new(causal(2, 9.0), 4).velocity(0.0, start.state(), &mut out);
    let mut mean = 0.0;
    for (k, angle) in angles.iter().enumerate() {
        mean += angle;
        let exact = mean / (k + 1) as f64 - angle;
        assert!((out[4 + k] - exact).abs() < 1e-15, "token {k}: {} and {exact}", out[4 + k]);
    }
}

fn simpson(f: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let intervals = 20_000;
    let h = (to - from) / f64::from(intervals);
    let inside: f64 = (1..intervals).map(|i| f(from + f64::from(i) * h) * if i % 2 == 0 { 2.0 } else { 4.0 }).sum();
    (f(from) + inside + f(to)) * h / 3.0
}

/// Two causal tokens come within a gap at the time of the closed-form integral, located by an event.
#[test]
fn val_events_are_located_where_the_integral_says() {
    let (beta, from, gap) = (16.0, 1.0, 0.07);
    let start = Tokens::from_angles(&[0.0, from]).expect("two tokens");
    let exact = simpson(|phi| (1.0 + libm::exp(beta * (1.0 - libm::cos(phi)))) / libm::sin(phi), gap, from);
    let problem = Problem {
        from: 0.0,
        start: start.state(),
        until: 2.0 * exact,
        save_at: SaveAt(&[]),
        tolerance: Tolerance { rtol: 1e-10, atol: 1e-10 },
    };
    let (mut now, mut scratch, mut found) = (start.clone(), vec![0.0; 4], None);
    let mut excess = move |state: &[f64]| {
        now.copy_from(state);
        now.squared_chord(0, 1) - squared_chord(gap)
    };
    let mut before = 1.0;
    let mut field = Attention::new(causal(2, beta), 2);
    let (mut solver, mut controller) = (DormandPrince5::default(), PiController::default());
    solve(&mut field, &mut solver, &mut controller, problem, &mut |moment| {
        let event = Event::locate(moment, before, 1e-12, &mut scratch, &mut excess);
        if let Moment::Step { state, .. } = moment {
            before = excess(state);
        }
        found = found.or(event);
        ControlFlow::Continue(())
    });
    let event = found.expect("they meet");
    assert!(!event.rising && (event.time / exact - 1.0).abs() < 1e-8, "{event:?} and {exact}");
}
