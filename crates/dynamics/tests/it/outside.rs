//! General Q, K, V, masks and weights against SciPy (data/reference/trajectories.csv, made by trajectories.py).

use crate::{final_tokens, largest_distance};
use nalgebra::DMatrix;
use tokenpark_dynamics::{Head, Mask, Model, Tokens, Weights};

const TRAJECTORIES: &str = include_str!("../../../../data/reference/trajectories.csv");
const COUNTEREXAMPLES: &str = include_str!("../../../../data/reference/counterexamples.csv");

fn matrix(file: &str, case: usize, item: &str) -> DMatrix<f64> {
    let rows: Vec<(usize, usize, f64)> = file
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|row| row[0] == case.to_string() && row[1] == item)
        .map(|row| {
            (row[2].parse().expect("a row"), row[3].parse().expect("a column"), row[4].parse().expect("a number"))
        })
        .collect();
    let size = |of: fn(&(usize, usize, f64)) -> usize| rows.iter().map(of).max().expect("a case of the file") + 1;
    let mut matrix = DMatrix::zeros(size(|r| r.0), size(|r| r.1));
    rows.iter().for_each(|&(row, column, entry)| matrix[(row, column)] = entry);
    matrix
}

#[test]
fn val_general_models_agree_with_scipy() {
    for case in 0..7 {
        let parameters = matrix(TRAJECTORIES, case, "parameters");
        let (beta, until) = (parameters[0], parameters[1]);
        let mask = if parameters[2] == 1.0 { Mask::Causal } else { Mask::Full };
        let weights = if parameters[3] == 1.0 { Weights::Softmax } else { Weights::Unnormalized };
        let head = Head {
            query: matrix(TRAJECTORIES, case, "query"),
            key: matrix(TRAJECTORIES, case, "key"),
            value: matrix(TRAJECTORIES, case, "value"),
        };
        let start = matrix(TRAJECTORIES, case, "start");
        let model = Model::new(start.ncols(), beta, mask, weights, head).expect("a valid model");
        // nalgebra is column-major: a matrix with a row a token is coordinate-major already.
        let tokens = Tokens::new(start.ncols(), start.as_slice().to_vec()).expect("tokens");
        let end = final_tokens(&model, &tokens, until, 1e-11);
        let error = largest_distance(end.state(), matrix(TRAJECTORIES, case, "end").as_slice());
        assert!(error < 1e-9, "case {case}: {error:e}");
    }
}

/// The smallest counterexamples to antipodal pairs (claims conjecture-antipodal and its kin).
#[test]
fn val_two_tokens_need_not_become_antipodal() {
    for case in 0..4 {
        let of = |item| matrix(COUNTEREXAMPLES, case, item);
        let (parameters, start, end) = (of("parameters"), of("start"), of("end"));
        let head = Head { query: of("query"), key: of("key"), value: of("value") };
        let model = Model::new(2, parameters[0], Mask::Causal, Weights::Softmax, head).expect("a valid model");
        let tokens = Tokens::new(2, start.as_slice().to_vec()).expect("tokens");
        let found = final_tokens(&model, &tokens, parameters[1], 1e-11);
        let error = largest_distance(found.state(), end.as_slice());
        assert!(error < 1e-9, "case {case}: {error:e}");
        assert!(found.coordinate(1)[1].abs() > 0.05, "case {case} is a pair at the top eigenvector");
    }
    let rational = matrix(COUNTEREXAMPLES, 0, "end");
    assert!((rational[(1, 0)] + 0.8).abs() < 1e-10 && (rational[(1, 1)] - 0.6).abs() < 1e-10);
}
