//! Means, variances and laws of gaps against closed forms, the literature and another program's digits.

use tokenpark_parking::theory::*;

#[test]
fn val_constants_are_computed_to_fifteen_digits() {
    // OEIS A050996, and v to 30 digits by mpmath: 0.0381563991904265053291044982.
    assert!((renyi_constant() / 0.747_597_920_253_411_4 - 1.0).abs() < 1e-15, "{:e}", renyi_constant());
    assert!((renyi_variance() / 0.038_156_399_190_426_51 - 1.0).abs() < 3e-15, "{:e}", renyi_variance());
    assert_eq!(RENYI_CONSTANT, 0.747_597_920_253_411_4);
    assert!((RENYI_VARIANCE - 0.038_156_399_190_426_51).abs() < 1e-17);
}

#[test]
fn val_interval_means() {
    assert_eq!((interval_mean(0.99), interval_mean(0.0)), (0.0, 0.0));
    // M = 1 on [1, 2], 1 + 2(x−2)/(x−1) on [2, 3], and on [3, 4] with a logarithm (Rényi 1958).
    for x in [1.0, 1.5, 1.99, 2.0] {
        assert!((interval_mean(x) - 1.0).abs() < 1e-13);
    }
    for x in [2.0, 2.2, 2.5, 2.9, 3.0] {
        assert!((interval_mean(x) - (3.0 * x - 5.0) / (x - 1.0)).abs() < 1e-13, "{x}");
    }
    for x in [3.0, 3.3, 3.7, 4.0] {
        // ∫_0^{x−1} M = 1 + ∫_2^{x−1} (3 − 2/(y−1)) dy.
        let integral = 1.0 + 3.0 * (x - 3.0) - 2.0 * libm::log(x - 2.0);
        assert!((interval_mean(x) - 1.0 - 2.0 * integral / (x - 1.0)).abs() < 1e-13, "{x}");
    }
    for (x, mean) in [(4.0, 2.742_470_426), (5.0, 3.485_085_925), (10.0, 7.223_577_123)] {
        assert!((interval_mean(x) - mean).abs() < 1e-9, "{x}");
    }
    // Large intervals: the table joins its asymptote.
    for x in [15.0, 20.5, 23.999, 24.0, 100.0] {
        assert!((interval_mean(x) - (RENYI_CONSTANT * (x + 1.0) - 1.0)).abs() < 1e-12, "{x}");
        assert!((interval_variance(x) / (RENYI_VARIANCE * (x + 1.0)) - 1.0).abs() < 1e-9, "{x}");
    }
}

#[test]
fn val_delay_equation() {
    // (x−1) (M(x) − 1) = 2 ∫_0^{x−1} M, by Simpson's rule between whole numbers.
    for x in [4.6, 7.25, 11.9] {
        let free = x - 1.0;
        let whole = free as usize;
        let simpson = |a: f64, b: f64| {
            let h = (b - a) / 2000.0;
            // Open ends: M jumps at 1.
            let at = |i: u32| interval_mean((a + f64::from(i) * h).clamp(a + 1e-14 * b, b - 1e-14 * b));
            let inner: f64 = (1..2000).map(|i| at(i) * if i % 2 == 0 { 2.0 } else { 4.0 }).sum();
            (at(0) + inner + at(2000)) * h / 3.0
        };
        let parts: f64 = (0..whole).map(|k| simpson(k as f64, k as f64 + 1.0)).sum();
        let integral = parts + simpson(whole as f64, free);
        assert!((interval_mean(x) - 1.0 - 2.0 * integral / free).abs() < 1e-12, "{x}");
    }
}

#[test]
fn val_interval_variances() {
    for x in [0.5, 1.5, 2.0, 3.0] {
        assert!(interval_variance(x).abs() < 1e-13, "{x}");
    }
    // On [2, 3] there are one or two cars.
    for x in [2.1, 2.5, 2.8] {
        let two = interval_mean(x) - 1.0;
        assert!((interval_variance(x) - two * (1.0 - two)).abs() < 1e-13, "{x}");
    }
    // On [3, 5] two or three, three or four.
    for (x, least) in [(3.6, 2.0), (4.0, 2.0), (4.8, 3.0), (5.0, 3.0)] {
        let one_more = interval_mean(x) - least;
        if !(0.0..=1.0).contains(&one_more) {
            continue;
        }
        let exact = one_more * (1.0 - one_more);
        if x == 4.0 || x == 5.0 {
            assert!((interval_variance(x) - exact).abs() < 1e-12, "{x}: {} {exact}", interval_variance(x));
        }
    }
    for (x, variance) in [(4.0, 0.191_208_093), (5.0, 0.249_777_570), (10.0, 0.419_718_451)] {
        assert!((interval_variance(x) - variance).abs() < 1e-9, "{x}");
    }
}

#[test]
fn val_gap_law() {
    // mpmath, 20 digits: quad of 2 t β(t) e^{−gt}/C_R and 2 β(t) (1 − e^{−gt})/C_R.
    for (gap, density, share) in GAPS {
        assert!((gap_density(gap) / density - 1.0).abs() < 1e-12, "{gap}: {}", gap_density(gap));
        assert!((gap_distribution(gap) / share - 1.0).abs() < 1e-12, "{gap}: {}", gap_distribution(gap));
    }
    assert_eq!((gap_distribution(-1.0), gap_distribution(0.0), gap_distribution(1.0)), (0.0, 0.0, 1.0));
    assert!((gap_distribution(1.0 - 1e-13) - 1.0).abs() < 1e-12);
    // The mean gap is what the cars leave, 1/C_R − 1, and is ∫ (1 − F).
    let n = 4000;
    let mean: f64 = (0..n).map(|i| 1.0 - gap_distribution((f64::from(i) + 0.5) / f64::from(n))).sum();
    assert!((mean / f64::from(n) - (1.0 / RENYI_CONSTANT - 1.0)).abs() < 1e-6);
}

const GAPS: [(f64, f64, f64); 4] = [
    (0.01, 3.725_298_105_560_989, 0.045_646_404_644_656),
    (0.1, 1.852_640_985_886_596, 0.265_787_938_531_637),
    (0.5, 0.755_381_860_366_988, 0.719_803_631_731_430),
    (0.9, 0.465_256_522_515_148, 0.955_714_228_964_704),
];

#[test]
fn val_approach_on_the_line() {
    assert!(line_coverage(0.0).abs() < 1e-15);
    // Early tokens hardly meet: θ = t − t² + ...; late ones miss e^{−2γ}/t.
    assert!((line_coverage(1e-3) - (1e-3 - 1e-6)).abs() < 2e-9);
    let late = libm::exp(-2.0 * 0.577_215_664_901_532_9) / 1e6;
    assert!((line_uncovered(1e6) / late - 1.0).abs() < 1e-14);
    for t in [0.3, 1.0, 5.5, 39.99, 40.01] {
        assert!((line_coverage(t) + line_uncovered(t) - RENYI_CONSTANT).abs() < 1e-15);
        // β = dθ/dt, at t + 1/2 by a central difference against exp(−2 Ein).
        let slope = (line_coverage(t + 1e-4) - line_coverage(t - 1e-4)) / 2e-4;
        let ein = simpson(|u| if u == 0.0 { 1.0 } else { (1.0 - libm::exp(-u)) / u }, t);
        assert!((slope / libm::exp(-2.0 * ein) - 1.0).abs() < 1e-6, "{t}");
    }
    assert_eq!([1, 2, 3, 4].map(approach_exponent), [-1.0, -0.5, -1.0 / 3.0, -0.25]);
}

fn simpson(f: impl Fn(f64) -> f64, to: f64) -> f64 {
    let h = to / 2000.0;
    let sum: f64 = (1..2000).map(|i| f(f64::from(i) * h) * if i % 2 == 0 { 2.0 } else { 4.0 }).sum();
    (f(0.0) + sum + f(to)) * h / 3.0
}

#[test]
fn val_circle_and_small_caps() {
    let (mean, variance) = saturated_on_circle(0.5);
    assert!((mean - 9.394_593).abs() < 1e-6 && (variance - 0.479_487).abs() < 1e-6);
    assert_eq!(saturated_on_circle(3.2), (1.0, 0.0));
    // More than half of the circle is left at δ < π: exactly two cars down to 2π/3.
    assert!((saturated_on_circle(3.0).0 - 2.0).abs() < 1e-13);
    let (renyi, strong) = small_separation_on_sphere(0.01);
    assert!((renyi / 87_532.0 - 1.0).abs() < 1e-4 && (strong - 40_000.0).abs() < 1e-6);
    assert!((mean_strong_centers(3, 0.01, 100_000_000) / strong - 1.0).abs() < 1e-4);
}
