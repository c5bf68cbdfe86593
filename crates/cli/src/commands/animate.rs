//! `tokenpark animate`: one run as a moving picture.

use super::store::Copies;
use super::{CommandError, End, plans, store};
use crate::args::{Place, Reports};
use crate::console;
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;
use tokenpark_analysis::{Animating, Form};
use tokenpark_sweep::dataset;

/// `animate`.
#[derive(Debug, Args)]
pub struct Animate {
    /// A manifest that records "tokens".
    #[arg(value_name = "MANIFEST", value_hint = ValueHint::FilePath)]
    pub manifest: PathBuf,
    #[command(flatten)]
    pub data: Place,
    #[command(flatten)]
    pub reports: Reports,
    /// The form of the file.
    #[arg(long, value_enum, default_value_t = Format::Apng)]
    pub format: Format,
    /// The point of a sweep.
    #[arg(long, value_name = "P", default_value_t = 0)]
    pub point: u32,
    /// The replica.
    #[arg(long, value_name = "R", default_value_t = 0)]
    pub replica: u32,
    /// About how many pictures.
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = clap::value_parser!(u32).range(2..=2000))]
    pub frames: u32,
    /// How long it takes, up to ten minutes.
    #[arg(long, value_name = "S", default_value = "12", value_parser = seconds)]
    pub seconds: f64,
}

/// The forms of moving pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Pixels, animation.apng: browsers and most programs for slides.
    Apng,
    /// Vector graphics, animation.svg: browsers.
    Svg,
}

fn seconds(text: &str) -> Result<f64, String> {
    let allowed = format!("`{text}` is not a number of seconds; allowed: above 0, up to 600");
    text.parse().ok().filter(|value| *value > 0.0 && *value <= 600.0).ok_or(allowed)
}

pub fn animate(args: &Animate) -> Result<End, CommandError> {
    for plan in plans(std::slice::from_ref(&args.manifest))? {
        let animating = Animating {
            form: match args.format {
                Format::Apng => Form::Apng,
                Format::Svg => Form::Svg,
            },
            point: args.point,
            replica: args.replica,
            frames: args.frames as usize,
            seconds: args.seconds,
            cluster_gap: plan.manifest().observe.cluster_gap,
        };
        let dataset = dataset(&plan, &store::folder(&plan, &args.data.out, Copies::Trusted)?)?;
        let path = tokenpark_analysis::animate(&dataset, &animating, &args.reports.reports)?;
        console::data(&path.display().to_string());
    }
    Ok(End::Fine)
}
