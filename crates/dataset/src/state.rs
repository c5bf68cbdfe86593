//! How far a dataset is, told from names, lengths and footers, without reading rows.

use std::path::PathBuf;

use crate::error::DatasetError;
use crate::fs;
use crate::layout::{Dataset, table_in};
use crate::part::RUNS;
use crate::reader;
use crate::record::{Journal, RunLog};
use crate::writer::digest;

/// How far a dataset is.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is never more than one of them")]
pub enum State {
    /// Published, with all files present at their recorded lengths.
    Complete(RunLog),
    /// Published, but a file is missing or has another length.
    Damaged {
        /// The file.
        path: PathBuf,
        /// How it differs from `run.toml`.
        reason: String,
    },
    /// Not published, but some runs are finished.
    Partial {
        /// Runs in the staging area of this dataset; those of its shards are counted by the shards' own state.
        staged: u64,
        /// The published shards of this dataset.
        shards: Vec<Dataset>,
    },
    /// Nothing is there.
    Missing,
}

impl Dataset {
    /// How far this dataset is. Staged parts that cannot be read count nothing: opening the staging area discards them.
    pub fn state(&self) -> Result<State, DatasetError> {
        if self.run_log().is_file() {
            let log = match RunLog::read(&self.run_log()) {
                Ok(log) => log,
                Err(error) => {
                    return Ok(State::Damaged {
                        path: self.run_log(),
                        reason: format!("is damaged: {}", error.brief()),
                    });
                }
            };
            return Ok(match self.damage(&log)? {
                Some((path, reason)) => State::Damaged { path, reason },
                None => State::Complete(log),
            });
        }
        let shards = if self.is_shard() { Vec::new() } else { self.shards()? };
        let staged = self.staged()?;
        Ok(if staged == 0 && shards.is_empty() { State::Missing } else { State::Partial { staged, shards } })
    }

    /// The number of staged runs, from the footers of the parts; beside a published dataset they are those of an
    /// interrupted attempt to compute it again.
    pub fn staged(&self) -> Result<u64, DatasetError> {
        let mut staged = 0;
        for part in fs::names(&self.parts())? {
            let runs = self.parts().join(part).join(format!("{RUNS}.parquet"));
            if let Ok(footer) = reader::footer(&runs) {
                staged += u64::try_from(footer.file_metadata().num_rows()).unwrap_or(0);
            }
        }
        Ok(staged)
    }

    /// What is known of the sessions that staged runs.
    pub fn journal(&self) -> Journal {
        Journal::read(&self.journal_file())
    }

    /// Whether a process works on the dataset, or one that was killed left something in the staging area.
    pub fn is_staged(&self) -> bool {
        self.staging().exists() || self.lock().exists()
    }

    /// Removes empty folders that a kill can leave above the staging area.
    pub fn tidy(&self) {
        for folder in self.staging().ancestors().skip(1).take(2) {
            fs::remove_empty_dir(folder);
        }
    }

    /// The first table whose file is missing or has another length than recorded.
    fn damage(&self, log: &RunLog) -> Result<Option<(PathBuf, String)>, DatasetError> {
        if log.runs > 0 && log.tables.iter().all(|table| table.name != RUNS) {
            return Ok(Some((self.run_log(), format!("does not list the table `{RUNS}`"))));
        }
        for table in &log.tables {
            let path = table_in(&self.folder(), &table.name);
            match std::fs::metadata(&path) {
                Err(error) => return Ok(Some((path, format!("cannot be read ({error})")))),
                Ok(file) if file.len() != table.bytes => {
                    let reason = format!("has {} bytes where run.toml records {}", file.len(), table.bytes);
                    return Ok(Some((path, reason)));
                }
                Ok(_) => {}
            }
        }
        Ok(None)
    }

    /// Errors unless the dataset is published and every file has the recorded digest. Reads all bytes.
    pub fn check(&self) -> Result<RunLog, DatasetError> {
        if !self.run_log().is_file() {
            return Err(DatasetError::NotPublished { path: self.folder() });
        }
        let log = RunLog::read(&self.run_log())?;
        if let Some((path, reason)) = self.damage(&log)? {
            return Err(DatasetError::Damaged { path, reason });
        }
        for table in &log.tables {
            let path = table_in(&self.folder(), &table.name);
            let found = digest(&path)?;
            if found != table.sha256 {
                let reason = format!("has the SHA-256 {found} where run.toml records {}", table.sha256);
                return Err(DatasetError::Damaged { path, reason });
            }
        }
        Ok(log)
    }
}
