//! What a run's last state says of a claim on final states.

use super::evidence::Check;
use super::experiment::Simulated;
use crate::seed::Stream;
use std::ops::ControlFlow;
use tokenpark_dynamics::{
    Configuration, Finding, Kernel, Method, Moment, Problem, SaveAt, Spectrum, Termination, Tokens, Tolerance, follow,
};

/// What counts as agreement where nothing else is said.
pub(super) const AT_REST: &str = "the final state is of this class within a chord of 1e-2; a state that would still move \
                                  by 1e-6 in as much time again has no result";

/// V's spectrum and the class of the last state.
pub(super) fn finding(run: &Simulated) -> (Spectrum, Finding) {
    let spectrum = Spectrum::of(run.value());
    let finding = Finding::of(&run.model, &spectrum, &run.start, &run.end, &run.radii, run.time);
    (spectrum, finding)
}

/// Agrees, or has no result while the state creeps, or speaks against the claim.
pub(super) fn settle(run: &Simulated, finding: &Finding, agrees: bool) -> Check {
    if run.termination != Termination::Reached {
        return Check::Undecided;
    }
    if agrees {
        return Check::Agree;
    }
    let moving = finding.configuration == Configuration::Moving;
    let settled = moving || (finding.is_at_rest(run.time) && is_stable(run));
    if !settled {
        return Check::Undecided;
    }
    Check::Disagree(format!(
        "{}: radius {:.1e}, {:.1e} from x_1(0), {:.1e} from its top component, {:.1e} from the top eigenspace, speed {:.1e}",
        finding.configuration.name(),
        finding.radius,
        finding.from_start,
        finding.from_component,
        finding.from_top,
        finding.speed
    ))
}

/// Whether a disturbance of the state at rest dies out or at least does not grow, by an explicit method: implicit ones
/// with large steps may stay where the flow does not.
fn is_stable(run: &Simulated) -> bool {
    const DISTURBANCE: f64 = 1e-6;
    let mut stream = Stream::named("disturbance");
    let moved: Vec<f64> = run.end.state().iter().map(|x| x + DISTURBANCE * stream.normal()).collect();
    let Ok(start) = Tokens::new(run.end.dimension(), moved) else { return false };
    let tolerance = Tolerance { rtol: 1e-9, atol: 1e-9 };
    let problem = Problem { from: 0.0, start: start.state(), until: 1e3, save_at: SaveAt(&[]), tolerance };
    let mut go_on = |_: Moment<'_>| ControlFlow::Continue(());
    follow(&run.model, Method::DormandPrince5, Kernel::Direct, problem, &mut go_on).is_ok_and(|followed| {
        let moved = followed.solution.state.iter().zip(run.end.state()).map(|(a, b)| (a - b).abs());
        moved.fold(0.0, f64::max) < 10.0 * DISTURBANCE
    })
}
