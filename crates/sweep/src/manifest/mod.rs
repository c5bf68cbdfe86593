//! Manifests: experiments/*.toml, read with every mistake reported at once.
//!
//! [`Manifest::read`] checks each value by itself; [`Plan::new`](crate::plan::Plan::new) checks that they fit together
//! at every point of the sweep. A manifest that fails the first is given the second too, as far as it goes.

mod attention;
mod consistency;
mod csv;
mod draft;
mod expand;
mod fits;
mod frozen;
mod heads;
mod initial;
mod key;
mod keys;
mod kind;
mod layers;
mod mask;
mod matrix;
mod matrix_file;
mod normalization;
mod number;
mod observe;
mod parking;
mod parquet;
mod perceptron;
mod read;
mod schema;
mod separation;
mod setting;
mod solvable;
mod spacing;
mod sweep;
mod value;
pub(crate) mod words;

use std::ops::Range;
use std::path::{Path, PathBuf};

pub use frozen::FrozenSpec;
pub use heads::HeadSpec;
pub use initial::{Distribution, Initial, Noise};
pub use key::Key;
pub use kind::Experiment;
pub use matrix::MatrixSpec;
pub use matrix_file::FileMatrix;
pub use observe::{Observe, Record, Times};
pub use parking::{ParkingRecord, ParkingSpec};
pub use perceptron::{Bias, PerceptronSpec};
pub use schema::json_schema;
pub use separation::Separation;
pub use setting::Setting;
pub use tokenpark_dynamics::Method;

pub use crate::expression::{Expression, ExpressionError, Variables};

use crate::axis::{Axis, Grid};
use crate::diagnostics::{Diagnostic, Diagnostics, Place, Report};

/// The version of the manifest format.
pub const SCHEMA: u32 = 1;

/// A manifest whose values are each valid.
///
/// ```
/// use tokenpark_sweep::Manifest;
///
/// let text = "schema = 1\nname = \"typo\"\nseed = 1\n[model]\ntoken = 20\n";
/// let mistakes = Manifest::parse(text, "typo.toml").unwrap_err();
/// assert!(mistakes.to_string().contains("unknown key `token` in [model]\n --> typo.toml:5:1"));
/// ```
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The file it was read from, as the caller named it.
    pub path: PathBuf,
    /// The file's text, verbatim.
    pub source: String,
    /// What its runs are.
    pub kind: Experiment,
    /// The dataset's folder: lowercase letters, digits and hyphens.
    pub name: String,
    /// A sentence for people; not part of the meaning.
    pub title: Option<String>,
    /// What all random numbers derive from; at most 2^63 − 1.
    pub seed: u64,
    /// Independent runs at every point, 1 to 10^7.
    pub replicas: u32,
    /// Where the tokens start.
    pub initial: Initial,
    /// What is looked at, and when.
    pub observe: Observe,
    /// What is looked at when cars park; the default in other experiments.
    pub parking: ParkingSpec,
    pub(crate) grid: Grid,
    /// Where `replicas`, or else the sweep, is written.
    pub(crate) site: Range<usize>,
}

impl Manifest {
    /// Reads and checks the file at `path`.
    ///
    /// # Errors
    ///
    /// Every mistake in the file, or the one reason why it cannot be read.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Diagnostics> {
        let path = path.as_ref();
        if path.is_dir() {
            return Err(Diagnostics::file(path, "this is a directory, not a manifest", "name one of its .toml files"));
        }
        let bytes = std::fs::read(path)
            .map_err(|error| Diagnostics::file(path, format!("cannot read the manifest: {error}"), ""))?;
        if path.extension().is_none_or(|ending| ending != "toml") {
            let help = "rename it: under another name `gc` would not find it on other branches";
            return Err(Diagnostics::file(path, "the name of a manifest ends in .toml", help));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Self::parse(&text, path),
            Err(error) => Err(not_utf8(path, error.as_bytes(), error.utf8_error().valid_up_to())),
        }
    }

    /// Checks the text of a manifest; `path` is for messages, and for files named relative to it.
    ///
    /// # Errors
    ///
    /// Every mistake in the text.
    pub fn parse(text: &str, path: impl AsRef<Path>) -> Result<Self, Diagnostics> {
        read::manifest(text, path.as_ref())
    }

    /// The base value of a setting; `None` if only the sweep gives values.
    pub fn base(&self, key: Key) -> Option<&Setting> {
        self.grid.base[key as usize].as_ref().map(|sited| &sited.setting)
    }

    /// The axes of the sweep, the slowest first.
    pub fn axes(&self) -> &[Axis] {
        &self.grid.axes
    }

    /// Whether the pieces fit together at every point.
    pub(crate) fn check(&self) -> Result<(), Diagnostics> {
        let mut report = Report::new(&self.path, &self.source);
        consistency::check(&mut report, &self.parts());
        report.finish()
    }

    fn parts(&self) -> consistency::Parts<'_> {
        consistency::Parts {
            grid: &self.grid,
            initial: &self.initial,
            observe: &self.observe,
            parking: &self.parking,
            replicas: self.replicas,
            site: self.site.clone(),
        }
    }
}

fn not_utf8(path: &Path, bytes: &[u8], at: usize) -> Diagnostics {
    let text = String::from_utf8_lossy(bytes);
    let place = Place::new(&text, &(at..at + '\u{fffd}'.len_utf8()));
    let message = format!("this is not UTF-8: byte {:#04x} at offset {at}", bytes[at]);
    let help = "save the file as UTF-8".to_owned();
    Diagnostics::one(Diagnostic { path: path.to_owned(), place: Some(place), message, help })
}
