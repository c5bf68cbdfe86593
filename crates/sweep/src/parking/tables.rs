//! One run of a parking manifest: a sample, and the rows that are kept of it.

use super::stream::Draw;
use crate::manifest::{ParkingRecord, ParkingSpec};
use crate::plan::{Plan, Point};
use crate::rows::{Columns, RunSpec, RunTables, named};
use crate::run::RunError;
use std::f64::consts::PI;
use tokenpark_dataset::{Column, DatasetError};
use tokenpark_parking::statistics::PairCorrelation;
use tokenpark_parking::theory::cap_area;
use tokenpark_parking::{Parking, Sample, Space};

/// Computes replica `replica` of point `point`.
///
/// # Errors
/// When the sample cannot be drawn.
pub(crate) fn run(plan: &Plan, point: usize, replica: u32) -> Result<RunTables, RunError> {
    let (settings, spec) = (plan.point(point), RunSpec { plan, point, replica });
    let parking = Parking::new(settings.space, settings.separation)?;
    let arrivals = settings.arrivals.map(u64::from);
    let sample = Draw { parking, arrivals, seed: plan.manifest().seed, replica }.sample(true)?;
    Ok(tables(spec, &settings, Some(&sample), None)?)
}

/// The rows of a run that failed: one in `runs` with the reason, none elsewhere.
///
/// # Errors
/// Never for a valid plan.
pub(crate) fn failed(spec: RunSpec<'_>, error: &RunError) -> Result<RunTables, DatasetError> {
    tables(spec, &spec.plan.point(spec.point), None, Some(error.to_string()))
}

/// The expected cost of a run: tokens, or cars that fit side by side, times what one of them takes.
pub(crate) fn cost(point: &Point) -> f64 {
    let dimension = match point.space {
        Space::Interval { .. } | Space::Circle => 1,
        Space::Sphere { dimension } => dimension,
    };
    let parking = Parking::new(point.space, point.separation);
    match point.arrivals {
        Some(tokens) => f64::from(tokens) * dimension as f64,
        // Saturating a sphere subdivides its uncovered region: an order of magnitude for each dimension.
        None => parking.map_or(1.0, |parking| libm::exp10(dimension as f64 - 1.0) / parking.car()),
    }
}

fn tables(
    spec: RunSpec<'_>,
    settings: &Point,
    sample: Option<&Sample>,
    error: Option<String>,
) -> Result<RunTables, DatasetError> {
    let wanted = &spec.plan.manifest().parking;
    let mut tables = vec![("runs".to_owned(), spec.table(outcome(settings, sample, error))?)];
    for &record in &wanted.record {
        let columns = match record {
            ParkingRecord::Gaps => gaps(wanted, sample),
            ParkingRecord::Pairs => pairs(wanted, sample)?,
            ParkingRecord::Approach => approach(wanted, sample),
        };
        tables.push((record.name().to_owned(), spec.table(columns)?));
    }
    Ok(tables)
}

/// The columns of `runs`.
fn outcome(settings: &Point, sample: Option<&Sample>, error: Option<String>) -> Columns {
    let (shape, length, dimension) = match settings.space {
        Space::Interval { length } => ("interval", Some(length), None),
        Space::Circle => ("circle", None, Some(2)),
        Space::Sphere { dimension } => ("sphere", None, Some(dimension as u32)),
    };
    let termination = if sample.is_some() { "reached" } else { "failed" };
    let strong = sample.and_then(|sample| sample.strong()).map(|strong| strong as u32);
    vec![
        named("termination", Column::Text(vec![termination.to_owned()])),
        named("shape", Column::Text(vec![shape.to_owned()])),
        named("length", Column::OptionF64(vec![length])),
        named("dimension", Column::OptionU32(vec![dimension])),
        named("delta", Column::F64(vec![settings.separation])),
        named("tokens", Column::OptionU32(vec![settings.arrivals])),
        named("renyi_centers", Column::OptionU32(vec![sample.map(|sample| sample.count() as u32)])),
        named("strong_centers", Column::OptionU32(vec![strong])),
        named("coverage", Column::OptionF64(vec![sample.map(Sample::coverage)])),
        named("error", Column::OptionText(vec![error])),
    ]
}

/// Saturated gaps in car lengths by bin; bins without gaps are left out.
fn gaps(spec: &ParkingSpec, sample: Option<&Sample>) -> Columns {
    let mut bins = vec![0_u32; spec.bins as usize];
    let (count, last) = (f64::from(spec.bins), bins.len() - 1);
    let found = sample.filter(|sample| sample.saturated()).and_then(Sample::gaps);
    for gap in found.into_iter().flatten() {
        // Rounding may make a gap a trace shorter than 0 or as long as 1.
        bins[((gap * count).max(0.0) as usize).min(last)] += 1;
    }
    let seen: Vec<usize> = (0..bins.len()).filter(|&bin| bins[bin] > 0).collect();
    let edge = |shift: usize| Column::F64(seen.iter().map(|&bin| (bin + shift) as f64 / count).collect());
    vec![
        named("lower", edge(0)),
        named("upper", edge(1)),
        named("gaps", Column::U32(seen.iter().map(|&bin| bins[bin]).collect())),
    ]
}

/// Pairs of cars by distance in separations, and how many as many independent uniform cars would have.
fn pairs(spec: &ParkingSpec, sample: Option<&Sample>) -> Result<Columns, DatasetError> {
    let (mut lower, mut upper, mut pairs, mut expected) = (vec![], vec![], vec![], vec![]);
    if let Some(sample) = sample {
        let parking = sample.parking();
        let farthest = match parking.space() {
            Space::Interval { length } => length - parking.separation(),
            Space::Circle | Space::Sphere { .. } => PI,
        };
        let range = spec.range.min(farthest / parking.separation());
        let all = sample.count() as f64 * (sample.count() as f64 - 1.0) / 2.0;
        // An interval that holds one car has no pairs and no range.
        if let Ok(mut table) = PairCorrelation::new(parking, spec.bins as usize, range) {
            table.add(sample).expect("the sample is of this problem");
            for row in table.table() {
                lower.push(row.lower);
                upper.push(row.upper);
                pairs.push(row.pairs);
                expected.push(all * (share(&parking, row.upper) - share(&parking, row.lower)));
            }
        }
    }
    Ok(vec![
        named("lower", Column::F64(lower)),
        named("upper", Column::F64(upper)),
        named("pairs", Column::U64(pairs)),
        named("expected", Column::F64(expected)),
    ])
}

/// The share of independent uniform pairs of cars up to a distance in separations.
fn share(parking: &Parking, distance: f64) -> f64 {
    let distance = distance * parking.separation();
    match parking.space() {
        Space::Interval { length } => {
            let beyond = 1.0 - distance / (length - parking.separation());
            1.0 - beyond * beyond
        }
        Space::Circle => cap_area(2, distance.min(PI)),
        Space::Sphere { dimension } => cap_area(dimension, distance.min(PI)),
    }
}

/// Cars parked by given times, in units in which one token comes a car's share of the space.
fn approach(spec: &ParkingSpec, sample: Option<&Sample>) -> Columns {
    let (mut time, mut parked) = (vec![], vec![]);
    if let Some(sample) = sample.filter(|sample| sample.saturated()) {
        let mut arrived = sample.times().to_vec();
        arrived.sort_unstable_by(f64::total_cmp);
        let unit = sample.parking().tokens_per_time();
        for at in spec.times.iter() {
            time.push(at);
            parked.push(arrived.partition_point(|arrival| *arrival <= at * unit) as u32);
        }
    }
    vec![named("time", Column::F64(time)), named("parked", Column::U32(parked))]
}
