//! One evaluation of the field beside a bare loop of as many exponentials, which is its floor: `just bench`.
//!
//! A pair (k, j) with j <= k costs one exponential; the table says how much all else around it costs.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::hint::black_box;
use std::time::{Duration, Instant};
use tokenpark_dynamics::{Attention, Head, Mask, Model, SimdLevel, Tokens, VectorField, Weights, exp};

/// Measured repeatedly for at least this long; the fastest repetition counts.
const PATIENCE: Duration = Duration::from_millis(400);
const CASES: [(usize, usize); 5] = [(200, 2), (1000, 2), (4000, 2), (1000, 3), (1000, 16)];

fn main() {
    println!("    n   d      pairs  field [us]  exp loop [us]  ratio  field [ns/pair]");
    for (n, d) in CASES {
        let pairs = n * (n + 1) / 2;
        let field = field(n, d);
        let floor = exponentials(pairs);
        let (ratio, each) = (field / floor, 1e9 * field / pairs as f64);
        println!("{n:5} {d:3} {pairs:10} {:11.1} {:14.1} {ratio:6.2} {each:16.3}", 1e6 * field, 1e6 * floor);
    }
}

/// Seconds of one evaluation with the causal mask, softmax weights and Q = K = V = I.
fn field(n: usize, d: usize) -> f64 {
    // A Weyl sequence: tokens in general position, the same on every machine.
    let state = (0..n * d).map(|i| (i as f64 * 0.754_877_666_246_693 + 0.31).fract() - 0.5).collect();
    let tokens = Tokens::new(d, state).expect("no token at the origin");
    let model = Model::new(d, 64.0, Mask::Causal, Weights::Softmax, Head::identity(d)).expect("a valid model");
    let mut field = Attention::new(model, n);
    let mut out = vec![0.0; n * d];
    fastest(|| field.velocity(0.0, black_box(tokens.state()), black_box(&mut out)))
}

/// Seconds of `count` exponentials of scores as they occur: 0 down to -2 beta. They stay in the cache.
fn exponentials(count: usize) -> f64 {
    let scores: Vec<f64> = (0..1000_u32).map(|i| -0.128 * f64::from(i)).collect();
    let mut out = vec![0.0; scores.len()];
    fastest(|| {
        let mut left = count;
        while left > 0 {
            let length = left.min(scores.len());
            exp_all(black_box(&scores[..length]), &mut out[..length]);
            black_box(&mut out);
            left -= length;
        }
    })
}

/// The loop, compiled for the instructions that the field uses on this processor.
fn exp_all(scores: &[f64], out: &mut [f64]) {
    match SimdLevel::detect() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `detect` found the features on this processor.
        SimdLevel::Avx512 => unsafe { exp_avx512(scores, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        SimdLevel::Avx2 => unsafe { exp_avx2(scores, out) },
        _ => exp_loop(scores, out),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
fn exp_avx512(scores: &[f64], out: &mut [f64]) {
    exp_loop(scores, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn exp_avx2(scores: &[f64], out: &mut [f64]) {
    exp_loop(scores, out);
}

#[inline(always)]
fn exp_loop(scores: &[f64], out: &mut [f64]) {
    for (target, &score) in out.iter_mut().zip(scores) {
        *target = exp(score);
    }
}

/// The shortest of many repetitions, in seconds: what the machine can do when it is not disturbed.
#[allow(clippy::disallowed_methods, reason = "a bench measures time; nothing that is computed depends on it")]
fn fastest(mut work: impl FnMut()) -> f64 {
    let (begin, mut best) = (Instant::now(), f64::INFINITY);
    while begin.elapsed() < PATIENCE {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed().as_secs_f64());
    }
    best
}
