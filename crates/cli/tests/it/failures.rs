//! Runs that fail are rows; the rest of the sweep is finished.

use crate::{Lab, contains, edited};

/// Unnormalized weights overflow at beta = 800: the second point fails, the first does not.
fn lab() -> Lab {
    let lab = Lab::empty();
    let manifest = edited("beta = 4.0", "beta = 4.0\nweights = \"unnormalized\"");
    lab.write("small.toml", manifest.replace("[4.0, 9.0]", "[1.0, 800.0]"));
    lab
}

#[test]
fn regress_a_failed_run_is_recorded_and_the_others_go_on() {
    let lab = lab();
    let ran = lab.run("run small.toml");
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let pieces = [
        "small: point 1, replica 3 failed: ",
        "allowed: ",
        "again: tokenpark run small.toml --out data --retry",
        "8 runs in",
    ];
    contains(&ran.stderr, &pieces);
    assert!(!ran.stderr.contains("point 0"), "{}", ran.stderr);
    contains(&lab.fine("status small.toml").stdout, &["failed   small: 4 of 8 runs failed"]);
    let log = lab.files("data").into_iter().find(|(path, _)| path.ends_with("run.toml")).expect("a run log").1;
    contains(&String::from_utf8(log).expect("UTF-8"), &["runs = 8\nfailed = 4\n"]);
    assert_eq!(lab.run("run small.toml").code, 1, "failed runs stay failed until --retry");
}

#[test]
fn prop_good_points_do_not_depend_on_failed_ones() {
    let lab = lab();
    lab.run("run small.toml");
    lab.run("analyze small.toml");
    let curves = lab.read("reports/small/curves.csv");
    let points: Vec<&str> = curves.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(points, ["0"; 6], "six times at the good point, none at the failed one");
}

#[test]
fn prop_retry_computes_the_failed_runs_only() {
    let lab = lab();
    // A part holds one run here, and a partial dataset shows its parts.
    assert_eq!(lab.run("run small.toml --replicas 0..3").code, 1);
    let before = lab.times("data/.staging");
    assert_eq!(lab.run("run small.toml --replicas 0..3").code, 1, "nothing to do, but what is kept has failures");
    assert_eq!(lab.times("data/.staging"), before);
    assert_eq!(lab.run("run small.toml --replicas 0..3 --retry").code, 1);
    let after = lab.times("data/.staging");
    let kept = before.iter().filter(|(path, time)| path.ends_with("runs.parquet") && after.get(*path) == Some(time));
    assert_eq!(kept.count(), 3, "the three good runs are the same files");
    assert_eq!(after.keys().filter(|path| path.ends_with("runs.parquet")).count(), 6);
}

#[test]
fn prop_retry_of_a_published_dataset_gives_the_same_bytes() {
    let lab = lab();
    lab.run("run small.toml");
    let before = lab.tables("data");
    let ran = lab.run("run small.toml --retry");
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stderr.matches(" failed: ").count(), 4, "{}", ran.stderr);
    assert_eq!(lab.tables("data"), before);
}

#[test]
fn regress_fail_fast_stops_and_keeps_what_is_finished() {
    let lab = lab();
    // The failing point comes first, and enough work after it that stopping is seen.
    let manifest = lab.read("small.toml").replace("[1.0, 800.0]", "[800.0, 1.0]");
    lab.write("small.toml", manifest.replace("replicas = 4", "replicas = 1000"));
    lab.run("run small.toml --out whole");
    let ran = lab.run("run small.toml --fail-fast --threads 1");
    assert_eq!(ran.code, 1);
    contains(&ran.stderr, &[" failed: ", "runs are kept; run again to compute the rest"]);
    contains(&lab.fine("status small.toml").stdout, &["partial  small: "]);
    assert_eq!(lab.run("run small.toml").code, 1);
    assert_eq!(lab.tables("data"), lab.tables("whole"));
}
