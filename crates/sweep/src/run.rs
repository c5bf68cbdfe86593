//! One run: draw the start, follow the dynamics, keep the rows that the manifest asks for.

use crate::manifest::{Method, Record};
use crate::plan::{Plan, Point};
use crate::rows::{Outcome, Rows, RunSpec, RunTables};
use crate::seed::Draws;
use crate::watch::{Consumption, Drift, Lemma51};
use std::ops::ControlFlow;
use tokenpark_dataset::DatasetError;
use tokenpark_dynamics::{
    Attention, Clusters, DormandPrince5, Mask, Model, ModelError, Moment, PiController, Problem, SaveAt, Solver,
    Termination, Tokens, TokensError, Tolerance, Weights, solve,
};
use tokenpark_parking::Centers;

/// Why a run could not be computed: it becomes a row, not the end of a sweep.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The point's model is not valid.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The start is not valid.
    #[error(transparent)]
    Tokens(#[from] TokensError),
    /// The rows do not fit together.
    #[error(transparent)]
    Rows(#[from] DatasetError),
    /// A defect in the program.
    #[error("panic: {0}")]
    Panic(String),
}

/// Computes replica `replica` of point `point`. `None` when `interrupted` turned true on the way.
///
/// # Errors
/// When the point's model or start is not valid.
pub fn run(
    plan: &Plan,
    point: usize,
    replica: u32,
    interrupted: &dyn Fn() -> bool,
) -> Result<Option<RunTables>, RunError> {
    let settings = plan.point(point);
    let draws = Draws::new(plan.manifest(), &settings, replica);
    let start = draws.start(plan.manifest(), &settings)?;
    let (beta, mask, weights) = (settings.beta, settings.mask, settings.weights);
    let model = Model::new(start.dimension(), beta, mask, weights, draws.head(&settings))?;
    let times = plan.times(point);
    let mut watch = Watch::new(plan, &settings, &model, &start);
    let mut field = Attention::new(model, start.len());
    let mut solver = match settings.method {
        Method::Auto | Method::DormandPrince5 => DormandPrince5::default(),
    };
    let problem = Problem {
        start: start.state(),
        until: settings.until,
        save_at: SaveAt(&times),
        tolerance: Tolerance { rtol: settings.rtol, atol: settings.atol },
    };
    let solution = solve(&mut field, &mut solver, &mut PiController::default(), problem, &mut |moment| {
        if interrupted() {
            return ControlFlow::Break(());
        }
        watch.see(moment);
        ControlFlow::Continue(())
    });
    if solution.termination == Termination::Event {
        return Ok(None);
    }
    let method = Solver::<Attention>::name(&solver);
    let outcome = Outcome { method: Some(method), delta: Some(settings.separation), ..watch.outcome() };
    let rows = watch.finish();
    Ok(Some(rows.into_tables(RunSpec { plan, point, replica }, Outcome { solution: Some(solution), ..outcome })?))
}

/// The rows of a run that failed: one in `runs` with the reason, none elsewhere.
///
/// # Errors
/// Never for a valid plan.
pub(crate) fn failed(spec: RunSpec<'_>, error: &RunError) -> Result<RunTables, DatasetError> {
    let outcome = Outcome { error: Some(error.to_string()), ..Outcome::default() };
    Rows::new(spec.plan).into_tables(spec, outcome)
}

/// Everything that is read off the states of a run.
struct Watch<'a> {
    start: &'a Tokens,
    now: Tokens,
    cluster_gap: f64,
    centers: Centers,
    consumption: Option<[Consumption; 2]>,
    drift: Option<[Drift; 2]>,
    lemma51: Option<Lemma51>,
    rows: Rows<'a>,
}

impl<'a> Watch<'a> {
    fn new(plan: &'a Plan, settings: &Point, model: &Model, start: &'a Tokens) -> Self {
        let observe = &plan.manifest().observe;
        let centers = Centers::of(start, settings.separation);
        let kinds = [centers.renyi(), centers.strong()];
        let consumption = kinds.map(|kind| Consumption::new(kind, settings.capture, start.len()));
        let drift = kinds.map(|kind| Drift::new(kind, observe.cluster_gap, start));
        let plain = model.has_identity_scores() && model.scalar_value() == Some(1.0);
        let causal = model.mask() == Mask::Causal && model.weights() == Weights::Softmax;
        let lemma51 =
            (plain && causal && start.dimension() == 2).then(|| Lemma51::new(start, centers.strong(), settings.beta));
        Self {
            start,
            now: start.clone(),
            cluster_gap: observe.cluster_gap,
            consumption: observe.records(Record::Consumption).then_some(consumption),
            drift: observe.records(Record::Centers).then_some(drift),
            lemma51,
            centers,
            rows: Rows::new(plan),
        }
    }

    fn see(&mut self, moment: Moment<'_>) {
        let (Moment::Saved { time, state, .. } | Moment::Step { time, state, .. }) = moment;
        self.now.copy_from(state);
        for kind in self.consumption.iter_mut().flatten() {
            kind.remember(&self.now);
        }
        for kind in self.drift.iter_mut().flatten() {
            kind.remember(moment, self.start, &self.now);
        }
        if let Some(lemma) = &mut self.lemma51 {
            lemma.remember(time, self.start, &self.now);
        }
        if let Moment::Saved { .. } = moment {
            let consumed = self.consumption.as_ref().map(|[renyi, strong]| {
                let ((renyi, renyi_ever), (strong, strong_ever)) = (renyi.shares(&self.now), strong.shares(&self.now));
                [renyi, strong, renyi_ever, strong_ever]
            });
            self.rows.save(time, &self.now, consumed);
        }
    }

    /// The last state shown was that of the last step.
    fn outcome(&self) -> Outcome {
        Outcome {
            final_clusters: Some(Clusters::single_linkage(&self.now, self.cluster_gap).count() as u32),
            renyi_centers: Some(self.centers.renyi().len() as u32),
            strong_centers: Some(self.centers.strong().len() as u32),
            lemma51_violations: self.lemma51.as_ref().map(Lemma51::violations),
            ..Outcome::default()
        }
    }

    fn finish(mut self) -> Rows<'a> {
        for (kind, word) in self.drift.iter().flatten().zip(["renyi", "strong"]) {
            self.rows.save_centers(word, kind, self.start);
        }
        self.rows
    }
}
