//! Recorded runs, for moving pictures: positions, clusters and observables at the saved times of one run after another.
//!
//! Clusters are found here from the recorded positions by the same single linkage as in a run, so that their number is
//! the observable `clusters` wherever that was recorded.

use crate::source::Source;
use crate::{AnalysisError, tables};
use polars::prelude::*;
use std::ops::Range;
use std::path::Path;
use tokenpark_dynamics::{Clusters, Tokens};

/// Rows of keys that are decoded at a time.
const SLICE: usize = 1 << 20;
/// What observables have beside numbers.
const KEYS: [&str; 4] = ["point", "replica", "time", tables::PREFIX];

/// One run.
pub(crate) struct Recording {
    pub(crate) point: u32,
    pub(crate) replica: u32,
    /// Saved times, increasing.
    pub(crate) times: Vec<f64>,
    /// The tokens at every time.
    pub(crate) frames: Vec<Tokens>,
    /// For every time the first token of every token's cluster.
    pub(crate) leaders: Vec<Vec<u32>>,
    /// Tokens that are Rényi centres, and strong ones.
    pub(crate) renyi: Vec<u32>,
    pub(crate) strong: Vec<u32>,
    /// Recorded observables by name, one number a time.
    pub(crate) curves: Vec<(String, Vec<f64>)>,
}

impl Recording {
    /// The number of clusters at every time.
    pub(crate) fn clusters(&self) -> Vec<u32> {
        let count = |leaders: &Vec<u32>| (0_u32..).zip(leaders).filter(|(k, leader)| k == *leader).count() as u32;
        self.leaders.iter().map(count).collect()
    }
}

/// A point, a replica of it, and the rows of the run in the table of tokens.
type Place = ((u32, u32), Range<usize>);

/// The runs of a dataset that have positions.
pub(crate) struct Recordings<'a> {
    source: &'a Source,
    cluster_gap: f64,
    coordinates: Vec<String>,
    centers: Option<DataFrame>,
    observables: Option<DataFrame>,
    places: Vec<Place>,
}

impl<'a> Recordings<'a> {
    /// Finds them. Tokens nearer than the gap are a cluster.
    pub(crate) fn open(source: &'a Source, cluster_gap: f64) -> Result<Self, AnalysisError> {
        let path = source.path("tokens");
        let places = if path.is_file() { places(&path)? } else { vec![] };
        if places.is_empty() {
            return Err(AnalysisError::NoTokens { path: source.folder() });
        }
        let is_coordinate = |name: &String| name.strip_prefix('x').is_some_and(|rest| rest.parse::<u32>().is_ok());
        let coordinates = tables::columns(&path)?.into_iter().filter(is_coordinate).collect();
        let (centers, observables) = (source.table("centers")?, source.table("observables")?);
        Ok(Self { source, cluster_gap, coordinates, centers, observables, places })
    }

    /// Points and replicas, in order, and the number of recorded positions of each.
    pub(crate) fn runs(&self) -> impl Iterator<Item = ((u32, u32), usize)> {
        self.places.iter().map(|(run, rows)| (*run, rows.len()))
    }

    /// One run at no more than so many of its times, at least two: the first, the last, and others evenly among them.
    pub(crate) fn read(&self, run: (u32, u32), most: usize) -> Result<Recording, AnalysisError> {
        let (point, replica) = run;
        let Some((_, rows)) = self.places.iter().find(|(place, _)| *place == run) else {
            return Err(self.no_run(run));
        };
        let columns: Vec<&str> = ["time"].into_iter().chain(self.coordinates.iter().map(String::as_str)).collect();
        let table = tables::read_slice(&self.source.path("tokens"), &columns, rows.start, rows.len())?;
        let all = tables::numbers(&table, "time")?;
        let tokens = all.iter().take_while(|time| **time == all[0]).count();
        let positions = self.coordinates.iter().map(|name| tables::numbers(&table, name));
        let mut positions = positions.collect::<Result<Vec<_>, _>>()?;
        // Where the dimension is swept, points of fewer dimensions have nulls.
        positions.retain(|column| !column[0].is_nan());
        let kept = kept(all.len() / tokens, most);
        let mut frames = vec![];
        for frame in &kept {
            let rows = frame * tokens..(frame + 1) * tokens;
            let state = positions.iter().flat_map(|column| column[rows.clone()].iter().copied()).collect();
            let tokens = Tokens::new(positions.len(), state);
            frames.push(tokens.map_err(|source| AnalysisError::Positions { point, replica, source })?);
        }
        let leaders = frames.iter().map(|tokens| self.leaders(tokens)).collect();
        let times: Vec<f64> = kept.iter().map(|frame| all[frame * tokens]).collect();
        let (renyi, strong) = (self.centers(run, "renyi")?, self.centers(run, "strong")?);
        let curves = self.curves(run, tokens, &times)?;
        Ok(Recording { point, replica, times, frames, leaders, renyi, strong, curves })
    }

    fn leaders(&self, tokens: &Tokens) -> Vec<u32> {
        let clusters = Clusters::single_linkage(tokens, self.cluster_gap);
        (0..tokens.len()).map(|k| clusters.leader(k)).collect()
    }

    fn no_run(&self, (point, replica): (u32, u32)) -> AnalysisError {
        let last = |of: fn(&Place) -> u32| self.places.iter().map(of).max().unwrap_or(0);
        let allowed = format!("points 0 to {}, replicas 0 to {}", last(|p| p.0.0), last(|p| p.0.1));
        AnalysisError::NoRun { point, replica, allowed }
    }

    /// The tokens that are centres of a kind.
    fn centers(&self, run: (u32, u32), kind: &str) -> Result<Vec<u32>, AnalysisError> {
        let Some(table) = &self.centers else {
            return Ok(vec![]);
        };
        let rows = of(table, run)?.lazy().filter(col("kind").eq(lit(kind))).collect()?;
        Ok(rows.column("token")?.u32()?.into_no_null_iter().collect())
    }

    /// The observables of all tokens at the times.
    fn curves(&self, run: (u32, u32), tokens: usize, times: &[f64]) -> Result<Vec<(String, Vec<f64>)>, AnalysisError> {
        let Some(table) = &self.observables else {
            return Ok(vec![]);
        };
        let mut rows = of(table, run)?;
        if tables::has(&rows, tables::PREFIX) {
            rows = rows.lazy().filter(col(tables::PREFIX).eq(lit(tokens as u32))).collect()?;
        }
        let all = tables::numbers(&rows, "time")?;
        let places: Option<Vec<usize>> = times.iter().map(|time| all.iter().position(|other| other == time)).collect();
        let Some(places) = places else {
            return Ok(vec![]);
        };
        let mut curves = vec![];
        for name in rows.get_column_names() {
            if !KEYS.contains(&name.as_str()) && !self.source.swept.iter().any(|swept| swept == name.as_str()) {
                let values = tables::numbers(&rows, name)?;
                curves.push((name.to_string(), places.iter().map(|place| values[*place]).collect()));
            }
        }
        Ok(curves)
    }
}

/// The rows of one run.
fn of(table: &DataFrame, (point, replica): (u32, u32)) -> Result<DataFrame, AnalysisError> {
    let here = col("point").eq(lit(point)).and(col("replica").eq(lit(replica)));
    Ok(table.clone().lazy().filter(here).collect()?)
}

/// The rows of every run, which are neighbours.
fn places(path: &Path) -> Result<Vec<Place>, AnalysisError> {
    let mut places: Vec<Place> = vec![];
    for from in (0..).step_by(SLICE) {
        let slice = tables::read_slice(path, &["point", "replica"], from, SLICE)?;
        let keys = |name: &str| Ok::<_, AnalysisError>(slice.column(name)?.u32()?.into_no_null_iter());
        for (row, run) in (from..).zip(keys("point")?.zip(keys("replica")?)) {
            match places.last_mut() {
                Some((last, rows)) if *last == run => rows.end = row + 1,
                _ => places.push((run, row..row + 1)),
            }
        }
        if slice.height() < SLICE {
            break;
        }
    }
    Ok(places)
}

/// Which of `count` frames are kept where `most` are allowed.
fn kept(count: usize, most: usize) -> Vec<usize> {
    let most = most.max(2);
    if count <= most {
        return (0..count).collect();
    }
    (0..most).map(|k| (2 * k * (count - 1) + (most - 1)) / (2 * (most - 1))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_the_first_and_last_frames_are_kept() {
        assert_eq!(kept(5, 10), [0, 1, 2, 3, 4]);
        assert_eq!(kept(11, 6), [0, 2, 4, 6, 8, 10]);
        assert_eq!(kept(7, 0), [0, 6]);
        for (count, most) in [(501, 120), (502, 500), (3, 2)] {
            let kept = kept(count, most);
            assert_eq!((kept.len(), kept[0], kept[most - 1]), (most, 0, count - 1));
            assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
