//! What following clusters adds to a run: the tracker's time per accepted step beside that of the whole run.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use tokenpark_dynamics::{
    Head, Hysteresis, Kernel, Mask, Method, Model, Problem, SaveAt, Tokens, Tolerance, Tracker, Weights, follow,
};

const CASES: [(usize, usize, f64, f64); 7] = [
    (200, 2, 64.0, 2e2),
    (200, 2, 64.0, 1e12),
    (200, 2, 64.0, 1e45),
    (200, 2, 9.0, 1e20),
    (10_000, 2, 64.0, 5.0),
    (200, 3, 64.0, 2e2),
    (200, 3, 64.0, 1e6),
];

/// The fastest of so many repetitions counts, for the run and for the tracker alone.
const REPETITIONS: usize = 5;

fn main() {
    println!("     n  d  beta    until  steps  run [ms]  tracker [ms]  share  a step [us]  lives");
    for (n, d, beta, until) in CASES {
        let runs = [(); REPETITIONS].map(|()| run(n, d, beta, until));
        let fastest = |time: fn(&Run) -> Duration| runs.iter().map(time).min().unwrap_or_default().as_secs_f64();
        let (whole, tracker, steps) = (fastest(|run| run.whole), fastest(|run| run.tracker), runs[0].steps);
        let (share, each) = (tracker / whole, 1e6 * tracker / steps as f64);
        let (whole, tracker, lives) = (1e3 * whole, 1e3 * tracker, runs[0].lives);
        println!(
            "{n:6} {d:2} {beta:5} {until:8.0e} {steps:6} {whole:9.2} {tracker:13.3} {share:6.3} {each:12.2} {lives:6}"
        );
    }
}

struct Run {
    whole: Duration,
    tracker: Duration,
    steps: u64,
    lives: usize,
}

#[allow(clippy::disallowed_methods, reason = "a bench measures time; nothing that is computed depends on it")]
fn run(n: usize, d: usize, beta: f64, until: f64) -> Run {
    let model = Model::new(d, beta, Mask::Causal, Weights::Softmax, Head::identity(d)).expect("a valid model");
    let state = (0..n * d).map(|i| gauss(i as f64)).collect();
    let start = Tokens::new(d, state).expect("no token at the origin");
    let tolerance = Tolerance { rtol: 1e-6, atol: 1e-9 };
    let problem = Problem { from: 0.0, start: start.state(), until, save_at: SaveAt(&[]), tolerance };
    let begin = Instant::now();
    let mut tracker = Tracker::new(&start, Hysteresis::new(0.07, Hysteresis::default_split(beta, 0.07)), 100.0);
    let mut spent = begin.elapsed();
    let solution = follow(&model, Method::Auto, Kernel::Auto, problem, &mut |moment| {
        let begin = Instant::now();
        tracker.see(moment);
        spent += begin.elapsed();
        ControlFlow::Continue(())
    });
    let steps = solution.expect("auto solves every model").solution.statistics.steps;
    Run { whole: begin.elapsed(), tracker: spent, steps, lives: tracker.lives().len() }
}

/// Numbers in general position whose directions are about uniform, from Weyl sequences.
fn gauss(i: f64) -> f64 {
    let (u, v) = ((i * 0.754_877_666_246_693 + 0.31).fract(), (i * 0.569_840_290_998_053 + 0.7).fract());
    (-2.0 * libm::log(u + 1e-9)).sqrt() * libm::cos(std::f64::consts::TAU * v)
}
