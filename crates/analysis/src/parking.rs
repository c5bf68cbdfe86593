//! Parked cars: counts against theory, gaps, pairs, and the approach to saturation.

use crate::source::{Source, short};
use crate::{AnalysisError, tables};
use polars::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokenpark_parking::statistics::Counts;
use tokenpark_parking::theory::{self, gap_distribution};
use tokenpark_parking::{Parking, Space};

/// One point's question, read off its runs.
struct Problem {
    parking: Parking,
    shape: &'static str,
    /// Null where nothing arrives any more.
    tokens: Option<u32>,
}

/// Writes `parking-means`, `parking-counts`, and `parking-gaps`, `parking-pairs` and `parking-approach` where they were
/// recorded, and sums up in sentences. Only for datasets of parking.
pub(crate) fn write(source: &Source, folder: &Path) -> Result<(Vec<PathBuf>, Vec<String>), AnalysisError> {
    if !tables::has(&source.runs, "shape") || source.runs.height() == 0 {
        return Ok((vec![], vec![]));
    }
    let (mut means, mut counts, mut problems) = (vec![], vec![], BTreeMap::new());
    for (_, part) in tables::groups(&source.runs, &source.swept)? {
        let problem = Problem::of(&part)?;
        let point = part.column("point")?.u32()?.get(0).unwrap_or_default();
        let key = problem.key(source, point)?;
        means.push(tables::beside(&key, problem.means(&part)?)?);
        counts.push(tables::beside(&key, problem.counts(&part)?)?);
        problems.insert(point, (problem, part.height() as f64, mean_of(&part, "coverage")?, key));
    }
    let mut means = tables::stack(means)?;
    let mut lines = vec![worst(&means)?];
    lines.extend(flat_limit(&means)?);
    let mut written = tables::write(&mut means, folder, "parking-means")?;
    written.extend(tables::write(&mut tables::stack(counts)?, folder, "parking-counts")?);
    for (name, by, sums) in [
        ("gaps", &["lower", "upper"][..], &["gaps"][..]),
        ("pairs", &["lower", "upper"], &["pairs", "expected"]),
        ("approach", &["time"], &["parked"]),
    ] {
        let Some(rows) = source.table(name)?.filter(|rows| rows.height() > 0) else { continue };
        let keys: Vec<Expr> = std::iter::once("point").chain(by.iter().copied()).map(col).collect();
        let sums: Vec<Expr> = sums.iter().map(|name| col(*name).cast(DataType::Float64).sum()).collect();
        let sorted = rows.lazy().group_by_stable(keys.clone()).agg(sums).sort_by_exprs(keys, Default::default());
        let mut parts = vec![];
        for part in sorted.collect()?.partition_by_stable(["point"], true)? {
            let point = part.column("point")?.u32()?.get(0).unwrap_or_default();
            let Some((problem, runs, coverage, key)) = problems.get(&point) else { continue };
            let derived = match name {
                "gaps" => gaps(&part)?,
                "pairs" => pairs(&part)?,
                _ => problem.approach(&part, *runs, *coverage)?,
            };
            parts.push(tables::beside(key, derived)?);
        }
        written.extend(tables::write(&mut tables::stack(parts)?, folder, &format!("parking-{name}"))?);
    }
    Ok((written, lines))
}

fn mean_of(part: &DataFrame, name: &str) -> Result<f64, AnalysisError> {
    let values = tables::numbers(part, name)?;
    Ok(values.iter().sum::<f64>() / values.len() as f64)
}

impl Problem {
    fn of(part: &DataFrame) -> Result<Self, AnalysisError> {
        let first = |name: &str| Ok::<_, AnalysisError>(tables::numbers(part, name)?[0]);
        let delta = first("delta")?;
        let (shape, space) = match part.column("shape")?.str()?.get(0) {
            Some("interval") => ("interval", Space::Interval { length: first("length")? }),
            Some("circle") => ("circle", Space::Circle),
            _ => ("sphere", Space::Sphere { dimension: first("dimension")? as usize }),
        };
        let parking = Parking::new(space, delta)?;
        let tokens = first("tokens")?;
        Ok(Self { parking, shape, tokens: tokens.is_finite().then_some(tokens as u32) })
    }

    /// The columns that every table begins with.
    fn key(&self, source: &Source, point: u32) -> Result<DataFrame, AnalysisError> {
        let (length, dimension) = match self.parking.space() {
            Space::Interval { length } => (Some(length), None),
            Space::Circle => (None, Some(2)),
            Space::Sphere { dimension } => (None, Some(dimension as u32)),
        };
        let columns = df!(
            "shape" => [self.shape], "length" => [length], "dimension" => [dimension],
            "delta" => [self.parking.separation()], "tokens" => [self.tokens]
        )?;
        tables::beside(&source.key(point)?, columns)
    }

    fn counted(part: &DataFrame, name: &str) -> Result<Counts, AnalysisError> {
        let mut counts = Counts::new();
        tables::numbers(part, name)?.into_iter().filter(|v| v.is_finite()).for_each(|v| counts.add(v as usize));
        Ok(counts)
    }

    fn means(&self, part: &DataFrame) -> Result<DataFrame, AnalysisError> {
        let (counts, strong) = (Self::counted(part, "renyi_centers")?, Self::counted(part, "strong_centers")?);
        let (skewness, kurtosis) = counts.shape();
        let saturated = match self.parking.space() {
            Space::Interval { length } => {
                let cars = length / self.parking.separation();
                Some((theory::interval_mean(cars), theory::interval_variance(cars)))
            }
            Space::Circle => Some(theory::saturated_on_circle(self.parking.separation())),
            Space::Sphere { .. } => None,
        };
        let dimension = match self.parking.space() {
            Space::Interval { .. } => None,
            Space::Circle => Some(2),
            Space::Sphere { dimension } => Some(dimension),
        };
        let strong_theory = dimension
            .zip(self.tokens)
            .map(|(d, n)| theory::mean_strong_centers(d, self.parking.separation(), u64::from(n)));
        Ok(df!(
            "runs" => [counts.samples()],
            "mean" => [counts.mean()],
            "variance" => [counts.variance()],
            "standard_error" => [counts.standard_error()],
            "skewness" => [skewness],
            "excess_kurtosis" => [kurtosis],
            "coverage" => [mean_of(part, "coverage")?],
            "coverage_standard_error" => [counts.standard_error() * self.parking.car()],
            "saturated_mean" => [saturated.map(|s| s.0)],
            "saturated_variance" => [saturated.map(|s| s.1)],
            "strong_mean" => [strong.mean()],
            "strong_standard_error" => [strong.standard_error()],
            "strong_theory" => [strong_theory]
        )?)
    }

    fn counts(&self, part: &DataFrame) -> Result<DataFrame, AnalysisError> {
        let (cars, runs): (Vec<u64>, Vec<u64>) = Self::counted(part, "renyi_centers")?.table().into_iter().unzip();
        Ok(df!("cars" => cars, "runs" => runs)?)
    }

    /// Coverage at each time, what is missing to saturation, and both on an infinite line.
    fn approach(&self, part: &DataFrame, runs: f64, saturated: f64) -> Result<DataFrame, AnalysisError> {
        let (time, parked) = (tables::numbers(part, "time")?, tables::numbers(part, "parked")?);
        let coverage: Vec<f64> = parked.iter().map(|cars| cars * self.parking.car() / runs).collect();
        let missing: Vec<f64> = coverage.iter().map(|covered| (saturated - covered).max(0.0)).collect();
        let line = self.shape != "sphere";
        let theory: Vec<Option<f64>> = time.iter().map(|t| line.then(|| theory::line_uncovered(*t))).collect();
        Ok(df!("time" => time, "coverage" => coverage, "missing" => missing, "missing_on_line" => theory)?)
    }
}

/// Densities of gaps, and on an infinite line.
fn gaps(part: &DataFrame) -> Result<DataFrame, AnalysisError> {
    let [lower, upper, gaps] = ["lower", "upper", "gaps"].map(|name| tables::numbers(part, name));
    let (lower, upper, gaps) = (lower?, upper?, gaps?);
    let total: f64 = gaps.iter().sum();
    let density: Vec<f64> = (0..gaps.len()).map(|i| gaps[i] / (total * (upper[i] - lower[i]))).collect();
    let exact = |i: usize| (gap_distribution(upper[i]) - gap_distribution(lower[i])) / (upper[i] - lower[i]);
    let theory: Vec<f64> = (0..gaps.len()).map(exact).collect();
    Ok(df!("lower" => lower, "upper" => upper, "gaps" => gaps, "density" => density, "theory" => theory)?)
}

/// Pairs seen for each that independent cars would have.
fn pairs(part: &DataFrame) -> Result<DataFrame, AnalysisError> {
    let [lower, upper, pairs, expected] =
        ["lower", "upper", "pairs", "expected"].map(|name| tables::numbers(part, name));
    let (pairs, expected) = (pairs?, expected?);
    let correlation: Vec<f64> = pairs.iter().zip(&expected).map(|(seen, alone)| seen / alone).collect();
    Ok(df!("lower" => lower?, "upper" => upper?, "pairs" => pairs, "correlation" => correlation)?)
}

/// How far measured means are from exact ones, in standard errors.
fn worst(means: &DataFrame) -> Result<String, AnalysisError> {
    let [mean, error, exact, tokens, strong, strong_error, strong_exact] =
        ["mean", "standard_error", "saturated_mean", "tokens", "strong_mean", "strong_standard_error", "strong_theory"]
            .map(|name| tables::numbers(means, name));
    let (mean, error, exact, tokens) = (mean?, error?, exact?, tokens?);
    let (strong, strong_error, strong_exact) = (strong?, strong_error?, strong_exact?);
    let saturated = (0..mean.len())
        .filter(|&i| tokens[i].is_nan())
        .map(|i| (mean[i] - exact[i]) / error[i])
        .filter(|z| z.is_finite());
    let arrived = (0..mean.len()).map(|i| (strong[i] - strong_exact[i]) / strong_error[i]).filter(|z| z.is_finite());
    let all: Vec<f64> = saturated.chain(arrived).collect();
    let largest = all.iter().fold(0.0, |a: f64, z| a.max(z.abs()));
    Ok(format!(
        "{} mean numbers of cars or strong centres are known exactly; the farthest measured one is {largest:.1} standard errors away.",
        all.len()
    ))
}

/// Coverage of S² extrapolated to vanishing separation.
fn flat_limit(means: &DataFrame) -> Result<Option<String>, AnalysisError> {
    let here = col("shape").eq(lit("sphere")).and(col("dimension").eq(lit(3))).and(col("tokens").is_null());
    let rows = means.clone().lazy().filter(here).collect()?;
    Ok(fit_coverage(&rows)?.map(|[limit, error, _]| {
        format!(
            "Coverage of S² extrapolated in δ² to vanishing separation: {limit:.5} ± {error:.5}; in the plane {}.",
            short(theory::RSA_COVERAGE[1].0)
        )
    }))
}

/// Least squares of coverage on δ², weighted by standard errors, for δ up to 0.6: the limit, its standard error, and the
/// slope.
pub(crate) fn fit_coverage(rows: &DataFrame) -> Result<Option<[f64; 3]>, AnalysisError> {
    let [delta, coverage, error] =
        ["delta", "coverage", "coverage_standard_error"].map(|name| tables::numbers(rows, name));
    let (delta, coverage, error) = (delta?, coverage?, error?);
    let mut sums = [0.0; 5];
    let used: Vec<usize> = (0..delta.len()).filter(|&i| delta[i] <= LARGEST_FITTED && error[i] > 0.0).collect();
    for &i in &used {
        let (x, y, w) = (delta[i] * delta[i], coverage[i], 1.0 / (error[i] * error[i]));
        for (sum, term) in sums.iter_mut().zip([1.0, x, x * x, y, x * y]) {
            *sum += w * term;
        }
    }
    let [s, sx, sxx, sy, sxy] = sums;
    let determinant = s * sxx - sx * sx;
    let fit = [(sxx * sy - sx * sxy) / determinant, (sxx / determinant).sqrt(), (s * sxy - sx * sy) / determinant];
    Ok((used.len() > 2).then_some(fit))
}

/// Larger separations need more terms in δ².
pub(crate) const LARGEST_FITTED: f64 = 0.6;
