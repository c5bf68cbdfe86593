//! The kernel's advisory lock: it dies with its process, so that a kill leaves nothing to clean up.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{At, DatasetError};
use crate::fault;
use crate::fs::create_dir;
use crate::layout::Dataset;

/// An exclusive lock on a file, held until it is dropped or its process ends.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

impl Dataset {
    /// Keeps other processes from writing the dataset, until [`Lock::remove`]. Errors at once when one does.
    pub fn hold(&self) -> Result<Lock, DatasetError> {
        Lock::take(&self.lock())
    }
}

impl Lock {
    /// Takes the lock at once or errors; creates the file and its folders.
    pub(crate) fn take(path: &Path) -> Result<Self, DatasetError> {
        let mut tries = 100;
        loop {
            match path.parent().map_or(Ok(()), create_dir) {
                // Another process removes an empty folder above at this moment.
                Err(DatasetError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound && tries > 0 => {
                    tries -= 1;
                    continue;
                }
                made => made?,
            }
            fault::room().at("open the lock", path)?;
            let file = match OpenOptions::new().create(true).truncate(false).write(true).open(path) {
                // Another process has just removed the folder: make it again.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                other => other.at("open the lock", path)?,
            };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(DatasetError::Locked { path: path.to_path_buf(), holder: holder(path) });
                }
                Err(TryLockError::Error(source)) => return Err(source).at("lock", path),
            }
            if names(path, &file).at("inspect the lock", path)? {
                // Who holds it is for people to know; the lock is the kernel's.
                let _ = file.set_len(0).and_then(|()| write!(&file, "{}", std::process::id()));
                return Ok(Self { path: path.to_path_buf(), file });
            }
        }
    }

    /// Removes the lock's file, then releases it: whoever waited for the removed file notices and starts over.
    pub fn remove(self) -> Result<(), DatasetError> {
        if cfg!(unix) {
            fault::point().and_then(|()| fs::remove_file(&self.path)).at("remove the lock", &self.path)?;
        }
        drop(self.file);
        Ok(())
    }
}

/// The process that wrote its number into the lock's file.
fn holder(path: &Path) -> Option<u32> {
    fs::read_to_string(path).ok()?.parse().ok()
}

/// Whether `path` still leads to `file`, rather than to nothing or to a newer file of that name.
#[cfg(unix)]
fn names(path: &Path, file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let held = file.metadata()?;
    match fs::metadata(path) {
        Ok(there) => Ok(there.dev() == held.dev() && there.ino() == held.ino()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Elsewhere the file is never removed.
#[cfg(not(unix))]
fn names(_path: &Path, _file: &File) -> io::Result<bool> {
    Ok(true)
}
