//! `tokenpark inspect`: what a file or a dataset is, who made it, and how to make it again. Decodes no rows.

mod reproduce;
mod text;

use super::{CommandError, End};
use crate::console;
use clap::{Args, ValueHint};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use tokenpark_dataset::{FileRecord, FolderRecord, Provenance, RunLog};

/// `inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// A Parquet file of tokenpark's, or the folder of a dataset.
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub path: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Print nothing but the resolved manifest, which can be run again.
    #[arg(long, conflicts_with = "json")]
    pub manifest: bool,
}

/// Why something cannot be inspected.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// Nothing is there.
    #[error("there is no {}; name a Parquet file, or the folder of a dataset", path.display())]
    Missing {
        /// What was named.
        path: PathBuf,
    },
    /// A file of another format.
    #[error("{} is no Parquet file: it does not begin with PAR1", path.display())]
    NotParquet {
        /// The file.
        path: PathBuf,
    },
    /// A folder that is no dataset.
    #[error("{} is the folder of no dataset: it has no run.toml{hint}", path.display())]
    NotDataset {
        /// The folder.
        path: PathBuf,
        /// What can be named instead.
        hint: String,
    },
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// What was found.
struct Found {
    path: PathBuf,
    provenance: Provenance,
    /// Of a dataset, and of a file that lies in one.
    log: Option<RunLog>,
    /// The folder with manifest.toml, where there is one.
    folder: Option<PathBuf>,
    tables: Vec<(String, FileRecord)>,
    /// How the files differ from the log.
    damage: Option<(PathBuf, String)>,
}

pub fn inspect(args: &Inspect) -> Result<End, CommandError> {
    let found = if args.path.is_dir() { folder(&args.path)? } else { file(&args.path)? };
    if args.manifest {
        console::data(found.provenance.manifest.trim_end());
    } else if args.json {
        console::data(&document(&found).to_string());
    } else {
        text::lines(&found).iter().for_each(|line| console::data(line));
    }
    if let Some((path, reason)) = &found.damage {
        console::note(&format!("error: {} {reason}", path.display()));
        return Ok(End::Failed);
    }
    Ok(End::Fine)
}

fn folder(path: &Path) -> Result<Found, CommandError> {
    if !path.join("run.toml").is_file() {
        return Err(InspectError::NotDataset { path: path.to_path_buf(), hint: hint(path) }.into());
    }
    let record = FolderRecord::read(path)?;
    let damage = record.damage();
    Ok(Found {
        path: path.to_path_buf(),
        provenance: record.provenance,
        log: Some(record.log),
        folder: Some(path.to_path_buf()),
        tables: record.tables,
        damage,
    })
}

/// The datasets below a folder that is none itself.
fn hint(path: &Path) -> String {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut below: Vec<String> = (entries.map(|entry| entry.path()))
        .filter(|path| path.join("run.toml").is_file())
        .map(|path| path.display().to_string())
        .collect();
    below.sort();
    if below.is_empty() { String::new() } else { format!("; there is {}", below.join(", ")) }
}

fn file(path: &Path) -> Result<Found, CommandError> {
    let io = |source| InspectError::Io { path: path.to_path_buf(), source };
    if !path.exists() {
        return Err(InspectError::Missing { path: path.to_path_buf() }.into());
    }
    let mut magic = [0; 4];
    let mut start = File::open(path).map_err(io)?.take(4);
    let length = start.read(&mut magic).map_err(io)?;
    if magic[..length] != *b"PAR1" {
        return Err(InspectError::NotParquet { path: path.to_path_buf() }.into());
    }
    let record = FileRecord::read(path)?;
    // In a dataset a file is data/NAME/FINGERPRINT/TABLE/part-0.parquet.
    let table = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let folder = path.parent().and_then(Path::parent).filter(|folder| folder.join("run.toml").is_file());
    let log = folder.map(|folder| RunLog::read(&folder.join("run.toml"))).transpose()?;
    let recorded = log.iter().flat_map(|log| &log.tables).find(|entry| Some(&entry.name) == table.as_ref());
    let damage = recorded.filter(|entry| entry.sha256 != record.sha256).map(|entry| {
        let reason = format!("has the SHA-256 {} where run.toml records {}", record.sha256, entry.sha256);
        (path.to_path_buf(), reason)
    });
    let name = match (recorded, path.file_stem()) {
        (Some(entry), _) => entry.name.clone(),
        (None, Some(stem)) => stem.to_string_lossy().into_owned(),
        (None, None) => String::new(),
    };
    let folder = recorded.and(folder).map(Path::to_path_buf);
    let log = log.filter(|_| folder.is_some());
    let provenance = record.provenance.clone();
    Ok(Found { path: path.to_path_buf(), provenance, log, folder, tables: vec![(name, record)], damage })
}

impl Found {
    /// The resolved manifest as a table; empty if it is not TOML.
    fn meaning(&self) -> toml::Table {
        self.provenance.manifest.parse().unwrap_or_default()
    }
}

fn document(found: &Found) -> Value {
    let tables = found.tables.iter().map(|(name, file)| {
        let columns = file.columns.iter().map(
            |column| json!({ "name": column.name, "type": column.kind, "bytes": column.bytes, "nulls": column.nulls }),
        );
        json!({
            "name": name, "path": file.path, "rows": file.rows, "row_groups": file.row_groups, "bytes": file.bytes,
            "sha256": file.sha256, "columns": columns.collect::<Vec<_>>(),
        })
    });
    let run = found.log.as_ref().map(|log| {
        json!({
            "started": log.started, "finished": log.finished, "host": log.host, "commit": log.commit,
            "dirty": log.dirty, "manifest_commit": log.manifest_commit, "manifest_dirty": log.manifest_dirty,
            "sessions": log.sessions, "threads": log.threads, "seconds": log.seconds, "runs": log.runs, "failed": log.failed,
        })
    });
    json!({
        "version": 1,
        "path": found.path,
        "fingerprint": found.provenance.fingerprint,
        "schema_version": found.provenance.schema_version,
        "model_version": found.provenance.model_version,
        "manifest": found.meaning(),
        "manifest_toml": found.provenance.manifest,
        "run": run,
        "intact": found.damage.is_none(),
        "tables": tables.collect::<Vec<_>>(),
        "reproduce": reproduce::commands(found),
    })
}
