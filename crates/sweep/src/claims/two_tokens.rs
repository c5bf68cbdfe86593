//! Two tokens on the circle that do not become antipodal: the smallest counterexamples.
//!
//! Token 1 goes to a top eigenvector e of V. Where token 2 then rests solves one equation in one unknown, and besides
//! e and -e there may be further stable places. With Q = K = 0 (or beta = 0), V = [[1, -1], [0, 1/2]] and x_1 = e_1 the
//! velocity of x_2 = (a, b) is (1 + a - b, b/2)/2 projected: zero at (-4/5, 3/5), where it falls with slope -3/20 along
//! the circle. data/reference/counterexamples.csv has the ends of all, computed with SciPy.

use super::experiment::{Experiment, Sections};
use super::grid::ends;
use super::near::start;

/// What the claims say that two tokens refute.
pub(super) const FAILS: &str = "a run agrees whose last state is of this class within a chord of 1e-2; against is one that \
                                still moves at a speed above 1e-3, or that rests elsewhere (it would move by less than \
                                1e-6 in as much time again, and no token's own Jacobian has an eigenvalue above 1e-6); \
                                others have no result. Expected to fail: two tokens are enough (the first manifests \
                                below; SciPy agrees with their ends, data/reference/counterexamples.csv)";

/// d = 2, n = 2.
#[derive(Clone, Copy)]
pub(super) struct TwoTokens {
    name: &'static str,
    beta: f64,
    /// Q = I.
    key: &'static str,
    value: [f64; 4],
    /// Where token 2 starts; token 1 starts at 0.1.
    angle: f64,
}

const IDENTITY: &str = "\"identity\"";

/// V not normal; every token weighs the same.
pub(super) const WITHOUT_SCORES: TwoTokens =
    TwoTokens { name: "two-tokens-beta0", beta: 0.0, key: IDENTITY, value: [1.0, -1.0, 0.0, 0.5], angle: 2.6 };
/// V not normal, Q = K = I.
pub(super) const WITH_SCORES: TwoTokens =
    TwoTokens { name: "two-tokens-beta1", beta: 1.0, key: IDENTITY, value: [1.0, -0.5, 0.0, 0.9], angle: 2.4 };
/// V diagonal.
pub(super) const SYMMETRIC_VALUE: TwoTokens = TwoTokens {
    name: "two-tokens-symmetric",
    beta: 1.0,
    key: "{ matrix = [[0, 0], [-2, 0]] }",
    value: [1.0, 0.0, 0.0, 0.5],
    angle: 2.4,
};
/// V diagonal with the spectrum 1, 0 of row 3.
pub(super) const ROW_3: TwoTokens = TwoTokens {
    name: "two-tokens-row3",
    beta: 1.0,
    key: "{ matrix = [[-1, 0], [-2, 0]] }",
    value: [1.0, 0.0, 0.0, 0.0],
    angle: 2.4,
};

impl TwoTokens {
    /// One run, the one of the file.
    pub(super) fn experiment(&self, id: &str) -> Experiment {
        let [a, b, c, d] = self.value;
        let points = [0.1, self.angle].map(|angle| vec![libm::cos(angle), libm::sin(angle)]);
        Experiment::new(Sections {
            name: format!("{id}-{}", self.name),
            replicas: 1,
            model: format!(
                "tokens = 2\ndimension = 2\nbeta = {:?}\nkey = {}\nvalue = {{ matrix = [[{a:?}, {b:?}], [{c:?}, {d:?}]] }}",
                self.beta, self.key
            ),
            initial: start(&points),
            // Explicit steps at their limit of stability leave a speed of the order of the tolerance.
            integrate: "until = 1e3\nrtol = 1e-10\natol = 1e-12".to_owned(),
            observe: ends(1e3),
            ..Sections::default()
        })
    }
}
