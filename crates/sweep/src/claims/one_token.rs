//! Lemma 3.1: one token by itself.

use super::draw::{basis, conjugate, diagonal, gaussian, toml};
use super::evidence::{Check, Evidence, Verdict};
use super::experiment::{Experiment, Run, Sections};
use super::{Claim, Effort, chord, slope, token};
use crate::run::RunError;
use crate::seed::Stream;
use nalgebra::{DMatrix, DVector};
use tokenpark_dynamics::Spectrum;

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "lemma-3-1",
        statement: "One token follows e^{tV}x(0) normalised.",
        source: "arXiv 2411.04990, Lemma 3.1",
        test: "within 1e-6 of the matrix exponential at t = 1, 2 and 4",
        expected: Verdict::Holds,
        evidence: exponential,
    },
    Claim {
        id: "lemma-3-1-rate-exponential",
        statement: "Almost every start approaches the space L' of all generalised eigenvectors whose eigenvalue has the \
                    largest real part exponentially, at the rate of the gap to the next real part.",
        source: "arXiv 2411.04990, Lemma 3.1",
        test: "the slope of log dist(x, L') from e^{-12} to e^{-20} is within 2 % of minus the gap",
        expected: Verdict::Holds,
        evidence: rate_exponential,
    },
    Claim {
        id: "lemma-3-1-rate-jordan",
        statement: "With a Jordan block of size 2 on top, almost every start approaches its eigenvector at rate 1/t.",
        source: "arXiv 2411.04990, Lemma 3.1",
        test: "the slope of log dist(x, L) against log t from 1e4 to 1e5 is within 0.1 of -1",
        expected: Verdict::Holds,
        evidence: rate_jordan,
    },
];

/// Starts for each matrix.
const STARTS: u64 = 10;

/// Many matrices V, some starts each.
fn experiment(id: &str, d: usize, values: &[DMatrix<f64>], integrate: String, observe: String) -> Experiment {
    let values: Vec<String> = values.iter().map(toml).collect();
    Experiment::new(Sections {
        name: id.to_owned(),
        replicas: STARTS,
        model: format!("tokens = 1\ndimension = {d}\nbeta = 1.0"),
        integrate,
        observe,
        sweep: format!("\"model.value\" = [\n    {},\n]", values.join(",\n    ")),
        ..Sections::default()
    })
}

fn exponential(id: &str, effort: Effort) -> Evidence {
    let experiments: Vec<Experiment> = [2, 3, 8]
        .map(|d| {
            let mut stream = Stream::named(&format!("{id} {d}"));
            let values: Vec<_> =
                (0..effort.runs(340).div_ceil(STARTS)).map(|_| gaussian(&mut stream, d, 1.0)).collect();
            let integrate = "until = 4.0\nrtol = 1e-9\natol = 1e-9".to_owned();
            experiment(&format!("{id}-d{d}"), d, &values, integrate, "times = [1.0, 2.0, 4.0]".to_owned())
        })
        .into();
    Evidence::of_runs("V gaussian, d = 2, 3, 8".to_owned(), &experiments, |run| {
        let run = run.finish()?;
        let start = DVector::from_vec(token(&run.start, 0));
        let worst = run.saved.iter().fold(0.0_f64, |worst, (time, state)| {
            let image = (run.value() * *time).exp() * &start;
            let exact = image.clone().unscale(image.norm());
            worst.max(chord(&token(state, 0), exact.as_slice()))
        });
        Ok(Check::that(worst < 1e-6, || format!("{worst:.1e} from the matrix exponential")))
    })
}

fn rate_exponential(id: &str, effort: Effort) -> Evidence {
    let mut stream = Stream::named(id);
    let values: Vec<DMatrix<f64>> = (0..effort.runs(1000) / STARTS)
        .map(|_| {
            let next = 0.3 + 0.4 * stream.uniform();
            conjugate(&basis(&mut stream, 4), &diagonal(&[1.0, 1.0, next, -1.0]))
        })
        .collect();
    let integrate = "until = 90.0\nrtol = 1e-11\natol = 1e-12\nmethod = \"dormand-prince-5\"".to_owned();
    let experiments = [experiment(id, 4, &values, integrate, "times = { linear = 901 }".to_owned())];
    let parameters = "d = 4, spectrum 1, 1, 0.3 to 0.7, -1 in random bases".to_owned();
    Evidence::of_runs(parameters, &experiments, |run| {
        let run = run.finish()?;
        let spectrum = Spectrum::of(run.value());
        let distances = run.saved.iter().map(|(time, state)| (*time, spectrum.distance(&token(state, 0))));
        let (upper, lower) = (libm::exp(-12.0), libm::exp(-20.0));
        let window: Vec<(f64, f64)> =
            distances.filter(|(_, x)| *x < upper && *x > lower).map(|(time, x)| (time, libm::log(x))).collect();
        if window.len() < 10 {
            return Ok(Check::Undecided);
        }
        let (found, gap) = (-slope(&window), spectrum.gap());
        Ok(Check::that((found / gap - 1.0).abs() < 0.02, || format!("rate {found:.4}, gap {gap:.4}")))
    })
}

fn rate_jordan(id: &str, effort: Effort) -> Evidence {
    let mut stream = Stream::named(id);
    let (mut values, mut axes) = (vec![], vec![]);
    for _ in 0..effort.runs(1000) / STARTS {
        let block = DMatrix::from_row_slice(3, 3, &[1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        let basis = basis(&mut stream, 3);
        values.push(conjugate(&basis, &block));
        let first = basis.column(0).clone_owned();
        axes.push(first.unscale(basis.column(0).norm()));
    }
    let integrate = "until = 1e5\nrtol = 1e-10\natol = 1e-12".to_owned();
    let experiments = [experiment(id, 3, &values, integrate, "times = [1e4, 1e5]".to_owned())];
    let parameters = "d = 3, a block of size 2 to the eigenvalue 1 and the eigenvalue 0, in random bases".to_owned();
    Evidence::of_runs(parameters, &experiments, |run: Run<'_>| -> Result<Check, RunError> {
        let axis = &axes[run.point];
        let run = run.finish()?;
        let points: Vec<(f64, f64)> = (run.saved.iter())
            .map(|(time, state)| {
                let x = DVector::from_vec(token(state, 0));
                let along = x.dot(axis);
                (libm::log(*time), libm::log((x - axis * along).norm()))
            })
            .collect();
        if points.len() < 2 {
            return Ok(Check::Undecided);
        }
        let found = slope(&points);
        Ok(Check::that((found + 1.0).abs() < 0.1, || format!("exponent {found:.4}")))
    })
}
