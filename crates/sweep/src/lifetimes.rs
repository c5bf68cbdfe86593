//! The table `lifetimes`: one row for every life of every cluster.

use crate::rows::{Columns, named};
use tokenpark_dataset::Column;
use tokenpark_dynamics::Life;
use tokenpark_parking::Centers;

/// The columns of one run as they grow.
#[derive(Default)]
pub(crate) struct Lifetimes {
    prefix: Vec<u32>,
    leader: Vec<u32>,
    birth: Vec<f64>,
    death: Vec<Option<f64>>,
    size_at_death: Vec<Option<u32>>,
    absorbed_by: Vec<Option<u32>>,
    gap_at_birth: Vec<Option<f64>>,
    earlier_at_death: Vec<Option<u32>>,
    leader_kind: Vec<String>,
    splits: Vec<u32>,
    size_at_birth: Vec<u32>,
    split_from: Vec<Option<u32>>,
    observed_until: Vec<f64>,
    size_at_start: Vec<Option<u32>>,
    gap_at_start: Vec<Option<f64>>,
    earlier_at_start: Vec<Option<u32>>,
}

impl Lifetimes {
    /// The lives among the first `prefix` tokens, seen until `end`.
    pub(crate) fn save(&mut self, prefix: usize, lives: &[Life], centers: &Centers, end: f64) {
        for life in lives {
            let (death, standing) = (life.death, life.standing);
            self.prefix.push(prefix as u32);
            self.leader.push(life.leader);
            self.birth.push(life.birth);
            self.death.push(death.map(|death| death.time));
            self.size_at_death.push(death.map(|death| death.size));
            self.absorbed_by.push(death.map(|death| death.absorbed_by));
            self.gap_at_birth.push(life.gap_at_birth);
            self.earlier_at_death.push(death.map(|death| death.earlier));
            self.leader_kind.push(kind(life.leader as usize, centers).to_owned());
            self.splits.push(life.splits);
            self.size_at_birth.push(life.size_at_birth);
            self.split_from.push(life.split_from);
            self.observed_until.push(death.map_or(end, |death| death.time));
            self.size_at_start.push(standing.map(|standing| standing.size));
            self.gap_at_start.push(standing.and_then(|standing| standing.gap));
            self.earlier_at_start.push(standing.map(|standing| standing.earlier));
        }
    }

    pub(crate) fn into_columns(self, with_prefix: bool) -> Columns {
        let censored = self.death.iter().map(Option::is_none).collect();
        let prefix = with_prefix.then(|| named("prefix", Column::U32(self.prefix)));
        prefix
            .into_iter()
            .chain([
                named("leader", Column::U32(self.leader)),
                named("birth", Column::F64(self.birth)),
                named("death", Column::OptionF64(self.death)),
                named("censored", Column::Bool(censored)),
                named("size_at_death", Column::OptionU32(self.size_at_death)),
                named("absorbed_by", Column::OptionU32(self.absorbed_by)),
                named("gap_at_birth", Column::OptionF64(self.gap_at_birth)),
                named("earlier_at_death", Column::OptionU32(self.earlier_at_death)),
                named("leader_kind", Column::Text(self.leader_kind)),
                named("splits", Column::U32(self.splits)),
                named("size_at_birth", Column::U32(self.size_at_birth)),
                named("split_from", Column::OptionU32(self.split_from)),
                named("observed_until", Column::F64(self.observed_until)),
                named("size_at_start", Column::OptionU32(self.size_at_start)),
                named("gap_at_start", Column::OptionF64(self.gap_at_start)),
                named("earlier_at_start", Column::OptionU32(self.earlier_at_start)),
            ])
            .collect()
    }
}

fn kind(leader: usize, centers: &Centers) -> &'static str {
    if centers.strong().binary_search(&leader).is_ok() {
        "strong"
    } else if centers.renyi().binary_search(&leader).is_ok() {
        "renyi"
    } else {
        "none"
    }
}

/// The clusters alive at each of some increasing times, from their lives. What happens at a time has happened then.
pub(crate) fn alive(lives: &[Life], times: &[f64]) -> Vec<u32> {
    let mut births: Vec<f64> = lives.iter().map(|life| life.birth).collect();
    let mut deaths: Vec<f64> = lives.iter().filter_map(|life| life.death).map(|death| death.time).collect();
    births.sort_by(f64::total_cmp);
    deaths.sort_by(f64::total_cmp);
    let until = |events: &[f64], time: f64| events.partition_point(|event| *event <= time) as u32;
    times.iter().map(|&time| until(&births, time) - until(&deaths, time)).collect()
}
