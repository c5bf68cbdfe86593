//! Logs beside the rows: `run.toml` of a dataset, the journal of a staging area, the digests of a part.

use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{At, DatasetError};
use crate::fs;
use crate::writer::digest;

/// The log of the run that published a dataset. Times and host come from the caller: this crate reads no clock.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunLog {
    /// When the work began, as the caller writes times.
    pub started: String,
    /// When it ended.
    pub finished: String,
    /// The machine's name.
    pub host: String,
    /// The version of the program; empty when unknown.
    #[serde(default)]
    pub version: String,
    /// The commit of the program, where it runs in a checkout of its own; empty when unknown.
    pub commit: String,
    /// Whether the program's sources differed from that commit.
    pub dirty: bool,
    /// The commit of the repository that the manifest lies in; empty when it lies in none.
    #[serde(default)]
    pub manifest_commit: String,
    /// Whether the manifest's folder differed from that commit.
    #[serde(default)]
    pub manifest_dirty: bool,
    /// Worker threads of the last session.
    pub threads: u32,
    /// Seconds of work in all sessions, what lies between them excluded.
    pub seconds: f64,
    /// How many sessions it took; 0 when unknown.
    #[serde(default)]
    pub sessions: u32,
    /// Runs in the dataset; filled in by [`Staging::publish`](crate::Staging::publish).
    pub runs: u64,
    /// How many of them failed.
    pub failed: u64,
    /// The first of those, [`Journal::MOST_FAILURES`] at most.
    #[serde(default)]
    pub failures: Vec<Failure>,
    /// The SHA-256 of manifest.toml; empty in older datasets. Filled in by
    /// [`Staging::publish`](crate::Staging::publish).
    #[serde(default)]
    pub manifest_sha256: String,
    /// The files; filled in by [`Staging::publish`](crate::Staging::publish).
    #[serde(default)]
    pub tables: Vec<TableRecord>,
}

/// A run that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Its point.
    pub point: u32,
    /// Its replica.
    pub replica: u32,
    /// Why.
    pub error: String,
}

/// What is known of the sessions that work on a dataset before it is published. It lies in the staging area, is
/// written after every part, and costs nothing but itself when it is lost: rows do not depend on it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Journal {
    /// When the first session began.
    pub started: String,
    /// Seconds of work so far.
    pub seconds: f64,
    /// Sessions so far, the present one included.
    pub sessions: u32,
    /// How many of the staged runs failed.
    pub failed: u64,
    /// The first of them.
    #[serde(default)]
    pub failures: Vec<Failure>,
}

impl Journal {
    /// Further failures are counted but not listed.
    pub const MOST_FAILURES: usize = 20;

    /// The journal at `path`; an empty one if there is none, or none that can be read.
    pub(crate) fn read(path: &Path) -> Self {
        std::fs::read_to_string(path).ok().and_then(|text| toml::from_str(&text).ok()).unwrap_or_default()
    }

    /// Replaces the journal at `path`. It is not flushed to the disk: after a power cut an older one may be there.
    pub(crate) fn write(&self, path: &Path) -> Result<(), DatasetError> {
        let temporary = fs::temporary(path);
        fs::create_file(&temporary)?.write_all(text(self, path)?.as_bytes()).at("write", &temporary)?;
        std::fs::rename(&temporary, path).at("rename into place", path)
    }
}

/// The files of a staged part.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct PartLog {
    pub(crate) tables: Vec<TableRecord>,
}

/// The name of a [`PartLog`] in a part's folder.
pub(crate) const PART: &str = "part.toml";

impl PartLog {
    /// Reads the log in a part's folder. Errors unless each of its files has the recorded bytes, and there is no other.
    pub(crate) fn check(part: &Path) -> Result<Self, DatasetError> {
        let path = part.join(PART);
        let differs = |path: &Path, reason: String| Err(DatasetError::Part { path: path.to_path_buf(), reason });
        let text = std::fs::read_to_string(&path).at("read", &path)?;
        let Ok(log) = toml::from_str::<Self>(&text) else { return differs(&path, "is no part's log".to_owned()) };
        for table in &log.tables {
            let file = part.join(format!("{}.parquet", table.name));
            let bytes = std::fs::metadata(&file).at("read", &file)?.len();
            if bytes != table.bytes {
                return differs(&file, format!("has {bytes} bytes where {} were written", table.bytes));
            }
            if digest(&file)? != table.sha256 {
                return differs(&file, "has other bytes than were written".to_owned());
            }
        }
        let known =
            |name: &str| name == PART || log.tables.iter().any(|table| name == format!("{}.parquet", table.name));
        match fs::names(part)?.into_iter().find(|name| !known(name)) {
            Some(stranger) => differs(&part.join(stranger), "does not belong to the part".to_owned()),
            None => Ok(log),
        }
    }

    /// Writes the log into a part's folder that nobody reads yet.
    pub(crate) fn write(&self, part: &Path) -> Result<(), DatasetError> {
        let path = part.join(PART);
        fs::put(&path, text(self, &path)?.as_bytes())
    }
}

/// One table's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRecord {
    /// The table.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// The file's length.
    pub bytes: u64,
    /// The SHA-256 of the file's bytes, in hexadecimal.
    pub sha256: String,
}

impl RunLog {
    /// Reads a `run.toml`.
    pub fn read(path: &Path) -> Result<Self, DatasetError> {
        let text = std::fs::read_to_string(path).at("read", path)?;
        toml::from_str(&text)
            .map_err(|source| DatasetError::RunLog { path: path.to_path_buf(), source: Box::new(source) })
    }

    /// Writes a `run.toml`, replacing one that is there.
    pub fn write(&self, path: &Path) -> Result<(), DatasetError> {
        fs::write_file(path, text(self, path)?.as_bytes())
    }
}

/// A log as TOML.
fn text(log: &impl Serialize, path: &Path) -> Result<String, DatasetError> {
    toml::to_string(log)
        .map_err(|source| DatasetError::WriteRunLog { path: path.to_path_buf(), source: Box::new(source) })
}
