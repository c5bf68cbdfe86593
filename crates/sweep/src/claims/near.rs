//! Rates near consensus, and the exact reduction of equiangular starts.

use super::draw::{between, direction, gaussian, orthogonal, rows, times, toml};
use super::evidence::{Check, Evidence, Verdict};
use super::experiment::{Experiment, Sections};
use super::{Claim, Effort, chord, token};
use crate::seed::Stream;
use nalgebra::DMatrix;
use tokenpark_dynamics::Tokens;

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "rate-one-half",
        statement: "With V = I and the causal mask the distance to consensus decays like e^{-t/2} in the end, whatever \
                    beta, Q and K: token k contracts at the rate (k - 1)/k.",
        source: "arXiv 2411.04990; token 2 is the slowest",
        test: "from t = 12 to 20 the distance of tokens 1 and 2 decays at a rate within 0.01 of 1/2, and all tokens \
               follow the linear law of these rates within 1 % of the largest distance",
        expected: Verdict::Holds,
        evidence: rate_one_half,
    },
    Claim {
        id: "equiangular-sa",
        statement: "Full attention, all inner products rho: d rho/dt = 2 e^{beta rho} (1 - rho)((n - 1) rho + 1)/(e^beta + \
                    (n - 1) e^{beta rho}).",
        source: "arXiv 2512.01868",
        test: "every inner product is within 1e-6 of the solution at 10 times up to t = 5",
        expected: Verdict::Holds,
        evidence: |id, effort| equiangular(id, effort, true),
    },
    Claim {
        id: "equiangular-usa",
        statement: "Unnormalized full attention, all inner products rho: d rho/dt = (2/n) e^{beta rho} (1 - rho)((n - 1) \
                    rho + 1).",
        source: "arXiv 2512.01868",
        test: "every inner product is within 1e-6 of the solution at 10 times up to t = 5",
        expected: Verdict::Holds,
        evidence: |id, effort| equiangular(id, effort, false),
    },
];

/// Rows of a start as TOML.
pub(super) fn start(rows: &[Vec<f64>]) -> String {
    format!("distribution = {{ points = {rows:?} }}")
}

fn rate_one_half(id: &str, effort: Effort) -> Evidence {
    let experiments: Vec<Experiment> = (0..effort.runs(1000))
        .map(|index| {
            let mut stream = Stream::named(&format!("{id} {index}"));
            let (d, beta) = ([2, 3, 5][index as usize % 3], [0.0, 1.0, 4.0][index as usize / 3 % 3]);
            let center = direction(&mut stream, d);
            let points: Vec<Vec<f64>> =
                (0..6).map(|_| center.iter().map(|x| x + 0.05 * stream.normal()).collect()).collect();
            let deviation = 1.0 / (d as f64).sqrt();
            let query = toml(&gaussian(&mut stream, d, deviation));
            let key = toml(&gaussian(&mut stream, d, deviation));
            Experiment::new(Sections {
                name: format!("{id}-{index}"),
                replicas: 1,
                model: format!("tokens = 6\ndimension = {d}\nbeta = {beta:?}\nquery = {query}\nkey = {key}"),
                initial: start(&points),
                integrate: "until = 20.0\nrtol = 1e-11\natol = 1e-13\nmethod = \"dormand-prince-5\"".to_owned(),
                observe: "times = [12.0, 16.0, 20.0]".to_owned(),
                ..Sections::default()
            })
        })
        .collect();
    let parameters = "d = 2, 3, 5; beta = 0, 1, 4; n = 6 within about 0.1; Q, K gaussian / sqrt(d)".to_owned();
    Evidence::of_runs(parameters, &experiments, |run| {
        let run = run.finish()?;
        let [(from, before), .., (to, after)] = &run.saved[..] else { return Ok(Check::Undecided) };
        let to_first = |state, k| chord(&token(state, k), &token(state, 0));
        let rate = libm::log(to_first(before, 1) / to_first(after, 1)) / (to - from);
        let missed = linear_defect(before, after, to - from);
        let agrees = (rate - 0.5).abs() < 0.01 && missed < 0.01;
        Ok(Check::that(agrees, || format!("rate {rate:.4} of token 2, the others {missed:.3} from the linear law")))
    })
}

/// How far the tokens after `time` are from dy_k/dt = (1/k) sum_{j<=k} y_j - y_k, y = x - x_1, as a share of the largest y.
fn linear_defect(before: &Tokens, after: &Tokens, time: f64) -> f64 {
    const STEPS: u32 = 1000;
    let (n, h) = (before.len(), time / f64::from(STEPS));
    let lag = |state: &Tokens, i: usize| -> Vec<f64> {
        state.coordinate(i).iter().map(|x| x - state.coordinate(i)[0]).collect()
    };
    let speed = |y: &[f64]| -> Vec<f64> {
        let mut sum = 0.0;
        let running = y.iter().enumerate().map(|(k, y)| {
            sum += y;
            sum / (k + 1) as f64 - y
        });
        running.collect()
    };
    let ahead = |y: &[f64], by: f64, v: &[f64]| -> Vec<f64> { y.iter().zip(v).map(|(y, v)| y + by * v).collect() };
    let (mut worst, mut largest) = (0.0_f64, 0.0_f64);
    for i in 0..before.dimension() {
        let mut y = lag(before, i);
        for _ in 0..STEPS {
            // The midpoint rule.
            let middle = ahead(&y, 0.5 * h, &speed(&y));
            y = ahead(&y, h, &speed(&middle));
        }
        let found = lag(after, i);
        worst = (0..n).map(|k| (found[k] - y[k]).abs()).fold(worst, f64::max);
        largest = found.iter().fold(largest, |most, x| most.max(x.abs()));
    }
    worst / largest
}

/// d rho/dt of the reduction.
fn equiangular_speed(softmax: bool, n: f64, beta: f64, rho: f64) -> f64 {
    let weight = libm::exp(beta * rho);
    let total = if softmax { libm::exp(beta) + (n - 1.0) * weight } else { n };
    2.0 * weight * (1.0 - rho) * ((n - 1.0) * rho + 1.0) / total
}

/// rho after `time`, by the classical Runge-Kutta method.
fn equiangular_solution(softmax: bool, n: f64, beta: f64, rho: f64, time: f64) -> f64 {
    const STEPS: u32 = 2000;
    let h = time / f64::from(STEPS);
    let speed = |rho| equiangular_speed(softmax, n, beta, rho);
    (0..STEPS).fold(rho, |rho, _| {
        let a = speed(rho);
        let b = speed(rho + 0.5 * h * a);
        let c = speed(rho + 0.5 * h * b);
        rho + h / 6.0 * (a + 2.0 * b + 2.0 * c + speed(rho + h * c))
    })
}

/// n unit vectors of R^n with all inner products rho: the rows of the square root of (1 - rho) I + rho 11^T, turned.
fn equiangular_start(stream: &mut Stream, n: usize, rho: f64) -> Vec<Vec<f64>> {
    let own = (1.0 - rho).sqrt();
    let shared = ((1.0 + (n as f64 - 1.0) * rho).sqrt() - own) / n as f64;
    let root = DMatrix::from_fn(n, n, |i, j| shared + if i == j { own } else { 0.0 });
    rows(&times(&root, &orthogonal(stream, n)))
}

fn equiangular(id: &str, effort: Effort, softmax: bool) -> Evidence {
    let cases: Vec<(usize, f64, f64)> = (0..effort.runs(1000))
        .map(|index| {
            let mut stream = Stream::named(&format!("{id} case {index}"));
            let n = 2 + index as usize % 7;
            let beta = between(&mut stream, 0.0, if softmax { 6.0 } else { 2.0 });
            (n, beta, between(&mut stream, -0.8 / (n as f64 - 1.0), 0.9))
        })
        .collect();
    let word = if softmax { "softmax" } else { "unnormalized" };
    let experiments: Vec<Experiment> = (cases.iter().enumerate())
        .map(|(index, &(n, beta, rho))| {
            let points = equiangular_start(&mut Stream::named(&format!("{id} start {index}")), n, rho);
            Experiment::new(Sections {
                name: format!("{id}-{index}"),
                replicas: 1,
                model: format!("tokens = {n}\ndimension = {n}\nbeta = {beta:?}\nmask = \"full\"\nweights = \"{word}\""),
                initial: start(&points),
                integrate: "until = 5.0\nrtol = 1e-9\natol = 1e-10".to_owned(),
                observe: "times = { linear = 11 }".to_owned(),
                ..Sections::default()
            })
        })
        .collect();
    let parameters =
        format!("n = d = 2 to 8; beta up to {}; rho from -0.8/(n - 1) to 0.9", if softmax { 6 } else { 2 });
    Evidence::of_runs(parameters, &experiments, |run| {
        let settings = run.experiment.plan().point(0);
        let (n, beta) = (f64::from(settings.tokens), settings.beta);
        let run = run.finish()?;
        let inner = |state, j, k| {
            1.0 - 0.5 * chord(&token(state, j), &token(state, k)) * chord(&token(state, j), &token(state, k))
        };
        let rho = inner(&run.start, 0, 1);
        let mut worst = 0.0_f64;
        for (time, state) in &run.saved {
            let exact = equiangular_solution(softmax, n, beta, rho, *time);
            for j in 0..state.len() {
                worst = (0..j).map(|k| (inner(state, j, k) - exact).abs()).fold(worst, f64::max);
            }
        }
        Ok(Check::that(worst < 1e-6, || format!("{worst:.1e} from the reduction")))
    })
}
