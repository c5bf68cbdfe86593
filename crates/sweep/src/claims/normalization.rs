//! Normalisation schemes: how the tokens' variance decays near consensus.
//!
//! Near consensus with V = I every scheme makes y_k' = (mean of what token k sees - y_k)/s(t) of the deviations y: the
//! variance is e^{-2 tau} in the scheme's clock tau = int dt/s, and token 2 of a causal sequence comes to token 1 like
//! e^{-tau/2}.

use super::draw::{direction, gaussian, toml};
use super::evidence::{Check, Evidence, Verdict};
use super::experiment::{Experiment, Sections};
use super::near::start;
use super::{Claim, Effort, chord, token};
use crate::seed::Stream;
use tokenpark_dynamics::{Mask, Tokens};

const TEST: &str = "between the two times the exponent of the variance is within 2 % of the law's with the full mask; \
                    with the causal one, that of the squared chord of tokens 1 and 2 is within 2 % of half of it";

/// One of the schemes of arXiv 2510.22026.
struct Scheme {
    /// As manifests write it.
    toml: &'static str,
    /// The clock tau in which the variance is claimed to be e^{-2 tau}.
    clock: fn(f64) -> f64,
    /// Where the law is looked at.
    window: (f64, f64),
}

const ALPHA: f64 = 2.0;

const POST_LN: Scheme = Scheme { toml: "\"post-ln\"", clock: |time| time, window: (10.0, 14.0) };
const PRE_LN: Scheme = Scheme { toml: "\"pre-ln\"", clock: libm::log, window: (1e3, 54_598.0) };
const MIX_LN: Scheme = Scheme { toml: "{ mix-ln = 1.0 }", ..PRE_LN };
const PERI_LN: Scheme = Scheme { toml: "\"peri-ln\"", ..PRE_LN };
const N_GPT: Scheme = Scheme { toml: "{ ngpt = 2.0 }", clock: |time| ALPHA * time, window: (5.0, 7.0) };
const LN_SCALING: Scheme =
    Scheme { toml: "\"ln-scaling\"", clock: |time| 2.0 * (time + 1.0).sqrt(), window: (24.0, 48.0) };

const fn claim(id: &'static str, statement: &'static str, evidence: fn(&str, Effort) -> Evidence) -> Claim {
    Claim { id, statement, source: "arXiv 2510.22026", test: TEST, expected: Verdict::Holds, evidence }
}

pub(super) const CLAIMS: &[Claim] = &[
    claim("normalization-post-ln", "Post-LN: the variance near consensus decays like e^{-2t}.", |id, effort| {
        decay(id, effort, &POST_LN)
    }),
    claim("normalization-pre-ln", "Pre-LN: the variance near consensus decays like t^{-2}.", |id, effort| {
        decay(id, effort, &PRE_LN)
    }),
    claim(
        "normalization-mix-ln",
        "Mix-LN, switched at t = 1: the variance near consensus decays like t^{-2}.",
        |id, effort| decay(id, effort, &MIX_LN),
    ),
    claim("normalization-peri-ln", "Peri-LN: the variance near consensus decays like t^{-2}.", |id, effort| {
        decay(id, effort, &PERI_LN)
    }),
    claim(
        "normalization-ngpt",
        "nGPT: the variance near consensus decays like e^{-2 alpha t}; alpha = 2.",
        |id, effort| decay(id, effort, &N_GPT),
    ),
    claim(
        "normalization-ln-scaling",
        "LN-scaling: the variance near consensus decays like e^{-4 sqrt(t + 1)}.",
        |id, effort| decay(id, effort, &LN_SCALING),
    ),
];

fn decay(id: &str, effort: Effort, scheme: &Scheme) -> Evidence {
    let experiments: Vec<Experiment> = (0..effort.runs(1000)).map(|index| experiment(id, index, scheme)).collect();
    let parameters = format!(
        "d = 2, 3, 5; beta = 0, 1, 4; n = 6 within about 0.1; Q, K gaussian / sqrt(d); full and causal masks; t = {} to {}",
        scheme.window.0, scheme.window.1
    );
    Evidence::of_runs(parameters, &experiments, |run| {
        let run = run.finish()?;
        let [(from, before), (to, after)] = &run.saved[..] else { return Ok(Check::Undecided) };
        let full = *run.model.mask() == Mask::Full;
        let size = |tokens| if full { variance(tokens) } else { squared_gap(tokens) };
        let law = (scheme.clock)(*to) - (scheme.clock)(*from);
        let found = libm::log(size(after) / size(before)) / law;
        let claimed = if full { -2.0 } else { -1.0 };
        Ok(Check::that((found / claimed - 1.0).abs() < 0.02, || {
            format!("exponent {found:.4} where the law is {claimed} ({} mask)", if full { "full" } else { "causal" })
        }))
    })
}

/// Tokens near a point, matrices of the run's own.
fn experiment(id: &str, index: u64, scheme: &Scheme) -> Experiment {
    let mut stream = Stream::named(&format!("{id} {index}"));
    let (d, beta) = ([2, 3, 5][index as usize % 3], [0.0, 1.0, 4.0][index as usize / 3 % 3]);
    let mask = ["full", "causal"][index as usize % 2];
    let center = direction(&mut stream, d);
    let points: Vec<Vec<f64>> = (0..6).map(|_| center.iter().map(|x| x + 0.05 * stream.normal()).collect()).collect();
    let deviation = 1.0 / (d as f64).sqrt();
    let (query, key) = (gaussian(&mut stream, d, deviation), gaussian(&mut stream, d, deviation));
    let (from, to) = scheme.window;
    Experiment::new(Sections {
        name: format!("{id}-{index}"),
        replicas: 1,
        model: format!(
            "tokens = 6\ndimension = {d}\nbeta = {beta:?}\nmask = \"{mask}\"\nnormalization = {}\nquery = {}\nkey = {}",
            scheme.toml,
            toml(&query),
            toml(&key)
        ),
        initial: start(&points),
        integrate: format!("until = {to:?}\nrtol = 1e-9\natol = 1e-11\nmethod = \"dormand-prince-5\""),
        observe: format!("times = [{from:?}, {to:?}]"),
        ..Sections::default()
    })
}

/// The mean square deviation from the mean.
fn variance(tokens: &Tokens) -> f64 {
    let n = tokens.len() as f64;
    (0..tokens.dimension())
        .map(|i| {
            let x = tokens.coordinate(i);
            let mean = x.iter().sum::<f64>() / n;
            x.iter().fold(0.0, |sum, x| sum + (x - mean) * (x - mean)) / n
        })
        .sum()
}

/// |x_2 - x_1|^2.
fn squared_gap(tokens: &Tokens) -> f64 {
    let gap = chord(&token(tokens, 0), &token(tokens, 1));
    gap * gap
}
