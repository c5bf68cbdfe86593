//! `tokenpark plan`: what would run, how long and how large. A few runs are computed to measure; nothing is written.

use super::{CommandError, End, plans};
use crate::args::PlanArgs;
use crate::console::{self, bytes, count, duration};
use crate::edge::{self, Clock};
use serde_json::json;
use tokenpark_dataset::{Column, State};
use tokenpark_sweep::{Plan, cost, dataset, fingerprint, run};

/// Points listed in full.
const MOST_POINTS: usize = 12;
/// Points at which a run is measured.
const SAMPLES: usize = 5;
/// A measured run is given up after this many seconds; the estimate then says "more than".
const PATIENCE: f64 = 3.0;

/// Measured on a few points and extrapolated by cost.
pub(super) struct Estimate {
    pub(super) seconds: f64,
    bytes: f64,
    is_lower_bound: bool,
}

pub fn plan(args: &PlanArgs) -> Result<End, CommandError> {
    let plan = plans(std::slice::from_ref(&args.manifest))?.remove(0);
    let dataset = dataset(&plan, &args.data.out)?;
    let done = match dataset.state()? {
        State::Complete(_) => plan.runs(),
        State::Partial { staged, .. } => staged,
        State::Damaged { .. } | State::Missing => 0,
    };
    let missing = plan.runs() - done.min(plan.runs());
    let threads = edge::threads(args.threads);
    let estimate = measure(&plan);
    let seconds = estimate.seconds * missing as f64 / plan.runs() as f64 / threads as f64;
    if args.json {
        console::data(
            &json!({
                "version": 1, "name": plan.manifest().name, "fingerprint": fingerprint(plan.manifest()),
                "points": plan.points(), "replicas": plan.replicas(), "runs": plan.runs(), "missing": missing,
                "threads": threads, "estimated_seconds": seconds, "estimated_bytes": estimate.bytes,
                "is_lower_bound": estimate.is_lower_bound,
            })
            .to_string(),
        );
        return Ok(End::Fine);
    }
    let more = if estimate.is_lower_bound { "more than" } else { "about" };
    console::data(&format!("{} ({})", plan.manifest().name, fingerprint(plan.manifest())));
    for line in points(&plan) {
        console::data(&line);
    }
    console::data(&format!(
        "{} points x {} replicas = {} runs, {} still to do",
        count(plan.points() as u64),
        count(u64::from(plan.replicas())),
        count(plan.runs()),
        count(missing)
    ));
    console::data(&format!("{more} {} on {threads} threads", duration(seconds)));
    console::data(&format!("{more} {} before compression, in {}", bytes(estimate.bytes), dataset.folder().display()));
    Ok(End::Fine)
}

fn points(plan: &Plan) -> Vec<String> {
    let swept = plan.swept();
    if swept.is_empty() {
        return vec![];
    }
    let mut lines: Vec<String> = (0..plan.points().min(MOST_POINTS))
        .map(|index| {
            let values = plan.swept_values(index);
            let words: Vec<String> =
                swept.iter().zip(values).map(|(column, value)| format!("{} = {value}", column.name)).collect();
            format!("  point {index}: {}", words.join(", "))
        })
        .collect();
    if plan.points() > MOST_POINTS {
        lines.push(format!("  … and {} more", count((plan.points() - MOST_POINTS) as u64)));
    }
    lines
}

/// Runs the first replica of a few points spread over the grid. On one thread, for all runs.
pub(super) fn measure(plan: &Plan) -> Estimate {
    let (mut measured_cost, mut seconds, mut size, mut given_up) = (0.0, 0.0, 0.0, false);
    let samples = SAMPLES.min(plan.points());
    for sample in 0..samples {
        let point = sample * plan.points() / samples;
        let clock = Clock::start();
        let result = run(plan, point, 0, &|| clock.seconds() > PATIENCE);
        seconds += clock.seconds();
        measured_cost += cost(plan, point);
        match result {
            Ok(Some(tables)) => size += tables.iter().map(|(_, table)| size_of(table)).sum::<f64>(),
            Ok(None) => given_up = true,
            Err(_) => {}
        }
    }
    let total_cost: f64 = (0..plan.points()).map(|point| cost(plan, point)).sum::<f64>() * f64::from(plan.replicas());
    Estimate {
        seconds: seconds * total_cost / measured_cost,
        bytes: size / samples as f64 * plan.runs() as f64,
        is_lower_bound: given_up,
    }
}

fn size_of(table: &tokenpark_dataset::Table) -> f64 {
    let width = |column: &Column| match column {
        Column::U32(_) | Column::OptionU32(_) => 4.0,
        Column::Bool(_) | Column::OptionBool(_) => 0.125,
        _ => 8.0,
    };
    table.rows() as f64 * table.columns().iter().map(|(_, column)| width(column)).sum::<f64>()
}
