//! The walk over a manifest's tree, section by section.

use std::ops::Range;
use std::path::Path;

use serde_json::json;
use toml::de::{DeTable, DeValue};

use super::key::Key;
use super::keys::{PARKING, SECTIONS, TOP};
use super::kind::{EXPERIMENTS, Experiment};
use super::number;
use super::setting;
use super::sweep::{self, Sweep};
use super::{Manifest, SCHEMA, consistency, initial, observe, parking, schema, value, words};
use crate::axis::{Grid, Sited};
use crate::diagnostics::{Diagnostics, Report};

/// The longest name, in characters.
const LONGEST_NAME: usize = 64;
/// Names that mean something else below data/ and reports/.
const RESERVED: [&str; 4] = ["reference", "quick", "claims", "benchmarks"];
/// TOML's largest integer.
const MOST_SEED: u64 = i64::MAX as u64;
const MOST_REPLICAS: u32 = 10_000_000;

/// The manifest in `text`, or all its mistakes.
pub(crate) fn manifest(text: &str, path: &Path) -> Result<Manifest, Diagnostics> {
    let (tree, errors) = DeTable::parse_recoverable(text);
    let root = tree.get_ref();
    if root.is_empty() && errors.is_empty() {
        let help = "it needs at least schema, name, seed, [model] tokens, dimension, beta, and [integrate] until";
        return Err(Diagnostics::file(path, "the manifest is empty", help));
    }
    let mut report = Report::new(path, text);
    errors.iter().for_each(|error| report.syntax(error));
    value::unknown_keys(&mut report, "the manifest", root, &[&TOP[..], &SECTIONS[..]].concat());
    let reader = Reader { root, end: text.trim_end().len() };
    let manifest = reader.read(&mut report);
    if report.has_errors() {
        if !report.has_syntax_errors() {
            consistency::check(&mut report, &manifest.parts());
        }
        report.finish()?;
    }
    Ok(manifest)
}

/// The keys above the first section, and what they may be.
pub(crate) fn top_schema() -> serde_json::Map<String, serde_json::Value> {
    let name = json!({
        "type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "maxLength": LONGEST_NAME,
        "not": { "enum": RESERVED },
    });
    let kind = schema::words(&EXPERIMENTS);
    let entries = [
        ("schema", json!({ "type": "integer", "const": SCHEMA }), "The version of the manifest format.", None),
        ("kind", kind, "What the runs are.", Some("\"attention\"")),
        ("name", name, "The dataset's folder.", None),
        ("title", json!({ "type": "string" }), "A sentence for people; it changes no number.", None),
        ("seed", schema::whole(0, MOST_SEED), "What all random numbers derive from.", None),
        ("replicas", schema::whole(1, MOST_REPLICAS.into()), "Independent runs at every point.", Some("1")),
    ];
    entries
        .into_iter()
        .map(|(key, value, about, default)| (key.to_owned(), schema::about(value, about, default)))
        .collect()
}

struct Reader<'v, 't> {
    root: &'v DeTable<'t>,
    /// Where the text ends: the place of what is missing altogether.
    end: usize,
}

impl<'v, 't> Reader<'v, 't> {
    /// Reads everything; what is wrong has been reported and has some value.
    fn read(&self, report: &mut Report<'_>) -> Manifest {
        self.schema(report);
        let kind = self.kind(report);
        let name = self.name(report);
        let title = self.title(report);
        let seed = self.top(report, "seed");
        let seed = seed.and_then(|seed| number::whole(report, "seed", seed, 0, MOST_SEED));
        let replicas = self.root.get("replicas");
        let count = replicas.and_then(|count| number::whole_u32(report, "replicas", count, 1, MOST_REPLICAS));
        let swept =
            self.section(report, "sweep").map(|(table, _)| sweep::read(report, kind, table)).unwrap_or_default();
        let initial = self.section(report, "initial").map(|(table, _)| initial::read(report, table));
        let observe = self.section(report, "observe").map(|(table, _)| observe::read(report, table));
        let parking = self.section(report, "parking").filter(|_| kind == Experiment::Parking);
        let parking = parking.map(|(table, _)| parking::read(report, table));
        let sweep_site = self.root.get("sweep").map(toml::Spanned::span);
        Manifest {
            path: report.path().to_owned(),
            source: report.text().to_owned(),
            kind,
            name: name.unwrap_or_default(),
            title,
            seed: seed.unwrap_or_default(),
            replicas: count.unwrap_or(1),
            initial: initial.unwrap_or_default(),
            observe: observe.unwrap_or_default(),
            parking: parking.unwrap_or_default(),
            grid: self.grid(report, kind, swept),
            site: replicas.map(toml::Spanned::span).or(sweep_site).unwrap_or_default(),
        }
    }

    /// The value of a required key before the first section.
    fn top(&self, report: &mut Report<'_>, key: &str) -> Option<&'v value::Value<'t>> {
        let sections = SECTIONS.iter().filter_map(|section| self.root.get(*section));
        let site = sections.map(toml::Spanned::span).min_by_key(|span| span.start);
        let found = self.root.get(key);
        if found.is_none() {
            let before = if site.is_some() { " above the first section" } else { "" };
            let site = site.unwrap_or(self.end..self.end);
            report.missing(site, format!("missing key `{key}`"), format!("write {key} = …{before}"));
        }
        found
    }

    fn schema(&self, report: &mut Report<'_>) {
        let Some(found) = self.top(report, "schema") else {
            return;
        };
        let integer = found.get_ref().as_integer().map(|digits| digits.as_str());
        if integer != Some(SCHEMA.to_string().as_str()) {
            let message = format!("`schema` is {}", words::noun(found.get_ref()));
            report.wrong(
                found.span(),
                message,
                format!("allowed: {SCHEMA}, the version of the format this program reads"),
            );
        }
    }

    /// What the runs are; a wrong word is taken for what the sections suggest.
    fn kind(&self, report: &mut Report<'_>) -> Experiment {
        let likely = if self.root.contains_key("parking") { Experiment::Parking } else { Experiment::Attention };
        let kind = match self.root.get("kind") {
            Some(word) => value::choice(report, "kind", word, &EXPERIMENTS, &[]).unwrap_or(likely),
            None => Experiment::default(),
        };
        for section in SECTIONS.into_iter().filter(|section| !kind.has_section(section)) {
            if let Some(found) = self.root.get(section) {
                let message = format!("[{section}] has no place in a manifest of kind = {:?}", kind.name());
                let help = match section {
                    "parking" => "write kind = \"parking\" above the first section".to_owned(),
                    _ => format!("allowed: [{}] and [sweep]", kind.settings().join("], [")),
                };
                report.wrong(found.span(), message, help);
            }
        }
        kind
    }

    fn name(&self, report: &mut Report<'_>) -> Option<String> {
        let found = self.top(report, "name")?;
        let noun = words::noun(found.get_ref());
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let problem = match found.get_ref().as_str() {
            None => format!("`name` is {noun}, not a string"),
            Some(word) if RESERVED.contains(&word) => format!("`name` is \"{word}\", which is reserved"),
            Some(name) if name.chars().count() > LONGEST_NAME => {
                format!("`name` has {} characters", name.chars().count())
            }
            Some(name) if name.is_empty() || !name.chars().all(letter) => {
                format!("`name` cannot be {noun}")
            }
            Some(name) if name.starts_with('-') || name.ends_with('-') => {
                format!("`name` cannot be {noun}")
            }
            Some(name) => return Some(name.to_owned()),
        };
        let help = format!("allowed: up to {LONGEST_NAME} lowercase letters, digits and inner hyphens");
        report.wrong(found.span(), problem, help);
        None
    }

    fn title(&self, report: &mut Report<'_>) -> Option<String> {
        let found = self.root.get("title")?;
        if !found.get_ref().is_str() {
            let message = format!("`title` is {}, not a string", words::noun(found.get_ref()));
            report.wrong(found.span(), message, "allowed: any string");
        }
        found.get_ref().as_str().map(str::to_owned)
    }

    /// A section's entries and the place of its header.
    fn section(&self, report: &mut Report<'_>, name: &str) -> Option<(&'v DeTable<'t>, Range<usize>)> {
        let found = self.root.get(name)?;
        match found.get_ref() {
            DeValue::Table(table) => Some((table, found.span())),
            other => {
                report.wrong(
                    found.span(),
                    format!("`{name}` is {}", words::noun(other)),
                    format!("write a section: [{name}]"),
                );
                None
            }
        }
    }

    /// The base values of all settings, beside the axes.
    fn grid(&self, report: &mut Report<'_>, kind: Experiment, swept: Sweep) -> Grid {
        let mut grid = Grid { axes: swept.axes, ..Grid::default() };
        for &section in kind.settings() {
            let keys: Vec<Key> = kind.keys().filter(|key| key.section() == section).collect();
            let found = self.section(report, section);
            if let Some((table, _)) = &found {
                let fixed = if section == "parking" { &PARKING[..] } else { &[] };
                let names: Vec<&str> = keys.iter().map(|key| key.name()).chain(fixed.iter().copied()).collect();
                value::unknown_keys(report, &format!("[{section}]"), table, &names);
            }
            for &key in &keys {
                let base = self.base(report, key, found.as_ref(), &swept.keys);
                let lost = swept.keys.contains(&key) && grid.slot(key).is_none();
                grid.base[key as usize] = base.filter(|_| !lost);
            }
            let needed: Vec<&str> = (keys.iter())
                .filter(|key| key.default().is_none() && !swept.keys.contains(key))
                .map(|key| key.name())
                .collect();
            if !self.root.contains_key(section) && !needed.is_empty() {
                let help = format!("it must set {}", needed.join(", "));
                report.missing(self.end..self.end, format!("missing section [{section}]"), help);
            }
        }
        grid
    }

    /// The base value of one setting: written, or its default.
    fn base(
        &self,
        report: &mut Report<'_>,
        key: Key,
        section: Option<&(&'v DeTable<'t>, Range<usize>)>,
        swept: &[Key],
    ) -> Option<Sited> {
        let default = key.default().map(|setting| Sited { setting, span: 0..0 });
        let Some((table, site)) = section else {
            return default;
        };
        if default.is_some() || swept.contains(&key) || table.contains_key(key.name()) {
            let Some(written) = table.get(key.name()) else {
                return default;
            };
            let setting = setting::read(report, key, written)?;
            return Some(Sited { setting, span: written.span() });
        }
        value::required(report, &format!("[{}]", key.section()), table, key.name(), site);
        None
    }
}
