//! The shards of a dataset: how far they are, and joining them without writing their rows twice.

use std::collections::BTreeSet;

use crate::error::DatasetError;
use crate::fs;
use crate::layout::Dataset;
use crate::lock::Lock;
use crate::part::{RUNS, inspect, same_tables};
use crate::provenance::Provenance;
use crate::reader;
use crate::record::{PartLog, RunLog};
use crate::staging::Staging;
use crate::table::RunKey;

/// How far one shard is.
#[derive(Debug, Clone, PartialEq)]
pub struct ShardProgress {
    /// Its place.
    pub shard: Dataset,
    /// Its number, from 0.
    pub index: u32,
    /// How many shards there are.
    pub count: u32,
    /// What its run log says, once it is published.
    pub published: Option<RunLog>,
    /// Its runs in the staging area.
    pub staged: u64,
}

impl Dataset {
    /// Every shard of this dataset that is published or has a staging area, by count and index. Reads no rows.
    pub fn shard_progress(&self) -> Result<Vec<ShardProgress>, DatasetError> {
        let mut found: BTreeSet<(u32, u32)> = BTreeSet::new();
        let areas = self.staging();
        let prefix = format!("{}-", self.fingerprint());
        let staged = areas.parent().map_or(Ok(Vec::new()), fs::names)?;
        let staged = staged.iter().filter_map(|name| name.strip_prefix(&prefix));
        for name in staged.chain(fs::names(&self.shards_folder())?.iter().map(String::as_str)) {
            if let Some((index, count)) = name.split_once("-of-") {
                found.extend(count.parse().ok().zip(index.parse().ok()));
            }
        }
        let mut shards = Vec::new();
        for (count, index) in found {
            let Ok(shard) = self.shard(index, count) else { continue };
            // One with a log that cannot be read is not finished.
            let published = RunLog::read(&shard.run_log()).ok();
            let staged = shard.staged()?;
            if shard.run_log().is_file() || shard.staging().is_dir() {
                shards.push(ShardProgress { shard, index, count, published, staged });
            }
        }
        Ok(shards)
    }

    /// The runs of a published shard, ascending. Errors when it is not published, not what was published, or of another
    /// provenance. Reads all bytes.
    pub fn shard_runs(&self, provenance: &Provenance) -> Result<Vec<RunKey>, DatasetError> {
        for table in self.check()?.tables {
            provenance.expect(&self.table(&table.name))?;
        }
        reader::keys(&self.table(RUNS))
    }

    /// The runs in the staging area, parts that cannot be read left out. Locks nothing.
    pub fn staged_runs(&self) -> Result<BTreeSet<RunKey>, DatasetError> {
        let mut staged = BTreeSet::new();
        for part in fs::names(&self.parts())? {
            staged.extend(reader::keys(&self.parts().join(part).join(format!("{RUNS}.parquet"))).unwrap_or_default());
        }
        Ok(staged)
    }

    /// The runs that are staged, or in a shard that is published or staged. Locks nothing, checks nothing.
    pub fn known_runs(&self) -> Result<BTreeSet<RunKey>, DatasetError> {
        let mut known = self.staged_runs()?;
        for progress in self.shard_progress()? {
            known.extend(match progress.published {
                Some(_) => reader::keys(&progress.shard.table(RUNS)).unwrap_or_default().into_iter().collect(),
                None => progress.shard.staged_runs()?,
            });
        }
        Ok(known)
    }

    /// Removes all shards, and what belongs to them, of a dataset that is published. Errors when a process works on it.
    pub fn remove_shards(&self) -> Result<(), DatasetError> {
        let lock = Lock::take(&self.lock())?;
        let trash = self.staging().join("trash");
        fs::create_dir(&self.staging())?;
        fs::remove(&trash)?;
        fs::rename(&self.shards_folder(), &trash)?;
        fs::remove(&trash)?;
        fs::remove_empty_dir(&self.staging());
        lock.remove()?;
        self.tidy();
        Ok(())
    }
}

impl Staging {
    /// Leaves the shards in the folder that [`publish`](Self::publish) replaces where they are.
    pub fn keep_shards(&mut self) {
        self.keep_shards = true;
    }

    /// Stages the runs of a published shard that are not staged yet, and returns their number. The shard stays as it
    /// is. Its files are linked, not read again, unless some of their runs are staged already; then at most
    /// `runs_per_part` (at least 1) runs are held in memory at a time.
    ///
    /// Errors when the shard is not published, is damaged, or has another provenance or other tables.
    pub fn adopt(&mut self, shard: &Dataset, runs_per_part: usize) -> Result<u64, DatasetError> {
        let keys = shard.shard_runs(&self.provenance)?;
        let new = keys.iter().filter(|key| !self.finished().contains(key)).count();
        if new == 0 {
            return Ok(0);
        }
        if new < keys.len() {
            return self.import(shard, runs_per_part, |_| true);
        }
        let log = RunLog::read(&shard.run_log())?;
        let folder = self.dataset.staging().join("writing");
        fs::remove(&folder)?;
        fs::create_dir(&folder)?;
        for table in &log.tables {
            fs::link(&shard.table(&table.name), &folder.join(format!("{}.parquet", table.name)))?;
        }
        PartLog { tables: log.tables }.write(&folder)?;
        fs::sync_dir(&folder)?;
        let (keys, schemas) = inspect(&folder, &self.provenance)?;
        same_tables(&schemas, &self.schemas)?;
        self.install(&folder, keys, schemas)?;
        Ok(new as u64)
    }
}
