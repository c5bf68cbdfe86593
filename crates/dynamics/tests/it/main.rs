//! Integration tests: `val_*` against closed forms and outside solvers, `prop_*` invariants, `stable_*` pinned bits.

mod circle;
mod closed_forms;
mod clusters;
mod configuration;
mod invariants;
mod jacobian;
mod layers;
mod masks;
mod mergers;
mod order;
mod outside;
mod plane;
mod replay;
mod rosenbrock;
mod stable;
mod track;

use nalgebra::DMatrix;
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
        from: 0.0,
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

fn matrix(d: usize, seed: f64) -> DMatrix<f64> {
    DMatrix::from_fn(d, d, |i, l| ((i * d + l + 1) as f64 * 0.569_840_290_998_053 + seed).fract() * 2.0 - 1.0)
}

/// Identity matrices, scalar V with general scores, and general everything; both weights.
fn models(d: usize, beta: f64) -> Vec<Model> {
    let general = Head { query: matrix(d, 0.1), key: matrix(d, 0.7), value: matrix(d, 0.4) };
    let scores = Head { value: DMatrix::identity(d, d) * 1.5, ..general.clone() };
    let value = Head { value: matrix(d, 0.2), ..Head::identity(d) };
    let mut models = Vec::new();
    for weights in [Weights::Softmax, Weights::Unnormalized] {
        for head in [Head::identity(d), scores.clone(), value.clone(), general.clone()] {
            models.push(Model::new(d, beta, Mask::Causal, weights, head).expect("a valid model"));
        }
    }
    models
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    norm(&a.iter().zip(b).map(|(x, y)| x - y).collect::<Vec<_>>())
}
