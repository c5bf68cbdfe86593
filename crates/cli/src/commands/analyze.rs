//! `tokenpark analyze` and `tokenpark figures`: datasets to tables to pictures.

use super::store::Copies;
use super::{CommandError, End, plans, report, store};
use crate::args::{Analyze, Figures, Width};
use crate::console;
use std::path::{Path, PathBuf};
use tokenpark_analysis::Summary;
use tokenpark_analysis::draw::Page;
use tokenpark_sweep::{Plan, dataset};

pub fn analyze(args: &Analyze) -> Result<End, CommandError> {
    for plan in plans(&args.manifests)? {
        list(&summarize(&plan, &store::folder(&plan, &args.data.out, Copies::Trusted)?, &args.reports.reports)?);
        for note in Summary::read(&args.reports.reports.join(&plan.manifest().name))?.notes {
            console::note(&format!("{}: {note}", plan.manifest().name));
        }
    }
    Ok(End::Fine)
}

pub fn figures(args: &Figures) -> Result<End, CommandError> {
    let reports = &args.reports.reports;
    let names: Vec<String> = if args.manifests.is_empty() {
        Summary::all(reports)?.into_iter().map(|summary| summary.name).collect()
    } else {
        plans(&args.manifests)?.iter().map(|plan| plan.manifest().name.clone()).collect()
    };
    for name in names {
        let folder = reports.join(name);
        list(&match args.width {
            None => tokenpark_analysis::figures(&folder)?,
            Some(Width::Neurips) => tokenpark_analysis::figures_for(&folder, Page::NEURIPS, "neurips")?,
            Some(Width::Ams) => tokenpark_analysis::figures_for(&folder, Page::AMS, "ams")?,
        });
    }
    if args.width.is_some() {
        return Ok(End::Fine);
    }
    list(&[tokenpark_analysis::write_index(reports)?]);
    console::note(&format!("one page of all this: tokenpark report{}", report::to(reports)));
    Ok(End::Fine)
}

/// Aggregates the dataset of a plan.
pub fn summarize(plan: &Plan, root: &Path, reports: &Path) -> Result<Vec<PathBuf>, CommandError> {
    Ok(tokenpark_analysis::analyze(&dataset(plan, root)?, reports)?)
}

fn list(files: &[PathBuf]) {
    for file in files {
        console::data(&file.display().to_string());
    }
}
