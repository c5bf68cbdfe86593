//! Centres against all pairs, areas against closed forms and integrals, counts against exact means.

use tokenpark_dynamics::{Tokens, squared_chord};
use tokenpark_parking::{Centers, theory};

/// A small generator for tests (SplitMix64): uniform numbers in (0, 1).
struct Uniform(u64);

impl Uniform {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.next())).sqrt();
        radius * libm::cos(2.0 * std::f64::consts::PI * self.next())
    }

    fn tokens(&mut self, n: usize, d: usize) -> Tokens {
        Tokens::new(d, (0..n * d).map(|_| self.normal()).collect()).expect("normal numbers have a direction")
    }
}

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

const MPMATH: [(usize, f64, f64); 19] = [
    (5, 0.1, 1.8687601460882803e-05),
    (5, 0.8, 0.062015368770891616),
    (5, 1.0, 0.13420542191164356),
    (5, 1.45, 0.41006037566534803),
    (5, 1.57, 0.499402755093195),
    (64, 0.1, 4.529061373599926e-65),
    (64, 0.8, 5.7667929124135356e-11),
    (64, 1.0, 1.6958739075674528e-06),
    (64, 1.45, 0.16949473432597345),
    (64, 1.57, 0.4974884287360861),
    (128, 0.1, 2.87301698048896e-129),
    (128, 0.8, 2.3984011720792835e-20),
    (128, 1.0, 1.9394067420637923e-11),
    (128, 1.45, 0.08686921507887278),
    (128, 1.57, 0.49642692139472133),
    (1000, 0.8, 1.3695101474737709e-146),
    (1000, 1.0, 3.029996037188508e-77),
    (1000, 1.45, 6.626544126940988e-05),
    (1000, 1.57, 0.4899624054259275),
];

#[test]
fn val_cap_areas() {
    use std::f64::consts::PI;
    assert!((theory::cap_area(2, 0.5) - 0.5 / PI).abs() < 1e-16);
    assert!((theory::cap_area(3, 0.5) - libm::sin(0.25) * libm::sin(0.25)).abs() < 1e-16);
    // d = 4: (2 δ - sin 2δ) / (2 π).
    for angle in [0.01, 0.3, 0.9, 1.5, 2.0, 3.0] {
        let exact = (2.0 * angle - libm::sin(2.0 * angle)) / (2.0 * PI);
        assert!((theory::cap_area(4, angle) / exact - 1.0).abs() < 1e-10, "{angle}");
    }
    // mpmath at 40 digits: betainc((d - 1)/2, 1/2, 0, sin(angle)^2, regularized) / 2.
    for (d, angle, area) in MPMATH {
        let error = (theory::cap_area(d, angle) / area - 1.0).abs();
        assert!(error < 1e-11, "d = {d}, {angle}: {error:e}");
    }
    for d in 2..12 {
        assert!((theory::cap_area(d, PI / 2.0) - 0.5).abs() < 1e-14);
        assert!((theory::cap_area(d, PI) - 1.0).abs() < 1e-14);
        for angle in [0.05, 0.7, 0.8, 1.2] {
            let integral = simpson(|a| libm::pow(libm::sin(a), d as f64 - 2.0), angle)
                / simpson(|a| libm::pow(libm::sin(a), d as f64 - 2.0), PI);
            assert!((theory::cap_area(d, angle) / integral - 1.0).abs() < 1e-9, "d = {d}, {angle}");
        }
    }
}

fn simpson(f: impl Fn(f64) -> f64, to: f64) -> f64 {
    let h = to / 20_000.0;
    let sum: f64 = (1..20_000).map(|i| f(f64::from(i) * h) * if i % 2 == 0 { 2.0 } else { 4.0 }).sum();
    (f(0.0) + sum + f(to)) * h / 3.0
}

#[test]
fn val_mean_strong_centers() {
    assert!((theory::mean_strong_centers(2, 0.5, 200) - 2.0 * std::f64::consts::PI).abs() < 1e-2);
    assert!((theory::mean_strong_centers(3, 0.3, 1) - 1.0).abs() < 1e-14);
    let (mean, variance) = theory::saturated_on_circle(0.5);
    assert!((mean - 9.394_593).abs() < 1e-6 && (variance - 0.479_487).abs() < 1e-6);
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
