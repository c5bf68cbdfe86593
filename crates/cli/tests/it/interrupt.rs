//! Ctrl-C: what is finished is kept, and the rest gives the same bytes as if nothing had happened.

#![cfg(unix)]

use crate::{Lab, contains, edited};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// About two seconds of work on one core.
fn lab() -> Lab {
    let lab = Lab::empty();
    let manifest = edited("replicas = 4", "replicas = 700").replace("dimension = 2", "dimension = 3");
    lab.write("small.toml", manifest.replace("until = 5.0", "until = 300.0"));
    lab
}

/// Starts a run and returns once its first part is staged.
fn started(lab: &Lab) -> Child {
    let mut command = lab.command("run small.toml --threads 1");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    for _ in 0..15_000 {
        if lab.path("data/.staging").exists() && lab.times("data").keys().any(|path| is_part(path)) {
            return child;
        }
        sleep(Duration::from_millis(2));
    }
    child.kill().and_then(|()| child.wait()).expect("the run can be stopped");
    panic!("no part within 30 seconds");
}

fn is_part(path: &std::path::Path) -> bool {
    path.iter().any(|name| name == "parts")
}

fn interrupt(child: &Child) {
    let kill = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status();
    assert!(kill.expect("a shell").success(), "the run is over already");
}

#[test]
fn prop_a_patient_run_waits_for_another() {
    let lab = lab();
    let mut child = started(&lab);
    let second = lab.fine("run small.toml --wait 100");
    contains(
        &second.stderr,
        &["is writing this dataset (lock data/.staging", "; waiting up to 100 s\n", "small: fresh, 1 400 runs"],
    );
    assert!(child.wait().expect("an end").success());
    // Who waits can be interrupted as well.
    let mut child =
        lab.command("run small.toml --fresh --threads 1").stderr(Stdio::null()).spawn().expect("the binary");
    while !lab.path("data/.staging").exists() {
        sleep(Duration::from_millis(2));
    }
    let waiting = lab.command("run small.toml --fresh --wait 100").stderr(Stdio::piped()).spawn().expect("the binary");
    sleep(Duration::from_millis(300));
    interrupt(&waiting);
    assert_eq!(waiting.wait_with_output().expect("an end").status.code(), Some(130));
    child.kill().and_then(|()| child.wait()).expect("the run can be stopped");
}

#[test]
fn prop_an_interrupted_run_is_continued_to_the_same_bytes() {
    let lab = lab();
    let child = started(&lab);
    let second = lab.run("run small.toml");
    assert_eq!(second.code, 2, "one process at a time works on a dataset: {}", second.stderr);
    contains(&second.stderr, &[&format!("error: process {} is writing this dataset (lock data/.staging", child.id())]);
    interrupt(&child);
    let output = child.wait_with_output().expect("an end");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(output.stdout.is_empty());
    contains(&stderr, &["interrupted: keeping what is finished", "1 400 runs are kept; run again to compute the rest"]);
    contains(&lab.fine("status small.toml").stdout, &["partial  small: ", " of 1400 runs are there"]);
    let parts = lab.times("data/.staging");
    assert!(parts.keys().any(|path| is_part(path)), "finished runs are kept");
    lab.fine("run small.toml");
    lab.fine("run small.toml --out whole");
    assert_eq!(lab.tables("data"), lab.tables("whole"));
    assert!(!lab.path("data/.staging").exists());
}

#[test]
fn prop_a_killed_run_leaves_no_lock_and_is_continued() {
    let lab = lab();
    let manifest = lab.read("small.toml").replace("replicas = 700", "replicas = 200");
    lab.write("small.toml", manifest);
    let mut child = started(&lab);
    child.kill().expect("a running child");
    child.wait().expect("an end");
    lab.fine("run small.toml");
    lab.fine("run small.toml --out whole");
    assert_eq!(lab.tables("data"), lab.tables("whole"));
    assert!(!lab.path("data/.staging").exists());
}
