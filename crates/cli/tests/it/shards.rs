//! `run --shard` and `merge`: the bytes of one run on one machine, or a word about what is missing.

#![cfg(unix)]

use crate::{Lab, Ran, SMALL, contains, copy, edited};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

/// Eight runs at two points, tables and all.
const RUNS: usize = 8;

/// Runs some shards of `count` into `out`.
fn shards(lab: &Lab, out: &str, count: usize, indices: &[usize]) {
    for index in indices {
        lab.fine(&format!("run small.toml --out {out} --shard {index}/{count} --threads 1"));
    }
}

/// The dataset's folder: there is one.
fn folder(lab: &Lab, out: &str) -> PathBuf {
    let entries = std::fs::read_dir(lab.path(out).join("small")).expect("a dataset");
    let folders: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(folders.len(), 1, "{folders:?}");
    folders.into_iter().next().expect("one")
}

#[track_caller]
fn refuses(lab: &Lab, out: &str, pieces: &[&str]) -> Ran {
    let before = lab.files(out);
    let ran = lab.run(&format!("merge small.toml --out {out}"));
    assert_eq!(ran.code, 2, "{ran:?}");
    contains(&ran.stderr, pieces);
    assert_eq!(lab.files(out), before, "a refusal changes nothing");
    ran
}

#[test]
fn prop_shards_of_any_number_give_the_bytes_of_one_run() {
    let lab = Lab::small();
    lab.fine("run small.toml --out whole");
    for count in [1, 2, 3, 7, RUNS + 3] {
        let out = format!("in-{count}");
        let mut order: Vec<usize> = (0..count).collect();
        order.rotate_left(count / 2);
        shards(&lab, &out, count, &order);
        let folder = folder(&lab, &out);
        assert!(!folder.join("run.toml").exists(), "{count}: not published before it is merged");
        let last = folder.join(format!("shards/{}-of-{count}/runs/part-0.parquet", count.min(RUNS) - 1));
        assert!(last.is_file(), "{}", last.display());
        assert!(!lab.path(&out).join(".staging").exists(), "{count}: shards leave nothing in the staging area");
        let sentence = format!(
            "{} of {count} shards are complete; tokenpark merge small.toml --out {out} joins them",
            count.min(RUNS)
        );
        let status = lab.fine(&format!("status small.toml --out {out}")).stdout;
        contains(&status, &["partial  small: 8 of 8 runs are there; ", &sentence]);
        let ran = lab.fine(&format!("merge small.toml --out {out}"));
        contains(&ran.stderr, &[&format!("small: 8 runs of {} shards joined", count.min(RUNS))]);
        assert_eq!(lab.tables(&out), lab.tables("whole"), "{count}");
        assert!(!folder.join("shards").exists() && !lab.path(&out).join(".staging").exists(), "{count}");
        lab.fine(&format!("verify small.toml --out {out} --sample all"));
        contains(&lab.fine(&format!("merge small.toml --out {out}")).stderr, &["small: fresh, 8 runs"]);
    }
}

#[test]
fn regress_a_shard_without_runs_says_so() {
    let lab = Lab::small();
    let ran = lab.fine("run small.toml --shard 8/9");
    contains(&ran.stderr, &["small, shard 8/9: no runs fall to this shard"]);
    assert_eq!(lab.names(), ["small.toml"]);
}

#[test]
fn prop_a_second_run_of_a_shard_touches_nothing() {
    let lab = Lab::small();
    shards(&lab, "data", 3, &[1]);
    let before = lab.times("data");
    contains(&lab.fine("run small.toml --shard 1/3").stderr, &["small, shard 1/3: fresh, 3 runs in ", "1-of-3"]);
    assert_eq!(lab.times("data"), before);
    let tables = lab.tables("data");
    lab.fine("run small.toml --shard 1/3 --fresh");
    assert!(lab.times("data").iter().all(|(path, time)| time > &before[path]), "every file is a new one");
    assert_eq!(lab.tables("data"), tables);
}

#[test]
fn regress_merge_names_the_gaps() {
    let lab = Lab::small();
    let ran = lab.run("merge small.toml");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["no shards in data/small/", "`run --shard I/K` puts them there"]);
    assert_eq!(lab.names(), ["small.toml"]);
    shards(&lab, "data", 3, &[0, 2]);
    refuses(&lab, "data", &["3 of 8 runs are missing, and nothing was merged\n    shard 1/3 is missing: 3 runs"]);
    contains(&lab.fine("status small.toml").stdout, &["partial  small: 5 of 8 runs", "2 of 3 shards are complete"]);
    assert!(!lab.fine("status small.toml").stdout.contains("joins them"), "not yet");
    // A shard that was killed after its first part.
    let mut killed = lab.command("run small.toml --shard 1/3 --threads 1");
    let output = killed.env("TOKENPARK_FAULT", "kill:60").output().expect("the binary starts");
    assert!(!output.status.success());
    let status = lab.fine("status small.toml").stdout;
    contains(&status, &["2 of 3 shards are complete, 1 begun"]);
    refuses(&lab, "data", &["shard 1/3 is not finished: ", " of its runs are staged"]);
    shards(&lab, "data", 3, &[1]);
    lab.fine("merge small.toml");
}

#[test]
fn regress_a_shard_of_a_list_lacks_the_other_runs_until_it_is_run_again() {
    let lab = Lab::small();
    lab.fine("run small.toml --out whole");
    shards(&lab, "data", 3, &[0, 2]);
    let check = lab.fine("check small.toml --json").stdout;
    let fingerprint = check.split("\"fingerprint\":\"").nth(1).and_then(|rest| rest.get(..16)).expect("a fingerprint");
    let list = |shards: u32| format!("fingerprint = \"{fingerprint}\"\nshards = {shards}\nruns = [[0, 3]]\n");
    lab.write("list.toml", list(3));
    // Of runs 0 to 3 one falls to shard 1, which has three.
    lab.fine("run small.toml --shard 1/3 --list list.toml");
    refuses(&lab, "data", &["shard 1/3 lacks 2 runs, the first of them point "]);
    lab.write("list.toml", list(4));
    let ran = lab.run("run small.toml --shard 1/3 --list list.toml");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["the job was submitted with a number of shards of 4, and this is 3"]);
    let times = lab.times("data");
    shards(&lab, "data", 3, &[1]);
    let kept = lab.times("data").into_iter().filter(|(path, time)| times.get(path) == Some(time)).count();
    assert_eq!(kept, times.len() - times.keys().filter(|path| path.iter().any(|name| name == "1-of-3")).count());
    lab.fine("merge small.toml");
    assert_eq!(lab.tables("data"), lab.tables("whole"));
    lab.write("small.toml", edited("seed = 7", "seed = 8"));
    lab.write("list.toml", list(3));
    let ran = lab.run("run small.toml --shard 1/3 --list list.toml");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["the job was submitted with the manifest's fingerprint", fingerprint]);
}

#[test]
fn regress_merge_refuses_mixtures() {
    let lab = Lab::small();
    shards(&lab, "data", 2, &[0, 1]);
    shards(&lab, "data", 3, &[1]);
    refuses(&lab, "data", &["shards of 2 and of 3 are mixed in data/small/", "keep those of one number"]);
    contains(&lab.fine("status small.toml").stdout, &["3 of 2 and 3 shards", "merge refuses such a mixture"]);
    // Shard 1 of another seed in the place of ours.
    lab.write("small.toml", edited("seed = 7", "seed = 8"));
    shards(&lab, "other", 2, &[1]);
    let ours = folder(&lab, "data").join("shards");
    std::fs::remove_dir_all(ours.join("1-of-3")).expect("a shard");
    std::fs::remove_dir_all(ours.join("1-of-2")).expect("a shard");
    copy(&folder(&lab, "other").join("shards/1-of-2"), &ours.join("1-of-2"));
    lab.write("small.toml", SMALL);
    refuses(&lab, "data", &["shards/1-of-2/", "has the fingerprint ", " is needed"]);
    // The same shard twice is a gap.
    std::fs::remove_dir_all(ours.join("1-of-2")).expect("a shard");
    copy(&ours.join("0-of-2"), &ours.join("1-of-2"));
    refuses(&lab, "data", &["4 of 8 runs are missing", "shard 1/2 lacks 4 runs"]);
}

#[test]
fn prop_a_damaged_shard_is_refused_by_merge_and_computed_again_by_run() {
    let lab = Lab::small();
    lab.fine("run small.toml --out whole");
    shards(&lab, "data", 2, &[0, 1]);
    let path = folder(&lab, "data").join("shards/1-of-2/observables/part-0.parquet");
    let mut bytes = std::fs::read(&path).expect("a table");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).expect("a writable file");
    refuses(&lab, "data", &["shards/1-of-2/observables/part-0.parquet has the SHA-256 ", "run again with --fresh"]);
    copy(&lab.path("data"), &lab.path("again"));
    // The shard itself, then its merge.
    contains(&lab.fine("run small.toml --out again --shard 1/2").stderr, &["4 runs in "]);
    lab.fine("merge small.toml --out again");
    assert_eq!(lab.tables("again"), lab.tables("whole"));
    // Or the whole, with the runs of the other shard.
    let ran = lab.fine("run small.toml");
    let pieces = ["computed again, since data/small/", "1-of-2 cannot be used: ", "4 runs were taken from shards"];
    contains(&ran.stderr, &pieces);
    assert_eq!(lab.tables("data"), lab.tables("whole"));
}

#[test]
fn prop_a_whole_run_takes_what_shards_have() {
    let lab = Lab::small();
    lab.fine("run small.toml --out whole");
    shards(&lab, "data", 3, &[2]);
    shards(&lab, "data", 2, &[0]);
    let ran = lab.fine("run small.toml");
    contains(&ran.stderr, &["runs were taken from shards", "small: 8 runs in"]);
    assert_eq!(lab.tables("data"), lab.tables("whole"));
    assert!(!folder(&lab, "data").join("shards").exists());
    contains(&lab.fine("run small.toml --shard 0/2").stderr, &["fresh, 8 runs in"]);
}

/// The file of a table with one bit changed.
fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).expect("a table");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).expect("a writable file");
}

/// Lengths do not tell that a dataset is damaged, and shards that replace it must not be thrown away for it.
#[test]
fn prop_merge_replaces_a_damaged_dataset() {
    let lab = Lab::small();
    lab.fine("run small.toml --out whole");
    lab.fine("run small.toml");
    flip(&folder(&lab, "data").join("observables/part-0.parquet"));
    for index in [0, 1] {
        lab.fine(&format!("run small.toml --fresh --shard {index}/2"));
    }
    contains(&lab.fine("merge small.toml").stderr, &["8 runs of 2 shards joined"]);
    assert_eq!(lab.tables("data"), lab.tables("whole"));
    assert!(!folder(&lab, "data").join("shards").exists());
}

#[test]
fn regress_status_counts_runs_of_mixed_shards_once() {
    let lab = Lab::small();
    shards(&lab, "data", 2, &[0]);
    shards(&lab, "data", 1, &[0]);
    let json = lab.fine("status small.toml --json").stdout;
    contains(&json, &["\"done\":8", "8 of 8 runs are there; 2 of 1 and 2 shards are complete"]);
}

/// What a whole run took from a shard is not there twice.
#[test]
fn regress_status_counts_a_run_once() {
    let lab = Lab::small();
    shards(&lab, "data", 2, &[0]);
    let kept = lab.fine("run small.toml --replicas 0..2").stderr;
    let kept = kept.split(" of 8 runs are kept").next().and_then(|text| text.chars().last()).expect("a number");
    assert!("567".contains(kept), "four of the shard and some more: {kept}");
    contains(&lab.fine("status small.toml").stdout, &[&format!("partial  small: {kept} of 8 runs are there; ")]);
}

#[test]
fn prop_merge_joins_what_a_whole_run_had_staged() {
    let lab = Lab::small();
    lab.fine("run small.toml --out whole");
    lab.fine("run small.toml --replicas 0..3");
    let check = lab.fine("check small.toml --json").stdout;
    let fingerprint = check.split("\"fingerprint\":\"").nth(1).and_then(|rest| rest.get(..16)).expect("a fingerprint");
    lab.write("list.toml", format!("fingerprint = \"{fingerprint}\"\nshards = 2\nruns = [[3, 3], [7, 7]]\n"));
    for index in [0, 1] {
        lab.fine(&format!("run small.toml --shard {index}/2 --list list.toml"));
    }
    contains(&lab.fine("status small.toml").stdout, &["partial  small: 8 of 8 runs are there"]);
    lab.fine("merge small.toml");
    assert_eq!(lab.tables("data"), lab.tables("whole"));
    assert!(!lab.path("data/.staging").exists());
}

#[test]
fn prop_merge_survives_a_kill_at_every_moment() {
    let manifest = edited("record = [\"clusters\", \"centers\", \"consumption\"]", "record = []");
    let start = Lab::empty();
    start.write("small.toml", &manifest);
    start.fine("run small.toml --out whole");
    shards(&start, "data", 2, &[0, 1]);
    let shards = start.tables("data");
    for (keep, step) in [("", 1), (" --keep", 4)] {
        for number in (1..).step_by(step) {
            let lab = Lab::empty();
            lab.write("small.toml", &manifest);
            copy(&start.path("data"), &lab.path("data"));
            let mut merge = lab.command(&format!("merge small.toml{keep}"));
            let output = merge.env("TOKENPARK_FAULT", format!("kill:{number}")).output().expect("the binary starts");
            let through = output.status.success();
            if !through {
                assert_eq!(output.status.code(), None, "{number}: {output:?}");
                lab.fine(&format!("merge small.toml{keep}"));
            }
            let mut tables = lab.tables("data");
            let kept = tables.extract_if(.., |path, _| path.iter().any(|name| name == "shards")).collect();
            assert!(tables == start.tables("whole"), "{keep} kill:{number}");
            assert!(
                if keep.is_empty() { lab.files("data").len() == 3 } else { shards == kept },
                "{keep} kill:{number}"
            );
            assert!(!lab.path("data/.staging").exists(), "{keep} kill:{number}");
            if through {
                assert!(number > 30, "only {number} points");
                break;
            }
        }
    }
}

#[test]
fn regress_shards_are_kept_when_asked_and_removed_later() {
    let lab = Lab::small();
    shards(&lab, "data", 2, &[0, 1]);
    lab.fine("merge small.toml --keep");
    let shards = folder(&lab, "data").join("shards");
    assert!(shards.join("1-of-2/run.toml").is_file());
    contains(&lab.fine("status small.toml").stdout, &["fresh    small: 8 runs"]);
    contains(&lab.fine("merge small.toml").stderr, &["fresh"]);
    assert!(!shards.exists() && !lab.path("data/.staging").exists());
}

#[test]
fn regress_run_log_of_a_merged_dataset_adds_up() {
    let lab = Lab::small();
    shards(&lab, "data", 2, &[0, 1]);
    lab.fine("merge small.toml");
    let log = std::fs::read_to_string(folder(&lab, "data").join("run.toml")).expect("a log");
    contains(&log, &["runs = 8\nfailed = 0\n", "sessions = 2\n", "threads = 1\n", "host = \""]);
}

/// Unnormalized weights overflow at beta = 800.
#[test]
fn prop_failed_runs_are_rows_of_shards_as_well() {
    let lab = Lab::empty();
    let manifest = edited("beta = 4.0", "beta = 4.0\nweights = \"unnormalized\"");
    lab.write("small.toml", manifest.replace("[4.0, 9.0]", "[1.0, 800.0]"));
    assert_eq!(lab.run("run small.toml --out whole").code, 1);
    for index in [0, 1] {
        let ran = lab.run(&format!("run small.toml --shard {index}/2"));
        assert_eq!(ran.code, 1);
        assert_eq!(ran.stderr.matches(" failed: ").count(), 2, "{}", ran.stderr);
        contains(&ran.stderr, &[&format!("--retry --shard {index}/2")]);
        let again = lab.run(&format!("run small.toml --shard {index}/2 --retry"));
        assert_eq!(again.stderr.matches(" failed: ").count(), 2, "only these two: {}", again.stderr);
    }
    let status = lab.fine("status small.toml").stdout;
    contains(
        &status,
        &["8 of 8 runs are there, 4 failed; 2 of 2 shards", "point 1, replica 0: beta ", "--retry --shard 0/2\n"],
    );
    contains(&lab.fine("status small.toml --json").stdout, &["--retry --shard 1/2"]);
    let ran = lab.run("merge small.toml");
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    contains(&ran.stderr, &["4 of these runs failed"]);
    assert_eq!(lab.tables("data"), lab.tables("whole"));
    contains(&lab.fine("status small.toml").stdout, &["failed   small: 4 of 8 runs failed", "again: "]);
    // The command in a task's log, after the merge.
    let late = lab.run("run small.toml --out data --retry --shard 0/2");
    assert_eq!(late.code, 2);
    contains(&late.stderr, &["the shards are joined", "--retry` without --shard"]);
    // A shard that has only begun says what failed as well.
    let begun = lab.run("run small.toml --out begun --shard 0/2 --fail-fast --threads 1");
    assert_eq!(begun.code, 1, "{}", begun.stderr);
    contains(&lab.fine("status small.toml --out begun").stdout, &[" 1 failed; 0 of 2 shards", "--shard 0/2\n"]);
}

/// About two seconds of work on one core.
fn long() -> Lab {
    let lab = Lab::empty();
    let manifest = edited("replicas = 4", "replicas = 500").replace("dimension = 2", "dimension = 3");
    lab.write("small.toml", manifest.replace("until = 5.0", "until = 300.0"));
    lab
}

/// Starts a shard, signals it once its first part is staged, and returns its exit code and what it said.
fn signalled(lab: &Lab, signal: &str) -> (Option<i32>, String) {
    let mut command = lab.command("run small.toml --shard 0/2 --threads 1");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    let parts = || match lab.path("data/.staging").exists() {
        true => lab.times("data/.staging").keys().filter(|path| path.ends_with("runs.parquet")).count(),
        false => 0,
    };
    let before = parts();
    let mut begun = false;
    for _ in 0..15_000 {
        begun = parts() > before;
        if begun {
            break;
        }
        sleep(Duration::from_millis(2));
    }
    let second = lab.run("run small.toml --shard 0/2");
    let kill = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
    if !begun || !kill.expect("kill").success() {
        child.kill().expect("a child");
        panic!("no part within 30 seconds, or the run was over before");
    }
    assert_eq!(second.code, 2, "one process at a time works on a shard: {}", second.stderr);
    contains(&second.stderr, &["-0-of-2.lock"]);
    let output = child.wait_with_output().expect("an end");
    (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
}

#[test]
fn prop_a_killed_shard_is_continued_to_the_same_bytes() {
    let lab = long();
    for (signal, code) in [("-USR1", Some(130)), ("-KILL", None)] {
        let (found, stderr) = signalled(&lab, signal);
        assert_eq!(found, code, "{signal}: {stderr}");
        let status = lab.fine("status small.toml").stdout;
        contains(&status, &["partial  small: ", " of 1000 runs are there; 0 of 2 shards are complete, 1 begun"]);
    }
    for index in [0, 1] {
        lab.fine(&format!("run small.toml --shard {index}/2"));
    }
    lab.fine("merge small.toml");
    lab.fine("run small.toml --out whole");
    assert_eq!(lab.tables("data"), lab.tables("whole"));
    assert!(!lab.path("data/.staging").exists());
}
