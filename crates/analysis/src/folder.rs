//! What lies in the folder of one report: figures, tables, and pages that move.

use crate::figures::Caption;
use crate::{AnalysisError, explore};
use std::path::Path;

/// Names of moving pictures.
const MOVING: [&str; 2] = ["animation.apng", "animation.svg"];

/// The files of a folder of reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Folder {
    /// Figures by their name without extension, what the report is about first; each is there as SVG, PDF and PNG.
    pub(crate) figures: Vec<String>,
    /// Tables, as Parquet and most of them as CSV too.
    pub(crate) tables: Vec<String>,
    /// The explorer and moving pictures, of those that are there.
    pub(crate) moving: Vec<String>,
}

impl Folder {
    /// Reads the names in a folder; one that is not there is empty.
    pub(crate) fn read(folder: &Path) -> Result<Self, AnalysisError> {
        let mut found = Self::default();
        if !folder.is_dir() {
            return Ok(found);
        }
        let entries = std::fs::read_dir(folder).map_err(|error| AnalysisError::io("read", folder, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| AnalysisError::io("read", folder, error))?;
            found.add(entry.file_name().to_string_lossy().into_owned());
        }
        found.figures.sort_by_cached_key(|stem| (Caption::order(stem), stem.clone()));
        found.tables.sort();
        found.moving.sort_by_key(|name| (name != explore::PAGE, name.clone()));
        Ok(found)
    }

    fn add(&mut self, name: String) {
        if name == explore::PAGE || MOVING.contains(&name.as_str()) {
            self.moving.push(name);
        } else if let Some(stem) = name.strip_suffix(".svg") {
            self.figures.push(stem.to_owned());
        } else if name.ends_with(".parquet") || name.ends_with(".csv") {
            self.tables.push(name);
        }
    }
}
