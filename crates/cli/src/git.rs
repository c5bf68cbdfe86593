//! What git knows of a folder, asked of the program `git`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository that a folder lies in, if it lies in one and git is there.
pub struct Repository {
    folder: PathBuf,
}

impl Repository {
    /// Of a folder.
    pub fn at(folder: &Path) -> Self {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        Self { folder: folder.to_path_buf() }
    }

    /// Of a file's folder.
    pub fn beside(file: &Path) -> Self {
        Self::at(file.parent().unwrap_or(Path::new(".")))
    }

    /// The working tree's topmost folder.
    pub fn top(&self) -> Option<PathBuf> {
        self.line(&["rev-parse", "--show-toplevel"]).map(PathBuf::from)
    }

    /// The present commit.
    pub fn head(&self) -> Option<String> {
        self.line(&["rev-parse", "HEAD"])
    }

    /// Whether files differ from the present commit.
    pub fn is_dirty(&self) -> bool {
        self.line(&["status", "--porcelain"]).is_some_and(|text| !text.is_empty())
    }

    /// All branches and tags, remote ones as well, that hold files. Errors with git's own words.
    pub fn refs(&self) -> Result<Vec<String>, String> {
        let kind = "%(if)%(*objecttype)%(then)%(*objecttype)%(else)%(objecttype)%(end)";
        let listed = self.text(&["for-each-ref", &format!("--format={kind} %(refname)")])?;
        let holds_files = |kind: &str| matches!(kind, "commit" | "tree");
        let names = listed.lines().filter_map(|line| line.split_once(' ')).filter(|(kind, _)| holds_files(kind));
        Ok(names.map(|(_, name)| name.to_owned()).collect())
    }

    /// The files of a branch or tag whose names end so, by path from the top, with what names their contents.
    pub fn files(&self, name: &str, endings: &[&str]) -> Result<BTreeMap<String, String>, String> {
        let listed = self.text(&["ls-tree", "-r", "-z", "--full-tree", name])?;
        let entries = listed.split('\0').filter_map(|entry| entry.split_once('\t'));
        let wanted = entries.filter(|(_, path)| endings.iter().any(|ending| path.ends_with(ending)));
        let blobs = wanted.filter_map(|(head, path)| Some((path.to_owned(), head.split(' ').nth(2)?.to_owned())));
        Ok(blobs.collect())
    }

    /// The files of all working trees of the repository whose names end so, tracked or not, that are there and not
    /// ignored.
    pub fn working_files(&self, endings: &[&str]) -> Result<Vec<PathBuf>, String> {
        let mut files = vec![];
        for top in self.working_trees()? {
            let listed = Self::at(&top).text(&["ls-files", "--cached", "--others", "--exclude-standard", "-z"])?;
            let wanted = listed.split('\0').filter(|path| endings.iter().any(|ending| path.ends_with(ending)));
            files.extend(wanted.map(|path| top.join(path)).filter(|path| path.is_file()));
        }
        Ok(files)
    }

    /// The topmost folders of all working trees that are there.
    fn working_trees(&self) -> Result<Vec<PathBuf>, String> {
        let listed = self.text(&["worktree", "list", "--porcelain"])?;
        let folders = listed.lines().filter_map(|line| line.strip_prefix("worktree ")).map(PathBuf::from);
        // A bare repository is listed as well, and so is a working tree that is gone.
        Ok(folders.filter(|folder| folder.join(".git").exists()).collect())
    }

    /// Contents by what names them.
    pub fn contents(&self, blob: &str) -> Result<Vec<u8>, String> {
        self.bytes(&["cat-file", "blob", blob])
    }

    fn line(&self, arguments: &[&str]) -> Option<String> {
        self.text(arguments).ok().map(|text| text.trim().to_owned())
    }

    fn text(&self, arguments: &[&str]) -> Result<String, String> {
        String::from_utf8(self.bytes(arguments)?).map_err(|error| format!("git {}: {error}", arguments[0]))
    }

    fn bytes(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let output = Command::new("git").arg("-C").arg(&self.folder).args(arguments).output();
        let output = output.map_err(|error| format!("git cannot be started: {error}"))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let why = String::from_utf8_lossy(&output.stderr);
        Err(format!("git {} says: {}", arguments[0], why.trim().lines().next_back().unwrap_or("nothing")))
    }
}
