//! The edge of the deterministic world: the clock, the host, the commit, and the user's Ctrl-C.

use crate::git::Repository;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime};
use tokenpark_dataset::{Fault, RunLog};

/// A file that only a checkout of the program has.
const HERE: &str = "crates/cli/src/edge.rs";

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static TIME_IS_UP: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// From now on the first Ctrl-C asks for a clean stop; a second one kills.
pub fn catch_interrupts() {
    // Without a handler Ctrl-C still stops the program; only the last unfinished block is lost.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        crate::console::note("interrupted: keeping what is finished (press again to stop at once)");
    });
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGUSR1, Arc::clone(&TIME_IS_UP));
}

/// Whether a batch system said, by the signal USR1, that the time is up.
pub fn time_is_up() -> bool {
    TIME_IS_UP.load(Ordering::Relaxed)
}

/// A variable of the environment, if it is set to something.
#[allow(clippy::disallowed_methods, reason = "this is the edge: array tasks are told their number by the environment")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether the user, or a batch system, asked to stop.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed) || time_is_up()
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

    /// What run.toml says of work on a manifest, so far.
    pub fn log(&self, threads: usize, manifest: &Path) -> RunLog {
        // The working folder can lie in a repository of the user's own, whose commit says nothing about the program.
        let here = Repository::at(Path::new("."));
        let ours = here.top().is_some_and(|top| top.join(HERE).is_file());
        let theirs = Repository::beside(manifest);
        RunLog {
            started: humantime::format_rfc3339_seconds(self.started).to_string(),
            finished: now(),
            host: gethostname::gethostname().to_string_lossy().into_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: here.head().filter(|_| ours).unwrap_or_default(),
            dirty: ours && here.is_dirty(),
            manifest_commit: theirs.head().unwrap_or_default(),
            manifest_dirty: theirs.is_dirty(),
            threads: threads as u32,
            seconds: self.seconds(),
            ..RunLog::default()
        }
    }
}

/// The time, as run.toml writes it.
#[allow(clippy::disallowed_methods, reason = "this is the edge: run.toml tells the time")]
pub fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

/// Waits a second, or less when the user asks to stop.
pub fn pause() {
    for _ in 0..10 {
        if !interrupted() {
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Arms the fault that TOKENPARK_FAULT asks for, so that tests see what the next run makes of what is left:
/// `kill:N`, `refuse:N` or `full:N`, at the N-th thing that is done to files.
#[allow(clippy::disallowed_methods, reason = "this is the edge: a fault is asked for by the environment")]
pub fn arm_fault() {
    let Ok(asked) = std::env::var("TOKENPARK_FAULT") else { return };
    let fault = match asked.split_once(':') {
        Some(("kill", at)) => at.parse().ok().map(|at| (Fault::Kill, at)),
        Some(("refuse", at)) => at.parse().ok().map(|at| (Fault::Refuse, at)),
        Some(("full", at)) => at.parse().ok().map(|at| (Fault::Full, at)),
        _ => None,
    };
    match fault {
        Some((fault, at)) => fault.arm(at),
        None => crate::console::note(&format!(
            "warning: TOKENPARK_FAULT = {asked} is ignored; allowed: kill:N, refuse:N, full:N"
        )),
    }
}

/// A program that lies beside this one, or else on the path.
pub fn beside(program: &str) -> PathBuf {
    let here = std::env::current_exe().ok().map(|this| this.with_file_name(program));
    here.filter(|path| path.is_file()).unwrap_or(PathBuf::from(program))
}

/// The number of threads meant by `--threads`.
pub fn threads(asked: usize) -> usize {
    match asked {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        asked => asked,
    }
}
