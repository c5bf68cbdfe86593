//! `inspect`: what a file says of itself, and what files of others are told.

use crate::{Lab, contains};
use serde_json::{Value, json};
use std::path::Path;

/// The folder of the only dataset.
fn folder(lab: &Lab) -> String {
    let mut below = std::fs::read_dir(lab.path("data/small")).expect("a dataset");
    let folder = below.next().expect("a fingerprint").expect("an entry").file_name();
    format!("data/small/{}", folder.to_string_lossy())
}

fn inspect(lab: &Lab, path: &str, code: i32) -> Value {
    let ran = lab.run(&format!("inspect {path} --json"));
    assert_eq!(ran.code, code, "{ran:?}");
    let value: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(value["version"], json!(1));
    value
}

#[test]
fn regress_a_dataset_tells_who_made_it_and_how_to_make_it_again() {
    let lab = Lab::small();
    lab.fine("run small.toml");
    let folder = folder(&lab);
    let value = inspect(&lab, &folder, 0);
    assert_eq!(Path::new(&folder).file_name().and_then(|name| name.to_str()), value["fingerprint"].as_str());
    assert_eq!((&value["manifest"]["model"]["tokens"], &value["intact"]), (&json!(10), &json!(true)));
    assert_eq!((&value["run"]["runs"], &value["run"]["failed"]), (&json!(8), &json!(0)));
    let tables = value["tables"].as_array().expect("tables");
    let rows: Vec<_> = tables.iter().map(|table| (table["name"].as_str(), table["rows"].as_u64())).collect();
    assert_eq!(rows[1..], [(Some("observables"), Some(48)), (Some("runs"), Some(8))]);
    let first = &tables[2]["columns"][0];
    assert_eq!((&first["name"], &first["type"], &first["nulls"]), (&json!("point"), &json!("u32"), &json!(0)));
    let command = value["reproduce"].as_array().and_then(|lines| lines.last()?.as_str()).expect("a command");
    lab.fine(command.strip_prefix("tokenpark ").expect("a command of ours"));
    assert_eq!(lab.tables("data"), lab.tables("again"));
}

#[test]
fn regress_a_single_file_carries_its_manifest() {
    let lab = Lab::small();
    lab.fine("run small.toml");
    std::fs::copy(lab.path(&format!("{}/runs/part-0.parquet", folder(&lab))), lab.path("mail.parquet"))
        .expect("a copy");
    let ran = lab.fine("inspect mail.parquet");
    contains(
        &ran.stdout,
        &["small  ", "model version", "    beta ", "[sweep]", "tokenpark run small.toml --out again"],
    );
    lab.write("from-file.toml", lab.fine("inspect mail.parquet --manifest").stdout);
    lab.fine("run from-file.toml --out again");
    assert_eq!(lab.tables("data"), lab.tables("again"));
}

#[test]
fn regress_a_file_of_park_repeats_itself() {
    let lab = Lab::empty();
    lab.fine("park --space interval --length 7.5 --saturate --replicas 20 --seed 3 --out cars.parquet");
    let value = inspect(&lab, "cars.parquet", 0);
    let command = value["reproduce"][0].as_str().expect("a command").replace("cars.parquet", "again.parquet");
    lab.fine(command.strip_prefix("tokenpark ").expect("a command of ours"));
    let [first, second] = ["cars.parquet", "again.parquet"].map(|name| std::fs::read(lab.path(name)).expect("a file"));
    assert!(first == second, "{command}");
}

#[test]
fn regress_changed_files_are_told() {
    let lab = Lab::small();
    lab.fine("run small.toml");
    let (folder, other) = (folder(&lab), "other");
    lab.fine(&format!("run small.toml --out {other}"));
    // A valid file of the same dataset in the wrong place: only its digest tells.
    let [runs, centers] = ["runs", "centers"].map(|table| lab.path(&format!("{folder}/{table}/part-0.parquet")));
    std::fs::copy(&centers, &runs).expect("a copy");
    assert_eq!(inspect(&lab, &folder, 1)["intact"], json!(false));
    let ran = lab.run(&format!("inspect {folder}/runs/part-0.parquet"));
    assert_eq!(ran.code, 1);
    contains(&ran.stdout, &["NOT AS RECORDED"]);
    contains(&ran.stderr, &["where run.toml records"]);
}

#[test]
fn regress_files_of_others_are_refused() {
    let lab = Lab::small();
    lab.fine("run small.toml");
    lab.write("notes.txt", "PAR");
    lab.write("half.parquet", "PAR1 and nothing else");
    let reports = concat!(env!("CARGO_MANIFEST_DIR"), "/../../reports/consumption/curves.parquet");
    let cases = [
        ("nowhere.parquet", "there is no nowhere.parquet"),
        ("notes.txt", "notes.txt is no Parquet file"),
        ("half.parquet", "half.parquet is not a readable Parquet file"),
        (reports, "has no valid `tokenpark.fingerprint`: tokenpark did not write it"),
        ("data", "data is the folder of no dataset"),
        ("data/small", "it has no run.toml; there is data/small/"),
    ];
    for (path, message) in cases {
        let ran = lab.run(&format!("inspect {path}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{path}");
        contains(&ran.stderr, &["error: ", message]);
    }
}
