//! Numbers of Rényi centres, and Lemma 5.1: strong centres hardly move.

use super::evidence::{Check, Evidence, Verdict};
use super::experiment::{Experiment, Sections, each};
use super::{Claim, Effort, mean, slope};
use crate::seed::Stream;
use crate::watch::Lemma51;
use rayon::prelude::*;
use std::ops::ControlFlow;
use tokenpark_dynamics::{Moment, Tokens};
use tokenpark_parking::theory::{cap_area, mean_strong_centers, saturated_on_circle};
use tokenpark_parking::{Centers, Parking};

/// |z| of a two-sided test at the level 0.001.
const LEVEL: f64 = 3.290_526_731_491_9;
const Z_TEST: &str = "two-sided z tests of means at the level 0.001 each; a check is one test";

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "lemma-5-1",
        statement: "A strong centre whose earlier tokens are farther than c(1 + 2 eps)/sqrt(beta) moves less than \
                    eps c/sqrt(beta) while T s h(c/sqrt(beta)) < eps c/sqrt(beta).",
        source: "arXiv 2411.04990, Lemma 5.1",
        test: "no strong centre of the run breaks a bound, for eps = 0.02, 0.04, ..., 0.4; a run without a bound has no \
               result",
        expected: Verdict::Holds,
        evidence: lemma51,
    },
    Claim {
        id: "lemma-c-1",
        statement: "The mean number of strong centres among n tokens is (1 - (1 - sigma)^n)/sigma with sigma the area of \
                    a ball of the separation; sigma = sin^2(delta/2) for d = 3.",
        source: "arXiv 2411.04990, Lemma C.1, with sigma corrected for d = 3",
        test: Z_TEST,
        expected: Verdict::Holds,
        evidence: |id, effort| strong_centers(id, effort, &[2, 3, 4, 8], 1.0),
    },
    Claim {
        id: "lemma-c-1-printed-d3",
        statement: "The mean number of strong centres among n tokens is (1 - (1 - sigma)^n)/sigma; sigma = 3 sin^2(delta/2) \
                    for d = 3, as printed (a misprint).",
        source: "arXiv 2411.04990, appendix C",
        test: Z_TEST,
        expected: Verdict::Fails,
        evidence: |id, effort| strong_centers(id, effort, &[3], 3.0),
    },
    Claim {
        id: "renyi-count-circle",
        statement: "The number of Rényi centres on the circle, as n grows, has the mean C_R 2 pi/delta and the variance \
                    v 2 pi/delta.",
        source: "Rényi 1958; Dvoretzky & Robbins 1964; arXiv 2411.04990, section 5",
        test: "two-sided z tests of means and variances at the level 0.001 each; a check is one test",
        expected: Verdict::Holds,
        evidence: renyi_count,
    },
    Claim {
        id: "centre-frequency",
        statement: "Causal centres have the frequency Theta(beta^((d-1)/2)).",
        source: "arXiv 2411.04990, section 5; arXiv 2412.09080",
        test: "the slope of log(saturated Rényi centres at delta = 4/sqrt(beta)) against log(beta) is within 0.03 of \
               (d - 1)/2; a check is one dimension",
        expected: Verdict::Holds,
        evidence: frequency,
    },
];

fn lemma51(id: &str, effort: Effort) -> Evidence {
    let experiments = [Experiment::new(Sections {
        name: id.to_owned(),
        replicas: effort.runs(1000),
        model: "tokens = 200\ndimension = 2\nbeta = 64.0".to_owned(),
        integrate: "until = 1e6".to_owned(),
        observe: "times = [0.0]".to_owned(),
        centers: "separation = \"4 / sqrt(beta)\"".to_owned(),
        ..Sections::default()
    })];
    let parameters = "d = 2, n = 200, beta = 64, delta = 4/sqrt(beta), t = 1e6".to_owned();
    Evidence::of_runs(parameters, &experiments, |run| {
        let settings = run.experiment.plan().point(run.point);
        let (_, start) = run.draw()?;
        let centers = Centers::of(&start, settings.separation);
        let mut lemma = Lemma51::new(&start, centers.strong(), settings.beta);
        let mut now: Tokens = start.clone();
        let bounds = lemma.bounds();
        let _ = run.simulate(&mut |moment| {
            let (Moment::Saved { state, .. } | Moment::Step { state, .. }) = moment;
            now.copy_from(state);
            lemma.remember(moment, &start, &now);
            ControlFlow::Continue(())
        })?;
        let broken = lemma.violations();
        Ok(match (bounds, broken) {
            (0, _) => Check::Undecided,
            (_, broken) => Check::that(broken == 0, || format!("{broken} strong centres moved farther")),
        })
    })
}

/// One test for each dimension and temperature, at delta = 4/sqrt(beta).
fn strong_centers(id: &str, effort: Effort, dimensions: &[usize], factor: f64) -> Evidence {
    let tokens = 200;
    let mut evidence = Evidence {
        parameters: format!("d = {dimensions:?}; n = {tokens}; delta = 4/sqrt(beta) with beta = 16, 64"),
        ..Evidence::default()
    };
    for &d in dimensions {
        for beta in [16.0, 64.0] {
            let experiments = [Experiment::new(Sections {
                name: format!("{id}-d{d}-beta{beta}"),
                replicas: effort.runs(10_000),
                model: format!("tokens = {tokens}\ndimension = {d}\nbeta = {beta:?}"),
                // The centres are those of the start.
                integrate: "until = 1e-6".to_owned(),
                centers: "separation = \"4 / sqrt(beta)\"".to_owned(),
                ..Sections::default()
            })];
            let delta = experiments[0].plan().point(0).separation;
            let counts: Vec<f64> = each(&experiments, |run| {
                run.draw().map_or(f64::NAN, |(_, start)| Centers::of(&start, delta).strong().len() as f64)
            });
            let sigma = factor * cap_area(d, delta);
            let exact = if factor == 1.0 {
                mean_strong_centers(d, delta, tokens)
            } else {
                -libm::expm1(tokens as f64 * libm::log1p(-sigma)) / sigma
            };
            let (found, error) = mean(&counts);
            let z = (found - exact) / error;
            let words =
                format!("d = {d}, delta = {delta:.2}: {found:.3} ± {error:.3}, claimed {exact:.3} (z = {z:.1})");
            evidence.note(&words);
            evidence.runs += counts.len() as u64;
            let check = Check::that(z.abs() < LEVEL, || words.clone());
            evidence.add(check, || (experiments[0].at(0), None));
        }
    }
    evidence
}

/// Numbers of saturated Rényi centres.
fn saturated(id: &str, parking: Parking, samples: u64) -> Vec<f64> {
    (0..samples)
        .into_par_iter()
        .map(|sample| {
            let mut stream = Stream::named(&format!("{id} {sample}"));
            parking.saturate(stream.generator()).map_or(f64::NAN, |sample| sample.count() as f64)
        })
        .collect()
}

fn renyi_count(id: &str, effort: Effort) -> Evidence {
    let separations = [0.5, 0.2, 0.05];
    let mut evidence =
        Evidence { parameters: "saturated on the circle; delta = 0.5, 0.2, 0.05".to_owned(), ..Evidence::default() };
    for delta in separations {
        let Ok(parking) = Parking::circle(delta) else { continue };
        let counts = saturated(&format!("{id} {delta}"), parking, effort.runs(100_000));
        let (exact, variance) = saturated_on_circle(delta);
        let (found, error) = mean(&counts);
        let squares: Vec<f64> = counts.iter().map(|x| (x - found) * (x - found)).collect();
        let (spread, spread_error) = mean(&squares);
        evidence.runs += counts.len() as u64;
        for (what, found, error, exact) in [("mean", found, error, exact), ("variance", spread, spread_error, variance)]
        {
            let z = (found - exact) / error;
            let words = format!("delta = {delta}: {what} {found:.4} ± {error:.4}, claimed {exact:.4} (z = {z:.1})");
            evidence.note(&words);
            evidence.add(Check::that(z.abs() < LEVEL, || words.clone()), || (String::new(), None));
        }
    }
    evidence
}

fn frequency(id: &str, effort: Effort) -> Evidence {
    let mut evidence = Evidence {
        parameters: "saturated on the sphere; d = 2, 3, 4; beta = 1000, 400, 100 and 2 and 4 times that; 200 samples each, whose \
                     means are good to 1 % already"
            .to_owned(),
        ..Evidence::default()
    };
    for (d, scale) in [(2, 1000.0_f64), (3, 400.0), (4, 100.0)] {
        let mut points = vec![];
        for beta in [scale, 2.0 * scale, 4.0 * scale] {
            let Ok(parking) = Parking::sphere(d, 4.0 / beta.sqrt()) else { continue };
            let counts = saturated(&format!("{id} {d} {beta}"), parking, effort.runs(200));
            evidence.runs += counts.len() as u64;
            points.push((libm::log(beta), libm::log(mean(&counts).0)));
        }
        let (found, claimed) = (slope(&points), 0.5 * (d as f64 - 1.0));
        let words = format!("d = {d}: exponent {found:.3}, claimed {claimed:.1}");
        evidence.note(&words);
        evidence.add(Check::that((found - claimed).abs() < 0.03, || words.clone()), || (String::new(), None));
    }
    evidence
}
