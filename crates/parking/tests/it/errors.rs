//! Bad input is refused with a sentence that names the value and what is allowed.

use crate::rng;
use std::f64::consts::PI;
use tokenpark_parking::statistics::{Approach, GapHistogram, PairCorrelation};
use tokenpark_parking::{Parking, ParkingError, Space};

fn refused(result: Result<Parking, ParkingError>, value: &str) {
    let message = result.expect_err("this is no parking problem").to_string();
    assert!(message.contains(value) && message.contains("allowed"), "{message} does not name {value}");
}

#[test]
fn val_bad_spaces_are_refused() {
    for (length, value) in [(0.5, "0.5"), (f64::NAN, "NaN"), (f64::INFINITY, "inf"), (-3.0, "-3")] {
        refused(Parking::interval(length), value);
    }
    refused(Parking::new(Space::Interval { length: 2.0 }, 2.5), "2.5");
    for (separation, value) in [(0.0, "0"), (-1.0, "-1"), (PI, "3.14159"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        refused(Parking::circle(separation), value);
        refused(Parking::sphere(3, separation), value);
    }
    refused(Parking::new(Space::Interval { length: 2.0 }, f64::NAN), "NaN");
    refused(Parking::new(Space::Interval { length: 2.0 }, 0.0), "0");
    for dimension in [0, 1, 1025] {
        refused(Parking::sphere(dimension, 0.5), &dimension.to_string());
    }
    assert_eq!(Parking::sphere(2, 0.5).unwrap(), Parking::circle(0.5).unwrap());
    assert!(Parking::interval(1.0).is_ok() && Parking::circle(3.1).is_ok());
}

#[test]
fn val_bad_samples_are_refused() {
    let sphere = Parking::sphere(6, 0.5).unwrap();
    assert_eq!(sphere.saturate(&mut rng(1)), Err(ParkingError::SaturatedDimension(6)));
    assert_eq!(sphere.saturate_in_time(&mut rng(1)), Err(ParkingError::SaturatedDimension(6)));
    for tokens in [0, 1_000_000_001] {
        assert_eq!(sphere.arrivals(tokens, &mut rng(1)), Err(ParkingError::Tokens(tokens)));
    }
    let crowded = [Parking::interval(1e12), Parking::circle(1e-12), Parking::sphere(4, 1e-5)];
    for parking in crowded {
        let error = parking.unwrap().saturate(&mut rng(1)).expect_err("nobody has the memory");
        assert!(matches!(error, ParkingError::TooManyCars(cars) if cars > 1e9), "{error}");
    }
    assert!(matches!(Parking::circle(1e-12).unwrap().arrivals(5, &mut rng(1)), Err(ParkingError::TooManyCars(_))));
}

#[test]
fn val_bad_tables_are_refused() {
    let circle = Parking::circle(0.5).unwrap();
    assert!(GapHistogram::new(0).is_err() && GapHistogram::new(1_000_001).is_err());
    assert!(PairCorrelation::new(circle, 0, 2.0).is_err());
    for range in [0.0, -1.0, f64::NAN, 7.0] {
        assert!(PairCorrelation::new(circle, 10, range).is_err(), "{range}");
    }
    for times in [vec![], vec![0.0], vec![1.0, 1.0], vec![2.0, 1.0], vec![f64::NAN], vec![f64::INFINITY]] {
        assert!(Approach::new(circle, times).is_err());
    }
    let arrivals = circle.arrivals(10, &mut rng(1)).unwrap();
    let other = Parking::circle(0.4).unwrap().saturate(&mut rng(1)).unwrap();
    let sphere = Parking::sphere(3, 1.0).unwrap().saturate(&mut rng(1)).unwrap();
    let mut gaps = GapHistogram::new(10).unwrap();
    assert!(gaps.add(&arrivals).is_err() && gaps.add(&sphere).is_err() && gaps.add(&other).is_ok());
    assert!(gaps.merge(&GapHistogram::new(11).unwrap()).is_err());
    assert!(PairCorrelation::new(circle, 10, 2.0).unwrap().add(&other).is_err());
    assert!(Approach::new(circle, vec![1.0]).unwrap().add(&circle.saturate(&mut rng(1)).unwrap()).is_err());
}
