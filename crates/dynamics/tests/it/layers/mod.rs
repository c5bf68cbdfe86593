//! Whole layers: normalisation schemes, frozen centres, perceptrons.

mod frozen;
mod laws;
mod plain;
mod scipy;

use super::*;
use tokenpark_dynamics::{Activation, Followed, Frozen, Kernel, Method, Moment, Normalization, Perceptron, follow};

const SCHEMES: [Normalization; 6] = [
    Normalization::PostLn,
    Normalization::PreLn,
    Normalization::MixLn { switch: 0.2 },
    Normalization::PeriLn,
    Normalization::NGpt { alpha: 0.7 },
    Normalization::LnScaling,
];

/// Three hidden units.
fn perceptron(d: usize, activation: Activation) -> Perceptron {
    let [first, second] = matrices(d);
    Perceptron::new(&first, BIAS.to_vec(), &second, activation).expect("a valid perceptron")
}

const BIAS: [f64; 3] = [0.3, -0.2, 0.1];

fn matrices(d: usize) -> [DMatrix<f64>; 2] {
    let wide = matrix(d.max(3), 0.33);
    [wide.view((0, 0), (3, d)).into_owned(), 0.8 * wide.view((0, 0), (d, 3))]
}

fn centers(d: usize, count: usize) -> Frozen {
    let state = (0..count * d).map(|i| (i as f64 * 0.569_840_290_998_053 + 0.77).fract() - 0.5).collect();
    let weights = (0..count).map(|j| 1.0 + 2.5 * j as f64).collect();
    Frozen::new(Tokens::new(d, state).expect("centres"), weights).expect("valid weights")
}

fn problem<'a>(start: &'a Tokens, until: f64, tolerance: f64) -> Problem<'a> {
    let tolerance = Tolerance { rtol: tolerance, atol: tolerance };
    Problem { from: 0.0, start: start.state(), until, save_at: SaveAt(&[]), tolerance }
}

/// Followed without an observer.
fn run(model: &Model, start: &Tokens, until: f64, tolerance: f64) -> Followed {
    let problem = problem(start, until, tolerance);
    follow(model, Method::Auto, Kernel::Auto, problem, &mut |_| ControlFlow::Continue(())).expect("auto solves all")
}
