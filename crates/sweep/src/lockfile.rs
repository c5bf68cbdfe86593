//! `experiments.lock`: what was computed from the manifests of a folder, so that it can be cited.
//!
//! For each experiment the fingerprint and versions, and the SHA-256 of every table's file and of every table that its
//! figures are drawn from. It is kept in git beside the manifests. Nothing in it depends on clocks or hosts.

use crate::execute::{dataset, provenance};
use crate::plan::Plan;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokenpark_dataset::{DatasetError, digest, write_file};

/// Why a lock cannot be read, made or written.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// A dataset is missing, damaged, or cannot be read.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The system refused to read a file.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no lock.
    #[error("{} is no lock of experiments ({source}); write it again with `tokenpark lock`", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The TOML library's answer.
        source: Box<toml::de::Error>,
    },
    /// A later format.
    #[error("{} has version {found}, this program reads version {VERSION}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// Figures were drawn from another dataset.
    #[error("{} is of the dataset {found} where {expected} is to be locked; run `tokenpark analyze` again", folder.display())]
    Reports {
        /// The folder of the report.
        folder: PathBuf,
        /// The fingerprint in its summary.
        found: String,
        /// The plan's.
        expected: String,
    },
}

/// The file's name, beside the manifests.
pub const LOCK_FILE: &str = "experiments.lock";
const VERSION: u32 = 1;
const HEADER: &str = "\
# What tokenpark computed from the manifests in this folder, so that it can be cited: written by `tokenpark lock`,
# compared by `tokenpark verify --lock`. Digests are SHA-256, of files.
";

/// All experiments of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lockfile {
    version: u32,
    /// By name.
    #[serde(default)]
    pub experiments: BTreeMap<String, Locked>,
}

/// One experiment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// The manifest's file name.
    pub manifest: String,
    /// What names the dataset.
    pub fingerprint: String,
    /// The version of the manifest format.
    pub schema_version: u32,
    /// The version of the mathematics.
    pub model_version: u32,
    /// Runs in the dataset.
    pub runs: u64,
    /// How many of them failed.
    pub failed: u64,
    /// The digest of each table's file.
    pub tables: BTreeMap<String, String>,
    /// The digest of each table that figures are drawn from, by file name; empty if it was not analyzed.
    #[serde(default)]
    pub figures: BTreeMap<String, String>,
}

impl Default for Lockfile {
    fn default() -> Self {
        Self { version: VERSION, experiments: BTreeMap::new() }
    }
}

impl Lockfile {
    /// Where the lock of a manifest lies.
    #[must_use]
    pub fn beside(manifest: &Path) -> PathBuf {
        manifest.with_file_name(LOCK_FILE)
    }

    /// Reads a lock; `None` if there is no such file.
    ///
    /// # Errors
    /// When it cannot be read, or is no lock of this version.
    pub fn read(path: &Path) -> Result<Option<Self>, LockError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(LockError::Read { path: path.to_path_buf(), source }),
        }
    }

    /// Reads the text of a lock; `path` is for messages.
    ///
    /// # Errors
    /// When it is no lock of this version.
    pub fn parse(text: &str, path: &Path) -> Result<Self, LockError> {
        let lock: Self = toml::from_str(text)
            .map_err(|source| LockError::Syntax { path: path.to_path_buf(), source: Box::new(source) })?;
        if lock.version == VERSION {
            Ok(lock)
        } else {
            Err(LockError::Version { path: path.to_path_buf(), found: lock.version })
        }
    }

    /// Writes the lock, experiments by name.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), LockError> {
        let text = toml::to_string(self).expect("strings, numbers and maps are TOML");
        Ok(write_file(path, format!("{HEADER}{text}").as_bytes())?)
    }
}

impl Locked {
    /// What is to be locked of a plan's dataset, and of its report if there is one. Reads all bytes.
    ///
    /// # Errors
    /// When the dataset is not published or not as it was published, and when the report is of another dataset.
    pub fn of(plan: &Plan, root: &Path, reports: &Path) -> Result<Self, LockError> {
        let provenance = provenance(plan);
        let log = dataset(plan, root)?.check()?;
        let folder = reports.join(&plan.manifest().name);
        if let Some(found) = reported(&folder)?.filter(|found| *found != provenance.fingerprint) {
            return Err(LockError::Reports { folder, found, expected: provenance.fingerprint });
        }
        Ok(Self {
            manifest: plan.manifest().path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            fingerprint: provenance.fingerprint,
            schema_version: provenance.schema_version,
            model_version: provenance.model_version,
            runs: log.runs,
            failed: log.failed,
            tables: log.tables.into_iter().map(|table| (table.name, table.sha256)).collect(),
            figures: figures(&folder)?,
        })
    }

    /// How manifest, dataset and report differ from what is locked, one sentence each; none if nothing does.
    ///
    /// # Errors
    /// When a file that is there cannot be read.
    pub fn differences(&self, plan: &Plan, root: &Path, reports: &Path) -> Result<Vec<String>, LockError> {
        let now = provenance(plan);
        let mut found = vec![];
        for (what, locked, now) in [
            ("schema version", self.schema_version, now.schema_version),
            ("model version", self.model_version, now.model_version),
        ] {
            if locked != now {
                found.push(format!("{what} {now}, {locked} is locked"));
            }
        }
        if self.fingerprint != now.fingerprint {
            let path = plan.manifest().path.display();
            found.push(format!("{path} has the fingerprint {}, {} is locked", now.fingerprint, self.fingerprint));
            return Ok(found);
        }
        let dataset = dataset(plan, root)?;
        if !dataset.run_log().is_file() {
            found.push(format!("there is no dataset in {}", dataset.folder().display()));
        } else {
            let tables: Vec<(String, PathBuf)> =
                (dataset.tables()?.into_iter()).map(|name| (name.clone(), dataset.table(&name))).collect();
            found.extend(compare(&self.tables, &tables, &dataset.folder())?);
        }
        found.extend(self.figure_differences(&reports.join(&plan.manifest().name))?);
        Ok(found)
    }

    /// How the tables in the folder of a report differ from those that are locked, one sentence each.
    ///
    /// # Errors
    /// When a file that is there cannot be read.
    pub fn figure_differences(&self, folder: &Path) -> Result<Vec<String>, LockError> {
        compare(&self.figures, &parquet(folder)?, folder)
    }
}

/// How the digests of files differ from those that are locked.
fn compare(
    locked: &BTreeMap<String, String>,
    files: &[(String, PathBuf)],
    folder: &Path,
) -> Result<Vec<String>, LockError> {
    let mut found = vec![];
    for (name, expected) in locked {
        match files.iter().find(|(other, _)| other == name) {
            None => found.push(format!("{} is missing", folder.join(name).display())),
            Some((_, path)) => {
                let digest = digest(path)?;
                if digest != *expected {
                    found.push(format!("{} has the SHA-256 {digest}, {expected} is locked", path.display()));
                }
            }
        }
    }
    for (_, path) in files.iter().filter(|(name, _)| !locked.contains_key(name)) {
        found.push(format!("{} is not locked", path.display()));
    }
    Ok(found)
}

/// The tables in the folder of a report, by file name.
fn parquet(folder: &Path) -> Result<Vec<(String, PathBuf)>, LockError> {
    let read = |source| LockError::Read { path: folder.to_path_buf(), source };
    let mut found = vec![];
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder).map_err(read)? {
            let path = entry.map_err(read)?.path();
            if path.extension().is_some_and(|ending| ending == "parquet") {
                found.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), path));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn figures(folder: &Path) -> Result<BTreeMap<String, String>, LockError> {
    parquet(folder)?.into_iter().map(|(name, path)| Ok((name, digest(&path)?))).collect()
}

/// The fingerprint of the dataset that a report is of; `None` if there is no report.
fn reported(folder: &Path) -> Result<Option<String>, LockError> {
    let path = folder.join("summary.toml");
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let table: toml::Table =
                text.parse().map_err(|source| LockError::Syntax { path: path.clone(), source: Box::new(source) })?;
            Ok(table.get("fingerprint").and_then(toml::Value::as_str).map(str::to_owned))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(LockError::Read { path, source }),
    }
}
