//! `tokenpark gc`: datasets, shards and staging areas that no manifest names any more. Dry unless asked to delete.
//!
//! A manifest of the working tree names its fingerprint, and so does one on any branch or tag of its repository, with
//! the model version that the program has there if the repository is the program's own. What any experiments.lock
//! names is kept too. Where a manifest cannot be read, all datasets of its name are kept.

mod named;

use super::{CommandError, End, manifests};
use crate::args::Data;
use crate::console::{self, bytes, count};
use crate::git::Repository;
use clap::{Args, ValueHint};
use named::Named;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;
use tokenpark_dataset::{DatasetError, Remains, RunLog, remains};

/// `gc`.
#[derive(Debug, Args)]
pub struct Gc {
    /// Look only at the datasets of these manifests; at all when none is named.
    #[arg(value_name = "MANIFEST", value_hint = ValueHint::FilePath)]
    pub manifests: Vec<PathBuf>,
    #[command(flatten)]
    pub data: Data,
    /// Delete what is listed.
    #[arg(long)]
    pub delete: bool,
    /// Keep only what the working tree names, whatever branches and tags do.
    #[arg(long)]
    pub no_git: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Why nothing is deleted.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// Branches and tags could not be asked.
    #[error(
        "nothing is deleted, since branches and tags cannot be asked what they need ({reason}); --no-git does without them"
    )]
    NoGit {
        /// What git said.
        reason: String,
    },
    /// Manifests in the working tree are wrong, so that it is unknown what they name.
    #[error("nothing is deleted, since manifests have mistakes and their datasets cannot be told:\n{mistakes}")]
    Manifests {
        /// The mistakes.
        mistakes: String,
    },
}

pub fn gc(args: &Gc) -> Result<End, CommandError> {
    let paths = manifests(&args.manifests)?;
    let mut named = Named::default();
    let mistakes = named.add_working_tree(&paths)?;
    if !args.no_git {
        let folder =
            paths.first().map_or(PathBuf::from("."), |path| path.parent().map_or(PathBuf::from("."), PathBuf::from));
        if let Err(reason) = named.add_repository(&Repository::at(&folder), &args.data.out) {
            if args.delete {
                return Err(CollectError::NoGit { reason }.into());
            }
            console::note(&format!("warning: only what the working tree names is left out of this list: {reason}"));
        }
    }
    if !mistakes.is_empty() && args.delete {
        return Err(CollectError::Manifests { mistakes: mistakes.join("\n") }.into());
    }
    mistakes.iter().for_each(|mistake| console::note(mistake));
    let mut unnamed = remains(&args.data.out, true)?;
    let asked = asked(&args.manifests);
    unnamed.retain(|found| {
        !named.contains(&found.dataset) && asked.as_ref().is_none_or(|names| names.contains(found.dataset.name()))
    });
    let (mut rows, mut gone) = (vec![], 0);
    for found in &unnamed {
        // What it is can only be told while it is there.
        let (mut lines, mut row) = (lines(found), row(found));
        let deleted = args.delete && delete(found)?;
        gone += usize::from(deleted);
        if deleted {
            lines[0].insert_str(0, "deleted ");
        }
        if !args.json {
            lines.iter().for_each(|line| console::data(line));
        }
        row["deleted"] = deleted.into();
        rows.push(row);
    }
    if args.json {
        console::data(&json!({ "version": 1, "unnamed": rows }).to_string());
    } else {
        console::note(&total(&unnamed, gone, args.delete));
    }
    Ok(End::Fine)
}

/// The experiments whose datasets are looked at: those of the named manifests, or all (None).
fn asked(paths: &[PathBuf]) -> Option<BTreeSet<String>> {
    let names = paths.iter().filter_map(|path| named::name(&std::fs::read_to_string(path).ok()?));
    (!paths.is_empty()).then(|| names.collect())
}

/// False when a process works on it, which is left alone.
fn delete(found: &Remains) -> Result<bool, CommandError> {
    match found.delete() {
        Ok(()) => Ok(true),
        Err(error @ DatasetError::Locked { .. }) => {
            console::note(&format!("kept: {error}"));
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// What it is, and where.
fn lines(found: &Remains) -> Vec<String> {
    let (name, fingerprint, size) = (found.dataset.name(), found.dataset.fingerprint(), bytes(found.bytes as f64));
    let mut lines = vec![format!("{name} {fingerprint}: {}, {size}", what(found))];
    lines.extend(found.paths.iter().map(|path| format!("    {}", path.display())));
    lines
}

fn what(found: &Remains) -> String {
    match RunLog::read(&found.dataset.run_log()) {
        Ok(log) => format!("{} runs, finished {}", count(log.runs), log.finished),
        Err(_) => "not published".to_owned(),
    }
}

fn total(unnamed: &[Remains], gone: usize, delete: bool) -> String {
    let size: u64 = unnamed.iter().map(|found| found.bytes).sum();
    let (found, size) = (unnamed.len(), bytes(size as f64));
    match (found, delete) {
        (0, _) => "everything is named by a manifest".to_owned(),
        (_, false) => format!("{found} that no manifest names, {size}; nothing was deleted, --delete does"),
        (_, true) => format!("{gone} of {found} deleted, {size}"),
    }
}

fn row(found: &Remains) -> Value {
    json!({
        "name": found.dataset.name(), "fingerprint": found.dataset.fingerprint(), "paths": found.paths,
        "bytes": found.bytes, "published": found.dataset.run_log().is_file(),
    })
}
