//! To t = 1e40, where nobody else goes: steps, and errors of the times at which clusters merge.

use crate::files::{Start, angles, apart};
use crate::ours::run;
use crate::table::Row;
use std::fmt::Write;
use std::ops::ControlFlow;
use std::time::Instant;
use tokenpark_dynamics::{Event, Method, Moment};

const UNTIL: f64 = 1e40;
/// Clusters are those of this time.
const SETTLED: f64 = 1e3;
/// They merge when their first tokens are so near.
const MERGED: f64 = 0.3;
const TIGHT: f64 = 1e-10;

/// When the first token of a cluster met the first token of an earlier one.
struct Merger {
    token: usize,
    time: f64,
}

/// The table of our methods, and its rows, whose error is that of the mergers' times.
pub fn table(starts: &[Start]) -> (String, Vec<Row>) {
    let mut rows = vec![];
    let mut text = format!(
        "## To t = {UNTIL:e}\n\nTimes at which clusters of t = {SETTLED:e} merge (first tokens nearer than {MERGED}), \
         against rodas5p at {TIGHT:e}.\n\n"
    );
    text.push_str(
        "| start | method  | tolerance | time [ms] |  steps | rejected | mergers | largest relative error |\n",
    );
    text.push_str(
        "|------:|:--------|----------:|----------:|-------:|---------:|--------:|-----------------------:|\n",
    );
    for (index, start) in starts.iter().enumerate() {
        let (reference, ..) = mergers(Method::Rodas5P, start, TIGHT);
        for method in [Method::Auto, Method::Rodas4, Method::Rodas5P] {
            for tolerance in [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8] {
                let (found, row) = mergers(method, start, tolerance);
                let row = Row { start: index, error: compare(&found, &reference), ..row };
                let Row { method, seconds, steps, rejected, error, .. } = &row;
                let (ms, count) = (1e3 * seconds, found.len());
                let line = format!(
                    "| {index:5} | {method:7} | {tolerance:9.0e} | {ms:9.2} | {steps:6} | {rejected:8} | {count:7} | {error:22.1e} |"
                );
                writeln!(text, "{line}").expect("a string grows");
                rows.push(row);
            }
        }
    }
    print!("{text}");
    (text, rows)
}

/// The largest relative error of a merger's time; infinite if they are not the same mergers.
fn compare(found: &[Merger], reference: &[Merger]) -> f64 {
    let error = |m: &Merger| {
        let same = reference.iter().find(|r| r.token == m.token);
        same.map_or(f64::INFINITY, |r| (m.time / r.time - 1.0).abs())
    };
    let missing = if found.len() == reference.len() { 0.0 } else { f64::INFINITY };
    found.iter().map(error).fold(missing, f64::max)
}

fn mergers(method: Method, start: &Start, tolerance: f64) -> (Vec<Merger>, Row) {
    let mut leaders: Vec<usize> = vec![];
    let mut before: Vec<f64> = vec![];
    let mut found = vec![];
    let mut scratch = vec![0.0; start.state.len()];
    let begin = Instant::now();
    let (solution, name) = run(method, start, UNTIL, tolerance, &mut |moment| {
        let Moment::Step { time, state, .. } = moment else { return ControlFlow::Continue(()) };
        if time < SETTLED {
            return ControlFlow::Continue(());
        }
        if leaders.is_empty() {
            leaders = first_tokens(&angles(state));
            before = gaps(state, &leaders);
            return ControlFlow::Continue(());
        }
        let mut index = 1;
        while index < leaders.len() {
            let gap = |state: &[f64]| gaps(state, &leaders)[index] - MERGED;
            match Event::locate(moment, before[index] - MERGED, 1e-12, &mut scratch, gap) {
                Some(event) => {
                    found.push(Merger { token: leaders.remove(index), time: event.time });
                    before.remove(index);
                }
                None => index += 1,
            }
        }
        before = gaps(state, &leaders);
        ControlFlow::Continue(())
    });
    let (seconds, statistics) = (begin.elapsed().as_secs_f64(), solution.statistics);
    let row = Row {
        until: UNTIL,
        method: name.to_owned(),
        ours: method == Method::Auto,
        tolerance,
        start: 0,
        seconds,
        error: f64::NAN,
        steps: statistics.steps,
        rejected: statistics.rejected,
        evaluations: statistics.evaluations,
    };
    (found, row)
}

/// Tokens that are not near an earlier one of these.
fn first_tokens(angles: &[f64]) -> Vec<usize> {
    let mut leaders: Vec<usize> = vec![];
    for k in 0..angles.len() {
        if leaders.iter().all(|&j| apart(angles[k], angles[j]) > MERGED) {
            leaders.push(k);
        }
    }
    leaders
}

/// The distance of every leader to the nearest earlier one; infinite for the first.
fn gaps(state: &[f64], leaders: &[usize]) -> Vec<f64> {
    let n = state.len() / 2;
    let angles: Vec<f64> = leaders.iter().map(|&k| libm::atan2(state[n + k], state[k])).collect();
    let nearest = |i: usize| (0..i).map(|j| apart(angles[i], angles[j])).fold(f64::INFINITY, f64::min);
    (0..leaders.len()).map(nearest).collect()
}
