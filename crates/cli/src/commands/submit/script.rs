//! The scripts that Slurm is given.

use crate::console::shell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tokenpark_dataset::Dataset;

/// The folder, among the shards, of the list of runs and the scripts.
pub const FOLDER: &str = "slurm";
/// The file there with the number of the last job that Slurm took.
pub const TAKEN: &str = "job";

/// What the scripts need to know. All paths are absolute: a script is copied to another machine.
pub struct Job {
    pub dataset: Dataset,
    pub program: PathBuf,
    pub manifest: PathBuf,
    pub out: PathBuf,
    /// The working folder.
    pub work: PathBuf,
    /// Where the list of runs and the scripts lie.
    pub folder: PathBuf,
    pub logs: PathBuf,
    /// How many shards there are.
    pub shards: u32,
    /// Those that have something to do.
    pub tasks: BTreeSet<u32>,
    pub throttle: Option<u32>,
    pub time: Option<String>,
    pub threads: u32,
    /// Options of sbatch.
    pub options: Vec<String>,
}

/// Seconds that a task waits for the lock of its predecessor.
const PATIENCE: u32 = 300;

/// The shell's part of a task. The run is told that the time is up, and the task goes back to the queue with what is
/// finished; a run that finished nothing in all that time ends with another code, since it never would.
const WATCH: &str = r#"
run=$!
trap 'time_is_up=yes; kill -USR1 "$run" 2>/dev/null' USR1
trap 'kill -TERM "$run" 2>/dev/null' TERM INT
while :; do
    wait "$run"
    code=$?
    kill -0 "$run" 2>/dev/null || break
done
if [ "$code" -gt 128 ]; then
    # The signal may have ended the waiting and not the run: its code is still to be had.
    wait "$run"
    last=$?
    [ "$last" -eq 127 ] || code=$last
fi
if [ "$code" -eq 130 ] && [ -n "${time_is_up:-}" ]; then
    echo "the time is up: back to the queue"
    scontrol requeue "$SLURM_JOB_ID" && sleep 30
fi
exit "$code"
"#;

impl Job {
    /// What Slurm calls it.
    pub fn name(&self) -> String {
        name(&self.dataset)
    }

    /// Where the list of runs lies.
    pub fn list(&self) -> PathBuf {
        self.folder.join("runs.toml")
    }

    /// The script of the array.
    pub fn array(&self) -> String {
        let mut lines = vec![
            format!("--job-name={}", self.name()),
            format!("--array={}{}", ranges(&self.tasks), self.throttle.map_or(String::new(), |n| format!("%{n}"))),
            format!("--cpus-per-task={}", self.threads),
            // A minute before the time is up, to the script alone.
            "--signal=B:USR1@60".to_owned(),
        ];
        lines.extend(self.time.as_ref().map(|time| format!("--time={time}")));
        lines.extend(self.common("%A_%a.log"));
        lines.extend(self.options.iter().cloned());
        let run = format!(
            "{} --shard \"$SLURM_ARRAY_TASK_ID/{}\" --list {} --threads {} &{WATCH}",
            self.command("run"),
            self.shards,
            quoted(&self.list()),
            self.threads
        );
        self.script("the missing runs, a shard a task", &lines, &run)
    }

    /// The script of the job after it.
    pub fn merge(&self) -> String {
        let mut lines = vec![format!("--job-name={}", self.name())];
        lines.extend(self.common("%j-merge.log"));
        lines.extend(self.options.iter().filter(|option| is_about_place(option)).cloned());
        self.script("join the shards", &lines, &format!("exec {}\n", self.command("merge")))
    }

    fn common(&self, log: &str) -> Vec<String> {
        // A percent sign in the path would be a pattern.
        let folder = self.logs.display().to_string().replace('%', "%%");
        vec![
            "--requeue".to_owned(),
            format!("--comment={}", escaped(&self.out.display().to_string())),
            "--open-mode=append".to_owned(),
            format!("--chdir={}", escaped(&self.work.display().to_string())),
            format!("--output={}", escaped(&format!("{folder}/{log}"))),
        ]
    }

    /// On a network file system the lock of a process that died with its node lives on for a while.
    fn command(&self, what: &str) -> String {
        let [program, manifest, out] = [&self.program, &self.manifest, &self.out].map(|path| quoted(path));
        format!("{program} {what} {manifest} --out {out} --wait {PATIENCE}")
    }

    fn script(&self, what: &str, options: &[String], body: &str) -> String {
        let (name, fingerprint, shards) = (self.dataset.name(), self.dataset.fingerprint(), self.shards);
        let lines: String = options.iter().map(|option| format!("#SBATCH {option}\n")).collect();
        format!(
            "#!/bin/bash\n# {name} {fingerprint}, {shards} shards: {what}. Written by `tokenpark submit slurm`.\n{lines}\n{body}"
        )
    }
}

/// What Slurm calls the jobs of a dataset.
pub fn name(dataset: &Dataset) -> String {
    format!("tokenpark-{}-{}", dataset.name(), dataset.fingerprint())
}

/// Where a job runs and who pays holds for the merge as well; how long and how large does not.
fn is_about_place(option: &str) -> bool {
    let long = ["--partition", "--account", "--qos", "--clusters", "--reservation", "--constraint"];
    long.iter().any(|word| option.starts_with(word))
        || ["-p", "-A", "-q", "-M", "-C"].iter().any(|word| option.starts_with(word))
}

/// Numbers as Slurm writes them: 0-3,7.
fn ranges(numbers: &BTreeSet<u32>) -> String {
    let mut runs: Vec<(u32, u32)> = vec![];
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let words = runs.iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}-{b}") });
    words.collect::<Vec<_>>().join(",")
}

/// A path as one word of the shell.
fn quoted(path: &Path) -> String {
    shell(&path.display().to_string())
}

/// A value of an #SBATCH line as one word.
fn escaped(text: &str) -> String {
    if text.contains([' ', '"', '\'', '\\', '#']) {
        format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
    } else {
        text.to_owned()
    }
}
