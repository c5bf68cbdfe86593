//! Every mask and several heads: against plain sums, against each other, and against SciPy
//! (data/reference/masks.csv, made by masks.py).

use super::*;
use tokenpark_dynamics::{CausalAttention, Followed, Kernel, Method, ModelError, VectorField, follow};

const DATA: &str = include_str!("../../../../data/reference/masks.csv");

fn masks() -> Vec<Mask> {
    vec![
        Mask::Causal,
        Mask::Full,
        Mask::Window(1),
        Mask::Window(5),
        Mask::Window(11),
        Mask::Prefix(9),
        Mask::Segments(vec![3, 8, 1, 6]),
        Mask::Decay(7.0),
        Mask::Sink { weight: 2.5, decay: 0.0 },
        Mask::Sink { weight: 30.0, decay: 0.2 },
    ]
}

/// Whether token k sees token j, by the definitions; both from 0.
pub(crate) fn sees(mask: &Mask, k: usize, j: usize) -> bool {
    match mask {
        Mask::Full => true,
        Mask::Window(width) => j <= k && k < j + width,
        Mask::Prefix(length) => j <= k || (j < *length && k < *length),
        Mask::Segments(lengths) => {
            let block = |token: usize| {
                let mut ends = lengths.iter().scan(0, |end, length| {
                    *end += length;
                    Some(*end)
                });
                ends.position(|end| token < end)
            };
            j <= k || (block(k).is_some() && block(k) == block(j))
        }
        _ => j <= k,
    }
}

/// The velocities of unit tokens by scalar sums of scores as they stand.
fn plain(model: &Model, state: &[f64]) -> Vec<f64> {
    let (d, heads) = (model.dimension(), model.heads());
    let n = state.len() / d;
    let token = |k: usize| nalgebra::DVector::from_iterator(d, (0..d).map(|i| state[i * n + k]));
    let mut out = vec![0.0; n * d];
    for k in 0..n {
        let x = token(k);
        let mut mean = nalgebra::DVector::zeros(d);
        for head in heads {
            let (mut sum, mut z) = (nalgebra::DVector::zeros(d), 0.0);
            for j in (0..n).filter(|&j| sees(model.mask(), k, j)) {
                let mut score = model.beta() * (&head.query * &x).dot(&(&head.key * token(j)));
                if let Mask::Decay(rate) = model.mask() {
                    score -= rate * (k - j) as f64 / n as f64;
                }
                sum += libm::exp(score) * (&head.value * token(j));
                z += libm::exp(score);
            }
            if let Mask::Sink { weight, decay } = model.mask() {
                z += weight * libm::exp(-decay * k as f64);
            }
            let divisor = if model.weights() == Weights::Softmax { z } else { n as f64 };
            mean += sum / divisor / heads.len() as f64;
        }
        mean -= x.dot(&mean) * &x;
        (0..d).for_each(|i| out[i * n + k] = mean[i]);
    }
    out
}

fn velocity(model: &Model, start: &Tokens) -> Vec<f64> {
    let mut out = vec![0.0; start.state().len()];
    Attention::new(model.clone(), start.len()).velocity(0.0, start.state(), &mut out);
    out
}

/// The models of the crate's tests with another mask, where it fits the weights; the last has three heads.
fn masked(d: usize, beta: f64, mask: &Mask) -> Vec<Model> {
    let models = models(d, beta);
    let several = models[1..4].iter().map(|model| model.heads()[0].clone()).collect();
    let all = models.iter().map(|model| (model.weights(), model.heads().to_vec()));
    let all = all.chain([(Weights::Softmax, several)]);
    let fits = |weights| !(matches!(mask, Mask::Sink { .. }) && weights == Weights::Unnormalized);
    all.filter(|(weights, _)| fits(*weights))
        .map(|(weights, heads)| Model::with_heads(d, beta, mask.clone(), weights, heads).expect("a valid model"))
        .collect()
}

#[test]
fn val_every_mask_agrees_with_plain_sums() {
    for mask in masks() {
        for (d, n) in [(2, 1), (2, 21), (3, 21), (5, 37)] {
            for (m, model) in masked(d, 2.0, &mask).iter().enumerate() {
                let start = scattered(n, d);
                let (here, there) = (velocity(model, &start), plain(model, start.state()));
                let error = distance(&here, &there);
                assert!(error <= 1e-13 * (1.0 + norm(&there)), "{mask:?}, d = {d}, n = {n}, model {m}: {error:e}");
            }
        }
    }
}

#[test]
fn val_windows_and_decays_agree_with_the_triangular_field() {
    for mask in [Mask::Window(1), Mask::Window(5), Mask::Window(30), Mask::Decay(7.0)] {
        for (d, n) in [(2, 21), (3, 37), (9, 12)] {
            for model in masked(d, 2.0, &mask).iter().filter(|model| model.single_head().is_some()) {
                let (start, mut here) = (scattered(n, d), vec![0.0; n * d]);
                CausalAttention::new(model, n).expect("triangular").velocity(0.0, start.state(), &mut here);
                let there = velocity(model, &start);
                assert!(distance(&here, &there) <= 1e-13 * (1.0 + norm(&there)), "{mask:?}, d = {d}");
            }
        }
    }
}

#[test]
fn prop_masks_meet_where_they_are_the_same() {
    let (n, none) = (19, Mask::Sink { weight: 0.0, decay: 1.0 });
    let pairs = [
        (Mask::Window(n), Mask::Causal),
        (Mask::Window(usize::MAX), Mask::Causal),
        (Mask::Prefix(n), Mask::Full),
        (Mask::Prefix(1), Mask::Causal),
        (Mask::Segments(vec![n]), Mask::Full),
        (Mask::Segments(vec![1; n]), Mask::Causal),
        (Mask::Segments(vec![6]), Mask::Prefix(6)),
        (Mask::Decay(0.0), Mask::Causal),
        (none, Mask::Causal),
    ];
    for (a, b) in pairs {
        for d in [2, 3] {
            // On the circle the two ways to sum differ in their last digits; elsewhere the bits are the same.
            let here = masked(d, 4.0, &a);
            for (m, model) in here.iter().enumerate() {
                let other =
                    Model::with_heads(d, 4.0, b.clone(), model.weights(), model.heads().to_vec()).expect("valid");
                let (x, y) = (velocity(model, &scattered(n, d)), velocity(&other, &scattered(n, d)));
                let allowed = if d == 2 { 1e-15 * norm(&y) } else { 0.0 };
                assert!(distance(&x, &y) <= allowed, "{a:?}, {b:?}, d = {d}, model {m}");
            }
        }
    }
}

#[test]
fn prop_equal_heads_are_one() {
    for mask in masks() {
        for model in masked(3, 4.0, &mask) {
            let heads = [model.heads(), model.heads()].concat();
            let two = Model::with_heads(3, 4.0, mask.clone(), model.weights(), heads).expect("valid");
            let (x, y) = (velocity(&model, &scattered(13, 3)), velocity(&two, &scattered(13, 3)));
            assert!(distance(&x, &y) <= 1e-15 * norm(&y), "{mask:?}");
        }
    }
}

/// Tokens may be exchanged within a block when all see each other alike, and not across its end.
#[test]
fn prop_blocks_do_not_know_the_order_inside() {
    let (n, d) = (14, 3);
    let exchanged = |v: &[f64], a: usize, b: usize| {
        let mut v = v.to_vec();
        (0..d).for_each(|i| v.swap(i * n + a, i * n + b));
        v
    };
    let cases = [(Mask::Full, 0, 13), (Mask::Prefix(6), 0, 5), (Mask::Segments(vec![4, 5]), 4, 8)];
    for (mask, a, b) in cases {
        for model in masked(d, 3.0, &mask) {
            let difference = |a: usize, b: usize| {
                let start = scattered(n, d);
                let moved = Tokens::new(d, exchanged(start.state(), a, b)).expect("tokens");
                distance(&exchanged(&velocity(&model, &start), a, b), &velocity(&model, &moved))
            };
            assert!(difference(a, b) < 1e-13, "{mask:?}");
            assert!(mask == Mask::Full || difference(a, b + 1) > 1e-3, "{mask:?}");
        }
    }
}

#[test]
fn prop_closed_prefixes_contain_the_runs_of_fewer_tokens() {
    for mask in masks() {
        for fewer in 1..20 {
            let model = &masked(3, 3.0, &mask)[3];
            let (all, few) = (scattered(20, 3), scattered(20, 3).prefix(fewer));
            let (of_all, of_few) = (velocity(model, &all), velocity(model, &few));
            let same = (0..3).all(|i| (0..fewer).all(|k| (of_all[i * 20 + k] - of_few[i * fewer + k]).abs() < 1e-14));
            assert!(same || !mask.closes(fewer), "{mask:?} at {fewer}");
            assert!(!same || mask.closes(fewer) || fewer == 1, "{mask:?} at {fewer} is closed");
        }
    }
}

#[test]
fn prop_wrong_masks_are_refused() {
    let new = |mask, weights| Model::new(3, 1.0, mask, weights, Head::identity(3)).map(drop);
    let wrong = [
        Mask::Window(0),
        Mask::Segments(vec![2, 0]),
        Mask::Decay(-1.0),
        Mask::Decay(f64::NAN),
        Mask::Sink { weight: -1.0, decay: 0.0 },
        Mask::Sink { weight: 1.0, decay: f64::INFINITY },
    ];
    for mask in wrong {
        assert!(matches!(new(mask.clone(), Weights::Softmax), Err(ModelError::Mask { .. })), "{mask:?}");
    }
    let sink = Mask::Sink { weight: 1.0, decay: 0.0 };
    assert_eq!(new(sink, Weights::Unnormalized), Err(ModelError::SinkWithoutSum));
    let none = Model::with_heads(3, 1.0, Mask::Causal, Weights::Softmax, vec![]);
    assert_eq!(none.map(drop), Err(ModelError::NoHead));
}

fn rows(case: usize, item: &str) -> DMatrix<f64> {
    let found: Vec<Vec<&str>> = DATA.lines().map(|line| line.split(',').collect()).collect();
    let found: Vec<_> = found.iter().filter(|row| row[0] == case.to_string() && row[1] == item).collect();
    let number = |text: &str| text.parse::<usize>().expect("an index");
    let columns = found.iter().map(|row| number(row[3]) + 1).max().expect("a case of the file");
    let entries: Vec<f64> = found.iter().map(|row| row[4].parse().expect("a number")).collect();
    DMatrix::from_row_slice(entries.len() / columns, columns, &entries)
}

fn reference(case: usize) -> (Model, Tokens, f64) {
    let (parameters, start) = (rows(case, "parameters"), rows(case, "start"));
    let numbers: Vec<f64> = parameters.iter().copied().skip(3).collect();
    let count = |i: usize| numbers[i] as usize;
    let mask = match parameters[2] as u32 {
        0 => Mask::Causal,
        1 => Mask::Window(count(0)),
        2 => Mask::Prefix(count(0)),
        3 => Mask::Segments((0..numbers.len()).map(count).collect()),
        4 => Mask::Decay(numbers[0]),
        _ => Mask::Sink { weight: numbers[0], decay: numbers[1] },
    };
    let (d, [query, key, value]) = (start.ncols(), ["query", "key", "value"].map(|item| rows(case, item)));
    let part = |matrix: &DMatrix<f64>, h: usize| matrix.rows(h * d, d).into_owned();
    let head = |h| Head { query: part(&query, h), key: part(&key, h), value: part(&value, h) };
    let heads = (0..query.nrows() / d).map(head).collect();
    let model = Model::with_heads(d, parameters[0], mask, Weights::Softmax, heads).expect("a valid model");
    (model, Tokens::new(d, start.as_slice().to_vec()).expect("tokens"), parameters[1])
}

#[test]
fn val_masks_and_heads_agree_with_scipy() {
    for case in 0..10 {
        let (model, start, until) = reference(case);
        let problem = Problem {
            from: 0.0,
            start: start.state(),
            until,
            save_at: SaveAt(&[]),
            tolerance: Tolerance { rtol: 1e-11, atol: 1e-11 },
        };
        let triangular = model.single_head().is_some() && matches!(model.mask(), Mask::Window(_) | Mask::Decay(_));
        for (method, tolerance) in [(Method::Auto, 1e-9), (Method::Rodas5P, 1e-8)] {
            match follow(&model, method, Kernel::Auto, problem, &mut |_| ControlFlow::Continue(())) {
                Ok(Followed { solution, method: name, .. }) => {
                    let mut end = start.clone();
                    end.copy_from(&solution.state);
                    let error = largest_distance(end.state(), rows(case, "end").as_slice());
                    assert!(error < tolerance, "case {case}, {name}: {error:e}");
                    assert_eq!(
                        name,
                        if method == Method::Auto { "dormand-prince-5" } else { "rodas5p" },
                        "case {case}"
                    );
                }
                Err(error) => assert!(!triangular && method == Method::Rodas5P, "case {case}: {error}"),
            }
            assert!(follow(&model, Method::Ndf, Kernel::Auto, problem, &mut |_| ControlFlow::Continue(())).is_err());
        }
    }
}
