//! Rows in plain Rust, so that nobody outside this crate sees Arrow.
//!
//! A [`Table`] is an ordered list of named columns of equal length. Whether a column may hold nulls is decided by its
//! variant, never by its contents: a column without a single null keeps its `Option` type on disk.

use crate::column::Column;
use crate::error::DatasetError;

/// Which run a row belongs to: (`point`, `replica`). Tables on disk are ordered by it.
pub type RunKey = (u32, u32);

/// Named columns of equal length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    columns: Vec<(String, Column)>,
}

impl Table {
    /// A table of the given columns. Errors when lengths differ or a name appears twice.
    pub fn new(columns: Vec<(String, Column)>) -> Result<Self, DatasetError> {
        let expected = columns.first().map_or(0, |(_, column)| column.len());
        for (index, (name, column)) in columns.iter().enumerate() {
            if column.len() != expected {
                return Err(DatasetError::UnequalColumns { column: name.clone(), found: column.len(), expected });
            }
            if columns[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(DatasetError::RepeatedColumn { column: name.clone() });
            }
        }
        Ok(Self { columns })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }

    /// The columns in order, with their names.
    pub fn columns(&self) -> &[(String, Column)] {
        &self.columns
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(other, _)| other == name).map(|(_, column)| column)
    }

    /// Gives the columns away.
    pub fn into_columns(self) -> Vec<(String, Column)> {
        self.columns
    }

    /// The columns' names and types, as in `point u32, death f64?`.
    pub fn schema(&self) -> String {
        let words: Vec<String> =
            self.columns.iter().map(|(name, column)| format!("{name} {}", column.kind())).collect();
        words.join(", ")
    }

    /// A table of the same columns without rows.
    pub fn emptied(&self) -> Self {
        Self { columns: self.columns.iter().map(|(name, column)| (name.clone(), column.emptied())).collect() }
    }

    /// Moves the rows of `other` to the end of this table. A table without columns takes those of `other`; any other
    /// difference in names, order or types is an error and changes nothing.
    pub fn append(&mut self, other: Self) -> Result<(), DatasetError> {
        if self.columns.is_empty() {
            *self = other;
            return Ok(());
        }
        if !self.same_schema(&other) {
            return Err(DatasetError::SchemaMismatch { found: other.schema(), expected: self.schema() });
        }
        for ((_, column), (_, more)) in self.columns.iter_mut().zip(other.columns) {
            column.append(more);
        }
        Ok(())
    }

    /// The rows with the given indices, in that order. Panics when an index is out of range.
    pub fn take(&self, rows: &[usize]) -> Self {
        Self { columns: self.columns.iter().map(|(name, column)| (name.clone(), column.take(rows))).collect() }
    }

    /// Removes and returns the rows from `at` on. Panics when `at` exceeds the number of rows.
    pub fn split_off(&mut self, at: usize) -> Self {
        Self { columns: self.columns.iter_mut().map(|(name, column)| (name.clone(), column.split_off(at))).collect() }
    }

    /// Whether names, order and types of the columns agree.
    pub(crate) fn same_schema(&self, other: &Self) -> bool {
        self.columns.len() == other.columns.len()
            && self.columns.iter().zip(&other.columns).all(|((a, v), (b, w))| a == b && v.kind() == w.kind())
    }

    /// The `point` and `replica` of every row; `None` unless these two are the first columns.
    pub fn keys(&self) -> Option<Vec<RunKey>> {
        match self.columns.as_slice() {
            [(a, Column::U32(points)), (b, Column::U32(replicas)), ..] if a == "point" && b == "replica" => {
                Some(points.iter().copied().zip(replicas.iter().copied()).collect())
            }
            _ => None,
        }
    }
}
