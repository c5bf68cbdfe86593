//! `tokenpark merge`: shards to datasets.

use super::{CommandError, End, plans, store};
use crate::args::{Patience, Place};
use crate::console::{self, bytes, count, duration};
use crate::edge::Clock;
use crate::remote::Remote;
use clap::{Args, ValueHint};
use std::path::{Path, PathBuf};
use tokenpark_sweep::{Plan, dataset};

/// `merge`.
#[derive(Debug, Args)]
pub struct Merge {
    /// Manifests.
    #[arg(value_name = "MANIFEST", required = true, value_hint = ValueHint::FilePath)]
    pub manifests: Vec<PathBuf>,
    #[command(flatten)]
    pub data: Place,
    #[command(flatten)]
    pub patience: Patience,
    /// Leave the shards where they are.
    #[arg(long)]
    pub keep: bool,
}

pub fn merge(args: &Merge) -> Result<End, CommandError> {
    let mut end = End::Fine;
    for plan in plans(&args.manifests)? {
        let joined = args.patience.wait(|| match Remote::at(&args.data.out) {
            Some(remote) => store::merge_there(&plan, &remote, args.keep),
            None => join(&plan, &args.data.out, args.keep),
        })?;
        match joined.unwrap_or(End::Interrupted) {
            End::Fine => {}
            other => end = other,
        }
    }
    Ok(end)
}

/// Joins the shards of one dataset and says how that went.
pub fn join(plan: &Plan, root: &Path, keep: bool) -> Result<End, CommandError> {
    let (name, clock) = (&plan.manifest().name, Clock::start());
    let mut log = || clock.log(1, &plan.manifest().path);
    let merged = tokenpark_sweep::merge(plan, root, keep, &mut log)?;
    let folder = dataset(plan, root)?.folder();
    let (runs, folder) = (count(merged.log.runs), folder.display());
    if merged.shards == 0 {
        console::note(&format!("{name}: fresh, {runs} runs in {folder}"));
    } else {
        let size: u64 = merged.log.tables.iter().map(|table| table.bytes).sum();
        let (shards, size, time) = (merged.shards, bytes(size as f64), duration(clock.seconds()));
        console::note(&format!("{name}: {runs} runs of {shards} shards joined in {time}, {size} in {folder}"));
    }
    if merged.log.failed == 0 {
        return Ok(End::Fine);
    }
    console::note(&format!("{name}: {} of these runs failed; see `error` in runs", count(merged.log.failed)));
    Ok(End::Failed)
}
