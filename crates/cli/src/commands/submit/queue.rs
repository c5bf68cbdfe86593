//! What Slurm's queue says of our jobs. A machine without Slurm has no queue, which is fine.

use super::script::{FOLDER, TAKEN, name};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf, absolute};
use std::process::Command;
use tokenpark_dataset::Dataset;

/// The answer of `squeue`.
#[derive(Debug, PartialEq)]
pub enum Queue {
    /// There is no Slurm here.
    Absent,
    /// It could not be asked.
    Unknown(String),
    /// The jobs, by name.
    Jobs(Vec<(String, Tasks)>),
}

/// The tasks of all jobs of one name.
#[derive(Debug, Default, PartialEq)]
pub struct Tasks {
    jobs: BTreeSet<u64>,
    /// How many are in which state.
    states: BTreeMap<String, u64>,
}

/// What `status` tells of datasets that were submitted.
pub struct Submitted {
    names: Vec<String>,
    queue: Queue,
}

impl Submitted {
    /// Asks the queue, unless none of the datasets was submitted.
    pub fn ask(datasets: impl Iterator<Item = Dataset>, out: &Path) -> Self {
        let submitted = datasets.filter(|dataset| dataset.shards_folder().join(FOLDER).join(TAKEN).is_file());
        let names: Vec<String> = submitted.map(|dataset| name(&dataset)).collect();
        let queue = if names.is_empty() { Queue::Absent } else { ask(&names, out) };
        Self { names, queue }
    }

    /// What the queue says of a dataset; nothing if it was not submitted.
    pub fn line(&self, dataset: &Dataset) -> Option<String> {
        self.names.contains(&name(dataset)).then(|| match &self.queue {
            Queue::Absent => "submitted; squeue is not here, so that the queue is unknown".to_owned(),
            Queue::Unknown(reason) => format!("submitted; the queue is unknown: {reason}"),
            Queue::Jobs(_) => match self.tasks(dataset) {
                Some(tasks) => format!("in the queue: {}, {}", tasks.jobs(), tasks.sentence()),
                None => "submitted; not in the queue any more".to_owned(),
            },
        })
    }

    /// The same for scripts.
    pub fn json(&self, dataset: &Dataset) -> Value {
        match &self.queue {
            _ if !self.names.contains(&name(dataset)) => Value::Null,
            Queue::Absent => json!({ "unknown": "squeue is not here" }),
            Queue::Unknown(reason) => json!({ "unknown": reason }),
            Queue::Jobs(_) => self.tasks(dataset).map_or(json!({ "jobs": [], "states": {} }), Tasks::json),
        }
    }

    fn tasks(&self, dataset: &Dataset) -> Option<&Tasks> {
        let Queue::Jobs(jobs) = &self.queue else { return None };
        jobs.iter().find(|(job, _)| *job == name(dataset)).map(|(_, tasks)| tasks)
    }
}

/// Asks for the jobs of these names that work for the data folder `out`.
pub fn ask(names: &[String], out: &Path) -> Queue {
    let output = Command::new("squeue").args(["--json", &format!("--name={}", names.join(","))]).output();
    match output {
        Err(error) if error.kind() == ErrorKind::NotFound => Queue::Absent,
        Err(error) => Queue::Unknown(error.to_string()),
        Ok(output) if !output.status.success() => {
            Queue::Unknown(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
        Ok(output) => match serde_json::from_slice(&output.stdout) {
            Ok(answer) => Queue::Jobs(jobs(&answer, names, out)),
            Err(error) => Queue::Unknown(format!("squeue --json: {error}")),
        },
    }
}

/// The jobs in an answer; other names are left out, since older versions list everything.
fn jobs(answer: &Value, names: &[String], out: &Path) -> Vec<(String, Tasks)> {
    let mut found: BTreeMap<&str, Tasks> = BTreeMap::new();
    for job in answer["jobs"].as_array().into_iter().flatten() {
        let Some(name) = job["name"].as_str().filter(|name| names.iter().any(|other| other == name)) else { continue };
        let state = state(&job["job_state"]);
        let elsewhere = job["comment"]
            .as_str()
            .is_some_and(|comment| !comment.is_empty() && place(Path::new(comment)) != place(out));
        if elsewhere || ENDED.contains(&state.as_str()) {
            continue;
        }
        let tasks = found.entry(name).or_default();
        let array = number(&job["array_job_id"]).filter(|&id| id > 0);
        tasks.jobs.extend(array.or(number(&job["job_id"])));
        *tasks.states.entry(state).or_default() += count(&job["array_task_string"]);
    }
    found.into_iter().map(|(name, tasks)| (name.to_owned(), tasks)).collect()
}

/// The folder that a path leads to, however it is written.
fn place(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| absolute(path)).unwrap_or_else(|_| path.to_path_buf())
}

/// States of jobs that are listed for a while after their end.
const ENDED: [&str; 8] =
    ["completed", "failed", "cancelled", "timeout", "node_fail", "boot_fail", "deadline", "out_of_memory"];

/// `"RUNNING"` before 23.11, `["RUNNING"]` since.
fn state(value: &Value) -> String {
    let word = value.as_str().or_else(|| value[0].as_str()).unwrap_or("unknown");
    word.to_lowercase()
}

/// `3`, or since 23.02 `{"set": true, "number": 3}`.
fn number(value: &Value) -> Option<u64> {
    let set = value.get("set").is_none_or(|set| set != &Value::Bool(false));
    value.as_u64().or_else(|| value["number"].as_u64().filter(|_| set))
}

/// How many tasks wait in one record: `0-3,7%2` are five; a task that runs has a record of its own.
fn count(tasks: &Value) -> u64 {
    let words = tasks.as_str().unwrap_or_default().split('%').next().unwrap_or_default().split(',');
    let size = |word: &str| match word.split_once('-') {
        Some((first, last)) => Some(last.parse::<u64>().ok()?.checked_sub(first.parse().ok()?)? + 1),
        None => word.parse::<u64>().ok().map(|_| 1),
    };
    words.filter_map(size).sum::<u64>().max(1)
}

impl Tasks {
    /// The jobs, in words.
    pub fn jobs(&self) -> String {
        let numbers: Vec<String> = self.jobs.iter().map(u64::to_string).collect();
        format!("job{} {}", if numbers.len() == 1 { "" } else { "s" }, numbers.join(", "))
    }

    /// What the tasks are doing: 3 running, 5 pending.
    pub fn sentence(&self) -> String {
        let words: Vec<String> = self.states.iter().map(|(state, tasks)| format!("{tasks} {state}")).collect();
        words.join(", ")
    }

    /// For scripts.
    pub fn json(&self) -> Value {
        json!({ "jobs": self.jobs, "states": self.states })
    }
}
