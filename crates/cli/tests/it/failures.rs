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
        "again: tokenpark run small.toml --out data --retry --only 1:3\n",
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
    let parts = || {
        let mut times = lab.times("data/.staging");
        times.retain(|path, _| path.extension().is_some_and(|ending| ending != "lock"));
        times
    };
    let before = parts();
    assert_eq!(lab.run("run small.toml --replicas 0..3").code, 1, "nothing to do, but what is kept has failures");
    assert_eq!(parts(), before);
    assert_eq!(lab.run("run small.toml --replicas 0..3 --retry").code, 1);
    let after = parts();
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

#[test]
fn regress_status_shows_failed_runs_and_how_to_repeat_them() {
    let lab = lab();
    lab.run("run small.toml --replicas 0..3");
    let stdout = lab.fine("status small.toml").stdout;
    contains(&stdout, &["partial  small: 6 of 8 runs are there, 3 failed\n    point 1, replica 0: ", "allowed: "]);
    contains(&stdout, &["    again: tokenpark run small.toml --out data --retry --only 1:0\n"]);
    lab.run("run small.toml");
    let stdout = lab.fine("status small.toml").stdout;
    contains(
        &stdout,
        &["failed   small: 4 of 8 runs failed", "again: tokenpark run small.toml --out data --retry --only 1:2\n"],
    );
    let value: serde_json::Value = serde_json::from_str(&lab.fine("status small.toml --json").stdout).expect("JSON");
    let row = &value["datasets"][0];
    assert_eq!((&row["failed"], row["failures"].as_array().map(Vec::len)), (&4.into(), Some(4)));
    assert_eq!(row["failures"][3]["again"], "tokenpark run small.toml --out data --retry --only 1:3");
}

/// The command that is printed computes that run again, and no other.
#[test]
fn prop_the_printed_command_repeats_one_run() {
    let lab = lab();
    lab.run("run small.toml");
    let before = lab.tables("data");
    let ran = lab.run("run small.toml --out data --retry --only 1:2");
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stderr.matches(" failed: ").count(), 1, "{}", ran.stderr);
    contains(&ran.stderr, &["small: point 1, replica 2 failed: "]);
    assert_eq!(lab.tables("data"), before);
    contains(&lab.fine("status small.toml").stdout, &["4 of 8 runs failed", "point 1, replica 0"]);
    let log = lab.files("data").into_iter().find(|(path, _)| path.ends_with("run.toml")).expect("a run log").1;
    contains(&String::from_utf8(log).expect("UTF-8"), &["sessions = 2\nruns = 8\nfailed = 4\n"]);
}

#[test]
fn regress_only_computes_the_runs_that_are_named() {
    let lab = Lab::small();
    contains(&lab.fine("run small.toml --only 1:3 --only 0:0").stderr, &["small: 2 of 8 runs are kept"]);
    contains(&lab.fine("run small.toml --only 1:3").stderr, &["small: 2 of 8 runs are kept"]);
    let ran = lab.run("run small.toml --only 2:0");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["the run 2:0 was asked for, allowed: points 0 to 1, replicas 0 to 3"]);
    contains(&lab.run("run small.toml --only 3").stderr, &["`3` is not a run POINT:REPLICA, e.g. 0:3"]);
    lab.fine("run small.toml");
    lab.fine("run small.toml --out whole");
    assert_eq!(lab.tables("data"), lab.tables("whole"));
}

#[test]
fn regress_max_failures_stops_there() {
    let lab = lab();
    let ran = lab.run("run small.toml --max-failures 2 --threads 1");
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stderr.matches(" failed: ").count(), 2, "{}", ran.stderr);
    contains(&ran.stderr, &["small: 6 of 8 runs are kept"]);
    assert_eq!(lab.run("run small.toml --max-failures 0").code, 2);
    assert_eq!(lab.run("run small.toml --max-failures 2 --fail-fast").code, 2);
    let ran = lab.run("run small.toml --max-failures 2 --threads 1");
    contains(&ran.stderr, &["small: 8 runs in "]);
    lab.run("run small.toml --out whole");
    assert_eq!(lab.tables("data"), lab.tables("whole"));
}

/// Failures below the limit do not keep the next manifest from its turn.
#[test]
fn regress_failures_below_the_limit_go_on_to_the_next_manifest() {
    let lab = lab();
    lab.write("good.toml", edited("name = \"small\"", "name = \"good\""));
    let ran = lab.run("run small.toml good.toml --max-failures 100");
    assert_eq!(ran.code, 1, "{ran:?}");
    contains(&ran.stderr, &["good: 8 runs in "]);
}
