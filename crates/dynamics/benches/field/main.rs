//! What one evaluation of the field costs, beside its floors on the same processor, and what solves cost: `just bench`.
//!
//! - A pair (k, j) with j <= k costs one exponential at least, and 2 d fused multiply-adds.
//! - On the circle the Fourier kernel costs O(n), shown from n = 200 to 10^6; with general matrices, to 10^5.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]
#![allow(clippy::disallowed_methods, reason = "a bench measures time; nothing that is computed depends on it")]

mod circle;
mod floor;
mod plane;

use std::hint::black_box;
use std::time::{Duration, Instant};
use tokenpark_dynamics::{Attention, CausalAttention, Head, Mask, Model, Tokens, VectorField, Weights};

/// Measured repeatedly for at least this long; the fastest repetition counts.
const PATIENCE: Duration = Duration::from_millis(400);
const CASES: [(usize, usize); 6] = [(200, 2), (1000, 2), (4000, 2), (1000, 3), (1000, 16), (1000, 64)];

fn main() {
    let peak = floor::multiply_adds();
    println!("Pair by pair, causal, Q = K = V = I; the peak is {:.1} fused multiply-adds a ns.\n", 1e-9 * peak);
    println!("    n   d  exp loop [us]  field [us]  / exp  of peak  implicit field [us]  / exp  of peak");
    for (n, d) in CASES {
        let pairs = n * (n + 1) / 2;
        let exp = floor::exponentials(pairs);
        let (explicit, implicit) = fields(n, d);
        let against = |field: f64| (1e6 * field, field / exp, 100.0 * (2 * d * pairs) as f64 / field / peak);
        let ((us, ratio, share), (us_2, ratio_2, share_2)) = (against(explicit), against(implicit));
        println!(
            "{n:5} {d:3} {:14.1} {us:11.1} {ratio:6.2} {share:7.0}% {us_2:20.1} {ratio_2:6.2} {share_2:7.0}%",
            1e6 * exp
        );
    }
    circle::print();
    plane::print();
}

/// Seconds of one evaluation of [`Attention`] and of [`CausalAttention`].
fn fields(n: usize, d: usize) -> (f64, f64) {
    // A Weyl sequence: tokens in general position, the same on every machine.
    let state = (0..n * d).map(|i| (i as f64 * 0.754_877_666_246_693 + 0.31).fract() - 0.5).collect();
    let tokens = Tokens::new(d, state).expect("no token at the origin");
    let model = Model::new(d, 64.0, Mask::Causal, Weights::Softmax, Head::identity(d)).expect("a valid model");
    let mut causal = CausalAttention::new(&model, n).expect("the mask is causal");
    let (implicit, explicit) = (evaluation(&mut causal, &tokens), evaluation(&mut Attention::new(model, n), &tokens));
    (explicit, implicit)
}

fn evaluation(field: &mut dyn VectorField, tokens: &Tokens) -> f64 {
    let mut out = vec![0.0; tokens.state().len()];
    fastest(|| field.velocity(0.0, black_box(tokens.state()), black_box(&mut out)))
}

/// The shortest of many repetitions, in seconds: what the machine can do when it is not disturbed.
fn fastest(mut work: impl FnMut()) -> f64 {
    let (begin, mut best) = (Instant::now(), f64::INFINITY);
    while begin.elapsed() < PATIENCE {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed().as_secs_f64());
    }
    best
}
