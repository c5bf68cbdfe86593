//! Datasets in an object store. Staging and publishing need renames, which object stores have not: the work is done in a
//! mirror on this machine, and finished files are sent through the program `tokenpark-store` (the folder store/).
//!
//! Tables are sent first and run.toml last, and a dataset that is replaced loses its run.toml first: whoever sees a
//! run.toml sees the whole dataset.

use crate::edge;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tokenpark_dataset::{Dataset, DatasetError, RunLog};

/// The folder, in the working folder's data, of what is sent to or fetched from stores.
const MIRRORS: &str = "data/.remote";
const PROGRAM: &str = "tokenpark-store";

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The program is not there.
    #[error(
        "{PROGRAM} cannot be started ({source}); `cargo install --path store` puts it beside tokenpark, which then knows s3://"
    )]
    NoProgram {
        /// Why.
        source: std::io::Error,
    },
    /// It failed.
    #[error("{url}: {reason}")]
    Failed {
        /// Where.
        url: String,
        /// What it said.
        reason: String,
    },
    /// It is not there.
    #[error("there is no complete dataset in {url}; `tokenpark run` or `merge` puts it there")]
    Missing {
        /// Where it would be.
        url: String,
    },
    /// What was fetched cannot be read.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
}

/// A folder of datasets in an object store.
pub struct Remote {
    url: String,
    mirror: PathBuf,
}

impl Remote {
    /// What `--out` means; `None` for a folder of this machine.
    pub fn at(out: &Path) -> Option<Self> {
        let url = out.to_str().filter(|text| text.starts_with("s3://"))?.trim_end_matches('/').to_owned();
        let mirror = Path::new(MIRRORS).join(url.trim_start_matches("s3://"));
        Some(Self { url, mirror })
    }

    /// The folder on this machine that stands for it.
    pub fn mirror(&self) -> &Path {
        &self.mirror
    }

    /// What is there of a dataset or of a shard of the mirror.
    pub fn look(&self, dataset: &Dataset) -> Result<There<'_>, RemoteError> {
        let (folder, url) = self.place(&dataset.folder());
        let mut objects = BTreeMap::new();
        for line in self.ask(&["list", &url], &[])?.lines() {
            if let Some((size, path)) = line.split_once('\t') {
                objects.insert(path.to_owned(), size.parse().unwrap_or(0));
            }
        }
        Ok(There { remote: self, folder, url, objects })
    }

    /// A folder of the mirror, and its address in the store.
    fn place(&self, folder: &Path) -> (PathBuf, String) {
        let below = folder.strip_prefix(&self.mirror).unwrap_or(folder);
        let words: Vec<_> = below.iter().map(OsStr::to_string_lossy).collect();
        (folder.to_path_buf(), format!("{}/{}", self.url, words.join("/")))
    }

    /// Runs the program with paths on its standard input.
    fn ask(&self, words: &[&str], paths: &[String]) -> Result<String, RemoteError> {
        let mut command = Command::new(edge::beside(PROGRAM));
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|source| RemoteError::NoProgram { source })?;
        if let Some(mut input) = child.stdin.take() {
            // A program that ends early says why itself.
            let _ = input.write_all(paths.iter().map(|path| format!("{path}\n")).collect::<String>().as_bytes());
        }
        let output = child.wait_with_output().map_err(|source| RemoteError::NoProgram { source })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(RemoteError::Failed { url: words.get(1).unwrap_or(&"").to_string(), reason })
    }
}

/// A dataset, or a shard, as it is in the store.
pub struct There<'a> {
    remote: &'a Remote,
    /// Its folder in the mirror.
    folder: PathBuf,
    pub url: String,
    /// Lengths by path below its address.
    objects: BTreeMap<String, u64>,
}

/// The name of the log.
const LOG: &str = "run.toml";

impl There<'_> {
    /// The log, if the dataset is there with all its tables.
    pub fn log(&self) -> Result<Option<RunLog>, RemoteError> {
        self.log_below("")
    }

    /// The logs of the shards that are there, by number and how many there are.
    pub fn shards(&self) -> Result<Vec<(u32, u32, RunLog)>, RemoteError> {
        let mut shards = vec![];
        for path in self.objects.keys() {
            let name = path.strip_prefix("shards/").and_then(|rest| rest.strip_suffix(&format!("/{LOG}")));
            let numbers = name.and_then(|name| name.split_once("-of-"));
            let Some((index, count)) = numbers.and_then(|(i, k)| Some((i.parse().ok()?, k.parse().ok()?))) else {
                continue;
            };
            if let Some(log) = self.log_below(&format!("shards/{index}-of-{count}/"))? {
                shards.push((index, count, log));
            }
        }
        shards.sort_by_key(|&(index, count, _)| (count, index));
        Ok(shards)
    }

    /// The same of a folder below it. The log is read outside the mirror's datasets, where it would stand for one.
    fn log_below(&self, prefix: &str) -> Result<Option<RunLog>, RemoteError> {
        let path = format!("{prefix}{LOG}");
        if !self.objects.contains_key(&path) {
            return Ok(None);
        }
        let logs = self.remote.mirror.join(format!(".logs-{}", std::process::id()));
        self.remote.ask(&["get", &self.url, &logs.to_string_lossy()], std::slice::from_ref(&path))?;
        let log = RunLog::read(&logs.join(&path));
        // Nothing is lost if it stays.
        let _ = std::fs::remove_dir_all(&logs);
        let log = log?;
        let has = |table: &str, bytes| self.objects.get(&format!("{prefix}{table}/part-0.parquet")) == Some(&bytes);
        Ok(log.tables.iter().all(|table| has(&table.name, table.bytes)).then_some(log))
    }

    /// Fetches the shards into the mirror.
    pub fn fetch_shards(&self) -> Result<(), RemoteError> {
        self.fetch(&self.folder, |path| path.starts_with("shards/"))
    }

    /// Fetches the dataset itself and puts it, as a whole, into the place of the one in the mirror, whose shards stay.
    /// Who reads the old files can go on.
    pub fn fetch_whole(&self, place: &Dataset) -> Result<(), RemoteError> {
        let id = std::process::id();
        let [fetched, old] = ["fetched", "old"].map(|what| self.remote.mirror.join(format!(".{what}-{id}")));
        self.fetch(&fetched, |path| !path.starts_with("shards/"))?;
        let lock = place.hold()?;
        let done = (|| {
            if self.folder.exists() {
                let shards = self.folder.join("shards");
                if shards.exists() {
                    std::fs::rename(&shards, fetched.join("shards"))?;
                }
                std::fs::rename(&self.folder, &old)?;
            }
            std::fs::create_dir_all(self.folder.parent().unwrap_or(&self.remote.mirror))?;
            std::fs::rename(&fetched, &self.folder)
        })();
        lock.remove()?;
        place.tidy();
        // Nothing is lost if it stays.
        let _ = std::fs::remove_dir_all(&old);
        done.map_err(|source| DatasetError::Io { action: "replace", path: self.folder.clone(), source }.into())
    }

    fn fetch(&self, into: &Path, wanted: impl Fn(&str) -> bool) -> Result<(), RemoteError> {
        let mut paths: Vec<String> = self.objects.keys().filter(|path| wanted(path)).cloned().collect();
        // Killed on the way, there is no log of a dataset that is not whole.
        paths.sort_by_key(|path| path.ends_with(LOG));
        self.remote.ask(&["get", &self.url, &into.to_string_lossy()], &paths).map(|_| ())
    }

    /// Sends what is published in the mirror, without shards.
    pub fn send(&self) -> Result<(), RemoteError> {
        let log = RunLog::read(&self.folder.join(LOG))?;
        let mut paths: Vec<String> = log.tables.iter().map(|table| format!("{}/part-0.parquet", table.name)).collect();
        paths.push("manifest.toml".to_owned());
        paths.push(LOG.to_owned());
        if self.objects.contains_key(LOG) {
            self.remote.ask(&["delete", &self.url], &[LOG.to_owned()])?;
        }
        self.remote.ask(&["put", &self.url, &self.folder.to_string_lossy()], &paths).map(|_| ())
    }

    /// Deletes the shards, their logs first.
    pub fn delete_shards(&self) -> Result<(), RemoteError> {
        let mut paths: Vec<String> = self.objects.keys().filter(|path| path.starts_with("shards/")).cloned().collect();
        paths.sort_by_key(|path| !path.ends_with(LOG));
        if paths.is_empty() { Ok(()) } else { self.remote.ask(&["delete", &self.url], &paths).map(|_| ()) }
    }
}
