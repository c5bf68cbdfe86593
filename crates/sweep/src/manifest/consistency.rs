//! What must fit together: shapes and the dimension, times and `until`, separations, the size of the whole.
//!
//! Each check visits every combination of the values that it is about, and reports each wrong value once.

use std::collections::BTreeSet;
use std::ops::Range;

use super::attention;
use super::initial::Initial;
use super::key::Key;
use super::number::short;
use super::observe::{Observe, Times};
use super::parking::ParkingSpec;
use super::setting::Setting;
use super::{fits, layers, solvable, words};
use crate::axis::{Grid, Slot};
use crate::diagnostics::Report;
use crate::expression::Variables;
use crate::manifest::Separation;
use tokenpark_dynamics::Weights;

/// The largest number of runs.
const MOST_RUNS: u64 = 1_000_000_000;

/// What there is to be checked.
pub(crate) struct Parts<'m> {
    pub(crate) grid: &'m Grid,
    pub(crate) initial: &'m Initial,
    pub(crate) observe: &'m Observe,
    pub(crate) parking: &'m ParkingSpec,
    pub(crate) replicas: u32,
    /// Where `replicas`, or else the sweep, is written.
    pub(crate) site: Range<usize>,
}

/// Reports whatever does not fit together. Settings that are missing from the grid are not checked.
pub(crate) fn check(report: &mut Report<'_>, parts: &Parts<'_>) {
    runs(report, parts);
    for key in [Key::Query, Key::KeyMatrix, Key::Value] {
        shapes(report, parts.grid, key);
    }
    attention::masks(report, parts.grid);
    attention::heads(report, parts.grid);
    layers::check(report, parts.grid, parts.initial);
    points(report, parts);
    separations(report, parts.grid);
    times(report, parts);
    prefixes(report, parts);
    solvable::check(report, parts.grid);
    fits::check(report, parts.grid, parts.parking);
}

fn runs(report: &mut Report<'_>, parts: &Parts<'_>) {
    let (points, replicas) = (parts.grid.points() as u64, u64::from(parts.replicas));
    if points.saturating_mul(replicas) > MOST_RUNS {
        let message = format!("too many runs: {points} points × {replicas} replicas");
        report.wrong(parts.site.clone(), message, format!("allowed: at most {MOST_RUNS} in all"));
    }
}

pub(super) fn count(setting: &Setting) -> usize {
    if let Setting::Count(n) = setting { *n as usize } else { 0 }
}

fn number(setting: &Setting) -> f64 {
    if let Setting::Number(x) = setting { *x } else { f64::NAN }
}

fn shapes(report: &mut Report<'_>, grid: &Grid, key: Key) {
    let (Some(dimension), Some(matrix)) = (grid.slot(Key::Dimension), grid.slot(key)) else {
        return;
    };
    let mut seen = BTreeSet::new();
    for point in grid.combinations(&[&dimension, &matrix]) {
        let Setting::Matrix(spec) = matrix.at(point) else {
            continue;
        };
        let d = count(dimension.at(point));
        let span = matrix.span(point);
        let size = spec.nearest_size(d);
        if size != d && seen.insert(span.start) {
            let message = format!(
                "`{}` is {size} × {size}, but the dimension is {d}{}",
                key.path(),
                whereabouts(&dimension, point)
            );
            report.wrong(span, message, format!("allowed: {d} × {d}, a diagonal having {d} numbers"));
        }
    }
}

/// ` at point 3` if the slot is swept.
pub(super) fn whereabouts(slot: &Slot<'_>, point: usize) -> String {
    if matches!(slot, Slot::Base(_)) { String::new() } else { format!(" at point {point}") }
}

fn points(report: &mut Report<'_>, parts: &Parts<'_>) {
    let Some(rows) = parts.initial.distribution.points() else {
        return;
    };
    let width = rows.first().map_or(0, Vec::len);
    for (key, found, noun) in [(Key::Tokens, rows.len(), "point"), (Key::Dimension, width, "coordinate")] {
        let Some(slot) = parts.grid.slot(key) else {
            continue;
        };
        if let Some(odd) = slot.values().iter().find(|value| count(value) != found) {
            let (found, odd) = (words::count(found, noun), count(odd));
            let subject = if key == Key::Tokens { "the start has" } else { "a point of the start has" };
            let message = format!("{subject} {found}, but `{}` is {odd}", key.path());
            report.wrong(parts.initial.span.clone(), message, format!("allowed: {}", words::count(odd, noun)));
        }
    }
}

fn separations(report: &mut Report<'_>, grid: &Grid) {
    let slots = [Key::Separation, Key::Beta, Key::Tokens, Key::Dimension].map(|key| grid.slot(key));
    let [Some(separation), Some(beta), Some(tokens), Some(dimension)] = slots else {
        return;
    };
    let used = [&separation, &beta, &tokens, &dimension];
    let mut seen = BTreeSet::new();
    for point in grid.combinations(&used) {
        let Setting::Separation(Separation::Expression(rule)) = separation.at(point) else {
            continue;
        };
        let tokens = if let Setting::Count(n) = tokens.at(point) { *n } else { 0 };
        let d = if let Setting::Count(n) = dimension.at(point) { *n } else { 0 };
        let beta = number(beta.at(point));
        let value = rule.evaluate(&Variables { beta, tokens, dimension: d });
        let span = separation.span(point);
        let wrong = value.is_nan() || value <= 0.0;
        if wrong && seen.insert(span.start) {
            let at = format!("beta = {}, tokens = {tokens}, dimension = {d}", short(beta));
            let message = format!("`centers.separation` is {} where {at}", short(value));
            report.wrong(span, message, "allowed: an expression that is above 0 at every point");
        }
    }
}

/// The first tokens are a closed system under causal masks with weights that sum to 1, and only there.
fn prefixes(report: &mut Report<'_>, parts: &Parts<'_>) {
    let Some(largest) = parts.observe.prefixes.last() else {
        return;
    };
    let span = parts.observe.prefixes_span.clone();
    let values = |key| parts.grid.slot(key).map(|slot| slot.values().to_vec()).unwrap_or_default();
    if let Some(fewest) = values(Key::Tokens).iter().map(count).min().filter(|fewest| *fewest < *largest as usize) {
        let message = format!("`observe.prefixes` has {largest}, but `model.tokens` is {fewest}");
        report.wrong(span.clone(), message, format!("allowed: 1 to {fewest}"));
    }
    for setting in values(Key::Mask) {
        let Setting::Mask(mask) = &setting else { continue };
        if let Some(prefix) = parts.observe.prefixes.iter().find(|prefix| !mask.closes(**prefix as usize)) {
            let message = format!(
                "`observe.prefixes` cannot have {prefix} with `model.mask` = {setting}: {}",
                attention::open(mask)
            );
            report.wrong(span.clone(), message, "allowed: no `prefixes`, and one run for each number of tokens");
            break;
        }
    }
    if values(Key::Weights).iter().any(|weights| *weights != Setting::Weights(Weights::Softmax)) {
        let message =
            "`observe.prefixes` needs `model.weights` = \"softmax\": unnormalized weights divide by all tokens";
        report.wrong(span, message, "allowed: no `prefixes`, and one run for each number of tokens");
    }
}

/// The shortest run is the one that a save time can miss.
fn times(report: &mut Report<'_>, parts: &Parts<'_>) {
    let Some(slot) = parts.grid.slot(Key::Until) else {
        return;
    };
    let until = slot.values().iter().map(number).fold(f64::INFINITY, f64::min);
    let spans = &parts.observe.spans;
    let shortest = if matches!(slot, Slot::Base(_)) { "" } else { "the smallest " };
    match &parts.observe.times {
        Times::Linear(_) => {}
        Times::Log { count, from } => {
            let span = spans.first().cloned().unwrap_or_default();
            if *from >= until {
                let message = format!(
                    "`observe.times.from` is {}, not before {shortest}`until` = {}",
                    short(*from),
                    short(until)
                );
                report.wrong(span, message, format!("allowed: above 0 and below {}", short(until)));
            } else if libm::log(until / from) < 1e-12 * f64::from(*count) {
                let message = format!("{count} times between {from:?} and {until:?} are too close to tell apart");
                report.wrong(span, message, "allowed: fewer times, or an earlier `from`");
            }
        }
        Times::List(times) => {
            for (time, span) in times.iter().zip(spans).filter(|(time, _)| **time > until) {
                let message = format!("the time {} is after {shortest}`until` = {}", short(*time), short(until));
                report.wrong(span.clone(), message, format!("allowed: 0 to {}", short(until)));
            }
        }
    }
}
