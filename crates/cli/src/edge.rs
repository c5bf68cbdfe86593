//! The edge of the deterministic world: the clock, the host, the commit, and the user's Ctrl-C.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};
use tokenpark_dataset::RunLog;

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
        let git = |arguments: &[&str]| {
            let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
            String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned())
        };
        RunLog {
            started: humantime::format_rfc3339_seconds(self.started).to_string(),
            finished: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            host: gethostname::gethostname().to_string_lossy().into_owned(),
            commit: git(&["rev-parse", "HEAD"]).unwrap_or_default(),
            dirty: git(&["status", "--porcelain"]).is_some_and(|text| !text.is_empty()),
            threads: threads as u32,
            seconds: self.seconds(),
            ..RunLog::default()
        }
    }
}

/// The number of threads meant by `--threads`.
pub fn threads(asked: usize) -> usize {
    match asked {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        asked => asked,
    }
}
