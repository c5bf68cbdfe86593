//! From staged parts to the final folder: one file per table, ordered by run, swapped in by a rename.

use std::path::Path;

use crate::error::DatasetError;
use crate::fs;
use crate::layout::{Dataset, table_in};
use crate::reader::Cursor;
use crate::record::{RunLog, TableRecord};
use crate::staging::Staging;
use crate::table::{RunKey, Table};
use crate::writer::{TableWriter, digest};

/// The folder, in the staging area, of what is being replaced.
const REPLACED: &str = "replaced";

impl Dataset {
    /// Puts back what a killed process had moved aside and not yet replaced: an older dataset, or shards.
    pub(crate) fn put_back(&self) -> Result<(), DatasetError> {
        let replaced = self.staging().join(REPLACED);
        if replaced.is_dir() && !self.folder().exists() {
            fs::create_dir(self.folder().parent().unwrap_or(self.root()))?;
            fs::rename(&replaced, &self.folder())?;
        }
        Ok(())
    }
}

impl Staging {
    /// Publishes the staged runs as the dataset, replacing one that is there (its shards included, unless they are
    /// [kept](Self::keep_shards)), and removes the staging area.
    ///
    /// Errors, changing nothing, unless exactly `expected` runs are staged. `manifest` becomes `manifest.toml` verbatim;
    /// `log` becomes `run.toml` with `runs`, `tables` and the manifest's digest filled in, and is returned. The bytes of the Parquet files
    /// depend on the rows alone. Memory is bounded by a row group and by some thousand rows of each part that overlaps
    /// the place being merged.
    ///
    /// Killed at any moment, either the old dataset, the new one, or the complete staging area remains.
    pub fn publish(self, expected: u64, manifest: &str, log: RunLog) -> Result<RunLog, DatasetError> {
        let found = self.finished().len() as u64;
        if found != expected {
            return Err(DatasetError::RunCount { path: self.dataset.staging(), found, expected });
        }
        let building = self.dataset.staging().join("publish");
        fs::remove(&building)?;
        fs::create_dir(&building)?;
        let mut tables = Vec::new();
        for (name, schema) in &self.schemas {
            tables.push(self.write_table(name, schema, &building)?);
        }
        let kept = building.join("manifest.toml");
        fs::write_file(&kept, manifest.as_bytes())?;
        let log = RunLog { runs: found, tables, manifest_sha256: digest(&kept)?, ..log };
        log.write(&building.join("run.toml"))?;
        if self.keep_shards {
            fs::link_all(&self.dataset.shards_folder(), &building.join("shards"))?;
        }
        self.swap_in(&building)?;
        self.remove()?;
        Ok(log)
    }

    /// Writes the final file of one table.
    fn write_table(&self, table: &str, schema: &Table, building: &Path) -> Result<TableRecord, DatasetError> {
        let path = table_in(building, table);
        let folder = path.parent().unwrap_or(building);
        fs::create_dir(folder)?;
        let mut writer = TableWriter::create(&path, schema, &self.provenance)?;
        self.merge(table, &mut writer)?;
        let record = writer.finish()?;
        fs::sync_dir(folder)?;
        let name = table.to_owned();
        Ok(TableRecord { name, ..record })
    }

    /// Merges the parts of one table, opening each when its first run comes up and closing it at its end.
    fn merge(&self, table: &str, writer: &mut TableWriter) -> Result<(), DatasetError> {
        let mut parts: Vec<(RunKey, u64)> = self.parts.iter().map(|part| (part.keys[0], part.number)).collect();
        parts.sort_unstable_by(|a, b| b.cmp(a));
        let mut open: Vec<Cursor> = Vec::new();
        loop {
            // The part to read from is the one whose next run is first, be it open or waiting.
            let first = open.iter().enumerate().filter_map(|(at, cursor)| Some((cursor.head()?, at))).min();
            let waiting = parts.last().copied();
            if let Some((key, number)) = waiting
                && first.is_none_or(|(head, _)| key < head)
            {
                parts.pop();
                open.push(Cursor::open(&self.file(number, table))?);
            } else if let Some((_, at)) = first {
                let others = open.iter().enumerate().filter(|&(other, _)| other != at);
                let heads = others.filter_map(|(_, cursor)| cursor.head());
                let bound = heads.chain(waiting.map(|(key, _)| key)).min();
                if let Some(rows) = open[at].take_before(bound)? {
                    writer.append(rows)?;
                }
            } else {
                return Ok(());
            }
            open.retain(|cursor| cursor.head().is_some());
        }
    }

    /// Moves an older dataset aside, and the new one into its place.
    fn swap_in(&self, building: &Path) -> Result<(), DatasetError> {
        let folder = self.dataset.folder();
        let parent = folder.parent().unwrap_or(self.dataset.root());
        fs::sync_dir(building)?;
        fs::create_dir(parent)?;
        for folder in parent.ancestors().take_while(|folder| folder.starts_with(self.dataset.root())) {
            fs::sync_dir(folder)?;
        }
        if folder.exists() {
            fs::rename(&folder, &self.dataset.staging().join(REPLACED))?;
        }
        fs::rename(building, &folder)
    }

    /// Deletes the staging area with all it holds, and folders above it that are left empty.
    pub fn remove(self) -> Result<(), DatasetError> {
        let staging = self.dataset.staging();
        fs::rename(&self.dataset.parts(), &staging.join("trash"))?;
        fs::remove(&staging)?;
        self.lock.remove()?;
        self.dataset.tidy();
        Ok(())
    }
}
