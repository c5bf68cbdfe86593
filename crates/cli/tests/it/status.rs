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
fn regress_status_tells_what_no_manifest_names() {
    let lab = Lab::empty();
    std::fs::create_dir(lab.path("experiments")).expect("a writable folder");
    let manifest = "experiments/small.toml";
    lab.write(manifest, edited("seed = 7", "seed = 7"));
    lab.fine(&format!("run {manifest}"));
    lab.write(manifest, edited("seed = 7", "seed = 8"));
    assert_eq!(lab.fine("status").stdout.lines().count(), 1, "what explains `stale` is no orphan");
    lab.fine(&format!("run {manifest} --replicas 0..1"));
    lab.write(manifest, edited("seed = 7", "seed = 9"));
    let ran = lab.fine("status");
    contains(
        &ran.stdout,
        &["stale    small: changed since: seed = 9, was 7\n", "orphaned small: not published under "],
    );
    contains(&ran.stdout, &["which no manifest names; see `tokenpark gc`"]);
    lab.fine(&format!("run {manifest}"));
    let ran = lab.fine("status");
    contains(&ran.stdout, &["fresh    small: 8 runs, finished ", "orphaned small: 8 runs under "]);
    assert_eq!(ran.stdout.lines().count(), 3);
    assert_eq!(lab.fine(&format!("status {manifest}")).stdout.lines().count(), 1, "only who knows all can tell");
    let value: serde_json::Value = serde_json::from_str(&lab.fine("status --json").stdout).expect("JSON");
    assert_eq!(value["datasets"][1]["status"], "orphaned");
}

/// Sessions add up in run.toml, and the manifest's commit is in it.
#[test]
fn regress_run_toml_adds_up_sessions_and_names_the_commit() {
    let lab = Lab::small();
    let git = |arguments: &[&str]| {
        let output = std::process::Command::new("git").args(arguments).current_dir(lab.path("")).output().expect("git");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    };
    git(&["init", "-q"]);
    git(&["add", "small.toml"]);
    git(&["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "-m", "manifest"]);
    let log = || {
        let (path, _) = lab.files("data").into_iter().find(|(path, _)| path.ends_with("run.toml")).expect("a log");
        tokenpark_dataset::RunLog::read(&lab.path("data").join(path)).expect("a log")
    };
    for range in ["0..1", "1..2", "2..4"] {
        lab.fine(&format!("run small.toml --replicas {range}"));
    }
    let first = log();
    assert_eq!((first.sessions, first.manifest_commit), (3, git(&["rev-parse", "HEAD"])));
    assert!(first.manifest_dirty, "data is not ignored here");
    assert!(first.commit.is_empty(), "that of the program is another");
    // A session that writes nothing but the last part takes less than the three together.
    lab.fine("run small.toml --fresh");
    assert_eq!(log().sessions, 1);
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
