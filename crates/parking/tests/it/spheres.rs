//! Saturated spheres: proof against random points, exact laws of few cars, arrivals in time, the literature.

use crate::{kolmogorov, rng};
use tokenpark_parking::statistics::Counts;
use tokenpark_parking::theory::{RSA_COVERAGE, cap_area};
use tokenpark_parking::{Parking, Sample, sphere_tokens};

fn angle(x: &[f64], y: &[f64]) -> f64 {
    let square = x.iter().zip(y).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b));
    2.0 * libm::asin((0.5 * square.sqrt()).min(1.0))
}

#[test]
fn prop_saturated_spheres_have_no_room_and_no_overlap() {
    for (d, separation) in [(3, 0.15), (3, 1.2), (3, 1.8), (3, 2.5), (4, 0.45), (4, 1.7), (5, 0.7), (5, 1.9), (5, 3.1)]
    {
        let parking = Parking::sphere(d, separation).unwrap();
        let sample = parking.saturate(&mut rng(21)).unwrap();
        let cars: Vec<&[f64]> = sample.positions().chunks_exact(d).collect();
        for (k, x) in cars.iter().enumerate() {
            assert!((x.iter().map(|a| a * a).sum::<f64>() - 1.0).abs() < 1e-14);
            assert!(cars[..k].iter().all(|y| angle(x, y) > separation), "d {d} δ {separation}: overlap");
        }
        assert!(sample.times().is_sorted() && sample.times().len() == cars.len() && sample.saturated());
        let tokens = sphere_tokens(d, 20_000, &mut rng(22));
        for k in 0..tokens.len() {
            let token: Vec<f64> = (0..d).map(|i| tokens.coordinate(i)[k]).collect();
            assert!(cars.iter().any(|y| angle(&token, y) <= separation), "d {d} δ {separation}: room at {token:?}");
        }
    }
}

#[test]
fn stat_two_or_three_cars_have_their_exact_law() {
    // For 1.911 < δ < 2π/3 there are two cars, or three if the complements of the first two caps meet: the first two
    // are nearer than 2π − 2δ. Beyond 2π/3 there are exactly two.
    for (d, separation, samples) in [(3, 2.0, 20_000), (4, 2.0, 2000), (5, 2.0, 100), (3, 1.95, 20_000), (4, 2.5, 2000)]
    {
        let (mut rng, parking) = (rng(23), Parking::sphere(d, separation).unwrap());
        let (mut counts, mut shares) = (Counts::new(), vec![]);
        let (near, far) = (cap_area(d, separation), cap_area(d, 2.0 * (std::f64::consts::PI - separation)));
        for _ in 0..samples {
            let sample = parking.saturate(&mut rng).unwrap();
            let cars = sample.positions();
            shares.push((cap_area(d, angle(&cars[..d], &cars[d..2 * d])) - near) / (1.0 - near));
            counts.add(sample.count());
        }
        let three = ((far - near) / (1.0 - near)).max(0.0);
        let error = 4.0 * (three * (1.0 - three) / f64::from(samples)).sqrt();
        assert!(
            (counts.mean() - 2.0 - three).abs() <= error,
            "d {d} δ {separation}: {} and {three}",
            counts.mean() - 2.0
        );
        // The second car is uniform outside the first one's cap.
        let distance = kolmogorov(shares, |x| x);
        assert!(distance < 2.0, "d {d}: {distance}");
    }
}

/// Cars that had come by a time.
fn by(sample: &Sample, time: f64) -> usize {
    sample.times().iter().filter(|&&t| t <= time).count()
}

#[test]
fn stat_arrivals_in_time_agree_with_tokens() {
    for (d, separation, tokens, samples) in [(3, 0.6, 300, 5000), (4, 0.9, 300, 500), (5, 1.2, 300, 100)] {
        let (mut rng, parking) = (rng(24), Parking::sphere(d, separation).unwrap());
        let (mut saturated, mut arrived, mut early) = (Counts::new(), Counts::new(), Counts::new());
        let mut few = Counts::new();
        for _ in 0..samples {
            let sample = parking.saturate(&mut rng).unwrap();
            saturated.add(by(&sample, tokens as f64));
            // Poisson times against a fixed number of tokens: the law of few tokens differs, that of the mean little.
            early.add(by(&sample, 30.0));
            few.add(parking.arrivals(30, &mut rng).unwrap().count());
            arrived.add(parking.arrivals(tokens, &mut rng).unwrap().count());
        }
        for (a, b, what) in [(&saturated, &arrived, tokens), (&early, &few, 30)] {
            let error = libm::hypot(a.standard_error(), b.standard_error());
            let difference = a.mean() - b.mean();
            // A Poisson number of tokens lowers the mean by |M''(n)| n/2, here below 0.1 for 30 tokens.
            let bias = if what == 30 { 0.1 } else { 0.0 };
            assert!(difference.abs() < 4.0 * error + bias, "d {d}, {what} tokens: {} and {}", a.mean(), b.mean());
        }
    }
}

#[test]
fn stat_arrivals_agree_with_another_program() {
    // Means over 1000 to 1500 samples of all pairs of 300 normal vectors in numpy, and their standard errors.
    let known = [
        (3, 0.6, (20.7127, 0.0317), (11.4380, 0.0416)),
        (4, 0.9, (16.1540, 0.0287), (7.6467, 0.0373)),
        (5, 1.2, (9.7860, 0.0210), (4.1553, 0.0275)),
        (8, 1.0, (35.6560, 0.0627), (15.0620, 0.0746)),
    ];
    let mut rng = rng(26);
    for (d, separation, renyi, strong) in known {
        let parking = Parking::sphere(d, separation).unwrap();
        let (mut cars, mut alone) = (Counts::new(), Counts::new());
        for _ in 0..4000 {
            let sample = parking.arrivals(300, &mut rng).unwrap();
            cars.add(sample.count());
            alone.add(sample.strong().unwrap());
        }
        for (seen, (mean, error)) in [(&cars, renyi), (&alone, strong)] {
            let error = libm::hypot(seen.standard_error(), error);
            assert!((seen.mean() - mean).abs() < 4.0 * error, "d {d}: {} and {mean} ± {error}", seen.mean());
        }
    }
}

/// Coverage at vanishing δ: the intercept of a weighted straight line in δ², and its standard error.
fn flat_coverage(d: usize, separations: &[(f64, usize)]) -> (f64, f64) {
    let mut rng = rng(25);
    let mut sums = [0.0; 5];
    for &(separation, samples) in separations {
        let parking = Parking::sphere(d, separation).unwrap();
        let mut counts = Counts::new();
        (0..samples).for_each(|_| counts.add(parking.saturate(&mut rng).unwrap().count()));
        let (x, y) = (separation * separation, counts.mean() * parking.car());
        let weight = 1.0 / (counts.standard_error() * parking.car() * counts.standard_error() * parking.car());
        for (sum, term) in sums.iter_mut().zip([1.0, x, x * x, y, x * y]) {
            *sum += weight * term;
        }
    }
    let [w, x, xx, y, xy] = sums;
    let determinant = w * xx - x * x;
    ((xx * y - x * xy) / determinant, (xx / determinant).sqrt())
}

#[test]
fn stat_saturated_coverage_agrees_with_the_literature() {
    let (coverage, error) = flat_coverage(3, &[(0.05, 6), (0.1, 24), (0.2, 100), (0.3, 200)]);
    assert!((coverage / RSA_COVERAGE[1].0 - 1.0).abs() < 0.003, "S²: {coverage} ± {error}");
    assert!((coverage - RSA_COVERAGE[1].0).abs() < 4.0 * error + 2e-4, "S²: {coverage} ± {error}");
    let (coverage, error) = flat_coverage(4, &[(0.3, 4), (0.4, 10), (0.5, 20)]);
    assert!((coverage / RSA_COVERAGE[2].0 - 1.0).abs() < 0.01, "S³: {coverage} ± {error}");
    assert!((coverage - RSA_COVERAGE[2].0).abs() < 4.0 * error + 1e-3, "S³: {coverage} ± {error}");
}
