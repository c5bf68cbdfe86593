//! The final configuration of a run, as columns of `runs`: its class, what theory predicts, and the margins.

use crate::rows::{Columns, named};
use nalgebra::DMatrix;
use tokenpark_dataset::Column;
use tokenpark_dynamics::{Configuration, Finding, Followed, Mask, Model, Spectrum, Termination, Tokens, Weights};

/// What a run ended in, and what it should have.
#[derive(Clone, Copy, Default)]
pub(crate) struct Final {
    /// None for a run that did not reach its end.
    finding: Option<Finding>,
    /// None where theory is silent.
    predicted: Option<Configuration>,
}

impl Final {
    /// Of a run of `model` from `start` whose last state is `end`.
    pub(crate) fn of(model: &Model, start: &Tokens, end: &Tokens, followed: &Followed) -> Self {
        let spectrum = Spectrum::of(&mean_value(model));
        let solution = &followed.solution;
        let reached = solution.termination == Termination::Reached;
        let find = || Finding::of(model, &spectrum, start, end, &followed.radii, solution.t_end);
        Self { finding: reached.then(find), predicted: spectrum.predicted().filter(|_| has_theory(model)) }
    }

    /// Of one row. All are null for a failed run, and all but `predicted` for one that did not reach its end.
    pub(crate) fn columns(&self) -> Columns {
        let name = |class: Configuration| class.name().to_owned();
        let text = |class: Option<Configuration>| Column::OptionText(vec![class.map(name)]);
        let agrees = self.finding.zip(self.predicted).map(|(finding, predicted)| finding.is(predicted));
        let margin = |of: fn(&Finding) -> f64| Column::OptionF64(vec![self.finding.as_ref().map(of)]);
        vec![
            named("configuration", text(self.finding.map(|finding| finding.configuration))),
            named("predicted", text(self.predicted)),
            named("as_predicted", Column::OptionBool(vec![agrees])),
            named("radius", margin(|f| f.radius)),
            named("from_start", margin(|f| f.from_start)),
            named("from_component", margin(|f| f.from_component)),
            named("from_top", margin(|f| f.from_top)),
            named("closeness", margin(|f| f.closeness)),
            named("spread", margin(|f| f.spread)),
            named("speed", margin(|f| f.speed)),
        ]
    }
}

/// The mean of the heads' V: what moves token 1, and every state of a single point.
fn mean_value(model: &Model) -> DMatrix<f64> {
    let (heads, d) = (model.heads(), model.dimension());
    DMatrix::from_fn(d, d, |i, j| heads.iter().fold(0.0, |sum, head| sum + head.value[(i, j)]) / heads.len() as f64)
}

/// Table 1 of arXiv 2411.04990 is about causal attention with one head and nothing beside it.
fn has_theory(model: &Model) -> bool {
    let causal = *model.mask() == Mask::Causal && model.weights() == Weights::Softmax;
    causal && model.heads().len() == 1 && model.is_plain()
}
