//! Many replicas of one parking problem, as `tokenpark park` draws them.

use super::stream::{Draw, question};
use crate::fingerprint::hex;
use crate::manifest::SCHEMA;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::path::Path;
use tokenpark_dataset::{Column, DatasetError, Provenance, Table};
use tokenpark_dynamics::MODEL_VERSION;
use tokenpark_parking::statistics::Counts;
use tokenpark_parking::{MOST_SATURATED_DIMENSIONS, Parking, ParkingError, Space};

/// The largest number of replicas, as in a manifest.
const MOST_REPLICAS: u32 = 10_000_000;
/// The largest number of coordinates drawn for one replica on a sphere: 8 GB of them.
const MOST_COORDINATES: u64 = 1_000_000_000;

/// Why nothing was parked. Every message names the value and what is allowed.
#[derive(Debug, thiserror::Error)]
pub enum ParkError {
    /// The question makes no sense.
    #[error(transparent)]
    Parking(#[from] ParkingError),
    /// There must be a replica, and all must fit into memory.
    #[error("the number of replicas is {0}, allowed: 1 to {MOST_REPLICAS}")]
    Replicas(u32),
    /// The tokens of a replica must fit into memory.
    #[error("{tokens} tokens in dimension {dimension} are too many, allowed: {MOST_COORDINATES} coordinates")]
    Tokens {
        /// The number of tokens.
        tokens: u64,
        /// The dimension.
        dimension: usize,
    },
    /// The worker threads could not be started.
    #[error("cannot start {threads} worker threads: {source}")]
    Threads {
        /// How many.
        threads: usize,
        /// Why.
        source: rayon::ThreadPoolBuildError,
    },
}

/// What is parked, how often, and from which seed: all that the numbers depend on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question {
    /// Where cars park, and how far apart.
    pub parking: Parking,
    /// The number of tokens; `None` parks until provably nothing fits.
    pub arrivals: Option<u64>,
    /// Independent samples.
    pub replicas: u32,
    /// What all random numbers derive from.
    pub seed: u64,
}

/// What one sample is reduced to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Replica {
    /// Cars, or Rényi centres.
    pub count: u32,
    /// Strong Rényi centres; none are known of a saturated sample.
    pub strong: Option<u32>,
    /// The share of the space that the cars take.
    pub coverage: f64,
}

/// All replicas, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Parked {
    question: Question,
    replicas: Vec<Replica>,
}

/// Parks all replicas on `threads` threads (0 for one a core), on whose number nothing depends.
///
/// # Errors
/// For a question that cannot be answered: no tokens or replicas, or too many, and saturation in more than 5 dimensions.
pub fn park(question: &Question, threads: usize) -> Result<Parked, ParkError> {
    question.check()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|source| ParkError::Threads { threads, source })?;
    let one = |replica| -> Result<Replica, ParkingError> {
        let Question { parking, arrivals, seed, .. } = *question;
        let sample = Draw { parking, arrivals, seed, replica }.sample(false)?;
        let strong = sample.strong().map(|strong| strong as u32);
        Ok(Replica { count: sample.count() as u32, strong, coverage: sample.coverage() })
    };
    let replicas: Result<Vec<Replica>, ParkingError> =
        pool.install(|| (0..question.replicas).into_par_iter().map(one).collect());
    Ok(Parked { question: *question, replicas: replicas? })
}

impl Question {
    /// Refuses what cannot be answered.
    pub(crate) fn check(&self) -> Result<(), ParkError> {
        if !(1..=MOST_REPLICAS).contains(&self.replicas) {
            return Err(ParkError::Replicas(self.replicas));
        }
        match (self.parking.space(), self.arrivals) {
            (Space::Sphere { dimension }, Some(tokens)) if tokens > MOST_COORDINATES / dimension as u64 => {
                Err(ParkError::Tokens { tokens, dimension })
            }
            (Space::Sphere { dimension }, None) if dimension > MOST_SATURATED_DIMENSIONS => {
                Err(ParkingError::SaturatedDimension(dimension).into())
            }
            _ => Ok(()),
        }
    }

    /// What a file of the replicas carries in its footer: the question itself stands for the manifest.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        let asked = question(&self.parking, self.arrivals);
        let manifest = format!("[park]\n{asked}replicas = {}\nseed = {}\n", self.replicas, self.seed);
        let meaning = format!("{manifest}\nschema {SCHEMA}\nmodel version {MODEL_VERSION}\n");
        let fingerprint = hex(&Sha256::digest(meaning)[..8]);
        Provenance { fingerprint, schema_version: SCHEMA, model_version: MODEL_VERSION, manifest }
    }
}

impl Parked {
    /// The replicas, in order.
    #[must_use]
    pub fn replicas(&self) -> &[Replica] {
        &self.replicas
    }

    /// The law of the number of cars.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::new();
        self.replicas.iter().for_each(|replica| counts.add(replica.count as usize));
        counts
    }

    /// The law of the number of strong centres, of finite arrivals only.
    #[must_use]
    pub fn strong(&self) -> Option<Counts> {
        self.question.arrivals?;
        let mut counts = Counts::new();
        self.replicas.iter().filter_map(|replica| replica.strong).for_each(|strong| counts.add(strong as usize));
        Some(counts)
    }

    /// The mean share of the space that the cars take.
    #[must_use]
    pub fn coverage(&self) -> f64 {
        self.replicas.iter().fold(0.0, |sum, replica| sum + replica.coverage) / self.replicas.len() as f64
    }

    /// Writes `replica`, `count`, `strong` (of finite arrivals) and `coverage` to a Parquet file, which appears whole.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), DatasetError> {
        let count = self.replicas.iter().map(|replica| replica.count).collect();
        let mut columns = vec![
            ("replica".to_owned(), Column::U32((0..self.question.replicas).collect())),
            ("count".to_owned(), Column::U32(count)),
        ];
        if self.question.arrivals.is_some() {
            let strong = self.replicas.iter().filter_map(|replica| replica.strong).collect();
            columns.push(("strong".to_owned(), Column::U32(strong)));
        }
        let coverage = self.replicas.iter().map(|replica| replica.coverage).collect();
        columns.push(("coverage".to_owned(), Column::F64(coverage)));
        tokenpark_dataset::write(path, Table::new(columns)?, &self.question.provenance())
    }
}
