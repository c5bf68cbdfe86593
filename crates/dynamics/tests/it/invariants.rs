//! What must hold whatever the start.

use crate::{causal, final_tokens, integrate, largest_distance, scattered};
use nalgebra::DMatrix;
use std::ops::ControlFlow;
use tokenpark_dynamics::{
    Attention, DormandPrince5, Head, Mask, Model, ModelError, Moment, PiController, Problem, SaveAt, SimdLevel,
    Termination, Tokens, TokensError, Tolerance, VectorField, Weights, solve,
};

fn random_head(d: usize) -> Head {
    let entries = scattered(3 * d, d);
    let matrix = |which: usize| DMatrix::from_fn(d, d, |i, j| 1.5 * entries.coordinate(j)[which * d + i]);
    Head { query: matrix(0), key: matrix(1), value: matrix(2) }
}

#[test]
fn prop_tokens_stay_on_the_sphere() {
    for d in [2, 3, 7] {
        let start = scattered(30, d);
        let mut field = Attention::new(causal(d, 16.0), 30);
        let times: Vec<f64> = (0..=400).map(|i| f64::from(i) * 0.125).collect();
        let problem = Problem {
            from: 0.0,
            start: start.state(),
            until: 50.0,
            save_at: SaveAt(&times),
            tolerance: Tolerance { rtol: 1e-6, atol: 1e-9 },
        };
        let (mut tokens, mut worst, mut seen) = (start.clone(), 0.0_f64, 0);
        solve(&mut field, &mut DormandPrince5::default(), &mut PiController::default(), problem, &mut |moment| {
            let (Moment::Saved { state, .. } | Moment::Step { state, .. }) = moment;
            tokens.copy_from(state);
            worst = worst.max(tokens.norm_defect());
            seen += usize::from(matches!(moment, Moment::Saved { .. }));
            ControlFlow::Continue(())
        });
        assert!(worst < 1e-12, "d = {d}: {worst:e}");
        assert_eq!(seen, times.len());
    }
}

#[test]
fn prop_the_first_tokens_are_a_closed_system() {
    let (n, few) = (40, 17);
    let start = scattered(n, 3);
    let first = (0..3).flat_map(|i| start.coordinate(i)[..few].to_vec()).collect();
    let first = Tokens::new(3, first).expect("tokens");
    let model = causal(3, 9.0);
    let (whole, part) = (final_tokens(&model, &start, 10.0, 1e-10), final_tokens(&model, &first, 10.0, 1e-10));
    for i in 0..3 {
        assert!(largest_distance(&whole.coordinate(i)[..few], part.coordinate(i)) < 1e-7);
    }
}

#[test]
fn prop_rotations_commute_with_the_flow() {
    let start = scattered(20, 2);
    let rotate = |tokens: &Tokens| {
        let (sine, cosine) = libm::sincos(0.7);
        let (x, y) = (tokens.coordinate(0), tokens.coordinate(1));
        let first = x.iter().zip(y).map(|(x, y)| cosine * x - sine * y);
        let second = x.iter().zip(y).map(|(x, y)| sine * x + cosine * y);
        Tokens::new(2, first.chain(second).collect()).expect("tokens")
    };
    let model = causal(2, 25.0);
    let turned_late = rotate(&final_tokens(&model, &start, 8.0, 1e-8));
    let turned_early = final_tokens(&model, &rotate(&start), 8.0, 1e-8);
    assert!(largest_distance(turned_late.state(), turned_early.state()) < 1e-11);
}

#[test]
fn prop_full_attention_does_not_see_the_order() {
    let (n, d) = (12, 3);
    let start = scattered(n, d);
    let reverse = |tokens: &Tokens| {
        let state = (0..d).flat_map(|i| tokens.coordinate(i).iter().rev().copied().collect::<Vec<_>>()).collect();
        Tokens::new(d, state).expect("tokens")
    };
    let model = Model::new(d, 4.0, Mask::Full, Weights::Softmax, Head::identity(d)).expect("a valid model");
    let late = reverse(&final_tokens(&model, &start, 5.0, 1e-9));
    let early = final_tokens(&model, &reverse(&start), 5.0, 1e-9);
    assert!(largest_distance(late.state(), early.state()) < 1e-11);
}

#[test]
fn prop_scaling_v_is_a_change_of_clock() {
    let start = scattered(10, 3);
    let fast = Head { value: DMatrix::identity(3, 3) * 2.5, ..Head::identity(3) };
    let fast = Model::new(3, 9.0, Mask::Causal, Weights::Softmax, fast).expect("a valid model");
    let (a, b) = (final_tokens(&fast, &start, 2.0, 1e-10), final_tokens(&causal(3, 9.0), &start, 5.0, 1e-10));
    assert!(largest_distance(a.state(), b.state()) < 1e-8);
}

#[test]
fn prop_beta_and_the_matrices_scale_together() {
    let start = scattered(10, 3);
    let head = random_head(3);
    let scaled = Head { query: &head.query * 2.0, key: &head.key * 2.0, value: head.value.clone() };
    let new = |beta, head| Model::new(3, beta, Mask::Causal, Weights::Softmax, head).expect("a valid model");
    let (a, b) = (integrate(&new(4.0, head), &start, 3.0, 1e-9), integrate(&new(1.0, scaled), &start, 3.0, 1e-9));
    assert_eq!(a.state, b.state, "powers of two change no bit");
}

#[test]
fn prop_without_temperature_weights_are_equal() {
    let start = scattered(6, 3);
    let mut out = vec![0.0; 18];
    Attention::new(causal(3, 0.0), 6).velocity(0.0, start.state(), &mut out);
    for k in 0..6 {
        let mean: Vec<f64> = (0..3).map(|i| start.coordinate(i)[..=k].iter().sum::<f64>() / (k + 1) as f64).collect();
        let radial: f64 = (0..3).map(|i| mean[i] * start.coordinate(i)[k]).sum();
        for i in 0..3 {
            assert!((out[i * 6 + k] - (mean[i] - radial * start.coordinate(i)[k])).abs() < 1e-15);
        }
    }
}

#[test]
fn prop_every_simd_level_gives_the_same_bits() {
    let levels = SimdLevel::available();
    for (n, d, head) in [(1, 2, None), (50, 2, None), (37, 3, None), (37, 2, Some(())), (21, 5, Some(()))] {
        for (mask, weights) in [(Mask::Causal, Weights::Softmax), (Mask::Full, Weights::Unnormalized)] {
            let head = head.map_or_else(|| Head::identity(d), |()| random_head(d));
            let model = Model::new(d, 7.0, mask, weights, head).expect("a valid model");
            let start = scattered(n, d);
            let results = levels.iter().map(|&level| {
                let mut out = vec![0.0; n * d];
                Attention::with_level(model.clone(), n, level).velocity(0.0, start.state(), &mut out);
                out.iter().map(|v| v.to_bits()).collect::<Vec<_>>()
            });
            let results: Vec<_> = results.collect();
            assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "n = {n}, d = {d}: {levels:?}");
        }
    }
}

#[test]
fn prop_general_and_special_kernels_agree() {
    // The same field written with Q = 2I, K = I/2 takes the general path.
    let start = scattered(33, 2);
    let head = Head {
        query: DMatrix::identity(2, 2) * 2.0,
        key: DMatrix::identity(2, 2) * 0.5,
        value: DMatrix::identity(2, 2),
    };
    let general = Model::new(2, 20.0, Mask::Causal, Weights::Softmax, head).expect("a valid model");
    let (mut a, mut b) = (vec![0.0; 66], vec![0.0; 66]);
    Attention::new(general, 33).velocity(0.0, start.state(), &mut a);
    Attention::new(causal(2, 20.0), 33).velocity(0.0, start.state(), &mut b);
    assert!(largest_distance(&a, &b) < 1e-14);
}

#[test]
fn prop_an_observer_can_stop_the_solve() {
    let start = scattered(5, 2);
    let mut field = Attention::new(causal(2, 4.0), 5);
    let problem = Problem {
        from: 0.0,
        start: start.state(),
        until: 100.0,
        save_at: SaveAt(&[0.0, 1.0, 2.0]),
        tolerance: Tolerance { rtol: 1e-6, atol: 1e-6 },
    };
    let (mut solver, mut controller) = (DormandPrince5::default(), PiController::default());
    let solution = solve(&mut field, &mut solver, &mut controller, problem, &mut |moment| match moment {
        Moment::Saved { index: 1, .. } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    assert_eq!(solution.termination, Termination::Event);
    assert!(solution.t_end >= 1.0 && solution.t_end < 100.0);
}

#[test]
fn prop_bad_input_is_refused_by_name() {
    let model = |beta, head| Model::new(2, beta, Mask::Causal, Weights::Unnormalized, head);
    assert_eq!(model(-1.0, Head::identity(2)), Err(ModelError::Beta(-1.0)));
    assert!(matches!(model(f64::NAN, Head::identity(2)), Err(ModelError::Beta(_))));
    assert!(matches!(model(1.0, Head::identity(3)), Err(ModelError::Shape { matrix: "query", rows: 3, .. })));
    assert!(matches!(model(800.0, Head::identity(2)), Err(ModelError::Overflow { .. })));
    let infinite = Head { value: DMatrix::from_element(2, 2, f64::INFINITY), ..Head::identity(2) };
    assert!(matches!(model(1.0, infinite), Err(ModelError::NonFinite { matrix: "value", .. })));
    assert_eq!(Tokens::new(1, vec![1.0]), Err(TokensError::Dimension(1)));
    assert!(matches!(Tokens::new(2, vec![1.0, 0.0, 0.0, 0.0]), Err(TokensError::NoDirection { token: 1, .. })));
    assert!(matches!(Tokens::new(2, vec![1.0; 3]), Err(TokensError::Length { coordinates: 3, .. })));
    let huge = Tokens::new(2, vec![1e300, 1e-300, 1e300, 1e-300]).expect("extreme lengths are fine");
    assert!(huge.norm_defect() < 1e-15);
}
