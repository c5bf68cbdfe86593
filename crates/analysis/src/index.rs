//! reports/index.md: every figure with its findings, its tables and its provenance.

use crate::{AnalysisError, Summary};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Writes `reports`/index.md for all experiments analyzed there.
///
/// # Errors
/// When a folder cannot be read or the index not be written.
pub fn write_index(reports: &Path) -> Result<PathBuf, AnalysisError> {
    let mut text = String::from("# Figures\n\nMade by `tokenpark figures` from versioned manifests.\n");
    for summary in Summary::all(reports)? {
        section(&mut text, &summary, &files(&reports.join(&summary.name))?);
    }
    let path = reports.join("index.md");
    std::fs::write(&path, text).map_err(|error| AnalysisError::io("write", &path, error))?;
    Ok(path)
}

fn section(text: &mut String, summary: &Summary, files: &[String]) {
    let name = &summary.name;
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n## {}\n\n{}; {} runs.\n", summary.title, summary.parameters, summary.runs);
    for note in &summary.notes {
        let _ = writeln!(text, "- {note}");
    }
    for stem in files.iter().filter_map(|file| file.strip_suffix(".svg")) {
        let links = ["svg", "pdf", "png"].map(|kind| format!("[{kind}]({name}/{stem}.{kind})"));
        let _ = writeln!(text, "\n![{stem}]({name}/{stem}.png)\n\n{}", links.join(" · "));
    }
    let tables = files.iter().filter(|file| file.ends_with(".parquet") || file.ends_with(".csv"));
    let tables: Vec<String> = tables.map(|file| format!("[{file}]({name}/{file})")).collect();
    let _ = writeln!(
        text,
        "\nTables: {}\n\nManifest `experiments/{name}.toml`, fingerprint `{}`, model version {}.",
        tables.join(" · "),
        summary.fingerprint,
        summary.model_version
    );
}

/// File names in a folder, sorted.
fn files(folder: &Path) -> Result<Vec<String>, AnalysisError> {
    let entries = std::fs::read_dir(folder).map_err(|error| AnalysisError::io("read", folder, error))?;
    let mut names = vec![];
    for entry in entries {
        let entry = entry.map_err(|error| AnalysisError::io("read", folder, error))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
