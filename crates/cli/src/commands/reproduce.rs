//! `tokenpark reproduce`: run, analyze and draw the paper's manifests in one go.

use super::analyze::summarize;
use super::{CommandError, EXPERIMENTS, End, manifests, plans, report, run};
use crate::args::Reproduce;
use crate::console;
use crate::edge;
use std::path::{Path, PathBuf};
use tokenpark_analysis::Summary;
use tokenpark_sweep::{Manifest, Plan};

/// The manifests of the paper's figures.
pub(super) const PAPER: [&str; 4] = ["circle-snapshots", "sphere-trajectories", "consumption", "center-counts"];
/// `--quick` divides the replicas by this.
const QUICKER: u32 = 100;

pub fn reproduce(args: &Reproduce) -> Result<End, CommandError> {
    let paths = if args.all {
        manifests(&[])?
    } else {
        PAPER.iter().map(|name| Path::new(EXPERIMENTS).join(format!("{name}.toml"))).collect()
    };
    let mut plans = plans(&paths)?;
    if args.quick {
        plans = plans.into_iter().map(quicker).collect::<Result<_, _>>()?;
    }
    // Quick datasets stay apart, so that a scan of data/NAME finds the full one only.
    let (data, reports) = if args.quick { ("data/quick", "reports/quick") } else { ("data", "reports") };
    let data = args.out.clone().unwrap_or_else(|| PathBuf::from(data));
    let reports = args.reports.clone().unwrap_or_else(|| PathBuf::from(reports));
    edge::catch_interrupts();
    let mut end = End::Fine;
    for plan in &plans {
        match run::run(plan, &data, &args.how, run::Wanted::default())? {
            End::Fine => {}
            End::Failed => end = End::Failed,
            other => return Ok(other),
        }
        summarize(plan, &data, &reports)?;
        let folder = reports.join(&plan.manifest().name);
        for figure in tokenpark_analysis::figures(&folder)? {
            console::data(&figure.display().to_string());
        }
        for note in Summary::read(&folder)?.notes {
            console::note(&format!("    {note}"));
        }
    }
    console::data(&tokenpark_analysis::write_index(&reports)?.display().to_string());
    console::note(&format!("one page of all this: tokenpark report{}", report::to(&reports)));
    Ok(end)
}

/// The same experiment with fewer replicas: another manifest, and so another dataset.
fn quicker(plan: Plan) -> Result<Plan, CommandError> {
    let manifest = plan.manifest();
    let fewer = (manifest.replicas / QUICKER).max(1);
    let lines = manifest.source.lines().map(|line| match line.split_once('=') {
        Some((key, _)) if key.trim() == "replicas" => format!("replicas = {fewer}"),
        _ => line.to_owned(),
    });
    let text = lines.collect::<Vec<_>>().join("\n") + "\n";
    let quick = Manifest::parse(&text, &manifest.path).and_then(Plan::new);
    quick.map_err(|diagnostics| CommandError::Manifests(diagnostics.to_string()))
}
