//! Our methods and their peers on the same starts in one run: `just bench`, and bench/README.md for the rules.
//!
//! Writes reports/benchmarks/work-precision.csv (one row a method, tolerance, end and start) and
//! reports/benchmarks/table.md. Times are those of the fastest of several repetitions, in which all methods take turns.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]
#![allow(clippy::disallowed_methods, reason = "a bench measures time; nothing that is computed depends on it")]

mod files;
mod late;
mod ours;
mod peer;
mod reference;
mod table;

use ours::Ours;
use peer::Peer;
use std::fmt::Write;
use std::path::Path;
use table::{Agreement, Row};

/// The tokens of figure 3 of the paper, at its inverse temperature.
const TOKENS: usize = 200;
const BETA: f64 = 64.0;
const STARTS: usize = 3;
/// Each setting is repeated so often, but not beyond so many seconds a start.
const REPETITIONS: usize = 5;
const PATIENCE: f64 = 0.5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers");
    let reports = root.join("reports/benchmarks");
    std::fs::create_dir_all(&work)?;
    std::fs::create_dir_all(&reports)?;
    let starts = files::starts(STARTS, TOKENS, &work)?;
    let mut peers = peer::all(&root, &work);
    let mut report = String::from("# Benchmarks\n\n");
    writeln!(report, "Written by `just bench` on {}.\n", processor())?;
    let mut rows = vec![];
    for until in [200.0, 1e12] {
        rows.extend(compare(until, &starts, &mut peers, &mut report)?);
    }
    let (section, late) = late::table(&starts);
    report.push_str(&section);
    rows.extend(late);
    std::fs::write(reports.join("work-precision.csv"), table::csv(&rows))?;
    std::fs::write(reports.join("table.md"), &report)?;
    Ok(())
}

/// All methods at all tolerances to one end: rows, and a section of the report, which is printed too.
fn compare(
    until: f64,
    starts: &[files::Start],
    peers: &mut [Peer],
    report: &mut String,
) -> Result<Vec<Row>, Box<dyn std::error::Error>> {
    let mut rows = vec![];
    let mut agreement = Agreement::default();
    for (index, start) in starts.iter().enumerate() {
        let (reference, difference) = reference::solve(start, until);
        agreement.check = agreement.check.max(difference);
        if let Some(cvode) = peers.iter_mut().find(|peer| peer.name == peer::CVODE && until <= 1e4)
            && let Some(solved) = cvode.solve(start, until, reference::TIGHT)?
        {
            let difference = files::error(&solved.angles, &reference);
            agreement.cvode = Some(agreement.cvode.map_or(difference, |worst| worst.max(difference)));
        }
        let mut settings = settings(until, peers);
        for _ in 0..REPETITIONS {
            for setting in &mut settings {
                setting.repeat(start, until, peers, &reference)?;
            }
        }
        rows.extend(settings.into_iter().filter_map(|setting| setting.row(until, index)));
    }
    let section = table::markdown(until, &rows, &agreement);
    print!("{section}");
    report.push_str(&section);
    Ok(rows)
}

/// Who solves.
#[derive(Clone, Copy)]
enum Who {
    Ours(Ours),
    Peer(usize),
}

/// A method at a tolerance, and the best repetition so far on the present start.
struct Setting {
    who: Who,
    name: String,
    ours: bool,
    tolerance: f64,
    spent: f64,
    failed: bool,
    best: Option<(f64, Solved)>,
}

/// The end of a solve.
struct Solved {
    seconds: f64,
    angles: Vec<f64>,
    steps: u64,
    rejected: u64,
    evaluations: u64,
}

fn settings(until: f64, peers: &[Peer]) -> Vec<Setting> {
    let setting = |who, name: &str, ours, &tolerance: &f64| Setting {
        who,
        name: name.to_owned(),
        ours,
        tolerance,
        spent: 0.0,
        failed: false,
        best: None,
    };
    let mut all: Vec<Setting> = vec![];
    for ours in ours::ALL.into_iter().filter(|ours| ours.reaches(until)) {
        all.extend(ours.tolerances().iter().map(|t| setting(Who::Ours(ours), ours.name(), ours.chosen(), t)));
    }
    for (index, peer) in peers.iter().enumerate() {
        all.extend(peer.tolerances(until).iter().map(|t| setting(Who::Peer(index), peer.name, false, t)));
    }
    all
}

impl Setting {
    /// One more repetition, unless there was enough of it.
    fn repeat(
        &mut self,
        start: &files::Start,
        until: f64,
        peers: &mut [Peer],
        reference: &[f64],
    ) -> Result<(), Box<dyn std::error::Error>> {
        if self.failed || self.spent > PATIENCE {
            return Ok(());
        }
        let solved = match self.who {
            Who::Ours(ours) => ours.solve(start, until, self.tolerance),
            Who::Peer(index) => peers[index].solve(start, until, self.tolerance)?,
        };
        let Some(solved) = solved else {
            println!("{} did not reach {until:e} with tolerance {:e}", self.name, self.tolerance);
            self.failed = true;
            return Ok(());
        };
        self.spent += solved.seconds;
        if self.best.as_ref().is_none_or(|(_, best)| solved.seconds < best.seconds) {
            self.best = Some((files::error(&solved.angles, reference), solved));
        }
        Ok(())
    }

    fn row(self, until: f64, start: usize) -> Option<Row> {
        let (error, solved) = self.best?;
        let Solved { seconds, steps, rejected, evaluations, .. } = solved;
        let (method, ours, tolerance) = (self.name, self.ours, self.tolerance);
        Some(Row { until, method, ours, tolerance, start, seconds, error, steps, rejected, evaluations })
    }
}

/// The processor's name, as the system tells it.
fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("an unnamed processor");
    name.trim_start_matches([' ', '\t', ':']).to_owned()
}
