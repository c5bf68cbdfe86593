//! `tokenpark verify`: is a dataset what it was, and does it come out again? Exit code 1 when not.

use super::store::Copies;
use super::{CommandError, End, lock, plans, store};
use crate::args::{Place, Reports};
use crate::console::{self, count};
use crate::edge;
use crate::progress::Counter;
use clap::{Args, ValueHint};
use serde_json::{Value, json};
use std::path::PathBuf;
use tokenpark_dataset::Finding;
use tokenpark_sweep::{Plan, Sample, Verification, fingerprint};

/// `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Manifests; all that are locked in experiments/ when none is named with --lock.
    #[arg(value_name = "MANIFEST", required_unless_present = "lock", value_hint = ValueHint::FilePath)]
    pub manifests: Vec<PathBuf>,
    #[command(flatten)]
    pub data: Place,
    #[command(flatten)]
    pub reports: Reports,
    /// Compute so many runs again, spread over the plan, or all; files must then be the same byte for byte.
    #[arg(long, value_name = "K|all", default_value = "16", value_parser = sample)]
    pub sample: Sample,
    /// Only compare datasets and tables of figures with experiments.lock; compute nothing.
    #[arg(long, conflicts_with = "sample")]
    pub lock: bool,
    /// Worker threads; 0 for one a core.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

fn sample(text: &str) -> Result<Sample, String> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(Sample::Runs(count)),
        _ if text == "all" => Ok(Sample::All),
        _ => Err("a number of runs above 0, or `all`, is needed".to_owned()),
    }
}

pub fn verify(args: &Verify) -> Result<End, CommandError> {
    if args.lock {
        return lock::compare(&args.manifests, &args.data.out, &args.reports.reports, args.json);
    }
    edge::catch_interrupts();
    let mut rows = vec![];
    for plan in plans(&args.manifests)? {
        let Some(found) = check(&plan, args)? else { return Ok(End::Interrupted) };
        if !args.json {
            lines(&plan, &found).iter().for_each(|line| console::data(line));
        }
        rows.push((plan, found));
    }
    let intact = rows.iter().all(|(_, found)| found.findings.is_empty());
    if args.json {
        let datasets: Vec<Value> = rows.iter().map(|(plan, found)| document(plan, found)).collect();
        console::data(&json!({ "version": 1, "intact": intact, "datasets": datasets }).to_string());
    }
    Ok(if intact { End::Fine } else { End::Failed })
}

/// Computes and compares; a lock of the same dataset is compared as well. `None` when interrupted.
fn check(plan: &Plan, args: &Verify) -> Result<Option<Verification>, CommandError> {
    let root = &store::folder(plan, &args.data.out, Copies::Refused)?;
    let mut counter = Counter::new(&plan.manifest().name);
    let mut progress = |done, total| counter.update(done, total);
    let found = tokenpark_sweep::verify(plan, root, args.sample, args.threads, &edge::interrupted, &mut progress);
    counter.finish();
    let Some(mut found) = found? else { return Ok(None) };
    if let Some(locked) = lock::of(plan)?.filter(|locked| locked.fingerprint == fingerprint(plan.manifest())) {
        let path = tokenpark_sweep::Lockfile::beside(&plan.manifest().path);
        let differences = locked.differences(plan, root, &args.reports.reports)?;
        found
            .findings
            .extend(differences.into_iter().map(|what| Finding::new(&path, format!("does not agree: {what}"))));
    }
    Ok(Some(found))
}

fn lines(plan: &Plan, found: &Verification) -> Vec<String> {
    let name = &plan.manifest().name;
    let done = format!("{} of {} runs computed again", count(found.computed), count(found.runs));
    if found.findings.is_empty() {
        return vec![format!("intact   {name}: {done}, the same bits")];
    }
    let mut lines = vec![format!("damaged  {name}: {done}")];
    lines.extend(found.findings.iter().map(|finding| format!("    {} {}", finding.path.display(), finding.what)));
    lines
}

fn document(plan: &Plan, found: &Verification) -> Value {
    let findings = found.findings.iter().map(|finding| json!({ "path": finding.path, "what": finding.what }));
    json!({
        "name": plan.manifest().name, "manifest": plan.manifest().path, "fingerprint": fingerprint(plan.manifest()),
        "runs": found.runs, "computed": found.computed, "intact": found.findings.is_empty(),
        "findings": findings.collect::<Vec<_>>(),
    })
}
