//! What can be typed.

use clap::{Args, Parser, Subcommand};
use std::ops::Range;
use std::path::PathBuf;
use tokenpark_sweep::claims::Verdict;

/// Reproducible experiments on clustering in causal attention: manifests in, Parquet datasets and figures out.
#[derive(Debug, Parser)]
#[command(name = "tokenpark", version, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 fine; 1 a run failed, or a claim's verdict is not the expected one; 2 usage, manifest or I/O error; 130 interrupted \
                          (what was finished is kept).";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Validate manifests; all errors at once.
    Check(Read),
    /// Show what would run: points, runs, estimated time and bytes. Nothing is written.
    Plan(PlanArgs),
    /// Compute the missing runs of manifests and publish their datasets.
    Run(RunArgs),
    /// Tell whether datasets are fresh, stale, partial, failed or missing, and why.
    Status(Read),
    /// Aggregate datasets into summary tables under reports/.
    Analyze(Analyze),
    /// Draw summary tables as SVG, PDF and PNG, with an index.
    Figures(Figures),
    /// Run, analyze and draw the paper's manifests.
    Reproduce(Reproduce),
    /// Check every claim about the model and tell its verdict.
    Claims(Claims),
}

/// Where datasets lie.
#[derive(Debug, Args)]
pub struct Data {
    /// The folder of the datasets.
    #[arg(long = "out", value_name = "DIR", default_value = "data")]
    pub out: PathBuf,
}

/// Where reports go.
#[derive(Debug, Args)]
pub struct Reports {
    /// The folder of the summary tables and figures.
    #[arg(long = "reports", value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
}

/// Commands that only read.
#[derive(Debug, Args)]
pub struct Read {
    /// Manifests; all in experiments/ when none is named.
    #[arg(value_name = "MANIFEST")]
    pub manifests: Vec<PathBuf>,
    #[command(flatten)]
    pub data: Data,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// The manifest.
    #[arg(value_name = "MANIFEST")]
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
    /// Compute failed runs again.
    #[arg(long)]
    pub retry: bool,
}

/// `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Manifests.
    #[arg(value_name = "MANIFEST", required = true)]
    pub manifests: Vec<PathBuf>,
    #[command(flatten)]
    pub data: Data,
    #[command(flatten)]
    pub how: How,
    /// Compute these replicas only, A up to but not including B; the dataset stays partial until all are there.
    #[arg(long, value_name = "A..B", value_parser = range)]
    pub replicas: Option<Range<u32>>,
}

/// `analyze`.
#[derive(Debug, Args)]
pub struct Analyze {
    /// Manifests.
    #[arg(value_name = "MANIFEST", required = true)]
    pub manifests: Vec<PathBuf>,
    #[command(flatten)]
    pub data: Data,
    #[command(flatten)]
    pub reports: Reports,
}

/// `figures`.
#[derive(Debug, Args)]
pub struct Figures {
    /// Manifests; all that have been analyzed when none is named.
    #[arg(value_name = "MANIFEST")]
    pub manifests: Vec<PathBuf>,
    #[command(flatten)]
    pub reports: Reports,
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
    #[arg(long = "out", value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The folder of the summary tables and figures [default: reports, or reports/quick with --quick].
    #[arg(long = "reports", value_name = "DIR")]
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
    #[arg(long, value_name = "DIR")]
    pub reports: Option<PathBuf>,
}

fn range(text: &str) -> Result<Range<u32>, String> {
    let allowed = || format!("`{text}` is not a range of replicas A..B with A < B, e.g. 0..100");
    let (from, to) = text.split_once("..").ok_or_else(allowed)?;
    match (from.parse(), to.parse()) {
        (Ok(from), Ok(to)) if from < to => Ok(from..to),
        _ => Err(allowed()),
    }
}
