//! Theorem 5.2: frozen centres on the circle capture every token. Random centres are drawn until the conditions hold.

use super::draw::between;
use super::evidence::{Check, Evidence, Verdict};
use super::experiment::{Experiment, Sections};
use super::grid::ends;
use super::settle::{finding, settle};
use super::{Claim, Effort, chord, token};
use crate::seed::Stream;
use std::f64::consts::PI;

const TEST: &str = "a run agrees when in the end every token is within eps/sqrt(beta) of a centre; against is one with a token \
                    that rests elsewhere (all would move by less than 1e-6 in as much time again, and no token's own \
                    Jacobian has an eigenvalue above 1e-6); others have no result. Starts are uniform";

const fn claim(id: &'static str, statement: &'static str, evidence: fn(&str, Effort) -> Evidence) -> Claim {
    let source = "arXiv 2411.04990, Theorem 5.2";
    Claim { id, statement, source, test: TEST, expected: Verdict::Holds, evidence }
}

pub(super) const CLAIMS: &[Claim] = &[
    claim(
        "theorem-5-2",
        "On the circle, Q = K = V = I, with frozen centres of weights a_j >= 1 farther than c/sqrt(beta) apart, h(x) = \
         e^{beta (cos x - 1)} sin x, g = h', N = n + sum a_j, c > 2 + 2 eps, N h((c - 1 - 2 eps)/sqrt(beta)) < \
         h(eps/sqrt(beta)) and -N g((c - 2 eps)/sqrt(beta)) < g(eps/sqrt(beta)): every token ends within eps/sqrt(beta) of \
         a centre.",
        |id, effort| capture(id, effort, Conditions::Corrected),
    ),
    claim(
        "theorem-5-2-printed",
        "Theorem 5.2 with the condition N g((c - 2 eps)/sqrt(beta)) < g(eps/sqrt(beta)) as printed (a minus sign is \
         missing), looked at where the corrected condition does not hold. The printed condition asks less for eps < 1, so \
         that the printed theorem claims more.",
        |id, effort| capture(id, effort, Conditions::PrintedOnly),
    ),
    Claim {
        expected: Verdict::Fails,
        ..claim(
            "theorem-5-2-outside",
            "The conclusion of Theorem 5.2 without its conditions: centres 1 to 1.8/sqrt(beta) apart, eps = 0.1.",
            |id, effort| capture(id, effort, Conditions::Near),
        )
    },
];

#[derive(Clone, Copy, PartialEq)]
enum Conditions {
    /// The theorem's, with the second minus sign.
    Corrected,
    /// The printed ones, but not the corrected ones.
    PrintedOnly,
    /// Centres too near to each other.
    Near,
}

/// Centres on the circle and what the theorem asks of them.
struct Centers {
    angles: Vec<f64>,
    weights: Vec<f64>,
    beta: f64,
    c: f64,
    epsilon: f64,
    tokens: usize,
}

/// (h, h')(x / sqrt(beta)), h(x) = e^{beta (cos x - 1)} sin x.
fn pull(beta: f64, x: f64) -> (f64, f64) {
    let (sin, cos) = libm::sincos(x / beta.sqrt());
    let weight = libm::exp(beta * (cos - 1.0));
    (weight * sin, weight * (cos - beta * sin * sin))
}

impl Centers {
    /// m angles about equally far apart, whose nearest two are a little farther than c/sqrt(beta).
    fn draw(stream: &mut Stream, index: u64, conditions: Conditions) -> Self {
        let m = 3 + index as usize % 4;
        let (epsilon, c, tokens) = if conditions == Conditions::Corrected {
            let epsilon = between(stream, 0.05, 0.1);
            (epsilon, between(stream, 5.5, 7.5) + 2.0 * epsilon, 2 + (stream.uniform() * 39.0) as usize)
        } else {
            let epsilon = between(stream, 0.7, 1.0);
            (epsilon, between(stream, 4.0, 7.5), 2 + (stream.uniform() * 19.0) as usize)
        };
        let step = 2.0 * PI / m as f64;
        let angles: Vec<f64> = (0..m).map(|j| step * (j as f64 + between(stream, -0.1, 0.1))).collect();
        let gaps = (0..m).map(|j| if j + 1 < m { angles[j + 1] - angles[j] } else { angles[0] + 2.0 * PI - angles[j] });
        let nearest = gaps.fold(f64::INFINITY, f64::min);
        let root = c / nearest * between(stream, 1.01, 1.2);
        let weights = (0..m).map(|_| between(stream, 1.0, 3.0)).collect();
        Self { angles, weights, beta: root * root, c, epsilon, tokens }
    }

    /// A few centres in a row, too near to each other.
    fn near(stream: &mut Stream, index: u64) -> Self {
        let (m, c) = (2 + index as usize % 3, between(stream, 1.0, 1.8));
        let beta = between(stream, 4.0, 8.0);
        let angles = (0..m).map(|j| c / beta.sqrt() * j as f64).collect();
        let weights = (0..m).map(|_| between(stream, 1.0, 3.0)).collect();
        Self { angles, weights, beta, c, epsilon: 0.1, tokens: 2 + (stream.uniform() * 39.0) as usize }
    }

    fn fit(&self, conditions: Conditions) -> bool {
        let (c, epsilon) = (self.c, self.epsilon);
        let total = self.tokens as f64 + self.weights.iter().sum::<f64>();
        let (near, slope) = pull(self.beta, epsilon);
        let far = pull(self.beta, c - 1.0 - 2.0 * epsilon).0;
        let beyond = pull(self.beta, c - 2.0 * epsilon).1;
        let (printed, corrected) = (total * beyond < slope, -total * beyond < slope);
        let shared = c > 2.0 + 2.0 * epsilon && total * far < near;
        shared && if conditions == Conditions::Corrected { corrected } else { printed && !corrected }
    }

    fn experiment(&self, name: String, until: f64) -> Experiment {
        let points: Vec<[f64; 2]> = self.angles.iter().map(|angle| [libm::cos(*angle), libm::sin(*angle)]).collect();
        Experiment::new(Sections {
            name,
            replicas: 1,
            model: format!(
                "tokens = {}\ndimension = 2\nbeta = {:?}\nfrozen = {{ points = {points:?}, weights = {:?} }}",
                self.tokens, self.beta, self.weights
            ),
            integrate: format!("until = {until:?}"),
            observe: ends(until),
            ..Sections::default()
        })
    }
}

/// Draws until the conditions hold.
fn case(id: &str, index: u64, conditions: Conditions) -> Centers {
    let mut stream = Stream::named(&format!("{id} {index}"));
    if conditions == Conditions::Near {
        return Centers::near(&mut stream, index);
    }
    loop {
        let centers = Centers::draw(&mut stream, index, conditions);
        if centers.fit(conditions) {
            return centers;
        }
    }
}

fn capture(id: &str, effort: Effort, conditions: Conditions) -> Evidence {
    let cases: Vec<Centers> = (0..effort.runs(1000)).map(|index| case(id, index, conditions)).collect();
    // Far ahead rounding alone moves a state by more than the test allows.
    let until = if conditions == Conditions::Near { 1e7 } else { 1e12 };
    let experiments: Vec<Experiment> =
        cases.iter().enumerate().map(|(index, case)| case.experiment(format!("{id}-{index}"), until)).collect();
    let parameters = match conditions {
        Conditions::Corrected => {
            "3 to 6 centres of weights 1 to 3; eps = 0.05 to 0.1; c = 5.6 to 7.7; n = 2 to 40; t = 1e12"
        }
        Conditions::PrintedOnly => {
            "3 to 6 centres of weights 1 to 3; eps = 0.7 to 1; c = 4 to 7.5; n = 2 to 20; t = 1e12"
        }
        Conditions::Near => "2 to 4 centres of weights 1 to 3; beta = 4 to 8; n = 2 to 40; t = 1e7",
    };
    Evidence::of_runs(parameters.to_owned(), &experiments, |run| {
        let case = &cases[run.index];
        let radius = case.epsilon / case.beta.sqrt();
        let run = run.finish()?;
        let Some(frozen) = run.model.frozen() else { return Ok(Check::Undecided) };
        let centers: Vec<Vec<f64>> = (0..frozen.points().len()).map(|j| token(frozen.points(), j)).collect();
        let farthest = (0..run.end.len()).map(|k| {
            let x = token(&run.end, k);
            centers.iter().map(|center| 2.0 * libm::asin(0.5 * chord(&x, center))).fold(PI, f64::min)
        });
        let farthest = farthest.fold(0.0, f64::max);
        let (_, finding) = finding(&run);
        let check = settle(&run, &finding, farthest < radius);
        Ok(match check {
            Check::Disagree(_) => {
                Check::Disagree(format!("a token {farthest:.3} from the nearest centre, allowed {radius:.3}"))
            }
            other => other,
        })
    })
}
