//! `gc`: dry by default; what a manifest on any branch or tag names is kept.

use crate::{Lab, SMALL, contains, edited};
use std::path::PathBuf;
use tokenpark_dataset::{Dataset, Provenance, Staging};

fn git(lab: &Lab, arguments: &str) {
    let identity = ["-c", "user.name=Someone", "-c", "user.email=someone@example.org", "-c", "commit.gpgsign=false"];
    let output = std::process::Command::new("git")
        .args(identity)
        .args(arguments.split_whitespace())
        .current_dir(lab.path(""))
        .output()
        .expect("git");
    assert!(output.status.success(), "git {arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

fn commit(lab: &Lab) {
    git(lab, "add -f .gitignore small.toml");
    git(lab, "commit -q -m manifest");
}

/// Two datasets, of seed 7 on the branch `old` and of seed 8 on the branch `new`, which is checked out.
fn lab() -> Lab {
    let lab = Lab::small();
    lab.write(".gitignore", "/data/\n");
    git(&lab, "init -q -b old");
    commit(&lab);
    lab.fine("run small.toml");
    git(&lab, "checkout -q --orphan new");
    lab.write("small.toml", edited("seed = 7", "seed = 8"));
    commit(&lab);
    lab.fine("run small.toml");
    lab
}

/// The folders below data/small.
fn datasets(lab: &Lab) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(lab.path("data/small")).expect("a folder");
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    found.sort();
    found
}

fn fingerprint(lab: &Lab) -> String {
    let text = lab.fine("check small.toml --json").stdout;
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    value["manifests"][0]["fingerprint"].as_str().expect("a fingerprint").to_owned()
}

#[test]
fn prop_branches_and_tags_keep_their_datasets() {
    let lab = lab();
    assert_eq!(datasets(&lab).len(), 2);
    let ran = lab.fine("gc small.toml --delete");
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "everything is named by a manifest\n"));
    git(&lab, "tag -a v1 old -m first");
    git(&lab, "branch -D old");
    assert_eq!(lab.fine("gc small.toml").stdout, "", "the tag still names it");
    git(&lab, "tag -d v1");
    let before = lab.files("data");
    let ran = lab.fine("gc small.toml");
    contains(&ran.stdout, &["small ", ": 8 runs, finished ", " kB\n    data/small/"]);
    contains(&ran.stderr, &["1 that no manifest names, ", "nothing was deleted, --delete does"]);
    assert_eq!(lab.files("data"), before, "dry by default");
    contains(&lab.fine("gc small.toml --delete").stdout, &["deleted small "]);
    assert_eq!(datasets(&lab), [lab.path("data/small").join(fingerprint(&lab))]);
    assert!(!lab.path("data/.staging").exists());
    lab.fine("verify small.toml");
}

/// What was committed before the last commit is not what a branch names; a lock on a tag is.
#[test]
fn prop_locks_on_tags_keep_their_datasets() {
    let lab = lab();
    let new = fingerprint(&lab);
    lab.fine("lock small.toml");
    git(&lab, "add -f experiments.lock");
    git(&lab, "commit -q -m lock");
    git(&lab, "tag locked");
    std::fs::remove_file(lab.path("experiments.lock")).expect("a file");
    lab.write("small.toml", SMALL);
    git(&lab, "rm -q --cached experiments.lock");
    commit(&lab);
    // The tag has the manifest of seed 8 as well: rewritten, so that its lock alone names the dataset.
    git(&lab, "checkout -q locked");
    lab.write("small.toml", edited("seed = 7", "seed = 9"));
    git(&lab, "commit -q -am other");
    git(&lab, "tag -f locked");
    git(&lab, "checkout -q new");
    assert_eq!(lab.fine("gc small.toml").stdout, "");
    git(&lab, "tag -d locked");
    contains(&lab.fine("gc small.toml").stdout, &[&new]);
}

#[test]
fn prop_nothing_is_deleted_without_git_unless_asked() {
    let lab = Lab::small();
    lab.fine("run small.toml");
    let first = fingerprint(&lab);
    lab.write("small.toml", edited("seed = 7", "seed = 8"));
    lab.fine("run small.toml");
    let before = lab.files("data");
    let ran = lab.fine("gc small.toml");
    contains(
        &ran.stderr,
        &["warning: only what the working tree names is left out of this list: git for-each-ref says"],
    );
    contains(&ran.stdout, &[&first]);
    let ran = lab.run("gc small.toml --delete");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    contains(
        &ran.stderr,
        &["nothing is deleted, since branches and tags cannot be asked", "--no-git does without them"],
    );
    assert_eq!(lab.files("data"), before);
    lab.fine("gc small.toml --delete --no-git");
    assert_eq!(datasets(&lab), [lab.path("data/small").join(fingerprint(&lab))]);
}

#[test]
fn prop_a_wrong_manifest_stops_the_deleting() {
    let lab = lab();
    git(&lab, "branch -D old");
    lab.write("small.toml", edited("tokens = 10", "tokens = 0"));
    let before = lab.files("data");
    let ran = lab.run("gc small.toml --delete");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["nothing is deleted, since manifests have mistakes", "`model.tokens` is out of range: 0"]);
    assert_eq!(lab.files("data"), before);
    // Of a manifest on a branch that cannot be read any more everything is kept.
    git(&lab, "commit -q -am broken");
    git(&lab, "checkout -q --orphan third");
    lab.write("small.toml", edited("seed = 7", "seed = 9"));
    commit(&lab);
    assert_eq!(lab.fine("gc small.toml").stdout, "");
}

#[test]
fn prop_leftovers_are_found_and_work_in_progress_is_not() {
    let lab = lab();
    git(&lab, "branch -D old");
    lab.write("small.toml", edited("seed = 7", "seed = 9"));
    lab.fine("run small.toml --replicas 0..3");
    let partial = fingerprint(&lab);
    lab.write("small.toml", edited("seed = 7", "seed = 8"));
    contains(&lab.fine("gc small.toml").stdout, &[&format!("{partial}: not published"), "data/.staging/small/"]);
    // A process works on it.
    let dataset = Dataset::new(lab.path("data"), "small", &partial).expect("a dataset");
    let manifest = String::new();
    let provenance = Provenance { fingerprint: partial.clone(), schema_version: 1, model_version: 1, manifest };
    let staging = Staging::open(&dataset, &provenance).expect("a staging area");
    let ran = lab.fine("gc small.toml --delete");
    contains(&ran.stderr, &["kept: process ", "is writing this dataset", "1 of 2 deleted"]);
    assert!(dataset.staging().exists());
    drop(staging);
    contains(&lab.fine("gc small.toml --delete").stdout, &["deleted small ", &partial]);
    assert!(!lab.path("data/.staging").exists());
    let value: serde_json::Value = serde_json::from_str(&lab.fine("gc small.toml --json").stdout).expect("JSON");
    assert_eq!((&value["version"], value["unnamed"].as_array().map(Vec::len)), (&1.into(), Some(0)));
}

/// A manifest that nobody committed is named by lying there, and whoever asks about one experiment loses no other.
#[test]
fn prop_uncommitted_manifests_keep_their_datasets() {
    let lab = lab();
    std::fs::create_dir(lab.path("notes")).expect("a folder");
    lab.write("notes/other.toml", edited("name = \"small\"", "name = \"other\""));
    lab.fine("run notes/other.toml");
    lab.fine("gc small.toml --delete");
    lab.fine("gc notes/other.toml --delete");
    assert!(lab.path("data/other").is_dir(), "an untracked manifest names it");
    // Of all datasets, with manifests of experiments/ alone looked at first.
    std::fs::create_dir(lab.path("experiments")).expect("a folder");
    lab.write("experiments/small.toml", lab.read("small.toml"));
    lab.fine("gc --delete");
    assert!(lab.path("data/other").is_dir(), "an untracked manifest outside experiments/ names it");
    std::fs::remove_file(lab.path("notes/other.toml")).expect("removable");
    lab.fine("gc small.toml --delete");
    assert!(lab.path("data/other").is_dir(), "another experiment");
    lab.fine("gc --delete");
    assert!(!lab.path("data/other/").is_dir(), "nothing names it any more");
}

/// What a lock on a tag names cannot be told when it cannot be read.
#[test]
fn regress_a_lock_that_cannot_be_read_stops_deletion() {
    let lab = lab();
    lab.write("experiments.lock", "version = 99\n");
    git(&lab, "add -f experiments.lock");
    git(&lab, "commit -q -m lock");
    std::fs::remove_file(lab.path("experiments.lock")).expect("removable");
    let ran = lab.run("gc small.toml --delete");
    assert_eq!(ran.code, 2, "{ran:?}");
    contains(&ran.stderr, &["nothing is deleted", "version"]);
}

/// Manifests that datasets keep are no reason to keep the datasets.
#[test]
fn prop_a_data_folder_that_git_knows_names_nothing() {
    let lab = lab();
    git(&lab, "branch -D old");
    lab.write(".gitignore", "\n");
    let ran = lab.fine("gc small.toml --delete");
    contains(&ran.stdout, &["deleted small ", ": 8 runs, finished "]);
    assert_eq!(datasets(&lab), [lab.path("data/small").join(fingerprint(&lab))]);
}

/// Names that TOML knows and lines do not, in manifests whose meaning cannot be told.
#[test]
fn prop_odd_manifests_on_branches_keep_their_datasets() {
    for (from, to) in [("name = ", "\"name\" = "), ("schema = 1", "\u{feff}schema = 1")] {
        let lab = Lab::empty();
        lab.write(".gitignore", "/data/\n");
        git(&lab, "init -q -b old");
        let text = SMALL.trim_start().replacen(from, to, 1) + "\n# of a profile\n";
        lab.write("small.toml", &text);
        assert!(text.contains(to), "{text}");
        commit(&lab);
        lab.fine("run small.toml");
        git(&lab, "checkout -q --orphan new");
        lab.write("small.toml", edited("seed = 7", "seed = 8"));
        commit(&lab);
        assert_eq!(lab.fine("gc small.toml").stdout, "", "{to}");
    }
    let lab = Lab::empty();
    lab.write("small.manifest", SMALL);
    let ran = lab.run("run small.manifest");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["the name of a manifest ends in .toml"]);
}

#[test]
fn prop_other_working_trees_keep_their_datasets() {
    let lab = lab();
    git(&lab, "branch -D old");
    git(&lab, "worktree add -q ../other-of-this-test new --detach");
    let other = lab.path("../other-of-this-test").canonicalize().expect("a working tree");
    std::fs::write(other.join("small.toml"), SMALL).expect("a writable file");
    let kept = lab.fine("gc small.toml").stdout;
    git(&lab, "worktree remove --force ../other-of-this-test");
    assert_eq!(kept, "");
    contains(&lab.fine("gc small.toml --json").stdout, &["\"published\":true"]);
}
