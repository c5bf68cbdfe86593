//! `tokenpark run`: manifests to datasets.

use super::{CommandError, End, plans, shards, store};
use crate::args::{How, RunArgs};
use crate::console::{self, bytes, count, duration};
use crate::edge::{self, Clock};
use crate::progress::Display;
use crate::remote::Remote;
use std::ops::Range;
use std::path::Path;
use tokenpark_dataset::{Failure, RunKey};
use tokenpark_sweep::{Ending, Options, Plan, Report, Shard, Share, SweepError, execute};

/// Which runs of a plan are wanted.
#[derive(Clone, Default)]
pub struct Wanted<'a> {
    /// These replicas.
    pub replicas: Option<Range<u32>>,
    /// These runs, if any are named.
    pub only: &'a [RunKey],
    /// Those of a share, into a shard.
    pub share: Option<&'a Share>,
    /// Where the user wants them, unless it is where they are computed.
    pub out: Option<&'a Path>,
}

pub fn command(args: &RunArgs) -> Result<End, CommandError> {
    // All manifests are checked before the first run.
    let plans = plans(&args.manifests)?;
    let share = shards::share(args, &plans)?;
    edge::catch_interrupts();
    let mut end = End::Fine;
    for plan in &plans {
        let out = Some(args.data.out.as_path());
        let wanted = Wanted { replicas: args.replicas.clone(), only: &args.only, share: share.as_ref(), out };
        let this = args.patience.wait(|| match Remote::at(&args.data.out) {
            Some(remote) => store::run_there(plan, &remote, &args.how, wanted.clone()),
            None => run(plan, &args.data.out, &args.how, wanted.clone()),
        })?;
        let this = match this {
            // Whoever goes back to the queue for that would do so for ever.
            None if edge::time_is_up() => {
                console::note("the time was up while another process held the dataset");
                End::Failed
            }
            this => this.unwrap_or(End::Interrupted),
        };
        match this {
            End::Fine => {}
            End::Failed => end = End::Failed,
            other => return Ok(other),
        }
    }
    Ok(end)
}

/// Brings one dataset up to date and says how that went.
pub fn run(plan: &Plan, root: &Path, how: &How, wanted: Wanted<'_>) -> Result<End, CommandError> {
    let (share, out) = (wanted.share, wanted.out.unwrap_or(root));
    let name = shards::name(plan, share);
    let clock = Clock::start();
    let threads = edge::threads(how.threads);
    let mut display = Display::new(&name);
    let report = execute(
        plan,
        root,
        Options {
            threads,
            fresh: how.fresh,
            retry: how.retry,
            max_failures: how.most_failures(),
            replicas: wanted.replicas,
            only: wanted.only,
            share,
            interrupted: &edge::interrupted,
            progress: &mut |progress| display.update(progress),
            now: &edge::now,
            elapsed: &|| clock.seconds(),
            log: &mut || clock.log(threads, &plan.manifest().path),
        },
    );
    display.finish();
    let report = report?;
    for part in &report.discarded {
        console::note(&format!("{name}: computed again, since {} {}", part.path.display(), part.reason));
    }
    failures(plan, &report, out, share);
    if report.from_shards > 0 {
        console::note(&format!("{name}: {} runs were taken from shards", count(report.from_shards)));
    }
    let folder = shards::folder(plan, root, share).map_err(SweepError::from)?;
    Ok(match report.ending {
        Ending::Fresh(log) if share.is_some() && log.runs == 0 => {
            console::note(&format!("{name}: no runs fall to this shard"));
            End::Fine
        }
        Ending::Fresh(log) => {
            console::note(&format!("{name}: fresh, {} runs in {}", count(log.runs), folder.display()));
            if log.failed > 0 { End::Failed } else { End::Fine }
        }
        Ending::Published(log) => {
            let size: u64 = log.tables.iter().map(|table| table.bytes).sum();
            console::note(&format!(
                "{name}: {} runs in {}, {} in {}",
                count(log.runs),
                duration(clock.seconds()),
                bytes(size as f64),
                folder.display()
            ));
            if log.failed > 0 { End::Failed } else { End::Fine }
        }
        Ending::Stopped(progress) => {
            let (done, total) = (count(progress.done), count(progress.total));
            console::note(&format!("{name}: {done} of {total} runs are kept; run again to compute the rest"));
            if edge::time_is_up() && progress.share <= progress.share_at_start {
                console::note(&format!("{name}: the time was up before one run was finished; allow more of it"));
                return Ok(End::Failed);
            }
            match (edge::interrupted(), progress.failed) {
                (true, _) => End::Interrupted,
                (false, 0) => End::Fine,
                (false, _) if how.most_failures().is_some() => End::Stopped,
                (false, _) => End::Failed,
            }
        }
    })
}

fn failures(plan: &Plan, report: &Report, out: &Path, share: Option<&Share>) {
    for failure in &report.failures {
        let again = match share {
            Some(share) => again_in_shard(plan, share.shard, out),
            None => again(plan, failure, out),
        };
        let Failure { point, replica, error } = failure;
        console::note(&format!(
            "{}: point {point}, replica {replica} failed: {error}\n    again: {}",
            plan.manifest().name,
            again
        ));
    }
}

/// The command that computes the failed runs of a shard again.
pub fn again_in_shard(plan: &Plan, shard: Shard, out: &Path) -> String {
    format!("{} --retry --shard {shard}", console::command("run", &plan.manifest().path, out))
}

/// The command that computes a failed run again.
pub fn again(plan: &Plan, Failure { point, replica, .. }: &Failure, out: &Path) -> String {
    format!("{} --retry --only {point}:{replica}", console::command("run", &plan.manifest().path, out))
}
