//! The runs of a job, frozen when it is submitted: what is finished by then is left out, and a manifest that is edited
//! while the job waits is noticed.

use crate::compute::key;
use crate::execute::{SweepError, dataset, provenance};
use crate::fingerprint::fingerprint;
use crate::plan::Plan;
use crate::shard::Deal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
use tokenpark_dataset::{RunKey, State};

/// Some runs of a plan, to be shared by a number of shards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunList {
    fingerprint: String,
    shards: u32,
    /// First and last of runs that follow each other, ascending. The number of a run is point * replicas + replica.
    runs: Vec<(u64, u64)>,
}

const HEADER: &str = "\
# The runs that were missing when this job was submitted, as [first, last]; a run's number is point * replicas + replica.
";

impl RunList {
    /// The runs of a plan that are neither in its dataset nor in its shards, whatever their number.
    ///
    /// # Errors
    /// When these cannot be read.
    pub fn missing(plan: &Plan, root: &Path, shards: u32) -> Result<Self, SweepError> {
        let dataset = dataset(plan, root)?;
        let mut list = Self { fingerprint: fingerprint(plan.manifest()), shards, runs: vec![] };
        if let State::Complete(_) = dataset.state()? {
            return Ok(list);
        }
        let mut done: BTreeSet<RunKey> = dataset.staged_runs()?;
        for shard in dataset.shards()? {
            // A shard that cannot be used is computed again.
            done.extend(shard.shard_runs(&provenance(plan)).unwrap_or_default());
        }
        for index in (0..plan.runs()).filter(|&index| !done.contains(&key(plan, index))) {
            match list.runs.last_mut() {
                Some((_, last)) if *last + 1 == index => *last = index,
                _ => list.runs.push((index, index)),
            }
        }
        Ok(list)
    }

    /// How many runs it has.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.runs.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// Whether nothing is missing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The shards that have runs in the list, ascending.
    #[must_use]
    pub fn tasks(&self, plan: &Plan) -> BTreeSet<u32> {
        let deal = Deal::new(plan, self.shards);
        let runs = self.runs.iter().flat_map(|&(first, last)| first..=last);
        runs.map(|index| deal.shard(key(plan, index))).collect()
    }

    pub(crate) fn contains(&self, index: u64) -> bool {
        let after = self.runs.partition_point(|&(first, _)| first <= index);
        after > 0 && index <= self.runs[after - 1].1
    }

    /// Refuses another plan, or another number of shards.
    pub(crate) fn expect(&self, plan: &Plan, shards: u32) -> Result<(), SweepError> {
        let (now, then) = (fingerprint(plan.manifest()), &self.fingerprint);
        let differs = |what, found: String, expected: String| Err(SweepError::OtherRunList { what, found, expected });
        if now != *then {
            return differs("the manifest's fingerprint", now, then.clone());
        }
        if shards != self.shards {
            return differs("a number of shards of", shards.to_string(), self.shards.to_string());
        }
        Ok(())
    }

    /// Reads a list.
    ///
    /// # Errors
    /// When it cannot be read, or is none.
    pub fn read(path: &Path) -> Result<Self, SweepError> {
        let refuse = |reason: String| SweepError::RunList { path: path.to_path_buf(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
        let list: Self = toml::from_str(&text).map_err(|error| refuse(error.to_string()))?;
        let ascend = list.runs.iter().all(|(first, last)| first <= last)
            && list.runs.windows(2).all(|pair| pair[0].1 < pair[1].0);
        if ascend { Ok(list) } else { Err(refuse("its runs do not ascend".to_owned())) }
    }

    /// The list as TOML.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let runs: Vec<String> = self.runs.iter().map(|(first, last)| format!("    [{first}, {last}],\n")).collect();
        let Self { fingerprint, shards, .. } = self;
        format!("{HEADER}fingerprint = {fingerprint:?}\nshards = {shards}\nruns = [\n{}]\n", runs.concat())
    }
}
