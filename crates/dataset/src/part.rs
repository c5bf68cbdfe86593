//! What a part is made of: tables that agree with each other and with those of other parts.

use std::path::Path;

use crate::error::DatasetError;
use crate::layout::check;
use crate::provenance::Provenance;
use crate::reader::{self, Reader};
use crate::record::PartLog;
use crate::table::{RunKey, Table};

/// The table that has one row per run and tells which runs a part holds.
pub(crate) const RUNS: &str = "runs";

/// The runs of a part, ascending, and its tables by name, ascending.
pub(crate) type Contents = (Vec<RunKey>, Vec<(String, Table)>);

/// The runs and the tables' columns of a part on disk. Errors when it is unusable on its own account.
pub(crate) fn inspect(part: &Path, provenance: &Provenance) -> Result<Contents, DatasetError> {
    let mut schemas = Vec::new();
    for table in PartLog::check(part)?.tables {
        let path = part.join(format!("{}.parquet", table.name));
        provenance.expect(&path)?;
        schemas.push((table.name, Reader::open(&path)?.schema().clone()));
    }
    require_runs(&schemas)?;
    let mut keys = reader::keys(&part.join(format!("{RUNS}.parquet")))?;
    keys.sort_unstable();
    if keys.is_empty() {
        return Err(DatasetError::NoRuns { path: part.to_path_buf() });
    }
    Ok((keys, schemas))
}

/// Checks tables and orders them by name, their rows by run.
pub(crate) fn arrange(mut tables: Vec<(String, Table)>) -> Result<Contents, DatasetError> {
    tables.sort_by(|(a, _), (b, _)| a.cmp(b));
    let runs = require_runs(&tables)?;
    let mut keys = runs.keys().ok_or_else(|| DatasetError::NoKey { table: RUNS.to_owned() })?;
    keys.sort_unstable();
    if let Some(pair) = keys.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(DatasetError::RepeatedRun { key: pair[0] });
    }
    for (name, table) in &mut tables {
        check(name, "a table's name", "lowercase letters, digits and underscores", |c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
        })?;
        let rows = table.keys().ok_or_else(|| DatasetError::NoKey { table: name.clone() })?;
        if let Some(&key) = rows.iter().find(|key| keys.binary_search(key).is_err()) {
            return Err(DatasetError::UnknownRun { table: name.clone(), key });
        }
        if !rows.is_sorted() {
            let mut order: Vec<usize> = (0..rows.len()).collect();
            order.sort_by_key(|&row| rows[row]);
            *table = table.take(&order);
        }
    }
    Ok((keys, tables))
}

/// The table `runs`. Errors when it is missing or a name appears twice in the sorted list.
fn require_runs(tables: &[(String, Table)]) -> Result<&Table, DatasetError> {
    let repeated = tables.windows(2).any(|pair| pair[0].0 == pair[1].0);
    match tables.iter().find(|(name, _)| name == RUNS) {
        Some((_, runs)) if !repeated => Ok(runs),
        _ => Err(DatasetError::TableSet { found: list(tables), expected: String::new() }),
    }
}

/// Errors unless two lists have the same tables with the same columns; an empty `expected` accepts any.
pub(crate) fn same_tables(found: &[(String, Table)], expected: &[(String, Table)]) -> Result<(), DatasetError> {
    if expected.is_empty() {
        return Ok(());
    }
    if list(found) != list(expected) {
        return Err(DatasetError::TableSet { found: list(found), expected: list(expected) });
    }
    match found.iter().zip(expected).find(|((_, a), (_, b))| !a.same_schema(b)) {
        Some(((_, a), (_, b))) => Err(DatasetError::SchemaMismatch { found: a.schema(), expected: b.schema() }),
        None => Ok(()),
    }
}

fn list(tables: &[(String, Table)]) -> String {
    tables.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The rows of the runs for which `keep` is true.
pub(crate) fn filter(table: &Table, keep: impl Fn(RunKey) -> bool) -> Table {
    let keys = table.keys().unwrap_or_default();
    let rows: Vec<usize> = (0..keys.len()).filter(|&row| keep(keys[row])).collect();
    table.take(&rows)
}
