//! From published files back to staged parts: to join shards, and to run some runs of a dataset again.

use crate::error::DatasetError;
use crate::layout::Dataset;
use crate::part::{RUNS, filter};
use crate::reader::{self, Cursor};
use crate::staging::Staging;
use crate::table::{RunKey, Table};

impl Staging {
    /// Stages the runs of a published dataset or shard for which `keep` is true and which are not staged yet, and
    /// returns their number. `from` stays as it is.
    ///
    /// To join shards, import each into the staging area of their dataset and publish; to repeat failed runs, import
    /// the others. `runs_per_part` (at least 1) bounds the memory: rows of that many runs are held at a time. Errors
    /// when `from` is not published, is damaged, or has another provenance.
    pub fn import(
        &mut self,
        from: &Dataset,
        runs_per_part: usize,
        keep: impl Fn(RunKey) -> bool,
    ) -> Result<u64, DatasetError> {
        // A flipped bit must not be published once more under a digest of its own.
        from.check()?;
        let mut cursors = Vec::new();
        for name in from.tables()? {
            self.provenance.expect(&from.table(&name))?;
            let cursor = Cursor::open(&from.table(&name))?;
            cursors.push((name, cursor));
        }
        let keys = reader::keys(&from.table(RUNS))?;
        let size = runs_per_part.max(1);
        let mut imported = 0;
        for (index, chunk) in keys.chunks(size).enumerate() {
            let bound = keys.get((index + 1) * size).copied();
            let wanted: Vec<RunKey> =
                chunk.iter().copied().filter(|key| !self.finished().contains(key) && keep(*key)).collect();
            let mut tables = Vec::new();
            for (name, cursor) in &mut cursors {
                tables.push((name.clone(), rows_before(cursor, bound, &wanted)?));
            }
            imported += wanted.len() as u64;
            self.write(tables)?;
        }
        Ok(imported)
    }
}

/// Takes all rows before `bound` and keeps those of the wanted runs.
pub(crate) fn rows_before(
    cursor: &mut Cursor,
    bound: Option<RunKey>,
    wanted: &[RunKey],
) -> Result<Table, DatasetError> {
    let mut table = cursor.schema().clone();
    while let Some(rows) = cursor.take_before(bound)? {
        table.append(filter(&rows, |key| wanted.binary_search(&key).is_ok()))?;
    }
    Ok(table)
}
