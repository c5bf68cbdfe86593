//! The `lifetimes` table, point by point, in bounded memory.

use crate::source::Source;
use crate::{AnalysisError, tables};
use polars::prelude::*;
use std::path::Path;

/// What a cluster's leader was at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Strong,
    /// A Rényi centre that is not strong.
    Renyi,
    None,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Strong, Self::Renyi, Self::None];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Renyi => "renyi",
            Self::None => "none",
        }
    }
}

/// A cluster alive at the start of the observation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cluster {
    /// When it died or was last seen.
    pub(super) exit: f64,
    /// Geodesic distance to the nearest cluster with an earlier leader at the start; not a number if unknown.
    pub(super) gap: f64,
    /// Tokens of that cluster before the leader; 0 if unknown.
    pub(super) earlier: u32,
    pub(super) kind: Kind,
    pub(super) died: bool,
}

/// All clusters of one point (of one number of first tokens, where prefixes were recorded) that were alive at the start of the observation, but for that of token 0, which cannot
/// die.
pub(super) struct Cohort {
    pub(super) point: u32,
    pub(super) prefix: Option<u32>,
    pub(super) start: f64,
    pub(super) clusters: Vec<Cluster>,
    /// Of every run still going at the start, the number of its clusters then.
    pub(super) counts: Vec<u32>,
    /// Of every run, when the last cluster but one died, or when the run ended before that (false).
    pub(super) collapses: Vec<(f64, bool)>,
    /// Clusters born after the start by splits; they are not in the cohort.
    pub(super) born_later: u64,
}

/// The ends of the runs that count, in order of point and replica.
pub(super) struct Runs(Vec<((u32, u32), f64)>);

impl Runs {
    pub(super) fn new(source: &Source) -> Result<Self, AnalysisError> {
        let column = |name: &str| Ok::<_, AnalysisError>(source.runs.column(name)?.u32()?.into_no_null_iter());
        let ends = tables::numbers(&source.runs, "t_end")?;
        let mut runs: Vec<_> = column("point")?.zip(column("replica")?).zip(ends).collect();
        runs.sort_unstable_by_key(|run| run.0);
        Ok(Self(runs))
    }

    /// When a run ended; nothing for a run that failed.
    fn end(&self, run: (u32, u32)) -> Option<f64> {
        let at = self.0.binary_search_by_key(&run, |run| run.0).ok()?;
        Some(self.0[at].1)
    }
}

/// The columns that are read, and those that are if they are there.
const COLUMNS: [&str; 6] = ["point", "replica", "leader", "birth", "death", "leader_kind"];
const OPTIONAL: [&str; 3] = [tables::PREFIX, "gap_at_start", "earlier_at_start"];
/// Rows that are decoded at a time: a few row groups.
const SLICE: usize = 1 << 19;

/// Calls `summarise` with the clusters of one point after another, and of one prefix after another within a point.
pub(super) fn each_point(
    path: &Path,
    start: f64,
    runs: &Runs,
    mut summarise: impl FnMut(Cohort) -> Result<(), AnalysisError>,
) -> Result<(), AnalysisError> {
    let present = tables::columns(path)?;
    let optional = OPTIONAL.into_iter().filter(|name| present.iter().any(|other| other == name));
    let columns: Vec<&str> = COLUMNS.into_iter().chain(optional).collect();
    let mut walk = Walk { start, run: None, cohorts: vec![] };
    for from in (0..).step_by(SLICE) {
        let slice = tables::read_slice(path, &columns, from, SLICE)?;
        for row in rows(&slice)? {
            walk.add(&row, runs).into_iter().try_for_each(&mut summarise)?;
        }
        if slice.height() < SLICE {
            break;
        }
    }
    walk.end_run();
    walk.cohorts.into_iter().try_for_each(summarise)
}

/// One row of the table.
struct Row {
    run: (u32, u32),
    prefix: Option<u32>,
    leader: u32,
    birth: f64,
    death: Option<f64>,
    kind: Kind,
    gap: Option<f64>,
    earlier: Option<u32>,
}

/// The rows of a slice, in order.
fn rows(slice: &DataFrame) -> Result<impl Iterator<Item = Row>, AnalysisError> {
    let id = |name: &str| slice.column(name)?.u32();
    let (point, replica, leader) = (id("point")?, id("replica")?, id("leader")?);
    let (birth, death) = (slice.column("birth")?.f64()?, slice.column("death")?.f64()?);
    let kind = slice.column("leader_kind")?.str()?;
    let optional = |name: &str| tables::has(slice, name).then(|| slice.column(name)).transpose();
    let gap = optional("gap_at_start")?.map(|column| column.f64()).transpose()?;
    let earlier = optional("earlier_at_start")?.map(|column| column.u32()).transpose()?;
    let prefix = optional(tables::PREFIX)?.map(|column| column.u32()).transpose()?;
    let mut gaps = gap.map(|column| column.iter());
    let (mut earliers, mut prefixes) = (earlier.map(|column| column.iter()), prefix.map(|column| column.iter()));
    let columns =
        point.iter().zip(replica.iter()).zip(leader.iter()).zip(birth.iter()).zip(death.iter()).zip(kind.iter());
    Ok(columns.filter_map(move |(((((point, replica), leader), birth), death), kind)| {
        let gap = gaps.as_mut().and_then(|gaps| gaps.next().flatten());
        let earlier = earliers.as_mut().and_then(|earliers| earliers.next().flatten());
        let prefix = prefixes.as_mut().and_then(|prefixes| prefixes.next().flatten());
        let kind = match kind {
            Some("strong") => Kind::Strong,
            Some("renyi") => Kind::Renyi,
            _ => Kind::None,
        };
        Some(Row { run: (point?, replica?), prefix, leader: leader?, birth: birth?, death, kind, gap, earlier })
    }))
}

/// The run that rows are being read of.
struct Run {
    id: (u32, u32),
    prefix: Option<u32>,
    /// Which cohort its clusters belong to.
    cohort: usize,
    end: f64,
    alive_at_start: u32,
    alive_at_end: u32,
    last_death: f64,
}

/// A pass through the rows in order of point and replica.
struct Walk {
    start: f64,
    run: Option<Run>,
    /// Those of the present point.
    cohorts: Vec<Cohort>,
}

impl Walk {
    /// Takes a row, and gives the point before it away if it is the first of a new one.
    fn add(&mut self, row: &Row, runs: &Runs) -> Vec<Cohort> {
        let mut finished = vec![];
        if self.run.as_ref().is_none_or(|run| run.id != row.run || run.prefix != row.prefix) {
            self.end_run();
            if self.cohorts.first().is_some_and(|cohort| cohort.point != row.run.0) {
                finished = std::mem::take(&mut self.cohorts);
            }
            let known = self.cohorts.iter().position(|cohort| cohort.prefix == row.prefix);
            let cohort = known.unwrap_or_else(|| {
                self.cohorts.push(Cohort::new(row.run.0, row.prefix, self.start));
                self.cohorts.len() - 1
            });
            let end = runs.end(row.run).unwrap_or(f64::NAN);
            let (id, prefix) = (row.run, row.prefix);
            self.run = Some(Run { id, prefix, cohort, end, alive_at_start: 0, alive_at_end: 0, last_death: 0.0 });
        }
        if let Some(run) = &mut self.run {
            add(run, &mut self.cohorts[run.cohort], row);
        }
        finished
    }

    fn end_run(&mut self) {
        let Some(run) = self.run.take() else { return };
        let cohort = &mut self.cohorts[run.cohort];
        if run.end > self.start {
            cohort.counts.push(run.alive_at_start);
        }
        // Runs that failed have no end, and runs of one token nothing to collapse.
        let collapsed = run.alive_at_end < 2;
        let time = if collapsed { run.last_death } else { run.end };
        if run.end.is_finite() && time > 0.0 {
            cohort.collapses.push((time, collapsed));
        }
    }
}

fn add(run: &mut Run, cohort: &mut Cohort, row: &Row) {
    // A failed run's end is not a number: nothing of it is alive at the start.
    let exit = row.death.unwrap_or(run.end);
    match row.death {
        Some(death) => run.last_death = run.last_death.max(death),
        None => run.alive_at_end += 1,
    }
    if row.birth > cohort.start && run.end.is_finite() {
        cohort.born_later += 1;
    }
    if row.birth <= cohort.start && exit > cohort.start && run.end.is_finite() {
        run.alive_at_start += 1;
        if row.leader == 0 {
            return;
        }
        cohort.clusters.push(Cluster {
            exit,
            gap: row.gap.unwrap_or(f64::NAN),
            earlier: row.earlier.unwrap_or(0),
            kind: row.kind,
            died: row.death.is_some(),
        });
    }
}

impl Cohort {
    fn new(point: u32, prefix: Option<u32>, start: f64) -> Self {
        Self { point, prefix, start, clusters: vec![], counts: vec![], collapses: vec![], born_later: 0 }
    }

    /// The mean number of clusters per run at the start, and its standard error where there are several runs.
    pub(super) fn mean_count(&self) -> (f64, Option<f64>) {
        let runs = self.counts.len() as f64;
        let mean = self.counts.iter().map(|count| f64::from(*count)).sum::<f64>() / runs;
        let squares =
            self.counts.iter().map(|count| (f64::from(*count) - mean) * (f64::from(*count) - mean)).sum::<f64>();
        (mean, (runs > 1.0).then(|| (squares / (runs - 1.0) / runs).sqrt()))
    }
}
