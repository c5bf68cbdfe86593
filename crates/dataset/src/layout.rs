//! Where things lie under the data folder. Nothing here touches the disk, listings apart.

use std::path::{Path, PathBuf};

use crate::error::DatasetError;
use crate::fs;

/// The folder, within the data folder, of what is not yet published. Being inside keeps renames on one file system.
const STAGING: &str = ".staging";

/// The place of one dataset, or of one shard of it, whether or not it exists.
///
/// ```
/// use std::path::Path;
/// use tokenpark_dataset::Dataset;
///
/// let dataset = Dataset::new("data", "consumption", "6efaf00c317c54a2")?;
/// assert_eq!(dataset.table("runs"), Path::new("data/consumption/6efaf00c317c54a2/runs/part-0.parquet"));
/// assert!(Dataset::new("data", "Consumption", "6efaf00c317c54a2").is_err());
/// # Ok::<(), tokenpark_dataset::DatasetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    root: PathBuf,
    name: String,
    fingerprint: String,
    shard: Option<(u32, u32)>,
}

impl Dataset {
    /// The dataset `root/name/fingerprint`. A name is lowercase letters, digits and hyphens; a fingerprint is letters
    /// and digits.
    pub fn new(root: impl Into<PathBuf>, name: &str, fingerprint: &str) -> Result<Self, DatasetError> {
        check(name, "a dataset's name", "lowercase letters, digits and hyphens", |c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
        })?;
        check(fingerprint, "a fingerprint", "letters and digits", |c| c.is_ascii_alphanumeric())?;
        let root = root.into();
        Ok(Self {
            // The empty path is the working folder, but no folder that can be opened.
            root: if root.as_os_str().is_empty() { PathBuf::from(".") } else { root },
            name: name.to_owned(),
            fingerprint: fingerprint.to_owned(),
            shard: None,
        })
    }

    /// The place of shard `index` of `count`, `0 <= index < count`: published inside the dataset's folder, staged and
    /// locked apart from the dataset and from other shards.
    pub fn shard(&self, index: u32, count: u32) -> Result<Self, DatasetError> {
        if index >= count {
            return Err(DatasetError::BadName {
                value: format!("{index}/{count}"),
                what: "a shard",
                allowed: "I/K with 0 <= I < K",
            });
        }
        Ok(Self { shard: Some((index, count)), ..self.clone() })
    }

    /// Whether this is a shard of a dataset.
    pub fn is_shard(&self) -> bool {
        self.shard.is_some()
    }

    /// Index and count of a shard; `None` for a whole dataset.
    pub fn share(&self) -> Option<(u32, u32)> {
        self.shard
    }

    /// The folder of the shards of this dataset, and of what belongs to them all.
    pub fn shards_folder(&self) -> PathBuf {
        self.root.join(&self.name).join(&self.fingerprint).join("shards")
    }

    /// The data folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The name of the experiment.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The hash of the manifest's meaning.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The published folder: `data/NAME/FINGERPRINT`, with `shards/I-of-K` below it for a shard.
    pub fn folder(&self) -> PathBuf {
        match self.shard {
            Some((index, count)) => self.shards_folder().join(format!("{index}-of-{count}")),
            None => self.root.join(&self.name).join(&self.fingerprint),
        }
    }

    /// The Parquet file of one table.
    pub fn table(&self, table: &str) -> PathBuf {
        table_in(&self.folder(), table)
    }

    /// The manifest as it was written by its author.
    pub fn manifest(&self) -> PathBuf {
        self.folder().join("manifest.toml")
    }

    /// The log of the run that made the dataset. It exists if and only if the dataset is published.
    pub fn run_log(&self) -> PathBuf {
        self.folder().join("run.toml")
    }

    /// The folder of finished runs that are not yet published.
    pub fn staging(&self) -> PathBuf {
        self.root.join(STAGING).join(&self.name).join(self.stage())
    }

    /// The file whose kernel lock is held by the process that works on the dataset.
    pub fn lock(&self) -> PathBuf {
        self.root.join(STAGING).join(&self.name).join(format!("{}.lock", self.stage()))
    }

    fn stage(&self) -> String {
        match self.shard {
            Some((index, count)) => format!("{}-{index}-of-{count}", self.fingerprint),
            None => self.fingerprint.clone(),
        }
    }

    /// The folder of the staged parts.
    pub(crate) fn parts(&self) -> PathBuf {
        self.staging().join("parts")
    }

    /// The journal of the sessions that staged runs.
    pub(crate) fn journal_file(&self) -> PathBuf {
        self.staging().join("journal.toml")
    }

    /// The names of the published tables, sorted.
    pub fn tables(&self) -> Result<Vec<String>, DatasetError> {
        let mut tables = fs::names(&self.folder())?;
        tables.retain(|table| self.table(table).is_file());
        Ok(tables)
    }

    /// The published shards of this dataset, sorted by count and index.
    pub fn shards(&self) -> Result<Vec<Self>, DatasetError> {
        let mut found: Vec<(u32, u32)> = Vec::new();
        for name in fs::names(&self.shards_folder())? {
            if let Some((index, count)) = name.split_once("-of-") {
                found.extend(count.parse().ok().zip(index.parse().ok()));
            }
        }
        found.sort_unstable();
        let mut shards = Vec::new();
        for (count, index) in found {
            let shard = self.shard(index, count)?;
            if shard.run_log().is_file() {
                shards.push(shard);
            }
        }
        Ok(shards)
    }
}

/// The Parquet file of a table in a dataset's folder.
pub(crate) fn table_in(folder: &Path, table: &str) -> PathBuf {
    folder.join(table).join("part-0.parquet")
}

/// The fingerprints under which an experiment has a folder in `root`, published or not, sorted.
pub fn fingerprints(root: &Path, name: &str) -> Result<Vec<String>, DatasetError> {
    let folder = root.join(name);
    let mut found = fs::names(&folder)?;
    found.retain(|fingerprint| Dataset::new(root, name, fingerprint).is_ok() && folder.join(fingerprint).is_dir());
    Ok(found)
}

/// Errors unless `value` is a plain word of the allowed characters: it becomes a part of paths.
pub(crate) fn check(
    value: &str,
    what: &'static str,
    allowed: &'static str,
    is_allowed: impl Fn(char) -> bool,
) -> Result<(), DatasetError> {
    if value.is_empty() || !value.chars().all(is_allowed) {
        return Err(DatasetError::BadName { value: value.to_owned(), what, allowed });
    }
    Ok(())
}
