//! Initial positions from a Parquet file: the columns `token`, `x0`, `x1`, …, and one row for each token in order.

use std::path::Path;

use tokenpark_dataset::{Column, Table, read as read_table};

use super::initial::unit;

/// The unit vectors of the file, or what is wrong with it.
pub(crate) fn read(path: &Path) -> Result<Vec<Vec<f64>>, String> {
    let table = read_table(path).map_err(|error| error.to_string())?;
    rows(&table).map_err(|what| format!("{}: {what}", path.display()))
}

fn rows(table: &Table) -> Result<Vec<Vec<f64>>, String> {
    let columns = table.columns();
    let is_named = |(index, (name, _)): (usize, &(String, Column))| match index {
        0 => name == "token",
        _ => *name == format!("x{}", index - 1),
    };
    if columns.len() < 3 || !columns.iter().enumerate().all(is_named) {
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        return Err(format!("the columns are {}", names.join(", ")));
    }
    let columns: Vec<Vec<f64>> =
        columns.iter().map(|(name, column)| numbers(name, column)).collect::<Result<_, _>>()?;
    if table.rows() == 0 {
        return Err("the file has no tokens".to_owned());
    }
    let row = |index: usize| {
        if columns[0][index] != index as f64 {
            return Err(format!("row {index} has token {}, expected there: {index}", columns[0][index]));
        }
        let numbers: Vec<f64> = columns[1..].iter().map(|column| column[index] + 0.0).collect();
        match numbers.iter().find(|x| !x.is_finite()) {
            Some(number) => Err(format!("row {index}: {number} is not a finite number")),
            None => unit(numbers).ok_or_else(|| format!("row {index}: a point at the origin has no direction")),
        }
    };
    (0..table.rows()).map(row).collect()
}

/// A column as numbers; a reader of ours calls every column optional that pandas or polars wrote.
fn numbers(name: &str, column: &Column) -> Result<Vec<f64>, String> {
    let found: Option<Vec<f64>> = match column {
        Column::U32(values) => Some(values.iter().map(|&value| f64::from(value)).collect()),
        Column::U64(values) => Some(values.iter().map(|&value| value as f64).collect()),
        Column::I64(values) => Some(values.iter().map(|&value| value as f64).collect()),
        Column::F64(values) => Some(values.clone()),
        Column::OptionU32(values) => values.iter().map(|value| value.map(f64::from)).collect(),
        Column::OptionU64(values) => values.iter().map(|value| value.map(|value| value as f64)).collect(),
        Column::OptionI64(values) => values.iter().map(|value| value.map(|value| value as f64)).collect(),
        Column::OptionF64(values) => values.iter().copied().collect(),
        _ => return Err(format!("the column {name} has {}, allowed: whole numbers or f64", column.kind())),
    };
    found.ok_or_else(|| format!("the column {name} has nulls"))
}
