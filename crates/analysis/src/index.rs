//! reports/index.md: every figure with its findings, its tables and its provenance.

use crate::figures::Caption;
use crate::folder::Folder;
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
        section(&mut text, &summary, &Folder::read(&reports.join(&summary.name))?);
    }
    let path = reports.join("index.md");
    std::fs::write(&path, text).map_err(|error| AnalysisError::io("write", &path, error))?;
    Ok(path)
}

fn section(text: &mut String, summary: &Summary, folder: &Folder) {
    let name = &summary.name;
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n## {}\n\n{}; {} runs.\n", summary.title, summary.parameters, summary.runs);
    for note in &summary.notes {
        let _ = writeln!(text, "- {note}");
    }
    for stem in &folder.figures {
        let links = ["svg", "pdf", "png"].map(|kind| format!("[{kind}]({name}/{stem}.{kind})"));
        let caption = Caption::of(stem);
        let shown = caption.map_or_else(|| stem.clone(), |caption| caption.alternative(&summary.title));
        let look = caption.map_or("", |caption| caption.look);
        let _ = writeln!(
            text,
            "\n![{shown}]({name}/{stem}.png)\n\n{}",
            [look, &links.join(" · ")].join("\n\n").trim_start()
        );
    }
    let list =
        |files: &[String]| files.iter().map(|file| format!("[{file}]({name}/{file})")).collect::<Vec<_>>().join(" · ");
    if !folder.moving.is_empty() {
        let _ = writeln!(text, "\nMoving: {}", list(&folder.moving));
    }
    let _ = writeln!(
        text,
        "\nTables: {}\n\nExperiment `{name}`, fingerprint `{}`, model version {}.",
        list(&folder.tables),
        summary.fingerprint,
        summary.model_version
    );
}
