//! Experiments: manifests made for a claim, so that `tokenpark run` repeats every one of their runs.

use crate::manifest::Manifest;
use crate::plan::Plan;
use crate::run::RunError;
use crate::seed::Draws;
use nalgebra::DMatrix;
use rayon::prelude::*;
use std::fmt::Write;
use std::ops::ControlFlow;
use tokenpark_dynamics::{Model, Moment, Problem, SaveAt, Termination, Tokens, Tolerance, follow};

/// All claims draw from this seed.
const SEED: u64 = 20_241_107;

/// A manifest in pieces: the lines of its sections.
#[derive(Debug, Clone, Default)]
pub(super) struct Sections {
    /// Lower-case, with hyphens.
    pub(super) name: String,
    pub(super) replicas: u64,
    pub(super) model: String,
    pub(super) initial: String,
    pub(super) integrate: String,
    pub(super) observe: String,
    pub(super) centers: String,
    pub(super) sweep: String,
}

impl Sections {
    /// The manifest's text, with these lines for [model].
    fn text(&self, model: &str, sweep: &str) -> String {
        let mut text = format!("schema = 1\nname = \"{}\"\nseed = {SEED}\nreplicas = {}\n", self.name, self.replicas);
        let sections = [
            ("model", model),
            ("initial", &self.initial),
            ("integrate", &self.integrate),
            ("observe", &self.observe),
            ("centers", &self.centers),
            ("sweep", sweep),
        ];
        for (name, lines) in sections.iter().filter(|(_, lines)| !lines.is_empty()) {
            let _ = write!(text, "\n[{name}]\n{}\n", lines.trim());
        }
        text
    }
}

/// A manifest and its plan.
pub(super) struct Experiment {
    sections: Sections,
    plan: Plan,
}

impl Experiment {
    /// # Panics
    /// When a claim wrote a manifest with mistakes: a defect that every run of the claim's test shows.
    pub(super) fn new(sections: Sections) -> Self {
        let text = sections.text(&sections.model, &sections.sweep);
        let path = format!("{}.toml", sections.name);
        let plan = Manifest::parse(&text, &path).and_then(Plan::new).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        Self { sections, plan }
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The manifest of one point alone: the same draws, since these are keyed by content.
    pub(super) fn at(&self, point: usize) -> String {
        let settings = self.plan.point(point);
        let lines: Vec<String> = (settings.model().iter())
            .map(|(key, setting)| format!("{} = {setting}", key.path().trim_start_matches("model.")))
            .collect();
        self.sections.text(&lines.join("\n"), "")
    }
}

/// One run of an experiment.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) experiment: &'a Experiment,
    /// Which of the claim's experiments it is.
    pub(super) index: usize,
    pub(super) point: usize,
    pub(super) replica: u32,
}

/// A run that was computed.
pub(super) struct Simulated {
    pub(super) model: Model,
    pub(super) start: Tokens,
    /// The states at the saved times.
    pub(super) saved: Vec<(f64, Tokens)>,
    pub(super) end: Tokens,
    /// The tokens' lengths at the end, where the normalisation has these.
    pub(super) radii: Vec<f64>,
    pub(super) time: f64,
    pub(super) termination: Termination,
}

impl Simulated {
    /// V of the only head that claims' manifests have.
    pub(super) fn value(&self) -> &DMatrix<f64> {
        &self.model.heads()[0].value
    }
}

impl Run<'_> {
    /// The model and the start.
    pub(super) fn draw(&self) -> Result<(Model, Tokens), RunError> {
        let plan = &self.experiment.plan;
        let settings = plan.point(self.point);
        let draws = Draws::new(plan.manifest(), &settings, self.replica);
        let start = draws.start(plan.manifest(), &settings)?;
        let model = draws.model(plan.manifest(), &settings)?;
        Ok((model, start))
    }

    /// Computes the run; the observer sees every moment and may stop it.
    pub(super) fn simulate(
        &self,
        observer: &mut dyn FnMut(Moment<'_>) -> ControlFlow<()>,
    ) -> Result<Simulated, RunError> {
        let settings = self.experiment.plan.point(self.point);
        let (model, start) = self.draw()?;
        let times = self.experiment.plan.times(self.point);
        let tolerance = Tolerance { rtol: settings.rtol, atol: settings.atol };
        let problem =
            Problem { from: 0.0, start: start.state(), until: settings.until, save_at: SaveAt(&times), tolerance };
        let mut saved = vec![];
        let mut end = start.clone();
        let followed = follow(&model, settings.method, settings.kernel, problem, &mut |moment| {
            let (Moment::Saved { state, .. } | Moment::Step { state, .. }) = moment;
            end.copy_from(state);
            if let Moment::Saved { time, .. } = moment {
                saved.push((time, end.clone()));
            }
            observer(moment)
        })?;
        let solution = followed.solution;
        let (radii, time, termination) = (followed.radii, solution.t_end, solution.termination);
        Ok(Simulated { model, saved, end, radii, time, termination, start })
    }

    /// Computes the run.
    pub(super) fn finish(&self) -> Result<Simulated, RunError> {
        self.simulate(&mut |_| ControlFlow::Continue(()))
    }
}

/// Does something with every run of all experiments, on all threads; the results are in order.
pub(super) fn each<T: Send>(experiments: &[Experiment], of: impl Fn(Run<'_>) -> T + Sync + Send) -> Vec<T> {
    let runs: Vec<Run<'_>> = experiments
        .iter()
        .enumerate()
        .flat_map(|(index, experiment)| {
            let points = 0..experiment.plan.points();
            points.flat_map(move |point| {
                (0..experiment.plan.replicas()).map(move |replica| Run { experiment, index, point, replica })
            })
        })
        .collect();
    runs.into_par_iter().map(of).collect()
}
