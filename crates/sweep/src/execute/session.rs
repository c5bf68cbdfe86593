//! One call's work on a dataset or a shard: what is missing is computed on all cores, staged in blocks, and published.

use super::{Ending, Options, Progress, SweepError, block_size, cost, failed_runs};
use crate::compute::{Computed, compute, join, key};
use crate::journal::Sessions;
use crate::plan::Plan;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use tokenpark_dataset::{DatasetError, Failure, RunKey, RunLog, Staging};

/// A finished run on its way to the staging area.
struct Finished {
    index: u64,
    run: Computed,
}

/// One call's work on a dataset.
pub(super) struct Session<'a> {
    plan: &'a Plan,
    pub(super) staging: Staging,
    pub(super) progress: Progress,
    sessions: Sessions,
    /// The runs of the shard that it works on, ascending; `None` for a whole dataset.
    pub(super) share: Option<Vec<u64>>,
    /// So many runs in a row are staged together.
    pub(super) block: u64,
    /// Finished runs by block, not yet staged.
    waiting: BTreeMap<u64, Vec<Finished>>,
}

impl<'a> Session<'a> {
    pub(super) fn new(plan: &'a Plan, staging: Staging, options: &Options<'_>) -> Self {
        let progress = Progress { done: staging.finished().len() as u64, total: plan.runs(), ..Progress::default() };
        let sessions = Sessions::new(&staging, &(options.now)());
        Self { plan, staging, progress, sessions, share: None, block: block_size(plan), waiting: BTreeMap::new() }
    }

    /// The runs it shall see to, ascending.
    fn planned(&self) -> Box<dyn Iterator<Item = u64> + '_> {
        match &self.share {
            Some(runs) => Box::new(runs.iter().copied()),
            None => Box::new(0..self.plan.runs()),
        }
    }

    /// Computes what is missing and publishes the whole when all is there; lists the failed runs as well.
    pub(super) fn finish(mut self, options: &mut Options<'_>) -> Result<(Ending, Vec<Failure>), SweepError> {
        let log = (options.log)();
        let stopped = self.compute(options)?;
        let failures = self.sessions.failures().to_vec();
        // Failures of earlier sessions count as well.
        let failed = failed_runs(&self.staging.read("runs")?).len() as u64;
        if stopped || self.progress.done < self.progress.total {
            return Ok((Ending::Stopped(Progress { failed, ..self.progress }), failures));
        }
        let (seconds, finished) = ((options.elapsed)(), (options.now)());
        let log = RunLog { failed, ..self.sessions.total(RunLog { seconds, finished, ..log }) };
        // A shard can hold runs of earlier sessions that are not asked for this time.
        let expected = if self.share.is_some() { self.staging.finished().len() as u64 } else { self.plan.runs() };
        Ok((Ending::Published(self.staging.publish(expected, &self.plan.manifest().source, log)?), failures))
    }

    /// Computes what is missing. True when the user or a failure stopped it.
    fn compute(&mut self, options: &mut Options<'_>) -> Result<bool, SweepError> {
        let plan = self.plan;
        let is_missing = |key: RunKey| options.wants(key) && !self.staging.finished().contains(&key);
        let missing: Vec<u64> = self.planned().filter(|&index| is_missing(key(plan, index))).collect();
        let of_run = |&index: &u64| cost(plan, key(plan, index).0 as usize);
        let total_cost: f64 = match &self.share {
            Some(runs) => runs.iter().map(of_run).sum(),
            None => (0..plan.points()).map(|point| cost(plan, point)).sum::<f64>() * f64::from(plan.replicas()),
        };
        let missing_cost: f64 = missing.iter().map(of_run).sum();
        self.progress.share_at_start = 1.0 - missing_cost / total_cost;
        self.progress.share = self.progress.share_at_start;
        (options.progress)(self.progress);
        let block = self.block;
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
        let (most, failed) = (options.max_failures.unwrap_or(u64::MAX), AtomicU64::new(0));
        let on_failure = || {
            stop.fetch_or(failed.fetch_add(1, Relaxed) + 1 >= most, Relaxed);
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
        self.stage_all((options.elapsed)())?;
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
        let block = self.block;
        for mut finished in receiver {
            let (point, replica) = key(self.plan, finished.index);
            self.progress.done += 1;
            self.progress.share += cost(self.plan, point as usize) / total_cost;
            if let Some(error) = finished.run.error.take() {
                self.progress.failed += 1;
                self.sessions.fail(Failure { point, replica, error });
            }
            let number = finished.index / block;
            self.waiting.entry(number).or_default().push(finished);
            let left = remaining.entry(number).or_default();
            *left -= 1;
            if *left == 0 {
                let runs = self.waiting.remove(&number).unwrap_or_default();
                self.stage(runs, (options.elapsed)())?;
            }
            (options.progress)(self.progress);
        }
        Ok(())
    }

    /// Stages all that is finished, complete blocks or not.
    fn stage_all(&mut self, elapsed: f64) -> Result<(), DatasetError> {
        for (_, runs) in std::mem::take(&mut self.waiting) {
            self.stage(runs, elapsed)?;
        }
        Ok(())
    }

    fn stage(&mut self, mut runs: Vec<Finished>, elapsed: f64) -> Result<(), DatasetError> {
        if runs.is_empty() {
            return Ok(());
        }
        runs.sort_by_key(|finished| finished.index);
        self.staging.write(join(runs.into_iter().map(|finished| finished.run.tables))?)?;
        self.sessions.keep(&mut self.staging, elapsed)
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
    // One run at a time from the front, so that blocks are completed one after the other.
    missing.iter().par_bridge().for_each_with(sender, |sender, &index| {
        let Some(run) = (!stopping()).then(|| compute(plan, index, &stopping)).flatten() else { return };
        if run.error.is_some() {
            on_failure();
        }
        // The receiver is gone only when the sweep stops for an error of its own.
        let _ = sender.send(Finished { index, run });
    });
}
