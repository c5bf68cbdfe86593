//! `tokenpark run`: manifests to datasets.

use super::{CommandError, End, plans};
use crate::args::{How, RunArgs};
use crate::console::{self, bytes, count, duration};
use crate::edge::{self, Clock};
use crate::progress::Display;
use std::ops::Range;
use std::path::Path;
use tokenpark_dataset::{Failure, RunKey};
use tokenpark_sweep::{Ending, Options, Plan, Report, SweepError, dataset, execute};

/// Which runs of a plan are wanted.
#[derive(Default)]
pub struct Wanted<'a> {
    /// These replicas.
    pub replicas: Option<Range<u32>>,
    /// These runs, if any are named.
    pub only: &'a [RunKey],
}

pub fn command(args: &RunArgs) -> Result<End, CommandError> {
    // All manifests are checked before the first run.
    let plans = plans(&args.manifests)?;
    edge::catch_interrupts();
    let mut end = End::Fine;
    for plan in &plans {
        let wanted = Wanted { replicas: args.replicas.clone(), only: &args.only };
        match run(plan, &args.data.out, &args.how, wanted)? {
            End::Fine => {}
            End::Failed if args.how.most_failures().is_none() => end = End::Failed,
            other => return Ok(other),
        }
    }
    Ok(end)
}

/// Brings one dataset up to date and says how that went.
pub fn run(plan: &Plan, root: &Path, how: &How, wanted: Wanted<'_>) -> Result<End, CommandError> {
    let name = plan.manifest().name.clone();
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
            interrupted: &edge::interrupted,
            progress: &mut |progress| display.update(progress),
            started: clock.started(),
            elapsed: &|| clock.seconds(),
            log: &mut || clock.log(threads, &plan.manifest().path),
        },
    );
    display.finish();
    let report = report?;
    for part in &report.discarded {
        console::note(&format!("{name}: computed again, since {} {}", part.path.display(), part.reason));
    }
    failures(plan, &report, root);
    let folder = dataset(plan, root).map_err(SweepError::from)?.folder();
    Ok(match report.ending {
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
            match (edge::interrupted(), progress.failed) {
                (true, _) => End::Interrupted,
                (false, 0) => End::Fine,
                (false, _) => End::Failed,
            }
        }
    })
}

fn failures(plan: &Plan, report: &Report, root: &Path) {
    for failure in &report.failures {
        let Failure { point, replica, error } = failure;
        console::note(&format!(
            "{}: point {point}, replica {replica} failed: {error}\n    again: {}",
            plan.manifest().name,
            again(plan, failure, root)
        ));
    }
}

/// The command that computes a failed run again.
pub fn again(plan: &Plan, Failure { point, replica, .. }: &Failure, root: &Path) -> String {
    let (path, root) = (plan.manifest().path.display(), root.display());
    format!("tokenpark run {path} --out {root} --retry --only {point}:{replica}")
}
