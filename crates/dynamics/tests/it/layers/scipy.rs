//! Against SciPy (data/reference/layers.csv, made by layers.py), which solves in Cartesian coordinates.

use super::*;

const DATA: &str = include_str!("../../../../../data/reference/layers.csv");
const CASES: usize = 20;

fn rows(case: usize, item: &str) -> Option<DMatrix<f64>> {
    let prefix = format!("{case},{item},");
    let lines = DATA.lines().filter_map(|line| line.strip_prefix(&prefix));
    let cells: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let columns = cells.iter().map(|cell| cell[1].parse::<usize>().expect("an index") + 1).max()?;
    let entries: Vec<f64> = cells.iter().map(|cell| cell[2].parse().expect("a number")).collect();
    Some(DMatrix::from_row_slice(entries.len() / columns, columns, &entries))
}

fn reference(case: usize) -> (Model, Tokens, f64) {
    let [parameters, start] = ["parameters", "start"].map(|item| rows(case, item).expect("every case has it"));
    let [beta, until, mask, scheme, number, radius, activation] = parameters.as_slice()[..] else {
        panic!("seven parameters")
    };
    let d = start.ncols();
    let [query, key, value] = ["query", "key", "value"].map(|item| rows(case, item).expect("every case has it"));
    let part = |matrix: &DMatrix<f64>, h: usize| matrix.rows(h * d, d).into_owned();
    let head = |h| Head { query: part(&query, h), key: part(&key, h), value: part(&value, h) };
    let heads = (0..query.nrows() / d).map(head).collect();
    let mask = [Mask::Causal, Mask::Full, Mask::Window(4)][mask as usize].clone();
    let scheme = match scheme as u32 {
        0 => Normalization::PostLn,
        1 => Normalization::PreLn,
        2 => Normalization::MixLn { switch: number },
        3 => Normalization::PeriLn,
        4 => Normalization::NGpt { alpha: number },
        _ => Normalization::LnScaling,
    };
    let mut model = Model::with_heads(d, beta, mask, Weights::Softmax, heads)
        .and_then(|model| model.with_normalization(scheme)?.with_radius(radius))
        .expect("a valid model");
    if let Some(frozen) = rows(case, "frozen") {
        let points = Tokens::new(d, frozen.columns(0, d).iter().copied().collect()).expect("centres");
        let weights = frozen.column(d).iter().copied().collect();
        model = model.with_frozen(Frozen::new(points, weights).expect("valid")).expect("it fits");
    }
    if let Some(first) = rows(case, "first") {
        let [bias, second] = ["bias", "second"].map(|item| rows(case, item).expect("a perceptron has it"));
        let activation = [Activation::Relu, Activation::Tanh, Activation::Gelu][activation as usize - 1];
        let perceptron = Perceptron::new(&first, bias.as_slice().to_vec(), &second, activation).expect("valid");
        model = model.with_perceptron(perceptron).expect("it fits");
    }
    (model, Tokens::new(d, start.as_slice().to_vec()).expect("tokens"), until)
}

#[test]
fn val_layers_agree_with_scipy() {
    let mut schemes = Vec::new();
    for case in 0..CASES {
        let (model, start, until) = reference(case);
        let [end, radii] = ["end", "radii"].map(|item| rows(case, item).expect("every case has it"));
        // Kinks cost the solver its order.
        let kinks = if case == 17 { 1e-7 } else { 0.0 };
        let choices =
            [(Method::Auto, 1e-9, 1e-6), (Method::Rodas5P, 1e-11, 1e-9), (Method::DormandPrince5, 1e-11, 1e-10)];
        for (method, tolerance, allowed) in choices {
            let problem = problem(&start, until, tolerance);
            let found = follow(&model, method, Kernel::Auto, problem, &mut |_| ControlFlow::Continue(()));
            let Ok(found) = found else {
                assert_eq!(method, Method::Rodas5P, "case {case}");
                continue;
            };
            let error = largest_distance(&found.solution.state, end.as_slice());
            assert!(error < allowed + kinks, "case {case}, {}: {error:e}", found.method);
            if model.normalization().has_radii() {
                let error = largest_distance(&found.radii, radii.as_slice());
                assert!(error < allowed + kinks, "case {case}, {}: radii {error:e}", found.method);
            }
        }
        schemes.push(std::mem::discriminant(&model.normalization()));
    }
    assert!(SCHEMES.iter().all(|scheme| schemes.contains(&std::mem::discriminant(scheme))));
    assert!(rows(CASES, "start").is_none());
}
