//! What can be typed.

use crate::commands::animate::Animate;
use crate::commands::completions::Completions;
use crate::commands::diff::Diff;
use crate::commands::explore::Explore;
use crate::commands::export::Export;
use crate::commands::gc::Gc;
use crate::commands::inspect::Inspect;
use crate::commands::lock::Lock;
use crate::commands::merge::Merge;
use crate::commands::report::Report;
use crate::commands::shards::Asked;
use crate::commands::submit::Submit;
use crate::commands::verify::Verify;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::ops::Range;
use std::path::PathBuf;
use tokenpark_dataset::RunKey;
use tokenpark_sweep::claims::Verdict;

/// Reproducible experiments on clustering in causal attention: manifests in, Parquet datasets and figures out.
#[derive(Debug, Parser)]
#[command(name = "tokenpark", version, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
    0  fine; of diff: the same
    1  a run failed, a file is not as recorded, two datasets differ, or a claim's verdict is not the expected one
    2  usage, manifest or I/O error
  130  interrupted; what was finished is kept";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Validate manifests; all errors at once.
    Check(Read),
    /// Show what would run: points, runs, estimated time and bytes. Nothing is written.
    Plan(PlanArgs),
    /// Compute the missing runs of manifests and publish their datasets.
    Run(RunArgs),
    /// Tell whether datasets are fresh, stale, partial, failed, missing or orphaned, and why.
    Status(Read),
    /// Compute some runs of datasets again and compare them bit for bit, and all files with what was recorded.
    Verify(Verify),
    /// Write experiments.lock beside manifests: the digests of their datasets and figures, for git.
    Lock(Lock),
    /// List datasets and leftovers that no manifest names, on any git branch or tag; delete them when asked to.
    Gc(Gc),
    /// Join the shards of datasets that `run --shard` computed.
    Merge(Merge),
    /// Hand the missing runs of a manifest to a cluster.
    Submit(Submit),
    /// Aggregate datasets into summary tables under reports/.
    Analyze(Analyze),
    /// Draw summary tables as SVG, PDF and PNG, with an index.
    Figures(Figures),
    /// Write one HTML file in which a dataset's recorded tokens move: time, clusters, centres.
    Explore(Explore),
    /// Write a moving picture of one run for a talk, as APNG or animated SVG.
    Animate(Animate),
    /// Write one HTML page of all figures, claims and benchmarks, each with what made it.
    Report(Report),
    /// Run, analyze and draw the paper's manifests.
    Reproduce(Reproduce),
    /// Check every claim about the model and tell its verdict.
    Claims(Claims),
    /// Rényi parking on its own: centres of random tokens on an interval, a circle or a sphere.
    Park(Park),
    /// Tell what a Parquet file or a dataset is, who made it, and how to make it again.
    Inspect(Inspect),
    /// Compare manifests or datasets: changed parameters first, then changed numbers.
    Diff(Diff),
    /// Describe a dataset for publication.
    Export(Export),
    /// Print the JSON Schema of manifests.
    Schema,
    /// Print the completions of a shell.
    Completions(Completions),
}

/// Where datasets lie, in a folder.
#[derive(Debug, Args)]
pub struct Data {
    /// The folder of the datasets.
    #[arg(long = "out", value_name = "DIR", value_hint = ValueHint::DirPath, default_value = "data", value_parser = folder)]
    pub out: PathBuf,
}

/// Where datasets lie, or shall lie, in a folder or in an object store.
#[derive(Debug, Args)]
pub struct Place {
    /// The folder of the datasets, or s3://BUCKET/PREFIX.
    #[arg(long = "out", value_name = "DIR", value_hint = ValueHint::DirPath, default_value = "data", value_parser = place)]
    pub out: PathBuf,
}

/// Where reports go.
#[derive(Debug, Args)]
pub struct Reports {
    /// The folder of the summary tables and figures.
    #[arg(long = "reports", value_name = "DIR", value_hint = ValueHint::DirPath, default_value = "reports")]
    pub reports: PathBuf,
}

/// Commands that only read.
#[derive(Debug, Args)]
pub struct Read {
    /// Manifests; all in experiments/ when none is named.
    #[arg(value_name = "MANIFEST", value_hint = ValueHint::FilePath)]
    pub manifests: Vec<PathBuf>,
    #[command(flatten)]
    pub data: Place,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// The manifest.
    #[arg(value_name = "MANIFEST", value_hint = ValueHint::FilePath)]
    pub manifest: PathBuf,
    #[command(flatten)]
    pub data: Data,
    /// Worker threads to estimate the time for; 0 for one a core.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// How to run.
#[derive(Debug, Args)]
pub struct How {
    /// Worker threads; 0 for one a core. Results do not depend on it.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
    /// Compute everything again.
    #[arg(long)]
    pub fresh: bool,
    /// Stop at the first failed run.
    #[arg(long)]
    pub fail_fast: bool,
    /// Stop once N runs have failed.
    #[arg(long, value_name = "N", conflicts_with = "fail_fast", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_failures: Option<u64>,
    /// Compute failed runs again.
    #[arg(long)]
    pub retry: bool,
}

/// What to do while another process works on a dataset.
#[derive(Debug, Args)]
pub struct Patience {
    /// Wait up to N seconds for another process that works on the dataset, or for its lock on a network file system to
    /// die with it.
    #[arg(long = "wait", value_name = "N", default_value_t = 0)]
    pub seconds: u32,
}

/// `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Manifests.
    #[arg(value_name = "MANIFEST", required = true, value_hint = ValueHint::FilePath)]
    pub manifests: Vec<PathBuf>,
    #[command(flatten)]
    pub data: Place,
    #[command(flatten)]
    pub how: How,
    #[command(flatten)]
    pub patience: Patience,
    /// Compute these replicas only, A up to but not including B; the dataset stays partial until all are there.
    #[arg(long, value_name = "A..B", value_parser = range)]
    pub replicas: Option<Range<u32>>,
    /// Compute this run only; can be given several times.
    #[arg(long, value_name = "POINT:REPLICA", value_parser = only)]
    pub only: Vec<RunKey>,
    /// Compute shard I of K only, 0 <= I < K, for `merge` to join; `auto` is what the array task or the indexed job
    /// says that this is one of.
    #[arg(long, value_name = "I/K", value_parser = Asked::parse, conflicts_with_all = ["replicas", "only"])]
    pub shard: Option<Asked>,
    /// Compute only those runs of the shard that are in this list, which `submit` writes.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "shard")]
    pub list: Option<PathBuf>,
}

impl How {
    /// How many runs may fail before the rest is left.
    pub fn most_failures(&self) -> Option<u64> {
        if self.fail_fast { Some(1) } else { self.max_failures }
    }
}

/// `analyze`.
#[derive(Debug, Args)]
pub struct Analyze {
    /// Manifests.
    #[arg(value_name = "MANIFEST", required = true, value_hint = ValueHint::FilePath)]
    pub manifests: Vec<PathBuf>,
    #[command(flatten)]
    pub data: Place,
    #[command(flatten)]
    pub reports: Reports,
}

/// `figures`.
#[derive(Debug, Args)]
pub struct Figures {
    /// Manifests; all that have been analyzed when none is named.
    #[arg(value_name = "MANIFEST", value_hint = ValueHint::FilePath)]
    pub manifests: Vec<PathBuf>,
    /// For a paper: as wide as its column of text, without title and caption (which go to .txt), into reports/NAME/WIDTH.
    #[arg(long)]
    pub width: Option<Width>,
    #[command(flatten)]
    pub reports: Reports,
}

/// Columns of text that figures are drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Width {
    /// 5.5 inches.
    Neurips,
    /// 30 picas (360 TeX points), the article classes of the AMS.
    Ams,
}

/// `reproduce`.
#[derive(Debug, Args)]
pub struct Reproduce {
    /// A hundredth of the replicas, into data/quick and reports/quick.
    #[arg(long, conflicts_with = "all")]
    pub quick: bool,
    /// All manifests in experiments/, not only the paper's.
    #[arg(long)]
    pub all: bool,
    /// The folder of the datasets [default: data, or data/quick with --quick].
    #[arg(long = "out", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
    /// The folder of the summary tables and figures [default: reports, or reports/quick with --quick].
    #[arg(long = "reports", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub reports: Option<PathBuf>,
    #[command(flatten)]
    pub how: How,
}

/// `claims`.
#[derive(Debug, Args)]
pub struct Claims {
    /// A tenth of the runs.
    #[arg(long)]
    pub quick: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Check this claim only; can be given several times.
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// Worker threads; 0 for one a core. Results do not depend on it.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
    /// Compare with this verdict instead of the expected one: holds, fails or undecided.
    #[arg(long, value_name = "VERDICT", value_parser = crate::commands::claims::verdict)]
    pub expect: Option<Verdict>,
    /// Write claims.md into this folder, and the manifests of counterexamples into its folder claims/.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub reports: Option<PathBuf>,
}

/// `park`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("process").required(true))]
pub struct Park {
    /// Where cars park.
    #[arg(long, value_enum)]
    pub space: ParkSpace,
    /// The interval's length, at least that of a car.
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub length: Option<f64>,
    /// How far apart cars are: an angle below pi, or the length of a car on the interval [default there: 1].
    #[arg(long, value_name = "D", allow_negative_numbers = true)]
    pub separation: Option<f64>,
    /// The dimension d of the space around the sphere S^(d-1) [default: 3]; saturation up to 5.
    #[arg(long, value_name = "d", allow_negative_numbers = true)]
    pub dimension: Option<usize>,
    /// Let N tokens arrive: Rényi and strong Rényi centres.
    #[arg(long, value_name = "N", group = "process", allow_negative_numbers = true)]
    pub arrivals: Option<u64>,
    /// Park until provably nothing fits.
    #[arg(long, group = "process")]
    pub saturate: bool,
    /// Independent samples.
    #[arg(long, value_name = "R", allow_negative_numbers = true)]
    pub replicas: u32,
    /// What all random numbers derive from.
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    pub seed: u64,
    /// Worker threads; 0 for one a core. Results do not depend on it.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Write one row a replica to a Parquet file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
}

/// Where cars park.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ParkSpace {
    /// [0, length].
    Interval,
    /// The unit circle, by angle.
    Circle,
    /// The unit sphere of R^d.
    Sphere,
}

/// A folder of this machine, as file://FOLDER too.
fn folder(text: &str) -> Result<PathBuf, String> {
    match text.split_once("://") {
        Some(("file", path)) if path.starts_with('/') => Ok(PathBuf::from(path)),
        Some(("s3", _)) => Err("plan, submit, gc and reproduce know folders only, no object stores".to_owned()),
        Some(_) => Err("allowed: a folder, file:///FOLDER, and where datasets are read s3://BUCKET/PREFIX".to_owned()),
        None => Ok(PathBuf::from(text)),
    }
}

fn place(text: &str) -> Result<PathBuf, String> {
    if let Some(rest) = text.strip_prefix("s3:").filter(|rest| !rest.starts_with("//")) {
        return Err(format!("`{text}` is no address; allowed: s3://{}", rest.trim_matches('/')));
    }
    match text.strip_prefix("s3://").map(|rest| rest.trim_end_matches('/')) {
        // The words become folders of a mirror.
        Some(rest) if rest.split('/').any(|word| word.is_empty() || word == "." || word == "..") => {
            Err("allowed: s3://BUCKET/PREFIX".to_owned())
        }
        Some(rest) => Ok(PathBuf::from(format!("s3://{rest}"))),
        None => folder(text),
    }
}

fn only(text: &str) -> Result<RunKey, String> {
    let run = text.split_once(':').and_then(|(point, replica)| Some((point.parse().ok()?, replica.parse().ok()?)));
    run.ok_or_else(|| format!("`{text}` is not a run POINT:REPLICA, e.g. 0:3"))
}

fn range(text: &str) -> Result<Range<u32>, String> {
    let allowed = || format!("`{text}` is not a range of replicas A..B with A < B, e.g. 0..100");
    let (from, to) = text.split_once("..").ok_or_else(allowed)?;
    match (from.parse(), to.parse()) {
        (Ok(from), Ok(to)) if from < to => Ok(from..to),
        _ => Err(allowed()),
    }
}
