//! `--out s3://…`: the work of the mirror, and what is in the store before and after.

use super::run::{Wanted, run};
use super::{CommandError, End};
use crate::args::{How, Patience};
use crate::commands::shards;
use crate::console::{self, count};
use crate::remote::{Remote, RemoteError, There};
use std::path::{Path, PathBuf};
use tokenpark_dataset::{Dataset, RunLog};
use tokenpark_sweep::{Plan, SweepError, dataset};

/// Brings a dataset, or a shard, of the store up to date.
pub fn run_there(plan: &Plan, remote: &Remote, how: &How, wanted: Wanted<'_>) -> Result<End, CommandError> {
    let (share, name) = (wanted.share, shards::name(plan, wanted.share));
    let whole = dataset(plan, remote.mirror())?;
    let there = remote.look(&whole)?;
    if let Some(log) = there.log()? {
        if share.is_some() && how.retry && log.failed > 0 {
            return Err(SweepError::Joined.into());
        }
        let again = how.fresh || (how.retry && log.failed > 0);
        if !again {
            return Ok(fresh(&name, &log, &there));
        }
        if how.retry && !whole.run_log().is_file() {
            there.fetch_whole(&whole)?;
        }
    }
    if let Some(share) = share {
        let shard = whole.shard(share.shard.index(), share.shard.count()).map_err(SweepError::from)?;
        let shard_there = remote.look(&shard)?;
        if let Some(log) = shard_there.log()? {
            let again = how.fresh || (how.retry && log.failed > 0);
            if !again {
                return Ok(fresh(&name, &log, &shard_there));
            }
            if how.retry && !shard.run_log().is_file() {
                shard_there.fetch_whole(&shard)?;
            }
        }
        let end = run(plan, remote.mirror(), how, wanted)?;
        // The whole was computed here before, and never sent.
        let (place, to) = if shard.run_log().is_file() { (&shard, &shard_there) } else { (&whole, &there) };
        return sent(end, place, &name, to);
    }
    let end = run(plan, remote.mirror(), how, wanted)?;
    sent(end, &whole, &name, &there)
}

/// Sends what is complete in the mirror.
fn sent(end: End, place: &Dataset, name: &str, there: &There<'_>) -> Result<End, CommandError> {
    if matches!(end, End::Fine | End::Failed) && place.run_log().is_file() {
        send(name, there)?;
    }
    Ok(end)
}

fn fresh(name: &str, log: &RunLog, there: &There<'_>) -> End {
    console::note(&format!("{name}: fresh, {} runs in {}", count(log.runs), there.url));
    end_of(log)
}

/// Joins the shards in the store.
pub fn merge_there(plan: &Plan, remote: &Remote, keep: bool) -> Result<End, CommandError> {
    let (name, place) = (&plan.manifest().name, dataset(plan, remote.mirror())?);
    let there = remote.look(&place)?;
    let end = match there.log()? {
        Some(log) => fresh(name, &log, &there),
        None => {
            there.fetch_shards()?;
            let end = super::merge::join(plan, remote.mirror(), keep)?;
            send(name, &there)?;
            end
        }
    };
    if !keep {
        there.delete_shards()?;
    }
    Ok(end)
}

/// How far a copy of a dataset on this machine is trusted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// As long as its files are those that its log and the store's record.
    Trusted,
    /// Not at all, since it is the store that is asked about.
    Refused,
}

/// Seconds to wait while another process puts a copy into its place.
const FETCHING: Patience = Patience { seconds: 30 };

/// The folder of datasets on this machine in which the plan's can be read: of a store, its mirror, once the dataset is
/// fetched.
pub fn folder(plan: &Plan, out: &Path, copies: Copies) -> Result<PathBuf, CommandError> {
    let Some(remote) = Remote::at(out) else { return Ok(out.to_path_buf()) };
    let place = dataset(plan, remote.mirror())?;
    let there = remote.look(&place)?;
    let Some(log) = there.log()? else { return Err(RemoteError::Missing { url: there.url }.into()) };
    let is_copy = copies == Copies::Trusted && place.check().is_ok_and(|here| here == log);
    if !is_copy {
        FETCHING.wait(|| Ok(there.fetch_whole(&place)?))?;
        console::note(&format!("{}: fetched from {}", plan.manifest().name, there.url));
    }
    Ok(remote.mirror().to_path_buf())
}

fn send(name: &str, there: &There<'_>) -> Result<(), CommandError> {
    there.send()?;
    console::note(&format!("{name}: sent to {}", there.url));
    Ok(())
}

fn end_of(log: &RunLog) -> End {
    if log.failed > 0 { End::Failed } else { End::Fine }
}
