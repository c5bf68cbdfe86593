//! `run.toml`: what the numbers do not depend on.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{At, DatasetError};
use crate::fs;

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
    /// Worker threads.
    pub threads: u32,
    /// Seconds of work, interruptions excluded.
    pub seconds: f64,
    /// Runs in the dataset; filled in by [`Staging::publish`](crate::Staging::publish).
    pub runs: u64,
    /// How many of them failed.
    pub failed: u64,
    /// The files; filled in by [`Staging::publish`](crate::Staging::publish).
    #[serde(default)]
    pub tables: Vec<TableRecord>,
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
        let text = toml::to_string(self)
            .map_err(|source| DatasetError::WriteRunLog { path: path.to_path_buf(), source: Box::new(source) })?;
        fs::write_file(path, text.as_bytes())
    }
}
