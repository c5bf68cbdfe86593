//! The document of numbers inside the page, and the page around it.

use super::{Exploring, pack};
use crate::recording::Recording;
use crate::source::Source;
use crate::{AnalysisError, html, tables};
use serde::Serialize;
use std::collections::BTreeMap;

const PAGE: &str = include_str!("explorer.html");
const STYLE: &str = include_str!("explorer.css");
/// In the order in which they are read.
const SCRIPTS: [&str; 7] = [
    include_str!("data.js"),
    include_str!("time.js"),
    include_str!("scene.js"),
    include_str!("chart.js"),
    include_str!("controls.js"),
    include_str!("keyboard.js"),
    include_str!("explorer.js"),
];

/// Raised when the page reads its document differently.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    name: &'a str,
    title: String,
    parameters: String,
    fingerprint: &'a str,
    model_version: u32,
    manifest: &'a str,
    command: &'a str,
    cluster_gap: f64,
    /// Runs of the dataset that have positions, of which the page may show fewer.
    recorded: usize,
    notes: Vec<String>,
    points: Vec<Point>,
    /// Lists of saved times that runs refer to.
    times: Vec<&'a [f64]>,
    runs: Vec<Run<'a>>,
}

#[derive(Serialize)]
struct Point {
    point: u32,
    /// "mask = full"; empty when nothing is swept.
    label: String,
    /// The swept parameters by column.
    swept: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Run<'a> {
    point: u32,
    replica: u32,
    dimension: usize,
    tokens: usize,
    /// Which list of times.
    times: usize,
    renyi: &'a [u32],
    strong: &'a [u32],
    clusters: Vec<u32>,
    /// Other observables, rounded to a millionth.
    curves: BTreeMap<&'a str, Vec<f64>>,
    positions: String,
    leaders: String,
}

/// The page of these runs.
pub(super) fn page(
    source: &Source,
    exploring: &Exploring,
    recordings: &[Recording],
    recorded: usize,
) -> Result<String, AnalysisError> {
    let mut times: Vec<&[f64]> = vec![];
    let mut points: Vec<Point> = vec![];
    let mut runs = vec![];
    for recording in recordings {
        let at = times.iter().position(|list| *list == recording.times).unwrap_or(times.len());
        if at == times.len() {
            times.push(&recording.times);
        }
        if points.last().is_none_or(|point| point.point != recording.point) {
            points.push(point(source, recording.point)?);
        }
        runs.push(run(recording, at));
    }
    let document = Document {
        version: VERSION,
        name: source.name(),
        title: source.title(),
        parameters: source.parameters()?,
        fingerprint: source.fingerprint(),
        model_version: source.model_version(),
        manifest: source.canonical(),
        command: &exploring.command,
        cluster_gap: exploring.cluster_gap,
        recorded,
        notes: source.warnings()?,
        points,
        times,
        runs,
    };
    let document = serde_json::to_string(&document)?;
    Ok(fill(&source.title(), &document))
}

fn point(source: &Source, point: u32) -> Result<Point, AnalysisError> {
    let key = source.key(point)?;
    let names: Vec<&str> = source.swept.iter().map(String::as_str).collect();
    let value = |name: &str| tables::label(&key, &[name]).map(|text| text.replacen(&format!("{name} = "), "", 1));
    let swept = names.iter().map(|name| Ok((name.to_string(), value(name)?)));
    Ok(Point { point, label: tables::label(&key, &names)?, swept: swept.collect::<Result<_, AnalysisError>>()? })
}

fn run(recording: &Recording, times: usize) -> Run<'_> {
    let rounded = |values: &[f64]| values.iter().map(|value| libm::round(value * 1e6) / 1e6).collect();
    let curves = recording.curves.iter().filter(|(name, _)| name != "clusters");
    Run {
        point: recording.point,
        replica: recording.replica,
        dimension: recording.frames[0].dimension(),
        tokens: recording.frames[0].len(),
        times,
        renyi: &recording.renyi,
        strong: &recording.strong,
        clusters: recording.clusters(),
        curves: curves.map(|(name, values)| (name.as_str(), rounded(values))).collect(),
        positions: pack::positions(&recording.frames),
        leaders: pack::leaders(&recording.leaders),
    }
}

/// Puts title, style, document and scripts in their places.
fn fill(title: &str, document: &str) -> String {
    // Inside a script element only `</script` and `<!--` end or change what is read.
    let document = document.replace('<', "\\u003c");
    html::fill(
        PAGE,
        &[
            ("<!--title-->", &html::escape(title)),
            ("/*style*/", STYLE),
            ("/*document*/", &document),
            ("/*scripts*/", &SCRIPTS.join("\n")),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_the_page_has_all_parts_and_asks_for_nothing() {
        let page = fill("a < b & c", "{\"a\": \"</script>\"}");
        for part in ["<title>a &lt; b &amp; c", "\\u003c/script>", STYLE, SCRIPTS[0], SCRIPTS[6], "</html>"] {
            assert!(page.contains(part), "{part}");
        }
        assert!(!page.contains("/*document*/") && !page.contains("/*scripts*/") && !page.contains("/*style*/"));
        for request in ["http://", "https://", "src=", "@import", "url(", "fetch(", "XMLHttpRequest"] {
            assert!(!page.contains(request), "{request}");
        }
    }

    #[test]
    fn prop_no_script_can_end_the_element_that_holds_it() {
        assert!(SCRIPTS.iter().all(|script| !script.contains("</script") && !script.contains("<!--")));
    }
}
