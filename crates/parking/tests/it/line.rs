//! Interval and circle against exact moments and laws.

use crate::{kolmogorov, rng};
use std::f64::consts::PI;
use tokenpark_parking::statistics::Counts;
use tokenpark_parking::{Parking, Sample, Space, theory};

/// Within four standard errors, mean and variance.
fn agrees(counts: &Counts, mean: f64, variance: f64, what: &str) {
    let (a, b) = (counts.mean() - mean, counts.variance() - variance);
    assert!(a.abs() <= 4.0 * counts.standard_error() + 1e-12, "{what}: mean {} and {mean}", counts.mean());
    let error = counts.variance_standard_error();
    assert!(b.abs() <= 4.0 * error + 1e-6, "{what}: variance {} and {variance}", counts.variance());
}

fn counts(samples: usize, mut draw: impl FnMut() -> Sample) -> Counts {
    let mut counts = Counts::new();
    (0..samples).for_each(|_| counts.add(draw().count()));
    counts
}

#[test]
fn stat_interval_counts_have_their_exact_moments() {
    let known = [
        (2.5, 5.0 / 3.0, 2.0 / 9.0),
        (3.0, 2.0, 0.0),
        (4.0, 2.742_470_426, 0.191_208_093),
        (5.0, 3.485_085_925, 0.249_777_570),
        (10.0, 7.223_577_123, 0.419_718_451),
    ];
    let mut rng = rng(11);
    for (length, mean, variance) in known {
        let parking = Parking::interval(length).unwrap();
        let seen = counts(1_000_000, || parking.saturate(&mut rng).unwrap());
        agrees(&seen, mean, variance, &format!("[0, {length}]"));
        let seen = counts(100_000, || parking.saturate_in_time(&mut rng).unwrap());
        agrees(&seen, mean, variance, &format!("[0, {length}] in time"));
    }
}

#[test]
fn stat_circle_counts_have_their_exact_moments() {
    let mut rng = rng(12);
    for separation in [0.5, 1.3, 2.2] {
        let parking = Parking::circle(separation).unwrap();
        let (mean, variance) = theory::saturated_on_circle(separation);
        let samples = if separation == 0.5 { 1_000_000 } else { 100_000 };
        let seen = counts(samples, || parking.saturate(&mut rng).unwrap());
        agrees(&seen, mean, variance, &format!("δ = {separation}"));
        let seen = counts(100_000, || parking.saturate_in_time(&mut rng).unwrap());
        agrees(&seen, mean, variance, &format!("δ = {separation} in time"));
    }
}

/// The leftmost car on [0, 5/2]: the first one at y uniform on [0, 3/2], or one uniform on [0, y − 1] where y >= 1.
fn leftmost(s: f64) -> f64 {
    if s < 0.5 { s * (2.0 + libm::log(0.5 / s)) / 1.5 } else { (s + 0.5) / 1.5 }
}

#[test]
fn stat_positions_on_short_intervals_have_their_laws() {
    let mut rng = rng(13);
    let parking = Parking::interval(2.5).unwrap();
    let left = |sample: &Sample| sample.positions()[0];
    let first = (0..100_000).map(|_| left(&parking.saturate(&mut rng).unwrap())).collect();
    let distance = kolmogorov(first, leftmost);
    assert!(distance < 2.0, "leftmost: {distance}");
    let first = (0..100_000).map(|_| left(&parking.saturate_in_time(&mut rng).unwrap())).collect();
    let distance = kolmogorov(first, leftmost);
    assert!(distance < 2.0, "leftmost in time: {distance}");
    let single = Parking::new(Space::Interval { length: 3.0 }, 2.0).unwrap();
    let only = (0..50_000).map(|_| left(&single.saturate(&mut rng).unwrap())).collect();
    assert!(kolmogorov(only, |x| x) < 2.0);
}

#[test]
fn stat_first_arrivals_are_uniform_and_exponential() {
    let mut rng = rng(14);
    for (parking, free) in [(Parking::interval(7.0).unwrap(), 6.0), (Parking::circle(1.0).unwrap(), 2.0 * PI)] {
        let (mut positions, mut times) = (vec![], vec![]);
        for _ in 0..50_000 {
            let sample = parking.saturate_in_time(&mut rng).unwrap();
            let order = |&i: &usize, &j: &usize| sample.times()[i].total_cmp(&sample.times()[j]);
            let first = (0..sample.count()).min_by(order).unwrap();
            positions.push(sample.positions()[first] / free);
            times.push(sample.times()[first]);
        }
        let distance = kolmogorov(positions, |x| x);
        assert!(distance < 2.0, "{distance}");
        let distance = kolmogorov(times, |t| 1.0 - libm::exp(-t));
        assert!(distance < 2.0, "{distance}");
    }
}

#[test]
fn stat_second_arrivals_park_with_their_exact_probability() {
    // On [0, 5/2] two places in [0, 3/2] differ by more than 1 with probability (1/3)²; on the circle 1 − δ/π.
    let mut rng = rng(15);
    let cases = [(Parking::interval(2.5).unwrap(), 1.0 / 9.0), (Parking::circle(0.7).unwrap(), 1.0 - 0.7 / PI)];
    for (parking, second) in cases {
        let seen = counts(200_000, || parking.arrivals(2, &mut rng).unwrap());
        agrees(&seen, 1.0 + second, second * (1.0 - second), "two tokens");
    }
}

#[test]
fn prop_arrivals_equal_all_pairs() {
    let mut rng = rng(16);
    let circle = |a: f64, b: f64| (a - b).abs().min(2.0 * PI - (a - b).abs());
    let line = |a: f64, b: f64| (a - b).abs();
    for separation in [3.1, 2.5, 1.9, 1.5, 0.7, 0.1] {
        // The length on which tokens land, in cars.
        let spaces =
            [(Space::Circle, 2.0 * PI / separation), (Space::Interval { length: 4.0 }, 4.0 / separation - 1.0)];
        for (space, positions) in spaces {
            let parking = Parking::new(space, separation).unwrap();
            for n in [1, 2, 5, 10, 100].repeat(40) {
                let seed = rng.clone();
                let sample = parking.arrivals(n, &mut rng).unwrap();
                // The same numbers drawn again.
                let mut again = seed;
                let tokens: Vec<f64> = (0..n).map(|_| uniform(&mut again) * positions).collect();
                let far = |a: f64, b: f64| {
                    let (a, b) = (a * separation, b * separation);
                    (if space == Space::Circle { circle(a, b) } else { line(a, b) }) > separation
                };
                let mut cars: Vec<f64> = vec![];
                let mut strong = 0;
                for (k, &token) in tokens.iter().enumerate() {
                    strong += usize::from(tokens[..k].iter().all(|&other| far(token, other)));
                    if cars.iter().all(|&car| far(token, car)) {
                        cars.push(token);
                    }
                }
                let cars: Vec<f64> = cars.iter().map(|car| car * separation).collect();
                assert_eq!((sample.positions(), sample.strong()), (&cars[..], Some(strong)), "{parking:?} {n}");
            }
        }
    }
}

fn uniform(rng: &mut rand_chacha::ChaCha12Rng) -> f64 {
    use rand_chacha::rand_core::Rng;
    (rng.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
}

#[test]
fn prop_saturated_lines_have_no_room_and_no_overlap() {
    let mut rng = rng(17);
    for parking in [Parking::interval(1.0), Parking::interval(537.3), Parking::circle(0.01), Parking::circle(3.1)] {
        let parking = parking.unwrap();
        for sample in [parking.saturate(&mut rng).unwrap(), parking.saturate_in_time(&mut rng).unwrap()] {
            let gaps = sample.gaps().unwrap();
            assert!(gaps.iter().all(|gap| (-1e-9..1.0 + 1e-9).contains(gap)), "{gaps:?}");
            let length = gaps.iter().sum::<f64>() + sample.count() as f64;
            let cars = match parking.space() {
                Space::Interval { length } => length,
                _ => 2.0 * PI / parking.separation(),
            };
            assert!((length / cars - 1.0).abs() < 1e-12);
            assert!((sample.coverage() - sample.count() as f64 / cars).abs() < 1e-12);
            assert!(sample.times().is_empty() || sample.times().len() == sample.count());
        }
    }
}

#[test]
fn stat_counts_of_the_paper() {
    // n = 200 tokens, δ = 0.5, 400,000 samples of another program: P(strong = 3..9) and P(Rényi = 7..11).
    let strong = [0.0010, 0.0259, 0.1773, 0.3890, 0.3102, 0.0888, 0.0077];
    let renyi = [0.0034, 0.1534, 0.5502, 0.2786, 0.0144];
    let (samples, mut rng, parking) = (40_000, rng(18), Parking::circle(0.5).unwrap());
    let (mut seen_strong, mut seen_renyi) = ([0.0; 7], [0.0; 5]);
    for _ in 0..samples {
        let sample = parking.arrivals(200, &mut rng).unwrap();
        if let Some(bin) = seen_renyi.get_mut(sample.count().wrapping_sub(7)) {
            *bin += 1.0;
        }
        if let Some(bin) = seen_strong.get_mut(sample.strong().unwrap().wrapping_sub(3)) {
            *bin += 1.0;
        }
    }
    let chi = |seen: &[f64], law: &[f64]| -> f64 {
        seen.iter()
            .zip(law)
            .map(|(s, p)| (s - samples as f64 * p) * (s - samples as f64 * p) / (samples as f64 * p))
            .sum()
    };
    // 7 and 5 bins; the 99.9 % quantiles of chi-square are 24.3 and 20.5.
    assert!(chi(&seen_strong, &strong) < 24.3, "{seen_strong:?}");
    assert!(chi(&seen_renyi, &renyi) < 20.5, "{seen_renyi:?}");
}
