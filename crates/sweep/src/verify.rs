//! A published dataset against its plan: files as they were published, and rows that come out again bit for bit.

use crate::compute::{compute, join, key};
use crate::execute::{SweepError, dataset, provenance};
use crate::fingerprint::fingerprint;
use crate::manifest::Manifest;
use crate::plan::Plan;
use rayon::prelude::*;
use std::path::Path;
use tokenpark_dataset::{Dataset, Finding, Replay};

/// Runs computed and compared together; their rows are what takes memory.
const TOGETHER: usize = 256;

/// Which runs are computed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// So many, spread evenly over the plan; all if it has fewer.
    Runs(u64),
    /// All, and files must be those that their rows give, byte for byte.
    All,
}

impl Sample {
    /// The numbers of the runs, ascending: i P / K for i in 0..K.
    pub fn of(self, total: u64) -> Vec<u64> {
        let count = match self {
            Self::Runs(count) => count.min(total),
            Self::All => total,
        };
        (0..count).map(|i| (u128::from(i) * u128::from(total) / u128::from(count)) as u64).collect()
    }
}

/// What a dataset was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Runs computed again.
    pub computed: u64,
    /// Runs of the plan.
    pub runs: u64,
    /// Everything that is wrong.
    pub findings: Vec<Finding>,
}

/// Checks all files of the plan's dataset and computes some of its runs again, on `threads` threads (0: one a core).
/// `None` when `interrupted` turned true on the way. `progress` is told how many runs are done.
///
/// # Errors
/// When the dataset is not published, or its folder cannot be read.
pub fn verify(
    plan: &Plan,
    root: &Path,
    sample: Sample,
    threads: usize,
    interrupted: &(dyn Fn() -> bool + Sync),
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Option<Verification>, SweepError> {
    let (dataset, provenance) = (dataset(plan, root)?, provenance(plan));
    let mut findings = dataset.audit(&provenance, (0..plan.runs()).map(|index| key(plan, index)))?;
    findings.extend(other_manifest(plan, &dataset));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|source| SweepError::Threads { threads, source })?;
    let indices = sample.of(plan.runs());
    let whole = indices.len() as u64 == plan.runs();
    let mut replay = Replay::open(&dataset, &provenance, whole);
    for (number, chunk) in indices.chunks(TOGETHER).enumerate() {
        progress((number * TOGETHER) as u64, indices.len() as u64);
        let computed: Option<Vec<_>> =
            pool.install(|| chunk.par_iter().map(|&index| compute(plan, index, &interrupted)).collect());
        let Some(computed) = computed.filter(|_| !interrupted()) else { return Ok(None) };
        let keys: Vec<_> = chunk.iter().map(|&index| key(plan, index)).collect();
        let next = indices.get((number + 1) * TOGETHER).map(|&index| key(plan, index));
        replay.see(&keys, join(computed.into_iter().map(|run| run.tables))?, next)?;
    }
    for finding in replay.finish()? {
        // A file that is missing is found by both.
        if findings.iter().all(|other| other.path != finding.path || finding.path.is_file()) {
            findings.push(finding);
        }
    }
    Ok(Some(Verification { computed: indices.len() as u64, runs: plan.runs(), findings }))
}

/// Whether the manifest kept with the dataset means something else than the plan's.
fn other_manifest(plan: &Plan, dataset: &Dataset) -> Option<Finding> {
    let path = dataset.manifest();
    let Ok(text) = std::fs::read_to_string(&path) else {
        return Some(Finding::new(path, "is missing or no text"));
    };
    // Files that it names lie beside the plan's manifest.
    let meaning = Manifest::parse(&text, &plan.manifest().path).ok().map(|manifest| fingerprint(&manifest));
    (meaning.as_deref() != Some(dataset.fingerprint())).then(|| Finding::new(path, "is not the dataset's manifest"))
}
