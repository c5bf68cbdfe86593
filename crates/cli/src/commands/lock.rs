//! `tokenpark lock` and `tokenpark verify --lock`: experiments.lock beside the manifests, written and compared.

use super::store::Copies;
use super::{CommandError, EXPERIMENTS, End, manifests, open, plans, store};
use crate::args::{Place, Reports};
use crate::console;
use crate::remote::RemoteError;
use clap::{Args, ValueHint};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokenpark_dataset::State;
use tokenpark_sweep::{LOCK_FILE, Locked, Lockfile, Plan, dataset};

/// `lock`.
#[derive(Debug, Args)]
pub struct Lock {
    /// Manifests; all in experiments/ whose datasets are complete when none is named.
    #[arg(value_name = "MANIFEST", value_hint = ValueHint::FilePath)]
    pub manifests: Vec<PathBuf>,
    #[command(flatten)]
    pub data: Place,
    #[command(flatten)]
    pub reports: Reports,
}

/// Adds the datasets to the locks beside their manifests; what else is locked there stays.
pub fn lock(args: &Lock) -> Result<End, CommandError> {
    let (root, reports) = (&args.data.out, &args.reports.reports);
    let mut locks: BTreeMap<PathBuf, Lockfile> = BTreeMap::new();
    let plans = plans(&manifests(&args.manifests)?)?;
    for (index, plan) in plans.iter().enumerate() {
        // One would replace the other.
        let is_same = |other: &&Plan| {
            let (one, other) = (plan.manifest(), other.manifest());
            one.name == other.name && one.path.parent() == other.path.parent() && one.path != other.path
        };
        if let Some(other) = plans[..index].iter().find(is_same) {
            let paths = [other.manifest().path.clone(), plan.manifest().path.clone()];
            return Err(CommandError::SameName { name: plan.manifest().name.clone(), paths });
        }
        let (name, path) = (&plan.manifest().name, Lockfile::beside(&plan.manifest().path));
        let root = match store::folder(plan, root, Copies::Refused) {
            Err(CommandError::Remote(RemoteError::Missing { url })) if args.manifests.is_empty() => {
                console::note(&format!("{name}: not locked, it is not in {url}"));
                continue;
            }
            root => &root?,
        };
        if args.manifests.is_empty() && !matches!(dataset(plan, root)?.state()?, State::Complete(_)) {
            console::note(&format!("{name}: not locked, its dataset is not complete"));
            continue;
        }
        let locked = Locked::of(plan, root, reports)?;
        if locked.figures.is_empty() {
            console::note(&format!("{name}: locked without figures, since it was not analyzed"));
        }
        let lock = match locks.remove(&path) {
            Some(lock) => lock,
            None => Lockfile::read(&path)?.unwrap_or_default(),
        };
        let mut lock = lock;
        lock.experiments.insert(name.clone(), locked);
        locks.insert(path, lock);
    }
    for (path, mut lock) in locks {
        if args.manifests.is_empty() {
            lock.experiments.retain(|name, locked| {
                let there = path.with_file_name(&locked.manifest).is_file();
                if !there {
                    console::note(&format!("{name}: no longer locked, since {} is gone", locked.manifest));
                }
                there
            });
        }
        lock.write(&path)?;
        console::data(&path.display().to_string());
    }
    Ok(End::Fine)
}

/// Compares all that is locked of the named manifests, or in experiments/, and computes nothing.
pub fn compare(named: &[PathBuf], root: &Path, reports: &Path, as_json: bool) -> Result<End, CommandError> {
    let mut rows = vec![];
    for (name, differences) in differences(named, root, reports)? {
        if !as_json {
            let word = if differences.is_empty() { "as locked" } else { "differs" };
            console::data(&format!("{word:9}  {name}"));
            differences.iter().for_each(|difference| console::data(&format!("    {difference}")));
        }
        rows.push((name, differences));
    }
    let end = if rows.iter().all(|(_, differences)| differences.is_empty()) { End::Fine } else { End::Failed };
    if as_json {
        let rows: Vec<Value> = (rows.iter())
            .map(|(name, differences)| json!({ "name": name, "as_locked": differences.is_empty(), "differences": differences }))
            .collect();
        console::data(&json!({ "version": 1, "as_locked": end == End::Fine, "experiments": rows }).to_string());
    }
    Ok(end)
}

fn differences(named: &[PathBuf], root: &Path, reports: &Path) -> Result<Vec<(String, Vec<String>)>, CommandError> {
    let mut found = vec![];
    if named.is_empty() {
        let path = Path::new(EXPERIMENTS).join(LOCK_FILE);
        let Some(lock) = Lockfile::read(&path)? else {
            return Ok(vec![(
                path.display().to_string(),
                vec!["there is no such file; `tokenpark lock` writes it".to_owned()],
            )]);
        };
        for open in manifests(&[])? {
            if !lock.experiments.values().any(|locked| path.with_file_name(&locked.manifest) == open) {
                console::note(&format!("{} is not locked", open.display()));
            }
        }
        for (name, locked) in lock.experiments {
            let manifest = path.with_file_name(&locked.manifest);
            if !manifest.is_file() {
                found.push((name, vec![format!("{} is missing", manifest.display())]));
                continue;
            }
            let differences = match open(&manifest) {
                Ok(plan) => since(&locked, &plan, root, reports)?,
                Err(mistakes) => vec![mistakes.to_string()],
            };
            found.push((name, differences));
        }
        return Ok(found);
    }
    for plan in plans(named)? {
        let differences = match of(&plan)? {
            Some(locked) => since(&locked, &plan, root, reports)?,
            None => vec![format!("is not in {}", Lockfile::beside(&plan.manifest().path).display())],
        };
        found.push((plan.manifest().name.clone(), differences));
    }
    Ok(found)
}

/// How a plan, its dataset and its report differ from what is locked.
fn since(locked: &Locked, plan: &Plan, root: &Path, reports: &Path) -> Result<Vec<String>, CommandError> {
    match store::folder(plan, root, Copies::Refused) {
        Err(CommandError::Remote(RemoteError::Missing { url })) => Ok(vec![format!("there is no dataset in {url}")]),
        root => Ok(locked.differences(plan, &root?, reports)?),
    }
}

/// What is locked of a plan, if anything is.
pub fn of(plan: &Plan) -> Result<Option<Locked>, CommandError> {
    let lock = Lockfile::read(&Lockfile::beside(&plan.manifest().path))?;
    Ok(lock.and_then(|mut lock| lock.experiments.remove(&plan.manifest().name)))
}
