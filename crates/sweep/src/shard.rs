//! Shares of a plan, for machines that have nothing in common but a folder: which runs belong to shard I of K.
//!
//! The points are sorted by the expected cost of a run, dearest first, and their runs in that order are dealt out like
//! cards: the r-th goes to shard r mod K. So the costs of any two shards differ by that of the dearest run at most, and
//! every point has runs in all shards as soon as it has K replicas. Who gets what is a function of the plan and of K.

use crate::compute::key;
use crate::execute::{SweepError, cost};
use crate::plan::Plan;
use crate::run_list::RunList;
use tokenpark_dataset::RunKey;

/// One of `count` shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    count: u32,
}

impl Shard {
    /// Shard `index` of `count`, counted from 0.
    ///
    /// # Errors
    /// Unless `index < count`.
    pub fn new(index: u32, count: u32) -> Result<Self, SweepError> {
        if index < count { Ok(Self { index, count }) } else { Err(SweepError::Shard { index, count }) }
    }

    /// Its number, from 0.
    #[must_use]
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many there are.
    #[must_use]
    pub fn count(self) -> u32 {
        self.count
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// Which of `count` shards has which run.
#[derive(Clone, Debug)]
pub struct Deal {
    /// The place of each point in the order of costs.
    places: Vec<u32>,
    replicas: u64,
    count: u64,
}

impl Deal {
    /// Deals the runs of a plan out to `count` shards, at least 1.
    #[must_use]
    pub fn new(plan: &Plan, count: u32) -> Self {
        let costs: Vec<f64> = (0..plan.points()).map(|point| cost(plan, point)).collect();
        let mut order: Vec<u32> = (0..plan.points() as u32).collect();
        order.sort_by(|&a, &b| costs[b as usize].total_cmp(&costs[a as usize]));
        let mut places = vec![0; order.len()];
        for (place, point) in order.into_iter().enumerate() {
            places[point as usize] = place as u32;
        }
        Self { places, replicas: u64::from(plan.replicas()), count: u64::from(count.max(1)) }
    }

    /// The shard of a run.
    #[must_use]
    pub fn shard(&self, (point, replica): RunKey) -> u32 {
        ((u64::from(self.places[point as usize]) * self.replicas + u64::from(replica)) % self.count) as u32
    }
}

/// The runs that one process computes into a shard.
#[derive(Clone, Debug)]
pub struct Share {
    /// The shard.
    pub shard: Shard,
    /// Of its runs only those in this list.
    pub list: Option<RunList>,
}

impl Share {
    /// The runs by their number in the plan, ascending.
    ///
    /// # Errors
    /// When the list belongs to another plan, or to another number of shards.
    pub(crate) fn runs(&self, plan: &Plan) -> Result<Vec<u64>, SweepError> {
        let Self { shard, list } = self;
        if let Some(list) = list {
            list.expect(plan, shard.count())?;
        }
        let deal = Deal::new(plan, shard.count());
        let listed = |index: u64| list.as_ref().is_none_or(|list| list.contains(index));
        Ok((0..plan.runs()).filter(|&i| deal.shard(key(plan, i)) == shard.index() && listed(i)).collect())
    }
}
