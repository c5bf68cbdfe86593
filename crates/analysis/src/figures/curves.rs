//! Observables over time: consumption by centres, and the number of clusters.

use super::{Drawn, column, numbered, subtitle};
use crate::draw::{Axis, Curves, Figure, Kind, Legend, Series, palette};
use crate::published::Published;
use crate::{AnalysisError, Summary, tables};
use polars::prelude::DataFrame;

/// Smallest distance of published points in time or in per cent: closer rings would hide each other and the curve.
const RINGS: [f64; 2] = [6.0, 4.0];

/// Up to this time a linear clock shows something.
const LINEAR: f64 = 1e4;

pub(super) fn draw(summary: &Summary, table: &DataFrame) -> Result<Vec<Drawn>, AnalysisError> {
    let groups = tables::groups(table, &summary.swept)?;
    let count = groups.len();
    let mut drawn = vec![];
    for (index, (label, part)) in groups.into_iter().enumerate() {
        let subtitle = subtitle(summary, &label);
        // A curve needs several times, and a band several replicas.
        if part.height() < 3 || column(&part, "runs")?[0] < 2.0 {
            continue;
        }
        if tables::has(&part, "consumed_renyi_mean") {
            let figure = consumption(summary, &part, &subtitle)?;
            let early = Curves { x: Axis::log("time").range(1.0, last_of(&figure)), ..figure.clone() };
            if last_of(&figure) <= LINEAR {
                drawn.push((numbered("consumption", index, count), Figure::Curves(figure)));
            }
            drawn.push((numbered("consumption-log", index, count), Figure::Curves(early)));
        }
        if tables::has(&part, "clusters_mean") {
            drawn.push((numbered("clusters", index, count), Figure::Curves(clusters(&part, &subtitle)?)));
        }
    }
    Ok(drawn)
}

/// The last time of a figure.
fn last_of(figure: &Curves) -> f64 {
    figure.series.iter().flat_map(|s| &s.x).copied().fold(10.0, f64::max)
}

/// Figure 3 of the paper.
fn consumption(summary: &Summary, part: &DataFrame, subtitle: &str) -> Result<Curves, AnalysisError> {
    let time = column(part, "time")?;
    let percent =
        |name: String| Ok::<_, AnalysisError>(column(part, &name)?.iter().map(|s| 100.0 * s).collect::<Vec<_>>());
    let mut series = vec![];
    for (kind, name, color) in
        [("renyi", "Rényi centres", palette::RENYI), ("strong", "strong Rényi centres", palette::STRONG)]
    {
        let mean = percent(format!("consumed_{kind}_ever_mean"))?;
        let band = (percent(format!("consumed_{kind}_ever_p10"))?, percent(format!("consumed_{kind}_ever_p90"))?);
        // Below the line, so that it is seen where the two differ.
        let now = percent(format!("consumed_{kind}_mean"))?;
        series.push(Series::new("", color.dark(), Kind::Dashed, time.clone(), now));
        series.push(Series::new(name, color, Kind::Line, time.clone(), mean).band(band.0, band.1));
    }
    let compared = summary.notes.iter().find(|note| note.contains("published") && note.contains("so far"));
    if compared.is_some() {
        let published = Published::load();
        for (label, color, percent) in [
            ("published, Rényi", palette::RENYI, published.renyi),
            ("published, strong", palette::STRONG, published.strong),
        ] {
            let (x, y) = apart(&published.time, &percent);
            series.push(Series::new(label, color, Kind::Points, x, y));
        }
    }
    let lows = series.iter().flat_map(|s| s.y.iter().chain(s.band.iter().flat_map(|band| &band.0)));
    let lowest = (lows.copied().fold(20.0, f64::min) / 20.0).floor() * 20.0;
    let runs = column(part, "runs")?[0];
    let mut caption = format!(
        "Lines and bands: mean and 10th to 90th percentile over {runs} runs of the tokens that were within the capture \
         distance of a centre so far, at a step of the solver or a saved time. Dashed: the mean of those that are there now."
    );
    if let Some(note) = compared {
        caption = format!("{caption} {note}");
    }
    Ok(Curves {
        title: "Share of tokens consumed by centres".to_owned(),
        subtitle: subtitle.to_owned(),
        x: Axis::linear("time"),
        y: Axis::linear("tokens consumed").percent().range(lowest, 100.0),
        series,
        legend: Legend::Auto,
        caption: Some(caption),
    })
}

/// Every point of a curve that is a step of the page away from the one before.
fn apart(x: &[f64], y: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut kept: Vec<(f64, f64)> = vec![];
    for (&x, &y) in x.iter().zip(y) {
        if kept.last().is_none_or(|last| (x - last.0).abs() >= RINGS[0] || (y - last.1).abs() >= RINGS[1]) {
            kept.push((x, y));
        }
    }
    kept.into_iter().unzip()
}

fn clusters(part: &DataFrame, subtitle: &str) -> Result<Curves, AnalysisError> {
    // A logarithmic clock shows the collapse and the plateau after it; time 0 has no place on it.
    let time = column(part, "time")?;
    let after: Vec<usize> = (0..time.len()).filter(|&i| time[i] > 0.0).collect();
    let pick = |name: &str| {
        let values = column(part, name)?;
        Ok::<_, AnalysisError>(after.iter().map(|&i| values[i]).collect::<Vec<f64>>())
    };
    let x: Vec<f64> = after.iter().map(|&i| time[i]).collect();
    let runs = column(part, "runs")?[0];
    let (low, high) = (pick("clusters_p10")?, pick("clusters_p90")?);
    let (first, last) = (x.first().copied().unwrap_or(1.0), x.last().copied().unwrap_or(10.0));
    let highest = high.iter().copied().fold(1.0, f64::max);
    let clusters = Series::new("clusters", palette::PURPLE, Kind::Line, x, pick("clusters_mean")?).band(low, high);
    Ok(Curves {
        title: "Number of clusters".to_owned(),
        subtitle: subtitle.to_owned(),
        x: Axis::log("time").range(first, last),
        y: Axis::linear("clusters").range(0.0, highest),
        series: vec![clusters],
        legend: Legend::Auto,
        caption: Some(format!("Mean and 10th to 90th percentile over {runs} runs; single linkage.")),
    })
}
