//! A published dataset beside rows that were computed again: the same bits, or where they differ.

use std::ops::Range;
use std::path::PathBuf;

use crate::audit::Finding;
use crate::compare::cell;
use crate::error::DatasetError;
use crate::import::rows_before;
use crate::layout::Dataset;
use crate::provenance::Provenance;
use crate::reader::Cursor;
use crate::table::{RunKey, Table};
use crate::writer::{TableWriter, digest};

/// Runs of a table that are reported one by one.
const MOST_RUNS: usize = 5;

/// Reads a published dataset from front to back while runs of it are computed again in the same order. All rows are
/// decoded, those of other runs as well; memory is bounded by the rows of the runs shown together.
pub struct Replay {
    dataset: Dataset,
    provenance: Provenance,
    whole: bool,
    tables: Vec<Open>,
}

/// One table.
struct Open {
    name: String,
    path: PathBuf,
    /// `None` once the file was found unreadable.
    cursor: Option<Cursor>,
    /// Writes all rows again, if all are computed.
    writer: Option<TableWriter>,
    findings: Vec<Finding>,
    differing: usize,
}

impl Replay {
    /// Opens a published dataset. With `whole` every run will be shown, and files must equal those that these rows give
    /// byte for byte.
    pub fn open(dataset: &Dataset, provenance: &Provenance, whole: bool) -> Self {
        Self { dataset: dataset.clone(), provenance: provenance.clone(), whole, tables: Vec::new() }
    }

    /// Compares the next runs, ascending and after all earlier ones, with their rows in the dataset. `next` is the first
    /// run of the next call, `None` in the last.
    pub fn see(
        &mut self,
        runs: &[RunKey],
        tables: Vec<(String, Table)>,
        next: Option<RunKey>,
    ) -> Result<(), DatasetError> {
        for (name, computed) in tables {
            let at = match self.tables.iter().position(|open| open.name == name) {
                Some(at) => at,
                None => {
                    self.tables.push(self.open_table(name, &computed)?);
                    self.tables.len() - 1
                }
            };
            self.tables[at].see(runs, computed, next)?;
        }
        Ok(())
    }

    fn open_table(&self, name: String, schema: &Table) -> Result<Open, DatasetError> {
        let path = self.dataset.table(&name);
        let mut findings = Vec::new();
        let cursor = Cursor::open(&path).map_err(|error| findings.push(Finding::of(&path, &error))).ok();
        let writer = self.whole.then(|| TableWriter::rehearse(&path, schema, &self.provenance)).transpose()?;
        Ok(Open { name, path, cursor, writer, findings, differing: 0 })
    }

    /// What was found, table by table.
    pub fn finish(self) -> Result<Vec<Finding>, DatasetError> {
        let mut findings = Vec::new();
        for mut open in self.tables {
            findings.append(&mut open.findings);
            if open.differing > MOST_RUNS {
                let what = format!("differs in {} runs in all", open.differing);
                findings.push(Finding::new(&open.path, what));
            }
            if let Some(writer) = open.writer
                && open.path.is_file()
                && writer.finish()?.sha256 != digest(&open.path)?
            {
                findings.push(Finding::new(open.path, "has other bytes than the same runs give when written again"));
            }
        }
        Ok(findings)
    }
}

impl Open {
    fn see(&mut self, runs: &[RunKey], computed: Table, next: Option<RunKey>) -> Result<(), DatasetError> {
        if let Some(cursor) = &mut self.cursor {
            match rows_before(cursor, next, runs) {
                Ok(found) => self.compare(runs, &found, &computed),
                Err(error) => {
                    self.findings.push(Finding::of(&self.path, &error));
                    self.cursor = None;
                }
            }
        }
        self.writer.as_mut().map_or(Ok(()), |writer| writer.append(computed))
    }

    fn compare(&mut self, runs: &[RunKey], found: &Table, computed: &Table) {
        if found == computed {
            return;
        }
        if !found.same_schema(computed) {
            let what = format!("has the columns {} where {} are computed", found.schema(), computed.schema());
            self.findings.push(Finding::new(&self.path, what));
            self.cursor = None;
            return;
        }
        for &run in runs {
            if let Some(what) = difference(run, found, computed) {
                self.differing += 1;
                if self.differing <= MOST_RUNS {
                    let what = format!("point {}, replica {}: {what}", run.0, run.1);
                    self.findings.push(Finding::new(&self.path, what));
                }
            }
        }
    }
}

/// The first difference between the rows of one run.
fn difference(run: RunKey, found: &Table, computed: &Table) -> Option<String> {
    let (ours, theirs) = (rows(run, found), rows(run, computed));
    if ours.len() != theirs.len() {
        return Some(format!("{} rows where {} are computed", ours.len(), theirs.len()));
    }
    for (row, (a, b)) in ours.zip(theirs).enumerate() {
        for ((name, x), (_, y)) in found.columns().iter().zip(computed.columns()) {
            if x.take(&[a]) != y.take(&[b]) {
                return Some(format!("{name} in row {row} is {:?} where {:?} is computed", cell(x, a), cell(y, b)));
            }
        }
    }
    None
}

/// The rows of a run in a table that is ordered by run.
fn rows(run: RunKey, table: &Table) -> Range<usize> {
    let keys = table.keys().unwrap_or_default();
    keys.partition_point(|&key| key < run)..keys.partition_point(|&key| key <= run)
}
