//! Integration tests: `val_*` against closed forms and outside solvers, `prop_*` invariants, `stable_*` pinned bits.

mod closed_forms;
mod clusters;
mod invariants;
mod order;
mod outside;
mod stable;

use std::ops::ControlFlow;
use tokenpark_dynamics::{
    Attention, DormandPrince5, Head, Mask, Model, PiController, Problem, SaveAt, Solution, Tokens, Tolerance, Weights,
    solve,
};

/// Tokens in general position, from a Weyl sequence: the same on every machine.
fn scattered(n: usize, d: usize) -> Tokens {
    let state = (0..n * d).map(|i| (i as f64 * 0.754_877_666_246_693 + 0.31).fract() - 0.5).collect();
    Tokens::new(d, state).expect("no token at the origin")
}

fn causal(d: usize, beta: f64) -> Model {
    Model::new(d, beta, Mask::Causal, Weights::Softmax, Head::identity(d)).expect("a valid model")
}

fn integrate(model: &Model, start: &Tokens, until: f64, tolerance: f64) -> Solution {
    let mut field = Attention::new(model.clone(), start.len());
    let problem = Problem {
        start: start.state(),
        until,
        save_at: SaveAt(&[]),
        tolerance: Tolerance { rtol: tolerance, atol: tolerance },
    };
    let mut controller = PiController::default();
    solve(&mut field, &mut DormandPrince5::default(), &mut controller, problem, &mut |_| ControlFlow::Continue(()))
}

fn final_tokens(model: &Model, start: &Tokens, until: f64, tolerance: f64) -> Tokens {
    let mut end = start.clone();
    end.copy_from(&integrate(model, start, until, tolerance).state);
    end
}

fn inner(tokens: &Tokens, j: usize, k: usize) -> f64 {
    1.0 - 0.5 * tokens.squared_chord(j, k)
}

fn largest_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |m, (x, y)| m.max((x - y).abs()))
}
