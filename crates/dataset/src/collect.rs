//! What lies under a data folder, whoever asked for it: datasets, shards and staging areas; and their removal.

use std::path::{Path, PathBuf};

use crate::error::DatasetError;
use crate::fs;
use crate::layout::Dataset;
use crate::lock::Lock;

/// Digits of a fingerprint: other folders under a data folder are not ours.
const FINGERPRINT_DIGITS: usize = 16;

/// All that is kept under one fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remains {
    /// The dataset that it belongs to.
    pub dataset: Dataset,
    /// The folders and files: the dataset's, and those of its staging areas and its shards'.
    pub paths: Vec<PathBuf>,
    /// Their bytes, if they were asked for.
    pub bytes: u64,
}

/// Everything under a data folder that has the form of a dataset or of a staging area, by name and fingerprint. Sizes
/// are looked up if `measure`; that visits every file, but reads none.
pub fn remains(root: &Path, measure: bool) -> Result<Vec<Remains>, DatasetError> {
    let mut found: Vec<Remains> = Vec::new();
    let staging = root.join(".staging");
    for (folder, staged) in [(root, false), (&staging, true)] {
        for name in fs::names(folder)? {
            if !folder.join(&name).is_dir() {
                continue;
            }
            for entry in fs::names(&folder.join(&name))? {
                let path = folder.join(&name).join(&entry);
                // FINGERPRINT, and in the staging area FINGERPRINT.lock, FINGERPRINT-I-of-K and the lock of that.
                let digits = entry.split(['.', '-']).next().unwrap_or_default();
                let is_ours = is_fingerprint(digits) && (staged || (digits == entry && path.is_dir()));
                let Some(dataset) = Dataset::new(root, &name, digits).ok().filter(|_| is_ours) else { continue };
                let bytes = if measure { fs::size(&path) } else { 0 };
                match found.iter_mut().find(|remains| remains.dataset == dataset) {
                    Some(remains) => {
                        remains.paths.push(path);
                        remains.bytes += bytes;
                    }
                    None => found.push(Remains { dataset, paths: vec![path], bytes }),
                }
            }
        }
    }
    found.sort_by(|a, b| (a.dataset.name(), a.dataset.fingerprint()).cmp(&(b.dataset.name(), b.dataset.fingerprint())));
    Ok(found)
}

fn is_fingerprint(word: &str) -> bool {
    word.len() == FINGERPRINT_DIGITS
        && word.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit))
}

impl Remains {
    /// Deletes it all. Errors when a process works on the dataset, or on a shard of it; killed at any moment, what is
    /// left is found again by [`remains`] and is no dataset any more.
    pub fn delete(&self) -> Result<(), DatasetError> {
        let mut locks = vec![Lock::take(&self.dataset.lock())?];
        for path in self.paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "lock")) {
            if *path != self.dataset.lock() {
                locks.push(Lock::take(path)?);
            }
        }
        let (folder, trash) = (self.dataset.folder(), self.dataset.staging().join("trash"));
        if folder.exists() {
            fs::create_dir(&self.dataset.staging())?;
            fs::remove(&trash)?;
            fs::rename(&folder, &trash)?;
        }
        fs::remove_empty_dir(&self.dataset.root().join(self.dataset.name()));
        fs::remove(&self.dataset.staging())?;
        for path in self.paths.iter().filter(|path| path.extension().is_none() && **path != folder) {
            fs::remove(path)?;
        }
        for lock in locks {
            lock.remove()?;
        }
        self.dataset.tidy();
        Ok(())
    }
}
