//! Plan to dataset: runs on all cores, finished ones staged at once, the whole published at the end.
//!
//! Results do not depend on the number of threads: every run is a pure function of the plan, and rows are ordered by
//! run when they are published.

use crate::fingerprint::fingerprint;
use crate::manifest::{Experiment, SCHEMA};
use crate::parking;
use crate::plan::Plan;
use crate::rows::{RunSpec, RunTables};
use crate::run::{RunError, failed, run};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use tokenpark_dataset::{Column, Dataset, DatasetError, Discarded, Provenance, RunLog, Staging, State, Table};
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
    /// Stop at the first failed run.
    pub fail_fast: bool,
    /// Compute these replicas only; the dataset stays unpublished until all are there.
    pub replicas: Option<std::ops::Range<u32>>,
    /// Turns true when the user wants to stop: what is finished is kept.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Told after every run.
    pub progress: &'a mut dyn FnMut(Progress),
    /// Fills in what the dataset's run log says of clock and host, once the work is done.
    pub log: &'a mut dyn FnMut() -> RunLog,
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
    /// The user interrupted it, or a run failed under `fail_fast`: what is finished is staged.
    Stopped(Progress),
}

/// How a sweep ended, and what was wrong on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// How it ended.
    pub ending: Ending,
    /// Staged parts that were damaged and had to be computed again.
    pub discarded: Vec<Discarded>,
    /// Failed runs of this session: point, replica and reason, at most [`Report::MOST_FAILURES`].
    pub failures: Vec<(u32, u32, String)>,
}

impl Report {
    /// Further failures are counted but not listed.
    pub const MOST_FAILURES: usize = 20;
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
pub fn execute(plan: &Plan, root: &Path, mut options: Options<'_>) -> Result<Report, SweepError> {
    if let Some(range) = options.replicas.as_ref().filter(|range| range.end > plan.replicas()) {
        return Err(SweepError::Replicas { from: range.start, to: range.end, replicas: plan.replicas() });
    }
    let dataset = dataset(plan, root)?;
    if let State::Complete(log) = &dataset.state()?
        && !options.fresh
        && dataset.staged()? == 0
        && !(options.retry && log.failed > 0)
    {
        return Ok(Report { ending: Ending::Fresh(log.clone()), discarded: vec![], failures: vec![] });
    }
    let mut staging = Staging::open(&dataset, &provenance(plan))?;
    // Another process may have published while this one waited for the lock.
    let state = dataset.state()?;
    let discarded = staging.discarded().to_vec();
    if options.fresh {
        staging.retain(|_| false)?;
    }
    if options.retry {
        let broken = failed_runs(&staging.read("runs")?);
        staging.retain(|key| !broken.contains(&key))?;
        if let State::Complete(_) = state {
            let broken = failed_runs(&tokenpark_dataset::read(&dataset.table("runs"))?);
            staging.import(&dataset, block_size(plan) as usize, |key| !broken.contains(&key))?;
        }
    }
    let mut session = Session::new(plan, staging);
    let stopped = session.compute(&mut options)?;
    let failures = std::mem::take(&mut session.failures);
    let ending = if stopped || session.progress.done < plan.runs() {
        // Failures of earlier sessions count as well.
        let failed = failed_runs(&session.staging.read("runs")?).len() as u64;
        Ending::Stopped(Progress { failed, ..session.progress })
    } else {
        let failed = failed_runs(&session.staging.read("runs")?).len() as u64;
        let log = RunLog { failed, ..(options.log)() };
        Ending::Published(session.staging.publish(plan.runs(), &plan.manifest().source, log)?)
    };
    Ok(Report { ending, discarded, failures })
}

/// Runs staged together: enough parts that little is lost, few enough that writing them costs little.
fn block_size(plan: &Plan) -> u64 {
    (plan.runs() / 64).clamp(1, 1024)
}

/// The runs whose row says so.
fn failed_runs(runs: &Table) -> Vec<(u32, u32)> {
    match (runs.keys(), runs.column("termination")) {
        (Some(keys), Some(Column::Text(words))) => {
            keys.into_iter().zip(words).filter(|(_, word)| *word == "failed").map(|(key, _)| key).collect()
        }
        _ => vec![],
    }
}

/// A finished run on its way to the staging area.
struct Finished {
    index: u64,
    tables: RunTables,
    error: Option<String>,
}

/// One call's work on a dataset.
struct Session<'a> {
    plan: &'a Plan,
    staging: Staging,
    progress: Progress,
    failures: Vec<(u32, u32, String)>,
    /// Finished runs by block, not yet staged.
    waiting: BTreeMap<u64, Vec<Finished>>,
}

impl<'a> Session<'a> {
    fn new(plan: &'a Plan, staging: Staging) -> Self {
        let progress = Progress { done: staging.finished().len() as u64, total: plan.runs(), ..Progress::default() };
        Self { plan, staging, progress, failures: vec![], waiting: BTreeMap::new() }
    }

    /// Computes what is missing. True when the user or a failure stopped it.
    fn compute(&mut self, options: &mut Options<'_>) -> Result<bool, SweepError> {
        let plan = self.plan;
        let replicas = u64::from(plan.replicas());
        let key = |index: u64| ((index / replicas) as u32, (index % replicas) as u32);
        let wanted = |replica: u32| options.replicas.as_ref().is_none_or(|range| range.contains(&replica));
        let missing: Vec<u64> =
            (0..plan.runs()).filter(|&i| wanted(key(i).1) && !self.staging.finished().contains(&key(i))).collect();
        let total_cost: f64 = (0..plan.points()).map(|point| cost(plan, point)).sum::<f64>() * replicas as f64;
        let missing_cost: f64 = missing.iter().map(|&i| cost(plan, key(i).0 as usize)).sum();
        self.progress.share_at_start = 1.0 - missing_cost / total_cost;
        self.progress.share = self.progress.share_at_start;
        (options.progress)(self.progress);
        let block = block_size(plan);
        let mut remaining: BTreeMap<u64, u64> = BTreeMap::new();
        missing.iter().for_each(|index| *remaining.entry(index / block).or_default() += 1);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads)
            .build()
            .map_err(|source| SweepError::Threads { threads: options.threads, source })?;
        let (sender, receiver) = sync_channel(256);
        let interrupted = options.interrupted;
        let stop = AtomicBool::new(false);
        let stopping = || interrupted() || stop.load(Relaxed);
        let fail_fast = options.fail_fast;
        let on_failure = || {
            stop.fetch_or(fail_fast, Relaxed);
        };
        let (missing, stopping, on_failure) = (&missing[..], &stopping, &on_failure);
        std::thread::scope(|scope| {
            scope.spawn(|| pool.install(|| work(plan, missing, sender, stopping, on_failure)));
            let received = self.receive(&receiver, &mut remaining, total_cost, options);
            // Workers that still send find the channel closed and stop.
            stop.store(true, Relaxed);
            drop(receiver);
            received
        })?;
        self.stage_all()?;
        Ok(self.progress.done < self.progress.total)
    }

    /// Takes finished runs until the workers are done, staging a block as soon as it is complete.
    fn receive(
        &mut self,
        receiver: &Receiver<Finished>,
        remaining: &mut BTreeMap<u64, u64>,
        total_cost: f64,
        options: &mut Options<'_>,
    ) -> Result<(), SweepError> {
        let replicas = u64::from(self.plan.replicas());
        let block = block_size(self.plan);
        for mut run in receiver {
            let (point, replica) = ((run.index / replicas) as u32, (run.index % replicas) as u32);
            self.progress.done += 1;
            self.progress.share += cost(self.plan, point as usize) / total_cost;
            if let Some(error) = run.error.take() {
                self.progress.failed += 1;
                if self.failures.len() < Report::MOST_FAILURES {
                    self.failures.push((point, replica, error));
                }
            }
            let number = run.index / block;
            self.waiting.entry(number).or_default().push(run);
            let left = remaining.entry(number).or_default();
            *left -= 1;
            if *left == 0 {
                let runs = self.waiting.remove(&number).unwrap_or_default();
                self.stage(runs)?;
            }
            (options.progress)(self.progress);
        }
        Ok(())
    }

    /// Stages all that is finished, complete blocks or not.
    fn stage_all(&mut self) -> Result<(), DatasetError> {
        for (_, runs) in std::mem::take(&mut self.waiting) {
            self.stage(runs)?;
        }
        Ok(())
    }

    fn stage(&mut self, mut runs: Vec<Finished>) -> Result<(), DatasetError> {
        runs.sort_by_key(|run| run.index);
        let mut tables: RunTables = vec![];
        for run in runs {
            if tables.is_empty() {
                tables = run.tables;
                continue;
            }
            for ((_, table), (_, more)) in tables.iter_mut().zip(run.tables) {
                table.append(more)?;
            }
        }
        if tables.is_empty() { Ok(()) } else { self.staging.write(tables) }
    }
}

/// Computes the runs in order on the threads of the current pool and sends them off.
fn work(
    plan: &Plan,
    missing: &[u64],
    sender: SyncSender<Finished>,
    stopping: &(dyn Fn() -> bool + Sync),
    on_failure: &(dyn Fn() + Sync),
) {
    let replicas = u64::from(plan.replicas());
    // One run at a time from the front, so that blocks are completed one after the other.
    missing.iter().par_bridge().for_each_with(sender, |sender, &index| {
        if stopping() {
            return;
        }
        let (point, replica) = ((index / replicas) as usize, (index % replicas) as u32);
        let result = catch_unwind(AssertUnwindSafe(|| run(plan, point, replica, &stopping)))
            .unwrap_or_else(|panic| Err(RunError::Panic(message(panic.as_ref()))));
        let (tables, error) = match result {
            Ok(None) => return,
            Ok(Some(tables)) => (tables, None),
            Err(error) => match failed(RunSpec { plan, point, replica }, &error) {
                Ok(tables) => {
                    on_failure();
                    (tables, Some(error.to_string()))
                }
                Err(_) => unreachable!("a failed run has one row and empty tables"),
            },
        };
        // The receiver is gone only when the sweep stops for an error of its own.
        let _ = sender.send(Finished { index, tables, error });
    });
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
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
