//! The atlas of final configurations: a row of spheres for every point, a sphere for every drawn replica.

use super::positions::{by_time, value_name};
use super::{Drawn, column};
use crate::draw::{Atlas, AtlasPanel, AtlasRow, Figure, Verdict, View};
use crate::{AnalysisError, Summary, tables};
use polars::prelude::*;

/// Of positions on the sphere S², what their runs ended in, and how many runs ended so.
pub(super) fn draw(
    summary: &Summary,
    positions: &DataFrame,
    finals: &DataFrame,
    classes: &DataFrame,
) -> Result<Drawn, AnalysisError> {
    let mut rows = vec![];
    for (_, part) in tables::groups(positions, &summary.swept)? {
        let point = part.column("point")?.u32()?.get(0).unwrap_or(0);
        let of_point = |table: &DataFrame| table.clone().lazy().filter(col("point").eq(lit(point))).collect();
        let (ends, classes) = (of_point(finals)?, of_point(classes)?);
        let mut panels = vec![];
        for run in part.partition_by_stable(["replica"], true)? {
            let replica = run.column("replica")?.u32()?.get(0).unwrap_or(0);
            let end = ends.clone().lazy().filter(col("replica").eq(lit(replica))).collect()?;
            panels.push(panel(&run, &end)?);
        }
        rows.push(AtlasRow { title: title(&ends)?, notes: notes(&ends, &classes)?, panels });
    }
    let figure = Atlas {
        title: summary.title.clone(),
        subtitle: summary.parameters.clone(),
        view: View::default(),
        rows,
        caption: Some(caption(summary)),
    };
    Ok(("atlas".to_owned(), Figure::Atlas(figure)))
}

fn panel(run: &DataFrame, end: &DataFrame) -> Result<AtlasPanel, AnalysisError> {
    let moments = by_time(run, 3)?;
    let tokens = moments.first().map_or(0, |(_, tokens)| tokens.len());
    let path = |k: usize| moments.iter().map(|(_, tokens)| [tokens[k][0], tokens[k][1], tokens[k][2]]).collect();
    let class = word(end, "configuration")?;
    let verdict = match (end.column("as_predicted")?.bool()?.get(0), class.as_deref()) {
        (Some(true), _) => Verdict::AsPredicted,
        (Some(false), Some("undecided")) => Verdict::Undecided,
        (Some(false), _) => Verdict::Other,
        (None, _) => Verdict::NoPrediction,
    };
    let clusters = column(end, "final_clusters")?.first().copied().unwrap_or(f64::NAN);
    let spread = column(end, "spread")?.first().copied().unwrap_or(f64::NAN);
    Ok(AtlasPanel {
        paths: (0..tokens).map(path).collect(),
        times: moments.iter().map(|(time, _)| *time).collect(),
        found: found(class.as_deref(), clusters, spread),
        verdict,
    })
}

/// The first entry of a column of words.
fn word(table: &DataFrame, name: &str) -> Result<Option<String>, AnalysisError> {
    if !tables::has(table, name) || table.height() == 0 {
        return Ok(None);
    }
    Ok(table.column(name)?.str()?.get(0).map(str::to_owned))
}

/// A final configuration in words for people.
fn found(class: Option<&str>, clusters: f64, spread: f64) -> String {
    match class {
        Some("first-token") => "one point, x_{1}(0)".to_owned(),
        Some("top-point") => "one point of L".to_owned(),
        Some("other-point") => "one point, another".to_owned(),
        Some("antipodal") => "two opposite points".to_owned(),
        Some("cloud") => "cloud round L".to_owned(),
        Some("two-clouds") => "two clouds".to_owned(),
        Some("moving") if spread <= 0.5 => "moving, round L".to_owned(),
        Some("moving") => "moving".to_owned(),
        Some(_) if clusters > 1.0 => format!("undecided, {clusters} clusters"),
        Some(_) => "undecided".to_owned(),
        None => "did not reach its end".to_owned(),
    }
}

/// What V's top eigenvalue is, and what theory makes of it.
fn theory(predicted: Option<&str>) -> [&'static str; 2] {
    match predicted {
        Some("first-token") => ["λ_{max} > 0, multiplicity d", "predicted: one point, x_{1}(0)"],
        Some("top-point") => ["λ_{max} > 0, multiplicity ≥ 2", "predicted: one point, the component of x_{1}(0) in L"],
        Some("antipodal") => ["λ_{max} > 0, simple", "predicted: the points ±ξ of L"],
        Some("cloud") => ["λ_{max} < 0, multiplicity ≥ 2", "predicted: a cloud round L"],
        Some("two-clouds") => ["λ_{max} < 0, simple", "predicted: clouds round ±ξ"],
        Some("moving") => ["complex top pair", "predicted: turns for ever"],
        _ => ["", "no prediction"],
    }
}

fn title(ends: &DataFrame) -> Result<String, AnalysisError> {
    let value = word(ends, "value")?;
    Ok(value.map_or_else(|| "V as in the manifest".to_owned(), |value| value_name(&value)))
}

fn notes(ends: &DataFrame, classes: &DataFrame) -> Result<Vec<String>, AnalysisError> {
    let random = ["query", "key"].map(|name| word(ends, name));
    let [query, key] = random;
    let drawn = |matrix: Option<String>| matrix.is_some_and(|text| text.contains("gaussian"));
    let mut notes = vec![];
    if drawn(query?) && drawn(key?) {
        notes.push("random Q and K".to_owned());
    }
    let [spectrum, predicted] = theory(word(ends, "predicted")?.as_deref());
    notes.extend([spectrum, predicted].iter().filter(|text| !text.is_empty()).map(|text| (*text).to_owned()));
    let sum = |name: &str| {
        Ok::<_, AnalysisError>(column(classes, name)?.iter().filter(|x| !x.is_nan()).fold(0.0, |sum, x| sum + x))
    };
    if predicted != "no prediction" {
        let undecided = classes.clone().lazy().filter(col("configuration").eq(lit("undecided"))).collect()?;
        let waiting = column(&undecided, "runs")?.iter().fold(0.0, |sum, runs| sum + runs);
        notes.push(format!("{} of {} starts did so", sum("as_predicted")?, sum("runs")?));
        notes
            .extend((waiting > 0.0).then(|| {
                if waiting == 1.0 { "1 is undecided".to_owned() } else { format!("{waiting} are undecided") }
            }));
    }
    Ok(notes)
}

fn caption(summary: &Summary) -> String {
    let total = summary.notes.iter().find(|note| note.starts_with("Of all runs"));
    let words = "L is V's top eigenspace, ±ξ its ends where it is a line. With common noise all rows have the same starts. Paths \
                 are coloured by time, fainter behind the sphere; red numbers count tokens that end at one place. A point \
                 is named within a chord of 0.01; a cloud is at most half as far from L, in the mean square, as uniform \
                 tokens, and two opposite points there are a small one. Steps of more than a quarter turn between saved \
                 times are not drawn. Undecided runs fit no class \
                 yet: far clusters attract each other exponentially slowly.";
    total.map_or_else(|| words.to_owned(), |total| format!("{words} {total}"))
}
