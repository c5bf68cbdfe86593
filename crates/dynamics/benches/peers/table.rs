//! Rows for the figure, and what they say: how much longer a method takes than ours at no larger error.

use std::fmt::Write;

/// A method at a tolerance on one start.
pub struct Row {
    pub until: f64,
    pub method: String,
    /// True for the method of `auto`.
    pub ours: bool,
    pub tolerance: f64,
    pub start: usize,
    pub seconds: f64,
    /// The largest over tokens, in radians; to t = 1e40 that of the mergers' times, relative.
    pub error: f64,
    pub steps: u64,
    pub rejected: u64,
    pub evaluations: u64,
}

/// All rows as CSV.
pub fn csv(rows: &[Row]) -> String {
    let mut text = String::from("until,method,auto,tolerance,start,seconds,error,steps,rejected,evaluations\n");
    for r in rows {
        let Row { until, method, ours, tolerance, start, seconds, error, steps, rejected, evaluations } = r;
        let numbers = format!("{seconds:.6e},{error:.3e},{steps},{rejected},{evaluations}");
        writeln!(text, "{until:e},{method},{ours},{tolerance:e},{start},{numbers}").expect("a string grows");
    }
    text
}

/// A method at a tolerance over all starts.
struct Setting<'a> {
    method: &'a str,
    ours: bool,
    tolerance: f64,
    /// Means.
    seconds: f64,
    steps: f64,
    evaluations: f64,
    /// The geometric mean and the largest.
    typical: f64,
    worst: f64,
}

impl<'a> Setting<'a> {
    fn of(rows: &[&'a Row]) -> Self {
        let mean = |f: &dyn Fn(&Row) -> f64| rows.iter().map(|r| f(r)).sum::<f64>() / rows.len() as f64;
        Self {
            method: &rows[0].method,
            ours: rows[0].ours,
            tolerance: rows[0].tolerance,
            seconds: mean(&|r| r.seconds),
            steps: mean(&|r| r.steps as f64),
            evaluations: mean(&|r| r.evaluations as f64),
            // Below the resolution of angles errors are equal.
            typical: libm::exp(mean(&|r| libm::log(r.error.max(f64::EPSILON)))),
            worst: rows.iter().map(|r| r.error).fold(0.0, f64::max),
        }
    }
}

/// The largest differences between the reference and what checks it.
#[derive(Default)]
pub struct Agreement {
    /// Another method of ours.
    pub check: f64,
    /// CVODE, where it is and gets there.
    pub cvode: Option<f64>,
}

/// The table of one end.
pub fn markdown(until: f64, rows: &[Row], agreement: &Agreement) -> String {
    let cvode = agreement.cvode.map_or_else(String::new, |difference| format!(", and CVODE within {difference:.0e}"));
    let met = format!("{:.0e}{cvode}", agreement.check);
    let starts = rows.iter().map(|r| r.start + 1).max().unwrap_or(0);
    let (complete, partial): (Vec<_>, Vec<_>) = grouped(rows).into_iter().partition(|rows| rows.len() == starts);
    let settings: Vec<Setting> = complete.iter().map(|rows| Setting::of(rows)).collect();
    let mut text = format!(
        "## To t = {until:e}\n\nMeans over {starts} starts; errors in radians at the end, the largest over tokens, against \
         rodas5p at 1e-12 (which its check met within {met}). `/ ours` is the time over that of the fastest \
         setting of `auto` whose mean and largest errors are no larger, on the same starts.\n\n"
    );
    text.push_str(
        "| method           | tolerance |    time [ms] | mean error | largest error |  steps | evaluations |  / ours |\n",
    );
    text.push_str(
        "|:-----------------|----------:|-------------:|-----------:|--------------:|-------:|------------:|--------:|\n",
    );
    for s in &settings {
        let no_larger = |o: &&Setting| o.ours && o.typical <= s.typical && o.worst <= s.worst;
        let ours = settings.iter().filter(no_larger).map(|o| o.seconds).fold(f64::INFINITY, f64::min);
        let ratio = if ours.is_finite() { format!("{:.1}", s.seconds / ours) } else { "-".to_owned() };
        let (time, steps, evaluations) = (1e3 * s.seconds, s.steps, s.evaluations);
        let row = format!(
            "| {:16} | {:9.0e} | {time:12.2} | {:10.1e} | {:13.1e} | {steps:6.0} | {evaluations:11.0} | {ratio:>7} |",
            s.method, s.tolerance, s.typical, s.worst
        );
        writeln!(text, "{row}").expect("a string grows");
    }
    text.push('\n');
    for rows in partial {
        let (method, tolerance, count) = (&rows[0].method, rows[0].tolerance, rows.len());
        let line = format!("{method} with tolerance {tolerance:e} got there from {count} of {starts} starts.\n");
        writeln!(text, "{line}").expect("a string grows");
    }
    text
}

/// Rows of the same method and tolerance, in the order of the first of each.
fn grouped(rows: &[Row]) -> Vec<Vec<&Row>> {
    let mut groups: Vec<Vec<&Row>> = vec![];
    for row in rows {
        let same = |g: &&mut Vec<&Row>| g[0].method == row.method && g[0].tolerance == row.tolerance;
        match groups.iter_mut().find(same) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups
}
