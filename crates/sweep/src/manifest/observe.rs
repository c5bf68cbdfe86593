//! [observe]: what is looked at, and when.

use std::fmt;
use std::ops::Range;

use serde_json::json;
use toml::de::{DeTable, DeValue};

use super::number::{self, Bounds};
use super::schema;
use super::spacing::{self, Form};
use super::value::{self, Value};
use super::words;
use crate::axis::{Progression, Spacing};
use crate::diagnostics::Report;

/// The largest number of save times.
const MOST_TIMES: u32 = 1_000_000;
/// The largest number of tokens of a prefix.
const MOST_TOKENS: u32 = 10_000_000;
const GAP: Bounds = Bounds::open(0.0, std::f64::consts::PI);
/// Inner products of unit vectors; the ends would count all pairs or none.
const ALIGNED: Bounds = Bounds::open(-1.0, 1.0);
const TIMES: Bounds = Bounds::closed(0.0, 1e300);
/// The first time after 0 on a logarithmic axis.
const FROM: Bounds = Bounds::above(0.0, 1e300);
/// What is recorded unless the manifest says otherwise.
const RECORD: &str = "[\"clusters\", \"centers\", \"consumption\"]";

/// Something that is written to the dataset on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Record {
    /// Columns of the observables: clusters and the largest one.
    Clusters,
    /// The table of Rényi centres.
    Centers,
    /// Columns of the observables: shares of tokens consumed.
    Consumption,
    /// The table of positions.
    Tokens,
    /// The table of the clusters' lives, and their number as a column of the observables.
    Lifetimes,
    /// A column of the observables: the share of pairs of tokens that point the same way.
    Aligned,
    /// Columns of `runs`: what the final state is, and what theory predicts.
    Configuration,
}

const RECORDS: [(&str, Record); 7] = [
    ("clusters", Record::Clusters),
    ("centers", Record::Centers),
    ("consumption", Record::Consumption),
    ("tokens", Record::Tokens),
    ("lifetimes", Record::Lifetimes),
    ("aligned", Record::Aligned),
    ("configuration", Record::Configuration),
];
const RECORDS_LATER: [&str; 2] = ["energy", "drift"];

impl Record {
    /// The name in a manifest.
    pub fn name(self) -> &'static str {
        RECORDS[self as usize].0
    }
}

/// Save times, before `until` is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Times {
    /// So many, equally spaced from 0 to `until`; at least 2.
    Linear(u32),
    /// 0, and so many equally spaced in the logarithm from `from` to `until`; 1 means `until` alone.
    Log {
        /// How many after 0.
        count: u32,
        /// The first after 0.
        from: f64,
    },
    /// These, strictly increasing.
    List(Vec<f64>),
}

impl Times {
    /// The save times of a run that ends at `until`, strictly increasing.
    pub fn resolve(&self, until: f64) -> Vec<f64> {
        match self {
            Self::Linear(count) => {
                Progression { spacing: Spacing::Linear, count: *count, from: 0.0, to: until }.iter().collect()
            }
            Self::Log { count, from } => {
                let later = Progression { spacing: Spacing::Log, count: *count, from: *from, to: until };
                std::iter::once(0.0).chain(later.iter()).collect()
            }
            Self::List(times) => times.clone(),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        match self {
            Self::Linear(count) => *count as usize,
            Self::Log { count, .. } => *count as usize + 1,
            Self::List(times) => times.len(),
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linear(count) => write!(f, "{{ linear = {count} }}"),
            Self::Log { count, from } => write!(f, "{{ log = {count}, from = {from:?} }}"),
            Self::List(times) => write!(f, "{times:?}"),
        }
    }
}

/// The section `[observe]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Observe {
    /// When.
    pub times: Times,
    /// What, sorted and each once.
    pub record: Vec<Record>,
    /// Pairs of tokens with an inner product above this are aligned.
    pub aligned: f64,
    /// Single linkage: tokens nearer than this (geodesic, radians) are one cluster.
    pub cluster_gap: f64,
    /// A tracked cluster splits when a gap inside exceeds this (geodesic, radians). `None`: max(2τ*(β), 2·cluster_gap).
    pub cluster_split: Option<f64>,
    /// When the table of lives notes how every cluster stands: where late entry begins.
    pub lifetimes_from: f64,
    /// Observables are those of the first n' tokens, for each n' listed (increasing); of all tokens when empty.
    pub prefixes: Vec<u32>,
    /// Where `prefixes` is written.
    pub(crate) prefixes_span: Range<usize>,
    /// Where `times` is written, and each entry of a list.
    pub(crate) spans: Vec<Range<usize>>,
}

impl Observe {
    /// Whether `what` was asked for.
    pub fn records(&self, what: Record) -> bool {
        self.record.contains(&what)
    }
}

impl Default for Observe {
    fn default() -> Self {
        Self {
            times: Times::Linear(201),
            record: vec![Record::Clusters, Record::Centers, Record::Consumption],
            aligned: 0.999,
            cluster_gap: 0.07,
            cluster_split: None,
            lifetimes_from: 100.0,
            prefixes: Vec::new(),
            prefixes_span: 0..0,
            spans: Vec::new(),
        }
    }
}

/// The keys of the section, and what they may be.
pub(crate) fn schema() -> serde_json::Map<String, serde_json::Value> {
    let mut times = FORM.schema(&|_| FROM.schema());
    times.push(json!({ "type": "array", "minItems": 1, "maxItems": MOST_TIMES, "items": TIMES.schema() }));
    let prefixes = json!({ "type": "array", "uniqueItems": true, "items": schema::whole(1, MOST_TOKENS.into()) });
    let most = std::f64::consts::PI;
    let entries = [
        ("times", json!({ "anyOf": times }), "When observables are saved.", Some("{ linear = 201 }")),
        ("record", schema::word_list(&RECORDS), "What is recorded.", Some(RECORD)),
        ("aligned", ALIGNED.schema(), "Pairs with an inner product above this are aligned.", Some("0.999")),
        ("cluster_gap", GAP.schema(), "Tokens nearer than this (geodesic) are one cluster.", Some("0.07")),
        (
            "cluster_split",
            Bounds::above(0.0, most).schema(),
            "A tracked cluster splits where a gap inside exceeds this; default max(2 tau*(beta), 2 cluster_gap).",
            None,
        ),
        ("lifetimes_from", TIMES.schema(), "When late entry of lifetimes begins.", Some("100.0")),
        ("prefixes", prefixes, "Observables are those of the first so many tokens.", Some("[]")),
    ];
    entries
        .into_iter()
        .map(|(key, value, about, default)| (key.to_owned(), schema::about(value, about, default)))
        .collect()
}

/// Reads the section; what is wrong keeps its default.
pub(crate) fn read(report: &mut Report<'_>, table: &DeTable<'_>) -> Observe {
    value::unknown_keys(report, "[observe]", table, &super::keys::OBSERVE);
    let mut observe = Observe::default();
    if let Some(value) = table.get("times")
        && let Some((times, spans)) = read_times(report, value)
    {
        (observe.times, observe.spans) = (times, spans);
    }
    if let Some(value) = table.get("record") {
        observe.record = read_record(report, value).unwrap_or_default();
    }
    if let Some(value) = table.get("prefixes") {
        (observe.prefixes, observe.prefixes_span) = (read_prefixes(report, value).unwrap_or_default(), value.span());
    }
    if let Some(value) = table.get("aligned") {
        observe.aligned = number::number(report, "observe.aligned", value, &ALIGNED).unwrap_or_default();
    }
    if let Some(value) = table.get("cluster_gap") {
        observe.cluster_gap = number::number(report, "observe.cluster_gap", value, &GAP).unwrap_or(f64::MIN_POSITIVE);
    }
    if let Some(value) = table.get("cluster_split") {
        let split = Bounds::above(observe.cluster_gap, std::f64::consts::PI);
        observe.cluster_split = number::number(report, "observe.cluster_split", value, &split);
    }
    if let Some(value) = table.get("lifetimes_from") {
        observe.lifetimes_from = number::number(report, "observe.lifetimes_from", value, &TIMES).unwrap_or_default();
    }
    observe
}

fn read_record(report: &mut Report<'_>, value: &Value<'_>) -> Option<Vec<Record>> {
    let name = "observe.record";
    let mut record = Vec::new();
    for item in value::list(report, name, value, "words")? {
        match value::choice(report, name, item, &RECORDS, &RECORDS_LATER) {
            Some(word) if record.contains(&word) => {
                report.wrong(item.span(), format!("`{name}` has \"{}\" twice", word.name()), "allowed: each word once");
            }
            word => record.extend(word),
        }
    }
    record.sort();
    Some(record)
}

fn read_prefixes(report: &mut Report<'_>, value: &Value<'_>) -> Option<Vec<u32>> {
    let name = "observe.prefixes";
    let mut prefixes: Vec<u32> = Vec::new();
    for item in value::list(report, name, value, "numbers of tokens")? {
        let prefix = number::whole_u32(report, name, item, 1, MOST_TOKENS)?;
        if prefixes.last().is_some_and(|last| *last >= prefix) {
            let message = format!("`{name}` does not increase at {prefix}");
            report.wrong(item.span(), message, "allowed: strictly increasing numbers of tokens");
            return None;
        }
        prefixes.push(prefix);
    }
    Some(prefixes)
}

const FORM: Form = Form {
    allowed: "{ linear = N }, { log = N, from = a } or a list of times",
    fewest: [2, 1],
    most: MOST_TIMES,
    others: [&[], &["from"]],
};

fn read_times(report: &mut Report<'_>, value: &Value<'_>) -> Option<(Times, Vec<Range<usize>>)> {
    let name = "observe.times";
    if let DeValue::Array(items) = value.get_ref() {
        return read_list(report, name, value, items);
    }
    match spacing::read(report, name, value, &FORM)? {
        (Spacing::Linear, count, _) => Some((Times::Linear(count), vec![value.span()])),
        (Spacing::Log, count, table) => {
            let from = value::required(report, &format!("`{name}`"), table, "from", &value.span())?;
            let span = from.span();
            let from = number::number(report, "observe.times.from", from, &FROM)?;
            Some((Times::Log { count, from }, vec![span]))
        }
    }
}

fn read_list(
    report: &mut Report<'_>,
    name: &str,
    value: &Value<'_>,
    items: &[Value<'_>],
) -> Option<(Times, Vec<Range<usize>>)> {
    if items.is_empty() || items.len() > MOST_TIMES as usize {
        let message = format!("`{name}` has {}", words::count(items.len(), "entry").replace("entrys", "entries"));
        report.wrong(value.span(), message, format!("allowed: 1 to {MOST_TIMES} times"));
        return None;
    }
    let times: Vec<_> = items.iter().map(|item| number::number(report, name, item, &TIMES)).collect();
    let times: Vec<f64> = times.into_iter().collect::<Option<_>>()?;
    if let Some(at) = (1..times.len()).find(|&at| times[at] <= times[at - 1]) {
        let (this, before) = (number::short(times[at]), number::short(times[at - 1]));
        let message = format!("`{name}` does not increase: {this} follows {before}");
        report.wrong(items[at].span(), message, "allowed: strictly increasing times from 0 to `until`");
        return None;
    }
    Some((Times::List(times), items.iter().map(Value::span).collect()))
}
