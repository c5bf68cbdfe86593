//! Centres against all pairs, and their exact mean.

use crate::{Uniform, rng};
use tokenpark_dynamics::{Tokens, squared_chord};
use tokenpark_parking::{Centers, Parking, sphere_tokens, theory};

fn all_pairs(tokens: &Tokens, separation: f64) -> (Vec<usize>, Vec<usize>) {
    let far = |j: usize, k: usize| tokens.squared_chord(j, k) > squared_chord(separation);
    let (mut renyi, mut strong) = (vec![], vec![]);
    for k in 0..tokens.len() {
        if renyi.iter().all(|&j| far(j, k)) {
            renyi.push(k);
        }
        if (0..k).all(|j| far(j, k)) {
            strong.push(k);
        }
    }
    (renyi, strong)
}

#[test]
fn prop_centers_equal_all_pairs() {
    let mut uniform = Uniform(1);
    for d in [2, 3, 4, 8] {
        for separation in [1e-5, 0.02, 0.3, 1.0, 2.0, 3.1, 3.2, f64::INFINITY] {
            for n in [1, 2, 40, 300] {
                let tokens = uniform.tokens(n, d);
                let centers = Centers::of(&tokens, separation);
                let (renyi, strong) = all_pairs(&tokens, separation);
                assert_eq!((centers.renyi(), centers.strong()), (&renyi[..], &strong[..]), "d {d} δ {separation}");
                assert!(strong.iter().all(|k| renyi.contains(k)), "strong centres are Rényi centres");
            }
        }
    }
}

#[test]
fn stat_counts_have_their_exact_means() {
    let (samples, mut uniform) = (4000, Uniform(7));
    for (n, d, separation) in [(200, 2, 0.5), (64, 3, 0.4), (50, 5, 0.9)] {
        let counts: Vec<f64> =
            (0..samples).map(|_| Centers::of(&uniform.tokens(n, d), separation).strong().len() as f64).collect();
        let mean = counts.iter().sum::<f64>() / f64::from(samples);
        let variance = counts.iter().map(|c| (c - mean) * (c - mean)).sum::<f64>() / f64::from(samples - 1);
        let exact = theory::mean_strong_centers(d, separation, n as u64);
        let deviations = (mean - exact) / (variance / f64::from(samples)).sqrt();
        assert!(deviations.abs() < 4.0, "n {n} d {d}: {mean} and {exact}, {deviations} standard errors");
    }
}

#[test]
fn prop_sphere_arrivals_are_the_centers_of_their_tokens() {
    for (d, separation) in [(3, 0.3), (4, 0.7), (8, 0.9)] {
        let sample = Parking::sphere(d, separation).unwrap().arrivals(500, &mut rng(5)).unwrap();
        let tokens = sphere_tokens(d, 500, &mut rng(5));
        let (renyi, strong) = all_pairs(&tokens, separation);
        let times: Vec<f64> = renyi.iter().map(|&k| k as f64 + 1.0).collect();
        assert_eq!((sample.times(), sample.strong()), (&times[..], Some(strong.len())));
        let last = renyi[renyi.len() - 1];
        let position: Vec<f64> = (0..d).map(|i| tokens.coordinate(i)[last]).collect();
        assert_eq!(sample.positions()[(renyi.len() - 1) * d..], position);
    }
}

#[test]
fn prop_clustered_tokens_are_found_too() {
    // Tokens that are not uniform: all in a small cap, and along a great circle.
    let mut uniform = Uniform(3);
    for (d, width) in [(2, 1e-3), (3, 0.01), (5, 0.1), (8, 0.05)] {
        let state = (0..400 * d).map(|i| if i < 400 { 1.0 } else { width * uniform.normal() }).collect();
        let tokens = Tokens::new(d, state).unwrap();
        for separation in [0.1 * width, width, 4.0 * width] {
            let centers = Centers::of(&tokens, separation);
            let (renyi, strong) = all_pairs(&tokens, separation);
            assert_eq!((centers.renyi(), centers.strong()), (&renyi[..], &strong[..]), "d {d} δ {separation}");
        }
    }
}
