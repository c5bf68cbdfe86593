//! Final configurations: spectra with known answers, and one constructed state for every class.

use crate::scattered;
use nalgebra::DMatrix;
use std::ops::ControlFlow;
use tokenpark_dynamics::{
    Configuration, Finding, Head, Kernel, Mask, Method, Model, Problem, SaveAt, Spectrum, Tokens, Tolerance, Weights,
    follow,
};

fn diagonal(entries: &[f64]) -> DMatrix<f64> {
    DMatrix::from_diagonal(&entries.to_vec().into())
}

fn tokens(rows: &[[f64; 3]]) -> Tokens {
    Tokens::new(3, (0..3).flat_map(|i| rows.iter().map(move |row| row[i])).collect()).expect("tokens")
}

/// The diagonal of V, the common start, the end, the speed there and the class.
type Case<'a> = (&'a [f64; 3], [f64; 3], &'a [[f64; 3]], f64, Configuration);

/// The class of `end` after t = 1, reached from tokens that all started at `origin`.
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
    let (disc, rod) = ([-1.0, -1.0, -3.0], [-1.0, -3.0, -3.0]);
    let point = |x: [f64; 3]| [x, [x[0], x[1], x[2] + 1e-3]];
    let slanted = [0.6, 0.0, 0.8];
    let pair = [[1.0, 0.0, 0.0], [-1.0, 0.001, 0.0]];
    let cases: [Case<'_>; 17] = [
        (&[1.0; 3], slanted, &point(slanted), 0.0, Configuration::FirstToken),
        (&plane, slanted, &point([1.0, 0.0, 0.0]), 0.0, Configuration::TopPoint),
        (&plane, slanted, &point([0.0, 1.0, 0.0]), 0.0, Configuration::OtherPoint),
        (&line, slanted, &pair, 0.0, Configuration::Antipodal),
        (&disc, slanted, &equator, 0.0, Configuration::Cloud),
        (&rod, slanted, &ends, 0.0, Configuration::TwoClouds),
        // Clouds may jostle.
        (&disc, slanted, &equator, 9e-4, Configuration::Cloud),
        (&rod, slanted, &ends, 9e-4, Configuration::TwoClouds),
        // All on one side, or in one place.
        (&rod, slanted, &ends[1..], 0.0, Configuration::Undecided),
        (&disc, slanted, &[[1.0, 0.0, 0.0], [0.999, 0.04, 0.0]], 0.0, Configuration::Undecided),
        (&rod, slanted, &ends, 1e-2, Configuration::TwoClouds),
        (&plane, slanted, &point([1.0, 0.0, 0.0]), 1e-2, Configuration::Moving),
        // Too far from the line.
        (&rod, slanted, &equator, 0.0, Configuration::Undecided),
        // Clusters that wait for each other: V attracts.
        (&plane, slanted, &equator, 0.0, Configuration::Undecided),
        (&[1.0; 3], slanted, &ends, 0.0, Configuration::Undecided),
        // No token can tell V = 0 from rest.
        (&[0.0; 3], slanted, &equator, 0.0, Configuration::Undecided),
        (&[-1.0; 3], slanted, &equator, 0.0, Configuration::Cloud),
    ];
    for (index, (value, origin, end, speed, expected)) in cases.into_iter().enumerate() {
        assert_eq!(class(value, origin, end, speed), expected, "case {index}");
    }
}

/// Points and pairs that creep along are decided only where theory has them.
#[test]
fn val_what_creeps_is_undecided_but_where_it_is_expected() {
    let spectrum = Spectrum::of(&diagonal(&[1.0, 0.5, 0.0]));
    let start = tokens(&[[0.6, 0.0, 0.8]; 2]);
    let (aside, astride) = (tokens(&[[0.0, 1.0, 0.0]; 2]), tokens(&[[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]]));
    let (top, both) = (tokens(&[[1.0, 0.0, 0.0]; 2]), tokens(&[[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]]));
    let cases = [
        (&aside, Configuration::OtherPoint, Configuration::Undecided),
        (&astride, Configuration::Antipodal, Configuration::Undecided),
        (&top, Configuration::TopPoint, Configuration::TopPoint),
        (&both, Configuration::Antipodal, Configuration::Antipodal),
    ];
    for (end, resting, creeping) in cases {
        let class = |speed| Finding::read(&spectrum, &start, end, speed, 1e3).configuration;
        assert_eq!((class(1e-6), class(1e-4)), (resting, creeping), "{end:?}");
    }
}

/// A ring at height z has the mean square distance z^2 from the plane, uniform tokens 1/3.
#[test]
fn val_a_cloud_ends_at_half_the_spread_of_uniform_tokens() {
    let ring = |axis: usize, height: f64| {
        let point = |k: u32| {
            let (angle, side) = (2.0 * std::f64::consts::PI * f64::from(k) / 24.0, f64::from(k % 2) * 2.0 - 1.0);
            let along = (1.0 - height * height).sqrt();
            let mut x = [along * libm::cos(angle), along * libm::sin(angle), along * libm::sin(angle)];
            (x[axis], x[(axis + 1) % 3]) = (side * height, along * libm::cos(angle));
            x
        };
        tokens(&(0..24).map(point).collect::<Vec<_>>())
    };
    let find = |value: &[f64; 3], end: &Tokens| Finding::read(&Spectrum::of(&diagonal(value)), end, end, 1e-4, 5e3);
    for (square, class) in [(0.16, Configuration::Cloud), (0.17, Configuration::Undecided)] {
        let found = find(&[-1.0, -1.0, -3.0], &ring(2, f64::sqrt(square)));
        assert!((found.spread - 3.0 * square).abs() < 1e-12, "{found:?}");
        assert_eq!(found.configuration, class);
    }
    // Caps round both ends of a line: the square distance is 1 - height^2, that of uniform tokens 2/3.
    for (square, class) in [(0.33, Configuration::TwoClouds), (0.34, Configuration::Undecided)] {
        let found = find(&[-1.0, -3.0, -3.0], &ring(0, f64::sqrt(1.0 - square)));
        assert!((found.spread - 1.5 * square).abs() < 1e-12, "{found:?}");
        assert_eq!(found.configuration, class);
    }
}

#[test]
fn prop_uniform_tokens_are_undecided() {
    // A Fibonacci lattice.
    let n = 200;
    let turn = std::f64::consts::PI * (3.0 - 5.0_f64.sqrt());
    let point = |k: u32| {
        let z = 1.0 - (2.0 * f64::from(k) + 1.0) / f64::from(n);
        let across = (1.0 - z * z).sqrt();
        [across * libm::cos(turn * f64::from(k)), across * libm::sin(turn * f64::from(k)), z]
    };
    let uniform = tokens(&(0..n).map(point).collect::<Vec<_>>());
    for value in [[-1.0, -1.0, -3.0], [-1.0, -3.0, -3.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]] {
        let spectrum = Spectrum::of(&diagonal(&value));
        let found = Finding::read(&spectrum, &uniform, &uniform, 0.0, 1.0);
        assert_eq!(found.configuration, Configuration::Undecided, "{value:?}");
        assert!(spectrum.multiplicity() == 3 || (found.spread - 1.0).abs() < 1e-3, "{found:?}");
    }
}

/// Which classes count as what was predicted, by the margins.
#[test]
fn val_what_is_as_predicted() {
    let (line, plane) = ([1.0, 0.5, 0.0], [1.0, 1.0, 0.0]);
    let find = |value: &[f64; 3], origin: [f64; 3], end: &[[f64; 3]]| {
        let start = tokens(&vec![origin; end.len()]);
        Finding::read(&Spectrum::of(&diagonal(value)), &start, &tokens(end), 0.0, 1.0)
    };
    let (e1, e2) = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]);
    let pair = find(&line, [0.6, 0.0, 0.8], &[e1, [-1.0, 0.0, 0.0]]);
    assert!(pair.is(Configuration::Antipodal) && pair.from_top < 1e-12);
    // A pair elsewhere, which is antipodal all the same.
    let aside = find(&line, [0.6, 0.0, 0.8], &[e2, [0.0, -1.0, 0.0]]);
    assert_eq!((aside.configuration, aside.from_top), (Configuration::Antipodal, 1.0));
    assert!(!aside.is(Configuration::Antipodal));
    // All tokens on one side.
    assert!(find(&line, [0.6, 0.0, 0.8], &[e1, e1]).is(Configuration::Antipodal));
    assert!(!find(&line, e2, &[e2, e2]).is(Configuration::Antipodal));
    // Where V repels, two points are a cloud, near the line and not across it.
    let few = find(&[-1.0, -3.0, -3.0], [0.6, 0.0, 0.8], &[[0.96, 0.28, 0.0], [-0.96, -0.28, 0.0]]);
    assert!(few.configuration == Configuration::Antipodal && few.is(Configuration::TwoClouds), "{few:?}");
    let across = find(&[-1.0, -3.0, -3.0], [0.6, 0.0, 0.8], &[e2, [0.0, -1.0, 0.0]]);
    assert!(across.configuration == Configuration::Antipodal && !across.is(Configuration::TwoClouds), "{across:?}");
    // The first token started where it ends, on the plane.
    let stayed = find(&plane, e1, &[e1, e1]);
    assert_eq!(stayed.configuration, Configuration::FirstToken);
    assert!(stayed.is(Configuration::TopPoint) && stayed.is(Configuration::FirstToken));
    assert!(!stayed.is(Configuration::Cloud) && !stayed.is(Configuration::Moving));
    // The same off the plane, where theory wants its component.
    let off = find(&plane, [0.6, 0.0, 0.8], &[[0.6, 0.0, 0.8], [0.6, 0.0, 0.8]]);
    assert_eq!(off.configuration, Configuration::FirstToken);
    assert!(!off.is(Configuration::TopPoint) && off.is(Configuration::FirstToken));
}

/// One real run of every row of Table 1, and one that turns for ever.
#[test]
fn val_simulated_runs_end_as_predicted() {
    let turning = DMatrix::from_row_slice(3, 3, &[1.0, -1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.5]);
    let cases = [
        (diagonal(&[1.0, 1.0, 1.0]), 1e8),
        (diagonal(&[1.0, 1.0, 0.0]), 1e8),
        (diagonal(&[1.0, 0.0, 0.0]), 1e8),
        (diagonal(&[-1.0, -1.0, -3.0]), 5e3),
        (diagonal(&[-1.0, -3.0, -3.0]), 5e3),
        (turning, 1e2),
    ];
    for (value, until) in cases {
        let head = Head { value: value.clone(), ..Head::identity(3) };
        let model = Model::new(3, 4.0, Mask::Causal, Weights::Softmax, head).expect("a model");
        let start = scattered(16, 3);
        let tolerance = Tolerance { rtol: 1e-6, atol: 1e-9 };
        let problem = Problem { from: 0.0, start: start.state(), until, save_at: SaveAt(&[]), tolerance };
        let followed = follow(&model, Method::Auto, Kernel::Auto, problem, &mut |_| ControlFlow::Continue(()));
        let end = Tokens::new(3, followed.expect("a solution").solution.state).expect("tokens");
        let spectrum = Spectrum::of(&value);
        let found = Finding::of(&model, &spectrum, &start, &end, &[], until);
        assert!(found.is(spectrum.predicted().expect("a prediction")), "{value}{found:?}");
    }
}

/// Rounding gives the eigenvalue 0 either sign.
#[test]
fn val_nothing_is_predicted_of_a_top_eigenvalue_zero() {
    let turn = DMatrix::from_row_slice(3, 3, &[2.0, 1.0, 0.3, -1.0, 2.0, 0.7, 0.5, -0.2, 1.0]);
    let inverse = turn.clone().try_inverse().expect("regular");
    let spectrum = Spectrum::of(&(&turn * diagonal(&[0.0, -1.0, -3.0]) * inverse));
    assert_eq!(spectrum.predicted(), None, "top {:e}", spectrum.top());
    assert!(!spectrum.repels());
}
