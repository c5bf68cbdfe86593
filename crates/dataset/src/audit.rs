//! Whether a published dataset is still what was published: its folders, lengths, digests, footers and runs.
//!
//! Every byte is read; rows are not compared with anything: see [`Replay`](crate::Replay) for that.

use std::path::{Path, PathBuf};

use crate::error::DatasetError;
use crate::fs;
use crate::layout::{Dataset, table_in};
use crate::part::RUNS;
use crate::provenance::Provenance;
use crate::reader;
use crate::record::{RunLog, TableRecord};
use crate::table::RunKey;
use crate::writer::digest;

/// Something that is wrong with a published dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it, as a sentence that the path begins.
    pub what: String,
}

impl Finding {
    /// A finding about a path.
    pub fn new(path: impl Into<PathBuf>, what: impl Into<String>) -> Self {
        Self { path: path.into(), what: what.into() }
    }

    /// An error in words; its path is the finding's.
    pub(crate) fn of(path: &Path, error: &DatasetError) -> Self {
        let what = match error {
            DatasetError::Parquet { source, .. } => format!("cannot be decoded: {source}"),
            DatasetError::OtherProvenance { what, found, expected, .. } => {
                format!("has {what} {found} in its footer where {expected} is expected")
            }
            DatasetError::Footer { key, .. } => format!("has no valid `{key}` in its footer"),
            DatasetError::Io { action, source, .. } => format!("cannot be read: {action}: {source}"),
            other => format!("cannot be used: {other}"),
        };
        Self::new(path, what)
    }
}

/// What lies in a dataset's folder beside its tables.
const BESIDE: [&str; 4] = ["manifest.toml", "run.toml", "shards", CRATE];
/// The description of a dataset as an RO-Crate, which every crate has under this name.
pub const CRATE: &str = "ro-crate-metadata.json";
/// What lies beside shards: the scripts of a job.
const SUBMITTED: &str = "slurm";

impl Dataset {
    /// Everything that is wrong with the published files, `runs` being the runs that should be there, ascending.
    ///
    /// Errors when the dataset is not published, or a folder cannot be listed.
    pub fn audit(
        &self,
        provenance: &Provenance,
        runs: impl Iterator<Item = RunKey>,
    ) -> Result<Vec<Finding>, DatasetError> {
        if !self.run_log().is_file() {
            return Err(DatasetError::NotPublished { path: self.folder() });
        }
        let mut findings = Vec::new();
        let mut manifest = String::new();
        let recorded = match RunLog::read(&self.run_log()) {
            Ok(log) => {
                if log.runs > 0 && log.tables.iter().all(|table| table.name != RUNS) {
                    findings.push(Finding::new(self.run_log(), format!("does not list the table `{RUNS}`")));
                }
                manifest = log.manifest_sha256;
                log.tables
            }
            Err(error) => {
                findings.push(Finding::new(self.run_log(), format!("is damaged: {}", error.brief())));
                Vec::new()
            }
        };
        // One that is missing is found by those who compare its meaning.
        if !manifest.is_empty() && self.manifest().is_file() && digest(&self.manifest())? != manifest {
            findings
                .push(Finding::new(self.manifest(), format!("has not the SHA-256 {manifest} that run.toml records")));
        }
        findings.extend(self.check_shards()?);
        for name in fs::names(&self.folder())? {
            if !BESIDE.contains(&name.as_str()) {
                self.look_into(&name, &recorded, &mut findings)?;
            }
        }
        for table in &recorded {
            match check(&self.table(&table.name), table, provenance) {
                Ok(found) => findings.extend(found),
                Err(error) => findings.push(Finding::of(&self.table(&table.name), &error)),
            }
        }
        if recorded.iter().any(|table| table.name == RUNS) {
            findings.extend(self.check_runs(runs));
        }
        Ok(findings)
    }

    /// What is wrong with shards that were kept beside the whole.
    fn check_shards(&self) -> Result<Vec<Finding>, DatasetError> {
        let mut findings = Vec::new();
        for name in fs::names(&self.shards_folder())? {
            let numbers = name.split_once("-of-").and_then(|(i, k)| Some((i.parse().ok()?, k.parse().ok()?)));
            let path = self.shards_folder().join(&name);
            match numbers.map(|(index, count)| self.shard(index, count)) {
                Some(Ok(shard)) => findings.extend(shard.check().err().map(|error| Finding::of(&path, &error))),
                _ if name == SUBMITTED => {}
                _ => findings.push(Finding::new(path, "is no shard of the dataset")),
            }
        }
        Ok(findings)
    }

    /// What does not belong into the folder, or into the folder of a table.
    fn look_into(&self, name: &str, recorded: &[TableRecord], findings: &mut Vec<Finding>) -> Result<(), DatasetError> {
        let path = self.folder().join(name);
        if !path.is_dir() || (!recorded.is_empty() && recorded.iter().all(|table| table.name != name)) {
            findings.push(Finding::new(path, "does not belong to the dataset"));
            return Ok(());
        }
        for file in fs::names(&path)? {
            if path.join(&file) != table_in(&self.folder(), name) {
                findings.push(Finding::new(path.join(file), "does not belong to the table"));
            }
        }
        Ok(())
    }

    /// Whether `runs` has one row for every run, in order.
    fn check_runs(&self, mut expected: impl Iterator<Item = RunKey>) -> Option<Finding> {
        let path = self.table(RUNS);
        // A file that cannot be decoded is reported by those who compare its rows.
        let found = reader::keys(&path).ok()?;
        let name = |key: Option<RunKey>| {
            key.map_or("nothing".to_owned(), |(point, replica)| format!("point {point}, replica {replica}"))
        };
        let differ = |row: usize, found: Option<RunKey>, expected: Option<RunKey>| {
            let what = format!("has {} in row {row} where {} is planned", name(found), name(expected));
            Some(Finding::new(&path, what))
        };
        for (row, &key) in found.iter().enumerate() {
            let planned = expected.next();
            if planned != Some(key) {
                return differ(row, Some(key), planned);
            }
        }
        match expected.next() {
            Some(key) => differ(found.len(), None, Some(key)),
            None => None,
        }
    }
}

/// What is wrong with one table's file.
fn check(path: &Path, recorded: &TableRecord, provenance: &Provenance) -> Result<Option<Finding>, DatasetError> {
    let Ok(file) = std::fs::metadata(path) else {
        return Ok(Some(Finding::new(path, "is missing")));
    };
    if file.len() != recorded.bytes {
        let what = format!("has {} bytes where run.toml records {}", file.len(), recorded.bytes);
        return Ok(Some(Finding::new(path, what)));
    }
    let found = digest(path)?;
    if found != recorded.sha256 {
        // Why, if the footer tells.
        let footer = provenance.expect(path).err().map(|error| Finding::of(path, &error).what);
        let what = format!("has the SHA-256 {found} where run.toml records {}", recorded.sha256);
        let what = footer.map_or(what.clone(), |footer| format!("{footer}, and {what}"));
        return Ok(Some(Finding::new(path, what)));
    }
    provenance.expect(path)?;
    Ok(None)
}
