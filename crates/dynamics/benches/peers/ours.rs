//! Our methods, as a user calls them.

use crate::files::{Start, angles};
use crate::{BETA, Solved};
use std::ops::ControlFlow;
use std::time::Instant;
use tokenpark_dynamics::{
    Followed, Head, Kernel, Mask, Method, Model, Moment, Problem, SaveAt, Solution, Termination, Tolerance, Weights,
    follow,
};

/// One of our methods.
#[derive(Clone, Copy, PartialEq)]
pub struct Ours(Method);

/// All that are compared. `auto` is what the peers are measured against; its name says which one it chose.
pub const ALL: [Ours; 4] =
    [Ours(Method::Auto), Ours(Method::Rodas4), Ours(Method::Rodas5P), Ours(Method::DormandPrince5)];

impl Ours {
    /// The name in the table: that of the method that was chosen.
    pub fn name(self) -> &'static str {
        if self.0 == Method::Auto { chosen() } else { self.0.name() }
    }

    /// True for the method that a user gets unless he forces another.
    pub fn chosen(self) -> bool {
        self.0 == Method::Auto
    }

    /// Explicit steps of size 1 do not reach 1e12.
    pub fn reaches(self, until: f64) -> bool {
        self.0 != Method::DormandPrince5 || until <= 1e4
    }

    pub fn tolerances(self) -> &'static [f64] {
        let all = &[1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10];
        if self.0 == Method::Rodas4 { &all[..6] } else { all }
    }

    /// None if the end was not reached.
    pub fn solve(self, start: &Start, until: f64, tolerance: f64) -> Option<Solved> {
        let begin = Instant::now();
        let (solution, _) = run(self.0, start, until, tolerance, &mut |_| ControlFlow::Continue(()));
        let seconds = begin.elapsed().as_secs_f64();
        let Solution { termination, state, statistics, .. } = solution;
        (termination == Termination::Reached).then(|| Solved {
            seconds,
            angles: angles(&state),
            steps: statistics.steps,
            rejected: statistics.rejected,
            evaluations: statistics.evaluations,
        })
    }
}

/// Follows the tokens of the comparison; both tolerances are `tolerance`.
pub fn run(
    method: Method,
    start: &Start,
    until: f64,
    tolerance: f64,
    observer: &mut dyn FnMut(Moment<'_>) -> ControlFlow<()>,
) -> (Solution, &'static str) {
    let model = Model::new(2, BETA, Mask::Causal, Weights::Softmax, Head::identity(2)).expect("a valid model");
    let tolerance = Tolerance { rtol: tolerance, atol: tolerance };
    let problem = Problem { from: 0.0, start: &start.state, until, save_at: SaveAt(&[]), tolerance };
    let found = follow(&model, method, Kernel::Auto, problem, observer);
    let Followed { solution, method, .. } = found.expect("all methods solve causal attention on the circle");
    (solution, method)
}

/// What `auto` chooses here.
fn chosen() -> &'static str {
    let state = vec![1.0, 0.8, 0.0, 0.6];
    let start = Start { state, path: std::path::PathBuf::new() };
    run(Method::Auto, &start, 1.0, 1e-3, &mut |_| ControlFlow::Continue(())).1
}
