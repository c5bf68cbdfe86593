//! Tables in and out: Parquet through polars-io, and CSV beside every Parquet file that we write.

use crate::AnalysisError;
use polars::prelude::*;
use polars_io::prelude::*;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Reads a Parquet file.
pub(crate) fn read(path: &Path) -> Result<DataFrame, AnalysisError> {
    let file = File::open(path).map_err(|error| AnalysisError::io("read", path, error))?;
    Ok(ParquetReader::new(file).finish()?)
}

/// Reads a Parquet file if there is one.
pub(crate) fn read_if_present(path: &Path) -> Result<Option<DataFrame>, AnalysisError> {
    if path.is_file() { read(path).map(Some) } else { Ok(None) }
}

/// The names of the columns of a Parquet file.
pub(crate) fn columns(path: &Path) -> Result<Vec<String>, AnalysisError> {
    let file = File::open(path).map_err(|error| AnalysisError::io("read", path, error))?;
    Ok(ParquetReader::new(file).schema()?.iter_names().map(|name| name.to_string()).collect())
}

/// Reads some columns of some rows of a Parquet file; row groups without such rows are not decoded.
pub(crate) fn read_slice(path: &Path, columns: &[&str], from: usize, rows: usize) -> Result<DataFrame, AnalysisError> {
    let file = File::open(path).map_err(|error| AnalysisError::io("read", path, error))?;
    let columns = columns.iter().map(|name| (*name).to_owned()).collect();
    Ok(ParquetReader::new(file).with_columns(Some(columns)).with_slice(Some((from, rows))).finish()?)
}

/// Tables with more rows are written as Parquet alone.
const MOST_CSV_ROWS: usize = 20_000;

/// Writes NAME.parquet and, unless it is long, NAME.csv into a folder, each by a rename.
pub(crate) fn write(table: &mut DataFrame, folder: &Path, name: &str) -> Result<Vec<PathBuf>, AnalysisError> {
    let parquet = replace(&folder.join(format!("{name}.parquet")), |file| {
        ParquetWriter::new(file).with_compression(ParquetCompression::Zstd(None)).set_parallel(false).finish(table)?;
        Ok(())
    })?;
    if table.height() > MOST_CSV_ROWS {
        return Ok(vec![parquet]);
    }
    let csv = replace(&folder.join(format!("{name}.csv")), |file| Ok(CsvWriter::new(file).finish(table)?))?;
    Ok(vec![parquet, csv])
}

/// Writes a temporary neighbour and renames it.
pub(crate) fn replace(
    path: &Path,
    fill: impl FnOnce(File) -> Result<(), AnalysisError>,
) -> Result<PathBuf, AnalysisError> {
    let temporary = path.with_extension("writing");
    let file = File::create(&temporary).map_err(|error| AnalysisError::io("create", &temporary, error))?;
    fill(file)?;
    std::fs::rename(&temporary, path).map_err(|error| AnalysisError::io("write", path, error))?;
    Ok(path.to_path_buf())
}

/// A column of numbers as f64, nulls as NaN.
pub(crate) fn numbers(table: &DataFrame, column: &str) -> Result<Vec<f64>, AnalysisError> {
    let cast = table.column(column)?.cast(&DataType::Float64)?;
    Ok(cast.f64()?.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}

/// True when the table has the column.
pub(crate) fn has(table: &DataFrame, column: &str) -> bool {
    table.get_column_names().iter().any(|name| name.as_str() == column)
}

/// The column of the number of first tokens that a row is about, where observables of prefixes were recorded.
pub(crate) const PREFIX: &str = "prefix";

/// The columns that tell the rows of a table apart: the swept parameters, and `prefix` where it was recorded.
pub(crate) fn parameters(table: &DataFrame, swept: &[String]) -> Vec<String> {
    let prefix = has(table, PREFIX).then(|| PREFIX.to_owned());
    swept.iter().cloned().chain(prefix).collect()
}

/// The groups of a table by `point` (and `prefix`), in order: what tells them apart in words, and the rows.
pub(crate) fn groups(table: &DataFrame, swept: &[String]) -> Result<Vec<(String, DataFrame)>, AnalysisError> {
    let prefix = has(table, PREFIX).then_some(PREFIX);
    let keys: Vec<&str> = ["point"].into_iter().chain(prefix).collect();
    let names: Vec<&str> = swept.iter().map(String::as_str).chain(prefix).collect();
    let parts = table.partition_by_stable(keys, true)?;
    parts.into_iter().map(|part| Ok((label(&part, &names)?, part))).collect()
}

/// The groups of a table by all of some parameters but one, in order: their values in words, and the rows.
pub(crate) fn groups_besides(
    table: &DataFrame,
    parameters: &[String],
    axis: &str,
) -> Result<Vec<(String, DataFrame)>, AnalysisError> {
    let others: Vec<&str> = parameters.iter().map(String::as_str).filter(|name| *name != axis).collect();
    if others.is_empty() {
        return Ok(vec![(String::new(), table.clone())]);
    }
    let parts = table.partition_by_stable(others.iter().copied(), true)?;
    parts.into_iter().map(|part| Ok((label(&part, &others)?, part))).collect()
}

/// "beta = 16, tokens = 200" of a table's first row; empty when nothing is swept.
pub(crate) fn label(table: &DataFrame, names: &[&str]) -> Result<String, AnalysisError> {
    let words = names.iter().map(|name| {
        let value = table.column(name)?.get(0)?;
        let value = value.get_str().map_or_else(|| value.to_string(), str::to_owned);
        Ok::<_, AnalysisError>(format!("{name} = {value}"))
    });
    Ok(words.collect::<Result<Vec<_>, _>>()?.join(", "))
}

/// The columns of a table of one row, repeated.
pub(crate) fn repeated(row: &DataFrame, times: usize) -> Vec<Column> {
    row.columns().iter().map(|column| column.new_from_index(0, times)).collect()
}

/// The only row of `key` repeated, and the columns beside it.
pub(crate) fn beside(key: &DataFrame, columns: DataFrame) -> Result<DataFrame, AnalysisError> {
    let height = columns.height();
    Ok(DataFrame::new(height, [repeated(key, height), columns.into_columns()].concat())?)
}

/// Tables of the same columns, one below the other.
pub(crate) fn stack(parts: Vec<DataFrame>) -> Result<DataFrame, AnalysisError> {
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    for part in parts {
        all.vstack_mut(&part)?;
    }
    all.rechunk_mut();
    Ok(all)
}
