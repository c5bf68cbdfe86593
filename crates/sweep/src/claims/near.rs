//! Rates near consensus, and the exact reduction of equiangular starts.

use super::draw::{between, direction, gaussian, orthogonal, rows, times, toml};
use super::evidence::{Check, Evidence, Verdict};
use super::experiment::{Experiment, Sections};
use super::{Claim, Effort, chord, slope, token};
use crate::seed::Stream;
use nalgebra::DMatrix;

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "rate-one-half",
        statement: "With V = I and the causal mask the distance to consensus decays like e^{-t/2} in the end, whatever \
                    beta, Q and K: token k contracts at the rate (k - 1)/k.",
        source: "arXiv 2411.04990; token 2 is the slowest",
        test: "the slope of the logarithm of the largest distance to token 1, from t = 12 to 20, is within 0.01 of -1/2, \
               and so is that of token 2",
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
        let to_first = |state, k| chord(&token(state, k), &token(state, 0));
        let second: Vec<_> = run.saved.iter().map(|(t, state)| (*t, libm::log(to_first(state, 1)))).collect();
        let farthest = run
            .saved
            .iter()
            .map(|(t, state)| (*t, libm::log((1..state.len()).map(|k| to_first(state, k)).fold(0.0, f64::max))));
        let farthest: Vec<_> = farthest.collect();
        if farthest.len() < 3 {
            return Ok(Check::Undecided);
        }
        let (all, two) = (-slope(&farthest), -slope(&second));
        Ok(Check::that((all - 0.5).abs().max((two - 0.5).abs()) < 0.01, || {
            format!("rate {all:.4}, that of token 2 {two:.4}")
        }))
    })
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
