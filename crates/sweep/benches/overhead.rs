//! What a sweep costs beside its runs, and what a second core gives: experiments/consumption.toml with fewer replicas,
//! computed run by run, then by `execute` on one thread and on two.
//!
//! Processor time counts, so that a busy machine does not change the verdict; the clock is printed beside it.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]
#![allow(clippy::disallowed_methods, reason = "a bench tells the time")]

use std::path::Path;
use std::time::Instant;
use tokenpark_dataset::RunLog;
use tokenpark_sweep::{Manifest, Options, Plan, execute, run};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../experiments/consumption.toml");
const REPLICAS: u32 = 1000;
/// The cheapest of so many repetitions counts.
const REPETITIONS: usize = 3;

/// Seconds of a piece of work.
#[derive(Clone, Copy)]
struct Spent {
    clock: f64,
    processor: f64,
}

fn main() {
    let text = std::fs::read_to_string(MANIFEST).expect("the manifest");
    let text = text.replace("replicas = 5000", &format!("replicas = {REPLICAS}"));
    let plan = Plan::new(Manifest::parse(&text, MANIFEST).expect("a manifest")).expect("a plan");
    let alone = best(|| (0..REPLICAS).for_each(|replica| drop(run(&plan, 0, replica, &|| false))));
    let one = best(|| sweep(&plan, 1));
    let two = best(|| sweep(&plan, 2));
    println!("{REPLICAS} runs of consumption   clock [s]   processor [s]");
    for (name, spent) in [("run by run", alone), ("execute, 1 thread", one), ("execute, 2 threads", two)] {
        println!("{name:24} {:12.2} {:15.2}", spent.clock, spent.processor);
    }
    println!("overhead of the sweep: {:.1} % of the processor time", 100.0 * (one.processor / alone.processor - 1.0));
    let (clock, processor) = (one.clock / (2.0 * two.clock), one.processor / two.processor);
    println!("efficiency on two cores: {clock:.3} by the clock, {processor:.3} by processor time");
}

fn best(work: impl Fn()) -> Spent {
    let once = || {
        let (start, before) = (Instant::now(), processor());
        work();
        Spent { clock: start.elapsed().as_secs_f64(), processor: processor() - before }
    };
    let all: Vec<Spent> = (0..REPETITIONS).map(|_| once()).collect();
    let least = |of: fn(&Spent) -> f64| all.iter().map(of).fold(f64::INFINITY, f64::min);
    Spent { clock: least(|spent| spent.clock), processor: least(|spent| spent.processor) }
}

/// Computes and publishes everything into a folder of its own.
fn sweep(plan: &Plan, threads: usize) {
    let root = std::env::temp_dir().join(format!("tokenpark-overhead-{}", std::process::id()));
    let start = Instant::now();
    let options = Options {
        threads,
        fresh: false,
        retry: false,
        max_failures: None,
        replicas: None,
        only: &[],
        share: None,
        interrupted: &|| false,
        progress: &mut |_| {},
        started: String::new(),
        elapsed: &|| start.elapsed().as_secs_f64(),
        log: &mut RunLog::default,
    };
    execute(plan, Path::new(&root), options).expect("a dataset");
    std::fs::remove_dir_all(&root).expect("the folder");
}

/// Seconds that this process has spent on processors, from Linux's /proc: hundredths are its ticks.
fn processor() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let after = text.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(2);
    ticks.map(|ticks| ticks.parse::<f64>().unwrap_or(0.0)).sum::<f64>() / 100.0
}
