//! The circle from 200 to 10^6 tokens: one evaluation, memory, and whole solves.

use crate::fastest;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;
use tokenpark_dynamics::{
    CircleField, Followed, Head, Kernel, Mask, Method, Model, Problem, SaveAt, Tokens, Tolerance, VectorField, Weights,
    follow,
};

const BETA: f64 = 64.0;
const SIZES: [usize; 8] = [200, 500, 1000, 3000, 10_000, 100_000, 300_000, 1_000_000];
/// The cost's exponent is fitted from here on.
const LARGE: usize = 10_000;
/// Tokens, end and tolerance of whole solves.
const SOLVES: [(usize, f64, f64); 6] = [
    (200, 200.0, 1e-6),
    (200, 1e12, 1e-6),
    (200, 1e40, 1e-6),
    (1000, 200.0, 1e-6),
    (10_000, 200.0, 1e-4),
    (100_000, 200.0, 1e-4),
];
/// More tokens to t = 200 take a minute or two: on demand.
const LONG: (usize, f64, f64) = (1_000_000, 200.0, 1e-4);

pub fn print() {
    println!("\nOn the circle, beta = 64, uniform angles, the noise of a tolerance of 1e-6.\n");
    println!("      n  field [us]  ns/token  tokens summed directly  peak memory [MB]");
    let mut large = vec![];
    for n in SIZES {
        let mut field = CircleField::new(n, BETA, 1.0).with_noise(1e-10);
        let (angles, mut out) = (angles(n), vec![0.0; n]);
        let seconds = fastest(|| field.velocity(1.0, black_box(&angles), black_box(&mut out)));
        let (us, each, direct) = (1e6 * seconds, 1e9 * seconds / n as f64, field.direct_tokens().len());
        println!("{n:7} {us:11.1} {each:9.1} {direct:23} {:17.0}", peak_memory());
        if n >= LARGE {
            large.push((libm::log(n as f64), libm::log(seconds)));
        }
    }
    println!("\nFrom n = {LARGE} on the cost grows as n^{:.3}.", slope(&large));
    solves();
}

fn solves() {
    println!("\nSolves by `auto`, rtol = atol.\n");
    println!("      n      until  tolerance    seconds   steps  rejected  peak memory [MB]  method");
    let long = std::env::args().any(|word| word == "--long");
    for (n, until, tolerance) in SOLVES.into_iter().chain(long.then_some(LONG)) {
        let model = Model::new(2, BETA, Mask::Causal, Weights::Softmax, Head::identity(2)).expect("a valid model");
        let tokens = Tokens::from_angles(&angles(n)).expect("finite angles");
        let both = Tolerance { rtol: tolerance, atol: tolerance };
        let problem = Problem { from: 0.0, start: tokens.state(), until, save_at: SaveAt(&[]), tolerance: both };
        let begin = Instant::now();
        let Followed { solution, method, .. } =
            follow(&model, Method::Auto, Kernel::Auto, problem, &mut |_| ControlFlow::Continue(()))
                .expect("auto solves every model");
        let (seconds, s) = (begin.elapsed().as_secs_f64(), solution.statistics);
        let end = if solution.t_end == until { "" } else { ", which did not reach the end" };
        println!(
            "{n:7} {until:10e} {tolerance:10e} {seconds:10.4} {:7} {:9} {:17.0}  {method}{end}",
            s.steps,
            s.rejected,
            peak_memory()
        );
    }
    if !long {
        println!("(n = {} to t = {} with: just bench-field --long)", LONG.0, LONG.1);
    }
}

/// A Weyl sequence: as even as uniform angles, and the same on every machine.
pub fn angles(n: usize) -> Vec<f64> {
    (0..n).map(|k| std::f64::consts::TAU * (k as f64 * 0.754_877_666_246_693 + 0.31).fract()).collect()
}

/// The slope of the least-squares line.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / count, y + p.1 / count));
    let (up, down) =
        points.iter().fold((0.0, 0.0), |(up, down), p| (up + (p.0 - x) * (p.1 - y), down + (p.0 - x) * (p.0 - x)));
    up / down
}

/// The most memory that this process ever had, in MB; not a number where the system does not tell.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).and_then(|word| word.parse::<f64>().ok());
    kilobytes.map_or(f64::NAN, |kb| kb / 1024.0)
}
