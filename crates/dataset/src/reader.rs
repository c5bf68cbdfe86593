//! Reading Parquet files back, whole, in batches, or by run.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

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
        let file = File::open(path).at("open", path)?;
        let mut builder = ParquetRecordBatchReaderBuilder::try_new(file).at("read", path)?;
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
        let batch = self.batches.next()?.map_err(parquet::errors::ParquetError::from).at("decode", &self.path);
        Some(batch.and_then(|batch| from_batch(&batch, &self.path)))
    }
}

/// The footer of a file. Errors when the file is truncated.
pub(crate) fn footer(path: &Path) -> Result<ParquetMetaData, DatasetError> {
    let file = File::open(path).at("open", path)?;
    ParquetMetaDataReader::new().parse_and_finish(&file).at("read", path)
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
