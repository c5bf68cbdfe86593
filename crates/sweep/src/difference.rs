//! What changed between two versions of an experiment.

use std::collections::BTreeMap;
use std::fmt;
use tokenpark_dataset::Provenance;

/// One parameter that differs, both values as TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The dotted key, or `schema version` or `model version`.
    pub what: String,
    /// The old value; `default` where nothing was written.
    pub before: String,
    /// The new value.
    pub now: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let equals = if self.what.ends_with(" version") { " " } else { " = " };
        write!(f, "{}{equals}{}, was {}", self.what, self.now, self.before)
    }
}

/// The differences of meaning between the provenance of a dataset and today's, in words: "model.beta = 64.0, was
/// 16.0".
#[must_use]
pub fn differences(old: &Provenance, new: &Provenance) -> Vec<String> {
    changes(old, new).iter().map(Change::to_string).collect()
}

/// The differences of meaning between two provenances, versions first, then by key.
#[must_use]
pub fn changes(old: &Provenance, new: &Provenance) -> Vec<Change> {
    let mut changes = vec![];
    let versions = [
        ("schema version", old.schema_version, new.schema_version),
        ("model version", old.model_version, new.model_version),
    ];
    for (what, before, now) in versions {
        if before != now {
            changes.push(Change { what: what.to_owned(), before: before.to_string(), now: now.to_string() });
        }
    }
    let (before, now) = (values(&old.manifest), values(&new.manifest));
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    for key in keys {
        let word = |side: &BTreeMap<String, String>| side.get(key).cloned().unwrap_or_else(|| "default".to_owned());
        if before.get(key) != now.get(key) {
            changes.push(Change { what: key.clone(), before: word(&before), now: word(&now) });
        }
    }
    changes
}

/// The entries of a canonical manifest by dotted key.
fn values(manifest: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    if let Ok(table) = manifest.parse::<toml::Table>() {
        flatten("", &table, &mut found);
    }
    found
}

fn flatten(prefix: &str, table: &toml::Table, found: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) if prefix.is_empty() => flatten(&format!("{key}."), inner, found),
            _ => {
                // A float's own Display writes 1e-11 with all its zeros.
                let text = value.as_float().map_or_else(|| value.to_string(), |number| format!("{number:?}"));
                found.insert(format!("{prefix}{key}"), text);
            }
        }
    }
}
