//! From the drafts of axes to their values.

use super::draft::{Draft, Values};
use super::key::Key;
use super::number;
use super::setting::{self, Setting};
use super::sweep::Group;
use super::value::Value;
use super::words;
use crate::axis::{Axis, Column, Progression, Spacing};
use crate::diagnostics::Report;

/// The axes of the groups; one with a mistake is left out.
pub(crate) fn axes(report: &mut Report<'_>, groups: &[Group<'_, '_>]) -> Vec<Axis> {
    let mut axes = Vec::new();
    for group in groups {
        let found: Vec<Option<Column>> = group.drafts.iter().map(|draft| column(report, draft)).collect();
        let Some(columns) = found.into_iter().collect::<Option<Vec<Column>>>() else {
            continue;
        };
        repetition(report, group, &columns);
        axes.push(Axis { columns, zipped: group.zipped });
    }
    axes
}

fn column(report: &mut Report<'_>, draft: &Draft<'_, '_>) -> Option<Column> {
    match &draft.values {
        Values::List(items) => {
            let found: Vec<_> = items.iter().map(|item| setting::read(report, draft.key, item)).collect();
            let values = found.into_iter().collect::<Option<Vec<Setting>>>()?;
            let spans = items.iter().map(Value::span).collect();
            Some(Column { key: draft.key, values, spans, progression: None })
        }
        Values::Progression { progression, from, to } => {
            let ends = [setting::read(report, draft.key, from), setting::read(report, draft.key, to)];
            ends.into_iter().collect::<Option<Vec<Setting>>>()?;
            let values = steps(report, draft, progression)?;
            let spans = vec![draft.value.span()];
            Some(Column { key: draft.key, values, spans, progression: Some(*progression) })
        }
    }
}

/// The values of a progression whose ends are allowed: those between are then allowed as well, if they differ.
fn steps(report: &mut Report<'_>, draft: &Draft<'_, '_>, progression: &Progression) -> Option<Vec<Setting>> {
    let path = draft.key.path();
    let mut values: Vec<f64> = progression.iter().collect();
    if draft.key.is_count() && progression.spacing == Spacing::Log {
        values.iter_mut().for_each(|x| *x = libm::round(*x));
    }
    let rising = progression.from < progression.to;
    if let Some(pair) = values.windows(2).find(|pair| pair[0] == pair[1] || (pair[0] < pair[1]) != rising) {
        let message = format!("the axis `{path}` has the value {} more than once", number::short(pair[0]));
        report.wrong(draft.value.span(), message, "allowed: fewer values, or ends farther apart");
        return None;
    }
    if !draft.key.is_count() {
        return Some(match draft.key {
            Key::Separation => values.into_iter().map(|x| Setting::Separation(super::Separation::Number(x))).collect(),
            _ => values.into_iter().map(Setting::Number).collect(),
        });
    }
    if let Some(broken) = values.iter().find(|x| **x != libm::trunc(**x)) {
        let message = format!("the axis `{path}` has the value {broken:?}, not a whole number");
        report.wrong(draft.value.span(), message, "allowed: ends and a number of values that give whole steps");
        return None;
    }
    Some(values.into_iter().map(|x| Setting::Count(x as u32)).collect())
}

/// A value in an order of its own: numbers by their bits, all else as it is written.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Bits(u64),
    Text(String),
}

fn rank(setting: &Setting) -> Rank {
    match setting {
        Setting::Count(n) => Rank::Bits((*n).into()),
        Setting::Number(x) => Rank::Bits(x.to_bits()),
        other => Rank::Text(other.to_string()),
    }
}

/// Reports values that an axis has twice. Progressions do not repeat themselves.
fn repetition(report: &mut Report<'_>, group: &Group<'_, '_>, columns: &[Column]) {
    if columns.iter().any(|column| column.progression.is_some()) {
        return;
    }
    let length = columns.first().map_or(0, |column| column.values.len());
    let row = |index: usize| columns.iter().map(move |column| &column.values[index]);
    let mut rows: Vec<(Vec<Rank>, usize)> = (0..length).map(|index| (row(index).map(rank).collect(), index)).collect();
    rows.sort_unstable();
    for equal in rows.chunk_by(|(a, _), (b, _)| a == b) {
        for (_, index) in &equal[1..] {
            let names: Vec<String> = group.drafts.iter().map(|draft| format!("`{}`", draft.key.path())).collect();
            let words: Vec<String> = row(*index).map(ToString::to_string).collect();
            let (names, words) = (names.join(", "), words::quote(&words.join(", ")));
            let message = format!("the axis {names} repeats the value {words}");
            let help = format!("allowed: each value once; it is number {} already", equal[0].1 + 1);
            report.wrong(columns[0].spans[*index].clone(), message, help);
        }
    }
}
