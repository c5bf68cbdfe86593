//! How fast cars park, and what it costs as the number of tokens grows, beside all pairs and a plain rejection sampler:
//! `cargo bench --profile release -p tokenpark-parking`.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;
use std::hint::black_box;
use std::time::{Duration, Instant};
use tokenpark_dynamics::{Tokens, squared_chord};
use tokenpark_parking::{Centers, Parking, sphere_tokens};

/// Measured repeatedly for at least this long; the fastest repetition counts.
const PATIENCE: Duration = Duration::from_millis(700);

/// Sphere dimensions and separations at which a million tokens have about 10^4 centres.
const TEN_THOUSAND: [(usize, f64); 5] = [(2, 0.000_47), (3, 0.0286), (4, 0.105), (5, 0.19), (8, 0.44)];

/// As many saturated caps.
const SATURATED: [(usize, f64); 5] = [(3, 0.0296), (3, 0.0936), (4, 0.113), (4, 0.243), (5, 0.395)];

fn main() {
    lines();
    centers();
    growth();
    spheres();
}

fn rng() -> ChaCha12Rng {
    ChaCha12Rng::seed_from_u64(4)
}

/// Saturated interval and circle, cars a second.
fn lines() {
    println!("saturated                     cars   million cars/s");
    let mut rng = rng();
    for length in [1e3, 1e5, 1e7] {
        let parking = Parking::interval(length).expect("a valid length");
        let cars = 0.7476 * length;
        let seconds = fastest(|| black_box(parking.saturate(&mut rng)));
        println!("interval {length:8.0e} {cars:17.0} {:16.1}", 1e-6 * cars / seconds);
        let seconds = fastest(|| black_box(parking.saturate_in_time(&mut rng)));
        println!("  with times of arrival {:28.1}", 1e-6 * cars / seconds);
    }
    let parking = Parking::circle(1e-5).expect("a valid separation");
    let cars = 0.7476 * 2e5 * std::f64::consts::PI;
    let seconds = fastest(|| black_box(parking.saturate(&mut rng)));
    println!("circle 1e-5 {cars:22.0} {:16.1}", 1e-6 * cars / seconds);
}

/// Rényi and strong centres of a million tokens.
fn centers() {
    println!("\na million tokens    d  separation   renyi  strong   draw [ms]  centres [ms]");
    let mut rng = rng();
    for (d, separation) in TEN_THOUSAND {
        let tokens = sphere_tokens(d, 1_000_000, &mut rng);
        let draw = fastest(|| black_box(sphere_tokens(d, 1_000_000, &mut rng)));
        let found = Centers::of(&tokens, separation);
        let find = fastest(|| black_box(Centers::of(black_box(&tokens), separation)));
        let (renyi, strong) = (found.renyi().len(), found.strong().len());
        println!("{d:21} {separation:11.5} {renyi:7} {strong:7} {:11.1} {:13.1}", 1e3 * draw, 1e3 * find);
    }
    let parking = Parking::circle(0.000_47).expect("a valid separation");
    let all = fastest(|| black_box(parking.arrivals(1_000_000, &mut rng)));
    println!("circle by angles, drawn and parked {:42.1}", 1e3 * all);
}

/// Cost as a function of n at n σ = 100, beside all pairs, and of a plain test against the centres so far.
fn growth() {
    println!("\n  d        n   centres   this [ms]   centres only [ms]   all pairs [ms]");
    let mut rng = rng();
    for (d, exponent) in [(2, 1.0), (3, 0.5), (8, 1.0 / 7.0)] {
        for n in [1000, 4000, 16_000, 64_000, 256_000, 1_000_000] {
            let separation = 1.6 * libm::pow(100.0 / f64::from(n), exponent);
            let tokens = sphere_tokens(d, n as usize, &mut rng);
            let found = Centers::of(&tokens, separation).renyi().len();
            let this = fastest(|| black_box(Centers::of(&tokens, separation)));
            let plain = (n <= 64_000).then(|| fastest(|| black_box(by_centers(&tokens, separation))));
            let pairs = (n <= 16_000).then(|| fastest(|| black_box(by_pairs(&tokens, separation))));
            let show = |seconds: Option<f64>| seconds.map_or("-".to_owned(), |s| format!("{:.2}", 1e3 * s));
            println!("{d:3} {n:8} {found:9} {:11.2} {:>19} {:>16}", 1e3 * this, show(plain), show(pairs));
        }
    }
}

/// Rényi centres by comparison with all centres so far; no strong ones.
fn by_centers(tokens: &Tokens, separation: f64) -> usize {
    let near = squared_chord(separation);
    let mut parked: Vec<usize> = vec![];
    for k in 0..tokens.len() {
        if parked.iter().all(|&j| tokens.squared_chord(j, k) > near) {
            parked.push(k);
        }
    }
    parked.len()
}

/// Both kinds by all pairs of tokens.
fn by_pairs(tokens: &Tokens, separation: f64) -> (usize, usize) {
    let near = squared_chord(separation);
    let (mut parked, mut strong) = (vec![false; tokens.len()], 0);
    for k in 0..tokens.len() {
        let (mut alone, mut free) = (true, true);
        for (j, &car) in parked[..k].iter().enumerate() {
            let close = tokens.squared_chord(j, k) <= near;
            alone &= !close;
            free &= !(close && car);
        }
        parked[k] = free;
        strong += usize::from(alone);
    }
    (parked.iter().filter(|&&car| car).count(), strong)
}

/// Saturated spheres beside plain rejection, which draws tokens over the whole sphere, to the same number of cars less
/// one in a hundred: the last hundredth would take it forever.
fn spheres() {
    println!("\nsaturated spheres  d  separation   cars   this [ms]   us/car   rejection to 99 % [ms]");
    let mut rng = rng();
    for (d, separation) in SATURATED {
        let parking = Parking::sphere(d, separation).expect("a valid sphere");
        let cars = parking.saturate(&mut rng).expect("a resolved sample").count();
        let this = fastest(|| black_box(parking.saturate(&mut rng)));
        let (plain, reached) = rejection(&parking, cars * 99 / 100, &mut rng);
        let note = if reached { String::new() } else { format!(" (gave up: {PLAIN_TOKENS} tokens)") };
        let each = 1e6 * this / cars as f64;
        println!("{d:20} {separation:11.4} {cars:6} {:11.1} {each:8.2} {:12.1}{note}", 1e3 * this, 1e3 * plain);
    }
}

/// The plain sampler gives up after so many tokens.
const PLAIN_TOKENS: u64 = 4_000_000;

/// Seconds until the first n tokens (doubled until it is enough) park as many cars as asked for.
#[allow(clippy::disallowed_methods, reason = "a bench measures time; nothing that is computed depends on it")]
fn rejection(parking: &Parking, cars: usize, rng: &mut ChaCha12Rng) -> (f64, bool) {
    let mut tokens = 1000;
    loop {
        let start = Instant::now();
        let sample = parking.arrivals(tokens, rng).expect("a valid number of tokens");
        let seconds = start.elapsed().as_secs_f64();
        if sample.count() >= cars || tokens >= PLAIN_TOKENS {
            return (seconds, sample.count() >= cars);
        }
        tokens *= 2;
    }
}

/// The shortest of many repetitions, in seconds: what the machine can do when it is not disturbed.
#[allow(clippy::disallowed_methods, reason = "a bench measures time; nothing that is computed depends on it")]
fn fastest<T>(mut work: impl FnMut() -> T) -> f64 {
    let (begin, mut best) = (Instant::now(), f64::INFINITY);
    while begin.elapsed() < PATIENCE {
        let start = Instant::now();
        let result = work();
        best = best.min(start.elapsed().as_secs_f64());
        drop(result);
    }
    best
}
