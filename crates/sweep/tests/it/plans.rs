//! From a manifest to points, columns and times.

use tokenpark_dynamics::Mask;
use tokenpark_sweep::manifest::{MatrixSpec, Method};
use tokenpark_sweep::{ColumnKind, Manifest, Plan, SweptValue};

use crate::plan;

const MODEL: &str = "tokens = 8\ndimension = 2\nbeta = 64\n";

fn columns(plan: &Plan) -> Vec<(&'static str, ColumnKind)> {
    plan.swept().iter().map(|column| (column.name, column.kind)).collect()
}

#[test]
fn regress_defaults() {
    let plan = plan(MODEL, "[integrate]\nuntil = 10");
    assert_eq!((plan.points(), plan.replicas(), plan.runs()), (1, 1, 1));
    let point = plan.point(0);
    assert_eq!((point.mask, point.method, point.separation), (Mask::Causal, Method::Auto, 0.5));
    assert_eq!((point.rtol, point.atol, point.capture, point.value), (1e-6, 1e-9, 0.99, MatrixSpec::Identity));
    assert_eq!(plan.times(0).len(), 201);
    assert!(plan.swept().is_empty() && plan.swept_values(0).is_empty());
}

#[test]
fn regress_the_first_axis_is_slowest_and_a_zip_is_one_axis() {
    let rest = "[integrate]\nuntil = 10\n[sweep]\n\"model.tokens\" = [1, 2]\n\"model.beta\" = [10, 5.5, 20]\n\
        [[sweep.zip]]\n\"integrate.rtol\" = [1e-3, 1e-4]\n\"model.mask\" = [\"full\", \"causal\"]\n";
    let plan = plan(MODEL, rest);
    assert_eq!(plan.points(), 12);
    let seen: Vec<_> = (0..12).map(|i| plan.point(i)).map(|p| (p.tokens, p.beta, p.rtol, p.mask)).collect();
    let mut expected = Vec::new();
    for tokens in [1, 2] {
        for beta in [10.0, 5.5, 20.0] {
            expected.push((tokens, beta, 1e-3, Mask::Full));
            expected.push((tokens, beta, 1e-4, Mask::Causal));
        }
    }
    assert_eq!(seen, expected);
    let kinds =
        [("tokens", ColumnKind::U32), ("beta", ColumnKind::F64), ("mask", ColumnKind::Text), ("rtol", ColumnKind::F64)];
    assert_eq!(columns(&plan), kinds);
    let values = plan.swept_values(9);
    let text = SweptValue::Text("causal".to_owned());
    assert_eq!(values, [SweptValue::U32(2), SweptValue::F64(5.5), text, SweptValue::F64(1e-4)]);
}

#[test]
fn regress_text_columns() {
    let rest = "[integrate]\nuntil = 10\n[sweep]\n\"model.value\" = [\"identity\", { diagonal = [1, 0] }]\n\
        \"centers.separation\" = [0.5, \"1/beta\"]\n";
    let plan = plan(MODEL, rest);
    let text = |text: &str| SweptValue::Text(text.to_owned());
    assert_eq!(plan.swept_values(0), [text("identity"), text("0.5")]);
    assert_eq!(plan.swept_values(3), [text("{ diagonal = [1.0, 0.0] }"), text("1.0 / beta")]);
    assert_eq!(plan.point(3).separation, 1.0 / 64.0);
    assert_eq!(plan.point(3).value, MatrixSpec::Diagonal(vec![1.0, 0.0]));
}

#[test]
fn val_times() {
    let linear = plan(MODEL, "[integrate]\nuntil = 200\n[observe]\ntimes = { linear = 201 }");
    assert!(linear.times(0).iter().enumerate().all(|(k, t)| *t == k as f64));
    let log = plan(MODEL, "[integrate]\nuntil = 1000\n[observe]\ntimes = { log = 6, from = 1e-2 }");
    let times = log.times(0);
    assert_eq!((times.len(), times[0], times[1], times[6]), (7, 0.0, 1e-2, 1000.0));
    for (time, expected) in times[1..].iter().zip([1e-2, 1e-1, 1.0, 10.0, 100.0, 1000.0]) {
        assert!((time / expected - 1.0).abs() < 1e-14);
    }
    let once = plan(MODEL, "[integrate]\nuntil = 7\n[observe]\ntimes = { log = 1, from = 1 }");
    assert_eq!(once.times(0), [0.0, 7.0]);
    let far = plan(MODEL, "[integrate]\nuntil = 1e300\n[observe]\ntimes = { log = 1000, from = 1e-300 }");
    assert!(far.times(0).windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(far.times(0)[1000], 1e300);
}

#[test]
fn prop_beta_zero_has_an_infinite_separation() {
    assert_eq!(
        plan("tokens = 3\ndimension = 2\nbeta = 0", "[integrate]\nuntil = 1").point(0).separation,
        f64::INFINITY
    );
}

#[test]
fn regress_grids_as_axes() {
    let rest = "[integrate]\nuntil = 1\n[sweep]\n\"model.tokens\" = { log = 4, from = 1, to = 1000 }\n\
        \"model.beta\" = { linear = 3, from = 4, to = 0 }";
    let plan = plan("dimension = 2", rest);
    let tokens: Vec<u32> = (0..12).step_by(3).map(|i| plan.point(i).tokens).collect();
    let betas: Vec<f64> = (0..3).map(|i| plan.point(i).beta).collect();
    assert_eq!((tokens, betas), (vec![1, 10, 100, 1000], vec![4.0, 2.0, 0.0]));
}

#[test]
fn regress_starts_are_normalised() {
    let manifest = Manifest::read("tests/good/from-file.toml").unwrap();
    let rows = manifest.initial.distribution.points().unwrap();
    assert_eq!(rows[..2], [[1.0, 0.0], [0.0, 1.0]]);
    assert!((rows[2][0] + 0.6).abs() < 1e-15 && (rows[2][1] - 0.8).abs() < 1e-15);
}

#[test]
fn prop_a_million_points_plan_quickly() {
    let rest = "[integrate]\nuntil = 1\n[sweep]\n\"model.beta\" = { linear = 1000, from = 0, to = 1 }\n\
        \"centers.capture\" = { linear = 10, from = 0, to = 0.9 }\n\
        \"model.tokens\" = { linear = 100, from = 1, to = 100 }\n";
    let plan = plan(MODEL, rest);
    let total: u64 = (0..plan.points()).map(|i| u64::from(plan.point(i).tokens)).sum();
    assert_eq!((plan.points(), total), (1_000_000, 50_500_000));
}
