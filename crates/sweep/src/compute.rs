//! One run by its number, whatever happens: what `execute` stages and `verify` compares.

use crate::plan::Plan;
use crate::rows::{RunSpec, RunTables};
use crate::run::{RunError, failed, run};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokenpark_dataset::RunKey;

/// A finished run.
pub(crate) struct Computed {
    pub(crate) tables: RunTables,
    /// Why it failed, if it did: a row of `runs` says so too.
    pub(crate) error: Option<String>,
}

/// Point and replica of the run with that number in the plan.
pub(crate) fn key(plan: &Plan, index: u64) -> RunKey {
    let replicas = u64::from(plan.replicas());
    ((index / replicas) as u32, (index % replicas) as u32)
}

/// Computes a run. A panic is a failed run. `None` when `interrupted` turned true on the way.
pub(crate) fn compute(plan: &Plan, index: u64, interrupted: &dyn Fn() -> bool) -> Option<Computed> {
    let (point, replica) = key(plan, index);
    let point = point as usize;
    let result = catch_unwind(AssertUnwindSafe(|| run(plan, point, replica, interrupted)))
        .unwrap_or_else(|panic| Err(RunError::Panic(message(panic.as_ref()))));
    match result {
        Ok(tables) => tables.map(|tables| Computed { tables, error: None }),
        Err(error) => match failed(RunSpec { plan, point, replica }, &error) {
            Ok(tables) => Some(Computed { tables, error: Some(error.to_string()) }),
            Err(_) => unreachable!("a failed run has one row and empty tables"),
        },
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

/// The tables of several runs, one after the other.
pub(crate) fn join(runs: impl IntoIterator<Item = RunTables>) -> Result<RunTables, tokenpark_dataset::DatasetError> {
    let mut joined: RunTables = vec![];
    for tables in runs {
        if joined.is_empty() {
            joined = tables;
            continue;
        }
        for ((_, table), (_, more)) in joined.iter_mut().zip(tables) {
            table.append(more)?;
        }
    }
    Ok(joined)
}
