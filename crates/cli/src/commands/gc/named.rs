//! Which datasets manifests name: those of the working tree, and those of all branches and tags.

use crate::commands::{CommandError, open};
use crate::git::Repository;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tokenpark_dataset::Dataset;
use tokenpark_sweep::{LOCK_FILE, Lockfile, MODEL_VERSION, Manifest, fingerprint, fingerprint_at};

/// Where the program's own repository says which version of the mathematics it has.
const MODEL: &str = "crates/dynamics/src/lib.rs";

/// What is needed.
#[derive(Default)]
pub struct Named {
    fingerprints: BTreeSet<String>,
    /// Experiments of which everything is needed, since it cannot be told what.
    names: BTreeSet<String>,
}

impl Named {
    /// Whether a dataset is needed.
    pub fn contains(&self, dataset: &Dataset) -> bool {
        self.fingerprints.contains(dataset.fingerprint()) || self.names.contains(dataset.name())
    }

    /// Adds manifests, and the locks beside them. Returns the mistakes of those that cannot be read.
    pub fn add_working_tree(&mut self, paths: &[PathBuf]) -> Result<Vec<String>, CommandError> {
        let mut mistakes = vec![];
        for path in paths {
            match open(path) {
                Ok(plan) => {
                    self.fingerprints.insert(fingerprint(plan.manifest()));
                }
                Err(diagnostics) => {
                    self.names.extend(name(&std::fs::read_to_string(path).unwrap_or_default()));
                    mistakes.push(diagnostics.to_string());
                }
            }
        }
        let locks: BTreeSet<PathBuf> = paths.iter().map(|path| Lockfile::beside(path)).collect();
        for lock in locks {
            self.add_lock(Lockfile::read(&lock)?);
        }
        Ok(mistakes)
    }

    fn add_lock(&mut self, lock: Option<Lockfile>) {
        let experiments = lock.into_iter().flat_map(|lock| lock.experiments);
        self.fingerprints.extend(experiments.map(|(_, locked)| locked.fingerprint));
    }

    /// Adds all manifests and locks of the working tree and on branches and tags, wherever they lie. Errors with git's
    /// words, or when a lock cannot be read.
    ///
    /// Below the folder `out` datasets keep manifests of their own, which name nothing but themselves.
    pub fn add_repository(&mut self, repository: &Repository, out: &Path) -> Result<(), String> {
        let mut refs = repository.refs()?;
        // A detached head is on no branch.
        refs.extend(repository.head());
        let mut seen: BTreeSet<(String, u32)> = BTreeSet::new();
        for name in refs {
            let files = repository.files(&name, &[".toml", LOCK_FILE, MODEL])?;
            let model = files.get(MODEL).map(|blob| repository.contents(blob)).transpose()?;
            let version = model.and_then(|text| model_version(&text)).unwrap_or(MODEL_VERSION);
            for (path, blob) in &files {
                if path != MODEL && seen.insert((blob.clone(), version)) {
                    let text = repository.contents(blob)?;
                    self.add_text(&String::from_utf8_lossy(&text), Path::new(path), version)?;
                }
            }
        }
        let out = out.canonicalize().ok();
        for path in repository.working_files(&[".toml", LOCK_FILE])? {
            let is_inside = |out: &PathBuf| path.canonicalize().is_ok_and(|path| path.starts_with(out));
            if out.as_ref().is_some_and(is_inside) {
                continue;
            }
            let text = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            self.add_text(&String::from_utf8_lossy(&text), &path, MODEL_VERSION)?;
        }
        Ok(())
    }

    fn add_text(&mut self, text: &str, path: &Path, version: u32) -> Result<(), String> {
        if path.file_name().is_some_and(|file| file == LOCK_FILE) {
            let lock = Lockfile::parse(text, path).map_err(|error| error.to_string())?;
            self.add_lock(Some(lock));
            return Ok(());
        }
        // Files that a manifest names have no place here, and what it means depends on them.
        let manifest = if text.contains("file") { None } else { Manifest::parse(text, path).ok() };
        match manifest {
            Some(manifest) => {
                self.fingerprints.insert(fingerprint_at(&manifest, version));
            }
            None => self.names.extend(name(text)),
        }
        Ok(())
    }
}

/// The name in a text of TOML, or else the first that it seems to give.
pub fn name(text: &str) -> Option<String> {
    let text = text.trim_start_matches('\u{feff}');
    let table = text.parse::<toml::Table>().unwrap_or_default();
    if let Some(name) = table.get("name").and_then(toml::Value::as_str) {
        return Some(name.to_owned());
    }
    text.lines().find_map(|line| {
        let value = line.trim().strip_prefix("name")?.trim_start().strip_prefix('=')?;
        let word = value.trim().trim_start_matches(['"', '\'']).split(['"', '\'']).next()?;
        Some(word.to_owned())
    })
}

/// The version in the source of the program.
fn model_version(source: &[u8]) -> Option<u32> {
    let text = String::from_utf8_lossy(source);
    let rest = text.split("pub const MODEL_VERSION: u32 = ").nth(1)?;
    rest.split(';').next()?.trim().parse().ok()
}
