//! What files say of themselves: footers, columns, sizes, digests. No rows are decoded.

use std::path::{Path, PathBuf};

use parquet::file::metadata::ParquetMetaData;

use crate::error::{At, DatasetError};
use crate::fs;
use crate::layout::table_in;
use crate::part::RUNS;
use crate::provenance::Provenance;
use crate::reader::{self, Reader};
use crate::record::RunLog;
use crate::writer::digest;

/// One Parquet file as its footer describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    /// The file.
    pub path: PathBuf,
    /// Who made it.
    pub provenance: Provenance,
    /// Its rows.
    pub rows: u64,
    /// The row groups that they are stored in.
    pub row_groups: usize,
    /// Its length.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal: computed, not looked up.
    pub sha256: String,
    /// Its columns in order.
    pub columns: Vec<ColumnRecord>,
}

/// One column of such a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRecord {
    /// Its name.
    pub name: String,
    /// Its type as [`Column::kind`](crate::Column::kind) names it, with a question mark where nulls are allowed.
    pub kind: &'static str,
    /// The bytes that it takes in the file.
    pub bytes: u64,
    /// How many rows are null; `None` if the file does not say.
    pub nulls: Option<u64>,
}

/// The folder of a dataset or of a shard.
#[derive(Debug, Clone, PartialEq)]
pub struct FolderRecord {
    /// The folder.
    pub folder: PathBuf,
    /// What all its files depend on.
    pub provenance: Provenance,
    /// When, where and by whom it was made, with the digests recorded then.
    pub log: RunLog,
    /// Its tables by name.
    pub tables: Vec<(String, FileRecord)>,
}

impl FileRecord {
    /// Reads the footer of a file and the digest of its bytes. Errors when the file is damaged or not tokenpark's.
    pub fn read(path: &Path) -> Result<Self, DatasetError> {
        let footer = reader::footer(path)?;
        let provenance = Provenance::from_footer(footer.file_metadata(), path)?;
        let schema = Reader::open(path)?.schema().clone();
        let columns = schema.columns().iter().enumerate().map(|(index, (name, column))| ColumnRecord {
            name: name.clone(),
            kind: column.kind(),
            bytes: chunks(&footer, index).map(|(bytes, _)| bytes).fold(0, u64::saturating_add),
            nulls: chunks(&footer, index).map(|(_, nulls)| nulls).try_fold(0, |sum: u64, n| sum.checked_add(n?)),
        });
        Ok(Self {
            path: path.to_path_buf(),
            provenance,
            rows: u64::try_from(footer.file_metadata().num_rows()).unwrap_or(0),
            row_groups: footer.num_row_groups(),
            bytes: std::fs::metadata(path).at("read", path)?.len(),
            sha256: digest(path)?,
            columns: columns.collect(),
        })
    }
}

/// The compressed bytes and the nulls of a column, row group by row group.
fn chunks(footer: &ParquetMetaData, column: usize) -> impl Iterator<Item = (u64, Option<u64>)> {
    footer.row_groups().iter().filter_map(move |group| group.columns().get(column)).map(|chunk| {
        let bytes = u64::try_from(chunk.compressed_size()).unwrap_or(0);
        (bytes, chunk.statistics().and_then(|statistics| statistics.null_count_opt()))
    })
}

impl FolderRecord {
    /// Reads the footers of all tables in a published folder, and its log.
    ///
    /// Errors when there is no `run.toml`, when a file is damaged, or when files do not belong together.
    pub fn read(folder: &Path) -> Result<Self, DatasetError> {
        let path = folder.join("run.toml");
        if !path.is_file() {
            return Err(DatasetError::NotPublished { path: folder.to_path_buf() });
        }
        let log = RunLog::read(&path)?;
        let provenance = Provenance::read(&table_in(folder, RUNS))?;
        let mut tables = Vec::new();
        for name in fs::names(folder)? {
            let path = table_in(folder, &name);
            if path.is_file() {
                provenance.expect(&path)?;
                tables.push((name, FileRecord::read(&path)?));
            }
        }
        Ok(Self { folder: folder.to_path_buf(), provenance, log, tables })
    }

    /// The first difference between the log and the files, in words; `None` if all files are as they were published.
    pub fn damage(&self) -> Option<(PathBuf, String)> {
        for recorded in &self.log.tables {
            let Some((_, file)) = self.tables.iter().find(|(name, _)| *name == recorded.name) else {
                return Some((table_in(&self.folder, &recorded.name), "is missing".to_owned()));
            };
            if file.sha256 != recorded.sha256 {
                let reason = format!("has the SHA-256 {} where run.toml records {}", file.sha256, recorded.sha256);
                return Some((file.path.clone(), reason));
            }
        }
        let unknown = |name: &str| self.log.tables.iter().all(|recorded| recorded.name != name);
        let (_, file) = self.tables.iter().find(|(name, _)| unknown(name))?;
        Some((file.path.clone(), "is not in run.toml".to_owned()))
    }
}
