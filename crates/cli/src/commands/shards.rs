//! What several commands have to do with shards: which one is meant, and how far they are.

use crate::args::RunArgs;
use crate::console::{command, count};
use crate::edge;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tokenpark_dataset::{Dataset, DatasetError, Failure, RunLog, ShardProgress, State};
use tokenpark_sweep::{Plan, RunList, Shard, Share, dataset};

/// What `--shard` asks for.
#[derive(Debug, Clone, Copy)]
pub enum Asked {
    /// The environment tells.
    Auto,
    /// This one.
    One(Shard),
}

/// Why it is unknown which shard is meant.
#[derive(Debug, thiserror::Error)]
pub enum ShardError {
    /// The environment does not tell.
    #[error(
        "--shard auto needs SLURM_ARRAY_TASK_ID, or JOB_COMPLETION_INDEX and JOB_COMPLETIONS, in the environment; allowed \
         elsewhere: --shard I/K"
    )]
    NoEnvironment,
    /// A variable has no number.
    #[error("{name} = `{value}` in the environment, allowed: a whole number")]
    Variable {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// The index of a job comes without their number.
    #[error("{index} is set and {count} is not: set it to the number of all, or use --shard I/K")]
    NoCount {
        /// The variable that is set.
        index: &'static str,
        /// The variable that is not.
        count: &'static str,
    },
    /// The numbers of an array do not follow each other.
    #[error(
        "the array has {count} tasks numbered {first} to {last}, so that their numbers tell no shard; use --shard I/K with a K \
         of your own"
    )]
    Gaps {
        /// How many tasks.
        count: u32,
        /// The smallest number.
        first: u32,
        /// The largest.
        last: u32,
    },
}

impl Asked {
    /// `I/K` or `auto`.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let numbers = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match numbers.map(|(index, count)| Shard::new(index, count)) {
            Some(Ok(shard)) => Ok(Self::One(shard)),
            _ => Err(format!("`{text}` is not a shard I/K with 0 <= I < K, e.g. 0/4, nor `auto`")),
        }
    }
}

/// The share that the arguments of `run` ask for, of these plans.
pub fn share(args: &RunArgs, plans: &[Plan]) -> Result<Option<Share>, super::CommandError> {
    let shard = match args.shard {
        None => return Ok(None),
        Some(Asked::One(shard)) => shard,
        Some(Asked::Auto) => {
            let (index, count) = from_environment()?;
            Shard::new(index, count)?
        }
    };
    // Once the shards are joined the list is gone with them, and nothing is left to do.
    let is_done = |plan| Ok(matches!(dataset(plan, &args.data.out)?.state()?, State::Complete(_)));
    let done = plans.iter().map(is_done).collect::<Result<Vec<bool>, DatasetError>>()?.iter().all(|&done| done);
    let list = args.list.as_deref().filter(|_| !done || args.how.fresh).map(RunList::read).transpose()?;
    Ok(Some(Share { shard, list }))
}

/// Index and count of an array task of Slurm, or of an indexed job of Kubernetes.
fn from_environment() -> Result<(u32, u32), ShardError> {
    if let Some(id) = number("SLURM_ARRAY_TASK_ID")? {
        let need =
            |name, value: Option<u32>| value.ok_or(ShardError::NoCount { index: "SLURM_ARRAY_TASK_ID", count: name });
        let first = number("SLURM_ARRAY_TASK_MIN")?.unwrap_or(0);
        let last = number("SLURM_ARRAY_TASK_MAX")?;
        let spanned = last.map(|last| last.saturating_sub(first) + 1);
        let count = need("SLURM_ARRAY_TASK_COUNT", number("SLURM_ARRAY_TASK_COUNT")?.or(spanned))?;
        let last = last.unwrap_or(first + count - 1);
        if last.checked_sub(first).is_none_or(|span| span + 1 != count) || id < first {
            return Err(ShardError::Gaps { count, first, last });
        }
        return Ok((id - first, count));
    }
    match (number("JOB_COMPLETION_INDEX")?, number("JOB_COMPLETIONS")?) {
        (Some(index), Some(count)) => Ok((index, count)),
        (Some(_), None) => Err(ShardError::NoCount { index: "JOB_COMPLETION_INDEX", count: "JOB_COMPLETIONS" }),
        (None, _) => Err(ShardError::NoEnvironment),
    }
}

fn number(name: &'static str) -> Result<Option<u32>, ShardError> {
    let Some(value) = edge::variable(name) else { return Ok(None) };
    value.parse().map(Some).map_err(|_| ShardError::Variable { name, value })
}

/// What a plan, or its shard, is called in messages.
pub fn name(plan: &Plan, share: Option<&Share>) -> String {
    let name = &plan.manifest().name;
    share.map_or(name.clone(), |share| format!("{name}, shard {}", share.shard))
}

/// The folder of a plan's dataset, or of its shard if that is there.
pub fn folder(plan: &Plan, root: &Path, share: Option<&Share>) -> Result<PathBuf, DatasetError> {
    let whole = dataset(plan, root)?;
    let shard = share.map(|share| whole.shard(share.shard.index(), share.shard.count())).transpose()?;
    Ok(shard.filter(|shard| shard.run_log().is_file()).unwrap_or(whole).folder())
}

/// How far the shards of a dataset are together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shards {
    /// Their number, once for every number there is.
    counts: Vec<u32>,
    /// Those that are published.
    complete: usize,
    /// Those that have a staging area only.
    begun: usize,
    /// Runs in both.
    pub runs: u64,
    /// Failed ones among them.
    pub failed: u64,
    /// The first of those of each shard.
    pub failures: Vec<(Shard, Failure)>,
}

impl Shards {
    /// Of a dataset; `None` when it has none.
    pub fn of(dataset: &Dataset) -> Result<Option<Self>, DatasetError> {
        let progress = dataset.shard_progress()?;
        let mut counts: Vec<u32> = progress.iter().map(|shard| shard.count).collect();
        counts.dedup();
        let mut all = Self { counts, complete: 0, begun: 0, runs: 0, failed: 0, failures: vec![] };
        for ShardProgress { shard, index, count, published, staged } in &progress {
            let (runs, failed, failures) = match published {
                Some(log) => (log.runs, log.failed, log.failures.clone()),
                None => {
                    let journal = shard.journal();
                    (*staged, journal.failed, journal.failures)
                }
            };
            all.complete += usize::from(published.is_some());
            all.begun += usize::from(published.is_none());
            all.runs += runs;
            all.failed += failed;
            let shard = Shard::new(*index, *count).ok();
            all.failures.extend(failures.into_iter().filter_map(|failure| Some((shard?, failure))));
        }
        Ok((!progress.is_empty()).then_some(all))
    }

    /// Of those that are in an object store, where there are only published ones.
    pub fn in_store(shards: &[(u32, u32, RunLog)]) -> Option<Self> {
        let mut counts: Vec<u32> = shards.iter().map(|&(_, count, _)| count).collect();
        counts.dedup();
        let sum = |of: fn(&RunLog) -> u64| shards.iter().map(|(_, _, log)| of(log)).sum();
        let (runs, failed) = (sum(|log| log.runs), sum(|log| log.failed));
        let failures = shards.iter().flat_map(|(index, count, log)| {
            let shard = Shard::new(*index, *count).ok();
            log.failures.iter().filter_map(move |failure| Some((shard?, failure.clone())))
        });
        let failures = failures.collect();
        (!shards.is_empty()).then_some(Self { counts, complete: shards.len(), begun: 0, runs, failed, failures })
    }

    /// Whether shards of more than one number are there, so that they can have runs in common.
    pub fn are_mixed(&self) -> bool {
        self.counts.len() > 1
    }

    /// As the end of a sentence.
    pub fn sentence(&self, (manifest, out): (&Path, &Path), done: u64, runs: u64) -> String {
        let counts: Vec<String> = self.counts.iter().map(u32::to_string).collect();
        let begun = if self.begun > 0 { format!(", {} begun", self.begun) } else { String::new() };
        let next = match (done >= runs && self.begun == 0, self.counts.len()) {
            (true, 1) => format!("; {} joins them", command("merge", manifest, out)),
            (_, 2..) => "; merge refuses such a mixture".to_owned(),
            _ => String::new(),
        };
        format!("{} of {} shards are complete{begun}{next}", count(self.complete as u64), counts.join(" and "))
    }

    /// For scripts.
    pub fn json(&self) -> Value {
        json!({ "counts": self.counts, "complete": self.complete, "begun": self.begun, "runs": self.runs })
    }
}
