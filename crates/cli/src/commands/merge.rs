//! `tokenpark merge`: shards to datasets.

use super::{CommandError, End, plans};
use crate::args::Data;
use crate::console::{self, bytes, count, duration};
use crate::edge::Clock;
use clap::{Args, ValueHint};
use std::path::PathBuf;
use tokenpark_sweep::dataset;

/// `merge`.
#[derive(Debug, Args)]
pub struct Merge {
    /// Manifests.
    #[arg(value_name = "MANIFEST", required = true, value_hint = ValueHint::FilePath)]
    pub manifests: Vec<PathBuf>,
    #[command(flatten)]
    pub data: Data,
    /// Leave the shards where they are.
    #[arg(long)]
    pub keep: bool,
}

pub fn merge(args: &Merge) -> Result<End, CommandError> {
    let mut end = End::Fine;
    for plan in plans(&args.manifests)? {
        let (name, clock) = (&plan.manifest().name, Clock::start());
        let mut log = || clock.log(1, &plan.manifest().path);
        let merged = tokenpark_sweep::merge(&plan, &args.data.out, args.keep, &mut log)?;
        let folder = dataset(&plan, &args.data.out)?.folder();
        let (runs, folder) = (count(merged.log.runs), folder.display());
        if merged.shards == 0 {
            console::note(&format!("{name}: fresh, {runs} runs in {folder}"));
        } else {
            let size: u64 = merged.log.tables.iter().map(|table| table.bytes).sum();
            let (shards, size, time) = (merged.shards, bytes(size as f64), duration(clock.seconds()));
            console::note(&format!("{name}: {runs} runs of {shards} shards joined in {time}, {size} in {folder}"));
        }
        if merged.log.failed > 0 {
            console::note(&format!("{name}: {} of these runs failed; see `error` in runs", count(merged.log.failed)));
            end = End::Failed;
        }
    }
    Ok(end)
}
