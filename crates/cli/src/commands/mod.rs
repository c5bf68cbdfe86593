//! One module a command.

mod analyze;
pub mod animate;
mod check;
pub mod claims;
pub mod completions;
pub mod diff;
pub mod explore;
pub mod export;
pub mod gc;
pub mod inspect;
pub mod lock;
pub mod merge;
mod park;
mod patience;
mod plan;
pub mod report;
mod reproduce;
mod run;
pub mod shards;
mod status;
mod store;
pub mod submit;
pub mod verify;

use crate::args::Command;
use crate::remote::RemoteError;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tokenpark_analysis::AnalysisError;
use tokenpark_dataset::DatasetError;
use tokenpark_sweep::{Diagnostics, LockError, Manifest, ParkError, Plan, SweepError};

/// How a command ended when nothing was wrong with its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Exit code 0.
    Fine,
    /// Exit code 1: a run or a verification failed, or a claim's verdict is not the expected one.
    Failed,
    /// Exit code 1: so many runs failed that the rest was left alone.
    Stopped,
    /// Exit code 2: the errors were printed already.
    Refused,
    /// Exit code 130: the user interrupted.
    Interrupted,
}

impl End {
    /// The exit code.
    pub fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Fine => 0,
            Self::Failed | Self::Stopped => 1,
            Self::Refused => 2,
            Self::Interrupted => 130,
        })
    }
}

/// Why a command could not do its work: printed at one place, exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Mistakes in manifests.
    #[error("{0}")]
    Manifests(String),
    /// The sweep cannot go on.
    #[error("error: {0}")]
    Sweep(#[from] SweepError),
    /// The dataset cannot be read or written.
    #[error("error: {0}")]
    Dataset(#[from] DatasetError),
    /// Tables or figures cannot be made.
    #[error("error: {0}")]
    Analysis(#[from] AnalysisError),
    /// A lock of experiments cannot be used.
    #[error("error: {0}")]
    Lock(#[from] LockError),
    /// Nothing is deleted, since it is unknown what is still needed.
    #[error("error: {0}")]
    Collect(#[from] gc::CollectError),
    /// It is unknown which shard is meant.
    #[error("error: {0}")]
    Shard(#[from] shards::ShardError),
    /// An object store cannot be used.
    #[error("error: {0}")]
    Remote(#[from] RemoteError),
    /// A job cannot be submitted.
    #[error("error: {0}")]
    Submit(#[from] submit::SubmitError),
    /// Something cannot be inspected.
    #[error("error: {0}")]
    Inspect(#[from] inspect::InspectError),
    /// Two experiments of one folder have the same name.
    #[error("error: {} and {} have the same name `{name}`; rename one of them", paths[0].display(), paths[1].display())]
    SameName {
        /// The name.
        name: String,
        /// The manifests.
        paths: [PathBuf; 2],
    },
    /// No claim has this id.
    #[error("error: no claim is called `{id}`; allowed: {allowed}")]
    Claim {
        /// What was asked for.
        id: String,
        /// All ids.
        allowed: String,
    },
    /// A report cannot be written.
    #[error("error: cannot write {}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Nothing can be parked that way.
    #[error("error: {0}")]
    Park(#[from] ParkError),
    /// An argument of `park` is missing, or does not belong to the space.
    #[error("error: {0}")]
    ParkUsage(String),
    /// The folder of manifests cannot be listed.
    #[error("error: cannot list the manifests in {}: {source}", path.display())]
    List {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Runs a command.
pub fn dispatch(command: Command) -> Result<End, CommandError> {
    match command {
        Command::Check(args) => check::check(&args),
        Command::Plan(args) => plan::plan(&args),
        Command::Run(args) => run::command(&args),
        Command::Status(args) => status::status(&args),
        Command::Verify(args) => verify::verify(&args),
        Command::Lock(args) => lock::lock(&args),
        Command::Gc(args) => gc::gc(&args),
        Command::Merge(args) => merge::merge(&args),
        Command::Submit(args) => submit::submit(&args),
        Command::Analyze(args) => analyze::analyze(&args),
        Command::Figures(args) => analyze::figures(&args),
        Command::Explore(args) => explore::explore(&args),
        Command::Animate(args) => animate::animate(&args),
        Command::Report(args) => report::report(&args),
        Command::Reproduce(args) => reproduce::reproduce(&args),
        Command::Claims(args) => claims::claims(&args),
        Command::Park(args) => park::command(&args),
        Command::Inspect(args) => inspect::inspect(&args),
        Command::Diff(args) => diff::diff(&args),
        Command::Export(args) => export::export(&args),
        Command::Schema => Ok(completions::schema()),
        Command::Completions(args) => Ok(completions::completions(&args)),
    }
}

/// The folder of versioned manifests.
const EXPERIMENTS: &str = "experiments";

/// The named manifests, or all in experiments/ when none is named.
fn manifests(named: &[PathBuf]) -> Result<Vec<PathBuf>, CommandError> {
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    let folder = Path::new(EXPERIMENTS);
    let list = |source| CommandError::List { path: folder.to_path_buf(), source };
    let mut found = vec![];
    for entry in std::fs::read_dir(folder).map_err(list)? {
        let path = entry.map_err(list)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a manifest and plans it.
fn open(path: &Path) -> Result<Plan, Diagnostics> {
    Manifest::read(path).and_then(Plan::new)
}

/// The plans of all manifests, or all their mistakes.
fn plans(paths: &[PathBuf]) -> Result<Vec<Plan>, CommandError> {
    let (mut plans, mut mistakes) = (vec![], vec![]);
    for path in paths {
        match open(path) {
            Ok(plan) => plans.push(plan),
            Err(diagnostics) => mistakes.push(diagnostics.to_string()),
        }
    }
    if mistakes.is_empty() { Ok(plans) } else { Err(CommandError::Manifests(mistakes.join("\n"))) }
}
