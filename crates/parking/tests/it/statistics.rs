//! Tables against exact laws, brute force and each other.

use crate::rng;
use tokenpark_parking::statistics::{Approach, Counts, GapHistogram, PairCorrelation};
use tokenpark_parking::{Parking, Space, theory};

#[test]
fn val_counts() {
    let mut counts = Counts::new();
    [2, 4, 4, 4, 5, 5, 7, 9].into_iter().for_each(|count| counts.add(count));
    assert_eq!(counts.table(), [(2, 1), (4, 3), (5, 2), (7, 1), (9, 1)]);
    assert_eq!((counts.samples(), counts.mean()), (8, 5.0));
    assert!((counts.variance() - 32.0 / 7.0).abs() < 1e-14);
    assert!((counts.standard_error() - (4.0_f64 / 7.0).sqrt()).abs() < 1e-14);
    assert!((counts.shape().0 - 0.65625).abs() < 1e-14 && (counts.shape().1 - (44.5 / 16.0 - 3.0)).abs() < 1e-13);
    assert!((counts.variance_standard_error() - ((44.5_f64 - 16.0) / 8.0).sqrt()).abs() < 1e-13);
    assert!(Counts::new().mean().is_nan());
}

#[test]
fn stat_gaps_have_their_law() {
    // Bins of one sample depend on each other: each bin's error is taken from many samples.
    let (samples, bins, mut rng) = (400, 25, rng(31));
    let parking = Parking::circle(0.01).unwrap();
    let (mut all, mut squares) = (GapHistogram::new(bins).unwrap(), vec![0.0; bins]);
    for _ in 0..samples {
        let mut one = GapHistogram::new(bins).unwrap();
        one.add(&parking.saturate(&mut rng).unwrap()).unwrap();
        one.table()
            .iter()
            .zip(&mut squares)
            .for_each(|(row, sum)| *sum += (row.density - row.theory) * (row.density - row.theory));
        all.merge(&one).unwrap();
    }
    let mut chi = 0.0;
    for (row, square) in all.table().iter().zip(squares) {
        let error = square.sqrt() / f64::from(samples);
        let deviations = (row.density - row.theory) / error;
        assert!(deviations.abs() < 4.0, "{row:?}: {deviations}");
        chi += deviations * deviations;
    }
    // The 99.9 % quantile for 25 bins.
    assert!(chi < 52.6, "chi-square {chi}");
    // Another law would be seen: the bins are known to a percent.
    let first = all.table()[0];
    assert!((first.density / (first.theory * 1.02) - 1.0).abs() > 0.005);
}

#[test]
fn stat_lines_approach_saturation_as_known() {
    let times = vec![0.1, 0.5, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0];
    let (mut rng, samples) = (rng(32), 400);
    for parking in [Parking::circle(0.02).unwrap(), Parking::interval(2000.0).unwrap()] {
        let mut approach = Approach::new(parking, times.clone()).unwrap();
        for _ in 0..samples {
            approach.add(&parking.saturate_in_time(&mut rng).unwrap()).unwrap();
        }
        for row in approach.table() {
            let (coverage, missing) = row.theory.unwrap();
            // The number of late cars is nearly Poisson; ends of the interval count for about one car in 2000.
            let cars = f64::from(samples) / parking.car();
            let (all, late) = (4.0 * (0.25 / cars).sqrt(), 4.0 * (missing / cars).sqrt());
            let ends = if parking.space() == Space::Circle { 0.0 } else { 1e-3 };
            assert!((row.coverage - coverage).abs() < all + ends, "{row:?}");
            assert!((row.missing - missing).abs() < late + ends * missing, "{row:?}");
        }
        let slope = approach.table()[6].slope;
        assert!((slope - theory::approach_exponent(1)).abs() < 0.25, "{slope}");
    }
}

#[test]
fn stat_sphere_approaches_saturation_with_the_power_one_half() {
    let (mut rng, parking) = (rng(33), Parking::sphere(3, 0.15).unwrap());
    let mut approach = Approach::new(parking, vec![30.0, 3000.0]).unwrap();
    for _ in 0..150 {
        approach.add(&parking.saturate(&mut rng).unwrap()).unwrap();
    }
    let rows = approach.table();
    assert!((rows[0].slope + 0.5).abs() < 0.04, "{rows:?}");
    assert!(rows[0].theory.is_none() && rows[1].slope.is_nan());
}

#[test]
fn prop_pairs_equal_brute_force() {
    let mut rng = rng(34);
    let spaces = [Parking::interval(30.0), Parking::circle(0.2), Parking::circle(1.1), Parking::sphere(3, 0.4)];
    for parking in spaces {
        let parking = parking.unwrap();
        for range in [1.5, 2.5] {
            let sample = parking.saturate(&mut rng).unwrap();
            let mut pairs = PairCorrelation::new(parking, 7, range).unwrap();
            pairs.add(&sample).unwrap();
            let mut brute = [0; 7];
            let cars: Vec<&[f64]> = sample.positions().chunks_exact(parking.coordinates()).collect();
            for (k, x) in cars.iter().enumerate() {
                for y in &cars[..k] {
                    let flat = (x[0] - y[0]).abs();
                    let distance = match parking.space() {
                        Space::Interval { .. } => flat,
                        Space::Circle => flat.min(2.0 * std::f64::consts::PI - flat),
                        Space::Sphere { .. } => libm::acos(x.iter().zip(*y).map(|(a, b)| a * b).sum()),
                    };
                    if let Some(bin) = brute.get_mut((7.0 * distance / (range * parking.separation())) as usize) {
                        *bin += 1;
                    }
                }
            }
            let table: Vec<u64> = pairs.table().iter().map(|row| row.pairs).collect();
            assert_eq!(table, brute, "{parking:?}");
        }
    }
}

#[test]
fn stat_pairs_of_single_tokens_are_uncorrelated() {
    // At long distance g = 1, and closer than a separation there are no pairs.
    let mut rng = rng(35);
    for (parking, range) in [(Parking::circle(0.1).unwrap(), 30.0), (Parking::sphere(3, 0.3).unwrap(), 10.0)] {
        let mut pairs = PairCorrelation::new(parking, 20, range).unwrap();
        for _ in 0..300 {
            pairs.add(&parking.saturate(&mut rng).unwrap()).unwrap();
        }
        for row in pairs.table() {
            if row.upper <= 1.0 {
                assert_eq!(row.pairs, 0);
            }
            // A fixed number of cars in all makes g a trace larger than 1 far away.
            assert!(row.lower < 5.0 || (row.correlation - 1.0).abs() < 0.03, "{row:?}");
        }
    }
}

#[test]
fn prop_merged_tables_equal_one() {
    let parking = Parking::circle(0.3).unwrap();
    let samples: Vec<_> = (0..40).map(|seed| parking.saturate_in_time(&mut rng(seed)).unwrap()).collect();
    let tables = |samples: &[tokenpark_parking::Sample]| {
        let mut counts = Counts::new();
        let mut gaps = GapHistogram::new(9).unwrap();
        let mut pairs = PairCorrelation::new(parking, 9, 4.0).unwrap();
        let mut approach = Approach::new(parking, vec![1.0, 2.0, 30.0]).unwrap();
        for sample in samples {
            counts.add(sample.count());
            gaps.add(sample).unwrap();
            pairs.add(sample).unwrap();
            approach.add(sample).unwrap();
        }
        (counts, gaps, pairs, approach)
    };
    let (mut a, b, all) = (tables(&samples[25..]), tables(&samples[..25]), tables(&samples));
    a.0.merge(&b.0);
    a.1.merge(&b.1).unwrap();
    a.2.merge(&b.2).unwrap();
    a.3.merge(&b.3).unwrap();
    assert_eq!(a, all);
}
