//! What a sweep costs beside its runs, and what a second core gives: experiments/consumption.toml.
//!
//! Linux tells for every thread how long it ran and how long it waited for a core that others had. The workers compute
//! runs; the main thread stages and publishes them. Overhead is its processor time over theirs. Efficiency is the share
//! of the time in which a worker computes or waits for a core that somebody else has. So a busy machine does not change
//! the verdict.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]
#![allow(clippy::disallowed_methods, reason = "a bench tells the time")]

use std::collections::BTreeMap;
use std::time::Instant;
use tokenpark_dataset::RunLog;
use tokenpark_sweep::{Manifest, Options, Plan, execute};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../experiments/consumption.toml");
/// Threads are looked at after so many runs.
const EVERY: u64 = 20;

/// Seconds of a thread.
#[derive(Clone, Copy, Default)]
struct Thread {
    ran: f64,
    waited: f64,
}

fn main() {
    let plan = Manifest::read(MANIFEST).and_then(Plan::new).expect("a plan");
    println!("{} runs of consumption", plan.runs());
    println!("threads  seconds  workers [s]  main thread [s]  overhead  efficiency");
    for threads in [1, 2] {
        sweep(&plan, threads);
    }
}

/// Computes and publishes everything into a folder of its own.
fn sweep(plan: &Plan, threads: usize) {
    let root = std::env::temp_dir().join(format!("tokenpark-overhead-{}", std::process::id()));
    let (start, before, mut seen) = (Instant::now(), main_thread(), BTreeMap::new());
    let options = Options {
        threads,
        fresh: false,
        retry: false,
        max_failures: None,
        replicas: None,
        only: &[],
        share: None,
        interrupted: &|| false,
        progress: &mut |progress| {
            if progress.done % EVERY == 0 {
                look(&mut seen);
            }
        },
        now: &String::new,
        elapsed: &|| start.elapsed().as_secs_f64(),
        log: &mut RunLog::default,
    };
    execute(plan, &root, options).expect("a dataset");
    let (seconds, after) = (start.elapsed().as_secs_f64(), main_thread());
    std::fs::remove_dir_all(&root).expect("the folder");
    let main = std::process::id();
    let mut workers: Vec<Thread> = seen.into_iter().filter(|&(id, _)| id != main).map(|(_, thread)| thread).collect();
    workers.sort_by(|a, b| b.ran.total_cmp(&a.ran));
    workers.truncate(threads);
    let computed: f64 = workers.iter().map(|worker| worker.ran).sum();
    let busy: f64 = workers.iter().map(|worker| worker.ran + worker.waited).sum();
    let ran = after.ran - before.ran;
    let overhead = 100.0 * ran / computed;
    let efficiency = busy / (threads as f64 * seconds);
    println!("{threads:7}  {seconds:7.2}  {computed:11.2}  {ran:15.2}  {overhead:6.2} %  {efficiency:10.3}");
}

/// The latest times of all threads that are alive.
fn look(seen: &mut BTreeMap<u32, Thread>) {
    for entry in std::fs::read_dir("/proc/self/task").expect("Linux").flatten() {
        let text = std::fs::read_to_string(entry.path().join("schedstat")).unwrap_or_default();
        if let (Ok(id), Some(thread)) = (entry.file_name().to_string_lossy().parse(), parse(&text)) {
            seen.insert(id, thread);
        }
    }
}

fn main_thread() -> Thread {
    parse(&std::fs::read_to_string("/proc/self/schedstat").expect("Linux")).unwrap_or_default()
}

/// Nanoseconds on a core and nanoseconds of waiting for one.
fn parse(text: &str) -> Option<Thread> {
    let mut seconds = text.split_whitespace().map(|word| word.parse::<f64>().ok().map(|number| number / 1e9));
    Some(Thread { ran: seconds.next()??, waited: seconds.next()?? })
}
