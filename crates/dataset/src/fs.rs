//! File operations that are on the disk when they return, with errors that name the path.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{At, DatasetError};

/// Creates a folder and its parents.
pub(crate) fn create_dir(path: &Path) -> Result<(), DatasetError> {
    fs::create_dir_all(path).at("create the folder", path)
}

/// Removes a file, or a folder and all it holds; a missing one is fine.
pub(crate) fn remove(path: &Path) -> Result<(), DatasetError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(there) if there.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    ignore_missing(removed).at("remove", path)
}

/// Removes a folder if it is there and empty.
pub(crate) fn remove_empty_dir(path: &Path) {
    // A folder that is in use by another dataset stays: that is the point, not a failure.
    let _ = fs::remove_dir(path);
}

fn ignore_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_dir(path: &Path) -> Result<(), DatasetError> {
    if cfg!(unix) {
        // The parent of a bare file name is the empty path: the working folder, but no folder that can be opened.
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        File::open(path).and_then(|folder| folder.sync_all()).at("flush the folder", path)?;
    }
    Ok(())
}

/// Renames within one file system and makes both folders' names durable.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), DatasetError> {
    fs::rename(from, to).at("rename into place", to)?;
    for folder in [to.parent(), from.parent()].into_iter().flatten() {
        sync_dir(folder)?;
    }
    Ok(())
}

/// Writes a file under a temporary name beside it, and renames it into place once it is on the disk.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), DatasetError> {
    let temporary = temporary(path);
    let mut file = File::create(&temporary).at("create", &temporary)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).at("write", &temporary)?;
    rename(&temporary, path)
}

/// The name under which a file is written before it is renamed: hidden, so that scans of `*.parquet` do not see it.
pub(crate) fn temporary(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.tmp"))
}

/// The names in a folder, sorted; none when the folder is missing.
pub(crate) fn names(path: &Path) -> Result<Vec<String>, DatasetError> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.at("list the folder", path)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.at("list the folder", path)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
