//! `tokenpark run`: manifests to datasets.

use super::{CommandError, End, plans};
use crate::args::{How, RunArgs};
use crate::console::{self, bytes, count, duration};
use crate::edge::{self, Clock};
use crate::progress::Display;
use std::ops::Range;
use std::path::Path;
use tokenpark_sweep::{Ending, Options, Plan, Report, SweepError, dataset, execute};

pub fn command(args: &RunArgs) -> Result<End, CommandError> {
    // All manifests are checked before the first run.
    let plans = plans(&args.manifests)?;
    edge::catch_interrupts();
    let mut end = End::Fine;
    for plan in &plans {
        match run(plan, &args.data.out, &args.how, args.replicas.clone())? {
            End::Fine => {}
            End::Failed if !args.how.fail_fast => end = End::Failed,
            other => return Ok(other),
        }
    }
    Ok(end)
}

/// Brings one dataset up to date and says how that went.
pub fn run(plan: &Plan, root: &Path, how: &How, replicas: Option<Range<u32>>) -> Result<End, CommandError> {
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
            fail_fast: how.fail_fast,
            replicas: replicas.clone(),
            interrupted: &edge::interrupted,
            progress: &mut |progress| display.update(progress),
            log: &mut || clock.log(threads),
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
    for (point, replica, error) in &report.failures {
        let manifest = plan.manifest();
        console::note(&format!(
            "{}: point {point}, replica {replica} failed: {error}\n    again: tokenpark run {} --out {} --retry",
            manifest.name,
            manifest.path.display(),
            root.display()
        ));
    }
}
