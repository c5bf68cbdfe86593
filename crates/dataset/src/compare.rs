//! Two tables side by side: rows that only one has, and cells that differ.
//!
//! Rows belong together when run and identity agree: the columns of [`IDENTITY`] that both tables have, and how many rows
//! of the same identity came before within the run (a leader has several lives when its cluster was torn). Which run
//! of the second table a run of the first belongs to is up to the caller: points may be numbered differently.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::column::Column;
use crate::error::DatasetError;
use crate::table::{RunKey, Table};

/// Columns that say what a row of a run is about, in any table.
const IDENTITY: [&str; 6] = ["prefix", "time", "token", "kind", "leader", "lower"];

/// How far apart two numbers may be and still count as equal: |a − b| <= atol + rtol max(|a|, |b|), which no tolerance
/// makes true of an infinity and another number.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tolerance {
    /// Relative.
    pub rtol: f64,
    /// Absolute.
    pub atol: f64,
}

impl Tolerance {
    fn admits(self, Gap { size, a, b }: Gap) -> bool {
        size == 0.0 || (size.is_finite() && size <= self.atol + self.rtol * a.abs().max(b.abs()))
    }
}

/// What differs between two tables.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableDifference {
    /// Rows that both have.
    pub common: u64,
    /// Rows of the first table alone.
    pub only_first: u64,
    /// Rows of the second table alone.
    pub only_second: u64,
    /// Columns of the first table alone, with their types.
    pub columns_first: Vec<String>,
    /// Columns of the second table alone; one of another type is listed in both.
    pub columns_second: Vec<String>,
    /// Columns with cells that differ.
    pub columns: Vec<ColumnDifference>,
}

/// What differs in one column, over the rows that both tables have.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDifference {
    /// Its name.
    pub name: String,
    /// Cells beyond the tolerance; null against a value is one of them.
    pub cells: u64,
    /// The largest difference of two numbers among them, in absolute value, and both; `None` if none are numbers.
    pub largest: Option<(f64, f64, f64)>,
    /// Where that is, or else the first difference: run and identity, e.g. `point 0, replica 3, time 10`.
    pub place: String,
}

impl TableDifference {
    /// Whether the tables hold the same rows and columns, up to the tolerance.
    pub fn is_same(&self) -> bool {
        let whole = self.only_first == 0 && self.only_second == 0;
        whole && self.columns_first.is_empty() && self.columns_second.is_empty() && self.columns.is_empty()
    }
}

/// Compares two tables that begin with `point` and `replica` and are ordered by them. `partner` names the run of the
/// second table that belongs to a run of the first. Columns named in `skip` are not compared.
pub fn compare(
    first: &Table,
    second: &Table,
    partner: &dyn Fn(RunKey) -> Option<RunKey>,
    tolerance: Tolerance,
    skip: &[&str],
) -> Result<TableDifference, DatasetError> {
    let mut found = TableDifference {
        columns_first: missing(first, second),
        columns_second: missing(second, first),
        ..TableDifference::default()
    };
    let both = |name: &str| Some((first.column(name)?, second.column(name)?));
    let identity: Vec<(&Column, &Column)> = IDENTITY.iter().filter_map(|name| both(name)).collect();
    let (runs, others) = (ranges(first)?, ranges(second)?);
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (&run, rows) in &runs {
        if let Some(other) = partner(run).and_then(|run| others.get(&run)) {
            pair(rows.clone(), other.clone(), &identity, &mut pairs);
        }
    }
    found.common = pairs.len() as u64;
    found.only_first = first.rows() as u64 - found.common;
    found.only_second = second.rows() as u64 - found.common;
    for (name, a) in first.columns().iter().filter(|(name, _)| !skip.contains(&name.as_str())) {
        let b = second.column(name).filter(|b| b.kind() == a.kind());
        found.columns.extend(b.and_then(|b| column(name, a, b, &pairs, tolerance, first)));
    }
    Ok(found)
}

/// The columns of one table that the other lacks, or has with another type.
fn missing(table: &Table, other: &Table) -> Vec<String> {
    let lacks = |name: &str, column: &Column| other.column(name).is_none_or(|found| found.kind() != column.kind());
    let lacking = table.columns().iter().filter(|(name, column)| lacks(name, column));
    lacking.map(|(name, column)| format!("{name} {}", column.kind())).collect()
}

/// The rows of each run.
fn ranges(table: &Table) -> Result<BTreeMap<RunKey, Range<usize>>, DatasetError> {
    let keys = table.keys().ok_or_else(|| DatasetError::NoKey { table: "compared".to_owned() })?;
    let mut ranges = BTreeMap::new();
    for (row, key) in keys.into_iter().enumerate() {
        ranges.entry(key).or_insert(row..row).end = row + 1;
    }
    Ok(ranges)
}

/// Pairs the rows of two runs by identity.
fn pair(first: Range<usize>, second: Range<usize>, identity: &[(&Column, &Column)], pairs: &mut Vec<(usize, usize)>) {
    let same = |a: usize, b: usize| identity.iter().all(|(v, w)| cell(v, a) == cell(w, b));
    if first.len() == second.len() && first.clone().zip(second.clone()).all(|(a, b)| same(a, b)) {
        pairs.extend(first.zip(second));
        return;
    }
    // The later rows of an identity are taken from the back, so that the first comes first.
    let mut waiting: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for row in second.rev() {
        waiting.entry(identity.iter().map(|(_, w)| cell(w, row).to_string()).collect()).or_default().push(row);
    }
    for row in first {
        let key: Vec<String> = identity.iter().map(|(v, _)| cell(v, row).to_string()).collect();
        pairs.extend(waiting.get_mut(&key).and_then(Vec::pop).map(|other| (row, other)));
    }
}

/// One value of a column.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Cell<'c> {
    Null,
    Whole(i128),
    Number(f64),
    Truth(bool),
    Text(&'c str),
}

impl std::fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Whole(n) => n.fmt(f),
            Self::Number(x) => x.fmt(f),
            Self::Truth(truth) => truth.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// The bits as well, where a number alone does not tell: of NaN and of neighbours.
impl std::fmt::Debug for Cell<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(x) => write!(f, "{x:?} ({:#018x})", x.to_bits()),
            Self::Text(text) => write!(f, "{text:?}"),
            other => write!(f, "{other}"),
        }
    }
}

pub(crate) fn cell(column: &Column, row: usize) -> Cell<'_> {
    let whole = |n: Option<i128>| n.map_or(Cell::Null, Cell::Whole);
    match column {
        Column::U32(v) => Cell::Whole(v[row].into()),
        Column::U64(v) => Cell::Whole(v[row].into()),
        Column::I64(v) => Cell::Whole(v[row].into()),
        Column::F64(v) => Cell::Number(v[row]),
        Column::Bool(v) => Cell::Truth(v[row]),
        Column::Text(v) => Cell::Text(&v[row]),
        Column::OptionU32(v) => whole(v[row].map(i128::from)),
        Column::OptionU64(v) => whole(v[row].map(i128::from)),
        Column::OptionI64(v) => whole(v[row].map(i128::from)),
        Column::OptionF64(v) => v[row].map_or(Cell::Null, Cell::Number),
        Column::OptionBool(v) => v[row].map_or(Cell::Null, Cell::Truth),
        Column::OptionText(v) => v[row].as_deref().map_or(Cell::Null, Cell::Text),
    }
}

/// Two numbers and how far apart they are.
#[derive(Clone, Copy)]
struct Gap {
    size: f64,
    a: f64,
    b: f64,
}

/// Of two cells, if both are numbers. Equal infinities, and NaN on both sides, are equal; whole numbers are subtracted
/// as such.
fn gap(a: Cell<'_>, b: Cell<'_>) -> Option<Gap> {
    match (a, b) {
        (Cell::Number(a), Cell::Number(b)) => {
            let size = if a == b || (a.is_nan() && b.is_nan()) { 0.0 } else { (a - b).abs() };
            Some(Gap { size: if size.is_nan() { f64::INFINITY } else { size }, a, b })
        }
        (Cell::Whole(a), Cell::Whole(b)) => Some(Gap { size: a.abs_diff(b) as f64, a: a as f64, b: b as f64 }),
        _ => None,
    }
}

fn column(
    name: &str,
    a: &Column,
    b: &Column,
    pairs: &[(usize, usize)],
    tolerance: Tolerance,
    table: &Table,
) -> Option<ColumnDifference> {
    let (mut cells, mut at, mut largest) = (0, None, None::<(f64, f64, f64)>);
    for &(row, other) in pairs {
        let (x, y) = (cell(a, row), cell(b, other));
        match gap(x, y) {
            Some(gap) if tolerance.admits(gap) => continue,
            None if x == y => continue,
            Some(Gap { size, a, b }) if largest.is_none_or(|(most, ..)| size > most) => {
                (largest, at) = (Some((size, a, b)), Some(row));
            }
            _ => {}
        }
        cells += 1;
        at = at.or(Some(row));
    }
    let row = at?;
    let named = ["point", "replica"].into_iter().chain(IDENTITY).filter_map(|name| Some((name, table.column(name)?)));
    let place: Vec<String> = named.map(|(name, column)| format!("{name} {}", cell(column, row))).collect();
    Some(ColumnDifference { name: name.to_owned(), cells, largest, place: place.join(", ") })
}
