//! `tokenpark report`: one page of all figures, claims and benchmarks, each with what made it.

use super::reproduce::PAPER;
use super::{CommandError, EXPERIMENTS, End, lock, manifests, plans, status};
use crate::args::{Data, Reports};
use crate::console::{self, shell};
use crate::edge;
use clap::{Args, ValueHint};
use std::path::{Path, PathBuf};
use tokenpark_analysis::{Freshness, Manifested, Reporting, Summary};
use tokenpark_dataset::Provenance;
use tokenpark_sweep::{LOCK_FILE, MODEL_VERSION, Plan, differences, provenance};

/// `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// Manifests; all in experiments/ and all that was analyzed when none is named.
    #[arg(value_name = "MANIFEST", value_hint = ValueHint::FilePath)]
    pub manifests: Vec<PathBuf>,
    #[command(flatten)]
    pub reports: Reports,
    #[command(flatten)]
    pub data: Data,
    /// Put the figures into the page, so that it can be sent alone.
    #[arg(long)]
    pub inline: bool,
    /// Tell on the page what differs between machines: the commit, the system, and the datasets that are there.
    #[arg(long)]
    pub environment: bool,
}

pub fn report(args: &Report) -> Result<End, CommandError> {
    let reports = &args.reports.reports;
    let mut plans = plans(&manifests(&args.manifests)?)?;
    // The paper's figures come first.
    plans.sort_by_key(|plan| PAPER.iter().position(|name| *name == plan.manifest().name).unwrap_or(PAPER.len()));
    let mut experiments = vec![];
    for plan in &plans {
        experiments.push(experiment(plan, &args.data.out, reports)?);
    }
    if args.manifests.is_empty() && reports.is_dir() {
        for summary in Summary::all(reports)? {
            if !experiments.iter().any(|known| known.name == summary.name) {
                experiments.push(orphan(summary));
            }
        }
    }
    let reporting =
        Reporting { environment: environment(args, &plans)?, command: command(args), inline: args.inline, experiments };
    let page = tokenpark_analysis::report(reports, &reporting)?;
    for experiment in &reporting.experiments {
        if let Freshness::Stale(why) = &experiment.freshness {
            console::note(&format!("{}: stale, changed since: {why}", experiment.name));
        }
    }
    console::note(&reporting.counts());
    console::data(&page.display().to_string());
    Ok(End::Fine)
}

/// What the page says of a manifest.
fn experiment(plan: &Plan, out: &Path, reports: &Path) -> Result<Manifested, CommandError> {
    let manifest = plan.manifest();
    let folder = reports.join(&manifest.name);
    let freshness = freshness(plan, &folder)?;
    let locked = match (lock::of(plan)?, &freshness) {
        (_, Freshness::Missing) => String::new(),
        (None, _) => format!("Its tables are not in {LOCK_FILE}."),
        (Some(locked), _) if locked.figures.is_empty() => {
            format!("It is in {LOCK_FILE} without tables behind figures.")
        }
        (Some(locked), _) => match locked.figure_differences(&folder)?.join("; ") {
            same if same.is_empty() => format!("The tables behind the figures are those of {LOCK_FILE}."),
            differences => format!("Not as in {LOCK_FILE}: {differences}."),
        },
    };
    let path = manifest.path.display().to_string();
    Ok(Manifested {
        name: manifest.name.clone(),
        title: manifest.title.clone().unwrap_or_else(|| manifest.name.clone()),
        commands: commands(&path, out, reports),
        manifest: Some((path, manifest.source.clone())),
        fingerprint: provenance(plan).fingerprint,
        freshness,
        locked,
    })
}

/// Whether what was analyzed is what the manifest means now.
fn freshness(plan: &Plan, folder: &Path) -> Result<Freshness, CommandError> {
    if !Summary::is_in(folder) {
        return Ok(Freshness::Missing);
    }
    let (then, now) = (Summary::read(folder)?, provenance(plan));
    if then.fingerprint == now.fingerprint {
        return Ok(Freshness::Fresh);
    }
    let then = Provenance {
        fingerprint: then.fingerprint,
        schema_version: now.schema_version,
        model_version: then.model_version,
        manifest: then.manifest,
    };
    Ok(Freshness::Stale(match differences(&then, &now) {
        _ if then.manifest.is_empty() => "unknown, since an older program analyzed it".to_owned(),
        changes if changes.is_empty() => "the version of manifests".to_owned(),
        changes => changes.join("; "),
    }))
}

fn orphan(summary: Summary) -> Manifested {
    Manifested {
        name: summary.name,
        title: summary.title,
        manifest: None,
        fingerprint: String::new(),
        commands: String::new(),
        freshness: Freshness::Orphaned,
        locked: String::new(),
    }
}

/// The commands that make the figures of a manifest again.
fn commands(manifest: &str, out: &Path, reports: &Path) -> String {
    let (manifest, from, to) = (shell(manifest), from(out), to(reports));
    format!("tokenpark run {manifest}{from}\ntokenpark analyze {manifest}{from}{to}\ntokenpark figures {manifest}{to}")
}

/// ` --out DIR` where it is not the default.
fn from(out: &Path) -> String {
    if out == Path::new("data") { String::new() } else { format!(" --out {}", shell(&out.display().to_string())) }
}

/// ` --reports DIR` where it is not the default.
pub fn to(reports: &Path) -> String {
    if reports == Path::new("reports") {
        String::new()
    } else {
        format!(" --reports {}", shell(&reports.display().to_string()))
    }
}

/// The command that was given.
fn command(args: &Report) -> String {
    let named: String = args.manifests.iter().map(|path| format!(" {}", shell(&path.display().to_string()))).collect();
    let (inline, environment) =
        (if args.inline { " --inline" } else { "" }, if args.environment { " --environment" } else { "" });
    format!("tokenpark report{named}{}{}{inline}{environment}", from(&args.data.out), to(&args.reports.reports))
}

/// What the numbers depend on, and when asked for what only this machine knows.
fn environment(args: &Report, plans: &[Plan]) -> Result<Vec<(String, String)>, CommandError> {
    let mut rows = vec![
        ("Program", format!("tokenpark {}", env!("CARGO_PKG_VERSION"))),
        ("Model version", MODEL_VERSION.to_string()),
        ("Manifest schema", tokenpark_sweep::manifest::SCHEMA.to_string()),
        ("Rust", format!("{} or later", env!("CARGO_PKG_RUST_VERSION"))),
    ];
    if args.environment {
        let log = edge::Clock::start().log(0, Path::new(EXPERIMENTS));
        let dirty = if log.dirty { ", with changes" } else { "" };
        let commit =
            if log.commit.is_empty() { "not in a checkout of the program".to_owned() } else { log.commit + dirty };
        rows.push(("Commit", commit));
        rows.push(("System", format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)));
    }
    let mut rows: Vec<(String, String)> = rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    if args.environment {
        for plan in plans {
            let name = format!("Dataset {}", plan.manifest().name);
            rows.push((name, status::sentence(plan, &args.data.out)?));
        }
    }
    Ok(rows)
}
