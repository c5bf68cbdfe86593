//! Reading Parquet files back, whole, in batches, or by run.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::column::page::PageReader;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::serialized_reader::SerializedPageReader;

use crate::arrow_table::from_batch;
use crate::error::{At, DatasetError};
use crate::table::{RunKey, Table};

/// Rows decoded at a time: a few megabytes of a wide table.
const BATCH_ROWS: usize = 16_384;

/// Reads a whole file into memory.
pub fn read(path: &Path) -> Result<Table, DatasetError> {
    let reader = Reader::open(path)?;
    let mut table = reader.schema().clone();
    for batch in reader {
        table.append(batch?)?;
    }
    Ok(table)
}

/// Streams the rows of a file as tables of at most some thousand rows, in file order.
pub struct Reader {
    path: PathBuf,
    schema: Table,
    batches: ParquetRecordBatchReader,
}

impl Reader {
    /// Opens a file with all its columns.
    pub fn open(path: &Path) -> Result<Self, DatasetError> {
        Self::with_columns(path, None)
    }

    /// Opens a file with its first `columns` columns, or all.
    fn with_columns(path: &Path, columns: Option<usize>) -> Result<Self, DatasetError> {
        guarded(path, || Self::build(path, columns))
    }

    fn build(path: &Path, columns: Option<usize>) -> Result<Self, DatasetError> {
        let file = File::open(path).at("open", path)?;
        let length = file.metadata().at("read", path)?.len();
        let mut builder = ParquetRecordBatchReaderBuilder::try_new(file).at("read", path)?;
        if !is_sound(builder.metadata(), length) || !dictionaries_fit(path, builder.metadata())? {
            return Err(contradiction(path));
        }
        let mut arrow_schema = builder.schema().as_ref().clone();
        if let Some(columns) = columns.filter(|&columns| columns < arrow_schema.fields().len()) {
            let mask = ProjectionMask::roots(builder.parquet_schema(), 0..columns);
            builder = builder.with_projection(mask);
            arrow_schema.fields = arrow_schema.fields().iter().take(columns).cloned().collect();
        }
        let schema = from_batch(&RecordBatch::new_empty(arrow_schema.into()), path)?;
        let batches = builder.with_batch_size(BATCH_ROWS).build().at("read", path)?;
        Ok(Self { path: path.to_path_buf(), schema, batches })
    }

    /// A table with the file's columns and no rows.
    pub fn schema(&self) -> &Table {
        &self.schema
    }
}

impl Iterator for Reader {
    type Item = Result<Table, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (path, batches) = (&self.path, &mut self.batches);
        let next = guarded(path, || {
            batches.next().map(|batch| batch.map_err(ParquetError::from).at("decode", path)).transpose()
        });
        Some(next.transpose()?.and_then(|batch| from_batch(&batch, path)))
    }
}

/// The footer of a file. Errors when the file is truncated.
pub(crate) fn footer(path: &Path) -> Result<ParquetMetaData, DatasetError> {
    guarded(path, || {
        let file = File::open(path).at("open", path)?;
        ParquetMetaDataReader::new().parse_and_finish(&file).at("read", path)
    })
}

/// Does what damaged bytes can make the Parquet library panic at; the panic then is an error like any other.
fn guarded<T>(path: &Path, read: impl FnOnce() -> Result<T, DatasetError>) -> Result<T, DatasetError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(contradiction(path)))
}

fn contradiction(path: &Path) -> DatasetError {
    let source = ParquetError::General("its bytes contradict each other".to_owned());
    DatasetError::Parquet { path: path.to_path_buf(), source: Box::new(source) }
}

/// Whether every dictionary has the bytes for its entries, of four bytes at least: the library makes room for as many
/// as a page announces, sixteen gigabytes in a damaged file of three kilobytes.
fn dictionaries_fit(path: &Path, footer: &ParquetMetaData) -> Result<bool, DatasetError> {
    let file = Arc::new(File::open(path).at("open", path)?);
    for group in footer.row_groups() {
        for chunk in group.columns() {
            let rows = usize::try_from(group.num_rows()).unwrap_or(0);
            let mut pages = SerializedPageReader::new(Arc::clone(&file), chunk, rows, None).at("read", path)?;
            while let Some(page) = pages.peek_next_page().at("read", path)? {
                if !page.is_dict {
                    pages.skip_next_page().at("read", path)?;
                } else if let Some(page) = pages.get_next_page().at("read", path)?
                    && page.num_values() as usize > page.buffer().len() / 4
                {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

/// Whether sizes and places in a footer are possible in a file of that length: the library takes them on trust.
fn is_sound(footer: &ParquetMetaData, length: u64) -> bool {
    let place = |offset: i64| u64::try_from(offset).is_ok_and(|offset| offset <= length);
    let rows = footer.row_groups().iter().try_fold(0_i64, |sum, group| sum.checked_add(group.num_rows()));
    rows == Some(footer.file_metadata().num_rows())
        && footer.row_groups().iter().all(|group| {
            group.num_rows() >= 0
                && group.columns().iter().all(|chunk| {
                    let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
                    place(start)
                        && place(chunk.compressed_size())
                        && place(start.saturating_add(chunk.compressed_size()))
                })
        })
}

/// The `point` and `replica` of every row.
pub(crate) fn keys(path: &Path) -> Result<Vec<RunKey>, DatasetError> {
    let mut keys = Vec::new();
    for batch in Reader::with_columns(path, Some(2))? {
        keys.extend(batch?.keys().ok_or_else(|| no_key(path))?);
    }
    Ok(keys)
}

fn no_key(path: &Path) -> DatasetError {
    DatasetError::NoKey { table: path.display().to_string() }
}

/// A reader of a file whose rows are ordered by run, that gives them out run by run.
pub(crate) struct Cursor {
    reader: Reader,
    batch: Table,
    keys: Vec<RunKey>,
    at: usize,
}

impl Cursor {
    /// Opens a file before its first row.
    pub(crate) fn open(path: &Path) -> Result<Self, DatasetError> {
        let reader = Reader::open(path)?;
        let mut cursor = Self { batch: reader.schema().clone(), reader, keys: Vec::new(), at: 0 };
        cursor.fill()?;
        Ok(cursor)
    }

    /// A table with the file's columns and no rows.
    pub(crate) fn schema(&self) -> &Table {
        self.reader.schema()
    }

    /// The run of the next row; `None` at the end.
    pub(crate) fn head(&self) -> Option<RunKey> {
        self.keys.get(self.at).copied()
    }

    /// Takes some of the next rows whose run comes before `bound` (`None`: any); `None` when there is none.
    pub(crate) fn take_before(&mut self, bound: Option<RunKey>) -> Result<Option<Table>, DatasetError> {
        let rest = &self.keys[self.at..];
        let count = bound.map_or(rest.len(), |bound| rest.partition_point(|&key| key < bound));
        if count == 0 {
            return Ok(None);
        }
        let rows: Vec<usize> = (self.at..self.at + count).collect();
        let taken = self.batch.take(&rows);
        self.at += count;
        self.fill()?;
        Ok(Some(taken))
    }

    /// Decodes the next batch when the present one is used up.
    fn fill(&mut self) -> Result<(), DatasetError> {
        while self.at == self.keys.len() {
            let Some(batch) = self.reader.next() else {
                break;
            };
            self.batch = batch?;
            self.keys = self.batch.keys().ok_or_else(|| no_key(&self.reader.path))?;
            self.at = 0;
        }
        Ok(())
    }
}
