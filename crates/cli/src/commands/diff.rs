//! `tokenpark diff`: changed parameters first, then changed numbers. Exit code 0 for the same, 1 for different.

use super::{CommandError, End, plans};
use crate::console::{self, count};
use clap::{Args, ValueHint};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tokenpark_dataset::{
    Column, DatasetError, FolderRecord, Provenance, RunKey, Table, TableDifference, Tolerance, compare, read,
};
use tokenpark_sweep::{Change, changes, provenance};

/// `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// A manifest, or the folder of a dataset.
    #[arg(value_name = "A", value_hint = ValueHint::AnyPath)]
    pub first: PathBuf,
    /// Another one; numbers are compared when both are datasets.
    #[arg(value_name = "B", value_hint = ValueHint::AnyPath)]
    pub second: PathBuf,
    /// How far apart numbers may be, relative to the larger.
    #[arg(long, value_name = "R", default_value_t = 0.0, value_parser = tolerance)]
    pub rtol: f64,
    /// How far apart numbers may be.
    #[arg(long, value_name = "A", default_value_t = 0.0, value_parser = tolerance)]
    pub atol: f64,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

fn tolerance(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if (0.0..f64::INFINITY).contains(&number) => Ok(number),
        _ => Err("a finite number of at least 0 is needed".to_owned()),
    }
}

/// One side.
struct Side {
    provenance: Provenance,
    /// The tables of a dataset by name; `None` for a manifest.
    tables: Option<BTreeMap<String, PathBuf>>,
}

/// A table that both have, or the name of the side that alone has it.
enum Numbers {
    OnlyFirst,
    OnlySecond,
    Both(TableDifference),
}

impl Numbers {
    fn is_same(&self) -> bool {
        matches!(self, Self::Both(difference) if difference.is_same())
    }
}

pub fn diff(args: &Diff) -> Result<End, CommandError> {
    let (first, second) = (side(&args.first)?, side(&args.second)?);
    let parameters = changes(&first.provenance, &second.provenance);
    let tolerance = Tolerance { rtol: args.rtol, atol: args.atol };
    let tables = match (&first.tables, &second.tables) {
        (Some(a), Some(b)) => numbers(a, b, swept(&first.provenance, &second.provenance), tolerance)?,
        _ => vec![],
    };
    let same = parameters.is_empty() && tables.iter().all(|(_, numbers)| numbers.is_same());
    if args.json {
        console::data(&document(args, same, &parameters, &tables).to_string());
    } else {
        lines(&parameters, &tables).iter().for_each(|line| console::data(line));
        if same {
            let what = if tables.is_empty() { "the same meaning" } else { "the same meaning and the same numbers" };
            console::data(what);
        }
    }
    Ok(if same { End::Fine } else { End::Failed })
}

fn side(path: &Path) -> Result<Side, CommandError> {
    if path.is_dir() {
        let record = FolderRecord::read(path)?;
        let tables = record.tables.into_iter().map(|(name, file)| (name, file.path)).collect();
        return Ok(Side { provenance: record.provenance, tables: Some(tables) });
    }
    let plan = plans(&[path.to_path_buf()])?.remove(0);
    Ok(Side { provenance: provenance(&plan), tables: None })
}

/// The columns that both sweeps add to every table, if they sweep the same keys: they then say which points belong
/// together, however they are numbered.
fn swept(first: &Provenance, second: &Provenance) -> Vec<String> {
    let keys = |provenance: &Provenance| -> BTreeSet<String> {
        let meaning: toml::Table = provenance.manifest.parse().unwrap_or_default();
        let sweep = meaning.get("sweep").and_then(toml::Value::as_table);
        let zips = sweep.and_then(|sweep| sweep.get("zip")?.as_array()).into_iter().flatten();
        let tables = sweep.into_iter().chain(zips.filter_map(toml::Value::as_table));
        let keys = tables.flat_map(toml::Table::keys).filter(|key| *key != "zip");
        keys.map(|key| key.rsplit('.').next().unwrap_or(key).to_owned()).collect()
    };
    let (first, second) = (keys(first), keys(second));
    if first == second { first.into_iter().collect() } else { vec![] }
}

fn numbers(
    first: &BTreeMap<String, PathBuf>,
    second: &BTreeMap<String, PathBuf>,
    swept: Vec<String>,
    tolerance: Tolerance,
) -> Result<Vec<(String, Numbers)>, DatasetError> {
    let mut partners: Option<BTreeMap<u32, u32>> = None;
    if let (Some(a), Some(b)) = (first.get("runs"), second.get("runs"))
        && !swept.is_empty()
    {
        let other: BTreeMap<Vec<String>, u32> = points(&read(b)?, &swept).into_iter().collect();
        let pairs = points(&read(a)?, &swept).into_iter();
        partners = Some(pairs.filter_map(|(values, point)| Some((point, *other.get(&values)?))).collect());
    }
    let partner = |(point, replica): RunKey| match &partners {
        Some(partners) => Some((*partners.get(&point)?, replica)),
        None => Some((point, replica)),
    };
    // Points that are numbered differently are no difference of their own.
    let skip: &[&str] = if partners.is_some() { &["point"] } else { &[] };
    let names: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    let mut found = vec![];
    for name in names {
        let numbers = match (first.get(name), second.get(name)) {
            (Some(a), Some(b)) => Numbers::Both(compare(&read(a)?, &read(b)?, &partner, tolerance, skip)?),
            (Some(_), None) => Numbers::OnlyFirst,
            _ => Numbers::OnlySecond,
        };
        found.push((name.clone(), numbers));
    }
    Ok(found)
}

/// The values of the swept columns at every point.
fn points(runs: &Table, swept: &[String]) -> Vec<(Vec<String>, u32)> {
    let keys = runs.keys().unwrap_or_default();
    let mut points: Vec<(Vec<String>, u32)> = vec![];
    for (row, (point, _)) in keys.into_iter().enumerate() {
        if points.last().is_none_or(|(_, last)| *last != point) {
            points.push((swept.iter().map(|name| value(runs.column(name), row)).collect(), point));
        }
    }
    points
}

fn value(column: Option<&Column>, row: usize) -> String {
    match column {
        Some(Column::U32(v)) => v[row].to_string(),
        Some(Column::F64(v)) => format!("{:?}", v[row]),
        Some(Column::Text(v)) => v[row].clone(),
        _ => String::new(),
    }
}

fn lines(parameters: &[Change], tables: &[(String, Numbers)]) -> Vec<String> {
    let mut lines = vec![];
    if !parameters.is_empty() {
        lines.push("parameters".to_owned());
    }
    for Change { what, before, now } in parameters {
        lines.push(format!("    {what}: {before} → {now}"));
    }
    for (name, numbers) in tables.iter().filter(|(_, numbers)| !numbers.is_same()) {
        lines.push(name.clone());
        match numbers {
            Numbers::OnlyFirst => lines.push("    only in A".to_owned()),
            Numbers::OnlySecond => lines.push("    only in B".to_owned()),
            Numbers::Both(difference) => lines.extend(table(difference)),
        }
    }
    lines
}

fn table(difference: &TableDifference) -> Vec<String> {
    let TableDifference { common, only_first, only_second, columns_first, columns_second, columns } = difference;
    let mut lines = vec![];
    if only_first + only_second > 0 {
        let [common, first, second] = [common, only_first, only_second].map(|&rows| count(rows));
        lines.push(format!("    {common} rows in both, {first} only in A, {second} only in B"));
    }
    for (side, columns) in [("A", columns_first), ("B", columns_second)] {
        if !columns.is_empty() {
            lines.push(format!("    columns only in {side}: {}", columns.join(", ")));
        }
    }
    for column in columns {
        let largest = match column.largest {
            Some((size, a, b)) => format!(", at most by {size:.3e}: {a:?} → {b:?}"),
            None => ", first".to_owned(),
        };
        let cells = count(column.cells);
        lines.push(format!("    {}: {cells} of {} differ{largest} at {}", column.name, count(*common), column.place));
    }
    lines
}

fn document(args: &Diff, same: bool, parameters: &[Change], tables: &[(String, Numbers)]) -> Value {
    let parameters = parameters.iter().map(|change| json!({ "key": change.what, "a": change.before, "b": change.now }));
    let tables = tables.iter().map(|(name, numbers)| match numbers {
        Numbers::OnlyFirst => json!({ "name": name, "only_in": "a" }),
        Numbers::OnlySecond => json!({ "name": name, "only_in": "b" }),
        Numbers::Both(difference) => {
            let columns = difference.columns.iter().map(|column| {
                let largest = column.largest.map(|(size, a, b)| json!({ "difference": size, "a": a, "b": b }));
                json!({ "name": column.name, "cells": column.cells, "largest": largest, "place": column.place })
            });
            json!({
                "name": name, "same": difference.is_same(), "rows": difference.common,
                "rows_only_in_a": difference.only_first, "rows_only_in_b": difference.only_second,
                "columns_only_in_a": difference.columns_first, "columns_only_in_b": difference.columns_second,
                "columns": columns.collect::<Vec<_>>(),
            })
        }
    });
    json!({
        "version": 1, "same": same, "rtol": args.rtol, "atol": args.atol,
        "parameters": parameters.collect::<Vec<_>>(), "tables": tables.collect::<Vec<_>>(),
    })
}
