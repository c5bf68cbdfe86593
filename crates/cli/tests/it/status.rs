//! `status`: its words and its reasons.

use crate::{Lab, contains, edited};

#[track_caller]
fn status(lab: &Lab, word: &str, why: &str) {
    let ran = lab.fine("status small.toml");
    assert!(ran.stdout.starts_with(&format!("{word:8} small: {why}")), "{}", ran.stdout);
    assert_eq!((ran.stdout.lines().count(), ran.stderr.as_str()), (1, ""));
}

#[test]
fn regress_status_words() {
    let lab = Lab::small();
    status(&lab, "missing", "8 runs to do");
    assert_eq!(lab.names(), ["small.toml"], "asking writes nothing");
    lab.fine("run small.toml --replicas 0..3");
    status(&lab, "partial", "6 of 8 runs are there");
    lab.fine("run small.toml");
    status(&lab, "fresh", "8 runs, finished ");
}

#[test]
fn regress_status_tells_what_changed() {
    let lab = Lab::small();
    lab.fine("run small.toml");
    lab.write("small.toml", edited("until = 5.0", "until = 6.0"));
    status(&lab, "stale", "changed since: integrate.until = 6.0, was 5.0");
    lab.write("small.toml", edited("seed = 7", "seed = 8"));
    status(&lab, "stale", "changed since: seed = 8, was 7");
    lab.write("small.toml", edited("beta = 4.0", "beta = 4.0\nmask = \"full\""));
    status(&lab, "stale", "changed since: model.mask = \"full\", was default");
    lab.write("small.toml", edited("seed = 7", "seed = 7 # lucky"));
    status(&lab, "fresh", "8 runs");
}

#[test]
fn prop_a_damaged_dataset_is_noticed_and_repaired() {
    let lab = Lab::small();
    lab.fine("run small.toml");
    let good = lab.tables("data");
    let (path, bytes) = good.iter().next().expect("a table");
    std::fs::write(lab.path("data").join(path), &bytes[..bytes.len() / 2]).expect("a writable file");
    status(&lab, "stale", "data/small/");
    contains(&lab.fine("status small.toml").stdout, &["bytes where run.toml records"]);
    assert_eq!(lab.run("analyze small.toml").code, 2, "half a file is no dataset");
    lab.fine("run small.toml");
    assert_eq!(lab.tables("data"), good);
}

#[test]
fn prop_damaged_parts_are_computed_again() {
    let lab = Lab::small();
    lab.fine("run small.toml --out whole");
    lab.fine("run small.toml --replicas 0..3");
    let parts = lab.tables("data/.staging");
    let (path, bytes) = parts.iter().find(|(path, _)| path.ends_with("runs.parquet")).expect("a part");
    std::fs::write(lab.path("data/.staging").join(path), &bytes[..bytes.len() / 2]).expect("a writable file");
    contains(&lab.fine("run small.toml").stderr, &["small: computed again, since data/.staging"]);
    assert_eq!(lab.tables("data"), lab.tables("whole"));
}

#[test]
fn regress_status_of_an_invalid_manifest() {
    let lab = Lab::small();
    lab.write("bad.toml", edited("tokens = 10", "tokens = 0"));
    let ran = lab.run("status small.toml bad.toml");
    assert_eq!(ran.code, 2);
    contains(&ran.stdout, &["missing  small", "invalid  bad.toml: 1 mistake in bad.toml"]);
    contains(&ran.stderr, &["`model.tokens` is out of range: 0"]);
}
