//! `submit slurm` and the queue in `status`, against programs in the place of Slurm's. A real Slurm is asked in CI.

#![cfg(unix)]

use crate::{Lab, Ran, contains, edited};
use std::os::unix::fs::PermissionsExt;

/// Stands for `sbatch`: keeps what it is given, and numbers jobs from 41.
const SBATCH: &str = r#"#!/bin/bash
echo "$@" >>calls.txt
for last; do :; done
cp "$last" "given-$(basename "$last")"
echo $((40 + $(wc -l <calls.txt)))
"#;

/// A folder with a small experiment and programs by name.
fn lab(programs: &[(&str, &str)]) -> Lab {
    let lab = Lab::small();
    std::fs::create_dir(lab.path("bin")).expect("a writable folder");
    for (name, text) in programs {
        let path = format!("bin/{name}");
        lab.write(&path, text);
        std::fs::set_permissions(lab.path(&path), std::fs::Permissions::from_mode(0o755)).expect("a program");
    }
    lab
}

/// Nothing but the lab's own programs and the shell's are found.
fn run(lab: &Lab, arguments: &str) -> Ran {
    let path = format!("{}:/no-slurm-here", lab.path("bin").display());
    let path = if lab.path("bin/sbatch").exists() { format!("{path}:/usr/bin:/bin") } else { path };
    let output = lab.command(arguments).env("PATH", path).output().expect("the binary starts");
    Ran {
        code: output.status.code().expect("no signal"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

const EMPTY: &str = "#!/bin/bash\necho '{\"jobs\": []}'\n";

#[test]
fn regress_a_dry_run_prints_the_scripts_and_writes_nothing() {
    let lab = lab(&[]);
    let ran = run(
        &lab,
        "submit slurm small.toml --dry-run --tasks 4 --throttle 2 --time 2:00:00 --threads 3 --sbatch=--partition=long --sbatch=--mem=4G",
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(lab.names(), ["bin", "small.toml"]);
    let lines = [
        "#!/bin/bash\n",
        "#SBATCH --job-name=tokenpark-small-",
        "#SBATCH --array=0-3%2\n",
        "#SBATCH --cpus-per-task=3\n",
        "#SBATCH --time=2:00:00\n",
        "#SBATCH --requeue\n",
        "#SBATCH --signal=B:USR1@60\n",
        "#SBATCH --mem=4G\n",
        "/data --wait 300 --shard \"$SLURM_ARRAY_TASK_ID/4\" --list /",
        "/shards/slurm/runs.toml --threads 3 &\n",
        "scontrol requeue \"$SLURM_JOB_ID\"",
    ];
    contains(&ran.stdout, &lines);
    // Two scripts; who pays holds for both, how large does not.
    assert_eq!(ran.stdout.matches("#!/bin/bash").count(), 2);
    assert_eq!(ran.stdout.matches("#SBATCH --partition=long").count(), 2);
    assert_eq!(ran.stdout.matches("#SBATCH --mem=4G").count(), 1);
    contains(&ran.stdout, &["\nexec /", " merge /"]);
    contains(&ran.stderr, &["small: 8 of 8 runs are missing, 4 tasks"]);
    assert_eq!(run(&lab, "submit slurm small.toml --dry-run --tasks 4 --time").code, 2);
    // More tasks than runs would have nothing to do.
    contains(&run(&lab, "submit slurm small.toml --dry-run --tasks 100").stdout, &["--array=0-7\n"]);
    // Eight runs of milliseconds are one task.
    contains(&run(&lab, "submit slurm small.toml --dry-run").stdout, &["--array=0\n"]);
}

#[test]
fn val_bash_accepts_the_scripts() {
    let lab = lab(&[]);
    lab.write("it's \"odd\".toml", lab.read("small.toml"));
    let output = lab
        .command("submit slurm --dry-run --tasks 2 --out")
        .args(["da ta", "it's \"odd\".toml"])
        .output()
        .expect("the binary starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    contains(&text, &[r#" run '/"#, r#"it'\''s "odd".toml' --out '"#, "da ta' --wait 300 --shard", "--output=\"/"]);
    lab.write("script.sh", &text);
    let checked = std::process::Command::new("bash").args(["-n", "script.sh"]).current_dir(lab.path("")).status();
    assert!(checked.expect("bash").success(), "{text}");
}

#[test]
fn regress_only_what_is_missing_is_submitted() {
    let lab = lab(&[("sbatch", SBATCH), ("squeue", EMPTY)]);
    lab.fine("run small.toml --out whole");
    lab.fine("run small.toml --shard 1/4");
    // One run of shard 0 is staged by a whole run.
    lab.fine("run small.toml --only 0:0");
    let ran = run(&lab, "submit slurm small.toml --tasks 4");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.stdout, "41\n42\n");
    contains(&ran.stderr, &["runs are missing, "]);
    let calls = lab.read("calls.txt");
    let calls: Vec<&str> = calls.lines().collect();
    assert!(calls[0].starts_with("--parsable /") && calls[0].ends_with("/shards/slurm/job.sh"), "{calls:?}");
    assert!(calls[1].starts_with("--parsable --dependency=afterany:41 /"), "{calls:?}");
    let script = lab.read("given-job.sh");
    assert!(!script.contains("--array=0-3"), "{script}");
    let list = lab.files("data").into_iter().find(|(path, _)| path.ends_with("shards/slurm/runs.toml"));
    let list = String::from_utf8(list.expect("a frozen list").1).expect("UTF-8");
    contains(&list, &["fingerprint = \"", "shards = 4\n", "runs = [\n    ["]);
    assert!(!list.contains("[0, "), "run 0 is staged: {list}");
    // The scripts do what the cluster would do with them.
    let array = script.lines().find_map(|line| line.strip_prefix("#SBATCH --array=")).expect("an array");
    let mut tasks = vec![];
    for word in array.split(',') {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        tasks.extend(first.parse::<u32>().expect("a number")..=last.parse().expect("a number"));
    }
    assert!(!tasks.contains(&1), "shard 1 is there: {array}");
    for task in tasks {
        let status = std::process::Command::new("bash")
            .arg(lab.path("given-job.sh"))
            .env("SLURM_ARRAY_TASK_ID", task.to_string())
            .current_dir(lab.path(""))
            .status();
        assert!(status.expect("bash").success());
    }
    let status = std::process::Command::new("bash").arg(lab.path("given-merge.sh")).status();
    assert!(status.expect("bash").success());
    assert_eq!(lab.tables("data"), lab.tables("whole"));
    let ran = run(&lab, "submit slurm small.toml");
    assert_eq!(ran.code, 0);
    contains(&ran.stderr, &["small: fresh, nothing to submit"]);
    assert_eq!(lab.read("calls.txt").lines().count(), 2);
    // A task that was still in the queue when somebody merged by hand: its list is gone, and nothing is left to do.
    let late = std::process::Command::new("bash")
        .arg(lab.path("given-job.sh"))
        .env("SLURM_ARRAY_TASK_ID", "0")
        .output()
        .expect("bash");
    assert_eq!(late.status.code(), Some(0), "{late:?}");
    contains(&String::from_utf8_lossy(&late.stderr), &["shard 0/4: fresh, 8 runs"]);
}

#[test]
fn regress_a_manifest_that_is_edited_while_its_job_waits_is_noticed() {
    let lab = lab(&[("sbatch", SBATCH), ("squeue", EMPTY)]);
    assert_eq!(run(&lab, "submit slurm small.toml --tasks 2").code, 0);
    lab.write("small.toml", edited("seed = 7", "seed = 8"));
    let output = std::process::Command::new("bash")
        .arg(lab.path("given-job.sh"))
        .env("SLURM_ARRAY_TASK_ID", "0")
        .output()
        .expect("bash");
    assert_eq!(output.status.code(), Some(2));
    contains(&String::from_utf8_lossy(&output.stderr), &["the job was submitted with the manifest's fingerprint"]);
}

#[test]
fn regress_shards_of_another_number_are_not_mixed_in() {
    let lab = lab(&[]);
    lab.fine("run small.toml --shard 1/4");
    let ran = run(&lab, "submit slurm small.toml --dry-run --tasks 3");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["shards of 4 are in data/small/", "use --tasks 4"]);
    contains(&run(&lab, "submit slurm small.toml --dry-run").stdout, &["--array=0,2-3\n"]);
}

#[test]
fn regress_without_slurm_it_says_so() {
    let lab = lab(&[]);
    let ran = run(&lab, "submit slurm small.toml --tasks 2");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["sbatch cannot be started", "--dry-run"]);
    let status = run(&lab, "status small.toml").stdout;
    assert!(!status.contains("submitted"), "{status}");
    let refusing = "#!/bin/bash\necho 'no such partition' >&2\nexit 1\n";
    let lab = self::lab(&[("sbatch", refusing), ("squeue", EMPTY)]);
    let ran = run(&lab, "submit slurm small.toml --tasks 2");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["sbatch refused ", "job.sh: no such partition"]);
}

/// The dataset's job in an answer of `squeue`, as `{name}`.
fn squeue(lab: &Lab, jobs: &str) {
    let check = lab.fine("check small.toml --json").stdout;
    let fingerprint = check.split("\"fingerprint\":\"").nth(1).and_then(|rest| rest.get(..16)).expect("a fingerprint");
    let jobs = jobs.replace("{name}", &format!("tokenpark-small-{fingerprint}"));
    let text = format!("#!/bin/bash\necho \"$@\" >asked.txt\ncat <<'END'\n{{\"jobs\": [{jobs}]}}\nEND\n");
    lab.write("bin/squeue", text);
    std::fs::set_permissions(lab.path("bin/squeue"), std::fs::Permissions::from_mode(0o755)).expect("a program");
}

#[test]
fn regress_status_shows_the_queue() {
    let lab = lab(&[("sbatch", SBATCH), ("squeue", "#!/bin/bash\ntouch asked.txt\n")]);
    run(&lab, "status small.toml");
    assert!(!lab.path("asked.txt").exists(), "nothing was submitted, so nobody is asked");
    squeue(&lab, "");
    assert_eq!(run(&lab, "submit slurm small.toml --tasks 4").code, 0);
    let line = |lab: &Lab| run(lab, "status small.toml").stdout;
    contains(&line(&lab), &["missing  small: 8 runs to do\n    submitted; not in the queue any more\n"]);
    // As 22.05 writes it: three wait in one record, one runs; ended ones and jobs of others are left out.
    let old = r#"
        {"name": "{name}", "job_state": "PENDING", "job_id": 41, "array_job_id": 41, "array_task_string": "1-2,3%2"},
        {"name": "{name}", "job_state": "RUNNING", "job_id": 43, "array_job_id": 41, "array_task_string": ""},
        {"name": "{name}", "job_state": "PENDING", "job_id": 42, "array_job_id": 0, "array_task_string": ""},
        {"name": "{name}", "job_state": "COMPLETED", "job_id": 40, "array_job_id": 0, "array_task_string": ""},
        {"name": "other", "job_state": "RUNNING", "job_id": 1, "array_job_id": 0, "array_task_string": ""}"#;
    squeue(&lab, old);
    contains(&line(&lab), &["    in the queue: jobs 41, 42, 4 pending, 1 running\n"]);
    contains(&lab.read("asked.txt"), &["--json", "--name=tokenpark-small-"]);
    let ran = run(&lab, "submit slurm small.toml --tasks 4");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["the queue has jobs 41, 42 of this dataset (4 pending, 1 running)"]);
    // As 23.11 does.
    let new = r#"
        {"name": "{name}", "job_state": ["PENDING"], "job_id": 41, "array_job_id": {"set": true, "number": 41},
         "array_task_string": "1-3"},
        {"name": "{name}", "job_state": ["COMPLETED"], "job_id": 40, "array_job_id": {"set": false, "number": 0},
         "array_task_string": ""}"#;
    squeue(&lab, new);
    contains(&line(&lab), &["    in the queue: job 41, 3 pending\n"]);
    // The folder of the datasets is the comment; the same dataset in another folder is another job.
    let comment = |folder: &str| new.replace(r#""job_id": 41,"#, &format!(r#""job_id": 41, "comment": "{folder}","#));
    squeue(&lab, &comment(&lab.path("data").display().to_string()));
    contains(&line(&lab), &["    in the queue: job 41, 3 pending\n"]);
    let roundabout = run(&lab, "status small.toml --out ./bin/../data/").stdout;
    contains(&roundabout, &["    in the queue: job 41, 3 pending\n"]);
    squeue(&lab, &comment("/elsewhere/data"));
    contains(&line(&lab), &["    submitted; not in the queue any more\n"]);
    squeue(&lab, new);
    let json = run(&lab, "status small.toml --json").stdout;
    contains(&json, &[r#""queue":{"jobs":[41],"states":{"pending":3}}"#, r#""shards":null"#]);
    lab.write("bin/squeue", "#!/bin/bash\necho 'no controller' >&2\nexit 1\n");
    contains(&line(&lab), &["    submitted; the queue is unknown: no controller\n"]);
    std::fs::remove_file(lab.path("bin/squeue")).expect("a program");
    std::fs::remove_file(lab.path("bin/sbatch")).expect("a program");
    contains(&line(&lab), &["    submitted; squeue is not here, so that the queue is unknown\n"]);
}

/// A queue that does not answer may hold the job already.
#[test]
fn regress_an_unknown_queue_is_not_taken_for_an_empty_one() {
    let lab = lab(&[("sbatch", SBATCH), ("squeue", "#!/bin/bash\necho 'no controller' >&2\nexit 1\n")]);
    let ran = run(&lab, "submit slurm small.toml --tasks 4");
    assert_eq!(ran.code, 2, "{ran:?}");
    contains(&ran.stderr, &["the queue cannot be asked", "no controller"]);
    assert!(!lab.path("data/small").exists(), "nothing is written");
}

#[test]
fn regress_a_path_of_two_lines_is_refused() {
    let lab = lab(&[]);
    let output = lab.command("submit slurm small.toml --dry-run --out").arg("da\nta").output().expect("the binary");
    assert_eq!(output.status.code(), Some(2));
    contains(&String::from_utf8_lossy(&output.stderr), &["control characters"]);
}
