//! `plan` and `run`: nothing twice, the same bytes on any way to the end.

use crate::{Lab, contains, edited};

#[test]
fn regress_plan_writes_nothing() {
    let lab = Lab::small();
    let ran = lab.fine("plan small.toml");
    let lines = ["point 0: beta = 4", "point 1: beta = 9", "2 points x 4 replicas = 8 runs, 8 still to do"];
    contains(&ran.stdout, &lines);
    assert_eq!(ran.stderr, "");
    assert_eq!(lab.names(), ["small.toml"]);
    lab.fine("run small.toml --replicas 0..3");
    contains(&lab.fine("plan small.toml").stdout, &["8 runs, 2 still to do"]);
    lab.fine("run small.toml");
    contains(&lab.fine("plan small.toml").stdout, &["8 runs, 0 still to do"]);
}

#[test]
fn regress_run_leaves_what_the_contract_says() {
    let lab = Lab::small();
    let ran = lab.fine("run small.toml");
    assert_eq!(ran.stdout, "", "data goes to stdout, and a run has none");
    contains(&ran.stderr, &["small: 8 runs in ", "data/small/"]);
    let files: Vec<_> = lab.files("data/small").into_keys().map(|path| path.display().to_string()).collect();
    let short: Vec<_> = files.iter().filter_map(|path| path.split_once('/')).map(|(_, rest)| rest).collect();
    let tables = ["centers/part-0.parquet", "manifest.toml", "observables/part-0.parquet", "run.toml"];
    assert_eq!(short, [&tables[..], &["runs/part-0.parquet"]].concat());
    assert_eq!(lab.names(), ["data", "small.toml"]);
    assert!(!lab.path("data/.staging").exists(), "nothing is left in the staging area");
    assert!(lab.files("data/small").values().any(|bytes| bytes == lab.read("small.toml").as_bytes()), "verbatim");
}

#[test]
fn prop_a_second_run_touches_nothing() {
    let lab = Lab::small();
    lab.fine("run small.toml");
    let before = lab.times("data");
    contains(&lab.fine("run small.toml").stderr, &["small: fresh, 8 runs in "]);
    assert_eq!(lab.times("data"), before);
    // Comments, order and title are no meaning.
    lab.write("small.toml", edited("title = \"A small experiment\"", "# another title\ntitle = \"Small\""));
    contains(&lab.fine("run small.toml").stderr, &["small: fresh"]);
    assert_eq!(lab.times("data"), before);
}

#[test]
fn prop_threads_do_not_change_bytes() {
    let lab = Lab::small();
    lab.fine("run small.toml --threads 1 --out one");
    lab.fine("run small.toml --threads 2 --out two");
    lab.fine("run small.toml --threads 7 --out seven");
    assert_eq!(lab.tables("one"), lab.tables("two"));
    assert_eq!(lab.tables("one"), lab.tables("seven"));
}

#[test]
fn prop_replicas_in_pieces_give_the_same_bytes() {
    let lab = Lab::small();
    lab.fine("run small.toml --out whole");
    let ran = lab.fine("run small.toml --out pieces --replicas 0..3");
    contains(&ran.stderr, &["6 of 8 runs are kept"]);
    assert!(!lab.path("pieces/small").exists(), "not published before all is there");
    lab.fine("run small.toml --out pieces");
    assert_eq!(lab.tables("whole"), lab.tables("pieces"));
    for range in ["2..3", "0..2", "3..4"] {
        lab.fine(&format!("run small.toml --out backwards --replicas {range}"));
    }
    assert_eq!(lab.tables("whole"), lab.tables("backwards"));
}

#[test]
fn prop_fresh_computes_again_to_the_same_bytes() {
    let lab = Lab::small();
    lab.fine("run small.toml");
    let (tables, times) = (lab.tables("data"), lab.times("data"));
    let ran = lab.fine("run small.toml --fresh");
    assert!(!ran.stderr.contains("fresh"), "{}", ran.stderr);
    assert_eq!(lab.tables("data"), tables);
    assert!(lab.times("data").iter().all(|(path, time)| time > &times[path]), "every file is a new one");
}

#[test]
fn prop_an_edited_manifest_leaves_the_old_dataset_alone() {
    // One more value on the axis, put first: what was published stays, and the new dataset lies beside it.
    let lab = Lab::small();
    lab.fine("run small.toml");
    let before = lab.files("data");
    lab.write("small.toml", edited("[4.0, 9.0]", "[1.0, 4.0, 9.0]"));
    lab.fine("run small.toml");
    let after = lab.files("data");
    assert!(before.iter().all(|(path, bytes)| after[path] == *bytes));
    assert!(after.len() > before.len());
}
