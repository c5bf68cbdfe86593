//! The Rosenbrock methods.

use super::*;
use nalgebra::DVector;
use tokenpark_dynamics::{
    CausalAttention, Moment, PredictiveController, Rosenbrock, Solver, Termination, squared_chord,
};

fn run(model: &Model, start: &Tokens, until: f64, tolerance: f64, mut solver: Rosenbrock) -> Solution {
    let mut field = CausalAttention::new(model, start.len()).expect("causal");
    let tolerance = Tolerance { rtol: tolerance, atol: tolerance };
    let problem = Problem { from: 0.0, start: start.state(), until, save_at: SaveAt(&[]), tolerance };
    solve(&mut field, &mut solver, &mut PredictiveController::default(), problem, &mut |_| ControlFlow::Continue(()))
}

fn outside(model: &Model, start: &Tokens, until: f64) -> Vec<f64> {
    let mut field = Attention::new(model.clone(), start.len());
    let tolerance = Tolerance { rtol: 1e-12, atol: 1e-12 };
    let problem = Problem { from: 0.0, start: start.state(), until, save_at: SaveAt(&[]), tolerance };
    let mut controller = PredictiveController::default();
    solve(&mut field, &mut DormandPrince5::default(), &mut controller, problem, &mut |_| ControlFlow::Continue(()))
        .state
}

const LOOSE: Tolerance = Tolerance { rtol: 1.0, atol: 1.0 };

/// Equal steps.
fn fixed(model: &Model, start: &Tokens, until: f64, steps: u32, mut solver: Rosenbrock) -> Vec<f64> {
    let mut field = CausalAttention::new(model, start.len()).expect("causal");
    let h = until / f64::from(steps);
    solver.start(&mut field, 0.0, start.state());
    for i in 1..=steps {
        solver.attempt(&mut field, h, LOOSE);
        solver.accept(&mut field, f64::from(i) * h);
    }
    Solver::<CausalAttention>::state(&solver).to_vec()
}

#[test]
fn val_convergence_orders() {
    for (solver, order, steps) in [(Rosenbrock::rodas4(), 4.0, 40), (Rosenbrock::rodas5p(), 5.0, 30)] {
        for (m, model) in models(3, 1.5).iter().enumerate() {
            let start = scattered(12, 3);
            let exact = outside(model, &start, 6.0);
            let error = |steps| distance(&fixed(model, &start, 6.0, steps, solver.clone()), &exact);
            let slope = libm::log2(error(steps) / error(2 * steps));
            assert!(slope > order - 0.5, "order {order} model {m}: slope {slope}, error {:e}", error(2 * steps));
        }
    }
}

/// One step of size h, and the largest error of the dense output within: order + 1.
#[test]
fn val_dense_output_orders() {
    for (solver, order) in [(Rosenbrock::rodas4(), 3.0), (Rosenbrock::rodas5p(), 4.0)] {
        let (model, start) = (&models(3, 1.5)[3], scattered(12, 3));
        let error = |h: f64| {
            let mut solver = solver.clone();
            let mut field = CausalAttention::new(model, start.len()).expect("causal");
            solver.start(&mut field, 0.0, start.state());
            solver.attempt(&mut field, h, LOOSE);
            solver.accept(&mut field, h);
            [0.2, 0.5, 0.7].into_iter().fold(0.0, |worst: f64, theta| {
                let mut out = vec![0.0; start.state().len()];
                solver.interpolate(&field, theta * h, &mut out);
                worst.max(distance(&out, &outside(model, &start, theta * h)))
            })
        };
        let slope = libm::log2(error(0.2) / error(0.1));
        assert!(slope > order + 0.5, "dense output of order {order}: slope {slope}");
    }
}

#[test]
fn val_agrees_with_dormand_prince() {
    for d in [2, 3, 10] {
        for (m, model) in models(d, 2.0).iter().enumerate() {
            let start = scattered(25, d);
            let expected = outside(model, &start, 6.0);
            for solver in [Rosenbrock::rodas4(), Rosenbrock::rodas5p()] {
                let got = run(model, &start, 6.0, 1e-10, solver);
                assert!(distance(&got.state, &expected) < 2e-7, "{d} {m}: {:e}", distance(&got.state, &expected));
                let mut end = start.clone();
                end.copy_from(&got.state);
                assert!(end.norm_defect() < 1e-15);
            }
        }
    }
}

/// int from `to` to `from` of (1 + e^{beta (1 - cos phi)}) / sin phi, by Simpson's rule.
fn merging_time(beta: f64, from: f64, to: f64) -> f64 {
    let steps = 200_000;
    let h = (from - to) / f64::from(steps);
    let value = |i: u32| {
        let phi = to + f64::from(i) * h;
        let half = libm::sin(0.5 * phi);
        (1.0 + libm::exp(2.0 * beta * half * half)) / libm::sin(phi)
    };
    let inner: f64 = (1..steps).map(|i| value(i) * if i % 2 == 1 { 4.0 } else { 2.0 }).sum();
    (value(0) + inner + value(steps)) * h / 3.0
}

/// When the gap of two tokens first is below 1, against the closed form; the fall through 1 is short beside the wait.
#[test]
fn val_two_tokens_fall_on_time() {
    for beta in [64.0, 128.0, 300.0] {
        for mut solver in [Rosenbrock::rodas4(), Rosenbrock::rodas5p()] {
            // A plane in general position.
            let from = 2.4;
            let (e, f) = ([0.48, 0.6, 0.64], [0.8, 0.0, -0.6]);
            let state = (0..3).flat_map(|i| [e[i], e[i] * libm::cos(from) + f[i] * libm::sin(from)]).collect();
            let start = Tokens::new(3, state).expect("two tokens");
            let due = merging_time(beta, from, 1.0);
            let tolerance = Tolerance { rtol: 1e-9, atol: 1e-9 };
            let problem =
                Problem { from: 0.0, start: start.state(), until: 2.0 * due, save_at: SaveAt(&[]), tolerance };
            let (mut fallen, mut tokens) = (f64::INFINITY, start.clone());
            let mut field = CausalAttention::new(&causal(3, beta), 2).expect("causal");
            let mut controller = PredictiveController::default();
            let got = solve(&mut field, &mut solver, &mut controller, problem, &mut |moment| {
                if let Moment::Step { time, state, .. } = moment {
                    tokens.copy_from(state);
                    if tokens.squared_chord(0, 1) < squared_chord(1.0) {
                        fallen = time;
                        return ControlFlow::Break(());
                    }
                }
                ControlFlow::Continue(())
            });
            assert_eq!(got.termination, Termination::Event);
            assert!((fallen / due - 1.0).abs() < 1e-6, "beta {beta}: {:e}", fallen / due - 1.0);
        }
    }
}

/// One token alone: x(t) = e^{tV} x(0) / |e^{tV} x(0)|.
#[test]
fn val_one_token_follows_its_value_matrix() {
    let value = DMatrix::from_diagonal(&DVector::from_vec(vec![1.0, 0.2, -0.7]));
    let head = Head { value, ..Head::identity(3) };
    let model = Model::new(3, 9.0, Mask::Causal, Weights::Softmax, head).expect("a valid model");
    let start = scattered(1, 3);
    let got = run(&model, &start, 3.0, 1e-10, Rosenbrock::rodas5p());
    let x = start.state();
    let grown = [x[0] * libm::exp(3.0), x[1] * libm::exp(0.6), x[2] * libm::exp(-2.1)];
    let exact: Vec<f64> = grown.iter().map(|g| g / norm(&grown)).collect();
    assert!(distance(&got.state, &exact) < 1e-9);
}

/// V = diag(1, 1, 0): on the equator everything is as slow as with V = I, and rounding must not move token 1.
#[test]
fn prop_degenerate_values_keep_slow_motion() {
    let value = DMatrix::from_diagonal(&DVector::from_vec(vec![1.0, 1.0, 0.0]));
    let head = Head { value, ..Head::identity(3) };
    let model = Model::new(3, 20.0, Mask::Causal, Weights::Softmax, head).expect("a valid model");
    let start = scattered(12, 3);
    let got = run(&model, &start, 1e30, 1e-7, Rosenbrock::rodas4());
    let mut end = start.clone();
    end.copy_from(&got.state);
    let (x, y) = (start.coordinate(0)[0], start.coordinate(1)[0]);
    let length = (x * x + y * y).sqrt();
    assert_eq!(got.termination, Termination::Reached);
    for k in 0..12 {
        let error = (end.coordinate(0)[k] - x / length).abs() + (end.coordinate(1)[k] - y / length).abs();
        assert!(error < 1e-5, "token {k}: {error:e}");
    }
}

#[test]
fn prop_long_runs_stay_on_the_sphere_and_merge() {
    for d in [3, 16] {
        let mut saved = Vec::new();
        let start = scattered(40, d);
        let mut field = CausalAttention::new(&causal(d, 20.0), 40).expect("causal");
        let problem = Problem {
            from: 0.0,
            start: start.state(),
            until: 1e60,
            save_at: SaveAt(&[1.0, 1e6, 1e30]),
            tolerance: Tolerance { rtol: 1e-6, atol: 1e-6 },
        };
        let mut solver = Rosenbrock::rodas5p();
        let solution = solve(&mut field, &mut solver, &mut PredictiveController::default(), problem, &mut |moment| {
            if let Moment::Saved { state, .. } = moment {
                saved.push(state.to_vec());
            }
            ControlFlow::Continue(())
        });
        assert_eq!(solution.termination, Termination::Reached);
        saved.push(solution.state.clone());
        for state in &saved {
            let mut tokens = start.clone();
            tokens.copy_from(state);
            assert!(tokens.norm_defect() < 1e-15);
        }
        let mut end = start.clone();
        end.copy_from(&solution.state);
        assert!((1..40).all(|k| end.squared_chord(0, k) < 1e-12), "one point");
        assert!(end.squared_chord_to(0, &start, 0) < 1e-20, "the first token's");
    }
}
