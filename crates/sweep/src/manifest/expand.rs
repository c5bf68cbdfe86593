//! From the drafts of axes to their values.

use std::collections::BTreeMap;

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

/// Reports values that an axis has twice. Progressions do not repeat themselves.
fn repetition(report: &mut Report<'_>, group: &Group<'_, '_>, columns: &[Column]) {
    if columns.iter().any(|column| column.progression.is_some()) {
        return;
    }
    let length = columns.first().map_or(0, |column| column.values.len());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for index in 0..length {
        let row: Vec<String> = columns.iter().map(|column| column.values[index].to_string()).collect();
        let row = row.join(", ");
        if let Some(first) = seen.get(&row) {
            let names: Vec<String> = group.drafts.iter().map(|draft| format!("`{}`", draft.key.path())).collect();
            let message = format!("the axis {} repeats the value {}", names.join(", "), words::quote(&row));
            let help = format!("allowed: each value once; it is number {} already", first + 1);
            report.wrong(columns[0].spans[index].clone(), message, help);
        } else {
            seen.insert(row, index);
        }
    }
}
