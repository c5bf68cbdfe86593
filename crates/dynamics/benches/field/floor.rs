//! Floors: bare exponentials and bare fused multiply-adds, compiled for the instructions that the fields use.

use crate::fastest;
use std::hint::black_box;
use tokenpark_dynamics::{SimdLevel, exp};

/// Independent chains of multiply-adds of eight numbers: enough to hide their latency.
const CHAINS: usize = 12;
const ROUNDS: usize = 10_000;

/// Seconds of `count` exponentials of scores as they occur: 0 down to -2 beta. They stay in the cache.
pub fn exponentials(count: usize) -> f64 {
    let scores: Vec<f64> = (0..1000_u32).map(|i| -0.128 * f64::from(i)).collect();
    let mut out = vec![0.0; scores.len()];
    fastest(|| {
        let mut left = count;
        while left > 0 {
            let length = left.min(scores.len());
            dispatch(Work::Exponentials(black_box(&scores[..length]), &mut out[..length]));
            black_box(&mut out);
            left -= length;
        }
    })
}

/// The most fused multiply-adds of f64 that one core does in a second.
pub fn multiply_adds() -> f64 {
    let mut sums = [[0.5; 8]; CHAINS];
    let seconds = fastest(|| {
        dispatch(Work::MultiplyAdds(&mut sums));
        black_box(&mut sums);
    });
    (8 * CHAINS * ROUNDS) as f64 / seconds
}

enum Work<'a> {
    Exponentials(&'a [f64], &'a mut [f64]),
    MultiplyAdds(&'a mut [[f64; 8]; CHAINS]),
}

fn dispatch(work: Work<'_>) {
    match SimdLevel::detect() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `detect` found the features on this processor.
        SimdLevel::Avx512 => unsafe { avx512(work) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        SimdLevel::Avx2 => unsafe { avx2(work) },
        _ => run(work),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
fn avx512(work: Work<'_>) {
    run(work);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2(work: Work<'_>) {
    run(work);
}

#[inline(always)]
fn run(work: Work<'_>) {
    match work {
        Work::Exponentials(scores, out) => {
            for (target, &score) in out.iter_mut().zip(scores) {
                *target = exp(score);
            }
        }
        Work::MultiplyAdds(sums) => {
            // Half as many lanes at a time where the registers have four: the whole set would not fit.
            for half in 0..2 {
                let mut part: [[f64; 4]; CHAINS] =
                    std::array::from_fn(|i| std::array::from_fn(|l| sums[i][4 * half + l]));
                let (factor, addend) = (black_box(0.999), black_box(1e-3));
                for _ in 0..ROUNDS {
                    for lanes in &mut part {
                        for lane in lanes {
                            *lane = lane.mul_add(factor, addend);
                        }
                    }
                }
                for (sum, lanes) in sums.iter_mut().zip(&part) {
                    sum[4 * half..4 * half + 4].copy_from_slice(lanes);
                }
            }
        }
    }
}
