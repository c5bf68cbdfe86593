//! Kills, refusals, full disks and damaged parts, at every moment: the next run finishes the work with the same bytes
//! and leaves nothing behind, or the program says what is wrong.

#![cfg(unix)]

use crate::{Lab, contains, copy, edited};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Two runs, so two parts, and three tables.
fn tiny() -> Lab {
    let lab = Lab::fleeting();
    lab.write("small.toml", edited("replicas = 4", "replicas = 1"));
    lab
}

/// Everything below data, folders included. run.toml tells the time, so only that it is there.
fn tree(lab: &Lab) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![lab.path("data")];
    while let Some(path) = waiting.pop() {
        let is_log = path.file_name().is_some_and(|name| name == "run.toml");
        let bytes = if path.is_dir() || is_log { vec![] } else { std::fs::read(&path).expect("a readable file") };
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("a readable folder");
            waiting.extend(entries.map(|entry| entry.expect("an entry").path()));
        }
        found.insert(path.strip_prefix(lab.path("")).expect("below").to_path_buf(), bytes);
    }
    found
}

fn faulty(lab: &Lab, fault: &str, arguments: &str) -> Output {
    lab.command(arguments).env("TOKENPARK_FAULT", fault).output().expect("the binary starts")
}

/// Meets the fault at its first, second, ... point, until a run gets through without; each time the next run must
/// finish the work. `start` holds what was there before, `arguments` is the run that meets the fault.
fn at_every_point(kind: &str, start: &Lab, arguments: &str, least: usize) {
    let whole = tiny();
    whole.fine("run small.toml");
    let whole = tree(&whole);
    for number in 1.. {
        let lab = tiny();
        if start.path("data").exists() {
            copy(&start.path("data"), &lab.path("data"));
        }
        let output = faulty(&lab, &format!("{kind}:{number}"), arguments);
        if output.status.success() {
            assert!(number > least, "{kind}: only {number} points");
            assert!(tree(&lab) == whole, "{kind}: the run that got through");
            return;
        }
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        let expected = if kind == "kill" { None } else { Some(2) };
        assert_eq!(output.status.code(), expected, "{kind}:{number}: {stderr}");
        if kind == "kill" {
            assert_eq!(output.status.signal(), Some(6), "{kind}:{number}: {stderr}");
        } else {
            contains(&stderr, &["error: cannot ", " data", if kind == "full" { "no storage space" } else { "denied" }]);
        }
        lab.fine("run small.toml");
        let found = tree(&lab);
        let names: Vec<&PathBuf> =
            found.keys().chain(whole.keys()).filter(|path| found.get(*path) != whole.get(*path)).collect();
        assert!(names.is_empty(), "{kind}:{number} {arguments}: {names:?}");
    }
}

#[test]
fn prop_a_kill_at_any_point_is_survived() {
    at_every_point("kill", &tiny(), "run small.toml --threads 1", 60);
}

#[test]
fn prop_a_refusal_at_any_point_is_survived() {
    at_every_point("refuse", &tiny(), "run small.toml --threads 1", 60);
}

#[test]
fn prop_a_full_disk_at_any_point_is_survived() {
    at_every_point("full", &tiny(), "run small.toml --threads 1", 40);
}

#[test]
fn prop_a_kill_while_a_published_dataset_is_replaced_is_survived() {
    let start = tiny();
    start.fine("run small.toml");
    at_every_point("kill", &start, "run small.toml --threads 1 --fresh", 60);
}

/// Started together, one works and the others say who, or find it done.
#[test]
fn prop_processes_that_start_together_do_not_mix() {
    let whole = Lab::small();
    whole.fine("run small.toml");
    for _ in 0..5 {
        let lab = Lab::small();
        let start = |_| {
            let mut command = lab.command("run small.toml");
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary starts")
        };
        let children: Vec<_> = (0..4).map(start).collect();
        let mut done = 0;
        for child in children {
            let output = child.wait_with_output().expect("an end");
            let stderr = String::from_utf8(output.stderr).expect("UTF-8");
            match output.status.code() {
                Some(0) => done += 1,
                code => assert!(code == Some(2) && stderr.contains(" is writing this dataset (lock data/"), "{stderr}"),
            }
        }
        assert!(done >= 1);
        assert!(tree(&lab) == tree(&whole));
    }
}

/// What is half deleted is no dataset, and is found again.
#[test]
fn prop_a_kill_while_deleting_is_survived() {
    let kept = tiny();
    kept.write("small.toml", edited("replicas = 4", "replicas = 1").replace("seed = 7", "seed = 8"));
    kept.fine("run small.toml");
    // A dataset that the manifest does not name, and the beginning of its replacement.
    let both = tiny();
    both.fine("run small.toml");
    both.fine("run small.toml --fresh --only 0:0");
    copy(&kept.path("data"), &both.path("data"));
    for number in 1.. {
        let lab = Lab::fleeting();
        lab.write("small.toml", kept.read("small.toml"));
        copy(&both.path("data"), &lab.path("data"));
        let output = faulty(&lab, &format!("kill:{number}"), "gc small.toml --delete --no-git");
        lab.fine("gc small.toml --delete --no-git");
        let names = |lab: &Lab| tree(lab).into_keys().collect::<Vec<_>>();
        assert_eq!(names(&lab), names(&kept), "{number}");
        if output.status.success() {
            assert!(number > 10, "only {number} points");
            return;
        }
        assert_eq!(output.status.signal(), Some(6), "{number}");
    }
}

#[test]
fn regress_a_fault_that_cannot_be_is_named() {
    let output = faulty(&tiny(), "explode:3", "check small.toml");
    assert_eq!(output.status.code(), Some(0));
    contains(&String::from_utf8_lossy(&output.stderr), &["TOKENPARK_FAULT = explode:3 is ignored", "kill:N"]);
}

/// Flips a bit in the middle, cuts the file, and removes it: each is noticed when the parts are opened again.
#[test]
fn prop_a_damaged_part_is_computed_again() {
    let whole = Lab::small();
    whole.fine("run small.toml");
    let staged = Lab::small();
    staged.fine("run small.toml --replicas 0..3");
    let parts: Vec<PathBuf> =
        staged.files("data/.staging").into_keys().filter(|path| path.ends_with_part()).take(4).collect();
    assert_eq!(parts.len(), 4, "three tables and their log");
    for part in &parts {
        for harm in [flip, cut, remove] {
            let lab = Lab::small();
            copy(&staged.path("data"), &lab.path("data"));
            harm(&lab.path("data/.staging").join(part));
            let ran = lab.fine("run small.toml");
            contains(&ran.stderr, &["small: computed again, since data/.staging", "parts/000000"]);
            assert!(tree(&lab) == tree(&whole), "{}", part.display());
        }
    }
}

trait Part {
    fn ends_with_part(&self) -> bool;
}

impl Part for PathBuf {
    fn ends_with_part(&self) -> bool {
        self.parent().is_some_and(|folder| folder.ends_with("parts/000000"))
    }
}

fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).expect("a writable file");
}

fn cut(path: &Path) {
    let bytes = std::fs::read(path).expect("a file");
    std::fs::write(path, &bytes[..bytes.len() / 2]).expect("a writable file");
}

fn remove(path: &Path) {
    std::fs::remove_file(path).expect("a file");
}

/// The number of kills: TOKENPARK_KILLS, or few enough for every day.
#[allow(clippy::disallowed_methods, reason = "`just torture` asks for more than the everyday test")]
fn kills() -> usize {
    std::env::var("TOKENPARK_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(40)
}

/// A generator good enough for delays (Knuth's constants).
struct Delays(u64);

impl Delays {
    /// A duration below `most`.
    fn next(&mut self, most: Duration) -> Duration {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        most.mul_f64((self.0 >> 33) as f64 / (1_u64 << 31) as f64)
    }
}

/// SIGKILL at random moments of first runs and of runs that replace a dataset. Most of a run's time goes into waiting
/// for the disk, so several are killed at a time.
#[test]
#[allow(clippy::print_stdout, reason = "`just torture` shows the count")]
#[allow(clippy::disallowed_methods, reason = "kills are spread over the time that a run takes")]
fn stat_random_kills_change_no_byte() {
    const WORKERS: u64 = 4;
    let whole = Lab::small();
    let start = Instant::now();
    whole.fine("run small.toml");
    let (takes, expected, kills) = (start.elapsed(), tree(&whole), kills());
    let workers: Vec<usize> = std::thread::scope(|scope| {
        let work = |seed| {
            scope.spawn({
                let (whole, expected) = (&whole, &expected);
                move || {
                    (0..kills.div_ceil(WORKERS as usize))
                        .scan((Delays(seed), takes), |(delays, takes), number| {
                            Some(kill(whole, expected, number % 2 == 1, delays, takes))
                        })
                        .sum()
                }
            })
        };
        let workers: Vec<_> = (0..WORKERS).map(work).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker")).collect()
    });
    let differing: usize = workers.iter().sum();
    let done = kills.div_ceil(WORKERS as usize) * WORKERS as usize;
    println!("{done} kills, {differing} differing bytes");
    assert_eq!(differing, 0, "of files that differ, are missing or are left over");
}

/// Kills one run, lets another finish, and counts the bytes that differ from what is expected.
#[allow(clippy::disallowed_methods, reason = "kills are spread over the time that a run takes")]
fn kill(
    whole: &Lab,
    expected: &BTreeMap<PathBuf, Vec<u8>>,
    again: bool,
    delays: &mut Delays,
    takes: &mut Duration,
) -> usize {
    let mut lab;
    loop {
        lab = Lab::small();
        if again {
            copy(&whole.path("data"), &lab.path("data"));
        }
        let mut command = lab.command(if again { "run small.toml --fresh" } else { "run small.toml" });
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary starts");
        sleep(delays.next(*takes));
        child.kill().expect("a child");
        // One that was through already counts for nothing.
        if child.wait().expect("an end").signal() == Some(9) {
            break;
        }
    }
    let start = Instant::now();
    lab.fine("run small.toml");
    // How long a run takes depends on what else the machine does.
    *takes = (*takes * 7 + start.elapsed()) / 8;
    differing(&tree(&lab), expected)
}

/// Bytes that differ; a file or folder that only one side has counts as one at least.
fn differing(found: &BTreeMap<PathBuf, Vec<u8>>, expected: &BTreeMap<PathBuf, Vec<u8>>) -> usize {
    let paths: BTreeSet<&PathBuf> = found.keys().chain(expected.keys()).collect();
    let of = |path: &PathBuf| match (found.get(path), expected.get(path)) {
        (Some(a), Some(b)) => a.iter().zip(b).filter(|(x, y)| x != y).count() + a.len().abs_diff(b.len()),
        (a, b) => a.or(b).map_or(1, |bytes| bytes.len().max(1)),
    };
    paths.into_iter().map(of).sum()
}
