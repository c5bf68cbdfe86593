//! Shards to dataset: the files are the same bytes as those of one run on one machine, however many shards there were.

use crate::compute::key;
use crate::execute::{SweepError, block_size, dataset, failed_runs, provenance};
use crate::journal::absorb;
use crate::plan::Plan;
use crate::shard::Deal;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tokenpark_dataset::{Dataset, DatasetError, Discarded, RunLog, ShardProgress, Staging, State};

/// Why shards cannot be joined.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// There is none.
    #[error("no shards in {}; `run --shard I/K` puts them there", folder.display())]
    NoShards {
        /// Where they would be.
        folder: PathBuf,
    },
    /// Some are of another number than others.
    #[error("shards of {counts} are mixed in {}; keep those of one number and delete the others", folder.display())]
    Mixed {
        /// Where they are.
        folder: PathBuf,
        /// The numbers, in words.
        counts: String,
    },
    /// Runs are missing.
    #[error("{missing} of {runs} runs are missing, and nothing was merged{shards}")]
    Gaps {
        /// How many.
        missing: u64,
        /// Of how many.
        runs: u64,
        /// A line for every shard that has not all of its runs.
        shards: String,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The dataset's log.
    pub log: RunLog,
    /// How many shards were joined; 0 when the dataset was there already.
    pub shards: usize,
}

/// Joins the shards of a plan, and what a whole run had staged, into the dataset. The shards are removed unless `keep`
/// is set, also when the dataset is there already and intact; one that is damaged is replaced. `log` fills in what the run log says of clock and host.
///
/// # Errors
/// [`MergeError`], changing nothing; when a shard is damaged or has another provenance; when another process works on
/// the dataset.
pub fn merge(plan: &Plan, root: &Path, keep: bool, log: &mut dyn FnMut() -> RunLog) -> Result<Merged, SweepError> {
    let dataset = dataset(plan, root)?;
    if let State::Complete(log) = dataset.state()?
        && (dataset.shards()?.is_empty() || dataset.check().is_ok())
    {
        // A process that was killed while it cleared up left all runs in the staging area, or none.
        if dataset.is_staged() && [0, plan.runs()].contains(&dataset.staged()?) {
            Staging::open(&dataset, &provenance(plan))?.remove()?;
        }
        if !keep && dataset.shards_folder().exists() {
            dataset.remove_shards()?;
        }
        dataset.tidy();
        return Ok(Merged { log, shards: 0 });
    }
    // A process that was killed while it published may have moved the shards into the staging area.
    let mut staging = if dataset.is_staged() { Some(Staging::open(&dataset, &provenance(plan))?) } else { None };
    let shards = dataset.shards()?;
    check(plan, &dataset, &shards)?;
    let mut staging = match staging.take() {
        Some(staging) => staging,
        None => Staging::open(&dataset, &provenance(plan))?,
    };
    let mut logs = vec![];
    for shard in &shards {
        let log = RunLog::read(&shard.run_log())?;
        if staging.adopt(shard, block_size(plan) as usize)? > 0 {
            absorb(&mut staging, &log)?;
        }
        logs.push(log);
    }
    if keep {
        staging.keep_shards();
    }
    let log = joined(&staging, &logs, log())?;
    let log = staging.publish(plan.runs(), &plan.manifest().source, log)?;
    Ok(Merged { log, shards: shards.len() })
}

/// Errors unless the shards are of one kind and, with what is staged, have all runs.
fn check(plan: &Plan, dataset: &Dataset, shards: &[Dataset]) -> Result<(), SweepError> {
    let counts: BTreeSet<u32> = shards.iter().filter_map(Dataset::share).map(|(_, count)| count).collect();
    if counts.len() > 1 {
        let counts: Vec<String> = counts.iter().map(u32::to_string).collect();
        return Err(MergeError::Mixed { folder: dataset.shards_folder(), counts: counts.join(" and of ") }.into());
    }
    let mut is_there = vec![false; plan.runs() as usize];
    let replicas = plan.replicas() as usize;
    let provenance = provenance(plan);
    let mut mark = |(point, replica): (u32, u32)| {
        // Runs beyond the plan are left to publication, which counts.
        if let Some(run) = is_there.get_mut(point as usize * replicas + replica as usize) {
            *run = true;
        }
    };
    for shard in shards {
        shard.shard_runs(&provenance)?.into_iter().for_each(&mut mark);
    }
    dataset.staged_runs()?.into_iter().for_each(&mut mark);
    let missing: Vec<u64> = (0..plan.runs()).filter(|&index| !is_there[index as usize]).collect();
    let Some(&count) = counts.first() else {
        let none = MergeError::NoShards { folder: dataset.shards_folder() };
        return if missing.is_empty() { Ok(()) } else { Err(none.into()) };
    };
    if missing.is_empty() {
        return Ok(());
    }
    let shards = gaps(plan, count, &missing, &dataset.shard_progress()?);
    Err(MergeError::Gaps { missing: missing.len() as u64, runs: plan.runs(), shards }.into())
}

/// Shards that are listed in full.
const MOST_GAPS: usize = 20;

/// A line for every shard of `count` that has runs among the missing ones.
fn gaps(plan: &Plan, count: u32, missing: &[u64], progress: &[ShardProgress]) -> String {
    let deal = Deal::new(plan, count);
    let mut lacks: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for &index in missing {
        lacks.entry(deal.shard(key(plan, index))).or_insert((0, index)).0 += 1;
    }
    let mut lines = vec![];
    for (index, (lack, first)) in lacks {
        let (point, replica) = key(plan, first);
        let shard = progress.iter().find(|shard| (shard.index, shard.count) == (index, count));
        lines.push(match shard {
            Some(ShardProgress { published: Some(_), .. }) => format!(
                "\n    shard {index}/{count} lacks {lack} runs, the first of them point {point}, replica {replica}"
            ),
            Some(ShardProgress { staged, .. }) => {
                format!("\n    shard {index}/{count} is not finished: {staged} of its runs are staged")
            }
            None => format!("\n    shard {index}/{count} is missing: {lack} runs"),
        });
    }
    let more = lines.len().saturating_sub(MOST_GAPS);
    lines.truncate(MOST_GAPS);
    if more > 0 {
        lines.push(format!("\n    and {more} more shards"));
    }
    lines.concat()
}

/// The log of the whole: clocks of all sessions, hosts of all shards.
fn joined(staging: &Staging, shards: &[RunLog], now: RunLog) -> Result<RunLog, DatasetError> {
    let journal = staging.journal().clone();
    let failed = failed_runs(&staging.read("runs")?).len() as u64;
    let hosts: BTreeSet<&str> = shards.iter().map(|log| log.host.as_str()).collect();
    Ok(RunLog {
        started: if journal.started.is_empty() { now.started } else { journal.started },
        host: if hosts.is_empty() { now.host } else { hosts.into_iter().collect::<Vec<_>>().join(", ") },
        // Shards of several commits have no commit of their own.
        dirty: now.dirty || shards.iter().any(|log| log.dirty || log.commit != now.commit),
        threads: shards.iter().map(|log| log.threads).max().unwrap_or(now.threads),
        seconds: journal.seconds,
        sessions: journal.sessions,
        failed,
        failures: journal.failures,
        ..now
    })
}

/// Stages the runs of all shards of a dataset, and returns their number. Those that cannot be used are told.
pub(crate) fn take_shards(
    staging: &mut Staging,
    dataset: &Dataset,
    block: u64,
    discarded: &mut Vec<Discarded>,
) -> Result<u64, DatasetError> {
    let mut taken = 0;
    for shard in dataset.shards()? {
        taken += take(staging, &shard, block, discarded)?;
    }
    Ok(taken)
}

/// Stages the runs of one shard.
pub(crate) fn take(
    staging: &mut Staging,
    shard: &Dataset,
    block: u64,
    discarded: &mut Vec<Discarded>,
) -> Result<u64, DatasetError> {
    match staging.adopt(shard, block as usize) {
        Ok(0) => Ok(0),
        Ok(runs) => {
            absorb(staging, &RunLog::read(&shard.run_log())?)?;
            Ok(runs)
        }
        Err(error @ DatasetError::Io { .. }) => Err(error),
        Err(error) => {
            discarded.push(Discarded { path: shard.folder(), reason: format!("cannot be used: {error}") });
            Ok(0)
        }
    }
}
