//! `tokenpark status`: fresh, stale, partial, failed, missing or orphaned, and why. Reads logs, names, lengths and
//! footers, and keys of runs only where both shards and a staging area of the whole are there.

use super::run::{again, again_in_shard};
use super::shards::Shards;
use super::submit::queue::Submitted;
use super::{CommandError, End, manifests, open};
use crate::args::Read;
use crate::console;
use crate::remote::Remote;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use tokenpark_dataset::{Dataset, DatasetError, Failure, Provenance, RunLog, State, fingerprints, remains};
use tokenpark_sweep::{Plan, dataset, differences, provenance};

/// One line of the report, and the failed runs that are known below it.
struct Status {
    word: &'static str,
    why: String,
    done: u64,
    failed: u64,
    /// The first of them, with the commands that repeat them.
    failures: Vec<(Failure, String)>,
    /// The dataset that is meant: an older one when stale.
    dataset: Option<Dataset>,
    shards: Option<Shards>,
}

impl Status {
    fn new(word: &'static str, why: String, done: u64) -> Self {
        Self { word, why, done, failed: 0, failures: vec![], dataset: None, shards: None }
    }
}

/// Failed runs that are listed in full.
const MOST_FAILURES: usize = 3;

pub fn status(args: &Read) -> Result<End, CommandError> {
    let mut end = End::Fine;
    let remote = Remote::at(&args.data.out);
    let root = remote.as_ref().map_or(args.data.out.as_path(), Remote::mirror);
    let (mut rows, mut known) = (vec![], vec![]);
    let opened: Vec<_> = manifests(&args.manifests)?.into_iter().map(|path| (open(&path), path)).collect();
    let plans = opened.iter().filter_map(|(plan, _)| plan.as_ref().ok());
    let submitted = Submitted::ask(plans.filter_map(|plan| dataset(plan, root).ok()), root);
    for (plan, path) in opened {
        match plan {
            Ok(plan) => {
                let (status, dataset) = (there(&plan, &args.data.out, remote.as_ref())?, dataset(&plan, root)?);
                if !args.json {
                    lines(&plan, &status).iter().for_each(|line| console::data(line));
                    submitted.line(&dataset).iter().for_each(|line| console::data(&format!("    {line}")));
                }
                let mut row = row(&plan, &status);
                row["queue"] = submitted.json(&dataset);
                rows.push(row);
                known.extend(status.dataset);
                known.push(dataset);
            }
            Err(diagnostics) => {
                end = End::Refused;
                console::note(&diagnostics.to_string());
                let (name, mistakes) = (path.display().to_string(), diagnostics.len());
                let why = format!("{mistakes} mistake{} in {name}", if mistakes == 1 { "" } else { "s" });
                rows.push(other(args, "invalid", &name, Some(&path), &why));
            }
        }
    }
    // Only who knows all manifests can tell what none of them names.
    if args.manifests.is_empty() && end == End::Fine {
        for (orphan, why) in orphans(root, &known)? {
            rows.push(other(args, "orphaned", orphan.name(), None, &why));
        }
    }
    if args.json {
        console::data(&json!({ "version": 1, "datasets": rows }).to_string());
    }
    Ok(end)
}

/// The line and the row of what has no plan.
fn other(args: &Read, word: &str, name: &str, manifest: Option<&Path>, why: &str) -> Value {
    if !args.json {
        console::data(&format!("{word:8} {name}: {why}"));
    }
    json!({ "name": name, "manifest": manifest, "status": word, "why": why })
}

fn lines(plan: &Plan, status: &Status) -> Vec<String> {
    let mut lines = vec![format!("{:8} {}: {}", status.word, plan.manifest().name, status.why)];
    for (Failure { point, replica, error }, again) in status.failures.iter().take(MOST_FAILURES) {
        lines.push(format!("    point {point}, replica {replica}: {error}"));
        lines.push(format!("    again: {again}"));
    }
    lines
}

fn row(plan: &Plan, status: &Status) -> Value {
    let failures = status.failures.iter().map(|(failure, again)| {
        json!({ "point": failure.point, "replica": failure.replica, "error": failure.error, "again": again })
    });
    json!({
        "name": plan.manifest().name, "manifest": plan.manifest().path, "status": status.word, "why": status.why,
        "runs": plan.runs(), "done": status.done, "shards": status.shards.as_ref().map(Shards::json), "failed": status.failed, "failures": failures.collect::<Vec<_>>(),
    })
}

/// The state of a dataset on this machine, in a sentence.
pub(super) fn sentence(plan: &Plan, root: &Path) -> Result<String, CommandError> {
    let Status { word, why, .. } = of(plan, root, root)?;
    Ok(format!("{word}: {why}"))
}

/// What the store has, if a store is meant and it has something; else what this machine has.
fn there(plan: &Plan, out: &Path, remote: Option<&Remote>) -> Result<Status, CommandError> {
    let Some(remote) = remote else { return of(plan, out, out) };
    let (there, total) = (remote.look(&dataset(plan, remote.mirror())?)?, plan.runs());
    if let Some(log) = there.log()? {
        return Ok(published(plan, log, out));
    }
    if let Some(shards) = Shards::in_store(&there.shards()?) {
        let done = shards.runs.min(total);
        let sentence = shards.sentence((&plan.manifest().path, out), shards.runs, total);
        let status = Status::new("partial", format!("{done} of {total} runs are there; {sentence}"), done);
        return Ok(with_failures(status, plan, vec![], Some(shards), out));
    }
    let here = of(plan, remote.mirror(), out)?;
    if here.done < total {
        return Ok(here);
    }
    let (mirror, run) = (remote.mirror().display(), console::command("run", &plan.manifest().path, out));
    Ok(Status { word: "partial", why: format!("{total} runs are in {mirror}, not sent yet; {run} sends them"), ..here })
}

/// A dataset that is whole.
fn published(plan: &Plan, log: RunLog, out: &Path) -> Status {
    let total = plan.runs();
    match log {
        RunLog { failed, failures, .. } if failed > 0 => {
            let why = format!("{failed} of {total} runs failed; see `error` in runs");
            let status = with_failures(Status::new("failed", why, total), plan, failures, None, out);
            Status { failed, ..status }
        }
        log => Status::new("fresh", format!("{total} runs, finished {}", log.finished), total),
    }
}

/// The status with failures of the whole and of shards.
fn with_failures(status: Status, plan: &Plan, whole: Vec<Failure>, shards: Option<Shards>, out: &Path) -> Status {
    let mut failures: Vec<_> = whole
        .into_iter()
        .map(|failure| {
            let again = again(plan, &failure, out);
            (failure, again)
        })
        .collect();
    for (shard, failure) in shards.iter().flat_map(|shards| &shards.failures) {
        failures.push((failure.clone(), again_in_shard(plan, *shard, out)));
    }
    let failed = status.failed + shards.as_ref().map_or(0, |shards| shards.failed);
    Status { failed, failures, shards, ..status }
}

fn of(plan: &Plan, root: &Path, out: &Path) -> Result<Status, CommandError> {
    let dataset = dataset(plan, root)?;
    let total = plan.runs();
    let state = dataset.state()?;
    if let (State::Partial { .. } | State::Missing, Some(shards)) = (&state, Shards::of(&dataset)?) {
        return Ok(sharded(plan, &dataset, shards, out)?);
    }
    Ok(match state {
        State::Complete(log) => published(plan, log, out),
        State::Damaged { path, reason } => Status::new("stale", format!("{} {reason}", path.display()), 0),
        State::Partial { staged, .. } => {
            let journal = dataset.journal();
            let failed = if journal.failed > 0 { format!(", {} failed", journal.failed) } else { String::new() };
            let status = Status::new("partial", format!("{staged} of {total} runs are there{failed}"), staged);
            let status = with_failures(status, plan, journal.failures, None, out);
            Status { failed: journal.failed, ..status }
        }
        State::Missing => older(plan, root, dataset.name())?,
    })
}

/// Runs in the staging area of the whole and in shards.
fn sharded(plan: &Plan, dataset: &Dataset, shards: Shards, out: &Path) -> Result<Status, DatasetError> {
    let (total, journal) = (plan.runs(), dataset.journal());
    // A run can be in several places; only then is it worth reading which they are.
    let is_apart = dataset.staged()? == 0 && !shards.are_mixed();
    let done = if is_apart { shards.runs } else { dataset.known_runs()?.len() as u64 }.min(total);
    let failed = journal.failed + shards.failed;
    let failing = if failed > 0 { format!(", {failed} failed") } else { String::new() };
    let sentence = shards.sentence((&plan.manifest().path, out), done, total);
    let status = Status::new("partial", format!("{done} of {total} runs are there{failing}; {sentence}"), done);
    Ok(with_failures(Status { failed: journal.failed, ..status }, plan, journal.failures, Some(shards), out))
}

/// Nothing under the plan's fingerprint: is there a dataset of an older version of it?
fn older(plan: &Plan, root: &Path, name: &str) -> Result<Status, CommandError> {
    let now = provenance(plan);
    let mut nearest: Option<(Vec<String>, Dataset)> = None;
    for fingerprint in fingerprints(root, name)? {
        let old = Dataset::new(root, name, &fingerprint)?;
        if !old.run_log().is_file() {
            continue;
        }
        // A folder that is damaged or not ours says nothing about this manifest.
        let Ok(then) = Provenance::read(&old.table("runs")) else { continue };
        let changes = differences(&then, &now);
        if nearest.as_ref().is_none_or(|(best, _)| changes.len() < best.len()) {
            nearest = Some((changes, old));
        }
    }
    Ok(match nearest {
        Some((changes, old)) => {
            let status = Status::new("stale", format!("changed since: {}", changes.join("; ")), 0);
            Status { dataset: Some(old), ..status }
        }
        None => Status::new("missing", format!("{} runs to do", plan.runs()), 0),
    })
}

/// Datasets and staging areas that belong to no manifest, and what they are.
fn orphans(root: &Path, known: &[Dataset]) -> Result<Vec<(Dataset, String)>, CommandError> {
    let known: BTreeSet<(&str, &str)> = known.iter().map(|dataset| (dataset.name(), dataset.fingerprint())).collect();
    let mut found = vec![];
    for remains in remains(root, false)? {
        let dataset = remains.dataset;
        if known.contains(&(dataset.name(), dataset.fingerprint())) {
            continue;
        }
        let runs = match RunLog::read(&dataset.run_log()) {
            Ok(log) => format!("{} runs", log.runs),
            Err(_) => "not published".to_owned(),
        };
        let why = format!("{runs} under {}, which no manifest names; see `tokenpark gc`", dataset.fingerprint());
        found.push((dataset, why));
    }
    Ok(found)
}
