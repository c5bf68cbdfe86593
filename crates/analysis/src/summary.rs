//! `summary.toml`: what figures and the index need besides tables.

use crate::AnalysisError;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What was analyzed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The experiment.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The dataset's fingerprint.
    pub fingerprint: String,
    /// The version of the mathematics.
    pub model_version: u32,
    /// Runs that went into the tables.
    pub runs: u64,
    /// Runs that failed and did not.
    pub failed: u64,
    /// The parameters in one line.
    pub parameters: String,
    /// Columns of swept parameters.
    pub swept: Vec<String>,
    /// Pairs of tokens with an inner product above this are aligned, where their share was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aligned: Option<f64>,
    /// Findings, in sentences.
    pub notes: Vec<String>,
    /// The dataset's canonical manifest, to tell what has changed since; empty in older summaries.
    #[serde(default)]
    pub manifest: String,
}

const FILE: &str = "summary.toml";

impl Summary {
    pub(crate) fn write(&self, folder: &Path) -> Result<PathBuf, AnalysisError> {
        let path = folder.join(FILE);
        let toml_error =
            |error: toml::ser::Error| AnalysisError::Toml { path: path.clone(), reason: error.to_string() };
        let text = toml::to_string(self).map_err(toml_error)?;
        std::fs::write(&path, text).map_err(|error| AnalysisError::io("write", &path, error))?;
        Ok(path)
    }

    /// Whether a folder holds a summary.
    #[must_use]
    pub fn is_in(folder: &Path) -> bool {
        folder.join(FILE).is_file()
    }

    /// Reads the summary in a folder of reports.
    ///
    /// # Errors
    /// When there is none, or it is not one of ours.
    pub fn read(folder: &Path) -> Result<Self, AnalysisError> {
        let path = folder.join(FILE);
        if !Self::is_in(folder) {
            return Err(AnalysisError::NotAnalyzed { path });
        }
        let text = std::fs::read_to_string(&path).map_err(|error| AnalysisError::io("read", &path, error))?;
        toml::from_str(&text)
            .map_err(|error| AnalysisError::Toml { path: path.clone(), reason: error.message().to_owned() })
    }

    /// All experiments that were analyzed in `reports`, each in the folder of its name, sorted.
    ///
    /// # Errors
    /// When the folder or a summary cannot be read.
    pub fn all(reports: &Path) -> Result<Vec<Self>, AnalysisError> {
        let mut found = vec![];
        if !reports.is_dir() {
            return Err(AnalysisError::NotAnalyzed { path: reports.to_path_buf() });
        }
        let entries = std::fs::read_dir(reports).map_err(|error| AnalysisError::io("read", reports, error))?;
        for entry in entries {
            let path = entry.map_err(|error| AnalysisError::io("read", reports, error))?.path();
            if Self::is_in(&path) {
                let summary = Self::read(&path)?;
                // A copy under another name would show an experiment twice.
                if path.file_name().is_some_and(|folder| folder == summary.name.as_str()) {
                    found.push(summary);
                }
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }
}
