//! What can go wrong between a dataset and its figures.

use crate::draw::DrawError;
use std::path::{Path, PathBuf};
use tokenpark_dataset::DatasetError;

/// Why summary tables or figures could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    /// The dataset cannot be read.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A figure cannot be drawn or written.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// A dataset of parking states a question that makes no sense.
    #[error(transparent)]
    Parking(#[from] tokenpark_parking::ParkingError),
    /// A table cannot be aggregated.
    #[error("polars: {0}")]
    Polars(#[from] polars::error::PolarsError),
    /// A file cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// "read", "write" or "create".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A TOML file is not what this program writes.
    #[error("{} cannot be read ({reason}); analyze its manifest again", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The verdicts on claims are not what this program writes.
    #[error("{} cannot be read ({reason}); `tokenpark claims --reports` writes it again", path.display())]
    Claims {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A lifetime that cannot have been observed.
    #[error("a lifetime was observed from {entry} to {exit}; allowed: finite times, the first before the second")]
    Lifetime {
        /// When it came under observation.
        entry: f64,
        /// When it died or was last seen.
        exit: f64,
    },
    /// A dataset without positions.
    #[error("the dataset in {} has no positions over time: add \"tokens\" to `record` in [observe] and run again", path.display())]
    NoTokens {
        /// The dataset's folder.
        path: PathBuf,
    },
    /// No run of that number has positions.
    #[error("point {point} has no replica {replica} with positions; allowed: {allowed}")]
    NoRun {
        /// The point asked for.
        point: u32,
        /// The replica asked for.
        replica: u32,
        /// What there is.
        allowed: String,
    },
    /// A run that no page has room for.
    #[error("point {point} has dimension {dimension}; allowed for a moving picture: 2 and 3")]
    Dimension {
        /// The run's point.
        point: u32,
        /// Its dimension.
        dimension: usize,
    },
    /// Recorded positions that are none.
    #[error("point {point}, replica {replica}: {source}")]
    Positions {
        /// The run's point.
        point: u32,
        /// The run's replica.
        replica: u32,
        /// What is wrong.
        source: tokenpark_dynamics::TokensError,
    },
    /// A page's numbers cannot be written.
    #[error("cannot write numbers as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Nothing was analyzed under this name.
    #[error("no summary in {}: run `tokenpark analyze` first", path.display())]
    NotAnalyzed {
        /// Where it was looked for.
        path: PathBuf,
    },
}

impl AnalysisError {
    pub(crate) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { action, path: path.to_path_buf(), source }
    }
}
