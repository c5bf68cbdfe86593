//! Pictures of tokens: snapshots on the circle, trajectories on the sphere.

use super::names::panel_title;
use super::{Drawn, numbered, spacetime, subtitle};
use crate::draw::{CirclePanel, CircleSnapshots, Figure, SpherePanel, SphereTrajectories, View};
use crate::{AnalysisError, Summary, tables};
use polars::prelude::*;

/// More panels than this do not fit a page.
const MOST_SNAPSHOTS: usize = 12;

pub(super) fn draw(
    summary: &Summary,
    positions: &DataFrame,
    centers: Option<&DataFrame>,
    curves: Option<&DataFrame>,
) -> Result<Vec<Drawn>, AnalysisError> {
    // Where final configurations were recorded there are several replicas.
    let positions = &positions.clone().lazy().filter(col("replica").eq(lit(0_u32))).collect()?;
    match ["x2", "x3"].map(|name| tables::has(positions, name)) {
        [false, _] => circles(summary, positions, centers, curves),
        [true, false] => spheres(summary, positions),
        [true, true] => Ok(vec![]),
    }
}

/// True for positions in three dimensions.
pub(super) fn on_sphere(positions: &DataFrame) -> bool {
    ["x2", "x3"].map(|name| tables::has(positions, name)) == [true, false]
}

/// A time, and the coordinates of tokens 0, 1, ... then.
pub(super) type Snapshot = (f64, Vec<Vec<f64>>);

pub(super) fn by_time(part: &DataFrame, dimension: usize) -> Result<Vec<Snapshot>, AnalysisError> {
    let moments = part.partition_by_stable(["time"], true)?;
    let moments = moments.iter().map(|moment| {
        let time = tables::numbers(moment, "time")?[0];
        let columns = (0..dimension).map(|i| tables::numbers(moment, &format!("x{i}")));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let tokens = (0..moment.height()).map(|k| columns.iter().map(|column| column[k]).collect()).collect();
        Ok((time, tokens))
    });
    moments.collect()
}

/// Figure 2 of the paper.
fn circles(
    summary: &Summary,
    positions: &DataFrame,
    centers: Option<&DataFrame>,
    curves: Option<&DataFrame>,
) -> Result<Vec<Drawn>, AnalysisError> {
    let groups = tables::groups(positions, &summary.swept)?;
    let count = groups.len();
    let (mut drawn, mut runs) = (vec![], vec![]);
    for (index, (label, part)) in groups.into_iter().enumerate() {
        let point = part.column("point")?.u32()?.get(0).unwrap_or(0);
        let (renyi, strong) = match centers {
            Some(table) => (kind(table, point, "renyi")?, kind(table, point, "strong")?),
            None => (vec![], vec![]),
        };
        let snapshots = by_time(&part, 2)?;
        let moments: Vec<(f64, Vec<[f64; 2]>)> =
            snapshots.iter().map(|(time, tokens)| (*time, tokens.iter().map(|x| [x[0], x[1]]).collect())).collect();
        let every = moments.len().div_ceil(MOST_SNAPSHOTS);
        let mut panels = vec![];
        for (time, tokens) in moments.iter().step_by(every) {
            panels.push(CirclePanel {
                label: format!("t = {time}"),
                note: curves.map_or(Ok(String::new()), |curves| clusters(curves, point, *time))?,
                tokens: tokens.clone(),
                renyi: renyi.clone(),
                strong: strong.clone(),
            });
        }
        let figure = CircleSnapshots {
            title: summary.title.clone(),
            subtitle: subtitle(summary, &label),
            start: moments[0].1.clone(),
            panels,
            caption: Some(
                "Centres are chosen from the start and followed as they move. Numbers outside the circle count the \
                 tokens at one place."
                    .to_owned(),
            ),
        };
        drawn.push((numbered("snapshots", index, count), Figure::Circle(figure)));
        runs.push((label, snapshots));
    }
    // Many times are a film rather than snapshots.
    Ok(spacetime::draw(summary, &runs)?.map_or(drawn, |figure| vec![figure]))
}

/// "7 clusters" of a single run at a time, where they were counted.
fn clusters(curves: &DataFrame, point: u32, time: f64) -> Result<String, AnalysisError> {
    let here = col("point").eq(lit(point)).and(col("time").eq(lit(time))).and(col("runs").eq(lit(1)));
    let rows = curves.clone().lazy().filter(here).collect()?;
    if rows.height() == 0 || !tables::has(&rows, "clusters_mean") {
        return Ok(String::new());
    }
    let count = tables::numbers(&rows, "clusters_mean")?[0];
    Ok(if count == 1.0 { "1 cluster".to_owned() } else { format!("{count} clusters") })
}

/// The tokens that are centres of a kind at a point.
fn kind(centers: &DataFrame, point: u32, kind: &str) -> Result<Vec<u32>, AnalysisError> {
    let rows = centers.clone().lazy().filter(col("point").eq(lit(point)).and(col("kind").eq(lit(kind)))).collect()?;
    Ok(rows.column("token")?.u32()?.into_no_null_iter().collect())
}

/// Figure 1 of the paper: one panel a point.
fn spheres(summary: &Summary, positions: &DataFrame) -> Result<Vec<Drawn>, AnalysisError> {
    let mut panels = vec![];
    for (label, part) in tables::groups(positions, &summary.swept)? {
        let moments = by_time(&part, 3)?;
        let tokens = moments.first().map_or(0, |(_, tokens)| tokens.len());
        let path = |k: usize| moments.iter().map(|(_, tokens)| [tokens[k][0], tokens[k][1], tokens[k][2]]).collect();
        let (title, subtitle) = describe(&label, &summary.parameters);
        panels.push(SpherePanel {
            title,
            subtitle,
            paths: (0..tokens).map(path).collect(),
            times: moments.iter().map(|(time, _)| *time).collect(),
        });
    }
    // One final point is what theory has for these two, whatever the start.
    let single =
        panels.iter().any(|panel: &SpherePanel| ["V = I", "V = diag(1, 1, 0)"].contains(&panel.title.as_str()));
    let slow = " With V = I or diag(1, 1, 0) theory has a single final point: where more remain, the run ended before far \
                clusters met, since they attract each other exponentially slowly.";
    let figure = SphereTrajectories {
        title: summary.title.clone(),
        subtitle: summary.parameters.clone(),
        view: View::default(),
        panels,
        caption: Some(format!(
            "Paths are coloured by time; what lies behind the sphere is fainter. Red numbers count tokens that end at one \
             place.{}",
            if single { slow } else { "" }
        )),
    };
    Ok(vec![("trajectories".to_owned(), Figure::Sphere(figure))])
}

/// Title and subtitle of a panel from its point: value matrices are named with their top eigenvalue.
fn describe(label: &str, parameters: &str) -> (String, String) {
    let Some(value) = label.strip_prefix("value = ") else {
        // One panel without a sweep: the figure's own subtitle says what it shows.
        let title = if label.is_empty() { parameters.to_owned() } else { panel_title(label) };
        return (title, String::new());
    };
    if value == "identity" {
        return (value_name(value), "λ_{max} > 0, multiplicity 3".to_owned());
    }
    let Some(numbers) = diagonal(value) else {
        return (value_name(value), String::new());
    };
    let top = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let multiplicity = numbers.iter().filter(|entry| **entry == top).count();
    let sign = if top > 0.0 {
        ">"
    } else if top < 0.0 {
        "<"
    } else {
        "="
    };
    (value_name(value), format!("λ_{{max}} {sign} 0, multiplicity {multiplicity}"))
}

/// The numbers on the diagonal of a matrix that was given by these.
fn diagonal(value: &str) -> Option<Vec<f64>> {
    let entries = value.split(['[', ']']).nth(1).filter(|_| value.contains("diagonal"))?;
    Some(entries.split(',').filter_map(|w| w.trim().parse().ok()).collect())
        .filter(|numbers: &Vec<f64>| !numbers.is_empty())
}

/// A value matrix in words: "V = I", "V = diag(1, 1, 0)", "V = (1, −1; 1, 1)", or by its eigenvalues.
pub(super) fn value_name(value: &str) -> String {
    let list = |numbers: &[f64]| numbers.iter().map(|entry| entry.to_string().replace('-', "−")).collect::<Vec<_>>();
    if value == "identity" {
        return "V = I".to_owned();
    }
    if let Some(numbers) = diagonal(value) {
        return format!("V = diag({})", list(&numbers).join(", "));
    }
    let parsed = format!("value = {value}").parse::<toml::Table>().ok();
    let entry = |key: &str| parsed.as_ref()?.get("value")?.get(key)?.as_array().cloned();
    let numbers = |row: &toml::Value| -> Option<Vec<f64>> { row.as_array()?.iter().map(number).collect() };
    if let Some(rows) = entry("matrix").and_then(|rows| rows.iter().map(numbers).collect::<Option<Vec<_>>>()) {
        return format!("V = ({})", rows.iter().map(|row| list(row).join(",\u{a0}")).collect::<Vec<_>>().join("; "));
    }
    match entry("spectrum").and_then(|values| values.iter().map(number).collect::<Option<Vec<_>>>()) {
        Some(values) => format!("V with eigenvalues {}, random basis", list(&values).join(",\u{a0}")),
        None => format!("V = {value}"),
    }
}

fn number(value: &toml::Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|integer| integer as f64))
}
