//! What a run's last state says of a claim on final states.

use super::draw::times;
use super::evidence::Check;
use super::experiment::Simulated;
use super::token;
use nalgebra::DMatrix;
use tokenpark_dynamics::{Configuration, Finding, Layer, Spectrum, Termination, VectorField};

/// What counts as agreement where nothing else is said.
pub(super) const AT_REST: &str = "a run agrees whose last state is of this class within a chord of 1e-2; against is one that \
                                  still moves at a speed above 1e-3, or that rests elsewhere (it would move by less than \
                                  1e-6 in as much time again, and no token's own Jacobian has an eigenvalue above 1e-6); \
                                  others have no result";

/// Faster growth than this is instability.
const GROWTH: f64 = 1e-6;

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

/// Whether no disturbance of the state at rest grows. The causal Jacobian is block triangular: its eigenvalues are those
/// of every token's own block, here by central differences in the token's tangent plane.
fn is_stable(run: &Simulated) -> bool {
    const H: f64 = 1e-5;
    let (n, d) = (run.end.len(), run.end.dimension());
    let mut field = Layer::new(run.model.clone(), n);
    let mut state = run.end.state().to_vec();
    let mut out = [vec![0.0; n * d], vec![0.0; n * d]];
    (0..n).all(|k| {
        let mut block = DMatrix::zeros(d, d);
        for j in 0..d {
            let at = j * n + k;
            let here = state[at];
            for (out, shift) in out.iter_mut().zip([H, -H]) {
                state[at] = here + shift;
                field.velocity(run.time, &state, out);
            }
            state[at] = here;
            (0..d).for_each(|i| block[(i, j)] = (out[0][i * n + k] - out[1][i * n + k]) / (2.0 * H));
        }
        let x = token(&run.end, k);
        let tangent = DMatrix::from_fn(d, d, |i, j| if i == j { 1.0 } else { 0.0 } - x[i] * x[j]);
        let own = times(&times(&tangent, &block), &tangent);
        own.complex_eigenvalues().iter().all(|eigenvalue| eigenvalue.re <= GROWTH)
    })
}
