//! One shard: the same work on a share of the runs, staged, locked and published apart from all others.

use super::session::Session;
use super::{Options, Report, SweepError, block_size, dataset, drop_failed, provenance, up_to_date};
use crate::compute::key;
use crate::plan::Plan;
use crate::shard::Share;
use std::path::Path;
use tokenpark_dataset::{Dataset, Journal, RunKey, RunLog, Staging, State};

/// Computes the runs of a share that are missing and publishes the shard when all are there. Nothing is done when the
/// whole dataset is there, or when the share has no runs; the latter has an empty log.
pub(super) fn execute(plan: &Plan, root: &Path, share: &Share, mut options: Options<'_>) -> Result<Report, SweepError> {
    let whole = dataset(plan, root)?;
    if let (State::Complete(log), false) = (whole.state()?, options.fresh) {
        if options.retry && log.failed > 0 {
            return Err(SweepError::Joined);
        }
        return Ok(Report::fresh(log, vec![]));
    }
    let runs = share.runs(plan)?;
    if runs.is_empty() {
        return Ok(Report::fresh(RunLog::default(), vec![]));
    }
    let shard = whole.shard(share.shard.index(), share.shard.count())?;
    if !shard.is_staged()
        && let Some(log) = covered(plan, &shard, &runs, &options)?
    {
        return Ok(Report::fresh(log, vec![]));
    }
    let mut staging = Staging::open(&shard, &provenance(plan))?;
    let mut discarded = staging.discarded().to_vec();
    if staging.finished().is_empty()
        && let Some(log) = covered(plan, &shard, &runs, &options)?
    {
        staging.remove()?;
        return Ok(Report::fresh(log, discarded));
    }
    if options.fresh {
        staging.retain(|_| false)?;
        staging.keep_journal(Journal::default())?;
    } else if options.retry {
        drop_failed(plan, &shard, &mut staging, &options)?;
    } else if let State::Complete(_) = shard.state()? {
        // It was published with fewer runs than are asked for now.
        crate::merge::take(&mut staging, &shard, block_size(plan), &mut discarded)?;
    }
    let mut session = Session::new(plan, staging, &options);
    let is_done = |index: &&u64| session.staging.finished().contains(&key(plan, **index));
    session.progress.done = runs.iter().filter(is_done).count() as u64;
    session.progress.total = runs.len() as u64;
    // Runs of a share lie far apart: as many of them in a part as a whole dataset of that size would have.
    session.block = (runs.len() as u64 / 64).clamp(1, 1024) * u64::from(share.shard.count());
    session.share = Some(runs);
    let (ending, failures) = session.finish(&mut options)?;
    Ok(Report { ending, discarded, from_shards: 0, failures })
}

/// The log of a published shard that has all these runs.
fn covered(plan: &Plan, shard: &Dataset, runs: &[u64], options: &Options<'_>) -> Result<Option<RunLog>, SweepError> {
    let Some(log) = up_to_date(shard, options)? else { return Ok(None) };
    // One that cannot be used is computed again.
    let Ok(there) = shard.shard_runs(&provenance(plan)) else { return Ok(None) };
    let has = |index: &u64| there.binary_search(&key(plan, *index) as &RunKey).is_ok();
    Ok(runs.iter().all(has).then_some(log))
}
