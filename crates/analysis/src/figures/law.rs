//! Observed remaining lifetimes beside the two-body law.

use super::names::{colors, name_of};
use super::{column, subtitle};
use crate::draw::{Axis, Curves, Kind, Legend, Series, palette};
use crate::{AnalysisError, Summary, tables};
use polars::prelude::DataFrame;

/// The column of what is expected, and its name: of the law, or of the fit where the law does not apply.
fn expectation(sample: &DataFrame) -> Result<(&'static str, &'static str), AnalysisError> {
    let applies = column(sample, "ln_law")?.iter().all(|value| value.is_finite());
    Ok(if applies { ("ln_law", "two-body law") } else { ("ln_fit", "fit") })
}

/// A series of dots a point, from logarithms of x and y of every row.
fn dots(
    summary: &Summary,
    sample: &DataFrame,
    place: impl Fn(&DataFrame) -> Result<[Vec<f64>; 2], AnalysisError>,
) -> Result<Vec<Series>, AnalysisError> {
    let (groups, names) = (tables::groups(sample, &summary.swept)?, tables::parameters(sample, &summary.swept));
    let mut series = vec![];
    for ((_, part), color) in groups.iter().zip(colors(groups.len())) {
        let label = if groups.len() == 1 { "clusters".to_owned() } else { name_of(part, &names)? };
        let [x, y] = place(part)?.map(|logs| logs.into_iter().map(libm::exp).collect());
        series.push(Series::new(&label, color, Kind::Dots, x, y));
    }
    Ok(series)
}

/// The least and the largest of values above zero.
fn range<'a>(values: impl Iterator<Item = &'a f64>) -> (f64, f64) {
    let usable = values.copied().filter(|t| t.is_finite() && *t > 0.0);
    usable.fold((f64::INFINITY, 0.0_f64), |(a, b), t| (a.min(t), b.max(t)))
}

/// A dot a cluster: what the law (or, where it does not apply, the fit) expects against what was observed.
pub(super) fn draw(summary: &Summary, sample: &DataFrame) -> Result<Curves, AnalysisError> {
    let (expected, name) = expectation(sample)?;
    let mut series = dots(summary, sample, |part| Ok([column(part, expected)?, column(part, "ln_remaining")?]))?;
    let (low, high) = range(series.iter().flat_map(|s| s.x.iter().chain(&s.y)));
    series.push(Series::new(name, palette::INK, Kind::Dashed, vec![low, high], vec![low, high]));
    let notes = summary.notes.iter().filter(|note| note.contains("two-body law"));
    let found = notes.map(String::as_str).collect::<Vec<_>>().join(" ");
    Ok(Curves {
        title: "Remaining lifetimes and the two-body law".to_owned(),
        subtitle: subtitle(summary, ""),
        x: Axis::log(&format!("remaining lifetime expected from the {name}")).range(low, high),
        y: Axis::log("observed remaining lifetime").range(low, high),
        legend: if series.len() > 4 { Legend::Right } else { Legend::Auto },
        series,
        caption: Some(format!(
            "{} of the clusters that were alive at the start of the observation and died. The law: a leader at its gap \
             falls onto m coincident earlier tokens in ∫ (e^{{β(1−cos φ)}} + m)/(m sin φ) dφ. {found}",
            sample.height()
        )),
    })
}

/// The same as ratios, which the range of times would hide.
pub(super) fn residuals(summary: &Summary, sample: &DataFrame) -> Result<Curves, AnalysisError> {
    let (expected, name) = expectation(sample)?;
    let mut series = dots(summary, sample, |part| {
        let (x, observed) = (column(part, expected)?, column(part, "ln_remaining")?);
        let ratios = observed.iter().zip(&x).map(|(y, x)| y - x).collect();
        Ok([x, ratios])
    })?;
    let (low, high) = range(series.iter().flat_map(|s| &s.x));
    series.push(Series::new("as expected", palette::INK, Kind::Dashed, vec![low, high], vec![1.0, 1.0]));
    Ok(Curves {
        title: "Remaining lifetimes in units of the two-body law".to_owned(),
        subtitle: subtitle(summary, ""),
        x: Axis::log(&format!("remaining lifetime expected from the {name}")).range(low, high),
        y: Axis::log("observed / expected"),
        legend: if series.len() > 4 { Legend::Right } else { Legend::Auto },
        series,
        caption: Some(format!(
            "{} of the clusters that were alive at the start of the observation and died, a dot each; quantiles of these \
             ratios a point are in the table fit-points.",
            sample.height()
        )),
    })
}
