//! `tokenpark explore`: a dataset as one HTML file that anyone can open.

use super::store::Copies;
use super::{CommandError, End, plans, store};
use crate::args::{Place, Reports};
use crate::console;
use clap::{Args, ValueHint};
use std::path::PathBuf;
use tokenpark_analysis::Exploring;
use tokenpark_sweep::dataset;

/// `explore`.
#[derive(Debug, Args)]
pub struct Explore {
    /// Manifests that record "tokens".
    #[arg(value_name = "MANIFEST", required = true, value_hint = ValueHint::FilePath)]
    pub manifests: Vec<PathBuf>,
    #[command(flatten)]
    pub data: Place,
    #[command(flatten)]
    pub reports: Reports,
    /// Show at most N saved times of every run; others are left out evenly.
    #[arg(long, value_name = "N", default_value_t = FRAMES, value_parser = clap::value_parser!(u32).range(2..))]
    pub frames: u32,
    /// Show the first N replicas of every point [default: as many as keep the file small].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub replicas: Option<u32>,
}

/// One more than 600 logarithmic times and 0.
const FRAMES: u32 = 601;

impl Explore {
    /// The commands that make the page of a manifest.
    fn command(&self, manifest: &str) -> String {
        let frames = if self.frames == FRAMES { String::new() } else { format!(" --frames {}", self.frames) };
        let replicas = self.replicas.map(|count| format!(" --replicas {count}")).unwrap_or_default();
        format!("tokenpark run {manifest}\ntokenpark explore {manifest}{frames}{replicas}")
    }
}

pub fn explore(args: &Explore) -> Result<End, CommandError> {
    for (plan, path) in plans(&args.manifests)?.iter().zip(&args.manifests) {
        let exploring = Exploring {
            frames: args.frames as usize,
            replicas: args.replicas,
            cluster_gap: plan.manifest().observe.cluster_gap,
            command: args.command(&console::shell(&path.display().to_string())),
        };
        let dataset = dataset(plan, &store::folder(plan, &args.data.out, Copies::Trusted)?)?;
        let explored = tokenpark_analysis::explore(&dataset, &exploring, &args.reports.reports)?;
        let of = match explored.runs == explored.recorded {
            true => String::new(),
            false => format!(" of {} (--replicas shows more)", explored.recorded),
        };
        let size = console::bytes(explored.bytes as f64);
        console::note(&format!("{}: {} runs{of}, {size}", plan.manifest().name, explored.runs));
        console::data(&explored.path.display().to_string());
    }
    Ok(End::Fine)
}
