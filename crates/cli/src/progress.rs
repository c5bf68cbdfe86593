//! Progress: a bar with an estimate of the time left on a terminal, a line every 30 seconds elsewhere.

use crate::console;
use crate::edge::Clock;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use tokenpark_sweep::Progress;

const LINES_EVERY: f64 = 30.0;
/// The bar counts in thousandths of the estimated cost.
const STEPS: f64 = 1000.0;

/// Shows how far a sweep is.
pub struct Display {
    name: String,
    bar: Option<ProgressBar>,
    clock: Clock,
    last_line: f64,
}

impl Display {
    /// For the sweep of that name.
    pub fn new(name: &str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(STEPS as u64), ProgressDrawTarget::stderr_with_hz(10));
            let style =
                ProgressStyle::with_template("{prefix:20} {bar:32} {msg}").unwrap_or(ProgressStyle::default_bar());
            bar.set_style(style.progress_chars("━╸ "));
            bar.set_prefix(name.to_owned());
            bar
        });
        Self { name: name.to_owned(), bar, clock: Clock::start(), last_line: 0.0 }
    }

    /// Called after every run.
    pub fn update(&mut self, progress: Progress) {
        let seconds = self.clock.seconds();
        if let Some(bar) = &self.bar {
            bar.set_position((progress.share * STEPS) as u64);
            bar.set_message(self.message(progress, seconds));
        } else if seconds - self.last_line >= LINES_EVERY {
            self.last_line = seconds;
            console::note(&format!("{}: {}", self.name, self.message(progress, seconds)));
        }
    }

    fn message(&self, progress: Progress, seconds: f64) -> String {
        let (done, total) = (console::count(progress.done), console::count(progress.total));
        let failed = if progress.failed > 0 { format!(", {} failed", progress.failed) } else { String::new() };
        let made = progress.share - progress.share_at_start;
        let left = if made > 0.0 && seconds > 0.5 {
            let left = console::duration((1.0 - progress.share).max(0.0) * seconds / made);
            format!(", {} elapsed, {left} left", console::duration(seconds))
        } else {
            String::new()
        };
        format!("{done}/{total} runs{failed}{left}")
    }

    /// Removes the bar.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Counts something up to a total: a bar on a terminal, a line every 30 seconds elsewhere.
pub struct Counter {
    name: String,
    bar: Option<ProgressBar>,
    clock: Clock,
    last_line: f64,
}

impl Counter {
    /// For the dataset of that name.
    pub fn new(name: &str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr_with_hz(10));
            let style = ProgressStyle::with_template("{prefix:20} {bar:32} {pos}/{len} runs, {eta} left");
            bar.set_style(style.unwrap_or(ProgressStyle::default_bar()).progress_chars("━╸ "));
            bar.set_prefix(name.to_owned());
            bar
        });
        Self { name: name.to_owned(), bar, clock: Clock::start(), last_line: 0.0 }
    }

    /// So many are done.
    pub fn update(&mut self, done: u64, total: u64) {
        let seconds = self.clock.seconds();
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_position(done);
        } else if seconds - self.last_line >= LINES_EVERY {
            self.last_line = seconds;
            console::note(&format!("{}: {} of {} runs", self.name, console::count(done), console::count(total)));
        }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
