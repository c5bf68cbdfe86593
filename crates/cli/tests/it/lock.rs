//! `lock` and `verify --lock`: what is cited is what lies there.

use crate::{Lab, contains, edited};
use std::path::{Path, PathBuf};
use tokenpark_sweep::{Lockfile, Manifest, fingerprint};

fn lab() -> Lab {
    let lab = Lab::small();
    lab.fine("run small.toml");
    lab.fine("analyze small.toml");
    lab
}

#[track_caller]
fn differs(lab: &Lab, pieces: &[&str]) {
    let ran = lab.run("verify --lock small.toml");
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""), "{}", ran.stdout);
    contains(&ran.stdout, &["differs    small\n"]);
    contains(&ran.stdout, pieces);
}

#[test]
fn regress_a_lock_tells_fingerprint_versions_and_digests() {
    let lab = lab();
    assert_eq!(lab.fine("lock small.toml").stdout, "experiments.lock\n");
    let text = lab.read("experiments.lock");
    let table: toml::Table = text.parse().expect("TOML");
    let small = &table["experiments"]["small"];
    let folder = lab.path("data/small").join(small["fingerprint"].as_str().expect("a fingerprint"));
    assert!(folder.is_dir());
    assert_eq!((small["manifest"].as_str(), small["runs"].as_integer()), (Some("small.toml"), Some(8)));
    assert_eq!(small["model_version"].as_integer(), Some(tokenpark_sweep::MODEL_VERSION.into()));
    let names = |key: &str| small[key].as_table().expect("a table").keys().cloned().collect::<Vec<_>>();
    assert_eq!(names("tables"), ["centers", "observables", "runs"]);
    assert_eq!(names("figures"), ["center-counts.parquet", "center-means.parquet", "curves.parquet"]);
    let runs = tokenpark_dataset::digest(&folder.join("runs/part-0.parquet")).expect("a file");
    assert_eq!(small["tables"]["runs"].as_str(), Some(&*runs));
    assert_eq!(lab.fine("verify --lock small.toml").stdout, "as locked  small\n");
    lab.fine("lock small.toml");
    assert_eq!(lab.read("experiments.lock"), text, "nothing in it tells the time");
    lab.fine("run small.toml --fresh");
    lab.fine("verify --lock small.toml");
}

#[test]
fn prop_a_lock_notices_whatever_changes() {
    let lab = lab();
    lab.fine("lock small.toml");
    let files = lab.tables("data").into_keys().map(|path| lab.path("data").join(path));
    let figures = lab.tables("reports").into_keys().map(|path| lab.path("reports").join(path));
    let files: Vec<PathBuf> = files.chain(figures).collect();
    assert_eq!(files.len(), 6);
    for file in files {
        let name = file.strip_prefix(lab.path("")).expect("below").display().to_string();
        let good = std::fs::read(&file).expect("a table");
        let mut bad = good.clone();
        bad[good.len() / 2] ^= 1;
        std::fs::write(&file, bad).expect("a writable file");
        differs(&lab, &[&name, "has the SHA-256", "is locked"]);
        std::fs::remove_file(&file).expect("a file");
        differs(&lab, &["is missing"]);
        std::fs::write(&file, good).expect("a writable file");
    }
    lab.write("reports/small/more.parquet", "a stranger");
    differs(&lab, &["more.parquet is not locked"]);
    std::fs::remove_file(lab.path("reports/small/more.parquet")).expect("a file");
    lab.fine("verify --lock small.toml");
    lab.write("small.toml", edited("seed = 7", "seed = 8"));
    differs(&lab, &["small.toml has the fingerprint "]);
    lab.write("small.toml", edited("seed = 7", "seed = 7 # lucky"));
    lab.fine("verify --lock small.toml");
    std::fs::remove_dir_all(lab.path("data")).expect("a folder");
    differs(&lab, &["there is no dataset in data/small/"]);
}

#[test]
fn regress_a_lock_is_compared_by_verify_too() {
    let lab = lab();
    lab.fine("lock small.toml");
    lab.fine("verify small.toml");
    let curves = lab.path("reports/small/curves.parquet");
    std::fs::write(&curves, "changed").expect("a writable file");
    let ran = lab.run("verify small.toml --sample 1");
    assert_eq!(ran.code, 1);
    contains(&ran.stdout, &["experiments.lock does not agree: reports/small/curves.parquet has the SHA-256"]);
}

#[test]
fn regress_only_what_is_whole_is_locked() {
    let lab = Lab::small();
    assert_eq!(lab.run("lock small.toml").code, 2, "nothing is there");
    lab.fine("run small.toml --replicas 0..3");
    contains(&lab.run("lock small.toml").stderr, &["no published dataset in data/small/"]);
    lab.fine("run small.toml");
    contains(&lab.fine("lock small.toml").stderr, &["small: locked without figures"]);
    let file = lab.tables("data").into_keys().next().expect("a table");
    let path = lab.path("data").join(file);
    let mut bytes = std::fs::read(&path).expect("a table");
    bytes[20] ^= 1;
    std::fs::write(&path, bytes).expect("a writable file");
    let before = lab.read("experiments.lock");
    let ran = lab.run("lock small.toml");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["has the SHA-256"]);
    assert_eq!(lab.read("experiments.lock"), before);
}

#[test]
fn regress_figures_of_another_dataset_are_not_locked() {
    let lab = lab();
    lab.write("small.toml", edited("seed = 7", "seed = 8"));
    lab.fine("run small.toml");
    let ran = lab.run("lock small.toml");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["reports/small is of the dataset ", "run `tokenpark analyze` again"]);
}

#[test]
fn prop_locking_one_experiment_leaves_the_others() {
    let lab = lab();
    lab.fine("lock small.toml");
    std::fs::create_dir(lab.path("experiments")).expect("a writable folder");
    for (name, seed) in [("beta", 1), ("alpha", 2), ("gamma", 3)] {
        let manifest = edited("name = \"small\"", &format!("name = \"{name}\""));
        lab.write(&format!("experiments/{name}.toml"), manifest.replace("seed = 7", &format!("seed = {seed}")));
    }
    lab.fine("run experiments/beta.toml experiments/alpha.toml");
    lab.fine("lock experiments/beta.toml");
    let first = lab.read("experiments/experiments.lock");
    let ran = lab.fine("lock");
    contains(&ran.stderr, &["gamma: not locked, its dataset is not complete"]);
    let text = lab.read("experiments/experiments.lock");
    assert!(text.find("[experiments.alpha]") < text.find("[experiments.beta]"), "{text}");
    assert!(first.lines().all(|line| text.contains(line)), "{text}");
    assert_eq!(lab.fine("verify --lock").stdout, "as locked  alpha\nas locked  beta\n");
    let ran = lab.run("verify --lock experiments/gamma.toml");
    assert_eq!(ran.code, 1);
    contains(&ran.stdout, &["is not in experiments/experiments.lock"]);
    std::fs::remove_file(lab.path("experiments/alpha.toml")).expect("a file");
    let ran = lab.run("verify --lock --json");
    assert_eq!(ran.code, 1);
    contains(&ran.stdout, &["experiments/alpha.toml is missing", "\"version\":1", "\"as_locked\":false"]);
}

#[test]
fn regress_what_is_no_lock() {
    let lab = lab();
    assert_eq!(lab.run("verify --lock").code, 1, "there is none");
    lab.write("experiments.lock", "version = 1\nsurprise = 2\n");
    for command in ["lock small.toml", "verify --lock small.toml", "gc small.toml"] {
        let ran = lab.run(command);
        assert_eq!(ran.code, 2, "{command}");
        contains(&ran.stderr, &["experiments.lock is no lock of experiments"]);
    }
    lab.write("experiments.lock", "version = 2\n");
    contains(&lab.run("lock small.toml").stderr, &["experiments.lock has version 2, this program reads version 1"]);
    assert_eq!(lab.read("experiments.lock"), "version = 2\n");
}

/// experiments/experiments.lock is of the manifests and reports that are committed with it.
#[test]
fn val_the_committed_lock_is_of_the_committed_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join("experiments/experiments.lock");
    let lock =
        Lockfile::read(&path).expect("a lock").expect("experiments/experiments.lock; `tokenpark lock` writes it");
    for entry in std::fs::read_dir(root.join("experiments")).expect("a folder") {
        let file = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let locked = lock.experiments.values().any(|locked| locked.manifest == file);
        assert!(locked || !file.ends_with(".toml"), "experiments/{file} is not locked");
    }
    for (name, locked) in lock.experiments {
        let manifest = Manifest::read(path.with_file_name(&locked.manifest)).expect("a manifest");
        assert_eq!(fingerprint(&manifest), locked.fingerprint, "{name}: run it, and `tokenpark lock`");
        assert!(!locked.tables.is_empty(), "{name}");
        assert_eq!(
            locked.figures.is_empty(),
            !root.join("reports").join(&name).join("summary.toml").is_file(),
            "{name}"
        );
        for (file, digest) in locked.figures {
            let found = tokenpark_dataset::digest(&root.join("reports").join(&name).join(&file)).expect("a table");
            assert_eq!(found, digest, "{name}: {file}; `tokenpark analyze`, and then `tokenpark lock`");
        }
    }
}

#[test]
fn regress_two_manifests_of_one_name_are_not_locked() {
    let lab = lab();
    lab.write("second.toml", lab.read("small.toml"));
    let ran = lab.run("lock small.toml second.toml");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["small.toml and second.toml have the same name `small`; rename one of them"]);
}
