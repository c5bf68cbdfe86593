//! What can go wrong on disk, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

use crate::table::RunKey;

/// Everything that reading or writing a dataset can fail with. Messages name the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// The operating system refused a file operation.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was attempted, as a verb: `create`, `rename`, and so on.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A Parquet file cannot be written or decoded.
    #[error("{} is not a readable Parquet file ({source}); if it is a dataset's, delete it and run again", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// The Parquet library's answer.
        source: Box<ParquetError>,
    },
    /// A column has a type that tokenpark never writes.
    #[error("column `{column}` of {} has the type {found}; tokenpark reads u32, u64, i64, f64, bool and text", path.display())]
    ColumnType {
        /// The file.
        path: PathBuf,
        /// The column's name.
        column: String,
        /// The type found, in Arrow's words.
        found: String,
    },
    /// A file's footer lacks one of tokenpark's keys, or holds nonsense there.
    #[error("the footer of {} has no valid `{key}`: tokenpark did not write it", path.display())]
    Footer {
        /// The file.
        path: PathBuf,
        /// The footer's key.
        key: &'static str,
    },
    /// A file was made from another plan or by another model version.
    #[error("{} has {what} {found} where {expected} is needed; compute it again with this version", path.display())]
    OtherProvenance {
        /// The file.
        path: PathBuf,
        /// Which part of the provenance differs.
        what: &'static str,
        /// The value in the file.
        found: String,
        /// The value needed.
        expected: String,
    },
    /// Columns of one table have different lengths.
    #[error("column `{column}` has {found} rows where the table has {expected}")]
    UnequalColumns {
        /// The first column that differs.
        column: String,
        /// Its length.
        found: usize,
        /// The length of the first column.
        expected: usize,
    },
    /// Two columns of one table share a name.
    #[error("two columns are named `{column}`; names within a table are unique")]
    RepeatedColumn {
        /// The name.
        column: String,
    },
    /// Tables that should be joined have different columns.
    #[error(
        "the columns {found} do not match {expected}: names, order and types of one table are the same in every run"
    )]
    SchemaMismatch {
        /// Columns of the table being added.
        found: String,
        /// Columns of the table added to.
        expected: String,
    },
    /// A table does not begin with `point` and `replica`.
    #[error("table `{table}` must begin with the u32 columns `point` and `replica`")]
    NoKey {
        /// The table.
        table: String,
    },
    /// Staged tables lack `runs`, or differ from those of earlier parts.
    #[error("tables [{found}] cannot be staged: `runs` is required and every part has the same tables [{expected}]")]
    TableSet {
        /// The names given.
        found: String,
        /// The names expected; empty for the first part.
        expected: String,
    },
    /// A staged part holds no run.
    #[error("{} holds no run; delete it", path.display())]
    NoRuns {
        /// The part's folder.
        path: PathBuf,
    },
    /// A run appears a second time.
    #[error("point {}, replica {} is staged already; each run is written once (drop it first to repeat it)", key.0, key.1)]
    RepeatedRun {
        /// Point and replica.
        key: RunKey,
    },
    /// A table holds rows of a run that is not in `runs`.
    #[error("table `{table}` has rows of point {}, replica {}, which is not in `runs`", key.0, key.1)]
    UnknownRun {
        /// The table.
        table: String,
        /// Point and replica.
        key: RunKey,
    },
    /// Another process works on the same dataset.
    #[error(
        "{} is writing this dataset (lock {}); wait for it or stop it; the lock ends with its process",
        holder.map_or("another process".to_owned(), |pid| format!("process {pid}")), path.display()
    )]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// The number of that process, if it told.
        holder: Option<u32>,
    },
    /// A dataset would be published with too few or too many runs.
    #[error("{} holds {found} runs where the plan has {expected} ({} missing); run again to complete it", path.display(), expected.saturating_sub(*found))]
    RunCount {
        /// The staging folder.
        path: PathBuf,
        /// Runs staged.
        found: u64,
        /// Runs planned.
        expected: u64,
    },
    /// A dataset is not there.
    #[error("no published dataset in {}; run its manifest first", path.display())]
    NotPublished {
        /// The folder looked for.
        path: PathBuf,
    },
    /// A published file differs from what `run.toml` records.
    #[error("{} {reason}; run again with --fresh", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How it differs.
        reason: String,
    },
    /// A staged part is not as it was written.
    #[error("{} {reason}", path.display())]
    Part {
        /// The file.
        path: PathBuf,
        /// How it differs.
        reason: String,
    },
    /// A name cannot be a folder of a dataset.
    #[error("`{value}` cannot be {what}: {allowed}")]
    BadName {
        /// The offending value.
        value: String,
        /// What it was meant for.
        what: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A `run.toml` cannot be read.
    #[error("{} is not a run log ({source})", path.display())]
    RunLog {
        /// The file.
        path: PathBuf,
        /// The TOML library's answer.
        source: Box<toml::de::Error>,
    },
    /// A log cannot be written as TOML.
    #[error("cannot write the log {}: {source}", path.display())]
    WriteRunLog {
        /// The file.
        path: PathBuf,
        /// The TOML library's answer.
        source: Box<toml::ser::Error>,
    },
}

impl DatasetError {
    /// In one line, for those who name the file themselves.
    pub(crate) fn brief(&self) -> String {
        match self {
            Self::RunLog { source, .. } => source.message().to_owned(),
            Self::Io { action, source, .. } => format!("cannot {action} it: {source}"),
            other => other.to_string(),
        }
    }
}

/// Attaches a path to the errors of other libraries.
pub(crate) trait At<T> {
    /// Turns the error into a [`DatasetError`] that names `path` and what was attempted.
    fn at(self, action: &'static str, path: &Path) -> Result<T, DatasetError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, DatasetError> {
        self.map_err(|source| DatasetError::Io { action, path: path.to_path_buf(), source })
    }
}

impl<T> At<T> for Result<T, ParquetError> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, DatasetError> {
        self.map_err(|source| match source {
            ParquetError::External(inner) if inner.is::<io::Error>() => match inner.downcast::<io::Error>() {
                Ok(source) => DatasetError::Io { action, path: path.to_path_buf(), source: *source },
                Err(inner) => {
                    DatasetError::Parquet { path: path.to_path_buf(), source: Box::new(ParquetError::External(inner)) }
                }
            },
            source => DatasetError::Parquet { path: path.to_path_buf(), source: Box::new(source) },
        })
    }
}
