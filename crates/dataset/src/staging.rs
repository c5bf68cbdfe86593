//! The resumable area: finished runs in parts, each a folder that appears by one rename.
//!
//! A part holds one Parquet file per table, for any set of runs, ordered by run, and a log with their digests: a part
//! whose bytes are not those that were written is discarded. Parts are never changed: dropping
//! runs replaces their part. Parts may overlap in any way; publishing merges them. It is quickest, and keeps fewest
//! files open, when a part holds runs that are near each other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::DatasetError;
use crate::fs;
use crate::layout::Dataset;
use crate::lock::Lock;
use crate::part::{arrange, filter, inspect, same_tables};
use crate::provenance::Provenance;
use crate::reader;
use crate::record::{Journal, PartLog};
use crate::table::{RunKey, Table};
use crate::writer::TableWriter;

/// The staging area of one dataset, locked against other processes for as long as this value lives.
#[derive(Debug)]
pub struct Staging {
    pub(crate) dataset: Dataset,
    pub(crate) provenance: Provenance,
    pub(crate) lock: Lock,
    pub(crate) parts: Vec<Part>,
    /// Name and columns of every table, sorted by name; empty until there is a part.
    pub(crate) schemas: Vec<(String, Table)>,
    finished: BTreeSet<RunKey>,
    discarded: Vec<Discarded>,
    journal: Journal,
    pub(crate) keep_shards: bool,
}

/// Some finished runs.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) number: u64,
    /// Its runs, ascending; never empty.
    pub(crate) keys: Vec<RunKey>,
}

/// A staged part that was found unusable and removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discarded {
    /// The folder it was in.
    pub path: PathBuf,
    /// Why it was removed.
    pub reason: String,
}

impl Staging {
    /// Locks and opens the staging area of a dataset, creating it where missing.
    ///
    /// Removes what an interrupted process left half-written, and discards parts that are unreadable or were made from
    /// another provenance: see [`discarded`](Self::discarded). Errors when another process holds the lock.
    pub fn open(dataset: &Dataset, provenance: &Provenance) -> Result<Self, DatasetError> {
        let lock = Lock::take(&dataset.lock())?;
        fs::create_dir(&dataset.parts())?;
        for folder in dataset.parts().ancestors().take_while(|folder| folder.starts_with(dataset.root())) {
            fs::sync_dir(folder)?;
        }
        dataset.put_back()?;
        for name in fs::names(&dataset.staging())? {
            let path = dataset.staging().join(name);
            if path != dataset.parts() && path != dataset.journal_file() {
                fs::remove(&path)?;
            }
        }
        let mut staging = Self {
            dataset: dataset.clone(),
            provenance: provenance.clone(),
            lock,
            parts: Vec::new(),
            schemas: Vec::new(),
            finished: BTreeSet::new(),
            discarded: Vec::new(),
            journal: dataset.journal(),
            keep_shards: false,
        };
        staging.load()?;
        Ok(staging)
    }

    /// The staged runs.
    pub fn finished(&self) -> &BTreeSet<RunKey> {
        &self.finished
    }

    /// The parts that were removed on opening, and why.
    pub fn discarded(&self) -> &[Discarded] {
        &self.discarded
    }

    /// What is known of the sessions so far.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Replaces the journal.
    pub fn keep_journal(&mut self, journal: Journal) -> Result<(), DatasetError> {
        self.journal = journal;
        self.journal.write(&self.dataset.journal_file())
    }

    /// All staged rows of a table, part after part. Meant for `runs`, which is small.
    pub fn read(&self, table: &str) -> Result<Table, DatasetError> {
        let mut all = Table::default();
        for part in &self.parts {
            all.append(reader::read(&self.file(part.number, table))?)?;
        }
        Ok(all)
    }

    /// Stages finished runs: when this returns they survive a power cut, and an interruption keeps all or none.
    ///
    /// `tables` are the same in every call and include `runs`, which has one row per run; all begin with `point` and
    /// `replica` and hold rows of these runs only, in any order of runs (rows of one run keep theirs). A call without
    /// runs does nothing. Errors on a run that is staged already.
    pub fn write(&mut self, tables: Vec<(String, Table)>) -> Result<(), DatasetError> {
        let (keys, tables) = arrange(tables)?;
        if let Some(&key) = keys.iter().find(|key| self.finished.contains(key)) {
            return Err(DatasetError::RepeatedRun { key });
        }
        if keys.is_empty() { Ok(()) } else { self.commit(keys, tables) }
    }

    /// Keeps the staged runs for which `keep` is true and forgets the others, so that they can be run again.
    pub fn retain(&mut self, keep: impl Fn(RunKey) -> bool) -> Result<(), DatasetError> {
        for index in (0..self.parts.len()).rev() {
            let keys = self.parts[index].keys.iter().copied();
            let (kept, dropped): (Vec<RunKey>, Vec<RunKey>) = keys.partition(|&key| keep(key));
            if dropped.is_empty() {
                continue;
            }
            // The remainder is committed before the old part goes: a crash in between leaves both, and the older,
            // complete one wins when the staging area is opened.
            if !kept.is_empty() {
                let mut tables = Vec::new();
                for (name, _) in &self.schemas {
                    let table = reader::read(&self.file(self.parts[index].number, name))?;
                    tables.push((name.clone(), filter(&table, |key| kept.binary_search(&key).is_ok())));
                }
                self.commit(kept, tables)?;
            }
            let part = self.parts.remove(index);
            self.remove_part(&self.part(part.number))?;
            for key in dropped {
                self.finished.remove(&key);
            }
        }
        if self.parts.is_empty() {
            self.schemas.clear();
        }
        Ok(())
    }

    /// Writes the tables of a part and renames it into place.
    fn commit(&mut self, keys: Vec<RunKey>, tables: Vec<(String, Table)>) -> Result<(), DatasetError> {
        let schemas: Vec<(String, Table)> =
            tables.iter().map(|(name, table)| (name.clone(), table.emptied())).collect();
        same_tables(&schemas, &self.schemas)?;
        let folder = self.dataset.staging().join("writing");
        fs::remove(&folder)?;
        fs::create_dir(&folder)?;
        let mut log = PartLog::default();
        for (name, table) in tables {
            let mut writer = TableWriter::create(&folder.join(format!("{name}.parquet")), &table, &self.provenance)?;
            writer.append(table)?;
            log.tables.push(writer.finish()?);
        }
        log.write(&folder)?;
        fs::sync_dir(&folder)?;
        self.install(&folder, keys, schemas)
    }

    /// Renames the complete folder of a part into place.
    pub(crate) fn install(
        &mut self,
        folder: &Path,
        keys: Vec<RunKey>,
        schemas: Vec<(String, Table)>,
    ) -> Result<(), DatasetError> {
        let number = self.parts.iter().map(|part| part.number + 1).max().unwrap_or(0);
        fs::rename(folder, &self.part(number))?;
        self.finished.extend(&keys);
        self.parts.push(Part { number, keys });
        self.schemas = schemas;
        Ok(())
    }

    fn part(&self, number: u64) -> PathBuf {
        self.dataset.parts().join(format!("{number:06}"))
    }

    /// One table of one part.
    pub(crate) fn file(&self, number: u64, table: &str) -> PathBuf {
        self.part(number).join(format!("{table}.parquet"))
    }

    /// Removes a part by one rename, then deletes what it held.
    fn remove_part(&self, path: &Path) -> Result<(), DatasetError> {
        let trash = self.dataset.staging().join("trash");
        fs::remove(&trash)?;
        fs::rename(path, &trash)?;
        fs::remove(&trash)
    }

    /// Takes stock of the parts on disk and discards the unusable ones.
    fn load(&mut self) -> Result<(), DatasetError> {
        let mut found = Vec::new();
        for name in fs::names(&self.dataset.parts())? {
            let path = self.dataset.parts().join(&name);
            match name.parse::<u64>() {
                Ok(number) if path == self.part(number) => found.push((number, inspect(&path, &self.provenance))),
                _ => self.discard(&path, "not a part's name".to_owned())?,
            }
        }
        // All parts have the same tables; should one have lost a file, the fullest tells which there are.
        let fullest = found.iter().filter_map(|(_, part)| part.as_ref().ok()).map(|(_, tables)| tables);
        let reference = fullest.max_by_key(|tables| tables.len()).cloned().unwrap_or_default();
        found.sort_by_key(|&(number, _)| number);
        for (number, part) in found {
            let usable = part.and_then(|(keys, schemas)| {
                same_tables(&schemas, &reference)?;
                match keys.iter().find(|key| self.finished.contains(key)) {
                    Some(&key) => Err(DatasetError::RepeatedRun { key }),
                    None => Ok(keys),
                }
            });
            match usable {
                Ok(keys) => {
                    self.finished.extend(&keys);
                    self.parts.push(Part { number, keys });
                }
                Err(error) => self.discard(&self.part(number), error.to_string())?,
            }
        }
        self.schemas = reference;
        Ok(())
    }

    fn discard(&mut self, path: &Path, reason: String) -> Result<(), DatasetError> {
        self.remove_part(path)?;
        let path = path.to_path_buf();
        self.discarded.push(Discarded { path, reason });
        Ok(())
    }
}
