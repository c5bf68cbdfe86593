//! Plan to dataset: runs on all cores, finished ones staged at once, the whole published at the end.
//!
//! Results do not depend on the number of threads: every run is a pure function of the plan, and rows are ordered by
//! run when they are published.

mod session;
mod shard;

use crate::fingerprint::fingerprint;
use crate::manifest::{Experiment, SCHEMA};
use crate::merge::{MergeError, take_shards};
use crate::parking;
use crate::plan::Plan;
use crate::shard::Share;
use session::Session;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tokenpark_dataset::{
    Column, Dataset, DatasetError, Discarded, Failure, Journal, Provenance, RunKey, RunLog, Staging, State, Table,
};
use tokenpark_dynamics::MODEL_VERSION;

/// Why a sweep could not go on. Runs that fail are rows, not errors.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The dataset could not be read or written.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// Replicas were asked for that the manifest does not have.
    #[error("replicas {from}..{to} were asked for, allowed: 0..{replicas}")]
    Replicas {
        /// The first.
        from: u32,
        /// One past the last.
        to: u32,
        /// How many the manifest has.
        replicas: u32,
    },
    /// A run was asked for that the manifest does not have.
    #[error("the run {point}:{replica} was asked for, allowed: points 0 to {last_point}, replicas 0 to {last_replica}")]
    Only {
        /// Its point.
        point: u32,
        /// Its replica.
        replica: u32,
        /// The last point of the plan.
        last_point: usize,
        /// The last replica at every point.
        last_replica: u32,
    },
    /// A shard that cannot be.
    #[error("shard {index}/{count} was asked for, allowed: I/K with 0 <= I < K")]
    Shard {
        /// Its number.
        index: u32,
        /// How many there are.
        count: u32,
    },
    /// A list of runs cannot be read.
    #[error("{} is no list of runs ({reason}); submit the job again", path.display())]
    RunList {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A list of runs belongs to another job.
    #[error("the job was submitted with {what} {expected}, and this is {found}; submit it again")]
    OtherRunList {
        /// What differs.
        what: &'static str,
        /// As it is now.
        found: String,
        /// As it was.
        expected: String,
    },
    /// Failed runs of a shard are in the whole already.
    #[error("the shards are joined; `tokenpark run --retry` without --shard repeats the failed runs of the whole")]
    Joined,
    /// Shards cannot be joined.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// The worker threads could not be started.
    #[error("cannot start {threads} worker threads: {source}")]
    Threads {
        /// How many.
        threads: usize,
        /// Why.
        source: rayon::ThreadPoolBuildError,
    },
}

/// How to run, none of which changes a number.
pub struct Options<'a> {
    /// Worker threads, 0 for one a core.
    pub threads: usize,
    /// Compute everything again.
    pub fresh: bool,
    /// Compute failed runs again.
    pub retry: bool,
    /// Stop once so many runs of this session have failed.
    pub max_failures: Option<u64>,
    /// Compute these replicas only; the dataset stays unpublished until all are there.
    pub replicas: Option<std::ops::Range<u32>>,
    /// Compute these runs only, if any are named.
    pub only: &'a [RunKey],
    /// Compute the runs of this share only, into a shard of the dataset.
    pub share: Option<&'a Share>,
    /// Turns true when the user wants to stop: what is finished is kept.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Told after every run.
    pub progress: &'a mut dyn FnMut(Progress),
    /// The time, as the run log writes it.
    pub now: &'a dyn Fn() -> String,
    /// Seconds since this session began.
    pub elapsed: &'a dyn Fn() -> f64,
    /// What the dataset's run log says of program, host and commit; asked before the first run, since a checkout can
    /// change while runs are computed.
    pub log: &'a mut dyn FnMut() -> RunLog,
}

impl Options<'_> {
    /// Whether a run is one of those asked for.
    fn wants(&self, (point, replica): RunKey) -> bool {
        let listed = self.only.is_empty() || self.only.contains(&(point, replica));
        listed && self.replicas.as_ref().is_none_or(|range| range.contains(&replica))
    }

    /// Refuses runs that the plan does not have.
    fn check(&self, plan: &Plan) -> Result<(), SweepError> {
        if let Some(range) = self.replicas.as_ref().filter(|range| range.end > plan.replicas()) {
            return Err(SweepError::Replicas { from: range.start, to: range.end, replicas: plan.replicas() });
        }
        let absent = |&&(point, replica): &&RunKey| point as usize >= plan.points() || replica >= plan.replicas();
        match self.only.iter().find(absent) {
            Some(&(point, replica)) => {
                let (last_point, last_replica) = (plan.points() - 1, plan.replicas() - 1);
                Err(SweepError::Only { point, replica, last_point, last_replica })
            }
            None => Ok(()),
        }
    }
}

/// How far a sweep is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Progress {
    /// Runs finished, those of earlier sessions included.
    pub done: u64,
    /// All runs.
    pub total: u64,
    /// Runs that failed: in this session while it lasts, of all that are kept when it has ended.
    pub failed: u64,
    /// The share of the work done, by estimated cost, 0 to 1.
    pub share: f64,
    /// The same share when this session began.
    pub share_at_start: f64,
}

/// How a sweep ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// The dataset was complete already.
    Fresh(RunLog),
    /// The dataset is complete and published.
    Published(RunLog),
    /// The user interrupted it, too many runs failed, or others are still missing: what is finished is staged.
    Stopped(Progress),
}

/// How a sweep ended, and what was wrong on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// How it ended.
    pub ending: Ending,
    /// Staged parts that were damaged and had to be computed again.
    pub discarded: Vec<Discarded>,
    /// Runs that were taken from shards of the dataset.
    pub from_shards: u64,
    /// Failed runs of this session, at most [`Journal::MOST_FAILURES`](tokenpark_dataset::Journal::MOST_FAILURES).
    pub failures: Vec<Failure>,
}

impl Report {
    fn fresh(log: RunLog, discarded: Vec<Discarded>) -> Self {
        Self { ending: Ending::Fresh(log), discarded, from_shards: 0, failures: vec![] }
    }
}

/// The dataset of a plan under the data folder `root`.
///
/// # Errors
/// Never for a valid manifest.
pub fn dataset(plan: &Plan, root: &Path) -> Result<Dataset, DatasetError> {
    Dataset::new(root, &plan.manifest().name, &fingerprint(plan.manifest()))
}

/// What every file of the plan's dataset carries in its footer.
#[must_use]
pub fn provenance(plan: &Plan) -> Provenance {
    Provenance {
        fingerprint: fingerprint(plan.manifest()),
        schema_version: SCHEMA,
        model_version: MODEL_VERSION,
        manifest: plan.manifest().canonical(),
    }
}

/// Computes the runs that are missing and publishes the dataset when all are there.
///
/// # Errors
/// When the dataset cannot be read or written.
///
/// ```
/// use tokenpark_dataset::{RunLog, State};
/// use tokenpark_sweep::{Ending, Manifest, Options, Plan, dataset, execute};
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
/// let plan = Plan::new(Manifest::parse(text, "two-tokens.toml")?)?;
/// let folder = tempfile::tempdir()?;
/// let options = Options {
///     threads: 1,
///     fresh: false,
///     retry: false,
///     max_failures: None,
///     replicas: None,
///     only: &[],
///     share: None,
///     interrupted: &|| false,
///     progress: &mut |_| {},
///     now: &String::new,
///     elapsed: &|| 0.0,
///     log: &mut RunLog::default,
/// };
/// let report = execute(&plan, folder.path(), options)?;
/// assert!(matches!(report.ending, Ending::Published(log) if (log.runs, log.failed) == (2, 0)));
/// let dataset = dataset(&plan, folder.path())?;
/// assert!(matches!(dataset.state()?, State::Complete(_)));
/// assert_eq!(dataset.tables()?, ["centers", "observables", "runs"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn execute(plan: &Plan, root: &Path, mut options: Options<'_>) -> Result<Report, SweepError> {
    options.check(plan)?;
    if let Some(share) = options.share {
        return shard::execute(plan, root, share, options);
    }
    let dataset = dataset(plan, root)?;
    if !dataset.is_staged()
        && let Some(log) = up_to_date(&dataset, &options)?
    {
        dataset.tidy();
        return Ok(Report::fresh(log, vec![]));
    }
    let mut staging = Staging::open(&dataset, &provenance(plan))?;
    let mut discarded = staging.discarded().to_vec();
    let mut from_shards = 0;
    // Another process may have published while this one waited for the lock, or was killed while it cleared up.
    if staging.finished().is_empty()
        && let Some(log) = up_to_date(&dataset, &options)?
    {
        staging.remove()?;
        return Ok(Report::fresh(log, discarded));
    }
    if options.fresh {
        staging.retain(|_| false)?;
        staging.keep_journal(Journal::default())?;
    } else {
        from_shards = take_shards(&mut staging, &dataset, block_size(plan), &mut discarded)?;
    }
    if options.retry {
        drop_failed(plan, &dataset, &mut staging, &options)?;
    }
    let session = Session::new(plan, staging, &options);
    let (ending, failures) = session.finish(&mut options)?;
    Ok(Report { ending, discarded, from_shards, failures })
}

/// The log of a published dataset that is what the options ask for.
fn up_to_date(dataset: &Dataset, options: &Options<'_>) -> Result<Option<RunLog>, DatasetError> {
    Ok(match dataset.state()? {
        State::Complete(log) if !(options.fresh || (options.retry && log.failed > 0)) => Some(log),
        _ => None,
    })
}

/// Leaves the failed runs that are wanted out of the staging area, so that they are computed again. Of a published
/// dataset the others are staged.
fn drop_failed(
    plan: &Plan,
    dataset: &Dataset,
    staging: &mut Staging,
    options: &Options<'_>,
) -> Result<(), DatasetError> {
    let failed = |runs: &Table| failed_runs(runs).into_iter().filter(|&key| options.wants(key)).collect();
    let broken: BTreeSet<RunKey> = failed(&staging.read("runs")?);
    staging.retain(|key| !broken.contains(&key))?;
    if let State::Complete(log) = dataset.state()? {
        let broken: BTreeSet<RunKey> = failed(&tokenpark_dataset::read(&dataset.table("runs"))?);
        staging.import(dataset, block_size(plan) as usize, |key| !broken.contains(&key))?;
        if *staging.journal() == Journal::default() {
            let RunLog { started, seconds, sessions, failed, failures, .. } = log;
            staging.keep_journal(Journal { started, seconds, sessions, failed, failures })?;
        }
    }
    Ok(())
}

/// Runs staged together: enough parts that little is lost, few enough that writing them costs little.
pub(crate) fn block_size(plan: &Plan) -> u64 {
    (plan.runs() / 64).clamp(1, 1024)
}

/// The runs whose row says so.
pub(crate) fn failed_runs(runs: &Table) -> Vec<RunKey> {
    match (runs.keys(), runs.column("termination")) {
        (Some(keys), Some(Column::Text(words))) => {
            keys.into_iter().zip(words).filter(|(_, word)| *word == "failed").map(|(key, _)| key).collect()
        }
        _ => vec![],
    }
}

/// The expected cost of a run at a point, in arbitrary units: pairs of tokens times dimension, or what parking draws.
#[must_use]
pub fn cost(plan: &Plan, point: usize) -> f64 {
    let point = plan.point(point);
    if plan.manifest().kind == Experiment::Parking {
        return parking::cost(&point);
    }
    let n = f64::from(point.tokens);
    (n * n * f64::from(point.dimension)).max(1.0)
}
