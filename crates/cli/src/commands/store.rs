//! `--out s3://…`: the work of the mirror, and what is in the store before and after.

use super::run::{Wanted, run};
use super::{CommandError, End};
use crate::args::How;
use crate::commands::shards;
use crate::console::{self, count};
use crate::remote::{Remote, RemoteError, There};
use std::path::{Path, PathBuf};
use tokenpark_dataset::{RunLog, State};
use tokenpark_sweep::{Plan, SweepError, dataset};

/// Brings a dataset, or a shard, of the store up to date.
pub fn run_there(plan: &Plan, remote: &Remote, how: &How, wanted: Wanted<'_>) -> Result<End, CommandError> {
    let (share, name) = (wanted.share, shards::name(plan, wanted.share));
    let whole = dataset(plan, remote.mirror())?;
    let place = match share {
        Some(share) => whole.shard(share.shard.index(), share.shard.count()).map_err(SweepError::from)?,
        None => whole.clone(),
    };
    let there = remote.look(&place)?;
    let log = match there.log()? {
        None if share.is_some() => remote.look(&whole)?.log()?,
        log => log,
    };
    if let Some(log) = &log {
        let again = how.fresh || (how.retry && log.failed > 0);
        if !again {
            console::note(&format!("{name}: fresh, {} runs in {}", count(log.runs), there.url));
            return Ok(end_of(log));
        }
        if how.retry && !place.run_log().is_file() {
            there.fetch_whole()?;
        }
    }
    let end = run(plan, remote.mirror(), how, wanted)?;
    if matches!(end, End::Fine | End::Failed) && place.run_log().is_file() {
        send(&name, &there)?;
    }
    Ok(end)
}

/// Joins the shards in the store.
pub fn merge_there(plan: &Plan, remote: &Remote, keep: bool) -> Result<End, CommandError> {
    let (name, place) = (&plan.manifest().name, dataset(plan, remote.mirror())?);
    let there = remote.look(&place)?;
    let end = match there.log()? {
        Some(log) => {
            console::note(&format!("{name}: fresh, {} runs in {}", count(log.runs), there.url));
            end_of(&log)
        }
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

/// The folder of datasets on this machine in which the plan's can be read: of a store, its mirror, once the dataset is
/// fetched.
pub fn folder(plan: &Plan, out: &Path) -> Result<PathBuf, CommandError> {
    let Some(remote) = Remote::at(out) else { return Ok(out.to_path_buf()) };
    let place = dataset(plan, remote.mirror())?;
    let there = remote.look(&place)?;
    let Some(log) = there.log()? else { return Err(RemoteError::Missing { url: there.url }.into()) };
    if !matches!(place.state()?, State::Complete(here) if here == log) {
        there.fetch_whole()?;
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
