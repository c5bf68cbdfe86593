//! Writing Parquet so that equal rows give equal bytes, however they were handed over.
//!
//! zstd level 3; row groups of 131,072 rows; floats byte-stream-split without a dictionary (positions hardly ever
//! repeat), the rest with one. Rows are gathered until a row group is full, since the Parquet library's page limits
//! would otherwise depend on the sizes of the pieces. The footer holds the [`Provenance`] and no version of any
//! library; the Arrow schema is left out, since the Parquet types say the same.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use sha2::{Digest, Sha256};

use crate::arrow_table::{schema, to_batch};
use crate::column::Column;
use crate::error::{At, DatasetError};
use crate::fs;
use crate::provenance::Provenance;
use crate::record::TableRecord;
use crate::sink::{Sink, hex};
use crate::table::Table;

/// Rows in every row group but the last.
pub const ROW_GROUP_ROWS: usize = 131_072;

/// The footer's `created_by`: of this format's writer, whatever library it uses.
const CREATED_BY: &str = "tokenpark version 1";

/// Writes a table to `path`: under a temporary name first, renamed once it is on the disk.
///
/// ```
/// use tokenpark_dataset::{Column, Provenance, Table, read, write};
///
/// let table = Table::new(vec![
///     ("point".to_owned(), Column::U32(vec![0, 0])),
///     ("replica".to_owned(), Column::U32(vec![0, 1])),
///     ("beta".to_owned(), Column::F64(vec![9.0, 9.0])),
/// ])?;
/// let provenance = Provenance {
///     fingerprint: "0123456789abcdef".to_owned(),
///     schema_version: 1,
///     model_version: 1,
///     manifest: String::new(),
/// };
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("table.parquet");
/// write(&path, table.clone(), &provenance)?;
/// assert_eq!(read(&path)?, table);
/// assert_eq!(Provenance::read(&path)?, provenance);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write(path: &Path, table: Table, provenance: &Provenance) -> Result<(), DatasetError> {
    let temporary = fs::temporary(path);
    let mut writer = TableWriter::create(&temporary, &table, provenance)?;
    writer.append(table)?;
    writer.finish()?;
    fs::rename(&temporary, path)
}

/// Writes one file piece by piece, in memory bounded by one row group.
///
/// The file is written in place, so give it a path in a folder that nobody reads yet; a writer that is dropped before
/// [`finish`](Self::finish) leaves an unreadable file behind.
pub struct TableWriter {
    path: PathBuf,
    writer: ArrowWriter<Sink>,
    pending: Table,
    rows: u64,
}

impl TableWriter {
    /// Creates the file. Columns are those of `schema`, whose rows are not written.
    pub fn create(path: &Path, schema: &Table, provenance: &Provenance) -> Result<Self, DatasetError> {
        Self::new(path, Some(fs::create_file(path)?), schema, provenance)
    }

    /// Writes nothing, and tells in the end which bytes the file at `path` would have.
    pub(crate) fn rehearse(path: &Path, schema: &Table, provenance: &Provenance) -> Result<Self, DatasetError> {
        Self::new(path, None, schema, provenance)
    }

    fn new(path: &Path, file: Option<File>, schema: &Table, provenance: &Provenance) -> Result<Self, DatasetError> {
        let sink = Sink::new(file, schema.columns().len());
        let options = ArrowWriterOptions::new()
            .with_properties(properties(schema, provenance).at("set up", path)?)
            .with_schema_root("schema".to_owned())
            .with_skip_arrow_metadata(true);
        let arrow_schema = Arc::new(self::schema(schema));
        let writer = ArrowWriter::try_new_with_options(sink, arrow_schema, options).at("write", path)?;
        Ok(Self { path: path.to_path_buf(), writer, pending: schema.emptied(), rows: 0 })
    }

    /// Adds rows. Errors when the columns are not those of the file.
    pub fn append(&mut self, table: Table) -> Result<(), DatasetError> {
        self.rows += table.rows() as u64;
        self.pending.append(table)?;
        if self.pending.rows() < ROW_GROUP_ROWS {
            return Ok(());
        }
        let mut rest = std::mem::take(&mut self.pending);
        while rest.rows() >= ROW_GROUP_ROWS {
            let later = rest.split_off(ROW_GROUP_ROWS);
            self.write_row_group(rest)?;
            rest = later;
        }
        self.pending = rest;
        Ok(())
    }

    /// Completes the file and puts it on the disk. The record's `name` is the file's stem; callers replace it.
    pub fn finish(mut self) -> Result<TableRecord, DatasetError> {
        let rest = std::mem::take(&mut self.pending);
        if rest.rows() > 0 {
            self.write_row_group(rest)?;
        }
        self.writer.finish().at("write", &self.path)?;
        let (bytes, sha256) = self.writer.inner_mut().finish().at("write", &self.path)?;
        let name = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(TableRecord { name, rows: self.rows, bytes, sha256 })
    }

    fn write_row_group(&mut self, table: Table) -> Result<(), DatasetError> {
        let batch = to_batch(table, &self.path)?;
        self.writer.write(&batch).and_then(|()| self.writer.flush()).at("write", &self.path)
    }
}

fn properties(schema: &Table, provenance: &Provenance) -> Result<WriterProperties, parquet::errors::ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_created_by(CREATED_BY.to_owned())
        .set_key_value_metadata(Some(provenance.to_footer()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for (name, column) in schema.columns() {
        if matches!(column, Column::F64(_) | Column::OptionF64(_)) {
            // `From<&str>` splits at dots; a swept key such as `model.beta` is one name.
            let path = ColumnPath::new(vec![name.clone()]);
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::BYTE_STREAM_SPLIT);
        }
    }
    Ok(properties.build())
}

/// The SHA-256 of a file's bytes in hexadecimal.
pub fn digest(path: &Path) -> Result<String, DatasetError> {
    let mut digest = Sha256::new();
    let mut file = File::open(path).at("open", path)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut buffer).at("read", path)?;
        if count == 0 {
            return Ok(hex(&digest.finalize()));
        }
        digest.update(&buffer[..count]);
    }
}
