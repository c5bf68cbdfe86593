//! Theorem 4.1 and the two conjectures: where tokens go when V attracts.

use super::draw::{basis, between, conjugate, diagonal, gaussian, orthogonal};
use super::evidence::{Evidence, Verdict};
use super::experiment::{Experiment, Simulated};
use super::grid::{Grid, Triple};
use super::settle::{AT_REST, finding, settle};
use super::two_tokens::{self, TwoTokens};
use super::{Claim, Effort, chord, token};
use crate::seed::Stream;
use nalgebra::DMatrix;
use tokenpark_dynamics::{Configuration, Spectrum};

const fn claim(id: &'static str, statement: &'static str, evidence: fn(&str, Effort) -> Evidence) -> Claim {
    Claim { id, statement, source: "arXiv 2411.04990, section 4", test: AT_REST, expected: Verdict::Holds, evidence }
}

pub(super) const CLAIMS: &[Claim] = &[
    claim("theorem-4-1", "V = I, any Q, K and beta: from almost every start all tokens converge to x_1(0).", theorem),
    claim(
        "conjecture-one-point",
        "V = lambda > 0 on L of dimension 2 or more, V preserves the complement of L and <Vz, z> < lambda |z|^2 on it: \
         all tokens converge to the normalised L-component of x_1(0).",
        |id, effort| one_point(id, effort, false),
    ),
    Claim {
        expected: Verdict::Fails,
        ..claim(
            "conjecture-one-point-printed",
            "V = lambda > 0 on L of dimension 2 or more, V preserves the complement of L and <Vz, z> < lambda |z|^2 on it: \
             all tokens converge to the normalised component of x_1(0) in the complement of L, as printed (a misprint).",
            |id, effort| one_point(id, effort, true),
        )
    },
    Claim {
        test: two_tokens::FAILS,
        expected: Verdict::Fails,
        ..claim(
            "conjecture-antipodal",
            "V diagonalizable with distinct positive eigenvalues: every token converges to one of two points xi, -xi, xi \
             being the top eigenvector; Q = K = I.",
            |id, effort| antipodal(id, effort, Family::AnyBasis),
        )
    },
    Claim {
        test: two_tokens::FAILS,
        expected: Verdict::Fails,
        ..claim(
            "conjecture-antipodal-random",
            "V diagonalizable with distinct positive eigenvalues: every token converges to one of two points xi, -xi, xi \
             being the top eigenvector; whatever Q and K.",
            |id, effort| antipodal(id, effort, Family::AnyScores),
        )
    },
    claim(
        "conjecture-antipodal-symmetric",
        "V symmetric with distinct positive eigenvalues: every token converges to one of two points xi, -xi, xi being the \
         top eigenvector; Q = K = I.",
        |id, effort| antipodal(id, effort, Family::Symmetric),
    ),
];

fn theorem(id: &str, effort: Effort) -> Evidence {
    let cases = [(2, 1.0), (2, 4.0), (3, 1.0), (3, 4.0), (8, 1.0), (8, 4.0)];
    let experiments: Vec<Experiment> = cases
        .map(|(d, beta)| {
            let name = format!("{id}-d{d}-beta{beta}");
            let (mut stream, value) = (Stream::named(&name), diagonal(&vec![1.0; d]));
            let triples = (0..effort.runs(170)).map(|_| Triple::random(&mut stream, &value)).collect();
            Grid { name, tokens: 16, dimension: d, beta, until: 1e12, replicas: 1, triples }.experiment()
        })
        .into();
    let parameters =
        "d = 2, 3, 8; beta = 1, 4; n = 16; Q, K gaussian / sqrt(d), others in every run; t = 1e12".to_owned();
    Evidence::of_runs(parameters, &experiments, |run| {
        let run = run.finish()?;
        let (_, finding) = finding(&run);
        Ok(settle(&run, &finding, finding.configuration == Configuration::FirstToken))
    })
}

/// V = O (lambda I_m + A) O^T with O orthogonal and <Az, z> <= 0.6 lambda |z|^2.
fn preserving(stream: &mut Stream, d: usize, m: usize) -> DMatrix<f64> {
    let lambda = between(stream, 0.5, 1.5);
    let free = gaussian(stream, d - m, 0.5);
    let mut value = diagonal(&vec![lambda; d]);
    let symmetric = (&free + free.transpose()) * 0.5;
    let most = symmetric.symmetric_eigenvalues().max();
    for i in 0..d - m {
        for j in 0..d - m {
            let shift = if i == j { 0.6 * lambda - most } else { 0.0 };
            value[(m + i, m + j)] = free[(i, j)] + shift;
        }
    }
    conjugate(&orthogonal(stream, d), &value)
}

fn one_point(id: &str, effort: Effort, printed: bool) -> Evidence {
    let cases = [(3, 2, 1.0), (4, 2, 1.0), (5, 3, 1.0), (4, 2, 4.0)];
    let experiments: Vec<Experiment> = cases
        .map(|(d, m, beta)| {
            let name = format!("{id}-d{d}-m{m}-beta{beta}");
            // Both versions of the conjecture look at the same runs, but for the name.
            let mut stream = Stream::named(&format!("conjecture-one-point {d} {m} {beta}"));
            let triples = (0..effort.runs(250)).map(|_| {
                let value = preserving(&mut stream, d, m);
                Triple::random(&mut stream, &value)
            });
            let triples = triples.collect();
            Grid { name, tokens: 16, dimension: d, beta, until: 1e8, replicas: 1, triples }.experiment()
        })
        .into();
    let parameters = "(d, dim L) = (3, 2), (4, 2), (5, 3) with beta = 1 and (4, 2) with beta = 4; n = 16; Q, K \
                      gaussian / sqrt(d), other Q, K, V in every run; t = 1e8";
    Evidence::of_runs(parameters.to_owned(), &experiments, |run| {
        let run = run.finish()?;
        let (spectrum, finding) = finding(&run);
        let agrees = finding.radius <= 1e-2
            && if printed { from_complement(&run, &spectrum) <= 1e-2 } else { finding.from_component <= 1e-2 };
        Ok(settle(&run, &finding, agrees))
    })
}

/// Chord of token 1 to the normalised component of its start in the complement of L.
fn from_complement(run: &Simulated, spectrum: &Spectrum) -> f64 {
    let start = token(&run.start, 0);
    let Some(along) = spectrum.component(&start) else { return 2.0 };
    let size = along.iter().zip(&start).fold(0.0, |sum, (a, x)| sum + a * x);
    let rest: Vec<f64> = start.iter().zip(&along).map(|(x, a)| x - size * a).collect();
    let length = chord(&rest, &vec![0.0; rest.len()]);
    let target: Vec<f64> = rest.iter().map(|x| x / length).collect();
    chord(&token(&run.end, 0), &target)
}

/// What V, Q and K the conjecture on antipodal pairs is tried with.
#[derive(Clone, Copy, PartialEq)]
enum Family {
    /// V diagonal in any basis, Q = K = I.
    AnyBasis,
    /// V diagonal in any basis, random Q and K.
    AnyScores,
    /// V diagonal in an orthonormal basis, Q = K = I.
    Symmetric,
}

impl Family {
    fn basis(self, stream: &mut Stream, d: usize) -> DMatrix<f64> {
        if self == Self::Symmetric { orthogonal(stream, d) } else { basis(stream, d) }
    }

    /// Two tokens that end elsewhere.
    fn known(self) -> &'static [TwoTokens] {
        match self {
            Self::AnyBasis => &[two_tokens::WITHOUT_SCORES, two_tokens::WITH_SCORES],
            Self::AnyScores => &[two_tokens::SYMMETRIC_VALUE],
            Self::Symmetric => &[],
        }
    }
}

fn antipodal(id: &str, effort: Effort, family: Family) -> Evidence {
    let known = family.known().iter().map(|two| two.experiment(id));
    let random = [(2, 1.0), (3, 1.0), (5, 1.0), (3, 4.0)].map(|(d, beta)| {
        let name = format!("{id}-d{d}-beta{beta}");
        let mut stream = Stream::named(&name);
        let triples = (0..effort.runs(250)).map(|_| {
            let spectrum: Vec<f64> =
                (0..d).map(|i| if i == 0 { 1.0 } else { between(&mut stream, 0.1, 0.7) }).collect();
            let value = conjugate(&family.basis(&mut stream, d), &diagonal(&spectrum));
            if family == Family::AnyScores { Triple::random(&mut stream, &value) } else { Triple::plain(&value) }
        });
        let triples = triples.collect();
        Grid { name, tokens: 16, dimension: d, beta, until: 1e8, replicas: 1, triples }.experiment()
    });
    let experiments: Vec<Experiment> = known.chain(random).collect();
    let basis = if family == Family::Symmetric { "orthogonal" } else { "gaussian" };
    let scores = if family == Family::AnyScores { "gaussian / sqrt(d)" } else { "the identity" };
    let two = if family.known().is_empty() { "" } else { "; before these, the two tokens of the test" };
    let parameters = format!(
        "V = B diag(1, 0.1 to 0.7) B^{{-1}}, B {basis}; Q, K {scores}; d = 2, 3, 5 with beta = 1 and d = 3 with beta = 4; \
         n = 16; other matrices in every run; t = 1e8{two}"
    );
    Evidence::of_runs(parameters, &experiments, |run| {
        let run = run.finish()?;
        let (_, finding) = finding(&run);
        Ok(settle(&run, &finding, finding.is(Configuration::Antipodal)))
    })
}
