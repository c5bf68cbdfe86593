//! Final configurations: spectra with known answers, and one constructed state for every class.

use nalgebra::DMatrix;
use tokenpark_dynamics::{Configuration, Finding, Spectrum, Tokens};

fn diagonal(entries: &[f64]) -> DMatrix<f64> {
    DMatrix::from_diagonal(&entries.to_vec().into())
}

fn tokens(rows: &[[f64; 3]]) -> Tokens {
    Tokens::new(3, (0..3).flat_map(|i| rows.iter().map(move |row| row[i])).collect()).expect("tokens")
}

/// The diagonal of V, the common start, the end, the speed there and the class.
type Case<'a> = (&'a [f64; 3], [f64; 3], &'a [[f64; 3]], f64, Configuration);

/// The class of `end` at rest after t = 1, reached from tokens that all started at `origin`.
fn class(value: &[f64], origin: [f64; 3], end: &[[f64; 3]], speed: f64) -> Configuration {
    let start = tokens(&vec![origin; end.len()]);
    Finding::read(&Spectrum::of(&diagonal(value)), &start, &tokens(end), speed, 1.0).configuration
}

#[test]
fn val_predictions_of_table_1() {
    let cases = [
        (diagonal(&[2.0, 2.0, 2.0]), Some(Configuration::FirstToken)),
        (diagonal(&[1.0, 1.0, 0.0]), Some(Configuration::TopPoint)),
        (diagonal(&[1.0, 0.0, 0.0]), Some(Configuration::Antipodal)),
        (diagonal(&[-1.0, -1.0, -3.0]), Some(Configuration::Cloud)),
        (diagonal(&[-1.0, -3.0, -3.0]), Some(Configuration::TwoClouds)),
        (DMatrix::from_row_slice(3, 3, &[1.0, -1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.5]), Some(Configuration::Moving)),
        // A Jordan block, and a top eigenvalue 0.
        (DMatrix::from_row_slice(3, 3, &[1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]), None),
        (diagonal(&[0.0, -1.0, -1.0]), None),
    ];
    for (value, predicted) in cases {
        assert_eq!(Spectrum::of(&value).predicted(), predicted, "{value}");
    }
}

/// V = [[1, 1], [0, 0]]: eigenvectors e_1 and (1, -1), so that (x, y) has the top component x + y along e_1.
#[test]
fn val_the_component_is_oblique() {
    let spectrum = Spectrum::of(&DMatrix::from_row_slice(2, 2, &[1.0, 1.0, 0.0, 0.0]));
    assert!((spectrum.top() - 1.0).abs() < 1e-14 && (spectrum.gap() - 1.0).abs() < 1e-14);
    let negative = spectrum.component(&[0.6, -0.8]).expect("a component");
    assert!((negative[0] + 1.0).abs() < 1e-13 && negative[1].abs() < 1e-13, "{negative:?}");
    assert!((spectrum.closeness(&[0.6, -0.8]) - 0.6).abs() < 1e-13);
    assert!((spectrum.distance(&[0.6, -0.8]) - 0.8).abs() < 1e-13);
}

#[test]
fn val_every_class_on_a_constructed_state() {
    let equator = [[1.0, 0.0, 0.1], [-0.5, 0.8, 0.0], [-0.5, -0.8, -0.1]];
    let ends = [[1.0, 0.1, 0.0], [-1.0, 0.0, 0.2], [-1.0, 0.1, 0.1]];
    let (plane, line) = ([1.0, 1.0, 0.0], [1.0, 0.0, 0.0]);
    let point = |x: [f64; 3]| [x, [x[0], x[1], x[2] + 1e-3]];
    let slanted = [0.6, 0.0, 0.8];
    let cases: [Case<'_>; 11] = [
        (&[1.0; 3], slanted, &point(slanted), 0.0, Configuration::FirstToken),
        (&plane, slanted, &point([1.0, 0.0, 0.0]), 0.0, Configuration::TopPoint),
        (&plane, slanted, &point([0.0, 1.0, 0.0]), 0.0, Configuration::OtherPoint),
        (&line, slanted, &[[1.0, 0.0, 0.0], [-1.0, 0.001, 0.0]], 0.0, Configuration::Antipodal),
        (&plane, slanted, &equator, 0.0, Configuration::Cloud),
        (&line, slanted, &ends, 0.0, Configuration::TwoClouds),
        (&line, slanted, &ends[1..], 0.0, Configuration::Undecided),
        (&plane, slanted, &ends, 1e-2, Configuration::Moving),
        (&plane, slanted, &point([1.0, 0.0, 0.0]), 1e-2, Configuration::Moving),
        // Still creeping, and too far from the line.
        (&plane, slanted, &equator, 1e-5, Configuration::Undecided),
        (&line, slanted, &equator, 0.0, Configuration::Undecided),
    ];
    for (index, (value, origin, end, speed, expected)) in cases.into_iter().enumerate() {
        assert_eq!(class(value, origin, end, speed), expected, "case {index}");
    }
}
