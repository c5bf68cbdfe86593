//! File operations that are on the disk when they return, with errors that name the path.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{At, DatasetError};
use crate::fault;

/// Creates a folder and its parents.
pub(crate) fn create_dir(path: &Path) -> Result<(), DatasetError> {
    fault::room().and_then(|()| fs::create_dir_all(path)).at("create the folder", path)
}

/// Creates a file, or empties it.
pub(crate) fn create_file(path: &Path) -> Result<File, DatasetError> {
    fault::room().and_then(|()| File::create(path)).at("create", path)
}

/// Removes a file, or a folder and all it holds; a missing one is fine.
pub(crate) fn remove(path: &Path) -> Result<(), DatasetError> {
    fault::point().at("remove", path)?;
    let removed = match fs::symlink_metadata(path) {
        Ok(there) if there.is_dir() => {
            for entry in fs::read_dir(path).at("list the folder", path)? {
                remove(&entry.at("list the folder", path)?.path())?;
            }
            fs::remove_dir(path)
        }
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    ignore_missing(removed).at("remove", path)
}

/// The bytes of all files in a folder and below it, or of a file; what cannot be read counts nothing.
pub(crate) fn size(path: &Path) -> u64 {
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_dir() => names(path).unwrap_or_default().iter().map(|name| size(&path.join(name))).sum(),
        Ok(there) => there.len(),
        Err(_) => 0,
    }
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
        let flush = || File::open(path).and_then(|folder| folder.sync_all());
        fault::point().and_then(|()| flush()).at("flush the folder", path)?;
    }
    Ok(())
}

/// Renames within one file system and makes both folders' names durable.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), DatasetError> {
    fault::point().and_then(|()| fs::rename(from, to)).at("rename into place", to)?;
    for folder in [to.parent(), from.parent()].into_iter().flatten() {
        sync_dir(folder)?;
    }
    Ok(())
}

/// Gives a file a second name, or copies it where the file system has no second names. Nobody reads the new name yet.
pub(crate) fn link(from: &Path, to: &Path) -> Result<(), DatasetError> {
    let copy = || fs::copy(from, to).and_then(|_| File::open(to)?.sync_all());
    fault::room().and_then(|()| fs::hard_link(from, to).or_else(|_| copy())).at("link", to)
}

/// The same for a folder and all it holds.
pub(crate) fn link_all(from: &Path, to: &Path) -> Result<(), DatasetError> {
    create_dir(to)?;
    for name in names(from)? {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() { link_all(&from, &to)? } else { link(&from, &to)? }
    }
    sync_dir(to)
}

/// Writes a file in place and puts it on the disk: for folders that nobody reads yet.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> Result<(), DatasetError> {
    let mut file = create_file(path)?;
    let (first, rest) = bytes.split_at(bytes.len() / 2);
    let write = |file: &mut File| {
        file.write_all(first)?;
        fault::room()?;
        file.write_all(rest)?;
        file.sync_all()
    };
    write(&mut file).at("write", path)
}

/// Writes a file under a temporary name beside it, and renames it into place once it is on the disk: whoever looks
/// sees the old file or the new one.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), DatasetError> {
    let temporary = temporary(path);
    put(&temporary, bytes)?;
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
