//! `diff`: parameters first, then numbers, within tolerances.

use crate::{Lab, contains, edited};
use serde_json::{Value, json};

/// Runs a variant of the small manifest into a folder of its own, which is returned.
fn made(lab: &Lab, out: &str, text: &str) -> String {
    lab.write(&format!("{out}.toml"), text);
    lab.fine(&format!("run {out}.toml --out {out}"));
    let below = std::fs::read_dir(lab.path(&format!("{out}/small"))).expect("a dataset").next();
    format!("{out}/small/{}", below.expect("one").expect("an entry").file_name().to_string_lossy())
}

fn document(lab: &Lab, arguments: &str, code: i32) -> Value {
    let ran = lab.run(&format!("diff {arguments} --json"));
    assert_eq!(ran.code, code, "{ran:?}");
    let value: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!((&value["version"], &value["same"]), (&json!(1), &json!(code == 0)));
    value
}

fn table<'v>(value: &'v Value, name: &str) -> &'v Value {
    let tables = value["tables"].as_array().expect("tables");
    tables.iter().find(|table| table["name"] == json!(name)).expect("the table")
}

#[test]
fn regress_manifests() {
    let lab = Lab::small();
    lab.write("same.toml", format!("# A remark.\n{}", edited("title = \"A small experiment\"\n", "")));
    lab.write("other.toml", edited("beta = 4.0", "beta = 4.0\nmask = \"full\"").replace("seed = 7", "seed = 8"));
    contains(&lab.fine("diff small.toml same.toml").stdout, &["the same meaning"]);
    let ran = lab.run("diff small.toml other.toml");
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stdout, "parameters\n    model.mask: default → \"full\"\n    seed: 7 → 8\n");
    assert_eq!(lab.run("diff small.toml missing.toml").code, 2);
    assert_eq!(lab.run("diff small.toml data").code, 2);
    assert_eq!(lab.run("diff small.toml same.toml --rtol -1").code, 2);
}

#[test]
fn prop_a_dataset_is_the_same_as_itself_computed_again() {
    let lab = Lab::small();
    let (a, b) = (made(&lab, "a", crate::SMALL), made(&lab, "b", crate::SMALL));
    let value = document(&lab, &format!("{a} {b}"), 0);
    assert_eq!(value["tables"].as_array().map(Vec::len), Some(3));
    assert_eq!(table(&value, "observables")["rows"], json!(48));
}

#[test]
fn val_tolerances_separate_rounding_from_change() {
    let lab = Lab::small();
    let fine =
        edited("until = 5.0", "until = 5.0\nrtol = 1e-9\natol = 1e-9").replace("\"consumption\"]", "\"tokens\"]");
    let finer = fine.replace("1e-9", "1e-11");
    let (a, b) = (made(&lab, "a", &fine), made(&lab, "b", &finer));
    let value = document(&lab, &format!("{a} {b}"), 1);
    assert_eq!(value["parameters"][0], json!({ "key": "integrate.atol", "a": "default", "b": "1e-11" }));
    let tokens = table(&value, "tokens");
    assert_eq!((&tokens["rows"], &tokens["rows_only_in_a"]), (&json!(480), &json!(0)));
    let x0 = &tokens["columns"][0];
    let largest = x0["largest"]["difference"].as_f64().expect("a number");
    assert!(x0["name"] == json!("x0") && (1e-14..1e-7).contains(&largest), "{x0}");
    assert!(x0["place"].as_str().is_some_and(|place| place.contains("time ") && place.contains("token ")), "{x0}");
    let tolerant = document(&lab, &format!("{a} {b} --atol 1e-6"), 1);
    assert_eq!(table(&tolerant, "tokens")["same"], json!(true), "only the parameters and the solver's work differ");
    assert_eq!(table(&tolerant, "runs")["same"], json!(false));
}

#[test]
fn val_points_are_matched_by_what_is_swept() {
    let lab = Lab::small();
    let (a, b) = (made(&lab, "a", crate::SMALL), made(&lab, "b", &edited("[4.0, 9.0]", "[2.0, 4.0, 9.0]")));
    let value = document(&lab, &format!("{a} {b}"), 1);
    let runs = table(&value, "runs");
    let rows = ["rows", "rows_only_in_a", "rows_only_in_b"].map(|key| runs[key].as_u64());
    assert_eq!(rows, [8, 0, 4].map(Some), "the runs at beta = 2 are new");
    assert_eq!(runs["columns"], json!([]), "the others are the same, though their points have other numbers");
    contains(&lab.run(&format!("diff {a} {b}")).stdout, &["8 rows in both, 0 only in A, 4 only in B"]);
}

#[test]
fn regress_tables_and_columns_that_one_side_lacks() {
    let lab = Lab::small();
    let fewer = edited("\"clusters\", \"centers\", \"consumption\"", "\"clusters\", \"tokens\"");
    let (a, b) = (made(&lab, "a", crate::SMALL), made(&lab, "b", &fewer));
    let ran = lab.run(&format!("diff {a} {b}"));
    assert_eq!(ran.code, 1);
    contains(
        &ran.stdout,
        &["centers\n    only in A\n", "tokens\n    only in B\n", "columns only in A: consumed_renyi f64"],
    );
}
