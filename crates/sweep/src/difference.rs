//! What changed between two versions of an experiment.

use std::collections::BTreeMap;
use tokenpark_dataset::Provenance;

/// The differences of meaning between the provenance of a dataset and today's, in words: "model.beta = 64.0, was
/// 16.0".
#[must_use]
pub fn differences(old: &Provenance, new: &Provenance) -> Vec<String> {
    let mut changes = vec![];
    let versions = [
        ("schema version", old.schema_version, new.schema_version),
        ("model version", old.model_version, new.model_version),
    ];
    for (what, before, now) in versions {
        if before != now {
            changes.push(format!("{what} {now}, was {before}"));
        }
    }
    let (before, now) = (values(&old.manifest), values(&new.manifest));
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    for key in keys {
        let word = |side: &BTreeMap<String, String>| side.get(key).cloned().unwrap_or_else(|| "default".to_owned());
        if before.get(key) != now.get(key) {
            changes.push(format!("{key} = {}, was {}", word(&now), word(&before)));
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
                found.insert(format!("{prefix}{key}"), value.to_string());
            }
        }
    }
}
