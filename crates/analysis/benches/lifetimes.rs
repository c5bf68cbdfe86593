//! Ten million rows of lifetimes: how long their summary takes and how much memory: `just bench-lifetimes`.
//!
//! Lifetimes are made up. Half of the clusters are alive at the start of the observation, far more than in any real
//! dataset, and die at as many distinct times.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]
#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

#[path = "../tests/it/made_up.rs"]
mod made_up;

use made_up::MadeUp;
use std::time::Instant;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let betas = vec![4.0, 9.0, 16.0, 25.0, 36.0, 49.0, 64.0, 81.0, 100.0, 121.0];
    let dataset = MadeUp { betas, replicas: 5000, tokens: 200, alive: 100, until: 1e90, times: 0, prefixes: vec![] }
        .publish(folder.path());
    println!("made 10,000,000 rows; peak so far {} MB", peak());
    reset_peak();
    let (before, processor) = (Instant::now(), processor_seconds());
    tokenpark_analysis::analyze(&dataset, &folder.path().join("reports")).expect("a summary");
    let (seconds, processor) = (before.elapsed().as_secs_f64(), processor_seconds() - processor);
    println!("summarised in {seconds:.1} s ({processor:.1} s of processor time); peak {} MB", peak());
}

/// The largest resident memory of this process so far, in MB; 0 where there is no /proc.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Seconds of processor time of this process so far, at 100 ticks a second; 0 where there is no /proc.
fn processor_seconds() -> f64 {
    let line = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 14 and 15 of proc(5), user and system time, counted after the name in parentheses.
    let fields = line.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Lets the peak be measured from now on (Linux).
fn reset_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
