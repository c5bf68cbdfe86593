//! `tokenpark status`: fresh, stale, partial, failed or missing, and why. Reads no table rows.

use super::{CommandError, End, manifests, open};
use crate::args::Read;
use crate::console;
use serde_json::json;
use std::path::Path;
use tokenpark_dataset::{Dataset, Provenance, State, fingerprints};
use tokenpark_sweep::{Plan, dataset, differences, provenance};

/// One line of the report.
struct Status {
    word: &'static str,
    why: String,
}

pub fn status(args: &Read) -> Result<End, CommandError> {
    let mut end = End::Fine;
    let mut rows = vec![];
    for path in manifests(&args.manifests)? {
        let (name, status) = match open(&path) {
            Ok(plan) => (plan.manifest().name.clone(), of(&plan, &args.data.out)?),
            Err(diagnostics) => {
                end = End::Refused;
                console::note(&diagnostics.to_string());
                let mistakes = if diagnostics.len() == 1 { "mistake" } else { "mistakes" };
                let why = format!("{} {mistakes} in {}", diagnostics.len(), path.display());
                (path.display().to_string(), Status { word: "invalid", why })
            }
        };
        if !args.json {
            console::data(&format!("{:8} {name}: {}", status.word, status.why));
        }
        rows.push(json!({ "name": name, "manifest": path, "status": status.word, "why": status.why }));
    }
    if args.json {
        console::data(&json!({ "version": 1, "datasets": rows }).to_string());
    }
    Ok(end)
}

fn of(plan: &Plan, root: &Path) -> Result<Status, CommandError> {
    let dataset = dataset(plan, root)?;
    let total = plan.runs();
    Ok(match dataset.state()? {
        State::Complete(log) if log.failed > 0 => {
            Status { word: "failed", why: format!("{} of {total} runs failed; see `error` in runs", log.failed) }
        }
        State::Complete(log) => Status { word: "fresh", why: format!("{total} runs, finished {}", log.finished) },
        State::Damaged { path, reason } => Status { word: "stale", why: format!("{} {reason}", path.display()) },
        State::Partial { staged, .. } => Status { word: "partial", why: format!("{staged} of {total} runs are there") },
        State::Missing => older(plan, root, dataset.name())?,
    })
}

/// Nothing under the plan's fingerprint: is there a dataset of an older version of it?
fn older(plan: &Plan, root: &Path, name: &str) -> Result<Status, CommandError> {
    let now = provenance(plan);
    let mut nearest: Option<Vec<String>> = None;
    for fingerprint in fingerprints(root, name)? {
        let old = Dataset::new(root, name, &fingerprint)?;
        if !old.run_log().is_file() {
            continue;
        }
        // A folder that is damaged or not ours says nothing about this manifest.
        let Ok(then) = Provenance::read(&old.table("runs")) else { continue };
        let changes = differences(&then, &now);
        if nearest.as_ref().is_none_or(|best| changes.len() < best.len()) {
            nearest = Some(changes);
        }
    }
    Ok(match nearest {
        Some(changes) => Status { word: "stale", why: format!("changed since: {}", changes.join("; ")) },
        None => Status { word: "missing", why: format!("{} runs to do", plan.runs()) },
    })
}
