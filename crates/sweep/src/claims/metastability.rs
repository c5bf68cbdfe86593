//! Full attention from well-separated caps: each collapses by T_1 ~ beta and stays until T_2 ~ e^{c beta}.

use super::draw::{between, direction};
use super::evidence::{Check, Evidence, Verdict};
use super::experiment::{Experiment, Run, Sections, each};
use super::near::start;
use super::{Claim, Effort, slope};
use crate::run::RunError;
use crate::seed::Stream;
use std::ops::ControlFlow;
use tokenpark_dynamics::{Moment, Tokens, squared_chord};

pub(super) const CLAIMS: &[Claim] = &[Claim {
    id: "metastability-full-attention",
    statement: "Full attention from well-separated caps: the caps collapse to e^{-c beta} by a time T_1 ~ beta, and stay \
                where they are until T_2 ~ e^{c beta}.",
    source: "arXiv 2410.06833",
    test: "T_1 (caps within 0.1 e^{-beta/4}) grows by 0.25 ± 0.1 a unit of beta, and the slope of log T_2 (the nearest two \
           caps 0.1 closer) against beta is 1 - cos of an angle within 0.2 of theirs",
    expected: Verdict::Holds,
    evidence,
}];

const CAPS: usize = 3;
const TOKENS: usize = 9;
const BETAS: [f64; 4] = [16.0, 20.0, 24.0, 28.0];
/// How much closer the nearest two caps come until T_2.
const CLOSER: f64 = 0.1;

fn angle(a: &[f64], b: &[f64]) -> f64 {
    libm::acos(a.iter().zip(b).fold(0.0, |sum, (x, y)| sum + x * y).clamp(-1.0, 1.0))
}

/// Three directions of R^3, of which two are 0.85 to 1 apart and the third is farther from both.
fn caps(stream: &mut Stream) -> (Vec<Vec<f64>>, f64) {
    loop {
        let centers: Vec<Vec<f64>> = (0..CAPS).map(|_| direction(stream, 3)).collect();
        let near = angle(&centers[0], &centers[1]);
        let far = angle(&centers[0], &centers[2]).min(angle(&centers[1], &centers[2]));
        if (0.85..1.0).contains(&near) && far > near + 0.3 {
            return (centers, near);
        }
    }
}

/// Token k belongs to cap k mod 3.
fn experiment(id: &str, index: u64) -> (Experiment, f64) {
    let mut stream = Stream::named(&format!("{id} {index}"));
    let (centers, near) = caps(&mut stream);
    let points: Vec<Vec<f64>> = (0..TOKENS)
        .map(|k| centers[k % CAPS].iter().map(|x| x + between(&mut stream, -0.05, 0.05)).collect())
        .collect();
    let experiment = Experiment::new(Sections {
        name: format!("{id}-{index}"),
        replicas: 1,
        model: format!("tokens = {TOKENS}\ndimension = 3\nbeta = 1.0\nmask = \"full\""),
        initial: start(&points),
        integrate: "until = 1e7".to_owned(),
        sweep: format!("\"model.beta\" = {BETAS:?}"),
        ..Sections::default()
    });
    (experiment, near)
}

/// T_1 and T_2 of one run.
fn phases(run: Run<'_>) -> Result<(Option<f64>, Option<f64>), RunError> {
    let beta = run.experiment.plan().point(run.point).beta;
    let (_, start) = run.draw()?;
    let mut now: Tokens = start.clone();
    let small = squared_chord(0.1 * libm::exp(-0.25 * beta));
    let apart = 2.0 * libm::asin(0.5 * start.squared_chord(0, 1).sqrt());
    let closer = squared_chord(apart - CLOSER);
    let (mut first, mut second) = (None, None);
    run.simulate(&mut |moment| {
        let Moment::Step { time, state, .. } = moment else { return ControlFlow::Continue(()) };
        now.copy_from(state);
        if first.is_none() && (CAPS..TOKENS).all(|k| now.squared_chord(k, k % CAPS) < small) {
            first = Some(time);
        }
        if now.squared_chord(0, 1) < closer {
            second = Some(time);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    Ok((first, second))
}

fn evidence(id: &str, effort: Effort) -> Evidence {
    let (experiments, angles): (Vec<Experiment>, Vec<f64>) =
        (0..effort.runs(1000)).map(|index| experiment(id, index)).unzip();
    let found = each(&experiments, |run| phases(run).unwrap_or((None, None)));
    let mut evidence = Evidence {
        parameters: format!(
            "d = 3, n = {TOKENS}, {CAPS} caps of radius 0.1, the nearest two 0.85 to 1 apart; beta = {BETAS:?}"
        ),
        runs: found.len() as u64,
        ..Evidence::default()
    };
    for ((times, near), experiment) in found.chunks(BETAS.len()).zip(angles).zip(&experiments) {
        let both = times.iter().zip(BETAS).map(|((first, second), beta)| Some((beta, (*first)?, (*second)?)));
        let check = both.collect::<Option<Vec<_>>>().map_or(Check::Undecided, |points| judge(&points, near));
        evidence.add(check, || (experiment.at(BETAS.len() - 1), Some(0)));
    }
    evidence
}

fn judge(points: &[(f64, f64, f64)], near: f64) -> Check {
    let first = slope(&points.iter().map(|p| (p.0, p.1)).collect::<Vec<_>>());
    let second = slope(&points.iter().map(|p| (p.0, libm::log(p.2))).collect::<Vec<_>>());
    let (low, high) = (1.0 - libm::cos(near - 0.2), 1.0 - libm::cos(near + 0.2));
    let agrees = (first - 0.25).abs() < 0.1 && (low..high).contains(&second);
    Check::that(agrees, || format!("T_1 grows by {first:.3}, log T_2 by {second:.3} ({low:.3} to {high:.3} claimed)"))
}
