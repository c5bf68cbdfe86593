//! The JSON Schema (draft 7) of manifests, made from the tables, words and bounds that reading uses.
//!
//! Every [`Key`] of the table of settings is in it by construction, with the schema of its kind, its default and its
//! sentence; sections that hold other keys are put together here, and a test compares their keys with those that
//! reading knows. What depends on several values (shapes against the dimension, times against `until`), on the order
//! of a list or on another file is not in it: `tokenpark check` tells.

use serde_json::{Map, Value, json};

use super::key::{Key, Kind};
use super::kind::Experiment;
use super::{
    draft, frozen, heads, initial, mask, matrix, normalization, observe, parking, perceptron, read, separation, setting,
};

/// The JSON Schema of manifests: equal for equal versions of the program.
pub fn json_schema() -> Value {
    let mut properties = read::top_schema();
    for section in super::keys::SECTIONS {
        properties.insert(section.to_owned(), self::section(section));
    }
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "tokenpark manifest",
        "description": "Everything that determines the numbers of an experiment, and nothing that does not.",
        "type": "object",
        "properties": properties,
        "required": ["schema", "name", "seed"],
        "additionalProperties": false,
        "if": partly(json!({ "kind": { "const": Experiment::Parking.name() } }), &["kind"]),
        "then": of_kind(Experiment::Parking),
        "else": of_kind(Experiment::Attention),
        "definitions": { "matrix": matrix::schema(), "rectangular": matrix::rectangular_schema(), "separation": separation::schema() },
    })
}

/// A table that has these keys and no others.
pub(crate) fn table(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// A condition on a table that says nothing of other keys.
fn partly(properties: Value, required: &[&str]) -> Value {
    json!({ "properties": properties, "required": required, "additionalProperties": true })
}

/// One of the words of a table.
pub(crate) fn words<T>(table: &[(&str, T)]) -> Value {
    let words: Vec<&str> = table.iter().map(|(word, _)| *word).collect();
    json!({ "type": "string", "enum": words })
}

/// A list of different words of a table.
pub(crate) fn word_list<T>(table: &[(&str, T)]) -> Value {
    json!({ "type": "array", "items": words(table), "uniqueItems": true })
}

/// A whole number within bounds.
pub(crate) fn whole(low: u64, high: u64) -> Value {
    json!({ "type": "integer", "minimum": low, "maximum": high })
}

/// A schema with a sentence for people, and a default in TOML where there is one.
pub(crate) fn about(mut schema: Value, sentence: &str, default: Option<&str>) -> Value {
    if schema.get("$ref").is_some() {
        // In draft 7 whatever stands beside a reference is ignored.
        schema = json!({ "allOf": [schema] });
    }
    if let Value::Object(entries) = &mut schema {
        entries.insert("description".to_owned(), sentence.into());
        if let Some(default) = default.and_then(from_toml) {
            entries.insert("default".to_owned(), default);
        }
    }
    schema
}

fn from_toml(value: &str) -> Option<Value> {
    let table: toml::Table = format!("value = {value}").parse().ok()?;
    serde_json::to_value(table.get("value")?).ok()
}

/// The schema of a kind of value.
pub(crate) fn of(kind: Kind) -> Value {
    match kind {
        Kind::Count { low, high } => whole(low.into(), high.into()),
        Kind::Number(bounds) => bounds.schema(),
        Kind::Mask => mask::schema(),
        Kind::Weights => words(&setting::WEIGHTS),
        Kind::Matrix => json!({ "$ref": "#/definitions/matrix" }),
        Kind::Heads => heads::schema(),
        Kind::Normalization => normalization::schema(),
        Kind::Frozen => frozen::schema(),
        Kind::Perceptron => perceptron::schema(),
        Kind::Method => words(&tokenpark_dynamics::Method::NAMES),
        Kind::Kernel => words(&tokenpark_dynamics::Kernel::NAMES),
        Kind::Separation => json!({ "$ref": "#/definitions/separation" }),
        Kind::Space => parking::space_schema(),
        Kind::Arrivals => parking::arrivals_schema(),
    }
}

/// The schema of the numbers among the values of a kind; `None` where there are none.
fn numbers_of(kind: Kind) -> Option<Value> {
    match kind {
        Kind::Count { .. } | Kind::Number(_) => Some(of(kind)),
        Kind::Separation => Some(separation::NUMBERS.schema()),
        Kind::Arrivals => Some(whole(1, parking::MOST_ARRIVALS.into())),
        _ => None,
    }
}

fn section(name: &str) -> Value {
    let sentence = match name {
        "model" => "The dynamics.",
        "initial" => "Where the tokens start.",
        "integrate" => "How the equations are solved, and until when.",
        "observe" => "What is looked at, and when.",
        "centers" => "What a Rényi centre is.",
        "parking" => "Cars that park, in a manifest of kind = \"parking\".",
        _ => "Axes of the sweep; points are the product of all of them. Axes inside one [[sweep.zip]] go together.",
    };
    let mut properties = match name {
        "initial" => initial::schema(),
        "observe" => observe::schema(),
        "parking" => parking::schema(),
        "sweep" => {
            let mut axes = axes(true);
            axes.insert("zip".to_owned(), zips());
            axes
        }
        _ => Map::new(),
    };
    for key in Key::ALL.into_iter().filter(|key| key.section() == name) {
        properties.insert(key.name().to_owned(), about(of(key.kind()), key.about(), key.default_toml()));
    }
    about(table(properties.into(), &[]), sentence, None)
}

/// Every axis by the full name of its key. In a zip a value may come twice.
fn axes(alone: bool) -> Map<String, Value> {
    let axis = |key: Key| {
        let mut list = json!({ "type": "array", "minItems": 1, "items": of(key.kind()) });
        if let (true, Value::Object(list)) = (alone, &mut list) {
            list.insert("uniqueItems".to_owned(), true.into());
        }
        let mut forms = vec![list];
        forms.extend(numbers_of(key.kind()).into_iter().flat_map(|numbers| draft::FORM.schema(&|_| numbers.clone())));
        (key.path().to_owned(), about(json!({ "anyOf": forms }), key.about(), None))
    };
    Key::ALL.into_iter().map(axis).collect()
}

fn zips() -> Value {
    let mut zip = table(axes(false).into(), &[]);
    zip["minProperties"] = 2.into();
    json!({ "type": "array", "items": zip, "description": "Axes of equal length that go together." })
}

/// What holds for manifests of one kind only: their sections, their axes, and what they must say.
fn of_kind(kind: Experiment) -> Value {
    let foreign = super::keys::SECTIONS.into_iter().filter(|section| !kind.has_section(section));
    let foreign: Vec<Value> = foreign.map(|section| partly(json!({}), &[section])).collect();
    let paths: Vec<&str> = kind.keys().map(Key::path).collect();
    let axes: Vec<&str> = paths.iter().copied().chain(["zip"]).collect();
    let named = |words: &[&str], mut table: Value| {
        table["propertyNames"] = json!({ "enum": words });
        table
    };
    let zips = json!({ "items": named(&paths, partly(json!({}), &[])) });
    let mut all = partly(json!({ "sweep": named(&axes, partly(json!({ "zip": zips }), &[])) }), &[]);
    all["not"] = json!({ "anyOf": foreign });
    all["allOf"] = kind.keys().filter(|key| key.default_toml().is_none()).map(given).collect();
    all
}

/// A setting has a value: in its section, or along an axis.
fn given(key: Key) -> Value {
    let inside = |section: &str, schema: Value| partly(json!({ section: schema }), &[section]);
    let swept = partly(json!({}), &[key.path()]);
    json!({ "anyOf": [
        inside(key.section(), partly(json!({}), &[key.name()])),
        inside("sweep", swept.clone()),
        inside("sweep", inside("zip", json!({ "contains": swept }))),
    ] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::keys::{INITIAL, OBSERVE, PARKING, SECTIONS, TOP};
    use crate::manifest::kind::EXPERIMENTS;
    use std::collections::BTreeSet;

    #[test]
    fn prop_the_schema_has_every_key_that_reading_knows_and_no_other() {
        let schema = json_schema();
        let keys = |path: &str| -> BTreeSet<String> {
            schema.pointer(path).unwrap().as_object().unwrap().keys().cloned().collect()
        };
        let names = |words: &[&str]| -> BTreeSet<String> { words.iter().map(|&word| word.to_owned()).collect() };
        assert_eq!(keys("/properties"), names(&[&TOP[..], &SECTIONS[..]].concat()));
        for section in SECTIONS.into_iter().filter(|&section| section != "sweep") {
            let others: &[&str] = match section {
                "initial" => &INITIAL,
                "observe" => &OBSERVE,
                "parking" => &PARKING,
                _ => &[],
            };
            let settings = Key::ALL.into_iter().filter(|key| key.section() == section).map(Key::name);
            let expected = settings.chain(others.iter().copied()).map(str::to_owned).collect();
            assert_eq!(keys(&format!("/properties/{section}/properties")), expected, "{section}");
        }
        let mut axes = names(&Key::ALL.map(Key::path));
        assert_eq!(keys("/properties/sweep/properties/zip/items/properties"), axes);
        axes.insert("zip".to_owned());
        assert_eq!(keys("/properties/sweep/properties"), axes);
        let kinds: BTreeSet<&str> = EXPERIMENTS.iter().map(|(word, _)| *word).collect();
        assert_eq!(kinds, BTreeSet::from(["attention", "parking"]), "if, then and else know two kinds");
    }
}
