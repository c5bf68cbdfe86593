//! End-to-end tests of the binary: exit code, standard output, standard error, and what is on the disk afterwards.
//! `prop_*` are invariants, `regress_*` pin what users and their scripts read.

mod atlas;
mod check;
mod claims;
mod completions;
mod crashes;
mod diff;
mod explore;
mod export;
mod failures;
mod folders;
mod gc;
mod inspect;
mod interrupt;
mod json;
mod lock;
mod outputs;
mod park;
mod report;
mod run;
mod shard;
mod shards;
mod status;
mod store;
mod submit;
mod verify;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;
use tempfile::TempDir;

/// Two points, four replicas, ten tokens: milliseconds of work, all tables but tokens.
const SMALL: &str = r#"schema = 1
name = "small"
title = "A small experiment"
seed = 7
replicas = 4

[model]
tokens = 10
dimension = 2
beta = 4.0

[integrate]
until = 5.0

[observe]
times = { linear = 6 }
record = ["clusters", "centers", "consumption"]

[sweep]
"model.beta" = [4.0, 9.0]
"#;

/// A folder of its own in which the binary is started.
struct Lab(TempDir);

/// How a call ended.
#[derive(Debug)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Lab {
    /// An empty folder.
    fn empty() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// An empty folder in memory where there is such a place: for tests that start the binary hundreds of times, since
    /// it waits for the disk after every file.
    fn fleeting() -> Self {
        let memory = Path::new("/dev/shm");
        tempfile::tempdir_in(memory).map_or_else(|_| Self::empty(), Self)
    }

    /// A folder that holds [`SMALL`] as small.toml.
    fn small() -> Self {
        let lab = Self::empty();
        lab.write("small.toml", SMALL);
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).expect("a writable folder");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a text file")
    }

    /// The binary with these arguments (separated by spaces), ready to start.
    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tokenpark"));
        command.args(arguments.split_whitespace()).current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    /// Starts the binary and waits for its end.
    fn run(&self, arguments: &str) -> Ran {
        let output = self.command(arguments).output().expect("the binary starts");
        Ran {
            code: output.status.code().expect("no signal"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// The same, for a call that must succeed.
    fn fine(&self, arguments: &str) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments}: {ran:?}");
        ran
    }

    /// All files below a folder, by their path relative to it.
    fn files(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        walk(&self.path(folder), |path| std::fs::read(path))
    }

    /// The Parquet files below a folder: what must be the same bytes however it was made.
    fn tables(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = self.files(folder);
        files.retain(|path, _| path.extension().is_some_and(|extension| extension == "parquet"));
        assert!(!files.is_empty(), "no tables in {folder}");
        files
    }

    /// When the files below a folder were last written.
    fn times(&self, folder: &str) -> BTreeMap<PathBuf, SystemTime> {
        walk(&self.path(folder), |path| path.metadata().and_then(|file| file.modified()))
    }

    /// The names directly in the folder.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).expect("a readable folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// Copies a folder with all it holds.
#[cfg(unix)]
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a writable folder");
    for entry in std::fs::read_dir(from).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a writable file");
        }
    }
}

/// What `of` tells of every file below a folder; those that vanish meanwhile are left out.
fn walk<T>(folder: &Path, of: impl Fn(&Path) -> std::io::Result<T>) -> BTreeMap<PathBuf, T> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        let entries = match std::fs::read_dir(&next) {
            // A process that works there has removed it since.
            Err(error) if error.kind() == ErrorKind::NotFound && next != folder => continue,
            entries => entries.unwrap_or_else(|error| panic!("{}: {error}", next.display())),
        };
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            match of(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                value => {
                    let value = value.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                    found.insert(path.strip_prefix(folder).expect("below").to_path_buf(), value);
                }
            }
        }
    }
    found
}

/// [`SMALL`] with one piece replaced.
fn edited(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "{from}");
    SMALL.replacen(from, to, 1)
}

/// Fails with the whole text unless all pieces are in it.
#[track_caller]
fn contains(text: &str, pieces: &[&str]) {
    for piece in pieces {
        assert!(text.contains(piece), "`{piece}` is not in:\n{text}");
    }
}
