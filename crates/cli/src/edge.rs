//! The edge of the deterministic world: the clock, the host, the commit, and the user's Ctrl-C.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};
use tokenpark_dataset::RunLog;

/// A file that only a checkout of the program has.
const HERE: &str = "crates/cli/src/edge.rs";

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on the first Ctrl-C asks for a clean stop; a second one kills.
pub fn catch_interrupts() {
    // Without a handler Ctrl-C still stops the program; only the last unfinished block is lost.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        crate::console::note("interrupted: keeping what is finished (press again to stop at once)");
    });
}

/// Whether the user asked to stop.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// A stopwatch, and what goes into run.toml.
pub struct Clock {
    started: SystemTime,
    instant: Instant,
}

impl Clock {
    /// Starts now.
    #[allow(clippy::disallowed_methods, reason = "this is the edge: run.toml and the progress bar tell the time")]
    pub fn start() -> Self {
        Self { started: SystemTime::now(), instant: Instant::now() }
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.instant.elapsed().as_secs_f64()
    }

    /// The run log of work that ends now.
    #[allow(clippy::disallowed_methods, reason = "this is the edge: run.toml and the progress bar tell the time")]
    pub fn log(&self, threads: usize) -> RunLog {
        // The working folder can lie in a repository of the user's own, whose commit says nothing about the program.
        let ours = git(&["rev-parse", "--show-toplevel"]).is_some_and(|top| Path::new(&top).join(HERE).is_file());
        let git = |arguments: &[&str]| git(arguments).filter(|_| ours);
        RunLog {
            started: humantime::format_rfc3339_seconds(self.started).to_string(),
            finished: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            host: gethostname::gethostname().to_string_lossy().into_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: git(&["rev-parse", "HEAD"]).unwrap_or_default(),
            dirty: git(&["status", "--porcelain"]).is_some_and(|text| !text.is_empty()),
            threads: threads as u32,
            seconds: self.seconds(),
            ..RunLog::default()
        }
    }
}

/// What git says, if it has something to say.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned())
}

/// The number of threads meant by `--threads`.
pub fn threads(asked: usize) -> usize {
    match asked {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        asked => asked,
    }
}
