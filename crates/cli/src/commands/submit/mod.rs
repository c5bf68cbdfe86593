//! `tokenpark submit slurm`: an array of tasks, each of them a shard, and a job after them that merges.
//!
//! Which runs are missing is frozen in a list beside the shards; every task takes its share of it.

pub mod queue;
mod script;

use super::plan::measure;
use super::{CommandError, End, plans};
use crate::args::Data;
use crate::console::{self, count};
use clap::{Args, Subcommand, ValueHint};
use queue::{Queue, ask};
use script::Job;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf, absolute};
use std::process::{Command, Stdio};
use tokenpark_dataset::{Dataset, State, write_file};
use tokenpark_sweep::{Plan, RunList, dataset};

/// `submit`.
#[derive(Debug, Args)]
pub struct Submit {
    #[command(subcommand)]
    system: System,
}

/// Who runs the jobs.
#[derive(Debug, Subcommand)]
enum System {
    /// Submit the missing runs as a job array, and a job after it that merges the shards.
    Slurm(Slurm),
}

/// `submit slurm`.
#[derive(Debug, Args)]
struct Slurm {
    /// The manifest.
    #[arg(value_name = "MANIFEST", value_hint = ValueHint::FilePath)]
    manifest: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Print the scripts, and neither submit nor write anything.
    #[arg(long)]
    dry_run: bool,
    /// How many shards the runs are dealt out to [default: as many as there are, or tasks of about ten minutes].
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    tasks: Option<u32>,
    /// How many tasks may run at once.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    throttle: Option<u32>,
    /// The time limit of a task as Slurm writes it, e.g. 2:00:00. What a task has finished by then is kept, and it
    /// goes back to the queue.
    #[arg(long, value_name = "TIME", value_parser = word)]
    time: Option<String>,
    /// Threads, and processors, of a task.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    threads: u32,
    /// Any other option of sbatch for the tasks, e.g. --sbatch=--partition=long; can be given several times.
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true, value_parser = word)]
    sbatch: Vec<String>,
}

/// Words that become a line of a script must be one line.
fn word(text: &str) -> Result<String, String> {
    if text.chars().any(char::is_control) { Err("it must be one line".to_owned()) } else { Ok(text.to_owned()) }
}

/// Why a job cannot be submitted.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// Shards of other numbers are there.
    #[error("shards of {found} are in {} and {asked} tasks are asked for; use --tasks {found}, merge them, or delete them", folder.display())]
    OtherTasks {
        /// The number, in words.
        found: String,
        /// The number asked for.
        asked: u32,
        /// Where they are.
        folder: PathBuf,
    },
    /// A job of the dataset is in the queue.
    #[error("the queue has {job} of this dataset ({tasks}); wait for the end or cancel it")]
    Queued {
        /// Its number, in words.
        job: String,
        /// What its tasks are doing.
        tasks: String,
    },
    /// It cannot be told whether a job of the dataset is in the queue.
    #[error(
        "the queue cannot be asked whether a job of this dataset is in it ({reason}); try again when squeue answers"
    )]
    UnknownQueue {
        /// What squeue said.
        reason: String,
    },
    /// The program is not there.
    #[error("sbatch cannot be started ({source}); `submit slurm --dry-run` shows what would be submitted")]
    NoSlurm {
        /// Why.
        source: std::io::Error,
    },
    /// A path would be two lines of a script.
    #[error("the path {path:?} has control characters, which no line of a job script can hold")]
    OddPath {
        /// The path.
        path: PathBuf,
    },
    /// Slurm did not take the job.
    #[error("sbatch refused {}: {reason}", script.display())]
    Refused {
        /// The script.
        script: PathBuf,
        /// What it said.
        reason: String,
    },
}

pub fn submit(args: &Submit) -> Result<End, CommandError> {
    let System::Slurm(args) = &args.system;
    let plan = plans(std::slice::from_ref(&args.manifest))?.remove(0);
    let dataset = dataset(&plan, &args.data.out)?;
    let name = dataset.name();
    if let State::Complete(_) = dataset.state()? {
        console::note(&format!("{name}: fresh, nothing to submit"));
        return Ok(End::Fine);
    }
    let shards = shards(&plan, &dataset, args.tasks)?;
    let list = RunList::missing(&plan, &args.data.out, shards)?;
    let tasks = list.tasks(&plan);
    let job = job(args, &dataset, shards, &tasks)?;
    if args.dry_run {
        let texts = [(!tasks.is_empty()).then(|| job.array()), Some(job.merge())];
        texts.into_iter().flatten().for_each(|text| console::data(text.trim_end()));
    } else {
        match ask(&[job.name()], dataset.root()) {
            Queue::Unknown(reason) => return Err(SubmitError::UnknownQueue { reason }.into()),
            Queue::Jobs(jobs) => {
                if let Some((_, found)) = jobs.first() {
                    return Err(SubmitError::Queued { job: found.jobs(), tasks: found.sentence() }.into());
                }
            }
            Queue::Absent => {}
        }
        hand_over(&job, &list, &tasks)?;
    }
    let (runs, number) = (count(list.len()), count(tasks.len() as u64));
    console::note(&format!("{name}: {runs} of {} runs are missing, {number} tasks", count(plan.runs())));
    Ok(End::Fine)
}

/// Seconds of work that are worth a task of their own.
const TASK_SECONDS: f64 = 600.0;
const MOST_TASKS: f64 = 1000.0;

/// How many shards there shall be: as many as there are, if there are some.
fn shards(plan: &Plan, dataset: &Dataset, asked: Option<u32>) -> Result<u32, CommandError> {
    let there: BTreeSet<u32> = dataset.shard_progress()?.iter().map(|shard| shard.count).collect();
    let runs = u32::try_from(plan.runs()).unwrap_or(u32::MAX);
    match (asked, there.first()) {
        (None, Some(&one)) if there.len() == 1 => Ok(one),
        (Some(asked), Some(&one)) if there.len() == 1 && asked == one => Ok(one),
        (_, Some(&one)) => {
            let words: Vec<String> = there.iter().map(u32::to_string).collect();
            let (found, folder) = (words.join(" and of "), dataset.shards_folder());
            Err(SubmitError::OtherTasks { found, asked: asked.unwrap_or(one), folder }.into())
        }
        // More shards than runs would be empty ones.
        (Some(asked), None) => Ok(asked.min(runs)),
        (None, None) => Ok(((measure(plan).seconds / TASK_SECONDS).clamp(1.0, MOST_TASKS).ceil() as u32).min(runs)),
    }
}

fn job(args: &Slurm, dataset: &Dataset, shards: u32, tasks: &BTreeSet<u32>) -> Result<Job, CommandError> {
    let full = |path: &Path| -> Result<PathBuf, CommandError> {
        let path = absolute(path).map_err(|source| CommandError::Write { path: path.to_path_buf(), source })?;
        // It becomes a line of a script.
        let odd = path.to_string_lossy().chars().any(char::is_control);
        if odd { Err(SubmitError::OddPath { path }.into()) } else { Ok(path) }
    };
    let logs = dataset.staging().with_file_name(format!("{}-slurm", dataset.fingerprint()));
    Ok(Job {
        dataset: dataset.clone(),
        program: full(&std::env::current_exe().unwrap_or_else(|_| PathBuf::from("tokenpark")))?,
        manifest: full(&args.manifest)?,
        out: full(dataset.root())?,
        work: full(Path::new("."))?,
        folder: full(&dataset.shards_folder().join(script::FOLDER))?,
        logs: full(&logs)?,
        shards,
        tasks: tasks.clone(),
        throttle: args.throttle,
        time: args.time.clone(),
        threads: args.threads,
        options: args.sbatch.clone(),
    })
}

/// Writes the list and the scripts, and submits them. Numbers of jobs go to stdout.
fn hand_over(job: &Job, list: &RunList, tasks: &BTreeSet<u32>) -> Result<(), CommandError> {
    for folder in [&job.folder, &job.logs] {
        std::fs::create_dir_all(folder).map_err(|source| CommandError::Write { path: folder.clone(), source })?;
    }
    write_file(&job.list(), list.to_toml().as_bytes())?;
    let mut dependency = vec![];
    if !tasks.is_empty() {
        let number = sbatch(&job.folder.join("job.sh"), &job.array(), &[])?;
        keep(job, &number)?;
        console::data(&number);
        // After success or failure: merge tells itself which shards are missing, whereas a job that waits for success
        // would wait for ever after one failure, and a failed run is a row and no failure of the shard.
        dependency.push(format!("--dependency=afterany:{number}"));
    }
    let number = sbatch(&job.folder.join("merge.sh"), &job.merge(), &dependency)?;
    keep(job, &number)?;
    console::data(&number);
    Ok(())
}

/// Notes, beside the shards, that Slurm has taken the job.
fn keep(job: &Job, number: &str) -> Result<(), CommandError> {
    Ok(write_file(&job.folder.join(script::TAKEN), format!("{number}\n").as_bytes())?)
}

/// Submits a script and returns the number of the job.
fn sbatch(path: &Path, script: &str, options: &[String]) -> Result<String, CommandError> {
    write_file(path, script.as_bytes())?;
    let command = Command::new("sbatch").arg("--parsable").args(options).arg(path).stdin(Stdio::null()).output();
    let output = command.map_err(|source| SubmitError::NoSlurm { source })?;
    let said = String::from_utf8_lossy(&output.stdout);
    // With several clusters the number is followed by the cluster's name.
    let number = said.trim().split(';').next().unwrap_or_default().to_owned();
    if !output.status.success() || number.is_empty() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(SubmitError::Refused { script: path.to_path_buf(), reason }.into());
    }
    Ok(number)
}
