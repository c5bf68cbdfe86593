//! [sweep] and [[sweep.zip]]: lengths first, so that a grid that is too large is refused before it is expanded.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::draft::{self, Draft};
use super::expand;
use super::key::Key;
use super::kind::Experiment;
use super::value::Value;
use super::words;
use crate::axis::Axis;
use crate::diagnostics::Report;

/// The largest grid.
pub(crate) const MOST_POINTS: usize = 10_000_000;

/// Drafts that go together.
pub(crate) struct Group<'v, 't> {
    pub(crate) drafts: Vec<Draft<'v, 't>>,
    pub(crate) zipped: bool,
    /// Where the group begins.
    pub(crate) site: Range<usize>,
}

/// The axes of a manifest, and every key that it means to sweep, even wrongly.
#[derive(Default)]
pub(crate) struct Sweep {
    pub(crate) axes: Vec<Axis>,
    pub(crate) keys: Vec<Key>,
}

/// Reads the [sweep] table of a manifest of some kind.
pub(crate) fn read(report: &mut Report<'_>, kind: Experiment, table: &DeTable<'_>) -> Sweep {
    let mut keys = Vec::new();
    let mut groups: Vec<Group<'_, '_>> = Vec::new();
    for (name, value) in in_order(table).filter(|(name, _)| name.get_ref() != "zip") {
        let draft = draft::read(report, kind, "[sweep]", name, value, &mut keys);
        groups.extend(draft.map(|draft| Group { drafts: vec![draft], zipped: false, site: name.span() }));
    }
    // Points are numbered in the order of the settings, whatever the order in the file.
    groups.sort_by_key(|group| group.drafts[0].key);
    if let Some(zips) = table.get("zip") {
        groups.extend(read_zips(report, kind, zips, &mut keys));
    }
    let axes = if fits(report, &groups) { expand::axes(report, &groups) } else { Vec::new() };
    Sweep { axes, keys }
}

/// The entries of a table as they stand in the file.
fn in_order<'v, 't>(table: &'v DeTable<'t>) -> impl Iterator<Item = (&'v Spanned<DeString<'t>>, &'v Value<'t>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries.into_iter()
}

fn read_zips<'v, 't>(
    report: &mut Report<'_>,
    kind: Experiment,
    zips: &'v Value<'t>,
    keys: &mut Vec<Key>,
) -> Vec<Group<'v, 't>> {
    let tables = match zips.get_ref() {
        DeValue::Array(tables) => tables.as_ref(),
        _ => {
            report.wrong(zips.span(), "`sweep.zip` is not a list of tables", "write [[sweep.zip]], with two brackets");
            return Vec::new();
        }
    };
    tables.iter().filter_map(|zip| read_zip(report, kind, zip, keys)).collect()
}

fn read_zip<'v, 't>(
    report: &mut Report<'_>,
    kind: Experiment,
    zip: &'v Value<'t>,
    keys: &mut Vec<Key>,
) -> Option<Group<'v, 't>> {
    let DeValue::Table(table) = zip.get_ref() else {
        report.wrong(
            zip.span(),
            format!("`sweep.zip` holds {}", words::noun(zip.get_ref())),
            "allowed: tables of axes",
        );
        return None;
    };
    if table.len() < 2 {
        let what = if table.is_empty() { "an empty [[sweep.zip]]" } else { "a [[sweep.zip]] of one axis" };
        report.wrong(zip.span(), what, "allowed: two or more axes of the same length");
    }
    let mut drafts: Vec<Draft<'_, '_>> = (in_order(table))
        .filter_map(|(name, value)| draft::read(report, kind, "[[sweep.zip]]", name, value, keys))
        .collect();
    let first = drafts.first()?;
    let (length, path) = (first.len(), first.key.path());
    for other in drafts.iter().filter(|other| other.len() != length) {
        let message = format!("`{}` has {} in a zip", other.key.path(), words::count(other.len(), "value"));
        report.wrong(other.value.span(), message, format!("`{path}` has {length}; zipped axes have equal lengths"));
    }
    drafts.retain(|draft| draft.len() == length);
    drafts.sort_by_key(|draft| draft.key);
    Some(Group { drafts, zipped: true, site: zip.span() })
}

/// Whether the product of the lengths is small enough.
fn fits(report: &mut Report<'_>, groups: &[Group<'_, '_>]) -> bool {
    let lengths: Vec<usize> = groups.iter().filter_map(|group| group.drafts.first().map(Draft::len)).collect();
    let points = lengths.iter().try_fold(1_usize, |product, &length| product.checked_mul(length));
    if points.is_some_and(|points| points <= MOST_POINTS) {
        return true;
    }
    let factors: Vec<String> = lengths.iter().map(usize::to_string).collect();
    let site = groups.first().map_or(0..0, |group| group.site.clone());
    let message = format!("the sweep has too many points: {}", factors.join(" × "));
    report.wrong(site, message, format!("allowed: at most {MOST_POINTS} in all"));
    false
}
