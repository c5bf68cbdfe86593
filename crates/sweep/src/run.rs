//! One run: draw the start, follow the dynamics, keep the rows that the manifest asks for.

use crate::finding::Final;
use crate::manifest::{Experiment, Observe, Record};
use crate::parking;
use crate::plan::{Plan, Point};
use crate::rows::{Outcome, Rows, RunSpec, RunTables};
use crate::seed::Draws;
use crate::watch::{Consumption, Drift, Lemma51};
use std::ops::ControlFlow;
use tokenpark_dataset::DatasetError;
use tokenpark_dynamics::{
    Clusters, FollowError, Followed, Hysteresis, Mask, Model, ModelError, Moment, Problem, SaveAt, Termination, Tokens,
    TokensError, Tolerance, Tracker, Weights, follow,
};
use tokenpark_parking::{Centers, ParkingError};

/// Why a run could not be computed: it becomes a row, not the end of a sweep.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The point's model is not valid.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The start is not valid.
    #[error(transparent)]
    Tokens(#[from] TokensError),
    /// The model cannot be solved with the method or the kernel that was asked for.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// Nothing can be parked, or a sample could not be resolved.
    #[error(transparent)]
    Parking(#[from] ParkingError),
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
///
/// ```
/// use tokenpark_dataset::Column;
/// use tokenpark_sweep::{Manifest, Plan, run};
///
/// let text = r#"
///     schema = 1
///     name = "two-tokens"
///     seed = 1
///     [model]
///     tokens = 2
///     dimension = 2
///     [initial]
///     distribution = { points = [[1, 0], [0, 1]] }
///     [integrate]
///     until = 16.78059173
///     [sweep]
///     "model.beta" = [1.0, 4.0]
/// "#;
/// let plan = Plan::new(Manifest::parse(text, "two-tokens.toml").unwrap()).unwrap();
/// let tables = run(&plan, 1, 0, &|| false).unwrap().expect("not interrupted");
/// let (name, runs) = &tables[0];
/// assert_eq!(name, "runs");
/// assert_eq!(runs.column("termination"), Some(&Column::Text(vec!["reached".to_owned()])));
/// assert_eq!(runs.column("final_clusters"), Some(&Column::OptionU32(vec![Some(2)])));
/// ```
pub fn run(
    plan: &Plan,
    point: usize,
    replica: u32,
    interrupted: &dyn Fn() -> bool,
) -> Result<Option<RunTables>, RunError> {
    if plan.manifest().kind == Experiment::Parking {
        return parking::run(plan, point, replica).map(Some);
    }
    let settings = plan.point(point);
    let draws = Draws::new(plan.manifest(), &settings, replica);
    let start = draws.start(plan.manifest(), &settings)?;
    let model = draws.model(plan.manifest(), &settings)?;
    let times = plan.times(point);
    let mut watch = Watch::new(plan, &settings, &model, &start);
    let tolerance = Tolerance { rtol: settings.rtol, atol: settings.atol };
    let problem =
        Problem { from: 0.0, start: start.state(), until: settings.until, save_at: SaveAt(&times), tolerance };
    let mut observer = |moment: Moment<'_>| {
        if interrupted() {
            return ControlFlow::Break(());
        }
        watch.see(moment);
        ControlFlow::Continue(())
    };
    let followed = follow(&model, settings.method, settings.kernel, problem, &mut observer)?;
    if followed.solution.termination == Termination::Event {
        return Ok(None);
    }
    let last = if plan.manifest().observe.records(Record::Configuration) {
        Final::of(&model, &start, &watch.now, &followed)
    } else {
        Final::default()
    };
    let Followed { solution, method, kernel, .. } = followed;
    let (method, kernel) = (Some(method), Some(kernel));
    let outcome = Outcome { method, kernel, delta: Some(settings.separation), last, ..watch.outcome() };
    let rows = watch.finish(solution.t_end);
    Ok(Some(rows.into_tables(RunSpec { plan, point, replica }, Outcome { solution: Some(solution), ..outcome })?))
}

/// The rows of a run that failed: one in `runs` with the reason, none elsewhere.
///
/// # Errors
/// Never for a valid plan.
pub(crate) fn failed(spec: RunSpec<'_>, error: &RunError) -> Result<RunTables, DatasetError> {
    if spec.plan.manifest().kind == Experiment::Parking {
        return parking::failed(spec, error);
    }
    let outcome = Outcome { error: Some(error.to_string()), ..Outcome::default() };
    Rows::new(spec.plan).into_tables(spec, outcome)
}

/// What is observed of the first tokens, or of all.
struct View {
    tokens: usize,
    consumption: Option<[Consumption; 2]>,
    tracker: Option<Tracker>,
}

impl View {
    fn new(start: &Tokens, tokens: usize, centers: &Centers, settings: &Point, observe: &Observe) -> Self {
        // Centres depend on earlier tokens only: those of a prefix are the centres within it.
        let within = |kind: &[usize]| kind.iter().copied().filter(|&c| c < tokens).collect::<Vec<_>>();
        let kinds = [within(centers.renyi()), within(centers.strong())];
        let consumption = kinds.map(|kind| Consumption::new(&kind, settings.capture, tokens));
        let gap = observe.cluster_gap;
        let split = observe.cluster_split.unwrap_or_else(|| Hysteresis::default_split(settings.beta, gap));
        let track = || Tracker::new(&start.prefix(tokens), Hysteresis::new(gap, split), observe.lifetimes_from);
        Self {
            tokens,
            consumption: observe.records(Record::Consumption).then_some(consumption),
            tracker: observe.records(Record::Lifetimes).then(track),
        }
    }
}

/// Everything that is read off the states of a run.
struct Watch<'a> {
    start: &'a Tokens,
    now: Tokens,
    cluster_gap: f64,
    centers: Centers,
    views: Vec<View>,
    drift: Option<[Drift; 2]>,
    lemma51: Option<Lemma51>,
    rows: Rows<'a>,
}

impl<'a> Watch<'a> {
    fn new(plan: &'a Plan, settings: &Point, model: &Model, start: &'a Tokens) -> Self {
        let observe = &plan.manifest().observe;
        let centers = Centers::of(start, settings.separation);
        let kinds = [centers.renyi(), centers.strong()];
        let prefixes: Vec<usize> = match &observe.prefixes[..] {
            [] => vec![start.len()],
            listed => listed.iter().map(|&n| n as usize).collect(),
        };
        let drift = kinds.map(|kind| Drift::new(kind, observe.cluster_gap, start));
        let plain = model.has_identity_scores() && model.scalar_value() == Some(1.0);
        let causal = *model.mask() == Mask::Causal && model.weights() == Weights::Softmax && model.is_plain();
        let lemma51 =
            (plain && causal && start.dimension() == 2).then(|| Lemma51::new(start, centers.strong(), settings.beta));
        Self {
            start,
            now: start.clone(),
            cluster_gap: observe.cluster_gap,
            views: prefixes.iter().map(|&n| View::new(start, n, &centers, settings, observe)).collect(),
            drift: observe.records(Record::Centers).then_some(drift),
            lemma51,
            centers,
            rows: Rows::new(plan),
        }
    }

    fn see(&mut self, moment: Moment<'_>) {
        let (Moment::Saved { state, .. } | Moment::Step { state, .. }) = moment;
        self.now.copy_from(state);
        for tracker in self.views.iter_mut().filter_map(|view| view.tracker.as_mut()) {
            tracker.see(moment);
        }
        for kind in self.views.iter_mut().filter_map(|view| view.consumption.as_mut()).flatten() {
            kind.remember(&self.now);
        }
        for kind in self.drift.iter_mut().flatten() {
            kind.remember(moment, self.start, &self.now);
        }
        if let Some(lemma) = &mut self.lemma51 {
            lemma.remember(moment, self.start, &self.now);
        }
        if let Moment::Saved { time, radii, .. } = moment {
            for view in &self.views {
                let consumed = view.consumption.as_ref().map(|kinds| {
                    let [(renyi, renyi_ever), (strong, strong_ever)] = [&kinds[0], &kinds[1]].map(|k| k.shares());
                    [renyi, strong, renyi_ever, strong_ever]
                });
                self.rows.save(time, &self.now.prefix(view.tokens), consumed);
            }
            self.rows.save_tokens(time, &self.now, radii);
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

    /// The rows of a run that ended at a time.
    fn finish(mut self, end: f64) -> Rows<'a> {
        for view in &self.views {
            if let Some(tracker) = &view.tracker {
                self.rows.save_lives(view.tokens, &tracker.lives(), &self.centers, end);
            }
        }
        for (kind, word) in self.drift.iter().flatten().zip(["renyi", "strong"]) {
            self.rows.save_centers(word, kind, self.start);
        }
        self.rows
    }
}
