//! The same for people.

use super::{Found, reproduce};
use crate::console::{bytes, count, duration};
use tokenpark_dataset::{ColumnRecord, FileRecord, RunLog};

/// Columns that are listed in full.
const MOST_COLUMNS: usize = 40;

pub fn lines(found: &Found) -> Vec<String> {
    let provenance = &found.provenance;
    let meaning = found.meaning();
    let name = meaning.get("name").and_then(toml::Value::as_str).unwrap_or("park");
    let mut lines = vec![
        format!("{name}  {}", provenance.fingerprint),
        format!("    model version {}, schema version {}", provenance.model_version, provenance.schema_version),
    ];
    lines.extend(found.log.as_ref().map(origin).into_iter().flatten());
    for (name, file) in &found.tables {
        lines.extend(["".to_owned(), table(name, file)]);
        lines.push(format!("    {}", file.path.display()));
        lines.push(format!("    sha256 {}{}", file.sha256, recorded(found, name, file)));
        lines.extend(columns(&file.columns));
    }
    lines.extend(["".to_owned(), "manifest".to_owned()]);
    lines.extend(provenance.manifest.trim_end().lines().map(|line| format!("    {line}").trim_end().to_owned()));
    lines.extend(["".to_owned(), "to make it again".to_owned()]);
    lines.extend(reproduce::commands(found).into_iter().map(|line| format!("    {line}")));
    lines
}

/// When, where, how long.
fn origin(log: &RunLog) -> Vec<String> {
    let version = if log.version.is_empty() { "of unknown version" } else { &log.version };
    let commit = |commit: &str, dirty| match (commit, dirty) {
        ("", _) => "unknown commit".to_owned(),
        (commit, false) => format!("commit {commit}"),
        (commit, true) => format!("commit {commit}, changed since"),
    };
    let mut lines = vec![
        format!("    {} runs, {} failed", count(log.runs), count(log.failed)),
        format!("    made {} on {} in {} on {} threads", log.finished, log.host, duration(log.seconds), log.threads),
        format!("    by tokenpark {version}, {}", commit(&log.commit, log.dirty)),
    ];
    // Where program and manifests are one repository, one commit says it all.
    if !log.manifest_commit.is_empty() && log.manifest_commit != log.commit {
        lines.push(format!("    from a manifest at {}", commit(&log.manifest_commit, log.manifest_dirty)));
    }
    lines
}

fn table(name: &str, file: &FileRecord) -> String {
    let groups = if file.row_groups == 1 { "row group" } else { "row groups" };
    format!("{name}: {} rows in {} {groups}, {}", count(file.rows), file.row_groups, bytes(file.bytes as f64))
}

/// Whether the digest is the one that was recorded.
fn recorded(found: &Found, name: &str, file: &FileRecord) -> &'static str {
    let entry = found.log.iter().flat_map(|log| &log.tables).find(|entry| entry.name == name);
    match entry.map(|entry| entry.sha256 == file.sha256) {
        Some(true) => ", as recorded",
        Some(false) => ", NOT AS RECORDED",
        None => "",
    }
}

fn columns(columns: &[ColumnRecord]) -> Vec<String> {
    let shown = &columns[..columns.len().min(MOST_COLUMNS)];
    let width = shown.iter().map(|column| column.name.chars().count()).max().unwrap_or(0);
    let mut lines: Vec<String> = (shown.iter())
        .map(|column| {
            let nulls = match column.nulls {
                Some(nulls) if nulls > 0 => format!("  {} nulls", count(nulls)),
                _ => String::new(),
            };
            format!("    {:width$}  {:5}  {:>9}{nulls}", column.name, column.kind, bytes(column.bytes as f64))
        })
        .collect();
    if columns.len() > shown.len() {
        lines.push(format!("    … and {} more", columns.len() - shown.len()));
    }
    lines
}
