//! Every combination of what a model can have, against plain sums and Runge and Kutta's method with fixed steps.

use super::super::masks::sees;
use super::*;

/// A perceptron as the definition has it, beside the model's own.
struct Raw {
    first: DMatrix<f64>,
    second: DMatrix<f64>,
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

fn times(matrix: &DMatrix<f64>, x: &[f64]) -> Vec<f64> {
    (0..matrix.nrows()).map(|i| (0..x.len()).map(|l| matrix[(i, l)] * x[l]).sum()).collect()
}

/// A_k at the directions x, by the definitions.
fn output(model: &Model, raw: Option<&Raw>, x: &[Vec<f64>], k: usize) -> Vec<f64> {
    let (n, d) = (x.len(), model.dimension());
    let mut total = vec![0.0; d];
    let mut add = |factor: f64, v: &[f64]| total.iter_mut().zip(v).for_each(|(total, v)| *total += factor * v);
    let heads = model.heads();
    for head in heads {
        let mut terms: Vec<(f64, Vec<f64>)> = Vec::new();
        let query = times(&head.query, &x[k]);
        let score = |y: &[f64]| model.beta() * dot(&query, &times(&head.key, y));
        for j in (0..n).filter(|&j| sees(model.mask(), k, j)) {
            let fading = if let Mask::Decay(rate) = model.mask() { rate * (k - j) as f64 / n as f64 } else { 0.0 };
            terms.push((libm::exp(score(&x[j]) - fading), times(&head.value, &x[j])));
        }
        if let Some(frozen) = model.frozen() {
            for (j, weight) in frozen.weights().iter().enumerate() {
                let center: Vec<f64> = (0..d).map(|i| frozen.points().coordinate(i)[j]).collect();
                terms.push((weight * libm::exp(score(&center)), times(&head.value, &center)));
            }
        }
        let mut z: f64 = terms.iter().map(|(w, _)| w).sum();
        if let Mask::Sink { weight, decay } = model.mask() {
            z += weight * libm::exp(-decay * k as f64);
        }
        let divisor = if model.weights() == Weights::Softmax { z } else { n as f64 };
        terms.iter().for_each(|(w, v)| add(w / divisor / heads.len() as f64, v));
    }
    if let Some(raw) = raw {
        let hidden: Vec<f64> = times(&raw.first, &x[k]).iter().zip(BIAS).map(|(h, b)| libm::tanh(h + b)).collect();
        add(1.0, &times(&raw.second, &hidden));
    }
    total
}

/// Direction and radius of a token.
type Place = (Vec<f64>, f64);
type Polar = Vec<Place>;

fn velocity(model: &Model, raw: Option<&Raw>, late: bool, time: f64, state: &Polar) -> Polar {
    let x: Vec<Vec<f64>> = state.iter().map(|(x, _)| x.iter().map(|c| c / dot(x, x).sqrt()).collect()).collect();
    let of_token = |(k, (_, r)): (usize, &Place)| {
        let a = output(model, raw, &x, k);
        let (along, size) = (dot(&x[k], &a), dot(&a, &a).sqrt());
        let (s, grows) = match model.normalization() {
            Normalization::PostLn => (1.0, 0.0),
            Normalization::PreLn => (*r, along),
            Normalization::MixLn { .. } if late => (*r, along),
            Normalization::MixLn { .. } => (1.0, 0.0),
            Normalization::PeriLn => (r * size, along / size),
            Normalization::NGpt { alpha } => (size / alpha, 0.0),
            Normalization::LnScaling => ((time + 1.0).sqrt(), 0.0),
        };
        (a.iter().zip(&x[k]).map(|(a, x)| (a - along * x) / s).collect(), grows)
    };
    state.iter().enumerate().map(of_token).collect()
}

/// Classical Runge-Kutta steps.
fn step_by_step(model: &Model, raw: Option<&Raw>, start: &Tokens, until: f64, steps: usize) -> Polar {
    let (n, d, h) = (start.len(), start.dimension(), until / steps as f64);
    let token = |k: usize| ((0..d).map(|i| start.coordinate(i)[k]).collect(), model.radius());
    let mut y: Polar = (0..n).map(token).collect();
    let moved = |y: &Polar, h: f64, v: &Polar| -> Polar {
        let one = |((x, r), (u, g)): (&Place, &Place)| (x.iter().zip(u).map(|(x, u)| x + h * u).collect(), r + h * g);
        y.iter().zip(v).map(one).collect()
    };
    for step in 0..steps {
        let t = step as f64 * h;
        let late = matches!(model.normalization(), Normalization::MixLn { switch } if t + 0.5 * h > switch);
        let f = |t: f64, y: &Polar| velocity(model, raw, late, t, y);
        let a = f(t, &y);
        let b = f(t + 0.5 * h, &moved(&y, 0.5 * h, &a));
        let c = f(t + 0.5 * h, &moved(&y, 0.5 * h, &b));
        let e = f(t + h, &moved(&y, h, &c));
        y = moved(&moved(&y, h / 6.0, &a), h / 3.0, &b);
        y = moved(&moved(&y, h / 3.0, &c), h / 6.0, &e);
    }
    for (x, _) in &mut y {
        let length = dot(x, x).sqrt();
        x.iter_mut().for_each(|c| *c /= length);
    }
    y
}

fn masks() -> [Mask; 7] {
    [
        Mask::Causal,
        Mask::Full,
        Mask::Window(3),
        Mask::Prefix(3),
        Mask::Segments(vec![2, 3]),
        Mask::Decay(2.0),
        Mask::Sink { weight: 1.5, decay: 0.3 },
    ]
}

/// Identity matrices, general ones, and two heads.
fn heads(d: usize) -> [Vec<Head>; 3] {
    let general = |seed| Head { query: matrix(d, seed), key: matrix(d, seed + 0.6), value: matrix(d, seed + 0.3) };
    [vec![Head::identity(d)], vec![general(0.1)], vec![general(0.2), Head::identity(d)]]
}

/// All models that validate, with their perceptrons as matrices.
fn models(d: usize) -> Vec<(Model, Option<Raw>)> {
    let mut models = Vec::new();
    for mask in masks() {
        for weights in [Weights::Softmax, Weights::Unnormalized] {
            for heads in heads(d) {
                let Ok(attention) = Model::with_heads(d, 1.5, mask.clone(), weights, heads) else { continue };
                let frozen = attention.clone().with_frozen(centers(d, 2)).ok();
                for attention in [Some(attention), frozen].into_iter().flatten() {
                    for scheme in SCHEMES {
                        let model = attention.clone().with_normalization(scheme).expect("a valid scheme");
                        let model = model.with_radius(1.5).expect("a valid radius");
                        let tanh = model.clone().with_perceptron(perceptron(d, Activation::Tanh)).expect("it fits");
                        let [first, second] = matrices(d);
                        models.extend([(model, None), (tanh, Some(Raw { first, second }))]);
                    }
                }
            }
        }
    }
    models
}

#[test]
fn val_every_combination_agrees_with_plain_sums_or_is_refused() {
    let (n, until) = (6, 0.5);
    let (mut solved, mut refused) = (0, 0);
    for d in [2, 3] {
        let start = scattered(n, d);
        let all = models(d);
        // 6 masks with both weights, frozen centres with softmax only; a sink with softmax only.
        assert_eq!(all.len(), (7 * 2 + 6) * 3 * 6 * 2);
        for (model, raw) in all {
            let expected = step_by_step(&model, raw.as_ref(), &start, until, 120);
            let state: Vec<f64> = (0..d).flat_map(|i| expected.iter().map(move |(x, _)| x[i])).collect();
            let radii: Vec<f64> = expected.iter().map(|(_, r)| *r).collect();
            let choices = Method::NAMES.into_iter().map(|(_, method)| (method, Kernel::Auto));
            for (method, kernel) in choices.chain([(Method::Auto, Kernel::Direct), (Method::Auto, Kernel::Fourier)]) {
                // The explicit method is the sharpest; where it is not asked for, what `auto` prefers is.
                let (tolerance, allowed) = match method {
                    Method::DormandPrince5 => (1e-10, 1e-8),
                    Method::Auto => (1e-9, 2e-7),
                    _ => (1e-8, 1e-6),
                };
                let problem = problem(&start, until, tolerance);
                let found = follow(&model, method, kernel, problem, &mut |_| ControlFlow::Continue(()));
                let Ok(Followed { solution, radii: lengths, .. }) = found else {
                    assert!(!matches!((method, kernel), (Method::Auto, Kernel::Auto | Kernel::Direct)));
                    assert!(method != Method::DormandPrince5);
                    refused += 1;
                    continue;
                };
                let error = largest_distance(&solution.state, &state);
                assert!(error < allowed, "{method:?} {kernel:?}: {error:e} for {model:?}");
                assert_eq!(lengths.len(), if model.normalization().has_radii() { n } else { 0 });
                if !lengths.is_empty() {
                    let error = largest_distance(&lengths, &radii);
                    assert!(error < allowed, "radii, {method:?} {kernel:?}: {error:e} for {model:?}");
                }
                solved += 1;
            }
        }
    }
    assert_eq!(solved + refused, 2 * 720 * 7);
}
