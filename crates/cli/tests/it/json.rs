//! `--json`: one versioned document on standard output, and the same exit codes.

use crate::{Lab, edited};
use serde_json::{Value, json};

fn document(lab: &Lab, arguments: &str, code: i32) -> Value {
    let ran = lab.run(arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (code, ""), "{arguments}");
    let value: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout));
    assert_eq!(value["version"], json!(1));
    value
}

/// Every command that reads says the same to programs, with a version.
#[test]
fn regress_every_reading_command_has_json() {
    let lab = Lab::small();
    lab.fine("run small.toml");
    let folder = lab.tables("data").into_keys().next().expect("a table");
    let folder = lab.path("data").join(folder.iter().take(2).collect::<std::path::PathBuf>());
    let folder = folder.to_str().expect("UTF-8");
    let commands = [
        "check small.toml".to_owned(),
        "plan small.toml".to_owned(),
        "status small.toml".to_owned(),
        format!("inspect {folder}"),
        format!("diff {folder} {folder}"),
        "diff small.toml small.toml".to_owned(),
        "verify small.toml".to_owned(),
        "gc small.toml --no-git".to_owned(),
        "park --space circle --separation 0.5 --saturate --replicas 3 --seed 1".to_owned(),
    ];
    for command in commands {
        document(&lab, &format!("{command} --json"), 0);
    }
}

#[test]
fn regress_check_json() {
    let lab = Lab::small();
    lab.write("bad.toml", edited("tokens = 10", "tokens = 0"));
    let value = document(&lab, "check small.toml bad.toml --json", 2);
    let (good, bad) = (&value["manifests"][0], &value["manifests"][1]);
    assert_eq!((&good["valid"], &good["points"], &good["runs"]), (&json!(true), &json!(2), &json!(8)));
    assert_eq!((&good["manifest"], &good["errors"]), (&json!("small.toml"), &json!([])));
    assert_eq!(good["fingerprint"].as_str().map(str::len), Some(16));
    let error = &bad["errors"][0];
    assert_eq!((&bad["valid"], &error["line"], &error["column"]), (&json!(false), &json!(8), &json!(10)));
    assert_eq!(error["message"], json!("`model.tokens` is out of range: 0"));
    assert!(error["help"].as_str().is_some_and(|help| help.starts_with("allowed: ")));
}

#[test]
fn regress_plan_json() {
    let lab = Lab::small();
    lab.fine("run small.toml --replicas 0..3");
    let value = document(&lab, "plan small.toml --json --threads 2", 0);
    let numbers = ["points", "replicas", "runs", "missing", "threads"].map(|key| value[key].as_u64());
    assert_eq!(numbers, [2, 4, 8, 2, 2].map(Some));
    assert!(value["estimated_seconds"].as_f64().is_some_and(|seconds| seconds >= 0.0));
    assert!(value["estimated_bytes"].as_f64().is_some_and(|bytes| bytes > 0.0));
    assert_eq!((&value["name"], &value["is_lower_bound"]), (&json!("small"), &json!(false)));
}

#[test]
fn regress_status_json() {
    let lab = Lab::small();
    let of = |value: &Value| ["name", "manifest", "status", "why"].map(|key| value["datasets"][0][key].clone());
    let value = document(&lab, "status small.toml --json", 0);
    assert_eq!(of(&value), ["small", "small.toml", "missing", "8 runs to do"].map(|word| json!(word)));
    lab.fine("run small.toml");
    let row = document(&lab, "status small.toml --json", 0)["datasets"][0].clone();
    assert_eq!(
        ["status", "runs", "done", "failed"].map(|key| row[key].clone()),
        [json!("fresh"), json!(8), json!(8), json!(0)]
    );
    assert_eq!(row["failures"], json!([]));
}
